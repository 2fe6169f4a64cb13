//! What is typed, kept in this browser when the user wants it.

use wasm_bindgen::JsValue;
use web_sys::Storage;

/// The one entry.
const KEY: &str = "iot-policy-lab.draft";

/// What was kept at an earlier visit.
pub(super) fn kept() -> Option<String> {
    storage()?.get_item(KEY).ok()?
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
