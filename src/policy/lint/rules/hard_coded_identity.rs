//! `IPL-L034` hard-coded-identity.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        lint::{Found, subject::Subject},
        pattern::SegmentKind,
    },
    text::Text,
};

about! {
    /// The policy is for one device
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on a client ID that is written out, without a variable.
    /// # Why it hurts
    /// Every device then needs a policy of its own; an account has many devices and a policy five versions.
    /// # What to do
    /// Use a variable such as `${iot:Connection.Thing.ThingName}` for a fleet; leave it for a single device, or
    /// where no variable fits (AWS itself writes the name out for Greengrass cores).
    /// # Flagged
    /// `client/temp-sensor-01`
    /// # Clean
    /// `client/${iot:Connection.Thing.ThingName}`
    /// # Sources
    /// - Developer Guide, Connect policy examples
    /// - AWS IoT Greengrass V2 Developer Guide, Device authentication and authorization
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        let literal = stated.resources.iter().find(|named| {
            let pattern = named.name_pattern();
            named.name_of(ResourceType::Client).is_some()
                && pattern.variables().next().is_none()
                && matches!(
                    pattern.segments().first().map(|first| &first.kind),
                    Some(SegmentKind::Literal(_))
                )
        });
        if let Some(named) = literal {
            let text = Text::new()
                .code(named.short())
                .say(" is written out, so the policy is for these client IDs only.");
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}
