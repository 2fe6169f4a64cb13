//! Lessons: the list, and one lesson with its text at the left and what is played at the right.

use std::collections::BTreeMap;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::MouseEvent;
use yew::prelude::*;

use super::decision::{decision, detail};
use super::event_table::EventTable;
use super::findings::findings;
use super::reference::text_of;
use super::timeline::Timeline;
use crate::app::browser::components::{Tone, confidence, field, text, text_area};
use crate::app::browser::{files, shell};
use crate::app::sessions::lessons::{Chosen, File, Lessons, OUTCOME_ID, STEP_ID, TITLE_ID};
pub(super) use crate::app::sessions::lessons::{Effect, Msg};
use crate::app::sessions::{Model, Msg as ToModel};
use crate::app::workspace::Screen;
use crate::lab::lesson::{Change, Claim, Control, Editable, Listed, Prediction, Stand, Step, Value, Walk};
use crate::lab::{Run, Scenario, mosquitto};
use crate::policy::document;
use crate::timeline::SessionId;
use crate::words;
use crate::words::check::ticked;
use crate::words::lesson as said;

/// The one entry in the browser's storage.
const KEY: &str = "iot-policy-lab.lessons";
/// Where the lessons are, beside the page.
const FOLDER: &str = "./lessons/";

/// What was kept at an earlier visit.
pub(super) fn kept() -> Option<String> {
    gloo::utils::window().local_storage().ok()??.get_item(KEY).ok()?
}

/// Does what the screen wants of the browser. The focus is the root's.
pub(super) fn carry_out(effect: Effect, send: Callback<Msg>) {
    match effect {
        Effect::FetchList(name) => spawn_local(async move {
            let text = text_of(&format!("{FOLDER}{name}")).await;
            send.emit(Msg::Listed(text.ok_or_else(|| said::LIST_MISSING.to_owned())));
        }),
        Effect::Fetch(id) => spawn_local(async move {
            let text = text_of(&format!("{FOLDER}{id}.json")).await;
            send.emit(Msg::Came(id, text.ok_or_else(|| said::MISSING.to_owned())));
        }),
        Effect::Keep(text) => {
            if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
                // A browser that keeps nothing begins anew at the next visit.
                let _ = match text {
                    Some(text) => storage.set_item(KEY, &text),
                    None => storage.remove_item(KEY),
                };
            }
        }
        Effect::CopyLink(fragment) => {
            let location = gloo::utils::window().location();
            let (origin, path) = (location.origin(), location.pathname());
            let address = format!("{}{}#{fragment}", origin.unwrap_or_default(), path.unwrap_or_default());
            files::copy(&address, send.reform(Msg::Told));
        }
        Effect::Focus(_) => {}
    }
}

/// Has the address bar say what is open, so that a load of the page finds it again; other screens have no address.
pub(super) fn show_address(model: &Model) {
    let now = shell::fragment();
    let shown = (model.workspace.screen == Screen::Lessons).then(|| model.lessons.address());
    if shown.as_deref() == Some(&now) || (shown.is_none() && !Lessons::is_address(&now)) {
        return;
    }
    let window = gloo::utils::window();
    let location = window.location();
    let (path, query) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let fragment = shown.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    if let Ok(history) = window.history() {
        // A browser that does not let the address be changed goes on with the old one.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{query}{fragment}")));
    }
}

/// What the parts of the screen are drawn from.
#[derive(Clone, Copy)]
struct Page<'a> {
    lessons: &'a Lessons,
    send: &'a Callback<Msg>,
    /// Presenter mode hides the answers, and nobody has asked for them.
    hidden: bool,
}

impl Page<'_> {
    fn press(self, msg: Msg) -> Callback<MouseEvent> {
        self.send.reform(move |_| msg.clone())
    }
}

/// The screen.
pub(super) fn lessons(model: &Model, send: &Callback<ToModel>) -> Html {
    let send = send.reform(ToModel::Lessons);
    let lessons = &model.lessons;
    let page = Page { lessons, send: &send, hidden: model.workspace.presenter && !lessons.revealed };
    match (lessons.file(), &lessons.open) {
        (Some(File::Here(walk)), Some(id)) => lesson(page, id, walk, model.workspace.presenter),
        (Some(file), _) => html! {
            <section class="c-panel c-stack" aria-labelledby={TITLE_ID}>
                <h2 id={TITLE_ID} tabindex="-1">{ "Lesson" }</h2>
                { absent(page, file) }
                <div class="c-row">{ back(page) }</div>
            </section>
        },
        (None, _) => list(page),
    }
}

