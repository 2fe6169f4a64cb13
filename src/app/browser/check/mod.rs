//! The program of Check.

mod ask;
mod draft;
mod fill_in;
mod findings;
mod import;
mod matrix;
mod page;
mod pointing;
mod policies;
mod presenter;
mod root;
mod share;
mod value;
mod verdict;
mod ways;
mod who;
mod why;

use web_sys::Element;
use yew::AppHandle;

use super::Boot;
use super::shell::Props;
use crate::app::check::Msg;
use crate::app::workspace::Workspace;

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
            self.0.send_message(Msg::Take(Box::new(workspace)));
        }
    }

    /// Loads the page anew in the version that waits, with the workspace as it is.
    pub fn renew(&self) {
        self.0.send_message(Msg::Renew);
    }
}
