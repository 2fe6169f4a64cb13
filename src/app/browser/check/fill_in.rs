//! Fills in who connects, from a certificate or from what the AWS CLI prints.

use web_sys::InputEvent;
use yew::prelude::*;

use crate::app::browser::components::{FilePicker, text, typed};
use crate::app::check::{Model, Msg};
use crate::policy::import::MAX_PASTE;
use crate::words::form as words;

pub(super) fn fill_in(model: &Model, send: &Callback<Msg>) -> Html {
    let state = &model.fill_in;
    let oninput = send.reform(|event: InputEvent| Msg::FillIn(typed(&event)));
    html! {
        <>
            <details class="c-more">
                <summary>{ "Fill in from a certificate or from AWS CLI output" }</summary>
                <div class="c-field">
                    <label for="fill-in">{ "Certificate or output" }</label>
                    <p class="c-hint" id="fill-in-hint">{ words::FILL_IN }</p>
                    <textarea id="fill-in" value={state.text.clone()} {oninput} rows="2" wrap="off" aria-describedby="fill-in-hint"
                        autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                </div>
                <div class="c-row"><FilePicker label="Open a file" limit={MAX_PASTE} taken={send.reform(Msg::FillInFrom)} /></div>
            </details>
            <div role="status">
                { for state.refused.iter().map(|why| html! { <p class="c-notice is-explicit">{ text(why) }</p> }) }
                if let Some(filled) = state.filled(&model.workspace.who) {
                    <div class="c-notice is-allowed">
                        <p>{ for filled.taken.iter().map(|words| html! { <>{ text(words) }{ " " }</> }) }</p>
                        if !filled.but.is_empty() { <ul>{ for filled.but.iter().map(|words| html! { <li>{ text(words) }</li> }) }</ul> }
                    </div>
                }
            </div>
        </>
    }
}
