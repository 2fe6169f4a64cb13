//! When to connect again, and when to stop trying.
//!
//! Full jitter: each delay is drawn evenly from nothing to a bound that doubles with each attempt ("Exponential
//! Backoff And Jitter", AWS Architecture Blog, 2015). The bound goes back only after a connection that lasted,
//! because a bound that goes back at each CONNACK keeps a takeover war going: two clients with one client ID
//! that evict each other for ever.

use crate::iot::time::{Instant, Millis};
use crate::mqtt::{ReasonCode, Version};

use super::io::{Cause, Refusal};

/// How to connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// The bound of the first delay.
    pub first: Millis,
    /// The bound of any delay.
    pub longest: Millis,
    /// A connection that lasted so long counts as good. Longer than other clients wait before they come back,
    /// so that a war against one of them is not taken for a row of good connections.
    pub steady: Millis,
    /// Attempts in a row that may fail to get a CONNACK. A browser slows down all connections of a page that
    /// collects refused handshakes, so this is a small number.
    pub attempts: u32,
    /// Connections in a row that may be closed before they are steady.
    pub short_connections: u32,
    /// Where the jitter begins; the same seed gives the same delays.
    pub seed: u64,
}

impl Reconnect {
    /// Defaults: 1 s to 60 s, steady after 150 s, 8 attempts, 3 short connections.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            first: Millis(1_000),
            longest: Millis(60_000),
            steady: Millis(150_000),
            attempts: 8,
            short_connections: 3,
            seed,
        }
    }
}

/// Why there are no further attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The server said that another connection came with the same client ID (0x8E). To connect again would
    /// evict that one.
    TakenOver,
    /// So many connections in a row were closed soon after CONNACK: on 3.1.1 the only sign of a takeover war.
    ShortConnections(u32),
    /// The server's answer will be the same next time.
    Refused(ReasonCode),
    /// So many attempts in a row have failed.
    Attempts(u32),
    /// The user wanted it.
    OwnRequest,
}

/// The history that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backoff {
    settings: Reconnect,
    random: u64,
    /// Attempts since the last steady connection.
    attempt: u32,
    failed: u32,
    short: u32,
}

impl Backoff {
    pub(super) fn new(settings: Reconnect) -> Self {
        Self { settings, random: settings.seed, attempt: 0, failed: 0, short: 0 }
    }

    /// The user connects: what was before does not count.
    pub(super) fn on_connect_command(&mut self) {
        self.attempt = 0;
        self.failed = 0;
        self.short = 0;
    }

    pub(super) fn on_refused(
        &mut self,
        now: Instant,
        version: Version,
        why: &Refusal,
    ) -> Result<Instant, Stop> {
        match why {
            Refusal::OwnRequest => return Err(Stop::OwnRequest),
            Refusal::Code(connack) if !may_heal(version, connack.code) => {
                return Err(Stop::Refused(connack.code));
            }
            _ => {}
        }
        self.failed = self.failed.saturating_add(1);
        if self.failed >= self.settings.attempts {
            return Err(Stop::Attempts(self.failed));
        }
        Ok(self.next(now))
    }

    pub(super) fn on_disconnected(
        &mut self,
        now: Instant,
        lasted: Millis,
        cause: &Cause,
    ) -> Result<Instant, Stop> {
        self.failed = 0;
        match cause {
            Cause::OwnRequest => return Err(Stop::OwnRequest),
            Cause::ServerDisconnect(packet) if packet.code == ReasonCode::SESSION_TAKEN_OVER => {
                return Err(Stop::TakenOver);
            }
            Cause::ServerDisconnect(packet) if !may_heal(Version::V5, packet.code) => {
                return Err(Stop::Refused(packet.code));
            }
            _ => {}
        }
        if lasted >= self.settings.steady {
            self.attempt = 0;
            self.short = 0;
        } else {
            self.short = self.short.saturating_add(1);
            if self.short >= self.settings.short_connections {
                return Err(Stop::ShortConnections(self.short));
            }
        }
        Ok(self.next(now))
    }

    fn next(&mut self, now: Instant) -> Instant {
        let doubled = self.settings.first.0.saturating_mul(1 << self.attempt.min(32));
        let bound = doubled.min(self.settings.longest.0);
        self.attempt = self.attempt.saturating_add(1);
        now + Millis(self.draw(bound))
    }

    /// From 0 to `bound`, by SplitMix64 (Steele, Lea and Flood, 2014). The remainder favours small values by
    /// less than one in 2^40, which no delay notices.
    fn draw(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        mixed.checked_rem(bound.saturating_add(1)).unwrap_or(mixed)
    }
}

/// Whether the same client may be welcome later.
fn may_heal(version: Version, code: ReasonCode) -> bool {
    match version {
        // 3: server unavailable.
        Version::V311 => code.0 == 3,
        Version::V5 => !matches!(
            code.0,
            // version, identifier, password, authorization, ban, method, other server
            0x84..=0x87 | 0x8A | 0x8C | 0x9C | 0x9D
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::io::Closure;
    use super::*;

    #[test]
    fn delays_stay_below_a_doubling_bound_and_use_it() {
        let settings = Reconnect { attempts: u32::MAX, ..Reconnect::new(1) };
        let mut backoff = Backoff::new(settings);
        let mut longest = 0;
        for attempt in 0..200_u32 {
            let at = backoff.on_refused(Instant(0), Version::V5, &Refusal::Timeout).unwrap();
            assert!(at.0 <= 60_000.min(1_000 << attempt.min(20)), "attempt {attempt}: {}", at.0);
            longest = longest.max(at.0);
        }
        assert!((50_000..=60_000).contains(&longest), "{longest}");
        let mut again = Backoff::new(settings);
        let mut other = Backoff::new(Reconnect { seed: 2, ..settings });
        let refused = Refusal::Timeout;
        let (first, second): (Vec<_>, Vec<_>) = (0..20)
            .map(|_| {
                (
                    again.on_refused(Instant(0), Version::V5, &refused),
                    other.on_refused(Instant(0), Version::V5, &refused),
                )
            })
            .unzip();
        assert_ne!(first, second);
    }

    #[test]
    fn a_steady_connection_forgives() {
        let mut backoff = Backoff::new(Reconnect::new(7));
        let lost = Cause::Closed(Closure::default());
        let short = Millis(500);
        assert!(backoff.on_disconnected(Instant(0), short, &lost).is_ok());
        assert!(backoff.on_disconnected(Instant(0), short, &lost).is_ok());
        assert!(backoff.on_disconnected(Instant(0), Millis(150_000), &lost).is_ok());
        assert!(backoff.on_disconnected(Instant(0), short, &lost).is_ok());
        assert!(backoff.on_disconnected(Instant(0), short, &lost).is_ok());
        assert_eq!(backoff.on_disconnected(Instant(0), short, &lost), Err(Stop::ShortConnections(3)));
    }
}
