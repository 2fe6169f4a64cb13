//! The editor of a script: a card for each session, and the list of steps.

use std::collections::BTreeMap;
use std::rc::Rc;

use yew::prelude::*;

use super::live::Controls;
use super::steps::steps;
use super::terminal::Terminal;
use crate::app::browser::components::{check_box, select, text, typed};
use crate::app::sessions::Msg as ToModel;
use crate::app::sessions::script::{ADD_SESSION_ID, Choice, Draft, Field, Msg};
use crate::app::sessions::{live, simulate};
use crate::app::workspace::MqttVersion;
use crate::iot::time::Millis;
use crate::lab::Comeback;
use crate::lab::scenario::Actor;
use crate::mqtt::Version;
use crate::words::script::{self as words, QUALITIES};
use crate::words::{Text, character as said, live as said_live};

/// At most this many cards are drawn.
const MAX_CARDS: usize = 50;

const VERSIONS: &[(MqttVersion, &str)] = &[(MqttVersion::V311, "MQTT 3.1.1"), (MqttVersion::V5, "MQTT 5")];
const SEVERAL: &[(Option<MqttVersion>, &str)] =
    &[(None, "Different ones"), (Some(MqttVersion::V311), "MQTT 3.1.1"), (Some(MqttVersion::V5), "MQTT 5")];
/// As most simple clients do.
const COMES_BACK: Comeback = Comeback::After(Millis(1000));
const COMEBACKS: &[(Comeback, &str)] = &[
    (Comeback::Never, "Stays away"),
    (COMES_BACK, "Comes back after a fixed time"),
    (Comeback::Backoff, "Comes back with growing delays"),
];

/// What the editor shows.
#[derive(Properties)]
pub(super) struct Props {
    /// The script as it stands.
    pub(super) draft: Rc<Draft>,
    /// The first step that is drawn.
    pub(super) first_step: usize,
    pub(super) can_undo: bool,
    pub(super) can_redo: bool,
    /// Whose script it is.
    pub(super) of: Of,
    /// Always the same one, so that nothing is drawn anew for it.
    pub(super) send: Callback<ToModel>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let drawn = |props: &Self| (props.first_step, props.can_undo, props.can_redo, props.of);
        drawn(self) == drawn(other)
            && self.send == other.send
            && (Rc::ptr_eq(&self.draft, &other.draft) || self.draft == other.draft)
    }
}

/// What a script is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The simulated broker.
    Simulate,
    /// A real one.
    Live,
}

/// A draft, with what its fields need.
pub(super) struct Edited<'a> {
    pub(super) draft: &'a Draft,
    pub(super) of: Of,
    /// The texts that wait, with the reasons.
    pub(super) problems: BTreeMap<Field, String>,
    pub(super) send: &'a Callback<Msg>,
}

/// The panels of sessions and steps. They are drawn anew when the script changes, and not while it is played.
#[component]
pub(super) fn Editor(props: &Props) -> Html {
    let Props { draft, first_step, can_undo, can_redo, of, send } = props;
    let of = *of;
    let send = &send.reform(move |msg| match of {
        Of::Simulate => ToModel::Simulate(simulate::Msg::Script(msg)),
        Of::Live => ToModel::Live(live::Msg::Plan(msg)),
    });
    let edited = Edited { draft, of, problems: draft.problems(), send };
    // A second session with the same client ID is what Simulate is for; a real one may be somebody's device.
    let add = if of == Of::Simulate { Msg::AddSession } else { Msg::AddUnlike };
    let cards = draft.sessions().iter().enumerate().take(MAX_CARDS);
    let hidden = draft.sessions().len().saturating_sub(MAX_CARDS);
    // Whoever has come to an end by key keeps the focus: the button stays, and does nothing more.
    let turn = |msg: Msg, can: bool, name: &'static str, what: &'static str| {
        html! {
            <button type="button" onclick={press(send, msg)} aria-disabled={(!can).to_string()}>
                { name }<span class="c-quiet">{ what }</span>
            </button>
        }
    };
    html! {
        <>
            <section class="c-panel c-stack" aria-labelledby="sessions">
                <h2 id="sessions">{ "Sessions" }</h2>
                { whose(draft, of, send) }
                <div class="c-grid">{ versions(draft, send) }</div>
                <div class="c-sessions">
                    { for cards.map(|(index, actor)| card(&edited, index, actor)) }
                </div>
                if hidden > 0 { <p class="c-hint">{ format!("{hidden} more sessions are played, but not drawn.") }</p> }
                if draft.sessions().is_empty() { <p class="c-notice">{ "No sessions yet. Add one." }</p> }
                { waiting(&edited) }
                <div class="c-row">
                    <button type="button" id={ADD_SESSION_ID} onclick={press(send, add)}>{ "Add a session" }</button>
                    { turn(Msg::Undo, *can_undo, "Undo", " the last change of sessions or steps") }
                    { turn(Msg::Redo, *can_redo, "Redo", " the change that was taken back") }
                </div>
            </section>
            { steps(&edited, *first_step) }
        </>
    }
}

