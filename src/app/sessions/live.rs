//! The state of Live, and the words between the page and the worker that holds the sockets.
//!
//! Pure. Credentials are not here: the page hands keys to the worker as objects that cannot be written down,
//! and this module knows only that there are some.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::app::workspace::MqttVersion;
use crate::iot::endpoint::Endpoint;
use crate::iot::time::Instant;
use crate::mqtt::{Frame, Packet, Version, decode};
use crate::timeline::{
    Close, ConnectionRef, Entry, Finding, FindingKind, Party, SessionId, What, Wire, diagnose,
};

/// The log keeps at most this many entries; beyond it the oldest go, and the page says how many.
pub const MAX_ENTRIES: usize = 20_000;
/// The packets of the log hold at most this many bytes together.
pub const MAX_LOG_BYTES: usize = 16 << 20;
/// At most this many sessions side by side.
pub const MAX_SESSIONS: usize = 50;

/// What Live knows in this load of the page.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The endpoint that this load of the page is locked to, when it is the one that is typed.
    pub endpoint: Option<Endpoint>,
    /// Whether the worker holds signing keys, and whose.
    pub keys: Option<Keys>,
    /// What became of each session of the plan that was started, by its number.
    pub sessions: Vec<SessionState>,
    /// The entry whose details are shown, counted from the first that ever was.
    pub selected: Option<usize>,
    /// What can be said of the log.
    pub findings: Vec<Finding>,
    log: VecDeque<Entry>,
    log_bytes: usize,
    dropped: usize,
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
    /// The version of its last CONNECT; it says how to read the packets that follow.
    pub version: Version,
    /// The last news, as a sentence.
    pub news: String,
}

impl Default for SessionState {
    fn default() -> Self {
        Self { phase: Phase::Idle, version: Version::V311, news: String::new() }
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
    /// Over for MQTT; the socket is still closing.
    Closing,
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Make the session (or make it anew) and connect.
    Connect {
        /// Its number.
        session: u32,
        /// The URL without signature; the lock decides what is reachable.
        url: String,
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
    /// The worker listens; what was sent before would be lost.
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
    /// Which of its connections, from 1; 0 before the first.
    pub number: u32,
    /// What.
    pub what: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket is closed, or was never made.
    Closed {
        /// This page closed it, or could not make it.
        own: bool,
        /// WebSocket close code.
        code: Option<u16>,
        /// WebSocket close reason, or why it was not made.
        reason: String,
    },
    /// The bytes of a packet that went out.
    Sent(#[serde(with = "hex")] Vec<u8>),
    /// The bytes of a packet that came in.
    Received(#[serde(with = "hex")] Vec<u8>),
    /// Where the session stands now.
    Phase(Phase),
    /// What the session tells and no packet shows.
    News(String),
}

impl Live {
    /// A load of the page that is locked to this endpoint, or to itself.
    #[must_use]
    pub fn new(endpoint: Option<Endpoint>) -> Self {
        Self { endpoint, ..Self::default() }
    }

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
                    if let Ok(Packet::Connect(connect)) = &wire.packet {
                        state.version = connect.version;
                    }
                    What::Sent(wire)
                }
                Event::Received(bytes) => {
                    let Some(wire) = read(bytes, state.version) else { continue };
                    What::Received(wire)
                }
                Event::Phase(phase) => {
                    state.phase = phase;
                    continue;
                }
                Event::News(sentence) => {
                    state.news.clone_from(&sentence);
                    What::Told(sentence)
                }
            };
            let connection = ConnectionRef { session: SessionId(session), number };
            self.write(Entry { at: Instant(at), connection, what });
        }
        self.findings = diagnose(self.log.make_contiguous());
    }

    /// The worker is gone, and every connection with it.
    pub fn lose_worker(&mut self) {
        self.keys = None;
        for state in &mut self.sessions {
            state.phase = Phase::Idle;
        }
    }

    /// Forgets all sessions from number `count` on.
    pub fn forget_sessions(&mut self, count: usize) {
        self.sessions.truncate(count);
    }

    /// The log, each entry with its number, counted from the first that ever was; the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.log.iter().enumerate().rev().map(|(index, entry)| (self.dropped + index, entry))
    }

    /// The entry with this number, unless it was dropped.
    #[must_use]
    pub fn entry(&self, number: usize) -> Option<&Entry> {
        self.log.get(number.checked_sub(self.dropped)?)
    }

    /// How many entries the log holds.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether a session log is empty")]
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// How many old entries were dropped.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// The state of a session; the default for one that was never started.
    #[must_use]
    pub fn session(&self, index: usize) -> SessionState {
        self.sessions.get(index).cloned().unwrap_or_default()
    }

    /// What is known of the end of this session's last connection.
    #[must_use]
    pub fn ending(&self, session: SessionId) -> Option<&Finding> {
        let last = self.log.iter().rev().find(|entry| entry.connection.session == session)?.connection;
        self.findings.iter().rev().find(|finding| match &finding.kind {
            FindingKind::TakenOver { old, .. } => *old == last,
            _ => false,
        })
    }

    fn write(&mut self, entry: Entry) {
        self.log_bytes += size(&entry);
        self.log.push_back(entry);
        while self.log.len() > MAX_ENTRIES || self.log_bytes > MAX_LOG_BYTES {
            let Some(oldest) = self.log.pop_front() else { break };
            self.log_bytes -= size(&oldest);
            self.dropped += 1;
        }
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

/// The bytes that an entry carries.
const fn size(entry: &Entry) -> usize {
    match &entry.what {
        What::Sent(wire) | What::Received(wire) => wire.bytes.len(),
        _ => 0,
    }
}

/// Who closed: a browser does not tell a close by the server from a loss when the code is 1006.
const fn party(own: bool, code: Option<u16>) -> Party {
    match (own, code) {
        (true, _) => Party::Client,
        (false, Some(1006) | None) => Party::Unknown,
        (false, Some(_)) => Party::Server,
    }
}

impl From<Version> for MqttVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V311 => Self::V311,
            Version::V5 => Self::V5,
        }
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

/// Bytes on their way between worker and page.
mod hex {
    use std::fmt::Write;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            .collect::<Option<_>>()
            .ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Connect, encode};

    fn sent(at: u64, session: u32, version: Version) -> Happening {
        let connect = Packet::Connect(Connect::clean(version, "temp-sensor-01"));
        let what = Event::Sent(encode(&connect, version).unwrap());
        Happening { at, session, number: 1, what }
    }

    #[test]
    fn a_happening_survives_the_way_between_worker_and_page() {
        let told = FromWorker::Happened(vec![sent(7, 3, Version::V5)]);
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<FromWorker>(&text).unwrap(), told);
    }

    #[test]
    fn a_full_log_drops_the_oldest_and_keeps_the_numbers() {
        let mut live = Live::default();
        live.take((0..MAX_ENTRIES as u64 + 5).map(|at| sent(at, 0, Version::V311)).collect());
        assert_eq!(live.dropped(), 5);
        assert_eq!(live.entry(4), None);
        assert_eq!(live.entry(5).map(|entry| entry.at), Some(Instant(5)));
        assert_eq!(live.newest().next().map(|(number, _)| number), Some(MAX_ENTRIES + 4));
    }

    #[test]
    fn sessions_beyond_the_limit_are_not_kept() {
        let mut live = Live::default();
        live.take(vec![sent(1, u32::MAX, Version::V5), sent(2, 1, Version::V5)]);
        assert_eq!((live.sessions.len(), live.newest().count()), (2, 1));
        assert_eq!(live.session(1).version, Version::V5);
    }
}
