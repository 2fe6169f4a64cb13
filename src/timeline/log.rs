//! The record as JSON Lines, the format `policylab-log/1`: a header line with the names of the sessions, then one
//! line an entry.
//!
//! What a client saw (transports and packets) reads back as it was, but for the password of a CONNECT, which is never
//! written. What only a simulation knows reads back as the sentence that was written about it
//! ([`What::Told`]).
//!
//! Reading never fails: a line that cannot be read is named and passed over, so that a log that was cut in the middle
//! of a line gives all that stands before.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Close, ConnectionRef, Entry, Party, SessionId, What, Wire};
use crate::broker::Verdict;
use crate::iot::time::Instant;
use crate::mqtt::{self, Frame, Packet, Version};

/// The name of the format.
pub const FORMAT: &str = "policylab-log/1";
/// Longest log that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;
/// Most problems that are told; a text that is no log has one on every line.
pub const MAX_PROBLEMS: usize = 100;

/// A log that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The names of the sessions; [`SessionId`] counts them from 0.
    pub sessions: Vec<String>,
    /// In the order in which they stand.
    pub entries: Vec<Entry>,
    /// How many older ones were dropped before the log was written.
    pub dropped: u64,
    /// Of which entries so many bytes of the payload were not written, by index.
    pub left_out: BTreeMap<usize, usize>,
    /// What could not be read, by line.
    pub problems: Vec<LogProblem>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProblem {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for LogProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    sessions: Vec<String>,
    /// How many of the oldest entries were dropped before the first that stands here.
    #[serde(default, skip_serializing_if = "is_zero")]
    dropped: u64,
}

/// Every other line.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    /// Milliseconds.
    at: u64,
    session: String,
    connection: u32,
    event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mqtt_version: Option<String>,
    /// The packet in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
    /// Bytes of the payload that are not in `bytes`.
    #[serde(default, skip_serializing_if = "is_zero")]
    left_out: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

const PARTIES: [(&str, Party); 4] = [
    ("client", Party::Client),
    ("server", Party::Server),
    ("network", Party::Network),
    ("unknown", Party::Unknown),
];
const VERSIONS: [(&str, Version); 2] = [("3.1.1", Version::V311), ("5", Version::V5)];

fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn word<T: Copy + PartialEq>(words: &[(&str, T)], value: T) -> Option<String> {
    words.iter().find(|(_, one)| *one == value).map(|(word, _)| (*word).to_owned())
}

fn value<T: Copy>(words: &[(&str, T)], word: Option<&str>) -> Option<T> {
    words.iter().find(|(one, _)| Some(*one) == word).map(|(_, value)| *value)
}

/// Writes a log. `version` is what a session speaks, `say` puts an entry into words.
#[must_use]
pub fn write(
    sessions: &[String],
    entries: &[Entry],
    version: impl Fn(SessionId) -> Version,
    say: impl Fn(&Entry) -> String,
) -> String {
    let mut writer = Writer::new(sessions, 0);
    for entry in entries {
        writer.write(entry, version(entry.connection.session), 0, || say(entry));
    }
    writer.out
}

/// Writes a log entry by entry, so that a long one can be written in pieces.
#[derive(Clone, Debug)]
pub struct Writer {
    sessions: Vec<String>,
    /// What was written so far; it may be taken out at any time.
    pub out: String,
}

impl Writer {
    /// A log with these sessions that lost its `dropped` oldest entries.
    #[must_use]
    pub fn new(sessions: &[String], dropped: u64) -> Self {
        let header = Header { format: FORMAT.to_owned(), sessions: sessions.to_vec(), dropped };
        let mut out = serde_json::to_string(&header).unwrap_or_default();
        out.push('\n');
        Self { sessions: sessions.to_vec(), out }
    }

    /// Writes an entry whose connection speaks `version`; `left_out` bytes of its payload are not in it. `say` puts it
    /// into words.
    pub fn write(&mut self, entry: &Entry, version: Version, left_out: usize, say: impl FnOnce() -> String) {
        let index = usize::try_from(entry.connection.session.0).ok();
        let row = Row {
            at: entry.at.0,
            session: index.and_then(|index| self.sessions.get(index)).cloned().unwrap_or_default(),
            connection: entry.connection.number,
            left_out,
            ..row(&entry.what, version)
        };
        let row = match (&row.text, &entry.what) {
            (None, What::Opened) | (Some(_), _) => row,
            (None, _) => Row { text: Some(say()), ..row },
        };
        self.out.push_str(&serde_json::to_string(&row).unwrap_or_default());
        self.out.push('\n');
    }
}

fn row(what: &What, version: Version) -> Row {
    let event = |event: &str| Row { event: event.to_owned(), ..Row::default() };
    let wire = |row: Row, wire: &Wire| Row {
        mqtt_version: word(&VERSIONS, version),
        bytes: Some(hex(&without_password(wire))),
        ..row
    };
    match what {
        What::Opened => event("opened"),
        What::Closed(close) => Row {
            by: word(&PARTIES, close.by),
            code: close.code,
            reason: (!close.reason.is_empty()).then(|| close.reason.clone()),
            ..event("closed")
        },
        What::Sent(sent) => wire(event("sent"), sent),
        What::Received(received) => wire(event("received"), received),
        What::Decided { verdict, .. } => {
            let word = if *verdict == Verdict::Allowed { "allowed" } else { "refused" };
            Row { verdict: Some(word.to_owned()), ..event("decided") }
        }
        What::Broker(_) => event("broker"),
        What::Client(_) => event("client"),
        What::Told(text) => Row { text: Some(text.clone()), ..event("told") },
    }
}

