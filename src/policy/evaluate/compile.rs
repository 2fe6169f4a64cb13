//! Statements compiled once: actions as bits, resources and condition values as patterns.

use std::sync::Arc;

use super::super::{
    condition::Operator,
    document::{Effect, Statement, Version},
    pattern::{Lookup, Match, Pattern, SegmentKind, Syntax, Value},
    request::Check,
    switch::{Switch, Switches},
    variable::{Key, NoValue},
};
use super::Policy;
use crate::iot::action::ACTIONS;

/// The statements of each policy.
pub(super) fn compiled(policies: &[Policy], switches: Switches) -> Arc<[Vec<Compiled>]> {
    policies
        .iter()
        .map(|policy| {
            let document = &policy.document;
            let variables = match document.version {
                Version::V2012 => true,
                Version::Missing => switches.thrown(Switch::AbsentVersion),
                Version::V2008 | Version::Other(_) => switches.thrown(Switch::OldVersion),
            };
            let statements = document.statements.iter();
            statements.map(|statement| Compiled::new(statement, variables, switches)).collect()
        })
        .collect()
}

/// A statement ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) effect: Option<Effect>,
    /// A bit for each entry of `ACTIONS` that it names.
    pub(super) known_actions: u64,
    /// The written actions in lower case, for actions that are not in the table.
    pub(super) actions: Vec<Pattern>,
    /// Whether every action is written as AWS writes it, or is `*` or `iot:*`.
    pub(super) plain_actions: bool,
    /// Whether letter case counts in action names.
    pub(super) exact_case: bool,
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
    /// How its fields are compared, where wildcards stand before the fifth colon or fields are missing.
    pub(super) fields: Option<Fields>,
}

/// An ARN whose `*` and `?` are not all in its sixth field.
#[derive(Clone, Debug)]
pub(super) enum Fields {
    /// Fewer than six fields.
    Short {
        /// Ends in `*`.
        open_end: bool,
    },
    /// Compared field by field.
    Apart {
        /// The first five.
        head: Vec<Pattern>,
        /// The sixth.
        rest: Pattern,
        /// Where the sixth begins.
        at: usize,
    },
}

impl Fields {
    fn new(written: &str, syntax: Syntax) -> Option<Self> {
        if written.bytes().all(|byte| byte == b'*') {
            return None;
        }
        let mut fields = written.splitn(6, ':');
        let head: Vec<&str> = fields.by_ref().take(5).collect();
        let Some(rest) = fields.next() else { return Some(Self::Short { open_end: written.ends_with('*') }) };
        let plain = Syntax { wildcards: true, variables: false, arn: false };
        head.iter().any(|field| field.contains(['*', '?'])).then(|| Self::Apart {
            head: head.iter().map(|field| Pattern::compile(field, plain, &mut Vec::new())).collect(),
            rest: Pattern::compile(rest, Syntax { arn: false, ..syntax }, &mut Vec::new()),
            at: written.len() - rest.len(),
        })
    }
}

impl Compiled {
    pub(super) fn new(statement: &Statement, variables: bool, switches: Switches) -> Self {
        let plain = Syntax { wildcards: true, variables: false, arn: false };
        let mut ignored = Vec::new();
        let mut known_actions = 0_u64;
        let mut actions = Vec::new();
        let exact_case = switches.thrown(Switch::ActionCase);
        let cased = |name: &str| if exact_case { name.to_owned() } else { name.to_ascii_lowercase() };
        for written in statement.actions.iter().flat_map(|listed| &listed.values) {
            let pattern = Pattern::compile(&cased(&written.value), plain, &mut ignored);
            for (bit, known) in ACTIONS.iter().enumerate() {
                if pattern.matches(&cased(known.name), &NoVariables) == Match::Yes {
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
            .map(|written| {
                let pattern = if switches.thrown(Switch::DefaultValues) {
                    Pattern::compile_with_defaults(&written.value, arn, &mut ignored)
                } else {
                    Pattern::compile(&written.value, arn, &mut ignored)
                };
                // What a template computes may hold any number of fields.
                let whole = pattern.variables().any(|key| matches!(key, Key::Unknown(_)));
                Resource {
                    kind: written
                        .value
                        .splitn(6, ':')
                        .nth(5)
                        .and_then(|rest| rest.split_once('/'))
                        .map(|(kind, _)| kind.to_owned())
                        .filter(|kind| !kind.contains(['*', '?', '$'])),
                    variables_off: !variables && written.value.contains("${"),
                    fields: Fields::new(&written.value, arn).filter(|_| !whole),
                    pattern,
                }
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
        let not_action = statement.actions.as_ref().is_some_and(|listed| listed.negated);
        let complete = !(not_action && switches.thrown(Switch::NotAction))
            && statement.effect.is_some()
            && statement.actions.is_some()
            && statement.resources.is_some();
        Self {
            effect: statement.effect.as_ref().map(|effect| effect.value).filter(|_| complete),
            known_actions,
            actions,
            plain_actions: statement.actions.iter().flat_map(|listed| &listed.values).all(|written| {
                matches!(written.value.as_str(), "*" | "iot:*")
                    || ACTIONS.iter().any(|known| known.name == written.value)
            }),
            exact_case,
            not_action,
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
                let action = match self.exact_case {
                    true => check.action.clone(),
                    false => check.action.to_ascii_lowercase(),
                };
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

impl Resource {
    /// Whether the name after the kind of resource is this variable and nothing else.
    pub(super) fn is_bare(&self, key: &Key) -> bool {
        matches!(self.pattern.segments(), [head, variable]
            if matches!(&head.kind, SegmentKind::Literal(text) if text.ends_with('/') && text.matches('/').count() == 1)
                && variable.kind == SegmentKind::Variable(key.clone()))
    }

    /// Whether it holds the thing's name and more, so that no client ID that *is* the thing's name fits it.
    pub(super) fn admits_nobody(&self, written: &str) -> bool {
        let at = written.splitn(6, ':').nth(5).and_then(|rest| rest.strip_prefix("client/"));
        let Some(start) = at.map(|rest| written.len() - rest.len()) else { return false };
        let mut names = 0_usize;
        let mut more = false;
        for segment in self.pattern.segments() {
            match &segment.kind {
                SegmentKind::Variable(Key::ThingName) => names += 1,
                SegmentKind::Literal(text) => more |= segment.at + text.len() > start,
                SegmentKind::AnyOne => more |= segment.at >= start,
                _ => {}
            }
        }
        names > 1 || (names == 1 && more)
    }
}