fn back(page: Page<'_>) -> Html {
    html! { <button type="button" onclick={page.press(Msg::Leave)}>{ "\u{2039} All lessons" }</button> }
}

/// What stands where something should be that is not here.
fn absent<T>(page: Page<'_>, file: &File<T>) -> Html {
    match file {
        File::Here(_) => Html::default(),
        File::Unasked | File::Awaited => html! { <p class="c-notice">{ "It is being fetched." }</p> },
        File::Failed(why) => html! {
            <div class="c-notice is-explicit c-stack" role="alert">
                <p>{ text(&ticked(why)) }</p>
                <div class="c-row">
                    <button type="button" onclick={page.press(Msg::Again)}>{ "Try again" }</button>
                </div>
            </div>
        },
    }
}

fn list(page: Page<'_>) -> Html {
    let lessons = page.lessons;
    let listed: &[Listed] = if let File::Here(list) = &lessons.list { list } else { &[] };
    let row = |lesson: &Listed| {
        let Listed { id, title, about, kind, level, minutes, steps } = lesson;
        let done = lessons.done(lesson);
        let next = (0..*steps).find(|step| !lessons.is_done(id, *step)).unwrap_or(0);
        html! {
            <li key={id.clone()} class={classes!("l-entry", (done == *steps).then_some("is-allowed"))}>
                <h3><button type="button" class="c-link" onclick={page.press(Msg::Open(id.clone(), next))}>
                    { text(&ticked(title)) }
                </button></h3>
                <p>{ text(&ticked(about)) }</p>
                <p class="c-hint">
                    { said::head(*kind, *level, *minutes) }{ ", " }
                    if done == *steps { <span class="c-now">{ Tone::Allowed.sign() }{ said::progress(done, *steps) }</span> }
                    else { { said::progress(done, *steps) } }
                </p>
            </li>
        }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby={TITLE_ID}>
            <h2 id={TITLE_ID} tabindex="-1">{ "Lessons" }</h2>
            <p>{ said::ABOUT }</p>
            { absent(page, &lessons.list) }
            <ol class="l-list">{ for listed.iter().map(row) }</ol>
            <div class="c-row">
                <p class="c-hint">{ said::KEPT }</p>
                <button type="button" aria-disabled={(!lessons.has_progress()).to_string()} onclick={page.press(Msg::Forget)}>
                    { "Forget my progress" }
                </button>
            </div>
        </section>
    }
}

