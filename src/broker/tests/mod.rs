//! Conversations with the broker in MQTT bytes, through its public interface alone.

mod connecting;
mod endings;
mod events;
mod facts;
mod hostile;
mod limits;
mod messages;
mod protocol;
mod sessions;

use std::collections::BTreeMap;

use super::*;
use crate::iot::time::UnixTime;
use crate::mqtt::{
    Ack, Connect, Disconnect, Frame, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode,
    Subscribe, Subscription, Unsubscribe, Version, Will, decode, encode,
};

const BOTH: [Version; 2] = [Version::V311, Version::V5];

/// Refuses what is listed and allows the rest. Explanations are numbered in the order of the questions.
#[derive(Default)]
struct Rights {
    refused: Vec<Refuse>,
    asked: u32,
    peers: BTreeMap<Who, Peer>,
}

enum Refuse {
    Connect { who: Who },
    Publish(&'static str),
    Subscribe(&'static str),
    Receive(&'static str),
}

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        let refused = self.refused.iter().any(|refuse| match (refuse, request) {
            (Refuse::Connect { who }, Request::Connect { .. }) => asker.who == *who,
            (Refuse::Publish(refused), Request::Publish { topic, .. })
            | (Refuse::Receive(refused), Request::Receive { topic, .. }) => topic == refused,
            (Refuse::Publish(refused), Request::Connect { will: Some(will), .. }) => will.topic == *refused,
            (Refuse::Subscribe(refused), Request::Subscribe { filter, .. }) => filter == refused,
            _ => false,
        });
        self.asked += 1;
        let verdict = if refused { Verdict::Refused } else { Verdict::Allowed };
        Ruling { verdict, explanation: ExplanationId(self.asked) }
    }

    fn peer(&self, who: Who) -> Peer {
        self.peers.get(&who).cloned().unwrap_or_default()
    }
}

#[derive(Debug, PartialEq)]
enum Heard {
    Packet(Packet),
    Closed,
}

/// The broker, its connections, and what each of them heard since it was last asked.
struct Bench {
    broker: Broker,
    rights: Rights,
    now: Instant,
    versions: BTreeMap<u32, Version>,
    heard: BTreeMap<u32, Vec<Heard>>,
    news: Vec<News>,
}

impl Bench {
    fn new(refused: Vec<Refuse>) -> Self {
        Self::with(Config::default(), refused)
    }

    fn with(config: Config, refused: Vec<Refuse>) -> Self {
        Self {
            broker: Broker::new(config),
            rights: Rights { refused, asked: 0, peers: BTreeMap::new() },
            now: Instant(0),
            versions: BTreeMap::new(),
            heard: BTreeMap::new(),
            news: Vec::new(),
        }
    }

    fn feed(&mut self, input: Input) {
        self.broker.handle(self.now, input, &mut self.rights);
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    let frame = Frame::new(bytes).unwrap();
                    let packet = decode(&frame, self.versions[&connection.0]).unwrap();
                    self.heard.entry(connection.0).or_default().push(Heard::Packet(packet));
                }
                Output::Close { connection } => {
                    self.heard.entry(connection.0).or_default().push(Heard::Closed);
                }
                Output::News(news) => self.news.push(news),
            }
        }
    }

    fn open(&mut self, connection: u32, version: Version) {
        self.versions.insert(connection, version);
        self.feed(Input::Opened { connection: ConnectionId(connection), who: Who(connection) });
    }

    fn bytes(&mut self, connection: u32, bytes: Vec<u8>) {
        self.feed(Input::Received { connection: ConnectionId(connection), bytes });
    }

    fn say(&mut self, connection: u32, packet: &Packet) {
        let bytes = encode(packet, self.versions[&connection]).unwrap();
        self.bytes(connection, bytes);
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Millis::from_seconds(seconds);
        while let Some(at) = self.broker.deadline().filter(|at| *at <= end) {
            self.now = at;
            self.feed(Input::TimePassed);
        }
        self.now = end;
        self.feed(Input::TimePassed);
    }

    /// What the connection heard since the last call.
    fn hear(&mut self, connection: u32) -> Vec<Heard> {
        self.heard.remove(&connection).unwrap_or_default()
    }

    /// Opens, connects, and checks that the CONNACK says yes.
    fn connected(&mut self, connection: u32, connect: Connect) -> bool {
        self.open(connection, connect.version);
        self.say(connection, &Packet::Connect(connect));
        match self.hear(connection).as_slice() {
            [Heard::Packet(Packet::ConnAck(ack)), ..] if ack.code == ReasonCode::SUCCESS => {
                ack.session_present
            }
            other => panic!("connection {connection} heard {other:?}"),
        }
    }

    /// Connects a client and subscribes it.
    fn watcher(&mut self, connection: u32, version: Version, filters: &[&str]) {
        self.connected(connection, connect(version, &format!("watcher-{connection}")));
        self.say(connection, &subscribe(filters));
        assert_eq!(suback(&self.hear(connection)), vec![1; filters.len()]);
    }

    /// Tells that the client of this connection is lost without a word.
    fn lose(&mut self, connection: u32) {
        self.feed(Input::Lost { connection: ConnectionId(connection) });
    }

    fn end_of(&self, connection: u32) -> Option<&Cause> {
        self.news.iter().find_map(|news| match news {
            News::Disconnected { connection: c, cause, .. } | News::Dropped { connection: c, cause }
                if c.0 == connection =>
            {
                Some(cause)
            }
            _ => None,
        })
    }
}

