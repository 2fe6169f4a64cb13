//! Labelled controls. Each tells the whole new value.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

/// A line of text.
pub(in crate::app::browser) fn field(
    id: &str,
    label: impl Into<Html>,
    value: &str,
    changed: &Callback<String>,
) -> Html {
    let oninput = changed.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default()
    });
    html! {
        <div class="c-field">
            <label for={id.to_owned()}>{ label.into() }</label>
            <input id={id.to_owned()} type="text" value={value.to_owned()} {oninput}
                autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
        </div>
    }
}

/// Several lines of text.
pub(in crate::app::browser) fn text_area(
    id: &str,
    label: impl Into<Html>,
    hint: &'static str,
    value: &str,
    changed: &Callback<String>,
) -> Html {
    let oninput = changed.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map(|input| input.value()).unwrap_or_default()
    });
    let hint_id = format!("{id}-hint");
    html! {
        <div class="c-field">
            <label for={id.to_owned()}>{ label.into() }</label>
            if !hint.is_empty() { <p class="c-hint" id={hint_id.clone()}>{ hint }</p> }
            <textarea id={id.to_owned()} value={value.to_owned()} {oninput} rows="2" wrap="off"
                aria-describedby={(!hint.is_empty()).then_some(hint_id)}
                autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
        </div>
    }
}

/// One of a few, all visible.
pub(in crate::app::browser) fn choice<T: Copy + PartialEq + 'static>(
    name: &'static str,
    legend: impl Into<Html>,
    options: &[(T, Html)],
    chosen: T,
    changed: &Callback<T>,
) -> Html {
    let options = options.iter().map(|(value, label)| {
        let value = *value;
        html! {
            <label class="is-inline">
                <input type="radio" {name} checked={value == chosen} onchange={changed.reform(move |_: Event| value)} />
                <span>{ label.clone() }</span>
            </label>
        }
    });
    html! { <fieldset><legend>{ legend.into() }</legend>{ for options }</fieldset> }
}

/// One of a few, one visible.
pub(in crate::app::browser) fn select<T: Copy + PartialEq + 'static>(
    id: &str,
    label: impl Into<Html>,
    options: &'static [(T, &'static str)],
    chosen: T,
    changed: &Callback<T>,
) -> Html {
    let onchange = {
        let changed = changed.clone();
        Callback::from(move |event: Event| {
            let index = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
                .and_then(|select| usize::try_from(select.selected_index()).ok());
            if let Some((value, _)) = index.and_then(|index| options.get(index)) {
                changed.emit(*value);
            }
        })
    };
    html! {
        <div class="c-field">
            <label for={id.to_owned()}>{ label.into() }</label>
            <select id={id.to_owned()} {onchange}>
                { for options.iter().map(|(value, text)| html! {
                    <option selected={*value == chosen}>{ *text }</option>
                }) }
            </select>
        </div>
    }
}