/// What of a script concerns the run as a whole.
#[derive(Properties)]
pub(super) struct SettingsProps {
    /// The script as it stands.
    pub(super) draft: Rc<Draft>,
    /// Always the same one, so that nothing is drawn anew for it.
    pub(super) send: Callback<ToModel>,
}

impl PartialEq for SettingsProps {
    fn eq(&self, other: &Self) -> bool {
        self.send == other.send && (Rc::ptr_eq(&self.draft, &other.draft) || self.draft == other.draft)
    }
}

/// Seed, network and end of the run, folded up. They stand with the player, whose every run they change.
#[component]
pub(super) fn Settings(props: &SettingsProps) -> Html {
    let SettingsProps { draft, send } = props;
    let send = &send.reform(|msg| ToModel::Simulate(simulate::Msg::Script(msg)));
    let edited = Edited { draft, of: Of::Simulate, problems: draft.problems(), send };
    let end = crate::lab::format::seconds(draft.end().0);
    let (seed, latency) = (draft.text(Field::Seed), draft.text(Field::Latency));
    html! {
        <details class="c-more c-settings">
            <summary>{ format!("Seed {seed}, latency {latency} s, end {end} s") }</summary>
            <div class="c-grid">
                { edited.input(Field::Seed, "seed", "Seed".into(), "The same seed gives the same log.") }
                { edited.input(Field::Latency, "latency", "Latency (s)".into(), "One way, at least.") }
                { edited.input(Field::Jitter, "jitter", "Jitter (s)".into(), "On top, at random.") }
                { edited.input(Field::End, "run-end", "Ends after (s)".into(), &ends(draft)) }
            </div>
        </details>
    }
}

/// Who the sessions are.
fn whose(draft: &Draft, of: Of, send: &Callback<Msg>) -> Html {
    let Some(own) = draft.own() else {
        if of == Of::Live {
            return html! { <p class="c-hint">{ said_live::REAL }</p> };
        }
        return html! { <p class="c-hint">{ words::OF_CHECK }{ " Two with the same client ID show the takeover." }</p> };
    };
    let policies = own.iter().flat_map(|who| &who.policies).map(|policy| policy.name.as_str());
    let policies: Vec<&str> = policies.collect();
    html! {
        <div class="c-notice c-row is-spread" role="note">
            <p>
                { words::OWN }
                if !policies.is_empty() { { format!(" Its policies: {}.", policies.join(", ")) } }
            </p>
            <button type="button" onclick={press(send, Msg::UseCheck)}>{ "Use the policies of Check" }</button>
        </div>
    }
}

fn versions(draft: &Draft, send: &Callback<Msg>) -> Html {
    let version = draft.version();
    if version.is_none() && !draft.sessions().is_empty() {
        let changed = Callback::from({
            let send = send.clone();
            move |version: Option<MqttVersion>| {
                if let Some(version) = version {
                    send.emit(Msg::Choose(Choice::Versions(version)));
                }
            }
        });
        return select("version", "Protocol", SEVERAL, None, &changed);
    }
    let changed = send.reform(|version| Msg::Choose(Choice::Versions(version)));
    select("version", "Protocol", VERSIONS, version.unwrap_or_default(), &changed)
}

/// When the run ends while nobody says so.
fn ends(draft: &Draft) -> String {
    format!("Empty: soon after the last step, now {} s.", crate::lab::format::seconds(draft.end().0))
}

/// Every text that waits, with its place.
fn waiting(edited: &Edited) -> Html {
    let draft = edited.draft;
    html! {
        <div role="status">
            if !edited.problems.is_empty() {
                <div class="c-notice is-implicit">
                    <p>{ "Not taken yet; what was there before is played:" }</p>
                    <ul>
                        { for edited.problems.iter().map(|(field, why)| {
                            let typed = Text::new().say(format!("{}: ", place(draft, *field))).code(draft.text(*field)).say(". ");
                            html! { <li>{ text(&typed) }{ why }</li> }
                        }) }
                    </ul>
                </div>
            }
        </div>
    }
}

