//! `IPL-L013` deny-missed-by-wider-filter.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// A wider filter walks around the Deny
    ///
    /// # What it flags
    /// A Deny of `iot:Subscribe`, when the engine allows a filter that covers a denied topic and allows the
    /// delivery of its messages. Device Defender reports it as
    /// `TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS`.
    /// # Why it hurts
    /// Filters are compared as text. Deny on `building/control_room/*` says nothing about the filter
    /// `building/#`, and the messages of the control room arrive through it.
    /// # What to do
    /// Deny `iot:Receive` on the topics: delivery is checked for each message.
    /// # Flagged
    /// Allow `topicfilter/building/*`, Deny `topicfilter/building/control_room/*`
    /// # Clean
    /// the same with a Deny of `iot:Receive` on `topic/building/control_room/*`
    /// # Sources
    /// - Device Defender, audit check IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK
    /// - Developer Guide, Publish/Subscribe policy examples
}

/// The audit check and its reason.
const CHECK: &str = "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK";
const REASON: &str = "TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.denies().filter(|stated| stated.names("iot:Subscribe")) {
        for named in
            stated.resources.iter().filter(|named| named.name_of(ResourceType::TopicFilter).is_some())
        {
            let Some(way) = subject.around(named) else { continue };
            let text = Text::new().say(format!("Statement {} denies ", stated.number)).code(named.short());
            let text =
                text.say(", but a subscription to ").code(&way.filter).say(" is allowed and receives ");
            let one = Found::at(stated.policy, named.written.span.clone(), text.code(&way.topic).say("."));
            let one = one.with("check", CHECK).with("reason", REASON);
            found.push(one.with("filter", way.filter).with("topic", way.topic));
        }
    }
    found
}
