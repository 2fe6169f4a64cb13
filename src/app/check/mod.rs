//! Check: the state of its screen and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

pub mod cases;
pub mod matrix;
pub mod who;

use crate::app::history::History;
use crate::app::workspace::{
    Attached, Attachment, CertificateState, Entry, PolicyText, PrincipalKind, Screen, TextField, Transport,
    Workspace,
};
use crate::policy::explain::Switch;
use matrix::{At, Matrix};

/// At most this many policies side by side (AWS: ten on a certificate; more can come from thing groups).
pub const MAX_POLICIES: usize = 20;

/// Everything the screen shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user typed.
    pub workspace: Workspace,
    /// The answers, always those of `workspace`.
    pub matrix: Matrix,
    /// The cell that is explained.
    pub selected: At,
    /// What can be undone.
    pub history: History,
    /// Something that the user should read, until the next action.
    pub notice: Option<String>,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Opened a screen.
    Show(Screen),
    /// Typed into a field; the whole text.
    Type(TextField, String),
    /// Changed something other than a text.
    Edit(Edit),
    /// Asked for one cell's explanation.
    Select(At),
    /// Took the last change back.
    Undo,
    /// Made it again.
    Redo,
    /// Comes back from another screen with the workspace as that one left it.
    Take(Box<Workspace>),
}

/// A change of the workspace other than typing. Each is one step to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds an empty policy.
    AddPolicy,
    /// Removes a policy, by index.
    RemovePolicy(usize),
    /// Turns a policy on or off.
    SwitchPolicy(usize),
    /// Attaches a policy elsewhere.
    AttachPolicy(usize, Attached),
    /// Another kind of principal.
    Principal(PrincipalKind),
    /// Another kind of attachment.
    Attach(Attachment),
    /// Another state of the certificate.
    Certificate(CertificateState),
    /// Another way to connect.
    Transport(Transport),
    /// A value by the name of its variable; nothing makes it unknown again.
    Value(String, Option<Entry>),
    /// A value of the thing of this name.
    ThingValue(String, String, Option<Entry>),
    /// Whether sessions are persistent.
    Persistent(bool),
    /// Whether publishes and wills are retained.
    Retain(bool),
    /// Whether QoS is 1.
    Qos1(bool),
    /// Turns an undecided point over.
    Turn(Switch),
    /// The article's case in place of everything.
    Example,
    /// Nothing in place of everything, to begin with one's own.
    Empty,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open this screen, with the workspace as it is.
    Open(Screen),
}

impl Model {
    /// The screen as it opens.
    #[must_use]
    pub fn open(workspace: Workspace, notice: Option<String>) -> Self {
        let matrix = Matrix::new(&workspace);
        Self { selected: matrix.most_interesting(), matrix, workspace, history: History::default(), notice }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.notice = None;
        match msg {
            // Also the open screen: another one may be on its way.
            Msg::Show(screen) => {
                self.workspace.screen = screen;
                return vec![Effect::Open(screen)];
            }
            Msg::Type(field, text) => {
                self.history.note(&self.workspace, Some(&field));
                self.workspace.type_into(&field, text);
                self.recheck();
            }
            Msg::Edit(edit) => {
                self.history.note(&self.workspace, None);
                let anew = matches!(edit, Edit::Example | Edit::Empty);
                self.edit(edit);
                self.recheck();
                if anew {
                    self.selected = self.matrix.most_interesting();
                }
            }
            Msg::Select(at) => self.selected = at,
            Msg::Undo => {
                if self.history.undo(&mut self.workspace) {
                    self.recheck();
                }
            }
            Msg::Redo => {
                if self.history.redo(&mut self.workspace) {
                    self.recheck();
                }
            }
            Msg::Take(workspace) => {
                let before = std::mem::replace(&mut self.workspace, *workspace);
                if (Workspace { screen: self.workspace.screen, ..before.clone() }) != self.workspace {
                    self.history.note(&before, None);
                    self.recheck();
                }
            }
        }
        Vec::new()
    }

    fn edit(&mut self, edit: Edit) {
        let Workspace { policies, who, ask, switches, .. } = &mut self.workspace;
        match edit {
            Edit::AddPolicy => {
                if policies.len() < MAX_POLICIES {
                    policies.push(PolicyText::new(&format!("policy-{}", policies.len() + 1), ""));
                }
            }
            Edit::RemovePolicy(index) => {
                if index < policies.len() {
                    policies.remove(index);
                }
            }
            Edit::SwitchPolicy(index) => {
                if let Some(policy) = policies.get_mut(index) {
                    policy.off = !policy.off;
                }
            }
            Edit::AttachPolicy(index, attached) => {
                if let Some(policy) = policies.get_mut(index) {
                    policy.attached = attached;
                }
            }
            Edit::Principal(principal) => who.principal = principal,
            Edit::Attach(attachment) => who.attachment = attachment,
            Edit::Certificate(state) => who.certificate = state,
            Edit::Transport(transport) => who.transport = transport,
            Edit::Value(name, entry) => match entry {
                Some(entry) => drop(who.values.insert(name, entry)),
                None => drop(who.values.remove(&name)),
            },
            Edit::ThingValue(thing, name, entry) => {
                let values = &mut who.facts.entry(thing).or_default().values;
                match entry {
                    Some(entry) => drop(values.insert(name, entry)),
                    None => drop(values.remove(&name)),
                }
            }
            Edit::Persistent(persistent) => ask.persistent = persistent,
            Edit::Retain(retain) => ask.retain = retain,
            Edit::Qos1(qos1) => ask.qos1 = qos1,
            Edit::Turn(switch) => {
                if !switches.remove(switch.as_str()) {
                    switches.insert(switch.as_str().to_owned());
                }
            }
            Edit::Example => {
                let Workspace { policies, who, ask, switches, .. } = Workspace::example();
                self.workspace = Workspace { policies, who, ask, switches, ..self.workspace.clone() };
            }
            Edit::Empty => {
                let Workspace { who, ask, switches, .. } = Workspace::default();
                let policies = vec![PolicyText::new("policy-1", "")];
                self.workspace = Workspace { policies, who, ask, switches, ..self.workspace.clone() };
            }
        }
    }

    /// Asks everything anew; keeps the selected cell if it still exists.
    fn recheck(&mut self) {
        self.matrix = Matrix::new(&self.workspace);
        if self.matrix.cell(self.selected).is_none() {
            self.selected = self.matrix.most_interesting();
        }
    }
}
