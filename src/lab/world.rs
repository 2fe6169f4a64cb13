//! The world of a scenario, moment by moment: what arrives next, whom it concerns, what that one does about it.
//!
//! One clock, one seed. A world is a value: a copy of it goes its own way from where it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::broker::{self, Broker, ConnectionId, News};
use crate::client::{self, Closure};
use crate::iot::time::Instant;
use crate::timeline::{Close, ConnectionRef, Entry, Party, SessionId, What, Wire};

use super::actor::Client;
use super::network::{Direction, Event, Fact, Network, Path};
use super::rights::Rights;
use super::scenario::{self, Action, MAX_BYTES, MAX_ENTRIES, MAX_EVENTS, Scenario, Step};
use super::{Ended, Run};

/// A scenario being played.
#[derive(Clone, Debug)]
pub struct World {
    scenario: Arc<Scenario>,
    now: Instant,
    /// Steps taken from here on, by their index and the last one first.
    steps: Vec<(Instant, usize)>,
    /// Changes of the network from here on, the last one first.
    network_changes: Vec<(Instant, scenario::Network)>,
    broker: Broker,
    rights: Rights,
    /// By [`SessionId`].
    clients: Vec<Client>,
    network: Network,
    /// When clients want to wake up. Only reminders: a client is asked again before it is woken.
    alarms: BTreeSet<(Instant, SessionId)>,
    /// By the broker's number.
    connections: Vec<Connection>,
    /// Who was let in last with a client ID, for news about a session whose client is away.
    holders: BTreeMap<String, ConnectionRef>,
    entries: Vec<Entry>,
    /// Entries so far, those included that were taken out.
    recorded: usize,
    events: usize,
    /// Sent so far, either way.
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Connection {
    place: ConnectionRef,
    path: Path,
}

impl World {
    /// The world before anything has happened.
    #[must_use]
    pub fn new(scenario: impl Into<Arc<Scenario>>) -> Self {
        let scenario = scenario.into();
        let mut steps: Vec<_> = scenario.steps.iter().map(|step| step.at).zip(0..).collect();
        steps.sort_unstable();
        steps.reverse();
        let mut network_changes = scenario.network_changes.clone();
        network_changes.sort_by_key(|(at, _)| *at);
        network_changes.reverse();
        Self {
            now: Instant(0),
            steps,
            network_changes,
            broker: Broker::new(broker::Config { starts: scenario.starts, ..scenario.account.clone() }),
            rights: Rights::new(&scenario),
            clients: (0..)
                .map(SessionId)
                .zip(&scenario.sessions)
                .map(|(id, actor)| Client::new(&scenario, id, actor))
                .collect(),
            network: Network::new(scenario.network, scenario.seed),
            alarms: BTreeSet::new(),
            connections: Vec::new(),
            holders: BTreeMap::new(),
            entries: Vec::new(),
            recorded: 0,
            events: 0,
            bytes: 0,
            scenario,
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// What has happened so far, without what was taken out.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes out what has happened since the last time.
    pub fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// The step of the scenario, by its index, that what happened last goes back to; none when a timer ran out. What a
    /// timer of the broker does at the very moment at which something arrives counts to what arrives.
    #[must_use]
    pub fn because(&self) -> Option<usize> {
        self.network.because
    }

    /// How many things have happened: steps, arrivals and timers.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The next step of the scenario.
    #[must_use]
    pub fn next_step(&self) -> Option<&Step> {
        self.steps.last().and_then(|(_, step)| self.scenario.steps.get(*step))
    }

    /// When the next thing happens; `None` when nothing more does before the scenario's end.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        let alarm = self.alarms.first().map(|(at, _)| *at);
        let step = self.steps.last().map(|(at, _)| *at);
        let times = [step, self.network.next_arrival(), self.broker.deadline(), alarm];
        times.into_iter().flatten().min().map(|at| at.max(self.now)).filter(|at| *at <= self.scenario.end)
    }

    /// Lets the next thing happen: steps come before what arrives, that before timers, the broker's timers before
    /// the clients'. `false` when there was nothing more, or when there was too much already
    /// ([`MAX_EVENTS`], [`MAX_ENTRIES`], [`MAX_BYTES`]).
    pub fn step(&mut self) -> bool {
        let full = self.events >= MAX_EVENTS || self.recorded >= MAX_ENTRIES || self.bytes >= MAX_BYTES;
        let Some(next) = self.next_at().filter(|_| !full) else { return false };
        self.now = next;
        self.events += 1;
        if let Some((_, index)) = self.steps.pop_if(|(at, _)| *at <= next) {
            self.network.because = Some(index);
            let step = self.scenario.steps.get(index).cloned();
            if let Some(Step { session, action, .. }) = step {
                self.act(session, action);
            }
            return true;
        }
        self.pass_changes();
        if let Some(event) = self.network.arrive(next) {
            self.on_event(event);
            return true;
        }
        self.network.because = None;
        if self.broker.deadline().is_some_and(|at| at <= next) {
            self.at_broker(broker::Input::TimePassed);
        } else if let Some((_, session)) = self.alarms.pop_first() {
            self.on_alarm(session);
        }
        true
    }

    /// Lets everything happen that happens until `at`, that moment included.
    pub fn run_until(&mut self, at: Instant) {
        while self.next_at().is_some_and(|next| next <= at) && self.step() {}
        self.now = self.now.max(at.min(self.scenario.end));
    }

    /// Leaves out the next step of the scenario; gives what it was.
    pub fn skip_step(&mut self) -> Option<Step> {
        let (_, index) = self.steps.pop()?;
        self.scenario.steps.get(index).cloned()
    }

    /// Lets a session do something now. A session that does not exist, or is nobody, does nothing.
    pub fn act(&mut self, id: SessionId, action: Action) {
        self.pass_changes();
        let identities = self.scenario.identities.len();
        let known = |client: &&mut Client| usize::try_from(client.who.0).is_ok_and(|who| who < identities);
        let Some(client) = self.client(id).filter(known) else { return };
        match action {
            Action::Cut => self.on_cut(id, true),
            Action::HalfOpen => self.on_cut(id, false),
            Action::Stall => {
                let open = client.transport;
                client.stalled.extend(open);
                if let Some(Connection { path, .. }) =
                    open.and_then(index).and_then(|at| self.connections.get_mut(at))
                {
                    Network::hold(path);
                }
            }
            Action::Resume => {
                for stalled in std::mem::take(&mut client.stalled) {
                    if let Some(Connection { path, .. }) =
                        index(stalled).and_then(|at| self.connections.get_mut(at))
                    {
                        self.network.release(self.now, path);
                    }
                }
            }
            action => {
                if let Some(input) = client.input(action) {
                    self.feed(id, input);
                }
            }
        }
    }

    /// Whether a session's connection stands, is on its way, or is awaited.
    #[must_use]
    pub fn state(&self, id: SessionId) -> super::expect::State {
        index_of(id).and_then(|id| self.clients.get(id)).map_or_else(Default::default, Client::state)
    }

    /// What the broker holds.
    #[must_use]
    pub fn broker(&self) -> broker::View {
        self.broker.view()
    }

    /// Whose connection a number of the broker's is.
    #[must_use]
    pub fn place(&self, connection: ConnectionId) -> Option<ConnectionRef> {
        index(connection).and_then(|at| self.connections.get(at)).map(|connection| connection.place)
    }

    /// About how many bytes a copy takes: the texts and payloads that it holds, and for each thing besides a flat sum.
    /// Takes time in proportion.
    #[must_use]
    pub fn weight(&self) -> usize {
        const THING: usize = 256;
        let broker = self.broker.holdings();
        let (under_way, bytes) = self.network.holds();
        let things = [
            broker.connections,
            broker.sessions,
            broker.subscriptions,
            broker.messages,
            broker.timers,
            broker.client_ids,
            under_way,
            self.clients.len(),
            self.connections.len(),
            self.holders.len(),
            self.entries.len(),
            self.rights.questions(),
        ];
        broker.bytes + bytes + size_of_val(self.steps.as_slice()) + things.into_iter().sum::<usize>() * THING
    }

    /// Plays on to the end.
    #[must_use]
    pub fn play(mut self) -> Run {
        while self.step() {}
        let entries = self.take_entries();
        self.run(entries)
    }

    /// What came of it, with these entries.
    pub(super) fn run(self, entries: Vec<Entry>) -> Run {
        let ended = if self.next_at().is_some() { Ended::TooMuch } else { Ended::InTime };
        let states = self.clients.iter().map(Client::state).collect();
        Run { entries, questions: self.rights.into_questions(), ended, states, scenario: self.scenario }
    }

    /// Lets the network be as it is by now.
    fn pass_changes(&mut self) {
        while let Some((_, network)) = self.network_changes.pop_if(|(at, _)| *at <= self.now) {
            self.network.change(network);
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::AtBroker(input) => self.at_broker(input),
            Event::AtClient(connection, fact) => self.at_client(connection, fact),
            Event::Comeback(id) => {
                let now = self.now;
                if self.client(id).is_some_and(|client| client.comes_back(now)) {
                    self.feed(id, client::Input::Connect);
                }
            }
        }
    }

    fn on_alarm(&mut self, id: SessionId) {
        let now = self.now;
        let Some(client) = self.client(id) else { return };
        client.alarm = None;
        match client.session.deadline() {
            Some((at, _)) if at <= now => self.feed(id, client::Input::TimePassed),
            _ => self.remind(id),
        }
    }

    /// Sees to it that the client is woken no later than it wants. A reminder that is too early costs less than
    /// one for each packet that moves the deadline.
    fn remind(&mut self, id: SessionId) {
        let Some(client) = self.client(id) else { return };
        if let Some((at, _)) = client.session.deadline()
            && client.alarm.is_none_or(|set| at < set)
        {
            client.alarm = Some(at);
            self.alarms.insert((at, id));
        }
    }

    /// The client's end of the connection is gone. The broker learns of a reset one way later; of a half-open
    /// connection nothing.
    fn on_cut(&mut self, id: SessionId, told: bool) {
        if let Some(connection) = self.client(id).and_then(|client| client.transport.take()) {
            self.record(connection, What::Closed(Close::by(Party::Network)));
            if told {
                self.give_broker(connection, broker::Input::Lost { connection });
            }
            self.feed(id, client::Input::TransportClosed(Closure::default()));
        }
    }

    /// Gives a client a command or fact, and carries out what it orders.
    fn feed(&mut self, id: SessionId, input: client::Input) {
        let now = self.now;
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let Some(client) = self.client(id) else { return };
            client.session.handle(now, input);
            while let Some(output) = self.client(id).and_then(|client| client.session.poll()) {
                self.carry_out(id, output);
            }
            next = self.client(id).and_then(Client::next);
        }
        self.remind(id);
    }

