//! From bytes to packets.

use mqtt_protocol_core::mqtt::Arc;
use mqtt_protocol_core::mqtt::packet::{
    self as core, GenericPacketTrait, MqttString, PropertiesParse, SubEntry, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use crate::mqtt::error::DecodeError;
use crate::mqtt::frame::PacketKind;
use crate::mqtt::packet::{
    Ack, Auth, Codes, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos,
    ReasonCode, Subscribe, Subscription, Unsubscribe, Version, Will,
};
use crate::mqtt::property::read;
use crate::mqtt::reason::reason;

/// Reads PUBACK, PUBREC, PUBREL or PUBCOMP.
macro_rules! read_ack {
    ($variant:ident, $core:ident, $wire:ident) => {{
        let packet = $wire.exact(v5_0::$core::parse($wire.body))?;
        Packet::$variant(Ack {
            packet_id: PacketId(packet.packet_id()),
            code: ReasonCode(packet.reason_code().map_or(0, |code| code as u8)),
            properties: optional(packet.props().as_ref()),
        })
    }};
}

struct Wire<'a> {
    kind: PacketKind,
    frame: &'a [u8],
    body: &'a [u8],
}

impl Wire<'_> {
    /// What the crate has read, if it stands for exactly these bytes.
    fn exact<T: GenericPacketTrait>(&self, parsed: Result<(T, usize), MqttError>) -> Result<T, DecodeError> {
        let kind = self.kind;
        match parsed {
            Ok((packet, used)) if used == self.body.len() && packet.to_continuous_buffer() == self.frame => {
                Ok(packet)
            }
            Err(MqttError::ProtocolError) => Err(DecodeError::Protocol { kind }),
            _ => Err(DecodeError::Malformed { kind }),
        }
    }

    /// The first code in `codes` that packets of this kind cannot carry. Looked at before the crate does,
    /// because a diagnosis needs the number.
    fn check_codes(&self, codes: &[u8]) -> Result<(), DecodeError> {
        let unknown = |code: &&u8| reason(Version::V5, self.kind, ReasonCode(**code)).is_none();
        match codes.iter().find(unknown) {
            Some(code) => Err(DecodeError::Code { kind: self.kind, code: ReasonCode(*code) }),
            None => Ok(()),
        }
    }
}

/// `frame` is `body` behind a fixed header of minimal length; its flags have been checked.
pub(in crate::mqtt) fn decode(kind: PacketKind, frame: &[u8], body: &[u8]) -> Result<Packet, DecodeError> {
    let wire = Wire { kind, frame, body };
    let code_at = match kind {
        PacketKind::ConnAck => Some(1),
        PacketKind::PubAck | PacketKind::PubRec | PacketKind::PubRel | PacketKind::PubComp => Some(2),
        PacketKind::Disconnect | PacketKind::Auth => Some(0),
        _ => None,
    };
    if let Some(code) = code_at.and_then(|at| body.get(at..=at)) {
        wire.check_codes(code)?;
    }
    Ok(match kind {
        PacketKind::Connect => Packet::Connect(read_connect(&wire.exact(v5_0::Connect::parse(body))?)),
        PacketKind::ConnAck => read_connack(&wire)?,
        PacketKind::Publish => read_publish(&wire)?,
        PacketKind::PubAck => read_ack!(PubAck, Puback, wire),
        PacketKind::PubRec => read_ack!(PubRec, Pubrec, wire),
        PacketKind::PubRel => read_ack!(PubRel, Pubrel, wire),
        PacketKind::PubComp => read_ack!(PubComp, Pubcomp, wire),
        PacketKind::Subscribe => {
            let packet = wire.exact(v5_0::Subscribe::parse(body)).map_err(|error| match error {
                DecodeError::Malformed { kind } if has_retain_handling_3(body) => {
                    DecodeError::Protocol { kind }
                }
                error => error,
            })?;
            Packet::Subscribe(Subscribe {
                packet_id: PacketId(packet.packet_id()),
                filters: packet.entries().iter().map(subscription).collect(),
                properties: read(packet.props()),
            })
        }
        PacketKind::SubAck => {
            let packet = wire.exact(v5_0::Suback::parse(body))?;
            Packet::SubAck(Codes {
                packet_id: PacketId(packet.packet_id()),
                codes: packet.reason_codes().iter().map(|code| ReasonCode(*code as u8)).collect(),
                properties: read(packet.props()),
            })
        }
        PacketKind::Unsubscribe => {
            let packet = wire.exact(v5_0::Unsubscribe::parse(body))?;
            Packet::Unsubscribe(Unsubscribe {
                packet_id: PacketId(packet.packet_id()),
                filters: packet.entries().iter().map(|filter| filter.as_str().to_owned()).collect(),
                properties: read(packet.props()),
            })
        }
        PacketKind::UnsubAck => {
            let packet = wire.exact(v5_0::Unsuback::parse(body))?;
            Packet::UnsubAck(Codes {
                packet_id: PacketId(packet.packet_id()),
                codes: packet.reason_codes().iter().map(|code| ReasonCode(*code as u8)).collect(),
                properties: read(packet.props()),
            })
        }
        PacketKind::PingReq => {
            wire.exact(v5_0::Pingreq::parse(body))?;
            Packet::PingReq
        }
        PacketKind::PingResp => {
            wire.exact(v5_0::Pingresp::parse(body))?;
            Packet::PingResp
        }
        PacketKind::Disconnect => {
            let packet = wire.exact(v5_0::Disconnect::parse(body))?;
            Packet::Disconnect(Disconnect {
                code: ReasonCode(packet.reason_code().map_or(0, |code| code as u8)),
                properties: optional(packet.props().as_ref()),
            })
        }
        PacketKind::Auth => {
            let packet = wire.exact(v5_0::Auth::parse(body))?;
            Packet::Auth(Auth {
                code: ReasonCode(packet.reason_code().map_or(0, |code| code as u8)),
                properties: optional(packet.props().as_ref()),
            })
        }
    })
}

