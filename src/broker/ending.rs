//! How connections end: one table from the cause to AWS's word for it, to the MQTT 5 code and to the will.

use crate::mqtt::ReasonCode;

use super::io::ConnectionId;

/// Why an accepted connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The client sent DISCONNECT.
    ClientDisconnected {
        /// MQTT 5 DISCONNECT with code 0x04 asks for the will all the same.
        with_will: bool,
    },
    /// The transport went away.
    ConnectionLost,
    /// A CONNECT with the same client ID was accepted.
    TakenOver {
        /// On this connection.
        by: ConnectionId,
    },
    /// Nothing was heard for 1.5 times the keep-alive, or no CONNECT came in time.
    KeepAliveTimeout,
    /// A publish or subscription without the right to it, where the protocol has no gentler answer.
    NotAuthorized,
    /// Bytes that are no MQTT packet.
    Malformed,
    /// A packet that is not allowed here, such as a second CONNECT or PUBREC.
    ProtocolError,
    /// QoS 2, which AWS IoT Core does not have.
    QosNotSupported,
    /// A PUBLISH to a name that cannot be a topic here.
    TopicNameInvalid,
    /// A SUBSCRIBE to a name that cannot be a filter here.
    TopicFilterInvalid,
    /// An alias of 0 or above the maximum.
    TopicAliasInvalid,
    /// Subscription identifiers, which AWS IoT Core does not have.
    SubscriptionIdentifiersNotSupported,
    /// More filters in one SUBSCRIBE than AWS IoT Core takes.
    TooManyFilters,
    /// A payload or packet above the limit.
    TooLarge,
    /// A user property, content type or correlation data above its limit.
    PropertiesTooLarge,
    /// More bytes wait to be read than the simulation keeps. AWS would slow the sender down by TCP.
    Flooded,
    /// The broker could not write a packet; a fault of this simulation.
    ServerError,
    /// The WebSocket is as old as one may get.
    WebSocketExpired,
    /// The time that a custom authorizer gave is over.
    AuthorizerExpired,
    /// `DeleteConnection` was called.
    Deleted {
        /// Not `preventWillMessage`.
        with_will: bool,
    },
    /// AWS closes the connection for its own reasons.
    ServerClosed,
}

/// `disconnectReason` of a lifecycle event (documented: Developer Guide, Lifecycle events).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// `AUTH_ERROR`
    AuthError,
    /// `CLIENT_INITIATED_DISCONNECT`
    ClientInitiatedDisconnect,
    /// `CLIENT_ERROR`
    ClientError,
    /// `CONNECTION_LOST`
    ConnectionLost,
    /// `DUPLICATE_CLIENTID`; the log spells it `DUPLICATE_CLIENT_ID`.
    DuplicateClientId,
    /// `MQTT_KEEP_ALIVE_TIMEOUT`
    KeepAliveTimeout,
    /// `SERVER_ERROR`
    ServerError,
    /// `THROTTLED`
    Throttled,
    /// `WEBSOCKET_TTL_EXPIRATION`
    WebSocketTtlExpiration,
    /// `CUSTOMAUTH_TTL_EXPIRATION`
    CustomAuthTtlExpiration,
    /// `API_INITIATED_DISCONNECT`
    ApiInitiatedDisconnect,
    /// `SERVER_INITIATED_DISCONNECT`
    ServerInitiatedDisconnect,
}

impl DisconnectReason {
    /// The word in the lifecycle event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthError => "AUTH_ERROR",
            Self::ClientInitiatedDisconnect => "CLIENT_INITIATED_DISCONNECT",
            Self::ClientError => "CLIENT_ERROR",
            Self::ConnectionLost => "CONNECTION_LOST",
            Self::DuplicateClientId => "DUPLICATE_CLIENTID",
            Self::KeepAliveTimeout => "MQTT_KEEP_ALIVE_TIMEOUT",
            Self::ServerError => "SERVER_ERROR",
            Self::Throttled => "THROTTLED",
            Self::WebSocketTtlExpiration => "WEBSOCKET_TTL_EXPIRATION",
            Self::CustomAuthTtlExpiration => "CUSTOMAUTH_TTL_EXPIRATION",
            Self::ApiInitiatedDisconnect => "API_INITIATED_DISCONNECT",
            Self::ServerInitiatedDisconnect => "SERVER_INITIATED_DISCONNECT",
        }
    }
}

impl Cause {
    /// AWS's word for it. Which error of the client counts as which reason is inferred from the table's
    /// descriptions; the rest is documented.
    #[must_use]
    pub const fn reason(self) -> DisconnectReason {
        match self {
            Self::ClientDisconnected { .. } => DisconnectReason::ClientInitiatedDisconnect,
            Self::ConnectionLost => DisconnectReason::ConnectionLost,
            Self::TakenOver { .. } => DisconnectReason::DuplicateClientId,
            Self::KeepAliveTimeout => DisconnectReason::KeepAliveTimeout,
            Self::NotAuthorized => DisconnectReason::AuthError,
            Self::Malformed
            | Self::ProtocolError
            | Self::QosNotSupported
            | Self::TopicNameInvalid
            | Self::TopicFilterInvalid
            | Self::TopicAliasInvalid
            | Self::SubscriptionIdentifiersNotSupported
            | Self::PropertiesTooLarge
            | Self::TooLarge => DisconnectReason::ClientError,
            Self::TooManyFilters | Self::Flooded => DisconnectReason::Throttled,
            Self::ServerError => DisconnectReason::ServerError,
            Self::WebSocketExpired => DisconnectReason::WebSocketTtlExpiration,
            Self::AuthorizerExpired => DisconnectReason::CustomAuthTtlExpiration,
            Self::Deleted { .. } => DisconnectReason::ApiInitiatedDisconnect,
            Self::ServerClosed => DisconnectReason::ServerInitiatedDisconnect,
        }
    }

