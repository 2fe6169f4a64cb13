//! The questions that the broker asks before it acts, and the shape of the answers.
//!
//! The broker decides nothing about rights itself and does not know what a policy is.

use crate::iot::time::{Instant, Millis};
use crate::mqtt::Qos;

use super::io::{ConnectionId, Who};

/// Answers the broker's questions about rights.
pub trait Authorizer {
    /// May `asker` do what `request` says?
    fn authorize(&mut self, now: Instant, asker: &Asker, request: &Request) -> Ruling;

    /// What else AWS IoT Core knows of `who`, asked once a connection: it tells subscribers of lifecycle events and the
    /// log, and it may limit how long the connection lasts. Nothing unless an authorizer says so.
    fn peer(&self, _who: Who) -> Peer {
        Peer::default()
    }
}

/// The other end of a connection, rights aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// `principalIdentifier`: the certificate ID, or the IAM form `account/key:user/key:user`.
    pub principal: String,
    /// Its address.
    pub ip: Option<String>,
    /// Its TCP port.
    pub port: Option<u16>,
    /// The thing that the certificate is attached to exclusively; lifecycle events name no other.
    pub thing: Option<String>,
    /// It came by WebSocket, which lasts 24 hours.
    pub web_socket: bool,
    /// `disconnectAfterInSeconds` of a custom authorizer.
    pub disconnect_after: Option<Millis>,
}

/// On whose behalf the broker asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The principal behind the connection.
    pub who: Who,
    /// The connection; that of the receiver for [`Request::Receive`].
    pub connection: ConnectionId,
    /// The client ID of that connection, also when the broker assigned it.
    pub client_id: String,
}

/// One thing that needs permission. The client ID stands in [`Asker`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// At CONNECT. The rights to publish the will belong to it: without them the whole CONNECT fails
    /// (documented: Developer Guide, Lifecycle events).
    Connect {
        /// The client asks for a session that outlives the connection: 3.1.1 Clean Session 0
        /// (documented), MQTT 5 Session Expiry Interval above 0 (inferred).
        persistent: bool,
        /// The will, if there is one.
        will: Option<WillRequest>,
    },
    /// At each PUBLISH.
    Publish {
        /// The topic as published, topic aliases resolved.
        topic: String,
        /// As published.
        qos: Qos,
        /// A retained message needs `iot:RetainPublish` besides `iot:Publish` (documented: Developer Guide,
        /// Retained message policy examples).
        retain: bool,
    },
    /// Once for each filter of a SUBSCRIBE.
    Subscribe {
        /// The filter as sent, with the `$share/...` prefix if it has one.
        filter: String,
        /// As asked for.
        qos: Qos,
    },
    /// At each delivery, retained and stored messages included.
    Receive {
        /// The topic of the message.
        topic: String,
        /// The share name when it comes through a shared subscription: samples disagree on which resource
        /// AWS compares.
        share: Option<String>,
    },
}

/// What a will needs rights for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WillRequest {
    /// Where it is published.
    pub topic: String,
    /// With which QoS.
    pub qos: Qos,
    /// Whether it is kept.
    pub retain: bool,
}

/// The answer to a [`Request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What the broker is to do.
    pub verdict: Verdict,
    /// Where the reason is kept; the broker only passes it on.
    pub explanation: ExplanationId,
}

/// What the broker is to do. Why, and how sure that is, stands in the explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Refuse in the way of the packet and protocol version at hand.
    Refused,
}

/// A handle to an explanation that the authorizer keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExplanationId(pub u32);
