//! Fills an [`Explanation`] around the trails of the evaluator.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decision, Place, PolicySet, ReasonCode, Verdict};
use crate::order;
use crate::policy::{
    condition::Truth,
    context::{Binding, BoundBy, Context, Field, Principal, Protocol, Side},
    document::Effect,
    explain::{
        Confidence, Explanation, Facts, Flaw, Gap, GapKind, Origin, PartTrail, Seen, Sight, Skipped, Source,
        StatementTrail, Substitution, Surprise,
    },
    pattern::Pattern,
    quota,
    request::{Part, Request},
    switch::Switch,
    values::Values,
    variable::Key,
};

impl PolicySet {
    /// Decides a request and tells the whole story. The decision is the one that [`PolicySet::decide`] gives.
    #[must_use]
    pub fn explain(&self, context: &Context, request: &Request) -> Explanation {
        let mut parts = Vec::new();
        let mut decision = self.once(context, request, &[], Some(&mut parts));
        let mut branches = Vec::new();
        if decision.verdict == Verdict::CannotTell {
            (decision, branches) = self.settle(context, request, decision);
        }
        let decisive = parts
            .iter()
            .position(|part| {
                part.part == decision.part
                    && part.verdict == decision.verdict
                    && part.reason == decision.reason
            })
            .or_else(|| parts.iter().position(|part| part.part == decision.part));
        let switches = self.undecided(context, request, decision);
        let substitutions = self.substitutions(context, request, &parts);
        let facts = facts(context);
        let (mut confidence, sources) = standing(decision, &parts, decisive, &switches, &substitutions);
        if facts.exclusive_of_several() && substitutions.iter().any(|one| one.key.is_thing()) {
            // AWS refuses such an attachment (Developer Guide, exclusive thing), so nothing says what would follow.
            confidence = confidence.min(Confidence::Inferred);
        }
        Explanation {
            decision,
            facts,
            substitutions,
            flaws: Flaw::of(&self.policies, &parts),
            quotas: quota::broken(&self.policies, context, request),
            gaps: self.gaps(&parts, decision),
            decisive,
            surprises: self.surprises(context, &parts),
            seen: seen(context, request, decision),
            connect_refused: self.connect_refused(context, request),
            branches,
            switches,
            confidence,
            sources,
            parts,
        }
    }

    /// The decision on the CONNECT without which there is no session, when it is refused.
    fn connect_refused(&self, context: &Context, request: &Request) -> Option<Decision> {
        let within_session =
            matches!(request, Request::Publish { .. } | Request::Subscribe { .. } | Request::Receive { .. });
        let connect = Request::Connect { persistent: Field::Unknown, will: None };
        (within_session && context.protocol != Protocol::Https && context.client_id != Field::Absent)
            .then(|| self.decide(context, &connect))
            .filter(|found| matches!(found.verdict, Verdict::ImplicitDeny | Verdict::ExplicitDeny))
    }

    /// Resources that admit no client at all: see [`Surprise`].
    fn surprises(&self, context: &Context, parts: &[PartTrail]) -> Vec<Surprise> {
        let by_client_id = match context.principal {
            Principal::X509(_) => context.exclusive.given() == Some(&false),
            Principal::CognitoAuthenticated { .. } => true,
            _ => false,
        };
        if !by_client_id || context.protocol == Protocol::Https {
            return Vec::new();
        }
        let mut out = Vec::new();
        for part in parts.iter().filter(|part| part.action == "iot:Connect" && !part.iam) {
            for policy in &part.policies {
                for trail in policy.statements.iter().filter(|trail| trail.effect == Some(Effect::Allow)) {
                    let statement = self
                        .compiled
                        .get(policy.policy)
                        .and_then(|statements| statements.get(trail.statement))
                        .filter(|statement| !statement.not_resource);
                    let resources = statement.map(|statement| statement.resources.as_slice());
                    for (index, (resource, listed)) in
                        resources.unwrap_or_default().iter().zip(&trail.resources).enumerate()
                    {
                        if resource.admits_nobody(&listed.written) {
                            let (policy, statement) = (policy.policy, trail.statement);
                            out.push(Surprise { place: Place { policy, statement, resource: Some(index) } });
                        }
                    }
                }
            }
        }
        out
    }

