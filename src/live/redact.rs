//! What of a live session may leave the page: no user name, no password, no token, no signed URL, no secret.
//!
//! Works on packets rather than on text: a user name of AWS IoT Core carries the token of a custom authorizer (Developer
//! Guide, Custom authentication), and the bytes of a packet hide from a search through the text of a log. What holds no
//! secret stays as it was on the wire, to the byte.

use crate::mqtt::{self, Packet, Properties, Property, Version};
use crate::share::secrets;
use crate::timeline::{Close, Entry, What, Wire};

/// What stands in the place of what was cut out.
pub const REMOVED: &str = "<removed>";

/// A text without what looks like a secret; the query of a signed or authorised URL goes as a whole.
#[must_use]
pub fn text(text: &str) -> String {
    let text = without_queries(text);
    secrets::remove(&text, &secrets::find(&text))
}

/// An entry that may leave. What cannot be read goes as a sentence about it.
#[must_use]
pub fn entry(entry: &Entry, version: Version) -> Entry {
    let what = match &entry.what {
        What::Sent(found) => wire(found, version).map_or_else(|| unread(found), What::Sent),
        What::Received(found) => wire(found, version).map_or_else(|| unread(found), What::Received),
        What::Closed(close) => What::Closed(Close { reason: text(&close.reason), ..close.clone() }),
        What::Told(told) => What::Told(text(told)),
        what => what.clone(),
    };
    Entry { what, ..entry.clone() }
}

fn unread(wire: &Wire) -> What {
    What::Told(format!("{} bytes that are no packet, left out", wire.bytes.len()))
}

/// A packet without secrets; `None` for bytes that are no packet, which may hold anything.
fn wire(wire: &Wire, version: Version) -> Option<Wire> {
    let packet = wire.packet.as_ref().ok()?;
    let clean = self::packet(packet);
    if clean == *packet {
        return Some(wire.clone());
    }
    let bytes = mqtt::encode(&clean, version).ok()?;
    Some(Wire { packet: Ok(clean), bytes })
}

/// A packet without secrets.
#[must_use]
pub fn packet(packet: &Packet) -> Packet {
    let mut packet = packet.clone();
    match &mut packet {
        Packet::Connect(connect) => {
            if let Some(user_name) = &mut connect.user_name {
                REMOVED.clone_into(user_name);
            }
            if let Some(password) = &mut connect.password {
                password.clear();
            }
            if let Some(will) = &mut connect.will {
                payload(&mut will.payload);
                properties(&mut will.properties);
            }
            properties(&mut connect.properties);
        }
        Packet::Publish(publish) => {
            payload(&mut publish.payload);
            properties(&mut publish.properties);
        }
        Packet::ConnAck(answer) => properties(&mut answer.properties),
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            properties(&mut ack.properties);
        }
        Packet::Subscribe(subscribe) => properties(&mut subscribe.properties),
        Packet::Unsubscribe(unsubscribe) => properties(&mut unsubscribe.properties),
        Packet::SubAck(answer) | Packet::UnsubAck(answer) => properties(&mut answer.properties),
        Packet::Disconnect(disconnect) => properties(&mut disconnect.properties),
        Packet::Auth(auth) => properties(&mut auth.properties),
        Packet::PingReq | Packet::PingResp => {}
    }
    packet
}

/// Text is cleaned; of bytes that are none, all goes when a secret shows in them.
fn payload(payload: &mut Vec<u8>) {
    let read = String::from_utf8_lossy(payload);
    let clean = text(&read);
    if clean != read {
        let all = if str::from_utf8(payload).is_ok() { clean } else { REMOVED.to_owned() };
        *payload = all.into_bytes();
    }
}

fn properties(properties: &mut Properties) {
    for property in &mut properties.0 {
        match property {
            Property::AuthenticationData(data) => data.clear(),
            Property::CorrelationData(data) => payload(data),
            Property::UserProperty(name, value) => {
                // The name says what the value is.
                let said = format!("{name}={value}");
                if text(&said) != said {
                    REMOVED.clone_into(value);
                }
            }
            Property::ContentType(found)
            | Property::ResponseTopic(found)
            | Property::ResponseInformation(found)
            | Property::ServerReference(found)
            | Property::ReasonString(found) => *found = text(found),
            _ => {}
        }
    }
}

/// Cuts the query of each URL or user name that carries a signature or a custom authorizer's parameters: the name of the
/// token among them is the account's own.
fn without_queries(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends) {
        let query = word.find('?').filter(|at| {
            let query = word.get(*at..).unwrap_or_default().to_ascii_lowercase();
            ["x-amz-customauthorizer-", "x-amz-signature", "x-amz-credential"]
                .iter()
                .any(|name| query.contains(name))
        });
        match query {
            Some(at) => {
                out.push_str(word.get(..=at).unwrap_or_default());
                out.push_str(REMOVED);
                out.extend(word.chars().next_back().filter(|c| ends(*c)));
            }
            None => out.push_str(word),
        }
    }
    out
}
