//! MQTT 5 through the packets of `mqtt-protocol-core`.
//!
//! The crate takes a PUBLISH without property length and lengths that are longer than needed. So, as in 3.1.1,
//! what it has read is written again and compared byte by byte.

use mqtt_protocol_core::mqtt::Arc;
use mqtt_protocol_core::mqtt::packet::{
    self as core, GenericPacketTrait, MqttString, PropertiesParse, RetainHandling, SubEntry, SubOpts, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    AuthReasonCode, ConnectReasonCode, DisconnectReasonCode, MqttError, PubackReasonCode, PubcompReasonCode,
    PubrecReasonCode, PubrelReasonCode, SubackReasonCode, UnsubackReasonCode,
};

use super::error::{DecodeError, EncodeError};
use super::frame::PacketKind;
use super::packet::{
    Ack, Auth, Codes, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos,
    ReasonCode, Subscribe, Subscription, Unsubscribe, Version, Will,
};
use super::property::{read, write};
use super::reason::reason;

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

/// Writes one of them in its shortest form (section 3.4.2.1).
macro_rules! write_ack {
    ($core:ident, $code:ident, $ack:ident) => {{
        let mut builder = v5_0::$core::builder().packet_id($ack.packet_id.0);
        if $ack.code != ReasonCode::SUCCESS || !$ack.properties.0.is_empty() {
            builder = builder.reason_code($code::try_from($ack.code.0).map_err(|_| Fault::Code($ack.code))?);
        }
        if !$ack.properties.0.is_empty() {
            builder = builder.props(write(&$ack.properties)?);
        }
        builder.build()?.to_continuous_buffer()
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
pub(super) fn decode(kind: PacketKind, frame: &[u8], body: &[u8]) -> Result<Packet, DecodeError> {
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

fn qos_to(qos: Qos) -> core::Qos {
    match qos {
        Qos::AtMostOnce => core::Qos::AtMostOnce,
        Qos::AtLeastOnce => core::Qos::AtLeastOnce,
        Qos::ExactlyOnce => core::Qos::ExactlyOnce,
    }
}

/// Why the crate does not write a packet.
enum Fault {
    Code(ReasonCode),
    Refused,
}

impl From<MqttError> for Fault {
    fn from(_: MqttError) -> Self {
        Self::Refused
    }
}

/// Lengths, null characters and packet identifiers have been checked; a password is not looked at.
pub(super) fn encode(packet: &Packet) -> Result<Vec<u8>, EncodeError> {
    let kind = packet.kind();
    if let Packet::Publish(publish) = packet
        && publish.topic.contains(['+', '#'])
    {
        return Err(EncodeError::TopicName { topic: publish.topic.clone() });
    }
    put(packet).map_err(|fault| match fault {
        Fault::Code(code) => EncodeError::Code { kind, code },
        Fault::Refused => EncodeError::Illegal { kind },
    })
}

fn put(packet: &Packet) -> Result<Vec<u8>, Fault> {
    Ok(match packet {
        Packet::Connect(connect) => put_connect(connect)?,
        Packet::ConnAck(connack) => v5_0::Connack::builder()
            .session_present(connack.session_present)
            .reason_code(ConnectReasonCode::try_from(connack.code.0).map_err(|_| Fault::Code(connack.code))?)
            .props(write(&connack.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::Publish(publish) => put_publish(publish)?,
        Packet::PubAck(ack) => write_ack!(Puback, PubackReasonCode, ack),
        Packet::PubRec(ack) => write_ack!(Pubrec, PubrecReasonCode, ack),
        Packet::PubRel(ack) => write_ack!(Pubrel, PubrelReasonCode, ack),
        Packet::PubComp(ack) => write_ack!(Pubcomp, PubcompReasonCode, ack),
        Packet::Subscribe(subscribe) => put_subscribe(subscribe)?,
        Packet::SubAck(codes) => {
            let read = codes
                .codes
                .iter()
                .map(|code| SubackReasonCode::try_from(code.0).map_err(|_| Fault::Code(*code)));
            v5_0::Suback::builder()
                .packet_id(codes.packet_id.0)
                .reason_codes(read.collect::<Result<Vec<_>, _>>()?)
                .props(write(&codes.properties)?)
                .build()?
                .to_continuous_buffer()
        }
        Packet::Unsubscribe(unsubscribe) => v5_0::Unsubscribe::builder()
            .packet_id(unsubscribe.packet_id.0)
            .entries(unsubscribe.filters.iter().map(String::as_str))?
            .props(write(&unsubscribe.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::UnsubAck(codes) => {
            let read = codes
                .codes
                .iter()
                .map(|code| UnsubackReasonCode::try_from(code.0).map_err(|_| Fault::Code(*code)));
            v5_0::Unsuback::builder()
                .packet_id(codes.packet_id.0)
                .reason_codes(read.collect::<Result<Vec<_>, _>>()?)
                .props(write(&codes.properties)?)
                .build()?
                .to_continuous_buffer()
        }
        Packet::PingReq => v5_0::Pingreq::new().to_continuous_buffer(),
        Packet::PingResp => v5_0::Pingresp::new().to_continuous_buffer(),
        Packet::Disconnect(disconnect) => {
            let mut builder = v5_0::Disconnect::builder();
            let Disconnect { code, properties } = disconnect;
            if *code != ReasonCode::SUCCESS || !properties.0.is_empty() {
                builder = builder
                    .reason_code(DisconnectReasonCode::try_from(code.0).map_err(|_| Fault::Code(*code))?);
            }
            if !properties.0.is_empty() {
                builder = builder.props(write(properties)?);
            }
            builder.build()?.to_continuous_buffer()
        }
        Packet::Auth(auth) => {
            let mut builder = v5_0::Auth::builder();
            if auth.code != ReasonCode::SUCCESS || !auth.properties.0.is_empty() {
                let code = AuthReasonCode::try_from(auth.code.0).map_err(|_| Fault::Code(auth.code))?;
                builder = builder.reason_code(code);
            }
            if !auth.properties.0.is_empty() {
                builder = builder.props(write(&auth.properties)?);
            }
            builder.build()?.to_continuous_buffer()
        }
    })
}

fn put_connect(connect: &Connect) -> Result<Vec<u8>, Fault> {
    let mut builder = v5_0::Connect::builder()
        .client_id(connect.client_id.as_str())?
        .clean_start(connect.clean_start)
        .keep_alive(connect.keep_alive)
        .props(write(&connect.properties)?);
    if let Some(will) = &connect.will {
        builder = builder
            .will_message(will.topic.as_str(), will.payload.clone(), qos_to(will.qos), will.retain)?
            .will_props(write(&will.properties)?);
    }
    if let Some(name) = &connect.user_name {
        builder = builder.user_name(name.as_str())?;
    }
    Ok(builder.build()?.to_continuous_buffer())
}

fn put_publish(publish: &Publish) -> Result<Vec<u8>, Fault> {
    let mut builder = v5_0::Publish::builder()
        .topic_name(publish.topic.as_str())?
        .qos(qos_to(publish.qos))
        .dup(publish.dup)
        .retain(publish.retain)
        .props(write(&publish.properties)?)
        .payload(publish.payload.as_slice());
    if let Some(id) = publish.packet_id {
        builder = builder.packet_id(id.0);
    }
    Ok(builder.build()?.to_continuous_buffer())
}

fn put_subscribe(subscribe: &Subscribe) -> Result<Vec<u8>, Fault> {
    let mut entries = Vec::with_capacity(subscribe.filters.len());
    for line in &subscribe.filters {
        let handling = RetainHandling::try_from(line.retain_handling).map_err(|_| Fault::Refused)?;
        let options = SubOpts::new()
            .set_qos(qos_to(line.qos))
            .set_nl(line.no_local)
            .set_rap(line.retain_as_published)
            .set_rh(handling);
        entries.push(SubEntry::new(line.filter.as_str(), options)?);
    }
    Ok(v5_0::Subscribe::builder()
        .packet_id(subscribe.packet_id.0)
        .entries(entries)
        .props(write(&subscribe.properties)?)
        .build()?
        .to_continuous_buffer())
}
