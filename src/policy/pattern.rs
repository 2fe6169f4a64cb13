//! Patterns of policies: literal text, `*`, `?` and variables, compiled once and matched many times.
//!
//! Knows text only; values of variables come through [`Lookup`]. Substituted values are plain text, never wildcards.
//! Matching is iterative and takes at most pattern length times value length steps. `*` matches any run, `?` one
//! character; both cross `/` and `:`. `+` and `#` are plain characters.

use std::borrow::Cow;

use super::{
    diagnostic::{Problem, Span},
    variable::{Key, NoValue},
};

/// One piece of a pattern and the byte offset in the written text at which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it matches.
    pub kind: SegmentKind,
    /// Byte offset in the written pattern.
    pub at: usize,
}

/// What a piece of a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Exactly this text.
    Literal(String),
    /// `*`: any run of characters, the empty one included.
    AnyRun,
    /// `?`: one character.
    AnyOne,
    /// The value of a variable, as plain text.
    Variable(Key),
    /// A variable with a text that stands in when it has no value.
    Defaulted(Key, String),
    /// A variable that can never have a value.
    Dead(NoValue),
}

/// Which special characters a pattern knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${...}` is a variable (Version 2012-10-17).
    pub variables: bool,
    /// The pattern is an ARN: variables of AWS only after the fifth colon.
    pub arn: bool,
}

/// The answer to the question for a variable's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// It has this value.
    Known(Cow<'a, str>),
    /// It has none.
    None(NoValue),
    /// Nobody said.
    Unknown,
}

/// Where a pattern gets the values of its variables from.
pub trait Lookup {
    /// The value of `key` as text to be put in place of `${key}`.
    fn lookup(&self, key: &Key) -> Value<'_>;
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
    variables: bool,
    /// Bytes of the written text.
    length: usize,
}

/// The result of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It matches.
    Yes,
    /// It does not, whatever the unknown values are.
    No(Progress),
    /// It cannot: a variable has no value. `otherwise` says whether it would match for some value.
    NoValue {
        /// Why there is none.
        why: NoValue,
        /// Byte offset of the variable in the written pattern.
        at: usize,
        /// Whether the rest of the pattern fits.
        otherwise: bool,
    },
    /// It depends on a value that nobody gave.
    Unknown,
}

/// How far a match got before it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// Bytes of the value that fitted.
    pub value: usize,
    /// Bytes of the written pattern that they fitted.
    pub pattern: usize,
}

impl Pattern {
    /// Compiles `text`. Findings are added to `problems` with spans relative to `text`.
    #[must_use]
    pub fn compile(text: &str, syntax: Syntax, problems: &mut Vec<(Problem, Span)>) -> Self {
        Self::compile_as(text, syntax, false, problems)
    }

    /// Compiles `text` as if `${key, 'default'}` worked in AWS IoT Core as it does in IAM.
    #[must_use]
    pub fn compile_with_defaults(text: &str, syntax: Syntax, problems: &mut Vec<(Problem, Span)>) -> Self {
        Self::compile_as(text, syntax, true, problems)
    }

