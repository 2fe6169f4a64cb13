//! One transport connection, from its opening to its end.

use std::collections::BTreeMap;

use crate::iot::time::Instant;
use crate::mqtt::{
    Connect, DecodeError, Disconnect, FrameError, FrameSplitter, Packet, Properties, Property, ReasonCode,
    Version, Will, decode, encode,
};

use super::authorizer::{Asker, Authorizer, Peer};
use super::ending::{Cause, DisconnectReason};
use super::io::{ConnectionId, News, Output, Who};
use super::lifecycle::EventType;
use super::rate::Meter;
use super::timers::Timer;
use super::{Broker, patience};

/// What the broker keeps of a transport connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) who: Who,
    pub(super) peer: Peer,
    frames: FrameSplitter,
    /// Bytes read from it.
    throughput: Meter,
    pub(super) state: State,
}

/// Who is behind a connection, as lifecycle events and the log name it.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) connection: ConnectionId,
    pub(super) client_id: String,
    pub(super) peer: Peer,
    pub(super) v5: bool,
}

/// Where a connection stands. A closed one is forgotten.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// No CONNECT yet.
    Opened {
        /// When patience ends.
        until: Instant,
    },
    /// A CONNECT was accepted.
    Established(Established),
}

/// What an accepted CONNECT brought.
#[derive(Clone, Debug)]
pub(super) struct Established {
    pub(super) version: Version,
    pub(super) client_id: String,
    /// In effect, in seconds.
    pub(super) keep_alive: u16,
    pub(super) last_heard: Instant,
    pub(super) will: Option<Will>,
    /// Topic aliases that the client has set (MQTT 5 section 3.3.2.3.4).
    pub(super) aliases: BTreeMap<u16, String>,
    /// Largest packet that the client takes.
    pub(super) max_packet: usize,
    /// Of the lifecycle events.
    pub(super) version_number: u64,
}

impl Established {
    pub(super) fn caller(&self, connection: ConnectionId, peer: &Peer) -> Caller {
        let (client_id, v5) = (self.client_id.clone(), self.version == Version::V5);
        Caller { connection, client_id, peer: peer.clone(), v5 }
    }
}

impl Connection {
    pub(super) fn new(who: Who, peer: Peer, until: Instant, max_packet: usize) -> Self {
        let frames = FrameSplitter::new(max_packet);
        Self { who, peer, frames, throughput: Meter::default(), state: State::Opened { until } }
    }

    pub(super) fn caller(&self, id: ConnectionId) -> Option<Caller> {
        self.established().map(|established| established.caller(id, &self.peer))
    }

    /// Bytes that it holds: unread ones and aliases.
    pub(super) fn holds(&self) -> usize {
        let aliases = self.established().map_or(0, |e| e.aliases.values().map(String::len).sum());
        let will = self.established().and_then(|e| e.will.as_ref());
        self.frames.pending() + aliases + will.map_or(0, |will| will.topic.len() + will.payload.len())
    }

    /// The moment at which the connection has been silent for too long.
    pub(super) fn silent_until(&self) -> Instant {
        match &self.state {
            State::Opened { until } => *until,
            State::Established(e) => e.last_heard + patience(e.keep_alive),
        }
    }

    pub(super) fn established(&self) -> Option<&Established> {
        match &self.state {
            State::Opened { .. } => None,
            State::Established(established) => Some(established),
        }
    }

    /// How to read the next packet. Before CONNECT any version will do: a CONNECT names its own.
    fn version(&self) -> Version {
        self.established().map_or(Version::V311, |e| e.version)
    }
}

impl Broker {
    pub(super) fn on_received(
        &mut self,
        now: Instant,
        id: ConnectionId,
        bytes: &[u8],
        rights: &mut dyn Authorizer,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.frames.push(bytes);
        if connection.frames.pending() > self.config.max_stored_bytes {
            return self.end(now, id, Cause::Flooded, rights);
        }
        self.read(now, id, rights);
    }

    /// Reads what has come in. What comes faster than AWS reads waits for the next second.
    pub(super) fn read(&mut self, now: Instant, id: ConnectionId, rights: &mut dyn Authorizer) {
        let most = self.config.max_throughput;
        // A packet may end the connection; what follows it is not looked at (MQTT-4.13.1-1).
        while let Some(connection) = self.connections.get_mut(&id) {
            if most > 0 && connection.throughput.count(now) >= most {
                if let (Some(at), true) = (connection.throughput.ends(), connection.frames.pending() > 0) {
                    self.timers.set(at, Timer::Backlog(id));
                }
                return;
            }
            let frame = match connection.frames.next() {
                None => return,
                Some(Ok(frame)) => frame,
                Some(Err(FrameError::TooLarge { .. })) => {
                    return self.end(now, id, Cause::TooLarge, rights);
                }
                Some(Err(_)) => return self.end(now, id, Cause::Malformed, rights),
            };
            connection.throughput.add(now, frame.bytes().len());
            if let State::Established(established) = &mut connection.state {
                established.last_heard = now;
            }
            match decode(&frame, connection.version()) {
                Ok(packet) => self.on_packet(now, id, packet, rights),
                Err(error) => self.end(now, id, decode_fault(&error), rights),
            }
        }
    }

