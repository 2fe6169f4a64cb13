//! Names and meanings of the codes in acknowledgements and DISCONNECT.
//!
//! MQTT 5 section 2.4 for version 5; MQTT 3.1.1 table 3.1 and section 3.9.3 for version 3.1.1. What a
//! particular broker means by a code is not known here.

use super::frame::PacketKind::{
    self, Auth, ConnAck, Disconnect, PubAck, PubComp, PubRec, PubRel, SubAck, UnsubAck,
};
use super::packet::{ReasonCode, Version};

#[expect(missing_docs, reason = "the names are the standard's, section 2.4")]
impl ReasonCode {
    pub const SUCCESS: Self = Self(0x00);
    pub const GRANTED_QOS_1: Self = Self(0x01);
    pub const GRANTED_QOS_2: Self = Self(0x02);
    pub const DISCONNECT_WITH_WILL: Self = Self(0x04);
    pub const NO_MATCHING_SUBSCRIBERS: Self = Self(0x10);
    pub const NO_SUBSCRIPTION_EXISTED: Self = Self(0x11);
    pub const UNSPECIFIED_ERROR: Self = Self(0x80);
    pub const MALFORMED_PACKET: Self = Self(0x81);
    pub const PROTOCOL_ERROR: Self = Self(0x82);
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(0x84);
    pub const CLIENT_IDENTIFIER_NOT_VALID: Self = Self(0x85);
    pub const BAD_USER_NAME_OR_PASSWORD: Self = Self(0x86);
    pub const NOT_AUTHORIZED: Self = Self(0x87);
    pub const SERVER_UNAVAILABLE: Self = Self(0x88);
    pub const SERVER_BUSY: Self = Self(0x89);
    pub const SERVER_SHUTTING_DOWN: Self = Self(0x8B);
    pub const KEEP_ALIVE_TIMEOUT: Self = Self(0x8D);
    pub const SESSION_TAKEN_OVER: Self = Self(0x8E);
    pub const TOPIC_FILTER_INVALID: Self = Self(0x8F);
    pub const TOPIC_NAME_INVALID: Self = Self(0x90);
    pub const PACKET_IDENTIFIER_IN_USE: Self = Self(0x91);
    pub const PACKET_IDENTIFIER_NOT_FOUND: Self = Self(0x92);
    pub const RECEIVE_MAXIMUM_EXCEEDED: Self = Self(0x93);
    pub const TOPIC_ALIAS_INVALID: Self = Self(0x94);
    pub const PACKET_TOO_LARGE: Self = Self(0x95);
    pub const MESSAGE_RATE_TOO_HIGH: Self = Self(0x96);
    pub const QUOTA_EXCEEDED: Self = Self(0x97);
    pub const ADMINISTRATIVE_ACTION: Self = Self(0x98);
    pub const QOS_NOT_SUPPORTED: Self = Self(0x9B);
    pub const SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED: Self = Self(0xA1);
}

impl ReasonCode {
    /// Whether the code reports a failure: from 0x80 (MQTT 5 section 2.4; the 0x80 of a 3.1.1 SUBACK too).
    /// Not for the return codes of a 3.1.1 CONNACK, where everything but 0 refuses.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        self.0 >= 0x80
    }
}

/// What a code is called and what it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// As the standard calls it.
    pub name: &'static str,
    /// In one sentence.
    pub meaning: &'static str,
}

/// Looks a code up for the packet that carried it; `None` when that packet cannot carry it.
#[must_use]
pub fn reason(version: Version, kind: PacketKind, code: ReasonCode) -> Option<Reason> {
    let table = match (version, kind) {
        (Version::V5, _) => V5,
        (Version::V311, ConnAck) => V311_CONNACK,
        (Version::V311, SubAck) => V311_SUBACK,
        (Version::V311, _) => return None,
    };
    table
        .iter()
        .find(|row| row.0 == code.0 && row.1.contains(&kind))
        .map(|row| Reason { name: row.2, meaning: row.3 })
}

