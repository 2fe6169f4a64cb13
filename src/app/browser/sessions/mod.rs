//! The program of Simulate, Live, the lessons and the reference, and of the worker that holds the real sessions.

mod commands;
mod decision;
mod event_table;
mod events;
mod findings;
mod grid;
mod lessons;
mod link;
mod live;
mod moment;
mod player;
mod reference;
pub mod rim;
mod root;
mod script;
mod simulate;
mod steps;
mod terminal;
mod ticks;
mod timeline;
mod worker;

use web_sys::{Element, MouseEvent};
use yew::{AppHandle, Callback};

use super::Boot;
use super::shell::Props;
use crate::app::check::errand::{self, Brought};
use crate::app::sessions::Msg;
use crate::app::workspace::{TextField, Workspace};

/// The running program.
pub struct Program(AppHandle<root::Root>);

impl Program {
    /// Mounts it into `host` with what another program or load of the page left.
    #[must_use]
    pub fn start(host: Element, workspace: Option<String>, boot: Boot) -> Self {
        Self(yew::Renderer::<root::Root>::with_root_and_props(host, Props { workspace, boot }).render())
    }

    /// Takes the workspace as the other program left it. One that cannot be read is one that this page did not write.
    pub fn take(&self, workspace: &str) {
        if let Ok(workspace) = Workspace::read(workspace) {
            self.0.send_message(root::Input::Model(Msg::Take(Box::new(workspace))));
        }
    }

    /// Loads the page anew in the version that waits, with the workspace as it is.
    pub fn renew(&self) {
        self.0.send_message(root::Input::Model(Msg::Renew));
    }
}

/// Does what Check needs only now and then.
#[must_use]
pub fn errand(text: &str) -> String {
    let brought = serde_json::from_str(text)
        .map_or_else(|error: serde_json::Error| Brought::Refused(error.to_string()), errand::run);
    // Texts and numbers: serialising them cannot fail.
    serde_json::to_string(&brought).unwrap_or_default()
}

/// Answers the page from inside a worker.
pub fn serve() {
    worker::run();
}

/// A press that sends one message.
fn press<T: Clone + 'static>(send: &Callback<T>, msg: T) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}

/// Typing that fills one field of the workspace.
fn typing(send: &Callback<Msg>, field: TextField) -> Callback<String> {
    send.reform(move |text| Msg::Type(field.clone(), text))
}
