//! The entries of one connection, put in order for the rules.

use std::collections::BTreeMap;

use crate::iot::time::Instant;
use crate::iot::topic::{self, ParentLevel};
use crate::mqtt::{Packet, PacketId, Properties, Property, Qos, ReasonCode, Version};
use crate::timeline::{ConnectionRef, Entry, Party, What};

use super::witness::Testimony;

/// An entry that matters: its index and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::timeline) struct Mark {
    pub(in crate::timeline) index: usize,
    pub(in crate::timeline) at: Instant,
}

/// What a client saw of one connection.
#[derive(Debug)]
pub(in crate::timeline) struct Story<'a> {
    pub(in crate::timeline) connection: ConnectionRef,
    /// As sent, or as assigned by the server.
    pub(in crate::timeline) client_id: Option<&'a str>,
    pub(in crate::timeline) connect: Option<Mark>,
    /// As its CONNECT said.
    pub(in crate::timeline) version: Version,
    /// In seconds, as in force; 0 is off.
    pub(super) keep_alive: u16,
    /// PINGREQ without PINGRESP.
    pub(super) ping: Option<Mark>,
    /// The last packet of the client.
    pub(super) last_sent: Option<Mark>,
    will: Option<&'a str>,
    /// Whether the session outlives the connection.
    pub(super) lasting: bool,
    /// The client's own DISCONNECT.
    pub(super) left: Option<Mark>,
    /// Topic of the will that it took along (MQTT-3.14.4-3).
    pub(super) withdrawn: Option<&'a str>,
    /// Filters, since when they are granted.
    pub(super) granted: Vec<(&'a str, Mark)>,
    /// Topics of messages that were accepted, and when they were sent.
    pub(super) published: Vec<(&'a str, Mark)>,
    /// Topics of messages that came.
    pub(super) received: Vec<(&'a str, Mark)>,
    pub(in crate::timeline) connack: Option<(Mark, ReasonCode)>,
    /// Requests without an answer, the oldest first.
    pub(super) open: Vec<Asked<'a>>,
    /// Requests with a refusal for an answer.
    pub(super) refused: Vec<Refused<'a>>,
    /// The last PUBLISH with QoS 0, if nothing was sent after it.
    pub(super) unanswerable: Option<Asked<'a>>,
    /// The server's DISCONNECT.
    pub(super) disconnect: Option<(Mark, ReasonCode)>,
    pub(in crate::timeline) closed: Option<(Mark, Party)>,
    /// What the lifecycle event says of its end.
    pub(super) testimony: Option<Testimony>,
}

/// A request of the client.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) mark: Mark,
    packet_id: Option<PacketId>,
    pub(super) what: Wish<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish<'a> {
    Publish(&'a str),
    Subscribe(Vec<&'a str>),
}

/// A request and the answer that refused it.
#[derive(Clone, Debug)]
pub(super) struct Refused<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) answer: Mark,
    pub(super) code: ReasonCode,
}

/// One story for each connection, in order of their first entries.
pub(in crate::timeline) fn stories(entries: &[Entry]) -> Vec<Story<'_>> {
    let mut places = BTreeMap::new();
    let mut stories: Vec<Story<'_>> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let place = *places.entry(entry.connection).or_insert_with(|| {
            stories.push(Story::new(entry.connection));
            stories.len() - 1
        });
        if let Some(story) = stories.get_mut(place) {
            story.tell(Mark { index, at: entry.at }, &entry.what);
        }
    }
    stories
}

impl<'a> Story<'a> {
    fn new(connection: ConnectionRef) -> Self {
        Self {
            connection,
            client_id: None,
            connect: None,
            version: Version::V311,
            keep_alive: 0,
            ping: None,
            last_sent: None,
            will: None,
            lasting: false,
            left: None,
            withdrawn: None,
            granted: Vec::new(),
            published: Vec::new(),
            received: Vec::new(),
            connack: None,
            open: Vec::new(),
            refused: Vec::new(),
            unanswerable: None,
            disconnect: None,
            closed: None,
            testimony: None,
        }
    }

    /// When the server accepted the CONNECT.
    pub(in crate::timeline) fn accepted(&self) -> Option<Mark> {
        self.connack.filter(|(_, code)| *code == ReasonCode::SUCCESS).map(|(mark, _)| mark)
    }

    /// When somebody else ended the connection, as far as the client can tell. After a DISCONNECT of the server
    /// it does not matter who closes first.
    pub(super) fn ended_by_other(&self) -> Option<Mark> {
        match (self.closed, self.disconnect) {
            (Some((closed, _)), Some(_)) => Some(closed),
            (None, Some((told, _))) => Some(told),
            (Some((closed, Party::Server | Party::Unknown)), None) => Some(closed),
            (Some((_, Party::Client | Party::Network)) | None, None) => None,
        }
    }

    /// Since when it has a subscription to this topic, shared ones aside: another member may get the message.
    pub(super) fn subscribed(&self, topic: &str) -> Option<Mark> {
        let own = self.granted.iter().filter(|(filter, _)| !filter.starts_with('$'));
        own.filter(|(filter, _)| topic::matches(filter, topic, ParentLevel::NotMatched))
            .map(|(_, mark)| *mark)
            .min()
    }

    /// What was said of its end, if it is one of these reasons; and whether it was another one.
    pub(super) fn testified(&self, reasons: &[&str]) -> Result<Option<Mark>, Mark> {
        match &self.testimony {
            Some(said) if reasons.contains(&said.reason.as_str()) => Ok(Some(said.mark)),
            Some(said) => Err(said.mark),
            None => Ok(None),
        }
    }

