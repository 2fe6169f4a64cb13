//! MQTT 3.1.1 through the crate `mqtt-protocol`.
//!
//! The crate takes a text that ends before its length, ignores trailing bytes and panics on long texts. So
//! it sees whole frames only, what it has read is written again and compared byte by byte, and lengths are
//! checked before it writes. DUP is read from the first byte, because the crate always says no.

use std::io::Cursor;

use mqtt::control::variable_header::ConnectReturnCode;
use mqtt::packet::suback::{SubackPacketError, SubscribeReturnCode};
use mqtt::packet::subscribe::SubscribePacketError;
use mqtt::packet::unsubscribe::UnsubscribePacketError;
use mqtt::packet::{
    ConnackPacket, ConnectPacket, DisconnectPacket, EncodablePacket, PacketError, PingreqPacket,
    PingrespPacket, PubackPacket, PubcompPacket, PublishPacket, PubrecPacket, PubrelPacket,
    QoSWithPacketIdentifier, SubackPacket, SubscribePacket, UnsubackPacket, UnsubscribePacket,
    VariablePacket, VariablePacketError,
};
use mqtt::{Decodable, Encodable, QualityOfService, TopicFilter, TopicName};

use super::error::{DecodeError, EncodeError};
use super::frame::PacketKind;
use super::packet::{
    Ack, Codes, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Publish, Qos, ReasonCode,
    Subscribe, Subscription, Unsubscribe, Version, Will,
};

/// `frame` is `body` behind a fixed header of minimal length; its flags have been checked.
pub(super) fn decode(kind: PacketKind, frame: &[u8], body: &[u8]) -> Result<Packet, DecodeError> {
    if kind == PacketKind::Auth {
        return Err(DecodeError::UnknownType { first_byte: frame.first().copied().unwrap_or_default() });
    }
    let read = VariablePacket::decode(&mut Cursor::new(frame)).map_err(|error| refused(kind, error))?;
    let mut again = Vec::with_capacity(body.len());
    match read.encode_packet(&mut again) {
        Ok(()) if again == body => {}
        _ => return Err(DecodeError::Malformed { kind }),
    }
    let dup = frame.first().is_some_and(|byte| byte & 0x08 != 0);
    packet(&read, dup).ok_or(DecodeError::Protocol { kind })
}

/// `None` for a packet that lists nothing where the standard wants at least one entry.
fn packet(read: &VariablePacket, dup: bool) -> Option<Packet> {
    Some(match read {
        VariablePacket::ConnectPacket(packet) => Packet::Connect(connect(packet)),
        VariablePacket::ConnackPacket(packet) => Packet::ConnAck(ConnAck {
            session_present: packet.connack_flags().session_present,
            code: ReasonCode(packet.connect_return_code().to_u8()),
            properties: Properties::default(),
        }),
        VariablePacket::PublishPacket(packet) => {
            let (qos, id) = packet.qos().split();
            Packet::Publish(Publish {
                dup,
                qos: qos_from(qos),
                retain: packet.retain(),
                topic: packet.topic_name().to_owned(),
                packet_id: id.map(PacketId),
                properties: Properties::default(),
                payload: packet.payload().to_vec(),
            })
        }
        VariablePacket::PubackPacket(packet) => Packet::PubAck(ack(packet.packet_identifier())),
        VariablePacket::PubrecPacket(packet) => Packet::PubRec(ack(packet.packet_identifier())),
        VariablePacket::PubrelPacket(packet) => Packet::PubRel(ack(packet.packet_identifier())),
        VariablePacket::PubcompPacket(packet) => Packet::PubComp(ack(packet.packet_identifier())),
        // MQTT-3.8.3-3: at least one filter.
        VariablePacket::SubscribePacket(packet) if packet.subscribes().is_empty() => return None,
        VariablePacket::SubscribePacket(packet) => Packet::Subscribe(Subscribe {
            packet_id: PacketId(packet.packet_identifier()),
            filters: packet
                .subscribes()
                .iter()
                .map(|(filter, qos)| Subscription::new(filter.clone(), qos_from(*qos)))
                .collect(),
            properties: Properties::default(),
        }),
        VariablePacket::SubackPacket(packet) if packet.subscribes().is_empty() => return None,
        VariablePacket::SubackPacket(packet) => Packet::SubAck(Codes {
            packet_id: PacketId(packet.packet_identifier()),
            codes: packet.subscribes().iter().map(|code| ReasonCode(*code as u8)).collect(),
            properties: Properties::default(),
        }),
        // MQTT-3.10.3-2: at least one filter.
        VariablePacket::UnsubscribePacket(packet) if packet.subscribes().is_empty() => return None,
        VariablePacket::UnsubscribePacket(packet) => Packet::Unsubscribe(Unsubscribe {
            packet_id: PacketId(packet.packet_identifier()),
            filters: packet.subscribes().iter().map(|filter| String::from(filter.clone())).collect(),
            properties: Properties::default(),
        }),
        VariablePacket::UnsubackPacket(packet) => Packet::UnsubAck(Codes {
            packet_id: PacketId(packet.packet_identifier()),
            codes: Vec::new(),
            properties: Properties::default(),
        }),
        VariablePacket::PingreqPacket(_) => Packet::PingReq,
        VariablePacket::PingrespPacket(_) => Packet::PingResp,
        VariablePacket::DisconnectPacket(_) => {
            Packet::Disconnect(Disconnect { code: ReasonCode::SUCCESS, properties: Properties::default() })
        }
    })
}

