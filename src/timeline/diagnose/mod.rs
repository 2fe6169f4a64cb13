//! From entries to findings: what most likely happened to a session, with the entries that show it.
//!
//! Looks only at transports and packets, never at what the simulated broker tells about itself. MQTT 5 states
//! its reasons; MQTT 3.1.1 only closes, and a finding is then marked [`Certainty::Likely`].

mod refused;
mod story;
mod takeover;
#[cfg(test)]
mod tests;
mod war;

use crate::iot::time::Millis;
use crate::mqtt::ReasonCode;

use super::{ConnectionRef, Entry};

use story::stories;

/// Something worth telling the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happened.
    pub kind: FindingKind,
    /// How sure that is.
    pub certainty: Certainty,
    /// The entries that show it, as indices in rising order.
    pub evidence: Vec<usize>,
}

/// What happened to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The broker ended a connection because another one came with the same client ID.
    TakenOver {
        /// The client ID of both.
        client_id: String,
        /// The connection that ended.
        old: ConnectionRef,
        /// The one that ended it; `None` when it is none of the recorded ones.
        new: Option<ConnectionRef>,
    },
    /// Clients with one client ID came back and evicted each other several times.
    TakeoverWar {
        /// The client ID.
        client_id: String,
        /// Takeovers so far.
        rounds: usize,
        /// Mean time from one takeover to the next.
        period: Millis,
    },
    /// A CONNECT was refused.
    ConnectRefused {
        /// As sent.
        client_id: String,
        /// Whose.
        connection: ConnectionRef,
        /// Of the CONNACK; `None` when the connection was closed without one.
        code: Option<ReasonCode>,
    },
    /// A message was refused.
    PublishRefused {
        /// Whose.
        connection: ConnectionRef,
        /// As sent; empty with a topic alias.
        topic: String,
        /// Of the PUBACK or DISCONNECT; `None` when the connection was closed without one.
        code: Option<ReasonCode>,
    },
    /// A subscription was refused.
    SubscribeRefused {
        /// Whose.
        connection: ConnectionRef,
        /// The refused filters; all filters of the SUBSCRIBE when the connection was closed without a word.
        filters: Vec<String>,
        /// Of the first refused filter; `None` when the connection was closed without a word.
        code: Option<ReasonCode>,
    },
}

/// How sure a finding is; the less sure is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// A reason code says it.
    Stated,
    /// It explains what was seen, and nothing that was seen speaks against it.
    Likely,
}

/// What happened to the recorded sessions, in the order in which it shows.
#[must_use]
pub fn diagnose(entries: &[Entry]) -> Vec<Finding> {
    let stories = stories(entries);
    let mut findings: Vec<Finding> = takeover::find(&stories);
    let taken_over: Vec<ConnectionRef> = findings
        .iter()
        .filter_map(|finding| match &finding.kind {
            FindingKind::TakenOver { old, .. } => Some(*old),
            _ => None,
        })
        .collect();
    findings.extend(war::find(entries, &findings));
    for story in &stories {
        findings.extend(refused::by_code(story));
        if !taken_over.contains(&story.connection) {
            findings.extend(refused::by_silence(story));
        }
    }
    findings.sort_by_key(|finding| finding.evidence.last().copied());
    findings
}

/// Indices in rising order.
fn evidence(indices: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut indices: Vec<usize> = indices.into_iter().collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}
