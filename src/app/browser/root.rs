//! The one component with state: it holds the model, carries out its orders and draws the screen.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::link::{Heard, KeysForWorker, Link};
use super::pages;
use crate::app::live::Keys;
use crate::app::model::{Effect, Model, Msg};
use crate::app::workspace::Screen;
use crate::words;

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
    /// The element that gets the focus after the next drawing.
    focus: Option<&'static str>,
    /// Whether something was typed that a load of the page would lose.
    unsaved: Rc<Cell<bool>>,
    _before_unload: EventListener,
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
        let mut model = Model::open(props.endpoint.as_deref(), props.workspace.as_deref(), &tag());
        let mut link = None;
        let mut focus = None;
        if model.live.endpoint.is_some() {
            // The user pressed a button for this load of the page: go on where it led.
            focus = Some("main");
            let heard = ctx.link().callback(|heard| {
                Input::Model(match heard {
                    Heard::Told(told) => Msg::Worker(told),
                    Heard::Lost => Msg::WorkerLost,
                })
            });
            link = Link::start(&props.start_worker, heard);
            if link.is_none() {
                model.update(Msg::WorkerLost);
            }
        }
        let unsaved = Rc::new(Cell::new(false));
        let before_unload = before_unload(&unsaved);
        Self { model, link, focus, unsaved, _before_unload: before_unload }
    }

    fn update(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        let msg = match input {
            Input::Model(msg) => msg,
            Input::Keys(for_worker, shown) => {
                if let Some(link) = &mut self.link {
                    link.hand_over(&for_worker);
                }
                Msg::KeysTaken(shown)
            }
        };
        if msg == Msg::WorkerLost {
            self.link = None;
        }
        let typed = matches!(msg, Msg::Type(..));
        for effect in self.model.update(msg) {
            self.carry_out(ctx, effect);
        }
        if typed {
            self.unsaved.set(true);
        }
        true
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        let screen = match self.model.workspace.screen {
            Screen::Check => "Check",
            Screen::Simulate => "Simulate",
            Screen::Live => "Live",
        };
        document.set_title(&format!("{screen} - IoT Policy Lab"));
        let wanted = self.focus.take().and_then(|id| document.get_element_by_id(id));
        if let Some(element) = wanted.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // An element that takes no focus leaves it where it is.
            let _ = element.focus();
        }
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
                    <p>{ words::page::reach(model.locked_to.as_deref()) }</p>
                    <p>{ "For AWS IoT Core; not affiliated with AWS." }</p>
                </footer>
            </>
        }
    }
}

impl Root {
    fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
        match effect {
            Effect::Tell(order) => {
                if let Some(link) = &mut self.link {
                    link.tell(&order);
                }
            }
            Effect::Flush => {
                if let Some(link) = &mut self.link {
                    link.ready();
                }
            }
            Effect::Focus(id) => self.focus = Some(id),
            Effect::Reload(endpoint) => {
                let endpoint = endpoint.map_or(JsValue::NULL, JsValue::from);
                let workspace = JsValue::from(self.model.workspace.write());
                // What was typed goes along.
                self.unsaved.set(false);
                if ctx.props().reload.call2(&JsValue::NULL, &endpoint, &workspace).is_err() {
                    self.model.update(Msg::ReloadFailed);
                }
            }
        }
    }
}

/// Has the browser ask before it leaves a page with something typed: nothing is stored that could bring it back.
fn before_unload(unsaved: &Rc<Cell<bool>>) -> EventListener {
    let unsaved = unsaved.clone();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&gloo::utils::window(), "beforeunload", options, move |event| {
        if unsaved.get() {
            event.prevent_default();
        }
    })
}

/// Four letters and digits that make proposed client IDs unlike anybody else's.
fn tag() -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to 36 to the 4th"
    )]
    let mut number = (js_sys::Math::random() * 1_679_616.0) as u32;
    (0..4)
        .filter_map(|_| {
            let digit = char::from_digit(number % 36, 36);
            number /= 36;
            digit
        })
        .collect()
}

/// Whether another page shows this one inside it.
fn framed() -> bool {
    web_sys::window().is_none_or(|window| match window.top() {
        Ok(Some(top)) => top != window,
        _ => true,
    })
}
