//! What AWS IoT Core does not take whatever the policies say. The verdict speaks of the policies alone; this stands
//! beside it.
//!
//! Sources, all documented: AWS General Reference, "AWS IoT Core endpoints and quotas"; MQTT 5 sections 4.7 and 4.8.2;
//! Developer Guide, Reserved topics, Basic Ingest and MQTT.

use super::{Context, Field, Policy, Request, context::Protocol, evaluate::Attachment};
use crate::iot::reserved::{may_publish, may_subscribe};
use crate::iot::topic::{TopicError, check_filter, check_name, share};

/// Longest client ID, in bytes of UTF-8.
pub const MAX_CLIENT_ID: usize = 128;
/// Longest topic or topic filter, in bytes of UTF-8, without what [`counted`] leaves out.
pub const MAX_TOPIC: usize = 256;
/// Most slashes of a topic or topic filter, without what [`counted`] leaves out.
pub const MAX_SLASHES: usize = 7;
/// Most policies on one certificate or Cognito identity.
pub const MAX_ATTACHED: usize = 10;

/// What is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// The client ID has this many bytes.
    ClientIdLength(usize),
    /// The client ID begins with `$`.
    ClientIdDollar,
    /// The topic or filter has this many bytes.
    TopicLength(usize),
    /// The topic or filter has this many slashes.
    TopicSlashes(usize),
    /// The text is no topic name or no topic filter.
    Topic(TopicError),
    /// Publishing to a topic of AWS's own, which no page lists for it.
    ReservedPublish,
    /// Subscribing to topics of AWS's own, which no page lists for it.
    ReservedSubscribe,
    /// A message to be retained on a topic that begins with `$`.
    ReservedRetain,
    /// QoS 2, which AWS IoT Core does not support.
    QosTwo,
    /// This many policies on the certificate or identity.
    Attached(usize),
}

/// What of this request is not taken, each once.
#[must_use]
pub fn broken(policies: &[Policy], context: &Context, request: &Request) -> Vec<Quota> {
    let mut broken = Vec::new();
    if let (Field::Given(id), true) = (&context.client_id, context.protocol != Protocol::Https) {
        broken.extend((id.len() > MAX_CLIENT_ID).then_some(Quota::ClientIdLength(id.len())));
        broken.extend(id.starts_with('$').then_some(Quota::ClientIdDollar));
    }
    let (topic, qos) = match request {
        Request::Connect { will, .. } => {
            (will.as_ref().map(|will| &will.topic), will.as_ref().map(|will| will.qos))
        }
        Request::Publish { topic, qos, .. } => (Some(topic), Some(*qos)),
        Request::Subscribe { filter, qos } => (Some(filter), Some(*qos)),
        Request::Receive { topic, .. } => (Some(topic), None),
        Request::Action { .. } => (None, None),
    };
    if let Some(topic) = topic.map(|topic| counted(topic)) {
        let slashes = topic.matches('/').count();
        broken.extend((topic.len() > MAX_TOPIC).then_some(Quota::TopicLength(topic.len())));
        broken.extend((slashes > MAX_SLASHES).then_some(Quota::TopicSlashes(slashes)));
    }
    broken.extend(not_a_topic(request).map(Quota::Topic));
    match request {
        Request::Publish { topic, retain, .. } if topic.starts_with('$') => {
            broken.extend((!may_publish(topic)).then_some(Quota::ReservedPublish));
            broken.extend(retain.then_some(Quota::ReservedRetain));
        }
        Request::Subscribe { filter, .. } => {
            let filter = share(filter).map_or(filter.as_str(), |share| share.filter);
            let reserved = filter.starts_with('$') && !may_subscribe(filter);
            broken.extend(reserved.then_some(Quota::ReservedSubscribe));
        }
        _ => {}
    }
    broken.extend((qos == Some(2)).then_some(Quota::QosTwo));
    let on = |place: &Attachment| policies.iter().filter(|policy| policy.attached_to == *place).count();
    let attached = on(&Attachment::Certificate).max(on(&Attachment::CognitoIdentity));
    broken.extend((attached > MAX_ATTACHED).then_some(Quota::Attached(attached)));
    broken
}

/// What keeps the text from being a topic name or filter, but for MQTT's own limit of length: AWS's is far below it.
///
/// The topic of a will that AWS keeps for itself is not refused but dropped (observed), so it is no name that cannot be.
fn not_a_topic(request: &Request) -> Option<TopicError> {
    let checked = match request {
        Request::Connect { will: Some(will), .. } => check_name(&will.topic),
        Request::Publish { topic, .. } | Request::Receive { topic, .. } => check_name(topic),
        Request::Subscribe { filter, .. } => check_filter(filter),
        Request::Connect { will: None, .. } | Request::Action { .. } => Ok(()),
    };
    checked.err().filter(|error| *error != TopicError::TooLong)
}

