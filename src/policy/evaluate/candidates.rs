//! Values that stand for all values of one unknown key.
//!
//! What a policy can ask of a value divides all texts into cells in which every value gets the same answers. One value
//! of each cell is enough to know every answer. The cells are found for exact comparisons, comparisons without
//! letter case, prefixes (`abc*`), numbers, dates and networks; where they are not, the values are still worth trying,
//! but prove nothing about the others: then the set is not closed.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    super::{
        condition::{Operator, Quantifier, Test, seconds},
        variable::Key,
    },
    shape::Shape,
};
use crate::order::{self, sorted_by};

/// Which values a key can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// Any text, or none.
    Optional,
    /// Any text.
    Text,
    /// An address.
    Address,
    /// Whole seconds since 1970.
    Time,
}

impl Domain {
    /// The values of `key`, in a request where it can have one.
    pub(super) const fn of(key: &Key) -> Self {
        match key {
            Key::SourceIp => Self::Address,
            Key::CurrentTime | Key::EpochTime => Self::Time,
            // A template always computes a text.
            Key::ClientId | Key::Unknown(_) => Self::Text,
            _ => Self::Optional,
        }
    }
}

/// What is asked of the values of one key.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    exact: BTreeSet<String>,
    any_case: BTreeSet<String>,
    prefixes: BTreeSet<String>,
    numbers: Vec<f64>,
    dates: Vec<f64>,
    networks: Vec<(IpAddr, u32)>,
    /// `ForAllValues:` takes an empty text for no value.
    empty_counts: bool,
    /// Something is asked whose cells are not found.
    open: bool,
}

impl Questions {
    /// An operator that compares the key, if only with an empty list.
    pub(super) fn asked_by(&mut self, operator: Operator) {
        self.empty_counts |= operator.quantifier == Quantifier::All;
    }

    /// One value that the key is compared with; `None` when it is not known as text.
    pub(super) fn compared(&mut self, operator: Operator, key: &Key, wanted: Option<&str>) {
        let Some(wanted) = wanted else {
            self.open = true;
            return;
        };
        match operator.test {
            Test::Null => {}
            Test::StringEquals => {
                self.exact.extend(raw(key, wanted));
            }
            Test::Bool | Test::StringEqualsIgnoreCase => {
                self.any_case.extend(raw(key, wanted));
            }
            // The digits of these two are never written with a backslash.
            Test::StringLike
                if !key.is_certificate() || matches!(key, Key::CertificateId | Key::CertificateSerial) =>
            {
                self.like(wanted);
            }
            Test::Numeric(_) => match wanted.parse::<f64>() {
                Ok(number) if number.is_finite() => self.numbers.push(number),
                Ok(_) => self.open = true,
                // Compared with no number nothing holds.
                Err(_) => {}
            },
            Test::Date(_) => self.dates.extend(seconds(wanted)),
            Test::IpAddress => self.networks.extend(network(wanted)),
            Test::StringLike | Test::Binary | Test::Arn => {
                self.exact.insert(wanted.replace(['*', '?'], ""));
                self.open = true;
            }
        }
    }

    /// A pattern with `*` and `?`, variables in place.
    pub(super) fn like(&mut self, pattern: &str) {
        match pattern.split_once('*') {
            None if !pattern.contains('?') => {
                self.exact.insert(pattern.to_owned());
            }
            Some((prefix, rest)) if rest.bytes().all(|byte| byte == b'*') && !prefix.contains('?') => {
                self.prefixes.insert(prefix.to_owned());
            }
            _ => {
                self.exact.insert(pattern.replace('*', "").replace('?', "x"));
                self.open = true;
            }
        }
    }

    /// A value that makes a difference.
    pub(super) fn value(&mut self, value: String) {
        self.exact.insert(value);
    }

    /// Something is asked that is not followed.
    pub(super) const fn not_followed(&mut self) {
        self.open = true;
    }

