//! The one component with state: it holds the model, carries out its orders and draws the screen.

use yew::prelude::*;

use super::page;
use crate::app::browser::boot::Boot;
use crate::app::browser::shell::{Frame, Unsaved, program, set_title, tag};
use crate::app::check::{Effect, Model, Msg};
use crate::app::workspace::{Screen, Workspace};

/// What `static/boot.js` hands over.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    /// What another program or load of the page left.
    pub(super) workspace: Option<String>,
    pub(super) boot: Boot,
}

/// The page.
pub(super) struct Root {
    model: Model,
    unsaved: Unsaved,
}

impl Component for Root {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let (workspace, notice) = Workspace::opening(ctx.props().workspace.as_deref(), &tag());
        if program(workspace.screen) != program(Screen::Check) {
            ctx.link().send_message(Msg::Show(workspace.screen));
        }
        Self { model: Model::open(workspace, notice), unsaved: Unsaved::new() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        if matches!(msg, Msg::Type(..) | Msg::Edit(_)) {
            self.unsaved.set(true);
        }
        for effect in self.model.update(msg) {
            match effect {
                Effect::Open(screen) => ctx.props().boot.open(program(screen), &self.model.workspace.write()),
            }
        }
        true
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        set_title(self.model.workspace.screen);
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let send = ctx.link().callback(|msg| msg);
        let frame = Frame {
            screen: self.model.workspace.screen,
            show: send.reform(Msg::Show),
            notice: self.model.notice.as_deref(),
            locked_to: None,
        };
        frame.around(page::check(&self.model, &send))
    }
}
