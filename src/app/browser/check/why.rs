//! The explanation of the selected answer.

use yew::prelude::*;

use super::page::press;
use super::verdict::stale_class;
use crate::app::browser::components::{Links, confidence, explanation, text};
use crate::app::check::answer::Answer;
use crate::app::check::lit::{Lit, Part};
use crate::app::check::{Model, Msg};
use crate::words;

pub(super) fn why(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let links = Links(Some(lit));
    let content = match &model.answer {
        Some(answer) => explanation(&answer.explanation, &answer.steps, &near(answer, links, send), links),
        None => html! { <p>{ words::check::NO_WHY }</p> },
    };
    html! {
        <section class={classes!("c-panel", "c-stack", stale_class(model))} aria-labelledby="why">
            <h2 id="why">{ "Why" }</h2>
            if model.trial.is_some() { <p class="c-hint">{ words::check::WITHOUT_TRIAL }</p> }
            { content }
        </section>
    }
}

fn near(answer: &Answer, links: Links<'_>, send: &Callback<Msg>) -> Vec<Html> {
    let each = answer.near_misses.iter().enumerate().map(|(number, near)| {
        let part = Part::Near(number);
        let said = words::near_miss(near);
        let ask = words::check::ask_near(&near.change);
        let label = format!("{ask}: {}", words::check::spoken(&said));
        html! {
            <li data-part={links.name(part)} tabindex={links.tabindex(false)} class={classes!(links.class(part))}>
                { text(&said) }{ ". " }{ confidence(near.confidence) }{ " " }
                <button type="button" class="c-link" aria-label={label} onclick={press(send, Msg::AskNear(number))}>{ ask }</button>
            </li>
        }
    });
    each.collect()
}