    fn compile_as(text: &str, syntax: Syntax, defaults: bool, problems: &mut Vec<(Problem, Span)>) -> Self {
        let mut segments: Vec<Segment> = Vec::new();
        // Text that follows an escape begins a new segment, so that offsets stay those of the written text.
        let push_text = |segments: &mut Vec<Segment>, piece: &str, at: usize| match segments.last_mut() {
            Some(Segment { kind: SegmentKind::Literal(literal), at: start })
                if *start + literal.len() == at =>
            {
                literal.push_str(piece);
            }
            _ => segments.push(Segment { kind: SegmentKind::Literal(piece.to_owned()), at }),
        };
        let mut at = 0;
        let mut colons = 0_usize;
        let mut open_from_here = true;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let special = rest
                .find(|c| (syntax.wildcards && (c == '*' || c == '?')) || (syntax.variables && c == '$'))
                .unwrap_or(rest.len());
            if special > 0 {
                let (literal, _) = rest.split_at_checked(special).unwrap_or_default();
                colons += literal.bytes().filter(|b| *b == b':').count();
                push_text(&mut segments, literal, at);
                at += special;
                continue;
            }
            if let Some(inner) = rest.strip_prefix("${").filter(|_| open_from_here) {
                let Some(length) = inner.find('}') else {
                    problems.push((Problem::OpenVariable, at..text.len()));
                    // No later one is closed either; without this the search would be quadratic.
                    open_from_here = false;
                    continue;
                };
                let (name, _) = inner.split_at_checked(length).unwrap_or_default();
                let end = at + "${}".len() + length;
                match name {
                    "*" | "?" | "$" => push_text(&mut segments, name, at),
                    _ => segments.push(Segment {
                        kind: defaulted(name)
                            .filter(|_| defaults && !(syntax.arn && colons < 5))
                            .unwrap_or_else(|| variable(name, syntax.arn && colons < 5, at..end, problems)),
                        at,
                    }),
                }
                at = end;
                continue;
            }
            let (kind, length) = match rest.as_bytes().first() {
                Some(b'*') if syntax.wildcards => (SegmentKind::AnyRun, 1),
                Some(b'?') if syntax.wildcards => (SegmentKind::AnyOne, 1),
                _ => {
                    push_text(&mut segments, "$", at);
                    at += 1;
                    continue;
                }
            };
            let repeated = kind == SegmentKind::AnyRun
                && segments.last().is_some_and(|last| last.kind == SegmentKind::AnyRun);
            if !repeated {
                segments.push(Segment { kind, at });
            }
            at += length;
        }
        let variables = segments.iter().any(|segment| segment.kind.is_variable());
        Self { segments, variables, length: text.len() }
    }

    /// This pattern with `text` in place of `key`, wildcards in `text` counting as wildcards.
    #[must_use]
    pub fn with_wildcards(&self, key: &Key, text: &str) -> Self {
        let syntax = Syntax { wildcards: true, variables: false, arn: false };
        let inner = Self::compile(text, syntax, &mut Vec::new());
        let segments: Vec<Segment> = self
            .segments
            .iter()
            .flat_map(|segment| match &segment.kind {
                SegmentKind::Variable(found) if found == key => {
                    inner.segments.iter().map(|s| Segment { kind: s.kind.clone(), at: segment.at }).collect()
                }
                _ => vec![segment.clone()],
            })
            .collect();
        let variables = segments.iter().any(|segment| segment.kind.is_variable());
        Self { segments, variables, length: self.length }
    }

    /// The pieces in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether a match asks for values: there is a variable, be it one that can never have a value.
    #[must_use]
    pub const fn has_variables(&self) -> bool {
        self.variables
    }

    /// The variables in order, repetitions included.
    pub fn variables(&self) -> impl Iterator<Item = &Key> {
        self.segments.iter().filter_map(|segment| match &segment.kind {
            SegmentKind::Variable(key) | SegmentKind::Defaulted(key, _) => Some(key),
            _ => None,
        })
    }

    /// The six fields of an ARN, split at the first five written colons; `None` when there are fewer.
    #[must_use]
    pub fn arn_fields(&self) -> Option<Vec<Self>> {
        let mut fields = vec![Self { segments: Vec::new(), variables: self.variables, length: self.length }];
        for segment in &self.segments {
            let SegmentKind::Literal(text) = &segment.kind else {
                fields.last_mut()?.segments.push(segment.clone());
                continue;
            };
            let mut at = segment.at;
            for (place, piece) in text.splitn(7 - fields.len(), ':').enumerate() {
                if place > 0 {
                    fields.push(Self {
                        segments: Vec::new(),
                        variables: self.variables,
                        length: self.length,
                    });
                }
                if !piece.is_empty() {
                    let kind = SegmentKind::Literal(piece.to_owned());
                    fields.last_mut()?.segments.push(Segment { kind, at });
                }
                at += piece.len() + 1;
            }
        }
        (fields.len() == 6).then_some(fields)
    }

    /// Whether the pattern fits the whole of `value`.
    #[must_use]
    pub fn matches(&self, value: &str, lookup: &impl Lookup) -> Match {
        if !self.variables {
            return match self.run(value, |_| None, false, &mut 0) {
                Ok(()) => Match::Yes,
                Err(progress) => Match::No(progress),
            };
        }
        // Values are fetched once; they stand in the order of their places, so that they are found by bisection.
        let mut values = Vec::with_capacity(4);
        let (mut missing, mut unknown) = (None, false);
        for segment in &self.segments {
            match &segment.kind {
                SegmentKind::Variable(key) => {
                    let found = lookup.lookup(key);
                    match &found {
                        Value::None(why) if missing.is_none() => missing = Some((*why, segment.at)),
                        Value::Unknown => unknown = true,
                        _ => {}
                    }
                    values.push((segment.at, found));
                }
                SegmentKind::Defaulted(key, default) => {
                    let found = match lookup.lookup(key) {
                        Value::None(_) => Value::Known(Cow::Borrowed(default.as_str())),
                        found => found,
                    };
                    unknown |= found == Value::Unknown;
                    values.push((segment.at, found));
                }
                SegmentKind::Dead(why) if missing.is_none() => missing = Some((*why, segment.at)),
                _ => {}
            }
        }
        let text = |at: usize| {
            values
                .binary_search_by_key(&at, |(place, _)| *place)
                .ok()
                .and_then(|found| values.get(found))
                .and_then(|(_, value)| match value {
                    Value::Known(text) => Some(text.as_ref()),
                    _ => None,
                })
        };
        if let Some((why, at)) = missing {
            return Match::NoValue { why, at, otherwise: self.run(value, text, true, &mut 0).is_ok() };
        }
        match self.run(value, text, true, &mut 0) {
            Err(progress) => Match::No(progress),
            Ok(()) if unknown => Match::Unknown,
            Ok(()) => Match::Yes,
        }
    }

    /// How many steps [`Pattern::matches`] takes; at most the product of both lengths in bytes, each plus one.
    #[must_use]
    pub fn steps(&self, value: &str, lookup: &impl Lookup) -> usize {
        let texts: Vec<_> = self
            .segments
            .iter()
            .map(|segment| match &segment.kind {
                SegmentKind::Variable(key) => (segment.at, lookup.lookup(key)),
                _ => (segment.at, Value::Unknown),
            })
            .collect();
        let text = |at: usize| match texts.iter().find(|(place, _)| *place == at) {
            Some((_, Value::Known(text))) => Some(text.as_ref()),
            _ => None,
        };
        let mut steps = 0;
        // Whether it fits is not asked here.
        let _ = self.run(value, text, true, &mut steps);
        steps
    }

    /// The pattern with its values in place. `None` stands where a variable has no known value.
    #[must_use]
    pub fn resolved(&self, lookup: &impl Lookup) -> Vec<Option<String>> {
        self.segments
            .iter()
            .map(|segment| match &segment.kind {
                SegmentKind::Literal(text) => Some(text.clone()),
                SegmentKind::AnyRun => Some("*".to_owned()),
                SegmentKind::AnyOne => Some("?".to_owned()),
                SegmentKind::Variable(key) => match lookup.lookup(key) {
                    Value::Known(text) => Some(text.into_owned()),
                    _ => None,
                },
                SegmentKind::Defaulted(key, default) => match lookup.lookup(key) {
                    Value::Known(text) => Some(text.into_owned()),
                    Value::None(_) => Some(default.clone()),
                    Value::Unknown => None,
                },
                SegmentKind::Dead(_) => None,
            })
            .collect()
    }
}

