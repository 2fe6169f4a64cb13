//! What a CONNACK means for the connection that it opens (MQTT 5 section 3.2).

use super::error::PeerError;
use super::rules::session_expiry;
use crate::mqtt::{ConnAck, Connect, Properties, Property, Qos, Version};

/// What both sides have said that they take. What a side did not say has the standard's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// Seconds; the server's word goes first (MQTT-3.2.2-21).
    pub(super) keep_alive: u16,
    pub(super) assigned_client_id: Option<String>,
    /// Messages in flight towards the server.
    pub(super) receive_maximum: u16,
    pub(super) maximum_qos: Qos,
    pub(super) retain: Support,
    pub(super) wildcards: Support,
    pub(super) subscription_identifiers: Support,
    pub(super) shared_subscriptions: Support,
    /// Seconds that the session outlives its connection; the server's word goes first (MQTT 5 section
    /// 3.2.2.3.2), and that of the client's DISCONNECT last. 3.1.1 has no number, only 0 and "for ever".
    pub(super) session_expiry: u32,
    /// Towards the server, in bytes.
    pub(super) maximum_packet_size: Option<u32>,
    /// Towards the server.
    pub(super) topic_alias_maximum: u16,
    /// Towards the client.
    pub(super) own_topic_alias_maximum: u16,
    /// Towards the client.
    pub(super) own_receive_maximum: u16,
}

/// What the server says of a feature; silence is a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Support {
    Available,
    NotAvailable,
}

impl Terms {
    /// For an accepting CONNACK.
    ///
    /// A session that the server has and the client does not know is taken: MQTT-3.2.2-4 would have the
    /// client close, but a page that was loaded again is that client, and wants its stored messages.
    pub(super) fn agree(connect: &Connect, connack: &ConnAck) -> Result<Self, PeerError> {
        if connack.session_present && connect.clean_start {
            return Err(PeerError::SessionPresent);
        }
        let mut terms = Self {
            keep_alive: connect.keep_alive,
            assigned_client_id: None,
            receive_maximum: u16::MAX,
            maximum_qos: Qos::ExactlyOnce,
            retain: Support::Available,
            wildcards: Support::Available,
            subscription_identifiers: Support::Available,
            shared_subscriptions: Support::Available,
            session_expiry: match connect.version {
                Version::V311 if connect.clean_start => 0,
                Version::V311 => u32::MAX,
                Version::V5 => session_expiry(&connect.properties).unwrap_or(0),
            },
            maximum_packet_size: None,
            topic_alias_maximum: 0,
            own_topic_alias_maximum: 0,
            own_receive_maximum: u16::MAX,
        };
        for property in &connack.properties.0 {
            match property {
                Property::ServerKeepAlive(seconds) => terms.keep_alive = *seconds,
                Property::AssignedClientIdentifier(id) => terms.assigned_client_id = Some(id.clone()),
                Property::ReceiveMaximum(count) => terms.receive_maximum = *count,
                Property::MaximumQos(0) => terms.maximum_qos = Qos::AtMostOnce,
                Property::MaximumQos(1) => terms.maximum_qos = Qos::AtLeastOnce,
                Property::RetainAvailable(0) => terms.retain = Support::NotAvailable,
                Property::WildcardSubscriptionAvailable(0) => terms.wildcards = Support::NotAvailable,
                Property::SubscriptionIdentifierAvailable(0) => {
                    terms.subscription_identifiers = Support::NotAvailable;
                }
                Property::SharedSubscriptionAvailable(0) => {
                    terms.shared_subscriptions = Support::NotAvailable;
                }
                Property::SessionExpiryInterval(seconds) => terms.session_expiry = *seconds,
                Property::MaximumPacketSize(bytes) => terms.maximum_packet_size = Some(*bytes),
                Property::TopicAliasMaximum(count) => terms.topic_alias_maximum = *count,
                _ => {}
            }
        }
        for property in &connect.properties.0 {
            match property {
                Property::TopicAliasMaximum(count) => terms.own_topic_alias_maximum = *count,
                Property::ReceiveMaximum(count) => terms.own_receive_maximum = *count,
                _ => {}
            }
        }
        Ok(terms)
    }
}

/// The largest packet that the client takes, in bytes.
pub(super) fn packet_limit(properties: &Properties, limit: usize) -> usize {
    let announced = properties.0.iter().find_map(|property| match property {
        Property::MaximumPacketSize(bytes) => usize::try_from(*bytes).ok(),
        _ => None,
    });
    announced.map_or(limit, |announced| announced.min(limit))
}
