//! What leaves the page and comes in: links, reports, suites, drafts.

use yew::prelude::*;

use super::page::press;
use crate::app::browser::components::{FilePicker, Tone, text};
use crate::app::check::errand::{JudgedSuite, Prepared};
use crate::app::check::share::MAX_SUITE;
use crate::app::check::{Drafts, Leave, Model, Msg};
use crate::words::{self, Text, share as said, sheet};

/// The panel's ID.
pub(super) const ID: &str = "share";

pub(super) fn share(model: &Model, send: &Callback<Msg>) -> Html {
    let open = model.sharing;
    html! {
        <section class="c-panel c-stack" aria-labelledby={ID}>
            <h2 id={ID} tabindex="-1">
                <button type="button" class="c-fold" aria-expanded={open.to_string()} onclick={press(send, Msg::Share(!open))}>
                    { "Share, save and open" }
                </button>
            </h2>
            if open {
                { leaving(model, send) }
                { coming_in(model, send) }
            }
        </section>
    }
}

fn leaving(model: &Model, send: &Callback<Msg>) -> Html {
    let masking = model.masking;
    let onchange = send.reform(move |_: Event| Msg::Mask(!masking));
    html! {
        <>
            <label class="is-inline">
                <input type="checkbox" checked={masking} {onchange} />
                <span>{ said::MASK }</span>
            </label>
            { match &model.leaving {
                None => html! { <p class="c-hint" role="status">{ words::check::ONE_MOMENT }</p> },
                Some(Err(secrets)) => html! {
                    <div class="c-notice is-explicit" role="alert">
                        <ul>{ for secrets.iter().map(|why| html! { <li>{ text(why) }</li> }) }</ul>
                        <p><code class="c-mark">{ "IPL-S002" }</code>{ " " }{ said::REMOVE_IT }</p>
                        <button type="button" onclick={press(send, Msg::RemoveSecrets)}>{ "Remove it" }</button>
                    </div>
                },
                Some(Ok(prepared)) => what_leaves(prepared, send),
            } }
        </>
    }
}

fn what_leaves(shared: &Prepared, send: &Callback<Msg>) -> Html {
    let button = |label: &'static str, leave: Leave| {
        html! { <button type="button" onclick={press(send, Msg::Leave(leave))}>{ label }</button> }
    };
    html! {
        <>
            if !shared.masked.is_empty() {
                <details>
                    <summary>{ "What is masked" }</summary>
                    <ul>{ for shared.masked.iter().map(|line| html! { <li>{ text(line) }</li> }) }</ul>
                </details>
            }
            if shared.changes_answers {
                <p class="c-notice is-implicit">{ said::MASKS_CHANGE }</p>
            }
            { match &shared.link {
                Ok(characters) => html! {
                    <p class="c-hint">
                        { said::link_holds(*characters) }
                        if *characters > said::LONG_LINK { { " " }{ said::LINK_IS_LONG } }
                    </p>
                },
                Err(error) => html! { <p class="c-notice is-implicit">{ text(error) }</p> },
            } }
            <div class="c-row">
                { button("Copy a link", Leave::Link) }
                { button("Copy the report", Leave::Report) }
                { button("Save the report (Markdown)", Leave::ReportFile) }
                { button("Save the explanation (JSON)", Leave::JsonFile) }
                { button("Save all answers as a suite", Leave::SuiteFile) }
            </div>
        </>
    }
}

fn coming_in(model: &Model, send: &Callback<Msg>) -> Html {
    let keeps = model.drafts == Drafts::Kept;
    let keep = send.reform(move |_: Event| Msg::KeepDrafts(!keeps));
    html! {
        <>
            <p class="c-hint">{ said::SUITE_FILE }</p>
            <div class="c-row">
                <FilePicker label="Open a suite of cases" limit={MAX_SUITE} accept=".json,application/json" multiple=false
                    taken={send.reform(Msg::Suite)} />
            </div>
            if let Some(suite) = &model.suite { { opened(suite, send) } }
            <label class="is-inline">
                <input type="checkbox" checked={keeps} onchange={keep} />
                <span>{ said::KEEP }</span>
            </label>
            if model.drafts == Drafts::Apart { <p class="c-hint">{ said::KEPT_APART }</p> }
        </>
    }
}

fn opened(suite: &JudgedSuite, send: &Callback<Msg>) -> Html {
    let (passed, failed) = (suite.passed, suite.failed);
    let more = (passed + failed).saturating_sub(suite.listed.len());
    let rows = suite.listed.iter().enumerate().map(|(index, case)| {
        let as_expected = case.expect == case.verdict;
        let tone = Tone::from(case.verdict);
        html! {
            <tr class={if as_expected { "" } else { "is-explicit" }}>
                <td data-column="Outcome">{ if as_expected { "passed" } else { "failed" } }</td>
                <th scope="row">
                    <button type="button" class="c-link" onclick={press(send, Msg::OpenCase(index))}>{ &case.id }</button>
                    if !case.title.is_empty() { <br />{ &case.title } }
                </th>
                <td data-column="Expected">{ sheet::answer(Some(case.expect)) }</td>
                <td data-column="Answer" class={tone.class()}><span class="c-now">{ tone.sign() }{ sheet::answer(Some(case.verdict)) }</span></td>
            </tr>
        }
    });
    html! {
        <section class="c-stack" aria-labelledby="suite">
            <h3 id="suite">{ &suite.name }</h3>
            <p role="status">{ said::judged(passed, failed) }</p>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Cases of the suite">
                <table class="c-list">
                    <thead><tr>
                        <th scope="col">{ "Outcome" }</th><th scope="col">{ "Case" }</th>
                        <th scope="col">{ "Expected" }</th><th scope="col">{ "Answer" }</th>
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
            if more > 0 { <p class="c-hint">{ words::check::and_more(more) }</p> }
            <div class="c-row"><button type="button" onclick={press(send, Msg::CloseSuite)}>{ "Close the suite" }</button></div>
        </section>
    }
}

/// What stands above the answer while the link that it came with is in the address bar.
pub(super) fn link_banner(model: &Model, send: &Callback<Msg>) -> Html {
    if !model.from_link {
        return Html::default();
    }
    let sentence: Text = Text::new().say(words::share::FROM_LINK);
    html! {
        <div class="c-notice">
            <p>{ text(&sentence) }</p>
            <button type="button" onclick={press(send, Msg::ForgetLink)}>{ "Remove it from the address bar" }</button>
        </div>
    }
}
