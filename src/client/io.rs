//! What goes into a session and what comes out.

use std::fmt;

use super::reconnect::{Reconnect, Stop};
use super::rules::sent_by_client;
use crate::iot::time::{Instant, Millis};
use crate::iot::topic::TopicError;
use crate::mqtt::{
    Ack, Codes, ConnAck, Connect, DEFAULT_PACKET_LIMIT, DecodeError, Disconnect, EncodeError, Frame,
    FrameError, Packet, PacketKind, Properties, Publish, Qos, ReasonCode, Subscription,
};

/// What a session is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The CONNECT of each connection; its version is the session's. An identifier that the server assigns
    /// takes the place of an empty one.
    pub connect: Connect,
    /// Largest packet that is taken, in bytes. A smaller Maximum Packet Size in `connect` goes first.
    pub packet_limit: usize,
    /// How long CONNACK may take from the opening of the transport.
    pub connack_timeout: Millis,
    /// How long PINGRESP may take.
    pub ping_timeout: Millis,
    /// How many messages may wait until the server's Receive Maximum lets them go.
    pub queue_limit: usize,
    /// Connect again after a lost connection; `None` leaves it to the user.
    pub reconnect: Option<Reconnect>,
}

impl Config {
    /// Defaults: 256 KiB, 30 s, 10 s, 1000 messages, no reconnect.
    #[must_use]
    pub fn new(connect: Connect) -> Self {
        Self {
            connect,
            packet_limit: DEFAULT_PACKET_LIMIT,
            connack_timeout: Millis::from_seconds(30),
            ping_timeout: Millis::from_seconds(10),
            queue_limit: 1000,
            reconnect: None,
        }
    }
}

/// The caller's name for a command, given back with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Command: connect.
    Connect,
    /// Command: send SUBSCRIBE.
    Subscribe {
        /// Named in the answer.
        request: RequestId,
        /// At least one.
        filters: Vec<Subscription>,
        /// Version 5 only.
        properties: Properties,
    },
    /// Command: send UNSUBSCRIBE.
    Unsubscribe {
        /// Named in the answer.
        request: RequestId,
        /// At least one.
        filters: Vec<String>,
        /// Version 5 only.
        properties: Properties,
    },
    /// Command: send PUBLISH.
    Publish {
        /// Named in the answer.
        request: RequestId,
        /// What to publish.
        message: Message,
    },
    /// Command: send DISCONNECT and close; also gives up a connection attempt or a reconnect.
    Disconnect {
        /// 0, or 0x04 to have the will published; version 5 only.
        code: ReasonCode,
        /// Version 5 only. A Session Expiry Interval changes how long the session lasts.
        properties: Properties,
    },
    /// Fact: the transport that was asked for stands.
    TransportOpened,
    /// Fact: bytes came, cut anywhere.
    Received(Vec<u8>),
    /// Fact: the transport is closed, by whomever, or could not be opened. Comes after each
    /// [`Output::OpenTransport`] exactly once.
    TransportClosed(Closure),
    /// Fact: a deadline may have passed.
    TimePassed,
}

/// An application message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Without wildcards.
    pub topic: String,
    /// The application's bytes.
    pub payload: Vec<u8>,
    /// Delivery guarantee.
    pub qos: Qos,
    /// Keep it on the server.
    pub retain: bool,
    /// Version 5 only. With a Topic Alias, the topic itself goes on the wire with the first such message of a
    /// connection only.
    pub properties: Properties,
}

/// What is known of a closed transport. A browser tells no more than this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// The WebSocket close code (RFC 6455 section 7.4); 1006 when there was no close frame.
    pub code: Option<u16>,
    /// The WebSocket close reason, often empty.
    pub reason: String,
}

/// What a session wants done (orders) and tells (news).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Order: open the transport, then report [`Input::TransportOpened`] or [`Input::TransportClosed`].
    OpenTransport,
    /// Order: send the bytes of `frame`. For the log, `packet` is what they say.
    Send {
        /// As it goes on the wire.
        frame: Frame,
        /// The same, decoded.
        packet: Packet,
    },
    /// Order: close the transport after what was sent, then report [`Input::TransportClosed`].
    CloseTransport,
    /// News: a whole packet came, readable or not.
    Received {
        /// As it came.
        frame: Frame,
        /// The same, decoded.
        packet: Result<Packet, DecodeError>,
    },
    /// News: the server has accepted the connection.
    Connected(Connected),
    /// News: the attempt to connect has failed.
    Refused(Refusal),
    /// News: SUBACK.
    Subscribed {
        /// Of the command.
        request: RequestId,
        /// One for each filter.
        answer: Codes,
    },
    /// News: UNSUBACK.
    Unsubscribed {
        /// Of the command.
        request: RequestId,
        /// One for each filter in version 5, none in 3.1.1.
        answer: Codes,
    },
    /// News: the message is out of our hands.
    Published {
        /// Of the command.
        request: RequestId,
        /// QoS 0 has none; QoS 1 PUBACK; QoS 2 PUBCOMP, or the PUBREC that refused.
        answer: Option<Ack>,
    },
    /// News: a message arrived, once for QoS 2; its topic alias, if any, is resolved. It is acknowledged.
    Message(Publish),
    /// News: a connection that stood has ended.
    Disconnected(Cause),
    /// News: the next attempt to connect comes at this time.
    ReconnectAt(Instant),
    /// News: there will be no further attempt.
    ReconnectStopped(Stop),
    /// News: the command was not carried out, nothing was sent.
    Rejected {
        /// Of the command, if it has one.
        request: Option<RequestId>,
        /// What is wrong with it.
        why: Misuse,
    },
    /// News: the command was carried out, and its answer can no longer come: the connection ended, or for a
    /// message the session.
    Lost {
        /// Of the command.
        request: RequestId,
    },
}

/// A connection that the server has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Whether an older session goes on.
    pub session_present: bool,
    /// The assigned one, if the server assigned one.
    pub client_id: String,
    /// In force, in seconds: the server's if it set one; 0 is off.
    pub keep_alive: u16,
    /// All that the server said of itself.
    pub properties: Properties,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// CONNACK said no.
    Code(ConnAck),
    /// The transport could not be opened. A browser does not say whether name, network, TLS or the HTTP
    /// answer was the reason.
    NotOpened(Closure),
    /// CONNECT was sent, and the transport was closed without CONNACK.
    ClosedWithoutConnAck(Closure),
    /// CONNECT was sent, and nothing came in time.
    Timeout,
    /// What came was not MQTT, or not a CONNACK.
    PeerError(PeerError),
    /// The user changed his mind.
    OwnRequest,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The user wanted it.
    OwnRequest,
    /// The server sent DISCONNECT, version 5 only.
    ServerDisconnect(Disconnect),
    /// The transport was closed without a word of MQTT.
    Closed(Closure),
    /// PINGRESP did not come in time.
    KeepAliveTimeout,
    /// The server broke the protocol, so the session closed the connection.
    PeerError(PeerError),
}

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

/// Why a session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// CONNACK is late.
    ConnAck,
    /// Nothing was sent for the keep-alive interval.
    KeepAlive,
    /// PINGRESP is late.
    PingResp,
    /// The next attempt to connect.
    Reconnect,
}