    fn carry_out(&mut self, id: SessionId, output: client::Output) {
        use client::Output;
        let now = self.now;
        let comeback = self.client(id).and_then(|client| client.on_output(now, &output));
        match output {
            Output::OpenTransport => self.open(id),
            Output::Send { frame, packet } => {
                let bytes = frame.into_bytes();
                self.bytes = self.bytes.saturating_add(bytes.len());
                self.note(id, What::Sent(Wire { packet: Ok(packet), bytes: bytes.clone() }));
                if let Some(connection) = self.client(id).and_then(|client| client.transport) {
                    self.give_broker(connection, broker::Input::Received { connection, bytes });
                }
            }
            Output::CloseTransport => {
                if let Some(connection) = self.client(id).and_then(Client::leave) {
                    self.record(connection, What::Closed(Close::by(Party::Client)));
                    self.give_broker(connection, broker::Input::Lost { connection });
                }
            }
            Output::Received { frame, packet } => {
                self.note(id, What::Received(Wire { packet, bytes: frame.into_bytes() }));
            }
            // The packets tell these.
            Output::Connected(_)
            | Output::Subscribed { .. }
            | Output::Unsubscribed { .. }
            | Output::Published { .. }
            | Output::Message(_) => {}
            Output::Refused(_)
            | Output::Disconnected(_)
            | Output::ReconnectAt(_)
            | Output::ReconnectStopped(_)
            | Output::Rejected { .. }
            | Output::Lost { .. } => self.note(id, What::Client(output)),
        }
        if let Some(at) = comeback {
            self.network.put(at, Event::Comeback(id));
            self.note(id, What::Client(Output::ReconnectAt(at)));
        }
    }

