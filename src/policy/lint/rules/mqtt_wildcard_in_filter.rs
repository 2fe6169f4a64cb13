//! `IPL-L014` mqtt-wildcard-in-filter.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// A filter with MQTT wildcards allows exactly that filter
    ///
    /// # What it flags
    /// An Allow of `iot:Subscribe` on a `topicfilter/` that holds `+` or `#`.
    /// # Why it hurts
    /// Filters are compared as text: the device has to subscribe to this very filter. A filter that MQTT would
    /// count as narrower is refused.
    /// # What to do
    /// Leave it when the device uses this filter; write `*` when it uses narrower ones.
    /// # Flagged
    /// `topicfilter/a/+` for a device that subscribes to `a/b`
    /// # Clean
    /// `topicfilter/a/*`
    /// # Sources
    /// - Developer Guide, Publish/Subscribe policy examples
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Subscribe")) {
        for named in &stated.resources {
            let Some(filter) = named.name_of(ResourceType::TopicFilter) else { continue };
            if named.mqtt_wildcards().is_empty() {
                continue;
            }
            let text = Text::new().code(named.short()).say(" allows the filter ").code(filter);
            let text = text.say(" as it is written; narrower filters are not allowed by it.");
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}