    /// The values to try, all of `shape`, and whether they stand for all.
    pub(super) fn candidates(&self, domain: Domain, shape: &Shape<'_>) -> (Vec<Option<String>>, bool) {
        if domain == Domain::Time {
            return self.times();
        }
        let named = self.exact.iter().chain(&self.any_case).filter(|text| shape.admits(text));
        let mut values = order::set(named.cloned());
        let mut closed = !self.open;
        let strings = !(self.exact.is_empty() && self.any_case.is_empty() && self.prefixes.is_empty());
        let families = [strings, !self.numbers.is_empty(), !self.dates.is_empty(), !self.networks.is_empty()];
        closed &= families.iter().filter(|used| **used).count() <= 1;
        closed &= self.any_case.is_empty() || self.prefixes.is_empty();
        for text in &self.any_case {
            // Letter case beyond ASCII has more variants than two.
            closed &= text.is_ascii();
            let variants = [text.to_ascii_uppercase(), text.to_ascii_lowercase()];
            let other = variants.iter().find(|variant| !self.exact.contains(*variant));
            let has_case = variants.iter().any(|variant| variant != text);
            closed &= !has_case || self.exact.is_empty() || other.is_some();
            let other = other.filter(|text| has_case && !self.exact.is_empty() && shape.admits(text));
            values.extend(other.cloned());
        }
        for prefix in &self.prefixes {
            let mut longer = shape.beginning_with(prefix).peekable();
            if longer.peek().is_none() {
                // No value begins so.
                continue;
            }
            let inside = longer.find(|text| !self.exact.contains(text) && self.longest(text) == Some(prefix));
            closed &= inside.is_some();
            values.extend(inside);
        }
        let mut cuts = BTreeSet::new();
        for ordered in [&self.numbers, &self.dates] {
            let ordered = sorted_by(ordered.clone(), &f64::total_cmp);
            let middles = ordered.iter().zip(ordered.iter().skip(1)).map(|(a, b)| f64::midpoint(*a, *b));
            let ends =
                ordered.first().map(|low| low - 1.0).into_iter().chain(ordered.last().map(|top| top + 1.0));
            cuts.extend(ordered.iter().copied().chain(middles).chain(ends).map(|number| number.to_string()));
        }
        for network in &self.networks {
            cuts.extend(edges(*network));
        }
        if !self.networks.is_empty() {
            cuts.extend(["0.0.0.0".to_owned(), "::".to_owned()]);
        }
        // Beside a text that cannot be there may be values of the same cell that can.
        closed &= cuts.iter().all(|cut| shape.admits(cut));
        values.extend(cuts.into_iter().filter(|cut| shape.admits(cut)));
        if self.empty_counts && shape.admits("") {
            values.insert(String::new());
        }
        let fresh = shape.samples().into_iter().find(|text| {
            !values.contains(text)
                && self.longest(text).is_none()
                && !self.any_case.iter().any(|known| known.eq_ignore_ascii_case(text))
        });
        // Every address is in a cell that networks cut.
        if domain != Domain::Address || strings || self.networks.is_empty() {
            // Nothing is outside the prefix of length 0.
            closed &= fresh.is_some() || self.prefixes.contains("");
            values.extend(fresh);
        }
        let absent = (domain == Domain::Optional).then_some(None);
        (absent.into_iter().chain(values.into_iter().map(Some)).collect(), closed)
    }

    /// Numbers and dates cut one line of seconds: the seconds at each cut and beside it.
    fn times(&self) -> (Vec<Option<String>>, bool) {
        let strings = !(self.exact.is_empty() && self.any_case.is_empty() && self.prefixes.is_empty());
        let closed = !(self.open || strings || !self.networks.is_empty());
        let cuts = self.numbers.iter().chain(&self.dates).map(|cut| cut.floor()).collect();
        let cuts = sorted_by(cuts, &f64::total_cmp);
        let mut seconds: Vec<f64> = cuts.iter().flat_map(|cut| [cut - 1.0, *cut, cut + 1.0]).collect();
        seconds.retain(|second| *second >= 0.0);
        if seconds.is_empty() {
            // Nothing cuts the line behind 1970.
            seconds.push(0.0);
        }
        seconds.dedup();
        (seconds.into_iter().map(|second| Some(second.to_string())).collect(), closed)
    }

    fn longest(&self, text: &str) -> Option<&String> {
        self.prefixes.iter().filter(|prefix| text.starts_with(*prefix)).max_by_key(|prefix| prefix.len())
    }
}

/// The value itself: policies compare certificate values in an escaped form.
fn raw(key: &Key, wanted: &str) -> Option<String> {
    if !key.is_certificate() {
        return Some(wanted.to_owned());
    }
    let mut out = String::with_capacity(wanted.len());
    let mut characters = wanted.chars();
    while let Some(c) = characters.next() {
        out.push(if c == '\\' { characters.next()? } else { c });
    }
    Some(out)
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let length = if length.is_empty() { width } else { length.parse().ok()? };
    (length <= width).then_some((address, length))
}

/// The first address of a network and the first behind it: every cell that networks cut begins at one of them.
fn edges((address, length): (IpAddr, u32)) -> Vec<String> {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            let first = u32::from(address) & mask;
            let behind = (first | !mask).checked_add(1);
            [Some(first), behind]
                .into_iter()
                .flatten()
                .map(|at| std::net::Ipv4Addr::from(at).to_string())
                .collect()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            let first = u128::from(address) & mask;
            let behind = (first | !mask).checked_add(1);
            [Some(first), behind]
                .into_iter()
                .flatten()
                .map(|at| std::net::Ipv6Addr::from(at).to_string())
                .collect()
        }
    }
}
