//! CONNECT: checked, authorised, let in or refused.
//!
//! In this order: the shape of the packet, the rate of the client ID, the rights, and only then a takeover. The
//! order of the first two is inferred.

use std::collections::BTreeMap;

use crate::iot::time::{Instant, Millis};
use crate::mqtt::{ConnAck, Connect, Packet, Properties, Property, Qos, ReasonCode, Version};

use super::Broker;
use super::authorizer::{Asker, Authorizer, ExplanationId, Request, Ruling, WillRequest};
use super::config::{
    Config, MAX_CLIENT_ID, MAX_KEEP_ALIVE, MAX_TOPIC_ALIASES, MAX_UNACKNOWLEDGED, MIN_CLIENT_PACKET,
    MIN_KEEP_ALIVE,
};
use super::connection::{Caller, Established, State};
use super::ending::{Cause, Refusal};
use super::io::{ConnectionId, News, Output};
use super::lifecycle::EventType;
use super::names::is_will_topic;
use super::publish::is_not_for_a_server;
use super::session::Session;
use super::takeover::{Newcomer, Outcome, takeover};
use super::timers::Timer;

/// What of a CONNECT's properties the broker acts on.
struct Wishes {
    /// Seconds; 0 for a session that ends with the connection.
    session_expiry: u32,
    receive_maximum: u16,
    max_packet: usize,
}

impl Broker {
    pub(super) fn on_connect(
        &mut self,
        now: Instant,
        id: ConnectionId,
        connect: Connect,
        rights: &mut dyn Authorizer,
    ) {
        let Some(who) = self.connections.get(&id).map(|connection| connection.who) else {
            return;
        };
        let Some(wishes) = wishes(&connect, &self.config) else {
            return self.end(now, id, Cause::ProtocolError, rights);
        };
        if let Some(refusal) = self.objection(now, &connect) {
            return self.refuse(now, id, &connect, refusal, None, rights);
        }
        let client_id = self.name(&connect.client_id);
        let asker = Asker { who, connection: id, client_id };
        let will = connect.will.as_ref().map(|will| WillRequest {
            topic: will.topic.clone(),
            qos: will.qos,
            retain: will.retain,
        });
        let request = Request::Connect { persistent: wishes.session_expiry > 0, will };
        let Ruling { verdict, explanation } = self.ask(now, &asker, request, rights);
        let newcomer = Newcomer { version: connect.version, clean_start: connect.clean_start, verdict };
        let held = self.sessions.get(&asker.client_id).map(Session::held);
        match takeover(held, newcomer) {
            Outcome::Refuse => {
                self.refuse(now, id, &connect, Refusal::NotAuthorized, Some(explanation), rights);
            }
            Outcome::Admit { .. } if held.is_none() && self.sessions.len() >= self.config.max_sessions => {
                self.refuse(now, id, &connect, Refusal::TooManySessions, None, rights);
            }
            Outcome::Admit { evict, resume } => {
                if let Some(holder) = evict {
                    self.end(now, holder, Cause::TakenOver { by: id }, rights);
                }
                self.admit(now, id, asker.client_id, connect, &wishes, resume);
                self.announce_connected(now, id, rights);
            }
        }
    }

