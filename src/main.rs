//! The page: what it does is in the library, here are only its two ways in. Natively there is nothing to run.

#[cfg(target_arch = "wasm32")]
use iot_policy_lab::app::browser;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::*;

/// Starts the page; called once by `static/boot.js` after it has locked the content policy.
///
/// `endpoint` is the content-policy source that the page is locked to, or null; `workspace` is what the
/// page before this one left; the two functions are the only ways to make a worker and to lock anew.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn run(
    endpoint: Option<String>,
    workspace: Option<String>,
    start_worker: js_sys::Function,
    reload: js_sys::Function,
) {
    browser::run_page(endpoint, workspace, start_worker, reload);
}

/// Starts the worker that holds the live sessions.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn serve() {
    browser::run_worker();
}

fn main() {}
