//! The one component with state: it holds the model, carries out its orders and draws the screen.

use js_sys::Function;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::link::{KeysForWorker, Link};
use super::pages;
use crate::app::live::Keys;
use crate::app::model::{Effect, Model, Msg};
use crate::app::workspace::Screen;

/// What `static/boot.js` hands over.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    /// The content-policy source that the page is locked to.
    pub(super) endpoint: Option<String>,
    /// What the page before left.
    pub(super) workspace: Option<String>,
    /// The only way to a worker.
    pub(super) start_worker: Function,
    /// The only way to another lock.
    pub(super) reload: Function,
}

/// The page.
pub(super) struct Root {
    model: Model,
    link: Option<Link>,
}

/// What reaches the root.
pub(super) enum Input {
    /// Something for the model.
    Model(Msg),
    /// Keys for the worker, and what the page may say of them.
    Keys(KeysForWorker, Keys),
}

impl Component for Root {
    type Message = Input;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props();
        let model = Model::open(props.endpoint.as_deref(), props.workspace.as_deref());
        let link = model.live.endpoint.is_some().then(|| {
            Link::start(&props.start_worker, ctx.link().callback(|heard| Input::Model(Msg::Worker(heard))))
        });
        Self { model, link: link.flatten() }
    }

    fn update(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        let msg = match input {
            Input::Model(msg) => msg,
            Input::Keys(for_worker, shown) => {
                if let Some(link) = &self.link {
                    link.hand_over(&for_worker);
                }
                Msg::KeysTaken(shown)
            }
        };
        for effect in self.model.update(msg) {
            match effect {
                Effect::Tell(order) => {
                    if let Some(link) = &self.link {
                        link.tell(&order);
                    }
                }
                Effect::Reload(endpoint) => {
                    let endpoint = endpoint.map_or(JsValue::NULL, JsValue::from);
                    let workspace = JsValue::from(self.model.workspace.write());
                    // It ends this page; should the browser refuse, the page simply stays as it is.
                    let _ = ctx.props().reload.call2(&JsValue::NULL, &endpoint, &workspace);
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let send = ctx.link().callback(Input::Model);
        let model = &self.model;
        let screen = model.workspace.screen;
        let tab = |target: Screen, label: &'static str| {
            let onclick = send.reform(move |_: MouseEvent| Msg::Show(target));
            html! { <button type="button" {onclick} aria-current={(screen == target).then_some("page")}>{ label }</button> }
        };
        html! {
            <>
                <a class="c-skip" href="#main">{ "Skip to the content" }</a>
                <header class="c-header">
                    <h1 class="c-brand"><img src="./icon.svg" alt="" width="28" height="28" />{ "IoT Policy Lab" }</h1>
                    <nav class="c-tabs" aria-label="Screens">
                        { tab(Screen::Check, "Check") }{ tab(Screen::Simulate, "Simulate") }{ tab(Screen::Live, "Live") }
                    </nav>
                </header>
                <main id="main" tabindex="-1">
                    if let Some(notice) = &model.notice {
                        <p class="c-notice is-explicit" role="alert">{ notice }</p>
                    }
                    { match screen {
                        Screen::Check => pages::check(model, &send),
                        Screen::Simulate => pages::simulate(model, &send),
                        Screen::Live => pages::live(
                            model,
                            &send,
                            &ctx.link().callback(|(keys, shown)| Input::Keys(keys, shown)),
                            framed(),
                        ),
                    } }
                </main>
                <footer class="c-footer">
                    <p>{ lock(model) }</p>
                    <p>{ "For AWS IoT Core; not affiliated with AWS." }</p>
                </footer>
            </>
        }
    }
}

/// What the page can reach, which the browser enforces.
fn lock(model: &Model) -> String {
    match &model.live.endpoint {
        None => "Stays in this tab: this page can reach no server but the one it came from; your browser enforces it. \
                 Not covered: links that you follow, and WebRTC."
            .to_owned(),
        Some(endpoint) => format!(
            "Locked: this page can reach {} and the server it came from, and nothing else.",
            endpoint.content_policy_source()
        ),
    }
}

/// Whether another page shows this one inside it.
fn framed() -> bool {
    web_sys::window().is_none_or(|window| match window.top() {
        Ok(Some(top)) => top != window,
        _ => true,
    })
}
