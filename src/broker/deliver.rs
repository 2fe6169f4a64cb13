//! Messages from the broker to the clients.
//!
//! The right to receive is asked for at each delivery, that is when a message is about to be sent; a stored
//! message is judged when its turn comes (inferred). A refusal is silent (observed: embedded-C issue 278).

use std::collections::BTreeMap;

use crate::iot::time::Instant;
use crate::mqtt::{Packet, PacketId, Properties, Property, Publish, Qos, Version, encode};

use super::Broker;
use super::authorizer::{Asker, Authorizer, Request, Verdict};
use super::config::{STORED_MESSAGE_INTERVAL, STORED_SHARED_INTERVAL};
use super::io::{News, Output};
use super::session::{Message, Session, Stored};
use super::subscriptions::Members;
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
        let mut best: BTreeMap<&str, Qos> = BTreeMap::new();
        let mut groups: Vec<(&str, &Members)> = Vec::new();
        self.subscriptions.matching(&message.topic, &mut |share, members| {
            if !share.is_empty() {
                return groups.push((share, members));
            }
            for (client_id, granted) in members {
                if !(granted.no_local && client_id == publisher) {
                    let qos = message.qos.min(granted.qos);
                    best.entry(client_id).and_modify(|best| *best = qos.max(*best)).or_insert(qos);
                }
            }
        });
        let plain = best.into_iter();
        let mut targets: Vec<Target> = plain
            .map(|(client_id, qos)| Target { client_id: client_id.to_owned(), qos, share: None })
            .collect();
        let present =
            |client_id: &str| self.sessions.get(client_id).is_some_and(|s| s.connection().is_some());
        for (share, members) in groups {
            let here = members.iter().filter(|(client_id, _)| present(client_id));
            let count = u64::try_from(here.clone().count()).unwrap_or(u64::MAX);
            let turn = |count: u64| usize::try_from(self.turn % count.max(1)).unwrap_or_default();
            let chosen = match count {
                0 => members.iter().nth(turn(u64::try_from(members.len()).unwrap_or(u64::MAX))),
                _ => here.clone().nth(turn(count)),
            };
            targets.extend(chosen.map(|(client_id, granted)| Target {
                client_id: client_id.clone(),
                qos: message.qos.min(granted.qos),
                share: Some(share.to_owned()),
            }));
            self.turn = self.turn.wrapping_add(1);
        }
        targets
    }

    /// Sends a message to a client, or stores it for later. QoS 0 is never stored.
    ///
    /// What comes in a second beyond the limit of the connection is discarded, but for QoS 1 messages of a shared
    /// subscription, which wait (documented: Developer Guide, MQTT shared subscriptions).
    pub(super) fn deliver(
        &mut self,
        now: Instant,
        client_id: &str,
        message: Message,
        rights: &mut dyn Authorizer,
    ) {
        let most = self.config.max_publish_rate;
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        let present = session.connection().is_some();
        if message.qos == Qos::AtMostOnce && !present {
            return;
        }
        if !session.rate.admits(now, most) {
            if message.qos == Qos::AtMostOnce || message.share.is_none() {
                let client_id = client_id.to_owned();
                return self.tell(News::Throttled { client_id, topic: message.topic, inbound: false });
            }
            self.store(client_id, message);
            return self.timers.set(now + STORED_SHARED_INTERVAL, Timer::Stored(client_id.to_owned()));
        }
        let waits = !present || session.has_stored() || !session.window_open();
        if message.qos != Qos::AtMostOnce && waits {
            self.store(client_id, message);
        } else {
            self.transmit(now, client_id, message, None, rights);
        }
    }

    fn store(&mut self, client_id: &str, message: Message) {
        let (most, most_bytes) = (self.config.max_stored, self.config.max_stored_bytes);
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        let client_id = client_id.to_owned();
        let topic = message.topic.clone();
        if !session.has_room(message.payload.len(), most, most_bytes) {
            return self.tell(News::Lost { client_id, topic });
        }
        session.store(message);
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
        if session.next_stored_at <= now {
            let Some(Stored { message, sent_as }) = session.next_stored() else {
                return;
            };
            let shared = message.share.is_some();
            let interval = if shared { STORED_SHARED_INTERVAL } else { STORED_MESSAGE_INTERVAL };
            session.next_stored_at = now + interval;
            self.transmit(now, client_id, message, sent_as, rights);
        }
        if let Some(session) = self.sessions.get(client_id).filter(|session| session.has_stored()) {
            let next = session.next_stored_at;
            self.timers.set(next, Timer::Stored(client_id.to_owned()));
        }
    }

    pub(super) fn on_puback(&mut self, now: Instant, asker: &Asker, packet_id: PacketId) {
        let Some(session) = self.sessions.get_mut(&asker.client_id) else {
            return;
        };
        session.acknowledge(packet_id);
        if session.has_stored() {
            let at = session.next_stored_at.max(now);
            self.timers.set(at, Timer::Stored(asker.client_id.clone()));
        }
    }

    /// Sends again what was not acknowledged, or gives it up.
    pub(super) fn on_retry(&mut self, now: Instant, client_id: &str, rights: &mut dyn Authorizer) {
        let interval = self.config.retry_interval;
        let Some(session) = self.sessions.get_mut(client_id) else {
            return;
        };
        session.retry_set = false;
        if session.connection().is_none() {
            return;
        }
        let overdue = session.overdue(now, interval);
        if let Some(next) = overdue.next {
            session.retry_set = true;
            self.timers.set(next, Timer::Retry(client_id.to_owned()));
        }
        if !overdue.lost.is_empty() {
            // There is room for others now.
            self.timers.set(now, Timer::Stored(client_id.to_owned()));
        }
        for message in overdue.lost {
            self.tell(News::Lost { client_id: client_id.to_owned(), topic: message.topic });
        }
        for (packet_id, message) in overdue.again {
            self.transmit(now, client_id, message, Some(packet_id), rights);
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
            self.give_up(&client_id, sent_as);
            return self.tell(News::Lost { client_id, topic });
        }
        let request = Request::Receive { topic: topic.clone(), share: message.share.clone() };
        let ruling = self.ask(now, &asker, request, rights);
        if ruling.verdict == Verdict::Refused {
            self.give_up(&client_id, sent_as);
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
                    session.await_acknowledgement(now, packet_id, message);
                    if !session.retry_set {
                        session.retry_set = true;
                        let wait = session.retry_after(self.config.retry_interval);
                        self.timers.set(now + wait, Timer::Retry(client_id.clone()));
                    }
                }
                self.outputs.push_back(Output::Send { connection: id, bytes });
                self.tell(News::Delivered { connection: id, topic, qos });
            }
            // MQTT-3.1.2-25: a packet too large for the client is dropped as if it had been sent.
            _ => {
                self.give_up(&client_id, sent_as);
                self.tell(News::Lost { client_id, topic });
            }
        }
    }

    /// A message that was sent before is not sent again.
    fn give_up(&mut self, client_id: &str, sent_as: Option<PacketId>) {
        if let (Some(packet_id), Some(session)) = (sent_as, self.sessions.get_mut(client_id)) {
            session.acknowledge(packet_id);
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