fn connect(packet: &ConnectPacket) -> Connect {
    Connect {
        version: Version::V311,
        client_id: packet.client_identifier().to_owned(),
        clean_start: packet.clean_session(),
        keep_alive: packet.keep_alive(),
        will: packet.will().map(|(topic, payload)| Will {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            qos: match packet.will_qos() {
                0 => Qos::AtMostOnce,
                1 => Qos::AtLeastOnce,
                _ => Qos::ExactlyOnce,
            },
            retain: packet.will_retain(),
            properties: Properties::default(),
        }),
        user_name: packet.user_name().map(str::to_owned),
        password: None,
        properties: Properties::default(),
    }
}

fn ack(id: u16) -> Ack {
    Ack { packet_id: PacketId(id), code: ReasonCode::SUCCESS, properties: Properties::default() }
}

fn qos_from(qos: QualityOfService) -> Qos {
    match qos {
        QualityOfService::Level0 => Qos::AtMostOnce,
        QualityOfService::Level1 => Qos::AtLeastOnce,
        QualityOfService::Level2 => Qos::ExactlyOnce,
    }
}

fn qos_to(qos: Qos) -> QualityOfService {
    match qos {
        Qos::AtMostOnce => QualityOfService::Level0,
        Qos::AtLeastOnce => QualityOfService::Level1,
        Qos::ExactlyOnce => QualityOfService::Level2,
    }
}

fn refused(kind: PacketKind, error: VariablePacketError) -> DecodeError {
    match error {
        VariablePacketError::PublishPacketError(PacketError::TopicNameError(error)) => {
            DecodeError::TopicName { topic: error.0 }
        }
        VariablePacketError::SubscribePacketError(PacketError::PayloadError(
            SubscribePacketError::TopicFilterError(error),
        )) => DecodeError::TopicFilter { filter: error.0 },
        VariablePacketError::UnsubscribePacketError(PacketError::PayloadError(
            UnsubscribePacketError::TopicFilterError(error),
        )) => DecodeError::TopicFilter { filter: error.0 },
        VariablePacketError::SubackPacketError(PacketError::PayloadError(
            SubackPacketError::InvalidSubscribeReturnCode(code),
        )) => DecodeError::Code { kind, code: ReasonCode(code) },
        _ => DecodeError::Malformed { kind },
    }
}

/// Lengths, null characters and packet identifiers have been checked; a password is not looked at.
pub(super) fn encode(packet: &Packet) -> Result<Vec<u8>, EncodeError> {
    let kind = packet.kind();
    if packet.properties().is_some_and(|properties| !properties.0.is_empty()) {
        return Err(EncodeError::OnlyVersion5 { kind, field: "properties" });
    }
    match packet {
        Packet::Connect(connect) => encode_connect(connect),
        Packet::ConnAck(connack) => bytes(
            kind,
            &ConnackPacket::new(connack.session_present, ConnectReturnCode::from_u8(connack.code.0)),
        ),
        Packet::Publish(publish) => encode_publish(publish),
        Packet::PubAck(ack) => bytes(kind, &PubackPacket::new(plain_id(kind, ack)?)),
        Packet::PubRec(ack) => bytes(kind, &PubrecPacket::new(plain_id(kind, ack)?)),
        Packet::PubRel(ack) => bytes(kind, &PubrelPacket::new(plain_id(kind, ack)?)),
        Packet::PubComp(ack) => bytes(kind, &PubcompPacket::new(plain_id(kind, ack)?)),
        Packet::Subscribe(subscribe) => encode_subscribe(subscribe),
        Packet::SubAck(codes) => encode_suback(codes),
        Packet::Unsubscribe(unsubscribe) => {
            let filters: Vec<_> =
                unsubscribe.filters.iter().map(|filter| topic_filter(filter)).collect::<Result<_, _>>()?;
            if filters.is_empty() {
                return Err(EncodeError::Illegal { kind });
            }
            bytes(kind, &UnsubscribePacket::new(unsubscribe.packet_id.0, filters))
        }
        Packet::UnsubAck(codes) if codes.codes.is_empty() => {
            bytes(kind, &UnsubackPacket::new(codes.packet_id.0))
        }
        Packet::UnsubAck(_) => Err(EncodeError::OnlyVersion5 { kind, field: "reason codes" }),
        Packet::PingReq => bytes(kind, &PingreqPacket::new()),
        Packet::PingResp => bytes(kind, &PingrespPacket::new()),
        Packet::Disconnect(disconnect) if disconnect.code == ReasonCode::SUCCESS => {
            bytes(kind, &DisconnectPacket::new())
        }
        Packet::Disconnect(_) => Err(EncodeError::OnlyVersion5 { kind, field: "a reason code" }),
        Packet::Auth(_) => Err(EncodeError::OnlyVersion5 { kind, field: "the packet itself" }),
    }
}

