//! What one screen shows of a run: its entries, who the sessions are, and what was found out.

use std::collections::BTreeMap;

use super::log::Log;
use super::{Entry, Finding, SessionId, What, diagnose};
use crate::iot::time::Instant;
use crate::mqtt::{Packet, Version};

/// A session as far as its entries do not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// What the user calls it.
    pub name: String,
    /// Stands for the client ID of a connection that never sent a CONNECT.
    pub client_id: String,
    /// How its packets are read.
    pub version: Version,
}

/// A run that is over, or a stretch of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// By [`SessionId`].
    pub sessions: Vec<Participant>,
    /// In order of time.
    pub entries: Vec<Entry>,
    /// What [`diagnose`] makes of the entries.
    pub findings: Vec<Finding>,
    /// How long it is known what happened: connections that were not closed stand until here. Never before the last entry.
    pub end: Instant,
}

impl Record {
    /// A record of these entries, looked at until `end`.
    #[must_use]
    pub fn new(sessions: Vec<Participant>, entries: Vec<Entry>, end: Instant) -> Self {
        let findings = diagnose(&entries);
        let end = entries.iter().map(|entry| entry.at).max().map_or(end, |last| last.max(end));
        Self { sessions, entries, findings, end }
    }

    /// What a log tells; its sessions are as their last CONNECT says.
    #[must_use]
    pub fn of_log(log: Log) -> Self {
        let mut connects = BTreeMap::new();
        for entry in &log.entries {
            if let What::Sent(wire) = &entry.what
                && let Ok(Packet::Connect(connect)) = &wire.packet
            {
                connects.insert(entry.connection.session, connect);
            }
        }
        let participant = |(name, id)| {
            let connect = connects.get(&SessionId(id));
            Participant {
                name,
                client_id: connect.map(|connect| connect.client_id.clone()).unwrap_or_default(),
                version: connect.map_or(Version::V311, |connect| connect.version),
            }
        };
        let sessions = log.sessions.into_iter().zip(0..).map(participant).collect();
        Self::new(sessions, log.entries, Instant(0))
    }

    /// One of the sessions.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<&Participant> {
        usize::try_from(id.0).ok().and_then(|index| self.sessions.get(index))
    }

    /// How the packets of a session are read.
    #[must_use]
    pub fn version(&self, id: SessionId) -> Version {
        self.session(id).map_or(Version::V311, |session| session.version)
    }
}
