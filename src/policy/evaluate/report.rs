//! Fills an [`Explanation`] around the trails of the evaluator.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attachment, Decision, PolicySet, ReasonCode, Switches, VariableGroup, Verdict};
use crate::policy::{
    condition::Truth,
    context::{Binding, BoundBy, Context, Principal, Side},
    document::{Effect, Version},
    explain::{
        Confidence, Explanation, Facts, Gap, GapKind, Mismatch, Origin, PartTrail, Skipped, Source,
        Substitution, Switch,
    },
    pattern::Pattern,
    request::{Part, Request},
    values::Values,
    variable::{Key, NoValue},
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
        let switches = self.switches_that_matter(context, request, decision);
        let (confidence, sources) = standing(decision, &parts, decisive, &switches);
        Explanation {
            decision,
            facts: facts(context),
            substitutions: self.substitutions(context, request, &parts),
            gaps: self.gaps(&parts, decision),
            parts,
            decisive,
            branches,
            switches,
            confidence,
            sources,
        }
    }

    fn switches_that_matter(&self, context: &Context, request: &Request, decision: Decision) -> Vec<Switch> {
        let now = self.switches;
        let absent = self
            .policies
            .iter()
            .any(|policy| policy.document.version == Version::Missing && policy.document.text.contains("${"));
        let wild = context.client_id.given().is_some_and(|id| id.contains(['*', '?']));
        let group = self.policies.iter().any(|p| matches!(p.attached_to, Attachment::ThingGroup(_)));
        [
            (
                group,
                Switch::GroupNeedsClientId,
                Switches { group_needs_client_id: !now.group_needs_client_id, ..now },
            ),
            (
                wild,
                Switch::ClientIdWildcards,
                Switches { client_id_wildcards: !now.client_id_wildcards, ..now },
            ),
            (
                absent,
                Switch::AbsentVersion,
                Switches { absent_version_is_2008: !now.absent_version_is_2008, ..now },
            ),
        ]
        .into_iter()
        .filter(|(possible, _, thrown)| {
            *possible
                && Self::with_switches(self.policies.clone(), *thrown).decide(context, request).verdict
                    != decision.verdict
        })
        .map(|(_, switch, _)| switch)
        .collect()
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

/// How sure the verdict is, and the pages it rests on.
fn standing(
    decision: Decision,
    parts: &[PartTrail],
    decisive: Option<usize>,
    switches: &[Switch],
) -> (Confidence, Vec<Source>) {
    let mut sources = BTreeSet::from([Source::IamEvaluation]);
    let mut confidence = Confidence::Documented;
    let trails = decisive.and_then(|at| parts.get(at)).into_iter().flat_map(|part| &part.policies);
    for policy in trails {
        if matches!(policy.skipped, Some(Skipped::NoThingBound | Skipped::ClientIdNotThingName)) {
            sources.insert(Source::ThingGroups);
        }
        for statement in &policy.statements {
            // A Deny that a missing value keeps from matching is inferred for AWS IoT Core.
            let missing = |m: &Option<Mismatch>| matches!(m, Some(Mismatch::NoValue { otherwise: true, .. }));
            if statement.effect == Some(Effect::Deny)
                && statement.resources.iter().any(|resource| missing(&resource.mismatch))
            {
                confidence = Confidence::Inferred;
                sources.insert(Source::IamVariables);
            }
            if !statement.conditions.is_empty() {
                sources.insert(Source::IamConditions);
            }
        }
    }
    match decision.reason {
        ReasonCode::Unresolved { group: VariableGroup::Thing, why } => {
            sources.insert(Source::ThingVariables);
            if matches!(why, NoValue::ClientIdNotThing | NoValue::ThingNotAttached) {
                sources.insert(Source::ExclusiveThing);
            }
        }
        ReasonCode::Unresolved { group: VariableGroup::Certificate, .. } => {
            sources.insert(Source::CertificateVariables);
        }
        ReasonCode::Unresolved { group: VariableGroup::Other, .. } => {
            sources.insert(Source::IamVariables);
            confidence = Confidence::Inferred;
        }
        ReasonCode::NoIotPolicy | ReasonCode::NoIamPolicy => {
            sources.insert(Source::CognitoPolicies);
        }
        ReasonCode::GroupPolicyNotApplied => {
            sources.insert(Source::ThingGroups);
        }
        ReasonCode::ResourceType | ReasonCode::MqttWildcard => {
            sources.insert(Source::PubSubPolicy);
        }
        ReasonCode::VariablesOff => {
            sources.insert(Source::IamVariables);
            confidence = Confidence::Inferred;
        }
        ReasonCode::ActionNotAllowed => {
            sources.insert(Source::PolicyActions);
        }
        ReasonCode::CertificateNotActive => {
            sources.insert(Source::Policies);
        }
        _ => {}
    }
    match decision.part {
        Part::Retain | Part::WillRetain => {
            sources.insert(Source::RetainedMessages);
        }
        Part::Will => {
            sources.insert(Source::ConnectPolicy);
        }
        Part::ShareForm => confidence = Confidence::Inferred,
        Part::Request => {}
    }
    let uses_exclusive = parts.iter().any(|part| {
        part.policies.iter().flat_map(|policy| &policy.statements).any(|statement| {
            statement.outcome == Truth::Yes
                && statement
                    .resources
                    .iter()
                    .any(|resource| resource.written.contains("${iot:Connection.Thing."))
        })
    });
    if uses_exclusive {
        sources.insert(Source::ThingVariables);
    }
    if !switches.is_empty() {
        confidence = Confidence::Inferred;
    }
    (confidence, sources.into_iter().collect())
}