fn lesson(page: Page<'_>, id: &str, walk: &Walk, presenter: bool) -> Html {
    let Some((step, stand)) = walk.here() else { return Html::default() };
    let lesson = &walk.lesson;
    let (at, count) = (walk.at(), lesson.steps.len());
    let to = |step: usize| {
        let done = walk.is_done(step) || page.lessons.is_done(id, step);
        let current = (step == at).then_some("step");
        html! {
            <li class={done.then_some("is-allowed")}>
                <button type="button" aria-current={current} onclick={page.press(Msg::Go(step))}>
                    <span class="c-quiet">{ "Step " }</span>{ step + 1 }
                    if done { { Tone::Allowed.sign() }<span class="c-quiet">{ " done" }</span> }
                </button>
            </li>
        }
    };
    let hidden = page.hidden && stand.chosen.is_some() && stand.run.is_some();
    html! {
        <div class="c-stack" key={format!("{id}/{at}")}>
            <section class="c-panel c-stack l-head" aria-labelledby={TITLE_ID}>
                <div class="c-row is-spread">
                    { back(page) }
                    <div class="c-row">
                        <p class="c-hint" role="status">{ page.lessons.said.clone() }</p>
                        <button type="button" onclick={page.press(Msg::Link)}>{ said::LINK }</button>
                    </div>
                </div>
                <div class="c-row is-spread">
                    <div>
                        <h2 id={TITLE_ID} tabindex="-1">{ text(&ticked(&lesson.title)) }</h2>
                        <p class="c-hint">{ said::head(lesson.kind, lesson.level, lesson.minutes) }</p>
                    </div>
                    if count > 1 { <nav aria-label="Steps of the lesson"><ol class="l-steps">{ for (0..count).map(to) }</ol></nav> }
                </div>
            </section>
            <div class="c-columns l-columns">
                <section class="c-panel c-stack l-text" aria-labelledby={STEP_ID}>
                    <h2 id={STEP_ID} tabindex="-1">
                        if count > 1 { { format!("Step {} of {count}: ", at + 1) } }{ text(&ticked(&step.title)) }
                    </h2>
                    { claims(&step.text) }
                    if let Some(prediction) = &step.prediction { { predict(page, prediction, stand, hidden) } }
                    if hidden {
                        <div class="c-notice c-stack">
                            <p id={OUTCOME_ID} tabindex="-1">{ said::HIDDEN }</p>
                            <div class="c-row"><button type="button" onclick={page.press(Msg::Reveal)}>{ "Show the answer" }</button></div>
                        </div>
                    } else if stand.run.is_some() {
                        // What comes while something is typed stands below it: the field keeps its place.
                        if step.prediction.is_some() { { afterwards(step, stand) } }
                        if let Some(change) = &step.change { { to_change(page, step, change, stand) } }
                        if step.prediction.is_none() { { afterwards(step, stand) } }
                        if presenter && stand.chosen.is_some() {
                            <div class="c-row"><button type="button" onclick={page.press(Msg::Reveal)}>{ "Hide the answer" }</button></div>
                        }
                    }
                    { onward(page, at, count) }
                </section>
                <div class="c-stack">
                    { scene(step, stand) }
                    if let Some(run) = stand.run.as_ref().filter(|_| !hidden) { { played(page, step, run) } }
                </div>
            </div>
        </div>
    }
}

/// To the step before, and to the next step or lesson.
fn onward(page: Page<'_>, at: usize, count: usize) -> Html {
    let next = match page.lessons.next() {
        _ if at + 1 < count => Some((Msg::Go(at + 1), "Next step \u{203a}".to_owned())),
        Some(next) => Some((Msg::Open(next.id.clone(), 0), format!("{} \u{203a}", next.title))),
        None => Some((Msg::Leave, "All lessons \u{203a}".to_owned())),
    };
    html! {
        <div class="c-row is-spread l-onward">
            if at > 0 {
                <button type="button" onclick={page.press(Msg::Go(at - 1))}>{ "\u{2039} Step before" }</button>
            } else {
                <span></span>
            }
            { for next.map(|(msg, words)| html! { <button type="button" onclick={page.press(msg)}>{ words }</button> }) }
        </div>
    }
}

fn claims(claims: &[Claim]) -> Html {
    claims.iter().map(|claim| html! { <p>{ text(&ticked(&claim.text)) }</p> }).collect()
}

/// The question with its choices; what is right, once it was run.
fn predict(page: Page<'_>, prediction: &Prediction, stand: &Stand, hidden: bool) -> Html {
    let ran = stand.run.is_some();
    let option = |(at, choice): (usize, &crate::lab::lesson::Choice)| {
        let right = ran && !hidden && stand.right == Some(at);
        let own = ran && stand.chosen == Some(at);
        html! {
            <label class={classes!("is-inline", "l-choice", right.then_some("is-allowed"))}>
                <input type="radio" name="prediction" checked={stand.chosen == Some(at)} disabled={ran}
                    onchange={page.send.reform(move |_: Event| Msg::Choose(at))} />
                <span>
                    { text(&ticked(&choice.claim.text)) }
                    if own { <span class="c-hint">{ " Your prediction. " }</span> }
                    if right { { " " }<strong class="c-now">{ Tone::Allowed.sign() }{ "This happens." }</strong> }
                </span>
            </label>
        }
    };
    html! {
        <>
            <fieldset class="l-predict">
                <legend>{ text(&ticked(&prediction.question)) }</legend>
                { for prediction.choices.iter().enumerate().map(option) }
            </fieldset>
            if !ran {
                <div class="c-row l-run">
                    <button type="button" class="is-primary" disabled={stand.chosen.is_none()} onclick={page.press(Msg::Run)}>
                        { "Run" }
                    </button>
                    <span class="c-hint">{ said::CHOOSE_FIRST }</span>
                </div>
            }
        </>
    }
}

