//! Counts the handshakes of a page, and from the counts how long the browser holds the next one back.
//!
//! Chromium does so by itself: `random(1..5 s) × 2^min(p + f/(s + 1), 16) / 65536`, with p handshakes under way (the new one
//! included), f failed and s succeeded ones of this two-minute period and the one before (Chromium source,
//! services/network/websocket_throttler.cc). A page does not see where a period begins, hence a range. The browser counts a
//! whole process, which may hold other tabs of this site: the delay is at least this.

use std::collections::VecDeque;

use crate::iot::time::{Instant, Millis};

/// How long a period is, in which the browser counts.
const PERIOD: Millis = Millis(120_000);
/// Most ends of handshakes that are remembered. More change nothing: sixteen failures are the worst already.
const MAX_ENDS: usize = 1000;
/// A delay that a person notices.
const NOTICEABLE: Millis = Millis(250);

/// The handshakes of one page, all to one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pending: u32,
    ends: VecDeque<(Instant, End)>,
    refused: u32,
    in_a_row: u32,
    opened: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Opened,
    Refused,
}

/// How long the browser holds a handshake back by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// At least.
    pub least: Millis,
    /// At most, as far as the page can count.
    pub most: Millis,
    /// Because so many were refused lately.
    pub refused: u32,
}

/// Whether a handshake in the same way, to the same place, succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// None did.
    Never,
    /// One did before.
    Before,
    /// One did after the one in question had failed.
    Since,
}

impl Tally {
    /// The browser is told to open a socket: how long it will wait before it does.
    pub fn asked(&mut self, now: Instant) -> Delay {
        self.pending = self.pending.saturating_add(1);
        self.delay(now)
    }

    /// A socket is open.
    pub fn opened(&mut self, now: Instant) {
        self.ended(now, End::Opened);
        self.in_a_row = 0;
        self.opened = Some(now);
    }

    /// A socket was closed that never was open.
    pub fn refused(&mut self, now: Instant) {
        self.ended(now, End::Refused);
        self.refused = self.refused.saturating_add(1);
        self.in_a_row = self.in_a_row.saturating_add(1);
    }

    /// The user changed his mind before a socket was open. The browser counts that as a failure, the page does not.
    pub fn given_up(&mut self, now: Instant) {
        self.ended(now, End::Refused);
    }

    /// The browser was not told to open that socket after all, so it counts nothing.
    pub const fn not_asked(&mut self) {
        self.pending = self.pending.saturating_sub(1);
    }

    /// From now on other credentials are used: what came before says nothing about them.
    pub const fn renewed(&mut self) {
        self.in_a_row = 0;
        self.opened = None;
    }

    /// Handshakes that were refused in the life of the page.
    #[must_use]
    pub const fn refusals(&self) -> u32 {
        self.refused
    }

    /// Those since the last one that succeeded.
    #[must_use]
    pub const fn in_a_row(&self) -> u32 {
        self.in_a_row
    }

    /// What other handshakes say about one that failed then.
    #[must_use]
    pub fn through(&self, failed: Instant) -> Through {
        match self.opened {
            None => Through::Never,
            Some(opened) if opened > failed => Through::Since,
            Some(_) => Through::Before,
        }
    }

    /// How long the browser holds back what is asked for at this moment; `pending` includes it.
    fn delay(&self, now: Instant) -> Delay {
        let count = |end: End, length: Millis| {
            let young = self.ends.iter().filter(|(at, one)| *one == end && now - *at < length).count();
            u32::try_from(young).unwrap_or(u32::MAX)
        };
        // What is younger than one period is counted for certain, what is older than two for certain not.
        let two = Millis(2 * PERIOD.0);
        let refused = count(End::Refused, two);
        let power = |failed: u32, succeeded: u32| (self.pending + failed / (succeeded + 1)).min(16);
        let least = 1000_u64 << power(count(End::Refused, PERIOD), count(End::Opened, two));
        let most = 5000_u64 << power(refused, count(End::Opened, PERIOD));
        Delay { least: Millis(least >> 16), most: Millis(most.div_ceil(1 << 16)), refused }
    }

