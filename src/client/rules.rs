//! What MQTT forbids a client to send, and what the server has said that it does not take.
//!
//! Pure checks. Lengths, null characters and the form of a packet are the codec's business.

use super::error::Misuse;
use super::handshake::{Support, Terms};
use crate::iot::topic;
use crate::mqtt::{Connect, Disconnect, Properties, Property, Publish, ReasonCode, Subscription, Version};

/// Before a transport is opened for nothing.
pub(super) fn check_connect(connect: &Connect) -> Result<(), Misuse> {
    // MQTT-3.1.3-7 of 3.1.1; in version 5 a session can outlive the connection under an assigned identifier.
    if connect.version == Version::V311 && connect.client_id.is_empty() && !connect.clean_start {
        return Err(Misuse::ClientIdMissing);
    }
    // MQTT-4.7.0-1, in 3.1.1 MQTT-4.7.1-1: a topic name has no wildcards.
    connect.will.as_ref().map_or(Ok(()), |will| {
        check_name(&will.topic)?;
        will.properties.0.iter().try_for_each(check_response_topic)
    })
}

/// Also for a message that waited: the server it goes to may take less than the one it was meant for.
pub(super) fn check_publish(terms: &Terms, publish: &Publish) -> Result<(), Misuse> {
    check_name(&publish.topic)?;
    // MQTT-3.2.2-11.
    if publish.qos > terms.maximum_qos {
        return Err(Misuse::QosNotSupported);
    }
    // MQTT-3.2.2-14.
    if publish.retain && terms.retain == Support::NotAvailable {
        return Err(Misuse::RetainNotSupported);
    }
    publish.properties.0.iter().try_for_each(|property| match property {
        // MQTT-3.2.2-17, MQTT-3.3.2-8.
        Property::TopicAlias(alias) if !(1..=terms.topic_alias_maximum).contains(alias) => {
            Err(Misuse::TopicAlias)
        }
        // MQTT-3.3.4-6.
        Property::SubscriptionIdentifier(_) => Err(Misuse::SubscriptionIdentifierInPublish),
        property => check_response_topic(property),
    })
}

/// MQTT 5 sections 3.2.2.3.11 to 3.2.2.3.13: to send what the server does not have is a protocol error.
pub(super) fn check_subscribe(
    terms: &Terms,
    filters: &[Subscription],
    properties: &Properties,
) -> Result<(), Misuse> {
    let numbered = properties.0.iter().any(|one| matches!(one, Property::SubscriptionIdentifier(_)));
    if numbered && terms.subscription_identifiers == Support::NotAvailable {
        return Err(Misuse::SubscriptionIdentifiersNotSupported);
    }
    filters.iter().try_for_each(|line| {
        check_filter(&line.filter)?;
        let shared = topic::share(&line.filter).is_some();
        if line.filter.contains(['+', '#']) && terms.wildcards == Support::NotAvailable {
            return Err(Misuse::WildcardsNotSupported);
        }
        if shared && terms.shared_subscriptions == Support::NotAvailable {
            return Err(Misuse::SharedSubscriptionsNotSupported);
        }
        // MQTT-3.8.3-4.
        if shared && line.no_local {
            return Err(Misuse::NoLocalOnSharedSubscription);
        }
        Ok(())
    })
}

pub(super) fn check_filter(filter: &str) -> Result<(), Misuse> {
    topic::check_filter(filter).map_err(|error| Misuse::Topic { topic: filter.to_owned(), error })
}

pub(super) fn check_disconnect(connect: &Connect, packet: &Disconnect) -> Result<(), Misuse> {
    // MQTT-3.14.2-1. 3.1.1 has no codes, which the codec says.
    if connect.version == Version::V5 && !sent_by_client(packet.code) {
        return Err(Misuse::DisconnectCode(packet.code));
    }
    // MQTT 5 section 3.14.2.2.2: what ends with the connection cannot be made to last at its end.
    let lasting = |seconds: Option<u32>| seconds.is_some_and(|seconds| seconds > 0);
    if lasting(session_expiry(&packet.properties)) && !lasting(session_expiry(&connect.properties)) {
        return Err(Misuse::SessionExpiry);
    }
    Ok(())
}

/// Whether a DISCONNECT of a client may have the code (MQTT 5 table 3-10, column "Sent by").
pub(super) const fn sent_by_client(code: ReasonCode) -> bool {
    matches!(code.0, 0x00 | 0x04 | 0x80..=0x83 | 0x90 | 0x93..=0x99)
}

/// In seconds.
pub(super) fn session_expiry(properties: &Properties) -> Option<u32> {
    properties.0.iter().find_map(|property| match property {
        Property::SessionExpiryInterval(seconds) => Some(*seconds),
        _ => None,
    })
}

/// MQTT-3.3.2-14; the Response Topic of a will is the name of a topic too (MQTT 5 section 3.1.3.2.6), and the server puts
/// it into the PUBLISH that the will becomes.
fn check_response_topic(property: &Property) -> Result<(), Misuse> {
    match property {
        Property::ResponseTopic(topic) => check_name(topic),
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), Misuse> {
    topic::check_name(name).map_err(|error| Misuse::Topic { topic: name.to_owned(), error })
}
