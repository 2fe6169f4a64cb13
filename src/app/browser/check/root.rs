//! The one component with state: it holds the model, carries out its orders and draws the screen.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{draft, page, share};
use crate::app::browser::boot::{Boot, Errands};
use crate::app::browser::files;
use crate::app::browser::shell::{self, Frame, Props, Unsaved, tag};
use crate::app::browser::shortcuts::Keys;
use crate::app::check::errand::{Brought, Errand};
use crate::app::check::{Edit, Effect, Model, Msg, Opening, comes_with};
use crate::app::presenter::masked_text;
use crate::app::shortcuts::Action;
use crate::app::workspace::Screen;
use crate::words;

/// The page.
pub(super) struct Root {
    model: Model,
    unsaved: Unsaved,
    keys: Keys,
    /// The heading that gets the focus after the next drawing.
    focus: Option<&'static str>,
    /// The headings around what had the focus before the next drawing; nothing when that was nothing.
    around: Option<Vec<String>>,
    _heard: [EventListener; 2],
}

impl Component for Root {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let Props { workspace, boot } = ctx.props();
        let (opened, draft, tag) = (boot.fragment(), draft::kept(), tag());
        let model = Model::open(&Opening {
            left: workspace.as_deref(),
            fragment: &opened,
            draft: draft.as_deref(),
            tag: &tag,
        });
        if model.workspace.screen != Screen::Check {
            ctx.link().send_message(Msg::Show(model.workspace.screen));
        }
        ctx.link().send_message(Msg::Open);
        let fragment = shell::fragment();
        if workspace.is_some() && comes_with(&fragment) {
            // A link that came while the other program was shown.
            ctx.link().send_message(Msg::Link(fragment));
        }
        let address = shell::watch_fragment(ctx.link().callback(Msg::Link));
        let stored = draft::watch(ctx.link().callback(Msg::KeptElsewhere));
        let pressed = ctx.link().batch_callback(|action| match action {
            Action::Show(screen) => Some(Msg::Show(screen)),
            Action::New => {
                // Not into the text: there, keys that take this back would be text.
                shell::focus_heading("policies");
                Some(Msg::Edit(Edit::Empty))
            }
            Action::Undo => Some(Msg::Undo),
            Action::Redo => Some(Msg::Redo),
            Action::Share => {
                shell::focus(share::ID);
                Some(Msg::Share(true))
            }
            Action::Way(way) => Some(Msg::Try(way)),
            Action::TakeBack => Some(Msg::TakeBack),
            Action::Presenter => Some(Msg::Present),
            Action::Field(_) | Action::Heading(_) | Action::Reveal | Action::List | Action::Play(_) => None,
        });
        let keys = Keys::new(pressed);
        Self { model, unsaved: Unsaved::new(), keys, focus: None, around: None, _heard: [address, stored] }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let brings = match &msg {
            Msg::Brought(Brought::Policies { policies, .. }) => !policies.is_empty(),
            Msg::Brought(Brought::FilledIn { from, filled, .. }) => filled.who != **from,
            _ => false,
        };
        if brings || matches!(msg, Msg::Type(..) | Msg::Edit(_) | Msg::Keep | Msg::AskNear(_) | Msg::Mend(_))
        {
            self.unsaved.set(true);
        }
        if matches!(&msg, Msg::Point(pointed) if *pointed == self.model.pointed) {
            return false;
        }
        self.around = shell::has_focus().then(shell::headings);
        match &msg {
            Msg::Keep => self.focus = Some("ways-out"),
            Msg::Mend(_) => self.focus = Some("findings"),
            Msg::Brought(Brought::Case { .. }) => self.focus = Some("verdict"),
            _ => {}
        }
        for effect in self.model.update(msg) {
            match effect {
                Effect::Open(screen) => {
                    let failed = ctx.link().callback(Msg::NotOpened);
                    shell::open(&ctx.props().boot, screen, &self.model.workspace, failed);
                }
                Effect::Copy(text) => files::copy(&text, ctx.link().callback(Msg::Told)),
                Effect::CopyLink(fragment) => {
                    files::copy(&format!("{}#{fragment}", address()), ctx.link().callback(Msg::Told));
                }
                Effect::Save(name, text) => {
                    if files::save(&name, &text).is_err() {
                        self.model.notice = Some(words::share::NOT_SAVED.to_owned());
                    }
                }
                Effect::Keep(text) => match draft::keep(text.as_deref()) {
                    Ok(()) => self.unsaved.set(text.is_none()),
                    Err(_) => self.model.notice = Some(words::share::NO_STORAGE.to_owned()),
                },
                Effect::Run(errand) => run(ctx, errand),
                Effect::ForgetLink => forget_fragment(),
                Effect::Reload => {
                    let boot = &ctx.props().boot;
                    // What was typed goes along.
                    self.unsaved.set(false);
                    if boot.reload(boot.endpoint(), &self.model.workspace.write()).is_err() {
                        self.model.update(Msg::ReloadFailed);
                    }
                }
            }
        }
        true
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        shell::drawn(&self.model.workspace, None);
        if let Some(id) = self.focus.take() {
            shell::focus_heading(id);
        }
        // The other program, when it is there, takes this one's place before this is drawn.
        if let Some(around) = self.around.take()
            && self.model.workspace.screen == Screen::Check
        {
            shell::keep_focus(&around);
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let send = ctx.link().callback(|msg| msg);
        let presented = self.model.presented();
        let model = presented.as_ref().unwrap_or(&self.model);
        let locked_to = ctx.props().boot.endpoint();
        let locked_to = if presented.is_some() { locked_to.as_deref().map(masked_text) } else { locked_to };
        let frame = Frame {
            screen: model.workspace.screen,
            show: send.reform(Msg::Show),
            keys: &self.keys,
            presenter: model.workspace.presenter,
            present: send.reform(|()| Msg::Present),
            notice: model.notice.as_deref(),
            locked_to: locked_to.as_deref(),
        };
        // The editor of a policy is far down, and `boot` the only way to it.
        html! {
            <ContextProvider<Boot> context={ctx.props().boot.clone()}>
                { frame.around(page::check(model, &send)) }
            </ContextProvider<Boot>>
        }
    }
}

/// Has the other program do it, and takes in what came of it.
fn run(ctx: &Context<Root>, errand: Errand) {
    // Texts and numbers: serialising them cannot fail.
    let text = serde_json::to_string(&errand).unwrap_or_default();
    let (link, boot) = (ctx.link().clone(), ctx.props().boot.clone());
    spawn_local(async move {
        let brought = match boot.errands().await {
            Ok(errands) => serde_json::from_str(&errands.unchecked_into::<Errands>().errand(&text)).ok(),
            Err(_) => None,
        };
        link.send_message(brought.map_or_else(|| Msg::NotDone(errand), Msg::Brought));
    });
}

/// The address of the page without query and fragment.
fn address() -> String {
    let location = gloo::utils::window().location();
    location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default()
}

/// Takes the fragment out of the address bar and of this entry of the history.
fn forget_fragment() {
    if let Ok(history) = gloo::utils::window().history() {
        // A browser that refuses leaves the address as it is.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address()));
    }
}
