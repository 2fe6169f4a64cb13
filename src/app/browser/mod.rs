//! The rim: everything that touches the browser. Nothing below the page imports it.

mod components;
pub mod key_store;
mod link;
mod pages;
mod root;
mod worker;

use js_sys::Function;

/// Mounts the page; the arguments are those of `static/boot.js`.
pub fn run_page(
    endpoint: Option<String>,
    workspace: Option<String>,
    start_worker: Function,
    reload: Function,
) {
    let props = root::Props { endpoint, workspace, start_worker, reload };
    yew::Renderer::<root::Root>::with_props(props).render();
}

/// Answers the page from inside a worker.
pub fn run_worker() {
    worker::run();
}
