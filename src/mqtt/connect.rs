//! What a CONNECT needs beyond the codec crates: the version that it names, its flags, and its password.
//!
//! One crate takes passwords for text, the other refuses one without a user name, which MQTT 5 allows
//! (section 3.1.2.9). The password is the last field, so it is taken off before the rest goes to the crate
//! and put on again behind what the crate has written.

use super::codec::{decode_body, encode_plain};
use super::error::{DecodeError, EncodeError};
use super::frame::{Frame, PacketKind, assemble};
use super::packet::{Connect, Packet, Version};

const MALFORMED: DecodeError = DecodeError::Malformed { kind: PacketKind::Connect };
const FIRST_BYTE: u8 = 0x10;
/// Protocol name with its length: the start of every CONNECT since 3.1.1.
const NAME: &[u8; 6] = b"\x00\x04MQTT";
/// The connect flags stand behind the name and the level.
const FLAGS_AT: usize = NAME.len() + 1;
/// The length of what comes before properties or client ID: name, level, flags, keep-alive.
const FIXED: usize = FLAGS_AT + 3;

const RESERVED: u8 = 0x01;
const WILL: u8 = 0x04;
const WILL_DETAIL: u8 = 0x38;
const WILL_QOS: u8 = 0x18;
const PASSWORD: u8 = 0x40;
const USER_NAME: u8 = 0x80;

/// The version by protocol name and level (MQTT 5 sections 3.1.2.1 and 3.1.2.2).
pub(super) fn version(frame: &Frame) -> Result<Version, DecodeError> {
    let (name, rest) = split(frame.body(), NAME.len())?;
    match (frame.kind(), name == NAME, rest) {
        (Some(PacketKind::Connect), true, [4, ..]) => Ok(Version::V311),
        (Some(PacketKind::Connect), true, [5, ..]) => Ok(Version::V5),
        (Some(PacketKind::Connect), true, [level, ..]) => Err(DecodeError::Version { level: Some(*level) }),
        (Some(PacketKind::Connect), false, _) => Err(DecodeError::Version { level: None }),
        _ => Err(MALFORMED),
    }
}

pub(super) fn decode(frame: &Frame) -> Result<Packet, DecodeError> {
    let version = version(frame)?;
    let body = frame.body();
    let flags = *body.get(FLAGS_AT).ok_or(MALFORMED)?;
    check_flags(flags, version)?;
    if flags & PASSWORD == 0 {
        return decode_body(PacketKind::Connect, version, FIRST_BYTE, body);
    }
    let (before, password) = split_password(body, flags, version)?;
    let mut before = before.to_vec();
    if let Some(flags) = before.get_mut(FLAGS_AT) {
        *flags &= !PASSWORD;
    }
    let mut packet = decode_body(PacketKind::Connect, version, FIRST_BYTE, &before)?;
    if let Packet::Connect(connect) = &mut packet {
        connect.password = Some(password.to_vec());
    }
    Ok(packet)
}

pub(super) fn encode(connect: &Connect) -> Result<Vec<u8>, EncodeError> {
    let Some(password) = &connect.password else {
        return encode_plain(&Packet::Connect(connect.clone()), connect.version);
    };
    let illegal = || EncodeError::Illegal { kind: PacketKind::Connect };
    if connect.version == Version::V311 && connect.user_name.is_none() {
        return Err(illegal());
    }
    let without = Packet::Connect(Connect { password: None, ..connect.clone() });
    let frame = Frame::new(encode_plain(&without, connect.version)?).map_err(|_| illegal())?;
    let length = u16::try_from(password.len())
        .map_err(|_| EncodeError::FieldTooLong { field: "the password", length: password.len() })?;
    let mut body = frame.body().to_vec();
    if let Some(flags) = body.get_mut(FLAGS_AT) {
        *flags |= PASSWORD;
    }
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(password);
    Ok(assemble(FIRST_BYTE, &body))
}

/// MQTT-3.1.2-3 (reserved bit), -9 to -15 (will), -22 of 3.1.1 (password without user name).
fn check_flags(flags: u8, version: Version) -> Result<(), DecodeError> {
    let legal = flags & RESERVED == 0
        && (flags & WILL != 0 || flags & WILL_DETAIL == 0)
        && flags & WILL_QOS != WILL_QOS
        && (version == Version::V5 || flags & PASSWORD == 0 || flags & USER_NAME != 0);
    if legal { Ok(()) } else { Err(MALFORMED) }
}

/// Steps over the fields before the password.
fn split_password(body: &[u8], flags: u8, version: Version) -> Result<(&[u8], &[u8]), DecodeError> {
    let (_, mut rest) = split(body, FIXED)?;
    let mut fields = 1;
    if version == Version::V5 {
        rest = skip_properties(rest)?;
    }
    if flags & WILL != 0 {
        if version == Version::V5 {
            rest = skip_properties(skip_field(rest)?)?;
            fields = 0;
        }
        fields += 2;
    }
    if flags & USER_NAME != 0 {
        fields += 1;
    }
    for _ in 0..fields {
        rest = skip_field(rest)?;
    }
    let (before, _) = split(body, body.len().saturating_sub(rest.len()))?;
    match rest {
        [high, low, password @ ..] if password.len() == usize::from(u16::from_be_bytes([*high, *low])) => {
            Ok((before, password))
        }
        _ => Err(MALFORMED),
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), DecodeError> {
    bytes.split_at_checked(at).ok_or(MALFORMED)
}

fn skip_field(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let [high, low, rest @ ..] = bytes else { return Err(MALFORMED) };
    Ok(split(rest, usize::from(u16::from_be_bytes([*high, *low])))?.1)
}

fn skip_properties(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let mut length = 0_usize;
    for (position, digit) in bytes.iter().take(4).enumerate() {
        length |= usize::from(digit & 0x7F) << (7 * position);
        if digit & 0x80 == 0 {
            return Ok(split(bytes, position + 1 + length)?.1);
        }
    }
    Err(MALFORMED)
}
