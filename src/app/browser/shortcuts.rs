//! The keyboard: one listener for each program, and the list of what the keys do.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::shell;
use crate::app::shortcuts::{Action, Press, SHORTCUTS, action};
use crate::app::workspace::Screen;

/// The dialog's ID.
const LIST: &str = "shortcuts";
/// The one preference that is kept in this browser, there only when single keys are off.
const KEY: &str = "iot-policy-lab.single-keys";
/// The same for as long as the page is open, for browsers that keep nothing.
const ATTRIBUTE: &str = "data-single-keys";
const OFF: &str = "off";

/// The listener of one program.
pub(super) struct Keys {
    screen: Rc<Cell<Screen>>,
    /// Stands in the document while the program does.
    header: NodeRef,
    _listener: EventListener,
}

impl Keys {
    /// Tells what is pressed while this program is shown. What only moves the focus is done here.
    pub(super) fn new(pressed: Callback<Action>) -> Self {
        let (screen, header) = (Rc::new(Cell::new(Screen::default())), NodeRef::default());
        let (shown, mark) = (screen.clone(), header.clone());
        let options = EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(&gloo::utils::window(), "keydown", options, move |event| {
                // The program that is not shown waits outside the document.
                if !mark.get().is_some_and(|header| header.is_connected()) {
                    return;
                }
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let Some(action) = action(&press(event), shown.get(), singles()) else { return };
                event.prevent_default();
                match action {
                    Action::Field(id) => shell::focus_field(id),
                    Action::Heading(id) => shell::focus_heading(id),
                    Action::List => open(),
                    _ => pressed.emit(action),
                }
            });
        Self { screen, header, _listener: listener }
    }

    /// Takes the screen that is drawn now; the mark is to stand on its header.
    pub(super) fn on(&self, screen: Screen) -> NodeRef {
        self.screen.set(screen);
        self.header.clone()
    }
}

fn press(event: &KeyboardEvent) -> Press {
    // The first of the path is where the key went, inside a shadow root too.
    let target = event.composed_path().get(0).dyn_into::<Element>().ok();
    let dialog = gloo::utils::document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some());
    Press {
        key: event.key(),
        control: event.ctrl_key() || event.meta_key(),
        shift: event.shift_key(),
        alt: event.alt_key(),
        in_field: dialog || event.is_composing() || target.as_ref().is_some_and(takes_text),
        on_button: target.is_some_and(|target| target.matches("button, summary, input").unwrap_or_default()),
    }
}

fn takes_text(element: &Element) -> bool {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return !["checkbox", "radio", "button", "file", "range"].contains(&input.type_().as_str());
    }
    matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
        || element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}

/// Whether single keys do something.
fn singles() -> bool {
    let root = gloo::utils::document().document_element();
    let said = root.and_then(|root| root.get_attribute(ATTRIBUTE));
    let kept = || gloo::utils::window().local_storage().ok()??.get_item(KEY).ok()?;
    said.or_else(kept).as_deref() != Some(OFF)
}

fn set_singles(on: bool) {
    let word = if on { "on" } else { OFF };
    if let Some(root) = gloo::utils::document().document_element() {
        let _ = root.set_attribute(ATTRIBUTE, word);
    }
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        // A browser that keeps nothing asks again at the next visit.
        let _ = if on { storage.remove_item(KEY) } else { storage.set_item(KEY, word) };
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    gloo::utils::document().get_element_by_id(LIST)?.dyn_into().ok()
}

/// Opens the list. The browser gives the focus back when it closes.
fn open() {
    if let Some(dialog) = dialog() {
        // Fails only for a dialog that is open.
        let _ = dialog.show_modal();
    }
}

/// The button that opens the list, and the list.
pub(super) fn help() -> Html {
    let opens = Callback::from(|_: MouseEvent| open());
    let closes = Callback::from(|_: MouseEvent| {
        if let Some(dialog) = dialog() {
            dialog.close();
        }
    });
    let onchange = Callback::from(|event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            set_singles(input.checked());
        }
    });
    let row = |shortcut: &crate::app::shortcuts::Shortcut| {
        let keys = shortcut.keys().into_iter().map(|key| html! { <kbd>{ key }</kbd> });
        html! { <tr><th scope="row">{ for keys }</th><td>{ shortcut.says }</td></tr> }
    };
    html! {
        <>
            <button type="button" class="c-help" aria-haspopup="dialog" aria-label="Help: keys" onclick={opens}>{ "?" }</button>
            <dialog id={LIST} class="c-dialog" aria-labelledby="shortcuts-title">
                <div class="c-stack">
                    <div class="c-row is-spread">
                        <h2 id="shortcuts-title">{ "Keys" }</h2>
                        <button type="button" onclick={closes}>{ "Close" }</button>
                    </div>
                    <label class="is-inline">
                        <input type="checkbox" checked={singles()} {onchange} />
                        <span>{ "Single keys work, outside fields (kept in this browser)" }</span>
                    </label>
                    <table>
                        <caption class="c-quiet">{ "Keys and what they do" }</caption>
                        <tbody>{ for SHORTCUTS.iter().map(row) }</tbody>
                    </table>
                </div>
            </dialog>
        </>
    }
}
