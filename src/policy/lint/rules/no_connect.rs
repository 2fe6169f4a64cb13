//! `IPL-L020` no-connect.

use super::about;
use crate::{
    policy::{
        context::Protocol,
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// Nothing allows the client to connect
    ///
    /// # What it flags
    /// An Allow of Publish, Subscribe or Receive where no statement of the policies allows `iot:Connect` on
    /// anything that can be a client. Not when the protocol is known to be HTTPS.
    /// # Why it hurts
    /// Every MQTT action needs a connection, and the other actions do not imply `iot:Connect`. CONNECT is
    /// refused.
    /// # What to do
    /// Allow `iot:Connect` on `client/...`.
    /// # Flagged
    /// `iot:Publish` alone
    /// # Clean
    /// `iot:Connect` on `client/a`, `iot:Publish` on `topic/a`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let https = subject.context.is_some_and(|context| context.protocol == Protocol::Https);
    if https || subject.some_allow_can_match("iot:Connect") {
        return Vec::new();
    }
    let needs =
        |action: &'static str| subject.allows().find(|stated| stated.names(action)).map(|s| (s, action));
    let first = ["iot:Publish", "iot:Subscribe", "iot:Receive"].into_iter().find_map(needs);
    let found = first.map(|(stated, action)| {
        let text = Text::new().code(action).say(" is allowed, but no statement allows ").code("iot:Connect");
        Found::at(
            stated.policy,
            stated.action_span(action),
            text.say(" on a client: the device cannot connect."),
        )
    });
    found.into_iter().collect()
}
