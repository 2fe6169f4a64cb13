//! Sorting and collecting in order with little code.
//!
//! The sort of the standard library is fast, and brings three to four kilobytes of code for each type that it sorts; so
//! do ordered maps and sets that are collected, because they sort first. A visitor of the page downloads that code. The
//! lists of the core are short and nearly in order, so here stands a plain merge sort. Who sorts what the page does not
//! link uses the standard library.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The items in order of `key`; those that are equal stay as they came.
pub fn sorted<T, K: Ord>(items: Vec<T>, key: &impl Fn(&T) -> K) -> Vec<T> {
    sorted_by(items, &|one, other| key(one).cmp(&key(other)))
}

/// The items in the order of `compare`; those that are equal stay as they came.
pub fn sorted_by<T>(mut items: Vec<T>, compare: &impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let later = items.split_off(items.len() / 2);
    let mut out = Vec::with_capacity(items.len() + later.len());
    let mut left = sorted_by(items, compare).into_iter().peekable();
    let mut right = sorted_by(later, compare).into_iter().peekable();
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if compare(second, first).is_lt() { right.next() } else { left.next() };
        out.extend(next);
    }
    out.extend(left);
    out.extend(right);
    out
}

/// The entries as a map; of equal keys the last counts.
#[must_use]
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    // Not `collect`: this inserts one by one.
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

/// The items as a set.
#[must_use]
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    // Not `collect`: this inserts one by one.
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        // Keys with repetitions, in an order of no pattern; the number tells equal ones apart.
        for length in 0..40_u32 {
            let items: Vec<(u32, u32)> = (0..length).map(|number| (number * 7919 % 11, number)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            assert_eq!(sorted(items, &|(key, _)| *key), expected);
        }
    }

    #[test]
    fn collects_as_the_standard_library_does() {
        let entries = [(3, 'a'), (1, 'b'), (3, 'c')];
        assert_eq!(map(entries), BTreeMap::from(entries));
        assert_eq!(set(entries), BTreeSet::from(entries));
    }
}