    fn substitutions(&self, context: &Context, request: &Request, parts: &[PartTrail]) -> Vec<Substitution> {
        let binding = context.binding();
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for part in parts {
            let side = if part.iam { Side::Iam } else { Side::Iot };
            let values = Values::new(context, binding, request, &part.action, side, &[]);
            let statements = part.policies.iter().flat_map(|policy| {
                let compiled = self.compiled.get(policy.policy).map(Vec::as_slice).unwrap_or_default();
                policy
                    .statements
                    .iter()
                    .filter(|trail| trail.action == Truth::Yes)
                    .filter_map(|trail| compiled.get(trail.statement))
            });
            for statement in statements {
                let resources = statement.resources.iter().map(|resource| &resource.pattern);
                let conditions = statement.conditions.iter().flat_map(|(_, _, wanted)| wanted);
                for key in resources.chain(conditions).flat_map(Pattern::variables) {
                    if seen.insert((part.iam, key.clone())) {
                        out.push(substitution(key, part.iam, &values, binding));
                    }
                }
            }
        }
        out
    }

    fn gaps(&self, parts: &[PartTrail], decision: Decision) -> Vec<Gap> {
        let mut gaps: BTreeMap<(usize, usize), Gap> = BTreeMap::new();
        let trails = parts
            .iter()
            .flat_map(|part| &part.policies)
            .flat_map(|policy| policy.statements.iter().map(move |statement| (policy.policy, statement)));
        for (policy, trail) in trails {
            let Some(statement) = self
                .compiled
                .get(policy)
                .and_then(|statements| statements.get(trail.statement))
                .filter(|statement| statement.effect.is_none() || statement.not_modelled())
            else {
                continue;
            };
            let kind = if statement.effect.is_none() {
                GapKind::Statement
            } else if statement.broken_condition {
                GapKind::Condition
            } else {
                GapKind::Operator
            };
            let gap = gaps.entry((policy, trail.statement)).or_insert(Gap {
                policy,
                statement: trail.statement,
                span: trail.span.clone(),
                kind,
                matters: false,
            });
            gap.matters |= trail.outcome == Truth::Unknown && decision.verdict == Verdict::CannotTell;
        }
        gaps.into_values().collect()
    }
}

/// What the device sees of a refusal (observed by users of AWS's SDKs; MQTT 5 codes listed in the Developer Guide).
fn seen(context: &Context, request: &Request, decision: Decision) -> Option<Seen> {
    use Confidence::{Inferred, Observed};
    if !matches!(decision.verdict, Verdict::ImplicitDeny | Verdict::ExplicitDeny)
        || context.protocol == Protocol::Https
    {
        return None;
    }
    if decision.reason == ReasonCode::CertificateNotActive {
        return Some(Seen { v3: (Sight::TlsAlert, Observed), v5: (Sight::TlsAlert, Observed) });
    }
    Some(match request {
        Request::Connect { .. } => {
            Seen { v3: (Sight::ClosedWithoutConnack, Observed), v5: (Sight::ConnackNotAuthorized, Observed) }
        }
        Request::Publish { qos: 0, .. } => {
            Seen { v3: (Sight::Closed, Observed), v5: (Sight::DisconnectNotAuthorized, Inferred) }
        }
        Request::Publish { qos: 1, .. } => {
            Seen { v3: (Sight::Closed, Observed), v5: (Sight::PubackNotAuthorized, Observed) }
        }
        Request::Subscribe { .. } => {
            Seen { v3: (Sight::Closed, Observed), v5: (Sight::SubackNotAuthorized, Observed) }
        }
        Request::Receive { .. } => Seen { v3: (Sight::Nothing, Observed), v5: (Sight::Nothing, Observed) },
        Request::Publish { .. } | Request::Action { .. } => return None,
    })
}

