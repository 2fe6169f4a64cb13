//! A session, and a server that the test plays.
//!
//! A line `> PACKET` is sent by the session, `< PACKET` has come; the rest is the session's news.

use iot_policy_lab::client::{Closure, Config, Input, Message, Output, RequestId, Session, Timer};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::mqtt::{
    self, Ack, Codes, ConnAck, Connect, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode,
    Subscription, Version,
};

pub(crate) struct Conversation {
    pub(crate) session: Session,
    pub(crate) now: Instant,
}

pub(crate) fn connect(version: Version) -> Connect {
    Connect { keep_alive: 30, ..Connect::clean(version, "temp-sensor-01") }
}

/// A CONNECT whose session outlives the connection.
pub(crate) fn lasting(version: Version) -> Connect {
    let properties = match version {
        Version::V311 => vec![],
        Version::V5 => vec![Property::SessionExpiryInterval(3600)],
    };
    Connect { clean_start: false, properties: Properties(properties), ..connect(version) }
}

pub(crate) fn connack(session_present: bool, code: u8, properties: Vec<Property>) -> Packet {
    Packet::ConnAck(ConnAck { session_present, code: ReasonCode(code), properties: Properties(properties) })
}

pub(crate) fn ack(id: u16, code: u8) -> Ack {
    Ack { packet_id: PacketId(id), code: ReasonCode(code), properties: Properties::default() }
}

pub(crate) fn message(qos: Qos) -> Message {
    Message {
        topic: "dt/temp-sensor-01".to_owned(),
        payload: b"21".to_vec(),
        qos,
        retain: false,
        properties: Properties::default(),
    }
}

pub(crate) fn publish(request: u64, qos: Qos) -> Input {
    Input::Publish { request: RequestId(request), message: message(qos) }
}

pub(crate) fn incoming(topic: &str, qos: Qos, id: Option<u16>, properties: Vec<Property>) -> Packet {
    Packet::Publish(Publish {
        dup: false,
        qos,
        retain: false,
        topic: topic.to_owned(),
        packet_id: id.map(PacketId),
        properties: Properties(properties),
        payload: b"on".to_vec(),
    })
}

pub(crate) fn subscribe(request: u64, filters: &[&str]) -> Input {
    let filters = filters.iter().map(|filter| Subscription::new(*filter, Qos::AtLeastOnce));
    Input::Subscribe {
        request: RequestId(request),
        filters: filters.collect(),
        properties: Properties::default(),
    }
}

pub(crate) fn disconnect() -> Input {
    Input::Disconnect { code: ReasonCode::SUCCESS, properties: Properties::default() }
}

impl Conversation {
    pub(crate) fn new(config: Config) -> Self {
        Self { session: Session::new(config), now: Instant(1_000) }
    }

    /// Up to an accepting CONNACK.
    pub(crate) fn online(config: Config, connack: &Packet) -> Self {
        let mut talk = Self::new(config);
        talk.input(Input::Connect);
        talk.input(Input::TransportOpened);
        let lines = talk.packet(connack);
        assert!(lines.iter().any(|line| line.starts_with("connected")), "{lines:?}");
        talk
    }

    pub(crate) fn input(&mut self, input: Input) -> Vec<String> {
        self.session.handle(self.now, input);
        let version = self.session.version();
        std::iter::from_fn(|| self.session.poll()).map(|output| line(&output, version)).collect()
    }

    pub(crate) fn packet(&mut self, packet: &Packet) -> Vec<String> {
        self.input(Input::Received(mqtt::encode(packet, self.session.version()).unwrap()))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Vec<String> {
        self.input(Input::Received(bytes.to_vec()))
    }

    pub(crate) fn after(&mut self, seconds: u64) -> Vec<String> {
        self.now = self.now + Millis::from_seconds(seconds);
        self.input(Input::TimePassed)
    }

    pub(crate) fn closed(&mut self) -> Vec<String> {
        self.input(Input::TransportClosed(Closure { code: Some(1006), reason: String::new() }))
    }

    /// Waits for the announced attempt.
    pub(crate) fn next_attempt(&mut self) -> Vec<String> {
        let (when, timer) = self.session.deadline().unwrap();
        assert_eq!(timer, Timer::Reconnect);
        self.now = when;
        self.input(Input::TimePassed)
    }
}

pub(crate) fn line(output: &Output, version: Version) -> String {
    match output {
        Output::OpenTransport => "open".to_owned(),
        Output::CloseTransport => "close".to_owned(),
        Output::Send { frame, packet } => {
            assert_eq!(mqtt::decode(frame, version).as_ref(), Ok(packet));
            format!("> {}", mqtt::summary(packet, version))
        }
        Output::Received { packet: Ok(packet), .. } => format!("< {}", mqtt::summary(packet, version)),
        Output::Received { packet: Err(error), .. } => format!("< error: {error}"),
        Output::Connected(news) => {
            format!("connected {} {} s present {}", news.client_id, news.keep_alive, news.session_present)
        }
        Output::Refused(why) => format!("refused {}", word(why)),
        Output::Subscribed { request, answer } => format!("subscribed {} {}", request.0, codes(answer)),
        Output::Unsubscribed { request, answer } => format!("unsubscribed {} {}", request.0, codes(answer)),
        Output::Published { request, answer: Some(ack) } => {
            format!("published {} {:02X}", request.0, ack.code.0)
        }
        Output::Published { request, answer: None } => format!("published {}", request.0),
        Output::Message(publish) => format!("message {}", publish.topic),
        Output::Disconnected(cause) => format!("disconnected {}", word(cause)),
        Output::ReconnectAt(_) => "reconnect later".to_owned(),
        Output::ReconnectStopped(stop) => format!("stop {}", word(stop)),
        Output::Rejected { why, .. } => format!("rejected {}", word(why)),
        Output::Lost { request } => format!("lost {}", request.0),
    }
}

pub(crate) fn codes(answer: &Codes) -> String {
    answer.codes.iter().map(|code| format!("{:02X}", code.0)).collect::<Vec<_>>().join(" ")
}

/// The name of a variant, and of a variant inside it.
pub(crate) fn word(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find([' ', '{']).unwrap_or(text.len());
    text.split_at(end).0.trim_end_matches(['(', ',']).to_owned()
}
