//! The verdict bar: what was asked, what the answer is, and the one sentence.

use yew::prelude::*;

use super::page::press;
use super::ways::letter;
use crate::app::browser::components::{Announce, Links, Tone, code, confidence, text};
use crate::app::check::lit::{Lit, Part};
use crate::app::check::matrix::{At, Cell, Matrix};
use crate::app::check::{Model, Msg, Trial};
use crate::policy::Explanation;
use crate::words;

pub(super) fn verdict(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let asked = question(&model.matrix, model.selected);
    let short = short(model, asked.clone());
    let spoken = format!("{}{}", lead(model), headline(model));
    let bar = match (&model.answer, model.matrix.cell(model.selected)) {
        (Some(answer), _) => answered(model, &answer.explanation, asked, lit),
        (None, Some(Cell::NoConnection)) => {
            let connect = At { question: 0, client: model.selected.client };
            nothing(
                asked,
                words::check::NO_CONNECTION,
                html! {
                    <>
                        <p>{ words::check::NOT_LET_IN }</p>
                        <button type="button" onclick={press(send, Msg::Select(connect))}>{ "Why is it not let in?" }</button>
                    </>
                },
            )
        }
        (None, Some(Cell::NotOverHttps)) => {
            nothing(asked, words::check::NOT_OVER_HTTPS, html! { <p>{ words::form::HTTPS }</p> })
        }
        (None, _) => {
            nothing(asked, words::check::NOTHING_ASKED, html! { <p>{ words::check::ASK_FIRST }</p> })
        }
    };
    html! { <>{ short }{ bar }<Announce text={spoken} /></> }
}

/// The same on one line, which stays at the window's edge once the verdict is scrolled away: to see it change while one
/// types. Who hears the page hears the announcement.
fn short(model: &Model, asked: Html) -> Html {
    let (tone, title) = match shown(model) {
        Some(explained) => (Tone::from(explained.decision.verdict), words::title(explained)),
        None => (Tone::Nothing, unasked(model)),
    };
    html! {
        <p class={classes!("c-short", tone.class(), stale_class(model))} aria-hidden="true">
            { tone.sign() }<strong>{ title }</strong>{ " " }{ asked }
        </p>
    }
}

/// The answer that is shown: with a way out while that is tried.
fn shown(model: &Model) -> Option<&Explanation> {
    let tried = model.trial.as_ref().and_then(|trial| trial.explanation.as_ref());
    tried.or(model.answer.as_ref().map(|answer| &answer.explanation))
}

/// Why nothing is answered.
fn unasked(model: &Model) -> &'static str {
    model.matrix.cell(model.selected).and_then(Cell::unasked).unwrap_or(words::check::NOTHING_ASKED)
}

fn nothing(asked: Html, title: &'static str, content: Html) -> Html {
    html! {
        <section class="c-verdict is-none" aria-labelledby="verdict">
            { Tone::Nothing.sign() }
            <div><p class="c-hint">{ asked }</p><h2 id="verdict">{ title }</h2>{ content }</div>
        </section>
    }
}

fn answered(model: &Model, explained: &Explanation, asked: Html, lit: &Lit) -> Html {
    let shown = shown(model).unwrap_or(explained);
    let tried = model.trial.as_ref().filter(|trial| trial.explanation.is_some());
    let tone = Tone::from(shown.decision.verdict);
    let links = Links(Some(lit).filter(|_| tried.is_none()));
    let before = tried.map(|trial| before(model, trial, explained));
    html! {
        <section class={classes!("c-verdict", tone.class(), tried.map(|_| "is-trial"), stale_class(model))} aria-labelledby="verdict">
            { tone.sign() }
            <div>
                <p class="c-hint">{ asked }</p>
                { stale(model) }
                <h2 id="verdict">{ words::title(shown) }</h2>
                <p data-part={links.name(Part::Headline)} class={classes!("c-part", links.class(Part::Headline))}
                    tabindex={links.tabindex(true)}>
                    { text(&words::headline_text(shown)) }
                </p>
                { for before }
                <p class="c-row">
                    { confidence(shown.confidence) }{ code(shown.decision.reason) }
                    <a href="#why">{ "Why, step by step" }</a>
                    <a href="#policies">{ "Change what is asked" }</a>
                </p>
            </div>
        </section>
    }
}

/// What is being tried, and what the answer is without it.
fn before(model: &Model, trial: &Trial, explained: &Explanation) -> Html {
    let way = model.answer.as_ref().and_then(|answer| answer.ways.get(trial.way));
    let said = way.map(|way| text(&words::check::trying(letter(trial.way), &way.fix)));
    let tone = Tone::from(explained.decision.verdict);
    html! {
        <p class={classes!("c-before", tone.class())}>
            { for said }{ ". Before: " }{ tone.sign() }<strong>{ words::verdict(explained.decision.verdict) }</strong>
        </p>
    }
}

/// The look of an answer that is not of the typed text.
pub(super) fn stale_class(model: &Model) -> Option<&'static str> {
    (!model.stale.is_empty()).then_some("is-stale")
}

fn stale(model: &Model) -> Html {
    let policies = model.stale.iter().filter_map(|index| model.workspace.policies.get(*index));
    let names: Vec<&str> = policies.map(|policy| policy.name.as_str()).collect();
    if names.is_empty() {
        return Html::default();
    }
    html! { <p class="c-stale">{ text(&words::check::last_readable(&names)) }</p> }
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

/// What a screen reader is told before the headline.
fn lead(model: &Model) -> String {
    let trying = model.trial.as_ref().and_then(|trial| {
        let way = model.answer.as_ref()?.ways.get(trial.way)?;
        Some(words::check::spoken(&words::check::trying(letter(trial.way), &way.fix)))
    });
    trying.map_or_else(String::new, |trying| format!("{trying}. "))
}

fn headline(model: &Model) -> String {
    shown(model).map_or_else(
        || unasked(model).to_owned(),
        |explained| {
            let title = words::title(explained);
            format!("{title}. {}", words::check::spoken(&words::headline_text(explained)))
        },
    )
}
