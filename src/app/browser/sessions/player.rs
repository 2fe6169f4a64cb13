//! The player's controls: time, speed, runs, and the form for what is to be otherwise.

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::browser::components::{check_box, field, select, text};
use crate::app::sessions::simulate::branch::{Form, FormMsg, Incomplete, Kind};
use crate::app::sessions::simulate::player::{Go, Msg, Player, Speed};
use crate::lab::Scenario;
use crate::lab::scenario::Do;
use crate::timeline::{Record, SessionId};
use crate::words;
use crate::words::script::{ACTIONS, QUALITIES};

/// The heading of the form, to which a key leads.
pub(super) const BRANCH_ID: &str = "branch";

const SPEEDS: &[(Speed, &str)] = &[
    (Speed::Quarters(1), "0.25x"),
    (Speed::Quarters(2), "0.5x"),
    (Speed::NORMAL, "1x"),
    (Speed::Quarters(8), "2x"),
    (Speed::Quarters(16), "4x"),
    (Speed::Quarters(32), "8x"),
    (Speed::Quarters(64), "16x"),
    (Speed::Fastest, "As fast as it goes"),
];
const KINDS: &[(Kind, &str)] = &[
    (Kind::Act, "a session does something now"),
    (Kind::Network, "the network is slower or faster"),
    (Kind::LeaveOut, "a later step is left out"),
    (Kind::Instead, "a later step is another one"),
];

/// The bar that goes through time; `settings` are those of the run.
pub(super) fn transport(player: &Player, send: &Callback<Msg>, settings: Html) -> Html {
    let press = |msg: Msg| send.reform(move |_: MouseEvent| msg.clone());
    let entries = player.entries().len();
    let (here, last) = (player.cursor, entries.checked_sub(1));
    let at_start = here.is_none_or(|here| here == 0);
    // Whoever has come to an end by key keeps the focus: the button stays, and does nothing more.
    let step = |go, label: &'static str, icon: &'static str, off: bool| {
        html! {
            <button type="button" aria-label={label} onclick={press(Msg::Go(go))} aria-disabled={off.to_string()}>
                { self::icon(icon) }
            </button>
        }
    };
    let plays = player.plays();
    let (name, sign) =
        if plays { ("Pause", "M4 2h3v12H4zM9 2h3v12H9z") } else { ("Play", "M4 2l10 6-10 6z") };
    html! {
        <section class="c-panel c-transport" aria-label="Player">
            <div class="c-go" role="group" aria-label="Go through the events">
                { step(Go::First, "First event", "M2 2h2v12H2zM14 2v12L5 8z", at_start) }
                { step(Go::Previous, "Previous event", "M11 2v12L3 8z", at_start) }
                <button type="button" class="is-primary c-play" onclick={press(Msg::Toggle)} disabled={entries == 0}>
                    { icon(sign) }<span>{ name }</span>
                </button>
                { step(Go::Next, "Next event", "M5 2v12l8-6z", here == last) }
                { step(Go::Last, "Last event", "M12 2h2v12h-2zM2 2v12l9-6z", here == last) }
            </div>
            <span class="c-time c-mono">{ format!("t = {} s", words::player::seconds(player.now().0)) }</span>
            { select("speed", "Speed", SPEEDS, player.speed, &send.reform(Msg::Speed)) }
            { runs(player, send) }
            { settings }
        </section>
    }
}

/// The runs as tabs, and the demonstration.
fn runs(player: &Player, send: &Callback<Msg>) -> Html {
    let press = |msg: Msg| send.reform(move |_: MouseEvent| msg.clone());
    let tabs = player.runs.iter().enumerate().map(|(place, run)| {
        let name = words::player::run(run.number, run.war, run.branches.last().map(|branch| branch.at.0));
        let close = format!("Close {name}");
        html! {
            <span class="c-run" key={run.number}>
                <button type="button" aria-pressed={(place == player.shown).to_string()} onclick={press(Msg::Show(place))}>{ name }</button>
                if place > 0 {
                    <button type="button" aria-label={close} onclick={press(Msg::Close(place))}>{ "\u{00d7}" }</button>
                }
            </span>
        }
    });
    let played = player.scenario().is_some();
    html! {
        <div class="c-row c-runs">
            <div class="c-row" role="group" aria-label="Runs">{ for tabs }</div>
            if played { <button type="button" onclick={press(Msg::War)}>{ "Show a takeover war" }</button> }
        </div>
    }
}

