//! What nobody outside AWS knows for certain, as switches: one list, each with its default and where it acts.
//!
//! A switch at rest follows what documentation suggests; thrown, it follows the other reading. A verdict that changes
//! when one switch is thrown rests on that point and is no surer than it. Points about the wire act in the simulated
//! broker; they stand here by name only ([`ON_THE_WIRE`]).

use super::explain::{Confidence, Source};

/// An undecided point of AWS's behaviour that a verdict can turn on. Each says what holds at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// Group policies need the client ID to be the thing's name even with exclusive attachment. The only sentence
    /// that AWS has makes no exception.
    GroupNeedsClientId,
    /// `*` and `?` in a client ID are plain characters after substitution, as in IAM.
    ClientIdWildcards,
    /// An absent `Version` is `2008-10-17`, as in IAM: no variables.
    AbsentVersion,
    /// `Version` `2008-10-17` has no variables, as in IAM.
    OldVersion,
    /// A certificate value with `*`, `$`, `+`, `?` or `#` leaves the variable without a value.
    CertificateCharacters,
    /// `.0` is the first value of a certificate field, `.2` the third. Only `.1` has an example.
    CertificateIndexes,
    /// `${key, 'default'}` never has a value. Thrown: the default stands in, as in IAM.
    DefaultValues,
    /// A shared subscription's delivery is allowed by `topic/<topic>` alone. Thrown: that form does not count.
    SharePlainForm,
    /// A shared subscription's delivery is allowed by `topic/$share/<name>/<topic>` alone. Thrown: that form does
    /// not count.
    ShareForm,
    /// A thing variable in `iot:Connect` has its value by exclusive attachment although the client ID is not the
    /// thing's name. That the thing is found is documented; nobody has shown such a CONNECT.
    ExclusiveConnect,
    /// Type, attributes and `IsAttached` have values by exclusive attachment although the client ID is not the
    /// thing's name. The paragraphs about them still ask for equality.
    ExclusiveThingFacts,
    /// A Deny whose variable has no value does not deny, as in IAM.
    DenyWithoutValue,
    /// A `NotResource` whose variable has no value leaves nothing out, as in IAM.
    NotResourceWithoutValue,
    /// Of several resources only the one whose variable has no value drops out. Thrown: the whole statement does.
    OneWithoutValue,
    /// `*` and `?` stay within a colon-separated field of an ARN, as in IAM; the sixth runs to the end. A short
    /// ARN that ends in `*` covers the missing fields.
    ArnFields,
    /// Action names are compared without regard to letter case, as in IAM.
    ActionCase,
    /// `NotAction` means what it means in IAM. Thrown: the statement matches nothing.
    NotAction,
    /// `iot:ClientId`, `aws:CurrentTime` and `aws:EpochTime` have values as condition keys.
    ConditionKeys,
    /// A retained will needs `iot:RetainPublish`.
    WillRetain,
    /// Thing variables have no value in IAM policies.
    ThingInIam,
    /// `iot:ClientId` has its value in IAM policies. Users report that it works, and that it does not.
    ClientIdInIam,
}

