//! When to send PINGREQ and when to stop waiting for PINGRESP (MQTT 5 section 3.1.2.10).

use super::io::Timer;
use crate::iot::time::{Instant, Millis};

/// The keep-alive of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeepAlive {
    /// `None` is off.
    interval: Option<Millis>,
    ping_timeout: Millis,
    last_sent: Instant,
    ping_sent: Option<Instant>,
}

/// What the time asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Ping,
    Dead,
}

impl KeepAlive {
    /// Begins when CONNECT was sent.
    pub(super) fn new(connect_sent: Instant, seconds: u16, ping_timeout: Millis) -> Self {
        let interval = (seconds > 0).then(|| Millis::from_seconds(u64::from(seconds)));
        Self { interval, ping_timeout, last_sent: connect_sent, ping_sent: None }
    }

    pub(super) fn on_sent(&mut self, now: Instant) {
        self.last_sent = now;
    }

    pub(super) fn on_ping_sent(&mut self, now: Instant) {
        self.ping_sent = Some(now);
    }

    pub(super) fn on_ping_resp(&mut self) {
        self.ping_sent = None;
    }

    /// The earlier of the two deadlines; there is one PINGREQ at a time.
    pub(super) fn deadline(&self) -> Option<(Instant, Timer)> {
        match (self.ping_sent, self.interval) {
            (Some(sent), _) => Some((sent + self.ping_timeout, Timer::PingResp)),
            (None, Some(interval)) => Some((self.last_sent + interval, Timer::KeepAlive)),
            (None, None) => None,
        }
    }

    pub(super) fn due(&self, now: Instant) -> Due {
        match self.deadline() {
            Some((when, Timer::PingResp)) if when <= now => Due::Dead,
            Some((when, _)) if when <= now => Due::Ping,
            _ => Due::Nothing,
        }
    }
}
