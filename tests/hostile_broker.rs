//! Hostile bytes: conversations with the simulated broker whose packets were damaged, cut, repeated, split and mixed, on
//! several connections at once, while time jumps and transports vanish.
//!
//! Nothing may panic; nothing comes out for a connection that is closed; what the broker keeps stays below a bound that
//! follows from its configuration; a well-behaved client is served all the while; and the same bytes bring the same
//! output. A conversation that shows a kind of news not seen before joins the seeds, as in `hostile.rs`.
//!
//! `cargo test` plays a fixed number of conversations from a fixed seed. `SOAK=1` goes on for ten minutes, or for
//! `SOAK_SECONDS`.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "only the soak reads the clock")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};
use std::time::{Duration, Instant as Clock};

use iot_policy_lab::broker::{
    Asker, Authorizer, Broker, Config, ConnectionId, ExplanationId, Input, LogLevel, News, Output, Request,
    Ruling, Verdict, Who,
};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::mqtt::{
    Ack, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode, Subscribe,
    Subscription, Unsubscribe, Version, Will, encode,
};

const CONVERSATIONS: usize = 800;
/// Connections of a conversation, without the witness.
const CONNECTIONS: u32 = 4;
const WITNESS: ConnectionId = ConnectionId(u32::MAX);

/// Refuses one topic in each way, and one client ID.
struct Rights;

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        let refused = match request {
            Request::Connect { .. } => asker.client_id == "no",
            Request::Publish { topic, .. } => topic == "no/publish",
            Request::Subscribe { filter, .. } => filter == "no/subscribe",
            Request::Receive { topic, .. } => topic == "no/receive",
        };
        let verdict = if refused { Verdict::Refused } else { Verdict::Allowed };
        Ruling { verdict, explanation: ExplanationId(0) }
    }
}

/// A small generator of numbers; the seed alone decides.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        match self.below(4) {
            0 => [0x00, 0x01, 0x7F, 0x80, 0xFF].get(self.below(5)).copied().unwrap(),
            _ => u8::try_from(self.below(256)).unwrap(),
        }
    }
}

