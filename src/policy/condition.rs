//! Condition operators: names, and what they say about values.
//!
//! Source: IAM, "JSON policy elements: Condition operators" and "Single-valued vs. multivalued context keys";
//! Developer Guide, connect policy examples. Documented, unless said otherwise.
//! Knows no policies and no requests: values come in, a [`Truth`] goes out.

use std::net::IpAddr;

use super::{
    super::iot::action::distance,
    pattern::{Lookup, Match, Pattern, Syntax, Value},
    values::KeyValue,
};

/// Three-valued logic: something holds, does not hold, or nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Certainly not.
    No,
    /// It depends on what nobody gave.
    Unknown,
    /// Certainly.
    Yes,
}

impl Truth {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The opposite, when `flip`.
    #[must_use]
    pub const fn flipped(self, flip: bool) -> Self {
        match (self, flip) {
            (Self::Yes, true) => Self::No,
            (Self::No, true) => Self::Yes,
            (other, _) => other,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// How values of a set are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// No prefix: the key has one value.
    One,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Text, letter by letter.
    StringEquals,
    /// Text, without regard to letter case.
    StringEqualsIgnoreCase,
    /// Text with `*` and `?`.
    StringLike,
    /// A number, compared as said.
    Numeric(Order),
    /// A date, compared as said.
    Date(Order),
    /// `true` or `false`
    Bool,
    /// Base64 text.
    Binary,
    /// An address in a network.
    IpAddress,
    /// An ARN; `ArnEquals` and `ArnLike` are the same.
    Arn,
    /// Whether the key is absent.
    Null,
}

/// How numbers and dates are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// =
    Equals,
    /// <
    Less,
    /// <=
    LessOrEqual,
    /// >
    Greater,
    /// >=
    GreaterOrEqual,
}

/// A condition operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The prefix.
    pub quantifier: Quantifier,
    /// The comparison.
    pub test: Test,
    /// The `Not` form.
    pub negated: bool,
    /// The `IfExists` suffix.
    pub if_exists: bool,
}

const TESTS: &[(&str, Test, bool)] = &[
    ("StringEquals", Test::StringEquals, false),
    ("StringNotEquals", Test::StringEquals, true),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase, true),
    ("StringLike", Test::StringLike, false),
    ("StringNotLike", Test::StringLike, true),
    ("NumericEquals", Test::Numeric(Order::Equals), false),
    ("NumericNotEquals", Test::Numeric(Order::Equals), true),
    ("NumericLessThan", Test::Numeric(Order::Less), false),
    ("NumericLessThanEquals", Test::Numeric(Order::LessOrEqual), false),
    ("NumericGreaterThan", Test::Numeric(Order::Greater), false),
    ("NumericGreaterThanEquals", Test::Numeric(Order::GreaterOrEqual), false),
    ("DateEquals", Test::Date(Order::Equals), false),
    ("DateNotEquals", Test::Date(Order::Equals), true),
    ("DateLessThan", Test::Date(Order::Less), false),
    ("DateLessThanEquals", Test::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Test::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Test::Date(Order::GreaterOrEqual), false),
    ("Bool", Test::Bool, false),
    ("BinaryEquals", Test::Binary, false),
    ("IpAddress", Test::IpAddress, false),
    ("NotIpAddress", Test::IpAddress, true),
    ("ArnEquals", Test::Arn, false),
    ("ArnLike", Test::Arn, false),
    ("ArnNotEquals", Test::Arn, true),
    ("ArnNotLike", Test::Arn, true),
    ("Null", Test::Null, false),
];

