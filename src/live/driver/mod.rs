//! Many live sessions side by side, sans-I/O: the user's orders and what sockets do go in, what sockets are to do and what
//! happened come out.
//!
//! Each session is a [`client::Session`] with the [`Habits`](crate::lab::habits::Habits) that it has in a simulation. The
//! host adds what a browser and a real account need: a queue, because Chromium slows a page down that opens many sockets at
//! once; an end to attempts when handshakes are refused in a row, because it then delays all others of the page too; limits
//! that protect a fleet.
//!
//! Does not know sockets, signatures, sentences.
//!
//! Invariants: after each [`Output::Open`] comes no second one for the session before [`Input::Closed`]; what comes from an
//! earlier connection changes nothing; a login is in no record.

mod client;
mod io;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

pub use io::{Happening, Input, Limits, Login, News, Output, Way, What, Withheld};

use crate::client::{Closure, Input as Command, Message, Misuse, Output as Told, Reconnect, Stop};
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Actor, Step};
use crate::live::redact;
use crate::live::store::MAX_PAYLOAD;
use crate::mqtt::{self, Connect, Frame, Packet};
use crate::timeline::{Close, ConnectionRef, Party, SessionId};

use client::{Client, Repeat, Transport};

/// Sockets that may be connecting at one time (measured: 100 at once take four times as long).
pub const MAX_CONNECTING: usize = 8;
/// Handshakes that may be refused in a row before nothing more is tried until the user connects again (measured: after 8 of
/// them Chromium holds back a good one for 30 ms, after 16 for seconds).
pub const MAX_REFUSED: u32 = 8;
/// Messages that a session repeats side by side.
pub const MAX_REPEATS: u32 = 20;

const SECOND: Millis = Millis(1000);

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
    /// Everybody is being sent home: that some have gone already is no news.
    stopping: bool,
    outputs: VecDeque<Output>,
}

enum Standing {
    None,
    Given(Login),
    Forgotten,
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
            stopping: false,
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
            Input::Stop => self.stop(now),
            Input::Opened(connection) => self.on_opened(now, connection),
            Input::Received(connection, bytes) => {
                if self.current(connection).is_some_and(|client| client.transport == Transport::Open) {
                    self.feed(now, connection.session, Command::Received(bytes));
                }
            }
            Input::Closed { connection, code, reason } => self.on_closed(now, connection, code, reason),
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
        self.clients.values().filter_map(Client::deadline).chain(run).min()
    }
}

impl Host {
    fn act(&mut self, now: Instant, id: SessionId, action: Action) {
        if action == Action::Connect {
            return self.connect(now, id);
        }
        let Some(client) = self.client(id) else { return };
        if action == Action::Disconnect {
            client.repeats.clear();
            if client.habits.stay_away() {
                return self.tell_phase(now, id);
            }
        }
        if let Some(command) = client.habits.command(action) {
            self.feed(now, id, command);
        }
    }

    fn connect(&mut self, now: Instant, id: SessionId) {
        let seed = self.seed_of(id);
        let Some(actor) = self.actor(id).cloned() else { return };
        let others = self.clients.iter().filter(|(other, client)| **other != id && client.engaged()).count();
        let withheld = match (&self.way, &self.login, self.limits.sessions) {
            (None, ..) => Some(Withheld::NoWay),
            (_, Standing::Forgotten, _) => Some(Withheld::Forgotten),
            (.., Some(most)) if others >= most as usize => Some(Withheld::Sessions(most)),
            _ => None,
        };
        let Some(client) = self.client(id) else { return };
        if let Some(why) = withheld {
            return self.tell(now, id, What::News(News::Withheld(why)));
        }
        client.recast(&actor, seed);
        client.rounds = 0;
        if let Some(command) = client.habits.command(Action::Connect) {
            self.feed(now, id, command);
        }
    }