/// What a field is called, wherever it stands.
pub(super) fn place(draft: &Draft, field: Field) -> String {
    let of = |what: &str, session: usize| {
        format!("{what} of {}", draft.sessions().get(session).map_or("", |actor| &actor.name))
    };
    let step = |what: &str, step: usize| format!("{what} of step {}", step + 1);
    match field {
        Field::Title => "Title".to_owned(),
        Field::End => "End".to_owned(),
        Field::Seed => "Seed".to_owned(),
        Field::Latency => "Latency".to_owned(),
        Field::Jitter => "Jitter".to_owned(),
        Field::Name(session) => of("Name", session),
        Field::ClientId(session) => of("Client ID", session),
        Field::KeepAlive(session) => of("Keep-alive", session),
        Field::Expiry(session) => of("Session expiry", session),
        Field::UserProperties(session) => of("User properties", session),
        Field::Comeback(session) => of("Delay", session),
        Field::WillTopic(session) => of("Will topic", session),
        Field::WillPayload(session) => of("Will message", session),
        Field::Subscribe(session) => of("Filter", session),
        Field::Publish(session) => of("Topic", session),
        Field::Message(session) => of("Message", session),
        Field::At(number) => step("Time", number),
        Field::Filters(number) => step("Filter", number),
        Field::Topic(number) => step("Topic", number),
        Field::Payload(number) => step("Message", number),
    }
}

/// What a client ID or topic is taken with, and nobody sees.
fn hidden(field: Field, value: &str) -> Option<Text> {
    let what = match field {
        Field::ClientId(_) => "client ID",
        Field::Publish(_) | Field::Topic(_) | Field::WillTopic(_) => "topic",
        // One a line.
        Field::Subscribe(_) | Field::Filters(_) => {
            return value.split('\n').find_map(|filter| said::hidden("topic filter", filter));
        }
        _ => return None,
    };
    said::hidden(what, value)
}

impl Edited<'_> {
    /// A labelled field; what is wrong with its text stands below it, and a hint while nothing is.
    pub(super) fn input(&self, field: Field, id: &str, label: Html, hint: &str) -> Html {
        html! {
            <div class="c-field">
                <label for={id.to_owned()}>{ label }</label>
                { self.bare(field, id, None, hint) }
            </div>
        }
    }

    /// A field of several lines.
    fn area(&self, field: Field, id: &str, label: &'static str, hint: &str) -> Html {
        html! {
            <div class="c-field">
                <label for={id.to_owned()}>{ label }</label>
                { self.control(field, id, None, hint, true) }
            </div>
        }
    }

    /// The same with a name that is not seen.
    pub(super) fn bare(&self, field: Field, id: &str, name: Option<String>, hint: &str) -> Html {
        // A field of one line would take the line ends away.
        self.control(field, id, name, hint, self.draft.text(field).contains('\n'))
    }

    fn control(&self, field: Field, id: &str, name: Option<String>, hint: &str, several: bool) -> Html {
        let value = self.draft.text(field);
        let problem = self.problems.get(&field);
        let hidden = hidden(field, &value).filter(|_| problem.is_none());
        let class = if problem.is_some() || hidden.is_some() { "c-stale" } else { "c-hint" };
        let said = hidden.unwrap_or_else(|| Text::new().say(problem.map_or(hint, String::as_str)));
        let silent = said.to_string().is_empty();
        let said_id = format!("{id}-said");
        let describedby = (!silent).then(|| said_id.clone());
        let invalid = problem.map(|_| "true");
        let oninput = self.send.reform(move |event: InputEvent| Msg::Type(field, typed(&event)));
        let id = id.to_owned();
        html! {
            <>
                if several {
                    <textarea {id} {value} {oninput} rows="2" wrap="off" aria-label={name} aria-describedby={describedby}
                        aria-invalid={invalid} autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                } else {
                    <input {id} type="text" {value} {oninput} aria-label={name} aria-describedby={describedby}
                        aria-invalid={invalid} autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                }
                if !silent { <p id={said_id} {class}>{ text(&said) }</p> }
            </>
        }
    }

    /// A choice that is sent.
    pub(super) fn choose<T: 'static>(&self, choice: impl Fn(T) -> Choice + 'static) -> Callback<T> {
        self.send.reform(move |value| Msg::Choose(choice(value)))
    }
}

fn card(edited: &Edited, index: usize, actor: &Actor) -> Html {
    let draft = edited.draft;
    let id = |part: &str| format!("session-{index}-{part}");
    let input = |field: Field, part: &str, label: &str| edited.input(field, &id(part), label.into(), "");
    let quality = edited.choose(move |qos| Choice::Quality(index, qos));
    html! {
        <fieldset class="c-session" key={index}>
            <legend>{ format!("Session {}", actor.name) }</legend>
            { input(Field::ClientId(index), "client-id", "Client ID") }
            { input(Field::Subscribe(index), "subscribes-to", "Subscribes to") }
            { input(Field::Publish(index), "publishes-to", "Publishes to") }
            { input(Field::Message(index), "message", "Message") }
            { select(&id("qos"), "Quality of service", QUALITIES, draft.quality(index), &quality) }
            { more(edited, index, actor) }
            if edited.of == Of::Live {
                <Controls session={index} name={actor.name.clone()} subscribes={!draft.text(Field::Subscribe(index)).trim().is_empty()}
                    publishes={!draft.text(Field::Publish(index)).trim().is_empty()} />
            } else if let Some(program) = actor.program {
                <Terminal session={index} name={actor.name.clone()} program={program.kind} />
            }
            // The numbers of live sessions stay what the log calls them.
            if edited.of == Of::Simulate || index + 1 == draft.sessions().len() {
                <button type="button" onclick={press(edited.send, Msg::RemoveSession(index))}>
                    { format!("Remove {}", actor.name) }
                </button>
            }
        </fieldset>
    }
}

