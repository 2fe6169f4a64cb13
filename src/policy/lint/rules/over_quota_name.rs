//! `IPL-L026` over-quota-name.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        lint::{Found, subject::Subject},
        pattern::{Pattern, SegmentKind},
    },
    text::Text,
};

about! {
    /// A name that the broker does not take
    ///
    /// # What it flags
    /// A resource that can only match names beyond the quotas: more than 7 slashes or 256 bytes in a topic or
    /// filter (the first three levels of Basic Ingest and the share prefix not counted), more than 128 bytes or a
    /// leading `$` in a client ID. Counted is the text that is certain.
    /// # Why it hurts
    /// The broker refuses such a name whatever the policy says.
    /// # What to do
    /// Shorten the name.
    /// # Flagged
    /// `topic/a/b/c/d/e/f/g/h/i`
    /// # Clean
    /// `topic/a/b/c/d/e/f/g/h`
    /// # Sources
    /// - AWS IoT Core endpoints and quotas, Message broker
}

/// Quotas of the message broker.
const MAX_SLASHES: usize = 7;
const MAX_TOPIC: usize = 256;
const MAX_CLIENT_ID: usize = 128;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        for named in &stated.resources {
            let text = literal(&named.name_pattern());
            let kind = named.arn.and_then(|arn| arn.kind);
            let topic =
                kind == Some(ResourceType::Topic.word()) || kind == Some(ResourceType::TopicFilter.word());
            let name = counted(&text);
            let slashes = name.matches('/').count();
            let (what, value, limit) = if topic && slashes > MAX_SLASHES {
                ("slashes", slashes, MAX_SLASHES)
            } else if topic && name.len() > MAX_TOPIC {
                ("bytes", name.len(), MAX_TOPIC)
            } else if kind == Some(ResourceType::Client.word()) && text.len() > MAX_CLIENT_ID {
                ("bytes", text.len(), MAX_CLIENT_ID)
            } else if named
                .name_of(ResourceType::Client)
                .is_some_and(|id| id.starts_with('$') && !id.starts_with("${"))
            {
                let text = Text::new()
                    .say("A client ID does not begin with ")
                    .code("$")
                    .say(": ")
                    .code(named.short());
                found.push(Found::at(
                    stated.policy,
                    named.written.span.clone(),
                    text.say(" matches nothing."),
                ));
                continue;
            } else {
                continue;
            };
            let message = Text::new()
                .code(named.short())
                .say(format!(" needs {value} {what}; the broker takes {limit}."));
            found.push(
                Found::at(stated.policy, named.written.span.clone(), message).with(what, value.to_string()),
            );
        }
    }
    found
}

/// The text that every matching name has.
fn literal(pattern: &Pattern) -> String {
    let literals = pattern.segments().iter().filter_map(|segment| match &segment.kind {
        SegmentKind::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    literals.collect()
}

/// What counts of a topic: not the three levels of `$aws/rules/<rule>/`, not `$share/<name>/`.
fn counted(topic: &str) -> &str {
    let levels = if topic.starts_with("$aws/rules/") {
        3
    } else if topic.starts_with("$share/") {
        2
    } else {
        return topic;
    };
    topic.splitn(levels + 1, '/').nth(levels).unwrap_or_default()
}
