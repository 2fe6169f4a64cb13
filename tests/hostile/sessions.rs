//! A client session against a server that sends anything: whole sessions of honest answers, damaged ones, packets that
//! do not belong there and bytes that are no packets, between commands of the user and losses of the transport.
//!
//! Whatever comes: nothing is sent before CONNACK but CONNECT, nothing after the order to close, and no request is
//! answered twice. What is logged is what came. A connection ends for the reason that the codec finds in those bytes, and version 5
//! says it in DISCONNECT. What a session holds stays in proportion to its own limits.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeSet, VecDeque};

use iot_policy_lab::client::{
    Cause, Closure, Config, Input, Message, Output, PeerError, Reconnect, Refusal, RequestId, Session,
};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::mqtt::{
    self, Ack, Codes, ConnAck, Connect, Disconnect, FrameSplitter, Packet, PacketId, Properties, Property,
    Publish, Qos, ReasonCode, Subscription, Version,
};

use super::{Chance, attack_with};

/// Largest packet that these clients take, in bytes.
const PACKET_LIMIT: usize = 300;
const QUEUE_LIMIT: usize = 8;
const ALIASES: u16 = 3;
/// Longest session.
const MAX_STEPS: usize = 80;
/// Longest `Debug` text of a session, which shows all that it holds: the beginning of one packet, a topic for each alias,
/// and some messages and identifiers for each step. A byte takes at most five characters.
const MAX_HELD: usize = 20_000 + 5 * PACKET_LIMIT * (1 + 2 * ALIASES as usize) + MAX_STEPS * 400;

/// What happens to a session.
#[derive(Clone, Debug)]
struct Script {
    version: Version,
    /// The session outlives its connections, and the client comes back by itself.
    lasting: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Connect,
    Opened,
    Closed,
    /// To the next deadline.
    Wait,
    Publish(Qos),
    Subscribe,
    Unsubscribe,
    Leave,
    /// The server answers the oldest packet that it has not answered.
    Answer,
    /// It does so with one byte changed: which, and by what.
    Damaged(usize, u8),
    Bytes(Vec<u8>),
}

#[test]
fn hostile_servers() {
    let corpus = corpus();
    let mutate = |chance: &mut Chance, seeds: &[Script]| mutated(chance, seeds, &corpus);
    attack_with(0x0bad_cafe_0bad_cafe, 4_000, seeds(&corpus), mutate, play);
}

/// The packets of `tests/cases/mqtt/packets.txt`, legal or not.
fn corpus() -> Vec<(Version, Vec<u8>)> {
    include_str!("../cases/mqtt/packets.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('|').map(str::trim);
            let version = if fields.next()? == "3" { Version::V311 } else { Version::V5 };
            let bytes = fields.next()?.split_whitespace().map(|byte| u8::from_str_radix(byte, 16));
            Some((version, bytes.collect::<Result<_, _>>().ok()?))
        })
        .collect()
}

fn seeds(corpus: &[(Version, Vec<u8>)]) -> Vec<Script> {
    let online = [Step::Connect, Step::Opened, Step::Answer];
    let usual = [
        Step::Subscribe,
        Step::Answer,
        Step::Publish(Qos::AtLeastOnce),
        Step::Publish(Qos::ExactlyOnce),
        Step::Answer,
        Step::Answer,
        Step::Answer,
        Step::Publish(Qos::ExactlyOnce),
        Step::Closed,
        Step::Wait,
        Step::Opened,
        Step::Answer,
        Step::Answer,
        Step::Wait,
        Step::Answer,
        Step::Leave,
        Step::Closed,
    ];
    let mut seeds = Vec::new();
    for (version, bytes) in corpus {
        let steps = [&online[..], &[Step::Bytes(bytes.clone())], &usual[..]].concat();
        seeds.push(Script { version: *version, lasting: seeds.len() % 2 == 0, steps });
    }
    seeds
}

fn mutated(chance: &mut Chance, seeds: &[Script], corpus: &[(Version, Vec<u8>)]) -> Script {
    let mut script = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(script.steps.len() + 1);
        match chance.below(8) {
            0 if at < script.steps.len() => drop(script.steps.remove(at)),
            1 => script.steps.truncate(at.max(3)),
            2 => {
                let other = &seeds[chance.below(seeds.len())].steps;
                let from = chance.below(other.len());
                let piece = other.iter().skip(from).take(1 + chance.below(8)).cloned();
                script.steps.splice(at..at, piece.collect::<Vec<_>>());
            }
            3 => {
                let bytes = corpus[chance.below(corpus.len())].1.clone();
                script.steps.insert(at, Step::Bytes(damaged(chance, bytes)));
            }
            _ => script.steps.insert(at, step(chance)),
        }
    }
    script.steps.truncate(MAX_STEPS);
    script
}