    fn repeat(&mut self, now: Instant, id: SessionId, message: Message, every: Millis) {
        self.act(now, id, Action::Publish(message.clone()));
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.session.is_connected()) else {
            return;
        };
        if client.repeats.len() >= MAX_REPEATS as usize {
            return self.tell(now, id, What::News(News::Withheld(Withheld::Repeats(MAX_REPEATS))));
        }
        let every = every.max(Millis(1));
        client.repeats.push(Repeat { message, every, next: now + every });
    }

    fn run(&mut self, now: Instant) {
        self.refused = 0;
        let from_now = |step: &Step| (now + Millis(step.at.0), step.session, step.action.clone());
        let mut steps: Vec<_> = self.steps.iter().map(from_now).collect();
        // Steps of one time keep their order, and the last one comes first.
        steps.sort_by_key(|(at, ..)| *at);
        steps.reverse();
        self.run = Some(Run { began: now, steps });
        self.happened(now, NOBODY, What::Running(true));
        self.take_steps(now);
    }

    fn stop(&mut self, now: Instant) {
        if self.run.take().is_some() {
            self.happened(now, NOBODY, What::Running(false));
        }
        self.stopping = true;
        let ids: Vec<SessionId> = self.clients.keys().copied().collect();
        for id in ids {
            self.act(now, id, Action::Disconnect);
        }
        self.stopping = false;
    }

    fn take_steps(&mut self, now: Instant) {
        while let Some((_, session, action)) =
            self.run.as_mut().and_then(|run| run.steps.pop_if(|(at, ..)| *at <= now))
        {
            self.act(now, session, action);
        }
    }
}

impl Host {
    /// Gives a session a command or fact, and carries out what it orders.
    fn feed(&mut self, now: Instant, id: SessionId, command: Command) {
        let mut next = Some(command);
        while let Some(command) = next.take() {
            if self.may(now, id, &command) {
                let Some(client) = self.clients.get_mut(&id) else { return };
                client.session.handle(now, command);
                while let Some(told) = self.clients.get_mut(&id).and_then(|client| client.session.poll()) {
                    self.carry_out(now, id, told);
                }
            }
            next = self.clients.get_mut(&id).and_then(Client::next);
        }
        self.tell_phase(now, id);
    }

