//! Facts that go in, orders and news that come out.

use crate::mqtt::{Qos, ReasonCode, Version};

use super::authorizer::{Asker, ExplanationId, Request, Ruling};
use super::ending::{Cause, Refusal};
use super::lifecycle::LifecycleEvent;
use super::log::LogEntry;

/// One transport connection. The caller numbers them and never uses a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// A principal, opaque to the broker: the authorizer knows whom the number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u32);

/// A fact from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A transport is open and its principal authenticated.
    Opened {
        /// A new number.
        connection: ConnectionId,
        /// Who authenticated.
        who: Who,
    },
    /// Bytes came in, cut anywhere.
    Received {
        /// From where.
        connection: ConnectionId,
        /// What.
        bytes: Vec<u8>,
    },
    /// The transport is gone without the broker having closed it.
    Lost {
        /// Which one.
        connection: ConnectionId,
    },
    /// Someone with the right to it calls `DeleteConnection` for a client that is there.
    DeleteConnection {
        /// Whose connection.
        client_id: String,
        /// The session goes too.
        clean_session: bool,
        /// The will does not go out.
        prevent_will: bool,
    },
    /// AWS ends a connection for its own reasons, as it does now and then.
    ServerCloses {
        /// Which one.
        connection: ConnectionId,
    },
    /// Nothing but the time.
    TimePassed,
}

/// An order to the caller, or news for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes: one whole packet.
    Send {
        /// Where to.
        connection: ConnectionId,
        /// One MQTT packet.
        bytes: Vec<u8>,
    },
    /// Close the transport once everything before this is sent.
    Close {
        /// Which one.
        connection: ConnectionId,
    },
    /// Something happened inside the broker.
    News(News),
}

/// What happened inside the broker. In AWS the client sees little of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The authorizer ruled.
    Asked {
        /// For whom.
        asker: Asker,
        /// What was asked.
        request: Request,
        /// The answer.
        ruling: Ruling,
    },
    /// A CONNECT was accepted.
    Connected {
        /// Its connection.
        connection: ConnectionId,
        /// As sent or as assigned.
        client_id: String,
        /// Of the connection.
        version: Version,
        /// An older session goes on.
        session_present: bool,
    },
    /// A CONNECT was refused; the connection is closed.
    Refused {
        /// Its connection.
        connection: ConnectionId,
        /// As sent.
        client_id: String,
        /// Why.
        refusal: Refusal,
        /// When rights were the reason: the explanation.
        explanation: Option<ExplanationId>,
    },
    /// An accepted connection ended.
    Disconnected {
        /// Which one.
        connection: ConnectionId,
        /// Its client ID.
        client_id: String,
        /// Why, finer than AWS's `disconnectReason`, which [`Cause::reason`] gives.
        cause: Cause,
        /// The will went out.
        will_published: bool,
        /// The session stays for a while.
        session_kept: bool,
    },
    /// A transport ended before any CONNECT was accepted or refused.
    Dropped {
        /// Which one.
        connection: ConnectionId,
        /// Why.
        cause: Cause,
    },
    /// A message was accepted.
    Published {
        /// The publisher's connection; for a will, the one that ended.
        connection: ConnectionId,
        /// Topic aliases resolved.
        topic: String,
        /// As published.
        qos: Qos,
        /// Kept (or, when empty, deleted) as the topic's retained message.
        retain: bool,
        /// It is a will.
        will: bool,
    },
    /// A message was not accepted; the connection may stay (see the packets).
    PublishRefused {
        /// The publisher's connection.
        connection: ConnectionId,
        /// Topic aliases resolved.
        topic: String,
        /// What MQTT 5 answers, or would answer.
        code: ReasonCode,
    },
    /// A message was sent to a subscriber.
    Delivered {
        /// The receiver's connection.
        connection: ConnectionId,
        /// Of the message.
        topic: String,
        /// Of this delivery.
        qos: Qos,
    },
    /// A message was withheld because the receiver may not receive it. No packet tells the client
    /// (observed: embedded-C issue 278 and others; documented: metric `PublishOut.AuthError`).
    DeliveryRefused {
        /// The receiver's connection.
        connection: ConnectionId,
        /// Of the message.
        topic: String,
        /// Why not.
        explanation: ExplanationId,
    },
    /// A message was stored for a client that is away or has too many unacknowledged ones.
    Stored {
        /// Whose session.
        client_id: String,
        /// Of the message.
        topic: String,
    },
    /// A message for a client was given up: expired, too large for it, never acknowledged, or the store is full.
    Lost {
        /// Whose session.
        client_id: String,
        /// Of the message.
        topic: String,
    },
    /// A message was discarded because the connection has had its 100 of this second (documented: Endpoints and
    /// quotas).
    Throttled {
        /// Whose.
        client_id: String,
        /// Of the message.
        topic: String,
        /// From the client; otherwise towards it.
        inbound: bool,
    },
    /// Answered a SUBSCRIBE: each filter with its code, in order.
    Subscribed {
        /// Of the subscriber.
        connection: ConnectionId,
        /// Filter and SUBACK code.
        filters: Vec<(String, ReasonCode)>,
    },
    /// Answered an UNSUBSCRIBE.
    Unsubscribed {
        /// Of the subscriber.
        connection: ConnectionId,
        /// As sent.
        filters: Vec<String>,
    },
    /// A persistent session ended while its client was away.
    SessionExpired {
        /// Whose.
        client_id: String,
    },
    /// The broker published a lifecycle event.
    Lifecycle {
        /// The connection that it tells about.
        connection: ConnectionId,
        /// The message.
        event: Box<LifecycleEvent>,
    },
    /// The log got an entry; only when [`Config::log_level`](super::Config::log_level) asks for it.
    Logged {
        /// The connection that it is about, if there is one.
        connection: Option<ConnectionId>,
        /// The entry.
        entry: Box<LogEntry>,
    },
}

impl News {
    /// The connection that it is about, if there is one.
    #[must_use]
    pub fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Asked { asker, .. } => Some(asker.connection),
            Self::Connected { connection, .. }
            | Self::Refused { connection, .. }
            | Self::Disconnected { connection, .. }
            | Self::Dropped { connection, .. }
            | Self::Published { connection, .. }
            | Self::PublishRefused { connection, .. }
            | Self::Delivered { connection, .. }
            | Self::DeliveryRefused { connection, .. }
            | Self::Subscribed { connection, .. }
            | Self::Unsubscribed { connection, .. }
            | Self::Lifecycle { connection, .. } => Some(*connection),
            Self::Logged { connection, .. } => *connection,
            Self::Stored { .. }
            | Self::Lost { .. }
            | Self::Throttled { .. }
            | Self::SessionExpired { .. } => None,
        }
    }

    /// The client ID that it is about, where it names one.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Asked { asker, .. } => Some(&asker.client_id),
            Self::Connected { client_id, .. }
            | Self::Refused { client_id, .. }
            | Self::Disconnected { client_id, .. }
            | Self::Stored { client_id, .. }
            | Self::Lost { client_id, .. }
            | Self::Throttled { client_id, .. }
            | Self::SessionExpired { client_id } => Some(client_id),
            Self::Lifecycle { event, .. } => Some(&event.client_id),
            Self::Logged { entry, .. } => entry.client_id.as_deref(),
            _ => None,
        }
    }
}
