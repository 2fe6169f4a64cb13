//! Who asks, over which connection, and which thing AWS IoT Core then binds to it.
//!
//! Knows how AWS IoT Core binds a thing to a connection (Developer Guide, "Thing policy variables" and
//! "Associating a thing to an MQTT client connection"). Every fact is given, absent or unknown. Which variable takes
//! its value from which fact: see [`super::values`].

use std::collections::BTreeMap;

use super::variable::{Key, NoValue};
use crate::iot::action::ResourceType;

/// A fact that somebody gave, that is known not to exist, or that nobody gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// It is this.
    Given(T),
    /// There is none.
    Absent,
    /// Nobody said.
    #[default]
    Unknown,
}

impl<T> Field<T> {
    /// The given value.
    pub const fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            _ => None,
        }
    }
}

/// Given, or absent; for sources that have no third answer.
impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Given)
    }
}

/// The state of a certificate in AWS IoT Core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateStatus {
    /// May connect.
    #[default]
    Active,
    /// May not.
    Inactive,
    /// May not.
    Revoked,
    /// May not, yet.
    PendingTransfer,
    /// May not, yet.
    PendingActivation,
    /// May not, yet.
    RegisterInactive,
}

/// Fields of one party: an entry of [`CERTIFICATE_FIELDS`](super::variable::CERTIFICATE_FIELDS) to its values in the order of the certificate.
pub type CertificateFields = BTreeMap<String, Vec<String>>;

/// An X.509 client certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 certificate ID, 64 hexadecimal digits.
    pub id: Field<String>,
    /// Its state.
    pub status: CertificateStatus,
    /// The holder's fields.
    pub subject: Field<CertificateFields>,
    /// The signer's fields.
    pub issuer: Field<CertificateFields>,
    /// Serial number in decimal.
    pub serial: Field<String>,
}

/// By what a client proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// An X.509 certificate: IoT policies only.
    X509(Certificate),
    /// An authenticated Cognito identity: role policy and IoT policy.
    CognitoAuthenticated {
        /// `region:uuid`
        identity: Field<String>,
    },
    /// A Cognito guest: role policy only.
    CognitoUnauthenticated {
        /// `region:uuid`
        identity: Field<String>,
    },
    /// An IAM user or role: IAM policies only.
    IamRole,
    /// A custom authorizer: the documents that it returned.
    CustomAuthorizer,
}

/// A thing of the registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thing {
    /// Its name.
    pub name: String,
    /// Its type.
    pub thing_type: Field<String>,
    /// Its attributes.
    pub attributes: Field<BTreeMap<String, String>>,
    /// The groups it is in, ancestors included.
    pub groups: Vec<String>,
}

/// How the client reaches AWS IoT Core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// MQTT over TLS.
    #[default]
    Mqtt,
    /// MQTT over WebSocket.
    MqttWebSocket,
    /// HTTPS: no connection, no client ID.
    Https,
}

/// The version of MQTT. It does not change a decision, only what the device sees of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MqttVersion {
    /// MQTT 3.1.1
    #[default]
    V3,
    /// MQTT 5
    V5,
}

