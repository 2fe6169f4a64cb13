//! The state machine: what each fact and command does in each state.

use std::collections::{BTreeMap, VecDeque};

use super::handshake::{Retain, Terms, packet_limit};
use super::inflight::{Inflight, Slot, Step};
use super::io::{
    Cause, Closure, Config, Connected, Input, Message, Misuse, Output, PeerError, Refusal, RequestId, Timer,
};
use super::keep_alive::{Due, KeepAlive};
use super::reconnect::{Backoff, Stop};
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{
    self, Ack, Codes, ConnAck, Disconnect, EncodeError, Frame, FrameSplitter, Packet, PacketId, Properties,
    Property, Publish, Qos, ReasonCode, Subscribe, Subscription, Unsubscribe, Version, topic,
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
    /// Topic aliases that the server has set.
    aliases: BTreeMap<u16, String>,
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

    fn on_connect(&mut self) {
        if !matches!(self.state, State::Idle | State::Waiting { .. }) {
            return self.reject(None, Misuse::NotIdle);
        }
        // Found out before a transport is opened for nothing.
        if let Err(error) = mqtt::encode(&Packet::Connect(self.config.connect.clone()), self.version()) {
            return self.reject(None, Misuse::Packet(error));
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
            terms,
            aliases: BTreeMap::new(),
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

    fn on_packet(&mut self, now: Instant, packet: Packet) {
        match packet {
            Packet::Publish(publish) => self.on_message(now, publish),
            Packet::PubAck(ack) => self.on_acknowledged(now, ack, Qos::AtLeastOnce),
            Packet::PubRec(ack) => self.on_pubrec(now, ack),
            Packet::PubRel(ack) => self.on_pubrel(now, &ack),
            Packet::PubComp(ack) => self.on_acknowledged(now, ack, Qos::ExactlyOnce),
            Packet::SubAck(codes) => self.on_suback(now, codes),
            Packet::UnsubAck(codes) => self.on_unsuback(now, codes),
            Packet::PingResp => {
                if let State::Online(online) = &mut self.state {
                    online.keep_alive.on_ping_resp();
                }
            }
            Packet::Disconnect(packet) if self.version() == Version::V5 => {
                self.end(now, Cause::ServerDisconnect(packet), Transport::Open);
            }
            other => self.fail(now, PeerError::Unexpected(other.kind())),
        }
    }

    fn on_message(&mut self, now: Instant, mut publish: Publish) {
        let State::Online(online) = &mut self.state else { return };
        if let Err(error) = online.resolve_alias(&mut publish) {
            return self.fail(now, error);
        }
        let own_maximum = usize::from(online.terms.own_receive_maximum);
        let (qos, id) = (publish.qos, publish.packet_id);
        match (qos, id) {
            (Qos::ExactlyOnce, Some(id)) => {
                let news = self.inflight.arrived.insert(id.0);
                if self.inflight.arrived.len() > own_maximum {
                    return self.fail(now, PeerError::ReceiveMaximum);
                }
                if news {
                    self.outputs.push_back(Output::Message(publish));
                }
                let _ = self.send(now, Packet::PubRec(ack(id, ReasonCode::SUCCESS)));
            }
            (Qos::AtLeastOnce, Some(id)) => {
                self.outputs.push_back(Output::Message(publish));
                let _ = self.send(now, Packet::PubAck(ack(id, ReasonCode::SUCCESS)));
            }
            _ => self.outputs.push_back(Output::Message(publish)),
        }
    }

    fn on_pubrel(&mut self, now: Instant, release: &Ack) {
        let known = self.inflight.arrived.remove(&release.packet_id.0);
        // 3.1.1 has no code; there an unknown identifier is answered like a known one (MQTT-4.3.3-2).
        let code = match self.version() {
            Version::V5 if !known => ReasonCode::PACKET_IDENTIFIER_NOT_FOUND,
            _ => ReasonCode::SUCCESS,
        };
        let _ = self.send(now, Packet::PubComp(ack(release.packet_id, code)));
    }

    /// PUBACK of a QoS 1 message or PUBCOMP of a QoS 2 message. An answer to nothing is in the log and has no
    /// further effect, as after a server's repetition.
    fn on_acknowledged(&mut self, now: Instant, answer: Ack, qos: Qos) {
        let fits = match self.inflight.get(answer.packet_id) {
            Some(Slot::Message { step: Step::Sent(publish) | Step::Resend(publish), .. }) => {
                qos == Qos::AtLeastOnce && publish.qos == qos
            }
            Some(Slot::Message { step: Step::Released, .. }) => qos == Qos::ExactlyOnce,
            _ => false,
        };
        if fits {
            self.finish(now, answer);
        }
    }

    fn on_pubrec(&mut self, now: Instant, answer: Ack) {
        match self.inflight.get(answer.packet_id) {
            Some(Slot::Message { step: Step::Sent(publish), .. }) if publish.qos == Qos::ExactlyOnce => {
                if answer.code.is_failure() {
                    return self.finish(now, answer);
                }
                self.inflight.advance(answer.packet_id);
                let _ = self.send(now, Packet::PubRel(ack(answer.packet_id, ReasonCode::SUCCESS)));
            }
            Some(Slot::Message { step: Step::Released, .. }) if !answer.code.is_failure() => {
                let _ = self.send(now, Packet::PubRel(ack(answer.packet_id, ReasonCode::SUCCESS)));
            }
            None if self.version() == Version::V5 && !answer.code.is_failure() => {
                let code = ReasonCode::PACKET_IDENTIFIER_NOT_FOUND;
                let _ = self.send(now, Packet::PubRel(ack(answer.packet_id, code)));
            }
            _ => {}
        }
    }

    fn finish(&mut self, now: Instant, answer: Ack) {
        if let Some(Slot::Message { request, .. }) = self.inflight.release(answer.packet_id) {
            self.outputs.push_back(Output::Published { request, answer: Some(answer) });
        }
        self.pump(now);
    }

    fn on_suback(&mut self, now: Instant, answer: Codes) {
        let Some(&Slot::Subscribe { request, filters }) = self.inflight.get(answer.packet_id) else { return };
        if answer.codes.len() != filters {
            let got = answer.codes.len();
            return self.fail(now, PeerError::CodeCount { expected: filters, got });
        }
        self.inflight.release(answer.packet_id);
        self.outputs.push_back(Output::Subscribed { request, answer });
    }

    fn on_unsuback(&mut self, now: Instant, answer: Codes) {
        let Some(&Slot::Unsubscribe { request, filters }) = self.inflight.get(answer.packet_id) else {
            return;
        };
        if self.version() == Version::V5 && answer.codes.len() != filters {
            let got = answer.codes.len();
            return self.fail(now, PeerError::CodeCount { expected: filters, got });
        }
        self.inflight.release(answer.packet_id);
        self.outputs.push_back(Output::Unsubscribed { request, answer });
    }

    fn on_subscribe(
        &mut self,
        now: Instant,
        request: RequestId,
        filters: Vec<Subscription>,
        properties: Properties,
    ) {
        let slot = Slot::Subscribe { request, filters: filters.len() };
        let names = filters.iter().map(|line| line.filter.as_str());
        let checked = self.check_filters(names);
        self.request(now, request, slot, checked, |packet_id| {
            Packet::Subscribe(Subscribe { packet_id, filters, properties })
        });
    }

    fn on_unsubscribe(
        &mut self,
        now: Instant,
        request: RequestId,
        filters: Vec<String>,
        properties: Properties,
    ) {
        let slot = Slot::Unsubscribe { request, filters: filters.len() };
        let checked = self.check_filters(filters.iter().map(String::as_str));
        self.request(now, request, slot, checked, |packet_id| {
            Packet::Unsubscribe(Unsubscribe { packet_id, filters, properties })
        });
    }

    fn check_filters<'a>(&self, filters: impl Iterator<Item = &'a str>) -> Result<(), Misuse> {
        if !self.is_connected() {
            return Err(Misuse::NotConnected);
        }
        for filter in filters {
            topic::check_filter(filter).map_err(|error| Misuse::Topic { topic: filter.to_owned(), error })?;
        }
        Ok(())
    }

    /// Sends a request that a packet identifier ties to its answer.
    fn request(
        &mut self,
        now: Instant,
        request: RequestId,
        slot: Slot,
        checked: Result<(), Misuse>,
        packet: impl FnOnce(PacketId) -> Packet,
    ) {
        if let Err(why) = checked {
            return self.reject(Some(request), why);
        }
        let Some(id) = self.inflight.claim(slot) else {
            return self.reject(Some(request), Misuse::NoPacketId);
        };
        if let Err(why) = self.send(now, packet(id)) {
            self.inflight.release(id);
            self.reject(Some(request), why);
        }
    }

    fn on_publish(&mut self, now: Instant, request: RequestId, message: Message) {
        let publish = match self.check_message(message) {
            Ok(publish) => publish,
            Err(why) => return self.reject(Some(request), why),
        };
        if publish.qos != Qos::AtMostOnce {
            self.inflight.enqueue(request, publish);
            return self.pump(now);
        }
        match self.send(now, Packet::Publish(publish)) {
            Ok(()) => self.outputs.push_back(Output::Published { request, answer: None }),
            Err(why) => self.reject(Some(request), why),
        }
    }

    /// All that can be wrong with a message is found here, because it may have to wait before it is sent.
    fn check_message(&self, message: Message) -> Result<Publish, Misuse> {
        let State::Online(online) = &self.state else { return Err(Misuse::NotConnected) };
        let Message { topic, payload, qos, retain, properties } = message;
        topic::check_name(&topic).map_err(|error| Misuse::Topic { topic: topic.clone(), error })?;
        if qos > online.terms.maximum_qos {
            return Err(Misuse::QosNotSupported);
        }
        if retain && online.terms.retain == Retain::NotAvailable {
            return Err(Misuse::RetainNotSupported);
        }
        let aliases = 1..=online.terms.topic_alias_maximum;
        if properties
            .0
            .iter()
            .any(|one| matches!(one, Property::TopicAlias(alias) if !aliases.contains(alias)))
        {
            return Err(Misuse::TopicAlias);
        }
        let mut publish = Publish { dup: false, qos, retain, topic, packet_id: None, properties, payload };
        if qos != Qos::AtMostOnce {
            if self.inflight.queued() >= self.config.queue_limit {
                return Err(Misuse::QueueFull);
            }
            // Any identifier does to find out whether the packet can be written.
            publish.packet_id = Some(PacketId(1));
            let packet = Packet::Publish(publish.clone());
            self.check_size(mqtt::encode(&packet, self.version()))?;
            publish.packet_id = None;
        }
        Ok(publish)
    }

    fn check_size(&self, encoded: Result<Vec<u8>, EncodeError>) -> Result<Vec<u8>, Misuse> {
        let bytes = encoded.map_err(Misuse::Packet)?;
        if let State::Online(online) = &self.state
            && let Some(limit) = online.terms.maximum_packet_size
            && let limit = usize::try_from(limit).unwrap_or(usize::MAX)
            && bytes.len() > limit
        {
            return Err(Misuse::PacketTooLarge { size: bytes.len(), limit });
        }
        Ok(bytes)
    }

    /// Sends what the server's Receive Maximum lets go.
    fn pump(&mut self, now: Instant) {
        while let State::Online(online) = &self.state {
            let Some(next) = self.inflight.next(online.terms.receive_maximum) else { return };
            match next {
                Err(request) => self.reject(Some(request), Misuse::NoPacketId),
                Ok(publish) => {
                    let id = publish.packet_id;
                    // Only a message of an earlier connection can fail here: this server takes less.
                    if let Err(why) = self.send(now, Packet::Publish(publish))
                        && let Some(Slot::Message { request, .. }) =
                            id.and_then(|id| self.inflight.release(id))
                    {
                        self.reject(Some(request), why);
                    }
                }
            }
        }
    }

    fn send(&mut self, now: Instant, packet: Packet) -> Result<(), Misuse> {
        let bytes = self.check_size(mqtt::encode(&packet, self.version()))?;
        // What the encoder writes is one packet.
        let Ok(frame) = Frame::new(bytes) else { return Ok(()) };
        self.outputs.push_back(Output::Send { frame, packet });
        if let State::Online(online) = &mut self.state {
            online.keep_alive.on_sent(now);
        }
        Ok(())
    }

    fn on_disconnect(&mut self, now: Instant, code: ReasonCode, properties: Properties) {
        match self.state {
            State::Online(_) => match self.send(now, Packet::Disconnect(Disconnect { code, properties })) {
                Ok(()) => self.end(now, Cause::OwnRequest, Transport::Open),
                Err(why) => self.reject(None, why),
            },
            State::Opening | State::Handshake { .. } => {
                self.refuse(now, Refusal::OwnRequest, Transport::Open);
            }
            State::Waiting { .. } => {
                self.state = State::Idle;
                self.give_up(Stop::OwnRequest);
            }
            State::Closing { reconnect: Some(_) } => {
                self.state = State::Closing { reconnect: None };
                self.give_up(Stop::OwnRequest);
            }
            State::Idle | State::Closing { .. } => self.reject(None, Misuse::NotConnected),
        }
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
        let lasted = match &self.state {
            State::Online(online) => now - online.since,
            _ => Millis(0),
        };
        let next = self.backoff.as_mut().map(|backoff| backoff.on_disconnected(now, lasted, &cause));
        self.outputs.push_back(Output::Disconnected(cause));
        let mut lost = self.inflight.on_connection_lost();
        if self.session_ends_with_connection() {
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

    /// MQTT 5 section 3.1.2.11.2: a session without expiry interval ends with its connection. 3.1.1 section
    /// 3.1.2.4: so does one with Clean Session.
    fn session_ends_with_connection(&self) -> bool {
        let connect = &self.config.connect;
        match connect.version {
            Version::V311 => connect.clean_start,
            Version::V5 => {
                !connect.properties.0.iter().any(
                    |property| matches!(property, Property::SessionExpiryInterval(seconds) if *seconds > 0),
                )
            }
        }
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

impl Online {
    /// Puts the topic in for its alias, and keeps new aliases (MQTT 5 section 3.3.2.3.4).
    fn resolve_alias(&mut self, publish: &mut Publish) -> Result<(), PeerError> {
        let alias = publish.properties.0.iter().find_map(|property| match property {
            Property::TopicAlias(alias) => Some(*alias),
            _ => None,
        });
        let Some(alias) = alias else { return Ok(()) };
        if alias == 0 || alias > self.terms.own_topic_alias_maximum {
            return Err(PeerError::TopicAlias);
        }
        if publish.topic.is_empty() {
            publish.topic = self.aliases.get(&alias).ok_or(PeerError::TopicAlias)?.clone();
        } else {
            self.aliases.insert(alias, publish.topic.clone());
        }
        Ok(())
    }
}

fn ack(packet_id: PacketId, code: ReasonCode) -> Ack {
    Ack { packet_id, code, properties: Properties::default() }
}