fn facts(context: &Context) -> Facts {
    let (bound, unbound) = match context.binding() {
        Binding::Thing { thing, by } => (Some((thing.name.clone(), by)), None),
        Binding::None(why) => (None, Some(why)),
        Binding::Unknown => (None, None),
    };
    Facts {
        client_id: context.client_id.given().cloned(),
        things: context.things.given().into_iter().flatten().map(|thing| thing.name.clone()).collect(),
        exclusive: context.exclusive.given().copied(),
        bound,
        unbound,
        certificate: matches!(context.principal, Principal::X509(_)),
        mqtt: context.protocol != crate::policy::context::Protocol::Https,
    }
}

fn substitution(key: &Key, iam: bool, values: &Values<'_>, binding: Binding<'_>) -> Substitution {
    use crate::policy::pattern::{Lookup, Value};
    let value = match values.lookup(key) {
        Value::Known(text) => Some(Ok(text.into_owned())),
        Value::None(why) => Some(Err(why)),
        Value::Unknown => None,
    };
    let origin = match (&value, key) {
        (Some(Err(_)), _) => Origin::Nowhere,
        (_, Key::ClientId) => Origin::ClientId,
        (_, Key::CognitoSub) => Origin::Identity,
        (_, key) if key.is_certificate() => Origin::Certificate,
        (_, key) if key.is_thing() => match binding {
            Binding::Thing { by: BoundBy::ExclusiveAttachment, .. } => Origin::ThingByAttachment,
            _ => Origin::ThingByClientId,
        },
        _ => Origin::Connection,
    };
    Substitution { key: key.clone(), iam, value, origin }
}

/// How sure the verdict is, and the pages it rests on. The weakest of what it rests on counts: every claim of the
/// default model is documented, save the undecided points and the reasons listed here.
fn standing(
    decision: Decision,
    parts: &[PartTrail],
    decisive: Option<usize>,
    switches: &[Switch],
    substitutions: &[Substitution],
) -> (Confidence, Vec<Source>) {
    let mut sources = order::set([Source::Policies, Source::IamEvaluation]);
    let trails = decisive.and_then(|at| parts.get(at)).into_iter().flat_map(|part| &part.policies);
    for policy in trails {
        if matches!(policy.skipped, Some(Skipped::NoThingBound | Skipped::ClientIdNotThingName)) {
            sources.insert(Source::ThingGroups);
        }
        for statement in &policy.statements {
            if !statement.conditions.is_empty() {
                sources.insert(Source::IamConditions);
            }
            if statement.outcome == Truth::Yes
                && statement
                    .resources
                    .iter()
                    .any(|resource| resource.written.contains("${iot:Connection.Thing."))
            {
                sources.insert(Source::ThingVariables);
            }
        }
    }
    let mut confidence = Confidence::Documented;
    if let Some((weaker, source)) = decision.reason.standing() {
        confidence = weaker;
        sources.extend(source);
    }
    match decision.part {
        Part::Retain | Part::WillRetain => {
            sources.insert(Source::RetainedMessages);
        }
        Part::Will => {
            sources.insert(Source::ConnectPolicy);
        }
        Part::Request | Part::ShareForm => {}
    }
    // IAM's page on variables says what a condition makes of a value that is missing; that AWS IoT Core does the same
    // is concluded.
    let decided = |statement: &StatementTrail, policy: usize| {
        let denies = statement.effect == Some(Effect::Deny);
        let named = decision
            .place
            .is_some_and(|place| (place.policy, place.statement) == (policy, statement.statement));
        match decision.verdict {
            Verdict::Allowed => named || denies,
            Verdict::ImplicitDeny => !denies,
            Verdict::ExplicitDeny | Verdict::CannotTell => named,
        }
    };
    let missing = decisive.and_then(|at| parts.get(at)).is_some_and(|part| {
        let trails =
            part.policies.iter().flat_map(|policy| policy.statements.iter().map(|one| (one, policy.policy)));
        trails.filter(|(one, policy)| decided(one, *policy)).flat_map(|(one, _)| &one.conditions).any(
            |condition| {
                condition.variables(part.iam, substitutions).any(|one| matches!(one.value, Some(Err(_))))
            },
        )
    });
    if missing {
        confidence = confidence.min(Confidence::Inferred);
        sources.insert(Source::IamVariables);
    }
    for switch in switches {
        confidence = confidence.min(switch.confidence());
        sources.insert(switch.source());
    }
    (confidence, sources.into_iter().collect())
}
