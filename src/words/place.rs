//! How statements and policies are called: by number alone while there is one policy, else with the policy's name,
//! and with its kind where both kinds take part.

use std::collections::BTreeMap;

use super::Text;
use crate::order;
use crate::policy::{Explanation, explain::PartTrail};

/// The names of the policies of an explanation.
pub(super) struct Names<'a> {
    policies: BTreeMap<usize, &'a str>,
    iam: bool,
    iot: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(explanation: &'a Explanation) -> Self {
        let policies = explanation.parts.iter().flat_map(|part| &part.policies);
        Self {
            policies: order::map(policies.map(|policy| (policy.policy, policy.name.as_str()))),
            iam: explanation.parts.iter().any(|part| part.iam),
            iot: explanation.parts.iter().any(|part| !part.iam),
        }
    }

    /// Whether there is more than one policy.
    pub(super) fn several(&self) -> bool {
        self.policies.len() > 1
    }

    /// Whether policies of both kinds take part.
    pub(super) const fn both_kinds(&self) -> bool {
        self.iam && self.iot
    }

    /// "statement 1 of `RolePolicy` (IAM)"; `word` is "statement" or "Statement". The statement counts from 0.
    pub(super) fn statement(
        &self,
        text: Text,
        word: &str,
        statement: usize,
        policy: usize,
        iam: bool,
    ) -> Text {
        let text = text.say(format!("{word} {}", statement + 1));
        if !self.several() {
            return text;
        }
        let text =
            policy_name(text.say(" of "), self.policies.get(&policy).copied().unwrap_or_default(), policy);
        match (self.both_kinds(), iam) {
            (false, _) => text,
            (true, true) => text.say(" (IAM)"),
            (true, false) => text.say(" (IoT)"),
        }
    }

    /// "the IAM policies", where there are others too.
    pub(super) fn kind(&self, part: &PartTrail) -> Option<&'static str> {
        self.both_kinds().then_some(if part.iam { "the IAM policies" } else { "the AWS IoT Core policies" })
    }
}

/// A policy by its name, or by its place in the set when it has none.
pub(super) fn policy_name(text: Text, name: &str, policy: usize) -> Text {
    if name.is_empty() { text.say(format!("policy {}", policy + 1)) } else { text.code(name) }
}

/// Values in code type, at most a few of them, with "and" or "or" before the last.
pub(super) fn list(text: Text, values: &[&str], word: &str) -> Text {
    const MOST: usize = 3;
    let shown = if values.len() > MOST + 1 { MOST } else { values.len() };
    let text = values.iter().take(shown).enumerate().fold(text, |text, (index, value)| {
        let comma = match index {
            0 => "",
            _ if index + 1 == values.len() => return text.say(format!(" {word} ")).code(*value),
            _ => ", ",
        };
        text.say(comma).code(*value)
    });
    match values.len() - shown {
        0 => text,
        more => text.say(format!(" {word} {more} more")),
    }
}
