//! What is said before an answer: a policy that AWS does not take, and a session that is not let in. And misspelt
//! actions.

use super::{Text, diagnostic::diagnostic, place::policy_name};
use crate::policy::{
    Explanation,
    diagnostic::Problem,
    explain::{Flaw, PartTrail},
};

/// What stands before the answer: a policy that AWS does not take, and a session that is not let in.
pub(super) fn warnings(explanation: &Explanation) -> Text {
    let text = match refused(explanation).next() {
        Some(flaw) => not_accepted(flaw).say(" As it stands: "),
        None => Text::new(),
    };
    match explanation.connect_refused {
        Some(_) => text.say("This session is not let in, so this is never asked. On its own: "),
        None => text,
    }
}

/// The flaws for which AWS does not take a policy, the first of each policy.
pub(super) fn refused(explanation: &Explanation) -> impl Iterator<Item = &Flaw> {
    let mut last = None;
    explanation
        .flaws
        .iter()
        .filter(|flaw| flaw.refused.is_some())
        .filter(move |flaw| last.replace(flaw.policy) != Some(flaw.policy))
}

/// "AWS would not accept the policy `p`: ..."
pub(super) fn not_accepted(flaw: &Flaw) -> Text {
    let text = Text::new().say("AWS would not accept ");
    let text = if flaw.name.is_empty() { text } else { text.say("the policy ") };
    let text = policy_name(text, &flaw.name, flaw.policy).say(": ");
    diagnostic(&flaw.found).0.into_iter().fold(text, |mut text, piece| {
        text.0.push(piece);
        text
    })
}

/// What somebody wrote for the action of this check, when it is misspelt.
pub(super) fn misspelling<'a>(explanation: &'a Explanation, part: &PartTrail) -> Option<&'a str> {
    explanation.flaws.iter().find_map(|flaw| match &flaw.found.problem {
        Problem::UnknownAction { name, nearest: Some(nearest) } if *nearest == part.action => {
            Some(name.as_str())
        }
        _ => None,
    })
}
