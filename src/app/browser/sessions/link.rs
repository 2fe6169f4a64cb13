//! The page's side of the worker: starts it, tells it what to do, hands it the secrets.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker};
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

    /// Hands over what connections get in with, in the place of all secrets before. It travels as an object, never as text.
    pub(super) fn hand_over(&mut self, secrets: JsValue) {
        self.post(secrets);
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
