//! An MQTT session: subscriptions and messages on the way to one client ID, with or without a connection.
//!
//! A session is kept 1 hour by default and up to 7 days without its client; AWS may keep it up to 30 minutes
//! longer, which is not modelled (documented: Endpoints and quotas). Only QoS 1 messages for QoS 1
//! subscriptions are stored (documented: Developer Guide, MQTT persistent sessions).

use std::collections::{BTreeSet, VecDeque};

use crate::iot::time::{Instant, Millis};
use crate::mqtt::{PacketId, Properties, Property, Qos, Version};

use super::Broker;
use super::config::{MAX_RETRY_V5, MAX_RETRY_V311, MAX_UNACKNOWLEDGED};
use super::io::{ConnectionId, News};
use super::rate::Meter;
use super::takeover::Held;
use super::timers::Timer;
use super::view::Presence;

/// What outlives a connection when the client asks for it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) version: Version,
    /// How long the session waits for its client; zero: it ends with the connection.
    expiry: Millis,
    presence: Presence,
    /// The filters as sent; what was granted stands in [`super::subscriptions`].
    pub(super) filters: BTreeSet<String>,
    /// Waiting for the client, or for a free place among the unacknowledged.
    stored: VecDeque<Stored>,
    /// Bytes of payload in `stored`.
    stored_bytes: usize,
    /// Sent with QoS 1, in order of sending.
    unacknowledged: VecDeque<Unacknowledged>,
    /// A reminder to look at the unacknowledged is set.
    pub(super) retry_set: bool,
    /// PUBLISH packets of the client and for it.
    pub(super) rate: Meter,
    /// When the next stored message may go out.
    pub(super) next_stored_at: Instant,
    last_packet_id: u16,
    /// How many unacknowledged messages the client takes.
    window: usize,
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

/// A message that was sent and not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unacknowledged {
    packet_id: PacketId,
    message: Message,
    /// When it was first sent on this connection.
    first: Instant,
    last: Instant,
}

/// What is to be done about unacknowledged messages.
#[derive(Debug, Default)]
pub(super) struct Overdue {
    /// To be sent again.
    pub(super) again: Vec<(PacketId, Message)>,
    /// Given up.
    pub(super) lost: Vec<Message>,
    /// When to look again.
    pub(super) next: Option<Instant>,
}

