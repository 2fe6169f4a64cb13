//! Files out, and the clipboard. Nothing is written without a press.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlAnchorElement, Url};
use yew::Callback;

use crate::words::share as said;

/// Saves a text as a file of this name.
pub(super) fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&text.into()))?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = gloo::utils::document().create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken hold of what it needs.
    Url::revoke_object_url(&url)
}

/// Puts a text into the clipboard and tells what came of it.
pub(super) fn copy(text: &str, told: Callback<String>) {
    let written = gloo::utils::window().navigator().clipboard().write_text(text);
    spawn_local(async move {
        let sentence = if JsFuture::from(written).await.is_ok() { said::COPIED } else { said::NOT_COPIED };
        told.emit(sentence.to_owned());
    });
}
