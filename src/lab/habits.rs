//! What a client does by itself: each time it is let in, when it loses its connection, and once it has all its answers.
//!
//! Knows the commands and the news of a [`client::Session`], and no transport: a simulated client and a live one have
//! the same habits.

use std::collections::{BTreeSet, VecDeque};

use crate::client::{self, Cause, Output, Refusal, RequestId};
use crate::iot::time::Instant;
use crate::mqtt::{Properties, ReasonCode};

use super::scenario::{Action, Actor, Comeback};

/// The habits of one client, and where it stands in them.
#[derive(Clone, Debug)]
pub struct Habits {
    comeback: Comeback,
    on_connect: Vec<Action>,
    leaves: bool,
    /// Leaves when all its filters are refused, as mosquitto_sub does.
    wants_one: bool,
    /// When it connects again.
    due: Option<Instant>,
    requests: u64,
    /// What is fed to the session once it has told everything.
    pending: VecDeque<client::Input>,
    /// Requests that it made because it was let in, and that are not answered.
    open: BTreeSet<RequestId>,
    leaving: Leaving,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    No,
    /// Once everything is answered.
    Later,
    Now,
}

impl Habits {
    /// Those of an actor. [`Comeback::Backoff`] is its session's ([`client::Config::reconnect`]).
    #[must_use]
    pub fn new(actor: &Actor) -> Self {
        Self {
            comeback: actor.comeback,
            on_connect: actor.on_connect.clone(),
            leaves: actor.leaves,
            wants_one: actor.program.is_some(),
            due: None,
            requests: 0,
            pending: VecDeque::new(),
            open: BTreeSet::new(),
            leaving: Leaving::No,
        }
    }

    /// The command for the session, where an action is one: the network's doings are none.
    pub fn command(&mut self, action: Action) -> Option<client::Input> {
        let properties = Properties::default();
        Some(match action {
            Action::Connect => {
                self.due = None;
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
                self.due = None;
                client::Input::Disconnect { code: ReasonCode::SUCCESS, properties }
            }
            Action::Cut | Action::HalfOpen | Action::Stall | Action::Resume => return None,
        })
    }

    fn request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Takes in what the session tells; gives the time of a comeback that follows from it.
    pub fn hear(&mut self, now: Instant, output: &Output) -> Option<Instant> {
        match output {
            Output::Connected(_) => {
                self.leaving = if self.leaves { Leaving::Later } else { Leaving::No };
                for action in self.on_connect.clone() {
                    if let Some(input) = self.command(action) {
                        self.open.insert(RequestId(self.requests));
                        self.pending.push_back(input);
                    }
                }
            }
            Output::Subscribed { request, answer } => {
                self.settle(*request);
                if self.wants_one && answer.codes.iter().all(|code| code.is_failure()) {
                    self.leaving = Leaving::Now;
                }
            }
            Output::Unsubscribed { request, .. }
            | Output::Published { request, .. }
            | Output::Rejected { request: Some(request), .. }
            | Output::Lost { request } => self.settle(*request),
            Output::Disconnected(cause) => {
                self.leaving = Leaving::No;
                return self.come_back(now, matches!(cause, Cause::Closed(_) | Cause::KeepAliveTimeout));
            }
            Output::Refused(refusal) => {
                return self.come_back(now, !matches!(refusal, Refusal::Code(_) | Refusal::OwnRequest));
            }
            _ => {}
        }
        None
    }

    /// Nothing more comes of a request.
    pub fn settle(&mut self, request: RequestId) {
        self.open.remove(&request);
    }

    fn come_back(&mut self, now: Instant, silent: bool) -> Option<Instant> {
        match self.comeback {
            Comeback::After(delay) if silent => self.due = Some(now + delay),
            _ => return None,
        }
        self.due
    }

    /// When it connects again.
    #[must_use]
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Stays away; whether it would have come back.
    pub fn stay_away(&mut self) -> bool {
        self.due.take().is_some()
    }

    /// Whether it connects now.
    pub fn comes_back(&mut self, now: Instant) -> bool {
        self.due.take_if(|at| *at <= now).is_some()
    }

    /// What its session is to be given next, once that has told everything.
    pub fn next(&mut self, connected: bool) -> Option<client::Input> {
        if let Some(input) = self.pending.pop_front() {
            return Some(input);
        }
        let answered = self.leaving == Leaving::Later && self.open.is_empty();
        if (answered || self.leaving == Leaving::Now) && connected {
            self.leaving = Leaving::No;
            return self.command(Action::Disconnect);
        }
        None
    }
}
