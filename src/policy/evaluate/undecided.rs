//! Which undecided points a verdict turns on.
//!
//! A point is tried only where it can matter. What the policies alone rule out is ruled out when they are compiled;
//! where a point changes how their text is read, that reading is compiled then too. The rest depends on the request
//! and is decided by a second evaluation. In doubt a point is tried.

use std::sync::Arc;

use super::{Attachment, Compiled, Decision, Policy, PolicySet, Verdict, compile::compiled};
use crate::policy::{
    context::{Context, Field, Side},
    document::{Effect, Version},
    pattern::{Pattern, SegmentKind},
    request::Request,
    switch::{Switch, Switches},
    variable::{Key, NoValue, Pick},
};

/// An undecided point that can matter to a set of policies, and their statements as they read with it thrown.
#[derive(Clone, Debug)]
pub(super) struct Undecided {
    switch: Switch,
    compiled: Arc<[Vec<Compiled>]>,
}

impl Undecided {
    /// The points that can matter to these policies, in the order of [`Switch::ALL`].
    pub(super) fn of(
        policies: &[Policy],
        statements: &Arc<[Vec<Compiled>]>,
        switches: Switches,
    ) -> Arc<[Self]> {
        let points = Switch::ALL.iter().copied().filter(|switch| can_matter(*switch, policies, statements));
        points
            .map(|switch| Self {
                switch,
                compiled: if switch.changes_reading() {
                    compiled(policies, switches.turned(switch))
                } else {
                    Arc::clone(statements)
                },
            })
            .collect()
    }
}

impl PolicySet {
    /// The undecided points that the verdict turns on: each alone changes it when thrown.
    pub(super) fn undecided(&self, context: &Context, request: &Request, decision: Decision) -> Vec<Switch> {
        // In doubt about the situation there is no verdict yet that could turn on AWS.
        if decision.verdict == Verdict::CannotTell {
            return Vec::new();
        }
        let turns = |point: &&Undecided| {
            asks(point.switch, context, request)
                && self.turned(point).decide(context, request).verdict != decision.verdict
        };
        self.undecided.iter().filter(turns).map(|point| point.switch).collect()
    }

    /// The same policies with one undecided point read otherwise.
    fn turned(&self, point: &Undecided) -> Self {
        Self {
            compiled: Arc::clone(&point.compiled),
            switches: self.switches.turned(point.switch),
            ..self.clone()
        }
    }
}

impl Switch {
    /// Whether it changes how a policy's text is compiled, not only how the result is asked.
    const fn changes_reading(self) -> bool {
        matches!(
            self,
            Self::AbsentVersion | Self::OldVersion | Self::DefaultValues | Self::ActionCase | Self::NotAction
        )
    }
}

/// Whether a point can matter to these policies for any request.
fn can_matter(switch: Switch, policies: &[Policy], compiled: &[Vec<Compiled>]) -> bool {
    let with = |what: fn(&Compiled) -> bool| compiled.iter().flatten().any(what);
    let version = |what: fn(&Version) -> bool| {
        policies.iter().any(|policy| what(&policy.document.version) && holds_variables(policy))
    };
    let in_iam = |what: fn(&Key) -> bool| {
        let iam = policies.iter().zip(compiled).filter(|(policy, _)| policy.kind == Side::Iam);
        iam.flat_map(|(_, statements)| statements).any(|one| one.asks_for(what))
    };
    match switch {
        Switch::GroupNeedsClientId => in_group(policies),
        Switch::ClientIdWildcards => with(|one| one.in_resources(|key| *key == Key::ClientId)),
        Switch::AbsentVersion => version(|version| *version == Version::Missing),
        Switch::OldVersion => version(|version| matches!(version, Version::V2008 | Version::Other(_))),
        Switch::CertificateCharacters => with(|one| one.asks_for(Key::is_certificate)),
        Switch::CertificateIndexes => {
            with(|one| one.asks_for(|key| matches!(key, Key::Certificate { pick: Pick::At(_), .. })))
        }
        Switch::DefaultValues => with(|one| one.patterns().any(has_default)),
        Switch::ExclusiveConnect => in_group(policies) || with(|one| one.asks_for(Key::is_thing)),
        Switch::ExclusiveThingFacts => {
            with(|one| one.asks_for(|key| key.is_thing() && *key != Key::ThingName))
        }
        Switch::DenyWithoutValue => with(|one| one.effect == Some(Effect::Deny) && one.needs_values()),
        Switch::NotResourceWithoutValue => with(|one| one.not_resource && one.needs_values()),
        Switch::OneWithoutValue => with(|one| one.resources.len() > 1 && one.needs_values()),
        Switch::ArnFields => with(|one| one.resources.iter().any(|resource| resource.fields.is_some())),
        Switch::ActionCase => with(|one| !one.plain_actions),
        Switch::NotAction => with(|one| one.not_action),
        Switch::ConditionKeys => with(|one| {
            let keys = [Key::ClientId, Key::CurrentTime, Key::EpochTime];
            one.conditions.iter().any(|(_, key, _)| keys.contains(key))
        }),
        Switch::ThingInIam => in_iam(Key::is_thing),
        Switch::ClientIdInIam => in_iam(|key| *key == Key::ClientId),
        // These depend on the request alone.
        Switch::SharePlainForm | Switch::ShareForm | Switch::WillRetain => true,
    }
}

