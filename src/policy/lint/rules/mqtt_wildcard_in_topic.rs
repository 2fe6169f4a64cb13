//! `IPL-L003` mqtt-wildcard-in-topic.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// An MQTT wildcard stands in a topic
    ///
    /// # What it flags
    /// An Allow on a `topic/` resource that holds `+` or `#`.
    /// # Why it hurts
    /// `+` and `#` are ordinary characters in a policy, and no message has a topic that holds them. The resource
    /// never matches.
    /// # What to do
    /// Write `*` for any run of characters or `?` for one. `*` crosses `/`.
    /// # Flagged
    /// `topic/a/#`
    /// # Clean
    /// `topic/a/*`
    /// # Sources
    /// - Developer Guide, Publish/Subscribe policy examples
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        for named in stated.resources.iter().filter(|named| named.name_of(ResourceType::Topic).is_some()) {
            let wildcards = named.mqtt_wildcards();
            if wildcards.is_empty() {
                continue;
            }
            let text =
                Text::new().code("+").say(" and ").code("#").say(" are ordinary characters in a policy, so ");
            let text =
                text.code(named.short()).say(" matches no message; the wildcard is ").code("*").say(".");
            let one = Found::at(stated.policy, named.written.span.clone(), text);
            let edits = wildcards
                .into_iter()
                .map(|at| stated.exact(named.written, at..at + 1).map(|span| (span, "*".to_owned())));
            found.push(edits.fold(one, Found::fixed_by));
        }
    }
    found
}
