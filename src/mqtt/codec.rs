//! Packets from whole frames and back, for both versions.
//!
//! Here stands what both versions share and what neither codec crate checks: flags of the first byte, packet
//! identifiers, the flags and the password of a CONNECT, null characters, lengths before encoding. The two
//! crates are named in `v3` and `v5` only.
//!
//! Invariants: a decoded packet encodes to the bytes that it came from (but for a remaining length that a
//! 3.1.1 peer wrote longer than needed); nothing panics; a decode allocates in proportion to its frame.

use super::connect;
use super::error::{DecodeError, EncodeError};
use super::frame::{Frame, MAX_REMAINING_LENGTH, PacketKind, assemble};
use super::packet::{Packet, Properties, Property, Version};
use super::{v3, v5};

/// Reads a frame as a packet of `version`. A CONNECT is read by the protocol level that it names itself.
///
/// # Errors
/// What is wrong with the packet; its [`reason_code`](DecodeError::reason_code) is what MQTT 5 would answer.
pub fn decode(frame: &Frame, version: Version) -> Result<Packet, DecodeError> {
    let kind = frame.kind().ok_or(DecodeError::UnknownType { first_byte: frame.first_byte() })?;
    check_flags(kind, frame.flags())?;
    let packet = match kind {
        PacketKind::Connect => connect::decode(frame)?,
        // Most frames are written as short as can be, and need no copy for that.
        _ if shortest_header(frame) => decode_canonical(kind, version, frame.bytes(), frame.body())?,
        _ => decode_body(kind, version, frame.first_byte(), frame.body())?,
    };
    // MQTT-1.5.5-1: version 5 wants the shortest form; 3.1.1 does not say so.
    if packet_version(&packet, version) == Version::V5 && !shortest_header(frame) {
        return Err(DecodeError::Malformed { kind });
    }
    if packet_id(&packet) == Some(0) {
        return Err(DecodeError::ZeroPacketId { kind });
    }
    if let Some(field) = fields_of(&packet).find_map(Field::nul) {
        return Err(DecodeError::Nul { kind, field });
    }
    Ok(packet)
}

/// The version that a CONNECT names.
///
/// # Errors
/// [`DecodeError::Version`] for other protocols, [`DecodeError::Malformed`] when the frame is too short or
/// no CONNECT.
pub fn connect_version(frame: &Frame) -> Result<Version, DecodeError> {
    connect::version(frame)
}

/// Puts a packet on the wire of `version`; a CONNECT goes by its own version.
///
/// # Errors
/// What keeps the packet from the wire. In 3.1.1 that is also everything that only version 5 can carry.
pub fn encode(packet: &Packet, version: Version) -> Result<Vec<u8>, EncodeError> {
    let kind = packet.kind();
    let version = packet_version(packet, version);
    let mut size = 64_usize;
    for field in fields_of(packet) {
        if let Some(name) = field.nul() {
            return Err(EncodeError::Nul { field: name });
        }
        let length = field.bytes.len();
        if length > usize::from(u16::MAX) && field.form != Form::Payload {
            return Err(EncodeError::FieldTooLong { field: field.name, length });
        }
        size = size.saturating_add(length).saturating_add(8);
    }
    if size > MAX_REMAINING_LENGTH {
        return Err(EncodeError::TooLarge);
    }
    if packet_id(packet) == Some(0) {
        return Err(EncodeError::ZeroPacketId { kind });
    }
    match packet {
        Packet::Connect(connect) => connect::encode(connect),
        _ => encode_plain(packet, version),
    }
}

pub(super) fn decode_body(
    kind: PacketKind,
    version: Version,
    first_byte: u8,
    body: &[u8],
) -> Result<Packet, DecodeError> {
    decode_canonical(kind, version, &assemble(first_byte, body), body)
}

/// `frame` is `body` behind a fixed header of minimal length.
fn decode_canonical(
    kind: PacketKind,
    version: Version,
    frame: &[u8],
    body: &[u8],
) -> Result<Packet, DecodeError> {
    match version {
        Version::V311 => v3::decode(kind, frame, body),
        Version::V5 => v5::decode(kind, frame, body),
    }
}

pub(super) fn encode_plain(packet: &Packet, version: Version) -> Result<Vec<u8>, EncodeError> {
    match version {
        Version::V311 => v3::encode(packet),
        Version::V5 => v5::encode(packet),
    }
}

