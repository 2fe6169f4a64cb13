//! The matrix: a row for each question, a column for each client ID, one tab stop in all.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::app::browser::components::Tone;
use crate::app::browser::shell::focus;
use crate::app::check::matrix::{At, Cell, Matrix, Question};

/// What the grid shows.
#[derive(Properties)]
pub(super) struct Props {
    pub(super) matrix: Matrix,
    /// The answers with the way out that is being tried.
    pub(super) tried: Option<Matrix>,
    pub(super) selected: At,
    /// The answers are not of the typed text.
    pub(super) stale: bool,
    pub(super) select: Callback<At>,
}

/// What is drawn; drawing thousands of cells anew for each movement of the pointer would be felt.
impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let drawn = |matrix: &Matrix, other: &Matrix| {
            matrix.cells == other.cells
                && matrix.client_ids == other.client_ids
                && matrix.questions == other.questions
        };
        let tried = match (&self.tried, &other.tried) {
            (Some(one), Some(other)) => drawn(one, other),
            (None, None) => true,
            _ => false,
        };
        tried
            && drawn(&self.matrix, &other.matrix)
            && self.selected == other.selected
            && self.stale == other.stale
    }
}

#[component]
pub(super) fn Answers(props: &Props) -> Html {
    let Props { matrix, tried, selected, stale, select } = props;
    let stop = use_state_eq(|| *selected);
    {
        // The cell that is explained is where Tab comes in.
        let stop = stop.setter();
        use_effect_with(*selected, move |selected| stop.set(*selected));
    }
    let current = if matrix.cell(*stop).is_some() { *stop } else { At { question: 0, client: 0 } };
    let onkeydown = {
        let (stop, size) = (stop.setter(), (matrix.questions.len(), matrix.client_ids.len()));
        Callback::from(move |event: KeyboardEvent| {
            let to = moved(current, &event.key(), event.ctrl_key() || event.meta_key(), size);
            if let Some(to) = to.filter(|_| !event.alt_key() && !event.shift_key()) {
                event.prevent_default();
                stop.set(to);
                focus(&id(to));
            }
        })
    };
    let onfocusin = {
        let stop = stop.setter();
        move |at: At| {
            let stop = stop.clone();
            Callback::from(move |_: FocusEvent| stop.set(at))
        }
    };
    let cell = |at: At| {
        let now = matrix.cell(at);
        let after = tried.as_ref().map_or(now, |tried| tried.cell(at));
        let onclick = select.reform(move |_: MouseEvent| at);
        let chosen = at == *selected;
        let tabindex = if at == current { "0" } else { "-1" };
        let changed = word(now) != word(after);
        html! {
            <td key={at.client} class={classes!(tone(after).class(), changed.then_some("is-changed"))} aria-selected={chosen.to_string()}>
                <button type="button" id={id(at)} {tabindex} {onclick} onfocusin={onfocusin(at)} title={title_of(after)}>
                    if changed {
                        <span class={classes!("c-was", tone(now).class())}>
                            <span class="c-quiet">{ "before: " }</span>{ tone(now).sign() }<s>{ word(now) }</s>
                            <span class="c-quiet">{ ", now: " }</span>
                        </span>
                    }
                    <span class="c-now">{ tone(after).sign() }{ word(after) }</span>
                </button>
            </td>
        }
    };
    let heads = matrix.client_ids.iter().enumerate().map(|(column, id)| {
        let tried =
            tried.as_ref().and_then(|tried| tried.client_ids.get(column)).filter(|tried| *tried != id);
        html! {
            <th scope="col">
                <code translate="no">{ id }</code>
                if let Some(tried) = tried { { " \u{2192} " }<code translate="no">{ tried }</code> }
            </th>
        }
    });
    html! {
        <section class={classes!("c-panel", "c-stack", stale.then_some("is-stale"))} aria-labelledby="answers">
            <h2 id="answers">{ "Answers" }</h2>
            <div class="c-scroll is-both">
                <table class="c-matrix" role="grid" aria-labelledby="answers" {onkeydown}>
                    <caption class="c-quiet">{ "A row for each question, a column for each client ID" }</caption>
                    <thead><tr><th scope="col">{ "Question" }</th>{ for heads }</tr></thead>
                    <tbody>{ for matrix.questions.iter().enumerate().map(|(question, asked)| html! {
                        <tr key={question}><th scope="row">{ title(asked) }</th>
                            { for (0..matrix.client_ids.len()).map(|client| cell(At { question, client })) }
                        </tr>
                    }) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn id(at: At) -> String {
    format!("answer-{}-{}", at.question, at.client)
}

/// Where a key leads from `at` in a grid of so many rows and columns.
fn moved(at: At, key: &str, control: bool, (rows, columns): (usize, usize)) -> Option<At> {
    let (last_row, last_column) = (rows.checked_sub(1)?, columns.checked_sub(1)?);
    let At { question, client } = at;
    Some(match (key, control) {
        ("ArrowUp", false) => At { question: question.saturating_sub(1), client },
        ("ArrowDown", false) => At { question: (question + 1).min(last_row), client },
        ("ArrowLeft", false) => At { question, client: client.saturating_sub(1) },
        ("ArrowRight", false) => At { question, client: (client + 1).min(last_column) },
        ("Home", false) => At { question, client: 0 },
        ("End", false) => At { question, client: last_column },
        ("Home", true) => At { question: 0, client: 0 },
        ("End", true) => At { question: last_row, client: last_column },
        _ => return None,
    })
}

/// How a cell looks; one that is not there has no answer.
pub(super) fn tone(cell: Option<Cell>) -> Tone {
    match cell {
        Some(Cell::Decided(decision)) => Tone::from(decision.verdict),
        _ => Tone::Nothing,
    }
}

/// What a cell says.
fn word(cell: Option<Cell>) -> &'static str {
    match cell {
        Some(Cell::NotOverHttps) => crate::words::sheet::NOT_OVER_HTTPS,
        cell => tone(cell).word(),
    }
}

fn title_of(cell: Option<Cell>) -> Option<&'static str> {
    cell.and_then(Cell::unasked)
}

fn title(question: &Question) -> Html {
    let word = match question {
        Question::Connect => "Connect",
        Question::Publish(_) => "Publish",
        Question::Subscribe(_) => "Subscribe",
        Question::Receive(_) => "Receive",
        Question::Other(action, _) => action,
    };
    html! { <>{ word }if let Some(target) = question.target() { <br /><code translate="no">{ target.to_owned() }</code> }</> }
}
