//! What waits for an acknowledgement, and the packet identifiers that it holds (MQTT 5 sections 2.2.1, 4.4).
//!
//! Messages outlive the connection as long as the session does; requests for subscriptions do not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::aliases::remove_alias;
use super::io::RequestId;
use crate::mqtt::{PacketId, Publish};

/// Who waits for which packet identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inflight {
    last_id: u16,
    next_sequence: u64,
    slots: BTreeMap<u16, Slot>,
    /// Messages whose PUBLISH counts against the server's Receive Maximum.
    counted: usize,
    /// To be sent again, in order; those that are meanwhile acknowledged are stepped over.
    resend: VecDeque<u16>,
    /// Not yet sent, in order.
    queue: VecDeque<(RequestId, Publish)>,
    /// QoS 2 messages that came and are not yet released.
    pub(super) arrived: BTreeSet<u16>,
}

/// The holder of a packet identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Subscribe { request: RequestId, filters: usize },
    Unsubscribe { request: RequestId, filters: usize },
    Message { request: RequestId, sequence: u64, step: Step },
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To be sent again on this connection.
    Resend(Publish),
    /// PUBACK or PUBREC is missing.
    Sent(Publish),
    /// PUBREL was sent, PUBCOMP is missing.
    Released,
}

impl Inflight {
    /// Takes the next free packet identifier; they go round, so that a late answer meets no new request.
    pub(super) fn claim(&mut self, slot: Slot) -> Option<PacketId> {
        let id = (1..=u16::MAX).map(|step| self.last_id.wrapping_add(step)).find(|id| self.is_free(*id))?;
        self.last_id = id;
        self.slots.insert(id, slot);
        Some(PacketId(id))
    }

    fn is_free(&self, id: u16) -> bool {
        id != 0 && !self.slots.contains_key(&id)
    }

    pub(super) fn get(&self, id: PacketId) -> Option<&Slot> {
        self.slots.get(&id.0)
    }

    /// The answer has come: the identifier is free again.
    pub(super) fn release(&mut self, id: PacketId) -> Option<Slot> {
        let slot = self.slots.remove(&id.0)?;
        if matches!(slot, Slot::Message { step: Step::Sent(_) | Step::Released, .. }) {
            self.counted = self.counted.saturating_sub(1);
        }
        Some(slot)
    }

    /// PUBREC has come: from now on only PUBREL is sent again (MQTT-4.3.3-1 and following).
    pub(super) fn advance(&mut self, id: PacketId) {
        if let Some(Slot::Message { step, .. }) = self.slots.get_mut(&id.0) {
            *step = Step::Released;
        }
    }

    pub(super) fn enqueue(&mut self, request: RequestId, publish: Publish) {
        self.queue.push_back((request, publish));
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// The next message to send under the server's Receive Maximum: first what is to be sent again, in its
    /// order (MQTT-4.6.0-1), then what waits. Gives the request of a message that found no identifier.
    pub(super) fn next(&mut self, receive_maximum: u16) -> Option<Result<Publish, RequestId>> {
        if self.counted >= usize::from(receive_maximum) {
            return None;
        }
        while let Some(id) = self.resend.pop_front() {
            if let Some(Slot::Message { step, .. }) = self.slots.get_mut(&id)
                && let Step::Resend(publish) = &*step
            {
                let publish = publish.clone();
                *step = Step::Sent(publish.clone());
                self.counted += 1;
                return Some(Ok(Publish { dup: true, ..publish }));
            }
        }
        let (request, mut publish) = self.queue.pop_front()?;
        let sequence = self.next_sequence;
        // The identifier is part of the message that the slot keeps, so the slot is filled in two steps.
        let slot = Slot::Message { request, sequence, step: Step::Released };
        let Some(id) = self.claim(slot) else { return Some(Err(request)) };
        publish.packet_id = Some(id);
        if let Some(Slot::Message { step, .. }) = self.slots.get_mut(&id.0) {
            *step = Step::Sent(without_alias(publish.clone()));
        }
        self.next_sequence += 1;
        self.counted += 1;
        Some(Ok(publish))
    }

    /// The connection has ended. Gives the requests whose answer died with it.
    pub(super) fn on_connection_lost(&mut self) -> Vec<RequestId> {
        let mut lost = Vec::new();
        self.slots.retain(|_, slot| match slot {
            Slot::Subscribe { request, .. } | Slot::Unsubscribe { request, .. } => {
                lost.push(*request);
                false
            }
            Slot::Message { .. } => true,
        });
        lost
    }

    /// The session has ended. Gives the messages whose fate nobody will tell; those not yet sent go on waiting.
    pub(super) fn on_session_lost(&mut self) -> Vec<RequestId> {
        self.arrived.clear();
        self.resend.clear();
        self.counted = 0;
        let messages = std::mem::take(&mut self.slots).into_values().filter_map(|slot| match slot {
            Slot::Message { request, sequence, .. } => Some((sequence, request)),
            _ => None,
        });
        messages.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// Drops what was never sent.
    pub(super) fn clear_queue(&mut self) -> Vec<RequestId> {
        self.queue.drain(..).map(|(request, _)| request).collect()
    }

    /// The session goes on, on a new connection (MQTT-4.4.0-1). Gives the messages that need PUBREL again.
    pub(super) fn on_resumed(&mut self) -> Vec<PacketId> {
        self.counted = 0;
        let mut released = Vec::new();
        let mut resend = Vec::new();
        for (id, slot) in &mut self.slots {
            let Slot::Message { sequence, step, .. } = slot else { continue };
            match step {
                Step::Sent(publish) => {
                    *step = Step::Resend(publish.clone());
                    resend.push((*sequence, *id));
                }
                Step::Resend(_) => resend.push((*sequence, *id)),
                Step::Released => {
                    self.counted += 1;
                    released.push((*sequence, PacketId(*id)));
                }
            }
        }
        resend.sort_unstable();
        self.resend = resend.into_iter().map(|(_, id)| id).collect();
        released.sort_unstable();
        released.into_iter().map(|(_, id)| id).collect()
    }
}

/// A topic alias means nothing on the next connection (MQTT 5 section 3.3.2.3.4).
fn without_alias(mut publish: Publish) -> Publish {
    remove_alias(&mut publish);
    publish
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribe(request: u64) -> Slot {
        Slot::Subscribe { request: RequestId(request), filters: 1 }
    }

    #[test]
    fn identifiers_go_round_without_zero_and_without_those_in_use() {
        let mut inflight = Inflight { last_id: 65_534, ..Inflight::default() };
        assert_eq!(inflight.claim(subscribe(1)), Some(PacketId(65_535)));
        assert_eq!(inflight.claim(subscribe(2)), Some(PacketId(1)));
        inflight.last_id = 65_534;
        assert_eq!(inflight.claim(subscribe(3)), Some(PacketId(2)));
    }

    #[test]
    fn the_last_identifier_is_the_last() {
        let mut inflight = Inflight::default();
        for request in 1..=65_535 {
            assert!(inflight.claim(subscribe(request)).is_some());
        }
        assert_eq!(inflight.claim(subscribe(0)), None);
        inflight.release(PacketId(77));
        assert_eq!(inflight.claim(subscribe(0)), Some(PacketId(77)));
    }
}
