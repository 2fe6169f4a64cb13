//! What is not settled, how sure a claim is, and what a device sees.

use crate::policy::{
    Explanation, ReasonCode, Verdict,
    explain::{Confidence, Sight, Switch},
};

/// The mark of a claim.
#[must_use]
pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "Documented",
        Confidence::Observed => "Observed",
        Confidence::Inferred => "Inferred",
    }
}

/// How an undecided point is read here.
#[must_use]
pub const fn undecided(switch: Switch) -> &'static str {
    match switch {
        Switch::GroupNeedsClientId => {
            "a thing group's policy counts only when the client ID is the thing's name, exclusive attachment or not"
        }
        Switch::ClientIdWildcards => "`*` and `?` in a client ID are plain characters",
        Switch::AbsentVersion => "without `Version` a policy has no variables",
        Switch::OldVersion => "an older `Version` has no variables",
        Switch::CertificateCharacters => {
            "a certificate value with `*`, `$`, `+`, `?` or `#` leaves the variable without a value"
        }
        Switch::CertificateIndexes => "indexes of certificate fields count from zero",
        Switch::DefaultValues => "a default value in a variable does not work",
        Switch::SharePlainForm => "`topic/` without `$share` covers a shared subscription's delivery",
        Switch::ShareForm => "`topic/$share/` covers a shared subscription's delivery",
        Switch::ExclusiveConnect => {
            "that exclusive attachment names the thing whatever the client ID is documented; that a CONNECT with \
             another client ID then passes such a pattern is concluded, nobody has shown it"
        }
        Switch::ExclusiveThingFacts => {
            "with exclusive attachment type, attributes and `IsAttached` are there for any client ID"
        }
        Switch::DenyWithoutValue => "a Deny whose variable has no value does not deny",
        Switch::NotResourceWithoutValue => "a `NotResource` whose variable has no value leaves nothing out",
        Switch::OneWithoutValue => {
            "only the resource whose variable has no value drops out, not its statement"
        }
        Switch::ArnFields => "`*` before the fifth colon stays within its field",
        Switch::ActionCase => "action names are compared without regard to letter case",
        Switch::NotAction => "`NotAction` works as in IAM",
        Switch::ConditionKeys => "this condition key has a value in AWS IoT Core",
        Switch::WillRetain => "a retained will needs `iot:RetainPublish`",
        Switch::ThingInIam => "thing variables have no value in IAM policies",
        Switch::ClientIdInIam => "`iot:ClientId` has its value in IAM policies",
    }
}

/// What holds when an undecided point is turned over.
#[must_use]
pub const fn turned_over(switch: Switch) -> &'static str {
    match switch {
        Switch::GroupNeedsClientId => {
            "with exclusive attachment a thing group's policy counts for any client ID"
        }
        Switch::ClientIdWildcards => "`*` and `?` in a client ID work as wildcards after substitution",
        Switch::AbsentVersion => "without `Version` a policy has variables",
        Switch::OldVersion => "an older `Version` has variables",
        Switch::CertificateCharacters => "such a certificate value is substituted like any other",
        Switch::CertificateIndexes => "of the indexes of certificate fields only `.1` has a value",
        Switch::DefaultValues => "the default value stands in for a variable without a value",
        Switch::SharePlainForm => "`topic/` without `$share` does not cover a shared subscription's delivery",
        Switch::ShareForm => "`topic/$share/` does not cover a shared subscription's delivery",
        Switch::ExclusiveConnect => {
            "in `iot:Connect` a thing variable has a value only when the client ID is the thing's name"
        }
        Switch::ExclusiveThingFacts => {
            "type, attributes and `IsAttached` need the client ID to be the thing's name, exclusive attachment or not"
        }
        Switch::DenyWithoutValue => "a Deny whose variable has no value denies",
        Switch::NotResourceWithoutValue => {
            "a `NotResource` whose variable has no value leaves the resource out"
        }
        Switch::OneWithoutValue => "of several resources one without a value takes the whole statement along",
        Switch::ArnFields => {
            "`*` reaches over the colons of an ARN; a short ARN that ends in `*` covers nothing"
        }
        Switch::ActionCase => "action names are compared with regard to letter case",
        Switch::NotAction => "a statement with `NotAction` matches nothing",
        Switch::ConditionKeys => {
            "`iot:ClientId`, `aws:CurrentTime` and `aws:EpochTime` have no value in conditions"
        }
        Switch::WillRetain => "a retained will does not need `iot:RetainPublish`",
        Switch::ThingInIam => "thing variables have values in IAM policies",
        Switch::ClientIdInIam => "`iot:ClientId` has no value in IAM policies",
    }
}

/// Every answer under other readings than the usual ones says so.
#[must_use]
pub fn answered_with(turned: &[&str]) -> String {
    let points = if turned.len() == 1 { "point" } else { "points" };
    format!("Answered with {} undecided {points} turned over: {}.", turned.len(), turned.join(", "))
}

/// What the device sees.
#[must_use]
pub const fn seen(sight: Sight) -> &'static str {
    match sight {
        Sight::ClosedWithoutConnack => {
            "the connection closes without CONNACK and without a reason (\"The connection was lost\")"
        }
        Sight::ConnackNotAuthorized => {
            "CONNACK with reason code 0x87, Not authorized, then the connection closes"
        }
        Sight::Closed => "the connection closes without a reason",
        Sight::DisconnectNotAuthorized => {
            "DISCONNECT with reason code 0x87, Not authorized, then the connection closes"
        }
        Sight::PubackNotAuthorized => "PUBACK with reason code 0x87, Not authorized; the connection stays",
        Sight::SubackNotAuthorized => "SUBACK with reason code 0x87, Not authorized; the connection stays",
        Sight::Nothing => "nothing: the message does not arrive, the connection stays",
        Sight::TlsAlert => "the TLS handshake fails, before any MQTT",
    }
}

/// What a client sees of a refusal over HTTPS; `None` when it is not refused, or over MQTT. The answer 403 was seen by
/// users for shadows ("greengrass shadow-manager", issues 200 and 207); that it is the same elsewhere is concluded.
#[must_use]
pub fn seen_over_https(explanation: &Explanation) -> Option<(&'static str, Confidence)> {
    let decision = explanation.decision;
    let refused = matches!(decision.verdict, Verdict::ImplicitDeny | Verdict::ExplicitDeny);
    if !refused || explanation.facts.mqtt {
        return None;
    }
    if decision.reason == ReasonCode::CertificateNotActive {
        return Some(("the TLS handshake fails, before any HTTP", Confidence::Observed));
    }
    let shadow = explanation.parts.iter().any(|part| part.action.ends_with("ThingShadow"));
    let sure = if shadow { Confidence::Observed } else { Confidence::Inferred };
    Some(("the answer is 403 (Forbidden)", sure))
}