impl Session {
    pub(super) fn new(version: Version, connection: ConnectionId, now: Instant) -> Self {
        Self {
            version,
            expiry: Millis(0),
            presence: Presence::Here(connection),
            filters: BTreeSet::new(),
            stored: VecDeque::new(),
            stored_bytes: 0,
            unacknowledged: VecDeque::new(),
            retry_set: false,
            rate: Meter::default(),
            next_stored_at: now,
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

    pub(super) fn presence(&self) -> Presence {
        self.presence
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
        while let Some(Unacknowledged { packet_id, message, .. }) = self.unacknowledged.pop_back() {
            self.stored_bytes += message.payload.len();
            self.stored.push_front(Stored { message, sent_as: Some(packet_id) });
        }
        end
    }

    /// Whether another message of this many bytes may wait.
    pub(super) fn has_room(&self, bytes: usize, most: usize, most_bytes: usize) -> bool {
        self.stored.len() < most && self.stored_bytes.saturating_add(bytes) <= most_bytes
    }

    pub(super) fn has_stored(&self) -> bool {
        !self.stored.is_empty()
    }

    pub(super) fn store(&mut self, message: Message) {
        self.stored_bytes += message.payload.len();
        self.stored.push_back(Stored { message, sent_as: None });
    }

    pub(super) fn next_stored(&mut self) -> Option<Stored> {
        let stored = self.stored.pop_front()?;
        self.stored_bytes -= stored.message.payload.len();
        Some(stored)
    }

    /// Messages that wait or are unacknowledged, and their bytes.
    pub(super) fn holds(&self) -> (usize, usize) {
        let messages = self.stored.iter().map(|stored| &stored.message);
        let messages = messages.chain(self.unacknowledged.iter().map(|sent| &sent.message));
        let bytes = messages.map(Message::bytes).sum::<usize>();
        (self.stored.len() + self.unacknowledged.len(), bytes)
    }

    /// How many messages wait, and how many are unacknowledged.
    pub(super) fn on_the_way(&self) -> (usize, usize) {
        (self.stored.len(), self.unacknowledged.len())
    }

    pub(super) fn window_open(&self) -> bool {
        self.unacknowledged.len() < self.window
    }

    pub(super) fn await_acknowledgement(&mut self, now: Instant, packet_id: PacketId, message: Message) {
        let sent = self.unacknowledged.iter_mut().find(|sent| sent.packet_id == packet_id);
        match sent {
            Some(sent) => sent.last = now,
            None => {
                self.unacknowledged.push_back(Unacknowledged { packet_id, message, first: now, last: now });
            }
        }
    }

    /// What has gone unacknowledged for too long. Only 3.1.1 sends again on an open connection (MQTT-4.4.0-1 of MQTT 5
    /// forbids it), both give up in the end.
    pub(super) fn overdue(&mut self, now: Instant, interval: Millis) -> Overdue {
        let mut overdue = Overdue::default();
        let limit = self.retry_limit();
        let again = self.retry_after(interval);
        self.unacknowledged.retain(|sent| {
            let kept = now - sent.first < limit;
            if !kept {
                overdue.lost.push(sent.message.clone());
            } else if now - sent.last >= again {
                overdue.again.push((sent.packet_id, sent.message.clone()));
            }
            kept
        });
        let next = |sent: &Unacknowledged| {
            let last = if now - sent.last >= again { now } else { sent.last };
            (last + again).min(sent.first + limit)
        };
        overdue.next = self.unacknowledged.iter().map(next).min();
        overdue
    }

    /// How long a message may stay unacknowledged while the client is there.
    fn retry_limit(&self) -> Millis {
        match self.version {
            Version::V311 => MAX_RETRY_V311,
            Version::V5 => MAX_RETRY_V5,
        }
    }

    /// After how long something is to be done about an unacknowledged message.
    pub(super) fn retry_after(&self, interval: Millis) -> Millis {
        match self.version {
            Version::V311 if interval > Millis(0) => interval.min(MAX_RETRY_V311),
            Version::V311 | Version::V5 => self.retry_limit(),
        }
    }

    /// An acknowledgement of something never sent is ignored.
    pub(super) fn acknowledge(&mut self, packet_id: PacketId) {
        if let Some(place) = self.unacknowledged.iter().position(|sent| sent.packet_id == packet_id) {
            self.unacknowledged.remove(place);
        }
    }

    /// The next packet ID that is not in use.
    pub(super) fn next_packet_id(&mut self) -> PacketId {
        // At most twice the window are in use, far fewer than there are.
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            let id = PacketId(self.last_packet_id);
            let in_flight = self.unacknowledged.iter().any(|sent| sent.packet_id == id);
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
            self.drop_session(client_id);
            false
        }
    }

    /// Forgets a session with everything in it.
    pub(super) fn drop_session(&mut self, client_id: &str) {
        if let Some(session) = self.sessions.remove(client_id) {
            for filter in &session.filters {
                self.subscriptions.remove(filter, client_id);
            }
        }
    }

    pub(super) fn on_expiry(&mut self, now: Instant, client_id: &str) {
        if self.sessions.get(client_id).is_some_and(|session| session.expired(now)) {
            self.drop_session(client_id);
            self.version_numbers.remove(client_id);
            self.tell(News::SessionExpired { client_id: client_id.to_owned() });
        }
    }
}

impl Message {
    /// What it weighs.
    pub(super) fn bytes(&self) -> usize {
        let properties = self.properties.0.iter().map(|property| match property {
            Property::ContentType(text) | Property::ResponseTopic(text) => text.len(),
            Property::CorrelationData(bytes) => bytes.len(),
            Property::UserProperty(name, value) => name.len() + value.len(),
            _ => 0,
        });
        self.topic.len() + self.payload.len() + properties.sum::<usize>()
    }
}
