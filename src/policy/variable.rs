//! The names that stand in `${...}` and as condition keys, and why one may have no value.
//!
//! Knows the closed list of names of the Developer Guide (basic, thing and certificate policy variables; connect
//! policy examples; Cognito). Where a value comes from is the business of [`super::context`].
//! Names are compared without regard to letter case: IAM documents that, AWS IoT Core is inferred to follow. The
//! attribute name in `Attributes[...]` is compared exactly (undocumented).

/// Which party of a certificate a field describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The holder.
    Subject,
    /// The authority that signed it.
    Issuer,
}

/// Which values of a field that can occur several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// The plain name: the first value.
    First,
    /// `.0`, `.1`, ...: counted from zero, as the example of the Developer Guide behaves.
    At(u16),
    /// `.List`: all values, for conditions only.
    List,
}

/// The fields of subject and issuer, spelt as AWS spells them.
pub const CERTIFICATE_FIELDS: &[&str] = &[
    "DistinguishedNameQualifier",
    "Country",
    "Organization",
    "OrganizationalUnit",
    "State",
    "CommonName",
    "SerialNumber",
    "Title",
    "Surname",
    "GivenName",
    "Initials",
    "Pseudonym",
    "GenerationQualifier",
    "AlternativeName.RFC822Name",
    "AlternativeName.DNSName",
    "AlternativeName.DirectoryName",
    "AlternativeName.UniformResourceIdentifier",
    "AlternativeName.IPAddress",
];

/// A policy variable or condition key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `iot:ClientId`
    ClientId,
    /// `aws:SourceIp`
    SourceIp,
    /// `iot:DomainName`
    DomainName,
    /// `iot:Connection.Thing.ThingName`
    ThingName,
    /// `iot:Connection.Thing.ThingTypeName`
    ThingTypeName,
    /// `iot:Connection.Thing.Attributes[name]`
    ThingAttribute(String),
    /// `iot:Connection.Thing.IsAttached`
    IsAttached,
    /// `iot:CertificateId`
    CertificateId,
    /// `iot:Certificate.Subject.*`, `iot:Certificate.Issuer.*`
    Certificate {
        /// Whose field.
        party: Party,
        /// An entry of [`CERTIFICATE_FIELDS`].
        field: &'static str,
        /// Which of its values.
        pick: Pick,
    },
    /// `iot:Certificate.SerialNumber`, in decimal
    CertificateSerial,
    /// `iot:Certificate.AvailableKeys`
    CertificateKeys,
    /// `cognito-identity.amazonaws.com:sub`
    CognitoSub,
    /// `cognito-identity.amazonaws.com:aud`: the identity pool
    CognitoAud,
    /// `cognito-identity.amazonaws.com:amr`: how the identity was proved, a set
    CognitoAmr,
    /// `iot:JobId`, for `iotjobsdata:` actions
    JobId,
    /// `iot:IncludeSocketInformation`, for `iot:GetConnection`
    IncludeSocketInformation,
    /// `iot:ConnectAttributes`
    ConnectAttributes,
    /// `iot:LastWillTopic`
    LastWillTopic,
    /// `iot:Topic`, for direct messages
    Topic,
    /// `aws:CurrentTime`
    CurrentTime,
    /// `aws:EpochTime`
    EpochTime,
    /// A key that exists in AWS but is not known to have a value in an AWS IoT Core policy.
    Undocumented(String),
    /// A name that AWS IoT Core does not have. In a policy out of a template it may be one that the template computes:
    /// then its value is unknown.
    Unknown(String),
}

const PLAIN: &[(&str, Key)] = &[
    ("iot:ClientId", Key::ClientId),
    ("aws:SourceIp", Key::SourceIp),
    ("iot:DomainName", Key::DomainName),
    ("iot:Connection.Thing.ThingName", Key::ThingName),
    ("iot:Connection.Thing.ThingTypeName", Key::ThingTypeName),
    ("iot:Connection.Thing.IsAttached", Key::IsAttached),
    ("iot:CertificateId", Key::CertificateId),
    ("iot:Certificate.SerialNumber", Key::CertificateSerial),
    ("iot:Certificate.AvailableKeys", Key::CertificateKeys),
    ("cognito-identity.amazonaws.com:sub", Key::CognitoSub),
    ("cognito-identity.amazonaws.com:aud", Key::CognitoAud),
    ("cognito-identity.amazonaws.com:amr", Key::CognitoAmr),
    ("iot:JobId", Key::JobId),
    ("iot:IncludeSocketInformation", Key::IncludeSocketInformation),
    ("iot:ConnectAttributes", Key::ConnectAttributes),
    ("iot:LastWillTopic", Key::LastWillTopic),
    ("iot:Topic", Key::Topic),
    ("aws:CurrentTime", Key::CurrentTime),
    ("aws:EpochTime", Key::EpochTime),
];

