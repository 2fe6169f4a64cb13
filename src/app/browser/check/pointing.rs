//! What the user points at, with the pointer, the focus or a finger: one place for the whole screen.
//!
//! A part of the answer says its name in `data-part`, a field of the form in `data-field`, both read by the model. The
//! field of a policy says itself what is pointed at in its text.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};
use yew::prelude::*;

use crate::app::check::Msg;
use crate::app::check::lit::{Field, Lit, Part, Pointed};

/// `content`, listened to.
pub(super) fn pointing(content: Html, send: &Callback<Msg>) -> Html {
    let point = {
        let send = send.clone();
        move |target: Option<Element>| {
            let field_of_policy =
                target.as_ref().is_some_and(|target| closest(target, "[data-policy]").is_some());
            if !field_of_policy {
                send.emit(Msg::Point(target.and_then(|target| pointed(&target)).or_else(focused)));
            }
        }
    };
    let walk = |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        if target(&event).is_some_and(|part| walk(&part, step)) {
            event.prevent_default();
        }
    };
    let (over, focus, press, leave) = (point.clone(), point.clone(), point.clone(), point);
    html! {
        <div class="c-stack" onpointerover={move |event: PointerEvent| over(target(&event))}
            onfocusin={move |event: FocusEvent| focus(target(&event))}
            onclick={move |event: MouseEvent| press(target(&event))} onkeydown={walk}
            onpointerleave={move |_: PointerEvent| leave(None)}>
            { content }
        </div>
    }
}

/// The group of controls that says one fact: lit when something is pointed at that uses it.
pub(super) fn linked(field: &Field, lit: &Lit, controls: Html) -> Html {
    let class = lit.fields.contains(field).then_some("is-lit");
    html! { <div class={classes!("c-linked", class)} data-field={field.name()}>{ controls }</div> }
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

fn pointed(element: &Element) -> Option<Pointed> {
    let named = closest(element, "[data-part], [data-field]")?;
    let part = named.get_attribute("data-part").and_then(|name| Part::parse(&name)).map(Pointed::Part);
    part.or_else(|| Field::parse(&named.get_attribute("data-field")?).map(Pointed::Field))
}

/// Moves the focus from a part of the answer to the next one on the screen, or the one before; whether there is one. From a
/// table that scrolls, the first of its rows is the next.
fn walk(from: &Element, step: isize) -> bool {
    let parts =
        gloo::utils::document().query_selector_all("[data-part][tabindex], [role=region]:has([data-part])");
    let Ok(parts) = parts else { return false };
    let parts: Vec<HtmlElement> =
        (0..parts.length()).filter_map(|at| parts.get(at)?.dyn_into().ok()).filter(is_shown).collect();
    let Some(at) = parts.iter().position(|part| part.is_same_node(Some(from))) else { return false };
    let next = at.checked_add_signed(step).and_then(|at| parts.get(at));
    next.is_some_and(|part| part.focus().is_ok())
}

/// Not folded away.
fn is_shown(part: &HtmlElement) -> bool {
    part.offset_height() > 0
}

/// What has the focus, when the pointer is at nothing.
fn focused() -> Option<Pointed> {
    pointed(&gloo::utils::document().active_element()?)
}