/// Whether a point can matter to this request: cheap, and true when in doubt.
fn asks(switch: Switch, context: &Context, request: &Request) -> bool {
    match switch {
        Switch::GroupNeedsClientId | Switch::ExclusiveThingFacts => exclusive_with_other_name(context),
        Switch::ExclusiveConnect => {
            exclusive_with_other_name(context)
                && matches!(request, Request::Connect { .. } | Request::Action { .. })
        }
        Switch::ClientIdWildcards => context.client_id.given().is_none_or(|id| id.contains(['*', '?'])),
        Switch::SharePlainForm | Switch::ShareForm => request.is_shared(),
        Switch::WillRetain => matches!(request, Request::Connect { will: Some(will), .. } if will.retain),
        _ => true,
    }
}

/// Whether the thing may be bound by exclusive attachment while the client ID is not its name.
fn exclusive_with_other_name(context: &Context) -> bool {
    let own_name = |id: &String| {
        let mut things = context.things.given().into_iter().flatten();
        things.any(|thing| thing.name == *id)
    };
    context.exclusive != Field::Given(false) && !context.client_id.given().is_some_and(own_name)
}

fn in_group(policies: &[Policy]) -> bool {
    policies.iter().any(|policy| matches!(policy.attached_to, Attachment::ThingGroup(_)))
}

/// Whether `${` stands where a variable may stand, be it read as one or not.
fn holds_variables(policy: &Policy) -> bool {
    policy.document.statements.iter().any(|statement| {
        let resources = statement.resources.iter().flat_map(|listed| &listed.values);
        let wanted = statement.conditions.iter().flat_map(|condition| &condition.values);
        resources.chain(wanted).any(|value| value.value.contains("${"))
    })
}

fn has_default(pattern: &Pattern) -> bool {
    pattern
        .segments()
        .iter()
        .any(|one| matches!(one.kind, SegmentKind::Defaulted(..) | SegmentKind::Dead(NoValue::DefaultValue)))
}

impl Compiled {
    /// The patterns of resources.
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.resources.iter().map(|resource| &resource.pattern)
    }

    /// Whether a resource has a variable, so that it can be without a value.
    fn needs_values(&self) -> bool {
        self.patterns().any(Pattern::has_variables)
    }

    fn in_resources(&self, what: fn(&Key) -> bool) -> bool {
        self.patterns().flat_map(Pattern::variables).any(what)
    }

    /// Whether such a key stands anywhere: in a resource, as the key of a condition, or in what it is compared with.
    fn asks_for(&self, what: fn(&Key) -> bool) -> bool {
        self.in_resources(what)
            || self
                .conditions
                .iter()
                .any(|(_, key, wanted)| what(key) || wanted.iter().flat_map(Pattern::variables).any(what))
    }
}