const ATTRIBUTE: &str = "iot:Connection.Thing.Attributes[";

/// Every name that AWS IoT Core has, for a reference. Of those that come in any number one stands for all: an attribute
/// called `name`, and the first value of each certificate field.
pub fn all() -> impl Iterator<Item = Key> {
    let plain = PLAIN.iter().map(|(_, key)| key.clone());
    let fields = [Party::Subject, Party::Issuer].into_iter().flat_map(|party| {
        CERTIFICATE_FIELDS.iter().map(move |field| Key::Certificate { party, field, pick: Pick::First })
    });
    plain.chain([Key::ThingAttribute("name".to_owned())]).chain(fields)
}

impl Key {
    /// Reads a name as it stands between `${` and `}` or as a condition key. Never fails: see [`Key::Unknown`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        if let Some((_, key)) = PLAIN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return key.clone();
        }
        if let Some(attribute) = strip_prefix(name, ATTRIBUTE).and_then(|rest| rest.strip_suffix(']')) {
            return Self::ThingAttribute(attribute.to_owned());
        }
        for (prefix, party) in
            [("iot:Certificate.Subject.", Party::Subject), ("iot:Certificate.Issuer.", Party::Issuer)]
        {
            if let Some((field, pick)) = strip_prefix(name, prefix).and_then(certificate_field) {
                return Self::Certificate { party, field, pick };
            }
        }
        // `AWS::Region` and the like are CloudFormation's.
        if (strip_prefix(name, "aws:").is_some() && !name.contains("::"))
            || strip_prefix(name, "cognito-identity.amazonaws.com:").is_some()
        {
            return Self::Undocumented(name.to_owned());
        }
        Self::Unknown(name.to_owned())
    }

    /// The name as AWS writes it.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some((known, _)) = PLAIN.iter().find(|(_, key)| key == self) {
            return (*known).to_owned();
        }
        match self {
            Self::ThingAttribute(attribute) => format!("{ATTRIBUTE}{attribute}]"),
            Self::Certificate { party, field, pick } => {
                let party = match party {
                    Party::Subject => "Subject",
                    Party::Issuer => "Issuer",
                };
                let suffix = match pick {
                    Pick::First => String::new(),
                    Pick::At(index) => format!(".{index}"),
                    Pick::List => ".List".to_owned(),
                };
                format!("iot:Certificate.{party}.{field}{suffix}")
            }
            Self::Undocumented(name) | Self::Unknown(name) => name.clone(),
            _ => String::new(),
        }
    }

    /// Whether the value comes from the thing bound to the connection.
    #[must_use]
    pub const fn is_thing(&self) -> bool {
        matches!(self, Self::ThingName | Self::ThingTypeName | Self::ThingAttribute(_) | Self::IsAttached)
    }

    /// Whether the value comes from the client certificate.
    #[must_use]
    pub const fn is_certificate(&self) -> bool {
        matches!(
            self,
            Self::CertificateId | Self::Certificate { .. } | Self::CertificateSerial | Self::CertificateKeys
        )
    }

    /// Whether it has any number of values, and so stands in conditions only.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(
            self,
            Self::ConnectAttributes
                | Self::CertificateKeys
                | Self::CognitoAmr
                | Self::Certificate { pick: Pick::List, .. }
        )
    }

    /// Whether both names always have one value, so that a supposition about one is one about the other.
    #[must_use]
    pub fn same_value(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::CurrentTime | Self::EpochTime, Self::CurrentTime | Self::EpochTime) => true,
            (
                Self::Certificate { party, field, pick: Pick::First | Pick::At(0) },
                Self::Certificate { party: other_party, field: other_field, pick: Pick::First | Pick::At(0) },
            ) => party == other_party && field == other_field,
            _ => self == other,
        }
    }

    /// Whether both names speak of one fact: a certificate field counts as one whatever the index.
    #[must_use]
    pub fn same_fact(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Certificate { party, field, .. },
                Self::Certificate { party: other_party, field: other_field, .. },
            ) => party == other_party && field == other_field,
            _ => self.same_value(other),
        }
    }
}

