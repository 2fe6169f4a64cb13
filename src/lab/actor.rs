//! A client of the world: its session, its habits, its transport.

use crate::broker::{ConnectionId, Who};
use crate::client::{self, Closure, Output, Session};
use crate::iot::time::Instant;
use crate::timeline::SessionId;

use super::expect::State;
use super::habits::Habits;
use super::scenario::{Action, Actor, Comeback, Scenario};

/// A client session and its transport.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) who: Who,
    pub(super) session: Session,
    pub(super) transport: Option<ConnectionId>,
    /// Connections that nothing passes.
    pub(super) stalled: Vec<ConnectionId>,
    /// Connection attempts so far.
    pub(super) attempts: u32,
    /// When it is woken next.
    pub(super) alarm: Option<Instant>,
    habits: Habits,
    /// It has closed its transport, and its session is still to hear of it.
    left: bool,
}

impl Client {
    pub(super) fn new(scenario: &Scenario, id: SessionId, actor: &Actor) -> Self {
        let seed = scenario.seed.wrapping_add(u64::from(id.0));
        let reconnect = (actor.comeback == Comeback::Backoff).then(|| client::Reconnect::new(seed));
        let config = client::Config { reconnect, ..client::Config::new(actor.connect.clone()) };
        Self {
            who: Who(actor.identity),
            session: Session::new(config),
            transport: None,
            stalled: Vec::new(),
            attempts: 0,
            alarm: None,
            habits: Habits::new(actor),
            left: false,
        }
    }

    /// The command for the session, where an action is one.
    pub(super) fn input(&mut self, action: Action) -> Option<client::Input> {
        self.habits.command(action)
    }

    /// Notes what concerns its habits; gives the time of a comeback that follows.
    pub(super) fn on_output(&mut self, now: Instant, output: &Output) -> Option<Instant> {
        self.habits.hear(now, output)
    }

    /// Whether it is this comeback that it waits for.
    pub(super) fn comes_back(&mut self, now: Instant) -> bool {
        self.habits.comes_back(now)
    }

    /// Closes its end of the transport.
    pub(super) fn leave(&mut self) -> Option<ConnectionId> {
        let transport = self.transport.take()?;
        self.left = true;
        Some(transport)
    }

    /// What its session is to be given next, once it has told everything.
    pub(super) fn next(&mut self) -> Option<client::Input> {
        if std::mem::take(&mut self.left) {
            return Some(client::Input::TransportClosed(Closure::default()));
        }
        self.habits.next(self.session.is_connected())
    }

    pub(super) fn state(&self) -> State {
        if self.session.is_connected() {
            State::Connected
        } else if self.transport.is_some() {
            State::Connecting
        } else if self.habits.due().is_some() || self.session.deadline().is_some() {
            State::Waiting
        } else {
            State::Closed
        }
    }
}
