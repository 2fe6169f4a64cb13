//! Messages that were accepted and did not come to a subscriber. No packet tells why.

use std::collections::BTreeMap;

use crate::iot::time::{Instant, Millis};
use crate::timeline::Entry;

use super::story::{Mark, Story};
use super::{Certainty, ConnectionRef, Finding, FindingKind, Rival, evidence};

/// How long a message may take. AWS states no bound; the wait that it advises for its events is taken (Developer
/// Guide, Lifecycle events).
const PATIENCE: Millis = Millis::from_seconds(5);

/// One finding for each subscriber and topic, with the first message that did not come.
pub(super) fn find(stories: &[Story<'_>], entries: &[Entry]) -> Vec<Finding> {
    let end = entries.last().map_or(Instant(0), |entry| entry.at);
    let mut topics: BTreeMap<&str, Vec<(ConnectionRef, Mark)>> = BTreeMap::new();
    for story in stories {
        for (topic, mark) in &story.published {
            topics.entry(topic).or_default().push((story.connection, *mark));
        }
    }
    let mut findings = Vec::new();
    for story in stories.iter().filter(|story| !story.granted.is_empty()) {
        let until = story.closed.map_or(end, |(closed, _)| closed.at);
        for (topic, messages) in &topics {
            let Some(since) = story.subscribed(topic) else { continue };
            let missed = messages.iter().filter(|(publisher, sent)| {
                let came = story.received.iter().any(|(came, mark)| came == topic && mark.index > sent.index);
                let had_time = sent.at + PATIENCE <= until;
                *publisher != story.connection && since.index < sent.index && had_time && !came
            });
            let first = missed.min_by_key(|(_, sent)| sent.index);
            findings.extend(first.map(|(publisher, sent)| Finding {
                kind: FindingKind::NotReceived {
                    connection: story.connection,
                    publisher: *publisher,
                    topic: (*topic).to_owned(),
                },
                certainty: Certainty::Likely,
                version: story.version,
                evidence: evidence([since.index, sent.index]),
                rivals: vec![Rival::Late],
            }));
        }
    }
    findings
}
