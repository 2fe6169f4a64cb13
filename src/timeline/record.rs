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

    /// The entry before or after another one, among all or among those of one session; without another one the first or
    /// the last. Nothing where there is no such entry.
    #[must_use]
    pub fn step(&self, from: Option<usize>, forward: bool, of: Option<SessionId>) -> Option<usize> {
        let wanted =
            |(_, entry): &(usize, &Entry)| of.is_none_or(|session| entry.connection.session == session);
        let mut entries = self.entries.iter().enumerate();
        let found = match (from, forward) {
            (Some(from), true) => entries.skip(from.saturating_add(1)).find(wanted),
            (None, true) => entries.find(wanted),
            (Some(from), false) => entries.take(from).rfind(wanted),
            (None, false) => entries.rfind(wanted),
        };
        found.map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::ConnectionRef;

    #[test]
    fn steps_lead_to_neighbours_of_all_or_of_one_session() {
        let entry = |session| {
            let connection = ConnectionRef { session: SessionId(session), number: 1 };
            Entry { at: Instant(0), connection, what: What::Opened }
        };
        let record = Record::new(Vec::new(), [0, 1, 1, 0].map(entry).to_vec(), Instant(0));
        let [a, b] = [0, 1].map(|session| Some(SessionId(session)));
        assert_eq!([record.step(Some(0), true, None), record.step(Some(0), true, a)], [Some(1), Some(3)]);
        assert_eq!([record.step(Some(3), false, None), record.step(Some(3), false, a)], [Some(2), Some(0)]);
        assert_eq!([record.step(Some(3), true, None), record.step(Some(2), true, b)], [None, None]);
        assert_eq!([record.step(None, true, b), record.step(None, false, b)], [Some(1), Some(2)]);
        assert_eq!(record.step(Some(usize::MAX), true, None), None);
    }
}
