//! Whether the clock that signs is right.

use std::fmt;

use crate::iot::calendar::UtcTime;
use crate::iot::time::UnixTime;

/// How far the time of a signature may be from AWS's clock, in seconds (IAM User Guide, "Troubleshoot Signature Version 4
/// requests": documented for requests; for the WebSocket: inferred).
pub const TOLERANCE: u64 = 300;

/// The clock is off by more than [`TOLERANCE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockError {
    /// By this many seconds it is ahead.
    Ahead(u64),
    /// By this many seconds it is behind.
    Behind(u64),
}

/// Compares the clock of this machine with that of another one, for example the `Date` of an answer.
///
/// # Errors
/// [`ClockError`] when what is signed now would be refused.
pub const fn check(here: UnixTime, there: UnixTime) -> Result<(), ClockError> {
    let (ahead, behind) = (here.0.saturating_sub(there.0), there.0.saturating_sub(here.0));
    if ahead > TOLERANCE {
        Err(ClockError::Ahead(ahead))
    } else if behind > TOLERANCE {
        Err(ClockError::Behind(behind))
    } else {
        Ok(())
    }
}

/// Reads the `Date` header of an answer: `Sun, 22 Nov 2026 10:30:00 GMT` (RFC 9110, section 5.6.7, IMF-fixdate). `None`
/// for anything else; the name of the day is not looked at.
#[must_use]
pub fn http_date(text: &str) -> Option<UnixTime> {
    let mut words = text.split(' ');
    let mut word = || words.next();
    let (_, day, month, year, time, zone) = (word()?, word()?, word()?, word()?, word()?, word()?);
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = 1 + months.iter().position(|name| *name == month)?;
    let name = format!("{year}-{month:02}-{day}T{time}Z");
    let read = UtcTime::parse(&name).filter(|_| zone == "GMT" && word().is_none())?;
    Some(read.to_unix())
}

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, way) = match self {
            Self::Ahead(seconds) => (seconds, "ahead of"),
            Self::Behind(seconds) => (seconds, "behind"),
        };
        let minutes = seconds / 60;
        write!(
            f,
            "the clock of this machine is {minutes} minutes {way} the server's, and AWS refuses more than {}; set it right",
            TOLERANCE / 60
        )
    }
}

impl std::error::Error for ClockError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_five_minutes_off() {
        let there = UnixTime(10_000);
        let off = |here| check(UnixTime(here), there);
        assert_eq!([9_700, 10_000, 10_300].map(off), [Ok(()); 3]);
        assert_eq!(off(9_699), Err(ClockError::Behind(301)));
        assert_eq!(off(13_600), Err(ClockError::Ahead(3_600)));
        assert!(off(13_600).unwrap_err().to_string().contains("60 minutes ahead"));
        assert_eq!(check(UnixTime(0), UnixTime(u64::MAX)), Err(ClockError::Behind(u64::MAX)));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(http_date("Sun, 22 Nov 2026 10:30:00 GMT"), Some(UnixTime(1_795_343_400)));
        for text in [
            "",
            "Sun, 22 Nov 2026 10:30:00",
            "Sun, 22 Nov 2026 10:30:00 CET",
            "Sun, 22 Nov 2026 10:30:00 GMT ",
            "Sun, 31 Nov 2026 10:30:00 GMT",
            "Sunday, 22-Nov-26 10:30:00 GMT",
            "Sun Nov 22 10:30:00 2026",
            "Sun, 22 nov 2026 10:30:00 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
