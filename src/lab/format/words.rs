//! The single values of the format.

use serde_json::value::RawValue;

use crate::iot::time::{Instant, Millis};
use crate::lab::expect::{Finding, State};
use crate::lab::mosquitto::Kind;
use crate::lab::scenario::Comeback;
use crate::mqtt::{Qos, Version};
use crate::policy::switch::Switch;
use crate::suite::format::fields::{FromJson, Word, Wrong};

use super::MAX_SECONDS;

/// A time in seconds, to the millisecond.
#[derive(Clone, Copy)]
pub(super) struct Seconds(pub(super) u64);

impl Seconds {
    pub(super) fn instant(self) -> Instant {
        Instant(self.0)
    }

    pub(super) fn millis(self) -> Millis {
        Millis(self.0)
    }
}

/// The milliseconds of a time in seconds with at most three decimals, such as `0.4`; `None` for what is none, or later
/// than [`MAX_SECONDS`].
#[must_use]
pub fn millis(seconds: &str) -> Option<u64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if !digits(whole) || !(part.is_empty() || digits(part)) || part.len() > 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok().filter(|seconds| *seconds <= MAX_SECONDS)?;
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1000 + part)
}

impl FromJson for Seconds {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        millis(raw.get()).map(Self).ok_or_else(|| {
            Wrong::new(
                path,
                format!("write seconds from 0 to {MAX_SECONDS}, with at most three decimals, such as `0.4`"),
            )
        })
    }
}

/// A whole number up to `MOST`.
#[derive(Clone, Copy)]
pub(super) struct Number<const MOST: u64>(pub(super) u64);

impl<const MOST: u64> FromJson for Number<MOST> {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let number = raw.get().parse().ok().filter(|number| *number <= MOST);
        let problem = || Wrong::new(path, format!("write a whole number from 0 to {MOST}, without quotes"));
        number.map(Self).ok_or_else(problem)
    }
}

/// A number of `T`'s range; what `MOST` lets through fits.
pub(super) fn number<T: TryFrom<u64> + Default, const MOST: u64>(number: Number<MOST>) -> T {
    T::try_from(number.0).unwrap_or_default()
}

impl FromJson for Qos {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        match raw.get() {
            "0" => Ok(Self::AtMostOnce),
            "1" => Ok(Self::AtLeastOnce),
            "2" => Ok(Self::ExactlyOnce),
            _ => Err(Wrong::new(path, "write 0, 1 or 2, without quotes")),
        }
    }
}

/// An undecided point that is turned over, by its name.
impl FromJson for Switch {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let name = String::read(raw, path)?;
        Self::ALL.iter().copied().find(|switch| switch.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|switch| switch.as_str()).collect();
            let problem = format!("`{name}` is no undecided point; write one of `{}`", known.join("`, `"));
            Wrong::new(path, problem)
        })
    }
}

impl Word for Version {
    const WORDS: &'static [(&'static str, Self)] = &[("3.1.1", Self::V311), ("5", Self::V5)];
}

impl Word for State {
    const WORDS: &'static [(&'static str, Self)] = Self::ALL;
}

impl Word for Finding {
    const WORDS: &'static [(&'static str, Self)] = Self::ALL;
}

impl Word for Kind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("mosquitto_sub", Self::Sub), ("mosquitto_pub", Self::Pub)];
}

/// `"never"`, `"backoff"`, or the seconds after which a client comes back.
pub(super) struct ComebackJson(pub(super) Comeback);

impl FromJson for ComebackJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        match raw.get() {
            "\"never\"" => Ok(Self(Comeback::Never)),
            "\"backoff\"" => Ok(Self(Comeback::Backoff)),
            _ => match Seconds::read(raw, path) {
                Ok(seconds) => Ok(Self(Comeback::After(seconds.millis()))),
                Err(_) => Err(Wrong::new(
                    path,
                    "write `\"never\"`, `\"backoff\"`, or the seconds after which it comes back",
                )),
            },
        }
    }
}