/// What can be done from the event at the cursor.
pub(super) fn from_here(player: &Player, send: &Callback<Msg>) -> Html {
    let press = |msg: Msg| send.reform(move |_: MouseEvent| msg.clone());
    let (Some(scenario), Some(run)) = (player.scenario(), player.run()) else {
        return Html::default();
    };
    let room = player.has_room();
    let because = player.because();
    let why = match because {
        Some((_, step)) => {
            let step = words::player::step(step, &name(&run.record, step.session));
            html! { <>{ "It goes back to this step: " }{ text(&step) }{ "." }</> }
        }
        None => html! { words::player::NO_STEP },
    };
    let hidden = topic(&player.form, player.form.action_at(&player.moment))
        .and_then(|(_, what)| words::character::hidden(what, &player.form.topic));
    let wrong = player.form.change(scenario, &player.moment).err().map(incomplete);
    html! {
        <>
            if player.cursor.is_some() {
                <p class="c-hint" id="because">{ why }</p>
                <div class="c-row">
                    <button type="button" onclick={press(Msg::Skip)} aria-disabled={(because.is_none() || !room).to_string()} aria-describedby="because">
                        { "Skip this event and replay" }
                    </button>
                </div>
            }
            <section class="c-stack c-branch" aria-labelledby={BRANCH_ID}>
                <h3 id={BRANCH_ID}>{ format!("From {} s on, otherwise", words::player::seconds(player.moment.at.0)) }</h3>
                { form(&player.form, scenario, &run.record, player, &send.reform(Msg::Form)) }
                <div class="c-row">
                    <button type="button" onclick={press(Msg::Branch)} aria-disabled={(wrong.is_some() || !room).to_string()} aria-describedby="branch-wrong">
                        { "Continue from here" }
                    </button>
                </div>
                <p class="c-hint" id="branch-wrong">
                    { wrong.unwrap_or(if room { "" } else { words::player::NO_ROOM }) }
                    if let Some(hidden) = hidden.filter(|_| room && wrong.is_none()) { { text(&hidden) } }
                </p>
            </section>
        </>
    }
}

fn form(
    form: &Form,
    scenario: &Scenario,
    record: &Record,
    player: &Player,
    send: &Callback<FormMsg>,
) -> Html {
    let acts = matches!(form.kind, Kind::Act | Kind::Instead);
    let action = form.action_at(&player.moment);
    let topic = topic(form, action);
    let quality = acts && matches!(action, Do::Subscribe | Do::Publish);
    let sessions = scenario.sessions.iter().zip((0..).map(SessionId));
    let sessions = sessions.map(|(actor, id)| (id, actor.name.clone())).collect();
    let steps = player
        .to_come()
        .map(|(index, step)| (index, words::player::step(step, &name(record, step.session)).to_string()));
    let chosen = form.step(scenario, player.moment.at).unwrap_or_default();
    html! {
        <div class="c-grid">
            { select("branch-kind", "What", KINDS, form.kind, &send.reform(FormMsg::Kind)) }
            if form.kind == Kind::Act {
                { pick("branch-session", "Session", sessions, form.session, &send.reform(FormMsg::Session)) }
            }
            if matches!(form.kind, Kind::LeaveOut | Kind::Instead) {
                { pick("branch-step", "Step", steps.collect(), chosen, &send.reform(FormMsg::Step)) }
            }
            if acts { { select("branch-action", if form.kind == Kind::Act { "Does" } else { "Does instead" }, ACTIONS, action, &send.reform(FormMsg::Action)) } }
            if let Some((label, _)) = topic { { field("branch-topic", label, &form.topic, &send.reform(FormMsg::Topic)) } }
            if quality { { select("branch-qos", "Quality of service", QUALITIES, form.qos, &send.reform(FormMsg::Qos)) } }
            if acts && action == Do::Publish {
                { field("branch-payload", "Message", &form.payload, &send.reform(FormMsg::Payload)) }
                { check_box("Retain", form.retain, &send.reform(FormMsg::Retain)) }
            }
            if form.kind == Kind::Network {
                { field("branch-latency", "Latency of one way (s)", &form.latency, &send.reform(FormMsg::Latency)) }
                { field("branch-jitter", "Jitter on top (s)", &form.jitter, &send.reform(FormMsg::Jitter)) }
            }
        </div>
    }
}

/// What the field of the topic is called, and what stands in it, if there is one.
fn topic(form: &Form, action: Do) -> Option<(&'static str, &'static str)> {
    let acts = matches!(form.kind, Kind::Act | Kind::Instead);
    match action {
        Do::Publish if acts => Some(("Topic", "topic")),
        Do::Subscribe | Do::Unsubscribe if acts => Some(("Topic filter", "topic filter")),
        _ => None,
    }
}

const fn incomplete(why: Incomplete) -> &'static str {
    match why {
        Incomplete::NoSession => words::player::NO_SESSION,
        Incomplete::NoStep => words::player::NO_LATER_STEP,
        Incomplete::NoTopic => words::player::NO_TOPIC,
        Incomplete::NoTime => words::player::NO_TIME,
    }
}

/// One of several that are not always the same.
fn pick<T: Copy + PartialEq + 'static>(
    id: &str,
    label: &'static str,
    options: Vec<(T, String)>,
    chosen: T,
    changed: &Callback<T>,
) -> Html {
    let values: Vec<T> = options.iter().map(|(value, _)| *value).collect();
    let changed = changed.clone();
    let onchange = Callback::from(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let at = select.and_then(|select| usize::try_from(select.selected_index()).ok());
        if let Some(value) = at.and_then(|at| values.get(at)) {
            changed.emit(*value);
        }
    });
    html! {
        <div class="c-field">
            <label for={id.to_owned()}>{ label }</label>
            <select id={id.to_owned()} {onchange}>
                { for options.into_iter().map(|(value, name)| html! { <option selected={value == chosen}>{ name }</option> }) }
            </select>
        </div>
    }
}

/// The name of a session.
pub(super) fn name(record: &Record, session: SessionId) -> String {
    record.session(session).map_or_else(String::new, |session| session.name.clone())
}

fn icon(path: &'static str) -> Html {
    html! { <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={path} fill="currentColor" /></svg> }
}
