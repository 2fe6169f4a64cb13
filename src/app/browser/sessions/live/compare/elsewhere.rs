//! What was seen elsewhere and is pasted: secrets are cut out before anything of it is shown or kept.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlTextAreaElement};
use yew::prelude::*;

use crate::app::browser::components::{FilePicker, text};
use crate::app::browser::sessions::live::access::now;
use crate::app::check::files::Opened;
use crate::app::sessions::live::compare::{Compare, Msg, PASTE_ID};
use crate::live::observe::{MAX_TEXT, Paste, read};
use crate::words::live as words;

/// Problems of a paste that are drawn.
const MAX_PROBLEMS: usize = 10;
/// The files that are offered.
const FILES: &str = ".txt,.log,.json,.jsonl,.ndjson,application/json,text/plain";

pub(super) fn elsewhere(compare: &Compare, send: &Callback<Msg>) -> Html {
    let pastes = compare.pastes.iter().enumerate().map(|(number, paste)| pasted(number, paste, send));
    html! {
        <section class="c-panel c-stack" aria-labelledby="elsewhere">
            <h2 id="elsewhere">{ "Seen elsewhere" }</h2>
            <PasteBox send={send.clone()} />
            if let Some(why) = &compare.refused { <p class="c-notice is-explicit" role="alert">{ why }</p> }
            if !compare.pastes.is_empty() { <ol class="c-pastes c-stack">{ for pastes }</ol> }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    send: Callback<Msg>,
}

/// Takes a paste before the browser shows it. What is typed is taken by a press.
#[component]
fn PasteBox(props: &Props) -> Html {
    let area = use_node_ref();
    let take = props.send.reform(|text: String| Msg::Pasted(now(), vec![read(&text)]));
    let onpaste = {
        let take = take.clone();
        Callback::from(move |event: Event| {
            let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            let Some(pasted) =
                data.and_then(|data| data.get_data("text").ok()).filter(|text| !text.is_empty())
            else {
                return;
            };
            event.prevent_default();
            take.emit(pasted);
        })
    };
    let press = {
        let area = area.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(area) = area.cast::<HtmlTextAreaElement>() else { return };
            let typed = area.value();
            if !typed.trim().is_empty() {
                area.set_value("");
                take.emit(typed);
            }
        })
    };
    let opened = props.send.reform(|opened: Opened| {
        let (texts, told) = opened.texts();
        let pastes: Vec<Paste> = texts.iter().map(|(_, text)| read(text)).collect();
        if pastes.is_empty() {
            Msg::Refused(told.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        } else {
            Msg::Pasted(now(), pastes)
        }
    });
    html! {
        <div class="c-field">
            <label for={PASTE_ID}>{ "Paste an observation" }</label>
            <p class="c-hint" id="observed-hint">
                { "What mosquitto_sub or mosquitto_pub printed with -d, lifecycle events, lines of AWSIotLogsV2, answers of aws iot \
                   test-authorization. It is read here and sent nowhere; keys, tokens and signatures are cut out before it is shown." }
            </p>
            <textarea id={PASTE_ID} ref={area} rows="2" aria-describedby="observed-hint" {onpaste}
                autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
            <div class="c-row">
                <button type="button" onclick={press}>{ "Read what is typed" }</button>
                <FilePicker label="Open a log" limit={MAX_TEXT} accept={FILES} taken={opened} />
            </div>
        </div>
    }
}

fn pasted(number: usize, paste: &Rc<Paste>, send: &Callback<Msg>) -> Html {
    let name = format!("Paste {}", number + 1);
    let remove = send.reform(move |_: MouseEvent| Msg::Remove(number));
    let hidden = paste.problems.len().saturating_sub(MAX_PROBLEMS);
    let problems = paste.problems.iter().take(MAX_PROBLEMS);
    html! {
        <li class="c-stack">
            <div class="c-row is-spread" role="status">
                <p><strong>{ &name }</strong>{ ": " }{ words::read(paste.observations.len()) }</p>
                <button type="button" onclick={remove} aria-label={format!("Remove {name}")}>{ "Remove" }</button>
            </div>
            if let Some(cut) = words::cut_out(&paste.removed) { <p class="c-notice is-unknown">{ cut }</p> }
            if !paste.problems.is_empty() {
                <ul class="c-stale">{ for problems.map(|problem| html! { <li>{ text(&words::problem(problem)) }</li> }) }</ul>
            }
            if hidden > 0 { <p class="c-hint">{ format!("{hidden} more lines could not be read.") }</p> }
            if !paste.text.is_empty() {
                <details class="c-more">
                    <summary>{ format!("{name} as it was kept") }</summary>
                    <pre class="c-terminal" tabindex="0" role="region" aria-label={name.clone()}>{ &paste.text }</pre>
                </details>
            }
        </li>
    }
}
