//! From packets to bytes.

use mqtt_protocol_core::mqtt::packet::{self as core, RetainHandling, SubEntry, SubOpts, v5_0};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use crate::mqtt::error::EncodeError;
use crate::mqtt::packet::{Connect, Packet, Publish, Qos, ReasonCode, Subscribe};
use crate::mqtt::property::write;

/// Writes a packet in its shortest form: without a code that says nothing, and without properties that are none
/// (sections 3.4.2.1, 3.14.2.1 and 3.15.2.1).
macro_rules! write_shortest {
    ($builder:expr, $packet:ident) => {{
        let mut builder = $builder;
        if $packet.code != ReasonCode::SUCCESS || !$packet.properties.0.is_empty() {
            builder = builder.reason_code(reason($packet.code)?);
        }
        if !$packet.properties.0.is_empty() {
            builder = builder.props(write(&$packet.properties)?);
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
            .reason_code(reason(connack.code)?)
            .props(write(&connack.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::Publish(publish) => put_publish(publish)?,
        Packet::PubAck(ack) => write_shortest!(v5_0::Puback::builder().packet_id(ack.packet_id.0), ack),
        Packet::PubRec(ack) => write_shortest!(v5_0::Pubrec::builder().packet_id(ack.packet_id.0), ack),
        Packet::PubRel(ack) => write_shortest!(v5_0::Pubrel::builder().packet_id(ack.packet_id.0), ack),
        Packet::PubComp(ack) => write_shortest!(v5_0::Pubcomp::builder().packet_id(ack.packet_id.0), ack),
        Packet::Subscribe(subscribe) => put_subscribe(subscribe)?,
        Packet::SubAck(codes) => v5_0::Suback::builder()
            .packet_id(codes.packet_id.0)
            .reason_codes(codes.codes.iter().copied().map(reason).collect::<Result<_, _>>()?)
            .props(write(&codes.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::Unsubscribe(unsubscribe) => v5_0::Unsubscribe::builder()
            .packet_id(unsubscribe.packet_id.0)
            .entries(unsubscribe.filters.iter().map(String::as_str))?
            .props(write(&unsubscribe.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::UnsubAck(codes) => v5_0::Unsuback::builder()
            .packet_id(codes.packet_id.0)
            .reason_codes(codes.codes.iter().copied().map(reason).collect::<Result<_, _>>()?)
            .props(write(&codes.properties)?)
            .build()?
            .to_continuous_buffer(),
        Packet::PingReq => v5_0::Pingreq::new().to_continuous_buffer(),
        Packet::PingResp => v5_0::Pingresp::new().to_continuous_buffer(),
        Packet::Disconnect(disconnect) => write_shortest!(v5_0::Disconnect::builder(), disconnect),
        Packet::Auth(auth) => write_shortest!(v5_0::Auth::builder(), auth),
    })
}

/// A code as the crate names it, if the packet can carry it.
fn reason<T: TryFrom<u8>>(code: ReasonCode) -> Result<T, Fault> {
    T::try_from(code.0).map_err(|_| Fault::Code(code))
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
