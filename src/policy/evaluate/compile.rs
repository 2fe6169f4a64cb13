//! Statements compiled once: actions as bits, resources and condition values as patterns.

use super::super::{
    condition::Operator,
    document::{Effect, Statement},
    pattern::{Lookup, Match, Pattern, Syntax, Value},
    request::Check,
    variable::{Key, NoValue},
};
use crate::iot::action::ACTIONS;

/// A statement ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) effect: Option<Effect>,
    /// A bit for each entry of `ACTIONS` that it names.
    pub(super) known_actions: u64,
    /// The written actions in lower case, for actions that are not in the table.
    pub(super) actions: Vec<Pattern>,
    pub(super) not_action: bool,
    pub(super) resources: Vec<Resource>,
    pub(super) not_resource: bool,
    pub(super) conditions: Vec<(Option<Operator>, Key, Vec<Pattern>)>,
    pub(super) broken_condition: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) pattern: Pattern,
    /// The first word of the sixth field, when it is plain text.
    pub(super) kind: Option<String>,
    pub(super) variables_off: bool,
}

impl Compiled {
    pub(super) fn new(statement: &Statement, variables: bool) -> Self {
        let plain = Syntax { wildcards: true, variables: false, arn: false };
        let mut ignored = Vec::new();
        let mut known_actions = 0_u64;
        let mut actions = Vec::new();
        for written in statement.actions.iter().flat_map(|listed| &listed.values) {
            let pattern = Pattern::compile(&written.value.to_ascii_lowercase(), plain, &mut ignored);
            for (bit, known) in ACTIONS.iter().enumerate() {
                if pattern.matches(&known.name.to_ascii_lowercase(), &NoVariables) == Match::Yes {
                    known_actions |= 1 << bit;
                }
            }
            actions.push(pattern);
        }
        let arn = Syntax { wildcards: true, variables, arn: true };
        let resources = statement
            .resources
            .iter()
            .flat_map(|listed| &listed.values)
            .map(|written| Resource {
                pattern: Pattern::compile(&written.value, arn, &mut ignored),
                kind: written
                    .value
                    .splitn(6, ':')
                    .nth(5)
                    .and_then(|rest| rest.split_once('/'))
                    .map(|(kind, _)| kind.to_owned())
                    .filter(|kind| !kind.contains(['*', '?', '$'])),
                variables_off: !variables && written.value.contains("${"),
            })
            .collect();
        let conditions = statement
            .conditions
            .iter()
            .map(|condition| {
                let syntax = condition.parsed.map_or(plain, |operator| operator.syntax(variables));
                // An ARN in a condition may be a variable as a whole.
                let syntax = Syntax { arn: false, ..syntax };
                let values = condition.values.iter();
                (
                    condition.parsed,
                    Key::parse(&condition.key.value),
                    values.map(|value| Pattern::compile(&value.value, syntax, &mut ignored)).collect(),
                )
            })
            .collect();
        let complete =
            statement.effect.is_some() && statement.actions.is_some() && statement.resources.is_some();
        Self {
            effect: statement.effect.as_ref().map(|effect| effect.value).filter(|_| complete),
            known_actions,
            actions,
            not_action: statement.actions.as_ref().is_some_and(|listed| listed.negated),
            resources,
            not_resource: statement.resources.as_ref().is_some_and(|listed| listed.negated),
            conditions,
            broken_condition: statement.broken_condition.is_some(),
        }
    }

    pub(super) fn not_modelled(&self) -> bool {
        self.broken_condition || self.conditions.iter().any(|(operator, ..)| operator.is_none())
    }

    pub(super) fn names(&self, check: &Check) -> bool {
        let named = match check.known {
            Some(bit) => self.known_actions & (1 << bit) != 0,
            None => {
                let action = check.action.to_ascii_lowercase();
                self.actions.iter().any(|pattern| pattern.matches(&action, &NoVariables) == Match::Yes)
            }
        };
        named != self.not_action
    }
}

/// Actions hold no variables.
pub(super) struct NoVariables;

impl Lookup for NoVariables {
    fn lookup(&self, _: &Key) -> Value<'_> {
        Value::None(NoValue::UnknownName)
    }
}
