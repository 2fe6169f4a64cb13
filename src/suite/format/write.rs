//! From the engine's types to the fields of the format: what [`super::parse`] reads again as the same question.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::super::{Case, VerdictWord};
use super::fields::Word;
use super::schema::{AttachedJson, KindJson};
use crate::iot::calendar::UtcTime;
use crate::iot::time::UnixTime;
use crate::policy::{
    Context, Field, Policy, Principal, Request,
    context::{CertificateFields, CertificateStatus, Protocol, Thing},
    evaluate::Attachment,
    values::{KeyValue, Values},
    variable::Key,
};

/// A suite as text, with a line break at its end.
pub(in crate::suite) fn suite(cases: &[Case]) -> String {
    let switches = cases.first().map(|case| case.policies.switches().names()).unwrap_or_default();
    let file = FileJson { format: super::FORMAT, switches, cases: cases.iter().map(CaseJson::new).collect() };
    // Texts, numbers and lists: serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct FileJson<'a> {
    format: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    switches: Vec<&'static str>,
    cases: Vec<CaseJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CaseJson<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    facts: &'a [String],
    principal: PrincipalJson<'a>,
    policies: Vec<PolicyJson<'a>>,
    request: RequestJson<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
    expect: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrincipalJson<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    things: Vec<ThingJson<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    registered_not_attached: &'a [String],
    exclusive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cognito_identity_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cognito_identity_pool: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cognito_methods: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThingJson<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thing_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a CertificateFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a CertificateFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    attached_to: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thing_group: Option<&'a str>,
    document: DocumentJson<'a>,
}

/// The document as it is, where it is JSON; else its text in quotes.
#[derive(Serialize)]
#[serde(untagged)]
enum DocumentJson<'a> {
    Object(&'a RawValue),
    Text(&'a str),
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestJson<'a> {
    action: &'a str,
    region: &'a str,
    account_id: &'a str,
    protocol: &'static str,
    mqtt_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "is_zero")]
    qos: u8,
    #[serde(skip_serializing_if = "is_false")]
    retain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    clean_session: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_will: Option<WillJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_socket_information: Option<bool>,
}

#[derive(Serialize)]
struct WillJson<'a> {
    topic: &'a str,
    qos: u8,
    retain: bool,
}

impl<'a> CaseJson<'a> {
    fn new(case: &'a Case) -> Self {
        Self {
            id: &case.id,
            title: &case.title,
            facts: &case.facts,
            principal: PrincipalJson::new(&case.context),
            policies: case.policies.policies().iter().map(PolicyJson::new).collect(),
            request: RequestJson::new(&case.context, &case.request),
            unknown: unknown(case),
            expect: VerdictWord(case.expect).to_string(),
        }
    }
}

