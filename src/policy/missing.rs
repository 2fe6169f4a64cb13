//! Which unknown values an explanation waits for, and where the policies ask for them.
//!
//! Derived from the explanation alone; decides nothing.

use super::{Explanation, Verdict, diagnostic::Span, explain::StatementTrail, variable::Key};

/// A value that nobody gave and that the verdict waits for (IPL-C001).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingValue {
    /// The variable or condition key.
    pub key: Key,
    /// Index of the policy.
    pub policy: usize,
    /// Index of the statement in it.
    pub statement: usize,
    /// The first resource or condition key of the statement that uses it.
    pub span: Span,
}

impl MissingValue {
    /// The stable code that the page, the command line and the documentation use.
    pub const CODE: &str = "IPL-C001";
}

/// The values that are unknown and used where the verdict is open: one entry for each statement and key, in the
/// order of the policies. Empty unless the verdict is [`Verdict::CannotTell`].
#[must_use]
pub fn values(explanation: &Explanation) -> Vec<MissingValue> {
    if explanation.decision.verdict != Verdict::CannotTell {
        return Vec::new();
    }
    let unknown = explanation.substitutions.iter().filter(|value| value.value.is_none());
    let unknown: Vec<&Key> = unknown.map(|value| &value.key).collect();
    let mut missing: Vec<MissingValue> = Vec::new();
    for policy in explanation.parts.iter().flat_map(|part| &part.policies) {
        for statement in &policy.statements {
            for (key, span) in uses(statement) {
                let (policy, statement) = (policy.policy, statement.statement);
                let open = statement_is_open(&missing, &key, policy, statement);
                if open && unknown.iter().any(|unknown| key.same_fact(unknown)) {
                    missing.push(MissingValue { key, policy, statement, span });
                }
            }
            for condition in statement.conditions.iter().filter(|condition| condition.found.is_none()) {
                let (key, span) = (Key::parse(&condition.key), condition.span.clone());
                let (policy, statement) = (policy.policy, statement.statement);
                if statement_is_open(&missing, &key, policy, statement) {
                    missing.push(MissingValue { key, policy, statement, span });
                }
            }
        }
    }
    missing
}

/// Whether the statement has no entry for the key yet.
fn statement_is_open(missing: &[MissingValue], key: &Key, policy: usize, statement: usize) -> bool {
    !missing.iter().any(|found| found.key == *key && found.policy == policy && found.statement == statement)
}

/// The variables of a statement and where they stand, in the order of the text.
fn uses(statement: &StatementTrail) -> impl Iterator<Item = (Key, Span)> {
    let resources = statement.resources.iter().map(|resource| (&resource.written, &resource.span));
    let values = statement
        .conditions
        .iter()
        .flat_map(|condition| condition.wanted.iter().map(|value| (value, &condition.span)));
    resources.chain(values).flat_map(|(written, span)| {
        let names = written.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
        names.map(|(name, _)| (Key::parse(name), span.clone()))
    })
}