/// One thing that happens in a conversation.
#[derive(Clone, Debug)]
enum Move {
    Open(u32),
    Bytes(u32, Vec<u8>),
    Lose(u32),
    Delete(&'static str),
    Wait(u64),
}

fn properties(version: Version, list: Vec<Property>) -> Properties {
    if version == Version::V5 { Properties(list) } else { Properties::default() }
}

/// Every packet that a client may send, in both versions.
fn packets(version: Version) -> Vec<Vec<u8>> {
    let connect = |client_id: &str, clean_start, will| {
        Packet::Connect(Connect {
            version,
            client_id: client_id.to_owned(),
            clean_start,
            keep_alive: 60,
            will,
            user_name: None,
            password: None,
            properties: properties(
                version,
                vec![Property::SessionExpiryInterval(600), Property::ReceiveMaximum(3)],
            ),
        })
    };
    let will = Will {
        topic: "last/words".to_owned(),
        payload: b"gone".to_vec(),
        qos: Qos::AtLeastOnce,
        retain: true,
        properties: Properties::default(),
    };
    let publish = |topic: &str, qos, retain, list| {
        Packet::Publish(Publish {
            dup: false,
            qos,
            retain,
            topic: topic.to_owned(),
            packet_id: (qos != Qos::AtMostOnce).then_some(PacketId(7)),
            properties: properties(version, list),
            payload: b"20.5".repeat(20),
        })
    };
    let subscribe = |filters: &[&str]| {
        let line = |filter: &&str| Subscription::new(*filter, Qos::AtLeastOnce);
        let (packet_id, properties) = (PacketId(8), Properties::default());
        Packet::Subscribe(Subscribe { packet_id, filters: filters.iter().map(line).collect(), properties })
    };
    let (code, id) = (ReasonCode::SUCCESS, PacketId(1));
    let unsubscribe = Unsubscribe {
        packet_id: PacketId(9),
        filters: vec!["a/#".to_owned()],
        properties: Properties::default(),
    };
    let with = |list| publish("a/b", Qos::AtMostOnce, false, list);
    let all = [
        connect("a", false, Some(will.clone())),
        connect("b", true, None),
        connect("no", true, Some(will)),
        connect("", true, None),
        publish("a/b", Qos::AtMostOnce, false, vec![]),
        publish("a/c", Qos::AtLeastOnce, true, vec![]),
        publish("no/publish", Qos::AtLeastOnce, false, vec![]),
        publish("no/receive", Qos::AtLeastOnce, false, vec![]),
        publish("$aws/rules/r/a", Qos::AtLeastOnce, false, vec![]),
        with(vec![Property::TopicAlias(1), Property::UserProperty("n".to_owned(), "v".repeat(3000))]),
        with(vec![Property::MessageExpiryInterval(2), Property::CorrelationData(vec![1; 200])]),
        subscribe(&["a/#", "+/b", "no/receive", "$share/g/a/+"]),
        subscribe(&["$aws/events/#", "no/subscribe"]),
        subscribe(&["#", "last/words", "a/c"]),
        Packet::Unsubscribe(unsubscribe),
        Packet::PubAck(Ack { packet_id: id, code, properties: Properties::default() }),
        Packet::PubRel(Ack { packet_id: id, code, properties: Properties::default() }),
        Packet::PingReq,
        Packet::Disconnect(Disconnect { code, properties: Properties::default() }),
    ];
    all.iter().map(|packet| encode(packet, version).unwrap()).collect()
}

/// A conversation without damage: each connection opens, connects and says a few things.
fn seed(chance: &mut Chance) -> Vec<Move> {
    let mut moves = Vec::new();
    for connection in 0..CONNECTIONS {
        let packets = packets(if chance.below(2) == 0 { Version::V311 } else { Version::V5 });
        moves.push(Move::Open(connection));
        moves.push(Move::Bytes(connection, packets.get(chance.below(4)).unwrap().clone()));
        for _ in 0..8 {
            let packet = packets.get(4 + chance.below(packets.len() - 4)).unwrap();
            moves.push(Move::Bytes(connection, packet.repeat(1 + chance.below(2) * chance.below(120))));
        }
        moves.push(Move::Wait(1_100));
    }
    moves
}

fn mutated(chance: &mut Chance, seeds: &[Vec<Move>]) -> Vec<Move> {
    let mut moves = seeds.get(chance.below(seeds.len())).unwrap().clone();
    for _ in 0..=chance.below(8) {
        let place = chance.below(moves.len());
        let connection = u32::try_from(chance.below(CONNECTIONS as usize)).unwrap();
        match chance.below(9) {
            0 => {
                let other = (place + 1 + chance.below(3)).min(moves.len()) - 1;
                moves.swap(place, other);
            }
            1 => moves.insert(place, Move::Lose(connection)),
            2 => moves.insert(place, Move::Open(connection)),
            3 => moves.insert(place, Move::Delete(["a", "b"].get(chance.below(2)).unwrap())),
            4 => {
                let wait = [0, 10, 1_000, 31_000, 100_000, 700_000].get(chance.below(6)).copied().unwrap();
                moves.insert(place, Move::Wait(wait));
            }
            5 => {
                let other = moves.get(chance.below(moves.len())).unwrap().clone();
                moves.insert(place, other);
            }
            _ => {
                if let Some(Move::Bytes(_, bytes)) = moves.get_mut(place) {
                    damage(chance, bytes);
                }
            }
        }
    }
    moves.truncate(200);
    moves
}

fn damage(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let place = chance.below(bytes.len());
    match chance.below(6) {
        0 => bytes.truncate(place),
        1 => bytes.insert(place, chance.byte()),
        2 => drop(bytes.drain(..place)),
        3 => bytes.extend_from_within(place..),
        _ => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = chance.byte();
            }
        }
    }
    bytes.truncate(64 * 1024);
}

