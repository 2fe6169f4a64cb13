//! SUBSCRIBE and UNSUBSCRIBE.

use crate::iot::time::Instant;
use crate::mqtt::{
    Codes, Packet, Properties, Property, Qos, ReasonCode, Subscribe, Subscription, Unsubscribe, Version,
};

use super::Broker;
use super::authorizer::{Asker, Authorizer, Request, Verdict};
use super::config::MAX_FILTERS;
use super::ending::Cause;
use super::io::{ConnectionId, News};
use super::lifecycle::EventType;
use super::names::is_filter;
use super::session::Message;
use super::subscriptions::Granted;

impl Broker {
    pub(super) fn on_subscribe(
        &mut self,
        now: Instant,
        asker: &Asker,
        version: Version,
        subscribe: Subscribe,
        rights: &mut dyn Authorizer,
    ) {
        let id = asker.connection;
        if let Err(cause) = check_whole(&subscribe) {
            return self.end(now, id, cause, rights);
        }
        let mut refusals = Vec::new();
        for wanted in &subscribe.filters {
            let refusal = self.judge(now, asker, wanted, rights).err();
            if let (Version::V311, Some(cause)) = (version, refusal) {
                // Observed: the js-v2 migration guide, issues of the Python SDK. That one refused filter ends
                // the connection also when others are allowed, and that these are not granted: inferred.
                return self.end(now, id, cause, rights);
            }
            refusals.push(refusal);
        }
        let judged = subscribe.filters.iter().zip(refusals);
        let grants: Vec<Grant> = judged
            .map(|(wanted, refusal)| match refusal {
                None => self.grant(asker, version, wanted),
                // Per filter, the connection stays (observed: the same guide; codes documented).
                Some(cause) => Grant::refused(cause.code().unwrap_or(ReasonCode::UNSPECIFIED_ERROR)),
            })
            .collect();
        let filters = subscribe.filters.iter().zip(&grants);
        let filters = filters.map(|(wanted, grant)| (wanted.filter.clone(), grant.code));
        let news = News::Subscribed { connection: id, filters: filters.collect() };
        let answer = Packet::SubAck(Codes {
            packet_id: subscribe.packet_id,
            codes: grants.iter().map(|grant| grant.code).collect(),
            properties: Properties::default(),
        });
        self.send(id, version, &answer);
        self.tell(news);
        let granted = subscribe.filters.iter().zip(&grants).filter(|(_, grant)| grant.code.0 < 0x80);
        let granted = granted.map(|(wanted, _)| wanted.filter.clone()).collect();
        self.announce_topics(now, id, EventType::Subscribed, granted, rights);
        for (wanted, grant) in subscribe.filters.iter().zip(grants) {
            if grant.retained {
                self.send_retained(now, asker, wanted, rights);
            }
        }
    }

    /// May this filter be subscribed?
    fn judge(
        &mut self,
        now: Instant,
        asker: &Asker,
        wanted: &Subscription,
        rights: &mut dyn Authorizer,
    ) -> Result<(), Cause> {
        if !is_filter(&wanted.filter) {
            return Err(Cause::TopicFilterInvalid);
        }
        let request = Request::Subscribe { filter: wanted.filter.clone(), qos: wanted.qos };
        match self.ask(now, asker, request, rights).verdict {
            Verdict::Allowed => Ok(()),
            Verdict::Refused => Err(Cause::NotAuthorized),
        }
    }

    /// Writes the subscription down and gives its SUBACK code: the granted QoS, or that there are too many.
    ///
    /// The surplus is refused on an open connection, 0x80 in 3.1.1 (observed: mqtt_client issue 368) and 0x97
    /// in MQTT 5 (inferred). A wording of the quotas from 2021 closes the connection.
    fn grant(&mut self, asker: &Asker, version: Version, wanted: &Subscription) -> Grant {
        let most = self.config.max_subscriptions;
        let refused = Grant::refused(match version {
            Version::V311 => ReasonCode::UNSPECIFIED_ERROR,
            Version::V5 => ReasonCode::QUOTA_EXCEEDED,
        });
        let Some(session) = self.sessions.get_mut(&asker.client_id) else {
            return refused;
        };
        let known = session.filters.contains(&wanted.filter);
        if !known && (session.filters.len() >= most || self.subscriptions.share_full(&wanted.filter)) {
            return refused;
        }
        let granted = Granted { qos: wanted.qos, no_local: wanted.no_local };
        session.filters.insert(wanted.filter.clone());
        self.subscriptions.insert(&wanted.filter, &asker.client_id, granted);
        let code = match wanted.qos {
            Qos::AtMostOnce => ReasonCode::SUCCESS,
            Qos::AtLeastOnce | Qos::ExactlyOnce => ReasonCode::GRANTED_QOS_1,
        };
        // Retain Handling (MQTT 5 section 3.8.3.1); 3.1.1 sends them each time.
        let retained = match wanted.retain_handling {
            0 => true,
            1 => !known,
            _ => false,
        };
        Grant { code, retained }
    }

