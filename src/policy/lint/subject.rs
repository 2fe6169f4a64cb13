//! What the rules look at: statements and resources in a handy form.

use super::{
    super::{
        Context, Document, Field, Policy, PolicySet,
        context::Side,
        diagnostic::Span,
        document::{Effect, Spanned, Statement},
        pattern::{Match, Pattern, SegmentKind, Syntax},
        variable::Key,
    },
    MAX_RESOURCES, MAX_TEXT,
    arn::Arn,
    probe::Nothing,
};
use crate::iot::action::{ACTIONS, Action, ResourceType};

/// The types that an AWS IoT Core policy can name.
pub(super) const TYPES: [ResourceType; 5] = [
    ResourceType::Client,
    ResourceType::Topic,
    ResourceType::TopicFilter,
    ResourceType::Thing,
    ResourceType::RoleAlias,
];

/// How patterns of resources are read.
const RESOURCE: Syntax = Syntax { wildcards: true, variables: true, arn: false };

/// The policies under examination.
pub(super) struct Subject<'a> {
    pub(super) policies: &'a [Policy],
    pub(super) context: Option<&'a Context>,
    pub(super) engine: PolicySet,
    pub(super) stated: Vec<Stated<'a>>,
}

/// A statement with its effect, and what it names.
pub(super) struct Stated<'a> {
    pub(super) policy: usize,
    /// Which statement of the policy it is, from 1, as sentences count.
    pub(super) number: usize,
    pub(super) side: Side,
    pub(super) document: &'a Document,
    pub(super) statement: &'a Statement,
    pub(super) effect: Effect,
    /// The known actions that it speaks of, `NotAction` considered.
    pub(super) actions: Vec<&'static Action>,
    /// Its resources, unless it says `NotResource`.
    pub(super) resources: Vec<Named<'a>>,
    /// The resources that it leaves out.
    pub(super) not_resources: Vec<Named<'a>>,
}

/// A resource as written.
pub(super) struct Named<'a> {
    pub(super) written: &'a Spanned<String>,
    /// Its parts; `None` for `*` and for what is no ARN.
    pub(super) arn: Option<Arn<'a>>,
    pub(super) pattern: Pattern,
}

impl Named<'_> {
    /// `*` alone.
    pub(super) fn is_everything(&self) -> bool {
        matches!(self.pattern.segments(), [only] if only.kind == SegmentKind::AnyRun)
    }

    /// Whether it can name something of this type.
    pub(super) fn can_be(&self, kind: ResourceType) -> bool {
        self.is_everything() || self.arn.is_some_and(|arn| arn.can_be(kind))
    }

    /// Its name, when it names this type and no other.
    pub(super) fn name_of(&self, kind: ResourceType) -> Option<&str> {
        self.arn.filter(|arn| arn.is(kind)).map(|arn| arn.name)
    }

    /// Where `+` and `#` stand in the name, outside variables, as offsets in the written text.
    pub(super) fn mqtt_wildcards(&self) -> Vec<usize> {
        let name_at = self.arn.map_or(0, |arn| arn.name_at);
        let literals = self.pattern.segments().iter().filter_map(|segment| match &segment.kind {
            SegmentKind::Literal(text) => Some((segment.at, text)),
            _ => None,
        });
        let found =
            literals.flat_map(|(at, text)| text.match_indices(['+', '#']).map(move |(inner, _)| at + inner));
        found.filter(|at| *at >= name_at).collect()
    }

    /// The pattern of the name alone.
    pub(super) fn name_pattern(&self) -> Pattern {
        let name = self.arn.map_or(self.written.value.as_str(), |arn| arn.name);
        Pattern::compile(name, RESOURCE, &mut Vec::new())
    }

    /// The type and name, as sentences quote it.
    pub(super) fn short(&self) -> &str {
        self.written.value.splitn(6, ':').nth(5).unwrap_or(&self.written.value)
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(policies: &'a [Policy], context: Option<&'a Context>) -> Self {
        let engine = PolicySet::compile(policies.to_vec());
        let mut stated = Vec::new();
        for (index, policy) in policies.iter().enumerate() {
            if policy.document.text.len() > MAX_TEXT {
                continue;
            }
            let mut left = MAX_RESOURCES;
            for (at, statement) in policy.document.statements.iter().enumerate() {
                let Some(effect) = statement.effect.as_ref().map(|effect| effect.value) else { continue };
                let listed = statement.resources.iter().flat_map(|listed| &listed.values).take(left);
                let named: Vec<_> = listed.map(named).collect();
                // A statement takes at least one place, so that their number is bounded too.
                let Some(rest) = left.checked_sub(named.len().max(1)) else { break };
                left = rest;
                let negated = statement.resources.as_ref().is_some_and(|listed| listed.negated);
                let (resources, not_resources) =
                    if negated { (Vec::new(), named) } else { (named, Vec::new()) };
                stated.push(Stated {
                    policy: index,
                    number: at + 1,
                    side: policy.kind,
                    document: &policy.document,
                    statement,
                    effect,
                    actions: actions(statement),
                    resources,
                    not_resources,
                });
            }
        }
        Self { policies, context, engine, stated }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Stated<'a>> {
        self.stated.iter()
    }

    pub(super) fn allows(&self) -> impl Iterator<Item = &Stated<'a>> {
        self.stated.iter().filter(|stated| stated.effect == Effect::Allow)
    }

    pub(super) fn denies(&self) -> impl Iterator<Item = &Stated<'a>> {
        self.stated.iter().filter(|stated| stated.effect == Effect::Deny)
    }

    /// Whether some Allow speaks of `action`, whatever its resources.
    pub(super) fn some_allow_names(&self, action: &str) -> bool {
        self.allows().any(|stated| stated.names(action))
    }

    /// Whether some Allow speaks of `action` on a resource that can be of its type.
    pub(super) fn some_allow_can_match(&self, action: &str) -> bool {
        self.allows().any(|stated| {
            stated.actions.iter().any(|known| {
                known.name == action
                    && (stated.statement.resources.as_ref().is_some_and(|listed| listed.negated)
                        || stated.resources.iter().any(|named| named.can_be(known.resource)))
            })
        })
    }

    /// Whether the attachment is known to be exclusive.
    pub(super) fn exclusive(&self) -> Field<bool> {
        self.context.map_or(Field::Unknown, |context| context.exclusive)
    }
}

