//! A field for a value that the policies ask for: a text, that there is none, or nothing at all.

use web_sys::InputEvent;
use yew::prelude::*;

use crate::app::browser::components::{check_box, text, typed};
use crate::app::check::wanted::{Said, Wanted};
use crate::app::check::{Edit, Msg};
use crate::app::workspace::{Entry, TextField};
use crate::policy::variable::Key;
use crate::words::form as words;

/// The field of one value; `id` is the one of its control.
pub(super) fn value(id: String, wanted: &Wanted, send: &Callback<Msg>) -> Html {
    let name = wanted.key.name();
    if wanted.key == Key::CertificateKeys {
        return html! {
            <div class="c-field">
                <label for={id.clone()}><code translate="no">{ name }</code></label>
                <label class="is-inline">
                    <input id={id.clone()} type="checkbox" checked={!wanted.is_missing()}
                        onchange={send.reform({ let complete = wanted.is_missing(); move |_: Event| Msg::Edit(Edit::CertificateComplete(complete)) })} />
                    { words::CERTIFICATE_COMPLETE }
                </label>
            </div>
        };
    }
    let none = wanted.said == Said::None;
    let value = match &wanted.said {
        Said::Is(text) | Said::Unreadable(text) => text.clone(),
        Said::Nothing | Said::None => String::new(),
    };
    let field = match &wanted.thing {
        Some(thing) => TextField::ThingValue(thing.clone(), name.clone()),
        None => TextField::Value(name.clone()),
    };
    let oninput = send.reform(move |event: InputEvent| Msg::Type(field.clone(), typed(&event)));
    let tick = {
        let (thing, name) = (wanted.thing.clone(), name.clone());
        send.reform(move |none: bool| {
            let entry = none.then_some(Entry::None);
            Msg::Edit(match &thing {
                Some(thing) => Edit::ThingValue(thing.clone(), name.clone(), entry),
                None => Edit::Value(name.clone(), entry),
            })
        })
    };
    let unreadable = matches!(wanted.said, Said::Unreadable(_));
    let problem = format!("{id}-problem");
    let describedby = unreadable.then(|| problem.clone());
    let invalid = unreadable.then_some("true");
    html! {
        <div class="c-field">
            <label for={id.clone()}>
                if let Some(thing) = &wanted.thing { { "Thing " }<code translate="no">{ thing }</code>{ ": " } }
                <code translate="no">{ &name }</code>
            </label>
            <div class="c-value">
                if wanted.several {
                    <textarea id={id.clone()} {value} {oninput} rows="2" wrap="off" disabled={none} placeholder={words::ONE_A_LINE}
                        autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                } else {
                    <input id={id.clone()} type="text" {value} {oninput} disabled={none} aria-describedby={describedby}
                        aria-invalid={invalid} autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                }
                { check_box(html! { <>{ "has none" }<span class="c-quiet">{ ": " }{ &name }</span></> }, none, &tick) }
            </div>
            if unreadable { <p class="c-notice is-implicit" id={problem}>{ text(&words::unreadable(&wanted.key)) }</p> }
        </div>
    }
}