    /// Sends the topic's retained message to a new subscription of exactly that topic. A filter with wildcards
    /// or a share equals no topic, and gets none (documented: Developer Guide, MQTT differences).
    fn send_retained(
        &mut self,
        now: Instant,
        asker: &Asker,
        wanted: &Subscription,
        rights: &mut dyn Authorizer,
    ) {
        if let Some(kept) = self.retained.of(&wanted.filter) {
            let message = Message { qos: kept.qos.min(wanted.qos), retain: true, ..kept.clone() };
            self.deliver(now, &asker.client_id, message, rights);
        }
    }

    /// Only what was granted is told (inferred).
    fn announce_topics(
        &mut self,
        now: Instant,
        id: ConnectionId,
        event_type: EventType,
        topics: Vec<String>,
        rights: &mut dyn Authorizer,
    ) {
        let caller = self.connections.get(&id).and_then(|connection| connection.caller(id));
        if let (Some(caller), false) = (caller, topics.is_empty()) {
            let mut event = self.event(now, event_type, &caller);
            event.topics = Some(topics);
            self.announce(now, id, event, rights);
        }
    }

    /// Needs no right. A filter that was not subscribed is answered like one that was: 17 is not in AWS's list
    /// of UNSUBACK codes (documented: Developer Guide, MQTT 5 reason codes).
    pub(super) fn on_unsubscribe(
        &mut self,
        now: Instant,
        asker: &Asker,
        version: Version,
        unsubscribe: Unsubscribe,
        rights: &mut dyn Authorizer,
    ) {
        if let Some(session) = self.sessions.get_mut(&asker.client_id) {
            for filter in &unsubscribe.filters {
                if session.filters.remove(filter) {
                    self.subscriptions.remove(filter, &asker.client_id);
                }
            }
        }
        let codes = match version {
            Version::V311 => Vec::new(),
            Version::V5 => vec![ReasonCode::SUCCESS; unsubscribe.filters.len()],
        };
        let answer = Packet::UnsubAck(Codes {
            packet_id: unsubscribe.packet_id,
            codes,
            properties: Properties::default(),
        });
        self.send(asker.connection, version, &answer);
        let filters = unsubscribe.filters.clone();
        self.tell(News::Unsubscribed { connection: asker.connection, filters });
        let topics = unsubscribe.filters;
        self.announce_topics(now, asker.connection, EventType::Unsubscribed, topics, rights);
    }
}

/// What one line of a SUBSCRIBE gets.
#[derive(Clone, Copy)]
struct Grant {
    code: ReasonCode,
    /// The retained message follows.
    retained: bool,
}

impl Grant {
    const fn refused(code: ReasonCode) -> Self {
        Self { code, retained: false }
    }
}

/// What ends the connection whichever filter it is.
fn check_whole(subscribe: &Subscribe) -> Result<(), Cause> {
    let identified =
        subscribe.properties.0.iter().any(|property| matches!(property, Property::SubscriptionIdentifier(_)));
    let shared_no_local =
        subscribe.filters.iter().any(|wanted| wanted.no_local && wanted.filter.starts_with("$share/"));
    let qos_2 = |wanted: &Subscription| wanted.qos == Qos::ExactlyOnce;
    if subscribe.filters.is_empty() || shared_no_local {
        // MQTT-3.8.3-2, MQTT-3.8.3-4.
        Err(Cause::ProtocolError)
    } else if identified {
        // CONNACK says that there are none; the code is in the DISCONNECT list (documented).
        Err(Cause::SubscriptionIdentifiersNotSupported)
    } else if subscribe.filters.len() > MAX_FILTERS {
        // Observed in 3.1.1: MQTTnet issue 1427; inferred for MQTT 5.
        Err(Cause::TooManyFilters)
    } else if subscribe.filters.iter().any(qos_2) {
        // No SUBACK is sent (documented: Developer Guide, MQTT); the close is inferred.
        Err(Cause::QosNotSupported)
    } else {
        Ok(())
    }
}