    fn tell(&mut self, mark: Mark, what: &'a What) {
        match what {
            What::Sent(wire) => {
                self.unanswerable = None;
                self.sent(mark, wire.packet.as_ref().ok());
            }
            What::Received(wire) => self.received(mark, wire.packet.as_ref().ok()),
            What::Closed(close) => self.closed = Some((mark, close.by)),
            What::Opened | What::Decided { .. } | What::Broker(_) | What::Client(_) | What::Told(_) => {}
        }
    }

    fn sent(&mut self, mark: Mark, packet: Option<&'a Packet>) {
        self.last_sent = Some(mark);
        match packet {
            Some(Packet::Connect(connect)) => {
                self.client_id = Some(&connect.client_id);
                self.connect = Some(mark);
                self.version = connect.version;
                self.keep_alive = connect.keep_alive;
                self.will = connect.will.as_ref().map(|will| will.topic.as_str());
                self.lasting = match connect.version {
                    Version::V311 => !connect.clean_start,
                    Version::V5 => expiry(&connect.properties).is_some_and(|seconds| seconds > 0),
                };
            }
            Some(Packet::PingReq) => self.ping = Some(mark),
            Some(Packet::Disconnect(disconnect)) => {
                self.left = Some(mark);
                if disconnect.code == ReasonCode::SUCCESS {
                    self.withdrawn = self.will.take();
                }
                self.lasting = expiry(&disconnect.properties).map_or(self.lasting, |seconds| seconds > 0);
            }
            Some(Packet::Unsubscribe(unsubscribe)) => {
                self.granted.retain(|(filter, _)| !unsubscribe.filters.iter().any(|gone| gone == filter));
            }
            Some(Packet::Publish(publish)) => {
                let what = Wish::Publish(&publish.topic);
                let asked = Asked { mark, packet_id: publish.packet_id, what };
                if publish.qos == Qos::AtMostOnce {
                    self.unanswerable = Some(asked);
                } else {
                    self.open.push(asked);
                }
            }
            Some(Packet::Subscribe(subscribe)) => {
                let filters = subscribe.filters.iter().map(|line| line.filter.as_str()).collect();
                let packet_id = Some(subscribe.packet_id);
                self.open.push(Asked { mark, packet_id, what: Wish::Subscribe(filters) });
            }
            _ => {}
        }
    }

    fn received(&mut self, mark: Mark, packet: Option<&'a Packet>) {
        match packet {
            Some(Packet::ConnAck(ack)) => {
                self.connack = Some((mark, ack.code));
                let assigned = ack.properties.0.iter().find_map(|property| match property {
                    Property::AssignedClientIdentifier(client_id) => Some(client_id.as_str()),
                    _ => None,
                });
                self.client_id = assigned.or(self.client_id);
                for property in &ack.properties.0 {
                    if let Property::ServerKeepAlive(seconds) = property {
                        self.keep_alive = *seconds;
                    }
                }
            }
            // With QoS 2 it is the PUBREC that accepts or refuses (MQTT 5 section 3.5.2.1).
            Some(Packet::PubAck(ack) | Packet::PubRec(ack)) => {
                let publish = |asked: &Asked<'_>| matches!(asked.what, Wish::Publish(_));
                let Some(asked) = self.answered(ack.packet_id, publish) else { return };
                if ack.code.is_failure() {
                    self.refused.push(Refused { asked, answer: mark, code: ack.code });
                } else if let Wish::Publish(topic) = asked.what {
                    self.published.push((topic, asked.mark));
                }
            }
            Some(Packet::SubAck(codes)) => {
                let subscribe = |asked: &Asked<'_>| matches!(asked.what, Wish::Subscribe(_));
                let Some(asked) = self.answered(codes.packet_id, subscribe) else { return };
                let Wish::Subscribe(filters) = &asked.what else { return };
                let answers = filters.iter().zip(&codes.codes);
                self.granted.extend(
                    answers.filter(|(_, code)| !code.is_failure()).map(|(filter, _)| (*filter, mark)),
                );
                let refused: Vec<_> =
                    filters.iter().zip(&codes.codes).filter(|(_, code)| code.is_failure()).collect();
                let Some((_, code)) = refused.first() else { return };
                let code = **code;
                let what = Wish::Subscribe(refused.iter().map(|(filter, _)| **filter).collect());
                self.refused.push(Refused { asked: Asked { what, ..asked }, answer: mark, code });
            }
            Some(Packet::Disconnect(disconnect)) => self.disconnect = Some((mark, disconnect.code)),
            Some(Packet::Publish(publish)) => self.received.push((&publish.topic, mark)),
            Some(Packet::PingResp) => self.ping = None,
            _ => {}
        }
    }

    /// Takes out the request that an acknowledgement answers.
    fn answered(&mut self, id: PacketId, kind: impl Fn(&Asked<'_>) -> bool) -> Option<Asked<'a>> {
        let place = self.open.iter().position(|asked| asked.packet_id == Some(id) && kind(asked))?;
        Some(self.open.remove(place))
    }
}

/// The session's expiry, in seconds.
fn expiry(properties: &Properties) -> Option<u32> {
    properties.0.iter().find_map(|property| match property {
        Property::SessionExpiryInterval(seconds) => Some(*seconds),
        _ => None,
    })
}
