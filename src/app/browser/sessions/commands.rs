//! Command lines, scenarios and logs come in; scenarios, logs and pictures go out.

use yew::prelude::*;

use super::script::press;
use crate::app::browser::components::{FilePicker, check_box, text, typed};
use crate::app::check::files::Opened;
use crate::app::sessions::Msg as ToModel;
use crate::app::sessions::script::{Msg, Refused, read_commands};
use crate::app::sessions::simulate;
use crate::app::sessions::simulate::export::Export;
use crate::lab::presets::EXPERIMENTS;
use crate::timeline::log;
use crate::words;

/// The files that are offered.
const FILES: &str = ".json,.jsonl,.ndjson,.txt,.sh,application/json,text/plain";

/// What the panel shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What stands in the box.
    pub(super) paste: String,
    /// Why that, or a file, was not taken.
    pub(super) refused: Option<Refused>,
    /// What is saved or copied is masked.
    pub(super) masking: bool,
    /// Always the same one, so that nothing is drawn anew for it.
    pub(super) send: Callback<ToModel>,
}

#[component]
pub(super) fn Commands(props: &Props) -> Html {
    let Props { paste, refused, masking, send } = props;
    let send = &send.reform(ToModel::Simulate);
    let to_script = send.reform(simulate::Msg::Script);
    let oninput = to_script.reform(|event: InputEvent| Msg::Paste(typed(&event)));
    let opened = send.reform(|opened: Opened| simulate::Msg::Open(opened));
    let examples = EXPERIMENTS.iter().enumerate().map(|(number, experiment)| {
        html! {
            <button type="button" onclick={press(&to_script, Msg::Experiment(number))}>{ experiment.title }</button>
        }
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="commands">
            <h2 id="commands">{ "Command lines and files" }</h2>
            <div class="c-field">
                <label for="paste">{ "Paste mosquitto commands" }</label>
                <p class="c-hint" id="paste-hint">
                    { "mosquitto_sub and mosquitto_pub as you type them in a terminal; each becomes a session, started two \
                       seconds after the one before, all with the certificate of Check. No host is reached and no file is \
                       read. The text of a scenario or of an event log can be pasted too." }
                </p>
                <textarea id="paste" value={paste.clone()} {oninput} rows="3" wrap="off" aria-describedby="paste-hint paste-said"
                    autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                { said(paste, refused.as_ref()) }
            </div>
            <div class="c-row">
                <button type="button" onclick={press(&to_script, Msg::Take)}>{ "Play what is pasted" }</button>
                <FilePicker label="Open a scenario or a log" limit={log::MAX_TEXT} accept={FILES} taken={opened} />
            </div>
            if let Some(refused) = refused {
                <div class="c-notice is-explicit" role="alert">
                    <p>{ text(&words::check::ticked(&refused.why)) }</p>
                    { places(&refused.places) }
                </div>
            }
            <p class="c-hint">{ "The experiments of the article on parallel sessions, with its policies:" }</p>
            <div class="c-row">{ for examples }</div>
            { leaving(*masking, send) }
        </section>
    }
}

/// What stands in the box, while it is typed.
fn said(paste: &str, refused: Option<&Refused>) -> Html {
    let text = paste.trim_start();
    let (said, wrong) = if text.is_empty() {
        (String::new(), Vec::new())
    } else if text.starts_with(['{', '[']) {
        ("This is read as a scenario or a log.".to_owned(), Vec::new())
    } else {
        let (read, wrong) = read_commands(paste);
        let said = match read.commands.len() {
            1 => "1 command.".to_owned(),
            commands => format!("{commands} commands."),
        };
        (said, wrong)
    };
    html! {
        <div id="paste-said" role="status">
            <p class="c-hint">{ said }</p>
            // The alert says it already.
            if refused.is_none_or(|refused| refused.places != wrong) {
                <div class="c-stale">{ places(&wrong) }</div>
            }
        </div>
    }
}

/// What is wrong where, one line each.
fn places(places: &[String]) -> Html {
    html! { <ul>{ for places.iter().map(|place| html! { <li>{ text(&words::check::ticked(place)) }</li> }) }</ul> }
}

/// What can be saved and copied.
fn leaving(masking: bool, send: &Callback<simulate::Msg>) -> Html {
    let button = |label: &'static str, export: Export| {
        let onclick = send.reform(move |_: MouseEvent| simulate::Msg::Export(export));
        html! { <button type="button" {onclick}>{ label }</button> }
    };
    let mask = send.reform(simulate::Msg::Mask);
    html! {
        <>
            { check_box("Mask account numbers, certificate IDs, addresses and endpoints in what is saved or copied", masking, &mask) }
            <div class="c-row">
                { button("Save the scenario", Export::Scenario) }
                { button("Copy the log (JSON Lines)", Export::Log) }
                { button("Copy the timeline as text", Export::Text) }
                { button("Copy the timeline as SVG", Export::Svg) }
            </div>
        </>
    }
}