/// A broker with tight limits, and what was seen of it.
struct Play {
    broker: Broker,
    now: Instant,
    open: BTreeMap<ConnectionId, Vec<u8>>,
    opened: u32,
    /// By the conversation's own numbers.
    names: BTreeMap<u32, ConnectionId>,
    /// Kinds of news that are in `seen`.
    known: HashSet<(Discriminant<News>, String)>,
    seen: BTreeSet<String>,
    /// All outputs, when they are to be compared.
    outputs: Option<Vec<Output>>,
}

fn config() -> Config {
    Config {
        max_stored: 20,
        max_stored_bytes: 8 * 1024,
        max_retained: 10,
        max_retained_bytes: 4 * 1024,
        max_sessions: 6,
        max_packet: 16 * 1024,
        max_throughput: 32 * 1024,
        log_level: LogLevel::Debug,
        ..Config::default()
    }
}

/// What may be kept at most, in bytes. A connection: its unread bytes or one packet, a will and 8 aliases. A session: 50
/// filters, stored and unacknowledged messages with their names and properties; of the latter a receiver takes at most 100.
fn bound(connections: usize, sessions: usize) -> usize {
    let config = config();
    let connection = config.max_stored_bytes.max(config.max_packet) + config.max_packet + 8 * 256;
    let message = 256 + 2 * config.max_packet;
    let session = 50 * 400 + config.max_stored_bytes + config.max_stored * message + 100 * message;
    connections * connection + sessions * session + config.max_retained_bytes + config.max_retained * message
}

impl Play {
    fn new(compared: bool) -> Self {
        let mut play = Self {
            broker: Broker::new(config()),
            now: Instant(0),
            open: BTreeMap::new(),
            opened: 0,
            names: BTreeMap::new(),
            known: HashSet::new(),
            seen: BTreeSet::new(),
            outputs: compared.then(Vec::new),
        };
        play.open.insert(WITNESS, Vec::new());
        play.feed(Input::Opened { connection: WITNESS, who: Who(0) });
        let connect = Connect { keep_alive: 1200, ..Connect::clean(Version::V311, "witness") };
        let bytes = encode(&Packet::Connect(connect), Version::V311).unwrap();
        play.feed(Input::Received { connection: WITNESS, bytes });
        play
    }

    fn feed(&mut self, input: Input) {
        self.broker.handle(self.now, input, &mut Rights);
        while let Some(output) = self.broker.poll() {
            if let Some(outputs) = &mut self.outputs {
                outputs.push(output.clone());
            }
            match output {
                Output::Send { connection, bytes } => {
                    let heard = self.open.get_mut(&connection).expect("nothing goes to a closed connection");
                    *heard = bytes;
                }
                Output::Close { connection } => {
                    self.open.remove(&connection).expect("closed once");
                }
                Output::News(news) => self.note(&news),
            }
        }
        let holdings = self.broker.holdings();
        assert_eq!(holdings.connections, self.open.len());
        assert!(holdings.sessions <= config().max_sessions);
        assert!(holdings.timers <= 8 * (self.opened as usize + 2), "{holdings:?}");
        assert!(holdings.client_ids <= config().max_sessions + self.opened as usize + 1, "{holdings:?}");
        assert!(holdings.bytes <= bound(holdings.connections, holdings.sessions), "{holdings:?}");
    }

    /// The kind of news, and of an end the cause.
    fn note(&mut self, news: &News) {
        let detail = match news {
            News::Disconnected { cause, .. } | News::Dropped { cause, .. } => format!("{cause:?}"),
            News::Refused { refusal, .. } => format!("{refusal:?}"),
            News::PublishRefused { code, .. } => code.0.to_string(),
            _ => String::new(),
        };
        let detail = detail.split([' ', '{']).next().unwrap_or_default().to_owned();
        if self.known.insert((discriminant(news), detail.clone())) {
            let text = format!("{news:?}");
            self.seen.insert(format!("{} {detail}", text.split([' ', '{']).next().unwrap_or_default()));
        }
    }

