//! What is under way: bytes on the wire and steps still to come, in order of time and, within one time, in the
//! order in which they were sent.

use std::collections::BTreeMap;

use crate::broker;
use crate::broker::ConnectionId;
use crate::iot::time::Instant;
use crate::timeline::SessionId;

use super::scenario::Action;

/// Something that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A step of the scenario.
    Step(SessionId, Action),
    /// A fact for the broker.
    AtBroker(broker::Input),
    /// A fact for the client that has this connection, if it still has it.
    AtClient(ConnectionId, Fact),
}

/// What a client notices of its transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Opened,
    Bytes(Vec<u8>),
    Closed,
}

/// Events in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Network {
    under_way: BTreeMap<(Instant, u64), Event>,
    sent: u64,
}

impl Network {
    pub(super) fn send(&mut self, arrives: Instant, event: Event) {
        self.under_way.insert((arrives, self.sent), event);
        self.sent += 1;
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out what arrives at `now`.
    pub(super) fn arrive(&mut self, now: Instant) -> Option<Event> {
        self.under_way.first_entry().filter(|first| first.key().0 <= now).map(|first| first.remove())
    }
}