    /// Whether the limits let a command pass. A message that they do not let pass is told, and its repetitions end.
    fn may(&mut self, now: Instant, id: SessionId, command: &Command) -> bool {
        let (Command::Publish { request, message }, Some(most)) = (command, self.limits.rate) else {
            return true;
        };
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.session.is_connected()) else {
            return true;
        };
        while self.published.pop_front_if(|at| now - *at >= SECOND).is_some() {}
        if self.published.len() < most as usize {
            self.published.push_back(now);
            return true;
        }
        client.habits.settle(*request);
        client.repeats.retain(|repeat| repeat.message != *message);
        self.tell(now, id, What::News(News::Withheld(Withheld::Rate(most))));
        false
    }

    fn carry_out(&mut self, now: Instant, id: SessionId, told: Told) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let comeback = client.habits.hear(now, &told);
        let place = client.place(id);
        match told {
            Told::Received { frame, packet } => {
                let (bytes, left_out) = kept(frame, packet.as_ref().ok());
                self.happened(now, place, What::Received { bytes, left_out });
            }
            Told::Send { packet: Packet::Connect(connect), .. } => self.send_connect(now, place, connect),
            Told::Send { frame, packet } => {
                self.outputs.push_back(Output::Send(place, frame.bytes().to_vec()));
                let (bytes, left_out) = kept(frame, Some(&packet));
                self.happened(now, place, What::Sent { bytes, left_out });
            }
            Told::OpenTransport => {
                client.number = client.number.saturating_add(1);
                client.transport = Transport::Waiting;
                self.queue.push_back(id);
            }
            Told::CloseTransport => self.close(id),
            Told::Connected(connected) => {
                client.since = Some(now);
                self.tell(now, id, What::News(News::Connected(connected)));
            }
            Told::Refused(refusal) => {
                let signed = self.way.as_ref().is_some_and(|way| way.sign.is_some());
                let withheld = client.withheld.take().map(News::Withheld);
                let news = withheld.unwrap_or(News::Refused { refusal, signed });
                self.tell(now, id, What::News(news));
            }
            Told::Disconnected(cause) => {
                if client.since.take().is_some_and(|since| now - since >= Reconnect::new(0).steady) {
                    client.rounds = 0;
                }
                self.tell(now, id, What::News(News::Disconnected(cause)));
            }
            Told::ReconnectAt(at) => self.tell(now, id, What::News(News::ComesBack(at - now))),
            Told::ReconnectStopped(stop) if stop != Stop::OwnRequest => {
                self.tell(now, id, What::News(News::StaysAway(stop)));
            }
            Told::Rejected { why, .. } if !(self.stopping && why == Misuse::NotConnected) => {
                self.tell(now, id, What::News(News::Rejected(why)));
            }
            // The packets tell these.
            Told::Message(_)
            | Told::Subscribed { .. }
            | Told::Unsubscribed { .. }
            | Told::Published { .. }
            | Told::Rejected { .. }
            | Told::ReconnectStopped(_)
            | Told::Lost { .. } => {}
        }
        if let Some(at) = comeback {
            self.come_back(now, id, at);
        }
    }

    /// A comeback after a fixed time goes on for ever; here it ends by the limits.
    fn come_back(&mut self, now: Instant, id: SessionId, at: Instant) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let withheld = match self.limits.rounds {
            _ if self.refused >= MAX_REFUSED => Some(Withheld::Refusals(self.refused)),
            Some(most) if client.rounds >= most => Some(Withheld::Rounds(most)),
            _ => None,
        };
        let news = match withheld {
            Some(why) => {
                client.habits.stay_away();
                News::Withheld(why)
            }
            None => {
                client.rounds = client.rounds.saturating_add(1);
                News::ComesBack(at - now)
            }
        };
        self.tell(now, id, What::News(news));
    }

    /// The login goes into the CONNECT here, and only here.
    fn send_connect(&mut self, now: Instant, place: ConnectionRef, mut connect: Connect) {
        if let Standing::Given(Login { user_name, password }) = &self.login {
            connect.user_name = user_name.as_deref().cloned();
            connect.password = password.as_deref().cloned();
        }
        let version = connect.version;
        let packet = Packet::Connect(connect);
        match (mqtt::encode(&packet, version), mqtt::encode(&redact::packet(&packet), version)) {
            (Ok(bytes), Ok(shown)) => {
                self.outputs.push_back(Output::Send(place, bytes));
                self.happened(now, place, What::Sent { bytes: shown, left_out: 0 });
            }
            (Err(why), _) | (_, Err(why)) => {
                if let Some(client) = self.clients.get_mut(&place.session) {
                    client.withheld = Some(Withheld::Login(why));
                }
                self.close(place.session);
            }
        }
    }

    fn close(&mut self, id: SessionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        match client.transport {
            Transport::None | Transport::Closing => {}
            Transport::Waiting => {
                client.transport = Transport::None;
                client.left = true;
                self.queue.retain(|waiting| *waiting != id);
            }
            Transport::Opening | Transport::Open => {
                client.transport = Transport::Closing;
                self.outputs.push_back(Output::Close(client.place(id)));
            }
        }
    }

    /// Opens sockets for the sessions that wait, as many as may connect at a time.
    fn open_waiting(&mut self, now: Instant) {
        while !self.queue.is_empty() {
            let opening = |client: &&Client| client.transport == Transport::Opening;
            if self.clients.values().filter(opening).count() >= MAX_CONNECTING {
                return;
            }
            let Some(id) = self.queue.pop_front() else { return };
            let Some(client) = self.clients.get_mut(&id) else { continue };
            client.withheld = match self.login {
                _ if self.refused >= MAX_REFUSED => Some(Withheld::Refusals(self.refused)),
                Standing::Forgotten => Some(Withheld::Forgotten),
                _ => None,
            };
            if client.withheld.is_some() {
                client.transport = Transport::None;
                self.feed(now, id, Command::TransportClosed(Closure::default()));
            } else {
                client.transport = Transport::Opening;
                self.outputs.push_back(Output::Open(client.place(id)));
            }
        }
    }

    fn on_opened(&mut self, now: Instant, connection: ConnectionRef) {
        let Some(client) = self.current(connection).filter(|client| client.transport == Transport::Opening)
        else {
            return;
        };
        client.transport = Transport::Open;
        self.refused = 0;
        self.happened(now, connection, What::Opened);
        self.feed(now, connection.session, Command::TransportOpened);
    }

    fn on_closed(&mut self, now: Instant, connection: ConnectionRef, code: Option<u16>, reason: String) {
        let Some(client) = self.current(connection) else { return };
        let own = match client.transport {
            Transport::None | Transport::Waiting => return,
            Transport::Opening | Transport::Open => code.is_none(),
            Transport::Closing => true,
        };
        if client.transport == Transport::Opening && code.is_some() {
            self.refused = self.refused.saturating_add(1);
        }
        if let Some(client) = self.current(connection) {
            client.transport = Transport::None;
        }
        let close = Close { by: party(own, code), code, reason: reason.clone() };
        self.happened(now, connection, What::Closed(close));
        self.feed(now, connection.session, Command::TransportClosed(Closure { code, reason }));
    }

    fn on_time_passed(&mut self, now: Instant) {
        let due = |client: &Client| client.deadline().is_some_and(|at| at <= now);
        let ids: Vec<SessionId> =
            self.clients.iter().filter(|(_, client)| due(client)).map(|(id, _)| *id).collect();
        for id in ids {
            let Some(client) = self.clients.get_mut(&id) else { continue };
            let comes_back = client.habits.comes_back(now);
            if client.session.deadline().is_some_and(|(at, _)| at <= now) {
                self.feed(now, id, Command::TimePassed);
            }
            if comes_back {
                self.feed(now, id, Command::Connect);
            }
            self.repeat_due(now, id);
        }
        self.take_steps(now);
        let length = self.limits.run.map(Millis);
        if let Some(length) =
            length.filter(|length| self.run.as_ref().is_some_and(|run| run.began + *length <= now))
        {
            self.happened(now, NOBODY, What::News(News::Withheld(Withheld::Run(length))));
            self.stop(now);
        }
    }

    /// What is repeated waits while there is no connection. Times that were slept through are left out.
    fn repeat_due(&mut self, now: Instant, id: SessionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let connected = client.session.is_connected();
        let mut messages = Vec::new();
        for repeat in client.repeats.iter_mut().filter(|repeat| repeat.next <= now) {
            let next = repeat.next + repeat.every;
            repeat.next = if next > now { next } else { now + repeat.every };
            if connected {
                messages.push(repeat.message.clone());
            }
        }
        for message in messages {
            self.act(now, id, Action::Publish(message));
        }
    }
}

/// What is of no session.
const NOBODY: ConnectionRef = ConnectionRef { session: SessionId(0), number: 0 };

impl Host {
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

/// What the log keeps of a packet: of a long payload the beginning, and how much is left out.
fn kept(frame: Frame, packet: Option<&Packet>) -> (Vec<u8>, u32) {
    match packet {
        Some(Packet::Publish(publish)) if publish.payload.len() > MAX_PAYLOAD => {
            let left_out = publish.payload.len() - MAX_PAYLOAD;
            (frame.without_last(left_out), u32::try_from(left_out).unwrap_or(u32::MAX))
        }
        _ => (frame.into_bytes(), 0),
    }
}

/// Who closed: a browser does not tell a close by the server from a loss when the code is 1006.
const fn party(own: bool, code: Option<u16>) -> Party {
    match (own, code) {
        (true, _) => Party::Client,
        (false, Some(1006) | None) => Party::Unknown,
        (false, Some(_)) => Party::Server,
    }
}
