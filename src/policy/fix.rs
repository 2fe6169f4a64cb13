//! Changes that were tried: ways out of a denial, and for an allow the changes that would deny it.
//!
//! Every change is made on a copy and evaluated: against the request, and against another device (another
//! certificate with another thing, under the same policies) that asks for the same. Only what changes the verdict is
//! offered; what hangs on a value that nobody gave is offered as *cannot tell* with the value that is needed. What no
//! policy can express is offered as advice.

mod change;
mod near;
mod propose;

pub use change::{Change, Patch};
pub use near::{NearMiss, NearMissKind, near_misses};

use super::{
    Context, Field, PolicySet, Principal, ReasonCode, Request, Verdict,
    context::{Certificate, Thing},
    explain::Confidence,
    variable::{Key, Party, Pick},
};
use change::Setting;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixKind {
    /// Attach the certificate exclusively.
    Exclusive,
    /// Register a thing named like the client ID and attach it to the same certificate.
    SecondThing,
    /// Use the certificate's common name in place of the thing's name.
    CommonName,
    /// Write the thing's name in place of the variable.
    LiteralName,
    /// Allow every name.
    AnyName,
    /// Allow exactly what was asked for.
    ExactName,
    /// A near miss in the policy text: kind of resource, wildcard, region or account, version.
    Correction(NearMissKind),
    /// Another client ID or topic.
    OtherName,
    /// A statement that allows the action.
    Statement,
    /// Take out the statement that denies.
    RemoveDeny,
    /// No change of a policy: one session, and a broker or bus on the device.
    OneSession,
    /// For an allow: a statement that denies exactly this.
    DenyExactly,
    /// For an allow: take out the statement that allows.
    RemoveAllow,
    /// For an allow: attach the certificate without exclusiveness.
    NotExclusive,
}

/// What a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// A change of attachment for every certificate.
    Attachment,
    /// One more thing in the registry for each session.
    ThingPerSession,
    /// Common names have to be issued with care.
    CommonNames,
    /// One policy for each device.
    PolicyPerDevice,
    /// A change of the policy.
    PolicyText,
    /// A change of the device's configuration.
    Device,
    /// Software on the device.
    Software,
}

/// What can go wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing beyond the cost.
    None,
    /// The certificate serves one thing only.
    OneThing,
    /// Things do not share attributes and shadows.
    SplitThings,
    /// A common name shared by many certificates opens it for all of them.
    SharedCommonName,
    /// Thing variables stay without a value for this session.
    ThingVariablesStayEmpty,
    /// Every device can take over every session, or reach every topic.
    OpenToAll,
    /// It passes by the condition that keeps the request out today.
    PassesCondition,
    /// What the statement was to forbid becomes possible.
    LiftsDeny,
}

/// Who asks in a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The request itself.
    Asked,
    /// The same device with an attached thing's name as client ID.
    OwnName(String),
    /// Another device, whose certificate has this thing, asks for the same.
    OtherDevice(String),
}

/// One question before and after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Who asks.
    pub who: Who,
    /// Without the change.
    pub before: Verdict,
    /// With it.
    pub after: Verdict,
}

/// A change that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What kind of change.
    pub kind: FixKind,
    /// The changes, at most one of them of a policy's text; empty for advice that no policy expresses.
    pub changes: Vec<Change>,
    /// The request first, then the other questions. Empty for advice.
    pub trials: Vec<Trial>,
    /// Where the policy would name one device, another device is asked under the unchanged policy; this is the
    /// answer should both share the changed one.
    pub other_device_if_shared: Option<Verdict>,
    /// Values that decide it where a trial cannot tell.
    pub needs: Vec<Key>,
    /// How sure the verdict after the change is.
    pub confidence: Confidence,
    /// What it costs.
    pub cost: Cost,
    /// What can go wrong.
    pub risk: Risk,
}

impl Fix {
    /// The verdict on the request after the change; `None` for advice.
    #[must_use]
    pub fn after(&self) -> Option<Verdict> {
        self.trials.first().map(|trial| trial.after)
    }

    /// How many questions of the device itself are allowed after the change.
    fn keeps(&self) -> usize {
        let own = self.trials.iter().filter(|trial| !matches!(trial.who, Who::OtherDevice(_)));
        own.filter(|trial| trial.after == Verdict::Allowed).count()
    }

    /// Whether it lets another device in that was kept out before.
    #[must_use]
    pub fn lets_others_in(&self) -> bool {
        self.trials.iter().any(|trial| {
            matches!(trial.who, Who::OtherDevice(_))
                && trial.after == Verdict::Allowed
                && trial.before != Verdict::Allowed
        })
    }
}

/// Most changes that are tried.
const MAX_TRIED: usize = 48;

