//! Texts that are secret. They stay in the browser's memory; what has to be read of them is read in a buffer that is
//! overwritten.

use js_sys::{Function, JsString, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlInputElement};
use zeroize::Zeroizing;

use crate::access::Hidden;
use crate::app::browser::key_store;

/// What stands in a field. `HtmlInputElement::value` would copy it into the program's memory.
pub(super) fn value(field: &HtmlInputElement) -> JsString {
    let value = Reflect::get(field, &"value".into()).ok().and_then(|value| value.dyn_into().ok());
    value.unwrap_or_else(|| JsString::from(""))
}

/// What is pasted or dropped.
pub(super) fn brought(event: &Event) -> Option<JsString> {
    let data = ["clipboardData", "dataTransfer"].into_iter().find_map(|name| {
        Reflect::get(event, &name.into()).ok().filter(|data| !data.is_undefined() && !data.is_null())
    })?;
    let get: Function = Reflect::get(&data, &"getData".into()).ok()?.dyn_into().ok()?;
    get.call1(&data, &"text".into()).ok()?.dyn_into().ok()
}

/// The UTF-8 of a text, in one buffer that never grows. Nothing else in the program's memory ever held it.
pub(super) fn bytes(text: &JsString) -> Zeroizing<Vec<u8>> {
    key_store::utf8(text).map(|array| emptied(&array)).unwrap_or_default()
}

/// What stands in an array, which is overwritten.
pub(super) fn emptied(array: &Uint8Array) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; array.length() as usize]);
    array.copy_to(&mut bytes);
    array.fill(0, 0, array.length());
    bytes
}

/// What stands in a field, to be worked with.
pub(super) fn hidden(field: &HtmlInputElement) -> Hidden {
    let mut bytes = bytes(&value(field));
    // The buffer itself becomes the text. UTF-8 comes from the browser's own encoder.
    Hidden::new(String::from_utf8(std::mem::take(&mut bytes)).unwrap_or_default())
}

/// A text for the worker; nothing for an empty one.
pub(super) fn or_null(text: JsString) -> JsValue {
    if text.length() == 0 { JsValue::NULL } else { text.into() }
}
