//! PUBLISH towards the broker: checked, authorised, acknowledged, passed on.

use crate::iot::time::{Instant, Millis};
use crate::mqtt::{Ack, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode, Version, Will};

use super::Broker;
use super::authorizer::{Asker, Authorizer, Request, Verdict};
use super::config::{
    MAX_CONTENT_TYPE, MAX_CORRELATION_DATA, MAX_MESSAGE_EXPIRY, MAX_TOPIC_ALIASES, MAX_USER_PROPERTIES,
    RefusedQos0,
};
use super::connection::State;
use super::ending::Cause;
use super::io::{ConnectionId, News};
use super::names::is_topic;
use super::session::Message;

impl Broker {
    pub(super) fn on_publish(
        &mut self,
        now: Instant,
        asker: &Asker,
        version: Version,
        mut publish: Publish,
        rights: &mut dyn Authorizer,
    ) {
        let id = asker.connection;
        if publish.properties.0.iter().any(is_not_for_a_server) {
            return self.end(now, id, Cause::ProtocolError, rights);
        }
        if let Err(cause) = self.resolve_alias(id, &mut publish) {
            return self.end(now, id, cause, rights);
        }
        if publish.qos == Qos::ExactlyOnce {
            // No PUBACK (documented: Developer Guide, MQTT); code 155 stands in its DISCONNECT list.
            return self.end(now, id, Cause::QosNotSupported, rights);
        }
        if publish.payload.len() > self.config.max_payload {
            // Rejected (documented: Endpoints and quotas); that it ends the connection is inferred.
            return self.end(now, id, Cause::TooLarge, rights);
        }
        if !properties_fit(&publish.properties) {
            return self.refuse_publish(now, asker, version, &publish, Cause::PropertiesTooLarge, rights);
        }
        if self.throttled(now, asker, version, &publish) {
            return;
        }
        if !is_topic(&publish.topic) || (publish.retain && publish.topic.starts_with('$')) {
            // Retained messages on `$` topics are refused (documented: Developer Guide, MQTT); with which
            // code is inferred.
            let cause = Cause::TopicNameInvalid;
            return self.refuse_publish(now, asker, version, &publish, cause, rights);
        }
        let request =
            Request::Publish { topic: publish.topic.clone(), qos: publish.qos, retain: publish.retain };
        if self.ask(now, asker, request, rights).verdict == Verdict::Refused {
            let cause = Cause::NotAuthorized;
            return self.refuse_publish(now, asker, version, &publish, cause, rights);
        }
        self.acknowledge_publish(id, version, publish.packet_id, ReasonCode::SUCCESS);
        self.tell(News::Published {
            connection: id,
            topic: publish.topic.clone(),
            qos: publish.qos,
            retain: publish.retain,
            will: false,
        });
        let retain = publish.retain;
        let message = message(now, publish.topic, publish.payload, publish.qos, &publish.properties);
        self.accept(now, &asker.client_id, message, retain, rights);
    }

    /// A will whose publication was authorised at CONNECT. One to a reserved topic is dropped (observed).
    pub(super) fn publish_will(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        client_id: &str,
        will: Will,
        rights: &mut dyn Authorizer,
    ) {
        if will.topic.starts_with('$') {
            return;
        }
        self.tell(News::Published {
            connection,
            topic: will.topic.clone(),
            qos: will.qos,
            retain: will.retain,
            will: true,
        });
        let retain = will.retain;
        let message = message(now, will.topic, will.payload, will.qos, &will.properties);
        self.accept(now, client_id, message, retain, rights);
    }

    fn accept(
        &mut self,
        now: Instant,
        publisher: &str,
        message: Message,
        retain: bool,
        rights: &mut dyn Authorizer,
    ) {
        if retain {
            let (most, most_bytes) = (self.config.max_retained, self.config.max_retained_bytes);
            self.retained.keep(message.clone(), most, most_bytes);
        }
        // Basic Ingest goes to a rule and past every subscriber (documented: Developer Guide, Basic Ingest).
        if !message.topic.starts_with("$aws/rules/") {
            self.route(now, publisher, &message, rights);
        }
    }

    /// Discards what is beyond the connection's rate. The connection stays (documented: Endpoints and quotas; observed in
    /// 3.1.1: no PUBACK comes). That MQTT 5 answers QoS 1 with 0x97, and that rights are not asked for before: inferred.
    fn throttled(&mut self, now: Instant, asker: &Asker, version: Version, publish: &Publish) -> bool {
        let most = self.config.max_publish_rate;
        let session = self.sessions.get_mut(&asker.client_id);
        if session.is_none_or(|session| session.rate.admits(now, most)) {
            return false;
        }
        let (client_id, topic) = (asker.client_id.clone(), publish.topic.clone());
        self.tell(News::Throttled { client_id, topic, inbound: true });
        if version == Version::V5 {
            let code = ReasonCode::QUOTA_EXCEEDED;
            self.acknowledge_publish(asker.connection, version, publish.packet_id, code);
        }
        true
    }

