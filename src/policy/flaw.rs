//! What is wrong with the texts of the policies that a decision looked at, and whether AWS takes them at all.
//!
//! A policy that AWS does not take is evaluated all the same: what it says is asked, and that it is refused stands
//! beside the answer.

use super::{
    context::Side,
    diagnostic::{Diagnostic, Problem, Severity},
    evaluate::Policy,
    explain::{Confidence, PartTrail, Skipped},
};
use crate::order;

/// Something wrong with the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The policy's index in the set.
    pub policy: usize,
    /// Its name.
    pub name: String,
    /// What is wrong, and where.
    pub found: Diagnostic,
    /// How sure it is that AWS does not take the policy because of it; `None` when AWS takes it.
    pub refused: Option<Confidence>,
}

impl Flaw {
    /// The flaws of the policies that the parts looked at, in order.
    pub(super) fn of(policies: &[Policy], parts: &[PartTrail]) -> Vec<Self> {
        let looked_at = parts
            .iter()
            .flat_map(|part| &part.policies)
            .filter(|policy| !matches!(policy.skipped, Some(Skipped::OtherKind | Skipped::OtherAttachment)))
            .map(|policy| policy.policy);
        let of_policy = |index: usize| policies.get(index).map(|policy| (index, policy));
        let flaws = |(index, policy): (usize, &Policy)| {
            let flaw = |found: &Diagnostic| Self {
                policy: index,
                name: policy.name.clone(),
                found: found.clone(),
                refused: refused(found, policy.kind),
            };
            policy.document.diagnostics.iter().map(flaw).collect::<Vec<_>>()
        };
        order::set(looked_at).into_iter().filter_map(of_policy).flat_map(flaws).collect()
    }
}

/// The length is a published quota. A variable that AWS IoT Core does not have was refused when a user tried. That the
/// grammar of IAM holds for AWS IoT Core is concluded. Policies of IAM have other quotas and other variables.
fn refused(found: &Diagnostic, kind: Side) -> Option<Confidence> {
    if found.severity() != Severity::Error {
        return None;
    }
    match (&found.problem, kind) {
        // What people paste is annotated; the policy in the account is not.
        (Problem::Comment { .. } | Problem::TypographicQuotes { .. }, _) => None,
        (Problem::TooLong { .. } | Problem::UnknownVariable { .. }, Side::Iam) => None,
        (Problem::TooLong { .. }, Side::Iot) => Some(Confidence::Documented),
        (Problem::UnknownVariable { .. }, Side::Iot) => Some(Confidence::Observed),
        (_, Side::Iam) => Some(Confidence::Documented),
        (_, Side::Iot) => Some(Confidence::Inferred),
    }
}
