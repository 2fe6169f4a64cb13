//! The steps of a script, as a list of everybody's: a page of them at a time.

use yew::prelude::*;

use super::script::{Edited, Of, pick, press};
use crate::app::browser::components::{check_box, select};
use crate::app::sessions::script::{ADD_STEP_ID, Choice, Field, LAST_STEP_ID, Msg, STEPS_A_PAGE, qos_of};
use crate::lab::scenario::{Action, Do, Step};
use crate::words::script::{self as words, ACTIONS, QUALITIES};

pub(super) fn steps(edited: &Edited, from: usize) -> Html {
    let draft = edited.draft;
    let all = draft.steps().len();
    let shown = draft.steps().iter().enumerate().skip(from).take(STEPS_A_PAGE);
    let to = all.min(from + STEPS_A_PAGE);
    let names: Vec<String> = draft.sessions().iter().map(|actor| actor.name.clone()).collect();
    html! {
        <section class="c-panel c-stack" aria-labelledby="steps">
            <h2 id="steps" tabindex="-1">{ "Steps" }</h2>
            <p class="c-hint">{ "What the sessions are told to do, and what happens to their connections." }</p>
            if !draft.in_order() {
                <div class="c-notice c-row is-spread">
                    <p>{ words::OUT_OF_ORDER }</p>
                    <button type="button" onclick={press(edited.send, Msg::Sort)}>{ "Sort by time" }</button>
                </div>
            }
            if all > 0 {
                <table class="c-steplist" aria-label="Steps">
                    <thead><tr>
                        <th scope="col">{ "Step" }</th><th scope="col">{ "Time (s)" }</th><th scope="col">{ "Session" }</th>
                        <th scope="col">{ "Does" }</th><th scope="col">{ "What" }</th><th scope="col">{ "Change" }</th>
                    </tr></thead>
                    <tbody>{ for shown.map(|(number, step)| row(edited, number, all, step, &names)) }</tbody>
                </table>
            }
            if all > STEPS_A_PAGE {
                <div class="c-row">
                    <button type="button" disabled={from == 0}
                        onclick={press(edited.send, Msg::Page(from.saturating_sub(STEPS_A_PAGE)))}>{ "Earlier steps" }</button>
                    <p>{ format!("Steps {} to {to} of {all}", from + 1) }</p>
                    <button type="button" disabled={to == all}
                        onclick={press(edited.send, Msg::Page(from + STEPS_A_PAGE))}>{ "Later steps" }</button>
                </div>
            }
            <div class="c-row">
                <button type="button" id={ADD_STEP_ID} onclick={press(edited.send, Msg::AddStep)}>{ "Add a step" }</button>
            </div>
        </section>
    }
}

fn row(edited: &Edited, number: usize, all: usize, step: &Step, names: &[String]) -> Html {
    let n = number + 1;
    let id = |part: &str| format!("step-{number}-{part}");
    let at = if n == all { LAST_STEP_ID.to_owned() } else { id("at") };
    let session = usize::try_from(step.session.0).ok();
    let button = |label: &'static str, name: String, disabled: bool, msg: Msg| {
        html! { <button type="button" aria-label={name} {disabled} onclick={press(edited.send, msg)}>{ label }</button> }
    };
    html! {
        <tr key={number}>
            <th scope="row">{ n }</th>
            <td data-column="Time (s)">
                { edited.bare(Field::At(number), &at, Some(format!("Time of step {n} in seconds")), "") }
            </td>
            <td data-column="Session">
                { pick(&id("session"), Some(format!("Session of step {n}")), names.to_vec(), session,
                    edited.choose(move |session| Choice::Session(number, session))) }
            </td>
            <td data-column="Does">{ does(edited, number, step) }</td>
            <td data-column="What"><div class="c-what">{ what(edited, number, step) }</div></td>
            <td data-column="Change">
                <div class="c-row">
                    { button("\u{2191}", format!("Move step {n} up"), number == 0, Msg::SwapSteps(number.saturating_sub(1))) }
                    { button("\u{2193}", format!("Move step {n} down"), n == all, Msg::SwapSteps(number)) }
                    { button("Remove", format!("Remove step {n}"), false, Msg::RemoveStep(number)) }
                </div>
            </td>
        </tr>
    }
}

fn does(edited: &Edited, number: usize, step: &Step) -> Html {
    let kind = step.action.kind();
    // A real network cannot be told what to do.
    let possible = |known: Do| {
        edited.of == Of::Simulate || !matches!(known, Do::Cut | Do::HalfOpen | Do::Stall | Do::Resume)
    };
    let actions: Vec<_> = ACTIONS.iter().filter(|(known, _)| possible(*known) || *known == kind).collect();
    let names = actions.iter().map(|(_, name)| (*name).to_owned()).collect();
    let chosen = actions.iter().position(|(known, _)| *known == kind);
    let kinds: Vec<Do> = actions.iter().map(|(kind, _)| *kind).collect();
    let send = edited.send.clone();
    let picked = Callback::from(move |at: usize| {
        if let Some(kind) = kinds.get(at) {
            send.emit(Msg::Choose(Choice::Do(number, *kind)));
        }
    });
    pick(
        &format!("step-{number}-does"),
        Some(format!("What step {} does", number + 1)),
        names,
        chosen,
        picked,
    )
}

/// The fields of what it does.
fn what(edited: &Edited, number: usize, step: &Step) -> Html {
    let id = |part: &str| format!("step-{number}-{part}");
    let hint = if edited.draft.is_incomplete(&step.action) { words::INCOMPLETE } else { "" };
    let input = |field: Field, part: &str, label: &str, hint: &str| {
        edited.input(field, &id(part), label.into(), hint)
    };
    let qos = qos_of(&step.action).map(|qos| {
        select(&id("qos"), "QoS", QUALITIES, qos, &edited.choose(move |qos| Choice::Qos(number, qos)))
    });
    match &step.action {
        Action::Subscribe(_) | Action::Unsubscribe(_) => html! {
            <>{ input(Field::Filters(number), "filter", "Filter", hint) }{ for qos }</>
        },
        Action::Publish(message) => html! {
            <>
                { input(Field::Topic(number), "topic", "Topic", hint) }
                { input(Field::Payload(number), "payload", "Message", "") }
                { for qos }
                { check_box("Retain", message.retain, &edited.choose(move |yes| Choice::Retain(number, yes))) }
            </>
        },
        _ => Html::default(),
    }
}