type Row = (u8, &'static [PacketKind], &'static str, &'static str);

/// MQTT 3.1.1 table 3.1.
const V311_CONNACK: &[Row] = &[
    (0, &[ConnAck], "Connection accepted", "The connection stands."),
    (
        1,
        &[ConnAck],
        "Unacceptable protocol version",
        "The server does not speak the version that was asked for.",
    ),
    (2, &[ConnAck], "Identifier rejected", "The client ID is well formed, but the server does not take it."),
    (3, &[ConnAck], "Server unavailable", "The MQTT service behind the connection is not there."),
    (4, &[ConnAck], "Bad user name or password", "User name or password is not what the server expects."),
    (5, &[ConnAck], "Not authorized", "This client may not connect."),
];

/// MQTT 3.1.1 section 3.9.3.
const V311_SUBACK: &[Row] = &[
    (0, &[SubAck], "Maximum QoS 0", "Subscribed; messages arrive with QoS 0."),
    (1, &[SubAck], "Maximum QoS 1", "Subscribed; messages arrive with at most QoS 1."),
    (2, &[SubAck], "Maximum QoS 2", "Subscribed; messages arrive with at most QoS 2."),
    (0x80, &[SubAck], "Failure", "Not subscribed; version 3.1.1 has no way to say why."),
];

/// MQTT 5 table 2.6.
const V5: &[Row] = &[
    (0x00, &[ConnAck, PubAck, PubRec, PubRel, PubComp, UnsubAck, Auth], "Success", "Done as asked."),
    (0x00, &[Disconnect], "Normal disconnection", "The connection ends in good order; no will is sent."),
    (0x00, &[SubAck], "Granted QoS 0", "Subscribed; messages arrive with QoS 0."),
    (0x01, &[SubAck], "Granted QoS 1", "Subscribed; messages arrive with at most QoS 1."),
    (0x02, &[SubAck], "Granted QoS 2", "Subscribed; messages arrive with at most QoS 2."),
    (
        0x04,
        &[Disconnect],
        "Disconnect with Will Message",
        "The client leaves and wants its will to be published.",
    ),
    (0x10, &[PubAck, PubRec], "No matching subscribers", "Taken, but nobody subscribes to the topic."),
    (0x11, &[UnsubAck], "No subscription existed", "There was no such subscription to end."),
    (0x18, &[Auth], "Continue authentication", "The exchange needs a further step."),
    (0x19, &[Auth], "Re-authenticate", "The client starts a new authentication on the open connection."),
    (
        0x80,
        &[ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect],
        "Unspecified error",
        "Refused; the sender does not say why.",
    ),
    (0x81, &[ConnAck, Disconnect], "Malformed Packet", "A packet could not be read."),
    (
        0x82,
        &[ConnAck, Disconnect],
        "Protocol Error",
        "A packet was readable, but not allowed there or not with that content.",
    ),
    (
        0x83,
        &[ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect],
        "Implementation specific error",
        "The packet is legal, but this implementation does not take it.",
    ),
    (
        0x84,
        &[ConnAck],
        "Unsupported Protocol Version",
        "The server does not speak the version that was asked for.",
    ),
    (
        0x85,
        &[ConnAck],
        "Client Identifier not valid",
        "The client ID is well formed, but the server does not take it.",
    ),
    (0x86, &[ConnAck], "Bad User Name or Password", "User name or password is not what the server expects."),
    (
        0x87,
        &[ConnAck, PubAck, PubRec, SubAck, UnsubAck, Disconnect],
        "Not authorized",
        "The client may not do this.",
    ),
    (0x88, &[ConnAck], "Server unavailable", "The MQTT server is not there."),
    (0x89, &[ConnAck, Disconnect], "Server busy", "The server has no capacity now; try again later."),
    (0x8A, &[ConnAck], "Banned", "An administrator has shut this client out."),
    (0x8B, &[Disconnect], "Server shutting down", "The server goes down."),
    (
        0x8C,
        &[ConnAck, Disconnect],
        "Bad authentication method",
        "The authentication method is unknown, or not the one that was agreed on.",
    ),
    (
        0x8D,
        &[Disconnect],
        "Keep Alive timeout",
        "The server heard nothing for one and a half keep-alive intervals.",
    ),
    (0x8E, &[Disconnect], "Session taken over", "Another connection has come with the same client ID."),
    (
        0x8F,
        &[SubAck, UnsubAck, Disconnect],
        "Topic Filter invalid",
        "The topic filter is well formed, but the server does not take it.",
    ),
    (
        0x90,
        &[ConnAck, PubAck, PubRec, Disconnect],
        "Topic Name invalid",
        "The topic name is well formed, but the receiver does not take it.",
    ),
    (
        0x91,
        &[PubAck, PubRec, SubAck, UnsubAck],
        "Packet Identifier in use",
        "The packet identifier is still taken; the two sides may disagree on the session's state.",
    ),
    (
        0x92,
        &[PubRel, PubComp],
        "Packet Identifier not found",
        "No message of that identifier is in flight; harmless while a session recovers.",
    ),
    (
        0x93,
        &[Disconnect],
        "Receive Maximum exceeded",
        "More unacknowledged messages came than the receiver had announced to take.",
    ),
    (0x94, &[Disconnect], "Topic Alias invalid", "The topic alias is 0 or above the agreed maximum."),
    (0x95, &[ConnAck, Disconnect], "Packet too large", "A packet was larger than the receiver takes."),
    (0x96, &[Disconnect], "Message rate too high", "Messages came too fast."),
    (
        0x97,
        &[ConnAck, PubAck, PubRec, SubAck, Disconnect],
        "Quota exceeded",
        "A limit of the implementation or the administration is reached.",
    ),
    (0x98, &[Disconnect], "Administrative action", "An administrator has ended the connection."),
    (
        0x99,
        &[ConnAck, PubAck, PubRec, Disconnect],
        "Payload format invalid",
        "The payload is not what its Payload Format Indicator says.",
    ),
    (0x9A, &[ConnAck, Disconnect], "Retain not supported", "The server keeps no retained messages."),
    (0x9B, &[ConnAck, Disconnect], "QoS not supported", "The QoS is above the server's Maximum QoS."),
    (0x9C, &[ConnAck, Disconnect], "Use another server", "Use another server for now."),
    (0x9D, &[ConnAck, Disconnect], "Server moved", "Use another server from now on."),
    (
        0x9E,
        &[SubAck, Disconnect],
        "Shared Subscriptions not supported",
        "The server has no shared subscriptions.",
    ),
    (0x9F, &[ConnAck, Disconnect], "Connection rate exceeded", "Connections came too fast."),
    (0xA0, &[Disconnect], "Maximum connect time", "The connection has lasted as long as it may."),
    (
        0xA1,
        &[SubAck, Disconnect],
        "Subscription Identifiers not supported",
        "The server takes no subscription identifiers.",
    ),
    (
        0xA2,
        &[SubAck, Disconnect],
        "Wildcard Subscriptions not supported",
        "The server takes no filters with wildcards.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packet_decides_what_zero_is_called() {
        let name = |kind, code| reason(Version::V5, kind, ReasonCode(code)).map(|found| found.name);
        assert_eq!(name(Disconnect, 0), Some("Normal disconnection"));
        assert_eq!(name(SubAck, 0), Some("Granted QoS 0"));
        assert_eq!(name(ConnAck, 0), Some("Success"));
        assert_eq!(name(PubAck, 0x8E), None);
        assert_eq!(
            reason(Version::V311, ConnAck, ReasonCode(5)).map(|found| found.name),
            Some("Not authorized")
        );
        assert_eq!(reason(Version::V311, Disconnect, ReasonCode(0)), None);
    }

    #[test]
    fn each_packet_has_a_code_once() {
        for kind in (0..=0xF0).step_by(16).filter_map(PacketKind::of) {
            for table in [V5, V311_CONNACK, V311_SUBACK] {
                let mut codes: Vec<u8> =
                    table.iter().filter(|row| row.1.contains(&kind)).map(|row| row.0).collect();
                let all = codes.len();
                codes.dedup();
                assert_eq!(codes.len(), all, "{kind}");
            }
        }
    }
}
