//! Compiled policies and the one evaluator behind `decide` and `explain`.
//!
//! Rules (Developer Guide, "AWS IoT Core policies", "Authorization"; IAM, policy evaluation logic): nothing is allowed
//! unless a statement allows it; a matching Deny wins; which policies speak depends on the principal. Values that
//! nobody gave make a statement match *perhaps*; the verdict is then only certain when every case agrees.
//! `explain` hands trails to be filled to the same functions, and changes no branch of them but early exits.

use std::collections::BTreeSet;

use super::{
    condition::{Operator, Quantifier, Test, Truth},
    context::{
        Assumption, Binding, BoundBy, CertificateStatus, Context, Field, KeyValue, Principal, Side, Values,
    },
    document::{Document, Effect, Statement, Version},
    explain::{ConditionTrail, Mismatch, PolicyTrail, ResourceTrail, Skipped, StatementTrail},
    pattern::{Lookup, Match, Pattern, Progress, SegmentKind, Syntax, Value},
    request::{Check, Part, Request},
    variable::{Key, NoValue},
};
use crate::iot::action::ACTIONS;

mod report;
mod unknown;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
    /// It depends on what nobody gave.
    CannotTell,
}

/// Why, as a closed list with stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonCode {
    /// A statement allows it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// The certificate may not connect in its state.
    CertificateNotActive,
    /// No policy speaks for this principal.
    NoPolicy,
    /// An authenticated Cognito identity without an IoT policy.
    NoIotPolicy,
    /// A Cognito identity or IAM principal without an IAM policy.
    NoIamPolicy,
    /// Only group policies could allow it, and they do not count for this connection.
    GroupPolicyNotApplied,
    /// No statement allows this action.
    ActionNotAllowed,
    /// The resources of the statements that allow the action are of another kind.
    ResourceType,
    /// Only region, account or partition differ.
    ArnField,
    /// Only letter case differs.
    LetterCase,
    /// `+` or `#` is meant as an MQTT wildcard in a policy.
    MqttWildcard,
    /// `${...}` is plain text because of `Version`.
    VariablesOff,
    /// No resource fits.
    ResourceMismatch,
    /// `NotResource` leaves this resource out.
    NotResource,
    /// A variable has no value.
    Unresolved {
        /// Whether it is a thing variable.
        group: VariableGroup,
        /// Why.
        why: NoValue,
    },
    /// A condition does not hold.
    ConditionFailed,
    /// A value that nobody gave matters.
    ValueUnknown,
    /// A condition that is not modelled or cannot be read matters.
    NotModelled,
}

/// The groups of policy variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableGroup {
    /// `iot:Connection.Thing.*`
    Thing,
    /// `iot:Certificate*`
    Certificate,
    /// All others.
    Other,
}

