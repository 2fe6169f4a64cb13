//! Handshakes as they come and go: how many, how long each took, and which failed.
//!
//! Knows the worker's records. Does not know the browser's clock or network: who draws the causes adds them.

use std::collections::{BTreeMap, VecDeque};

use super::access::{Access, Carry, Held, Kind};
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::{Instant, Millis};
use crate::live::driver::MAX_CONNECTING;
use crate::live::handshake::{self, Delay, Keys, Tally, Through};
use crate::live::record::{Phase, Record, What};
use crate::timeline::{Party, SessionId};

/// The handshakes of this load of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handshakes {
    tally: Tally,
    /// Sessions whose socket is on its way: since when, and how long the browser waits by itself.
    under_way: BTreeMap<SessionId, (Instant, Delay)>,
    /// Sessions that wait until fewer are.
    queue: VecDeque<SessionId>,
    failed: BTreeMap<SessionId, Failed>,
}

/// A handshake that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// When.
    pub at: Instant,
    /// From the order to open the socket until it was closed.
    pub took: Millis,
    /// How long the browser held it back of that.
    pub held_back: Delay,
    /// Failures since the last that succeeded, this one included.
    pub in_a_row: u32,
}

impl Handshakes {
    /// Takes in what the worker told.
    pub fn take(&mut self, record: &Record<'_>) {
        let (at, session) = (record.at, record.connection.session);
        match record.what {
            What::Phase(Phase::Connecting) => {
                self.failed.remove(&session);
                self.queue.push_back(session);
            }
            What::Opened if self.under_way.remove(&session).is_some() => self.tally.opened(at),
            // Its socket is no longer awaited, so the next one's turn has come.
            What::Phase(Phase::Closing) if self.under_way.remove(&session).is_some() => {
                self.tally.given_up(at)
            }
            // It left the queue without a socket, or was not let out of it.
            What::Phase(Phase::Idle | Phase::Waiting) => self.leave(session),
            // There was no socket.
            What::Closed { code: None, .. } => self.leave(session),
            What::Closed { by, .. } => {
                self.queue.retain(|waiting| *waiting != session);
                if let Some((asked, held_back)) = self.under_way.remove(&session) {
                    // What the user gave up was not refused.
                    if by == Party::Client {
                        self.tally.given_up(at);
                    } else {
                        self.tally.refused(at);
                        let in_a_row = self.tally.in_a_row();
                        self.failed.insert(session, Failed { at, took: at - asked, held_back, in_a_row });
                    }
                }
            }
            _ => {}
        }
        while self.under_way.len() < MAX_CONNECTING {
            let Some(session) = self.queue.pop_front() else { break };
            self.under_way.insert(session, (at, self.tally.asked(at)));
        }
    }

    /// The browser was never asked for the socket of this session.
    fn leave(&mut self, session: SessionId) {
        self.queue.retain(|waiting| *waiting != session);
        if self.under_way.remove(&session).is_some() {
            self.tally.not_asked();
        }
    }

    /// From now on sessions get in with something else. What failed before is not explained by it.
    pub fn renewed(&mut self) {
        self.tally.renewed();
        self.failed.clear();
    }

    /// The sessions whose last handshake failed.
    pub fn all_failed(&self) -> impl Iterator<Item = SessionId> {
        self.failed.keys().copied()
    }

    /// The last of their failures.
    #[must_use]
    pub fn last(&self) -> Option<(SessionId, Failed)> {
        let last = self.failed.iter().max_by_key(|(_, failed)| failed.at)?;
        Some((*last.0, *last.1))
    }

    /// Forgets the sessions from number `count` on.
    pub fn forget(&mut self, count: usize) {
        self.failed.retain(|session, _| usize::try_from(session.0).is_ok_and(|number| number < count));
    }

    /// What other handshakes say about one that failed.
    #[must_use]
    pub fn through(&self, failed: Failed) -> Through {
        self.tally.through(failed.at)
    }
}

