//! `IPL-L011` broad-data-plane-access.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Principal,
        context::Side,
        lint::{
            Found,
            probe::{Nothing, STRANGER},
            subject::{Named, Stated, Subject},
        },
        pattern::{Match, SegmentKind},
        variable::Key,
    },
    text::Text,
};

about! {
    /// Device Defender reports the policy as overly permissive
    ///
    /// # What it flags
    /// Allows that the audit check `IOT_POLICY_OVERLY_PERMISSIVE_CHECK` calls broad: Connect as anybody, Publish
    /// to or Subscribe from the shadows of other things, thing actions on `thing/*`. For the role of a Cognito
    /// identity the check has a name of its own. One finding for each policy.
    /// # Why it hurts
    /// One stolen device can act as every other. The audit finding is critical.
    /// # What to do
    /// Name the thing with `${iot:Connection.Thing.ThingName}` and demand `IsAttached`.
    /// # Flagged
    /// `topicfilter/$aws/things/*`
    /// # Clean
    /// `topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*`
    /// # Sources
    /// - Device Defender, audit check IOT_POLICY_OVERLY_PERMISSIVE_CHECK
    /// - Device Defender, audit checks UNAUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK and
    ///   AUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK
}

/// The reason that the audit gives.
const REASON: &str = "ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS";
/// The actions on things that the check looks at.
const THING_ACTIONS: [&str; 7] = [
    "iot:GetThingShadow",
    "iot:UpdateThingShadow",
    "iot:DeleteThingShadow",
    "iotjobsdata:DescribeJobExecution",
    "iotjobsdata:GetPendingJobExecutions",
    "iotjobsdata:StartNextPendingJobExecution",
    "iotjobsdata:UpdateJobExecution",
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found: Vec<(usize, Found)> = Vec::new();
    for stated in subject.allows() {
        let Some(check) = check(subject, stated.side) else { continue };
        for named in &stated.resources {
            let Some(action) = broad(subject, stated, named) else { continue };
            let span = named.written.span.clone();
            if let Some((_, one)) = found.iter_mut().find(|(policy, _)| *policy == stated.policy) {
                one.places.push(crate::policy::lint::Place { policy: stated.policy, span });
                continue;
            }
            let text = Text::new()
                .say("Device Defender reports this policy: ")
                .code(action)
                .say(" on ")
                .code(named.short());
            let text = text.say(" is broad access (").code(check).say(", ").code(REASON).say(").");
            let one = Found::at(stated.policy, span, text).with("check", check).with("reason", REASON);
            found.push((stated.policy, one.with("action", action)));
        }
    }
    found.into_iter().map(|(_, one)| one).collect()
}

/// The check that looks at a policy of this side.
fn check(subject: &Subject<'_>, side: Side) -> Option<&'static str> {
    match (side, subject.context.map(|context| &context.principal)) {
        (Side::Iot, _) => Some("IOT_POLICY_OVERLY_PERMISSIVE_CHECK"),
        (Side::Iam, Some(Principal::CognitoAuthenticated { .. })) => {
            Some("AUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK")
        }
        (Side::Iam, Some(Principal::CognitoUnauthenticated { .. })) => {
            Some("UNAUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK")
        }
        (Side::Iam, _) => None,
    }
}

/// The action that is broad on this resource.
fn broad(subject: &Subject<'_>, stated: &Stated<'_>, named: &Named<'_>) -> Option<&'static str> {
    let context = subject.probe();
    let covers = |kind, name: &str| named.pattern.matches(&context.arn(kind, name), &Nothing) == Match::Yes;
    let shadow = format!("$aws/things/{STRANGER}/shadow/update");
    let own_name = matches!(
        named.name_of(ResourceType::Client).map(|_| named.name_pattern()),
        Some(name) if matches!(name.segments(), [only] if only.kind == SegmentKind::Variable(Key::ClientId))
    );
    if stated.names("iot:Connect")
        && !stated.demands_attachment()
        && (covers(ResourceType::Client, STRANGER) || own_name)
    {
        return Some("iot:Connect");
    }
    if stated.names("iot:Publish") && covers(ResourceType::Topic, &shadow) {
        return Some("iot:Publish");
    }
    let filters = [shadow.as_str(), "$aws/things/+/shadow/update", "$aws/things/#"];
    if stated.names("iot:Subscribe") && filters.iter().any(|filter| covers(ResourceType::TopicFilter, filter))
    {
        return Some("iot:Subscribe");
    }
    let action = THING_ACTIONS.into_iter().find(|action| stated.names(action))?;
    covers(ResourceType::Thing, STRANGER).then_some(action)
}
