//! The state of Live, and the words between the page and the worker that holds the sockets.
//!
//! Pure. Credentials are not here: the page hands keys to the worker as objects that cannot be written down,
//! and this module knows only that there are some.

use serde::{Deserialize, Serialize};

use crate::app::workspace::MqttVersion;
use crate::iot::endpoint::Endpoint;
use crate::iot::time::Instant;
use crate::mqtt::{Frame, Packet, Version, decode};
use crate::timeline::{Close, ConnectionRef, Entry, Finding, Party, SessionId, What, Wire, diagnose};

/// The log keeps this many entries; beyond it the oldest go, and the page says how many.
pub const MAX_ENTRIES: usize = 20_000;
/// At most this many sessions side by side.
pub const MAX_SESSIONS: usize = 50;

/// What Live knows in this load of the page.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The endpoint that this load of the page is locked to.
    pub endpoint: Option<Endpoint>,
    /// Whether the worker holds signing keys, and whose.
    pub keys: Option<Keys>,
    /// What became of each session of the plan that was started, by its number.
    pub sessions: Vec<SessionState>,
    /// What happened, in order of time.
    pub entries: Vec<Entry>,
    /// How many older entries were dropped.
    pub dropped: usize,
}

/// What may be said of the keys that the worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The last four characters of the access key ID.
    pub tail: String,
    /// The region that they sign for.
    pub region: String,
    /// The UTC days, `YYYYMMDD`, that they sign for.
    pub days: Vec<String>,
}

/// What the page shows of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// Where it stands.
    pub phase: Phase,
    /// The client ID of its last CONNECT.
    pub client_id: String,
    /// The version of its last CONNECT; it says how to read the packets that follow.
    pub version: Version,
    /// The last news, as a sentence.
    pub news: String,
}

impl Default for SessionState {
    fn default() -> Self {
        Self { phase: Phase::Idle, client_id: String::new(), version: Version::V311, news: String::new() }
    }
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// No connection, none wanted.
    #[default]
    Idle,
    /// On the way.
    Connecting,
    /// Accepted.
    Connected,
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Make the session (or make it anew) and connect.
    Connect {
        /// Its number.
        session: u32,
        /// The endpoint as the user typed it; the lock decides what is reachable.
        endpoint: String,
        /// Sign for this region; nothing for a plain WebSocket.
        sign: Option<String>,
        /// Of the CONNECT.
        client_id: String,
        /// Of the CONNECT.
        version: MqttVersion,
        /// Of the CONNECT, in seconds.
        keep_alive: u16,
    },
    /// Subscribe to one filter.
    Subscribe {
        /// Of which session.
        session: u32,
        /// The filter.
        filter: String,
        /// 0 or 1.
        qos: u8,
    },
    /// Publish one message.
    Publish {
        /// Of which session.
        session: u32,
        /// The topic.
        topic: String,
        /// The message.
        payload: String,
        /// 0 or 1.
        qos: u8,
    },
    /// Say goodbye and close.
    Disconnect {
        /// Which session.
        session: u32,
    },
    /// Drop the signing keys.
    Forget,
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The worker listens.
    Ready,
    /// Things that happened, in order.
    Happened(Vec<Happening>),
}

/// One thing that happened to a live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Milliseconds since the worker started.
    pub at: u64,
    /// Which session.
    pub session: u32,
    /// Which of its connections, from 1.
    pub number: u32,
    /// What.
    pub what: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket is closed.
    Closed {
        /// This page closed it.
        own: bool,
        /// WebSocket close code.
        code: Option<u16>,
        /// WebSocket close reason.
        reason: String,
    },
    /// The bytes of a packet that went out.
    Sent(Vec<u8>),
    /// The bytes of a packet that came in.
    Received(Vec<u8>),
    /// Where the session stands now, and a sentence about it.
    Now(Phase, String),
    /// A sentence alone.
    Note(String),
}

impl Live {
    /// Takes in what the worker tells.
    pub fn take(&mut self, happenings: Vec<Happening>) {
        for Happening { at, session, number, what } in happenings {
            let Some(state) = self.make_session(session) else { continue };
            let what = match what {
                Event::Opened => What::Opened,
                Event::Closed { own, code, reason } => {
                    What::Closed(Close { by: party(own, code), code, reason })
                }
                Event::Sent(bytes) => {
                    let Some(wire) = read(bytes, state.version) else { continue };
                    What::Sent(wire)
                }
                Event::Received(bytes) => {
                    let Some(wire) = read(bytes, state.version) else { continue };
                    What::Received(wire)
                }
                Event::Now(phase, sentence) => {
                    state.phase = phase;
                    state.news = sentence;
                    continue;
                }
                Event::Note(sentence) => {
                    state.news = sentence;
                    continue;
                }
            };
            if let What::Sent(Wire { packet: Ok(Packet::Connect(connect)), .. }) = &what {
                state.client_id.clone_from(&connect.client_id);
                state.version = connect.version;
            }
            let connection = ConnectionRef { session: SessionId(session), number };
            self.entries.push(Entry { at: Instant(at), connection, what });
        }
        let surplus = self.entries.len().saturating_sub(MAX_ENTRIES);
        self.entries.drain(..surplus);
        self.dropped += surplus;
    }

    /// What can be said of the log.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        diagnose(&self.entries)
    }

    /// The state of a session; the default for one that was never started.
    #[must_use]
    pub fn session(&self, index: usize) -> SessionState {
        self.sessions.get(index).cloned().unwrap_or_default()
    }

    /// The state of session number `session`, with room made for it; nothing beyond [`MAX_SESSIONS`].
    fn make_session(&mut self, session: u32) -> Option<&mut SessionState> {
        let index = usize::try_from(session).ok().filter(|index| *index < MAX_SESSIONS)?;
        if self.sessions.len() <= index {
            self.sessions.resize_with(index + 1, SessionState::default);
        }
        self.sessions.get_mut(index)
    }
}

/// One packet from its bytes; nothing for bytes that are no whole frame, which the worker never tells.
fn read(bytes: Vec<u8>, version: Version) -> Option<Wire> {
    let frame = Frame::new(bytes).ok()?;
    Some(Wire { packet: decode(&frame, version), bytes: frame.into_bytes() })
}

/// Who closed: a browser does not tell a close by the server from a loss when the code is 1006.
const fn party(own: bool, code: Option<u16>) -> Party {
    match (own, code) {
        (true, _) => Party::Client,
        (false, Some(1006) | None) => Party::Unknown,
        (false, Some(_)) => Party::Server,
    }
}

impl From<MqttVersion> for Version {
    fn from(version: MqttVersion) -> Self {
        match version {
            MqttVersion::V311 => Self::V311,
            MqttVersion::V5 => Self::V5,
        }
    }
}
