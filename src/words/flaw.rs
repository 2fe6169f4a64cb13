//! What is said before an answer: characters that nobody sees, a policy that AWS does not take, and a session that is not let in. And misspelt
//! actions.

use super::{Text, character::unseen, diagnostic::diagnostic, place::policy_name};
use crate::policy::{
    Explanation,
    diagnostic::Problem,
    explain::{Flaw, PartTrail},
    quota::{MAX_ATTACHED, MAX_CLIENT_ID, MAX_SLASHES, MAX_TOPIC, Quota},
};

/// What stands before the answer: characters that nobody sees, a policy that AWS does not take, and a session that is not let in.
pub(super) fn warnings(explanation: &Explanation) -> Text {
    let text = unseen(explanation);
    let text = match refused(explanation).next() {
        Some(flaw) => text.and(not_accepted(flaw)).say(" As it stands: "),
        None => text,
    };
    let text = match explanation.quotas.first() {
        Some(quota) => {
            text.say(format!("AWS IoT Core does not take this: {}. By the policies: ", exceeded(*quota)))
        }
        None => text,
    };
    match explanation.connect_refused {
        Some(_) => text.say("This session is not let in, so this is never asked. On its own: "),
        None => text,
    }
}

/// What is not taken, and why.
pub(super) fn exceeded(quota: Quota) -> String {
    match quota {
        Quota::ClientIdLength(bytes) => {
            format!("the client ID has {bytes} bytes, at most {MAX_CLIENT_ID} are allowed")
        }
        Quota::ClientIdDollar => "a client ID must not begin with $".to_owned(),
        Quota::TopicLength(bytes) => format!("the topic has {bytes} bytes, at most {MAX_TOPIC} are allowed"),
        Quota::TopicSlashes(slashes) => {
            format!("the topic has {slashes} slashes, at most {MAX_SLASHES} are allowed")
        }
        // Its marks of code are of no use within a sentence.
        Quota::Topic(error) => error.to_string().replace('`', ""),
        Quota::ReservedPublish => {
            "AWS keeps this topic for itself, and to publish there may end the connection".to_owned()
        }
        Quota::ReservedSubscribe => {
            "AWS keeps these topics for itself, and to subscribe to them may end the connection".to_owned()
        }
        Quota::ReservedRetain => "no message is retained on a topic that begins with $".to_owned(),
        Quota::QosTwo => "QoS 2 is not supported".to_owned(),
        Quota::Attached(count) => {
            format!("{count} policies are attached, at most {MAX_ATTACHED} are allowed")
        }
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