    /// The code of the MQTT 5 DISCONNECT before the close; none is sent to the client that left, to one that
    /// is gone, and where AWS's list has no fitting code. MQTT 3.1.1 has no DISCONNECT from the server.
    ///
    /// Codes: documented (Developer Guide, MQTT 5 reason codes). `TooManyFilters` and a refused QoS 0
    /// PUBLISH: inferred. `TooLarge`: 0x95 would be the standard's code, AWS does not list it: inferred; so it is with
    /// 0xA0 for connections that have lasted long enough. Which of the listed codes stands for `PropertiesTooLarge`,
    /// `Flooded`, `Deleted` and `ServerClosed` is inferred.
    #[must_use]
    pub const fn code(self) -> Option<ReasonCode> {
        let code = match self {
            Self::ClientDisconnected { .. }
            | Self::ConnectionLost
            | Self::TooLarge
            | Self::ServerError
            | Self::WebSocketExpired
            | Self::AuthorizerExpired => return None,
            Self::TakenOver { .. } => ReasonCode::SESSION_TAKEN_OVER,
            Self::KeepAliveTimeout => ReasonCode::KEEP_ALIVE_TIMEOUT,
            Self::NotAuthorized => ReasonCode::NOT_AUTHORIZED,
            Self::Malformed => ReasonCode::MALFORMED_PACKET,
            Self::ProtocolError => ReasonCode::PROTOCOL_ERROR,
            Self::QosNotSupported => ReasonCode::QOS_NOT_SUPPORTED,
            Self::TopicNameInvalid => ReasonCode::TOPIC_NAME_INVALID,
            Self::TopicFilterInvalid => ReasonCode::TOPIC_FILTER_INVALID,
            Self::TopicAliasInvalid => ReasonCode::TOPIC_ALIAS_INVALID,
            Self::SubscriptionIdentifiersNotSupported => ReasonCode::SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            Self::TooManyFilters | Self::PropertiesTooLarge | Self::Flooded => ReasonCode::QUOTA_EXCEEDED,
            Self::Deleted { .. } => ReasonCode::ADMINISTRATIVE_ACTION,
            Self::ServerClosed => ReasonCode::SERVER_SHUTTING_DOWN,
        };
        Some(code)
    }

    /// Whether the will goes out: always but after the client's own DISCONNECT and when `DeleteConnection` prevents it
    /// (documented: Developer Guide, Lifecycle events). That DISCONNECT with code 0x04 publishes it is MQTT-3.14.4-3 read with the
    /// standard's table of codes; AWS does not speak of it: inferred.
    #[must_use]
    pub const fn publishes_will(self) -> bool {
        !matches!(self, Self::ClientDisconnected { with_will: false } | Self::Deleted { with_will: false })
    }
}

/// Why a CONNECT was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No right to connect with this client ID, or to publish the will.
    NotAuthorized,
    /// Empty where it may not be, too long, or begins with `$`.
    ClientIdInvalid,
    /// The will has QoS 2.
    WillQosNotSupported,
    /// The will's topic cannot be a topic here.
    WillTopicInvalid,
    /// A second CONNECT of one client ID within a second.
    TooFrequent,
    /// The account has as many sessions as it may.
    TooManySessions,
}

impl Refusal {
    /// The code of the MQTT 5 CONNACK (documented list: Developer Guide, MQTT 5 reason codes; 0x97 for
    /// `TooFrequent` and `TooManySessions`: inferred).
    #[must_use]
    pub const fn code(self) -> ReasonCode {
        match self {
            Self::NotAuthorized => ReasonCode::NOT_AUTHORIZED,
            Self::ClientIdInvalid => ReasonCode::CLIENT_IDENTIFIER_NOT_VALID,
            Self::WillQosNotSupported => ReasonCode::QOS_NOT_SUPPORTED,
            Self::WillTopicInvalid => ReasonCode::TOPIC_NAME_INVALID,
            Self::TooFrequent | Self::TooManySessions => ReasonCode::QUOTA_EXCEEDED,
        }
    }

    /// The return code of the 3.1.1 CONNACK, if one is sent before the close.
    ///
    /// A client without the right to connect sees a bare close (observed: the parallel-sessions article,
    /// mongoose-os issue 178). An unusable client ID is answered 0x02 as MQTT-3.1.3-9 demands; AWS is silent:
    /// inferred. A will with QoS 2 is met by a close (observed: espMqttClient issue 116).
    #[must_use]
    pub const fn return_code(self) -> Option<ReasonCode> {
        match self {
            Self::ClientIdInvalid => Some(ReasonCode(0x02)),
            _ => None,
        }
    }

    /// `connectFailureReason` of the lifecycle event, where AWS names one (documented: Developer Guide,
    /// Lifecycle events).
    #[must_use]
    pub const fn connect_failure_reason(self) -> Option<&'static str> {
        match self {
            Self::NotAuthorized => Some("AUTHORIZATION_FAILED"),
            _ => None,
        }
    }
}