impl Operator {
    /// Reads the name of an operator.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (Quantifier::All, rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (Quantifier::Any, rest)
        } else {
            (Quantifier::One, name)
        };
        let (base, if_exists) = match rest.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (_, test, negated) = TESTS.iter().find(|(known, ..)| *known == base).copied()?;
        let plain_null = test != Test::Null || (quantifier == Quantifier::One && !if_exists);
        plain_null.then_some(Self { quantifier, test, negated, if_exists })
    }

    /// The operator that a misspelt name most probably means, with the name's prefix and suffix.
    #[must_use]
    pub fn nearest(name: &str) -> Option<String> {
        const LONGEST: usize = 80;
        if name.len() > LONGEST {
            return None;
        }
        let (prefix, rest) = name.split_once(':').map_or(("", name), |(prefix, rest)| (prefix, rest));
        let prefix = match prefix.to_ascii_lowercase().as_str() {
            "" => "",
            "forallvalues" | "forallvalue" => "ForAllValues:",
            "foranyvalue" | "foranyvalues" => "ForAnyValue:",
            _ => return None,
        };
        let (base, suffix) = rest.strip_suffix("IfExists").map_or((rest, ""), |base| (base, "IfExists"));
        let base = base.to_ascii_lowercase();
        let known = TESTS
            .iter()
            .map(|(known, ..)| (distance(&base, &known.to_ascii_lowercase()), *known))
            .filter(|(far, _)| *far <= 3)
            .min_by_key(|(far, _)| *far)
            .map(|(_, known)| format!("{prefix}{known}{suffix}"))?;
        Self::parse(&known).map(|_| known)
    }

    /// How the values of this operator are compiled: variables work in string and ARN operators only.
    #[must_use]
    pub const fn syntax(self, variables: bool) -> Syntax {
        let (wildcards, text) = match self.test {
            Test::StringEquals | Test::StringEqualsIgnoreCase => (false, true),
            Test::StringLike => (true, true),
            Test::Arn => (true, true),
            _ => (false, false),
        };
        Syntax { wildcards, variables: variables && text, arn: matches!(self.test, Test::Arn) }
    }

    /// Whether the condition holds. `values` are the policy's.
    #[must_use]
    pub fn holds(self, key: &KeyValue<'_>, values: &[Pattern], lookup: &impl Lookup) -> Truth {
        if self.test == Test::Null {
            return self.null(key, values, lookup);
        }
        let one;
        let request: &[std::borrow::Cow<'_, str>] = match key {
            KeyValue::Unknown => return Truth::Unknown,
            KeyValue::Absent(_) => &[],
            KeyValue::One(value) => {
                one = [value.clone()];
                &one
            }
            KeyValue::Set(set) => set,
        };
        let absent = request.is_empty();
        if absent && self.if_exists {
            return Truth::Yes;
        }
        let single = |text: &str| {
            values
                .iter()
                .fold(Truth::No, |sum, pattern| sum.or(self.fits(text, pattern, lookup)))
                .flipped(self.negated)
        };
        match self.quantifier {
            // A set of empty texts counts as empty.
            Quantifier::All if request.iter().all(|text| text.is_empty()) => Truth::Yes,
            Quantifier::All => request.iter().fold(Truth::Yes, |sum, text| sum.and(single(text))),
            Quantifier::Any => request.iter().fold(Truth::No, |sum, text| sum.or(single(text))),
            // Without a value a positive operator is false and a negated one true.
            Quantifier::One if absent => Truth::from(self.negated),
            // A set under a plain operator is not documented: any value counts, as IAM does in practice (inferred).
            Quantifier::One if self.negated => {
                request.iter().fold(Truth::Yes, |sum, text| sum.and(single(text)))
            }
            Quantifier::One => request.iter().fold(Truth::No, |sum, text| sum.or(single(text))),
        }
    }

    fn null(self, key: &KeyValue<'_>, values: &[Pattern], lookup: &impl Lookup) -> Truth {
        let absent = match key {
            KeyValue::Unknown => return Truth::Unknown,
            KeyValue::Absent(_) => "true",
            KeyValue::Set(set) if set.is_empty() => "true",
            _ => "false",
        };
        values.iter().fold(Truth::No, |sum, pattern| {
            sum.or(text(pattern, lookup).map_or(Truth::No, |text| text.eq_ignore_ascii_case(absent).into()))
        })
    }

    /// Whether one value of the request fits one value of the policy.
    fn fits(self, request: &str, pattern: &Pattern, lookup: &impl Lookup) -> Truth {
        match self.test {
            Test::StringEquals | Test::StringLike => truth(&pattern.matches(request, lookup)),
            Test::Arn => match pattern.arn_fields() {
                Some(patterns) => {
                    // Six fields, compared one by one.
                    let fields: Vec<&str> = request.splitn(6, ':').collect();
                    let all = patterns.iter().zip(&fields);
                    let same = Truth::from(patterns.len() == fields.len());
                    all.fold(same, |sum, (pattern, field)| sum.and(truth(&pattern.matches(field, lookup))))
                }
                // A variable may hold a whole ARN.
                None if pattern.variables().next().is_some() => truth(&pattern.matches(request, lookup)),
                None => Truth::No,
            },
            _ if pattern.variables().any(|key| lookup.lookup(key) == Value::Unknown) => Truth::Unknown,
            _ => {
                let Some(policy) = text(pattern, lookup) else { return Truth::No };
                Truth::from(match self.test {
                    Test::StringEqualsIgnoreCase => policy.to_lowercase() == request.to_lowercase(),
                    Test::Numeric(order) => policy
                        .parse::<f64>()
                        .ok()
                        .zip(request.parse::<f64>().ok())
                        .is_some_and(|(policy, request)| compare(order, request.partial_cmp(&policy))),
                    Test::Date(order) => seconds(&policy)
                        .zip(seconds(request))
                        .is_some_and(|(policy, request)| compare(order, request.partial_cmp(&policy))),
                    Test::Bool => policy.eq_ignore_ascii_case(request),
                    Test::Binary => policy.trim_end_matches('=') == request.trim_end_matches('='),
                    Test::IpAddress => contains(&policy, request),
                    _ => false,
                })
            }
        }
    }
}

