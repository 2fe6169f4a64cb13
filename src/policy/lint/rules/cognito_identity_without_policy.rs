//! `IPL-L041` cognito-identity-without-policy.

use super::about;
use crate::{
    policy::{
        Principal,
        context::Side,
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// A Cognito identity lacks one of its two policies
    ///
    /// # What it flags
    /// The context is an authenticated Cognito identity, and the policies hold no AWS IoT Core policy, or no IAM
    /// policy.
    /// # Why it hurts
    /// Authenticated identities need both: what the role allows and what the AWS IoT Core policy allows. The
    /// WebSocket opens, and MQTT is closed at once.
    /// # What to do
    /// Attach an AWS IoT Core policy to the identity ID (not to the pool), and a policy to the role.
    /// # Flagged
    /// a role policy alone
    /// # Clean
    /// a role policy and an AWS IoT Core policy
    /// # Sources
    /// - Developer Guide, Authorization with Amazon Cognito identities
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let authenticated = subject
        .context
        .is_some_and(|context| matches!(context.principal, Principal::CognitoAuthenticated { .. }));
    let Some(first) = subject.policies.first().filter(|_| authenticated) else { return Vec::new() };
    let has = |side| subject.policies.iter().any(|policy| policy.kind == side);
    let missing = match (has(Side::Iot), has(Side::Iam)) {
        (false, _) => "AWS IoT Core policy on the identity",
        (_, false) => "IAM policy on the role",
        _ => return Vec::new(),
    };
    let text =
        Text::new().say(format!("There is no {missing}: an authenticated Cognito identity needs both."));
    let text_start = first.document.text.find('{').unwrap_or_default();
    let end = (text_start + 1).min(first.document.text.len());
    vec![Found::at(0, text_start..end, text)]
}