impl ReasonCode {
    /// The stable text of the code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        use VariableGroup::{Certificate, Thing};
        match self {
            Self::Allowed => "ALLOWED",
            Self::Denied => "DENIED_BY_STATEMENT",
            Self::CertificateNotActive => "CERTIFICATE_NOT_ACTIVE",
            Self::NoPolicy => "NO_POLICY",
            Self::NoIotPolicy => "NO_POLICY/IOT",
            Self::NoIamPolicy => "NO_POLICY/IAM",
            Self::GroupPolicyNotApplied => "GROUP_POLICY_NOT_APPLIED",
            Self::ActionNotAllowed => "ACTION_NOT_ALLOWED",
            Self::ResourceType => "RESOURCE_MISMATCH/TYPE",
            Self::ArnField => "RESOURCE_MISMATCH/REGION_OR_ACCOUNT",
            Self::LetterCase => "RESOURCE_MISMATCH/LETTER_CASE",
            Self::MqttWildcard => "RESOURCE_MISMATCH/MQTT_WILDCARD",
            Self::VariablesOff => "RESOURCE_MISMATCH/VARIABLES_OFF",
            Self::ResourceMismatch => "RESOURCE_MISMATCH",
            Self::NotResource => "RESOURCE_MISMATCH/NOT_RESOURCE",
            Self::Unresolved { group, why } => match (group, why) {
                (Thing, NoValue::ClientIdNotThing) => "THING_VAR_UNRESOLVED/CLIENT_ID_NOT_THING",
                (Thing, NoValue::ThingNotAttached) => "THING_VAR_UNRESOLVED/THING_NOT_ATTACHED",
                (Thing, NoValue::NoThingAttached) => "THING_VAR_UNRESOLVED/NO_THING_ATTACHED",
                (Thing, NoValue::NotOverHttps) => "THING_VAR_UNRESOLVED/HTTPS",
                (Thing, NoValue::PrincipalHasNoThing) => "THING_VAR_UNRESOLVED/PRINCIPAL_HAS_NO_THING",
                (Thing, NoValue::NotInIamPolicy) => "THING_VAR_UNRESOLVED/IAM_POLICY",
                (Thing, NoValue::ThingHasNoType) => "THING_VAR_UNRESOLVED/NO_TYPE",
                (Thing, NoValue::AttributeMissing) => "THING_VAR_UNRESOLVED/ATTRIBUTE_MISSING",
                (Thing, _) => "THING_VAR_UNRESOLVED",
                (Certificate, NoValue::NoCertificate) => "CERT_VAR_UNRESOLVED/NO_CERTIFICATE",
                (Certificate, NoValue::CertificateFieldAbsent) => "CERT_VAR_UNRESOLVED/FIELD_ABSENT",
                (Certificate, NoValue::IndexPastEnd) => "CERT_VAR_UNRESOLVED/INDEX_PAST_END",
                (Certificate, NoValue::ForbiddenCharacter) => "CERT_VAR_UNRESOLVED/FORBIDDEN_CHARACTER",
                (Certificate, NoValue::TooLong) => "CERT_VAR_UNRESOLVED/TOO_LONG",
                (Certificate, NoValue::ListInText) => "CERT_VAR_UNRESOLVED/LIST_IN_TEXT",
                (Certificate, NoValue::NotInIamPolicy) => "CERT_VAR_UNRESOLVED/IAM_POLICY",
                (Certificate, _) => "CERT_VAR_UNRESOLVED",
                (_, NoValue::UnknownName) => "VAR_UNRESOLVED/UNKNOWN_NAME",
                (_, NoValue::DefaultValue) => "VAR_UNRESOLVED/DEFAULT_VALUE",
                (_, NoValue::BeforeFifthColon) => "VAR_UNRESOLVED/BEFORE_FIFTH_COLON",
                (_, NoValue::Undocumented) => "VAR_UNRESOLVED/UNDOCUMENTED",
                (_, _) => "VAR_UNRESOLVED/NOT_IN_REQUEST",
            },
            Self::ConditionFailed => "CONDITION_FAILED",
            Self::ValueUnknown => "VALUE_UNKNOWN",
            Self::NotModelled => "NOT_MODELLED",
        }
    }
}

/// A place in the set: policy, statement, and the resource that fitted or came nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the policy.
    pub policy: usize,
    /// Index of the statement in it.
    pub statement: usize,
    /// Index of the resource in it.
    pub resource: Option<usize>,
}

/// The answer with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: ReasonCode,
    /// Which check decided it.
    pub part: Part,
    /// The deciding statement; for an implicit deny the nearest Allow.
    pub place: Option<Place>,
}

/// Whether a policy is an AWS IoT Core policy or an IAM policy.
pub type PolicyKind = Side;

/// What a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// The certificate.
    Certificate,
    /// The Cognito identity.
    CognitoIdentity,
    /// A thing group; without a name, a group of the attached thing.
    ThingGroup(Option<String>),
    /// The IAM role or user.
    Role,
    /// Returned by the custom authorizer.
    Authorizer,
}

