//! A decoded packet as text, for a packet log.

use std::fmt::Write as _;

use super::frame::PacketKind;
use super::packet::{Packet, Properties, Property, Qos, ReasonCode, Version};
use super::reason::reason;

/// Longest piece of a payload that is shown, in bytes.
pub const SHOWN_BYTES: usize = 256;

impl Packet {
    /// The packet type.
    #[must_use]
    pub const fn kind(&self) -> PacketKind {
        match self {
            Self::Connect(_) => PacketKind::Connect,
            Self::ConnAck(_) => PacketKind::ConnAck,
            Self::Publish(_) => PacketKind::Publish,
            Self::PubAck(_) => PacketKind::PubAck,
            Self::PubRec(_) => PacketKind::PubRec,
            Self::PubRel(_) => PacketKind::PubRel,
            Self::PubComp(_) => PacketKind::PubComp,
            Self::Subscribe(_) => PacketKind::Subscribe,
            Self::SubAck(_) => PacketKind::SubAck,
            Self::Unsubscribe(_) => PacketKind::Unsubscribe,
            Self::UnsubAck(_) => PacketKind::UnsubAck,
            Self::PingReq => PacketKind::PingReq,
            Self::PingResp => PacketKind::PingResp,
            Self::Disconnect(_) => PacketKind::Disconnect,
            Self::Auth(_) => PacketKind::Auth,
        }
    }

    /// The properties of the packet, without those of a will; `None` where no version has any.
    #[must_use]
    pub const fn properties(&self) -> Option<&Properties> {
        Some(match self {
            Self::Connect(packet) => &packet.properties,
            Self::ConnAck(packet) => &packet.properties,
            Self::Publish(packet) => &packet.properties,
            Self::PubAck(packet) | Self::PubRec(packet) | Self::PubRel(packet) | Self::PubComp(packet) => {
                &packet.properties
            }
            Self::Subscribe(packet) => &packet.properties,
            Self::SubAck(packet) | Self::UnsubAck(packet) => &packet.properties,
            Self::Unsubscribe(packet) => &packet.properties,
            Self::Disconnect(packet) => &packet.properties,
            Self::Auth(packet) => &packet.properties,
            Self::PingReq | Self::PingResp => return None,
        })
    }
}

impl Qos {
    /// 0, 1 or 2.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
            Self::ExactlyOnce => 2,
        }
    }
}

/// The decoded fields in wire order, as (name, value). A password is never shown, only its length.
#[must_use]
pub fn fields(packet: &Packet, version: Version) -> Vec<(&'static str, String)> {
    let kind = packet.kind();
    let code = |code: ReasonCode| code_text(version, kind, code);
    let mut list = Vec::new();
    let mut properties_first = false;
    match packet {
        Packet::Connect(connect) => {
            let level = match connect.version {
                Version::V311 => "4 (MQTT 3.1.1)",
                Version::V5 => "5 (MQTT 5)",
            };
            let clean = match connect.version {
                Version::V311 => "Clean Session",
                Version::V5 => "Clean Start",
            };
            list.push(("Protocol level", level.to_owned()));
            list.push((clean, yes_no(connect.clean_start)));
            list.push(("Keep Alive", format!("{} s", connect.keep_alive)));
            push_properties(&mut list, &connect.properties);
            properties_first = true;
            list.push(("Client Identifier", connect.client_id.clone()));
            if let Some(will) = &connect.will {
                list.push(("Will Topic", will.topic.clone()));
                list.push(("Will QoS", will.qos.level().to_string()));
                list.push(("Will Retain", yes_no(will.retain)));
                push_properties(&mut list, &will.properties);
                list.push(("Will Payload", bytes_text(&will.payload)));
            }
            list.extend(connect.user_name.clone().map(|name| ("User Name", name)));
            list.extend(connect.password.as_ref().map(|p| ("Password", format!("{} bytes", p.len()))));
        }
        Packet::ConnAck(connack) => {
            list.push(("Session Present", yes_no(connack.session_present)));
            let name = if version == Version::V5 { "Reason Code" } else { "Return Code" };
            list.push((name, code(connack.code)));
        }
        Packet::Publish(publish) => {
            list.push(("DUP", yes_no(publish.dup)));
            list.push(("QoS", publish.qos.level().to_string()));
            list.push(("RETAIN", yes_no(publish.retain)));
            list.push(("Topic Name", publish.topic.clone()));
            list.extend(publish.packet_id.map(|id| ("Packet Identifier", id.0.to_string())));
            push_properties(&mut list, &publish.properties);
            properties_first = true;
            list.push(("Payload", bytes_text(&publish.payload)));
        }
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            list.push(("Packet Identifier", ack.packet_id.0.to_string()));
            if version == Version::V5 {
                list.push(("Reason Code", code(ack.code)));
            }
        }
        Packet::Subscribe(subscribe) => {
            list.push(("Packet Identifier", subscribe.packet_id.0.to_string()));
            push_properties(&mut list, &subscribe.properties);
            properties_first = true;
            for line in &subscribe.filters {
                list.push(("Topic Filter", line.filter.clone()));
                list.push(("Maximum QoS", line.qos.level().to_string()));
                if version == Version::V5 {
                    list.push(("No Local", yes_no(line.no_local)));
                    list.push(("Retain As Published", yes_no(line.retain_as_published)));
                    list.push(("Retain Handling", line.retain_handling.to_string()));
                }
            }
        }
        Packet::Unsubscribe(unsubscribe) => {
            list.push(("Packet Identifier", unsubscribe.packet_id.0.to_string()));
            push_properties(&mut list, &unsubscribe.properties);
            properties_first = true;
            list.extend(unsubscribe.filters.iter().map(|filter| ("Topic Filter", filter.clone())));
        }
        Packet::SubAck(codes) | Packet::UnsubAck(codes) => {
            list.push(("Packet Identifier", codes.packet_id.0.to_string()));
            push_properties(&mut list, &codes.properties);
            properties_first = true;
            let name = if version == Version::V5 { "Reason Code" } else { "Return Code" };
            list.extend(codes.codes.iter().map(|one| (name, code(*one))));
        }
        Packet::PingReq | Packet::PingResp => {}
        Packet::Disconnect(disconnect) => {
            if version == Version::V5 {
                list.push(("Reason Code", code(disconnect.code)));
            }
        }
        Packet::Auth(auth) => list.push(("Reason Code", code(auth.code))),
    }
    if !properties_first && let Some(properties) = packet.properties() {
        push_properties(&mut list, properties);
    }
    list
}

