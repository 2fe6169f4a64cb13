//! Topic names, topic filters and how they match (MQTT 5 section 4.7), shared subscriptions (section 4.8.2).
//!
//! Limits of a particular server, such as the number of levels, are not known here.

use std::fmt;

/// Longest topic name or filter in bytes (MQTT-4.7.3-3).
pub const MAX_TOPIC_BYTES: usize = 65_535;

/// Why a text is no topic name or no topic filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicError {
    /// At least one character is needed (MQTT-4.7.3-1).
    Empty,
    /// More than [`MAX_TOPIC_BYTES`] (MQTT-4.7.3-3).
    TooLong,
    /// U+0000 (MQTT-4.7.3-2).
    Nul,
    /// A wildcard in a topic name (MQTT-4.7.0-1, MQTT-3.3.2-2).
    Wildcard,
    /// `#` anywhere but alone in the last level (MQTT-4.7.1-1).
    MultiLevelWildcard,
    /// `+` beside other characters of its level (MQTT-4.7.1-2).
    SingleLevelWildcard,
    /// A share name that is empty or has a wildcard (MQTT-4.8.2-1, MQTT-4.8.2-2).
    ShareName,
    /// A shared subscription without a topic filter (MQTT-4.8.2-2).
    ShareFilter,
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a topic needs at least one character",
            Self::TooLong => "a topic has at most 65535 bytes",
            Self::Nul => "a topic must not hold a null character",
            Self::Wildcard => "`+` and `#` are wildcards; a topic name must not have them",
            Self::MultiLevelWildcard => "`#` must be the whole last level",
            Self::SingleLevelWildcard => "`+` must be a whole level",
            Self::ShareName => "the share name must not be empty or have `+` or `#`",
            Self::ShareFilter => "a shared subscription is `$share/name/filter`; the filter is missing",
        })
    }
}

impl std::error::Error for TopicError {}

/// Whether a message can be published to `topic`.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_name(topic: &str) -> Result<(), TopicError> {
    check_text(topic)?;
    if topic.contains(['+', '#']) { Err(TopicError::Wildcard) } else { Ok(()) }
}

/// Whether `filter` can be subscribed to; a shared subscription is checked with its parts.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_filter(filter: &str) -> Result<(), TopicError> {
    check_text(filter)?;
    let filter = match share(filter) {
        None => filter,
        Some(Share { name, filter }) => {
            if name.is_empty() || name.contains(['+', '#']) {
                return Err(TopicError::ShareName);
            }
            if filter.is_empty() {
                return Err(TopicError::ShareFilter);
            }
            filter
        }
    };
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err(TopicError::MultiLevelWildcard);
        }
        if level.contains('+') && level != "+" {
            return Err(TopicError::SingleLevelWildcard);
        }
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), TopicError> {
    if text.is_empty() {
        Err(TopicError::Empty)
    } else if text.len() > MAX_TOPIC_BYTES {
        Err(TopicError::TooLong)
    } else if text.contains('\0') {
        Err(TopicError::Nul)
    } else {
        Ok(())
    }
}

/// The parts of a shared subscription, checked or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<'a> {
    /// The group whose members share the messages.
    pub name: &'a str,
    /// What the group subscribes to; empty when it is missing.
    pub filter: &'a str,
}

/// Takes `$share/name/filter` apart; `None` for an ordinary filter (MQTT 5 section 4.8.2).
#[must_use]
pub fn share(filter: &str) -> Option<Share<'_>> {
    let rest = filter.strip_prefix("$share/")?;
    let (name, filter) = rest.split_once('/').unwrap_or((rest, ""));
    Some(Share { name, filter })
}

/// Whether `a/#` matches its parent level `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentLevel {
    /// As MQTT says (section 4.7.1.2).
    Matched,
    /// A server that deviates, as AWS IoT Core does.
    NotMatched,
}

/// Whether a message to `topic` goes to a subscription of `filter`; both legal, the filter not shared.
///
/// A wildcard in the first level does not match a topic that begins with `$` (MQTT-4.7.2-1).
#[must_use]
pub fn matches(filter: &str, topic: &str, parent: ParentLevel) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    let mut filters = filter.split('/');
    loop {
        match (filters.next(), levels.next()) {
            (Some("#"), Some(_)) => return true,
            (Some("#"), None) => return parent == ParentLevel::Matched,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if wanted == level => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of MQTT 5 sections 4.7.1 and 4.7.2, and their edges.
    #[test]
    fn filters_match_as_section_4_7_says() {
        for (filter, topic, expected) in [
            ("sport/tennis/player1/#", "sport/tennis/player1", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
            ("sport/#", "sport", true),
            ("#", "sport/tennis", true),
            ("#", "/", true),
            ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true),
            ("+/+", "/finance", true),
            ("/+", "/finance", true),
            ("+", "/finance", false),
            ("#", "$SYS/monitor", false),
            ("+/monitor", "$SYS/monitor", false),
            ("$SYS/#", "$SYS/monitor", true),
            ("$SYS/+", "$SYS/monitor", true),
            ("a/$b", "a/$b", true),
            ("+/$b", "a/$b", true),
            ("ACCOUNTS", "Accounts", false),
            ("a/b", "a/b/", false),
            ("a//b", "a/b", false),
            ("a/+/b", "a//b", true),
        ] {
            assert_eq!(matches(filter, topic, ParentLevel::Matched), expected, "{filter} and {topic}");
        }
    }

    #[test]
    fn the_parent_level_is_the_servers_choice() {
        assert!(!matches("a/#", "a", ParentLevel::NotMatched));
        assert!(matches("a/#", "a/", ParentLevel::NotMatched));
        assert!(matches("#", "a", ParentLevel::NotMatched));
        assert!(!matches("a/#", "ab", ParentLevel::Matched));
    }

    #[test]
    fn legal_filters() {
        for (filter, expected) in [
            ("#", Ok(())),
            ("+", Ok(())),
            ("+/tennis/#", Ok(())),
            ("/", Ok(())),
            ("sport+", Err(TopicError::SingleLevelWildcard)),
            ("sport/tennis#", Err(TopicError::MultiLevelWildcard)),
            ("sport/#/ranking", Err(TopicError::MultiLevelWildcard)),
            ("", Err(TopicError::Empty)),
            ("a\0b", Err(TopicError::Nul)),
            ("$share/group/a/#", Ok(())),
            ("$share/group/", Err(TopicError::ShareFilter)),
            ("$share/group", Err(TopicError::ShareFilter)),
            ("$share//a", Err(TopicError::ShareName)),
            ("$share/g+/a", Err(TopicError::ShareName)),
            ("$share/group/a+", Err(TopicError::SingleLevelWildcard)),
        ] {
            assert_eq!(check_filter(filter), expected, "{filter}");
        }
        assert_eq!(check_filter(&"a".repeat(65_536)), Err(TopicError::TooLong));
    }

    #[test]
    fn legal_names() {
        assert_eq!(check_name("$aws/things/temp-sensor-01"), Ok(()));
        assert_eq!(check_name("/"), Ok(()));
        assert_eq!(check_name(""), Err(TopicError::Empty));
        assert_eq!(check_name("a/#"), Err(TopicError::Wildcard));
    }

    #[test]
    fn shared_subscriptions_are_taken_apart() {
        assert_eq!(share("$share/group/a/+"), Some(Share { name: "group", filter: "a/+" }));
        assert_eq!(share("$share/group//a"), Some(Share { name: "group", filter: "/a" }));
        assert_eq!(share("a/b"), None);
    }
}
