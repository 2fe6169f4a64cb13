//! What the programs print, from what happened to their sessions.
//!
//! Order, wording and spacing are those of 2.0.11 with `-d`; each line was seen from the real programs.

use super::{Kind, Program};
use crate::client::{Output, Refusal};
use crate::iot::time::Instant;
use crate::lab::Run;
use crate::mqtt::reason::reason;
use crate::mqtt::{ConnAck, Packet, PacketKind, Publish, Qos, ReasonCode, Subscription, Version};
use crate::timeline::{Party, SessionId, What};

/// A printed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// Without line break.
    pub text: String,
}

/// The terminal of a session; empty for one that plays no program.
#[must_use]
pub fn terminal(run: &Run, session: SessionId) -> Vec<Line> {
    let index = usize::try_from(session.0).ok();
    let Some(actor) = index.and_then(|index| run.scenario.sessions.get(index)) else { return Vec::new() };
    let Some(program) = actor.program else { return Vec::new() };
    let mut printer = Printer {
        program,
        version: actor.connect.version,
        client_id: if actor.connect.client_id.is_empty() { "(null)" } else { &actor.connect.client_id }
            .to_owned(),
        now: Instant(0),
        lines: Vec::new(),
        waiting: None,
        denied: false,
        ended: false,
    };
    for entry in run.entries.iter().filter(|entry| entry.connection.session == session) {
        printer.now = entry.at;
        match &entry.what {
            What::Sent(wire) => wire.packet.iter().for_each(|packet| printer.sent(packet)),
            What::Received(wire) => wire.packet.iter().for_each(|packet| printer.received(packet)),
            What::Closed(close) if close.by != Party::Client => printer.lost(),
            What::Client(Output::Refused(Refusal::Code(answer))) => printer.refused(answer.code),
            _ => {}
        }
    }
    printer.lines
}

struct Printer {
    program: Program,
    version: Version,
    client_id: String,
    now: Instant,
    lines: Vec<Line>,
    /// A message that is printed after its acknowledgement is sent.
    waiting: Option<String>,
    /// Whether the last answer to SUBSCRIBE granted nothing.
    denied: bool,
    /// The program has ended, or ends by itself.
    ended: bool,
}

impl Printer {
    fn print(&mut self, text: impl Into<String>) {
        self.lines.push(Line { at: self.now, text: text.into() });
    }

    /// A line of `-d`.
    fn debug(&mut self, text: impl FnOnce(&str) -> String) {
        if self.program.debug {
            let text = text(&self.client_id);
            self.print(text);
        }
    }

    fn sent(&mut self, packet: &Packet) {
        match packet {
            Packet::Connect(_) => self.debug(|id| format!("Client {id} sending CONNECT")),
            Packet::Subscribe(subscribe) => {
                for filter in &subscribe.filters {
                    let Subscription { filter: topic, qos, .. } = filter;
                    let (mid, qos, options) = (subscribe.packet_id.0, qos.level(), options(filter));
                    self.debug(|id| {
                        format!(
                            "Client {id} sending SUBSCRIBE (Mid: {mid}, Topic: {topic}, QoS: {qos}, Options: \
                             {options:#04x})"
                        )
                    });
                }
            }
            Packet::Publish(publish) => {
                // The program numbers a message of QoS 0 too.
                let mid = publish.packet_id.map_or(1, |id| id.0);
                self.debug(|id| format!("Client {id} sending PUBLISH {}", message(publish, mid)));
            }
            Packet::PubAck(ack) => {
                self.debug(|id| {
                    format!("Client {id} sending PUBACK (m{}, rc{})", ack.packet_id.0, ack.code.0)
                });
                if let Some(text) = self.waiting.take() {
                    self.print(text);
                }
            }
            Packet::PingReq => self.debug(|id| format!("Client {id} sending PINGREQ")),
            Packet::Disconnect(_) => {
                self.ended = true;
                self.debug(|id| format!("Client {id} sending DISCONNECT"));
                if self.program.kind == Kind::Sub && self.denied {
                    self.print("All subscription requests were denied.");
                }
            }
            _ => {}
        }
    }

