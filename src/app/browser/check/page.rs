//! Check: the policies, who connects, the questions, and every answer with its reason.

use yew::prelude::*;

use super::{ask::ask, policies::policies, share, who::who};
use crate::app::browser::components::{Tone, code, confidence, explanation, text, ways_out};
use crate::app::check::matrix::{At, Cell, Matrix, Question};
use crate::app::check::{Model, Msg};
use crate::app::workspace::TextField;
use crate::policy::{Explanation, Verdict};
use crate::words;

pub(super) fn check(model: &Model, send: &Callback<Msg>) -> Html {
    let explained = model.matrix.explain(model.selected);
    html! {
        <>
            { share::link_banner(model, send) }
            { verdict(model, explained.as_ref(), send) }
            { matrix(model, send) }
            <div class="c-columns is-three">
                { policies(model, send) }
                <div class="c-stack">{ who(model, explained.as_ref(), send) }{ ask(model, send) }</div>
                { why(model, explained.as_ref()) }
            </div>
            { share::share(model, send) }
        </>
    }
}

/// What was asked, what the answer is, and the one sentence.
fn verdict(model: &Model, explained: Option<&Explanation>, send: &Callback<Msg>) -> Html {
    let check = &model.matrix;
    let asked = question(check, model.selected);
    match (check.cell(model.selected), explained) {
        (_, Some(explained)) => {
            let tone = Tone::from(explained.decision.verdict);
            html! {
                <section class={classes!("c-verdict", tone.class())} aria-labelledby="verdict">
                    { tone.sign() }
                    <div>
                        <p class="c-hint">{ asked }</p>
                        <div role="status">
                            <h2 id="verdict">{ words::verdict(explained.decision.verdict) }</h2>
                            <p>{ text(&words::headline_text(explained)) }</p>
                        </div>
                        <p class="c-row">
                            { confidence(explained.confidence) }{ code(explained.decision.reason) }
                            <a href="#why">{ "Why, step by step" }</a>
                        </p>
                    </div>
                </section>
            }
        }
        (Some(Cell::NoConnection), None) => {
            let connect = At { question: 0, client: model.selected.client };
            html! {
                <section class="c-verdict is-none" aria-labelledby="verdict">
                    { Tone::Nothing.sign() }
                    <div>
                        <p class="c-hint">{ asked }</p>
                        <div role="status">
                            <h2 id="verdict">{ "Cannot be asked: no connection" }</h2>
                            <p>{ "This client ID is not let in, so it can ask for nothing else." }</p>
                        </div>
                        <button type="button" onclick={press(send, Msg::Select(connect))}>{ "Why is it not let in?" }</button>
                    </div>
                </section>
            }
        }
        _ => html! {
            <section class="c-verdict is-none" aria-labelledby="verdict">
                { Tone::Nothing.sign() }
                <div>
                    <h2 id="verdict">{ "Nothing is asked yet" }</h2>
                    <p>{ "Type a client ID below." }</p>
                </div>
            </section>
        },
    }
}

fn question(check: &Matrix, at: At) -> Html {
    let (Some(question), Some(client_id)) =
        (check.questions.get(at.question), check.client_ids.get(at.client))
    else {
        return Html::default();
    };
    html! {
        <>
            <code translate="no">{ question.action() }</code>{ " as " }<code translate="no">{ client_id }</code>
            if let Some(target) = question.target() { { " on " }<code translate="no">{ target.to_owned() }</code> }
        </>
    }
}

fn matrix(model: &Model, send: &Callback<Msg>) -> Html {
    let check = &model.matrix;
    html! {
        <section class="c-panel c-stack" aria-labelledby="answers">
            <h2 id="answers">{ "Answers" }</h2>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Answers by question and client ID">
                <table class="c-matrix">
                    <caption class="c-quiet">{ "A row for each question, a column for each client ID" }</caption>
                    <thead><tr><th scope="col">{ "Question" }</th>
                        { for check.client_ids.iter().map(|id| html! { <th scope="col"><code translate="no">{ id }</code></th> }) }
                    </tr></thead>
                    <tbody>{ for check.questions.iter().enumerate().map(|(row, question)| html! {
                        <tr><th scope="row">{ title(question) }</th>
                            { for (0..check.client_ids.len()).map(|column| {
                                cell(model, send, At { question: row, client: column })
                            }) }
                        </tr>
                    }) }</tbody>
                </table>
            </div>
        </section>
    }
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

fn cell(model: &Model, send: &Callback<Msg>, at: At) -> Html {
    let tone = match model.matrix.cell(at) {
        Some(Cell::Decided(decision)) => Tone::from(decision.verdict),
        _ => Tone::Nothing,
    };
    let chosen = model.selected == at;
    html! {
        <td class={tone.class()}>
            <button type="button" aria-pressed={chosen.to_string()} onclick={press(send, Msg::Select(at))}>
                { tone.sign() }{ tone.word() }
            </button>
        </td>
    }
}

fn why(model: &Model, explained: Option<&Explanation>) -> Html {
    let Some(explained) = explained else {
        return html! {
            <section class="c-panel c-stack" aria-labelledby="why">
                <h2 id="why">{ "Why" }</h2>
                <p>{ "There is nothing to explain here." }</p>
            </section>
        };
    };
    let near = model.matrix.near_misses(model.selected, explained);
    let fixes = model.matrix.ways_out(model.selected);
    let allowed = explained.decision.verdict == Verdict::Allowed;
    html! {
        <div class="c-stack">
            <section class="c-panel c-stack" aria-labelledby="why">
                <h2 id="why">{ "Why" }</h2>
                { explanation(explained, &near) }
            </section>
            if !fixes.is_empty() {
                <section class="c-panel c-stack" aria-labelledby="ways-out">
                    <h2 id="ways-out">{ if allowed { "What would deny it" } else { "Ways out" } }</h2>
                    <p class="c-hint">{ "Each was tried: for this request, and where a policy could let others in, for another device." }</p>
                    { ways_out(&fixes) }
                </section>
            }
        </div>
    }
}

/// A press that sends one message.
pub(super) fn press(send: &Callback<Msg>, msg: Msg) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}

/// Typing that fills one field of the workspace.
pub(super) fn typing(send: &Callback<Msg>, field: TextField) -> Callback<String> {
    send.reform(move |text| Msg::Type(field.clone(), text))
}
