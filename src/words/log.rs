//! The log of live sessions: what stands around its rows, and what a payload is not.

use crate::timeline::payload::{CborError, JsonError};

/// A row that a finding leads to.
pub const DROPPED_ROW: &str =
    "That row is no longer in the log: it was among the oldest, which were dropped.";
/// Nothing has happened.
pub const EMPTY: &str = "Nothing has happened yet. Connect a session.";
/// No row is chosen.
pub const CHOOSE: &str = "Choose a row to see what it holds.";
/// Nothing was found out.
pub const NOTHING_FOUND: &str = "Nobody was refused or thrown out so far.";
/// What a message without a payload carries.
pub const NO_PAYLOAD: &str = "The message carries nothing.";

/// Old rows that are no more.
#[must_use]
pub fn dropped(rows: u64) -> String {
    let were = if rows == 1 { "row was" } else { "rows were" };
    format!("The log is full: the oldest {rows} {were} dropped. Save it from time to time to lose nothing.")
}

/// What of a payload was not kept.
#[must_use]
pub fn left_out(bytes: usize) -> String {
    format!("This is the beginning. {bytes} more bytes came, which the log does not keep.")
}

/// A payload that is not JSON.
#[must_use]
pub fn no_json(why: &JsonError) -> String {
    match why {
        JsonError::NotUtf8 { at } => format!("This is not JSON: byte {at} is not UTF-8."),
        JsonError::NotJson { line, column } => {
            format!("This is not JSON: something else stands in line {line} at byte {column}.")
        }
    }
}

/// A payload that is not CBOR.
#[must_use]
pub fn no_cbor(why: &CborError) -> String {
    format!("This is not CBOR from byte {} on.", why.at)
}

/// A number of bytes.
#[must_use]
pub fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// How far an export is.
#[must_use]
pub fn exporting(percent: usize) -> String {
    format!("Taking secrets out of the log: {percent} %.")
}