    fn received(&mut self, packet: &Packet) {
        match packet {
            Packet::ConnAck(ConnAck { code, properties, .. }) => {
                let assigned = properties.0.iter().find_map(|property| match property {
                    crate::mqtt::Property::AssignedClientIdentifier(name) => Some(name),
                    _ => None,
                });
                if let Some(name) = assigned {
                    self.client_id.clone_from(name);
                }
                self.debug(|id| format!("Client {id} received CONNACK ({})", code.0));
            }
            Packet::SubAck(answer) => {
                self.denied = answer.codes.iter().all(|code| code.is_failure());
                self.debug(|id| format!("Client {id} received SUBACK"));
                let codes: Vec<String> = answer.codes.iter().map(|code| code.0.to_string()).collect();
                self.debug(|_| format!("Subscribed (mid: {}): {}", answer.packet_id.0, codes.join(", ")));
            }
            Packet::PubAck(ack) => {
                let (mid, code) = (ack.packet_id.0, ack.code);
                self.debug(|id| format!("Client {id} received PUBACK (Mid: {mid}, RC:{})", code.0));
                if code.is_failure() {
                    let name = self.code_name(PacketKind::PubAck, code);
                    self.print(format!("Warning: Publish {mid} failed: {name}."));
                }
            }
            Packet::Publish(publish) => self.message(publish),
            Packet::PingResp => self.debug(|id| format!("Client {id} received PINGRESP")),
            Packet::Disconnect(disconnect) => {
                self.debug(|_| format!("Received DISCONNECT ({})", disconnect.code.0));
                self.ended = true;
                if self.program.kind == Kind::Pub {
                    self.print("Error: The client is not currently connected.");
                }
            }
            _ => {}
        }
    }

    fn message(&mut self, publish: &Publish) {
        let mid = publish.packet_id.map_or(0, |id| id.0);
        self.debug(|id| format!("Client {id} received PUBLISH {}", message(publish, mid)));
        let payload = String::from_utf8_lossy(&publish.payload);
        let text = match (self.program.verbose, payload.is_empty()) {
            (true, true) => Some(format!("{} (null)", publish.topic)),
            (true, false) => Some(format!("{} {payload}", publish.topic)),
            (false, true) => None,
            (false, false) => Some(payload.into_owned()),
        };
        match text {
            Some(text) if publish.qos == Qos::AtMostOnce => self.print(text),
            text => self.waiting = text,
        }
    }

    /// The transport ended, and it was not this program's doing. `mosquitto_sub` says nothing and comes back.
    fn lost(&mut self) {
        if self.program.kind == Kind::Pub && !self.ended {
            self.ended = true;
            self.print("Error: The connection was lost.");
        }
    }

    /// CONNACK said no.
    fn refused(&mut self, code: ReasonCode) {
        self.ended = true;
        let why = match (self.version, code.0) {
            (Version::V5, _) => self.code_name(PacketKind::ConnAck, code),
            (Version::V311, 1) => "Connection Refused: unacceptable protocol version.".to_owned(),
            (Version::V311, 2) => "Connection Refused: identifier rejected.".to_owned(),
            (Version::V311, 3) => "Connection Refused: broker unavailable.".to_owned(),
            (Version::V311, 4) => "Connection Refused: bad user name or password.".to_owned(),
            (Version::V311, 5) => "Connection Refused: not authorised.".to_owned(),
            (Version::V311, _) => "Connection Refused: unknown reason.".to_owned(),
        };
        self.print(format!("Connection error: {why}"));
        match (self.program.kind, self.version) {
            (Kind::Sub, _) => self.debug(|id| format!("Client {id} sending DISCONNECT")),
            (Kind::Pub, Version::V311) => self.print("Error: The connection was refused."),
            (Kind::Pub, Version::V5) => {
                self.print("Error: A network protocol error occurred when communicating with the broker.");
            }
        }
    }

    fn code_name(&self, kind: PacketKind, code: ReasonCode) -> String {
        // The program writes the standard's names with one capital.
        reason(self.version, kind, code)
            .map_or_else(|| "Unknown reason".to_owned(), |found| found.name.to_owned())
    }
}

/// Subscription Options without the QoS (MQTT 5 section 3.8.3.1).
fn options(subscription: &Subscription) -> u8 {
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    flag(subscription.no_local, 0x04)
        | flag(subscription.retain_as_published, 0x08)
        | (subscription.retain_handling << 4)
}

fn message(publish: &Publish, mid: u16) -> String {
    format!(
        "(d{}, q{}, r{}, m{mid}, '{}', ... ({} bytes))",
        u8::from(publish.dup),
        publish.qos.level(),
        u8::from(publish.retain),
        publish.topic,
        publish.payload.len()
    )
}