/// What came of the prediction, what is to be understood, and what it rests on.
fn afterwards(step: &Step, stand: &Stand) -> Html {
    let change = step.change.as_ref();
    let predicted = step.prediction.as_ref().zip(stand.chosen);
    if predicted.is_none() && change.is_some() && !stand.solved {
        return Html::default();
    }
    let outcome = predicted.map(|(prediction, chosen)| {
        let assumed = prediction.choices.get(chosen).and_then(|choice| choice.assumes.as_ref());
        let (tone, words) = match assumed.filter(|_| stand.right != Some(chosen)) {
            None => (Tone::Allowed, said::RIGHT),
            Some(assumes) => (Tone::ImplicitDeny, assumes.as_str()),
        };
        html! {
            <>
                <h3 id={OUTCOME_ID} tabindex="-1">{ "What happened, and why" }</h3>
                <p class={classes!("c-notice", tone.class())}>{ text(&ticked(words)) }</p>
            </>
        }
    });
    let facts = step.facts.iter().map(|stated| {
        html! {
            <li>
                { text(&ticked(&stated.text)) }{ " " }{ confidence(stated.sure) }
                <span class="c-hint">{ " " }{ &stated.source }</span>
            </li>
        }
    });
    html! {
        <>
            { for outcome }
            { claims(&step.after) }
            if !step.facts.is_empty() {
                <div><h3>{ "What this rests on" }</h3><ul class="l-facts">{ for facts }</ul></div>
            }
        </>
    }
}

/// The task, what can be changed, the goal, the hints.
fn to_change(page: Page<'_>, step: &Step, change: &Change, stand: &Stand) -> Html {
    let reached =
        |claim: &Claim| stand.problem.is_none() && stand.run.as_ref().is_some_and(|run| claim.is_true(run));
    let goal = change.goal.iter().map(|claim| {
        let (tone, word) =
            if reached(claim) { (Tone::Allowed, "Reached: ") } else { (Tone::Nothing, "Not yet: ") };
        html! {
            <li class={tone.class()}>
                { tone.sign() }
                <span><span class="c-quiet">{ word }</span>{ text(&ticked(&claim.text)) }</span>
            </li>
        }
    });
    let met = change.goal.iter().filter(|claim| reached(claim)).count();
    let all = met == change.goal.len();
    let places = change.editable.iter().zip(&stand.values).enumerate();
    let hint = if stand.hints < change.hints.len() {
        format!("Hint {} of {}", stand.hints + 1, change.hints.len())
    } else {
        "Put the solution in".to_owned()
    };
    let changed = stand.values != step.start();
    let unreadable = change.editable.iter().zip(&stand.values).any(|(place, value)| {
        matches!((&place.control, value), (Control::Policy, Value::Text(text)) if !document::parse(text).diagnostics.is_empty())
    });
    html! {
        <section class="c-stack l-change" aria-labelledby="change">
            <h3 id="change">{ "Change one thing" }</h3>
            <p>{ text(&ticked(&change.task)) }</p>
            { for places.map(|(at, (place, value))| editable(page, at, place, value)) }
            if let Some(problem) = &stand.problem {
                <p class="c-notice is-explicit" role="alert">
                    if unreadable { { said::UNREADABLE_POLICY } } else {
                        { "This cannot be played: " }{ text(&ticked(&problem.problem)) }{ "." }
                    }
                    { " The run before is still shown." }
                </p>
            }
            <div role="status">
                <p><strong>{ said::reached(met, change.goal.len(), stand.problem.is_none()) }</strong></p>
                if all { <div class="c-notice is-allowed c-stack">{ claims(&change.solved) }</div> }
            </div>
            <ul class="l-goal" aria-label="Goal">{ for goal }</ul>
            <ol class="l-hints" aria-live="polite">
                { for change.hints.iter().take(stand.hints).map(|hint| html! { <li>{ text(&ticked(hint)) }</li> }) }
            </ol>
            <div class="c-row">
                <button type="button" onclick={page.press(Msg::Hint)}>{ hint }</button>
                <button type="button" aria-disabled={(!changed).to_string()} onclick={page.press(Msg::PutBack)}>{ "Put everything back" }</button>
            </div>
        </section>
    }
}