const fn truth(found: &Match) -> Truth {
    match found {
        Match::Yes => Truth::Yes,
        Match::Unknown => Truth::Unknown,
        Match::No(_) | Match::NoValue { .. } => Truth::No,
    }
}

/// The text of a pattern without wildcards; `None` when a variable has no value.
fn text(pattern: &Pattern, lookup: &impl Lookup) -> Option<String> {
    pattern.resolved(lookup).into_iter().collect()
}

fn compare(order: Order, found: Option<std::cmp::Ordering>) -> bool {
    found.is_some_and(|found| match order {
        Order::Equals => found.is_eq(),
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    })
}

/// Whether `address` lies in `network`: an address, or an address, a slash and a prefix length.
fn contains(network: &str, address: &str) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => match length.parse::<u32>() {
            Ok(length) => (base, Some(length)),
            Err(_) => return false,
        },
        None => (network, None),
    };
    let (base, address, width) = match (base.parse(), address.parse()) {
        (Ok(IpAddr::V4(base)), Ok(IpAddr::V4(address))) => {
            (u128::from(u32::from(base)), u128::from(u32::from(address)), 32)
        }
        (Ok(IpAddr::V6(base)), Ok(IpAddr::V6(address))) => (u128::from(base), u128::from(address), 128),
        _ => return false,
    };
    match length.unwrap_or(width) {
        0 => true,
        length if length > width => false,
        length => (base ^ address) >> (width - length) == 0,
    }
}

