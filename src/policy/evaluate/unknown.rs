//! What follows when values that nobody gave are supposed: both branches of a *cannot tell*.
//!
//! Every unknown fact is tried with values that the policies and the request suggest ([`super::candidates`]). Two
//! verdicts prove the doubt and become its branches. One verdict throughout settles the answer only where the tried
//! values stand for all values. More combinations than can be real do no harm to that: if even those agree, the real
//! ones do. Those known to be impossible are left out, so that no branch supposes them.

use std::collections::BTreeMap;

use super::{
    Decision, PolicySet, Verdict,
    candidates::{Domain, Questions},
    shape::Shape,
    sides,
    suggest::{about, as_like, ask, fitting, is_possible, never, unfollowed},
};
use crate::policy::{
    condition::Test,
    context::{Binding, Context, Field, Protocol, Side},
    explain::Branch,
    pattern::Pattern,
    request::{Check, Request},
    values::{Assumption, CONNECT_ATTRIBUTES, KeyValue, Values},
    variable::Key,
};

/// At most this many combinations are tried.
const MAX_COMBINATIONS: usize = 1024;
/// At most this many client IDs are tried.
const MAX_CLIENT_IDS: usize = 64;
/// At most this many statements are asked in all combinations together, so that a large policy ends soon too.
const MAX_STATEMENTS_ASKED: usize = 200_000;

/// A situation in which facts that are no keys are supposed.
struct World {
    context: Context,
    request: Request,
    assumed: Vec<Assumption>,
    exclusive: Option<bool>,
}

