//! Connections in time: when each began, was accepted and ended, and what became of its session then.

use std::collections::BTreeMap;

use crate::broker::News;
use crate::iot::time::Instant;
use crate::mqtt::{Connect, Packet, Property, Version};
use crate::timeline::diagnose::{Story, stories};
use crate::timeline::{ConnectionRef, Entry, Finding, FindingKind, Party, Record, What};

use super::Ending;

/// One connection from its first entry on.
#[derive(Clone, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) connection: ConnectionRef,
    pub(super) client_id: &'a str,
    pub(super) began: Instant,
    pub(super) accepted: Option<Instant>,
    /// When, how, and the entry that tells it. Nothing for one that stands at the end of the record.
    pub(super) ended: Option<(Instant, Ending, usize)>,
    pub(super) offline: Option<Offline>,
}

/// The time in which a session waits for its client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offline {
    pub(super) until: Instant,
    /// Messages that were stored for it. Only a simulated broker tells.
    pub(super) queued: usize,
}

impl Attempt<'_> {
    /// When there is nothing more of it to see.
    pub(super) fn until(&self, record: &Record) -> Instant {
        let offline = self.offline.map(|offline| offline.until);
        offline.or(self.ended.map(|(at, ..)| at)).unwrap_or(record.end)
    }
}

/// Every connection, in the order in which they began.
pub(super) fn attempts(record: &Record) -> Vec<Attempt<'_>> {
    let mut began = BTreeMap::new();
    for entry in record.entries.iter().filter(|entry| entry.connection.number > 0) {
        began.entry(entry.connection).or_insert(entry.at);
    }
    let evicted: Vec<ConnectionRef> = record.findings.iter().filter_map(evicted).collect();
    let mut attempts: Vec<(Attempt<'_>, bool)> = stories(&record.entries)
        .into_iter()
        .filter_map(|story| {
            let evicted = evicted.contains(&story.connection);
            let attempt = attempt(&story, *began.get(&story.connection)?, evicted, record)?;
            Some((attempt, outlives(&story, record)))
        })
        .collect();
    let absences = absences(&attempts, record);
    for ((attempt, _), absence) in attempts.iter_mut().zip(absences) {
        attempt.offline = absence;
    }
    attempts.into_iter().map(|(attempt, _)| attempt).collect()
}

/// Who was thrown out.
fn evicted(finding: &Finding) -> Option<ConnectionRef> {
    if let FindingKind::TakenOver { old, .. } = &finding.kind { Some(*old) } else { None }
}

fn attempt<'a>(story: &Story<'a>, began: Instant, evicted: bool, record: &'a Record) -> Option<Attempt<'a>> {
    let named = || record.session(story.connection.session).map(|session| session.client_id.as_str());
    let accepted = story.accepted().map(|mark| mark.at);
    let ended = story.closed.map(|(mark, by)| {
        let ending = match by {
            _ if evicted => Ending::TakenOver,
            // The answer was no, whoever closed then.
            _ if accepted.is_none() && story.connack.is_some() => Ending::Refused,
            Party::Client => Ending::ByClient,
            Party::Network => Ending::Lost,
            Party::Server | Party::Unknown if accepted.is_none() => Ending::Refused,
            Party::Server => Ending::ByServer,
            Party::Unknown => Ending::Unknown,
        };
        (mark.at.max(began), ending, mark.index)
    });
    Some(Attempt {
        connection: story.connection,
        client_id: story.client_id.or_else(named)?,
        began,
        accepted,
        ended,
        offline: None,
    })
}

/// Whether the session was to outlive the connection: without Clean Session in 3.1.1, with a Session Expiry Interval in
/// version 5 (MQTT 5 section 3.1.2.11.2).
fn outlives(story: &Story<'_>, record: &Record) -> bool {
    let connect = story.connect.and_then(|mark| record.entries.get(mark.index));
    match connect.map(|entry| &entry.what) {
        Some(What::Sent(wire)) => matches!(&wire.packet, Ok(Packet::Connect(connect)) if kept(connect)),
        _ => false,
    }
}

fn kept(connect: &Connect) -> bool {
    match connect.version {
        Version::V311 => !connect.clean_start,
        Version::V5 => connect
            .properties
            .0
            .iter()
            .any(|property| matches!(property, Property::SessionExpiryInterval(seconds) if *seconds > 0)),
    }
}

/// What happens to a session while its client is away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Returned,
    Expired,
    Stored,
    Lost,
}

/// How long the session of each attempt waits for its client after that connection.
fn absences(attempts: &[(Attempt<'_>, bool)], record: &Record) -> Vec<Option<Offline>> {
    let mut changes: BTreeMap<&str, Vec<(Instant, Change)>> = BTreeMap::new();
    for (attempt, _) in attempts {
        if let Some(at) = attempt.accepted {
            changes.entry(attempt.client_id).or_default().push((at, Change::Returned));
        }
    }
    for entry in &record.entries {
        if let Some((client_id, change)) = stored(entry) {
            changes.entry(client_id).or_default().push((entry.at, change));
        }
    }
    for changes in changes.values_mut() {
        changes.sort_by_key(|(at, _)| *at);
    }
    let absence = |attempt: &Attempt<'_>| {
        let (from, ending, _) = attempt.ended?;
        attempt.accepted?;
        if ending == Ending::TakenOver {
            return None;
        }
        let changes = changes.get(attempt.client_id)?;
        let since = changes.partition_point(|(at, _)| *at < from);
        let mut offline = Offline { until: record.end, queued: 0 };
        for (at, change) in changes.get(since..)? {
            match change {
                Change::Stored => offline.queued += 1,
                Change::Lost => offline.queued = offline.queued.saturating_sub(1),
                Change::Returned | Change::Expired => {
                    offline.until = *at;
                    break;
                }
            }
        }
        Some(offline)
    };
    attempts.iter().map(|(attempt, outlives)| outlives.then(|| absence(attempt)).flatten()).collect()
}

fn stored(entry: &Entry) -> Option<(&str, Change)> {
    match &entry.what {
        What::Broker(News::Stored { client_id, .. }) => Some((client_id, Change::Stored)),
        What::Broker(News::Lost { client_id, .. }) => Some((client_id, Change::Lost)),
        What::Broker(News::SessionExpired { client_id }) => Some((client_id, Change::Expired)),
        _ => None,
    }
}