    fn play(&mut self, moves: &[Move]) {
        for one in moves {
            match one {
                Move::Open(name) => {
                    let connection = ConnectionId(self.opened);
                    self.opened += 1;
                    self.names.insert(*name, connection);
                    self.open.insert(connection, Vec::new());
                    self.feed(Input::Opened { connection, who: Who(0) });
                }
                Move::Bytes(name, bytes) => {
                    if let Some(connection) = self.names.get(name).copied() {
                        self.feed(Input::Received { connection, bytes: bytes.clone() });
                    }
                }
                Move::Lose(name) => {
                    if let Some(connection) = self.names.get(name).copied() {
                        self.open.remove(&connection);
                        self.feed(Input::Lost { connection });
                    }
                }
                Move::Delete(client_id) => {
                    let client_id = (*client_id).to_owned();
                    self.feed(Input::DeleteConnection {
                        client_id,
                        clean_session: true,
                        prevent_will: false,
                    });
                }
                Move::Wait(milliseconds) => {
                    let end = self.now + Millis(*milliseconds);
                    // More timers than this in so short a time would be a loop.
                    for _ in 0..100_000 {
                        let Some(at) = self.broker.deadline().filter(|at| *at <= end) else { break };
                        assert!(at.0 < end.0 + 1);
                        self.now = self.now.max(at);
                        self.feed(Input::TimePassed);
                    }
                    assert!(self.broker.deadline().is_none_or(|at| at > end), "time stands still");
                    self.now = end;
                }
            }
            self.feed(Input::Received { connection: WITNESS, bytes: vec![0xC0, 0x00] });
            assert_eq!(
                self.open.get(&WITNESS).map(Vec::as_slice),
                Some(&[0xD0, 0x00][..]),
                "the witness is served"
            );
        }
    }
}

#[test]
fn hostile_conversations() {
    let soak = std::env::var_os("SOAK").map(|_| {
        let seconds = std::env::var("SOAK_SECONDS").map_or(600, |seconds| seconds.parse().unwrap());
        Duration::from_secs(seconds)
    });
    let mut chance = Chance(0x6a09_e667_f3bc_c908);
    let mut seeds: Vec<_> = (0..20).map(|_| seed(&mut chance)).collect();
    let (mut seen, mut conversations, begin) = (BTreeSet::new(), 0, Clock::now());
    while soak.map_or(conversations < CONVERSATIONS, |limit| begin.elapsed() < limit) {
        let moves = mutated(&mut chance, &seeds);
        let compared = conversations % 20 == 0;
        let mut play = Play::new(compared);
        play.play(&moves);
        if compared {
            let mut again = Play::new(true);
            again.play(&moves);
            assert!(play.outputs == again.outputs, "not the same again");
        }
        conversations += 1;
        let new = play.seen.into_iter().filter(|kind| seen.insert(kind.clone())).count();
        if new > 0 {
            seeds.push(moves);
        }
    }
    println!("{conversations} conversations, {} kinds of news: {seen:?}", seen.len());
    assert!(seen.len() > 25, "the conversations find nothing: {seen:?}");
}

/// A frame at every size that a header can announce: kept up to the limit and no further, whatever comes.
#[test]
fn an_announced_length_reserves_nothing() {
    for size in [0_u32, 1, 127, 128, 16_383, 16_384, 200_000, 2_097_152, 268_435_455] {
        let mut play = Play::new(false);
        play.play(&[Move::Open(0)]);
        let mut header = vec![0x10];
        let mut rest = size;
        loop {
            let digit = u8::try_from(rest & 0x7F).unwrap();
            rest >>= 7;
            header.push(if rest == 0 { digit } else { digit | 0x80 });
            if rest == 0 {
                break;
            }
        }
        play.play(&[Move::Bytes(0, header)]);
        assert!(play.broker.holdings().bytes <= 5, "{size}");
        play.play(&vec![Move::Bytes(0, vec![0; 4096]); 8]);
        assert!(play.broker.holdings().bytes <= config().max_packet, "{size}");
    }
}