/// Seconds since 1970 UTC of an ISO 8601 date or of a plain number.
pub(super) fn seconds(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        // A bare year would be a number too; IAM takes a number as epoch seconds.
        return number.is_finite().then_some(number);
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut fields = date.split('-').map(str::parse::<i64>);
    let year = fields.next()?.ok().filter(|year| (0..=9999).contains(year))?;
    let month = fields.next().unwrap_or(Ok(1)).ok().filter(|month| (1..=12).contains(month))?;
    let day = fields.next().unwrap_or(Ok(1)).ok().filter(|day| (1..=31).contains(day))?;
    if fields.next().is_some() {
        return None;
    }
    let (time, offset) = if let Some(time) = time.strip_suffix('Z') {
        (time, 0)
    } else if let Some(at) = time.rfind(['+', '-']) {
        let (time, zone) = time.split_at_checked(at)?;
        let (hours, minutes) = match zone.get(1..)?.split_once(':') {
            Some(parts) => parts,
            None => zone.get(1..)?.split_at_checked(2)?,
        };
        let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
        (time, if zone.starts_with('-') { -minutes * 60 } else { minutes * 60 })
    } else {
        (time, 0)
    };
    let mut clock = time.split(':').map(str::parse::<f64>);
    let mut next =
        |limit: f64| clock.next().unwrap_or(Ok(0.0)).ok().filter(|part| (0.0..limit).contains(part));
    let of_day = next(25.0)? * 3600.0 + next(60.0)? * 60.0 + next(61.0)?;
    #[expect(clippy::cast_precision_loss, reason = "days and offsets are far below 2^52")]
    Some(days(year, month, day) as f64 * 86_400.0 + of_day - offset as f64)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted from a year that begins in March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{
        pattern::Value,
        variable::{Key, NoValue},
    };
    use std::borrow::Cow;

    struct Nothing;

    impl Lookup for Nothing {
        fn lookup(&self, _: &Key) -> Value<'_> {
            Value::None(NoValue::NotInRequest)
        }
    }

    fn holds(operator: &str, policy: &[&str], request: &[&str]) -> Truth {
        let operator = Operator::parse(operator).unwrap();
        let values: Vec<_> = policy
            .iter()
            .map(|text| Pattern::compile(text, operator.syntax(true), &mut Vec::new()))
            .collect();
        let key = match request {
            [] => KeyValue::Absent(NoValue::NotInRequest),
            [one] => KeyValue::One(Cow::Borrowed(*one)),
            more => KeyValue::Set(more.iter().map(|text| Cow::Borrowed(*text)).collect()),
        };
        operator.holds(&key, &values, &Nothing)
    }

    #[test]
    fn operators() {
        use Truth::{No, Yes};
        let unresolved = "${iot:ClientId}";
        for (operator, policy, request, expected) in [
            ("StringEquals", &["a", "b"][..], &["b"][..], Yes),
            ("StringEquals", &["a*"], &["ab"], No),
            ("StringLike", &["a*"], &["ab"], Yes),
            ("StringNotEquals", &["a"], &[], Yes),
            ("StringEquals", &[unresolved], &["a"], No),
            ("StringNotEquals", &[unresolved], &["a"], Yes),
            ("StringEqualsIfExists", &["a"], &[], Yes),
            ("StringEqualsIfExists", &["a"], &["b"], No),
            ("StringEqualsIgnoreCase", &["ABC"], &["abc"], Yes),
            ("NumericLessThan", &["5"], &["4.5"], Yes),
            ("NumericLessThan", &["x"], &["4"], No),
            ("DateGreaterThan", &["2020-01-01T00:00:00Z"], &["1577836801"], Yes),
            ("DateEquals", &["2020-01-01T01:00:00+01:00"], &["1577836800"], Yes),
            ("Bool", &["true"], &["TRUE"], Yes),
            ("Bool", &["false"], &[], No),
            ("IpAddress", &["10.0.0.0/8"], &["10.9.9.9"], Yes),
            ("IpAddress", &["10.0.0.0/33"], &["10.0.0.0"], No),
            ("NotIpAddress", &["2001:db8::/32"], &["2001:db9::1"], Yes),
            ("ArnEquals", &["arn:aws:iot:*:1:topic/a"], &["arn:aws:iot:r:1:topic/a"], Yes),
            ("ArnLike", &["arn:aws:iot:*"], &["arn:aws:iot:r:1:topic/a"], No),
            ("ArnLike", &["arn:aws:iot:*:*:topic/a"], &["arn:aws:iot:r:1:topic/x:topic/a"], No),
            ("ArnLike", &["arn:aws:iot:*:*:topic/*"], &["arn:aws:iot:r:1:topic/x:topic/a"], Yes),
            ("ArnNotLike", &["arn:aws:iot:*"], &["arn:aws:iot:r:1:topic/a"], Yes),
            ("Null", &["true"], &[], Yes),
            ("Null", &["false"], &["x"], Yes),
            ("ForAllValues:StringEquals", &[], &[], Yes),
            ("ForAllValues:StringEquals", &[], &["x"], No),
            ("ForAllValues:StringEquals", &["x"], &["x", "y"], No),
            ("ForAllValues:StringNotEquals", &["x"], &["z", "y"], Yes),
            ("ForAnyValue:StringEquals", &["x"], &["x", "y"], Yes),
            ("ForAnyValue:StringEquals", &["x"], &[], No),
            ("ForAnyValue:StringNotEquals", &["x"], &["x", "y"], Yes),
        ] {
            assert_eq!(holds(operator, policy, request), expected, "{operator} {policy:?} {request:?}");
        }
        assert_eq!(Operator::parse("NullIfExists"), None);
        assert_eq!(Operator::parse("stringequals"), None);
    }
}