/// The bytes of a packet; those of a CONNECT with an empty password in the place of its own.
fn without_password(wire: &Wire) -> Vec<u8> {
    match &wire.packet {
        Ok(Packet::Connect(connect)) if connect.password.is_some() => {
            let mut connect = connect.clone();
            connect.password = Some(Vec::new());
            let version = connect.version;
            mqtt::encode(&Packet::Connect(connect), version).unwrap_or_default()
        }
        // What cannot be read may hold anything.
        Err(_) if wire.bytes.first().is_some_and(|first| first >> 4 == 1) => Vec::new(),
        _ => wire.bytes.clone(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    digits.chunks(2).map(|pair| if let [high, low] = pair { Some(high << 4 | low) } else { None }).collect()
}

/// Reads a log.
#[must_use]
pub fn read(text: &str) -> Log {
    let mut log = Log::default();
    if text.len() > MAX_TEXT {
        let problem = format!("the log has {} bytes; at most {MAX_TEXT} are read", text.len());
        log.problems.push(LogProblem { line: 1, problem });
        return log;
    }
    let mut names = BTreeMap::new();
    let last = text.lines().count();
    let whole = text.ends_with('\n');
    for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1_usize..) {
        if line.trim().is_empty() {
            continue;
        }
        let read = if number == 1 {
            header(line, &mut log, &mut names)
        } else {
            entry(line, &names).and_then(|(entry, left_out)| {
                let entry = in_time(entry, &log.entries)?;
                if left_out > 0 {
                    log.left_out.insert(log.entries.len(), left_out);
                }
                log.entries.push(entry);
                Ok(())
            })
        };
        if let Err(problem) = read {
            if log.problems.len() == MAX_PROBLEMS {
                break;
            }
            let cut = number == last && !whole;
            let problem = if cut { "the log was cut in the middle of this line".to_owned() } else { problem };
            log.problems.push(LogProblem { line: number, problem });
        }
    }
    log
}

fn header(line: &str, log: &mut Log, names: &mut BTreeMap<String, u32>) -> Result<(), String> {
    let header: Header =
        serde_json::from_str(line).map_err(|_| format!("this is no header of the format `{FORMAT}`"))?;
    if header.format != FORMAT {
        return Err(format!("unknown format `{}`; there is `{FORMAT}`", header.format));
    }
    for (name, number) in header.sessions.iter().zip(0_u32..) {
        if names.insert(name.clone(), number).is_some() {
            return Err(format!("`{name}` is the name of two sessions; rename one"));
        }
    }
    (log.sessions, log.dropped) = (header.sessions, header.dropped);
    Ok(())
}

fn entry(line: &str, names: &BTreeMap<String, u32>) -> Result<(Entry, usize), String> {
    let row: Row = serde_json::from_str(line).map_err(|error| {
        if error.is_data() {
            format!("this is no entry of a log: {error}")
        } else {
            "this is not JSON".to_owned()
        }
    })?;
    let session = names
        .get(&row.session)
        .copied()
        .ok_or_else(|| format!("the session `{}` is not named in the first line", row.session))?;
    let connection = ConnectionRef { session: SessionId(session), number: row.connection };
    let left_out = row.left_out;
    Ok((Entry { at: Instant(row.at), connection, what: what(row)? }, left_out))
}

/// An entry that does not come before the one that stands before it.
fn in_time(entry: Entry, before: &[Entry]) -> Result<Entry, String> {
    match before.last() {
        Some(last) if entry.at < last.at => {
            Err(format!("the time runs backwards, from {} to {} milliseconds", last.at.0, entry.at.0))
        }
        _ => Ok(entry),
    }
}

fn what(row: Row) -> Result<What, String> {
    let told = row.text.clone().unwrap_or_default();
    Ok(match row.event.as_str() {
        "opened" => What::Opened,
        "closed" => What::Closed(Close {
            by: value(&PARTIES, row.by.as_deref()).ok_or("it is not said who closed; `by` is missing")?,
            code: row.code,
            reason: row.reason.unwrap_or_default(),
        }),
        "sent" => What::Sent(wire(&row)?),
        "received" => What::Received(wire(&row)?),
        "decided" | "broker" | "client" | "told" => What::Told(told),
        other => return Err(format!("unknown event `{other}`")),
    })
}

fn wire(row: &Row) -> Result<Wire, String> {
    let version =
        value(&VERSIONS, row.mqtt_version.as_deref()).ok_or("`mqttVersion` is neither `3.1.1` nor `5`")?;
    let bytes = row.bytes.as_deref().and_then(bytes).ok_or("`bytes` are not hexadecimal")?;
    let frame = Frame::new(bytes.clone()).map_err(|error| format!("`bytes` are no packet: {error}"))?;
    Ok(Wire { packet: mqtt::decode(&frame, version), bytes })
}
