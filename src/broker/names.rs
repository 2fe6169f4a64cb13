//! Which names AWS IoT Core takes as topics and filters, and which filter matches which topic.
//!
//! An operation that AWS does not admit on its own topics is treated as a name that cannot be a topic or filter: 0x90 or
//! 0x8F in MQTT 5, a close in 3.1.1 (inferred). Nobody answers on these topics but for the lifecycle events: the services
//! behind them are not simulated.

#[cfg(test)]
use crate::iot::topic::ParentLevel;
use crate::iot::{
    reserved,
    topic::{self, Share},
};

use super::config::{MAX_SHARE_NAME, MAX_SLASHES, MAX_TOPIC};

/// What topics are compared with: the filter, for a shared subscription without `$share/<name>/`.
pub(super) fn pattern(filter: &str) -> &str {
    topic::share(filter).map_or(filter, |share| share.filter)
}

/// Whether a client may subscribe to this filter at all, rights aside. Names that begin with `$` belong to AWS.
pub(super) fn is_filter(filter: &str) -> bool {
    let share_fits = |share: Share<'_>| share.name.chars().count() <= MAX_SHARE_NAME;
    let pattern = pattern(filter);
    topic::check_filter(filter).is_ok()
        && topic::share(filter).is_none_or(share_fits)
        && fits(pattern)
        && (!pattern.starts_with('$') || reserved::may_subscribe(pattern))
}

/// Whether a client may publish to this name at all, rights aside.
pub(super) fn is_topic(text: &str) -> bool {
    is_will_topic(text) && (!text.starts_with('$') || reserved::may_publish(text))
}

/// Whether a will may name this topic. One that belongs to AWS is dropped later, not refused (observed), but a root that
/// AWS does not know is refused as in a PUBLISH (inferred).
pub(super) fn is_will_topic(text: &str) -> bool {
    topic::check_name(text).is_ok() && fits(text) && (!text.starts_with('$') || text.starts_with("$aws/"))
}

/// Length and depth. The first three levels of a Basic Ingest topic do not count (documented: Endpoints and
/// quotas).
fn fits(text: &str) -> bool {
    let counted =
        text.strip_prefix("$aws/rules/").and_then(|rest| rest.split_once('/')).map_or(text, |(_, rest)| rest);
    counted.len() <= MAX_TOPIC && counted.matches('/').count() <= MAX_SLASHES
}

/// Whether a topic goes to a subscription. `a/#` does not match `a`, which differs from MQTT (documented:
/// Developer Guide, MQTT differences).
#[cfg(test)]
pub(super) fn matches(filter: &str, topic: &str) -> bool {
    topic::matches(pattern(filter), topic, ParentLevel::NotMatched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_what_aws_counts() {
        assert!(is_topic("1/2/3/4/5/6/7/8"));
        assert!(!is_topic("1/2/3/4/5/6/7/8/9"));
        assert!(is_topic("$aws/rules/r/1/2/3/4/5/6/7/8"));
        assert!(is_topic(&"x".repeat(256)));
        assert!(!is_topic(&"x".repeat(257)));
        assert!(!is_topic(""));
        assert!(!is_topic("a/+"));
        assert!(!is_topic("$mine/a"));
    }

    #[test]
    fn a_share_does_not_count() {
        assert!(is_filter("$share/group/1/2/3/4/5/6/7/8"));
        assert!(!is_filter("$share/group/1/2/3/4/5/6/7/8/9"));
        assert!(!is_filter(&format!("$share/{}/a", "g".repeat(129))));
        assert!(matches("$share/group/a/#", "a/b"));
        assert!(!matches("$share/group/a/#", "a"));
        assert!(!is_filter("$SYS/#"));
        assert!(!is_filter("$share/group/$SYS/#"));
    }
}
