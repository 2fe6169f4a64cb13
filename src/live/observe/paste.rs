//! Observations from a paste: what `mosquitto_sub` and `mosquitto_pub` printed with `-d`, lifecycle events, lines of
//! `AWSIotLogsV2`, answers of `test-authorization`; mixed as they come.
//!
//! Secrets are cut out before anything else is looked at. Reading never fails: a line that is none of these is named. Lines
//! of one client ID are taken for one program, so the output of two with the same ID is read right when it stands one after
//! the other.

use serde_json::Value;

use super::{Observation, json, mosquitto::Terminal};
use crate::live::redact::{self, REMOVED};
use crate::share::secrets;

/// Longest paste that is read, in bytes.
pub const MAX_TEXT: usize = 4 << 20;
/// Most observations of a paste.
pub const MAX_OBSERVATIONS: usize = 100_000;
/// Most problems that are told.
pub const MAX_PROBLEMS: usize = 100;

/// What was found in a paste.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paste {
    /// The paste without secrets; lines are those of this text.
    pub text: String,
    /// What was cut out.
    pub removed: Vec<secrets::Kind>,
    /// In order.
    pub observations: Vec<Observation>,
    /// In order.
    pub problems: Vec<Problem>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The paste is longer than [`MAX_TEXT`]; nothing was read.
    TooLong,
    /// There are more than [`MAX_OBSERVATIONS`] observations; the rest was not read.
    TooMany,
    /// No line of any of these.
    NotRecognised,
    /// It begins like JSON and is none; in `column` of this line or a later one, counted in `lines`.
    NotJson {
        /// Lines after this one.
        lines: usize,
        /// In bytes, from 1.
        column: usize,
    },
    /// JSON, but no event, log line or answer.
    OtherJson,
    /// An event or a log line without this field, or with something else in it.
    Field(&'static str),
    /// A log line that names no client, such as `Connection.AuthNError`.
    NoClient,
}

/// Reads a paste.
#[must_use]
pub fn read(pasted: &str) -> Paste {
    let mut paste = Paste::default();
    if pasted.len() > MAX_TEXT {
        paste.problems.push(Problem { line: 1, wrong: Wrong::TooLong });
        return paste;
    }
    paste.removed = secrets::find(pasted).into_iter().map(|secret| secret.kind).collect();
    paste.text = redact::text(pasted);
    let text = std::mem::take(&mut paste.text);
    let mut terminal = Terminal::default();
    let (mut rest, mut number) = (text.as_str(), 1);
    while !rest.is_empty() && paste.problems.len() < MAX_PROBLEMS {
        if paste.observations.len() > MAX_OBSERVATIONS {
            break;
        }
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let taken = match json_at(line).and_then(|at| rest.get(at..)) {
            Some(from) => {
                json_value(from, number, &mut paste).map(|left| left.split_once('\n').unwrap_or((left, "")))
            }
            None => {
                let line = line.trim();
                if !line.is_empty()
                    && line != REMOVED
                    && !terminal.line(line, number, &mut paste.observations)
                {
                    paste.problems.push(Problem { line: number, wrong: Wrong::NotRecognised });
                }
                None
            }
        };
        // Several values may stand in one line.
        let next = match taken {
            Some((same, after)) if same.trim_start_matches([' ', '\t', '\r', ',']).is_empty() => after,
            Some((same, _)) => rest.get(rest.len() - left_of(rest, same)..).unwrap_or_default(),
            None => after,
        };
        number += rest.get(..rest.len() - next.len()).unwrap_or_default().matches('\n').count();
        rest = next;
    }
    paste.problems.truncate(MAX_PROBLEMS);
    if paste.observations.len() > MAX_OBSERVATIONS {
        paste.observations.truncate(MAX_OBSERVATIONS);
        paste.problems.push(Problem { line: number, wrong: Wrong::TooMany });
    }
    paste.text = text;
    paste
}

/// How many bytes of `rest` stand from `part` on, which is a part of it.
fn left_of(rest: &str, part: &str) -> usize {
    rest.len() - (part.as_ptr() as usize - rest.as_ptr() as usize)
}

/// Where JSON begins in a line: at its beginning, behind the topic of an event, or behind the time that a log puts first.
fn json_at(line: &str) -> Option<usize> {
    let start = line.trim_start();
    let indent = line.len() - start.len();
    if start.starts_with(['{', '[']) {
        return Some(indent);
    }
    let prefixed = start.starts_with("$aws/events/") || start.starts_with(|c: char| c.is_ascii_digit());
    start.find('{').filter(|_| prefixed).map(|at| indent + at)
}

/// Takes one value from the beginning of a text and gives what is left of it; `None` when there is none.
fn json_value<'a>(text: &'a str, line: usize, paste: &mut Paste) -> Option<&'a str> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            for found in json::observations(&value) {
                match found {
                    Ok((witness, client_id, ask, outcome)) => paste.observations.push(Observation {
                        witness,
                        place: line,
                        session: None,
                        client_id,
                        ask,
                        outcome,
                    }),
                    Err(wrong) => paste.problems.push(Problem { line, wrong }),
                }
            }
            text.get(values.byte_offset()..)
        }
        Some(Err(error)) => {
            let wrong = Wrong::NotJson { lines: error.line().saturating_sub(1), column: error.column() };
            paste.problems.push(Problem { line, wrong });
            None
        }
        None => None,
    }
}