fn step(chance: &mut Chance) -> Step {
    let qos = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];
    match chance.below(14) {
        0 => Step::Connect,
        1 => Step::Opened,
        2 => Step::Closed,
        3 => Step::Wait,
        4 | 5 => Step::Publish(qos[chance.below(3)]),
        6 => Step::Subscribe,
        7 => Step::Unsubscribe,
        8 => Step::Leave,
        9 | 10 => Step::Answer,
        11 | 12 => Step::Damaged(chance.below(64), byte(chance)),
        _ => Step::Bytes((0..chance.below(64)).map(|_| byte(chance)).collect()),
    }
}

fn byte(chance: &mut Chance) -> u8 {
    u8::try_from(chance.below(256)).unwrap_or_default()
}

fn damaged(chance: &mut Chance, mut bytes: Vec<u8>) -> Vec<u8> {
    let at = chance.below(bytes.len());
    match chance.below(6) {
        0 => bytes[at] = byte(chance),
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes.truncate(at),
        3 => bytes.insert(at, byte(chance)),
        // Far more than the session may hold.
        4 => bytes = bytes.repeat(400),
        _ => bytes.extend(bytes.clone()),
    }
    bytes
}

/// Plays a script, and gives the kinds of what was seen.
fn play(script: &Script) -> Vec<String> {
    let mut world = World::new(script);
    for step in &script.steps {
        world.take(step);
    }
    world.check_held();
    world.seen
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    None,
    Asked,
    Open,
    Closing,
}

/// The driver, and what it knows.
struct World {
    session: Session,
    now: Instant,
    transport: Transport,
    connected: bool,
    requests: u64,
    answered: BTreeSet<RequestId>,
    /// Packets of the client that the server has not answered.
    unanswered: VecDeque<Packet>,
    /// Of this connection: what came, and what was logged of it.
    came: Vec<u8>,
    logged: Vec<Vec<u8>>,
    seen: Vec<String>,
}

