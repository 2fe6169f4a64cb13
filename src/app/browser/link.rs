//! The page's side of the worker: starts it, tells it what to do, hands it the keys.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{CryptoKey, MessageEvent, Worker};
use yew::Callback;

use crate::app::live::{FromWorker, ToWorker};

/// A worker that lives as long as this value.
pub(super) struct Link {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Link {
    /// Starts the worker by the one function that may make one.
    pub(super) fn start(start_worker: &Function, heard: Callback<FromWorker>) -> Option<Self> {
        let worker: Worker = start_worker.call0(&JsValue::NULL).ok()?.dyn_into().ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(message) = message {
                heard.emit(message);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { worker, _on_message: on_message })
    }

    /// Sends an order.
    pub(super) fn tell(&self, order: &ToWorker) {
        if let Ok(text) = serde_json::to_string(order) {
            // Posting a string fails only when the worker is gone, and it goes with the page.
            let _ = self.worker.post_message(&text.into());
        }
    }

    /// Hands over signing keys. They travel as objects that cannot be read, never as text.
    pub(super) fn hand_over(&self, keys: &KeysForWorker) {
        let message = Object::new();
        let days: Array = keys.days.iter().map(|(day, _)| JsValue::from_str(day)).collect();
        let handles: Array = keys.days.iter().map(|(_, key)| JsValue::from(key)).collect();
        let token = keys.token.as_deref().map_or(JsValue::NULL, JsValue::from_str);
        let parts: [(&str, JsValue); 4] = [
            ("days", days.into()),
            ("keys", handles.into()),
            ("accessKey", JsValue::from_str(&keys.access_key)),
            ("token", token),
        ];
        for (name, value) in parts {
            // Setting a field of an object of our own cannot fail.
            let _ = Reflect::set(&message, &name.into(), &value);
        }
        let _ = self.worker.post_message(&message);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// What the worker needs to sign.
#[derive(Clone)]
pub(super) struct KeysForWorker {
    /// A key for each UTC day, `YYYYMMDD`.
    pub(super) days: Vec<(String, CryptoKey)>,
    /// Stands in the URL in the clear.
    pub(super) access_key: String,
    /// Stands in the URL in the clear, after the signature.
    pub(super) token: Option<String>,
}

impl PartialEq for KeysForWorker {
    /// Keys cannot be compared; two hand-overs are never the same.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
