//! An MQTT session: subscriptions and messages on the way to one client ID, with or without a connection.
//!
//! A session is kept 1 hour by default and up to 7 days without its client; AWS may keep it up to 30 minutes
//! longer, which is not modelled (documented: Endpoints and quotas). Only QoS 1 messages for QoS 1
//! subscriptions are stored (documented: Developer Guide, MQTT persistent sessions).

use std::collections::{BTreeMap, VecDeque};

use crate::iot::time::{Instant, Millis};
use crate::mqtt::{PacketId, Properties, Qos, Version};

use super::Broker;
use super::config::MAX_UNACKNOWLEDGED;
use super::io::ConnectionId;
use super::takeover::Held;
use super::timers::Timer;

/// What outlives a connection when the client asks for it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) version: Version,
    /// How long the session waits for its client; zero: it ends with the connection.
    expiry: Millis,
    presence: Presence,
    /// By the filter as sent.
    pub(super) subscriptions: BTreeMap<String, Granted>,
    /// Waiting for the client, or for a free place among the unacknowledged.
    pub(super) stored: VecDeque<Stored>,
    /// Sent with QoS 1, in order of sending.
    unacknowledged: VecDeque<(PacketId, Message)>,
    /// When the next stored message may go out.
    pub(super) next_stored: Instant,
    last_packet_id: u16,
    /// How many unacknowledged messages the client takes.
    window: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Here(ConnectionId),
    AwayUntil(Instant),
}

/// A subscription as granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) qos: Qos,
    /// MQTT 5: not the client's own messages.
    pub(super) no_local: bool,
}

/// A message on its way to one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
    /// Of this delivery.
    pub(super) qos: Qos,
    /// Set only when delivered because of a new subscription (documented: Developer Guide, MQTT).
    pub(super) retain: bool,
    /// What MQTT 5 forwards unchanged.
    pub(super) properties: Properties,
    /// When it is worth nothing any more.
    pub(super) expires: Option<Instant>,
    /// The share name, when it goes through a shared subscription.
    pub(super) share: Option<String>,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) message: Message,
    /// It was sent before under this ID and never acknowledged (MQTT-4.4.0-1).
    pub(super) sent_as: Option<PacketId>,
}

impl Session {
    pub(super) fn new(version: Version, connection: ConnectionId, now: Instant) -> Self {
        Self {
            version,
            expiry: Millis(0),
            presence: Presence::Here(connection),
            subscriptions: BTreeMap::new(),
            stored: VecDeque::new(),
            unacknowledged: VecDeque::new(),
            next_stored: now,
            last_packet_id: 0,
            window: MAX_UNACKNOWLEDGED,
        }
    }

    pub(super) fn held(&self) -> Held {
        Held { connection: self.connection(), version: self.version, persistent: self.persistent() }
    }

    pub(super) fn connection(&self) -> Option<ConnectionId> {
        match self.presence {
            Presence::Here(connection) => Some(connection),
            Presence::AwayUntil(_) => None,
        }
    }

    pub(super) fn persistent(&self) -> bool {
        self.expiry > Millis(0)
    }

    /// Whether the client stayed away for too long.
    pub(super) fn expired(&self, now: Instant) -> bool {
        matches!(self.presence, Presence::AwayUntil(end) if end <= now)
    }

    /// Takes what the client asks for, up to what the account allows.
    pub(super) fn set_expiry(&mut self, seconds: u32, most: Millis) -> Millis {
        self.expiry = Millis::from_seconds(u64::from(seconds)).min(most);
        self.expiry
    }

    /// The client is there, and takes `receive_maximum` unacknowledged messages.
    pub(super) fn attach(&mut self, connection: ConnectionId, receive_maximum: u16) {
        self.presence = Presence::Here(connection);
        self.window = usize::from(receive_maximum).min(MAX_UNACKNOWLEDGED);
    }

    /// The client is gone: what it has not acknowledged waits for it, in front of everything else.
    fn detach(&mut self, now: Instant) -> Instant {
        let end = now + self.expiry;
        self.presence = Presence::AwayUntil(end);
        while let Some((packet_id, message)) = self.unacknowledged.pop_back() {
            self.stored.push_front(Stored { message, sent_as: Some(packet_id) });
        }
        end
    }

    pub(super) fn window_open(&self) -> bool {
        self.unacknowledged.len() < self.window
    }

    pub(super) fn await_acknowledgement(&mut self, packet_id: PacketId, message: Message) {
        self.unacknowledged.push_back((packet_id, message));
    }

    /// An acknowledgement of something never sent is ignored.
    pub(super) fn acknowledge(&mut self, packet_id: PacketId) {
        self.unacknowledged.retain(|(id, _)| *id != packet_id);
    }

    /// The next packet ID that is not in use.
    pub(super) fn next_packet_id(&mut self) -> PacketId {
        // At most twice the window are in use, far fewer than there are.
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            let id = PacketId(self.last_packet_id);
            let in_flight = self.unacknowledged.iter().any(|(used, _)| *used == id);
            // What was sent before stands in front.
            let mut sent = self.stored.iter().map_while(|stored| stored.sent_as);
            if !in_flight && !sent.any(|used| used == id) {
                return id;
            }
        }
    }
}

impl Broker {
    /// The connection of this client ID ended. Returns whether the session stays.
    pub(super) fn detach_session(&mut self, now: Instant, client_id: &str) -> bool {
        let Some(session) = self.sessions.get_mut(client_id) else {
            return false;
        };
        if session.persistent() {
            let end = session.detach(now);
            self.timers.set(end, Timer::Expiry(client_id.to_owned()));
            true
        } else {
            self.sessions.remove(client_id);
            false
        }
    }
}