/// The part of a topic that the limits count: not `$share/<name>/`, nor the first three levels of Basic Ingest.
#[must_use]
pub fn counted(topic: &str) -> &str {
    let after = |levels: usize| topic.splitn(levels + 1, '/').nth(levels);
    let part = if topic.starts_with("$share/") {
        after(2)
    } else if topic.starts_with("$aws/rules/") {
        after(3)
    } else {
        None
    };
    part.unwrap_or(topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Principal, context::Certificate, request::Will};

    fn of(client_id: &str, request: &Request) -> Vec<Quota> {
        let mut context = Context::new(Principal::X509(Certificate::default()), "eu-west-1", "123456789012");
        context.client_id = Field::Given(client_id.to_owned());
        broken(&[], &context, request)
    }

    fn publish(topic: &str, qos: u8) -> Request {
        Request::Publish { topic: topic.to_owned(), qos, retain: false }
    }

    #[test]
    fn each_limit_is_named_beyond_it_and_not_at_it() {
        let connect = Request::Connect { persistent: Field::Given(false), will: None };
        assert_eq!(of(&"x".repeat(128), &connect), []);
        assert_eq!(of(&"x".repeat(129), &connect), [Quota::ClientIdLength(129)]);
        assert_eq!(of("$abc", &connect), [Quota::ClientIdDollar]);
        assert_eq!(of("a", &publish(&"t".repeat(256), 1)), []);
        assert_eq!(of("a", &publish(&"t".repeat(257), 1)), [Quota::TopicLength(257)]);
        assert_eq!(of("a", &publish("1/2/3/4/5/6/7/8", 0)), []);
        assert_eq!(of("a", &publish("1/2/3/4/5/6/7/8/9", 0)), [Quota::TopicSlashes(8)]);
        assert_eq!(of("a", &publish("t", 2)), [Quota::QosTwo]);
    }

    #[test]
    fn names_that_mqtt_does_not_admit_are_not_taken() {
        let subscribe = |filter: &str| Request::Subscribe { filter: filter.to_owned(), qos: 0 };
        let receive = |topic: &str| Request::Receive { topic: topic.to_owned(), share: None };
        let will = |topic: &str| Request::Connect {
            persistent: Field::Given(false),
            will: Some(Will { topic: topic.to_owned(), qos: 0, retain: false }),
        };
        for (request, why) in [
            (publish("a/+/b", 0), TopicError::Wildcard),
            (publish("a/#", 0), TopicError::Wildcard),
            (receive("a/#"), TopicError::Wildcard),
            (will("a/+"), TopicError::Wildcard),
            (subscribe("a/#/b"), TopicError::MultiLevelWildcard),
            (subscribe("a+"), TopicError::SingleLevelWildcard),
            (subscribe("$share/g"), TopicError::ShareFilter),
            (subscribe("$share/g/"), TopicError::ShareFilter),
            (subscribe("$share//a"), TopicError::ShareName),
        ] {
            assert_eq!(of("a", &request), [Quota::Topic(why)], "{request:?}");
        }
        for fine in [subscribe("a/+/#"), subscribe("$share/g/a/#"), receive("a"), will("$aws/things/t/x")] {
            assert_eq!(of("a", &fine), [], "{fine:?}");
        }
    }

    #[test]
    fn topics_of_aws_take_what_aws_lists_for_them() {
        let subscribe = |filter: &str| Request::Subscribe { filter: filter.to_owned(), qos: 0 };
        let retained = |topic: &str| Request::Publish { topic: topic.to_owned(), qos: 0, retain: true };
        for (request, expected) in [
            (publish("$aws/things/t/shadow/update", 0), &[][..]),
            (retained("$aws/things/t/shadow/update"), &[Quota::ReservedRetain]),
            (retained("a"), &[]),
            (publish("$aws/things/t/shadow/update/accepted", 0), &[Quota::ReservedPublish]),
            (publish("$aws/events/presence/connected/t", 0), &[Quota::ReservedPublish]),
            (publish("$aws/rules/r/a", 0), &[]),
            (subscribe("$aws/rules/r"), &[Quota::ReservedSubscribe]),
            (subscribe("$share/g/$aws/rules/r"), &[Quota::ReservedSubscribe]),
            (subscribe("$SYS/#"), &[Quota::ReservedSubscribe]),
            (subscribe("$aws/things/+/shadow/#"), &[]),
            (subscribe("#"), &[]),
        ] {
            assert_eq!(of("a", &request), expected, "{request:?}");
        }
    }

    #[test]
    fn basic_ingest_and_shares_count_from_where_the_topic_begins() {
        assert_eq!(of("a", &publish("$aws/rules/rule/1/2/3/4/5/6/7/8", 0)), []);
        let filter = Request::Subscribe { filter: "$share/group/1/2/3/4/5/6/7/8".to_owned(), qos: 1 };
        assert_eq!(of("a", &filter), []);
        assert_eq!(counted("$aws/rules/rule"), "$aws/rules/rule");
    }
}
