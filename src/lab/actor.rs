//! A client of the world: its session, its transport, and what it does by itself.

use std::collections::{BTreeSet, VecDeque};

use crate::broker::{ConnectionId, Who};
use crate::client::{self, Cause, Closure, Output, Refusal, RequestId, Session};
use crate::iot::time::Instant;
use crate::mqtt::{Properties, ReasonCode};
use crate::timeline::SessionId;

use super::expect::State;
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
    /// When it connects again by habit.
    comeback: Option<Instant>,
    requests: u64,
    /// What is fed to the session once it has told everything.
    pending: VecDeque<client::Input>,
    /// Requests that it made because it was let in, and that are not answered.
    open: BTreeSet<RequestId>,
    leaving: Leaving,
}

/// What it does by itself.
#[derive(Clone, Debug)]
struct Habits {
    comeback: Comeback,
    on_connect: Vec<Action>,
    leaves: bool,
    /// Leaves when all its filters are refused, as mosquitto_sub does.
    wants_one: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    No,
    /// Once everything is answered.
    Later,
    Now,
}

/// What the world is to do for a client besides its orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Nothing,
    ComeBack(Instant),
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
            habits: Habits {
                comeback: actor.comeback,
                on_connect: actor.on_connect.clone(),
                leaves: actor.leaves,
                wants_one: actor.program.is_some(),
            },
            comeback: None,
            requests: 0,
            pending: VecDeque::new(),
            open: BTreeSet::new(),
            leaving: Leaving::No,
        }
    }

    /// The command for the session, where an action is one.
    pub(super) fn input(&mut self, action: Action) -> Option<client::Input> {
        let properties = Properties::default();
        Some(match action {
            Action::Connect => {
                self.comeback = None;
                client::Input::Connect
            }
            Action::Subscribe(filters) => {
                client::Input::Subscribe { request: self.request(), filters, properties }
            }
            Action::Unsubscribe(filters) => {
                client::Input::Unsubscribe { request: self.request(), filters, properties }
            }
            Action::Publish(message) => client::Input::Publish { request: self.request(), message },
            Action::Disconnect => {
                self.comeback = None;
                client::Input::Disconnect { code: ReasonCode::SUCCESS, properties }
            }
            Action::Cut | Action::HalfOpen | Action::Stall | Action::Resume => return None,
        })
    }

    fn request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Notes what concerns its habits.
    pub(super) fn on_output(&mut self, now: Instant, output: &Output) -> Then {
        match output {
            Output::Connected(_) => {
                self.leaving = if self.habits.leaves { Leaving::Later } else { Leaving::No };
                for action in self.habits.on_connect.clone() {
                    if let Some(input) = self.input(action) {
                        self.open.insert(RequestId(self.requests));
                        self.pending.push_back(input);
                    }
                }
            }
            Output::Subscribed { request, answer } => {
                self.open.remove(request);
                if self.habits.wants_one && answer.codes.iter().all(|code| code.is_failure()) {
                    self.leaving = Leaving::Now;
                }
            }
            Output::Unsubscribed { request, .. }
            | Output::Published { request, .. }
            | Output::Rejected { request: Some(request), .. } => {
                self.open.remove(request);
            }
            Output::Lost { request } => {
                self.open.remove(request);
            }
            Output::Disconnected(cause) => {
                self.leaving = Leaving::No;
                return self.come_back(now, matches!(cause, Cause::Closed(_) | Cause::KeepAliveTimeout));
            }
            Output::Refused(refusal) => {
                let silent = !matches!(refusal, Refusal::Code(_) | Refusal::OwnRequest);
                return self.come_back(now, silent);
            }
            _ => {}
        }
        Then::Nothing
    }

    fn come_back(&mut self, now: Instant, silent: bool) -> Then {
        let Comeback::After(delay) = self.habits.comeback else { return Then::Nothing };
        if !silent {
            return Then::Nothing;
        }
        let at = now + delay;
        self.comeback = Some(at);
        Then::ComeBack(at)
    }

    /// Whether it is this comeback that it waits for.
    pub(super) fn comes_back(&mut self, now: Instant) -> bool {
        self.comeback.take_if(|at| *at <= now).is_some()
    }

    /// Closes its end of the transport.
    pub(super) fn leave(&mut self) -> Option<ConnectionId> {
        let transport = self.transport.take()?;
        self.pending.push_front(client::Input::TransportClosed(Closure::default()));
        Some(transport)
    }

    /// What its session is to be given next, once it has told everything.
    pub(super) fn next(&mut self) -> Option<client::Input> {
        if let Some(input) = self.pending.pop_front() {
            return Some(input);
        }
        let answered = self.leaving == Leaving::Later && self.open.is_empty();
        if (answered || self.leaving == Leaving::Now) && self.session.is_connected() {
            self.leaving = Leaving::No;
            return self.input(Action::Disconnect);
        }
        None
    }

    pub(super) fn state(&self) -> State {
        if self.session.is_connected() {
            State::Connected
        } else if self.transport.is_some() {
            State::Connecting
        } else if self.comeback.is_some() || self.session.deadline().is_some() {
            State::Waiting
        } else {
            State::Closed
        }
    }
}
