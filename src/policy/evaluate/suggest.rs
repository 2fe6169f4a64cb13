//! What conditions and resources ask of unknown values, and which suppositions can be true together.

use std::collections::BTreeMap;

use super::candidates::Questions;
use crate::policy::{
    condition::{Operator, Test},
    pattern::{Lookup, Match, Pattern, SegmentKind, Value},
    values::{Assumption, Values},
    variable::Key,
};

/// At most this many values of one variable are tried for one resource.
const MAX_FITTING: usize = 64;
/// In longer texts values that fit are not searched; AWS takes names of 256 bytes.
const MAX_SEARCHED: usize = 512;

pub(super) const fn is_time(key: &Key) -> bool {
    matches!(key, Key::CurrentTime | Key::EpochTime)
}

pub(super) fn ask(
    questions: &mut Questions,
    operator: Option<Operator>,
    key: &Key,
    wanted: &[Pattern],
    values: &Values<'_>,
) {
    let Some(operator) = operator else { return questions.not_followed() };
    questions.asked_by(operator);
    for pattern in wanted.iter().filter(|pattern| !never(pattern, values)) {
        let text = match operator.test {
            Test::StringLike | Test::Arn => as_like(pattern, values),
            _ => pattern.resolved(values).into_iter().collect(),
        };
        questions.compared(operator, key, text.as_deref());
    }
}

/// Whether a variable in it has no value.
pub(super) fn never(pattern: &Pattern, values: &Values<'_>) -> bool {
    let mut variables = pattern.segments().iter();
    variables.any(|segment| match &segment.kind {
        SegmentKind::Variable(key) => matches!(values.lookup(key), Value::None(_)),
        SegmentKind::Dead(_) => true,
        _ => false,
    })
}

/// The pattern with its values in place; `None` when one is unknown, or when a plain character would read as a
/// wildcard.
pub(super) fn as_like(pattern: &Pattern, values: &Values<'_>) -> Option<String> {
    let pieces = pattern.resolved(values);
    let mut out = String::new();
    for (piece, segment) in pieces.into_iter().zip(pattern.segments()) {
        let piece = piece?;
        let wildcard = matches!(segment.kind, SegmentKind::AnyRun | SegmentKind::AnyOne);
        if !wildcard && piece.contains(['*', '?']) {
            return None;
        }
        out.push_str(&piece);
    }
    Some(out)
}

/// The values of an unknown variable for which `pattern` fits `asked`.
pub(super) fn fitting(
    found: &mut BTreeMap<Key, Questions>,
    pattern: &Pattern,
    asked: &str,
    values: &Values<'_>,
) {
    let unknown: Vec<&Key> = pattern.variables().filter(|key| values.lookup(key) == Value::Unknown).collect();
    let Some(key) = unknown.first() else { return };
    if unknown.iter().any(|other| other != key) || pattern.variables().any(Key::is_set) || is_time(key) {
        return unfollowed(found, pattern, values);
    }
    let questions = about(found, key);
    // What stands before the variable must be plain text: then its value is a beginning of the rest.
    let mut rest = Some(asked);
    for segment in pattern.segments() {
        rest = match &segment.kind {
            SegmentKind::Variable(found) if found == *key => break,
            SegmentKind::Literal(text) => rest.and_then(|rest| rest.strip_prefix(text.as_str())),
            SegmentKind::Variable(known) => match values.lookup(known) {
                Value::Known(text) => rest.and_then(|rest| rest.strip_prefix(text.as_ref())),
                // It never fits, whatever the unknown value.
                Value::None(_) => return,
                Value::Unknown => None,
            },
            SegmentKind::Dead(_) => return,
            SegmentKind::AnyRun | SegmentKind::AnyOne | SegmentKind::Defaulted(..) => {
                return questions.not_followed();
            }
        };
        if rest.is_none() {
            return;
        }
    }
    let rest = rest.unwrap_or_default();
    if rest.len() > MAX_SEARCHED {
        return questions.not_followed();
    }
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    let mut fits = 0_usize;
    for value in ends.filter_map(|end| rest.get(..end)) {
        let assumed = [((*key).clone(), Some(value.to_owned()))];
        if matches!(pattern.matches(asked, &values.supposing(&assumed)), Match::Yes | Match::Unknown) {
            fits += 1;
            if fits > MAX_FITTING {
                return questions.not_followed();
            }
            questions.value(value.to_owned());
        }
    }
}

pub(super) fn unfollowed(found: &mut BTreeMap<Key, Questions>, pattern: &Pattern, values: &Values<'_>) {
    for key in pattern.variables().filter(|key| values.lookup(key) == Value::Unknown) {
        about(found, key).not_followed();
    }
}

/// The questions about a key; a name that always has the same value shares them.
pub(super) fn about<'a>(found: &'a mut BTreeMap<Key, Questions>, key: &Key) -> &'a mut Questions {
    let known = found.keys().find(|known| known.same_value(key)).unwrap_or(key).clone();
    found.entry(known).or_default()
}

/// Whether the suppositions can be true together, as far as that is known.
///
/// What it leaves out must be impossible whatever the values are: a value stands for others.
pub(super) fn is_possible(combination: &[Assumption]) -> bool {
    let get =
        |wanted: &Key| combination.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_deref());
    let attached = get(&Key::IsAttached).flatten().map(|text| text == "true");
    let no_thing = attached == Some(false) || get(&Key::ThingName) == Some(None);
    let has_facts =
        combination.iter().any(|(key, value)| key.is_thing() && *key != Key::IsAttached && value.is_some())
            || attached == Some(true);
    !(no_thing && has_facts)
}
