//! From packets to bytes.

use mqtt_protocol_core::mqtt::packet::{self as core, RetainHandling, SubEntry, SubOpts, v5_0};
use mqtt_protocol_core::mqtt::result_code::{
    AuthReasonCode, ConnectReasonCode, DisconnectReasonCode, MqttError, PubackReasonCode, PubcompReasonCode,
    PubrecReasonCode, PubrelReasonCode, SubackReasonCode, UnsubackReasonCode,
};

use crate::mqtt::error::EncodeError;
use crate::mqtt::packet::{Connect, Disconnect, Packet, Publish, Qos, ReasonCode, Subscribe};
use crate::mqtt::property::write;

/// Writes PUBACK, PUBREC, PUBREL or PUBCOMP in its shortest form (section 3.4.2.1).
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
pub(in crate::mqtt) fn encode(packet: &Packet) -> Result<Vec<u8>, EncodeError> {
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

fn qos_to(qos: Qos) -> core::Qos {
    match qos {
        Qos::AtMostOnce => core::Qos::AtMostOnce,
        Qos::AtLeastOnce => core::Qos::AtLeastOnce,
        Qos::ExactlyOnce => core::Qos::ExactlyOnce,
    }
}
