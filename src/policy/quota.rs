//! Limits that a request breaks whatever the policies say. The verdict speaks of the policies alone; these stand beside it.
//!
//! Source of all: AWS General Reference, "AWS IoT Core endpoints and quotas". Documented.

use super::{Context, Field, Policy, Request, context::Protocol, evaluate::Attachment};

/// Longest client ID, in bytes of UTF-8.
pub const MAX_CLIENT_ID: usize = 128;
/// Longest topic or topic filter, in bytes of UTF-8, without what [`counted`] leaves out.
pub const MAX_TOPIC: usize = 256;
/// Most slashes of a topic or topic filter, without what [`counted`] leaves out.
pub const MAX_SLASHES: usize = 7;
/// Most policies on one certificate or Cognito identity.
pub const MAX_ATTACHED: usize = 10;

/// A limit that is broken.
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
    /// QoS 2, which AWS IoT Core does not support.
    QosTwo,
    /// This many policies on the certificate or identity.
    Attached(usize),
}

/// The limits that this request breaks, each once.
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
    broken.extend((qos == Some(2)).then_some(Quota::QosTwo));
    let on = |place: &Attachment| policies.iter().filter(|policy| policy.attached_to == *place).count();
    let attached = on(&Attachment::Certificate).max(on(&Attachment::CognitoIdentity));
    broken.extend((attached > MAX_ATTACHED).then_some(Quota::Attached(attached)));
    broken
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
    use crate::policy::{Principal, context::Certificate};

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
    fn basic_ingest_and_shares_count_from_where_the_topic_begins() {
        assert_eq!(of("a", &publish("$aws/rules/rule/1/2/3/4/5/6/7/8", 0)), []);
        let filter = Request::Subscribe { filter: "$share/group/1/2/3/4/5/6/7/8".to_owned(), qos: 1 };
        assert_eq!(of("a", &filter), []);
        assert_eq!(counted("$aws/rules/rule"), "$aws/rules/rule");
    }
}
