//! What an explanation speaks of: facts of the situation, and the places of the policies where they are named.
//!
//! Knows no form: which field says a fact is for the screen to know.

use crate::policy::{Explanation, diagnostic::Span, variable::Key};

/// A fact of the situation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// What is asked for: the topic, the filter or the resource; for a CONNECT the client ID.
    Asked,
    /// The client ID.
    ClientId,
    /// The things of the principal, and their groups.
    Things,
    /// How the principal is attached to them.
    Attachment,
    /// The state of the certificate.
    CertificateState,
    /// The value of a variable or condition key.
    Variable(Key),
}

/// The variables in a text of a policy of this kind.
pub(super) fn named_in<'a>(
    written: &str,
    iam: bool,
    explanation: &'a Explanation,
) -> impl Iterator<Item = Used> + use<'a> {
    let written = written.to_ascii_lowercase();
    let keys = explanation.substitutions.iter().filter(move |one| one.iam == iam).map(|one| &one.key);
    keys.filter(move |key| names(&written, key)).map(|key| Used::Variable(key.clone()))
}

/// Where policies name a variable of this kind, in resources and as condition keys.
pub fn places_of(explanation: &Explanation, wanted: impl Fn(&Key) -> bool) -> Vec<(usize, Span)> {
    let keys: Vec<&Key> =
        explanation.substitutions.iter().map(|one| &one.key).filter(|key| wanted(key)).collect();
    let mut places = Vec::new();
    for policy in explanation.parts.iter().flat_map(|part| &part.policies) {
        for statement in &policy.statements {
            let resources = statement.resources.iter().filter(|resource| {
                let written = resource.written.to_ascii_lowercase();
                keys.iter().any(|key| names(&written, key))
            });
            let conditions =
                statement.conditions.iter().filter(|condition| wanted(&Key::parse(&condition.key)));
            let spans = resources.map(|one| &one.span).chain(conditions.map(|one| &one.span));
            for place in spans.map(|span| (policy.policy, span.clone())) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
    }
    places
}

/// Whether a text, in lower case, holds the variable, with a default value or without.
fn names(written: &str, key: &Key) -> bool {
    let opening = format!("${{{}", key.name().to_ascii_lowercase());
    written.match_indices(&opening).any(|(at, found)| {
        let rest = written.get(at + found.len()..).unwrap_or_default();
        rest.trim_start().starts_with(['}', ','])
    })
}