fn bytes(kind: PacketKind, packet: &impl Encodable) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    packet.encode(&mut bytes).map_err(|_| EncodeError::Illegal { kind })?;
    Ok(bytes)
}

fn plain_id(kind: PacketKind, ack: &Ack) -> Result<u16, EncodeError> {
    if ack.code == ReasonCode::SUCCESS {
        Ok(ack.packet_id.0)
    } else {
        Err(EncodeError::OnlyVersion5 { kind, field: "a reason code" })
    }
}

fn topic_name(topic: &str) -> Result<TopicName, EncodeError> {
    TopicName::new(topic).map_err(|error| EncodeError::TopicName { topic: error.0 })
}

fn topic_filter(filter: &str) -> Result<TopicFilter, EncodeError> {
    TopicFilter::new(filter).map_err(|error| EncodeError::TopicFilter { filter: error.0 })
}

fn encode_connect(connect: &Connect) -> Result<Vec<u8>, EncodeError> {
    let kind = PacketKind::Connect;
    let mut packet = ConnectPacket::new(connect.client_id.as_str());
    packet.set_clean_session(connect.clean_start);
    packet.set_keep_alive(connect.keep_alive);
    if let Some(will) = &connect.will {
        if !will.properties.0.is_empty() {
            return Err(EncodeError::OnlyVersion5 { kind, field: "will properties" });
        }
        packet.set_will(Some((topic_name(&will.topic)?, will.payload.clone())));
        packet.set_will_qos(will.qos as u8);
        packet.set_will_retain(will.retain);
    }
    packet.set_user_name(connect.user_name.clone());
    bytes(kind, &packet)
}

fn encode_publish(publish: &Publish) -> Result<Vec<u8>, EncodeError> {
    let kind = PacketKind::Publish;
    let qos = match (publish.qos, publish.packet_id) {
        (Qos::AtMostOnce, None) => QoSWithPacketIdentifier::Level0,
        (Qos::AtLeastOnce, Some(id)) => QoSWithPacketIdentifier::Level1(id.0),
        (Qos::ExactlyOnce, Some(id)) => QoSWithPacketIdentifier::Level2(id.0),
        _ => return Err(EncodeError::Illegal { kind }),
    };
    let mut packet = PublishPacket::new(topic_name(&publish.topic)?, qos, publish.payload.as_slice());
    packet.set_dup(publish.dup);
    packet.set_retain(publish.retain);
    bytes(kind, &packet)
}

fn encode_subscribe(subscribe: &Subscribe) -> Result<Vec<u8>, EncodeError> {
    let kind = PacketKind::Subscribe;
    let mut filters = Vec::with_capacity(subscribe.filters.len());
    for line in &subscribe.filters {
        if line.no_local || line.retain_as_published || line.retain_handling != 0 {
            return Err(EncodeError::OnlyVersion5 { kind, field: "subscription options" });
        }
        filters.push((topic_filter(&line.filter)?, qos_to(line.qos)));
    }
    if filters.is_empty() {
        return Err(EncodeError::Illegal { kind });
    }
    bytes(kind, &SubscribePacket::new(subscribe.packet_id.0, filters))
}

fn encode_suback(codes: &Codes) -> Result<Vec<u8>, EncodeError> {
    let kind = PacketKind::SubAck;
    let read = codes.codes.iter().map(|code| match code.0 {
        0x00 => Ok(SubscribeReturnCode::MaximumQoSLevel0),
        0x01 => Ok(SubscribeReturnCode::MaximumQoSLevel1),
        0x02 => Ok(SubscribeReturnCode::MaximumQoSLevel2),
        0x80 => Ok(SubscribeReturnCode::Failure),
        _ => Err(EncodeError::Code { kind, code: *code }),
    });
    let read: Vec<_> = read.collect::<Result<_, _>>()?;
    if read.is_empty() {
        return Err(EncodeError::Illegal { kind });
    }
    bytes(kind, &SubackPacket::new(codes.packet_id.0, read))
}