fn connect(version: Version, client_id: &str) -> Connect {
    Connect::clean(version, client_id)
}

/// A session that outlives its connection, in either version.
fn persistent(version: Version, client_id: &str) -> Connect {
    let properties = match version {
        Version::V311 => Properties::default(),
        Version::V5 => Properties(vec![Property::SessionExpiryInterval(600)]),
    };
    Connect { clean_start: false, properties, ..connect(version, client_id) }
}

fn with_will(connect: Connect, topic: &str, qos: Qos) -> Connect {
    let will = Will {
        topic: topic.to_owned(),
        payload: b"gone".to_vec(),
        qos,
        retain: false,
        properties: Properties::default(),
    };
    Connect { will: Some(will), ..connect }
}

fn publish(topic: &str, qos: Qos) -> Packet {
    Packet::Publish(message(topic, qos))
}

fn message(topic: &str, qos: Qos) -> Publish {
    Publish {
        dup: false,
        qos,
        retain: false,
        topic: topic.to_owned(),
        packet_id: (qos != Qos::AtMostOnce).then_some(PacketId(1)),
        properties: Properties::default(),
        payload: b"20".to_vec(),
    }
}

fn retained(topic: &str, payload: &[u8]) -> Packet {
    Packet::Publish(Publish { retain: true, payload: payload.to_vec(), ..message(topic, Qos::AtLeastOnce) })
}

fn subscribe(filters: &[&str]) -> Packet {
    let line = |filter: &&str| Subscription::new(*filter, Qos::AtLeastOnce);
    Packet::Subscribe(Subscribe {
        packet_id: PacketId(7),
        filters: filters.iter().map(line).collect(),
        properties: Properties::default(),
    })
}

fn unsubscribe(filters: &[&str]) -> Packet {
    Packet::Unsubscribe(Unsubscribe {
        packet_id: PacketId(8),
        filters: filters.iter().map(|filter| (*filter).to_owned()).collect(),
        properties: Properties::default(),
    })
}

fn ack(packet_id: u16, code: ReasonCode) -> Ack {
    Ack { packet_id: PacketId(packet_id), code, properties: Properties::default() }
}

fn disconnect(code: ReasonCode) -> Packet {
    Packet::Disconnect(Disconnect { code, properties: Properties::default() })
}

fn suback(heard: &[Heard]) -> Vec<u8> {
    match heard {
        [Heard::Packet(Packet::SubAck(codes)), ..] => codes.codes.iter().map(|code| code.0).collect(),
        other => panic!("no SUBACK but {other:?}"),
    }
}

/// Topics of the PUBLISH packets that were heard.
fn topics(heard: &[Heard]) -> Vec<&str> {
    heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Packet(Packet::Publish(publish)) => Some(publish.topic.as_str()),
            _ => None,
        })
        .collect()
}

/// The payload of a lifecycle event, if this is one.
fn event(heard: &Heard) -> Option<serde_json::Value> {
    match heard {
        Heard::Packet(Packet::Publish(publish)) if publish.topic.starts_with("$aws/events/") => {
            Some(serde_json::from_slice(&publish.payload).unwrap())
        }
        _ => None,
    }
}

/// What a server-side end sounds like: the DISCONNECT of MQTT 5 or nothing, then the close.
fn ending(version: Version, code: ReasonCode) -> Vec<Heard> {
    match version {
        Version::V311 => vec![Heard::Closed],
        Version::V5 => vec![Heard::Packet(disconnect(code)), Heard::Closed],
    }
}
