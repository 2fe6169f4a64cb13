//! What happened, when, to whom and why: one record for simulated and live sessions.
//!
//! An [`Entry`] is written from where the client sits: a packet is *sent* when the client gives it to the
//! transport and *received* when it arrives there. Only the simulation can add what went on inside the broker
//! ([`What::Decided`], [`What::Broker`]); everything else looks the same from a real endpoint.
//!
//! Knows nothing of how sessions or the broker work. [`diagnose`] reads entries alone, and of those only what
//! a client can see, so that a finding about a simulated run is one that a live run would give too.
//!
//! Invariants: entries stand in order of time; of one connection, [`What::Opened`] comes before its packets
//! and [`What::Closed`] after them.

mod diagnose;
pub mod drawing;
pub mod filter;
pub mod log;
pub mod payload;
mod record;

pub use diagnose::{Certainty, Finding, FindingKind, Rival, diagnose};
pub use record::{Participant, Record};

use crate::broker::{ExplanationId, News, Request, Verdict};
use crate::client;
use crate::iot::time::Instant;
use crate::mqtt::{DecodeError, Packet};

/// A client session of this run: an index into the run's list of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// One connection of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionRef {
    /// Whose it is.
    pub session: SessionId,
    /// Counts the connection attempts of the session from 1; 0 stands for none yet.
    pub number: u32,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// On which connection.
    pub connection: ConnectionRef,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The transport can carry bytes: the WebSocket is open, TLS has succeeded.
    Opened,
    /// The transport is closed, or could not be opened.
    Closed(Close),
    /// The client sent a packet.
    Sent(Wire),
    /// A packet arrived at the client.
    Received(Wire),
    /// The simulated broker asked for a right of this connection.
    Decided {
        /// For what.
        request: Request,
        /// What came of it.
        verdict: Verdict,
        /// Where the run keeps the reason.
        explanation: ExplanationId,
    },
    /// Something happened inside the simulated broker.
    Broker(News),
    /// The client session tells what no packet tells: a command that it could not carry out, why it gave up,
    /// when it tries again.
    Client(client::Output),
    /// The same from a live session, whose worker tells it in words.
    Told(String),
}

/// A packet with the bytes that it was on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// What the bytes say, or why they are no packet.
    pub packet: Result<Packet, DecodeError>,
    /// As sent or received. A CONNECT may hold a password.
    pub bytes: Vec<u8>,
}

/// What is known of the end of a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Who ended it.
    pub by: Party,
    /// Code of the WebSocket close event; 1006 says that no close frame came, and nothing more.
    pub code: Option<u16>,
    /// Text of the WebSocket close event.
    pub reason: String,
}

impl Close {
    /// An end of which only the author is known.
    #[must_use]
    pub const fn by(by: Party) -> Self {
        Self { by, code: None, reason: String::new() }
    }
}

/// Who ended a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// This client.
    Client,
    /// The other end.
    Server,
    /// The network: a reset, a loss.
    Network,
    /// A browser does not tell a close by the server from a loss (WebSocket code 1006).
    Unknown,
}
