//! What happened to live sessions, as bytes on their way from the worker to the page.
//!
//! A record is a head of [`HEAD`] bytes and a body, numbers with the low byte first:
//!
//! ```text
//! kind 1 | at 8, milliseconds | session 4 | connection 4 | length of the body 4 | body
//! ```
//!
//! Packets stand as they were on the wire, so the worker writes none of them anew and the page reads only those that it
//! shows. Reading never fails: it ends where the bytes are no record.

use crate::iot::time::{Instant, Millis};
use crate::timeline::{ConnectionRef, Party, SessionId};

/// Bytes before a body.
pub const HEAD: usize = 21;
/// A batch waits so long for company.
pub const WAIT: Millis = Millis(20);
/// A batch of so many bytes waits no longer.
pub const FULL: usize = 64 << 10;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Since the worker began.
    pub at: Instant,
    /// On which connection; number 0 before the first of a session.
    pub connection: ConnectionRef,
    /// What.
    pub what: What<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket is closed, or was never made.
    Closed {
        /// By whom.
        by: Party,
        /// Of the close event; none when there was no socket.
        code: Option<u16>,
        /// Of the close event, or why there was no socket.
        reason: &'a str,
    },
    /// A packet went out; a CONNECT without its secrets.
    Sent {
        /// As on the wire, but for what was left out.
        bytes: &'a [u8],
        /// Bytes at the end of its payload that are not here.
        left_out: u32,
    },
    /// A packet came in.
    Received {
        /// As on the wire, but for what was left out.
        bytes: &'a [u8],
        /// Bytes at the end of its payload that are not here.
        left_out: u32,
    },
    /// Where the session stands from now on.
    Phase(Phase),
    /// A sentence that no packet says.
    Told(&'a str),
    /// The same of the page, which says it elsewhere already.
    Noted(&'a str),
    /// The plan is being run from now on, or no longer; of no session.
    Running(bool),
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// No connection, and none is awaited.
    #[default]
    Idle,
    /// On the way, or in the queue.
    Connecting,
    /// Accepted.
    Connected,
    /// Over for MQTT; the socket is still closing.
    Closing,
    /// No connection; it comes back by itself.
    Waiting,
}

const PARTIES: [Party; 4] = [Party::Client, Party::Server, Party::Network, Party::Unknown];
const PHASES: [Phase; 5] = [Phase::Idle, Phase::Connecting, Phase::Connected, Phase::Closing, Phase::Waiting];

const OPENED: u8 = 1;
const CLOSED: u8 = 2;
const SENT: u8 = 3;
const RECEIVED: u8 = 4;
const PHASE: u8 = 5;
const TOLD: u8 = 6;
const RUNNING: u8 = 7;
const NOTED: u8 = 8;

/// Records that go together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// When the first was written.
    since: Instant,
}

impl Batch {
    /// Adds a record.
    pub fn push(&mut self, record: &Record<'_>) {
        if self.bytes.is_empty() {
            self.since = record.at;
        }
        let (four, one): ([u8; 4], [u8; 1]);
        let (kind, fixed, rest): (u8, &[u8], &[u8]) = match record.what {
            What::Opened => (OPENED, &[], &[]),
            What::Closed { by, code, reason } => {
                let [low, high] = code.unwrap_or_default().to_le_bytes();
                four = [place(&PARTIES, by), u8::from(code.is_some()), low, high];
                (CLOSED, &four, reason.as_bytes())
            }
            What::Sent { bytes, left_out } => {
                four = left_out.to_le_bytes();
                (SENT, &four, bytes)
            }
            What::Received { bytes, left_out } => {
                four = left_out.to_le_bytes();
                (RECEIVED, &four, bytes)
            }
            What::Phase(phase) => {
                one = [place(&PHASES, phase)];
                (PHASE, &one, &[])
            }
            What::Told(text) => (TOLD, &[], text.as_bytes()),
            What::Noted(text) => (NOTED, &[], text.as_bytes()),
            What::Running(running) => {
                one = [u8::from(running)];
                (RUNNING, &one, &[])
            }
        };
        // What is written is bounded by the largest packet, far below 4 GiB.
        let Ok(length) = u32::try_from(fixed.len() + rest.len()) else { return };
        self.bytes.reserve(HEAD + fixed.len() + rest.len());
        self.bytes.push(kind);
        self.bytes.extend_from_slice(&record.at.0.to_le_bytes());
        self.bytes.extend_from_slice(&record.connection.session.0.to_le_bytes());
        self.bytes.extend_from_slice(&record.connection.number.to_le_bytes());
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(fixed);
        self.bytes.extend_from_slice(rest);
    }

    /// When it should go; none while it is empty.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        match self.bytes.len() {
            0 => None,
            FULL.. => Some(self.since),
            _ => Some(self.since + WAIT),
        }
    }

    /// Its bytes, as long as none is added.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins anew, in the same memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }
}

fn place<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().zip(0..).find(|(other, _)| **other == one).map_or(0, |(_, place)| place)
}

