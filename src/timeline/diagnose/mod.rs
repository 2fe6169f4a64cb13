//! From entries to findings: what most likely happened to a session, with the entries that show it.
//!
//! Looks only at transports and packets, never at what the simulated broker tells about itself. MQTT 5 states
//! its reasons; MQTT 3.1.1 only closes, and a finding is then marked [`Certainty::Likely`], unless a recorded session got the
//! lifecycle event that states it.

mod keep_alive;
mod left;
mod limit;
mod refused;
mod silent;
mod story;
mod takeover;
#[cfg(test)]
mod tests;
mod war;
mod witness;

use crate::iot::time::Millis;
use crate::mqtt::{ReasonCode, Version};

use super::{ConnectionRef, Entry, Party, SessionId};

pub(super) use story::{Story, stories};

/// Something worth telling the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happened.
    pub kind: FindingKind,
    /// How sure that is.
    pub certainty: Certainty,
    /// Of the connection that it happened to; names what a reason code means.
    pub version: Version,
    /// The entries that show it, as indices in rising order.
    pub evidence: Vec<usize>,
    /// What would have looked the same: there is something as long as no code states the finding and its author. A war
    /// is as sure as its takeovers, which say theirs.
    pub rivals: Vec<Rival>,
}

/// Another explanation of the same entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rival {
    /// The network failed at that moment. A close code or the broker's own log would tell.
    NetworkLoss,
    /// The right was missing. MQTT 5 would say so, or the broker's log.
    NoRight,
    /// It was one of the broker's limits. MQTT 5 would say so, or the broker's log.
    Limit,
    /// Another connection, which came at the same time with the same client ID, did it. The lifecycle events tell the
    /// order.
    OtherNewcomer(ConnectionRef),
    /// The message is late, or was stored. A longer record would tell.
    Late,
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
    /// A client that is none of the recorded ones lost its client ID: a lifecycle event says so.
    TakenOverElsewhere {
        /// The client ID.
        client_id: String,
        /// The recorded connection that most likely took it.
        new: Option<ConnectionRef>,
    },
    /// Clients with one client ID came back and evicted each other several times.
    TakeoverWar {
        /// The client ID.
        client_id: String,
        /// Takeovers so far.
        rounds: usize,
        /// Who was thrown out, and came back.
        losers: Vec<SessionId>,
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
    /// A CONNECT was refused because it came too soon after another one with its client ID.
    ConnectTooSoon {
        /// Of both.
        client_id: String,
        /// Whose.
        connection: ConnectionRef,
    },
    /// The server ended the connection because of a limit.
    LimitReached {
        /// Whose.
        connection: ConnectionRef,
        /// Of the DISCONNECT.
        code: ReasonCode,
    },
    /// Nothing was heard from the other side for too long.
    KeepAliveLost {
        /// Whose.
        connection: ConnectionRef,
        /// Who gave up.
        by: Party,
    },
    /// A message was accepted, and a subscriber to its topic did not get it: no packet tells a client that it may
    /// not receive (observed: embedded-C issue 278).
    NotReceived {
        /// Of the subscriber.
        connection: ConnectionRef,
        /// Who published.
        publisher: ConnectionRef,
        /// Of the message.
        topic: String,
    },
    /// The client left by itself, with DISCONNECT, and gave something up by it: at least one of the two.
    Left {
        /// Whose.
        connection: ConnectionRef,
        /// Topic of its will, which the server then does not publish (MQTT-3.14.4-3).
        will: Option<String>,
        /// Topic of the first message that it did not get because its session had ended with the connection.
        missed: Option<String>,
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
    let mut stories = stories(entries);
    let elsewhere = witness::hear(entries, &mut stories);
    let mut findings: Vec<Finding> = takeover::find(&stories);
    let taken_over: Vec<ConnectionRef> = findings
        .iter()
        .filter_map(|finding| match &finding.kind {
            FindingKind::TakenOver { old, .. } => Some(*old),
            _ => None,
        })
        .collect();
    findings.extend(war::find(entries, &findings));
    findings.extend(elsewhere);
    findings.extend(silent::find(&stories, entries));
    findings.extend(left::find(&stories));
    let too_soon = limit::too_soon(&stories);
    for (story, too_soon) in stories.iter().zip(too_soon) {
        findings.extend(refused::by_code(story));
        findings.extend(limit::by_code(story));
        if taken_over.contains(&story.connection) {
            continue;
        }
        // The end of a connection has one cause.
        let ending = keep_alive::lost(story).or(too_soon).or_else(|| refused::by_silence(story));
        findings.extend(ending);
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
