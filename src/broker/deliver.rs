//! Messages from the broker to the clients.
//!
//! The right to receive is asked for at each delivery, that is when a message is about to be sent; a stored
//! message is judged when its turn comes (inferred). A refusal is silent (observed: embedded-C issue 278).

use std::collections::BTreeMap;

use crate::iot::time::Instant;
use crate::iot::topic;
use crate::mqtt::{Packet, PacketId, Properties, Property, Publish, Qos, Version, encode};

use super::Broker;
use super::authorizer::{Asker, Authorizer, Request, Verdict};
use super::config::STORED_MESSAGE_INTERVAL;
use super::io::{News, Output};
use super::names::matches;
use super::session::{Message, Session, Stored};
use super::timers::Timer;

/// One receiver of a message.
struct Target {
    client_id: String,
    qos: Qos,
    share: Option<String>,
}

impl Broker {
    /// Passes a message to everyone who subscribed to its topic.
    pub(super) fn route(
        &mut self,
        now: Instant,
        publisher: &str,
        message: &Message,
        rights: &mut dyn Authorizer,
    ) {
        for target in self.targets(publisher, message) {
            let copy = Message { qos: target.qos, share: target.share, ..message.clone() };
            self.deliver(now, &target.client_id, copy, rights);
        }
    }

