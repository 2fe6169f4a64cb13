//! Verdicts and reasons, as closed lists with stable codes.

use serde::{Deserialize, Serialize};

use super::super::{
    explain::{Confidence, Source},
    request::Part,
    variable::NoValue,
};

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Those without a variable.
    const PLAIN: &[Self] = &[
        Self::Allowed,
        Self::Denied,
        Self::CertificateNotActive,
        Self::NoPolicy,
        Self::NoIotPolicy,
        Self::NoIamPolicy,
        Self::GroupPolicyNotApplied,
        Self::ActionNotAllowed,
        Self::ResourceType,
        Self::ArnField,
        Self::LetterCase,
        Self::MqttWildcard,
        Self::VariablesOff,
        Self::ResourceMismatch,
        Self::NotResource,
        Self::ConditionFailed,
        Self::ValueUnknown,
        Self::NotModelled,
    ];

    /// One for each text that [`ReasonCode::as_str`] can give.
    #[must_use]
    pub fn all() -> Vec<Self> {
        use VariableGroup::{Certificate, Other, Thing};
        let unresolved = [Thing, Certificate, Other]
            .into_iter()
            .flat_map(|group| NoValue::ALL.iter().map(move |why| Self::Unresolved { group, why: *why }));
        let mut all = Self::PLAIN.to_vec();
        for code in unresolved {
            if all.iter().all(|known| known.as_str() != code.as_str()) {
                all.push(code);
            }
        }
        all
    }

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

impl ReasonCode {
    /// Whether a variable without a value is the reason.
    #[must_use]
    pub const fn is_unresolved(self) -> bool {
        matches!(self, Self::Unresolved { .. })
    }

    /// How sure the claim behind the reason is, and the pages it rests on; `None` where the documented rule "nothing
    /// is allowed unless a statement allows it" is all there is.
    #[must_use]
    pub fn standing(self) -> Option<(Confidence, Vec<Source>)> {
        use Confidence::{Documented, Inferred, Observed};
        Some(match self {
            Self::Unresolved { group, why } => match (group, why) {
                // AWS takes no certificate value with such a character; that nothing matches then is our conclusion.
                (_, NoValue::ForbiddenCharacter | NoValue::TooLong) => {
                    (Inferred, vec![Source::CertificateVariables])
                }
                (_, NoValue::NotInIamPolicy) => (Observed, vec![Source::ThingVariables]),
                (VariableGroup::Thing, NoValue::ClientIdNotThing | NoValue::ThingNotAttached) => {
                    (Documented, vec![Source::ThingVariables, Source::ExclusiveThing, Source::ThingExamples])
                }
                (VariableGroup::Thing, _) => {
                    (Documented, vec![Source::ThingVariables, Source::ThingExamples])
                }
                (VariableGroup::Certificate, _) => (Documented, vec![Source::CertificateVariables]),
                (VariableGroup::Other, _) => (Inferred, vec![Source::IamVariables]),
            },
            Self::NoIotPolicy | Self::NoIamPolicy => (Documented, vec![Source::CognitoPolicies]),
            Self::GroupPolicyNotApplied => (Documented, vec![Source::ThingGroups]),
            Self::ResourceType | Self::MqttWildcard => (Documented, vec![Source::PubSubPolicy]),
            Self::VariablesOff => (Inferred, vec![Source::IamVariables]),
            Self::ActionNotAllowed => (Documented, vec![Source::PolicyActions]),
            Self::CertificateNotActive => (Documented, vec![Source::Policies]),
            _ => return None,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_code_is_in_the_list_once() {
        // The texts in `as_str` of this very file are all that there are.
        let body = include_str!("reason.rs").split_once("fn as_str(self)").unwrap().1;
        let body = body.split_once("\nimpl").unwrap().0;
        let mut written: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
        let mut listed: Vec<&str> = ReasonCode::all().into_iter().map(ReasonCode::as_str).collect();
        written.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, written);
    }
}
