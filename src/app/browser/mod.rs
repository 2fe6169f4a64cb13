//! The rim: everything that touches the browser. Nothing below the page imports it.

pub mod key_store;

use js_sys::Function;
use yew::prelude::*;

#[component]
fn Root() -> Html {
    html! { <main><h1>{"IoT Policy Lab"}</h1></main> }
}

/// Mounts the page; the arguments are those of `static/boot.js`.
pub fn run_page(
    _endpoint: Option<String>,
    _workspace: Option<String>,
    _start_worker: Function,
    _reload: Function,
) {
    yew::Renderer::<Root>::new().render();
}

/// Answers the page from inside a worker.
pub fn run_worker() {}