/// MQTT 5 section 2.1.3, 3.1.1 section 2.2.2.
fn check_flags(kind: PacketKind, flags: u8) -> Result<(), DecodeError> {
    let legal = match kind {
        // QoS 3 does not exist (MQTT-3.3.1-4).
        PacketKind::Publish => flags & 0x06 != 0x06,
        PacketKind::PubRel | PacketKind::Subscribe | PacketKind::Unsubscribe => flags == 0x02,
        _ => flags == 0,
    };
    if legal { Ok(()) } else { Err(DecodeError::Flags { kind, flags }) }
}

fn shortest_header(frame: &Frame) -> bool {
    let length = frame.body().len();
    let digits = [0x80, 0x4000, 0x20_0000].iter().filter(|bound| length >= **bound).count() + 1;
    frame.header_length() == 1 + digits
}

fn packet_version(packet: &Packet, version: Version) -> Version {
    match packet {
        Packet::Connect(connect) => connect.version,
        _ => version,
    }
}

fn packet_id(packet: &Packet) -> Option<u16> {
    let id = match packet {
        Packet::Publish(publish) => publish.packet_id?,
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            ack.packet_id
        }
        Packet::Subscribe(subscribe) => subscribe.packet_id,
        Packet::Unsubscribe(unsubscribe) => unsubscribe.packet_id,
        Packet::SubAck(codes) | Packet::UnsubAck(codes) => codes.packet_id,
        _ => return None,
    };
    Some(id.0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Binary,
    /// Ends with the packet, so that it needs no length.
    Payload,
}

/// A part of a packet whose length is not fixed.
#[derive(Clone, Copy)]
struct Field<'a> {
    name: &'static str,
    bytes: &'a [u8],
    form: Form,
}

impl<'a> Field<'a> {
    fn text(name: &'static str, text: &'a str) -> Self {
        Self { name, bytes: text.as_bytes(), form: Form::Text }
    }

    fn binary(name: &'static str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, form: Form::Binary }
    }

    fn payload(name: &'static str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, form: Form::Payload }
    }

    /// Its name, when it is a text with a null character.
    fn nul(self) -> Option<&'static str> {
        (self.form == Form::Text && self.bytes.contains(&0)).then_some(self.name)
    }
}

fn fields_of(packet: &Packet) -> impl Iterator<Item = Field<'_>> {
    let mut fields = Vec::new();
    match packet {
        Packet::Connect(connect) => {
            fields.push(Field::text("the client ID", &connect.client_id));
            if let Some(will) = &connect.will {
                fields.push(Field::text("the will topic", &will.topic));
                fields.push(Field::binary("the will payload", &will.payload));
                fields.extend(properties_of(&will.properties));
            }
            fields.extend(connect.user_name.iter().map(|name| Field::text("the user name", name)));
            fields.extend(connect.password.iter().map(|bytes| Field::binary("the password", bytes)));
        }
        Packet::Publish(publish) => {
            fields.push(Field::text("the topic", &publish.topic));
            fields.push(Field::payload("the payload", &publish.payload));
        }
        Packet::Subscribe(subscribe) => {
            fields.extend(subscribe.filters.iter().map(|line| Field::text("a topic filter", &line.filter)));
        }
        Packet::Unsubscribe(unsubscribe) => {
            fields.extend(unsubscribe.filters.iter().map(|filter| Field::text("a topic filter", filter)));
        }
        // Codes take a byte each; an empty field a code is enough to bound the size.
        Packet::SubAck(codes) | Packet::UnsubAck(codes) => {
            fields.extend(codes.codes.iter().map(|_| Field::payload("the codes", &[])));
        }
        _ => {}
    }
    fields.extend(packet.properties().into_iter().flat_map(properties_of));
    fields.into_iter()
}

fn properties_of(properties: &Properties) -> impl Iterator<Item = Field<'_>> {
    properties.0.iter().flat_map(|property| {
        let (first, second) = match property {
            Property::ContentType(text)
            | Property::ResponseTopic(text)
            | Property::AssignedClientIdentifier(text)
            | Property::AuthenticationMethod(text)
            | Property::ResponseInformation(text)
            | Property::ServerReference(text)
            | Property::ReasonString(text) => (Field::text(property.name(), text), None),
            Property::CorrelationData(bytes) | Property::AuthenticationData(bytes) => {
                (Field::binary(property.name(), bytes), None)
            }
            Property::UserProperty(name, value) => {
                (Field::text(property.name(), name), Some(Field::text(property.name(), value)))
            }
            _ => (Field::payload(property.name(), &[]), None),
        };
        std::iter::once(first).chain(second)
    })
}
