//! The log of Live: what the worker told, and what can be said of it.

use std::collections::VecDeque;

use super::wire::{Event, Happening};
use crate::iot::time::Instant;
use crate::mqtt::{Frame, Packet, Version, decode};
use crate::timeline::{
    Close, ConnectionRef, Entry, Finding, FindingKind, Party, SessionId, What, Wire, diagnose,
};

/// The log keeps at most this many entries; beyond it the oldest go, and the page says how many.
pub const MAX_ENTRIES: usize = 20_000;
/// The packets of the log hold at most this many bytes together.
pub const MAX_LOG_BYTES: usize = 16 << 20;

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The entry whose details are shown, counted from the first that ever was.
    pub selected: Option<usize>,
    /// What can be said of the log.
    pub findings: Vec<Finding>,
    entries: VecDeque<Entry>,
    bytes: usize,
    dropped: usize,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Asked for the details of the entry with this number.
    Select(usize),
}

impl Log {
    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) {
        match msg {
            Msg::Select(number) => self.selected = Some(number),
        }
    }

    /// Takes in one happening; `version` is that of its session's last CONNECT.
    pub fn take(&mut self, happening: &Happening, version: &mut Version) {
        let what = match &happening.what {
            Event::Opened => What::Opened,
            Event::Closed { own, code, reason } => {
                What::Closed(Close { by: party(*own, *code), code: *code, reason: reason.clone() })
            }
            Event::Sent(bytes) => {
                let Some(wire) = read(bytes.clone(), *version) else { return };
                if let Ok(Packet::Connect(connect)) = &wire.packet {
                    *version = connect.version;
                }
                What::Sent(wire)
            }
            Event::Received(bytes) => {
                let Some(wire) = read(bytes.clone(), *version) else { return };
                What::Received(wire)
            }
            Event::Phase(_) => return,
            Event::News(sentence) => What::Told(sentence.clone()),
        };
        let connection = ConnectionRef { session: SessionId(happening.session), number: happening.number };
        self.write(Entry { at: Instant(happening.at), connection, what });
    }

    /// Says anew what can be said.
    pub fn diagnose(&mut self) {
        self.findings = diagnose(self.entries.make_contiguous());
    }

    /// The log, each entry with its number, counted from the first that ever was; the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().rev().map(|(index, entry)| (self.dropped + index, entry))
    }

    /// The entry with this number, unless it was dropped.
    #[must_use]
    pub fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number.checked_sub(self.dropped)?)
    }

    /// How many entries the log holds.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether a session log is empty")]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many old entries were dropped.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// What is known of the end of this session's last connection.
    #[must_use]
    pub fn ending(&self, session: SessionId) -> Option<&Finding> {
        let last = self.entries.iter().rev().find(|entry| entry.connection.session == session)?.connection;
        self.findings.iter().rev().find(|finding| match &finding.kind {
            FindingKind::TakenOver { old, .. } => *old == last,
            _ => false,
        })
    }

    fn write(&mut self, entry: Entry) {
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_LOG_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= size(&oldest);
            self.dropped += 1;
        }
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