impl Stated<'_> {
    pub(super) fn names(&self, action: &str) -> bool {
        self.actions.iter().any(|known| known.name == action)
    }

    /// Whether it demands that the client is an attached thing.
    pub(super) fn demands_attachment(&self) -> bool {
        self.statement.conditions.iter().any(|condition| {
            Key::parse(&condition.key.value) == Key::IsAttached
                && condition.operator.value.eq_ignore_ascii_case("Bool")
                && condition.values.iter().all(|value| value.value.eq_ignore_ascii_case("true"))
        })
    }

    /// Whether some condition looks at `key`.
    pub(super) fn looks_at(&self, key: &Key) -> bool {
        self.statement.conditions.iter().any(|condition| Key::parse(&condition.key.value) == *key)
    }

    /// Every `${...}` in its resources and condition values: the text, the bytes of the name in it, the name.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&Spanned<String>, Span, &str)> {
        let named = self.resources.iter().chain(&self.not_resources).map(|named| named.written);
        let values = self.statement.conditions.iter().flat_map(|condition| &condition.values);
        named.chain(values).flat_map(|written| {
            let placed = placeholders(&written.value).into_iter();
            placed.map(move |(span, name)| (written, span, name))
        })
    }

    /// The bytes of the actions; of the whole statement when there are none.
    pub(super) fn actions_span(&self) -> Span {
        let values = self.statement.actions.iter().flat_map(|listed| &listed.values);
        let spans = values.map(|value| value.span.clone());
        spans.reduce(|all, next| all.start..next.end).unwrap_or_else(|| self.statement.span.clone())
    }

    /// The span of the written action that names `action`.
    pub(super) fn action_span(&self, action: &str) -> Span {
        let mut values = self.statement.actions.iter().flat_map(|listed| &listed.values);
        let found = values.find(|value| names(&value.value, action)).map(|value| value.span.clone());
        found.unwrap_or_else(|| self.actions_span())
    }

    /// The bytes of a part of a written value; `None` when escapes in the text hide where it stands.
    pub(super) fn exact(&self, written: &Spanned<String>, part: Span) -> Option<Span> {
        let start = written.span.start + 1;
        let plain = self.document.text.get(start..written.span.end.checked_sub(1)?)?;
        (plain == written.value).then(|| start + part.start..start + part.end)
    }
}

/// The names between `${` and `}`, one after the other, and where they stand.
pub(super) fn placeholders(text: &str) -> Vec<(Span, &str)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some((before, rest)) = text.get(at..).and_then(|rest| rest.split_once("${")) {
        let start = at + before.len() + "${".len();
        let Some((name, _)) = rest.split_once('}') else { break };
        found.push((start..start + name.len(), name));
        at = start + name.len() + 1;
    }
    found
}

fn named(written: &Spanned<String>) -> Named<'_> {
    Named {
        written,
        arn: Arn::read(&written.value),
        pattern: Pattern::compile(&written.value, RESOURCE, &mut Vec::new()),
    }
}

/// Whether a written action, wildcards included, names the known one.
pub(super) fn names(written: &str, action: &str) -> bool {
    let plain = Syntax { wildcards: true, variables: false, arn: false };
    let pattern = Pattern::compile(&written.to_ascii_lowercase(), plain, &mut Vec::new());
    pattern.matches(&action.to_ascii_lowercase(), &Nothing) == Match::Yes
}

fn actions(statement: &Statement) -> Vec<&'static Action> {
    let Some(listed) = &statement.actions else { return Vec::new() };
    let named = |action: &Action| listed.values.iter().any(|value| names(&value.value, action.name));
    ACTIONS.iter().filter(|action| named(action) != listed.negated).collect()
}