fn optional(properties: Option<&core::Properties>) -> Properties {
    properties.map(|properties| read(properties)).unwrap_or_default()
}

fn read_connect(packet: &v5_0::Connect) -> Connect {
    let will = packet.will_topic().map(|topic| Will {
        topic: topic.to_owned(),
        payload: packet.will_payload().unwrap_or_default().to_vec(),
        qos: qos_from(packet.will_qos()),
        retain: packet.will_retain(),
        properties: read(packet.will_props()),
    });
    Connect {
        version: Version::V5,
        client_id: packet.client_id().to_owned(),
        clean_start: packet.clean_start(),
        keep_alive: packet.keep_alive(),
        will,
        user_name: packet.user_name().map(str::to_owned),
        password: None,
        properties: read(packet.props()),
    }
}

fn read_connack(wire: &Wire<'_>) -> Result<Packet, DecodeError> {
    // MQTT-3.2.2-1: bits 7 to 1 of the acknowledge flags are reserved.
    if wire.body.first().is_some_and(|flags| flags & 0xFE != 0) {
        return Err(DecodeError::Malformed { kind: wire.kind });
    }
    let packet = wire.exact(v5_0::Connack::parse(wire.body))?;
    Ok(Packet::ConnAck(ConnAck {
        session_present: packet.session_present(),
        code: ReasonCode(packet.reason_code() as u8),
        properties: read(packet.props()),
    }))
}

fn read_publish(wire: &Wire<'_>) -> Result<Packet, DecodeError> {
    let flags = wire.frame.first().copied().unwrap_or_default() & 0x0F;
    let packet = wire.exact(v5_0::Publish::parse(flags, Arc::from(wire.body)))?;
    // MQTT-3.3.2-2, and section 3.3.2.1: an empty topic needs an alias.
    let topic = packet.topic_name();
    if topic.contains(['+', '#']) {
        return Err(DecodeError::TopicName { topic: topic.to_owned() });
    }
    let properties = read(packet.props());
    if topic.is_empty() && !properties.0.iter().any(|one| matches!(one, Property::TopicAlias(_))) {
        return Err(DecodeError::Protocol { kind: wire.kind });
    }
    Ok(Packet::Publish(Publish {
        dup: flags & 0x08 != 0,
        qos: qos_from(packet.qos()),
        retain: packet.retain(),
        topic: topic.to_owned(),
        packet_id: packet.packet_id().map(PacketId),
        properties,
        payload: packet.payload().as_slice().to_vec(),
    }))
}

fn subscription(entry: &SubEntry) -> Subscription {
    let options = entry.sub_opts();
    Subscription {
        filter: entry.topic_filter().to_owned(),
        qos: qos_from(options.qos()),
        no_local: options.nl(),
        retain_as_published: options.rap(),
        retain_handling: options.rh() as u8,
    }
}

/// Retain Handling 3 is a protocol error (section 3.8.3.1); to the crate it is malformed, as reserved bits are.
fn has_retain_handling_3(body: &[u8]) -> bool {
    let properties = body.get(2..).unwrap_or_default();
    let Ok((_, length)) = core::Properties::parse(properties) else {
        return false;
    };
    let mut rest = properties.get(length..).unwrap_or_default();
    while let Ok((_, length)) = MqttString::decode(rest)
        && let Some((options, next)) = rest.get(length..).and_then(<[u8]>::split_first)
    {
        if options & 0x30 == 0x30 {
            return true;
        }
        rest = next;
    }
    false
}

fn qos_from(qos: core::Qos) -> Qos {
    match qos {
        core::Qos::AtMostOnce => Qos::AtMostOnce,
        core::Qos::AtLeastOnce => Qos::AtLeastOnce,
        core::Qos::ExactlyOnce => Qos::ExactlyOnce,
    }
}