    /// What is wrong with a CONNECT before anyone asks about rights.
    fn objection(&mut self, now: Instant, connect: &Connect) -> Option<Refusal> {
        let client_id = connect.client_id.as_str();
        // 3.1.1: only a clean session may leave the naming to the server (MQTT-3.1.3-8).
        let nameless = client_id.is_empty() && connect.version == Version::V311 && !connect.clean_start;
        // Documented: Endpoints and quotas (128 bytes); the data API's pattern forbids a leading `$`.
        if nameless || client_id.len() > MAX_CLIENT_ID || client_id.starts_with('$') {
            return Some(Refusal::ClientIdInvalid);
        }
        if let Some(will) = &connect.will {
            if will.qos == Qos::ExactlyOnce {
                return Some(Refusal::WillQosNotSupported);
            }
            if !is_will_topic(&will.topic) {
                return Some(Refusal::WillTopicInvalid);
            }
        }
        let interval = self.config.connect_interval;
        while let Some((_, past)) = self.attempts_in_order.pop_front_if(|(at, _)| now - *at >= interval) {
            self.connect_attempts.remove(&past);
        }
        if client_id.is_empty() || interval == Millis(0) {
            return None;
        }
        if !self.connect_attempts.insert(client_id.to_owned()) {
            return Some(Refusal::TooFrequent);
        }
        self.attempts_in_order.push_back((now, client_id.to_owned()));
        None
    }

    /// The client ID as sent, or a new one.
    fn name(&mut self, client_id: &str) -> String {
        if !client_id.is_empty() {
            return client_id.to_owned();
        }
        loop {
            self.assigned += 1;
            let name = format!("assigned-{:08}", self.assigned);
            if !self.sessions.contains_key(&name) {
                return name;
            }
        }
    }

    /// MQTT 5: CONNACK with the reason, then close (observed: mqtt5_client issue 131; the codes are
    /// documented). 3.1.1: see [`Refusal::return_code`].
    fn refuse(
        &mut self,
        now: Instant,
        id: ConnectionId,
        connect: &Connect,
        refusal: Refusal,
        explanation: Option<ExplanationId>,
        rights: &mut dyn Authorizer,
    ) {
        let code = match connect.version {
            Version::V5 => Some(refusal.code()),
            Version::V311 => refusal.return_code(),
        };
        if let Some(code) = code {
            let answer =
                Packet::ConnAck(ConnAck { session_present: false, code, properties: Properties::default() });
            self.send(id, connect.version, &answer);
        }
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        self.outputs.push_back(Output::Close { connection: id });
        let client_id = connect.client_id.clone();
        let v5 = connect.version == Version::V5;
        let caller = Caller { connection: id, client_id: client_id.clone(), peer: connection.peer, v5 };
        self.tell_of(&caller, News::Refused { connection: id, client_id, refusal, explanation });
        if let Some(reason) = refusal.connect_failure_reason() {
            let mut event = self.event(now, EventType::ConnectFailed, &caller);
            event.ip_address.clone_from(&caller.peer.ip);
            event.connect_failure_reason = Some(reason);
            self.announce(now, id, event, rights);
        }
    }

    fn admit(
        &mut self,
        now: Instant,
        id: ConnectionId,
        client_id: String,
        connect: Connect,
        wishes: &Wishes,
        resume: bool,
    ) {
        let version = connect.version;
        if !resume {
            self.drop_session(&client_id);
        }
        let session =
            self.sessions.entry(client_id.clone()).or_insert_with(|| Session::new(version, id, now));
        session.attach(id, wishes.receive_maximum);
        let expiry = session.set_expiry(wishes.session_expiry, self.config.session_expiry);
        if session.has_stored() {
            self.timers.set(now, Timer::Stored(client_id.clone()));
        }
        let keep_alive = keep_alive(connect.keep_alive);
        let assigned = connect.client_id.is_empty().then(|| client_id.clone());
        let properties = match version {
            Version::V311 => Properties::default(),
            Version::V5 => self.connack_properties(keep_alive, expiry, wishes, assigned),
        };
        let answer =
            Packet::ConnAck(ConnAck { session_present: resume, code: ReasonCode::SUCCESS, properties });
        let version_number = self.next_version_number(now, &client_id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.state = State::Established(Established {
                version,
                client_id: client_id.clone(),
                keep_alive,
                last_heard: now,
                will: connect.will,
                aliases: BTreeMap::new(),
                max_packet: wishes.max_packet,
                version_number,
            });
            self.timers.set(connection.silent_until(), Timer::Silence(id));
        }
        self.send(id, version, &answer);
        self.tell(News::Connected { connection: id, client_id, version, session_present: resume });
    }

