//! CBOR in diagnostic notation (RFC 8949, section 8).
//!
//! Own reader: the format is one head byte and a number, and what small libraries print is not the standard's notation
//! (strings without escapes, so that a payload could show structure that it does not have).

use std::fmt::Write;

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 128;

/// A payload is not CBOR, from this byte on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CborError {
    /// From 0; the length of the payload where it was cut.
    pub at: usize,
}

/// The payload as CBOR, one line an item: a payload may be several.
///
/// # Errors
/// Where it is not well-formed or nested more than [`MAX_DEPTH`] deep. An empty payload has no item and is none.
pub fn cbor(payload: &[u8]) -> Result<String, CborError> {
    let mut reader = Reader { payload, rest: payload, out: String::new() };
    loop {
        reader.item(MAX_DEPTH)?;
        if reader.rest.is_empty() {
            return Ok(reader.out);
        }
        reader.out.push('\n');
    }
}

/// Of `break`, which ends what has no length.
const BREAK: u8 = 0xFF;

struct Reader<'a> {
    payload: &'a [u8],
    rest: &'a [u8],
    out: String,
}

impl<'a> Reader<'a> {
    fn error(&self) -> CborError {
        CborError { at: self.payload.len() - self.rest.len() }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], CborError> {
        let cut = CborError { at: self.payload.len() };
        let (taken, rest) =
            usize::try_from(length).ok().and_then(|at| self.rest.split_at_checked(at)).ok_or(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The number that the low five bits of a head announce; `None` for a length that is not said.
    fn number(&mut self, low: u8) -> Result<Option<u64>, CborError> {
        Ok(match low {
            0..=23 => Some(u64::from(low)),
            24..=27 => {
                let bytes = self.take(1 << (low - 24))?;
                Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            31 => None,
            _ => return Err(self.error()),
        })
    }

    fn item(&mut self, depth: usize) -> Result<(), CborError> {
        let wrong = self.error();
        let depth = depth.checked_sub(1).ok_or(wrong)?;
        let head = self.take(1)?.first().copied().unwrap_or(BREAK);
        let (major, low) = (head >> 5, head & 0x1F);
        let number = self.number(low)?;
        match (major, number) {
            (0, Some(number)) => self.say(number),
            (1, Some(number)) => self.say(-1 - i128::from(number)),
            (2 | 3, Some(length)) => self.string(major, length)?,
            (2 | 3, None) => self.chunks(major)?,
            (4 | 5, length) => self.collection(major == 5, length, depth)?,
            (6, Some(tag)) => {
                self.say(format_args!("{tag}("));
                self.item(depth)?;
                self.out.push(')');
            }
            (7, Some(value)) => self.out.push_str(&simple(low, value).ok_or(wrong)?),
            _ => return Err(wrong),
        }
        Ok(())
    }

    fn say(&mut self, what: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.out, "{what}");
    }

    fn string(&mut self, major: u8, length: u64) -> Result<(), CborError> {
        let wrong = self.error();
        let bytes = self.take(length)?;
        if major == 3 {
            let text =
                str::from_utf8(bytes).map_err(|error| CborError { at: wrong.at + error.valid_up_to() })?;
            self.out.push_str(&serde_json::to_string(text).unwrap_or_default());
        } else {
            self.out.push_str("h'");
            bytes.iter().for_each(|byte| self.say(format_args!("{byte:02x}")));
            self.out.push('\'');
        }
        Ok(())
    }

    /// A string in pieces, each of a length that is said.
    fn chunks(&mut self, major: u8) -> Result<(), CborError> {
        self.out.push_str("(_");
        let mut sign = " ";
        while !self.ends() {
            let wrong = self.error();
            let head = self.take(1)?.first().copied().unwrap_or(BREAK);
            let length = self.number(head & 0x1F)?.filter(|_| head >> 5 == major).ok_or(wrong)?;
            self.out.push_str(sign);
            self.string(major, length)?;
            sign = ", ";
        }
        self.out.push(')');
        Ok(())
    }

    fn collection(&mut self, map: bool, length: Option<u64>, depth: usize) -> Result<(), CborError> {
        self.out.push(if map { '{' } else { '[' });
        self.out.push_str(if length.is_none() { "_ " } else { "" });
        let mut count = 0;
        while length.map_or_else(|| !self.ends(), |length| count < length) {
            if count > 0 {
                self.out.push_str(", ");
            }
            self.item(depth)?;
            if map {
                self.out.push_str(": ");
                self.item(depth)?;
            }
            count += 1;
        }
        self.out.push(if map { '}' } else { ']' });
        Ok(())
    }

    /// Takes a `break` that stands here.
    fn ends(&mut self) -> bool {
        let ends = self.rest.first() == Some(&BREAK);
        if ends {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        ends
    }
}

/// Simple values and floating point; `None` for what is reserved.
fn simple(low: u8, value: u64) -> Option<String> {
    Some(match low {
        20 | 21 => (value == 21).to_string(),
        22 => "null".to_owned(),
        23 => "undefined".to_owned(),
        24 if value < 32 => return None,
        0..=24 => format!("simple({value})"),
        25 => float(half(u16::try_from(value).ok()?)),
        26 => float(f64::from(f32::from_bits(u32::try_from(value).ok()?))),
        _ => float(f64::from_bits(value)),
    })
}

fn float(number: f64) -> String {
    if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number.is_nan() {
        "NaN".to_owned()
    } else if number != 0.0 && !(1e-6..1e16).contains(&number.abs()) {
        format!("{number:e}")
    } else {
        format!("{number:?}")
    }
}

/// IEEE 754 binary16 (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1F), f64::from(bits & 0x3FF));
    let value = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes and notation of RFC 8949, appendix A; `1.0e+300` is written as `1e300` here.
    #[test]
    fn items_are_shown_as_the_standard_shows_them() {
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let shown = |hex: &str| cbor(&hex.as_bytes().chunks(2).map(byte).collect::<Vec<u8>>());
        for (bytes, expected) in [
            ("00", "0"),
            ("1bffffffffffffffff", "18446744073709551615"),
            ("3bffffffffffffffff", "-18446744073709551616"),
            ("3903e7", "-1000"),
            ("f90000", "0.0"),
            ("f98000", "-0.0"),
            ("f93e00", "1.5"),
            ("f90001", "5.960464477539063e-8"),
            ("f97c00", "Infinity"),
            ("f97e00", "NaN"),
            ("fa47c35000", "100000.0"),
            ("fb3ff199999999999a", "1.1"),
            ("fb7e37e43c8800759c", "1e300"),
            ("f4", "false"),
            ("f7", "undefined"),
            ("f0", "simple(16)"),
            ("f8ff", "simple(255)"),
            ("4401020304", "h'01020304'"),
            ("62225c", "\"\\\"\\\\\""),
            ("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"),
            ("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")"),
            ("5f42010243030405ff", "(_ h'0102', h'030405')"),
            ("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"),
            ("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}"),
            ("f5f6", "true\nnull"),
        ] {
            assert_eq!(shown(bytes).as_deref(), Ok(expected), "{bytes}");
        }
        for (bytes, at) in [
            ("", 0),
            ("a26161", 3),
            ("ff", 0),
            ("1c", 1),
            ("f818", 0),
            ("62c328", 1),
            ("5f6161ff", 1),
            ("81ff", 1),
            ("9bffffffffffffffff", 9),
        ] {
            assert_eq!(shown(bytes), Err(CborError { at }), "{bytes}");
        }
        assert_eq!(cbor(&[0x81; 1000]), Err(CborError { at: MAX_DEPTH }));
    }
}
