//! The JSON of a suite. Field names and values are those of the format, not of the code.

use std::{collections::BTreeMap, error::Error, fmt};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Case, MAX_CASES, MAX_TEXT, Suite};
use crate::{
    iot::action::{ACTIONS, ResourceType, position},
    policy::{
        Context, Field, Policy, PolicySet, Principal, Request, Verdict,
        context::{Certificate, CertificateFields, CertificateStatus, MqttVersion, Protocol, Side, Thing},
        document,
        evaluate::Attachment,
        request::Will,
        variable::{CERTIFICATE_FIELDS, Key},
    },
};

/// Why a text is not a suite.
#[derive(Debug)]
pub enum SuiteError {
    /// Longer than [`MAX_TEXT`].
    TooLong {
        /// Bytes.
        bytes: usize,
    },
    /// More than [`MAX_CASES`].
    TooMany {
        /// Cases.
        cases: usize,
    },
    /// Not JSON of this format; the message names line and column.
    Json(serde_json::Error),
    /// No case in it.
    Empty,
    /// The `format` is another one.
    Format {
        /// As written.
        found: String,
    },
    /// A case lacks something or contradicts itself.
    Case {
        /// Its name.
        id: String,
        /// Which field.
        field: &'static str,
        /// What is wrong and what to write.
        problem: String,
    },
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => write!(f, "the suite has {bytes} bytes; at most {MAX_TEXT} are read"),
            Self::TooMany { cases } => {
                write!(f, "the suite has {cases} cases; at most {MAX_CASES} are judged, so split it")
            }
            Self::Json(error) => write!(f, "not a suite: {error}"),
            Self::Empty => f.write_str("the suite has no case; write at least one"),
            Self::Format { found } => write!(f, "unknown format `{found}`; write `{FORMAT}`"),
            Self::Case { id, field, problem } => write!(f, "case `{id}`, field `{field}`: {problem}"),
        }
    }
}

impl Error for SuiteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            _ => None,
        }
    }
}

