//! Files in and out, and the clipboard. Nothing is read that the user did not choose, nothing written without a press.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File, HtmlAnchorElement, HtmlInputElement, Url};
use yew::Callback;

use crate::words::share as said;

/// Reads the file that was chosen in `input` as text and tells its name and its text, or what is wrong with it. The
/// same file can be chosen again afterwards.
pub(super) fn read(input: &HtmlInputElement, limit: usize, told: Callback<(String, Result<String, String>)>) {
    if let Some(file) = input.files().and_then(|files| files.get(0)) {
        spawn_local(async move {
            let name = file.name();
            let text = text(&file, limit).await;
            told.emit((name, text));
        });
    }
    input.set_value("");
}

/// The text of a file of at most `limit` bytes.
pub(super) async fn text(file: &File, limit: usize) -> Result<String, String> {
    // The browser counts in floating point; a file is no larger than that can hold.
    #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
    if file.size() > limit as f64 {
        return Err(said::file_too_large(file.size(), limit));
    }
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| said::FILE_UNREADABLE.to_owned())?;
    let bytes = Uint8Array::new(&bytes).to_vec();
    String::from_utf8(bytes).map_err(|error| said::file_not_utf8(error.utf8_error().valid_up_to()))
}

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