    /// TCP, TLS and WebSocket together count as one round trip.
    fn open(&mut self, id: SessionId) {
        let Ok(number) = u32::try_from(self.connections.len()) else { return };
        let connection = ConnectionId(number);
        let Some(client) = self.client(id) else { return };
        client.attempts = client.attempts.saturating_add(1);
        client.transport = Some(connection);
        let (who, attempt) = (client.who, client.attempts);
        let place = ConnectionRef { session: id, number: attempt };
        self.connections.push(Connection { place, path: Path::default() });
        let there = self.give_broker(connection, broker::Input::Opened { connection, who });
        if let Some(Connection { path, .. }) = index(connection).and_then(|at| self.connections.get_mut(at)) {
            self.network.send(there, path, Direction::ToClient, Event::AtClient(connection, Fact::Opened));
        }
    }

    fn at_client(&mut self, connection: ConnectionId, fact: Fact) {
        let Some(place) = self.place(connection) else { return };
        let Some(client) = self.client(place.session).filter(|client| client.transport == Some(connection))
        else {
            // The client has left that connection already.
            return;
        };
        let input = match fact {
            Fact::Opened => {
                self.record(connection, What::Opened);
                client::Input::TransportOpened
            }
            Fact::Bytes(bytes) => client::Input::Received(bytes),
            Fact::Closed => {
                client.transport = None;
                self.record(connection, What::Closed(Close::by(Party::Server)));
                client::Input::TransportClosed(Closure::default())
            }
        };
        self.feed(place.session, input);
    }