impl PolicySet {
    /// Refines a *cannot tell*: the certain answer when all cases agree, else up to one branch for each verdict.
    pub(super) fn settle(
        &self,
        context: &Context,
        request: &Request,
        decision: Decision,
    ) -> (Decision, Vec<Branch>) {
        let mut branches: Vec<Branch> = Vec::new();
        let mut first: Option<Decision> = None;
        let (worlds, mut closed) = self.worlds(context, request);
        let statements = self.compiled.iter().map(Vec::len).sum::<usize>();
        let mut passes = MAX_STATEMENTS_ASKED / statements.max(1);
        'worlds: for world in worlds {
            let (combinations, exhaustive) = self.combinations(&world.context, &world.request);
            closed &= exhaustive;
            for assumed in combinations {
                if passes == 0 {
                    closed = false;
                    break 'worlds;
                }
                passes -= 1;
                let found = self.once(&world.context, &world.request, &assumed, None);
                if found.verdict == Verdict::CannotTell {
                    closed = false;
                    continue;
                }
                first.get_or_insert(found);
                if branches.iter().all(|branch| branch.verdict != found.verdict) {
                    let assumed = world.assumed.iter().cloned().chain(assumed).collect();
                    branches.push(Branch { assumed, exclusive: world.exclusive, verdict: found.verdict });
                }
            }
        }
        match first {
            Some(settled) if closed && branches.len() == 1 => (settled, Vec::new()),
            _ => (decision, branches),
        }
    }

    /// Exclusive or not, persistent or not, and client IDs; and whether they are all there are.
    fn worlds(&self, context: &Context, request: &Request) -> (Vec<World>, bool) {
        let world = World {
            context: context.clone(),
            request: request.clone(),
            assumed: Vec::new(),
            exclusive: None,
        };
        let mut worlds = vec![world];
        if context.exclusive == Field::Unknown
            && context.can_bind_exclusively()
            && matches!(context.binding(), Binding::Unknown)
        {
            worlds = split(worlds, &[true, false], |world, exclusive| {
                world.context.exclusive = Field::Given(*exclusive);
                world.exclusive = Some(*exclusive);
            });
        }
        let uncertain = matches!(request, Request::Connect { persistent: Field::Unknown, .. });
        if uncertain
            && self.asks_for(&Key::ConnectAttributes)
            && !context.unknown.contains(&Key::ConnectAttributes)
        {
            worlds = split(worlds, &[true, false], |world, wanted| {
                if let Request::Connect { persistent, .. } = &mut world.request {
                    *persistent = Field::Given(*wanted);
                }
                let value = wanted.then(|| "PersistentConnect".to_owned());
                world.assumed.push((Key::ConnectAttributes, value));
            });
        }
        let mut closed = true;
        if context.client_id == Field::Unknown && context.protocol != Protocol::Https {
            let mut with_id = Vec::new();
            for world in worlds {
                let (values, exhaustive) = self.client_ids(&world.context, &world.request);
                closed &= exhaustive && values.len() <= MAX_CLIENT_IDS;
                let known = values.into_iter().flatten().take(MAX_CLIENT_IDS).collect::<Vec<_>>();
                with_id.extend(split(vec![world], &known, |world, id: &String| {
                    world.context.client_id = Field::Given(id.clone());
                    world.context.unknown.retain(|key| *key != Key::ClientId);
                    world.assumed.push((Key::ClientId, Some(id.clone())));
                }));
            }
            worlds = with_id;
        }
        (worlds, closed)
    }

    fn asks_for(&self, key: &Key) -> bool {
        self.compiled
            .iter()
            .flatten()
            .flat_map(|statement| &statement.conditions)
            .any(|(_, asked, _)| asked == key)
    }

    /// Client IDs that stand for all: names of things, and what resources and conditions ask for.
    fn client_ids(&self, context: &Context, request: &Request) -> (Vec<Option<String>>, bool) {
        let mut questions = Questions::default();
        if let Field::Given(things) = &context.things {
            for name in things.iter().map(|thing| &thing.name).chain(&context.registered) {
                questions.value(name.clone());
            }
        } else {
            questions.not_followed();
        }
        let binding = context.binding();
        for check in request.checks(context) {
            for side in sides(&context.principal, &check.action) {
                let values =
                    Values::new(context, binding, request, &check.action, *side, &[]).under(self.switches);
                for statement in self.speaking(&check, context, binding, *side) {
                    for resource in &statement.resources {
                        let own = resource.pattern.variables().any(|key| *key == Key::ClientId);
                        if own && !(check.open && resource.is_bare(&Key::ClientId)) {
                            questions.not_followed();
                        }
                        if !check.open || own {
                            continue;
                        }
                        // A thing variable has a value for the names of things only, which are tried anyway.
                        let by_id = resource.pattern.variables().any(Key::is_thing)
                            && !matches!(binding, Binding::Thing { .. });
                        if by_id || never(&resource.pattern, &values) {
                            continue;
                        }
                        let text = as_like(&resource.pattern, &values).filter(|_| resource.fields.is_none());
                        let rest = text.as_deref().map(|text| text.splitn(6, ':').nth(5).unwrap_or(text));
                        match rest.map(|rest| (rest, rest.strip_prefix("client/"))) {
                            Some((_, Some(name))) => questions.like(name),
                            Some(("*", None)) => {}
                            Some((rest, None)) if !rest.contains(['*', '?']) => {}
                            _ => questions.not_followed(),
                        }
                    }
                    for (operator, key, wanted) in &statement.conditions {
                        if wanted.iter().flat_map(Pattern::variables).any(|inner| *inner == Key::ClientId) {
                            questions.not_followed();
                        }
                        if *key == Key::ClientId {
                            ask(&mut questions, *operator, key, wanted, &values);
                        }
                    }
                }
            }
        }
        questions.candidates(Domain::Text, &Shape::of(&Key::ClientId, context))
    }

    /// The statements about the action in the policies that may count.
    fn speaking<'a>(
        &'a self,
        check: &'a Check,
        context: &'a Context,
        binding: Binding<'a>,
        side: Side,
    ) -> impl Iterator<Item = &'a super::Compiled> {
        self.policies
            .iter()
            .zip(self.compiled.iter())
            .filter(move |(policy, _)| self.applies(policy, context, binding, side).is_ok())
            .flat_map(|(_, statements)| statements)
            .filter(move |statement| statement.names(check))
    }

    fn combinations(&self, context: &Context, request: &Request) -> (Vec<Vec<Assumption>>, bool) {
        let mut found: BTreeMap<Key, Questions> = BTreeMap::new();
        for check in request.checks(context) {
            let binding = self.binding(context, &check);
            for side in sides(&context.principal, &check.action) {
                let values =
                    Values::new(context, binding, request, &check.action, *side, &[]).under(self.switches);
                for statement in self.speaking(&check, context, binding, *side) {
                    for resource in &statement.resources {
                        if resource.fields.is_some() || check.open {
                            unfollowed(&mut found, &resource.pattern, &values);
                        } else {
                            fitting(&mut found, &resource.pattern, &check.resource, &values);
                        }
                    }
                    for (operator, key, wanted) in &statement.conditions {
                        let one = match values.condition(key) {
                            KeyValue::Unknown => {
                                let questions = about(&mut found, key);
                                ask(questions, *operator, key, wanted, &values);
                                if key.is_set() {
                                    questions.not_followed();
                                }
                                None
                            }
                            KeyValue::One(value) => Some(value),
                            _ => None,
                        };
                        for pattern in wanted {
                            let by_pattern = operator.is_some_and(|operator| {
                                matches!(operator.test, Test::StringEquals | Test::StringLike | Test::Arn)
                            });
                            match one.as_ref().filter(|_| by_pattern) {
                                Some(value) => fitting(&mut found, pattern, value, &values),
                                None => unfollowed(&mut found, pattern, &values),
                            }
                        }
                    }
                }
            }
        }
        let mut closed = true;
        // Without exclusive attachment a thing that is bound has the client ID as its name.
        let named = context.client_id.given().filter(|_| {
            !context.can_bind_exclusively()
                && !context.unknown.iter().any(|key| matches!(key, Key::ThingName | Key::ClientId))
        });
        let mut combinations: Vec<Vec<Assumption>> = vec![Vec::new()];
        for (key, questions) in &found {
            let (values, exhaustive) = match (key, named) {
                // Over a connection this key always says one or the other.
                (Key::IsAttached, _) => (vec![Some("true".to_owned()), Some("false".to_owned())], true),
                (Key::ConnectAttributes, _) => {
                    (CONNECT_ATTRIBUTES.map(|set| set.map(str::to_owned)).into(), true)
                }
                (Key::ThingName, Some(id)) => {
                    let name = Some(id.clone()).filter(|id| Shape::of(key, context).admits(id));
                    (std::iter::once(None).chain(name.map(Some)).collect(), true)
                }
                _ => questions.candidates(Domain::of(key), &Shape::of(key, context)),
            };
            closed &= exhaustive;
            if combinations.len() * values.len() > MAX_COMBINATIONS {
                closed = false;
                break;
            }
            combinations = combinations
                .iter()
                .flat_map(|so_far| {
                    values.iter().map(move |value| {
                        so_far.iter().cloned().chain([(key.clone(), value.clone())]).collect()
                    })
                })
                .filter(|combination: &Vec<Assumption>| is_possible(combination))
                .collect();
        }
        (combinations, closed)
    }
}

/// Every world once for each value.
fn split<T>(worlds: Vec<World>, values: &[T], set: impl Fn(&mut World, &T)) -> Vec<World> {
    let mut out = Vec::with_capacity(worlds.len() * values.len());
    for world in worlds {
        for value in values {
            let mut next = World {
                context: world.context.clone(),
                request: world.request.clone(),
                assumed: world.assumed.clone(),
                exclusive: world.exclusive,
            };
            set(&mut next, value);
            out.push(next);
        }
    }
    out
}