impl World {
    fn new(script: &Script) -> Self {
        let mut properties = vec![Property::TopicAliasMaximum(ALIASES), Property::ReceiveMaximum(2)];
        if script.lasting {
            properties.push(Property::SessionExpiryInterval(60));
        }
        let connect = Connect {
            version: script.version,
            client_id: "temp-sensor-01".to_owned(),
            clean_start: !script.lasting,
            keep_alive: 30,
            will: None,
            user_name: None,
            password: None,
            properties: Properties(if script.version == Version::V5 { properties } else { vec![] }),
        };
        let config = Config {
            packet_limit: PACKET_LIMIT,
            queue_limit: QUEUE_LIMIT,
            reconnect: script.lasting.then(|| Reconnect::new(1)),
            ..Config::new(connect)
        };
        Self {
            session: Session::new(config),
            now: Instant(0),
            transport: Transport::None,
            connected: false,
            requests: 0,
            answered: BTreeSet::new(),
            unanswered: VecDeque::new(),
            came: Vec::new(),
            logged: Vec::new(),
            seen: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        self.requests += 1;
        let request = RequestId(self.requests);
        let properties = Properties::default();
        let input = match step {
            Step::Connect => Input::Connect,
            Step::Opened if self.transport == Transport::Asked => Input::TransportOpened,
            Step::Closed if self.transport != Transport::None => Input::TransportClosed(Closure::default()),
            Step::Opened | Step::Closed => return,
            Step::Wait => {
                let minute = self.now + Millis::from_seconds(60);
                self.now = self.session.deadline().map_or(minute, |(at, _)| at.max(self.now));
                Input::TimePassed
            }
            Step::Publish(qos) => {
                let message = Message {
                    topic: "dt/temp-sensor-01".to_owned(),
                    payload: b"21".to_vec(),
                    qos: *qos,
                    retain: false,
                    properties,
                };
                Input::Publish { request, message }
            }
            Step::Subscribe => {
                let line = Subscription::new("cmd/#", Qos::ExactlyOnce);
                Input::Subscribe { request, filters: vec![line], properties }
            }
            Step::Unsubscribe => {
                Input::Unsubscribe { request, filters: vec!["cmd/#".to_owned()], properties }
            }
            Step::Leave => Input::Disconnect { code: ReasonCode::SUCCESS, properties },
            Step::Answer => match self.answer() {
                Some(bytes) => return self.receive(bytes),
                None => return,
            },
            Step::Damaged(at, by) => {
                let Some(mut bytes) = self.answer() else { return };
                let at = at % bytes.len();
                bytes[at] ^= by;
                return self.receive(bytes);
            }
            Step::Bytes(bytes) => return self.receive(bytes.clone()),
        };
        self.give(input);
    }

    /// What an honest server answers.
    fn answer(&mut self) -> Option<Vec<u8>> {
        let properties = Properties::default();
        let ack = |packet_id| Ack { packet_id, code: ReasonCode::SUCCESS, properties: Properties::default() };
        let codes = |packet_id| Codes {
            packet_id,
            codes: vec![ReasonCode::SUCCESS],
            properties: Properties::default(),
        };
        let packet = match self.unanswered.pop_front()? {
            Packet::Connect(connect) => Packet::ConnAck(ConnAck {
                session_present: !connect.clean_start && !self.requests.is_multiple_of(3),
                code: ReasonCode::SUCCESS,
                properties,
            }),
            Packet::Publish(Publish { qos: Qos::AtLeastOnce, packet_id: Some(id), .. }) => {
                Packet::PubAck(ack(id))
            }
            Packet::Publish(Publish { qos: Qos::ExactlyOnce, packet_id: Some(id), .. }) => {
                Packet::PubRec(ack(id))
            }
            Packet::PubRel(release) => Packet::PubComp(ack(release.packet_id)),
            Packet::PubRec(record) => Packet::PubRel(ack(record.packet_id)),
            Packet::Subscribe(subscribe) => Packet::SubAck(codes(subscribe.packet_id)),
            Packet::Unsubscribe(unsubscribe) if self.session.version() == Version::V5 => {
                Packet::UnsubAck(codes(unsubscribe.packet_id))
            }
            Packet::Unsubscribe(unsubscribe) => {
                Packet::UnsubAck(Codes { packet_id: unsubscribe.packet_id, codes: vec![], properties })
            }
            Packet::PingReq => Packet::PingResp,
            // Nothing is owed: a message.
            _ => Packet::Publish(Publish {
                dup: false,
                qos: Qos::ExactlyOnce,
                retain: false,
                topic: "cmd/led".to_owned(),
                packet_id: Some(PacketId(1 + u16::try_from(self.requests % 4).unwrap_or_default())),
                properties,
                payload: b"on".to_vec(),
            }),
        };
        Some(mqtt::encode(&packet, self.session.version()).unwrap())
    }

    fn receive(&mut self, bytes: Vec<u8>) {
        if self.transport == Transport::Open {
            self.came.extend_from_slice(&bytes);
            let much = bytes.len() > PACKET_LIMIT;
            self.give(Input::Received(bytes));
            if much {
                self.check_held();
            }
        }
    }

    fn give(&mut self, input: Input) {
        match input {
            Input::TransportOpened => self.transport = Transport::Open,
            Input::TransportClosed(_) => self.transport = Transport::None,
            _ => {}
        }
        self.session.handle(self.now, input);
        let mut outputs = Vec::new();
        while let Some(output) = self.session.poll() {
            self.see(&output);
            outputs.push(output);
        }
        self.check_end(&outputs);
        if self.transport == Transport::Open {
            self.check_log(None);
        }
    }

    fn check_held(&self) {
        let held = format!("{:?}", self.session).len();
        assert!(held <= MAX_HELD, "{held}");
    }

    fn see(&mut self, output: &Output) {
        self.seen.push(kind(output));
        match output {
            Output::OpenTransport => {
                assert!(self.transport == Transport::None);
                self.transport = Transport::Asked;
                self.came.clear();
                self.logged.clear();
                self.unanswered.clear();
            }
            Output::CloseTransport => {
                assert!(matches!(self.transport, Transport::Asked | Transport::Open));
                self.transport = Transport::Closing;
            }
            Output::Send { frame, packet } => {
                assert!(self.transport == Transport::Open, "{packet:?}");
                assert!(self.connected || matches!(packet, Packet::Connect(_)), "{packet:?}");
                assert_eq!(mqtt::decode(frame, self.session.version()).as_ref(), Ok(packet));
                self.unanswered.push_back(packet.clone());
            }
            Output::Received { frame, packet } => {
                assert_eq!(&mqtt::decode(frame, self.session.version()), packet);
                self.logged.push(frame.bytes().to_vec());
            }
            Output::Connected(_) => self.connected = true,
            Output::Disconnected(_) | Output::Refused(_) => self.connected = false,
            Output::Published { request, .. }
            | Output::Subscribed { request, .. }
            | Output::Unsubscribed { request, .. }
            | Output::Lost { request }
            | Output::Rejected { request: Some(request), .. } => {
                assert!(self.answered.insert(*request), "{request:?} is answered twice");
            }
            _ => {}
        }
    }

    /// The reason of an end is in the packet before it, and was told to a server of version 5.
    fn check_end(&self, outputs: &[Output]) {
        let Some(at) =
            outputs.iter().position(|output| matches!(output, Output::Disconnected(_) | Output::Refused(_)))
        else {
            let unreadable = |output: &Output| matches!(output, Output::Received { packet: Err(_), .. });
            assert!(!outputs.iter().any(unreadable), "{outputs:?}");
            return;
        };
        let last = outputs[..at].iter().rev().find_map(|output| match output {
            Output::Received { packet, .. } => Some(packet),
            _ => None,
        });
        let (error, online) = match &outputs[at] {
            Output::Disconnected(Cause::PeerError(error)) => (error, true),
            Output::Refused(Refusal::PeerError(error)) => (error, false),
            Output::Disconnected(Cause::ServerDisconnect(packet)) => {
                return assert_eq!(last, Some(&Ok(Packet::Disconnect(packet.clone()))));
            }
            Output::Refused(Refusal::Code(connack)) => {
                return assert_eq!(last, Some(&Ok(Packet::ConnAck(connack.clone()))));
            }
            _ => return,
        };
        match (error, last) {
            (PeerError::Frame(error), _) => self.check_log(Some(*error)),
            (PeerError::Packet(error), Some(Err(found))) => assert_eq!(error, found),
            (PeerError::Unexpected(kind), Some(Ok(packet))) => assert_eq!(*kind, packet.kind()),
            (PeerError::CodeCount { .. }, Some(Ok(Packet::SubAck(_) | Packet::UnsubAck(_))))
            | (PeerError::SessionPresent, Some(Ok(Packet::ConnAck(_))))
            | (PeerError::TopicAlias | PeerError::ReceiveMaximum, Some(Ok(Packet::Publish(_)))) => {}
            (error, last) => panic!("{error:?} after {last:?}"),
        }
        let said = outputs[..at].iter().rev().find_map(|output| match output {
            Output::Send { packet: Packet::Disconnect(Disconnect { code, .. }), .. } => Some(*code),
            _ => None,
        });
        // A hostile server may announce to take no packet of the size of a DISCONNECT.
        if online && self.session.version() == Version::V5 && said.is_some() {
            assert_eq!(said, Some(error.reason_code()));
        } else {
            let tiny = self.logged.iter().any(|frame| frame.contains(&0x27));
            assert!(said.is_none() && (!online || self.session.version() == Version::V311 || tiny));
        }
    }

    /// What was logged is what came, up to what is wrong with it or the beginning of another packet.
    fn check_log(&self, wrong: Option<mqtt::FrameError>) {
        let mut splitter = FrameSplitter::new(PACKET_LIMIT);
        splitter.push(&self.came);
        for logged in &self.logged {
            assert_eq!(splitter.next().unwrap().unwrap().bytes(), logged);
        }
        assert_eq!(splitter.next().map(Result::unwrap_err), wrong);
    }
}

/// The name of a variant, and of the variants inside it.
fn kind(output: &Output) -> String {
    let text = match output {
        Output::Send { packet, .. } => format!("> {}", packet.kind()),
        Output::Received { packet: Ok(packet), .. } => format!("< {}", packet.kind()),
        Output::Received { packet: Err(error), .. } => format!("< {error:?}"),
        other => format!("{other:?}"),
    };
    text.split(['{', '"']).next().unwrap_or_default().chars().filter(|c| !c.is_ascii_digit()).collect()
}