impl Switch {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::GroupNeedsClientId,
        Self::ClientIdWildcards,
        Self::AbsentVersion,
        Self::OldVersion,
        Self::CertificateCharacters,
        Self::CertificateIndexes,
        Self::DefaultValues,
        Self::SharePlainForm,
        Self::ShareForm,
        Self::ExclusiveConnect,
        Self::ExclusiveThingFacts,
        Self::DenyWithoutValue,
        Self::NotResourceWithoutValue,
        Self::OneWithoutValue,
        Self::ArnFields,
        Self::ActionCase,
        Self::NotAction,
        Self::ConditionKeys,
        Self::WillRetain,
        Self::ThingInIam,
        Self::ClientIdInIam,
    ];

    /// How sure the default is.
    #[must_use]
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::ThingInIam | Self::ClientIdInIam => Confidence::Observed,
            _ => Confidence::Inferred,
        }
    }

    /// The page that comes nearest to an answer.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::GroupNeedsClientId => Source::ThingGroups,
            Self::CertificateCharacters | Self::CertificateIndexes => Source::CertificateVariables,
            Self::SharePlainForm | Self::ShareForm => Source::PubSubPolicy,
            Self::ExclusiveConnect => Source::ExclusiveThing,
            Self::ExclusiveThingFacts | Self::ThingInIam => Source::ThingVariables,
            Self::ArnFields => Source::IamResource,
            Self::ActionCase | Self::NotAction => Source::PolicyActions,
            Self::ConditionKeys => Source::IamConditions,
            Self::WillRetain => Source::RetainedMessages,
            Self::ClientIdWildcards
            | Self::AbsentVersion
            | Self::OldVersion
            | Self::DefaultValues
            | Self::ClientIdInIam
            | Self::DenyWithoutValue
            | Self::NotResourceWithoutValue
            | Self::OneWithoutValue => Source::IamVariables,
        }
    }

    /// The switch of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|switch| switch.as_str() == name)
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GroupNeedsClientId => "GROUP_NEEDS_CLIENT_ID",
            Self::ClientIdWildcards => "CLIENT_ID_WILDCARDS",
            Self::AbsentVersion => "ABSENT_VERSION",
            Self::OldVersion => "OLD_VERSION",
            Self::CertificateCharacters => "CERTIFICATE_CHARACTERS",
            Self::CertificateIndexes => "CERTIFICATE_INDEXES",
            Self::DefaultValues => "DEFAULT_VALUES",
            Self::SharePlainForm => "SHARE_PLAIN_FORM",
            Self::ShareForm => "SHARE_FORM",
            Self::ExclusiveConnect => "EXCLUSIVE_CONNECT",
            Self::ExclusiveThingFacts => "EXCLUSIVE_THING_FACTS",
            Self::DenyWithoutValue => "DENY_WITHOUT_VALUE",
            Self::NotResourceWithoutValue => "NOT_RESOURCE_WITHOUT_VALUE",
            Self::OneWithoutValue => "ONE_WITHOUT_VALUE",
            Self::ArnFields => "ARN_FIELDS",
            Self::ActionCase => "ACTION_CASE",
            Self::NotAction => "NOT_ACTION",
            Self::ConditionKeys => "CONDITION_KEYS",
            Self::WillRetain => "WILL_RETAIN",
            Self::ThingInIam => "THING_IN_IAM",
            Self::ClientIdInIam => "CLIENT_ID_IN_IAM",
        }
    }
}

/// Which switches are thrown; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches(u32);

impl Switches {
    /// All at rest.
    pub const NONE: Self = Self(0);

    /// The same with one switch turned over.
    #[must_use]
    pub const fn turned(self, switch: Switch) -> Self {
        Self(self.0 ^ (1 << switch as u32))
    }

    /// The names of those that are thrown, in the order of [`Switch::ALL`].
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Switch::ALL.iter().filter(|switch| self.thrown(**switch)).map(|switch| switch.as_str()).collect()
    }

    /// Whether `switch` is thrown.
    #[must_use]
    pub const fn thrown(self, switch: Switch) -> bool {
        self.0 & (1 << switch as u32) != 0
    }
}

/// Undecided points that change no verdict but what a device sees or when: name, what the simulator does, and the
/// module that does it.
pub const ON_THE_WIRE: &[(&str, &str, &str)] = &[
    ("CONNECT_REFUSED_V3", "MQTT 3.1.1: the connection closes without CONNACK (observed)", "broker::connect"),
    (
        "PUBLISH_QOS0_REFUSED_V5",
        "MQTT 5: DISCONNECT 0x87, then the connection closes (inferred)",
        "broker::publish",
    ),
    ("POLICY_DELAY", "a change of policy acts at once; AWS says 6 to 8 minutes (documented)", "lab::world"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_told_apart() {
        for (place, one) in Switch::ALL.iter().enumerate() {
            let thrown = Switches::default().turned(*one);
            assert!(Switch::ALL.iter().all(|other| thrown.thrown(*other) == (one == other)));
            assert!(Switch::ALL.iter().skip(place + 1).all(|other| other.as_str() != one.as_str()));
        }
    }
}
