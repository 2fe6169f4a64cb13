//! The broker against a flat reference model (`model.rs`) on generated conversations.
//!
//! Clients come, take each other's place, subscribe, publish, fall silent, vanish and come back; the clock jumps. After
//! every move both must agree: on each answer and its code, on who is connected (never two with one client ID), on each
//! message that is sent, withheld, stored or given up, and on how many sessions, subscriptions and messages are kept. In
//! the end every persistent session is resumed, and what it was owed has to come.
//!
//! The seed of a run alone decides it; a failure names it. `RUNS` sets how many.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod model;

use std::collections::VecDeque;

use iot_policy_lab::broker::{
    Asker, Authorizer, Broker, Cause, Config, ConnectionId, ExplanationId, Input, News, Output, Refusal,
    Request, Ruling, Verdict, Who,
};
use iot_policy_lab::iot::time::Instant;
use iot_policy_lab::mqtt::{
    Ack, Connect, Disconnect, Frame, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode,
    Subscribe, Subscription, Unsubscribe, Version, Will, decode, encode,
};

use model::{Answer, Hello, Message, Model, Time};

const RUNS: u64 = 10_000;
const MOVES: usize = 50;

const CLIENTS: &[&str] = &["a", "b", "c"];
const FILTERS: &[&str] = &["t/1", "t/2", "t/3/x", "t/+", "t/#", "+/2", "#"];
const TOPICS: &[&str] = &["t/1", "t/2", "t/3/x", "u/2"];
const JUMPS: &[Time] = &[0, 40, 100, 1_000, 2_500, 31_000, 61_000, 300_000, 1_000_000, 4_000_000];

struct Rights;

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        let who = asker.who.0;
        let allowed = match request {
            Request::Connect { will, .. } => {
                model::may_connect(who, &asker.client_id)
                    && will.as_ref().is_none_or(|will| model::may_publish(who, &will.topic))
            }
            Request::Publish { topic, .. } => model::may_publish(who, topic),
            Request::Subscribe { filter, .. } => model::may_subscribe(who, filter),
            Request::Receive { topic, .. } => model::may_receive(who, topic),
        };
        let verdict = if allowed { Verdict::Allowed } else { Verdict::Refused };
        Ruling { verdict, explanation: ExplanationId(0) }
    }
}

/// A small generator of numbers; the seed alone decides (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 11).unwrap() % end.max(1)
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn qos(&mut self) -> Qos {
        if self.one_in(3) { Qos::AtMostOnce } else { Qos::AtLeastOnce }
    }
}

/// The broker, the model and the clients between them.
struct Run {
    chance: Chance,
    broker: Broker,
    model: Model,
    connections: u32,
    messages: u32,
    /// Let in as soon as its CONNACK comes, and whether its session goes on.
    arriving: Option<(Hello, bool)>,
    /// Answers that the present move has to bring, in order.
    answers: VecDeque<(u32, Packet)>,
    versions: Vec<Version>,
    kinds: [u64; 8],
}

impl Run {
    fn new(seed: u64) -> Self {
        let config = Config { max_publish_rate: 0, ..Config::default() };
        Self {
            chance: Chance(seed),
            broker: Broker::new(config),
            model: Model::default(),
            connections: 0,
            messages: 0,
            arriving: None,
            answers: VecDeque::new(),
            versions: Vec::new(),
            kinds: [0; 8],
        }
    }

    fn say(&mut self, number: u32, packet: &Packet) {
        let bytes = encode(packet, self.versions[number as usize]).unwrap();
        self.model.hear(number);
        self.feed(Input::Received { connection: ConnectionId(number), bytes });
    }

