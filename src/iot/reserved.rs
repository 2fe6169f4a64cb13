//! Which operations AWS IoT Core admits on its own topics (documented: Developer Guide, Reserved topics).
//!
//! The page says that another operation may end the connection; what follows from that is not decided here.

use super::topic::{self, ParentLevel};

use Use::{Both, Publish, Subscribe};

/// What the topics of lifecycle events begin with (Developer Guide, Lifecycle events).
pub const LIFECYCLE_EVENTS: &str = "$aws/events/";

/// What a client may do with a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Publish,
    Subscribe,
    Both,
}

const RESERVED: &[(&str, Use)] = &[
    ("$aws/things/+/shadow/get", Both),
    ("$aws/things/+/shadow/get/accepted", Subscribe),
    ("$aws/things/+/shadow/get/rejected", Subscribe),
    ("$aws/things/+/shadow/update", Both),
    ("$aws/things/+/shadow/update/accepted", Subscribe),
    ("$aws/things/+/shadow/update/rejected", Subscribe),
    ("$aws/things/+/shadow/update/delta", Subscribe),
    ("$aws/things/+/shadow/update/documents", Subscribe),
    ("$aws/things/+/shadow/delete", Both),
    ("$aws/things/+/shadow/delete/accepted", Subscribe),
    ("$aws/things/+/shadow/delete/rejected", Subscribe),
    ("$aws/things/+/shadow/name/+/get", Both),
    ("$aws/things/+/shadow/name/+/get/accepted", Subscribe),
    ("$aws/things/+/shadow/name/+/get/rejected", Subscribe),
    ("$aws/things/+/shadow/name/+/update", Both),
    ("$aws/things/+/shadow/name/+/update/accepted", Subscribe),
    ("$aws/things/+/shadow/name/+/update/rejected", Subscribe),
    ("$aws/things/+/shadow/name/+/update/delta", Subscribe),
    ("$aws/things/+/shadow/name/+/update/documents", Subscribe),
    ("$aws/things/+/shadow/name/+/delete", Both),
    ("$aws/things/+/shadow/name/+/delete/accepted", Subscribe),
    ("$aws/things/+/shadow/name/+/delete/rejected", Subscribe),
    ("$aws/things/+/jobs/get", Publish),
    ("$aws/things/+/jobs/get/accepted", Subscribe),
    ("$aws/things/+/jobs/get/rejected", Subscribe),
    ("$aws/things/+/jobs/start-next", Publish),
    ("$aws/things/+/jobs/start-next/accepted", Subscribe),
    ("$aws/things/+/jobs/start-next/rejected", Subscribe),
    ("$aws/things/+/jobs/+/get", Publish),
    ("$aws/things/+/jobs/+/get/accepted", Subscribe),
    ("$aws/things/+/jobs/+/get/rejected", Subscribe),
    ("$aws/things/+/jobs/+/update", Publish),
    ("$aws/things/+/jobs/+/update/accepted", Subscribe),
    ("$aws/things/+/jobs/+/update/rejected", Subscribe),
    ("$aws/things/+/jobs/notify", Subscribe),
    ("$aws/things/+/jobs/notify-next", Subscribe),
    ("$aws/things/+/defender/metrics/+", Publish),
    ("$aws/things/+/defender/metrics/+/accepted", Subscribe),
    ("$aws/things/+/defender/metrics/+/rejected", Subscribe),
    ("$aws/things/+/tunnels/notify", Subscribe),
    ("$aws/things/+/streams/+/get/+", Publish),
    ("$aws/things/+/streams/+/describe/+", Publish),
    ("$aws/things/+/streams/+/data/+", Subscribe),
    ("$aws/things/+/streams/+/description/+", Subscribe),
    ("$aws/things/+/streams/+/rejected/+", Subscribe),
    ("$aws/rules/+", Publish),
    ("$aws/rules/+/#", Publish),
    ("$aws/certificates/create/+", Publish),
    ("$aws/certificates/create/+/accepted", Subscribe),
    ("$aws/certificates/create/+/rejected", Subscribe),
    ("$aws/certificates/create-from-csr/+", Publish),
    ("$aws/certificates/create-from-csr/+/accepted", Subscribe),
    ("$aws/certificates/create-from-csr/+/rejected", Subscribe),
    ("$aws/provisioning-templates/+/provision/+", Publish),
    ("$aws/provisioning-templates/+/provision/+/accepted", Subscribe),
    ("$aws/provisioning-templates/+/provision/+/rejected", Subscribe),
    ("$aws/events/#", Subscribe),
    ("$aws/commands/+/+/executions/+/request", Subscribe),
    ("$aws/commands/+/+/executions/+/request/+", Subscribe),
    ("$aws/commands/+/+/executions/+/response/+", Both),
    ("$aws/commands/+/+/executions/+/response/+/+", Subscribe),
    ("$aws/device_location/+/get_position_estimate", Publish),
    ("$aws/device_location/+/get_position_estimate/accepted", Subscribe),
    ("$aws/device_location/+/get_position_estimate/rejected", Subscribe),
    ("$aws/sitewise/asset-models/+/assets/+/properties/+", Subscribe),
];

/// Whether a client may publish to this topic, which begins with `$`.
#[must_use]
pub fn may_publish(topic: &str) -> bool {
    let mut patterns = RESERVED.iter().filter(|(_, admits)| *admits != Subscribe);
    patterns.any(|(pattern, _)| topic::matches(pattern, topic, ParentLevel::NotMatched))
}

/// Whether a client may subscribe to this filter, which begins with `$`: some topic of it must be one to subscribe to.
#[must_use]
pub fn may_subscribe(filter: &str) -> bool {
    RESERVED.iter().any(|(pattern, admits)| *admits != Publish && overlap(pattern, filter))
}

/// Whether some topic matches both filters.
fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) | (Some("#"), Some(_)) | (Some(_), Some("#")) => return true,
            (Some("+"), Some(_)) | (Some(_), Some("+")) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_on_reserved_topics() {
        for (topic, publish, subscribe) in [
            ("$aws/things/t/shadow/update", true, true),
            ("$aws/things/t/shadow/name/s/update/accepted", false, true),
            ("$aws/things/t/jobs/get", true, false),
            ("$aws/things/t/jobs/7/update", true, false),
            ("$aws/rules/r", true, false),
            ("$aws/rules/r/a/b", true, false),
            ("$aws/rules", false, false),
            ("$aws/events/presence/connected/c", false, true),
            ("$aws/commands/things/t/executions/e/response/json", true, true),
            ("$aws/unknown", false, false),
            ("$SYS/broker", false, false),
        ] {
            assert_eq!((may_publish(topic), may_subscribe(topic)), (publish, subscribe), "{topic}");
        }
        for (filter, subscribe) in [
            ("$aws/#", true),
            ("$aws/things/+/shadow/#", true),
            ("$aws/things/t/jobs/+/get/accepted", true),
            ("$aws/things/t/jobs/#", true),
            ("$aws/events/+/connected/+", true),
            ("$aws/rules/#", false),
            ("$SYS/#", false),
            ("$aws/things", false),
        ] {
            assert_eq!(may_subscribe(filter), subscribe, "{filter}");
        }
    }
}
