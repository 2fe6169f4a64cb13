//! What each packet of the server does on an accepted connection.

use super::{Session, State, Transport, ack};
use crate::client::error::PeerError;
use crate::client::inflight::{Slot, Step};
use crate::client::io::{Cause, Output};
use crate::iot::time::Instant;
use crate::mqtt::{Ack, Codes, Packet, Publish, Qos, ReasonCode, Version};

impl Session {
    pub(super) fn on_packet(&mut self, now: Instant, packet: Packet) {
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
        if let Err(error) = online.theirs.resolve(&mut publish) {
            return self.fail(now, error);
        }
        let (qos, id) = (publish.qos, publish.packet_id);
        match (qos, id) {
            (Qos::ExactlyOnce, Some(id)) => {
                online.unreleased.insert(id.0);
                if online.unreleased.len() > usize::from(online.terms.own_receive_maximum) {
                    return self.fail(now, PeerError::ReceiveMaximum);
                }
                if self.inflight.arrived.insert(id.0) {
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
        if let State::Online(online) = &mut self.state {
            online.unreleased.remove(&release.packet_id.0);
        }
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
}