const FORMAT: &str = "policylab-suite/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    cases: Vec<CaseJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CaseJson {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "source")]
    _source: String,
    #[serde(default, rename = "confidence")]
    _confidence: Option<ConfidenceJson>,
    /// The facts of [`crate::policy::facts`] that the case shows.
    #[serde(default)]
    facts: Vec<String>,
    principal: PrincipalJson,
    policies: Vec<PolicyJson>,
    request: RequestJson,
    #[serde(default)]
    unknown: Vec<String>,
    expect: ExpectJson,
    #[serde(default, rename = "because")]
    _because: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ConfidenceJson {
    Documented,
    Observed,
    Inferred,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ExpectJson {
    Allow,
    ExplicitDeny,
    ImplicitDeny,
    CannotTell,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KindJson {
    X509,
    CognitoAuthenticated,
    CognitoUnauthenticated,
    IamRole,
    CustomAuthorizer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PrincipalJson {
    kind: KindJson,
    #[serde(default)]
    thing_names: Vec<String>,
    #[serde(default)]
    registered_not_attached: Vec<String>,
    #[serde(default)]
    exclusive: Option<bool>,
    #[serde(default)]
    attributes: Option<BTreeMap<String, String>>,
    #[serde(default)]
    thing_type: Option<String>,
    /// Attached things with facts of their own, besides those of `thingNames`.
    #[serde(default)]
    things: Vec<ThingJson>,
    #[serde(default)]
    certificate: Option<CertificateJson>,
    #[serde(default)]
    cognito_identity_id: Option<String>,
    /// `cognito-identity.amazonaws.com:aud`
    #[serde(default)]
    cognito_identity_pool: Option<String>,
    /// `cognito-identity.amazonaws.com:amr`
    #[serde(default)]
    cognito_methods: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ThingJson {
    name: String,
    #[serde(default)]
    thing_type: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CertificateJson {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    status: StatusJson,
    #[serde(default)]
    subject: CertificateFields,
    #[serde(default)]
    issuer: CertificateFields,
    #[serde(default)]
    serial_number: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StatusJson {
    #[default]
    Active,
    Inactive,
    Revoked,
    PendingTransfer,
    PendingActivation,
    RegisterInactive,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PolicyJson {
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    kind: PolicyKindJson,
    attached_to: AttachedJson,
    /// The group's name, for `thingGroup`.
    #[serde(default)]
    thing_group: Option<String>,
    /// The document, or its text in quotes.
    document: Box<RawValue>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PolicyKindJson {
    Iot,
    Iam,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum AttachedJson {
    Certificate,
    CognitoIdentity,
    ThingGroup,
    Role,
    Authorizer,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProtocolJson {
    #[default]
    Mqtt,
    MqttWs,
    Https,
}

#[derive(Clone, Copy, Deserialize)]
enum MqttVersionJson {
    #[serde(rename = "3.1.1")]
    V3,
    #[serde(rename = "5")]
    V5,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RequestJson {
    action: String,
    region: String,
    account_id: String,
    #[serde(default)]
    protocol: ProtocolJson,
    #[serde(default)]
    mqtt_version: Option<MqttVersionJson>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    topic_filter: Option<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    qos: Option<u8>,
    #[serde(default)]
    retain: Option<bool>,
    #[serde(default)]
    clean_session: Option<bool>,
    #[serde(default)]
    last_will: Option<WillJson>,
    #[serde(default)]
    source_ip: Option<String>,
    #[serde(default)]
    domain_name: Option<String>,
    /// `iot:JobId`
    #[serde(default)]
    job_id: Option<String>,
    /// `iot:IncludeSocketInformation`
    #[serde(default)]
    include_socket_information: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WillJson {
    topic: String,
    #[serde(default)]
    qos: u8,
    #[serde(default)]
    retain: bool,
}

/// Reads a suite.
pub(super) fn parse(text: &str) -> Result<Suite, SuiteError> {
    if text.len() > MAX_TEXT {
        return Err(SuiteError::TooLong { bytes: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let cases: Vec<CaseJson> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(SuiteError::Json)?
    } else {
        let file: File = serde_json::from_str(text).map_err(SuiteError::Json)?;
        if file.format != FORMAT {
            return Err(SuiteError::Format { found: file.format });
        }
        file.cases
    };
    if cases.len() > MAX_CASES {
        return Err(SuiteError::TooMany { cases: cases.len() });
    }
    let cases = cases.into_iter().map(case).collect::<Result<Vec<_>, _>>()?;
    if cases.is_empty() { Err(SuiteError::Empty) } else { Ok(Suite { cases }) }
}

fn case(json: CaseJson) -> Result<Case, SuiteError> {
    let id = json.id.clone();
    let wrong = |field, problem: String| SuiteError::Case { id: id.clone(), field, problem };
    let mut unknown = Vec::with_capacity(json.unknown.len());
    for name in &json.unknown {
        match Key::parse(name) {
            Key::Unknown(name) => {
                return Err(wrong(
                    "unknown",
                    format!("`{name}` is no variable or condition key of AWS IoT Core"),
                ));
            }
            key => unknown.push(key),
        }
    }
    let principal = principal(&json.principal).map_err(|(field, problem)| wrong(field, problem))?;
    let request = &json.request;
    let mut context = Context::new(principal, &request.region, &request.account_id);
    context.things = Field::Given(things(&json.principal));
    context.exclusive = Field::Given(json.principal.exclusive.unwrap_or(false));
    context.registered.clone_from(&json.principal.registered_not_attached);
    context.protocol = match request.protocol {
        ProtocolJson::Mqtt => Protocol::Mqtt,
        ProtocolJson::MqttWs => Protocol::MqttWebSocket,
        ProtocolJson::Https => Protocol::Https,
    };
    context.mqtt_version = match request.mqtt_version {
        Some(MqttVersionJson::V5) => MqttVersion::V5,
        _ => MqttVersion::V3,
    };
    context.client_id = match &request.client_id {
        None if unknown.contains(&Key::ClientId) => Field::Unknown,
        other => Field::from(other.clone()),
    };
    context.source_ip = Field::from(request.source_ip.clone());
    context.domain_name = Field::from(request.domain_name.clone());
    context.time = Field::Absent;
    context.keys = Field::Given(
        [
            (Key::CognitoAud, json.principal.cognito_identity_pool.iter().cloned().collect()),
            (Key::CognitoAmr, json.principal.cognito_methods.clone()),
            (Key::JobId, request.job_id.iter().cloned().collect()),
            (
                Key::IncludeSocketInformation,
                request.include_socket_information.iter().map(bool::to_string).collect(),
            ),
        ]
        .into(),
    );
    context.unknown = unknown;
    let policies = json.policies.into_iter().map(policy).collect::<Result<Vec<_>, _>>();
    let policies = policies.map_err(|problem| wrong("document", problem))?;
    Ok(Case {
        request: ask(request, &context).map_err(|(field, problem)| wrong(field, problem))?,
        id,
        title: json.title,
        facts: json.facts,
        policies: PolicySet::compile(policies),
        context,
        expect: match json.expect {
            ExpectJson::Allow => Verdict::Allowed,
            ExpectJson::ExplicitDeny => Verdict::ExplicitDeny,
            ExpectJson::ImplicitDeny => Verdict::ImplicitDeny,
            ExpectJson::CannotTell => Verdict::CannotTell,
        },
    })
}

type Wrong = (&'static str, String);

fn principal(json: &PrincipalJson) -> Result<Principal, Wrong> {
    let identity = || Field::from(json.cognito_identity_id.clone());
    Ok(match json.kind {
        KindJson::X509 => Principal::X509(match &json.certificate {
            None => Certificate {
                id: Field::Absent,
                status: CertificateStatus::Active,
                subject: Field::Absent,
                issuer: Field::Absent,
                serial: Field::Absent,
            },
            Some(certificate) => {
                for name in certificate.subject.keys().chain(certificate.issuer.keys()) {
                    if !CERTIFICATE_FIELDS.contains(&name.as_str()) {
                        let known = CERTIFICATE_FIELDS.join("`, `");
                        return Err(("certificate", format!("no field `{name}`; there are `{known}`")));
                    }
                }
                Certificate {
                    id: Field::from(certificate.id.clone()),
                    status: match certificate.status {
                        StatusJson::Active => CertificateStatus::Active,
                        StatusJson::Inactive => CertificateStatus::Inactive,
                        StatusJson::Revoked => CertificateStatus::Revoked,
                        StatusJson::PendingTransfer => CertificateStatus::PendingTransfer,
                        StatusJson::PendingActivation => CertificateStatus::PendingActivation,
                        StatusJson::RegisterInactive => CertificateStatus::RegisterInactive,
                    },
                    subject: Field::Given(certificate.subject.clone()),
                    issuer: Field::Given(certificate.issuer.clone()),
                    serial: Field::from(certificate.serial_number.clone()),
                }
            }
        }),
        KindJson::CognitoAuthenticated => Principal::CognitoAuthenticated { identity: identity() },
        KindJson::CognitoUnauthenticated => Principal::CognitoUnauthenticated { identity: identity() },
        KindJson::IamRole => Principal::IamRole,
        KindJson::CustomAuthorizer => Principal::CustomAuthorizer,
    })
}

fn things(json: &PrincipalJson) -> Vec<Thing> {
    let plain = json.thing_names.iter().filter(|name| json.things.iter().all(|thing| thing.name != **name));
    let plain = plain.map(|name| Thing {
        name: name.clone(),
        thing_type: Field::from(json.thing_type.clone()),
        attributes: Field::Given(json.attributes.clone().unwrap_or_default()),
        groups: Vec::new(),
    });
    let full = json.things.iter().map(|thing| Thing {
        name: thing.name.clone(),
        thing_type: Field::from(thing.thing_type.clone()),
        attributes: Field::Given(thing.attributes.clone()),
        groups: thing.groups.clone(),
    });
    plain.chain(full).collect()
}

fn policy(json: PolicyJson) -> Result<Policy, String> {
    let raw = json.document.get();
    let document = if raw.starts_with('"') {
        let text: String = serde_json::from_str(raw).map_err(|error| error.to_string())?;
        document::parse(&text)
    } else if raw.starts_with('{') {
        document::parse(raw)
    } else {
        return Err("write the policy as an object, or its text in quotes".to_owned());
    };
    Ok(Policy {
        name: json.name,
        kind: match json.kind {
            PolicyKindJson::Iot => Side::Iot,
            PolicyKindJson::Iam => Side::Iam,
        },
        attached_to: match json.attached_to {
            AttachedJson::Certificate => Attachment::Certificate,
            AttachedJson::CognitoIdentity => Attachment::CognitoIdentity,
            AttachedJson::ThingGroup => Attachment::ThingGroup(json.thing_group),
            AttachedJson::Role => Attachment::Role,
            AttachedJson::Authorizer => Attachment::Authorizer,
        },
        document,
    })
}

fn ask(json: &RequestJson, context: &Context) -> Result<Request, Wrong> {
    let qos = json.qos.unwrap_or(0);
    if qos > 2 || json.last_will.as_ref().is_some_and(|will| will.qos > 2) {
        return Err(("qos", "write 0, 1 or 2".to_owned()));
    }
    let need = |value: &Option<String>, field| {
        value.clone().ok_or_else(|| (field, format!("`{}` needs it", json.action)))
    };
    let known = position(&json.action).and_then(|at| ACTIONS.get(at));
    Ok(match known.map_or("", |known| known.name) {
        "iot:Connect" => {
            if context.client_id == Field::Absent {
                return Err(("clientId", "`iot:Connect` needs it".to_owned()));
            }
            Request::Connect {
                persistent: Field::from(json.clean_session.map(|clean| !clean)),
                will: json.last_will.as_ref().map(|will| Will {
                    topic: will.topic.clone(),
                    qos: will.qos,
                    retain: will.retain,
                }),
            }
        }
        "iot:Publish" => {
            Request::Publish { topic: need(&json.topic, "topic")?, qos, retain: json.retain.unwrap_or(false) }
        }
        "iot:Subscribe" => Request::Subscribe { filter: need(&json.topic_filter, "topicFilter")?, qos },
        "iot:Receive" => Request::Receive {
            topic: need(&json.topic, "topic")?,
            share: json
                .topic_filter
                .as_ref()
                .and_then(|filter| filter.strip_prefix("$share/")?.split_once('/'))
                .map(|(share, _)| share.to_owned()),
        },
        _ => {
            let resource = match (known.map(|known| known.resource), &json.resource) {
                (_, Some(resource)) => resource.clone(),
                (Some(ResourceType::Topic), None) => {
                    context.arn(ResourceType::Topic, &need(&json.topic, "topic")?)
                }
                (Some(ResourceType::Any), None) => "*".to_owned(),
                _ => need(&json.resource, "resource")?,
            };
            Request::Action { action: json.action.clone(), resource, topic: Field::from(json.topic.clone()) }
        }
    })
}
