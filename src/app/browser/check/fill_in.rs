//! Fills in who connects, from a certificate or from what the AWS CLI prints. The text itself is kept nowhere.

use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use crate::app::browser::components::{FilePicker, text, typed};
use crate::app::check::paste::{self, Filled, PasteError};
use crate::app::check::{Edit, Msg};
use crate::app::workspace::Who;
use crate::policy::certificate::CertificateError;
use crate::words::form as words;

const PRIVATE_KEY: PasteError = PasteError::Certificate(CertificateError::PrivateKey);

/// The form as it stands.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) who: Who,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn FillIn(props: &Props) -> Html {
    // What was taken is told until the form is changed.
    let told = use_state(|| None::<Filled>);
    let refused = use_state(|| None::<PasteError>);
    let area = use_node_ref();
    let take = {
        let (who, send, told, refused) =
            (props.who.clone(), props.send.clone(), told.clone(), refused.clone());
        Callback::from(move |pasted: Vec<String>| {
            let mut filled = Filled { who: who.clone(), taken: Vec::new(), but: Vec::new() };
            let mut error = None;
            for pasted in pasted {
                match paste::read(&pasted) {
                    Ok(paste) => {
                        let next = paste::fill(&filled.who, &paste);
                        filled.who = next.who;
                        filled.taken.extend(next.taken);
                        filled.but.extend(next.but);
                    }
                    Err(why) => error = Some(why),
                }
            }
            refused.set(error);
            told.set(None);
            if !filled.taken.is_empty() {
                if filled.who != who {
                    send.emit(Msg::Edit(Edit::Who(Box::new(filled.who.clone()))));
                }
                told.set(Some(filled));
            }
            error
        })
    };
    let oninput = {
        let (take, refused, area) = (take.clone(), refused.clone(), area.clone());
        Callback::from(move |event: InputEvent| {
            let pasted = typed(&event);
            if pasted.trim().is_empty() {
                // The field was emptied because of a private key: that stays told.
                if *refused != Some(PRIVATE_KEY) {
                    refused.set(None);
                }
                return;
            }
            let kept = !matches!(take.emit(vec![pasted]), None | Some(PRIVATE_KEY));
            if let (false, Some(area)) = (kept, area.cast::<HtmlTextAreaElement>()) {
                area.set_value("");
            }
        })
    };
    let opened = Callback::from(move |files: Vec<(String, String)>| {
        take.emit(files.into_iter().map(|(_, text)| text).collect());
        Vec::new()
    });
    let told = told.as_ref().filter(|filled| filled.who == props.who);
    html! {
        <>
            <details class="c-more">
                <summary>{ "Fill in from a certificate or from AWS CLI output" }</summary>
                <div class="c-field">
                    <label for="fill-in">{ "Certificate or output" }</label>
                    <p class="c-hint" id="fill-in-hint">{ words::FILL_IN }</p>
                    <textarea id="fill-in" ref={area} {oninput} rows="2" wrap="off" aria-describedby="fill-in-hint"
                        autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                </div>
                <div class="c-row"><FilePicker label="Open a file" taken={opened} /></div>
            </details>
            <div role="status">
                if let Some(why) = &*refused { <p class="c-notice is-explicit">{ text(&words::nothing_taken(why)) }</p> }
                if let Some(filled) = told {
                    <div class="c-notice is-allowed">
                        <p>{ for filled.taken.iter().map(|words| html! { <>{ text(words) }{ " " }</> }) }</p>
                        if !filled.but.is_empty() { <ul>{ for filled.but.iter().map(|words| html! { <li>{ text(words) }</li> }) }</ul> }
                    </div>
                }
            </div>
        </>
    }
}
