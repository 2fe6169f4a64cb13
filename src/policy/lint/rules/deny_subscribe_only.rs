//! `IPL-L021` deny-subscribe-only.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// Subscribing is denied, receiving is not
    ///
    /// # What it flags
    /// A Deny of `iot:Subscribe` on filters whose messages may be delivered, when the engine finds no filter that
    /// walks around it today.
    /// # Why it hurts
    /// The Deny stops this text of a filter. Any filter that is allowed later, and any subscription made before,
    /// still delivers the messages.
    /// # What to do
    /// Deny `iot:Receive` on the topics as well.
    /// # Flagged
    /// Deny `iot:Subscribe` on `topicfilter/a/*`
    /// # Clean
    /// Deny `iot:Subscribe` on `topicfilter/a/*` and `iot:Receive` on `topic/a/*`
    /// # Sources
    /// - Developer Guide, Publish/Subscribe policy examples
    /// - Device Defender, audit check IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.denies().filter(|stated| stated.names("iot:Subscribe")) {
        for named in &stated.resources {
            // MQTT wildcards in it, and a way around it, are graver findings of their own.
            let quiet = named.name_of(ResourceType::TopicFilter).is_none()
                || !named.mqtt_wildcards().is_empty()
                || !subject.delivers(named)
                || subject.around(named).is_some();
            if !quiet {
                let text = Text::new().say(format!("Statement {} denies to subscribe to ", stated.number));
                let text = text.code(named.short()).say("; ").code("iot:Receive");
                let text = text.say(" on those topics is allowed.");
                found.push(Found::at(stated.policy, named.written.span.clone(), text));
            }
        }
    }
    found
}