    fn ended(&mut self, now: Instant, end: End) {
        self.pending = self.pending.saturating_sub(1);
        if self.ends.len() == MAX_ENDS {
            self.ends.pop_front();
        }
        self.ends.push_back((now, end));
    }
}

impl Delay {
    /// Whether a handshake that took so long was held back by the browser for a time that a person notices.
    #[must_use]
    pub fn explains(self, took: Millis) -> bool {
        self.most >= NOTICEABLE && took >= self.least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(refusals: u32) -> Tally {
        let mut tally = Tally::default();
        for _ in 0..refusals {
            tally.asked(Instant(0));
            tally.refused(Instant(0));
        }
        tally
    }

    /// Measured in Chromium 156 against a server on the same machine, which answers within 9 ms: after so many refusals a
    /// good connection was open in so many milliseconds.
    #[test]
    fn what_was_measured_lies_in_the_range() {
        const SERVER: u64 = 9;
        for (refusals, measured) in [(0, 9), (4, 7), (8, 29), (12, 246), (16, 2659), (24, 3941)] {
            let Delay { least, most, refused } = after(refusals).asked(Instant(0));
            assert_eq!(refused, refusals);
            assert!((least.0..=most.0 + SERVER).contains(&measured), "{refusals}: {least:?} to {most:?}");
        }
        assert_eq!(
            after(30).asked(Instant(0)),
            Delay { least: Millis(1000), most: Millis(5000), refused: 30 }
        );
    }

    #[test]
    fn a_success_makes_it_shorter_and_those_under_way_longer() {
        let mut tally = after(16);
        tally.opened(Instant(0));
        // 2^(1 + 16/2) / 65536 of one to five seconds.
        assert_eq!(tally.asked(Instant(0)), Delay { least: Millis(7), most: Millis(40), refused: 16 });
        for _ in 0..7 {
            tally.asked(Instant(0));
        }
        assert_eq!(tally.asked(Instant(0)), Delay { least: Millis(1000), most: Millis(5000), refused: 16 });
    }

    #[test]
    fn the_browser_forgets_after_two_to_four_minutes() {
        let at = |seconds: u64| after(20).asked(Instant(seconds * 1000));
        assert_eq!(at(119), Delay { least: Millis(1000), most: Millis(5000), refused: 20 });
        assert_eq!(at(120), Delay { least: Millis(0), most: Millis(5000), refused: 20 });
        assert_eq!(at(240), Delay { least: Millis(0), most: Millis(1), refused: 0 });
    }

    #[test]
    fn only_what_is_long_enough_and_noticed_is_blamed_on_the_browser() {
        let few = after(4).asked(Instant(0));
        let many = after(16).asked(Instant(0));
        assert!(!few.explains(Millis(3)));
        assert!(!many.explains(Millis(900)));
        assert!(many.explains(Millis(2659)));
    }

    #[test]
    fn what_got_through_counts_for_the_credentials_it_had() {
        let mut tally = after(2);
        assert_eq!((tally.through(Instant(5)), tally.in_a_row()), (Through::Never, 2));
        tally.opened(Instant(7));
        assert_eq!((tally.through(Instant(5)), tally.through(Instant(8))), (Through::Since, Through::Before));
        tally.renewed();
        assert_eq!((tally.through(Instant(8)), tally.in_a_row(), tally.refusals()), (Through::Never, 0, 2));
    }

    #[test]
    fn any_number_of_handshakes_is_counted() {
        let mut tally = after(5000);
        assert_eq!((tally.ends.len(), tally.refusals()), (MAX_ENDS, 5000));
        tally.opened(Instant(0));
        tally.opened(Instant(u64::MAX));
        assert_eq!(tally.asked(Instant(u64::MAX)).most, Millis(1));
    }
}
