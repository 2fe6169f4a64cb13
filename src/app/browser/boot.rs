//! What `static/boot.js` lets a program do: it alone makes workers, locks the page and opens the other program.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// The one object that `static/boot.js` hands over.
    #[derive(Clone, Debug, PartialEq)]
    pub type Boot;

    /// The content-policy source that the page is locked to besides its own origin, if any.
    #[wasm_bindgen(method, getter)]
    pub(super) fn endpoint(this: &Boot) -> Option<String>;

    /// The fragment of the address as the page was opened, without `#`.
    #[wasm_bindgen(method, getter)]
    pub(super) fn fragment(this: &Boot) -> String;

    /// The module of the other program, for its errands.
    #[wasm_bindgen(method, catch)]
    pub(super) async fn errands(this: &Boot) -> Result<JsValue, JsValue>;

    /// The module of the other program.
    pub type Errands;

    /// Does one errand; both texts are JSON of `app::check::errand`.
    #[wasm_bindgen(method)]
    pub(super) fn errand(this: &Errands, errand: &str) -> String;

    /// The only way to a worker.
    #[wasm_bindgen(method, catch, js_name = startWorker)]
    pub(super) fn start_worker(this: &Boot) -> Result<Worker, JsValue>;

    /// Loads the page anew, locked to `endpoint` or to itself, with this workspace.
    #[wasm_bindgen(method, catch)]
    pub(super) fn reload(this: &Boot, endpoint: Option<String>, workspace: &str) -> Result<(), JsValue>;

    /// A promise of the policy editor's module.
    #[wasm_bindgen(method, catch, js_name = loadEditor)]
    pub(super) fn load_editor(this: &Boot) -> Result<Promise, JsValue>;

    /// Shows the program of this name, with this workspace, in place of the one that runs; a promise of that.
    #[wasm_bindgen(method)]
    pub(super) fn open(this: &Boot, program: &str, workspace: &str) -> Promise;
}
