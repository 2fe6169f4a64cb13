//! The value of every variable and condition key for one request.
//!
//! Knows which fact of the context or the request each name stands for, and when it has no value. A value is one
//! text, a set, absent with a reason, or unknown. Knows nothing of statements.

use std::borrow::Cow;

use super::{
    context::{Binding, BoundBy, Context, Field, Principal, Protocol, Side},
    pattern::{Lookup, Value},
    request::Request,
    switch::{Switch, Switches},
    variable::{CERTIFICATE_FIELDS, Key, NoValue, Party, Pick},
};
use crate::iot::action::ResourceType;

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

/// A supposition about an unknown value: a text, or that there is none. A set of several connect attributes is written
/// with commas.
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
    switches: Switches,
}

/// The client wants a session that outlives its connection.
const PERSISTENT_CONNECT: &str = "PersistentConnect";
/// The client has a will.
const LAST_WILL: &str = "LastWill";
const ATTRIBUTE_SEPARATOR: &str = ", ";
/// All that `iot:ConnectAttributes` can be, as suppositions (Developer Guide, connect policy examples).
pub(super) const CONNECT_ATTRIBUTES: [Option<&str>; 4] =
    [None, Some(PERSISTENT_CONNECT), Some(LAST_WILL), Some("PersistentConnect, LastWill")];

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
        Self { context, binding, request, action, side, assumed, switches: Switches::NONE }
    }

    /// The same under other readings of undecided points.
    #[must_use]
    pub const fn under(self, switches: Switches) -> Self {
        Self { switches, ..self }
    }

    /// The same with other suppositions.
    #[must_use]
    pub const fn supposing<'b>(&'b self, assumed: &'b [Assumption]) -> Values<'b> {
        Values { assumed, ..*self }
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
            KeyValue::One(_) | KeyValue::Unknown
                if self.switches.thrown(Switch::ConditionKeys)
                    && matches!(key, Key::ClientId | Key::CurrentTime | Key::EpochTime) =>
            {
                KeyValue::Absent(NoValue::Undocumented)
            }
            KeyValue::One(text) if key.is_certificate() => KeyValue::One(escaped(text)),
            KeyValue::Set(values) if key.is_certificate() => {
                KeyValue::Set(values.into_iter().map(escaped).collect())
            }
            other => other,
        }
    }

    /// The value; a supposition takes the place of what nobody knows, and of nothing else.
    fn raw(&self, key: &Key) -> KeyValue<'a> {
        let value = self.given(key);
        if value != KeyValue::Unknown {
            return value;
        }
        match self.assumed.iter().find(|(assumed, _)| assumed.same_value(key)) {
            None => KeyValue::Unknown,
            Some((Key::ConnectAttributes, text)) => KeyValue::Set(
                text.iter().flat_map(|text| text.split(ATTRIBUTE_SEPARATOR)).map(Cow::Borrowed).collect(),
            ),
            Some((_, None)) => KeyValue::Absent(NoValue::NotInRequest),
            Some((_, Some(text))) if key.is_set() => KeyValue::Set(vec![Cow::Borrowed(text)]),
            Some((_, Some(text))) => KeyValue::One(Cow::Borrowed(text)),
        }
    }

    fn given(&self, key: &Key) -> KeyValue<'a> {
        if let Some(why) = self.never(key) {
            return KeyValue::Absent(why);
        }
        if !self.context.unknown.is_empty() && self.context.unknown.iter().any(|known| known.same_fact(key)) {
            return KeyValue::Unknown;
        }
        let context = self.context;
        match key {
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
            Key::CognitoAud | Key::CognitoAmr | Key::JobId | Key::IncludeSocketInformation => self.few(key),
            Key::ConnectAttributes => self.connect_attributes(),
            Key::LastWillTopic => match self.request {
                Request::Connect { will: Some(will), .. } => {
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

    /// Why the key has no value in such a request of such a principal, whatever its value may be in others.
    ///
    /// Developer Guide, policy variables, and Service Authorization Reference for AWS IoT Core and its jobs data
    /// plane; IAM, keys for Amazon Cognito. In an AWS IoT Core policy `:aud` and `:amr` are inferred to work as `:sub`
    /// does.
    fn never(&self, key: &Key) -> Option<NoValue> {
        let context = self.context;
        let in_request = |belongs: bool| (!belongs).then_some(NoValue::NotInRequest);
        if self.side == Side::Iam
            && (key.is_certificate() || (key.is_thing() && !self.switches.thrown(Switch::ThingInIam)))
        {
            return Some(NoValue::NotInIamPolicy);
        }
        match key {
            Key::ClientId => {
                let here = self.side != Side::Iam || !self.switches.thrown(Switch::ClientIdInIam);
                in_request(here && context.protocol != Protocol::Https)
            }
            key if key.is_thing() => match self.binding {
                Binding::None(why @ (NoValue::NotOverHttps | NoValue::PrincipalHasNoThing)) => Some(why),
                // Without a thing there are no facts of it, unless it is open whether there is one.
                Binding::None(why) if matches!(key, Key::ThingTypeName | Key::ThingAttribute(_)) => {
                    let open = [Key::ThingName, Key::IsAttached, Key::ClientId];
                    (!context.unknown.iter().any(|key| open.contains(key))).then_some(why)
                }
                _ => None,
            },
            key if key.is_certificate() && !matches!(context.principal, Principal::X509(_)) => {
                Some(NoValue::NoCertificate)
            }
            Key::Certificate { pick: Pick::At(index), .. } => {
                let counts = usize::from(*index) < CERTIFICATE_VALUES
                    && (*index == 1 || !self.switches.thrown(Switch::CertificateIndexes));
                (!counts).then_some(NoValue::IndexPastEnd)
            }
            Key::CognitoSub | Key::CognitoAud | Key::CognitoAmr => in_request(matches!(
                context.principal,
                Principal::CognitoAuthenticated { .. } | Principal::CognitoUnauthenticated { .. }
            )),
            Key::ConnectAttributes | Key::LastWillTopic => in_request(self.action == "iot:Connect"),
            Key::Topic => in_request(self.action == "iot:SendDirectMessage"),
            Key::JobId => in_request(
                self.action.starts_with("iotjobsdata:")
                    || (self.action.starts_with("iot:") && self.action.ends_with("JobExecution")),
            ),
            Key::IncludeSocketInformation => in_request(self.action == "iot:GetConnection"),
            _ => None,
        }
    }

    /// Keys that the request brings as they are.
    fn few(&self, key: &Key) -> KeyValue<'a> {
        let absent = KeyValue::Absent(NoValue::NotInRequest);
        match &self.context.keys {
            Field::Unknown => KeyValue::Unknown,
            Field::Absent => absent,
            Field::Given(keys) => match (keys.get(key).map(Vec::as_slice), key) {
                (None | Some([]), _) => absent,
                (Some(values), Key::CognitoAmr) => {
                    KeyValue::Set(values.iter().map(|value| Cow::Borrowed(value.as_str())).collect())
                }
                (Some([first, ..]), _) => KeyValue::One(Cow::Borrowed(first)),
            },
        }
    }

    fn thing(&self, key: &Key) -> KeyValue<'a> {
        let thing = match (self.binding, key) {
            (Binding::Thing { thing, by: BoundBy::ExclusiveAttachment }, key)
                if self.switches.thrown(Switch::ExclusiveThingFacts)
                    && *key != Key::ThingName
                    && self.context.client_id.given() != Some(&thing.name) =>
            {
                return match (&self.context.client_id, key) {
                    (Field::Unknown, _) => KeyValue::Unknown,
                    (_, Key::IsAttached) => KeyValue::One(Cow::Borrowed("false")),
                    _ => KeyValue::Absent(NoValue::ClientIdNotThing),
                };
            }
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
            Request::Connect { persistent, will } => {
                let persistent = match persistent {
                    Field::Given(persistent) => *persistent,
                    Field::Absent => false,
                    Field::Unknown => return KeyValue::Unknown,
                };
                let attributes = [(persistent, PERSISTENT_CONNECT), (will.is_some(), LAST_WILL)];
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
            KeyValue::Unknown if key.is_set() => Value::None(NoValue::ListInText),
            KeyValue::One(text) if key.is_certificate() => {
                if text.contains(['*', '$', '+', '?', '#'])
                    && !self.switches.thrown(Switch::CertificateCharacters)
                {
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
