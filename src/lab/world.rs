//! The loop: what arrives next, whom it concerns, what that one does about it.

use std::collections::{BTreeMap, BTreeSet};

use crate::broker::{self, Broker, ConnectionId, News, Who};
use crate::client::{self, Closure, RequestId, Session};
use crate::iot::time::Instant;
use crate::mqtt::{Properties, ReasonCode, Subscription};
use crate::timeline::{Close, ConnectionRef, Entry, Party, SessionId, What, Wire};

use super::network::{Event, Fact, Network};
use super::rights::Rights;
use super::scenario::{Action, MAX_EVENTS, Scenario};
use super::{Ended, Run};

/// A scenario being played.
#[derive(Debug)]
pub(super) struct World<'a> {
    scenario: &'a Scenario,
    now: Instant,
    broker: Broker,
    rights: Rights,
    clients: BTreeMap<SessionId, Client>,
    network: Network,
    /// When clients want to wake up. Only reminders: a client is asked again before it is woken.
    alarms: BTreeSet<(Instant, SessionId)>,
    /// The broker's number of each connection is its place in this list.
    connections: Vec<ConnectionRef>,
    /// Who was let in last with a client ID, for news about a session whose client is away.
    holders: BTreeMap<String, ConnectionRef>,
    entries: Vec<Entry>,
}

/// A client session and its transport.
#[derive(Debug)]
struct Client {
    who: Who,
    /// Made anew when a step connects with other settings.
    session: Option<(client::Config, Session)>,
    transport: Option<ConnectionId>,
    /// Connection attempts so far.
    attempts: u32,
    requests: u64,
}

