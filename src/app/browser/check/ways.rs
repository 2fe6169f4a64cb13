//! Ways out: each with a letter, and what it would answer to whom.

use yew::prelude::*;

use super::matrix::tone;
use super::page::press;
use super::verdict::stale_class;
use crate::app::browser::components::{Tone, confidence, text};
use crate::app::check::answer::{Answer, Untried, Way};
use crate::app::check::matrix::Cell;
use crate::app::check::{Model, Msg};
use crate::policy::Verdict;
use crate::policy::fix::Who;
use crate::policy::missing;
use crate::words;

/// The letter of a way out: the key that tries it.
pub(super) fn letter(way: usize) -> char {
    ('A'..='Z').nth(way).unwrap_or('?')
}

pub(super) fn ways(model: &Model, send: &Callback<Msg>) -> Html {
    let Some(answer) = model.answer.as_ref().filter(|answer| !answer.ways.is_empty()) else {
        let awaits =
            model.answer.as_ref().is_some_and(|answer| !missing::values(&answer.explanation).is_empty());
        return html! {
            <section class="c-panel c-stack" aria-labelledby="ways-out">
                <h2 id="ways-out" tabindex="-1">{ "Ways out" }</h2>
                if awaits { <p><a href="#who">{ words::check::SET_VALUES }</a></p> }
                else { <p class="c-hint">{ words::check::NO_WAYS }</p> }
            </section>
        };
    };
    let allowed = answer.explanation.decision.verdict == Verdict::Allowed;
    let ids = answer.columns.iter().filter_map(|column| model.matrix.client_ids.get(*column));
    let mut columns: Vec<String> = ids.cloned().collect();
    if let Some(asked) = columns.first_mut() {
        asked.push_str(" (asked)");
    }
    columns.extend(other_device(answer).map(|name| format!("another device ({name})")));
    let trying = model.trial.as_ref().map(|trial| trial.way);
    let rows = answer
        .ways
        .iter()
        .enumerate()
        .map(|(number, way)| row(number, way, answer, &columns, trying == Some(number), send));
    html! {
        <section class={classes!("c-panel", "c-stack", stale_class(model))} aria-labelledby="ways-out">
            <h2 id="ways-out" tabindex="-1">{ if allowed { "What would deny it" } else { "Ways out" } }</h2>
            <p class="c-hint">{ words::check::TRIED }</p>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Ways out and their answers">
                <table class="c-ways c-list">
                    <thead><tr>
                        <th scope="col">{ "Change" }</th>
                        { for columns.iter().map(|name| html! { <th scope="col" translate="no">{ name }</th> }) }
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </section>
    }
}

/// The name of the other device's thing, when one was asked.
fn other_device(answer: &Answer) -> Option<&str> {
    answer.ways.iter().flat_map(|way| &way.fix.trials).find_map(|trial| match &trial.who {
        Who::OtherDevice(name) => Some(name.as_str()),
        _ => None,
    })
}

/// `columns` are the names of what is answered: client IDs, and another device when one was asked.
fn row(
    number: usize,
    way: &Way,
    answer: &Answer,
    columns: &[String],
    trying: bool,
    send: &Callback<Msg>,
) -> Html {
    let fix = &way.fix;
    let untried = way.untried.map(|why| match why {
        Untried::Advice => words::check::ADVICE,
        Untried::Unreadable => words::check::UNREADABLE,
        Untried::Form => words::check::CONTRADICTED,
    });
    // What cannot be tried is answered as far as the engine has asked.
    let first = way.after.first().map_or_else(
        || fix.after().map_or_else(Html::default, |verdict| small(Tone::from(verdict))),
        |cell| small(tone(Some(*cell))),
    );
    let mut answers = vec![first];
    answers.extend(
        (1..answer.columns.len())
            .map(|column| way.after.get(column).map_or_else(Html::default, |cell| answer_of(*cell))),
    );
    let device = fix.trials.iter().find(|trial| matches!(trial.who, Who::OtherDevice(_)));
    answers.push(device.map_or_else(Html::default, |trial| small(Tone::from(trial.after))));
    let shared = fix.other_device_if_shared.filter(|verdict| *verdict == Verdict::Allowed);
    let said = words::change(fix);
    let label = format!(
        "{} {}: {}",
        if trying { "Trying" } else { "Try" },
        letter(number),
        words::check::spoken(&said)
    );
    html! {
        <tr class={classes!(trying.then_some("is-trying"))}>
            <th scope="row">
                <div class="c-way">
                    if way.untried.is_none() {
                        <button type="button" class="c-letter" aria-pressed={trying.to_string()} aria-label={label}
                            onclick={press(send, Msg::Try(number))}>{ letter(number) }</button>
                    } else {
                        <span class="c-letter">{ letter(number) }</span>
                    }
                    <div>
                        <p>{ text(&said) }{ " " }{ if fix.changes.is_empty() { Html::default() } else { confidence(fix.confidence) } }</p>
                        <p class="c-hint">{ "Cost: " }{ words::cost(fix.cost) }{ "." }
                            { for fix.needs.iter().map(|key| html! { <>{ " Needs " }<code translate="no">{ key.name() }</code>{ "." }</> }) }
                        </p>
                        { risk(way, shared.is_some()) }
                        if let Some(why) = untried { <p class="c-hint">{ why }</p> }
                        if trying {
                            <p class="c-row">
                                <button type="button" class="is-primary" onclick={press(send, Msg::Keep)}>{ "Keep it" }</button>
                                <button type="button" onclick={press(send, Msg::TakeBack)}>{ "Take it back (U)" }</button>
                            </p>
                        }
                    </div>
                </div>
            </th>
            { for columns.iter().zip(answers).map(|(name, answer)| html! { <td data-column={name.clone()}>{ answer }</td> }) }
        </tr>
    }
}

fn risk(way: &Way, shared: bool) -> Html {
    let others = way.fix.lets_others_in();
    let why = words::risk(way.fix.risk);
    let said = match (others, why) {
        (true, "") => format!("{}.", words::check::OTHERS),
        (true, why) => format!("{}: {why}.", words::check::OTHERS),
        (false, "") if !shared => return Html::default(),
        (false, "") => String::new(),
        (false, why) => format!("Risk: {why}."),
    };
    let shared = if shared { words::check::IF_SHARED } else { "" };
    html! {
        <p class={if others { "c-risk" } else { "c-hint" }}>
            if others { <span aria-hidden="true">{ "\u{26a0} " }</span> }
            { said }{ " " }{ shared }
        </p>
    }
}

fn answer_of(cell: Cell) -> Html {
    small(tone(Some(cell)))
}

fn small(tone: Tone) -> Html {
    html! { <span class={classes!("c-small", tone.class())}>{ tone.sign() }{ tone.word() }</span> }
}