    fn announce_connected(&mut self, now: Instant, id: ConnectionId, rights: &mut dyn Authorizer) {
        let Some(connection) = self.connections.get(&id) else { return };
        let Some(established) = connection.established() else { return };
        let caller = established.caller(id, &connection.peer);
        let mut event = self.event(now, EventType::Connected, &caller);
        event.version_number = Some(established.version_number);
        event.ip_address = caller.peer.ip;
        self.announce(now, id, event, rights);
    }

    /// Documented: Developer Guide, MQTT 5 supported features. That Server Keep Alive is always sent is
    /// inferred; Session Expiry Interval is sent when it differs from the wish.
    fn connack_properties(
        &self,
        keep_alive: u16,
        expiry: Millis,
        wishes: &Wishes,
        assigned: Option<String>,
    ) -> Properties {
        let mut properties = Vec::new();
        let granted = u32::try_from(expiry.0 / 1000).unwrap_or(u32::MAX);
        if granted != wishes.session_expiry {
            properties.push(Property::SessionExpiryInterval(granted));
        }
        let max_packet = u32::try_from(self.config.max_packet).unwrap_or(u32::MAX);
        let in_flight = u16::try_from(MAX_UNACKNOWLEDGED).unwrap_or(u16::MAX);
        properties.push(Property::ReceiveMaximum(in_flight));
        properties.push(Property::MaximumQos(1));
        properties.push(Property::RetainAvailable(1));
        properties.push(Property::MaximumPacketSize(max_packet));
        properties.extend(assigned.map(Property::AssignedClientIdentifier));
        properties.push(Property::TopicAliasMaximum(MAX_TOPIC_ALIASES));
        properties.push(Property::WildcardSubscriptionAvailable(1));
        properties.push(Property::SubscriptionIdentifierAvailable(0));
        properties.push(Property::SharedSubscriptionAvailable(1));
        properties.push(Property::ServerKeepAlive(keep_alive));
        Properties(properties)
    }
}

/// Reads the properties; `None` when one has a value that the standard forbids (MQTT 5 sections 3.1.2.11.3 and
/// 3.1.2.11.4: zero; 3.1.3.2.6: a will's Response Topic is a topic's name, so it has no wildcards).
fn wishes(connect: &Connect, config: &Config) -> Option<Wishes> {
    if connect.will.iter().flat_map(|will| &will.properties.0).any(is_not_for_a_server) {
        return None;
    }
    let stays = u32::try_from(config.session_expiry.0 / 1000).unwrap_or(u32::MAX);
    let mut wishes = Wishes {
        session_expiry: match connect.version {
            Version::V311 if !connect.clean_start => stays,
            Version::V311 | Version::V5 => 0,
        },
        receive_maximum: u16::MAX,
        max_packet: usize::MAX,
    };
    for property in &connect.properties.0 {
        match property {
            // AWS's least Maximum Packet Size is 512 (documented: Endpoints and quotas); the answer is inferred.
            Property::ReceiveMaximum(0) | Property::MaximumPacketSize(..MIN_CLIENT_PACKET) => return None,
            Property::SessionExpiryInterval(seconds) => wishes.session_expiry = *seconds,
            Property::ReceiveMaximum(messages) => wishes.receive_maximum = *messages,
            Property::MaximumPacketSize(bytes) => {
                wishes.max_packet = usize::try_from(*bytes).unwrap_or(usize::MAX);
            }
            _ => {}
        }
    }
    Some(wishes)
}

/// The keep-alive in effect, in seconds (documented: Endpoints and quotas).
fn keep_alive(asked: u16) -> u16 {
    match asked {
        0 => MAX_KEEP_ALIVE,
        seconds => seconds.clamp(MIN_KEEP_ALIVE, MAX_KEEP_ALIVE),
    }
}