/// The packet in one line, such as `PUBLISH q1 id 7 dt/temp-sensor-01 (12 bytes)`.
#[must_use]
pub fn summary(packet: &Packet, version: Version) -> String {
    let kind = packet.kind();
    let mut line = kind.name().to_owned();
    let code = |code: ReasonCode| code_text(version, kind, code);
    // Writing to a String cannot fail.
    let _ = match packet {
        Packet::Connect(connect) => {
            write!(line, " {} keep-alive {} s", connect.client_id, connect.keep_alive)
        }
        Packet::ConnAck(connack) => write!(
            line,
            " {}{}",
            code(connack.code),
            if connack.session_present { ", session present" } else { "" }
        ),
        Packet::Publish(publish) => {
            let id = publish.packet_id.map_or_else(String::new, |id| format!(" id {}", id.0));
            write!(
                line,
                " q{}{id}{}{} {} ({} bytes)",
                publish.qos.level(),
                if publish.dup { " dup" } else { "" },
                if publish.retain { " retain" } else { "" },
                publish.topic,
                publish.payload.len()
            )
        }
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            let code = if version == Version::V5 { format!(" {}", code(ack.code)) } else { String::new() };
            write!(line, " id {}{code}", ack.packet_id.0)
        }
        Packet::Subscribe(subscribe) => {
            let filters = subscribe.filters.iter().map(|one| format!("{} q{}", one.filter, one.qos.level()));
            write!(line, " id {} {}", subscribe.packet_id.0, filters.collect::<Vec<_>>().join(", "))
        }
        Packet::Unsubscribe(unsubscribe) => {
            write!(line, " id {} {}", unsubscribe.packet_id.0, unsubscribe.filters.join(", "))
        }
        Packet::SubAck(codes) | Packet::UnsubAck(codes) => {
            let list: Vec<_> = codes.codes.iter().map(|one| code(*one)).collect();
            write!(line, " id {} {}", codes.packet_id.0, list.join(", "))
        }
        Packet::PingReq | Packet::PingResp => Ok(()),
        Packet::Disconnect(disconnect) if version == Version::V5 => {
            write!(line, " {}", code(disconnect.code))
        }
        Packet::Disconnect(_) => Ok(()),
        Packet::Auth(auth) => write!(line, " {}", code(auth.code)),
    };
    line.truncate(line.trim_end().len());
    line
}

