//! `IPL-L037` will-condition-alone.

use super::about;
use crate::{
    policy::{
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A condition on the will without one on the connect attributes
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` with a condition on `iot:LastWillTopic` and none on `iot:ConnectAttributes`.
    /// # Why it hurts
    /// A user saw such a client connect and lose the connection later for want of authorization.
    /// # What to do
    /// Add `"ForAllValues:StringEquals": {"iot:ConnectAttributes": ["PersistentConnect", "LastWill"]}`.
    /// # Flagged
    /// `ArnEquals` on `iot:LastWillTopic` alone
    /// # Clean
    /// both conditions
    /// # Sources
    /// - MQTTnet issue 1729 (seen)
    /// - Developer Guide, Connect policy examples
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        let will = stated
            .statement
            .conditions
            .iter()
            .find(|condition| Key::parse(&condition.key.value) == Key::LastWillTopic);
        if let Some(will) = will.filter(|_| !stated.looks_at(&Key::ConnectAttributes)) {
            let text =
                Text::new().say("The condition on ").code(&will.key.value).say(" stands without one on ");
            found.push(Found::at(
                stated.policy,
                will.key.span.clone(),
                text.code("iot:ConnectAttributes").say("."),
            ));
        }
    }
    found
}
