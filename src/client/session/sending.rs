//! The way out: what the server's terms let go, and when.

use super::{Session, State};
use crate::client::error::Misuse;
use crate::client::inflight::Slot;
use crate::client::io::Output;
use crate::client::rules;
use crate::iot::time::Instant;
use crate::mqtt::{self, EncodeError, Frame, Packet, Publish};

impl Session {
    pub(super) fn check_size(&self, encoded: Result<Vec<u8>, EncodeError>) -> Result<Vec<u8>, Misuse> {
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
    pub(super) fn pump(&mut self, now: Instant) {
        while let State::Online(online) = &self.state {
            let Some(next) = self.inflight.next(online.terms.receive_maximum) else { return };
            match next {
                Err(request) => self.reject(Some(request), Misuse::NoPacketId),
                Ok(mut publish) => {
                    let (id, dup) = (publish.packet_id, publish.dup);
                    online.ours.fit(&mut publish);
                    // Only a message of an earlier connection can fail here: this server takes less.
                    let sent = rules::check_publish(&online.terms, &publish)
                        .and_then(|()| self.send_publish(now, publish));
                    if let Err(why) = sent
                        && let Some(Slot::Message { request, .. }) =
                            id.and_then(|id| self.inflight.release(id))
                    {
                        if dup {
                            self.lose(vec![request]);
                        } else {
                            self.reject(Some(request), why);
                        }
                    }
                }
            }
        }
    }

    /// Sends a message that has been checked.
    pub(super) fn send_publish(&mut self, now: Instant, mut publish: Publish) -> Result<(), Misuse> {
        let State::Online(online) = &self.state else { return Err(Misuse::NotConnected) };
        let learnt = online.ours.shorten(&mut publish);
        self.send(now, Packet::Publish(publish))?;
        if let (State::Online(online), Some((alias, topic))) = (&mut self.state, learnt) {
            online.ours.learn(alias, topic);
        }
        Ok(())
    }

    pub(super) fn send(&mut self, now: Instant, packet: Packet) -> Result<(), Misuse> {
        let bytes = self.check_size(mqtt::encode(&packet, self.version()))?;
        // What the encoder writes is one packet.
        let Ok(frame) = Frame::new(bytes) else { return Ok(()) };
        self.outputs.push_back(Output::Send { frame, packet });
        if let State::Online(online) = &mut self.state {
            online.keep_alive.on_sent(now);
        }
        Ok(())
    }
}
