//! One check by the policies of one kind: which policies count, which statements match, and why the others do not.

use super::{
    super::{
        condition::Truth,
        context::{Binding, BoundBy, Context, Field, Principal, Side},
        document::{Condition, Effect, Statement},
        explain::{ConditionTrail, PolicyTrail, ResourceTrail, Skipped, StatementTrail},
        pattern::{Lookup, Match, Progress, SegmentKind, Value},
        request::Check,
        switch::Switch,
        values::{KeyValue, Values},
        variable::Key,
    },
    Attachment, Place, Policy, PolicySet, ReasonCode, Switches, Verdict,
    combine::Possible,
    compile::{Compiled, Fields, NoVariables, Resource},
    miss::{Miss, Near, rank},
};

/// What a check came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) possible: Possible,
    pub(super) reason: ReasonCode,
    pub(super) place: Option<Place>,
}

impl PolicySet {
    /// One check by the policies of one side.
    pub(super) fn check(
        &self,
        check: &Check,
        values: &Values<'_>,
        binding: Binding<'_>,
        side: Side,
        mut trail: Option<&mut Vec<PolicyTrail>>,
    ) -> Found {
        let (mut denies, mut allows) = (None, None);
        let (mut may_deny, mut may_allow) = (None, None);
        let mut not_modelled = false;
        let mut nearest: Option<(Miss, Place)> = None;
        let (mut any_policy, mut group_skipped) = (false, false);
        for (policy_index, (policy, statements)) in self.policies.iter().zip(self.compiled.iter()).enumerate()
        {
            let applies = self.applies(policy, values.context(), binding, side);
            let mut policy_trail = trail.is_some().then(|| PolicyTrail {
                policy: policy_index,
                name: policy.name.clone(),
                skipped: applies.err(),
                statements: Vec::new(),
            });
            match applies {
                Err(why) => {
                    group_skipped |= matches!(why, Skipped::NoThingBound | Skipped::ClientIdNotThingName);
                }
                Ok(certain) => {
                    any_policy = true;
                    for (index, (statement, written)) in
                        statements.iter().zip(&policy.document.statements).enumerate()
                    {
                        let mut statement_trail = trail.is_some().then(|| StatementTrail {
                            statement: index,
                            span: written.span.clone(),
                            effect: statement.effect,
                            outcome: Truth::No,
                            action: Truth::No,
                            resources: Vec::new(),
                            not_resource: statement.not_resource,
                            conditions: Vec::new(),
                        });
                        let result = statement.evaluate(
                            check,
                            values,
                            written,
                            self.switches,
                            statement_trail.as_mut(),
                        );
                        let place = |resource| Place { policy: policy_index, statement: index, resource };
                        let (outcome, resource) = match result {
                            Ok((truth, resource)) => (truth.and(certain), resource),
                            Err(miss) => {
                                if statement.effect == Some(Effect::Allow)
                                    && nearest.is_none_or(|(other, _)| miss.rank > other.rank)
                                {
                                    nearest = Some((miss, place(miss.resource)));
                                }
                                (Truth::No, None)
                            }
                        };
                        if let (Some(policy_trail), Some(mut statement_trail)) =
                            (policy_trail.as_mut(), statement_trail)
                        {
                            statement_trail.outcome = outcome;
                            policy_trail.statements.push(statement_trail);
                        }
                        let slot = match (statement.effect, outcome) {
                            (Some(Effect::Deny), Truth::Yes) => &mut denies,
                            (Some(Effect::Deny), Truth::Unknown) => &mut may_deny,
                            (Some(Effect::Allow), Truth::Yes) => &mut allows,
                            (Some(Effect::Allow), Truth::Unknown) => &mut may_allow,
                            _ => continue,
                        };
                        not_modelled |= outcome == Truth::Unknown && statement.not_modelled();
                        slot.get_or_insert(place(resource));
                        if denies.is_some() && trail.is_none() {
                            let possible = Possible { allowed: false, explicit: true, implicit: false };
                            return Found { possible, reason: ReasonCode::Denied, place: denies };
                        }
                    }
                }
            }
            if let (Some(trail), Some(policy_trail)) = (trail.as_deref_mut(), policy_trail) {
                trail.push(policy_trail);
            }
        }
        let unknown = if not_modelled { ReasonCode::NotModelled } else { ReasonCode::ValueUnknown };
        let possible = Possible {
            allowed: denies.is_none() && (allows.is_some() || may_allow.is_some()),
            explicit: denies.is_some() || may_deny.is_some(),
            implicit: denies.is_none() && allows.is_none(),
        };
        let (reason, place) = match possible.only() {
            Some(Verdict::ExplicitDeny) => (ReasonCode::Denied, denies),
            Some(Verdict::Allowed) => (ReasonCode::Allowed, allows),
            Some(_) => match nearest {
                Some((miss, place)) if miss.rank > 10 => (miss.reason, Some(place)),
                _ if group_skipped => (ReasonCode::GroupPolicyNotApplied, None),
                Some((miss, _)) => (miss.reason, None),
                None if any_policy => (ReasonCode::ActionNotAllowed, None),
                None => (no_policy(&values.context().principal, side), None),
            },
            None => (unknown, may_deny.or(may_allow)),
        };
        Found { possible, reason, place }
    }

