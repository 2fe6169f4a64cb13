//! The page's side of the worker: starts it, tells it what to do, hands it the secrets.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{CryptoKey, Event, MessageEvent, Worker};
use yew::Callback;

use crate::app::browser::boot::Boot;
use crate::app::sessions::live::FromWorker;
use crate::live::wire::Order;

/// What the worker says when it listens; what was sent before would be lost.
pub(super) const READY: &str = "ready";

/// A worker that lives as long as this value.
pub(super) struct Link {
    worker: Worker,
    /// What is to be sent once the worker listens; nothing any more when it does.
    waiting: Option<Vec<JsValue>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

/// What the page hears of its worker.
pub(super) enum Heard {
    /// A message.
    Told(FromWorker),
    /// It failed to load, or a fault ended it.
    Lost,
}

impl Link {
    /// Starts the worker by the one function that may make one.
    pub(super) fn start(boot: &Boot, heard: Callback<Heard>) -> Option<Self> {
        let worker = boot.start_worker().ok()?;
        let on_error = {
            let heard = heard.clone();
            Closure::<dyn FnMut(Event)>::new(move |_: Event| heard.emit(Heard::Lost))
        };
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            heard.emit(Heard::Told(match event.data().dyn_into::<ArrayBuffer>() {
                Ok(batch) => FromWorker::Batch(Uint8Array::new(&batch).to_vec()),
                Err(_) => FromWorker::Ready,
            }));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self { worker, waiting: Some(Vec::new()), _on_message: on_message, _on_error: on_error })
    }

    /// The worker listens: sends what has waited for that.
    pub(super) fn ready(&mut self) {
        for message in self.waiting.take().unwrap_or_default() {
            self.post(message);
        }
    }

    /// Sends an order.
    pub(super) fn tell(&mut self, order: &Order) {
        self.post(order.to_text().into());
    }

    /// Hands over signing keys, in the place of all secrets before. They travel as objects that cannot be read, never as
    /// text.
    pub(super) fn hand_over(&mut self, keys: &KeysForWorker) {
        let days: Array = keys.days.iter().map(|(day, _)| JsValue::from_str(day)).collect();
        let handles: Array = keys.days.iter().map(|(_, key)| JsValue::from(key)).collect();
        self.post(object([
            ("kind", "sigv4".into()),
            ("days", days.into()),
            ("keys", handles.into()),
            ("accessKey", JsValue::from_str(&keys.access_key)),
            ("token", keys.token.as_deref().map_or(JsValue::NULL, JsValue::from_str)),
        ]));
    }

    /// Hands over what goes into the URL and into each CONNECT, in the place of all secrets before; all `null` is a
    /// connection without credentials. The texts stay in the browser's memory: this program does not read them.
    #[expect(dead_code, reason = "the form of other sign-ins calls it")]
    pub(super) fn log_in(&mut self, query: JsValue, user_name: JsValue, password: JsValue) {
        let kind = ("kind", "password".into());
        self.post(object([kind, ("query", query), ("userName", user_name), ("password", password)]));
    }

    fn post(&mut self, message: JsValue) {
        match &mut self.waiting {
            Some(waiting) => waiting.push(message),
            None => {
                // Posting fails only when the worker is gone, which `Heard::Lost` has told.
                let _ = self.worker.post_message(&message);
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of an object of our own cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// What the worker needs to sign. The access key ID and the session token pass through the program's memory on
/// both sides, as they stand in the URL in the clear; the secret does not.
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