    fn at_broker(&mut self, input: broker::Input) {
        self.broker.handle(self.now, input, &mut self.rights);
        while let Some(output) = self.broker.poll() {
            match output {
                broker::Output::Send { connection, bytes } => {
                    self.give_client(connection, Fact::Bytes(bytes));
                }
                broker::Output::Close { connection } => self.give_client(connection, Fact::Closed),
                broker::Output::News(news) => self.on_news(news),
            }
        }
    }

    fn on_news(&mut self, news: News) {
        let place = match news.connection() {
            Some(connection) => self.place(connection),
            None => news.client_id().and_then(|client_id| self.holders.get(client_id)).copied(),
        };
        let Some(place) = place else { return };
        if let News::Connected { client_id, .. } = &news {
            self.holders.insert(client_id.clone(), place);
        }
        let what = match news {
            News::Asked { request, ruling, .. } => {
                What::Decided { request, verdict: ruling.verdict, explanation: ruling.explanation }
            }
            news => What::Broker(news),
        };
        self.push(place, what);
    }

    /// Gives the time when it arrives, unless something holds it.
    fn give_broker(&mut self, connection: ConnectionId, input: broker::Input) -> Instant {
        let now = self.now;
        let open = index(connection).and_then(|at| self.connections.get_mut(at));
        open.map_or(now, |Connection { path, .. }| {
            self.network.send(now, path, Direction::ToBroker, Event::AtBroker(input))
        })
    }

    fn give_client(&mut self, connection: ConnectionId, fact: Fact) {
        let now = self.now;
        if let Fact::Bytes(bytes) = &fact {
            self.bytes = self.bytes.saturating_add(bytes.len());
        }
        if let Some(Connection { path, .. }) = index(connection).and_then(|at| self.connections.get_mut(at)) {
            self.network.send(now, path, Direction::ToClient, Event::AtClient(connection, fact));
        }
    }

    fn client(&mut self, id: SessionId) -> Option<&mut Client> {
        index_of(id).and_then(|id| self.clients.get_mut(id))
    }

    fn record(&mut self, connection: ConnectionId, what: What) {
        if let Some(connection) = self.place(connection) {
            self.push(connection, what);
        }
    }

    /// Records something about the client's present or last connection.
    fn note(&mut self, session: SessionId, what: What) {
        let number = self.client(session).map_or(0, |client| client.attempts);
        self.push(ConnectionRef { session, number }, what);
    }

    fn push(&mut self, connection: ConnectionRef, what: What) {
        self.recorded += 1;
        self.entries.push(Entry { at: self.now, connection, what });
    }
}

fn index(connection: ConnectionId) -> Option<usize> {
    usize::try_from(connection.0).ok()
}

fn index_of(session: SessionId) -> Option<usize> {
    usize::try_from(session.0).ok()
}
