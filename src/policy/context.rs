//! Who asks, over which connection, and the values that variables and condition keys then have.
//!
//! Knows how AWS IoT Core binds a thing to a connection (Developer Guide, "Thing policy variables" and
//! "Associating a thing to an MQTT client connection") and where each variable gets its value. Every value is given,
//! absent or unknown. Knows nothing of statements.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    pattern::{Lookup, Value},
    request::Request,
    variable::{CERTIFICATE_FIELDS, Key, NoValue, Party, Pick},
};
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

/// Fields of one party: an entry of [`CERTIFICATE_FIELDS`] to its values in the order of the certificate.
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
            unknown: Vec::new(),
        }
    }

    /// The ARN of a resource of this account and region.
    #[must_use]
    pub fn arn(&self, kind: ResourceType, name: &str) -> String {
        let Self { partition, region, account, .. } = self;
        let kind = kind.word();
        let mut arn = String::with_capacity(
            "arn::iot:::/".len() + partition.len() + region.len() + account.len() + kind.len() + name.len(),
        );
        for piece in ["arn:", partition, ":iot:", region, ":", account, ":", kind, "/", name] {
            arn.push_str(piece);
        }
        arn
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

/// The value or values of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue<'a> {
    /// One value.
    One(Cow<'a, str>),
    /// A set, possibly empty.
    Set(Vec<Cow<'a, str>>),
    /// No value.
    Absent(NoValue),
    /// Nobody said.
    Unknown,
}

/// A supposition about an unknown value: a text, or that there is none.
pub type Assumption = (Key, Option<String>);

/// The values of one request, seen by policies of one side.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    context: &'a Context,
    binding: Binding<'a>,
    request: &'a Request,
    action: &'a str,
    side: Side,
    assumed: &'a [Assumption],
}

/// At most this many values of a certificate field count (Developer Guide, policy variables).
const CERTIFICATE_VALUES: usize = 5;
/// A longer certificate value is not substituted (same page).
const CERTIFICATE_CHARACTERS: usize = 1024;

impl<'a> Values<'a> {
    /// The values for one check.
    #[must_use]
    pub const fn new(
        context: &'a Context,
        binding: Binding<'a>,
        request: &'a Request,
        action: &'a str,
        side: Side,
        assumed: &'a [Assumption],
    ) -> Self {
        Self { context, binding, request, action, side, assumed }
    }

    /// The context that the values come from.
    #[must_use]
    pub const fn context(&self) -> &'a Context {
        self.context
    }

    /// The value of `key` as a condition sees it.
    #[must_use]
    pub fn condition(&self, key: &Key) -> KeyValue<'a> {
        match self.raw(key) {
            // The Developer Guide has these characters escaped where a policy compares them.
            KeyValue::One(text) if key.is_certificate() => KeyValue::One(escaped(text)),
            KeyValue::Set(values) if key.is_certificate() => {
                KeyValue::Set(values.into_iter().map(escaped).collect())
            }
            other => other,
        }
    }

    fn raw(&self, key: &Key) -> KeyValue<'a> {
        if let Some((_, value)) = self.assumed.iter().find(|(assumed, _)| assumed == key) {
            return match (value, key) {
                (None, _) => KeyValue::Absent(NoValue::NotInRequest),
                (Some(text), Key::Certificate { pick: Pick::List, .. } | Key::ConnectAttributes) => {
                    KeyValue::Set(vec![Cow::Borrowed(text)])
                }
                (Some(text), _) => KeyValue::One(Cow::Borrowed(text)),
            };
        }
        if self.side == Side::Iam && (key.is_thing() || key.is_certificate()) {
            return KeyValue::Absent(NoValue::NotInIamPolicy);
        }
        if !self.context.unknown.is_empty() && self.context.unknown.iter().any(|known| known.same_fact(key)) {
            return KeyValue::Unknown;
        }
        let context = self.context;
        match key {
            Key::ClientId if context.protocol == Protocol::Https => KeyValue::Absent(NoValue::NotInRequest),
            Key::ClientId => field(&context.client_id),
            Key::SourceIp => field(&context.source_ip),
            Key::DomainName => field(&context.domain_name),
            Key::ThingName | Key::ThingTypeName | Key::ThingAttribute(_) | Key::IsAttached => self.thing(key),
            Key::CertificateId | Key::Certificate { .. } | Key::CertificateSerial | Key::CertificateKeys => {
                self.certificate(key)
            }
            Key::CognitoSub => match &context.principal {
                Principal::CognitoAuthenticated { identity }
                | Principal::CognitoUnauthenticated { identity } => field(identity),
                _ => KeyValue::Absent(NoValue::NotInRequest),
            },
            Key::ConnectAttributes => self.connect_attributes(),
            Key::LastWillTopic => match self.request {
                Request::Connect { will: Some(will), .. } if self.action == "iot:Connect" => {
                    KeyValue::One(Cow::Owned(context.arn(ResourceType::Topic, &will.topic)))
                }
                _ => KeyValue::Absent(NoValue::NotInRequest),
            },
            Key::Topic => match self.request {
                Request::Action { topic, .. } => field(topic),
                _ => KeyValue::Absent(NoValue::NotInRequest),
            },
            Key::CurrentTime | Key::EpochTime => match context.time {
                Field::Given(seconds) => KeyValue::One(Cow::Owned(seconds.to_string())),
                Field::Absent => KeyValue::Absent(NoValue::NotInRequest),
                Field::Unknown => KeyValue::Unknown,
            },
            Key::Undocumented(_) => KeyValue::Absent(NoValue::Undocumented),
            Key::Unknown(_) => KeyValue::Absent(NoValue::UnknownName),
        }
    }

    fn thing(&self, key: &Key) -> KeyValue<'a> {
        let thing = match (self.binding, key) {
            (Binding::Thing { thing, .. }, _) => thing,
            (Binding::Unknown, _) => return KeyValue::Unknown,
            // Over MQTT the key is there and says so; elsewhere it is absent (inferred).
            (
                Binding::None(
                    NoValue::ClientIdNotThing | NoValue::ThingNotAttached | NoValue::NoThingAttached,
                ),
                Key::IsAttached,
            ) => return KeyValue::One(Cow::Borrowed("false")),
            (Binding::None(why), _) => return KeyValue::Absent(why),
        };
        let or = |field: KeyValue<'a>, why| match field {
            KeyValue::Absent(_) => KeyValue::Absent(why),
            other => other,
        };
        match key {
            Key::ThingName => KeyValue::One(Cow::Borrowed(&thing.name)),
            Key::ThingTypeName => or(field(&thing.thing_type), NoValue::ThingHasNoType),
            Key::ThingAttribute(name) => match &thing.attributes {
                Field::Unknown => KeyValue::Unknown,
                Field::Absent => KeyValue::Absent(NoValue::AttributeMissing),
                Field::Given(attributes) => {
                    attributes.get(name).map_or(KeyValue::Absent(NoValue::AttributeMissing), |value| {
                        KeyValue::One(Cow::Borrowed(value))
                    })
                }
            },
            _ => KeyValue::One(Cow::Borrowed("true")),
        }
    }

    fn certificate(&self, key: &Key) -> KeyValue<'a> {
        let Principal::X509(certificate) = &self.context.principal else {
            return KeyValue::Absent(NoValue::NoCertificate);
        };
        let absent = KeyValue::Absent(NoValue::CertificateFieldAbsent);
        let of = |party: &Party| match party {
            Party::Subject => &certificate.subject,
            Party::Issuer => &certificate.issuer,
        };
        match key {
            Key::CertificateId => field(&certificate.id),
            Key::CertificateSerial => match field(&certificate.serial) {
                KeyValue::Absent(_) => absent,
                other => other,
            },
            Key::Certificate { party, field, pick } => {
                let values = match of(party) {
                    Field::Given(fields) => match fields.get(*field) {
                        Some(values) if !values.is_empty() => values,
                        _ => return absent,
                    },
                    Field::Absent => return absent,
                    Field::Unknown => return KeyValue::Unknown,
                };
                let mut counting = values.iter().take(CERTIFICATE_VALUES).map(|v| Cow::Borrowed(v.as_str()));
                let index = match pick {
                    Pick::List => return KeyValue::Set(counting.collect()),
                    Pick::First => 0,
                    Pick::At(index) => usize::from(*index),
                };
                counting.nth(index).map_or(KeyValue::Absent(NoValue::IndexPastEnd), KeyValue::One)
            }
            _ => {
                let mut keys = Vec::new();
                for party in [Party::Subject, Party::Issuer] {
                    match of(&party) {
                        Field::Unknown => return KeyValue::Unknown,
                        Field::Absent => {}
                        Field::Given(fields) => {
                            keys.extend(
                                CERTIFICATE_FIELDS.iter().filter(|name| fields.contains_key(**name)).map(
                                    |field| {
                                        Cow::Owned(
                                            Key::Certificate { party, field, pick: Pick::First }.name(),
                                        )
                                    },
                                ),
                            );
                        }
                    }
                }
                KeyValue::Set(keys)
            }
        }
    }

    fn connect_attributes(&self) -> KeyValue<'a> {
        match self.request {
            Request::Connect { persistent, will } if self.action == "iot:Connect" => {
                let persistent = match persistent {
                    Field::Given(persistent) => *persistent,
                    Field::Absent => false,
                    Field::Unknown => return KeyValue::Unknown,
                };
                let attributes = [(persistent, "PersistentConnect"), (will.is_some(), "LastWill")];
                KeyValue::Set(
                    attributes
                        .into_iter()
                        .filter(|(present, _)| *present)
                        .map(|(_, name)| Cow::Borrowed(name))
                        .collect(),
                )
            }
            _ => KeyValue::Absent(NoValue::NotInRequest),
        }
    }
}