    /// Whether a policy takes part: for certain, perhaps, or not and why.
    pub(super) fn applies(
        &self,
        policy: &Policy,
        context: &Context,
        binding: Binding<'_>,
        side: Side,
    ) -> Result<Truth, Skipped> {
        if policy.kind != side {
            return Err(Skipped::OtherKind);
        }
        if let Attachment::ThingGroup(group) = &policy.attached_to {
            return match binding {
                Binding::Unknown => Ok(Truth::Unknown),
                Binding::None(_) => Err(Skipped::NoThingBound),
                Binding::Thing { thing, by } => {
                    let named = matches!(&context.client_id, Field::Given(id) if *id == thing.name);
                    if by == BoundBy::ExclusiveAttachment
                        && !named
                        && !self.switches.thrown(Switch::GroupNeedsClientId)
                    {
                        if context.client_id == Field::Unknown {
                            return Ok(Truth::Unknown);
                        }
                        return Err(Skipped::ClientIdNotThingName);
                    }
                    match group {
                        Some(group) if !thing.groups.contains(group) => Err(Skipped::NotInGroup),
                        _ => Ok(Truth::Yes),
                    }
                }
            };
        }
        let fits = match &context.principal {
            Principal::X509(_) => policy.attached_to == Attachment::Certificate,
            Principal::CognitoAuthenticated { .. } | Principal::CognitoUnauthenticated { .. } => {
                let own = if side == Side::Iot { Attachment::CognitoIdentity } else { Attachment::Role };
                policy.attached_to == own
            }
            Principal::IamRole => policy.attached_to == Attachment::Role,
            Principal::CustomAuthorizer => policy.attached_to == Attachment::Authorizer,
        };
        if fits { Ok(Truth::Yes) } else { Err(Skipped::OtherAttachment) }
    }
}

pub(super) const fn no_policy(principal: &Principal, side: Side) -> ReasonCode {
    match (principal, side) {
        (Principal::CognitoAuthenticated { .. }, Side::Iot) => ReasonCode::NoIotPolicy,
        (_, Side::Iam) => ReasonCode::NoIamPolicy,
        _ => ReasonCode::NoPolicy,
    }
}

impl Compiled {
    /// Whether the statement matches, and by which resource; or why not.
    pub(super) fn evaluate(
        &self,
        check: &Check,
        values: &Values<'_>,
        written: &Statement,
        switches: Switches,
        mut trail: Option<&mut StatementTrail>,
    ) -> Result<(Truth, Option<usize>), Miss> {
        let not_named = Miss { rank: 10, reason: ReasonCode::ActionNotAllowed, resource: None };
        if self.effect.is_none() || !self.names(check) {
            return Err(not_named);
        }
        if let Some(trail) = trail.as_deref_mut() {
            trail.action = Truth::Yes;
        }
        let (resource, at) = self.resource(check, values, written, switches, trail.as_deref_mut())?;
        let mut all = if self.broken_condition { Truth::Unknown } else { Truth::Yes };
        for ((operator, key, wanted), condition) in self.conditions.iter().zip(&written.conditions) {
            let found = values.condition(key);
            let outcome = operator.map_or(Truth::Unknown, |operator| operator.holds(&found, wanted, values));
            all = all.and(outcome);
            match trail.as_deref_mut() {
                None if all == Truth::No => break,
                None => {}
                Some(trail) => trail.conditions.push(condition_trail(condition, found, outcome)),
            }
        }
        if all == Truth::No {
            return Err(Miss { rank: 90, reason: ReasonCode::ConditionFailed, resource: at });
        }
        Ok((resource.and(all), at))
    }