/// What a handshake carries; `region` is where the result finds it.
#[must_use]
pub fn carries<'a>(
    access: &Access,
    endpoint: &Endpoint,
    region: &'a mut Option<Region>,
) -> handshake::Access<'a> {
    *region = access.region(endpoint).ok();
    let held = match &access.held {
        Some(Held::Keys(held)) => Some(held),
        _ => None,
    };
    let keys = match access.typed.kind {
        Kind::Keys if held.is_some_and(|held| held.lasting) => Keys::LongLived,
        Kind::Keys => Keys::Temporary,
        Kind::Cognito => Keys::Cognito,
        Kind::Authorizer if access.typed.carry == Carry::Query => return handshake::Access::AuthorizerInUrl,
        Kind::Authorizer => return handshake::Access::AuthorizerInConnect,
        Kind::Broker => return handshake::Access::Open,
    };
    match region {
        Some(region) => {
            handshake::Access::Signed { region, keys, expires: held.and_then(|held| held.expires) }
        }
        None => handshake::Access::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::ConnectionRef;

    const CLOSED: What<'static> = What::Closed { by: Party::Network, code: Some(1006), reason: "" };

    fn told(handshakes: &mut Handshakes, at: u64, session: u32, what: What<'static>) {
        let connection = ConnectionRef { session: SessionId(session), number: 1 };
        handshakes.take(&Record { at: Instant(at), connection, what });
    }

    #[test]
    fn a_failure_is_told_with_its_time_until_the_session_tries_again() {
        let mut all = Handshakes::default();
        told(&mut all, 100, 0, What::Phase(Phase::Connecting));
        told(&mut all, 150, 0, CLOSED);
        let (session, failed) = all.last().unwrap();
        assert_eq!(session, SessionId(0));
        assert_eq!((failed.took, failed.in_a_row, all.through(failed)), (Millis(50), 1, Through::Never));
        told(&mut all, 200, 1, What::Phase(Phase::Connecting));
        told(&mut all, 230, 1, What::Opened);
        assert_eq!(all.through(failed), Through::Since);
        told(&mut all, 300, 0, What::Phase(Phase::Connecting));
        assert_eq!(all.last(), None);
    }

    #[test]
    fn what_was_open_never_started_or_was_given_up_is_no_failed_handshake() {
        let none = What::Closed { by: Party::Client, code: None, reason: "there are no credentials" };
        let own = What::Closed { by: Party::Client, code: Some(1006), reason: "" };
        let given_up = What::Phase(Phase::Closing);
        for ends in [&[What::Opened, CLOSED][..], &[none], &[own], &[given_up, own]] {
            let mut all = Handshakes::default();
            told(&mut all, 0, 0, What::Phase(Phase::Connecting));
            for end in ends {
                told(&mut all, 10, 0, *end);
            }
            assert_eq!((all.last(), all.tally.refusals()), (None, 0));
        }
    }

    #[test]
    fn waiting_for_a_turn_is_no_part_of_the_handshake() {
        let mut all = Handshakes::default();
        for session in 0..9 {
            told(&mut all, 0, session, What::Phase(Phase::Connecting));
        }
        told(&mut all, 5_000, 0, CLOSED);
        told(&mut all, 5_040, 8, CLOSED);
        assert_eq!(all.failed[&SessionId(0)].took, Millis(5_000));
        assert_eq!(all.failed[&SessionId(8)].took, Millis(40));
    }

    /// The limits are lifted and twenty sessions connect: eight have a socket under way, twelve wait.
    fn twenty() -> Handshakes {
        let mut all = Handshakes::default();
        for session in 0..20 {
            told(&mut all, 0, session, What::Phase(Phase::Connecting));
        }
        all
    }

    #[test]
    fn after_everything_was_stopped_failures_are_explained_as_before() {
        let own = What::Closed { by: Party::Client, code: Some(1006), reason: "" };
        let mut all = twenty();
        for session in 0..20 {
            let phase = if session < 8 { Phase::Closing } else { Phase::Idle };
            told(&mut all, 1_000, session, What::Phase(phase));
        }
        for session in 0..8 {
            told(&mut all, 1_010, session, own);
            told(&mut all, 1_010, session, What::Phase(Phase::Idle));
        }
        // The browser counts the eight that were given up for at most four minutes, and nothing else.
        let later = 300_000;
        told(&mut all, later, 0, What::Phase(Phase::Connecting));
        told(&mut all, later + 40, 0, CLOSED);
        let mut fresh = Handshakes::default();
        told(&mut fresh, later, 0, What::Phase(Phase::Connecting));
        told(&mut fresh, later + 40, 0, CLOSED);
        assert_eq!(all.last(), fresh.last());
        assert_eq!(all.last().unwrap().1.took, Millis(40));
    }

    #[test]
    fn the_turn_of_one_that_is_given_up_goes_to_the_next_at_once() {
        let mut all = twenty();
        told(&mut all, 100, 3, What::Phase(Phase::Closing));
        told(&mut all, 150, 8, CLOSED);
        assert_eq!(all.failed[&SessionId(8)].took, Millis(50));
    }

    #[test]
    fn what_the_browser_was_never_asked_for_makes_it_wait_no_longer() {
        let none = What::Closed { by: Party::Client, code: None, reason: "there are no credentials" };
        for end in [What::Phase(Phase::Waiting), none] {
            let mut all = Handshakes::default();
            for _ in 0..30 {
                told(&mut all, 0, 0, What::Phase(Phase::Connecting));
                told(&mut all, 0, 0, end);
            }
            assert_eq!(all.tally, Tally::default());
        }
    }

    #[test]
    fn a_failure_is_not_explained_by_what_is_used_since() {
        let mut all = Handshakes::default();
        told(&mut all, 0, 0, What::Phase(Phase::Connecting));
        told(&mut all, 10, 0, CLOSED);
        all.renewed();
        assert_eq!((all.last(), all.tally.refusals()), (None, 1));
    }
}
