//! The stretch of time that a drawing shows, and where a moment of it stands.
//!
//! Time is drawn evenly, idle stretches included: a gap is part of what happened. Whoever wants to see what is close
//! together looks at a shorter stretch.

use crate::iot::time::{Instant, Millis};
use crate::timeline::Record;

/// Free space at both sides, so that what stands at the edge is whole. In pixels.
pub const MARGIN: u32 = 16;
/// The narrowest and the widest drawing, in pixels.
pub const WIDTHS: (u32, u32) = (160, 8_000);
/// The shortest stretch that is looked at.
const SHORTEST: Millis = Millis(50);
/// Times on the axis stand at least so far apart, in pixels.
const TICKS_APART: u32 = 80;

/// A stretch of time and the width of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    from: Instant,
    /// After `from`.
    to: Instant,
    /// Within [`WIDTHS`].
    width: u32,
}

/// A time on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where, in pixels.
    pub x: u32,
    /// When.
    pub at: Instant,
}

impl View {
    /// All of a record: from 0, unless more than a quarter of the picture would then be empty.
    #[must_use]
    pub fn whole(record: &Record, width: u32) -> Self {
        let first = record.entries.iter().map(|entry| entry.at).min().unwrap_or_default();
        let from = if first.0 > record.end.0 / 4 { first } else { Instant(0) };
        Self::new(from, record.end, width)
    }

    /// From one moment to another, for at least 50 milliseconds. The width is in pixels and brought within [`WIDTHS`].
    #[must_use]
    pub fn new(from: Instant, to: Instant, width: u32) -> Self {
        // At the end of all time there is no room after `from`.
        let from = Instant(from.0.min(u64::MAX - SHORTEST.0));
        Self { from, to: to.max(from + SHORTEST), width: width.clamp(WIDTHS.0, WIDTHS.1) }
    }

    /// Its beginning.
    #[must_use]
    pub const fn from(&self) -> Instant {
        self.from
    }

    /// Its end.
    #[must_use]
    pub const fn to(&self) -> Instant {
        self.to
    }

    /// In pixels.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// The same stretch in another width.
    #[must_use]
    pub fn as_wide_as(self, width: u32) -> Self {
        Self::new(self.from, self.to, width)
    }

    /// Half of this stretch, with `at` at the same place of the picture.
    #[must_use]
    pub fn closer(self, at: Instant) -> Self {
        self.scaled(at, 1, 2)
    }

    /// Twice this stretch, but no more than `whole`.
    #[must_use]
    pub fn farther(self, at: Instant, whole: &Self) -> Self {
        let wide = self.scaled(at, 2, 1);
        if wide.length() >= whole.length() {
            return whole.as_wide_as(self.width);
        }
        wide.within(whole)
    }

    /// This stretch, moved into `whole` and then as little as needed to show `at` with something of what is around it.
    #[must_use]
    pub fn showing(self, at: Instant, whole: &Self) -> Self {
        if self.length() >= whole.length() {
            return whole.as_wide_as(self.width);
        }
        let view = self.within(whole);
        if (view.from..=view.to).contains(&at) {
            return view;
        }
        let around = view.length() / 8;
        let from = if at < view.from {
            at.0.saturating_sub(around)
        } else {
            at.0.saturating_add(around).saturating_sub(view.length())
        };
        Self::new(Instant(from), Instant(from.saturating_add(view.length())), view.width).within(whole)
    }

    /// Whether it can be looked at more closely.
    #[must_use]
    pub fn is_closest(self) -> bool {
        self.length() <= SHORTEST.0
    }

    fn length(self) -> u64 {
        (self.to - self.from).0
    }

    fn scaled(self, at: Instant, by: u64, of: u64) -> Self {
        let at = at.clamp(self.from, self.to);
        let length = (self.length() / of).saturating_mul(by).max(SHORTEST.0);
        let before = share((at - self.from).0, length, self.length());
        let from = at.0.saturating_sub(before);
        Self::new(Instant(from), Instant(from.saturating_add(length)), self.width)
    }

    /// Moved into `whole`, in which there is room for it.
    fn within(self, whole: &Self) -> Self {
        let last = whole.to.0.saturating_sub(self.length());
        let from = self.from.0.min(last).max(whole.from.0);
        Self::new(Instant(from), Instant(from.saturating_add(self.length())), self.width)
    }

    /// Where a moment stands, in pixels from the left; what is outside stands at the edge.
    #[must_use]
    pub fn x(&self, at: Instant) -> u32 {
        let at = at.clamp(self.from, self.to);
        let inner = self.width - 2 * MARGIN;
        // Less than `inner`, which came from a `u32`.
        MARGIN + u32::try_from(share((at - self.from).0, inner.into(), self.length())).unwrap_or(inner)
    }

    /// The times on the axis: whole multiples of 1, 2 or 5 times a power of ten milliseconds.
    #[must_use]
    pub fn ticks(&self) -> Vec<Tick> {
        let step = self.step();
        let first = self.from.0.div_ceil(step);
        let times = (first..).map_while(|number| number.checked_mul(step)).map(Instant);
        times.take_while(|at| *at <= self.to).map(|at| Tick { x: self.x(at), at }).collect()
    }

    /// The time between two times on the axis, in milliseconds.
    #[must_use]
    pub fn step(&self) -> u64 {
        let inner = self.width - 2 * MARGIN;
        let least = share(self.length(), TICKS_APART.into(), inner.into());
        let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
        let steps = powers.flat_map(|power| [1, 2, 5].map(|by| power.saturating_mul(by)));
        steps.into_iter().find(|step| *step > least).unwrap_or(u64::MAX)
    }
}

/// `amount * by / of`, rounded down; as much as there is room for.
fn share(amount: u64, by: u64, of: u64) -> u64 {
    let share = u128::from(amount) * u128::from(by) / u128::from(of.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}
