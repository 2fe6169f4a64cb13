//! What a message carries, looked at as text, JSON, hexadecimal and CBOR: data, no sentences.
//!
//! Each view is of all bytes that are given: logs keep little of a long payload. What is not the form that is asked for is
//! named with its place.

mod cbor;

use std::ops::Range;

use serde::de::IgnoredAny;

pub use cbor::{CborError, MAX_DEPTH, cbor};

/// Bytes of one line of [`hex`].
pub const HEX_LINE: usize = 16;

/// A stretch of a payload as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// UTF-8.
    Text(&'a str),
    /// Bytes that are none.
    Invalid(&'a [u8]),
}

/// The payload as UTF-8, with what is none in its place.
pub fn text(payload: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    payload.utf8_chunks().flat_map(|chunk| {
        let valid = (!chunk.valid().is_empty()).then_some(Piece::Text(chunk.valid()));
        let invalid = (!chunk.invalid().is_empty()).then_some(Piece::Invalid(chunk.invalid()));
        valid.into_iter().chain(invalid)
    })
}

/// Where the payload is not UTF-8, in bytes.
#[must_use]
pub fn invalid_utf8(payload: &[u8]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut found = Vec::new();
    for piece in text(payload) {
        let length = match piece {
            Piece::Text(text) => text.len(),
            Piece::Invalid(bytes) => {
                found.push(at..at + bytes.len());
                bytes.len()
            }
        };
        at += length;
    }
    found
}

/// Why a payload is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// No UTF-8, from this byte on.
    NotUtf8 {
        /// From 0.
        at: usize,
    },
    /// No JSON.
    NotJson {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
    },
}

/// The payload as JSON, a line for each member and item, two spaces a level. Order, double names and the writing of
/// numbers stay as they are.
///
/// # Errors
/// Where it is no JSON (RFC 8259). Deeper than 128 levels counts as none.
pub fn json(payload: &[u8]) -> Result<String, JsonError> {
    let text = str::from_utf8(payload).map_err(|error| JsonError::NotUtf8 { at: error.valid_up_to() })?;
    serde_json::from_str::<IgnoredAny>(text)
        .map_err(|error| JsonError::NotJson { line: error.line(), column: error.column() })?;
    Ok(laid_out(text))
}

/// JSON laid out; the text is known to be JSON.
fn laid_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped, mut opened) = (0_usize, false, false, false);
    for c in text.chars() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        if c.is_ascii_whitespace() {
            continue;
        }
        let closes = matches!(c, '}' | ']');
        depth -= usize::from(closes);
        if opened != closes && (opened || closes) {
            line_break(&mut out, depth);
        }
        opened = matches!(c, '{' | '[');
        depth += usize::from(opened);
        quoted = c == '"';
        out.push(c);
        match c {
            ',' => line_break(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    out
}

fn line_break(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// One line of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexLine {
    /// Of its first byte, from 0.
    pub offset: usize,
    /// Two digits a byte, a blank between them.
    pub hex: String,
    /// Printable ASCII as it is, a dot for everything else.
    pub ascii: String,
}

/// The payload in lines of [`HEX_LINE`] bytes; made one by one, for a list that draws what is seen.
pub fn hex(payload: &[u8]) -> impl ExactSizeIterator<Item = HexLine> {
    payload.chunks(HEX_LINE).enumerate().map(|(line, bytes)| {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        HexLine {
            offset: line * HEX_LINE,
            hex: digits.join(" "),
            ascii: bytes.iter().map(printable).collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_what_is_none_in_its_place() {
        let payload = b"21 \xc3\xa9\xff\xfe ok \xe2\x82";
        assert_eq!(invalid_utf8(payload), [5..6, 6..7, 11..13]);
        assert_eq!(text(payload).next(), Some(Piece::Text("21 é")));
        assert!(invalid_utf8("é".as_bytes()).is_empty());
    }

    #[test]
    fn json_is_laid_out_and_changed_in_nothing_else() {
        let payload = br#" {"b":1.0e400,"a":[],"a":{ },"s":"{\"x\\":,[1,{"n":12345678901234567890.10}]} "#;
        assert!(json(payload).is_err(), "the string is not closed where it seems");
        let payload =
            br#" {"b":1.0e400,"a":[],"a":{ },"s":"{\"x\\", "l":[1,{"n":12345678901234567890.10}]} "#;
        let expected = "{\n  \"b\": 1.0e400,\n  \"a\": [],\n  \"a\": {},\n  \"s\": \"{\\\"x\\\\\",\n  \"l\": [\n    1,\n    {\n      \"n\": 12345678901234567890.10\n    }\n  ]\n}";
        assert_eq!(json(payload).unwrap(), expected);
        assert_eq!(json(b"[1,\n2").unwrap_err(), JsonError::NotJson { line: 2, column: 1 });
        assert_eq!(json(b"{\"a\": \"\xff\"}").unwrap_err(), JsonError::NotUtf8 { at: 7 });
        assert!(json("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn hexadecimal_lines_tell_where_they_are() {
        let lines: Vec<HexLine> = hex(b"0123456789abcdef\x00z").collect();
        let last = HexLine { offset: 16, hex: "00 7a".to_owned(), ascii: ".z".to_owned() };
        assert_eq!(lines.last(), Some(&last));
        assert_eq!(hex(b"").len(), 0);
    }
}