/// `prefix` is ASCII, so letter case is ASCII case.
fn strip_prefix<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = name.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn certificate_field(written: &str) -> Option<(&'static str, Pick)> {
    let exact =
        |name: &str| CERTIFICATE_FIELDS.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
    if let Some(field) = exact(written) {
        return Some((field, Pick::First));
    }
    let (name, index) = written.rsplit_once('.')?;
    let field = exact(name)?;
    if index.eq_ignore_ascii_case("List") {
        return Some((field, Pick::List));
    }
    let digits = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
    // An index beyond the range is past the end of every certificate.
    digits.then(|| (field, Pick::At(index.parse().unwrap_or(u16::MAX))))
}

/// Why a variable or condition key has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoValue {
    /// Not exclusive, and the client ID is not the name of an attached thing.
    ClientIdNotThing,
    /// A thing of that name exists but is attached to another principal.
    ThingNotAttached,
    /// No thing is attached to the principal.
    NoThingAttached,
    /// Over HTTPS there is no connection and so no thing.
    NotOverHttps,
    /// Custom authorizers, IAM principals and unauthenticated identities have no thing.
    PrincipalHasNoThing,
    /// Thing and certificate variables have no value in an IAM policy.
    NotInIamPolicy,
    /// The bound thing has no type.
    ThingHasNoType,
    /// The bound thing has no such attribute.
    AttributeMissing,
    /// The principal brings no certificate.
    NoCertificate,
    /// The certificate has no such field.
    CertificateFieldAbsent,
    /// The certificate has fewer values than the index asks for; only the first five count.
    IndexPastEnd,
    /// The certificate's value contains `*`, `$`, `+`, `?` or `#`.
    ForbiddenCharacter,
    /// The certificate's value is longer than 1024 characters.
    TooLong,
    /// A list is for conditions and cannot be put into text.
    ListInText,
    /// The request carries no such value, such as a client ID over HTTPS.
    NotInRequest,
    /// The name is not one of AWS IoT Core.
    UnknownName,
    /// The name exists in AWS, but no page says that it has a value here.
    Undocumented,
    /// Default values are not documented for AWS IoT Core.
    DefaultValue,
    /// Variables are allowed only after the fifth colon of an ARN.
    BeforeFifthColon,
}

impl NoValue {
    /// All of them, in this order.
    pub const ALL: &[Self] = &[
        Self::ClientIdNotThing,
        Self::ThingNotAttached,
        Self::NoThingAttached,
        Self::NotOverHttps,
        Self::PrincipalHasNoThing,
        Self::NotInIamPolicy,
        Self::ThingHasNoType,
        Self::AttributeMissing,
        Self::NoCertificate,
        Self::CertificateFieldAbsent,
        Self::IndexPastEnd,
        Self::ForbiddenCharacter,
        Self::TooLong,
        Self::ListInText,
        Self::NotInRequest,
        Self::UnknownName,
        Self::Undocumented,
        Self::DefaultValue,
        Self::BeforeFifthColon,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of this file between `pub enum Name {` and its end that begin a variant.
    fn variants(name: &str) -> usize {
        let after = include_str!("variable.rs").split_once(&format!("pub enum {name} {{\n")).unwrap().1;
        let body = after.split_once("\n}").unwrap().0;
        body.lines()
            .filter(|line| line.strip_prefix("    ").is_some_and(|l| l.starts_with(char::is_uppercase)))
            .count()
    }

    #[test]
    fn the_lists_hold_every_variant_once() {
        assert_eq!(NoValue::ALL.len(), variants("NoValue"));
        assert!((0..).zip(NoValue::ALL).all(|(place, why)| *why as usize == place));
        // Certificate fields and attributes come beside PLAIN; the two kinds of unknown names are not names of AWS IoT Core.
        assert_eq!(PLAIN.len(), variants("Key") - 4);
        assert!(all().all(|key| Key::parse(&key.name()) == key));
    }

    #[test]
    fn names_are_read_and_written() {
        for name in [
            "iot:ClientId",
            "iot:Connection.Thing.Attributes[Env]",
            "iot:Certificate.Subject.OrganizationalUnit.1",
            "iot:Certificate.Issuer.AlternativeName.DNSName.List",
            "iot:Certificate.Subject.CommonName",
        ] {
            assert_eq!(Key::parse(name).name(), name);
            assert!(!matches!(Key::parse(name), Key::Unknown(_)), "{name}");
        }
        assert_eq!(Key::parse("IOT:connection.thing.THINGNAME"), Key::ThingName);
        assert!(matches!(Key::parse("iot:Thing.ThingName"), Key::Unknown(_)));
        assert!(matches!(Key::parse("iot:Certificate.Subject.CommonName.x"), Key::Unknown(_)));
    }
}
