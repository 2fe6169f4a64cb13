//! The one component with state: it holds the model, carries out its orders and draws the screen.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::link::{Heard, Link};
use super::live::{Given, Handover, Vault, framed};
use super::ticks::Ticks;
use super::{lessons, live as live_screen, reference, simulate as screen};
use crate::app::browser::files;
use crate::app::browser::shell::{self, Frame, Props, Unsaved, tag};
use crate::app::browser::shortcuts::Keys as Shortcuts;
use crate::app::check::comes_with;
use crate::app::sessions::simulate::player;
use crate::app::sessions::{Effect, Model, Msg, live, simulate};
use crate::app::shortcuts::{Action, Play};
use crate::app::workspace::{Screen, Workspace};
use crate::words;

/// The page.
pub(super) struct Root {
    model: Model,
    link: Option<Link>,
    vault: Vault,
    /// The element that gets the focus after the next drawing.
    focus: Option<&'static str>,
    unsaved: Unsaved,
    shortcuts: Shortcuts,
    ticks: Ticks,
    /// Always the same one: what it is given to is not drawn anew for it.
    send: Callback<Msg>,
    _address: EventListener,
}

/// What reaches the root.
pub(super) enum Input {
    /// Something for the model.
    Model(Msg),
    /// The user gave credentials.
    Given(Given),
    /// Something for the worker, and what the page may say of it.
    Handover(Handover),
}

