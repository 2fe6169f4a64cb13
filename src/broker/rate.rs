//! How much passes in a second.

use crate::iot::time::{Instant, Millis};

const SECOND: Millis = Millis::from_seconds(1);

/// Counts what passes in one second. A second begins with the first thing that passes after the one before has ended
/// (AWS does not say how it counts: inferred).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meter {
    began: Option<Instant>,
    count: usize,
}

impl Meter {
    /// What has passed in this second.
    pub(super) fn count(&mut self, now: Instant) -> usize {
        if self.began.is_none_or(|began| now - began >= SECOND) {
            *self = Self { began: Some(now), count: 0 };
        }
        self.count
    }

    pub(super) fn add(&mut self, now: Instant, amount: usize) {
        self.count = self.count(now).saturating_add(amount);
    }

    /// When this second ends.
    pub(super) fn ends(&self) -> Option<Instant> {
        self.began.map(|began| began + SECOND)
    }

    /// Lets one more pass, unless `most` have. Zero sets no limit.
    pub(super) fn admits(&mut self, now: Instant, most: usize) -> bool {
        let admitted = most == 0 || self.count(now) < most;
        self.add(now, usize::from(admitted));
        admitted
    }
}
