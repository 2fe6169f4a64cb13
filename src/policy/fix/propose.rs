//! Which changes are worth trying. What comes of them is decided by evaluation, not here.

use super::{
    super::{
        Context, Explanation, PolicySet, Principal, ReasonCode, Request, Verdict,
        context::Protocol,
        document::{Document, Effect, Statement},
        evaluate::Place,
        explain::{Mismatch, ResourceTrail},
        variable::{Key, NoValue},
    },
    Cost, FixKind, Proposal, Risk,
    change::{Change, beside, further_statement, replace, version, without_statement},
    near::{NearMissKind, near_misses, relative, resources},
};
use crate::order::sorted;

const THING_NAME: &str = "${iot:Connection.Thing.ThingName}";
const COMMON_NAME: &str = "${iot:Certificate.Subject.CommonName}";

/// Changes to try, the gentlest first.
pub(super) fn proposals(
    set: &PolicySet,
    context: &Context,
    request: &Request,
    explanation: &Explanation,
) -> Vec<Proposal> {
    let mut out = Proposals { set, context, explanation, out: Vec::new() };
    match explanation.decision.verdict {
        Verdict::Allowed => out.against(request),
        Verdict::ExplicitDeny => out.deny(),
        Verdict::ImplicitDeny | Verdict::CannotTell => {
            out.registry();
            out.near(request);
            out.text();
        }
    }
    out.out
}

struct Proposals<'a> {
    set: &'a PolicySet,
    context: &'a Context,
    explanation: &'a Explanation,
    out: Vec<Proposal>,
}

