//! Every subscription of the account, found by topic: a tree with one topic level a step.
//!
//! Knows filters and who subscribed with what; nothing of sessions, connections or messages. The rules of matching are
//! those of [`super::names::matches`]: `a/#` does not match `a` (documented: Developer Guide, MQTT differences), and a
//! wildcard in the first level no topic that begins with `$` (MQTT-4.7.2-1). A test holds the two together.
//!
//! Invariant: no level stays without subscribers at or below it.

use std::collections::BTreeMap;

use crate::iot::topic;
use crate::mqtt::Qos;

use super::config::{MAX_SHARE_MEMBERS, MAX_SHARES};
use super::names::pattern;

/// A subscription as granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) qos: Qos,
    /// MQTT 5: not the client's own messages.
    pub(super) no_local: bool,
}

/// Subscribers by client ID.
pub(super) type Members = BTreeMap<String, Granted>;

/// The tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    root: Level,
    /// How many shared subscriptions have members, by the whole filter.
    groups: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    next: BTreeMap<String, Level>,
    /// Of the filter that ends here: by share name, empty for an ordinary subscription.
    here: BTreeMap<String, Members>,
}

impl Subscriptions {
    /// Adds a subscription or replaces it.
    pub(super) fn insert(&mut self, filter: &str, client_id: &str, granted: Granted) {
        let mut level = &mut self.root;
        for name in pattern(filter).split('/') {
            level = level.next.entry(name.to_owned()).or_default();
        }
        let members = level.here.entry(share_name(filter).to_owned()).or_default();
        let new = members.insert(client_id.to_owned(), granted).is_none();
        if new && topic::share(filter).is_some() {
            *self.groups.entry(filter.to_owned()).or_default() += 1;
        }
    }

    /// Takes a subscription out, if there is one.
    pub(super) fn remove(&mut self, filter: &str, client_id: &str) {
        let levels: Vec<&str> = pattern(filter).split('/').collect();
        let removed = self.root.remove(&levels, share_name(filter), client_id);
        if let (true, Some(members)) = (removed, self.groups.get_mut(filter)) {
            *members -= 1;
            if *members == 0 {
                self.groups.remove(filter);
            }
        }
    }

    /// What was granted to a client for a filter.
    pub(super) fn granted(&self, filter: &str, client_id: &str) -> Option<Qos> {
        let level = pattern(filter).split('/').try_fold(&self.root, |level, name| level.next.get(name))?;
        level.here.get(share_name(filter))?.get(client_id).map(|granted| granted.qos)
    }

    /// Calls `visit` with the share name (empty for ordinary subscriptions) and the subscribers of each filter that
    /// matches.
    pub(super) fn matching<'a>(&'a self, topic: &str, visit: &mut dyn FnMut(&'a str, &'a Members)) {
        let wildcards = !topic.starts_with('$');
        self.root.matching(Some(topic), wildcards, visit);
    }

    /// Whether a shared subscription takes no new member, or the account no new shared subscription. Which code tells so
    /// is inferred.
    pub(super) fn share_full(&self, filter: &str) -> bool {
        topic::share(filter).is_some()
            && self.groups.get(filter).map_or(self.groups.len() >= MAX_SHARES, |n| *n >= MAX_SHARE_MEMBERS)
    }
}

impl Level {
    /// `rest` is what the levels so far left of the topic: `None` at its end.
    fn matching<'a>(
        &'a self,
        rest: Option<&str>,
        wildcards: bool,
        visit: &mut dyn FnMut(&'a str, &'a Members),
    ) {
        let Some(rest) = rest else {
            return self.visit(visit);
        };
        let (name, rest) = match rest.split_once('/') {
            Some((name, rest)) => (name, Some(rest)),
            None => (rest, None),
        };
        if wildcards {
            if let Some(all) = self.next.get("#") {
                all.visit(visit);
            }
            if let Some(any) = self.next.get("+") {
                any.matching(rest, true, visit);
            }
        }
        if let Some(next) = self.next.get(name) {
            next.matching(rest, true, visit);
        }
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a Members)) {
        for (share, members) in &self.here {
            visit(share, members);
        }
    }

    fn remove(&mut self, levels: &[&str], share: &str, client_id: &str) -> bool {
        let Some((name, rest)) = levels.split_first() else {
            let Some(members) = self.here.get_mut(share) else { return false };
            let removed = members.remove(client_id).is_some();
            if members.is_empty() {
                self.here.remove(share);
            }
            return removed;
        };
        let Some(next) = self.next.get_mut(*name) else { return false };
        let removed = next.remove(rest, share, client_id);
        if next.next.is_empty() && next.here.is_empty() {
            self.next.remove(*name);
        }
        removed
    }
}

fn share_name(filter: &str) -> &str {
    topic::share(filter).map_or("", |share| share.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::names::matches;

    const GRANTED: Granted = Granted { qos: Qos::AtMostOnce, no_local: false };
    const FILTERS: &[&str] = &[
        "#",
        "+",
        "/",
        "a",
        "a/#",
        "a/+",
        "a/b",
        "a/b/#",
        "+/b",
        "+/+",
        "a//b",
        "a/+/b",
        "$aws/#",
        "$aws/+/a",
        "+/a",
        "$share/g/a/#",
        "$share/h/a/#",
        "$share/g/#",
    ];

    #[test]
    fn the_tree_finds_what_matches() {
        let mut tree = Subscriptions::default();
        for filter in FILTERS {
            tree.insert(filter, filter, GRANTED);
        }
        for topic in ["a", "/", "b", "a/b", "a//b", "a/b/c", "a/", "$aws/x", "$aws/x/a", "$aws", "x/a", "+"] {
            let mut found = Vec::new();
            tree.matching(topic, &mut |_, members| found.extend(members.keys().map(String::as_str)));
            found.sort_unstable();
            let mut expected: Vec<&str> =
                FILTERS.iter().copied().filter(|filter| matches(filter, topic)).collect();
            expected.sort_unstable();
            expected.dedup();
            found.dedup();
            assert_eq!(found, expected, "{topic}");
        }
    }

    #[test]
    fn nothing_stays_when_all_are_gone() {
        let mut tree = Subscriptions::default();
        for filter in FILTERS {
            for client_id in ["x", "y"] {
                tree.insert(filter, client_id, GRANTED);
            }
        }
        assert_eq!((tree.groups.len(), tree.groups.get("$share/g/a/#")), (3, Some(&2)));
        assert!(FILTERS.iter().all(|filter| tree.granted(filter, "x") == Some(GRANTED.qos)));
        assert_eq!((tree.granted("a/b", "z"), tree.granted("b", "x")), (None, None));
        for filter in FILTERS {
            for client_id in ["x", "nobody", "y", "y"] {
                tree.remove(filter, client_id);
            }
        }
        assert!(tree.root.next.is_empty() && tree.root.here.is_empty());
        assert!(tree.groups.is_empty());
    }
}
