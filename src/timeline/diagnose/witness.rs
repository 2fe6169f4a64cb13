//! A second witness: the lifecycle events that a session gets which is subscribed to `$aws/events/presence/#` (documented:
//! Developer Guide, Lifecycle events).
//!
//! An event names a client ID and a reason, not a connection. It is held to speak of the earliest end of a connection with its
//! client ID of which no other event speaks, if that was about then: events may be late, and come twice. One that fits no
//! recorded connection speaks of a client elsewhere.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::iot::time::{Instant, Millis};
use crate::mqtt::Packet;
use crate::timeline::{Entry, What};

use super::story::{Mark, Story};
use super::{Certainty, Finding, FindingKind, evidence};

/// The reason of a takeover.
pub(super) const TAKEN_OVER: &str = "DUPLICATE_CLIENTID";
/// The reasons of an end for want of a right, and of a CONNECT that was refused for it.
pub(super) const NO_RIGHT: [&str; 3] = ["AUTH_ERROR", "FORBIDDEN_ACCESS", "AUTHORIZATION_FAILED"];
/// The reason of an end for silence.
pub(super) const SILENT: &str = "MQTT_KEEP_ALIVE_TIMEOUT";

/// AWS advises to wait so long before a disconnect is believed (Developer Guide, Lifecycle events).
const LATE: Millis = Millis::from_seconds(5);
/// The event may be faster than the close of which it tells.
const EARLY: Millis = Millis(1000);

/// What was said of a connection.
#[derive(Clone, Debug)]
pub(super) struct Testimony {
    pub(super) mark: Mark,
    /// `disconnectReason` or `connectFailureReason`.
    pub(super) reason: String,
}

/// An event, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    client_id: String,
    event_type: String,
    session_identifier: Option<String>,
    disconnect_reason: Option<String>,
    connect_failure_reason: Option<String>,
}

/// Gives each story what was said of it, and finds takeovers elsewhere.
pub(super) fn hear(entries: &[Entry], stories: &mut [Story<'_>]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut elsewhere = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some(event) = read(&entry.what) else { continue };
        if !seen.insert((event.session_identifier.clone(), event.event_type.clone(), event.client_id.clone()))
            && event.session_identifier.is_some()
        {
            continue;
        }
        let mark = Mark { index, at: entry.at };
        let (refused, reason) = match (event.disconnect_reason, event.connect_failure_reason) {
            (Some(reason), _) => (false, reason),
            (None, Some(reason)) => (true, reason),
            (None, None) => continue,
        };
        let about = stories.iter_mut().filter(|story| {
            story.client_id == Some(event.client_id.as_str())
                && story.testimony.is_none()
                && story.accepted().is_none() == refused
                && story.ended_by_other().is_some_and(|end| is_about(end.at, entry.at))
        });
        if let Some(story) = about.min_by_key(|story| story.ended_by_other().map(|end| end.index)) {
            story.testimony = Some(Testimony { mark, reason });
        } else if reason == TAKEN_OVER {
            elsewhere.extend(taken_over(event.client_id, mark, entry, stories));
        }
    }
    elsewhere
}

/// A client that is none of the recorded ones lost its client ID, perhaps to one of them.
fn taken_over(client_id: String, mark: Mark, entry: &Entry, stories: &[Story<'_>]) -> Option<Finding> {
    let observer = stories.iter().find(|story| story.connection == entry.connection)?;
    let newcomer = stories
        .iter()
        .filter(|story| story.client_id == Some(client_id.as_str()))
        .filter_map(|story| Some((story, story.accepted()?)))
        .filter(|(_, accepted)| is_about(accepted.at, mark.at))
        .max_by_key(|(_, accepted)| accepted.index);
    let shown = newcomer.iter().flat_map(|(story, accepted)| story.connect.into_iter().chain([*accepted]));
    Some(Finding {
        kind: FindingKind::TakenOverElsewhere { new: newcomer.map(|(story, _)| story.connection), client_id },
        certainty: Certainty::Stated,
        version: observer.version,
        evidence: evidence(shown.chain([mark]).map(|mark| mark.index)),
        rivals: Vec::new(),
    })
}

fn is_about(what: Instant, told: Instant) -> bool {
    what <= told + EARLY && told <= what + LATE
}

/// A lifecycle event about a connection.
fn read(what: &What) -> Option<Event> {
    let What::Received(wire) = what else { return None };
    let Ok(Packet::Publish(publish)) = &wire.packet else { return None };
    let told = publish.topic.starts_with("$aws/events/presence/");
    told.then(|| serde_json::from_slice(&publish.payload).ok()).flatten()
}
