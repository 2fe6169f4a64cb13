//! What each command of the user does, and what MQTT forbids.

use super::{Online, Session, State, Transport};
use crate::client::error::Misuse;
use crate::client::inflight::Slot;
use crate::client::io::{Cause, Message, Output, Refusal, RequestId};
use crate::client::reconnect::Stop;
use crate::client::rules;
use crate::iot::time::Instant;
use crate::mqtt::{
    self, Disconnect, Packet, PacketId, Properties, Publish, Qos, ReasonCode, Subscribe, Subscription,
    Unsubscribe,
};

impl Session {
    pub(super) fn on_subscribe(
        &mut self,
        now: Instant,
        request: RequestId,
        filters: Vec<Subscription>,
        properties: Properties,
    ) {
        let slot = Slot::Subscribe { request, filters: filters.len() };
        let checked =
            self.online().and_then(|online| rules::check_subscribe(&online.terms, &filters, &properties));
        self.request(now, request, slot, checked, |packet_id| {
            Packet::Subscribe(Subscribe { packet_id, filters, properties })
        });
    }

    pub(super) fn on_unsubscribe(
        &mut self,
        now: Instant,
        request: RequestId,
        filters: Vec<String>,
        properties: Properties,
    ) {
        let slot = Slot::Unsubscribe { request, filters: filters.len() };
        let checked =
            self.online().and_then(|_| filters.iter().try_for_each(|filter| rules::check_filter(filter)));
        self.request(now, request, slot, checked, |packet_id| {
            Packet::Unsubscribe(Unsubscribe { packet_id, filters, properties })
        });
    }

    fn online(&self) -> Result<&Online, Misuse> {
        match &self.state {
            State::Online(online) => Ok(online),
            _ => Err(Misuse::NotConnected),
        }
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

    pub(super) fn on_publish(&mut self, now: Instant, request: RequestId, message: Message) {
        let publish = match self.check_message(message) {
            Ok(publish) => publish,
            Err(why) => return self.reject(Some(request), why),
        };
        if publish.qos != Qos::AtMostOnce {
            self.inflight.enqueue(request, publish);
            return self.pump(now);
        }
        match self.send_publish(now, publish) {
            Ok(()) => self.outputs.push_back(Output::Published { request, answer: None }),
            Err(why) => self.reject(Some(request), why),
        }
    }

    /// All that can be wrong with a message is found here, because it may have to wait before it is sent.
    fn check_message(&self, message: Message) -> Result<Publish, Misuse> {
        let Message { topic, payload, qos, retain, properties } = message;
        let mut publish = Publish { dup: false, qos, retain, topic, packet_id: None, properties, payload };
        rules::check_publish(&self.online()?.terms, &publish)?;
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

    pub(super) fn on_disconnect(&mut self, now: Instant, code: ReasonCode, properties: Properties) {
        match self.state {
            State::Online(_) => {
                let packet = Disconnect { code, properties };
                let expiry = rules::session_expiry(&packet.properties);
                let sent = rules::check_disconnect(&self.config.connect, &packet)
                    .and_then(|()| self.send(now, Packet::Disconnect(packet)));
                if let Err(why) = sent {
                    return self.reject(None, why);
                }
                if let (State::Online(online), Some(seconds)) = (&mut self.state, expiry) {
                    online.terms.session_expiry = seconds;
                }
                self.end(now, Cause::OwnRequest, Transport::Open);
            }
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
}
