//! Lifecycle events: what the broker itself publishes about connections and subscriptions.
//!
//! Source: Developer Guide, Lifecycle events (documented), unless said otherwise. They are ordinary messages: a client
//! needs a subscription and the right to receive. AWS may deliver them twice and out of order; here each comes once,
//! with QoS 1 (inferred: what may come twice is sent at least once).

use serde::{Serialize, Serializer};

use crate::iot::time::Instant;
use crate::mqtt::{Properties, Qos};

use super::authorizer::Authorizer;
use super::config::VERSION_NUMBER_MEMORY;
use super::connection::Caller;
use super::ending::DisconnectReason;
use super::io::{ConnectionId, News};
use super::session::Message;
use super::timers::Timer;
use super::{Broker, Id};

/// One event, with the fields and names of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleEvent {
    /// Whom it is about.
    pub client_id: String,
    /// Only under exclusive attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thing_name: Option<String>,
    /// Milliseconds since 1970.
    pub timestamp: u64,
    /// What happened.
    pub event_type: EventType,
    /// 32 hexadecimal digits, the same for all events of one connection.
    pub session_identifier: String,
    /// Certificate ID or IAM form.
    pub principal_identifier: String,
    /// Of `connected` and `connect_failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Of `connected` and the `disconnected` that belongs to it. Counts the connections of a client ID from 0, and from 0
    /// again after about an hour away or when the session expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_number: Option<u64>,
    /// Of `disconnected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_initiated_disconnect: Option<bool>,
    /// Of `disconnected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<DisconnectReason>,
    /// Of `connect_failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_failure_reason: Option<&'static str>,
    /// Of `subscribed` and `unsubscribed`: the filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
}

/// What a lifecycle event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// A CONNECT was accepted.
    Connected,
    /// A connection ended.
    Disconnected,
    /// A CONNECT was refused for want of rights.
    ConnectFailed,
    /// Subscriptions were granted.
    Subscribed,
    /// Subscriptions ended.
    Unsubscribed,
}

impl EventType {
    /// The word in topic and payload.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::ConnectFailed => "connect_failed",
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

impl LifecycleEvent {
    /// Where it is published.
    #[must_use]
    pub fn topic(&self) -> String {
        let family = match self.event_type {
            EventType::Connected | EventType::Disconnected | EventType::ConnectFailed => "presence",
            EventType::Subscribed | EventType::Unsubscribed => "subscriptions",
        };
        format!("$aws/events/{family}/{}/{}", self.event_type.as_str(), self.client_id)
    }

    /// What is published.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for DisconnectReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The number of a client ID's present or last connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct VersionNumber {
    number: u64,
    /// Set while the client is away.
    forget_at: Option<Instant>,
}

impl Broker {
    /// An event with what all have.
    pub(super) fn event(&self, now: Instant, event_type: EventType, caller: &Caller) -> LifecycleEvent {
        LifecycleEvent {
            client_id: caller.client_id.clone(),
            thing_name: caller.peer.thing.clone(),
            timestamp: self.wall_clock(now),
            event_type,
            session_identifier: self.identifier(Id::Session(caller.connection)),
            principal_identifier: caller.peer.principal.clone(),
            ip_address: None,
            version_number: None,
            client_initiated_disconnect: None,
            disconnect_reason: None,
            connect_failure_reason: None,
            topics: None,
        }
    }

    /// Publishes an event. Client IDs with `#` or `+` have none; one that was never assigned has no topic.
    pub(super) fn announce(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        event: LifecycleEvent,
        rights: &mut dyn Authorizer,
    ) {
        if event.client_id.is_empty() || event.client_id.contains(['#', '+']) {
            return;
        }
        let topic = event.topic();
        let payload = event.json().into_bytes();
        self.tell(News::Lifecycle { connection, event: Box::new(event) });
        let message = Message {
            topic,
            payload,
            qos: Qos::AtLeastOnce,
            retain: false,
            properties: Properties::default(),
            expires: None,
            share: None,
        };
        // No client has an empty ID: it comes from nobody's connection.
        self.route(now, "", &message, rights);
    }

    /// The number of a new connection of this client ID. No more client IDs are remembered than there may be sessions.
    pub(super) fn next_version_number(&mut self, now: Instant, client_id: &str) -> u64 {
        let known = self.version_numbers.get(client_id).copied();
        let known = known.filter(|known| known.forget_at.is_none_or(|at| at > now));
        let number = known.map_or(0, |known| known.number.wrapping_add(1));
        if known.is_some() || self.version_numbers.len() < self.config.max_sessions {
            self.version_numbers.insert(client_id.to_owned(), VersionNumber { number, forget_at: None });
        }
        number
    }

    /// The client is gone: its number is remembered for a while.
    pub(super) fn keep_version_number(&mut self, now: Instant, client_id: &str) {
        if let Some(known) = self.version_numbers.get_mut(client_id) {
            let at = now + VERSION_NUMBER_MEMORY;
            known.forget_at = Some(at);
            self.timers.set(at, Timer::VersionNumber(client_id.to_owned()));
        }
    }

    pub(super) fn on_version_number(&mut self, now: Instant, client_id: &str) {
        let known = self.version_numbers.get(client_id);
        if known.is_some_and(|known| known.forget_at.is_some_and(|at| at <= now)) {
            self.version_numbers.remove(client_id);
        }
    }
}
