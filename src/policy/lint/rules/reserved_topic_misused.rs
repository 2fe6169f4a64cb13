//! `IPL-L027` reserved-topic-misused.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// A reserved topic is used the wrong way round
    ///
    /// # What it flags
    /// Publish on `$aws/events/...`, Subscribe or Receive on `$aws/rules/...`, RetainPublish on a topic that
    /// begins with `$`.
    /// # Why it hurts
    /// AWS publishes events and takes in rules; retained messages on `$` topics are refused. An operation that is
    /// not listed for a reserved topic can end the connection.
    /// # What to do
    /// Subscribe to events, publish to rules.
    /// # Flagged
    /// `iot:Publish` on `topic/$aws/events/...`
    /// # Clean
    /// `iot:Subscribe` on `topicfilter/$aws/events/...`
    /// # Sources
    /// - Developer Guide, Reserved topics
    /// - Developer Guide, Basic Ingest
    /// - Developer Guide, Retained message policy examples
}

/// Action, type of resource, beginning of the name, and why not.
const MISUSES: [(&str, ResourceType, &str, &str); 4] = [
    ("iot:Publish", ResourceType::Topic, "$aws/events/", "only AWS publishes there"),
    ("iot:Subscribe", ResourceType::TopicFilter, "$aws/rules/", "nobody receives what goes to a rule"),
    ("iot:Receive", ResourceType::Topic, "$aws/rules/", "nobody receives what goes to a rule"),
    ("iot:RetainPublish", ResourceType::Topic, "$", "AWS IoT Core retains no message there"),
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        for named in &stated.resources {
            let misuse = MISUSES.iter().find(|(action, kind, beginning, _)| {
                let name = named.name_of(*kind).filter(|name| !name.starts_with("${"));
                stated.names(action) && name.is_some_and(|name| name.starts_with(beginning))
            });
            // Beside another action the same resource can be meant for that one.
            let alone = |kind| stated.actions.iter().filter(|action| action.resource == kind).count() == 1;
            if let Some((action, kind, _, why)) = misuse
                && (alone(*kind) || *action == "iot:RetainPublish")
            {
                let text = Text::new().code(*action).say(" on ").code(named.short()).say(format!(": {why}."));
                found.push(Found::at(stated.policy, named.written.span.clone(), text));
            }
        }
    }
    found
}
