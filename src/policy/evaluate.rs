//! Compiled policies and the one evaluator behind `decide` and `explain`.
//!
//! Rules (Developer Guide, "AWS IoT Core policies", "Authorization"; IAM, policy evaluation logic): nothing is allowed
//! unless a statement allows it; a matching Deny wins; which policies speak depends on the principal. Values that
//! nobody gave make a statement match *perhaps*; the verdict is then only certain when every case agrees.
//! `explain` hands trails to be filled to the same functions, and changes no branch of them but early exits.

use std::sync::Arc;

use super::{
    context::{Binding, BoundBy, CertificateStatus, Context, Field, Principal, Side},
    document::Document,
    explain::PartTrail,
    request::{Check, Part, Request},
    switch::Switch,
    values::{Assumption, Values},
    variable::NoValue,
};

mod candidates;
mod check;
mod combine;
mod compile;
mod miss;
mod reason;
mod report;
mod shape;
mod suggest;
mod undecided;
mod unknown;

pub use super::switch::Switches;
use check::Found;
use combine::{Possible, Weighed, both, either, sides};
use compile::{Compiled, compiled};
pub use reason::{Decision, Place, ReasonCode, VariableGroup, Verdict};
use undecided::Undecided;

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

/// Policies, ready to be asked.
#[derive(Clone, Debug)]
pub struct PolicySet {
    /// Shared, as the rest, with the variants that answer "what if this switch were thrown?".
    policies: Arc<[Policy]>,
    compiled: Arc<[Vec<Compiled>]>,
    undecided: Arc<[Undecided]>,
    switches: Switches,
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
        let compiled = compiled(&policies, switches);
        let undecided = Undecided::of(&policies, &compiled, switches);
        Self { policies: policies.into(), compiled, undecided, switches }
    }

    /// The policies as given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Which undecided points are read otherwise than by default.
    #[must_use]
    pub const fn switches(&self) -> Switches {
        self.switches
    }

    /// Decides a request.
    #[must_use]
    pub fn decide(&self, context: &Context, request: &Request) -> Decision {
        Evaluator::new(self).decide(context, request)
    }

    /// Decides many requests over the one compiled set. Reasons are kept; sentences are drawn later, from
    /// [`PolicySet::explain`], for those that somebody looks at.
    pub fn evaluate_many<'a, I>(&'a self, asked: I) -> impl Iterator<Item = Decision> + use<'a, I>
    where
        I: IntoIterator<Item = (&'a Context, &'a Request)>,
    {
        let mut evaluator = Evaluator::new(self);
        asked.into_iter().map(move |(context, request)| evaluator.decide(context, request))
    }

    /// Decides one request for many client IDs; all else in `context` stays.
    pub fn evaluate_client_ids<'a, I>(
        &'a self,
        context: &Context,
        request: &'a Request,
        client_ids: I,
    ) -> impl Iterator<Item = Decision> + use<'a, I>
    where
        I: IntoIterator<Item = &'a str>,
    {
        let mut evaluator = Evaluator::new(self);
        let mut context = context.clone();
        client_ids.into_iter().map(move |id| {
            match &mut context.client_id {
                Field::Given(given) => id.clone_into(given),
                other => *other = Field::Given(id.to_owned()),
            }
            evaluator.decide(&context, request)
        })
    }

    /// The thing of the connection as this check sees it.
    fn binding<'a>(&self, context: &'a Context, check: &Check) -> Binding<'a> {
        match context.binding() {
            Binding::Thing { thing, by: BoundBy::ExclusiveAttachment }
                if self.switches.thrown(Switch::ExclusiveConnect) && check.action == "iot:Connect" =>
            {
                match &context.client_id {
                    Field::Given(id) if *id == thing.name => context.binding(),
                    Field::Unknown => Binding::Unknown,
                    _ => Binding::None(NoValue::ClientIdNotThing),
                }
            }
            other => other,
        }
    }

    /// One pass with the given suppositions.
    fn once(
        &self,
        context: &Context,
        request: &Request,
        assumed: &[Assumption],
        trails: Option<&mut Vec<PartTrail>>,
    ) -> Decision {
        self.pass(context, request, &request.checks(context), assumed, trails)
    }

    fn pass(
        &self,
        context: &Context,
        request: &Request,
        checks: &[Check],
        assumed: &[Assumption],
        mut trails: Option<&mut Vec<PartTrail>>,
    ) -> Decision {
        let inactive = matches!(&context.principal, Principal::X509(certificate)
            if certificate.status != CertificateStatus::Active);
        let mut total: Option<Weighed> = None;
        for check in checks {
            if self.switches.thrown(Switch::WillRetain) && check.part == Part::WillRetain {
                continue;
            }
            let binding = self.binding(context, check);
            let form_counts = match check.part {
                Part::ShareForm => !self.switches.thrown(Switch::ShareForm),
                _ => !self.switches.thrown(Switch::SharePlainForm) || !request.is_shared(),
            };
            if !form_counts {
                continue;
            }
            let mut sides = sides(&context.principal, &check.action).iter().copied().map(|side| {
                let mut trail = trails.is_some().then(Vec::new);
                let found = if inactive {
                    let possible = Possible { allowed: false, explicit: false, implicit: true };
                    Found { possible, reason: ReasonCode::CertificateNotActive, place: None }
                } else {
                    let values = Values::new(context, binding, request, &check.action, side, assumed)
                        .under(self.switches);
                    self.check(check, &values, binding, side, trail.as_mut())
                };
                let verdict = found.possible.only().unwrap_or(Verdict::CannotTell);
                if let (Some(parts), Some(policies)) = (trails.as_deref_mut(), trail) {
                    parts.push(PartTrail {
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
}

/// Decides one request after the other and uses its memory again: for policies without
/// variables and conditions a certain decision allocates nothing.
#[derive(Clone, Debug)]
pub struct Evaluator<'a> {
    set: &'a PolicySet,
    checks: Vec<Check>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator over compiled policies.
    #[must_use]
    pub const fn new(set: &'a PolicySet) -> Self {
        Self { set, checks: Vec::new() }
    }

    /// Decides a request.
    pub fn decide(&mut self, context: &Context, request: &Request) -> Decision {
        request.checks_into(context, &mut self.checks);
        let decision = self.set.pass(context, request, &self.checks, &[], None);
        if decision.verdict == Verdict::CannotTell {
            return self.set.settle(context, request, decision).0;
        }
        decision
    }
}
