//! The field for one policy, and what is wrong with its text, each finding with a way to its place.

use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use super::text;
use crate::policy::diagnostic::{Diagnostic, Severity};
use crate::words;

/// What the field shows.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser) struct Props {
    /// Which policy.
    pub(in crate::app::browser) index: usize,
    /// Its text.
    pub(in crate::app::browser) text: String,
    /// What is wrong with it.
    pub(in crate::app::browser) diagnostics: Vec<Diagnostic>,
    /// Takes the whole new text.
    pub(in crate::app::browser) changed: Callback<String>,
}

/// At most this many findings are listed.
const MAX_LISTED: usize = 50;

#[component]
pub(in crate::app::browser) fn PolicyText(props: &Props) -> Html {
    let area = use_node_ref();
    let oninput = props.changed.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map(|input| input.value()).unwrap_or_default()
    });
    let id = format!("policy-{}", props.index);
    let list_id = format!("policy-{}-problems", props.index);
    let listed = props.diagnostics.iter().take(MAX_LISTED).map(|found| problem(&props.text, found, &area));
    let more = props.diagnostics.len().saturating_sub(MAX_LISTED);
    html! {
        <>
            <label for={id.clone()}>{ "Policy document (JSON)" }</label>
            <textarea {id} ref={area.clone()} value={props.text.clone()} {oninput} rows="12" wrap="off"
                aria-describedby={list_id.clone()} autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
            <div id={list_id} role="status">
                if props.diagnostics.is_empty() {
                    <p class="c-hint">{ "No problem found in the text." }</p>
                } else {
                    <ul class="c-problems">{ for listed }</ul>
                }
                if more > 0 { <p class="c-hint">{ format!("And {more} more.") }</p> }
            </div>
        </>
    }
}

fn problem(policy: &str, found: &Diagnostic, area: &NodeRef) -> Html {
    let (class, word) = match found.severity() {
        Severity::Error => ("is-error", "Error"),
        Severity::Warning => ("is-warning", "Warning"),
        Severity::Note => ("is-note", "Note"),
    };
    let (line, column) = place(policy, found.span.start);
    let (from, to) = (utf16(policy, found.span.start), utf16(policy, found.span.end));
    let area = area.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(area) = area.cast::<HtmlTextAreaElement>() {
            // A field that refuses focus or selection leaves the caret where it is.
            let _ = area.focus();
            let _ = area.set_selection_range(from, to);
        }
    });
    html! {
        <li {class}>
            <strong>{ word }</strong>{ ", " }
            <button type="button" class="c-link" {onclick}>{ format!("line {line}, column {column}") }</button>{ ": " }
            { text(&words::diagnostic(found)) }{ " " }<code class="c-mark">{ found.code() }</code>
        </li>
    }
}

/// Line and column, both from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}

/// The browser counts a field's characters in UTF-16.
fn utf16(text: &str, offset: usize) -> u32 {
    u32::try_from(text.get(..offset).unwrap_or(text).encode_utf16().count()).unwrap_or(u32::MAX)
}
