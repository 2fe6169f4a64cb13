//! Two connections with one client ID: who stays, and what becomes of the session.
//!
//! - The newcomer wins (MQTT-3.1.4-2 in 3.1.1, MQTT-3.1.4-3 in MQTT 5; documented: Developer Guide, MQTT).
//! - Only a newcomer that may connect wins: the right to `iot:Connect` is asked for first. That a refused
//!   newcomer leaves the holder alone is inferred from the order in which the page tells it.
//! - The holder gets DISCONNECT 0x8E in MQTT 5 and a bare close in 3.1.1, its will is published, and the
//!   lifecycle event says `DUPLICATE_CLIENTID` (documented: Developer Guide, Lifecycle events).
//! - A persistent session moves to the newcomer unless that asks for a clean start (MQTT-3.1.2-4; that AWS
//!   follows the standard here is inferred). A session of one protocol version is not resumed by the other
//!   (documented: Developer Guide, MQTT).

use crate::mqtt::Version;

use super::authorizer::Verdict;
use super::io::ConnectionId;

/// The session that the broker holds under the client ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Its connection while the client is there.
    pub(super) connection: Option<ConnectionId>,
    pub(super) version: Version,
    /// It outlives its connection.
    pub(super) persistent: bool,
}

/// The CONNECT that just came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Newcomer {
    pub(super) version: Version,
    pub(super) clean_start: bool,
    pub(super) verdict: Verdict,
}

/// What the broker is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Refuse the newcomer, touch nothing else.
    Refuse,
    /// Let the newcomer in.
    Admit {
        /// End this connection first.
        evict: Option<ConnectionId>,
        /// Go on with the held session; otherwise it is dropped and a new one begins.
        resume: bool,
    },
}

/// Decides between the holder of a client ID and a newcomer.
pub(super) fn takeover(held: Option<Held>, newcomer: Newcomer) -> Outcome {
    match (newcomer.verdict, held) {
        (Verdict::Refused, _) => Outcome::Refuse,
        (Verdict::Allowed, None) => Outcome::Admit { evict: None, resume: false },
        (Verdict::Allowed, Some(held)) => Outcome::Admit {
            evict: held.connection,
            resume: held.persistent && !newcomer.clean_start && held.version == newcomer.version,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Held = Held { connection: Some(ConnectionId(1)), version: Version::V311, persistent: true };
    const NEWCOMER: Newcomer =
        Newcomer { version: Version::V311, clean_start: false, verdict: Verdict::Allowed };

    fn resumes(held: Held, newcomer: Newcomer) -> bool {
        matches!(takeover(Some(held), newcomer), Outcome::Admit { resume: true, .. })
    }

    #[test]
    fn the_newcomer_wins() {
        let admit = Outcome::Admit { evict: Some(ConnectionId(1)), resume: true };
        assert_eq!(takeover(Some(HELD), NEWCOMER), admit);
    }

    #[test]
    fn a_refused_newcomer_leaves_the_holder_alone() {
        let refused = Newcomer { verdict: Verdict::Refused, ..NEWCOMER };
        assert_eq!(takeover(Some(HELD), refused), Outcome::Refuse);
        assert_eq!(takeover(None, refused), Outcome::Refuse);
    }

    #[test]
    fn a_session_moves_only_when_both_sides_want_it_and_speak_one_version() {
        assert!(resumes(HELD, NEWCOMER));
        let clean = Newcomer { clean_start: true, ..NEWCOMER };
        assert!(!resumes(HELD, clean));
        let other = Newcomer { version: Version::V5, ..NEWCOMER };
        assert!(!resumes(HELD, other));
        let transient = Held { persistent: false, ..HELD };
        assert!(!resumes(transient, NEWCOMER));
    }
}
