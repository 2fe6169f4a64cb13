//! What is under way: bytes on the wire, in order of time and, within one time, in the order in which they were
//! sent; and how long each of them takes.

use std::collections::BTreeMap;

use crate::broker;
use crate::broker::ConnectionId;
use crate::iot::time::{Instant, Millis};
use crate::timeline::SessionId;

use super::scenario;

/// Something that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A fact for the broker.
    AtBroker(broker::Input),
    /// A fact for the client that has this connection, if it still has it.
    AtClient(ConnectionId, Fact),
    /// A client wants to connect again, if it still does.
    Comeback(SessionId),
}

/// What a client notices of its transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Opened,
    Bytes(Vec<u8>),
    Closed,
}

/// The way of one connection, in each direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// When the last of what was sent arrives: later bytes come no sooner.
    last: [Instant; 2],
    /// What waits while nothing passes.
    held: Option<Vec<(Direction, Event, Because)>>,
}

/// The step of the scenario that something goes back to, by its index; none for what came by itself.
pub(super) type Because = Option<usize>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    ToBroker,
    ToClient,
}

/// Events in the order of their arrival.
#[derive(Clone, Debug)]
pub(super) struct Network {
    settings: scenario::Network,
    random: u64,
    under_way: BTreeMap<(Instant, u64), (Event, Because)>,
    sent: u64,
    /// Why what is sent now is sent: as what arrived last.
    pub(super) because: Because,
}

impl Network {
    pub(super) fn new(settings: scenario::Network, seed: u64) -> Self {
        Self { settings, random: seed, under_way: BTreeMap::new(), sent: 0, because: None }
    }

    /// From now on packets travel like this; what is under way arrives as it would have.
    pub(super) fn change(&mut self, settings: scenario::Network) {
        self.settings = settings;
    }

    /// Lets something happen at a time.
    pub(super) fn put(&mut self, at: Instant, event: Event) {
        self.under_way.insert((at, self.sent), (event, self.because));
        self.sent += 1;
    }

    /// Sends something along a path; gives the time when it arrives, or `now` while the path holds it.
    pub(super) fn send(&mut self, now: Instant, path: &mut Path, way: Direction, event: Event) -> Instant {
        if let Some(held) = &mut path.held {
            held.push((way, event, self.because));
            return now;
        }
        let [to_broker, to_client] = &mut path.last;
        let last = if way == Direction::ToBroker { to_broker } else { to_client };
        let arrives = (now + self.travel()).max(*last);
        *last = arrives;
        self.put(arrives, event);
        arrives
    }

    /// From now on nothing passes; what is under way still arrives.
    pub(super) fn hold(path: &mut Path) {
        path.held.get_or_insert_default();
    }

    /// Everything passes again, first what waited.
    pub(super) fn release(&mut self, now: Instant, path: &mut Path) {
        let because = self.because;
        for (way, event, why) in path.held.take().into_iter().flatten() {
            self.because = why;
            self.send(now, path, way, event);
        }
        self.because = because;
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out what arrives at `now`.
    pub(super) fn arrive(&mut self, now: Instant) -> Option<Event> {
        let first = self.under_way.first_entry().filter(|first| first.key().0 <= now)?;
        let (event, because) = first.remove();
        self.because = because;
        Some(event)
    }

    /// How many things are under way, and their bytes.
    pub(super) fn holds(&self) -> (usize, usize) {
        let bytes = self.under_way.values().map(|(event, _)| match event {
            Event::AtBroker(broker::Input::Received { bytes, .. })
            | Event::AtClient(_, Fact::Bytes(bytes)) => bytes.len(),
            _ => 0,
        });
        (self.under_way.len(), bytes.sum())
    }

    /// How long the next packet takes. The remainder favours short times by less than one in 2^30.
    fn travel(&mut self) -> Millis {
        let scenario::Network { latency, jitter } = self.settings;
        if jitter == Millis(0) {
            return latency;
        }
        // SplitMix64 (Steele, Lea and Flood, 2014).
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let more = mixed.checked_rem(jitter.0.saturating_add(1)).unwrap_or_default();
        Millis(latency.0.saturating_add(more))
    }
}
