//! What an entry says of itself, field by field.

use super::{Direction, Event, State};
use crate::broker::{News, Request, Verdict};
use crate::mqtt::{Packet, PacketKind, Qos, ReasonCode};
use crate::timeline::What;

/// Without letter case; `lower` is in lower case.
pub(super) fn same(name: &str, lower: &str) -> bool {
    if name.is_ascii() { name.eq_ignore_ascii_case(lower) } else { name.to_lowercase() == lower }
}

fn packet_of(what: &What) -> Option<&Packet> {
    match what {
        What::Sent(wire) | What::Received(wire) => wire.packet.as_ref().ok(),
        _ => None,
    }
}

/// By the first byte: an unreadable packet has a kind too.
pub(super) fn kind_of(what: &What) -> Option<PacketKind> {
    match what {
        What::Sent(wire) | What::Received(wire) => wire.bytes.first().copied().and_then(PacketKind::of),
        _ => None,
    }
}

pub(super) const fn event_of(what: &What) -> Option<Event> {
    Some(match what {
        What::Opened => Event::Opened,
        What::Closed(_) => Event::Closed,
        What::Decided { .. } => Event::Decided,
        What::Broker(_) => Event::Broker,
        What::Client(_) | What::Told(_) => Event::Told,
        What::Sent(_) | What::Received(_) => return None,
    })
}

pub(super) const fn direction_of(what: &What) -> Option<Direction> {
    match what {
        What::Sent(_) => Some(Direction::Sent),
        What::Received(_) => Some(Direction::Received),
        _ => None,
    }
}

pub(super) fn any_topic(what: &What, mut fits: impl FnMut(&str) -> bool) -> bool {
    match what {
        What::Decided { request, .. } => match request {
            Request::Connect { will, .. } => will.as_ref().is_some_and(|will| fits(&will.topic)),
            Request::Publish { topic, .. } | Request::Receive { topic, .. } => fits(topic),
            Request::Subscribe { filter, .. } => fits(filter),
        },
        What::Broker(news) => match news {
            News::Published { topic, .. }
            | News::PublishRefused { topic, .. }
            | News::Delivered { topic, .. }
            | News::DeliveryRefused { topic, .. }
            | News::Stored { topic, .. }
            | News::Lost { topic, .. }
            | News::Throttled { topic, .. } => fits(topic),
            News::Subscribed { filters, .. } => filters.iter().any(|(filter, _)| fits(filter)),
            News::Unsubscribed { filters, .. } => filters.iter().any(|filter| fits(filter)),
            _ => false,
        },
        _ => match packet_of(what) {
            Some(Packet::Publish(publish)) => fits(&publish.topic),
            Some(Packet::Connect(connect)) => connect.will.as_ref().is_some_and(|will| fits(&will.topic)),
            Some(Packet::Subscribe(subscribe)) => subscribe.filters.iter().any(|one| fits(&one.filter)),
            Some(Packet::Unsubscribe(unsubscribe)) => unsubscribe.filters.iter().any(|one| fits(one)),
            _ => false,
        },
    }
}

pub(super) fn any_qos(what: &What, mut fits: impl FnMut(Qos) -> bool) -> bool {
    match packet_of(what) {
        Some(Packet::Publish(publish)) => fits(publish.qos),
        Some(Packet::Subscribe(subscribe)) => subscribe.filters.iter().any(|one| fits(one.qos)),
        _ => false,
    }
}

pub(super) fn any_code(what: &What, mut fits: impl FnMut(u16) -> bool) -> bool {
    if let What::Closed(close) = what {
        return close.code.is_some_and(fits);
    }
    let mut fits = |code: ReasonCode| fits(u16::from(code.0));
    match packet_of(what) {
        Some(Packet::ConnAck(answer)) => fits(answer.code),
        Some(Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack)) => {
            fits(ack.code)
        }
        Some(Packet::SubAck(answer) | Packet::UnsubAck(answer)) => {
            answer.codes.iter().any(|code| fits(*code))
        }
        Some(Packet::Disconnect(disconnect)) => fits(disconnect.code),
        Some(Packet::Auth(auth)) => fits(auth.code),
        _ => false,
    }
}

pub(super) fn is(what: &What, state: State) -> bool {
    match (state, what) {
        (State::Denied, What::Decided { verdict, .. }) => *verdict == Verdict::Refused,
        (State::Unreadable, What::Sent(wire) | What::Received(wire)) => wire.packet.is_err(),
        (State::Denied, _) => match packet_of(what) {
            Some(Packet::ConnAck(answer)) => answer.code != ReasonCode::SUCCESS,
            Some(Packet::Disconnect(disconnect)) => disconnect.code == ReasonCode::NOT_AUTHORIZED,
            Some(Packet::PubAck(_) | Packet::PubRec(_) | Packet::SubAck(_) | Packet::UnsubAck(_)) => {
                any_code(what, |code| code >= 0x80)
            }
            _ => false,
        },
        (State::Retained | State::Repeated, _) => match packet_of(what) {
            Some(Packet::Publish(publish)) => {
                if state == State::Retained {
                    publish.retain
                } else {
                    publish.dup
                }
            }
            _ => false,
        },
        (State::Unreadable, _) => false,
    }
}

pub(super) fn payload_of(what: &What) -> Option<&[u8]> {
    match packet_of(what) {
        Some(Packet::Publish(publish)) => Some(&publish.payload),
        _ => None,
    }
}

/// Without the letter case of ASCII.
pub(super) fn contains(payload: &[u8], wanted: &[u8]) -> bool {
    let Some((first, rest)) = wanted.split_first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut left = payload;
    while let Some(at) = left.iter().position(|byte| *byte == lower || *byte == upper) {
        left = left.get(at + 1..).unwrap_or_default();
        if left.get(..rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest)) {
            return true;
        }
    }
    false
}