impl SegmentKind {
    const fn is_variable(&self) -> bool {
        matches!(self, Self::Variable(_) | Self::Defaulted(..) | Self::Dead(_))
    }
}

/// `key, 'default'`
fn defaulted(name: &str) -> Option<SegmentKind> {
    let (key, default) = name.split_once(',')?;
    let default = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some(SegmentKind::Defaulted(Key::parse(key.trim()), default.to_owned()))
}

fn variable(name: &str, too_early: bool, span: Span, problems: &mut Vec<(Problem, Span)>) -> SegmentKind {
    if name.contains(',') {
        problems.push((Problem::DefaultValue, span));
        return SegmentKind::Dead(NoValue::DefaultValue);
    }
    let key = Key::parse(name);
    if too_early {
        problems.push((Problem::VariableTooEarly, span));
        // A template computes what it computes anywhere.
        return match key {
            Key::Unknown(_) => SegmentKind::Variable(key),
            _ => SegmentKind::Dead(NoValue::BeforeFifthColon),
        };
    }
    if let Key::Unknown(name) = &key {
        problems.push((Problem::UnknownVariable { name: name.clone() }, span));
    }
    SegmentKind::Variable(key)
}

impl Pattern {
    /// Greedy matching with one point of return: the last `*`. With `holes`, a variable without text matches any run.
    fn run<'v>(
        &self,
        value: &str,
        text: impl Fn(usize) -> Option<&'v str>,
        holes: bool,
        steps: &mut usize,
    ) -> Result<(), Progress> {
        let segments = self.segments.as_slice();
        let mut best = Progress::default();
        let (mut index, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        let bytes = value.as_bytes();
        loop {
            *steps += 1;
            let rest = bytes.get(at..).unwrap_or_default();
            let step = match segments.get(index) {
                None if rest.is_empty() => return Ok(()),
                None => None,
                Some(segment) => match &segment.kind {
                    SegmentKind::Literal(literal) => prefix(rest, literal, segment, at, &mut best, true),
                    SegmentKind::AnyOne => {
                        value.get(at..).and_then(|rest| rest.chars().next()).map(char::len_utf8)
                    }
                    SegmentKind::Variable(_) | SegmentKind::Defaulted(..) | SegmentKind::Dead(_) => {
                        match text(segment.at) {
                            Some(text) => prefix(rest, text, segment, at, &mut best, false),
                            None if holes => {
                                retry = Some((index + 1, at));
                                Some(0)
                            }
                            None => None,
                        }
                    }
                    SegmentKind::AnyRun => {
                        retry = Some((index + 1, at));
                        if index + 1 == segments.len() {
                            return Ok(());
                        }
                        Some(0)
                    }
                },
            };
            if let Some(length) = step {
                at += length;
                index += 1;
                let pattern = segments.get(index).map_or(self.length, |next| next.at);
                best = best.max(Progress { value: at, pattern });
                continue;
            }
            let Some((after, from)) = retry else { return Err(best) };
            let Some(next) = value.get(from..).and_then(|rest| rest.chars().next()) else { return Err(best) };
            retry = Some((after, from + next.len_utf8()));
            (index, at) = (after, from + next.len_utf8());
        }
    }
}