fn editable(page: Page<'_>, at: usize, place: &Editable, value: &Value) -> Html {
    let id = format!("place-{at}");
    let typed = page.send.reform(move |text| Msg::Change(at, Value::Text(text)));
    match (&place.control, value) {
        (Control::Options(options), _) => {
            let option = |(number, option): (usize, &crate::lab::lesson::Alternative)| {
                html! {
                    <label class="is-inline">
                        <input type="radio" name={id.clone()} checked={*value == Value::Option(number)}
                            onchange={page.send.reform(move |_: Event| Msg::Change(at, Value::Option(number)))} />
                        <span>{ &option.text }</span>
                    </label>
                }
            };
            html! {
                <fieldset><legend>{ &place.label }</legend>{ for options.iter().enumerate().map(option) }</fieldset>
            }
        }
        (Control::Line, Value::Text(text)) => field(&id, &place.label, text, &typed),
        (Control::Policy, Value::Text(text)) => html! {
            <div class="l-policy">
                { text_area(&id, &place.label, "", text, &typed) }
                { problems(text) }
            </div>
        },
        _ => Html::default(),
    }
}

/// What is wrong with the text of a policy, with the line.
fn problems(policy: &str) -> Html {
    let found = document::parse(policy).diagnostics;
    let places = crate::app::places::Places::new(policy);
    let row = |found: &crate::policy::diagnostic::Diagnostic| {
        let (line, _) = places.line_column(found.span.start);
        html! { <li class="is-error">{ format!("Line {line}: ") }{ text(&words::diagnostic(found)) }</li> }
    };
    if found.is_empty() {
        return Html::default();
    }
    html! { <ul class="c-problems">{ for found.iter().take(5).map(row) }</ul> }
}