    pub(super) fn resource(
        &self,
        check: &Check,
        values: &Values<'_>,
        written: &Statement,
        switches: Switches,
        mut trail: Option<&mut StatementTrail>,
    ) -> Result<(Truth, Option<usize>), Miss> {
        let (mut best, mut best_at) = (Truth::No, None);
        let mut miss: Option<Miss> = None;
        let fits_without_value = if self.not_resource {
            switches.thrown(Switch::NotResourceWithoutValue)
        } else {
            self.effect == Some(Effect::Deny) && switches.thrown(Switch::DenyWithoutValue)
        };
        let one_spoils_all = switches.thrown(Switch::OneWithoutValue) && self.resources.len() > 1;
        let mut spoilt = false;
        let texts = written.resources.iter().flat_map(|listed| &listed.values);
        for (index, (resource, text)) in self.resources.iter().zip(texts).enumerate() {
            let result = resource.matches(check, values, switches);
            let truth = match &result {
                Match::Yes => Truth::Yes,
                Match::Unknown => Truth::Unknown,
                Match::NoValue { otherwise: true, .. } if fits_without_value => Truth::Yes,
                Match::No(_) | Match::NoValue { .. } => Truth::No,
            };
            spoilt |= matches!(result, Match::NoValue { .. });
            if truth > best {
                (best, best_at) = (truth, Some(index));
            }
            let mismatch = (truth == Truth::No && (best == Truth::No || trail.is_some()))
                .then(|| resource.mismatch(&text.value, check, &result));
            if let Some(mismatch) = mismatch {
                let (rank, reason) = rank(mismatch);
                if miss.is_none_or(|other| rank > other.rank) {
                    miss = Some(Miss { rank, reason, resource: Some(index) });
                }
            }
            match trail.as_deref_mut() {
                None if best == Truth::Yes && !one_spoils_all => break,
                None => {}
                Some(trail) => trail.resources.push(ResourceTrail {
                    written: text.value.clone(),
                    span: text.span.clone(),
                    resolved: resource.pattern.resolved(values),
                    outcome: truth,
                    mismatch: mismatch.map(Near::told),
                    progress: match result {
                        Match::No(progress) => Some(progress),
                        _ => None,
                    },
                }),
            }
        }
        let truth = if one_spoils_all && spoilt { Truth::No } else { best.flipped(self.not_resource) };
        if truth != Truth::No {
            return Ok((truth, best_at.filter(|_| !self.not_resource)));
        }
        if self.not_resource {
            return Err(Miss { rank: 55, reason: ReasonCode::NotResource, resource: best_at });
        }
        Err(miss.unwrap_or(Miss { rank: 20, reason: ReasonCode::ResourceMismatch, resource: None }))
    }
}

impl Resource {
    pub(super) fn matches(&self, check: &Check, values: &Values<'_>, switches: Switches) -> Match {
        if check.open {
            return self.matches_open(&check.resource);
        }
        if switches.thrown(Switch::ClientIdWildcards)
            && let Value::Known(id) = values.lookup(&Key::ClientId)
            && id.contains(['*', '?'])
            && self.pattern.variables().any(|key| *key == Key::ClientId)
        {
            return self.pattern.with_wildcards(&Key::ClientId, &id).matches(&check.resource, values);
        }
        let whole = self.pattern.matches(&check.resource, values);
        let beyond = Match::No(Progress::default());
        match (&self.fields, &whole) {
            (None, _) | (_, Match::No(_)) => whole,
            (Some(Fields::Short { open_end }), _) if *open_end == switches.thrown(Switch::ArnFields) => {
                beyond
            }
            (Some(Fields::Short { .. }), _) => whole,
            (Some(Fields::Apart { .. }), _) if switches.thrown(Switch::ArnFields) => whole,
            (Some(Fields::Apart { head, rest, at: offset }), _) => {
                let mut asked = check.resource.splitn(6, ':');
                let fits = head.iter().all(|field| {
                    asked.next().is_some_and(|asked| field.matches(asked, &NoVariables) == Match::Yes)
                });
                match rest.matches(asked.next().unwrap_or_default(), values) {
                    _ if !fits => beyond,
                    Match::No(progress) => Match::No(Progress {
                        value: check.resource.len() - check.relative().len() + progress.value,
                        pattern: offset + progress.pattern,
                    }),
                    Match::NoValue { why, at, otherwise } => {
                        Match::NoValue { why, at: offset + at, otherwise }
                    }
                    found => found,
                }
            }
        }
    }

    /// Against an ARN of which only the beginning is known: certain only for a pattern that takes every ending, or
    /// one whose first text differs already.
    pub(super) fn matches_open(&self, beginning: &str) -> Match {
        let segments = self.pattern.segments();
        let rest = match segments.first().map(|segment| &segment.kind) {
            Some(SegmentKind::Literal(text)) => {
                let common = text.bytes().zip(beginning.bytes()).take_while(|(a, b)| a == b).count();
                if common < text.len().min(beginning.len()) {
                    return Match::No(Progress { value: common, pattern: common });
                }
                (text.len() <= beginning.len()).then(|| segments.get(1..).unwrap_or_default())
            }
            _ => Some(segments),
        };
        match rest {
            Some([only]) if only.kind == SegmentKind::AnyRun => Match::Yes,
            _ => Match::Unknown,
        }
    }
}

pub(super) fn condition_trail(condition: &Condition, found: KeyValue<'_>, outcome: Truth) -> ConditionTrail {
    ConditionTrail {
        operator: condition.operator.value.clone(),
        key: condition.key.value.clone(),
        span: condition.key.span.clone(),
        wanted: condition.values.iter().map(|value| value.value.clone()).collect(),
        found: match found {
            KeyValue::Unknown => None,
            KeyValue::Absent(why) => Some(Err(why)),
            KeyValue::One(value) => Some(Ok(vec![value.into_owned()])),
            KeyValue::Set(values) => Some(Ok(values.into_iter().map(std::borrow::Cow::into_owned).collect())),
        },
        outcome,
    }
}