/// The names of the values that the policies ask for and nobody knows.
fn unknown(case: &Case) -> Vec<String> {
    let Case { context, request, .. } = case;
    let checks = request.checks(context);
    let Some(check) = checks.first() else { return Vec::new() };
    let mut names = Vec::new();
    for policy in case.policies.policies() {
        for key in policy.document.keys() {
            let values = Values::new(context, context.binding(), request, &check.action, policy.kind, &[]);
            let name = key.name();
            if values.condition(&key) == KeyValue::Unknown && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    if context.client_id == Field::Unknown && context.protocol != Protocol::Https {
        let name = Key::ClientId.name();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

impl<'a> PrincipalJson<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        let several = |key| context.keys.given().and_then(|keys| keys.get(&key));
        let (kind, certificate, identity) = match &context.principal {
            Principal::X509(certificate) => {
                let (sides, status) = ([&certificate.subject, &certificate.issuer], certificate.status);
                let certificate = CertificateJson {
                    id: text(&certificate.id),
                    status: word(certificate.status),
                    subject: certificate.subject.given().filter(|fields| !fields.is_empty()),
                    issuer: certificate.issuer.given().filter(|fields| !fields.is_empty()),
                    serial_number: text(&certificate.serial),
                };
                // One of which nothing is known is not described at all.
                let described = certificate.id.is_some()
                    || certificate.serial_number.is_some()
                    || sides.iter().any(|side| side.given().is_some())
                    || status != CertificateStatus::Active;
                (KindJson::X509, described.then_some(certificate), None)
            }
            Principal::CognitoAuthenticated { identity } => {
                (KindJson::CognitoAuthenticated, None, text(identity))
            }
            Principal::CognitoUnauthenticated { identity } => {
                (KindJson::CognitoUnauthenticated, None, text(identity))
            }
            Principal::IamRole => (KindJson::IamRole, None, None),
            Principal::CustomAuthorizer => (KindJson::CustomAuthorizer, None, None),
        };
        Self {
            kind: word(kind),
            things: context.things.given().into_iter().flatten().map(ThingJson::new).collect(),
            registered_not_attached: &context.registered,
            exclusive: context.exclusive == Field::Given(true),
            certificate,
            cognito_identity_id: identity,
            cognito_identity_pool: several(Key::CognitoAud)
                .and_then(|pools| pools.first())
                .map(String::as_str),
            cognito_methods: several(Key::CognitoAmr).map_or(&[], Vec::as_slice),
        }
    }
}

impl<'a> ThingJson<'a> {
    fn new(thing: &'a Thing) -> Self {
        Self {
            name: &thing.name,
            thing_type: text(&thing.thing_type),
            attributes: thing.attributes.given().filter(|attributes| !attributes.is_empty()),
            groups: &thing.groups,
        }
    }
}

impl<'a> PolicyJson<'a> {
    pub(crate) fn new(policy: &'a Policy) -> Self {
        let attached = match policy.attached_to {
            Attachment::Certificate => AttachedJson::Certificate,
            Attachment::CognitoIdentity => AttachedJson::CognitoIdentity,
            Attachment::ThingGroup(_) => AttachedJson::ThingGroup,
            Attachment::Role => AttachedJson::Role,
            Attachment::Authorizer => AttachedJson::Authorizer,
        };
        let written = &policy.document.text;
        // As it is to the byte: white space around an object would be lost.
        let whole = |raw: &&RawValue| raw.get().starts_with('{') && raw.get().len() == written.len();
        let object = serde_json::from_str::<&RawValue>(written).ok().filter(whole);
        Self {
            name: &policy.name,
            kind: word(policy.kind),
            attached_to: word(attached),
            thing_group: match &policy.attached_to {
                Attachment::ThingGroup(name) => name.as_deref(),
                _ => None,
            },
            document: object.map_or(DocumentJson::Text(written), DocumentJson::Object),
        }
    }
}

impl<'a> RequestJson<'a> {
    fn new(context: &'a Context, request: &'a Request) -> Self {
        let first = |key| {
            let values = context.keys.given().and_then(|keys| keys.get(&key))?;
            values.first().map(String::as_str)
        };
        let common = Self {
            region: &context.region,
            account_id: &context.account,
            protocol: word(context.protocol),
            mqtt_version: word(context.mqtt_version),
            client_id: text(&context.client_id),
            source_ip: text(&context.source_ip),
            domain_name: text(&context.domain_name),
            time: context
                .time
                .given()
                .and_then(|seconds| u64::try_from(*seconds).ok())
                .and_then(|seconds| UtcTime::from_unix(UnixTime(seconds)))
                .map(UtcTime::extended),
            job_id: first(Key::JobId),
            include_socket_information: first(Key::IncludeSocketInformation).map(|value| value == "true"),
            ..Self::default()
        };
        match request {
            Request::Connect { persistent, will } => Self {
                action: "iot:Connect",
                clean_session: persistent.given().map(|persistent| !persistent),
                last_will: will.as_ref().map(|will| WillJson {
                    topic: &will.topic,
                    qos: will.qos,
                    retain: will.retain,
                }),
                ..common
            },
            Request::Publish { topic, qos, retain } => {
                Self { action: "iot:Publish", topic: Some(topic), qos: *qos, retain: *retain, ..common }
            }
            Request::Subscribe { filter, qos } => {
                Self { action: "iot:Subscribe", topic_filter: Some(filter.clone()), qos: *qos, ..common }
            }
            Request::Receive { topic, share } => Self {
                action: "iot:Receive",
                topic: Some(topic),
                topic_filter: share.as_ref().map(|share| format!("$share/{share}/{topic}")),
                ..common
            },
            Request::Action { action, resource, topic } => {
                Self { action, resource: Some(resource), topic: text(topic), ..common }
            }
        }
    }
}

fn text(field: &Field<String>) -> Option<&str> {
    field.given().map(String::as_str)
}

/// The word of a value; every value of these enums has one.
pub(crate) fn word<T: Word + PartialEq>(value: T) -> &'static str {
    T::WORDS.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
