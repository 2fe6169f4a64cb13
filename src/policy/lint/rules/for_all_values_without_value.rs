//! `IPL-L036` for-all-values-without-value.

use super::about;
use crate::{
    policy::{
        condition::{Quantifier, Test},
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// ForAllValues also holds when there is no value
    ///
    /// # What it flags
    /// An Allow with a `ForAllValues:` condition on a key without a `Null` or `ForAnyValue:` condition on the
    /// same key.
    /// # Why it hurts
    /// The condition is true when the key is absent or its set is empty. A guard that is meant to demand
    /// something demands nothing then.
    /// # What to do
    /// Leave it where no value is meant to pass (a plain CONNECT has no `iot:ConnectAttributes`); otherwise add
    /// `ForAnyValue:` or `Null`.
    /// # Flagged
    /// `ForAllValues:StringEquals` on a certificate list
    /// # Clean
    /// the same with `"Null": {"<key>": "false"}`
    /// # Sources
    /// - IAM User Guide, Single-valued vs. multivalued context keys
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let conditions = &stated.statement.conditions;
        for condition in conditions {
            let guarded = conditions.iter().any(|other| {
                let guards = other.parsed.is_some_and(|operator| {
                    operator.test == Test::Null || operator.quantifier == Quantifier::Any
                });
                guards && other.key.value.eq_ignore_ascii_case(&condition.key.value)
            });
            let all = condition.parsed.is_some_and(|operator| operator.quantifier == Quantifier::All);
            if all && !guarded {
                let text = Text::new().code(&condition.operator.value).say(" also holds when ");
                let text = text.code(&condition.key.value).say(" has no value.");
                found.push(Found::at(stated.policy, condition.operator.span.clone(), text));
            }
        }
    }
    found
}
