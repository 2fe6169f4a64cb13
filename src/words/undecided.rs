//! What is not settled, how sure a claim is, and what a device sees.

use crate::policy::explain::{Confidence, Sight, Switch};

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
    }
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