impl Proposals<'_> {
    fn add(&mut self, kind: FixKind, change: Option<Change>, cost: Cost, risk: Risk) {
        self.out.extend(change.map(|change| Proposal { kind, changes: vec![change], cost, risk }));
    }

    fn document(&self, policy: usize) -> Option<&Document> {
        self.set.policies().get(policy).map(|policy| &policy.document)
    }

    fn statement(&self, place: Place) -> Option<(&Document, &Statement)> {
        let document = self.document(place.policy)?;
        Some((document, document.statements.get(place.statement)?))
    }

    /// Attachment and registry, where a thing variable has no value.
    fn registry(&mut self) {
        let missing = self.explanation.parts.iter().flat_map(resources).any(|(_, resource)| {
            matches!(
                resource.mismatch,
                Some(Mismatch::NoValue {
                    variable: Some(ref key),
                    why: NoValue::ClientIdNotThing | NoValue::ThingNotAttached,
                    ..
                }) if key.is_thing()
            )
        });
        let group = self.explanation.decision.reason == ReasonCode::GroupPolicyNotApplied;
        if !(missing || group) {
            return;
        }
        let things = self.context.things.given().map(Vec::as_slice).unwrap_or_default();
        let exclusive = self.context.exclusive.given() == Some(&true);
        if !exclusive && things.len() == 1 && matches!(self.context.principal, Principal::X509(_)) {
            self.add(FixKind::Exclusive, Some(Change::Exclusive(true)), Cost::Attachment, Risk::OneThing);
            // Where the policy has only the bare name, it needs the suffix too.
            let parts = &self.explanation.parts;
            let bare = parts.iter().flat_map(resources).find_map(|(policy, resource)| {
                let text = self.suffixed(&resource.written, &things.first()?.name)?;
                beside(policy, self.document(policy)?, &resource.span, &text)
            });
            let both = bare.map(|patch| vec![Change::Exclusive(true), patch]);
            self.out.extend(both.map(|changes| Proposal {
                kind: FixKind::Exclusive,
                changes,
                cost: Cost::Attachment,
                risk: Risk::OneThing,
            }));
        }
        if let (false, Some(id)) = (exclusive, self.context.client_id.given().filter(|id| is_thing_name(id)))
        {
            let change = Change::AttachThing(id.clone());
            self.add(FixKind::SecondThing, Some(change), Cost::ThingPerSession, Risk::SplitThings);
        }
    }

    /// A pattern that ends in the bare thing name, with the client ID's separator and `*` behind it.
    fn suffixed(&self, text: &str, thing: &str) -> Option<String> {
        let separator = self.context.client_id.given()?.strip_prefix(thing)?.chars().next()?;
        let literal = !matches!(separator, '*' | '?' | '$');
        (literal && text.to_ascii_lowercase().ends_with(&THING_NAME.to_ascii_lowercase()))
            .then(|| format!("{text}{separator}*"))
    }

    /// What the near misses say about the text of the policy.
    fn near(&mut self, request: &Request) {
        for near in near_misses(self.set, self.context, request, self.explanation) {
            match (&near.change, near.kind) {
                (Change::Policy(_), kind) => {
                    self.add(FixKind::Correction(kind), Some(near.change), Cost::PolicyText, Risk::None);
                }
                // Exclusive attachment has its own proposal; the own name serves the session that has it already.
                (_, NearMissKind::Exclusive | NearMissKind::OwnName) => {}
                (_, _) => self.add(FixKind::OtherName, Some(near.change), Cost::Device, Risk::None),
            }
        }
    }

    /// Other text in the policy that came nearest.
    fn text(&mut self) {
        let explanation = self.explanation;
        let Some(part) = explanation.decisive.and_then(|at| explanation.parts.get(at)) else { return };
        let connect = part.action == "iot:Connect";
        let asked = &part.resource;
        let kind = relative(asked).split_once('/').map_or("", |(kind, _)| kind);
        let everything = asked.strip_suffix(relative(asked)).unwrap_or_default().to_owned() + kind + "/*";
        let things = self.context.things.given().map(Vec::as_slice).unwrap_or_default();
        let id = self.context.client_id.given().map_or("", String::as_str);
        let thing = things.iter().find(|thing| id.starts_with(&thing.name)).or(things.first());
        let with_name = resources(part).filter(|(_, resource)| {
            matches!(
                &resource.mismatch,
                Some(Mismatch::NoValue { variable: Some(Key::ThingName), otherwise: true, .. })
            )
        });
        // First those in which more than the name stands: a change of them leaves the bare name as it is.
        let bare = |resource: &ResourceTrail| {
            resource.written.to_ascii_lowercase().ends_with(&THING_NAME.to_ascii_lowercase())
        };
        for (policy, resource) in sorted(with_name.collect(), &|(_, resource)| bare(resource)) {
            let text = &resource.written;
            // The name in place of the variable, and, where the pattern ends in it, one with a suffix beside it.
            let longer = thing.and_then(|thing| self.suffixed(text, &thing.name));
            let beside = |name: &str| {
                beside(policy, self.document(policy)?, &resource.span, &swapped(longer.as_ref()?, name))
            };
            let with =
                |name: &str| [Some(replace(policy, &resource.span, &swapped(text, name))), beside(name)];
            let by_common_name = connect && matches!(self.context.principal, Principal::X509(_));
            let common = by_common_name.then(|| with(COMMON_NAME)).into_iter().flatten().flatten();
            let literal = thing.map(|thing| with(&thing.name)).into_iter().flatten().flatten();
            let proposed: Vec<_> = common
                .map(|change| (FixKind::CommonName, change, Cost::CommonNames, Risk::SharedCommonName))
                .chain(literal.map(|change| {
                    let (cost, risk) = (Cost::PolicyPerDevice, Risk::ThingVariablesStayEmpty);
                    (FixKind::LiteralName, change, cost, risk)
                }))
                .collect();
            for (kind, change, cost, risk) in proposed {
                self.add(kind, Some(change), cost, risk);
            }
        }
        let policy = explanation.decision.place.map_or(0, |place| place.policy);
        let nearest = resources(part)
            .find(|(at, resource)| *at == policy && relative(&resource.written).starts_with(kind))
            .map(|(at, resource)| (at, resource.span.clone()));
        let widened = |text: &str| {
            let (at, span) = nearest.as_ref()?;
            beside(*at, self.document(*at)?, span, text)
        };
        if explanation.decision.reason == ReasonCode::ConditionFailed {
            let around = self
                .document(policy)
                .and_then(|document| further_statement(policy, document, "Allow", &part.action, asked));
            self.add(FixKind::Statement, around, Cost::PolicyText, Risk::PassesCondition);
        } else if nearest.is_some() {
            let (exact, all) = (widened(asked), widened(&everything));
            if !connect {
                self.add(FixKind::ExactName, exact, Cost::PolicyText, Risk::None);
            } else if things.is_empty() || !explanation.decision.reason.is_unresolved() {
                self.add(FixKind::ExactName, exact, Cost::PolicyPerDevice, Risk::None);
            }
            self.add(FixKind::AnyName, all, Cost::PolicyText, Risk::OpenToAll);
        } else if let Some(at) = part.policies.iter().find(|policy| policy.skipped.is_none()) {
            let document = self.document(at.policy);
            let further =
                |resource: &str| further_statement(at.policy, document?, "Allow", &part.action, resource);
            let (exact, all) = (further(asked), further(&everything));
            let cost = if connect { Cost::PolicyPerDevice } else { Cost::PolicyText };
            self.add(FixKind::Statement, exact, cost, Risk::None);
            self.add(FixKind::AnyName, all, Cost::PolicyText, Risk::OpenToAll);
        }
        if let Some(change) = self.document(policy).and_then(|document| version(policy, document)) {
            let kind = FixKind::Correction(NearMissKind::Version);
            self.add(kind, Some(change), Cost::PolicyText, Risk::None);
        }
    }

    /// The statement that denies.
    fn deny(&mut self) {
        let Some(place) = self.explanation.decision.place else { return };
        let change = self
            .statement(place)
            .and_then(|(document, statement)| without_statement(place.policy, document, statement));
        self.add(FixKind::RemoveDeny, change, Cost::PolicyText, Risk::LiftsDeny);
    }

    /// What would deny an allowed request.
    fn against(&mut self, request: &Request) {
        let Some(place) = self.explanation.decision.place else { return };
        if self.context.exclusive.given() == Some(&true) {
            let change = Some(Change::Exclusive(false));
            self.add(FixKind::NotExclusive, change, Cost::Attachment, Risk::None);
        }
        if let (Request::Connect { .. }, Some(id)) = (request, self.context.client_id.given())
            && self.context.protocol != Protocol::Https
        {
            let change = Some(Change::ClientId(format!("{id}_2")));
            self.add(FixKind::OtherName, change, Cost::Device, Risk::None);
        }
        let part = self.explanation.decisive.and_then(|at| self.explanation.parts.get(at));
        let Some((document, statement)) = self.statement(place) else { return };
        let denied = part.and_then(|part| {
            let asked = part.resource.replace('*', "${*}").replace('?', "${?}");
            further_statement(place.policy, document, "Deny", &part.action, &asked)
        });
        let removed = statement
            .effect
            .as_ref()
            .filter(|effect| effect.value == Effect::Allow)
            .and_then(|_| without_statement(place.policy, document, statement));
        self.add(FixKind::DenyExactly, denied, Cost::PolicyText, Risk::None);
        self.add(FixKind::RemoveAllow, removed, Cost::PolicyText, Risk::None);
    }
}

/// `text` with another text in place of the thing's name.
fn swapped(text: &str, with: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, _) in lower.match_indices(&THING_NAME.to_ascii_lowercase()) {
        out.push_str(text.get(rest..at).unwrap_or_default());
        out.push_str(with);
        rest = at + THING_NAME.len();
    }
    out.push_str(text.get(rest..).unwrap_or_default());
    out
}

/// Whether the registry takes it as a name (API, `AttachThingPrincipal`).
fn is_thing_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-'))
}

/// The name of a neighbour: the last digit counted on, or a suffix.
pub(super) fn other_name(name: &str) -> String {
    let head = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.strip_prefix(head).unwrap_or_default();
    match digits.parse::<u64>() {
        Ok(number) => {
            let width = digits.len();
            format!("{head}{:0width$}", number.wrapping_add(1))
        }
        Err(_) => format!("{name}-other"),
    }
}
