//! What goes into a session and what comes out.

use super::error::{Misuse, PeerError};
use super::reconnect::{Reconnect, Stop};
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{
    Ack, Codes, ConnAck, Connect, DEFAULT_PACKET_LIMIT, DecodeError, Disconnect, Frame, Packet, Properties,
    Publish, Qos, ReasonCode, Subscription,
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