    /// 3.1.1 and QoS 0: the connection ends (3.1.1 observed: python-v2 issue 260; QoS 0 in MQTT 5 inferred,
    /// there is no other channel). MQTT 5 with QoS 1: PUBACK with the code, the connection stays (observed:
    /// the js-v2 migration guide; code documented).
    fn refuse_publish(
        &mut self,
        now: Instant,
        asker: &Asker,
        version: Version,
        publish: &Publish,
        cause: Cause,
        rights: &mut dyn Authorizer,
    ) {
        let code = cause.code().unwrap_or(ReasonCode::UNSPECIFIED_ERROR);
        self.tell(News::PublishRefused { connection: asker.connection, topic: publish.topic.clone(), code });
        let dropped = self.config.refused_qos_0 == RefusedQos0::Drop && cause == Cause::NotAuthorized;
        match (version, publish.qos) {
            (Version::V5, Qos::AtLeastOnce) => {
                self.acknowledge_publish(asker.connection, version, publish.packet_id, code);
            }
            (Version::V5, Qos::AtMostOnce) if dropped => {}
            _ => self.end(now, asker.connection, cause, rights),
        }
    }

    fn acknowledge_publish(
        &mut self,
        connection: ConnectionId,
        version: Version,
        packet_id: Option<PacketId>,
        code: ReasonCode,
    ) {
        if let Some(packet_id) = packet_id {
            let properties = Properties::default();
            let ack = Packet::PubAck(Ack { packet_id, code, properties });
            self.send(connection, version, &ack);
        }
    }

    /// Puts the topic in place of its alias (MQTT 5 section 3.3.2.3.4). More than 8 aliases end the
    /// connection (documented: Endpoints and quotas).
    fn resolve_alias(&mut self, id: ConnectionId, publish: &mut Publish) -> Result<(), Cause> {
        let alias = publish.properties.0.iter().find_map(|property| match property {
            Property::TopicAlias(alias) => Some(*alias),
            _ => None,
        });
        let Some(alias) = alias else {
            return Ok(());
        };
        if alias == 0 || alias > MAX_TOPIC_ALIASES {
            return Err(Cause::TopicAliasInvalid);
        }
        let Some(State::Established(established)) = self.connections.get_mut(&id).map(|c| &mut c.state)
        else {
            return Ok(());
        };
        if publish.topic.is_empty() {
            let known = established.aliases.get(&alias);
            publish.topic = known.ok_or(Cause::ProtocolError)?.clone();
        } else {
            established.aliases.insert(alias, publish.topic.clone());
        }
        Ok(())
    }
}

/// What the standard forbids in a client's PUBLISH: a Subscription Identifier (MQTT-3.3.4-6) and wildcards in a Response
/// Topic (MQTT-3.3.2-14), which the server could not send on with a will either. That AWS ends the connection for them is
/// inferred.
pub(super) fn is_not_for_a_server(property: &Property) -> bool {
    match property {
        Property::SubscriptionIdentifier(_) => true,
        Property::ResponseTopic(topic) => topic.contains(['+', '#']),
        _ => false,
    }
}

/// Sizes of properties (documented: Endpoints and quotas).
fn properties_fit(properties: &Properties) -> bool {
    let mut user = 0;
    properties.0.iter().all(|property| match property {
        Property::UserProperty(name, value) => {
            user += name.len() + value.len();
            user <= MAX_USER_PROPERTIES
        }
        Property::ContentType(text) => text.len() <= MAX_CONTENT_TYPE,
        Property::CorrelationData(bytes) => bytes.len() <= MAX_CORRELATION_DATA,
        _ => true,
    })
}

/// What goes on from a PUBLISH or a will: the properties that MQTT 5 forwards unchanged (section 3.3.2.3), and
/// the expiry, at most 604,800 s, 0 counting as 1 (documented: Endpoints and quotas).
fn message(now: Instant, topic: String, payload: Vec<u8>, qos: Qos, properties: &Properties) -> Message {
    let expires = properties.0.iter().find_map(|property| match property {
        Property::MessageExpiryInterval(seconds) => {
            let seconds = (*seconds).clamp(1, MAX_MESSAGE_EXPIRY);
            Some(now + Millis::from_seconds(u64::from(seconds)))
        }
        _ => None,
    });
    let forwarded = properties.0.iter().filter(|property| {
        matches!(
            property,
            Property::PayloadFormatIndicator(_)
                | Property::ContentType(_)
                | Property::ResponseTopic(_)
                | Property::CorrelationData(_)
                | Property::UserProperty(..)
        )
    });
    Message {
        topic,
        payload,
        qos,
        retain: false,
        properties: Properties(forwarded.cloned().collect()),
        expires,
        share: None,
    }
}