impl Lookup for Values<'_> {
    fn lookup(&self, key: &Key) -> Value<'_> {
        match self.raw(key) {
            KeyValue::One(text) if key.is_certificate() => {
                if text.contains(['*', '$', '+', '?', '#']) {
                    Value::None(NoValue::ForbiddenCharacter)
                } else if text.chars().count() > CERTIFICATE_CHARACTERS {
                    Value::None(NoValue::TooLong)
                } else {
                    Value::Known(text)
                }
            }
            KeyValue::One(text) => Value::Known(text),
            KeyValue::Set(_) => Value::None(NoValue::ListInText),
            KeyValue::Absent(why) => Value::None(why),
            KeyValue::Unknown => Value::Unknown,
        }
    }
}

fn field(field: &Field<String>) -> KeyValue<'_> {
    match field {
        Field::Given(text) => KeyValue::One(Cow::Borrowed(text)),
        Field::Absent => KeyValue::Absent(NoValue::NotInRequest),
        Field::Unknown => KeyValue::Unknown,
    }
}

fn escaped(text: Cow<'_, str>) -> Cow<'_, str> {
    const SPECIAL: [char; 8] = [',', '"', '\\', '+', '=', '<', '>', ';'];
    if !text.contains(SPECIAL) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if SPECIAL.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    Cow::Owned(out)
}