/// Everything about the client and its connection that a decision can rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// By what it proves who it is.
    pub principal: Principal,
    /// The things attached to the principal.
    pub things: Field<Vec<Thing>>,
    /// Whether the attachment is `EXCLUSIVE_THING`.
    pub exclusive: Field<bool>,
    /// Names of things that exist but are not attached to this principal.
    pub registered: Vec<String>,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Such as `eu-west-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// How the client reaches AWS IoT Core.
    pub protocol: Protocol,
    /// The version of MQTT.
    pub mqtt_version: MqttVersion,
    /// The client ID of the connection.
    pub client_id: Field<String>,
    /// The client's address.
    pub source_ip: Field<String>,
    /// The host name in TLS SNI.
    pub domain_name: Field<String>,
    /// Seconds since 1970 UTC, for `aws:CurrentTime` and `aws:EpochTime`.
    pub time: Field<i64>,
    /// Values of keys that belong to few requests: `iot:JobId`, `iot:IncludeSocketInformation` and Cognito's `:aud`
    /// and `:amr`. A key that is not in a given map is absent.
    pub keys: Field<BTreeMap<Key, Vec<String>>>,
    /// Variables and keys whose value nobody knows, whatever the other fields say.
    pub unknown: Vec<Key>,
}

impl Context {
    /// A context in which nothing optional is known.
    #[must_use]
    pub fn new(principal: Principal, region: &str, account: &str) -> Self {
        Self {
            principal,
            things: Field::Unknown,
            exclusive: Field::Unknown,
            registered: Vec::new(),
            partition: if region.starts_with("cn-") {
                "aws-cn"
            } else if region.starts_with("us-gov-") {
                "aws-us-gov"
            } else {
                "aws"
            }
            .to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            protocol: Protocol::Mqtt,
            mqtt_version: MqttVersion::V3,
            client_id: Field::Unknown,
            source_ip: Field::Unknown,
            domain_name: Field::Unknown,
            time: Field::Unknown,
            keys: Field::Unknown,
            unknown: Vec::new(),
        }
    }

    /// The ARN of a resource of this account and region.
    #[must_use]
    pub fn arn(&self, kind: ResourceType, name: &str) -> String {
        let mut arn = String::new();
        self.write_arn(kind, &[name], &mut arn);
        arn
    }

    /// Appends the ARN of the resource whose name is made of these pieces.
    pub(super) fn write_arn(&self, kind: ResourceType, name: &[&str], out: &mut String) {
        let Self { partition, region, account, .. } = self;
        let kind = kind.word();
        out.reserve(
            "arn::iot:::/".len()
                + partition.len()
                + region.len()
                + account.len()
                + kind.len()
                + name.iter().map(|piece| piece.len()).sum::<usize>(),
        );
        let head = ["arn:", partition, ":iot:", region, ":", account, ":", kind, "/"];
        for piece in head.iter().chain(name) {
            out.push_str(piece);
        }
    }

    /// Whether the thing may be bound by an exclusive attachment: only certificates can have one.
    #[must_use]
    pub const fn can_bind_exclusively(&self) -> bool {
        matches!(self.principal, Principal::X509(_))
            && !matches!(self.exclusive, Field::Given(false) | Field::Absent)
    }

    /// The thing that AWS IoT Core binds to this connection.
    #[must_use]
    pub fn binding(&self) -> Binding<'_> {
        let x509 = match self.principal {
            Principal::X509(_) => true,
            Principal::CognitoAuthenticated { .. } => false,
            _ => return Binding::None(NoValue::PrincipalHasNoThing),
        };
        if self.protocol == Protocol::Https {
            return Binding::None(NoValue::NotOverHttps);
        }
        let things = match &self.things {
            Field::Given(things) if !things.is_empty() => things,
            Field::Unknown => return Binding::Unknown,
            _ => return Binding::None(NoValue::NoThingAttached),
        };
        // The one thing of an exclusive attachment; only certificates can have it.
        let only = match things.as_slice() {
            [only] if x509 => Some(only),
            _ => None,
        };
        if let (Field::Given(true), Some(thing)) = (self.exclusive, only) {
            return Binding::Thing { thing, by: BoundBy::ExclusiveAttachment };
        }
        match &self.client_id {
            Field::Given(id) => match things.iter().find(|thing| thing.name == *id) {
                Some(thing) => Binding::Thing { thing, by: BoundBy::ClientId },
                None if self.exclusive == Field::Unknown && only.is_some() => Binding::Unknown,
                None if self.registered.contains(id) => Binding::None(NoValue::ThingNotAttached),
                None => Binding::None(NoValue::ClientIdNotThing),
            },
            Field::Absent => Binding::None(NoValue::ClientIdNotThing),
            Field::Unknown => Binding::Unknown,
        }
    }
}

/// How a thing came to be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundBy {
    /// The client ID is its name.
    ClientId,
    /// The certificate is attached to it exclusively.
    ExclusiveAttachment,
}

/// The thing of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// This thing.
    Thing {
        /// The thing.
        thing: &'a Thing,
        /// Why it.
        by: BoundBy,
    },
    /// None.
    None(NoValue),
    /// It depends on what nobody gave.
    Unknown,
}

/// Which kind of policy is being evaluated: values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// AWS IoT Core policies.
    Iot,
    /// IAM policies.
    Iam,
}
