//! `IPL-L035` client-not-tied-to-thing.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        context::Side,
        lint::{Found, subject::Subject},
        pattern::SegmentKind,
        variable::Key,
    },
    text::Text,
};

about! {
    /// Nothing ties the client ID to the device
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on a client ID without a variable, and without a condition on the thing, the
    /// certificate or the identity.
    /// # Why it hurts
    /// Any certificate with this policy connects under these client IDs, the stolen one of another device
    /// included.
    /// # What to do
    /// Demand `"Bool": {"iot:Connection.Thing.IsAttached": "true"}`, or use a variable of the thing or
    /// certificate.
    /// # Flagged
    /// `client/temp-sensor-01`
    /// # Clean
    /// the same with `IsAttached`
    /// # Sources
    /// - Developer Guide, Thing policy variables
    /// - Device Defender, audit check IOT_POLICY_OVERLY_PERMISSIVE_CHECK
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let ties = |key: &Key| key.is_thing() || key.is_certificate() || *key == Key::CognitoSub;
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.side == Side::Iot && stated.names("iot:Connect")) {
        let condition =
            stated.statement.conditions.iter().any(|condition| {
                condition.operator.value != "Null" && ties(&Key::parse(&condition.key.value))
            });
        let loose = stated.resources.iter().find(|named| {
            // A resource that is nothing but a wildcard or the client ID is a graver finding of its own.
            named.name_of(ResourceType::Client).is_some()
                && named.pattern.variables().next().is_none()
                && named.name_pattern().segments().iter().any(|part| part.kind != SegmentKind::AnyRun)
        });
        if let Some(named) = loose.filter(|_| !condition) {
            let text = Text::new().say("Nothing ties ").code(named.short());
            let text = text.say(" to a thing or a certificate: any client with this policy may use it.");
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}