    fn on_packet(&mut self, now: Instant, id: ConnectionId, packet: Packet, rights: &mut dyn Authorizer) {
        self.traces += 1;
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let Some(established) = connection.established() else {
            return match packet {
                Packet::Connect(connect) => self.on_connect(now, id, connect, rights),
                // MQTT-3.1.0-1: the first packet is a CONNECT.
                _ => self.end(now, id, Cause::ProtocolError, rights),
            };
        };
        let version = established.version;
        let asker = Asker { who: connection.who, connection: id, client_id: established.client_id.clone() };
        match packet {
            Packet::Publish(publish) => self.on_publish(now, &asker, version, publish, rights),
            Packet::PubAck(ack) => self.on_puback(now, &asker, ack.packet_id),
            Packet::Subscribe(subscribe) => {
                self.on_subscribe(now, &asker, version, subscribe, rights);
            }
            Packet::Unsubscribe(unsubscribe) => {
                self.on_unsubscribe(now, &asker, version, unsubscribe, rights);
            }
            Packet::PingReq => {
                self.send(id, version, &Packet::PingResp);
                self.on_ping(id);
            }
            Packet::Disconnect(disconnect) => {
                self.on_disconnect(now, &asker, version, &disconnect, rights);
            }
            // A second CONNECT (MQTT-3.1.0-2); what AWS does not support (documented: Developer Guide, MQTT
            // differences: AUTH, PUBREC, PUBREL, PUBCOMP); what only a server sends.
            Packet::Connect(Connect { .. })
            | Packet::Auth(_)
            | Packet::PubRec(_)
            | Packet::PubRel(_)
            | Packet::PubComp(_)
            | Packet::ConnAck(_)
            | Packet::SubAck(_)
            | Packet::UnsubAck(_)
            | Packet::PingResp => self.end(now, id, Cause::ProtocolError, rights),
        }
    }

    fn on_ping(&mut self, id: ConnectionId) {
        let caller = self.connections.get(&id).filter(|_| self.logs()).and_then(|c| c.caller(id));
        if let Some(caller) = caller {
            self.log_ping(&caller);
        }
    }

    fn on_disconnect(
        &mut self,
        now: Instant,
        asker: &Asker,
        version: Version,
        disconnect: &Disconnect,
        rights: &mut dyn Authorizer,
    ) {
        let expiry = disconnect.properties.0.iter().find_map(|property| match property {
            Property::SessionExpiryInterval(seconds) => Some(*seconds),
            _ => None,
        });
        let session = self.sessions.get_mut(&asker.client_id);
        if let (Version::V5, Some(seconds), Some(session)) = (version, expiry, session) {
            if !session.persistent() && seconds > 0 {
                // MQTT 5 section 3.14.2.2.2: zero at CONNECT cannot become more here.
                return self.end(now, asker.connection, Cause::ProtocolError, rights);
            }
            session.set_expiry(seconds, self.config.session_expiry);
        }
        let with_will = disconnect.code == ReasonCode::DISCONNECT_WITH_WILL;
        let cause = Cause::ClientDisconnected { with_will };
        self.end(now, asker.connection, cause, rights);
    }

    /// Ends a connection for whatever cause: DISCONNECT, close, session, news, will, in this order.
    pub(super) fn end(&mut self, now: Instant, id: ConnectionId, cause: Cause, rights: &mut dyn Authorizer) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        let State::Established(established) = connection.state else {
            self.close(id, cause);
            return self.tell(News::Dropped { connection: id, cause });
        };
        if let (Version::V5, Some(code)) = (established.version, cause.code()) {
            let disconnect = Packet::Disconnect(Disconnect { code, properties: Properties::default() });
            self.send(id, established.version, &disconnect);
        }
        self.close(id, cause);
        let caller = established.caller(id, &connection.peer);
        let client_id = established.client_id;
        let session_kept = self.detach_session(now, &client_id);
        self.keep_version_number(now, &client_id);
        let will = established.will.filter(|_| cause.publishes_will());
        let news = News::Disconnected {
            connection: id,
            client_id: client_id.clone(),
            cause,
            will_published: will.is_some(),
            session_kept,
        };
        self.tell_of(&caller, news);
        let reason = cause.reason();
        let mut event = self.event(now, EventType::Disconnected, &caller);
        event.version_number = Some(established.version_number);
        event.client_initiated_disconnect = Some(reason == DisconnectReason::ClientInitiatedDisconnect);
        event.disconnect_reason = Some(reason);
        self.announce(now, id, event, rights);
        if let Some(will) = will {
            self.publish_will(now, id, &client_id, will, rights);
        }
    }

    fn close(&mut self, connection: ConnectionId, cause: Cause) {
        if cause != Cause::ConnectionLost {
            self.outputs.push_back(Output::Close { connection });
        }
    }

    /// Puts one packet on the wire. A packet that cannot be written is our fault, and is not sent.
    pub(super) fn send(&mut self, connection: ConnectionId, version: Version, packet: &Packet) {
        if let Ok(bytes) = encode(packet, version) {
            self.outputs.push_back(Output::Send { connection, bytes });
        }
    }
}

fn decode_fault(error: &DecodeError) -> Cause {
    match error.reason_code() {
        ReasonCode::PROTOCOL_ERROR => Cause::ProtocolError,
        ReasonCode::TOPIC_NAME_INVALID => Cause::TopicNameInvalid,
        ReasonCode::TOPIC_FILTER_INVALID => Cause::TopicFilterInvalid,
        _ => Cause::Malformed,
    }
}
