//! Many live sessions side by side, sans-I/O: the user's orders and what sockets do go in, what sockets are to do and what
//! happened come out.
//!
//! Each session is a [`client::Session`](crate::client::Session) with the [`Habits`](crate::lab::habits::Habits) that it has in a simulation. The
//! host adds what a browser and a real account need: a queue, because Chromium slows a page down that opens many sockets at
//! once; an end to attempts when handshakes are refused in a row, because it then delays all others of the page too; limits
//! that protect a fleet; a watch for times in which nothing ran here, because connections end in them.
//!
//! Does not know sockets, signatures, sentences.
//!
//! Invariants: after each [`Output::Open`] comes no second one for the session before [`Input::Closed`]; what comes from an
//! earlier connection changes nothing; a login is in no record.

mod client;
mod io;
mod login;
mod orders;
mod sessions;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::{BTreeMap, VecDeque};

pub use io::{Happening, Input, Limits, News, Output, Way, What, Withheld};
pub use login::Login;

use crate::client::Input as Command;
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Actor, Step};
use crate::timeline::{ConnectionRef, SessionId};

use client::{Client, Transport};

/// Sockets that may be connecting at one time (measured: 100 at once take four times as long).
pub const MAX_CONNECTING: usize = 8;
/// Handshakes that may be refused in a row before nothing more is tried until the user connects again (measured: after 8 of
/// them Chromium holds back a good one for 30 ms, after 16 for seconds).
pub const MAX_REFUSED: u32 = 8;
/// While a session is engaged the host wants to be woken so often, to see that it runs.
pub const WATCH: Millis = Millis::from_seconds(5);
/// A wake-up that comes so late was kept back: by a browser that froze the page, by a computer that slept. Timers of a worker
/// are not throttled when the page is hidden (measured in Chromium 156, `tests/e2e/hidden.spec.mjs`).
pub const LATE: Millis = Millis::from_seconds(5);
/// Messages that a session repeats side by side.
pub const MAX_REPEATS: u32 = 20;

/// What is told of no session, but of all of them or of the page; no plan has so many.
pub const NOBODY: ConnectionRef = ConnectionRef { session: SessionId(u32::MAX), number: 0 };

/// The sessions, and what they share.
pub struct Host {
    seed: u64,
    way: Option<Way>,
    login: Standing,
    limits: Limits,
    actors: Vec<Actor>,
    steps: Vec<Step>,
    clients: BTreeMap<SessionId, Client>,
    /// Sessions that wait for their turn to open a socket.
    queue: VecDeque<SessionId>,
    run: Option<Run>,
    /// Handshakes refused in a row.
    refused: u32,
    /// When messages were published within the last second.
    published: VecDeque<Instant>,
    stopping: Option<Stopping>,
    /// When it was given its last input.
    ran: Instant,
    outputs: VecDeque<Output>,
}

enum Standing {
    None,
    Given(Login),
    Forgotten,
}

/// Who sends everybody home. That some have gone already is no news then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stopping {
    User,
    /// Each session that it stops has been told so, and its end is not the user's.
    Limit,
}

/// A plan being run.
struct Run {
    began: Instant,
    /// Still to be taken, the last one first.
    steps: Vec<(Instant, SessionId, Action)>,
}