/// The records of a batch, in order.
#[must_use]
pub const fn read(batch: &[u8]) -> Records<'_> {
    Records { batch, rest: batch }
}

/// Goes through the records of a batch, up to the first that is none.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    batch: &'a [u8],
    rest: &'a [u8],
}

impl Records<'_> {
    /// Where the next record begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.batch.len().saturating_sub(self.rest.len())
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (record, rest) = one(self.rest)?;
        self.rest = rest;
        Some(record)
    }
}

fn one(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (&kind, bytes) = bytes.split_first()?;
    let (at, bytes) = bytes.split_first_chunk()?;
    let (session, bytes) = number(bytes)?;
    let (connection, bytes) = number(bytes)?;
    let (length, bytes) = number(bytes)?;
    let (body, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    let what = match (kind, body) {
        (OPENED, []) => What::Opened,
        (CLOSED, [by, known, low, high, reason @ ..]) => What::Closed {
            by: *PARTIES.get(usize::from(*by))?,
            code: (*known != 0).then_some(u16::from_le_bytes([*low, *high])),
            reason: str::from_utf8(reason).ok()?,
        },
        (SENT, body) => number(body).map(|(left_out, bytes)| What::Sent { bytes, left_out })?,
        (RECEIVED, body) => number(body).map(|(left_out, bytes)| What::Received { bytes, left_out })?,
        (PHASE, [phase]) => What::Phase(*PHASES.get(usize::from(*phase))?),
        (TOLD, text) => What::Told(str::from_utf8(text).ok()?),
        (NOTED, text) => What::Noted(str::from_utf8(text).ok()?),
        (RUNNING, [running]) => What::Running(*running != 0),
        _ => return None,
    };
    let connection = ConnectionRef { session: SessionId(session), number: connection };
    Some((Record { at: Instant(u64::from_le_bytes(*at)), connection, what }, rest))
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a record is made of.
    type Parts = (u8, (u64, u32, u32), Option<u16>, u32, String, Vec<u8>, bool);

    fn parts() -> impl Strategy<Value = Parts> {
        let place = (any::<u64>(), any::<u32>(), any::<u32>());
        let bytes = prop::collection::vec(any::<u8>(), 0..300);
        (0..8_u8, place, any::<Option<u16>>(), any::<u32>(), ".{0,40}", bytes, any::<bool>())
    }

    fn record(parts: &Parts) -> Record<'_> {
        let (kind, (at, session, number), code, left_out, text, bytes, running) = parts;
        let some = usize::from(code.unwrap_or_default());
        let what = match kind {
            0 => What::Opened,
            1 => What::Closed { by: PARTIES[some % 4], code: *code, reason: text },
            2 => What::Sent { bytes, left_out: *left_out },
            3 => What::Received { bytes, left_out: *left_out },
            4 => What::Phase(PHASES[some % 5]),
            5 => What::Told(text),
            6 => What::Noted(text),
            _ => What::Running(*running),
        };
        let connection = ConnectionRef { session: SessionId(*session), number: *number };
        Record { at: Instant(*at), connection, what }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(all in prop::collection::vec(parts(), 0..20)) {
            let mut batch = Batch::default();
            let mut offsets = Vec::new();
            for parts in &all {
                offsets.push(batch.bytes().len());
                batch.push(&record(parts));
            }
            let mut records = read(batch.bytes());
            for (parts, offset) in all.iter().zip(offsets) {
                prop_assert_eq!(records.offset(), offset);
                prop_assert_eq!(records.next(), Some(record(parts)));
            }
            prop_assert_eq!((records.offset(), records.next()), (batch.bytes().len(), None));
        }

        #[test]
        fn any_bytes_are_read_as_far_as_they_are_records(
            all in prop::collection::vec(parts(), 1..8),
            noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            end in any::<prop::sample::Index>(),
        ) {
            let mut batch = Batch::default();
            all.iter().for_each(|parts| batch.push(&record(parts)));
            let mut bytes = batch.bytes().to_vec();
            for (at, byte) in noise {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len() + 1));
            let mut again = Batch::default();
            let mut records = read(&bytes);
            records.by_ref().for_each(|record| again.push(&record));
            // A code that is not there and a `true` can be written in several ways; lengths cannot.
            prop_assert_eq!(again.bytes().len(), records.offset());
        }
    }

    #[test]
    fn a_batch_goes_after_a_while_or_when_it_is_full() {
        let mut batch = Batch::default();
        assert_eq!(batch.due(), None);
        let connection = ConnectionRef { session: SessionId(0), number: 1 };
        let bytes = [0; 1000];
        let push = |batch: &mut Batch, at| {
            batch.push(&Record {
                at: Instant(at),
                connection,
                what: What::Received { bytes: &bytes, left_out: 0 },
            });
        };
        push(&mut batch, 7);
        push(&mut batch, 9);
        assert_eq!(batch.due(), Some(Instant(27)));
        (0..63).for_each(|_| push(&mut batch, 10));
        assert_eq!(batch.due(), Some(Instant(7)));
        batch.clear();
        assert_eq!(batch.due(), None);
    }
}
