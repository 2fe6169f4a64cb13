//! What the linter says of the policies, each with its place, its reason and its repair.

use yew::prelude::*;

use super::page::press;
use super::verdict::stale_class;
use crate::app::browser::components::{Links, confidence, text};
use crate::app::check::lit::{Lit, Part};
use crate::app::check::{Model, Msg};
use crate::policy::diagnostic::Severity;
use crate::policy::lint::Finding;
use crate::words;

/// At most this many findings are listed.
const MAX_LISTED: usize = 50;

pub(super) fn findings(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let found = model.findings();
    let links = Links(Some(lit));
    let each = found.iter().take(MAX_LISTED).enumerate();
    let count = words::check::counted(found.iter().map(|finding| finding.rule.severity));
    let more = found.len().saturating_sub(MAX_LISTED);
    html! {
        <section class={classes!("c-panel", "c-stack", stale_class(model))} aria-labelledby="findings">
            <h2 id="findings" tabindex="-1">{ words::check::FINDINGS }</h2>
            <p class="c-hint">{ if found.is_empty() { words::check::NO_FINDINGS.to_owned() } else { count } }</p>
            if !found.is_empty() {
                <ul class="c-problems">{ for each.map(|(number, finding)| entry(model, number, finding, links, send)) }</ul>
            }
            if more > 0 { <p class="c-hint">{ words::check::and_more(more) }</p> }
        </section>
    }
}

fn entry(model: &Model, number: usize, finding: &Finding, links: Links<'_>, send: &Callback<Msg>) -> Html {
    let (class, word) = match finding.rule.severity {
        Severity::Error => ("is-error", "Error"),
        Severity::Warning => ("is-warning", "Warning"),
        Severity::Note => ("is-note", "Note"),
    };
    let part = Part::Finding(number);
    let place = model.place(finding).map(|(policy, span)| {
        let text = model.workspace.policies.get(policy).map_or("", |policy| policy.text.as_str());
        let several = model.workspace.policies.len() > 1;
        let name = model.workspace.policies.get(policy).filter(|_| several).map_or("", |policy| &policy.name);
        let (line, column) = line_and_column(text, span.start);
        let label = format!("line {line}, column {column}");
        let label = if name.is_empty() { label } else { format!("{name}, {label}") };
        html! {
            <>{ ", " }<button type="button" class="c-link" onclick={press(send, Msg::Reveal(policy, span))}>{ label }</button></>
        }
    });
    let code = finding.rule.code;
    let mends = finding.found.fix.is_some() && model.place(finding).is_some();
    html! {
        <li class={classes!(class, links.class(part))} data-part={links.name(part)} tabindex={links.tabindex(false)} key={number}>
            <strong>{ word }</strong>{ for place }{ ": " }{ text(&finding.found.message) }{ " " }
            <code class="c-mark" translate="no">{ code }</code>{ " " }{ confidence(finding.rule.confidence) }
            if mends {
                { " " }
                <button type="button" class="c-link" aria-label={format!("Correct it: {}", finding.rule.title())}
                    onclick={press(send, Msg::Mend(number))}>{ "Correct it" }</button>
            }
            <details class="c-about" ontoggle={send.reform(move |_: Event| Msg::Why(code))}>
                <summary>{ text(&words::check::ticked(finding.rule.title())) }</summary>
                if let Some(page) = model.pages.get(code) { { about(page) } }
                else { <p class="c-hint" role="status">{ words::check::ONE_MOMENT }</p> }
            </details>
        </li>
    }
}

/// The rule's page: a heading and lines for each of its sections.
fn about(page: &str) -> Html {
    let each = page.split("\n# ").skip(1).filter_map(|section| section.split_once('\n')).map(|(heading, body)| {
        let entries: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("- ")).collect();
        let plain: Vec<&str> = body.lines().filter(|line| !line.starts_with("- ")).collect();
        html! {
            <>
                <dt>{ heading }</dt>
                <dd>
                    { text(&words::check::ticked(&plain.join(" "))) }
                    if !entries.is_empty() {
                        <ul>{ for entries.iter().map(|entry| html! { <li>{ text(&words::check::ticked(entry)) }</li> }) }</ul>
                    }
                </dd>
            </>
        }
    });
    html! { <dl class="c-values">{ for each }</dl> }
}

/// Line and column, both from 1, of a byte offset.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