/// A policy as it stands in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Free text.
    pub name: String,
    /// IoT or IAM.
    pub kind: PolicyKind,
    /// What it is attached to.
    pub attached_to: Attachment,
    /// The document.
    pub document: Document,
}

/// Undecided points of AWS's behaviour; the defaults are what documentation suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Group policies need the client ID to be the thing's name even with exclusive attachment. Default on: the
    /// only sentence that AWS has makes no exception. Inferred.
    pub group_needs_client_id: bool,
    /// `*` and `?` in a client ID act as wildcards once substituted. Default off: IAM's rule. Inferred.
    pub client_id_wildcards: bool,
    /// A policy without `Version` has no variables. Default on: IAM's rule. Inferred.
    pub absent_version_is_2008: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { group_needs_client_id: true, client_id_wildcards: false, absent_version_is_2008: true }
    }
}

/// Policies, ready to be asked.
#[derive(Clone, Debug)]
pub struct PolicySet {
    policies: Vec<Policy>,
    compiled: Vec<Vec<Compiled>>,
    switches: Switches,
}

/// A statement ready to be asked.
#[derive(Clone, Debug)]
struct Compiled {
    effect: Option<Effect>,
    /// A bit for each entry of `ACTIONS` that it names.
    known_actions: u64,
    /// The written actions in lower case, for actions that are not in the table.
    actions: Vec<Pattern>,
    not_action: bool,
    resources: Vec<Resource>,
    not_resource: bool,
    conditions: Vec<(Option<Operator>, Key, Vec<Pattern>)>,
    broken_condition: bool,
}

#[derive(Clone, Debug)]
struct Resource {
    pattern: Pattern,
    /// The first word of the sixth field, when it is plain text.
    kind: Option<String>,
    variables_off: bool,
}

/// What a check came to.
#[derive(Clone, Copy, Debug)]
struct Found {
    possible: Possible,
    reason: ReasonCode,
    place: Option<Place>,
}

/// Why an Allow did not match; the greatest is the nearest miss.
#[derive(Clone, Copy, Debug)]
struct Miss {
    rank: u8,
    reason: ReasonCode,
    resource: Option<usize>,
}

impl PolicySet {
    /// Compiles policies with the default switches.
    #[must_use]
    pub fn compile(policies: Vec<Policy>) -> Self {
        Self::with_switches(policies, Switches::default())
    }

    /// Compiles policies.
    #[must_use]
    pub fn with_switches(policies: Vec<Policy>, switches: Switches) -> Self {
        let compiled = policies
            .iter()
            .map(|policy| {
                let document = &policy.document;
                let variables = document.has_variables()
                    || (document.version == Version::Missing && !switches.absent_version_is_2008);
                document.statements.iter().map(|statement| Compiled::new(statement, variables)).collect()
            })
            .collect();
        Self { policies, compiled, switches }
    }

    /// The policies as given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Decides a request.
    #[must_use]
    pub fn decide(&self, context: &Context, request: &Request) -> Decision {
        let decision = self.once(context, request, &[], None);
        if decision.verdict == Verdict::CannotTell {
            return self.settle(context, request, decision).0;
        }
        decision
    }