    /// Subscriptions of one client that overlap get one copy with the best QoS (MQTT 3.1.1 section 3.3.5
    /// leaves the number open; AWS does not say: inferred). A shared subscription gets its own copy, for
    /// one member: a present one if there is any, in turn (AWS does not say which: inferred).
    fn targets(&mut self, publisher: &str, message: &Message) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut groups: BTreeMap<&str, Vec<(&str, &Session, Qos)>> = BTreeMap::new();
        for (client_id, session) in &self.sessions {
            let mut best = None;
            for (filter, granted) in &session.subscriptions {
                if !matches(filter, &message.topic) || (granted.no_local && client_id == publisher) {
                    continue;
                }
                let qos = message.qos.min(granted.qos);
                if topic::share(filter).is_some() {
                    let members = groups.entry(filter).or_default();
                    members.push((client_id, session, qos));
                } else {
                    best = best.max(Some(qos));
                }
            }
            targets.extend(best.map(|qos| Target { client_id: client_id.clone(), qos, share: None }));
        }
        for (filter, mut members) in groups {
            if members.iter().any(|(_, session, _)| session.connection().is_some()) {
                members.retain(|(_, session, _)| session.connection().is_some());
            }
            let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
            let turn = usize::try_from(self.turn % count.max(1)).unwrap_or_default();
            self.turn = self.turn.wrapping_add(1);
            targets.extend(members.get(turn).map(|(client_id, _, qos)| Target {
                client_id: (*client_id).to_owned(),
                qos: *qos,
                share: topic::share(filter).map(|share| share.name.to_owned()),
            }));
        }
        targets
    }

    /// Sends a message to a client, or stores it for later. QoS 0 is never stored.
    pub(super) fn deliver(
        &mut self,
        now: Instant,
        client_id: &str,
        message: Message,
        rights: &mut dyn Authorizer,
    ) {
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        let present = session.connection().is_some();
        let waits = !present || !session.stored.is_empty() || !session.window_open();
        match message.qos {
            Qos::AtMostOnce if present => self.transmit(now, client_id, message, None, rights),
            Qos::AtMostOnce => {}
            _ if waits => self.store(client_id, message),
            _ => self.transmit(now, client_id, message, None, rights),
        }
    }

    fn store(&mut self, client_id: &str, message: Message) {
        let most = self.config.max_stored;
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        let client_id = client_id.to_owned();
        let topic = message.topic.clone();
        if session.stored.len() >= most {
            return self.tell(News::Lost { client_id, topic });
        }
        session.stored.push_back(Stored { message, sent_as: None });
        self.tell(News::Stored { client_id, topic });
    }

    /// Sends the next stored message when its time has come, and arranges for the one after it.
    pub(super) fn send_stored(&mut self, now: Instant, client_id: &str, rights: &mut dyn Authorizer) {
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        if session.connection().is_none() || !session.window_open() {
            // A reconnect or an acknowledgement comes back here.
            return;
        }
        if session.next_stored <= now {
            let Some(Stored { message, sent_as }) = session.stored.pop_front() else {
                return;
            };
            session.next_stored = now + STORED_MESSAGE_INTERVAL;
            self.transmit(now, client_id, message, sent_as, rights);
        }
        if let Some(session) = self.sessions.get(client_id).filter(|s| !s.stored.is_empty()) {
            let next = session.next_stored;
            self.timers.set(next, Timer::Stored(client_id.to_owned()));
        }
    }

    pub(super) fn on_puback(&mut self, now: Instant, asker: &Asker, packet_id: PacketId) {
        let Some(session) = self.sessions.get_mut(&asker.client_id) else {
            return;
        };
        session.acknowledge(packet_id);
        if !session.stored.is_empty() {
            let at = session.next_stored.max(now);
            self.timers.set(at, Timer::Stored(asker.client_id.clone()));
        }
    }

    /// Asks for the right and puts the message on the wire.
    fn transmit(
        &mut self,
        now: Instant,
        client_id: &str,
        message: Message,
        sent_as: Option<PacketId>,
        rights: &mut dyn Authorizer,
    ) {
        let client_id = client_id.to_owned();
        let receiver = self.sessions.get(&client_id).and_then(Session::connection);
        let Some(id) = receiver else { return };
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let Some(established) = connection.established() else {
            return;
        };
        let (version, max_packet) = (established.version, established.max_packet);
        let asker = Asker { who: connection.who, connection: id, client_id: client_id.clone() };
        let topic = message.topic.clone();
        if message.expires.is_some_and(|end| end <= now) {
            return self.tell(News::Lost { client_id, topic });
        }
        let request = Request::Receive { topic: topic.clone(), share: message.share.clone() };
        let ruling = self.ask(now, &asker, request, rights);
        if ruling.verdict == Verdict::Refused {
            return self.tell(News::DeliveryRefused {
                connection: id,
                topic,
                explanation: ruling.explanation,
            });
        }
        let Some(session) = self.sessions.get_mut(&client_id) else {
            return;
        };
        let packet_id =
            (message.qos != Qos::AtMostOnce).then(|| sent_as.unwrap_or_else(|| session.next_packet_id()));
        let packet = Packet::Publish(Publish {
            dup: sent_as.is_some(),
            qos: message.qos,
            retain: message.retain,
            topic: topic.clone(),
            packet_id,
            properties: outgoing_properties(now, version, &message),
            payload: message.payload.clone(),
        });
        match encode(&packet, version) {
            Ok(bytes) if bytes.len() <= max_packet => {
                let qos = message.qos;
                if let Some(packet_id) = packet_id {
                    session.await_acknowledgement(packet_id, message);
                }
                self.outputs.push_back(Output::Send { connection: id, bytes });
                self.tell(News::Delivered { connection: id, topic, qos });
            }
            // MQTT-3.1.2-25: a packet too large for the client is dropped as if it had been sent.
            _ => self.tell(News::Lost { client_id, topic }),
        }
    }
}

/// The forwarded properties with what is left of the expiry (MQTT-3.3.2-6).
fn outgoing_properties(now: Instant, version: Version, message: &Message) -> Properties {
    if version == Version::V311 {
        return Properties::default();
    }
    let mut properties = message.properties.clone();
    if let Some(end) = message.expires {
        let seconds = u32::try_from((end - now).0.div_ceil(1000)).unwrap_or(u32::MAX);
        properties.0.push(Property::MessageExpiryInterval(seconds));
    }
    properties
}