fn push_properties(list: &mut Vec<(&'static str, String)>, properties: &Properties) {
    list.extend(properties.0.iter().map(|property| (property.name(), value(property))));
}

fn value(property: &Property) -> String {
    match property {
        Property::PayloadFormatIndicator(number)
        | Property::RequestProblemInformation(number)
        | Property::RequestResponseInformation(number)
        | Property::MaximumQos(number)
        | Property::RetainAvailable(number)
        | Property::WildcardSubscriptionAvailable(number)
        | Property::SubscriptionIdentifierAvailable(number)
        | Property::SharedSubscriptionAvailable(number) => number.to_string(),
        Property::SessionExpiryInterval(u32::MAX) => "never".to_owned(),
        Property::MessageExpiryInterval(seconds)
        | Property::SessionExpiryInterval(seconds)
        | Property::WillDelayInterval(seconds) => format!("{seconds} s"),
        Property::ServerKeepAlive(seconds) => format!("{seconds} s"),
        Property::SubscriptionIdentifier(number) => number.to_string(),
        Property::MaximumPacketSize(bytes) => format!("{bytes} bytes"),
        Property::ReceiveMaximum(number)
        | Property::TopicAliasMaximum(number)
        | Property::TopicAlias(number) => number.to_string(),
        Property::ContentType(text)
        | Property::ResponseTopic(text)
        | Property::AssignedClientIdentifier(text)
        | Property::AuthenticationMethod(text)
        | Property::ResponseInformation(text)
        | Property::ServerReference(text)
        | Property::ReasonString(text) => text.clone(),
        Property::CorrelationData(bytes) => bytes_text(bytes),
        Property::AuthenticationData(bytes) => format!("{} bytes", bytes.len()),
        Property::UserProperty(name, value) => format!("{name} = {value}"),
    }
}

fn code_text(version: Version, kind: PacketKind, code: ReasonCode) -> String {
    match reason(version, kind, code) {
        Some(reason) => format!("0x{:02X} {}", code.0, reason.name),
        None => format!("0x{:02X}", code.0),
    }
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// Text when it is text without control characters, otherwise hexadecimal; shortened with the full length.
fn bytes_text(bytes: &[u8]) -> String {
    let shown = bytes.get(..SHOWN_BYTES).unwrap_or(bytes);
    let plain = |text: &&str| !text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\t' | '\r'));
    // The cut may go through a character.
    let text = match std::str::from_utf8(shown) {
        Ok(text) => Some(text),
        Err(error) if shown.len() < bytes.len() && error.error_len().is_none() => {
            shown.get(..error.valid_up_to()).and_then(|start| std::str::from_utf8(start).ok())
        }
        Err(_) => None,
    };
    let mut line = match text.filter(plain) {
        Some(text) => text.to_owned(),
        None => shown.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "),
    };
    if shown.len() < bytes.len() {
        let _ = write!(line, "... ({} bytes)", bytes.len());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::packet::{Connect, Disconnect, Publish};
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let packet = Packet::Connect(Connect {
            user_name: Some("user".to_owned()),
            password: Some(b"hunter2".to_vec()),
            ..Connect::clean(Version::V311, "temp-sensor-01")
        });
        let shown = fields(&packet, Version::V311);
        assert!(shown.contains(&("Password", "7 bytes".to_owned())));
        assert!(shown.contains(&("Clean Session", "yes".to_owned())));
        assert!(!format!("{shown:?}").contains("hunter2"));
        assert_eq!(summary(&packet, Version::V311), "CONNECT temp-sensor-01 keep-alive 60 s");
    }

    #[test]
    fn a_takeover_is_named() {
        let packet = Packet::Disconnect(Disconnect {
            code: ReasonCode::SESSION_TAKEN_OVER,
            properties: Properties(vec![Property::ReasonString("another one".to_owned())]),
        });
        assert_eq!(summary(&packet, Version::V5), "DISCONNECT 0x8E Session taken over");
        assert_eq!(
            fields(&packet, Version::V5),
            [
                ("Reason Code", "0x8E Session taken over".to_owned()),
                ("Reason String", "another one".to_owned())
            ]
        );
    }

    #[test]
    fn payloads_are_shown_as_text_or_hex_and_cut() {
        let shown = |payload: &[u8]| {
            let packet = Packet::Publish(Publish {
                dup: false,
                qos: Qos::AtMostOnce,
                retain: false,
                topic: "t".to_owned(),
                packet_id: None,
                properties: Properties::default(),
                payload: payload.to_vec(),
            });
            fields(&packet, Version::V5).pop().unwrap().1
        };
        assert_eq!(shown(b"{\"t\": 21}"), "{\"t\": 21}");
        assert_eq!(shown(&[0, 0xFF]), "00 FF");
        let long = "\u{e4}".repeat(200);
        assert_eq!(shown(long.as_bytes()), format!("{}... (400 bytes)", "\u{e4}".repeat(128)));
    }
}
