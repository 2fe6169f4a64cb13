//! One change of a situation, as data that can be applied and taken back.

use super::super::{
    Context, Document, Field, Policy, PolicySet, Request,
    context::Thing,
    diagnostic::Span,
    document::{self, Statement, Version},
};

/// Bytes of a policy's text, and what stands there instead. An empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Index of the policy in its set.
    pub policy: usize,
    /// Bytes of the document's text.
    pub range: Span,
    /// The new text.
    pub replacement: String,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The text of a policy.
    Policy(Patch),
    /// Whether the certificate is attached exclusively.
    Exclusive(bool),
    /// A further thing of this name is registered and attached to the same principal.
    AttachThing(String),
    /// The client ID.
    ClientId(String),
    /// The topic or topic filter asked for.
    Name(String),
}

/// A situation to try changes on.
#[derive(Clone, Debug)]
pub(in super::super) struct Setting {
    pub(super) policies: PolicySet,
    pub(super) context: Context,
    pub(super) request: Request,
}

impl Setting {
    pub(in super::super) fn new(policies: &PolicySet, context: &Context, request: &Request) -> Self {
        Self { policies: policies.clone(), context: context.clone(), request: request.clone() }
    }

    /// The situation after all `changes`.
    pub(super) fn with_all(&self, changes: &[Change]) -> Option<Self> {
        changes.iter().try_fold(self.clone(), |so_far, change| so_far.with(change))
    }

    /// The situation after `change`; `None` when the change does not fit it.
    pub(in super::super) fn with(&self, change: &Change) -> Option<Self> {
        let mut after = self.clone();
        match change {
            Change::Policy(patch) => after.policies = patched(&self.policies, patch)?,
            Change::Exclusive(exclusive) => after.context.exclusive = Field::Given(*exclusive),
            Change::AttachThing(name) => {
                let mut things = self.context.things.given().cloned().unwrap_or_default();
                things.push(Thing { name: name.clone(), ..Thing::default() });
                after.context.things = Field::Given(things);
            }
            Change::ClientId(id) => after.context.client_id = Field::Given(id.clone()),
            Change::Name(name) => match &mut after.request {
                Request::Publish { topic, .. } | Request::Receive { topic, .. } => topic.clone_from(name),
                Request::Subscribe { filter, .. } => filter.clone_from(name),
                Request::Connect { .. } | Request::Action { .. } => return None,
            },
        }
        Some(after)
    }
}

fn patched(set: &PolicySet, patch: &Patch) -> Option<PolicySet> {
    let mut policies: Vec<Policy> = set.policies().to_vec();
    let policy = policies.get_mut(patch.policy)?;
    policy.document = document::parse(&patch.apply(&policy.document.text)?);
    Some(PolicySet::with_switches(policies, set.switches()))
}

impl Patch {
    /// `text` with the patch in it; `None` when the range does not lie in it.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, _) = text.split_at_checked(self.range.start)?;
        let (_, after) = text.split_at_checked(self.range.end)?;
        (self.range.start <= self.range.end).then(|| [before, &self.replacement, after].concat())
    }
}

/// A string as JSON writes it.
fn quoted(text: &str) -> String {
    // A text can always be written.
    serde_json::to_string(text).unwrap_or_default()
}

/// Writes `text` in place of a value.
pub(super) fn replace(policy: usize, range: &Span, text: &str) -> Change {
    Change::Policy(Patch { policy, range: range.clone(), replacement: quoted(text) })
}

/// Writes a further value beside one; a single value becomes a list.
pub(super) fn beside(policy: usize, document: &Document, span: &Span, text: &str) -> Option<Change> {
    let (before, rest) = document.text.split_at_checked(span.start)?;
    let (written, _) = rest.split_at_checked(span.end.checked_sub(span.start)?)?;
    let listed = before.trim_end().ends_with(['[', ',']);
    let both = format!("{written}, {}", quoted(text));
    let replacement = if listed { both } else { format!("[{both}]") };
    Some(Change::Policy(Patch { policy, range: span.clone(), replacement }))
}

/// Makes `${...}` a variable.
pub(super) fn version(policy: usize, document: &Document) -> Option<Change> {
    let patch = match (&document.version, &document.version_span) {
        (Version::V2012, _) => return None,
        (_, Some(span)) => Patch { policy, range: span.clone(), replacement: "\"2012-10-17\"".to_owned() },
        (_, None) => {
            let at = document.text.find('{')? + 1;
            Patch { policy, range: at..at, replacement: "\"Version\": \"2012-10-17\", ".to_owned() }
        }
    };
    Some(Change::Policy(patch))
}

/// A further statement behind the last one.
pub(super) fn further_statement(
    policy: usize,
    document: &Document,
    effect: &str,
    action: &str,
    resource: &str,
) -> Option<Change> {
    let last = document.statements.last()?.span.clone();
    let first = document.statements.first()?.span.clone();
    let (before, _) = document.text.split_at_checked(first.start)?;
    let (_, rest) = document.text.split_at_checked(first.start)?;
    let (written, _) = rest.split_at_checked(last.end.checked_sub(first.start)?)?;
    let (action, resource) = (quoted(action), quoted(resource));
    let new = format!("{{\"Effect\": \"{effect}\", \"Action\": {action}, \"Resource\": {resource}}}");
    let patch = if before.trim_end().ends_with('[') {
        Patch { policy, range: last.end..last.end, replacement: format!(", {new}") }
    } else {
        Patch { policy, range: first.start..last.end, replacement: format!("[{written}, {new}]") }
    };
    Some(Change::Policy(patch))
}

/// Takes a statement out, with the comma that goes with it.
pub(super) fn without_statement(policy: usize, document: &Document, statement: &Statement) -> Option<Change> {
    let span = &statement.span;
    let (before, _) = document.text.split_at_checked(span.start)?;
    let (_, after) = document.text.split_at_checked(span.end)?;
    let range = if after.trim_start().starts_with(',') {
        span.start..document.text.len() - after.trim_start().len() + 1
    } else if before.trim_end().ends_with(',') {
        before.trim_end().len() - 1..span.end
    } else {
        // The only one: an object in place of a list would leave nothing behind the colon.
        before.trim_end().ends_with('[').then(|| span.clone())?
    };
    Some(Change::Policy(Patch { policy, range, replacement: String::new() }))
}
