//! What the broker waits for. A timer is only a reminder to look: whoever set it checks on waking whether the
//! time has really come, so nothing is ever cancelled.

use std::collections::BTreeSet;

use crate::iot::time::Instant;

use super::io::ConnectionId;

/// Why the broker wants to wake up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The connection has been silent for too long, or sent no CONNECT.
    Silence(ConnectionId),
    /// The connection has lasted as long as it may.
    Age(ConnectionId),
    /// What the connection sent too fast may be read now.
    Backlog(ConnectionId),
    /// The next stored message of this client ID may go out.
    Stored(String),
    /// A message to this client ID has gone unacknowledged for long.
    Retry(String),
    /// The session of this client ID has waited long enough for its client.
    Expiry(String),
    /// The version number of this client ID may begin again.
    VersionNumber(String),
}

/// The pending reminders in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers(BTreeSet<(Instant, Timer)>);

impl Timers {
    pub(super) fn set(&mut self, at: Instant, timer: Timer) {
        self.0.insert((at, timer));
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out one timer whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        if self.first()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, timer)| timer)
    }
}