    /// One pass with the given suppositions.
    fn once(
        &self,
        context: &Context,
        request: &Request,
        assumed: &[Assumption],
        mut trails: Option<&mut Vec<super::explain::PartTrail>>,
    ) -> Decision {
        let inactive = matches!(&context.principal, Principal::X509(certificate)
            if certificate.status != CertificateStatus::Active);
        let binding = context.binding();
        let mut total: Option<Weighed> = None;
        for check in request.checks(context) {
            let mut sides = sides(&context.principal, &check.action).iter().copied().map(|side| {
                let mut trail = trails.is_some().then(Vec::new);
                let found = if inactive {
                    let possible = Possible { allowed: false, explicit: false, implicit: true };
                    Found { possible, reason: ReasonCode::CertificateNotActive, place: None }
                } else {
                    let values = Values::new(context, binding, request, &check.action, side, assumed);
                    self.check(&check, &values, binding, side, trail.as_mut())
                };
                let verdict = found.possible.only().unwrap_or(Verdict::CannotTell);
                if let (Some(parts), Some(policies)) = (trails.as_deref_mut(), trail) {
                    parts.push(super::explain::PartTrail {
                        part: check.part,
                        iam: side == Side::Iam,
                        action: check.action.clone(),
                        resource: check.resource.clone(),
                        verdict,
                        reason: found.reason,
                        policies,
                    });
                }
                let decision =
                    Decision { verdict, reason: found.reason, part: check.part, place: found.place };
                Weighed { decision, possible: found.possible }
            });
            let Some(first) = sides.next() else { continue };
            let decision = sides.fold(first, both);
            total = Some(match total {
                None => decision,
                Some(so_far) if check.part == Part::ShareForm => either(so_far, decision),
                Some(so_far) => both(so_far, decision),
            });
        }
        // Every request has a check and every principal a side; without one nothing allows.
        total.map_or(
            Decision {
                verdict: Verdict::ImplicitDeny,
                reason: ReasonCode::NoPolicy,
                part: Part::Request,
                place: None,
            },
            |weighed| weighed.decision,
        )
    }

