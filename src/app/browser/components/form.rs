//! Labelled controls. Each tells the whole new value.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

/// What stands in the field that was typed into.
pub(in crate::app::browser) fn typed(event: &InputEvent) -> String {
    let target = event.target();
    let input = target.as_ref().and_then(|target| target.dyn_ref::<HtmlInputElement>());
    let area = target.as_ref().and_then(|target| target.dyn_ref::<HtmlTextAreaElement>());
    input.map(HtmlInputElement::value).or(area.map(HtmlTextAreaElement::value)).unwrap_or_default()
}

/// A line of text.
pub(in crate::app::browser) fn field(
    id: &str,
    label: impl Into<Html>,
    value: &str,
    changed: &Callback<String>,
) -> Html {
    let oninput = changed.reform(|event: InputEvent| typed(&event));
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
    let oninput = changed.reform(|event: InputEvent| typed(&event));
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
    let options = options
        .iter()
        .map(|(value, label)| {
            let value = *value;
            radio(name, label.clone(), value == chosen, changed.reform(move |_: Event| value))
        })
        .collect::<Html>();
    html! { <fieldset><legend>{ legend.into() }</legend>{ options }</fieldset> }
}

fn radio(name: &'static str, label: Html, checked: bool, onchange: Callback<Event>) -> Html {
    html! { <label class="is-inline"><input type="radio" {name} {checked} {onchange} /><span>{ label }</span></label> }
}

/// Yes or no.
pub(in crate::app::browser) fn check_box(
    label: impl Into<Html>,
    checked: bool,
    changed: &Callback<bool>,
) -> Html {
    let onchange = changed.reform(move |_: Event| !checked);
    html! {
        <label class="is-inline"><input type="checkbox" {checked} {onchange} /><span>{ label.into() }</span></label>
    }
}

/// One of a few, one visible.
pub(in crate::app::browser) fn select<T: Copy + PartialEq + 'static>(
    id: &str,
    label: impl Into<Html>,
    options: &'static [(T, &'static str)],
    chosen: T,
    changed: &Callback<T>,
) -> Html {
    let names = options.iter().map(|(_, name)| *name).collect();
    let at = options.iter().position(|(value, _)| *value == chosen);
    let changed = changed.clone();
    let picked = Callback::from(move |at: usize| {
        if let Some((value, _)) = options.get(at) {
            changed.emit(*value);
        }
    });
    select_at(id, label.into(), names, at, picked)
}

/// The same by places in the list: one body for all kinds of values.
fn select_at(
    id: &str,
    label: Html,
    names: Vec<&'static str>,
    chosen: Option<usize>,
    picked: Callback<usize>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(at) = target.and_then(|select| usize::try_from(select.selected_index()).ok()) {
            picked.emit(at);
        }
    });
    html! {
        <div class="c-field">
            <label for={id.to_owned()}>{ label }</label>
            <select id={id.to_owned()} {onchange}>
                { for names.into_iter().enumerate().map(|(at, name)| html! {
                    <option selected={chosen == Some(at)}>{ name }</option>
                }) }
            </select>
        </div>
    }
}
