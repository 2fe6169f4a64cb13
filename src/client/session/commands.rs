//! What each command of the user does, and what MQTT forbids.

use super::{Session, State, Transport};
use crate::client::handshake::Retain;
use crate::client::inflight::Slot;
use crate::client::io::{Cause, Message, Misuse, Output, Refusal, RequestId};
use crate::client::reconnect::Stop;
use crate::iot::time::Instant;
use crate::iot::topic;
use crate::mqtt::{
    self, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode, Subscribe,
    Subscription, Unsubscribe,
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
        let names = filters.iter().map(|line| line.filter.as_str());
        let checked = self.check_filters(names);
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

    pub(super) fn on_publish(&mut self, now: Instant, request: RequestId, message: Message) {
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

    pub(super) fn on_disconnect(&mut self, now: Instant, code: ReasonCode, properties: Properties) {
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
}
