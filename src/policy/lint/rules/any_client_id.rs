//! `IPL-L004` any-client-id.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        lint::{
            Found,
            probe::{Nothing, STRANGER},
            subject::Subject,
        },
        pattern::Match,
    },
    text::Text,
};

about! {
    /// Any device takes over any session
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on every client ID, when a client with somebody else's ID would indeed be let
    /// in. The engine is asked.
    /// # Why it hurts
    /// A second CONNECT with the same client ID ends the first session. A device with this policy can throw out
    /// any other device of the account, and take its queued messages.
    /// # What to do
    /// Tie the client ID to the device: `client/${iot:Connection.Thing.ThingName}`, or a condition on
    /// `iot:Connection.Thing.IsAttached`.
    /// # Flagged
    /// `client/*`
    /// # Clean
    /// `client/${iot:Connection.Thing.ThingName}`
    /// # Sources
    /// - Device Defender, audit check IOT_POLICY_OVERLY_PERMISSIVE_CHECK
    /// - Developer Guide, AWS IoT Core policy actions (iot:Connect)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let stranger = subject.probe_as(STRANGER);
    if !subject.connects(&stranger) {
        return Vec::new();
    }
    let asked = stranger.arn(ResourceType::Client, STRANGER);
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        for named in &stated.resources {
            if named.pattern.matches(&asked, &Nothing) == Match::Yes {
                let text = Text::new()
                    .code(named.short())
                    .say(" lets any device take over any session: a client called ");
                let text = text.code(STRANGER).say(" is let in.");
                found.push(
                    Found::at(stated.policy, named.written.span.clone(), text).with("clientId", STRANGER),
                );
            }
        }
    }
    found
}
