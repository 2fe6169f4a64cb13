//! What follows when values that nobody gave are supposed: both branches of a *cannot tell*.
//!
//! Each unknown value is tried as absent, as every value that the policies or the request suggest, and as one that
//! nothing suggests. Two verdicts prove the doubt and become its branches. One verdict throughout settles the answer
//! only where the tried values stand for all values: exact comparisons and nothing else.

use std::collections::BTreeMap;

use super::{Decision, PolicySet, Verdict, sides};
use crate::policy::{
    condition::{Operator, Quantifier, Test},
    context::{Binding, Context, Field, Side},
    explain::Branch,
    pattern::{Lookup, Pattern, SegmentKind, Value},
    request::{Check, Request},
    values::{Assumption, KeyValue, Values},
    variable::Key,
};

/// At most this many combinations are tried.
const MAX_COMBINATIONS: usize = 256;
/// A value that no policy names.
const OTHER: &str = "some other value";

/// The values to try for one key.
#[derive(Default)]
struct Candidates {
    values: Vec<Option<String>>,
    /// Whether they stand for all values.
    closed: bool,
}

impl PolicySet {
    /// Refines a *cannot tell*: the certain answer when all cases agree, else up to one branch for each verdict.
    pub(super) fn settle(
        &self,
        context: &Context,
        request: &Request,
        decision: Decision,
    ) -> (Decision, Vec<Branch>) {
        let attachments: Vec<(Option<bool>, Context)> = match context.exclusive {
            Field::Unknown if matches!(context.binding(), Binding::Unknown) => [true, false]
                .map(|exclusive| {
                    (Some(exclusive), Context { exclusive: Field::Given(exclusive), ..context.clone() })
                })
                .into(),
            _ => vec![(None, context.clone())],
        };
        let mut branches: Vec<Branch> = Vec::new();
        let mut first: Option<Decision> = None;
        let mut closed = true;
        for (exclusive, context) in &attachments {
            let (combinations, exhaustive) = self.combinations(context, request);
            closed &= exhaustive;
            for assumed in combinations {
                let found = self.once(context, request, &assumed, None);
                if found.verdict == Verdict::CannotTell {
                    closed = false;
                    continue;
                }
                first.get_or_insert(found);
                if branches.iter().all(|branch| branch.verdict != found.verdict) {
                    branches.push(Branch { assumed, exclusive: *exclusive, verdict: found.verdict });
                }
            }
        }
        match first {
            Some(settled) if closed && branches.len() == 1 => (settled, Vec::new()),
            _ => (decision, branches),
        }
    }

    fn combinations(&self, context: &Context, request: &Request) -> (Vec<Vec<Assumption>>, bool) {
        let binding = context.binding();
        let mut found: BTreeMap<Key, Candidates> = BTreeMap::new();
        for check in request.checks(context) {
            for side in sides(&context.principal, &check.action) {
                let values = Values::new(context, binding, request, &check.action, *side, &[]);
                self.suggest(&check, &values, *side, &mut found);
            }
        }
        let mut closed = context.client_id != Field::Unknown;
        let keys: Vec<&Key> = found.keys().collect();
        // Several indexes of one field hang together, and thing variables do too.
        closed &= !keys.iter().enumerate().any(|(index, key)| {
            keys.iter()
                .skip(index + 1)
                .any(|other| key.same_fact(other) || (key.is_thing() && other.is_thing()))
        });
        let mut combinations: Vec<Vec<Assumption>> = vec![Vec::new()];
        for (key, candidates) in &found {
            closed &= candidates.closed;
            if combinations.len() * candidates.values.len() > MAX_COMBINATIONS {
                closed = false;
                break;
            }
            combinations = combinations
                .iter()
                .flat_map(|so_far| {
                    candidates.values.iter().map(move |value| {
                        so_far.iter().cloned().chain([(key.clone(), value.clone())]).collect()
                    })
                })
                .collect();
        }
        (combinations, closed)
    }

    /// Gathers values worth trying for every unknown key that the policies of `side` use.
    fn suggest(&self, check: &Check, values: &Values<'_>, side: Side, found: &mut BTreeMap<Key, Candidates>) {
        let compiled =
            self.policies.iter().zip(self.compiled.iter()).filter(|(policy, _)| policy.kind == side);
        for statement in compiled.flat_map(|(_, statements)| statements).filter(|s| s.names(check)) {
            for resource in &statement.resources {
                for key in resource.pattern.variables() {
                    if values.condition(key) == KeyValue::Unknown {
                        let witness = witness(&resource.pattern, key, &check.resource, values);
                        offer(found, key, witness, false);
                    }
                }
            }
            for (operator, key, wanted) in &statement.conditions {
                let exact = operator.is_some_and(is_exact);
                for pattern in wanted {
                    for inner in pattern.variables().filter(|key| values.condition(key) == KeyValue::Unknown)
                    {
                        offer(found, inner, None, false);
                    }
                }
                if values.condition(key) != KeyValue::Unknown {
                    continue;
                }
                offer(found, key, None, exact && *key != Key::ConnectAttributes);
                for pattern in wanted {
                    let text: Option<String> = pattern.resolved(values).into_iter().collect();
                    let closed = exact && pattern.variables().next().is_none();
                    let text = text.filter(|_| operator.is_none_or(|operator| operator.test != Test::Null));
                    offer(found, key, text, closed && *key != Key::ConnectAttributes);
                }
            }
        }
    }
}

fn offer(found: &mut BTreeMap<Key, Candidates>, key: &Key, value: Option<String>, closed: bool) {
    let candidates = found.entry(key.clone()).or_insert_with(|| Candidates {
        values: match key {
            // Over a connection this key always has a value.
            Key::IsAttached => vec![Some("true".to_owned()), Some("false".to_owned())],
            _ => vec![None, Some(OTHER.to_owned())],
        },
        closed: true,
    });
    candidates.closed &= closed;
    if let Some(value) = value.filter(|value| !candidates.values.iter().flatten().any(|known| known == value))
    {
        candidates.values.push(Some(value));
    }
}

const fn is_exact(operator: Operator) -> bool {
    matches!(operator.quantifier, Quantifier::One)
        && matches!(operator.test, Test::StringEquals | Test::Bool | Test::Null)
}

/// The value that `key` needs for `pattern` to fit `resource`, when the text around it says so.
fn witness(pattern: &Pattern, key: &Key, resource: &str, values: &Values<'_>) -> Option<String> {
    let segments = pattern.segments();
    let hole =
        segments.iter().position(|segment| matches!(&segment.kind, SegmentKind::Variable(k) if k == key))?;
    let mut rest = resource;
    for segment in segments.iter().take(hole) {
        rest = match &segment.kind {
            SegmentKind::Literal(text) => rest.strip_prefix(text.as_str())?,
            SegmentKind::Variable(key) => match values.lookup(key) {
                Value::Known(text) => rest.strip_prefix(text.as_ref())?,
                _ => return None,
            },
            _ => return None,
        };
    }
    match segments.get(hole + 1).map(|segment| &segment.kind) {
        Some(SegmentKind::Literal(text)) => rest.split_once(text.as_str()).map(|(value, _)| value.to_owned()),
        _ => Some(rest.to_owned()),
    }
}
