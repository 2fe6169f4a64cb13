//! Time that passes, told in steps that are short for the eye.

use gloo::timers::callback::Timeout;
use yew::Callback;

/// From one tick to the next, in milliseconds.
const APART: u32 = 33;

/// The next tick.
#[derive(Default)]
pub(super) struct Ticks {
    next: Option<Timeout>,
    /// Since when the next one counts.
    since: f64,
}

impl Ticks {
    /// Tells after a short while how many milliseconds have passed. A tick that is asked for right after another one counts
    /// from that one on, so that nothing is lost in between.
    pub(super) fn ask(&mut self, tell: Callback<u32>) {
        if self.next.is_some() {
            return;
        }
        let now = now();
        if now - self.since > f64::from(3 * APART) {
            self.since = now;
        }
        let since = self.since;
        self.next = Some(Timeout::new(APART, move || {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, and is never negative"
            )]
            tell.emit((self::now() - since).round() as u32);
        }));
    }

    /// The tick that was asked for has come.
    pub(super) fn came(&mut self) {
        self.next = None;
        self.since = now();
    }
}

/// Milliseconds of a clock that never goes back.
fn now() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |performance| performance.now())
}