    /// Gives the broker a fact, and everything that comes of it to the model.
    fn feed(&mut self, input: Input) {
        self.broker.handle(Instant(self.model.now), input, &mut Rights);
        let mut acknowledgements = Vec::new();
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send { connection: ConnectionId(number), bytes } => {
                    let packet = decode(&Frame::new(bytes).unwrap(), self.versions[number as usize]).unwrap();
                    acknowledgements.extend(self.received(number, packet));
                }
                Output::Close { .. } => {}
                Output::News(news) => self.news(news),
            }
        }
        for (number, packet_id) in acknowledgements {
            // What came may have ended the connection too.
            if self.model.connection(number).is_some() {
                self.model.acknowledged(number, packet_id.0);
                let ack = Ack { packet_id, code: ReasonCode::SUCCESS, properties: Properties::default() };
                self.say(number, &Packet::PubAck(ack));
            }
        }
    }

    fn received(&mut self, number: u32, packet: Packet) -> Option<(u32, PacketId)> {
        match packet {
            Packet::Publish(publish) => {
                let Publish { topic, payload, qos, retain, .. } = publish;
                let packet_id = publish.packet_id.map_or(0, |id| id.0);
                self.model.sent(number, &Message { topic, payload, qos, retain }, publish.dup, packet_id);
                self.kinds[if publish.dup { 1 } else { 0 }] += 1;
                let connection = self.model.connection(number).unwrap();
                let acknowledges = connection.acknowledges && !connection.half_open;
                publish.packet_id.filter(|_| acknowledges).map(|packet_id| (number, packet_id))
            }
            Packet::Disconnect(disconnect) => {
                let ending = self.model.endings.iter().find(|(ending, _)| *ending == number);
                // The model learns of a silence when it is over.
                let code = ending.map_or(ReasonCode::KEEP_ALIVE_TIMEOUT, |(_, cause)| cause.code().unwrap());
                assert_eq!(disconnect.code, code);
                None
            }
            mut answer => {
                if let Packet::ConnAck(ack) = &mut answer {
                    ack.properties = Properties::default();
                    if let Some((hello, session_present)) = self.arriving.take() {
                        self.model.admit(hello, session_present);
                    }
                }
                assert_eq!(self.answers.pop_front(), Some((number, answer)), "an answer nobody waits for");
                None
            }
        }
    }

    fn news(&mut self, news: News) {
        match news {
            News::Disconnected {
                connection: ConnectionId(number),
                cause,
                will_published,
                session_kept,
                ..
            } => {
                let place = self.model.endings.iter().position(|ending| *ending == (number, cause));
                match (place, cause) {
                    (Some(place), _) => {
                        self.model.endings.remove(place);
                    }
                    (None, Cause::KeepAliveTimeout) => {
                        let now = self.model.now;
                        let silent = self.model.connection(number).unwrap();
                        assert_eq!(now, silent.last_heard + silent.patience, "not silent for long enough");
                        self.kinds[2] += 1;
                    }
                    _ => panic!("{number} ends for {cause:?}"),
                }
                let connection = self.model.connection(number).unwrap().clone();
                assert_eq!(will_published, cause.publishes_will() && connection.will.is_some());
                self.model.end(number, cause.publishes_will());
                assert_eq!(session_kept, self.model.session(&connection.client).is_some());
                self.kinds[3] += u64::from(matches!(cause, Cause::TakenOver { .. }));
            }
            News::DeliveryRefused { connection: ConnectionId(number), topic, .. } => {
                self.model.withheld(number, &topic);
                self.kinds[4] += 1;
            }
            News::Stored { client_id, topic } => {
                self.model.stored(&client_id, &topic);
                self.kinds[5] += 1;
            }
            News::Lost { client_id, topic } => {
                self.model.lost(&client_id, &topic);
                self.kinds[6] += 1;
            }
            News::Throttled { .. } => panic!("the rate is off"),
            _ => {}
        }
    }

    /// Everything that the move had to bring has come, and both keep the same.
    fn agree(&mut self) {
        assert_eq!(self.model.due, [], "messages that did not come");
        assert_eq!(self.model.endings, [], "connections that did not end");
        assert_eq!(self.answers, [], "answers that did not come");
        let now = self.model.now;
        for connection in &self.model.connections {
            let same = |other: &&model::Connection| other.client == connection.client;
            assert_eq!(self.model.connections.iter().filter(same).count(), 1, "two with one client ID");
            assert!(now < connection.last_heard + connection.patience, "silent for too long");
        }
        let holdings = self.broker.holdings();
        assert_eq!(holdings.connections, self.model.connections.len());
        assert_eq!(holdings.sessions, self.model.sessions.len());
        let filters: usize = self.model.sessions.iter().map(|session| session.filters.len()).sum();
        assert_eq!(holdings.subscriptions, filters);
        let messages = self.model.sessions.iter().map(|s| s.waiting.len() + s.unacknowledged.len());
        assert_eq!(holdings.messages, messages.sum::<usize>() + self.model.retained.len());
    }

    fn connect(&mut self, hello: Hello) -> bool {
        let number = hello.number;
        self.versions.push(hello.version);
        self.feed(Input::Opened { connection: ConnectionId(number), who: Who(hello.who) });
        let v5 = hello.version == Version::V5;
        let mut properties = Vec::new();
        if v5 {
            properties.push(Property::SessionExpiryInterval(u32::try_from(hello.expiry / 1000).unwrap()));
            properties.push(Property::ReceiveMaximum(u16::try_from(hello.window).unwrap()));
        }
        let connect = Connect {
            version: hello.version,
            client_id: hello.client.clone(),
            clean_start: hello.clean,
            keep_alive: hello.keep_alive,
            will: hello.will.clone().map(|will| Will {
                topic: will.topic,
                payload: will.payload,
                qos: will.qos,
                retain: will.retain,
                properties: Properties::default(),
            }),
            user_name: None,
            password: None,
            properties: Properties(properties),
        };
        let answer = self.model.connect(&hello);
        let (session_present, code) = match answer {
            Answer::Accepted { session_present } => (session_present, Some(ReasonCode::SUCCESS)),
            Answer::NotAuthorized => (false, Some(Refusal::NotAuthorized.code()).filter(|_| v5)),
            Answer::TooFrequent => (false, Some(Refusal::TooFrequent.code()).filter(|_| v5)),
        };
        if let Some(code) = code {
            let ack =
                iot_policy_lab::mqtt::ConnAck { session_present, code, properties: Properties::default() };
            self.answers.push_back((number, Packet::ConnAck(ack)));
        }
        // The old connection's end is told before the new one's beginning; stored messages may come right after.
        let accepted = matches!(answer, Answer::Accepted { .. });
        let bytes = encode(&Packet::Connect(connect), hello.version).unwrap();
        self.arriving = accepted.then_some((hello, session_present));
        self.feed(Input::Received { connection: ConnectionId(number), bytes });
        accepted
    }

    fn some_hello(&mut self) -> Hello {
        let chance = &mut self.chance;
        let version = if chance.one_in(2) { Version::V311 } else { Version::V5 };
        let clean = chance.one_in(3);
        let expiry = match version {
            Version::V311 if clean => 0,
            Version::V311 => 3_600_000,
            Version::V5 => [0, 60_000, 3_600_000][chance.below(3)],
        };
        let number = self.connections;
        self.connections += 1;
        let client = chance.of(CLIENTS).to_owned();
        let who = u32::try_from([0, 0, 0, 1, 2][chance.below(5)]).unwrap();
        let keep_alive = [5, 60, 1200, 0][chance.below(4)];
        let keep_alive = if keep_alive == 0 { 1200 } else { keep_alive };
        let window = if version == Version::V5 && chance.one_in(2) { 2 } else { 100 };
        let will = chance.one_in(3).then(|| self.some_message());
        Hello { number, who, client, version, clean, expiry, keep_alive, will, window }
    }

    fn some_message(&mut self) -> Message {
        let chance = &mut self.chance;
        let (topic, qos, retain) = (chance.of(TOPICS).to_owned(), chance.qos(), chance.one_in(4));
        self.messages += 1;
        let payload =
            if retain && chance.one_in(3) { Vec::new() } else { self.messages.to_string().into_bytes() };
        Message { topic, payload, qos, retain }
    }

    fn some_connection(&mut self) -> Option<model::Connection> {
        let able: Vec<_> = self.model.connections.iter().filter(|connection| !connection.half_open).collect();
        able.get(self.chance.below(able.len())).map(|connection| (*connection).clone())
    }

    fn step(&mut self) {
        match self.chance.below(16) {
            0..=2 => {
                let hello = self.some_hello();
                self.connect(hello);
            }
            3..=4 => self.subscribe(),
            5 => self.unsubscribe(),
            6..=10 => self.publish(),
            11 => {
                if let Some(connection) = self.some_connection() {
                    if self.chance.one_in(3) {
                        let cause = Cause::ClientDisconnected { with_will: false };
                        self.model.endings.push((connection.number, cause));
                        let properties = Properties::default();
                        let bye = Disconnect { code: ReasonCode::SUCCESS, properties };
                        self.say(connection.number, &Packet::Disconnect(bye));
                    } else {
                        self.model.endings.push((connection.number, Cause::ConnectionLost));
                        self.feed(Input::Lost { connection: ConnectionId(connection.number) });
                    }
                }
            }
            12 => {
                let change = self.chance.below(2);
                if let Some(connection) = self.some_connection() {
                    let connection = self.model.connection(connection.number).unwrap();
                    if change == 0 {
                        connection.half_open = true;
                    } else {
                        connection.acknowledges = false;
                    }
                }
            }
            _ => {
                // Short ones more often than long ones, which end everything.
                let jump = JUMPS[self.chance.below(JUMPS.len()).min(self.chance.below(JUMPS.len()))];
                self.advance(jump);
            }
        }
        self.agree();
    }

    fn subscribe(&mut self) {
        let Some(connection) = self.some_connection() else { return };
        let count = 1 + self.chance.below(3);
        let filters: Vec<(&str, Qos)> =
            (0..count).map(|_| (self.chance.of(FILTERS), self.chance.qos())).collect();
        let allowed: Vec<bool> =
            filters.iter().map(|(filter, _)| model::may_subscribe(connection.who, filter)).collect();
        let number = connection.number;
        let mut retained = Vec::new();
        if connection.version == Version::V311 && allowed.contains(&false) {
            self.model.endings.push((number, Cause::NotAuthorized));
        } else {
            let mut codes = Vec::new();
            for ((filter, qos), allowed) in filters.iter().zip(&allowed) {
                codes.push(match (allowed, qos) {
                    (false, _) => ReasonCode::NOT_AUTHORIZED,
                    (true, Qos::AtMostOnce) => ReasonCode::SUCCESS,
                    (true, _) => ReasonCode::GRANTED_QOS_1,
                });
                if *allowed {
                    let session = self.model.session(&connection.client).unwrap();
                    session.filters.retain(|(known, _)| known != filter);
                    session.filters.push(((*filter).to_owned(), *qos));
                    let kept = self.model.retained.iter().find(|kept| kept.topic == *filter);
                    retained.extend(kept.map(|kept| Message { qos: kept.qos.min(*qos), ..kept.clone() }));
                }
            }
            let properties = Properties::default();
            let codes = iot_policy_lab::mqtt::Codes { packet_id: PacketId(9), codes, properties };
            self.answers.push_back((number, Packet::SubAck(codes)));
        }
        for message in retained {
            self.model.owe(&connection.client, message);
        }
        let filters = filters.into_iter().map(|(filter, qos)| Subscription::new(filter, qos));
        let (filters, properties) = (filters.collect(), Properties::default());
        self.say(number, &Packet::Subscribe(Subscribe { packet_id: PacketId(9), filters, properties }));
    }

    fn unsubscribe(&mut self) {
        let Some(connection) = self.some_connection() else { return };
        let filter = self.chance.of(FILTERS);
        self.model.session(&connection.client).unwrap().filters.retain(|(known, _)| known != filter);
        let codes = if connection.version == Version::V5 { vec![ReasonCode::SUCCESS] } else { Vec::new() };
        let (packet_id, properties) = (PacketId(8), Properties::default());
        let answer = iot_policy_lab::mqtt::Codes { packet_id, codes, properties };
        self.answers.push_back((connection.number, Packet::UnsubAck(answer)));
        let (filters, properties) = (vec![filter.to_owned()], Properties::default());
        self.say(connection.number, &Packet::Unsubscribe(Unsubscribe { packet_id, filters, properties }));
    }

    fn publish(&mut self) {
        let Some(connection) = self.some_connection() else { return };
        let message = self.some_message();
        let number = connection.number;
        let allowed = model::may_publish(connection.who, &message.topic);
        let packet_id = (message.qos == Qos::AtLeastOnce).then_some(PacketId(7));
        let (v5, properties) = (connection.version == Version::V5, Properties::default());
        let acked =
            |code| Packet::PubAck(Ack { packet_id: PacketId(7), code, properties: Properties::default() });
        let packet = Packet::Publish(Publish {
            dup: false,
            qos: message.qos,
            retain: message.retain,
            topic: message.topic.clone(),
            packet_id,
            properties,
            payload: message.payload.clone(),
        });
        match (allowed, packet_id) {
            (true, Some(_)) => self.answers.push_back((number, acked(ReasonCode::SUCCESS))),
            (true, None) => {}
            (false, Some(_)) if v5 => self.answers.push_back((number, acked(ReasonCode::NOT_AUTHORIZED))),
            (false, _) => self.model.endings.push((number, Cause::NotAuthorized)),
        }
        if allowed {
            self.model.publish(message);
        }
        self.say(number, &packet);
    }

    fn advance(&mut self, by: Time) {
        let well: Vec<u32> = self
            .model
            .connections
            .iter()
            .filter(|connection| connection.acknowledges && !connection.half_open)
            .map(|connection| connection.number)
            .collect();
        let end = self.model.now + by;
        while let Some(at) = self.broker.deadline().filter(|at| at.0 <= end) {
            self.model.at(at.0.max(self.model.now));
            self.feed(Input::TimePassed);
        }
        self.model.at(end);
        self.feed(Input::TimePassed);
        if by >= 30_000 {
            for number in well {
                let Some(client) = self.model.connection(number).map(|connection| connection.client.clone())
                else {
                    continue;
                };
                assert_eq!(self.model.session(&client).unwrap().waiting, [], "ten a second come");
            }
        }
    }

    /// Every session that waits gets its client back, one that may do everything.
    fn resume_all(&mut self) {
        self.advance(1000);
        let waiting = self.model.sessions.iter().filter(|session| session.expiry > 0);
        let waiting: Vec<_> = waiting.map(|session| (session.client.clone(), session.version)).collect();
        for (client, version) in waiting {
            let number = self.connections;
            self.connections += 1;
            let (clean, expiry, keep_alive, window) = (false, 3_600_000, 1200, 100);
            let hello =
                Hello { number, who: 0, client, version, clean, expiry, keep_alive, will: None, window };
            assert!(self.connect(hello), "who may do everything is let in");
            self.agree();
        }
        self.advance(29_999);
        for connection in &self.model.connections.clone() {
            if connection.who == 0 && connection.acknowledges && !connection.half_open {
                let session = self.model.session(&connection.client).unwrap();
                assert_eq!(
                    (session.waiting.len(), session.unacknowledged.len()),
                    (0, 0),
                    "all that was owed"
                );
                self.kinds[7] += 1;
            }
        }
        self.agree();
    }
}