impl Component for Root {
    type Message = Input;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props();
        let (workspace, notice) = Workspace::opening(props.workspace.as_deref(), &tag());
        let mut model = Model::open(props.boot.endpoint().as_deref(), workspace, notice);
        model.lessons.remember(lessons::kept().as_deref());
        model.follow(&shell::fragment());
        let mut link = None;
        let mut focus = None;
        if model.live.endpoint.is_some() {
            // The user pressed a button for this load of the page: go on where it led.
            focus = Some("main");
            let heard = ctx.link().callback(|heard| {
                Input::Model(match heard {
                    Heard::Told(told) => Msg::Live(live::Msg::Heard(told)),
                    Heard::Lost => Msg::Live(live::Msg::Lost),
                })
            });
            link = Link::start(&props.boot, heard);
            if link.is_none() {
                model.update(Msg::Live(live::Msg::Lost));
            }
        }
        ctx.link().send_message(Input::Model(Msg::Open));
        let pressed = ctx.link().batch_callback(|action| match action {
            Action::Show(screen) => Some(Input::Model(Msg::Show(screen))),
            Action::Presenter => Some(Input::Model(Msg::Present)),
            Action::Play(play) => Some(Input::Model(Msg::Simulate(simulate::Msg::Play(match play {
                Play::Toggle => player::Msg::Toggle,
                Play::Back => player::Msg::Go(player::Go::Previous),
                Play::On => player::Msg::Go(player::Go::Next),
                Play::Skip => player::Msg::Skip,
            })))),
            Action::Reveal => Some(Input::Model(Msg::Lessons(lessons::Msg::Reveal))),
            _ => None,
        });
        let shortcuts = Shortcuts::new(pressed);
        let address = ctx.link().callback(|fragment| Input::Model(Msg::Address(fragment)));
        let address = shell::watch_fragment(address);
        let (unsaved, ticks) = (Unsaved::new(), Ticks::default());
        let send = ctx.link().callback(Input::Model);
        let to_access = send.reform(|msg| Msg::Live(live::Msg::Access(msg)));
        let vault = Vault::new(to_access, ctx.link().callback(Input::Handover));
        vault.look(model.live.endpoint.is_some());
        Self { model, link, vault, focus, unsaved, shortcuts, ticks, send, _address: address }
    }

    fn update(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        let msg = match input {
            Input::Model(msg) => msg,
            Input::Given(given) => {
                if let Some(endpoint) = &self.model.live.endpoint {
                    self.vault.take(given, &self.model.live.access, endpoint);
                }
                // What comes of it comes by itself.
                self.model.notice = None;
                return true;
            }
            Input::Handover(Handover { secrets, msg }) => {
                // Without a worker nobody takes them.
                match &mut self.link {
                    Some(link) => {
                        link.hand_over(secrets);
                        Msg::Live(live::Msg::Access(msg))
                    }
                    // Nothing was given: there is nobody to forget it either.
                    None if msg == live::access::Msg::Anonymous => return false,
                    None => Msg::Live(live::Msg::Lost),
                }
            }
        };
        if msg == Msg::Live(live::Msg::Lost) {
            self.link = None;
        }
        if matches!(msg, Msg::Simulate(simulate::Msg::Play(player::Msg::Tick(_)))) {
            self.ticks.came();
        }
        let typed = matches!(
            msg,
            Msg::Type(..)
                | Msg::Turn(_)
                | Msg::Simulate(simulate::Msg::Script(_))
                | Msg::Live(
                    live::Msg::Plan(_)
                        | live::Msg::Access(live::access::Msg::Type(..))
                        | live::Msg::Compare(live::compare::Msg::Type(..))
                )
        );
        let comes = matches!(msg, Msg::Take(_));
        // The address may name a lesson. A link that stands there was opened by Check.
        let lesson = Some(shell::fragment()).filter(|fragment| comes && !comes_with(fragment));
        for msg in [Some(msg), lesson.map(Msg::Address)].into_iter().flatten() {
            for effect in self.model.update(msg) {
                self.carry_out(ctx, effect);
            }
        }
        if typed {
            self.unsaved.set(true);
        }
        self.vault.wake(self.model.live.access.deadline());
        lessons::show_address(&self.model);
        true
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        shell::drawn(&self.model.workspace, self.focus.take());
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let send = self.send.clone();
        let presented = self.model.presented();
        let model = presented.as_ref().unwrap_or(&self.model);
        let frame = Frame {
            screen: model.workspace.screen,
            show: send.reform(Msg::Show),
            keys: &self.shortcuts,
            presenter: model.workspace.presenter,
            present: send.reform(|()| Msg::Present),
            notice: model.notice.as_deref(),
            locked_to: model.locked_to.as_deref(),
        };
        let give = ctx.link().callback(Input::Given);
        frame.around(match model.workspace.screen {
            Screen::Live if presented.is_some() => html! {
                <p class="c-notice">{ words::page::LIVE_NOT_PRESENTED }</p>
            },
            Screen::Live => live_screen::live(model, &send, &give, framed()),
            Screen::Reference => reference::reference(model, &send),
            Screen::Lessons => lessons::lessons(model, &send),
            Screen::Simulate | Screen::Check => screen::simulate(model, &send),
        })
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
            Effect::Tick => {
                let told =
                    |passed| Input::Model(Msg::Simulate(simulate::Msg::Play(player::Msg::Tick(passed))));
                self.ticks.ask(ctx.link().callback(told));
            }
            Effect::FetchReference => {
                reference::fetch(ctx.link().callback(|came| Input::Model(Msg::Reference(came))));
            }
            Effect::Access(effect) => self.vault.carry_out(effect),
            Effect::Lessons(lessons::Effect::Focus(id)) => self.focus = Some(id),
            Effect::Lessons(effect) => {
                lessons::carry_out(effect, ctx.link().callback(|msg| Input::Model(Msg::Lessons(msg))))
            }
            Effect::Focus(id) => self.focus = Some(id),
            Effect::Save(name, text) => {
                if files::save(name, &text).is_err() {
                    ctx.link().send_message(Input::Model(Msg::Told(words::script::NOT_SAVED.to_owned())));
                }
            }
            Effect::Copy(text) => {
                files::copy(&text, ctx.link().callback(|told| Input::Model(Msg::Told(told))));
            }
            Effect::Later(milliseconds, msg) => {
                let send = self.send.clone();
                Timeout::new(milliseconds, move || send.emit(*msg)).forget();
            }
            Effect::Open(screen) => {
                let failed = ctx.link().callback(|_| Input::Model(Msg::NotOpened));
                shell::open(&ctx.props().boot, screen, &self.model.workspace, failed);
            }
            Effect::Reload(endpoint) => {
                // What was typed goes along.
                self.unsaved.set(false);
                if ctx.props().boot.reload(endpoint, &self.model.workspace.write()).is_err() {
                    self.model.update(Msg::ReloadFailed);
                }
            }
        }
    }
}
