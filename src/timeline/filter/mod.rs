//! Which events a table shows: one small language for the simulated and the live log.
//!
//! ```text
//! session:B type:PUBLISH denied topic:dt/#        not-yet -is:repeated "a b" after:1.5
//! ```
//!
//! Terms stand between white space. `key:value` asks for a field; what has no key is searched for in the line that the table
//! shows. Values of one key are alternatives, different terms must all hold, `-` before a term turns it round. Texts, times and
//! payloads have no alternatives: each of them must hold. Quotes keep white space and signs in a value; letter case
//! matters for client IDs and topics only.
//!
//! Knows entries, not sentences: whoever asks gives the line. Does not know topic aliases: a PUBLISH with an empty topic has
//! none to ask for. Reading never fails: what is wrong is named with its place ([`Mistake`]) and passed over, and a term
//! that is half typed (`topic:`) asks for nothing yet.

mod complete;
mod fields;
mod read;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::Entry;
use crate::iot::time::Instant;
use crate::iot::topic::{self, ParentLevel, TopicError};
use crate::mqtt::PacketKind;

pub use complete::{Completion, Known, MAX_OPTIONS, complete};
pub use read::{Reading, read};

use fields::{any_code, any_qos, any_topic, contains, direction_of, event_of, is, kind_of, payload_of, same};

/// Longest filter that is read, in bytes.
pub const MAX_TEXT: usize = 4096;
/// Most terms of a filter.
pub const MAX_TERMS: usize = 64;

/// What a term can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The name of the session.
    Session,
    /// The client ID, to the letter.
    Client,
    /// Which of its session's connections it was, from 1.
    Connection,
    /// A packet's name, or one of [`EVENTS`].
    Type,
    /// A topic that the event names, by an MQTT topic filter; a filter that it subscribes to, by the same.
    Topic,
    /// Sent or received by the client.
    Dir,
    /// 0, 1 or 2, of a message or a subscription.
    Qos,
    /// A reason or return code, in decimal or as `0x87`; for a close, the WebSocket code.
    Code,
    /// One of [`STATES`].
    Is,
    /// What a message carries.
    Payload,
    /// From this second of the run on.
    After,
    /// Before this second of the run.
    Before,
}

/// The keys as they are typed.
pub const KEYS: &[(&str, Key)] = &[
    ("session", Key::Session),
    ("client", Key::Client),
    ("connection", Key::Connection),
    ("type", Key::Type),
    ("topic", Key::Topic),
    ("dir", Key::Dir),
    ("qos", Key::Qos),
    ("code", Key::Code),
    ("is", Key::Is),
    ("payload", Key::Payload),
    ("after", Key::After),
    ("before", Key::Before),
];

/// Values of `type:` beside the names of packets: as in the log's text form.
pub const EVENTS: &[(&str, Event)] = &[
    ("opened", Event::Opened),
    ("closed", Event::Closed),
    ("decided", Event::Decided),
    ("broker", Event::Broker),
    ("told", Event::Told),
];

/// Values of `dir:`.
pub const DIRECTIONS: &[(&str, Direction)] = &[("sent", Direction::Sent), ("received", Direction::Received)];

/// Values of `is:`. `denied` may stand without its key.
pub const STATES: &[(&str, State)] = &[
    ("denied", State::Denied),
    ("retained", State::Retained),
    ("repeated", State::Repeated),
    ("unreadable", State::Unreadable),
];

/// What happened, packets aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A transport was opened.
    Opened,
    /// A transport was closed.
    Closed,
    /// The simulated broker asked for a right.
    Decided,
    /// The simulated broker tells.
    Broker,
    /// The client session tells.
    Told,
}

/// Which way a packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    Sent,
    /// To the client.
    Received,
}

/// What an event can be besides its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A request was refused: an answer with a code of failure, a DISCONNECT 0x87, or a decision against it.
    Denied,
    /// A message with the RETAIN flag.
    Retained,
    /// A message with the DUP flag.
    Repeated,
    /// Bytes that are no packet.
    Unreadable,
}