#[test]
fn the_broker_does_what_the_model_says() {
    let runs = std::env::var("RUNS").map_or(RUNS, |runs| runs.parse().expect("RUNS is a number"));
    let play = |seed| {
        let mut run = Run::new(seed);
        for _ in 0..MOVES {
            run.step();
        }
        run.resume_all();
        run.kinds
    };
    let some = |first: u64| {
        let mut kinds = [0; 8];
        for seed in (first..runs).step_by(2) {
            let played = std::panic::catch_unwind(|| play(seed)).unwrap_or_else(|_| panic!("seed {seed}"));
            kinds.iter_mut().zip(played).for_each(|(all, some)| *all += some);
        }
        kinds
    };
    let halves = std::thread::scope(|scope| {
        let halves = [0, 1].map(|first| scope.spawn(move || some(first)));
        halves.map(|half| half.join().expect("a run failed, see its seed above"))
    });
    let mut kinds = [0; 8];
    halves.iter().flatten().zip((0..8).cycle()).for_each(|(count, kind)| kinds[kind] += count);
    let names = ["sent", "sent again", "silent", "taken over", "withheld", "stored", "given up", "resumed"];
    let seen: Vec<_> = names.iter().zip(kinds).collect();
    println!("{runs} runs of {MOVES} moves: {seen:?}");
    assert!(seen.iter().all(|(_, count)| *count * 200 > runs), "moves that lead nowhere: {seen:?}");
}