    /// One check by the policies of one side.
    fn check(
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
        for (policy_index, (policy, statements)) in self.policies.iter().zip(&self.compiled).enumerate() {
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
    fn applies(
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
                    if by == BoundBy::ExclusiveAttachment && !named && self.switches.group_needs_client_id {
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

/// Which kinds of policies must agree (Developer Guide, "Authorization" and "Amazon Cognito identities").
fn sides(principal: &Principal, action: &str) -> &'static [Side] {
    const BOTH: [&str; 7] = [
        "iot:Connect",
        "iot:Publish",
        "iot:Subscribe",
        "iot:Receive",
        "iot:GetThingShadow",
        "iot:UpdateThingShadow",
        "iot:DeleteThingShadow",
    ];
    match principal {
        Principal::X509(_) | Principal::CustomAuthorizer => &[Side::Iot],
        Principal::CognitoAuthenticated { .. } if BOTH.contains(&action) => &[Side::Iam, Side::Iot],
        Principal::CognitoAuthenticated { .. }
        | Principal::CognitoUnauthenticated { .. }
        | Principal::IamRole => &[Side::Iam],
    }
}

const fn no_policy(principal: &Principal, side: Side) -> ReasonCode {
    match (principal, side) {
        (Principal::CognitoAuthenticated { .. }, Side::Iot) => ReasonCode::NoIotPolicy,
        (_, Side::Iam) => ReasonCode::NoIamPolicy,
        _ => ReasonCode::NoPolicy,
    }
}

/// A decision together with every verdict that is possible, so that doubts combine without losing certainty.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    decision: Decision,
    possible: Possible,
}

/// A set of certain verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Possible {
    allowed: bool,
    explicit: bool,
    implicit: bool,
}

impl Possible {
    const fn only(self) -> Option<Verdict> {
        match (self.allowed, self.explicit, self.implicit) {
            (true, false, false) => Some(Verdict::Allowed),
            (false, true, false) => Some(Verdict::ExplicitDeny),
            (false, false, true) => Some(Verdict::ImplicitDeny),
            _ => None,
        }
    }

    const fn explicit_for_certain(self) -> bool {
        self.explicit && !self.allowed && !self.implicit
    }
}

/// Both must allow, and none deny.
fn both(a: Weighed, b: Weighed) -> Weighed {
    let (x, y) = (a.possible, b.possible);
    let possible = Possible {
        allowed: x.allowed && y.allowed,
        explicit: x.explicit || y.explicit,
        implicit: !x.explicit_for_certain() && !y.explicit_for_certain() && (x.implicit || y.implicit),
    };
    combined(a, b, possible)
}

/// One must allow and none deny (shared subscriptions; inferred).
fn either(a: Weighed, b: Weighed) -> Weighed {
    let (x, y) = (a.possible, b.possible);
    let certain = x.explicit_for_certain() || y.explicit_for_certain();
    let possible = Possible {
        allowed: !certain && (x.allowed || y.allowed),
        explicit: x.explicit || y.explicit,
        implicit: x.implicit && y.implicit,
    };
    combined(a, b, possible)
}

/// The decision of the first part that has the verdict of the whole.
fn combined(a: Weighed, b: Weighed, possible: Possible) -> Weighed {
    let verdict = possible.only().unwrap_or(Verdict::CannotTell);
    let decision = if a.decision.verdict != verdict && b.decision.verdict == verdict {
        b.decision
    } else {
        Decision { verdict, ..a.decision }
    };
    Weighed { decision, possible }
}

impl Compiled {
    fn new(statement: &Statement, variables: bool) -> Self {
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

    fn not_modelled(&self) -> bool {
        self.broken_condition || self.conditions.iter().any(|(operator, ..)| operator.is_none())
    }

    fn names(&self, check: &Check) -> bool {
        let named = match check.known {
            Some(bit) => self.known_actions & (1 << bit) != 0,
            None => {
                let action = check.action.to_ascii_lowercase();
                self.actions.iter().any(|pattern| pattern.matches(&action, &NoVariables) == Match::Yes)
            }
        };
        named != self.not_action
    }

    /// Whether the statement matches, and by which resource; or why not.
    fn evaluate(
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

    fn resource(
        &self,
        check: &Check,
        values: &Values<'_>,
        written: &Statement,
        switches: Switches,
        mut trail: Option<&mut StatementTrail>,
    ) -> Result<(Truth, Option<usize>), Miss> {
        let (mut best, mut best_at) = (Truth::No, None);
        let mut miss: Option<Miss> = None;
        let texts = written.resources.iter().flat_map(|listed| &listed.values);
        for (index, (resource, text)) in self.resources.iter().zip(texts).enumerate() {
            let result = resource.matches(check, values, switches);
            let truth = match &result {
                Match::Yes => Truth::Yes,
                Match::Unknown => Truth::Unknown,
                Match::No(_) | Match::NoValue { .. } => Truth::No,
            };
            if truth > best {
                (best, best_at) = (truth, Some(index));
            }
            let mismatch = (truth == Truth::No && (best == Truth::No || trail.is_some()))
                .then(|| resource.mismatch(&text.value, check, &result));
            if let Some(mismatch) = &mismatch {
                let (rank, reason) = rank(mismatch);
                if miss.is_none_or(|other| rank > other.rank) {
                    miss = Some(Miss { rank, reason, resource: Some(index) });
                }
            }
            match trail.as_deref_mut() {
                None if best == Truth::Yes => break,
                None => {}
                Some(trail) => trail.resources.push(ResourceTrail {
                    written: text.value.clone(),
                    span: text.span.clone(),
                    resolved: resource.pattern.resolved(values),
                    outcome: truth,
                    mismatch,
                    progress: match result {
                        Match::No(progress) => Some(progress),
                        _ => None,
                    },
                }),
            }
        }
        let truth = best.flipped(self.not_resource);
        if truth != Truth::No {
            return Ok((truth, best_at.filter(|_| !self.not_resource)));
        }
        if self.not_resource {
            return Err(Miss { rank: 55, reason: ReasonCode::NotResource, resource: best_at });
        }
        Err(miss.unwrap_or(Miss { rank: 20, reason: ReasonCode::ResourceMismatch, resource: None }))
    }
}

/// Actions hold no variables.
struct NoVariables;

impl Lookup for NoVariables {
    fn lookup(&self, _: &Key) -> Value<'_> {
        Value::None(NoValue::UnknownName)
    }
}

impl Resource {
    fn matches(&self, check: &Check, values: &Values<'_>, switches: Switches) -> Match {
        if check.open {
            return self.matches_open(&check.resource);
        }
        if switches.client_id_wildcards
            && let Value::Known(id) = values.lookup(&Key::ClientId)
            && id.contains(['*', '?'])
            && self.pattern.variables().any(|key| *key == Key::ClientId)
        {
            return self.pattern.with_wildcards(&Key::ClientId, &id).matches(&check.resource, values);
        }
        self.pattern.matches(&check.resource, values)
    }

    /// Against an ARN of which only the beginning is known: certain only for a pattern that takes every ending, or
    /// one whose first text differs already.
    fn matches_open(&self, beginning: &str) -> Match {
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

    fn mismatch(&self, written: &str, check: &Check, result: &Match) -> Mismatch {
        let needed = check.relative();
        let kind = needed.split_once('/').map_or("", |(kind, _)| kind);
        if let Match::NoValue { why, at, otherwise } = result {
            let variable = self.pattern.segments().iter().find(|segment| segment.at == *at);
            let variable = variable.and_then(|segment| match &segment.kind {
                SegmentKind::Variable(key) => Some(key.clone()),
                _ => None,
            });
            let other_kind = self.kind.as_ref().is_some_and(|written| written != kind);
            if !other_kind || *otherwise {
                return Mismatch::NoValue { variable, why: *why, otherwise: *otherwise };
            }
        }
        if let Some(written) = self.kind.as_ref().filter(|written| *written != kind) {
            return Mismatch::ResourceType { written: written.clone(), needed: kind.to_owned() };
        }
        if self.variables_off {
            return Mismatch::VariablesOff;
        }
        let no_wildcards = !written.contains(['*', '?', '$']);
        let (written_head, written_rest) = split_arn(written);
        let (head, rest) = split_arn(&check.resource);
        if no_wildcards {
            if written_rest == rest && written_head != head {
                return Mismatch::ArnField;
            }
            if written.eq_ignore_ascii_case(&check.resource) {
                return Mismatch::LetterCase;
            }
            if written_rest.contains(['+', '#']) && mqtt_matches(written_rest, rest) {
                return Mismatch::MqttWildcard;
            }
        } else if let Match::No(progress) = result
            && progress.value < check.resource.len() - rest.len()
        {
            return Mismatch::ArnField;
        }
        Mismatch::Text
    }
}

/// The first five fields and the sixth.
fn split_arn(arn: &str) -> (&str, &str) {
    let at = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    arn.split_at_checked(at).unwrap_or(("", arn))
}

/// Whether `filter` covers `topic` in the sense of MQTT.
pub(super) fn mqtt_matches(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        if part == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if part == "+" || part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// How near a miss is, and its reason.
fn rank(mismatch: &Mismatch) -> (u8, ReasonCode) {
    match mismatch {
        Mismatch::NoValue { variable, why, otherwise } => {
            let group = match variable {
                Some(key) if key.is_thing() => VariableGroup::Thing,
                Some(key) if key.is_certificate() => VariableGroup::Certificate,
                _ => VariableGroup::Other,
            };
            (if *otherwise { 80 } else { 40 }, ReasonCode::Unresolved { group, why: *why })
        }
        Mismatch::MqttWildcard => (75, ReasonCode::MqttWildcard),
        Mismatch::VariablesOff => (72, ReasonCode::VariablesOff),
        Mismatch::LetterCase => (70, ReasonCode::LetterCase),
        Mismatch::ArnField => (65, ReasonCode::ArnField),
        Mismatch::Text => (50, ReasonCode::ResourceMismatch),
        Mismatch::ResourceType { .. } => (30, ReasonCode::ResourceType),
    }
}

fn condition_trail(
    condition: &super::document::Condition,
    found: KeyValue<'_>,
    outcome: Truth,
) -> ConditionTrail {
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