/// The length of `text` when `rest` begins with it; notes how far it went otherwise.
fn prefix(
    rest: &[u8],
    text: &str,
    segment: &Segment,
    at: usize,
    best: &mut Progress,
    written: bool,
) -> Option<usize> {
    if rest.starts_with(text.as_bytes()) {
        return Some(text.len());
    }
    let mut common = rest.iter().zip(text.as_bytes()).take_while(|(a, b)| a == b).count();
    while !text.is_char_boundary(common) {
        common -= 1;
    }
    let pattern = segment.at + if written { common } else { 0 };
    *best = (*best).max(Progress { value: at + common, pattern });
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table(&'static [(&'static str, Option<&'static str>)]);

    impl Lookup for Table {
        fn lookup(&self, key: &Key) -> Value<'_> {
            match self.0.iter().find(|(name, _)| Key::parse(name) == *key) {
                Some((_, Some(text))) => Value::Known(Cow::Borrowed(text)),
                Some((_, None)) => Value::Unknown,
                None => Value::None(NoValue::ClientIdNotThing),
            }
        }
    }

    const SYNTAX: Syntax = Syntax { wildcards: true, variables: true, arn: false };

    fn matches(pattern: &str, value: &str) -> Match {
        let table = Table(&[("iot:ClientId", Some("a*b")), ("iot:DomainName", None)]);
        Pattern::compile(pattern, SYNTAX, &mut Vec::new()).matches(value, &table)
    }

    #[test]
    fn wildcards_literals_and_escapes() {
        for (pattern, value, fits) in [
            ("some/?????/topic", "some/room1/topic", true),
            ("some/?????/topic", "some/abcd/topic", false),
            ("some/*/topic", "some/a/b/topic", true),
            ("a*", "a", true),
            ("*a*b", "xxaxxab", true),
            ("*a*b", "xxaxxabc", false),
            ("some/+/#", "some/x/y", false),
            ("?", "é", true),
            ("a${*}b${?}${$}", "a*b?$", true),
            ("a${*}b", "axb", false),
            ("${iot:ClientId}", "a*b", true),
            ("${iot:ClientId}", "axb", false),
            ("a$b", "a$b", true),
            ("${open", "${open", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, value) == Match::Yes, fits, "{pattern} {value}");
        }
    }

    #[test]
    fn missing_and_unknown_values() {
        assert!(matches!(
            matches("x/${iot:Connection.Thing.ThingName}_*", "x/a_1"),
            Match::NoValue { otherwise: true, .. }
        ));
        assert!(matches!(
            matches("x/${iot:Connection.Thing.ThingName}", "y/a"),
            Match::NoValue { otherwise: false, .. }
        ));
        assert_eq!(matches("x/${iot:DomainName}", "x/a"), Match::Unknown);
        assert!(matches!(matches("x/${iot:DomainName}", "y/a"), Match::No(_)));
    }

    #[test]
    fn progress_is_the_longest_fit() {
        let Match::No(progress) = matches("client/temp-sensor-01_*", "client/temp-sensor-01") else {
            panic!()
        };
        assert_eq!(progress, Progress { value: 21, pattern: 21 });
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let pattern = "*a".repeat(2_000) + "b";
        assert_ne!(matches(&pattern, &"a".repeat(10_000)), Match::Yes);
        assert_eq!(matches(&"${".repeat(100_000), "x"), matches("y", "x"));
    }
}
