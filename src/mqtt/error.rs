//! What can be wrong with bytes or packets, and the reason code that MQTT 5 has for it.

use std::fmt;

use super::frame::{MAX_REMAINING_LENGTH, PacketKind};
use super::packet::ReasonCode;

/// The byte stream cannot be cut into packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The remaining length has a fifth byte (MQTT 5 section 1.5.5).
    LengthTooLong,
    /// The packet is larger than this side takes; sizes in bytes with the header.
    TooLarge {
        /// As announced.
        size: usize,
        /// As configured.
        limit: usize,
    },
    /// Bytes given as one packet end before it does.
    Incomplete,
    /// Bytes given as one packet go on after it.
    Trailing,
}

impl FrameError {
    /// What a server or client of version 5 says about it in its DISCONNECT.
    #[must_use]
    pub const fn reason_code(self) -> ReasonCode {
        match self {
            Self::TooLarge { .. } => ReasonCode::PACKET_TOO_LARGE,
            Self::LengthTooLong | Self::Incomplete | Self::Trailing => ReasonCode::MALFORMED_PACKET,
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthTooLong => f.write_str("the remaining length has more than four bytes"),
            Self::TooLarge { size, limit } => {
                write!(f, "a packet of {size} bytes is announced, the limit is {limit}")
            }
            Self::Incomplete => f.write_str("the packet ends before its remaining length"),
            Self::Trailing => f.write_str("there are bytes after the end of the packet"),
        }
    }
}

impl std::error::Error for FrameError {}

/// A whole frame is not a legal packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The packet type does not exist in this version: 0, or AUTH in 3.1.1.
    UnknownType {
        /// The first byte.
        first_byte: u8,
    },
    /// The flags of the first byte are not those that the packet type prescribes (MQTT-2.2.2-2 of 3.1.1,
    /// section 2.1.3 of version 5).
    Flags {
        /// Of the frame.
        kind: PacketKind,
        /// The lower half of the first byte.
        flags: u8,
    },
    /// The fields and the length of the packet disagree, or a field has an impossible form: text that is not
    /// UTF-8, a length that is not written as short as possible, a reserved bit.
    Malformed {
        /// Of the frame.
        kind: PacketKind,
    },
    /// The form is right and the content forbidden, such as a property twice or in the wrong packet.
    Protocol {
        /// Of the frame.
        kind: PacketKind,
    },
    /// A text holds U+0000 (MQTT-1.5.4-2).
    Nul {
        /// Of the frame.
        kind: PacketKind,
        /// Which text.
        field: &'static str,
    },
    /// A packet identifier is 0 (MQTT-2.2.1-3).
    ZeroPacketId {
        /// Of the frame.
        kind: PacketKind,
    },
    /// A code that this packet cannot carry.
    Code {
        /// Of the frame.
        kind: PacketKind,
        /// As received.
        code: ReasonCode,
    },
    /// A topic name that is empty or has wildcards (MQTT-3.3.2-2).
    TopicName {
        /// As received.
        topic: String,
    },
    /// A topic filter that breaks MQTT 5 section 4.7.1.
    TopicFilter {
        /// As received.
        filter: String,
    },
    /// A CONNECT for a protocol that is not spoken here.
    Version {
        /// The protocol level; `None` when even the protocol name is another.
        level: Option<u8>,
    },
}

impl DecodeError {
    /// What a peer of version 5 says about it in its DISCONNECT or CONNACK.
    #[must_use]
    pub const fn reason_code(&self) -> ReasonCode {
        match self {
            Self::UnknownType { .. }
            | Self::Flags { .. }
            | Self::Malformed { .. }
            | Self::Nul { .. }
            | Self::Code { .. } => ReasonCode::MALFORMED_PACKET,
            Self::Protocol { .. } | Self::ZeroPacketId { .. } => ReasonCode::PROTOCOL_ERROR,
            Self::TopicName { .. } => ReasonCode::TOPIC_NAME_INVALID,
            Self::TopicFilter { .. } => ReasonCode::TOPIC_FILTER_INVALID,
            Self::Version { .. } => ReasonCode::UNSUPPORTED_PROTOCOL_VERSION,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType { first_byte } => {
                write!(f, "first byte 0x{first_byte:02X}: this version has no packet of that type")
            }
            Self::Flags { kind, flags } => write!(f, "{kind} must not have the flags 0x{flags:X}"),
            Self::Malformed { kind } => write!(f, "{kind} is malformed: its fields do not fit its length"),
            Self::Protocol { kind } => write!(f, "{kind} holds what the protocol forbids there"),
            Self::Nul { kind, field } => write!(f, "{kind}: {field} holds a null character"),
            Self::ZeroPacketId { kind } => write!(f, "{kind} has the packet identifier 0"),
            Self::Code { kind, code } => write!(f, "{kind} cannot carry the code 0x{:02X}", code.0),
            Self::TopicName { topic } => write!(f, "`{topic}` is not a topic name"),
            Self::TopicFilter { filter } => write!(f, "`{filter}` is not a topic filter"),
            Self::Version { level: Some(level) } => {
                write!(f, "protocol level {level} is neither 4 (MQTT 3.1.1) nor 5 (MQTT 5)")
            }
            Self::Version { level: None } => f.write_str("the protocol name is not `MQTT`"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A packet that cannot be put on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// More bytes than a remaining length can say.
    TooLarge,
    /// A text or binary field has more than 65,535 bytes (MQTT 5 section 1.5.4).
    FieldTooLong {
        /// Which field.
        field: &'static str,
        /// In bytes.
        length: usize,
    },
    /// A text holds U+0000 (MQTT-1.5.4-2).
    Nul {
        /// Which text.
        field: &'static str,
    },
    /// A packet identifier is 0 (MQTT-2.2.1-3).
    ZeroPacketId {
        /// Of the packet.
        kind: PacketKind,
    },
    /// MQTT 3.1.1 has no place for it.
    OnlyVersion5 {
        /// Of the packet.
        kind: PacketKind,
        /// Which part.
        field: &'static str,
    },
    /// A code that this packet cannot carry.
    Code {
        /// Of the packet.
        kind: PacketKind,
        /// As given.
        code: ReasonCode,
    },
    /// A topic name that is empty or has wildcards (MQTT-3.3.2-2).
    TopicName {
        /// As given.
        topic: String,
    },
    /// A topic filter that breaks MQTT 5 section 4.7.1.
    TopicFilter {
        /// As given.
        filter: String,
    },
    /// The fields do not make a legal packet: no filters, a property in the wrong packet or twice, a value
    /// out of its range, a QoS without packet identifier.
    Illegal {
        /// Of the packet.
        kind: PacketKind,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the packet has more than {MAX_REMAINING_LENGTH} bytes"),
            Self::FieldTooLong { field, length } => {
                write!(f, "{field} has {length} bytes; a packet has place for 65535")
            }
            Self::Nul { field } => write!(f, "{field} holds a null character"),
            Self::ZeroPacketId { kind } => write!(f, "{kind} needs a packet identifier above 0"),
            Self::OnlyVersion5 { kind, field } => {
                write!(f, "{kind}: MQTT 3.1.1 has no place for {field}; leave it empty or use MQTT 5")
            }
            Self::Code { kind, code } => write!(f, "{kind} cannot carry the code 0x{:02X}", code.0),
            Self::TopicName { topic } => write!(f, "`{topic}` is not a topic name"),
            Self::TopicFilter { filter } => write!(f, "`{filter}` is not a topic filter"),
            Self::Illegal { kind } => write!(f, "the fields do not make a legal {kind}"),
        }
    }
}

impl std::error::Error for EncodeError {}
