//! What is typed, kept in this browser when the user wants it.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Storage, StorageEvent};
use yew::Callback;

/// The one entry.
const KEY: &str = "iot-policy-lab.draft";

/// What was kept at an earlier visit.
pub(super) fn kept() -> Option<String> {
    storage()?.get_item(KEY).ok()?
}

/// Tells what another tab does with it: whether something is kept.
pub(super) fn watch(told: Callback<bool>) -> EventListener {
    EventListener::new(&gloo::utils::window(), "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        // Without a key, all was cleared.
        if event.key().is_none_or(|key| key == KEY) {
            told.emit(event.key().is_some() && event.new_value().is_some());
        }
    })
}

/// Keeps this for the next visit, or forgets what was kept.
pub(super) fn keep(text: Option<&str>) -> Result<(), JsValue> {
    match (storage(), text) {
        (Some(storage), Some(text)) => storage.set_item(KEY, text),
        (Some(storage), None) => storage.remove_item(KEY),
        (None, Some(_)) => Err(JsValue::NULL),
        (None, None) => Ok(()),
    }
}

fn storage() -> Option<Storage> {
    gloo::utils::window().local_storage().ok()?
}