/// Ways out of a denial, the gentlest first; for an allow, the changes that would deny it.
#[must_use]
pub fn fixes(set: &PolicySet, context: &Context, request: &Request) -> Vec<Fix> {
    let explanation = set.explain(context, request);
    let verdict = explanation.decision.verdict;
    let setting = Setting::new(set, context, request);
    let wanted = if verdict == Verdict::Allowed { Verdict::ImplicitDeny } else { Verdict::Allowed };
    let mut out: Vec<Fix> = Vec::new();
    for proposal in propose::proposals(set, context, request, &explanation).into_iter().take(MAX_TRIED) {
        if out.iter().any(|known| known.changes == proposal.changes) {
            continue;
        }
        let Some(fix) = try_out(&setting, proposal, verdict, wanted) else { continue };
        // Of several changes of one kind the one that keeps the most.
        match out.iter_mut().find(|known| known.kind == fix.kind) {
            Some(known) if fix.keeps() > known.keeps() => *known = fix,
            Some(_) => {}
            None => out.push(fix),
        }
    }
    // A client ID that begins with an attached thing's name is a further session of that device.
    let further_session = context.client_id.given().is_some_and(|id| {
        let mut things = context.things.given().into_iter().flatten();
        things.any(|thing| id.strip_prefix(&thing.name).is_some_and(|rest| !rest.is_empty()))
    });
    let denied = matches!(verdict, Verdict::ImplicitDeny | Verdict::ExplicitDeny);
    let asked = !matches!(explanation.decision.reason, ReasonCode::NoPolicy | ReasonCode::NoIamPolicy);
    if denied && asked && further_session && matches!(request, Request::Connect { .. }) {
        out.push(Fix {
            kind: FixKind::OneSession,
            changes: Vec::new(),
            trials: Vec::new(),
            other_device_if_shared: None,
            needs: Vec::new(),
            confidence: Confidence::Documented,
            cost: Cost::Software,
            risk: Risk::None,
        });
    }
    out
}

/// A change that is worth trying.
struct Proposal {
    kind: FixKind,
    changes: Vec<Change>,
    cost: Cost,
    risk: Risk,
}

fn try_out(setting: &Setting, proposal: Proposal, before: Verdict, wanted: Verdict) -> Option<Fix> {
    let Proposal { kind, changes, cost, risk } = proposal;
    let mut base = setting.clone();
    if kind == FixKind::CommonName {
        needs_common_name(&mut base.context);
    }
    let after = base.with_all(&changes)?;
    let found = after.policies.decide(&after.context, &after.request).verdict;
    let confirmed = match found {
        Verdict::CannotTell => before != Verdict::CannotTell && kind == FixKind::CommonName,
        Verdict::Allowed => wanted == Verdict::Allowed,
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => wanted != Verdict::Allowed,
    };
    if !confirmed {
        return None;
    }
    let mut trials = vec![Trial { who: Who::Asked, before, after: found }];
    let connect = matches!(setting.request, Request::Connect { .. });
    let things = setting.context.things.given().into_iter().flatten();
    for thing in things.filter(|thing| connect && setting.context.client_id.given() != Some(&thing.name)) {
        let own = |from: &Setting| {
            let named = from.with(&Change::ClientId(thing.name.clone()))?;
            Some(named.policies.decide(&named.context, &named.request).verdict)
        };
        // A change of the client ID is no question for the own name.
        let after =
            if matches!(changes.as_slice(), [Change::ClientId(_)]) { own(setting) } else { own(&after) };
        if let (Some(before), Some(after)) = (own(setting), after) {
            trials.push(Trial { who: Who::OwnName(thing.name.clone()), before, after });
        }
    }
    let mut other_device_if_shared = None;
    if let Some((thing, other)) = other_device(setting) {
        let before = setting.policies.decide(&other, &setting.request).verdict;
        // The change as it meets the other device: attachments are made alike, its things stay its own.
        let mut theirs = other.clone();
        for change in &changes {
            if let Change::Exclusive(exclusive) = change {
                theirs.exclusive = Field::Given(*exclusive);
            }
        }
        let shared = after.policies.decide(&theirs, &setting.request).verdict;
        let unshared = setting.policies.decide(&theirs, &setting.request).verdict;
        let after = if cost == Cost::PolicyPerDevice {
            other_device_if_shared = Some(shared);
            unshared
        } else {
            shared
        };
        trials.push(Trial { who: Who::OtherDevice(thing), before, after });
    }
    let unsure = trials.iter().any(|trial| trial.after == Verdict::CannotTell);
    let needs = if unsure && kind == FixKind::CommonName { vec![COMMON_NAME] } else { Vec::new() };
    // The variable is documented, a pattern around it is our conclusion.
    let confidence = match kind {
        FixKind::CommonName => Confidence::Inferred,
        _ => after.policies.explain(&after.context, &after.request).confidence,
    };
    Some(Fix { kind, changes, trials, other_device_if_shared, needs, confidence, cost, risk })
}

const COMMON_NAME: Key = Key::Certificate { party: Party::Subject, field: "CommonName", pick: Pick::First };

/// A common name that nobody gave is unknown for this fix, not absent: certificates can be issued with one.
fn needs_common_name(context: &mut Context) {
    let Principal::X509(certificate) = &context.principal else { return };
    let given = certificate.subject.given().is_some_and(|fields| fields.contains_key("CommonName"));
    if !given && !context.unknown.contains(&COMMON_NAME) {
        context.unknown.push(COMMON_NAME);
    }
}

/// Another device of the same fleet: its own certificate, of which nothing is known, and its own thing.
fn other_device(setting: &Setting) -> Option<(String, Context)> {
    let context = &setting.context;
    let Principal::X509(_) = context.principal else { return None };
    let things = context.things.given().map(Vec::as_slice).unwrap_or_default();
    let name = propose::other_name(things.first().map_or("thing-1", |thing| thing.name.as_str()));
    let other = Context {
        principal: Principal::X509(Certificate::default()),
        things: Field::Given(vec![Thing {
            name: name.clone(),
            groups: things.first().map(|thing| thing.groups.clone()).unwrap_or_default(),
            ..Thing::default()
        }]),
        ..context.clone()
    };
    Some((name, other))
}
