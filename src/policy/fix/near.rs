//! Near misses: which one thing would have to differ for the answer to be *allowed*. Each was evaluated.

use super::{
    super::{
        Context, Explanation, PolicySet, Principal, Request, Verdict,
        context::Protocol,
        evaluate::Place,
        explain::{Confidence, Mismatch, PartTrail, ResourceTrail, Skipped},
        request::Part,
        variable::NoValue,
    },
    change::{Change, Setting, replace, version},
};
use crate::iot::character::visible;

/// Why the change helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NearMissKind {
    /// The client ID is the name of an attached thing.
    OwnName,
    /// The certificate is attached exclusively.
    Exclusive,
    /// Client ID or topic without characters that nobody sees.
    Visible,
    /// Client ID or topic in the letters of the policy.
    LetterCase,
    /// The resource is of the kind that the action is checked against.
    ResourceType,
    /// `*` in place of `+` or `#`.
    MqttWildcard,
    /// Region, account, partition and service of the request.
    ArnField,
    /// `"Version": "2012-10-17"`
    Version,
}

/// One change that makes the request allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Why it helps.
    pub kind: NearMissKind,
    /// What would have to differ.
    pub change: Change,
    /// What allows the request then.
    pub place: Option<Place>,
    /// How sure it is that it helps.
    pub confidence: Confidence,
}

/// Most near misses that are told.
const MAX: usize = 6;
/// Most changes that are tried for them.
const MAX_TRIED: usize = 32;

/// The near misses of a denied request, the gentlest first; none when it is not denied. `explanation` is that of the
/// same request by the same policies.
#[must_use]
pub fn near_misses(
    set: &PolicySet,
    context: &Context,
    request: &Request,
    explanation: &Explanation,
) -> Vec<NearMiss> {
    if !matches!(explanation.decision.verdict, Verdict::ImplicitDeny | Verdict::ExplicitDeny) {
        return Vec::new();
    }
    let setting = Setting::new(set, context, request);
    let mut found: Vec<NearMiss> = Vec::new();
    for (kind, change) in candidates(set, context, request, &explanation.parts).into_iter().take(MAX_TRIED) {
        if found.len() == MAX {
            break;
        }
        if found.iter().any(|known| known.change == change) {
            continue;
        }
        let Some(after) = setting.with(&change) else { continue };
        let decision = after.policies.decide(&after.context, &after.request);
        if decision.verdict == Verdict::Allowed {
            let confidence = after.policies.explain(&after.context, &after.request).confidence;
            found.push(NearMiss { kind, change, place: decision.place, confidence });
        }
    }
    found
}

fn candidates(
    set: &PolicySet,
    context: &Context,
    request: &Request,
    parts: &[PartTrail],
) -> Vec<(NearMissKind, Change)> {
    let mut out: Vec<(NearMissKind, Change)> =
        unseen(context, request).into_iter().map(|change| (NearMissKind::Visible, change)).collect();
    for part in parts.iter().filter(|part| part.verdict != Verdict::Allowed) {
        // A thing group's policy that does not count for this client ID.
        let by_name = |why| matches!(why, Skipped::NoThingBound | Skipped::ClientIdNotThingName);
        if context.protocol != Protocol::Https && part.policies.iter().filter_map(|p| p.skipped).any(by_name)
        {
            let things = context.things.given().into_iter().flatten();
            out.extend(things.map(|thing| (NearMissKind::OwnName, Change::ClientId(thing.name.clone()))));
        }
        for (policy, resource) in resources(part) {
            match resource.mismatch.as_ref() {
                Some(Mismatch::NoValue {
                    why: NoValue::ClientIdNotThing | NoValue::ThingNotAttached,
                    ..
                }) => {
                    let things = context.things.given().into_iter().flatten();
                    out.extend(
                        things
                            .filter(|_| context.protocol != Protocol::Https)
                            .map(|thing| (NearMissKind::OwnName, Change::ClientId(thing.name.clone()))),
                    );
                    if matches!(context.principal, Principal::X509(_))
                        && context.things.given().is_some_and(|things| things.len() == 1)
                    {
                        out.push((NearMissKind::Exclusive, Change::Exclusive(true)));
                    }
                }
                Some(Mismatch::LetterCase) => {
                    if let Some((_, name)) = relative(&resource.written).split_once('/') {
                        let change = match (part.part, part.action.as_str()) {
                            (Part::Request, "iot:Connect") => Change::ClientId(name.to_owned()),
                            _ => Change::Name(name.to_owned()),
                        };
                        out.push((NearMissKind::LetterCase, change));
                    }
                }
                Some(Mismatch::ResourceType { written, needed }) => {
                    let text = resource.written.replacen(&format!(":{written}/"), &format!(":{needed}/"), 1);
                    out.push((NearMissKind::ResourceType, replace(policy, &resource.span, &text)));
                }
                Some(Mismatch::MqttWildcard) => {
                    let tail = relative(&resource.written);
                    let head = resource.written.strip_suffix(tail).unwrap_or_default();
                    let text = head.to_owned() + &tail.replace(['+', '#'], "*");
                    out.push((NearMissKind::MqttWildcard, replace(policy, &resource.span, &text)));
                }
                Some(Mismatch::ArnField) => {
                    let head = part.resource.strip_suffix(relative(&part.resource)).unwrap_or_default();
                    let text = head.to_owned() + relative(&resource.written);
                    out.push((NearMissKind::ArnField, replace(policy, &resource.span, &text)));
                }
                Some(Mismatch::VariablesOff) => {
                    let document = set.policies().get(policy).map(|policy| &policy.document);
                    out.extend(
                        document
                            .and_then(|document| version(policy, document))
                            .map(|change| (NearMissKind::Version, change)),
                    );
                }
                Some(Mismatch::NoValue { .. } | Mismatch::Text) | None => {}
            }
        }
    }
    out
}

/// The client ID and the topic as they look, where they have characters that nobody sees.
fn unseen(context: &Context, request: &Request) -> Vec<Change> {
    let id = context.client_id.given().filter(|_| context.protocol != Protocol::Https);
    let topic = match request {
        Request::Publish { topic: name, .. }
        | Request::Subscribe { filter: name, .. }
        | Request::Receive { topic: name, .. } => Some(name),
        Request::Connect { .. } | Request::Action { .. } => None,
    };
    let looks = |name: &String| Some(visible(name)).filter(|looks| looks != name && !looks.is_empty());
    let id = id.and_then(looks).map(Change::ClientId);
    id.into_iter().chain(topic.and_then(looks).map(Change::Name)).collect()
}

/// The resources of Allow statements about the action, with the index of their policy.
pub(super) fn resources(part: &PartTrail) -> impl Iterator<Item = (usize, &ResourceTrail)> {
    part.policies.iter().flat_map(|policy| {
        let statements = policy.statements.iter();
        statements
            .filter(|statement| {
                statement.effect == Some(super::super::document::Effect::Allow) && !statement.not_resource
            })
            .flat_map(|statement| &statement.resources)
            .map(|resource| (policy.policy, resource))
    })
}

/// The sixth field of an ARN.
pub(super) fn relative(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or_default()
}
