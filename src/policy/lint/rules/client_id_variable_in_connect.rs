//! `IPL-L009` client-id-variable-in-connect.

use super::about;
use crate::{
    policy::{
        Verdict,
        lint::{
            Found,
            probe::{STRANGER, connect},
            subject::{Stated, Subject},
        },
        pattern::SegmentKind,
        variable::Key,
    },
    text::Text,
};

about! {
    /// The client ID is compared with itself
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on `client/${iot:ClientId}` without a condition that ties the client to its
    /// certificate or thing.
    /// # Why it hurts
    /// The client picks its ID, so this is the same as `client/*`: any device takes over any session.
    /// # What to do
    /// Write `client/${iot:Connection.Thing.ThingName}`, or add the condition `"Bool":
    /// {"iot:Connection.Thing.IsAttached": "true"}`.
    /// # Flagged
    /// `client/${iot:ClientId}`
    /// # Clean
    /// `client/${iot:ClientId}` with `IsAttached`
    /// # Sources
    /// - Device Defender, audit check IOT_POLICY_OVERLY_PERMISSIVE_CHECK
    /// - Developer Guide, Basic AWS IoT Core policy variables
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    if subject.decide(&subject.probe_as(STRANGER), &connect()) == Verdict::ExplicitDeny {
        return Vec::new();
    }
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect") && !is_tied(stated)) {
        for named in &stated.resources {
            // Whatever the ARN before it looks like, the last part is what the author means.
            let last =
                named.pattern.segments().iter().rev().find(|segment| segment.kind != SegmentKind::AnyRun);
            let before = last.and_then(|last| named.written.value.get(..last.at));
            let whole = last.is_some_and(|last| last.kind == SegmentKind::Variable(Key::ClientId));
            if whole && before.is_some_and(|before| before.ends_with("client/")) {
                let text = Text::new()
                    .code("${iot:ClientId}")
                    .say(" is what the client calls itself, so statement ");
                let text = text.say(format!("{} lets any device take over any session.", stated.number));
                found.push(Found::at(stated.policy, named.written.span.clone(), text));
            }
        }
    }
    found
}

fn is_tied(stated: &Stated<'_>) -> bool {
    stated.statement.conditions.iter().any(|condition| {
        let key = Key::parse(&condition.key.value);
        !condition.operator.value.eq_ignore_ascii_case("Null")
            && (key.is_thing() || key.is_certificate() || key == Key::CognitoSub || key == Key::ClientId)
    })
}
