//! A clock that goes on while the computer sleeps.
//!
//! The monotonic clock of a browser stands still then, except on Windows (MDN, "Performance: now() method", Ticking during
//! sleep); the clock on the wall goes on, but it can be set. So time is the monotonic clock's, and what only the clock on the
//! wall has moved on counts when it is so much that somebody slept. A clock that is set forward looks the same.

use crate::iot::time::{Instant, Millis};

/// A clock on the wall that gains no more than this between two readings is being put right: nobody slept.
pub const DRIFT: Millis = Millis::from_seconds(5);

/// Two clocks read as one. It never goes back when the monotonic one does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Both, as they were read last.
    last: Option<(Millis, Millis)>,
    slept: Millis,
}

impl Clock {
    /// The time: `ticks` by the monotonic clock, `wall` by the one that can be set, each since whenever it likes.
    pub fn read(&mut self, ticks: Millis, wall: Millis) -> Instant {
        let (ticks_before, wall_before) = self.last.replace((ticks, wall)).unwrap_or((ticks, wall));
        let ran = ticks.0.saturating_sub(ticks_before.0);
        let missed = wall.0.saturating_sub(wall_before.0).saturating_sub(ran);
        if missed > DRIFT.0 {
            self.slept.0 = self.slept.0.saturating_add(missed);
        }
        Instant(ticks.0) + self.slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_counts_once_and_a_clock_that_is_put_right_does_not() {
        let mut clock = Clock::default();
        let mut read = |ticks, wall| clock.read(Millis(ticks), Millis(wall)).0;
        assert_eq!(read(100, 1_000_000), 100, "where a clock begins says nothing");
        assert_eq!(read(1100, 1_001_000), 1100);
        assert_eq!(read(1200, 1_061_100), 61_200, "a minute that the monotonic clock missed");
        assert_eq!(read(1300, 1_061_200), 61_300);
        assert_eq!(read(61_300, 1_121_200), 121_300, "one that it did not miss, as on Windows");
        assert_eq!(read(62_300, 1_127_200), 122_300, "5 s too many");
        assert_eq!(read(62_400, 500), 122_400, "set back");
        assert_eq!(read(63_400, 1500), 123_400);
    }
}