impl<'a> World<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let identities = scenario.identities.len();
        let clients = (0..).map(SessionId).zip(&scenario.sessions).filter_map(|(id, actor)| {
            let known = usize::try_from(actor.identity).is_ok_and(|index| index < identities);
            let who = Who(actor.identity);
            known.then_some((id, Client { who, session: None, transport: None, attempts: 0, requests: 0 }))
        });
        let mut network = Network::default();
        for step in &scenario.steps {
            network.send(step.at, Event::Step(step.session, step.action.clone()));
        }
        Self {
            scenario,
            now: Instant(0),
            broker: Broker::new(broker::Config { starts: scenario.starts, ..scenario.account.clone() }),
            rights: Rights::new(scenario),
            clients: clients.collect(),
            network,
            alarms: BTreeSet::new(),
            connections: Vec::new(),
            holders: BTreeMap::new(),
            entries: Vec::new(),
        }
    }

    pub(super) fn play(mut self) -> Run {
        let mut ended = Ended::TooMuch;
        for _ in 0..MAX_EVENTS {
            if !self.advance() {
                ended = Ended::InTime;
                break;
            }
        }
        Run {
            entries: self.entries,
            explanations: self.rights.into_explanations(),
            ended,
            sessions: self.scenario.sessions.iter().map(|actor| actor.name.clone()).collect(),
        }
    }

    /// Goes to the next moment at which something happens, and lets one thing happen. What arrives comes
    /// before timers, the broker's timers before the clients'.
    fn advance(&mut self) -> bool {
        let alarm = self.alarms.first().map(|(at, _)| *at);
        let times = [self.network.next_arrival(), self.broker.deadline(), alarm];
        let Some(next) = times.into_iter().flatten().min().filter(|next| *next <= self.scenario.end) else {
            return false;
        };
        self.now = self.now.max(next);
        if let Some(event) = self.network.arrive(self.now) {
            self.on_event(event);
        } else if self.broker.deadline().is_some_and(|at| at <= self.now) {
            self.at_broker(broker::Input::TimePassed);
        } else if let Some((_, session)) = self.alarms.pop_first() {
            self.on_alarm(session);
        }
        true
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Step(session, action) => self.on_step(session, action),
            Event::AtBroker(input) => self.at_broker(input),
            Event::AtClient(connection, fact) => self.at_client(connection, fact),
        }
    }

    fn on_alarm(&mut self, id: SessionId) {
        let deadline = self.clients.get(&id).and_then(Client::deadline);
        match deadline {
            Some(at) if at <= self.now => self.feed(id, client::Input::TimePassed),
            Some(at) => {
                self.alarms.insert((at, id));
            }
            None => {}
        }
    }

    fn on_step(&mut self, id: SessionId, action: Action) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.requests += 1;
        let request = RequestId(client.requests);
        let properties = Properties::default();
        let input = match action {
            Action::Connect { connect, reconnect } => {
                let seed = self.scenario.seed.wrapping_add(u64::from(id.0));
                let reconnect = reconnect.then(|| client::Reconnect::new(seed));
                client.prepare(client::Config { reconnect, ..client::Config::new(connect) });
                client::Input::Connect
            }
            Action::Subscribe { filters } => {
                let filters = filters.into_iter().map(|(filter, qos)| Subscription {
                    filter,
                    qos,
                    no_local: false,
                    retain_as_published: false,
                    retain_handling: 0,
                });
                client::Input::Subscribe { request, filters: filters.collect(), properties }
            }
            Action::Unsubscribe { filters } => client::Input::Unsubscribe { request, filters, properties },
            Action::Publish(message) => client::Input::Publish { request, message },
            Action::Disconnect => client::Input::Disconnect { code: ReasonCode::SUCCESS, properties },
            Action::Drop => return self.on_drop(id),
        };
        self.feed(id, input);
    }

    /// The broker learns of it like of a reset, one latency later; a silent loss would show only when the
    /// keep-alive ends.
    fn on_drop(&mut self, id: SessionId) {
        if let Some(connection) = self.clients.get_mut(&id).and_then(|client| client.transport.take()) {
            self.record(connection, What::Closed(Close::by(Party::Network)));
            self.give_broker(broker::Input::Lost { connection });
            self.feed(id, client::Input::TransportClosed(Closure::default()));
        }
    }

    /// Gives a client a command or fact, and carries out what it orders.
    fn feed(&mut self, id: SessionId, input: client::Input) {
        let now = self.now;
        let Some((_, session)) = self.clients.get_mut(&id).and_then(|client| client.session.as_mut()) else {
            return;
        };
        session.handle(now, input);
        while let Some(output) = self.output_of(id) {
            self.carry_out(id, output);
        }
        if let Some(at) = self.clients.get(&id).and_then(Client::deadline) {
            self.alarms.insert((at, id));
        }
    }

    fn output_of(&mut self, id: SessionId) -> Option<client::Output> {
        self.clients.get_mut(&id)?.session.as_mut()?.1.poll()
    }

    fn carry_out(&mut self, id: SessionId, output: client::Output) {
        use client::Output;
        match output {
            Output::OpenTransport => self.open(id),
            Output::Send { frame, packet } => {
                let bytes = frame.into_bytes();
                self.note(id, What::Sent(Wire { packet: Ok(packet), bytes: bytes.clone() }));
                if let Some(connection) = self.transport_of(id) {
                    self.give_broker(broker::Input::Received { connection, bytes });
                }
            }
            Output::CloseTransport => {
                if let Some(connection) = self.clients.get_mut(&id).and_then(|client| client.transport.take())
                {
                    self.record(connection, What::Closed(Close::by(Party::Client)));
                    self.give_broker(broker::Input::Lost { connection });
                    self.feed(id, client::Input::TransportClosed(Closure::default()));
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
    }

    /// TCP, TLS and WebSocket together count as one round trip.
    fn open(&mut self, id: SessionId) {
        let Ok(number) = u32::try_from(self.connections.len()) else { return };
        let connection = ConnectionId(number);
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.attempts += 1;
        client.transport = Some(connection);
        let who = client.who;
        self.connections.push(ConnectionRef { session: id, number: client.attempts });
        self.give_broker(broker::Input::Opened { connection, who });
        let back = self.now + self.scenario.latency + self.scenario.latency;
        self.network.send(back, Event::AtClient(connection, Fact::Opened));
    }

    fn at_client(&mut self, connection: ConnectionId, fact: Fact) {
        let Some(place) = self.place(connection) else { return };
        let id = place.session;
        if self.transport_of(id) != Some(connection) {
            // The client has left that connection already.
            return;
        }
        let input = match fact {
            Fact::Opened => {
                self.record(connection, What::Opened);
                client::Input::TransportOpened
            }
            Fact::Bytes(bytes) => client::Input::Received(bytes),
            Fact::Closed => {
                self.record(connection, What::Closed(Close::by(Party::Server)));
                if let Some(client) = self.clients.get_mut(&id) {
                    client.transport = None;
                }
                client::Input::TransportClosed(Closure::default())
            }
        };
        self.feed(id, input);
    }

    fn at_broker(&mut self, input: broker::Input) {
        self.broker.handle(self.now, input, &mut self.rights);
        let arrives = self.now + self.scenario.latency;
        while let Some(output) = self.broker.poll() {
            match output {
                broker::Output::Send { connection, bytes } => {
                    self.network.send(arrives, Event::AtClient(connection, Fact::Bytes(bytes)));
                }
                broker::Output::Close { connection } => {
                    self.network.send(arrives, Event::AtClient(connection, Fact::Closed));
                }
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
        self.entries.push(Entry { at: self.now, connection: place, what });
    }

    fn give_broker(&mut self, input: broker::Input) {
        self.network.send(self.now + self.scenario.latency, Event::AtBroker(input));
    }

    fn place(&self, connection: ConnectionId) -> Option<ConnectionRef> {
        usize::try_from(connection.0).ok().and_then(|index| self.connections.get(index)).copied()
    }

    fn transport_of(&self, id: SessionId) -> Option<ConnectionId> {
        self.clients.get(&id).and_then(|client| client.transport)
    }

    fn record(&mut self, connection: ConnectionId, what: What) {
        if let Some(connection) = self.place(connection) {
            self.entries.push(Entry { at: self.now, connection, what });
        }
    }

    /// Records something about the client's present or last connection.
    fn note(&mut self, session: SessionId, what: What) {
        let number = self.clients.get(&session).map_or(0, |client| client.attempts);
        let connection = ConnectionRef { session, number };
        self.entries.push(Entry { at: self.now, connection, what });
    }
}

impl Client {
    /// A session with other settings is another session; while the old one has a transport, it stays and says
    /// itself that it is not idle.
    fn prepare(&mut self, config: client::Config) {
        let same = self.session.as_ref().is_some_and(|(settings, _)| *settings == config);
        if !same && self.transport.is_none() {
            self.session = Some((config.clone(), Session::new(config)));
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.session.as_ref().and_then(|(_, session)| session.deadline()).map(|(at, _)| at)
    }
}