/// Who there is, which policies are attached, and what the sessions do.
fn scene(step: &Step, stand: &Stand) -> Html {
    let scenario: &Scenario = stand.run.as_ref().map_or(&step.scenario, |run| &run.scenario);
    let edited: Vec<&str> = match &step.change {
        Some(change) if stand.run.is_some() => change.editable.iter().filter_map(Editable::policy).collect(),
        _ => Vec::new(),
    };
    let mut policies: BTreeMap<&str, (&str, Vec<&str>)> = BTreeMap::new();
    for who in &scenario.identities {
        for policy in &who.policies {
            let (_, whose) = policies.entry(&policy.name).or_insert((&policy.document.text, Vec::new()));
            whose.push(&who.name);
        }
    }
    let several = scenario.identities.len() > 1;
    let policy = |(name, (document, whose)): (&str, (&str, Vec<&str>))| {
        let title =
            if several { format!("Policy of the {}", whose.join(" and the ")) } else { "Policy".to_owned() };
        let is_edited = edited.contains(&name);
        html! {
            <details class="c-more" open={stand.run.is_none()}>
                <summary>{ title }{ if is_edited { ", as it is edited" } else { "" } }</summary>
                <pre tabindex="0" translate="no" class="l-document">{ document }</pre>
            </details>
        }
    };
    let who = scenario.identities.iter().map(|identity| {
        html! {
            <li>
                if several { <strong>{ capital(&identity.name) }{ ": " }</strong> }
                { text(&said::identity(identity)) }
            </li>
        }
    });
    let sessions = scenario.sessions.iter().zip(0..).map(|(actor, number)| {
        let steps = scenario.steps.iter().filter(|step| step.session == SessionId(number));
        let steps = steps.map(|step| html! {
            <li><span class="c-mono">{ said::at(step.at) }</span>{ " " }{ text(&words::script::action(&step.action)) }</li>
        });
        html! {
            <li>
                <strong>{ &actor.name }{ ": " }</strong>{ text(&said::session(scenario, actor)) }
                <ul class="l-does">{ for steps }</ul>
            </li>
        }
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="scene">
            <h2 id="scene">{ "The scene" }</h2>
            <ul class="l-who">{ for who }</ul>
            <h3>{ "Sessions" }</h3>
            <ul class="l-who">{ for sessions }</ul>
            { for policies.into_iter().map(policy) }
        </section>
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The run: what was found, the log, the explanation, the questions to the policies, the terminals.
fn played(page: Page<'_>, step: &Step, run: &Run) -> Html {
    let name = |session: SessionId| run.name(session).to_owned();
    let chosen = page.lessons.chosen;
    let entry = match chosen {
        Some(Chosen::Entry(at)) => Some(at),
        _ => None,
    };
    let select = page.send.reform(|entry| Msg::Explain(Chosen::Entry(entry)));
    html! {
        <>
            if let Some(record) = &page.lessons.record {
                { findings(&record.findings, "Nothing was refused, and nobody was thrown out.", &name, Some(&page.send.reform(Msg::Find))) }
                <Timeline record={record.clone()} selected={entry} select={select.clone()} />
                <EventTable record={record.clone()} selected={entry} {select} />
            }
            { asked(page, step, run) }
            { explained(step, run, chosen) }
            { for terminals(run) }
        </>
    }
}

/// The questions to the policies that no session asked.
fn asked(page: Page<'_>, step: &Step, run: &Run) -> Html {
    let asks = step.asks();
    if asks.is_empty() {
        return Html::default();
    }
    let row = |(at, ask): (usize, &&crate::lab::lesson::Ask)| {
        let verdict = ask.explain(&run.scenario)?.explanation.decision.verdict;
        let tone = Tone::from(verdict);
        let chosen = page.lessons.chosen == Some(Chosen::Ask(at));
        let question = said::ask(&run.scenario, ask);
        Some(html! {
            <tr class={classes!(tone.class(), chosen.then_some("is-chosen"))}>
                <th scope="row">{ text(&question) }</th>
                <td><span class="c-now">{ tone.sign() }{ said::verdict(verdict) }</span></td>
                <td><button type="button" aria-pressed={chosen.to_string()}
                    aria-label={format!("Why? {}", words::check::spoken(&question))}
                    onclick={page.press(Msg::Explain(Chosen::Ask(at)))}>{ "Why?" }</button></td>
            </tr>
        })
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="asked">
            <h2 id="asked">{ "Asked of the policies" }</h2>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Scroll through the questions">
                <table class="l-asked" aria-labelledby="asked">
                    <thead><tr>
                        <th scope="col">{ "Question" }</th><th scope="col">{ "Answer" }</th><th scope="col">{ "More" }</th>
                    </tr></thead>
                    <tbody>{ for asks.iter().enumerate().filter_map(row) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn explained(step: &Step, run: &Run, chosen: Option<Chosen>) -> Html {
    let body = match chosen {
        None => html! { <p>{ "Choose an event of the log." }</p> },
        Some(Chosen::Entry(at)) => run.entries.get(at).map_or_else(Html::default, |entry| {
            detail(entry, words::scenario::version(run, entry.connection.session), Some(run))
        }),
        Some(Chosen::Ask(at)) => {
            let answer = step.asks().get(at).and_then(|ask| ask.explain(&run.scenario));
            answer.as_ref().map_or_else(Html::default, decision)
        }
    };
    let title = match chosen {
        Some(Chosen::Ask(_)) => "The chosen question",
        _ => "The chosen event",
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="detail">
            <h2 id="detail">{ title }</h2>
            <div class="c-stack">{ body }</div>
        </section>
    }
}

/// What the programs of the scenario print.
fn terminals(run: &Run) -> Vec<Html> {
    let sessions = run.scenario.sessions.iter().zip(0..);
    let terminal = |(actor, number): (&crate::lab::Actor, u32)| {
        let lines = mosquitto::terminal(run, SessionId(number));
        let shown: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let id = format!("terminal-{number}");
        (!shown.is_empty()).then(|| {
            html! {
                <section class="c-panel c-stack" aria-labelledby={id.clone()}>
                    <h2 id={id.clone()}>{ format!("Terminal of {}", actor.name) }</h2>
                    <pre tabindex="0" translate="no" class="c-terminal">{ shown.join("\n") }</pre>
                </section>
            }
        })
    };
    sessions.filter_map(terminal).collect()
}