/// A part of the typed text that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// In bytes of the typed text.
    pub span: Range<usize>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such key; [`KEYS`] has all. A text with a colon stands in quotes.
    UnknownKey,
    /// The key takes one of a few words: [`Key::values`].
    UnknownValue(Key),
    /// The key takes a whole number.
    NotANumber(Key),
    /// The key takes seconds with at most three decimals.
    NotATime(Key),
    /// No MQTT topic filter.
    NotAFilter(TopicError),
    /// A quote is not closed; the text goes to the end.
    QuoteNotClosed,
    /// Longer than [`MAX_TEXT`]; nothing was read.
    TooLong,
    /// More than [`MAX_TERMS`]; the rest was not read.
    TooManyTerms,
}

impl Key {
    /// As it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        KEYS.iter().find(|(_, key)| *key == self).map_or("", |(word, _)| word)
    }

    /// The words that it takes; none where it takes others too.
    #[must_use]
    pub fn values(self) -> Vec<&'static str> {
        match self {
            Self::Type => {
                let packets = (1..=15_u8).filter_map(|kind| PacketKind::of(kind << 4)).map(PacketKind::name);
                packets.chain(EVENTS.iter().map(|(word, _)| *word)).collect()
            }
            Self::Dir => DIRECTIONS.iter().map(|(word, _)| *word).collect(),
            Self::Qos => vec!["0", "1", "2"],
            Self::Is => STATES.iter().map(|(word, _)| *word).collect(),
            _ => Vec::new(),
        }
    }
}

/// An event and what it does not say of itself.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What the user calls the session.
    pub session: &'a str,
    /// Of the session.
    pub client_id: &'a str,
    /// The event.
    pub entry: &'a Entry,
}

/// What the typed text asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// All must hold; the cheap ones come first.
    groups: Vec<Group>,
}

/// Tests of which one must hold, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    none: bool,
    tests: Vec<Test>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// In lower case.
    Session(String),
    Client(String),
    Connection(u32),
    Packet(PacketKind),
    Event(Event),
    Topic(String),
    Dir(Direction),
    Qos(u8),
    Code(u16),
    Is(State),
    Payload(Vec<u8>),
    After(Instant),
    Before(Instant),
    /// In lower case.
    Text(String),
}

impl Filter {
    /// Whether everything is shown.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether it shows an event; `line` says the event in words, in lower case, and is asked only where they count.
    pub fn shows<L: AsRef<str>>(&self, subject: Subject<'_>, line: impl FnOnce() -> L) -> bool {
        let (mut line, mut said) = (Some(line), None);
        self.groups.iter().all(|group| {
            let mut holds = |test: &Test| match test {
                Test::Text(text) => {
                    if let Some(line) = line.take() {
                        said = Some(line());
                    }
                    said.as_ref().is_some_and(|line| line.as_ref().contains(text.as_str()))
                }
                test => test.holds(subject),
            };
            group.tests.iter().any(&mut holds) != group.none
        })
    }
}

impl Test {
    fn holds(&self, subject: Subject<'_>) -> bool {
        let Subject { session, client_id, entry } = subject;
        let what = &entry.what;
        match self {
            Self::Session(name) => same(session, name),
            Self::Client(id) => client_id == id,
            Self::Connection(number) => entry.connection.number == *number,
            Self::Packet(kind) => kind_of(what) == Some(*kind),
            Self::Event(event) => *event == event_of(what).unwrap_or(Event::Told) && kind_of(what).is_none(),
            Self::Topic(filter) => any_topic(what, |topic| {
                topic == filter || topic::matches(filter, topic, ParentLevel::Matched)
            }),
            Self::Dir(direction) => direction_of(what) == Some(*direction),
            Self::Qos(level) => any_qos(what, |qos| qos.level() == *level),
            Self::Code(code) => any_code(what, |found| found == *code),
            Self::Is(state) => is(what, *state),
            Self::Payload(bytes) => payload_of(what).is_some_and(|payload| contains(payload, bytes)),
            Self::After(at) => entry.at >= *at,
            Self::Before(at) => entry.at < *at,
            Self::Text(_) => false,
        }
    }
}