/// The rest of its CONNECT, and what it does when it loses its connection.
fn more(edited: &Edited, index: usize, actor: &Actor) -> Html {
    let draft = edited.draft;
    let connect = &actor.connect;
    let id = |part: &str| format!("session-{index}-{part}");
    let input = |field: Field, part: &str, label: &str, hint: &str| {
        edited.input(field, &id(part), label.into(), hint)
    };
    let speaks = match connect.version {
        Version::V311 => MqttVersion::V311,
        Version::V5 => MqttVersion::V5,
    };
    let comeback = if matches!(actor.comeback, Comeback::After(_)) { COMES_BACK } else { actor.comeback };
    let identities = draft.own().filter(|own| own.len() > 1).unwrap_or_default();
    let persistent = match speaks {
        MqttVersion::V311 => "Keep the session when the connection ends",
        MqttVersion::V5 => "Go on with an older session, if there is one",
    };
    html! {
        <details class="c-more">
            <summary>{ "More" }<span class="c-quiet">{ format!(" of {}", actor.name) }</span></summary>
            <div class="c-stack">
                { input(Field::Name(index), "name", "Name", "") }
                if !identities.is_empty() {
                    { who(edited, index, actor.identity, identities) }
                }
                { select(&id("version"), "Version", VERSIONS, speaks, &edited.choose(move |version| Choice::Version(index, version))) }
                { check_box(persistent, !connect.clean_start, &edited.choose(move |yes| Choice::Persistent(index, yes))) }
                if speaks == MqttVersion::V5 {
                    { input(Field::Expiry(index), "expiry", "Session expiry (s)", "Empty: the session ends with the connection.") }
                }
                if speaks == MqttVersion::V5 {
                    { edited.area(Field::UserProperties(index), &id("properties"), "User properties", "One a line, as name: value.") }
                }
                { input(Field::KeepAlive(index), "keep-alive", "Keep-alive (s)", "") }
                { select(&id("comeback"), "When the connection is lost", COMEBACKS, comeback,
                    &edited.choose(move |comeback| Choice::Comeback(index, comeback))) }
                if matches!(actor.comeback, Comeback::After(_)) {
                    { input(Field::Comeback(index), "delay", "Comes back after (s)", "") }
                }
                { check_box("Has a will", connect.will.is_some(), &edited.choose(move |yes| Choice::Will(index, yes))) }
                if let Some(will) = &connect.will {
                    { input(Field::WillTopic(index), "will-topic", "Will topic", if will.topic.is_empty() { words::INCOMPLETE } else { "" }) }
                    { input(Field::WillPayload(index), "will-message", "Will message", "") }
                    { select(&id("will-qos"), "QoS of the will", QUALITIES, will.qos, &edited.choose(move |qos| Choice::WillQos(index, qos))) }
                    { check_box("Retain the will", will.retain, &edited.choose(move |yes| Choice::WillRetain(index, yes))) }
                }
            </div>
        </details>
    }
}

/// Whom a session is, where a file knows several.
fn who(edited: &Edited, index: usize, chosen: u32, identities: &[crate::lab::Identity]) -> Html {
    let names = identities.iter().map(|who| who.name.clone());
    let chosen = usize::try_from(chosen).ok();
    let picked = edited.choose(move |who| Choice::Who(index, who));
    html! {
        <div class="c-field">
            <label for={format!("session-{index}-who")}>{ "Who" }</label>
            { pick(&format!("session-{index}-who"), None, names.collect(), chosen, picked) }
        </div>
    }
}

/// One of a list of names, by place.
pub(super) fn pick(
    id: &str,
    label: Option<String>,
    names: Vec<String>,
    chosen: Option<usize>,
    picked: Callback<usize>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(at) = target.and_then(|select| usize::try_from(select.selected_index()).ok()) {
            picked.emit(at);
        }
    });
    html! {
        <select id={id.to_owned()} aria-label={label} {onchange}>
            { for names.into_iter().enumerate().map(|(at, name)| html! {
                <option selected={chosen == Some(at)}>{ name }</option>
            }) }
        </select>
    }
}

/// A press that sends one message.
pub(super) fn press(send: &Callback<Msg>, msg: Msg) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}