impl Host {
    /// Without sessions. The same seed gives the same delays.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            way: None,
            login: Standing::None,
            limits: Limits::default(),
            actors: Vec::new(),
            steps: Vec::new(),
            clients: BTreeMap::new(),
            queue: VecDeque::new(),
            run: None,
            refused: 0,
            published: VecDeque::new(),
            stopping: None,
            ran: Instant::default(),
            outputs: VecDeque::new(),
        }
    }

    /// How connections are made.
    #[must_use]
    pub const fn way(&self) -> Option<&Way> {
        self.way.as_ref()
    }

    /// Takes an order or a fact. `now` never goes back.
    pub fn handle(&mut self, now: Instant, input: Input) {
        let paused = self.look_back(now);
        match input {
            Input::Way(way) => self.way = Some(way),
            Input::Plan { sessions, steps } => (self.actors, self.steps) = (sessions, steps),
            Input::Limits(limits) => self.limits = limits,
            Input::Login(login) => self.login = login.map_or(Standing::None, Standing::Given),
            Input::Forget => {
                if matches!(self.login, Standing::Given(_)) {
                    self.login = Standing::Forgotten;
                }
            }
            Input::Note(sentence) => self.happened(now, NOBODY, What::Noted(sentence)),
            Input::Act { session, action } => {
                if action == Action::Connect {
                    self.refused = 0;
                }
                self.act(now, session, action);
            }
            Input::Repeat { session, message, every } => self.repeat(now, session, message, every),
            Input::StopRepeating(session) => {
                if let Some(client) = self.clients.get_mut(&session) {
                    client.repeats.clear();
                }
            }
            Input::Run => self.run(now),
            Input::Stop => self.stop(now, Stopping::User),
            Input::Opened(connection) => self.on_opened(now, connection),
            Input::Received(connection, bytes) => {
                if self.current(connection).is_some_and(|client| client.transport == Transport::Open) {
                    self.feed(now, connection.session, Command::Received(bytes));
                    if let Some(client) = self.current(connection) {
                        client.paused = None;
                    }
                }
            }
            Input::Closed { connection, code, reason } => self.on_closed(now, connection, code, reason),
            // What the sockets have kept is heard before anybody is taken for silent.
            Input::TimePassed if paused => {}
            Input::TimePassed => self.on_time_passed(now),
        }
        self.open_waiting(now);
    }

    /// The next order or news; `None` when there is nothing more to do before the next input.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to give [`Input::TimePassed`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let run = self.run.iter().flat_map(|run| {
            let step = run.steps.last().map(|(at, ..)| *at);
            step.into_iter().chain(self.limits.run.map(|length| run.began + Millis(length)))
        });
        let watch = self.is_engaged().then(|| self.ran + WATCH);
        self.clients.values().filter_map(Client::deadline).chain(run).chain(watch).min()
    }
}

impl Host {
    /// Tells of a time in which nothing ran, before anything of what comes after it: connections end in such a time, and a
    /// browser says no reason. Steps of a plan are not made up for. Whether there was such a time.
    fn look_back(&mut self, now: Instant) -> bool {
        let length = now - (std::mem::replace(&mut self.ran, now) + WATCH);
        if length <= LATE || !self.is_engaged() {
            return false;
        }
        for client in self.clients.values_mut().filter(|client| client.engaged()) {
            client.paused = Some(length);
        }
        self.happened(now, NOBODY, What::News(News::Paused(length)));
        let left = self.run.as_mut().map_or(0, |run| std::mem::take(&mut run.steps).len());
        if left > 0 {
            self.happened(now, NOBODY, What::News(News::Withheld(Withheld::Steps(left))));
        }
        true
    }

    /// Whether something is expected to happen.
    fn is_engaged(&self) -> bool {
        self.run.is_some() || self.clients.values().any(Client::engaged)
    }

    fn actor(&self, id: SessionId) -> Option<&Actor> {
        usize::try_from(id.0).ok().and_then(|index| self.actors.get(index))
    }

    fn seed_of(&self, id: SessionId) -> u64 {
        self.seed.wrapping_add(u64::from(id.0))
    }

    /// A session; made when the plan has it.
    fn client(&mut self, id: SessionId) -> Option<&mut Client> {
        if !self.clients.contains_key(&id) {
            let client = Client::new(self.actor(id)?, self.seed_of(id));
            self.clients.insert(id, client);
        }
        self.clients.get_mut(&id)
    }

    /// The session, while this connection is its current one.
    fn current(&mut self, connection: ConnectionRef) -> Option<&mut Client> {
        self.clients.get_mut(&connection.session).filter(|client| client.number == connection.number)
    }

    fn tell_phase(&mut self, now: Instant, id: SessionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let phase = client.phase();
        if std::mem::replace(&mut client.told, phase) != phase {
            self.tell(now, id, What::Phase(phase));
        }
    }

    fn tell(&mut self, at: Instant, id: SessionId, what: What) {
        let number = self.clients.get(&id).map_or(0, |client| client.number);
        self.happened(at, ConnectionRef { session: id, number }, what);
    }

    fn happened(&mut self, at: Instant, connection: ConnectionRef, what: What) {
        self.outputs.push_back(Output::Happened(Happening { at, connection, what }));
    }
}
