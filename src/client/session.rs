//! The state machine: states, and how a connection begins and ends.

mod commands;
mod packets;
mod sending;

use std::collections::{BTreeSet, VecDeque};

use super::aliases::Aliases;
use super::error::{Misuse, PeerError};
use super::handshake::{Terms, packet_limit};
use super::inflight::Inflight;
use super::io::{Cause, Closure, Config, Connected, Input, Output, Refusal, RequestId, Timer};
use super::keep_alive::{Due, KeepAlive};
use super::reconnect::{Backoff, Stop};
use super::rules;
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{
    self, Ack, ConnAck, Disconnect, Frame, FrameSplitter, Packet, PacketId, Properties, ReasonCode, Version,
};

/// One client and its session with one server, over any number of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    config: Config,
    state: State,
    inflight: Inflight,
    backoff: Option<Backoff>,
    outputs: VecDeque<Output>,
}

impl Session {
    /// A session that waits for [`Input::Connect`].
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            backoff: config.reconnect.map(Backoff::new),
            config,
            state: State::Idle,
            inflight: Inflight::default(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes a fact or a command. `now` never goes back, and [`poll`](Self::poll) has given all that the
    /// input before had to tell.
    pub fn handle(&mut self, now: Instant, input: Input) {
        debug_assert!(self.outputs.is_empty(), "the driver has not polled all outputs");
        match input {
            Input::Connect => self.on_connect(),
            Input::Subscribe { request, filters, properties } => {
                self.on_subscribe(now, request, filters, properties);
            }
            Input::Unsubscribe { request, filters, properties } => {
                self.on_unsubscribe(now, request, filters, properties);
            }
            Input::Publish { request, message } => self.on_publish(now, request, message),
            Input::Disconnect { code, properties } => self.on_disconnect(now, code, properties),
            Input::TransportOpened => self.on_transport_opened(now),
            Input::Received(bytes) => self.on_received(now, &bytes),
            Input::TransportClosed(closure) => self.on_transport_closed(now, closure),
            Input::TimePassed => self.on_time_passed(now),
        }
    }

    /// The next order or news; `None` when there is nothing more to do before the next input.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to give [`Input::TimePassed`], and what for.
    #[must_use]
    pub fn deadline(&self) -> Option<(Instant, Timer)> {
        match &self.state {
            State::Handshake { sent, .. } => Some((*sent + self.config.connack_timeout, Timer::ConnAck)),
            State::Online(online) => online.keep_alive.deadline(),
            State::Waiting { until } => Some((*until, Timer::Reconnect)),
            State::Idle | State::Opening | State::Closing { .. } => None,
        }
    }

    /// The version that the session speaks.
    #[must_use]
    pub fn version(&self) -> Version {
        self.config.connect.version
    }

    /// Whether commands are taken.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self.state, State::Online(_))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// There is nothing; a user may connect.
    Idle,
    /// The transport was asked for.
    Opening,
    /// CONNECT was sent.
    Handshake { stream: FrameSplitter, sent: Instant },
    /// CONNACK accepted.
    Online(Box<Online>),
    /// The transport is to be closed; bytes that still come are nobody's.
    Closing { reconnect: Option<Instant> },
    /// Nothing until the next attempt.
    Waiting { until: Instant },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Online {
    since: Instant,
    stream: FrameSplitter,
    keep_alive: KeepAlive,
    terms: Terms,
    /// Topic aliases that the session has set.
    ours: Aliases,
    /// Topic aliases that the server has set.
    theirs: Aliases,
    /// QoS 2 messages that came on this connection and are not yet released: the client's Receive Maximum
    /// counts those, not what an earlier connection has left (MQTT 5 section 4.9).
    unreleased: BTreeSet<u16>,
}

impl Session {
    fn on_connect(&mut self) {
        if !matches!(self.state, State::Idle | State::Waiting { .. }) {
            return self.reject(None, Misuse::NotIdle);
        }
        // Found out before a transport is opened for nothing.
        let connect = &self.config.connect;
        let writable = || mqtt::encode(&Packet::Connect(connect.clone()), connect.version);
        let checked = rules::check_connect(connect).and_then(|()| writable().map_err(Misuse::Packet));
        if let Err(why) = checked {
            return self.reject(None, why);
        }
        if let Some(backoff) = &mut self.backoff {
            backoff.on_connect_command();
        }
        self.open();
    }

    fn open(&mut self) {
        self.state = State::Opening;
        self.outputs.push_back(Output::OpenTransport);
    }

    fn on_transport_opened(&mut self, now: Instant) {
        match self.state {
            State::Opening => {}
            // The order to close is on its way.
            State::Closing { .. } => return,
            _ => return self.reject(None, Misuse::NoTransport),
        }
        let limit = packet_limit(&self.config.connect.properties, self.config.packet_limit);
        self.state = State::Handshake { stream: FrameSplitter::new(limit), sent: now };
        // It could be written when the command came.
        let _ = self.send(now, Packet::Connect(self.config.connect.clone()));
    }

    fn on_received(&mut self, now: Instant, bytes: &[u8]) {
        match &mut self.state {
            State::Handshake { stream, .. } => stream.push(bytes),
            State::Online(online) => online.stream.push(bytes),
            State::Closing { .. } => return,
            State::Idle | State::Opening | State::Waiting { .. } => {
                return self.reject(None, Misuse::NoTransport);
            }
        }
        // A packet may end the connection, and with it the stream.
        while let Some(next) = self.stream().and_then(Iterator::next) {
            match next {
                Ok(frame) => self.on_frame(now, frame),
                Err(error) => self.fail(now, PeerError::Frame(error)),
            }
        }
    }

    fn stream(&mut self) -> Option<&mut FrameSplitter> {
        match &mut self.state {
            State::Handshake { stream, .. } => Some(stream),
            State::Online(online) => Some(&mut online.stream),
            _ => None,
        }
    }

    fn on_frame(&mut self, now: Instant, frame: Frame) {
        let packet = mqtt::decode(&frame, self.version());
        self.outputs.push_back(Output::Received { frame, packet: packet.clone() });
        match (packet, &self.state) {
            (Err(error), _) => self.fail(now, PeerError::Packet(error)),
            (Ok(Packet::ConnAck(connack)), State::Handshake { .. }) => self.on_connack(now, connack),
            (Ok(packet), State::Online(_)) => self.on_packet(now, packet),
            (Ok(packet), _) => self.fail(now, PeerError::Unexpected(packet.kind())),
        }
    }

    fn on_connack(&mut self, now: Instant, connack: ConnAck) {
        if connack.code != ReasonCode::SUCCESS {
            return self.refuse(now, Refusal::Code(connack), Transport::Open);
        }
        let terms = match Terms::agree(&self.config.connect, &connack) {
            Ok(terms) => terms,
            Err(error) => return self.fail(now, error),
        };
        let State::Handshake { stream, sent } = std::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        if let Some(id) = &terms.assigned_client_id {
            self.config.connect.client_id.clone_from(id);
        }
        self.outputs.push_back(Output::Connected(Connected {
            session_present: connack.session_present,
            client_id: self.config.connect.client_id.clone(),
            keep_alive: terms.keep_alive,
            properties: connack.properties,
        }));
        self.state = State::Online(Box::new(Online {
            since: now,
            stream,
            keep_alive: KeepAlive::new(sent, terms.keep_alive, self.config.ping_timeout),
            ours: Aliases::new(terms.topic_alias_maximum),
            theirs: Aliases::new(terms.own_topic_alias_maximum),
            unreleased: BTreeSet::new(),
            terms,
        }));
        if connack.session_present {
            for packet_id in self.inflight.on_resumed() {
                let _ = self.send(now, Packet::PubRel(ack(packet_id, ReasonCode::SUCCESS)));
            }
        } else {
            // MQTT-3.2.2-5: what was in flight belongs to a session that is gone.
            let lost = self.inflight.on_session_lost();
            self.lose(lost);
        }
        self.pump(now);
    }

    fn on_transport_closed(&mut self, now: Instant, closure: Closure) {
        match self.state {
            State::Opening => self.refuse(now, Refusal::NotOpened(closure), Transport::Closed),
            State::Handshake { .. } => {
                self.refuse(now, Refusal::ClosedWithoutConnAck(closure), Transport::Closed);
            }
            State::Online(_) => self.end(now, Cause::Closed(closure), Transport::Closed),
            State::Closing { reconnect } => self.rest(reconnect),
            State::Idle | State::Waiting { .. } => self.reject(None, Misuse::NoTransport),
        }
    }

    fn on_time_passed(&mut self, now: Instant) {
        match &self.state {
            State::Handshake { sent, .. } if *sent + self.config.connack_timeout <= now => {
                self.refuse(now, Refusal::Timeout, Transport::Open);
            }
            State::Waiting { until } if *until <= now => self.open(),
            State::Online(online) => match online.keep_alive.due(now) {
                Due::Nothing => {}
                Due::Ping => {
                    let _ = self.send(now, Packet::PingReq);
                    if let State::Online(online) = &mut self.state {
                        online.keep_alive.on_ping_sent(now);
                    }
                }
                Due::Dead => self.end(now, Cause::KeepAliveTimeout, Transport::Open),
            },
            _ => {}
        }
    }

    /// The server broke the protocol: say so where version 5 lets a client say it, and close.
    fn fail(&mut self, now: Instant, error: PeerError) {
        match self.state {
            State::Online(_) => {
                if self.version() == Version::V5 {
                    let code = error.reason_code();
                    let packet = Disconnect { code, properties: Properties::default() };
                    let _ = self.send(now, Packet::Disconnect(packet));
                }
                self.end(now, Cause::PeerError(error), Transport::Open);
            }
            _ => self.refuse(now, Refusal::PeerError(error), Transport::Open),
        }
    }

    /// There will be no connection.
    fn refuse(&mut self, now: Instant, why: Refusal, transport: Transport) {
        let version = self.version();
        let next = self.backoff.as_mut().map(|backoff| backoff.on_refused(now, version, &why));
        self.outputs.push_back(Output::Refused(why));
        self.leave(next, transport);
    }

    /// There is no connection any more.
    fn end(&mut self, now: Instant, cause: Cause, transport: Transport) {
        let (lasted, session_expiry) = match &self.state {
            State::Online(online) => (now - online.since, online.terms.session_expiry),
            _ => (Millis(0), 0),
        };
        let next = self.backoff.as_mut().map(|backoff| backoff.on_disconnected(now, lasted, &cause));
        self.outputs.push_back(Output::Disconnected(cause));
        let mut lost = self.inflight.on_connection_lost();
        // MQTT 5 section 3.1.2.11.2, 3.1.1 section 3.1.2.4.
        if session_expiry == 0 {
            lost.extend(self.inflight.on_session_lost());
        }
        self.lose(lost);
        self.leave(next, transport);
    }

    fn leave(&mut self, next: Option<Result<Instant, Stop>>, transport: Transport) {
        let reconnect = match next {
            Some(Ok(at)) => {
                self.outputs.push_back(Output::ReconnectAt(at));
                Some(at)
            }
            Some(Err(stop)) => {
                self.give_up(stop);
                None
            }
            None => {
                self.drop_queue();
                None
            }
        };
        match transport {
            Transport::Open => {
                self.outputs.push_back(Output::CloseTransport);
                self.state = State::Closing { reconnect };
            }
            Transport::Closed => self.rest(reconnect),
        }
    }

    fn give_up(&mut self, stop: Stop) {
        self.outputs.push_back(Output::ReconnectStopped(stop));
        self.drop_queue();
    }

    fn drop_queue(&mut self) {
        let unsent = self.inflight.clear_queue();
        self.lose(unsent);
    }

    fn rest(&mut self, reconnect: Option<Instant>) {
        self.state = reconnect.map_or(State::Idle, |until| State::Waiting { until });
    }

    fn lose(&mut self, requests: Vec<RequestId>) {
        self.outputs.extend(requests.into_iter().map(|request| Output::Lost { request }));
    }

    fn reject(&mut self, request: Option<RequestId>, why: Misuse) {
        self.outputs.push_back(Output::Rejected { request, why });
    }
}

/// What is left of the transport when a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Open,
    Closed,
}

fn ack(packet_id: PacketId, code: ReasonCode) -> Ack {
    Ack { packet_id, code, properties: Properties::default() }
}
