//! The log of Live: what the worker told, and what can be said of it.

use std::collections::VecDeque;

use crate::live::record::{self, Record, What as Happened};
use crate::mqtt::{Frame, Packet, Version, decode};
use crate::timeline::{Close, ConnectionRef, Entry, Finding, FindingKind, SessionId, What, Wire, diagnose};

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
    versions: std::collections::BTreeMap<ConnectionRef, Version>,
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

    /// Takes in what happened.
    pub fn take(&mut self, batch: &[u8]) {
        for Record { at, connection, what } in record::read(batch) {
            let version = self.versions.entry(connection).or_insert(Version::V311);
            let what = match what {
                Happened::Opened => What::Opened,
                Happened::Closed { by, code, reason } => {
                    What::Closed(Close { by, code, reason: reason.to_owned() })
                }
                Happened::Sent { bytes, .. } => {
                    let Some(wire) = read(bytes.to_vec(), *version) else { continue };
                    if let Ok(Packet::Connect(connect)) = &wire.packet {
                        *version = connect.version;
                    }
                    What::Sent(wire)
                }
                Happened::Received { bytes, .. } => {
                    let Some(wire) = read(bytes.to_vec(), *version) else { continue };
                    What::Received(wire)
                }
                Happened::Phase(_) | Happened::Running(_) => continue,
                Happened::Told(sentence) => What::Told(sentence.to_owned()),
            };
            self.write(Entry { at, connection, what });
        }
        self.findings = diagnose(self.entries.make_contiguous());
    }

    /// What a connection speaks.
    #[must_use]
    pub fn version(&self, connection: ConnectionRef) -> Version {
        self.versions.get(&connection).copied().unwrap_or(Version::V311)
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
