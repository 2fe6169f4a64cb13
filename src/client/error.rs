//! What a server does wrong, and what a command wants wrongly.

use std::fmt;

use super::rules::sent_by_client;
use crate::iot::topic::TopicError;
use crate::mqtt::{DecodeError, EncodeError, FrameError, PacketKind, ReasonCode};

/// What the other side did wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerError {
    /// The bytes cannot be cut into packets.
    Frame(FrameError),
    /// A packet cannot be read.
    Packet(DecodeError),
    /// A packet that a server may not send, or not now.
    Unexpected(PacketKind),
    /// SUBACK or UNSUBACK with another number of codes than filters were sent (MQTT-3.9.3-1).
    CodeCount {
        /// Filters in the request.
        expected: usize,
        /// Codes in the answer.
        got: usize,
    },
    /// Session Present although the client asked for a clean start (MQTT-3.2.2-2).
    SessionPresent,
    /// A topic alias that was never set or is above what the client announced (MQTT 5 section 3.3.2.3.4).
    TopicAlias,
    /// More QoS 2 messages than the client announced to take (MQTT 5 section 3.1.2.11.3).
    ReceiveMaximum,
}

impl PeerError {
    /// What the session says about it in its DISCONNECT of version 5.
    #[must_use]
    pub const fn reason_code(&self) -> ReasonCode {
        match self {
            Self::Frame(error) => error.reason_code(),
            // Such as a CONNECT for another version, whose code is one for CONNACK.
            Self::Packet(error) if !sent_by_client(error.reason_code()) => ReasonCode::PROTOCOL_ERROR,
            Self::Packet(error) => error.reason_code(),
            Self::Unexpected(_) | Self::CodeCount { .. } | Self::SessionPresent => ReasonCode::PROTOCOL_ERROR,
            Self::TopicAlias => ReasonCode::TOPIC_ALIAS_INVALID,
            Self::ReceiveMaximum => ReasonCode::RECEIVE_MAXIMUM_EXCEEDED,
        }
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => error.fmt(f),
            Self::Packet(error) => error.fmt(f),
            Self::Unexpected(kind) => write!(f, "the server may not send {kind} here"),
            Self::CodeCount { expected, got } => write!(f, "{got} codes came for {expected} filters"),
            Self::SessionPresent => f.write_str("the server resumed a session after a clean start"),
            Self::TopicAlias => f.write_str("the server used a topic alias that does not exist"),
            Self::ReceiveMaximum => f.write_str("the server sent more messages than may be in flight"),
        }
    }
}

impl std::error::Error for PeerError {}

/// A command that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// There is no accepted connection.
    NotConnected,
    /// There is a connection, or one is on its way in or out.
    NotIdle,
    /// A fact that does not fit: bytes or an opening without a transport.
    NoTransport,
    /// 3.1.1: a client without an identifier asks for a session that outlives the connection (MQTT-3.1.3-7 of
    /// 3.1.1).
    ClientIdMissing,
    /// Not a topic name or topic filter.
    Topic {
        /// As given.
        topic: String,
        /// The rule that it breaks.
        error: TopicError,
    },
    /// The packet cannot be written.
    Packet(EncodeError),
    /// The server announced a smaller Maximum Packet Size (MQTT-3.2.2-15); both in bytes.
    PacketTooLarge {
        /// Of the packet.
        size: usize,
        /// Of the server.
        limit: usize,
    },
    /// Above the server's Maximum QoS (MQTT-3.2.2-11).
    QosNotSupported,
    /// The server keeps no retained messages (MQTT-3.2.2-14).
    RetainNotSupported,
    /// A topic alias of 0 or above the server's Topic Alias Maximum (MQTT-3.2.2-17).
    TopicAlias,
    /// A PUBLISH of a client with a Subscription Identifier (MQTT-3.3.4-6).
    SubscriptionIdentifierInPublish,
    /// The server takes no filters with wildcards (MQTT 5 section 3.2.2.3.11).
    WildcardsNotSupported,
    /// The server takes no subscription identifiers (MQTT 5 section 3.2.2.3.12).
    SubscriptionIdentifiersNotSupported,
    /// The server takes no shared subscriptions (MQTT 5 section 3.2.2.3.13).
    SharedSubscriptionsNotSupported,
    /// No Local on a shared subscription (MQTT-3.8.3-4).
    NoLocalOnSharedSubscription,
    /// A DISCONNECT with a code that only a server sends (MQTT-3.14.2-1).
    DisconnectCode(ReasonCode),
    /// A DISCONNECT wants a session to last that by its CONNECT ends with the connection (MQTT 5 section
    /// 3.14.2.2.2).
    SessionExpiry,
    /// Too many messages wait already.
    QueueFull,
    /// All packet identifiers are taken.
    NoPacketId,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("there is no connection; connect first"),
            Self::NotIdle => f.write_str("the session is already connected or connecting"),
            Self::NoTransport => f.write_str("there is no transport"),
            Self::ClientIdMissing => f.write_str("a session without client ID must be a clean one"),
            Self::Topic { topic, error } => write!(f, "`{topic}`: {error}"),
            Self::Packet(error) => error.fmt(f),
            Self::PacketTooLarge { size, limit } => {
                write!(f, "the packet has {size} bytes; the server takes {limit}")
            }
            Self::QosNotSupported => f.write_str("the server does not support this QoS"),
            Self::RetainNotSupported => f.write_str("the server does not keep messages"),
            Self::TopicAlias => f.write_str("the server does not take this topic alias"),
            Self::SubscriptionIdentifierInPublish => {
                f.write_str("only a server puts a subscription identifier into PUBLISH")
            }
            Self::WildcardsNotSupported => f.write_str("the server takes no filters with wildcards"),
            Self::SubscriptionIdentifiersNotSupported => {
                f.write_str("the server takes no subscription identifiers")
            }
            Self::SharedSubscriptionsNotSupported => f.write_str("the server has no shared subscriptions"),
            Self::NoLocalOnSharedSubscription => f.write_str("a shared subscription cannot have No Local"),
            Self::DisconnectCode(code) => {
                write!(f, "a client does not send the code 0x{:02X} in DISCONNECT", code.0)
            }
            Self::SessionExpiry => f.write_str(
                "the session ends with the connection, as CONNECT said; DISCONNECT cannot change that",
            ),
            Self::QueueFull => f.write_str("too many messages wait for acknowledgements"),
            Self::NoPacketId => f.write_str("all packet identifiers wait for acknowledgements"),
        }
    }
}

impl std::error::Error for Misuse {}
