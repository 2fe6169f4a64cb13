//! Changes of the workspace: typing, edits, and another one in its place. Each is a step to undo.

use super::opening::empty;
use super::{Drafts, Model, Msg};
use crate::app::presenter;
use crate::app::workspace::{
    Attached, Attachment, CertificateState, Entry, MAX_POLICIES, PolicyText, PrincipalKind, TextField,
    Transport, Who, Workspace,
};
use crate::policy::certificate::holds_private_key;
use crate::policy::import::MAX_PASTE;
use crate::words::{form, page};

/// A change of the workspace other than typing. Each is one step to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds an empty policy.
    AddPolicy,
    /// Adds policies; the first takes the place of a last one without a text.
    AddPolicies(Vec<PolicyText>),
    /// Puts policies in the place of one, by index.
    ReplacePolicy(usize, Vec<PolicyText>),
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
    /// Who connects, filled in from what was pasted.
    Who(Box<Who>),
    /// Whether all of the certificate is known.
    CertificateComplete(bool),
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
    /// The article's case in place of everything.
    Example,
    /// Nothing in place of everything, to begin with one's own.
    Empty,
}

impl Model {
    pub(super) fn type_into(&mut self, field: TextField, text: String) {
        // Neither is kept, not even for a moment: what stood in the field stands there again.
        let refused = if presenter::hides_field(&self.workspace, &field) {
            Some(page::HIDDEN.to_owned())
        } else if text.len() > MAX_PASTE {
            Some(form::too_long(text.len(), MAX_PASTE))
        } else {
            holds_private_key(&text).then(|| form::PRIVATE_KEY.to_owned())
        };
        if refused.is_some() {
            self.notice = refused;
            return;
        }
        let mut after = self.workspace.clone();
        after.type_into(&field, text);
        // A browser tells a change twice when the field is set back meanwhile.
        if after != self.workspace {
            self.notice = None;
            self.history.note(&self.workspace, Some(&field));
            self.workspace = after;
            self.recheck();
        }
    }

    pub(super) fn edit(&mut self, edit: Edit) {
        let edit = match edit {
            Edit::Value(name, entry) => {
                let before = self.workspace.who.values.get(&name).cloned();
                let entry = self.put_by(TextField::Value(name.clone()), before, entry);
                Edit::Value(name, entry)
            }
            Edit::ThingValue(thing, name, entry) => {
                let facts = self.workspace.who.facts.get(&thing);
                let before = facts.and_then(|facts| facts.values.get(&name).cloned());
                let entry = self.put_by(TextField::ThingValue(thing.clone(), name.clone()), before, entry);
                Edit::ThingValue(thing, name, entry)
            }
            edit => edit,
        };
        let Workspace { policies, who, ask, .. } = &mut self.workspace;
        match edit {
            Edit::AddPolicy => {
                if policies.len() < MAX_POLICIES {
                    let names = (policies.len() + 1..).map(|number| format!("policy-{number}"));
                    let free =
                        names.into_iter().find(|name| policies.iter().all(|policy| policy.name != *name));
                    policies.push(PolicyText::new(&free.unwrap_or_default(), ""));
                }
            }
            Edit::AddPolicies(with) => {
                if policies.last().is_some_and(is_blank) {
                    policies.pop();
                }
                policies.extend(with);
                policies.truncate(MAX_POLICIES);
            }
            Edit::ReplacePolicy(index, with) => {
                if index < policies.len() {
                    // The new ones have no last readable text, and those after them keep theirs.
                    if index < self.answered.policies.len() {
                        self.answered
                            .policies
                            .splice(index..=index, with.iter().map(|_| PolicyText::default()));
                    }
                    policies.splice(index..=index, with);
                    policies.truncate(MAX_POLICIES);
                }
            }
            Edit::RemovePolicy(index) => {
                if index < policies.len() {
                    policies.remove(index);
                }
                if index < self.answered.policies.len() {
                    self.answered.policies.remove(index);
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
            Edit::Who(filled) => *who = *filled,
            Edit::CertificateComplete(complete) => who.certificate_complete = complete,
            Edit::Value(name, entry) => who.say(&name, entry),
            Edit::ThingValue(thing, name, entry) => who.say_of_thing(&thing, &name, entry),
            Edit::Persistent(persistent) => ask.persistent = persistent,
            Edit::Retain(retain) => ask.retain = retain,
            Edit::Qos1(qos1) => ask.qos1 = qos1,
            Edit::Example => {
                let Workspace { policies, who, ask, switches, .. } = Workspace::example();
                self.workspace = Workspace { policies, who, ask, switches, ..self.workspace.clone() };
                self.forget_readable();
            }
            Edit::Empty => {
                self.workspace = empty(&self.workspace);
                self.forget_readable();
            }
        }
    }

    /// What a field is to hold, so that the text that gives way to "has none" comes back after it.
    fn put_by(&mut self, field: TextField, before: Option<Entry>, after: Option<Entry>) -> Option<Entry> {
        let at = self.kept.iter().position(|(kept, _)| *kept == field);
        let kept = at.map(|at| self.kept.swap_remove(at).1);
        match (before, after) {
            (Some(Entry::Is(text)), Some(Entry::None)) => {
                self.kept.push((field, text));
                Some(Entry::None)
            }
            (Some(Entry::None), None) => kept.map(Entry::Is),
            (_, after) => after,
        }
    }

    /// How many policies an edit brings that have no place.
    pub(super) fn left_out(&self, edit: &Edit) -> usize {
        let policies = &self.workspace.policies;
        let (kept, brought) = match edit {
            Edit::AddPolicies(with) => {
                (policies.len() - usize::from(policies.last().is_some_and(is_blank)), with.len())
            }
            Edit::ReplacePolicy(_, with) => (policies.len().saturating_sub(1), with.len()),
            _ => return 0,
        };
        (kept + brought).saturating_sub(MAX_POLICIES)
    }

    /// Whether presenter mode shows the value that is to be changed masked.
    pub(super) fn hides_value(&self, msg: &Msg) -> bool {
        let value = |workspace: &Workspace| match msg {
            Msg::Edit(Edit::Value(name, _)) => workspace.who.values.get(name).cloned(),
            Msg::Edit(Edit::ThingValue(thing, name, _)) => {
                workspace.who.facts.get(thing).and_then(|facts| facts.values.get(name)).cloned()
            }
            _ => None,
        };
        self.workspace.presenter && value(&self.workspace) != value(&presenter::masked(&self.workspace))
    }

    /// Changes the workspace by one step to undo.
    pub(super) fn change(&mut self, after: Workspace) {
        self.history.note(&self.workspace, None);
        self.workspace = after;
        self.recheck();
    }

    /// Another workspace in place of this one, as one step to undo.
    pub(super) fn replace(&mut self, workspace: Workspace) {
        self.history.note(&self.workspace, None);
        self.put(workspace);
    }

    /// Another workspace in place of this one, with nothing to undo.
    pub(super) fn put(&mut self, workspace: Workspace) {
        self.workspace = workspace;
        self.forget_readable();
        self.answer_anew();
    }

    /// A last readable text belongs to the policy that is being typed, and to no other that takes its place.
    pub(super) fn forget_readable(&mut self) {
        self.answered.policies.clear();
    }

    /// What was kept in this browser stays as it is.
    pub(super) fn part_from_draft(&mut self) {
        if self.drafts == Drafts::Kept {
            self.drafts = Drafts::Apart;
        }
    }
}

fn is_blank(policy: &PolicyText) -> bool {
    policy.text.trim().is_empty()
}
