//! From the fields of the format to the engine's types; what contradicts itself is named with its field.

use std::net::IpAddr;

use super::{
    super::Case,
    fields::Wrong,
    schema::{AttachedJson, CaseJson, KindJson, PolicyJson, PrincipalJson, RequestJson},
};
use crate::{
    iot::{
        action::{self, ACTIONS, ResourceType, position},
        calendar::UtcTime,
    },
    policy::{
        Context, Field, Policy, PolicySet, Principal, Request, Switches,
        context::{Certificate, CertificateStatus, Thing},
        document,
        evaluate::Attachment,
        json::{self, Node, Value},
        request::Will,
        variable::{CERTIFICATE_FIELDS, Key},
    },
};

/// A case, ready to be judged.
pub(crate) fn case(json: CaseJson, switches: Switches) -> Result<Case, Wrong> {
    if json.id.is_empty() {
        return Err(Wrong::new("id", "is empty; write a name that no other case has"));
    }
    let policies =
        json.policies.into_iter().zip(0..).map(|(json, at)| policy(json, &format!("policies[{at}]")));
    let policies = policies.collect::<Result<Vec<_>, _>>()?;
    let unknown = unknown(&json.unknown, &policies)?;
    let request = &json.request;
    let mut context = context(&json.principal, &request.region, &request.account_id)?;
    context.protocol = request.protocol;
    context.mqtt_version = request.mqtt_version;
    context.client_id = match &request.client_id {
        None if unknown.contains(&Key::ClientId) => Field::Unknown,
        other => Field::from(other.clone()),
    };
    context.source_ip = address(request.source_ip.as_ref(), "request.sourceIp")?;
    context.domain_name = Field::from(request.domain_name.clone());
    context.time = match &request.time {
        None => Field::Absent,
        Some(time) => {
            let read = UtcTime::parse(time).and_then(|time| i64::try_from(time.to_unix().0).ok());
            let problem = || format!("`{time}` is no time; write one, such as `2026-11-22T16:00:00Z`");
            Field::Given(read.ok_or_else(|| Wrong::new("request.time", problem()))?)
        }
    };
    if let Field::Given(keys) = &mut context.keys {
        keys.insert(Key::JobId, request.job_id.iter().cloned().collect());
        let include = request.include_socket_information.iter().map(bool::to_string);
        keys.insert(Key::IncludeSocketInformation, include.collect());
    }
    context.unknown = unknown;
    Ok(Case {
        request: ask(request, &context)?,
        id: json.id,
        title: json.title,
        facts: json.facts,
        policies: PolicySet::with_switches(policies, switches),
        context,
        expect: json.expect,
    })
}

/// Who asks, and from which account and region.
pub(crate) fn context(json: &PrincipalJson, region: &str, account: &str) -> Result<Context, Wrong> {
    let mut context = Context::new(principal(json)?, region, account);
    context.things = Field::Given(things(json));
    context.exclusive = Field::Given(json.exclusive);
    context.registered.clone_from(&json.registered_not_attached);
    context.source_ip = Field::Absent;
    context.domain_name = Field::Absent;
    context.time = Field::Absent;
    context.keys = Field::Given(
        [
            (Key::CognitoAud, json.cognito_identity_pool.iter().cloned().collect()),
            (Key::CognitoAmr, json.cognito_methods.clone()),
            (Key::JobId, Vec::new()),
            (Key::IncludeSocketInformation, Vec::new()),
        ]
        .into(),
    );
    Ok(context)
}

/// The keys that stand under `unknown`: keys of AWS IoT Core, and what templates compute in these policies.
pub(crate) fn unknown(names: &[String], policies: &[Policy]) -> Result<Vec<Key>, Wrong> {
    let mut unknown = Vec::with_capacity(names.len());
    for (name, at) in names.iter().zip(0_usize..) {
        match Key::parse(name) {
            key @ Key::Unknown(_) if policies.iter().any(|policy| policy.document.keys().contains(&key)) => {
                unknown.push(key);
            }
            Key::Unknown(name) => {
                let problem = format!(
                    "`{name}` is no variable or condition key of AWS IoT Core; write one, such as `iot:ClientId`"
                );
                return Err(Wrong::new(format!("unknown[{at}]"), problem));
            }
            key => unknown.push(key),
        }
    }
    Ok(unknown)
}

/// An address of a client.
pub(crate) fn address(address: Option<&String>, field: &str) -> Result<Field<String>, Wrong> {
    match address {
        Some(address) if address.parse::<IpAddr>().is_err() => {
            let problem = format!("`{address}` is no IP address; write one, such as `192.0.2.1`");
            Err(Wrong::new(field, problem))
        }
        other => Ok(Field::from(other.cloned())),
    }
}

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
                for (side, fields) in [("subject", &certificate.subject), ("issuer", &certificate.issuer)] {
                    if let Some(name) =
                        fields.keys().find(|name| !CERTIFICATE_FIELDS.contains(&name.as_str()))
                    {
                        let known = CERTIFICATE_FIELDS.join("`, `");
                        return Err(Wrong::new(
                            format!("principal.certificate.{side}.{name}"),
                            format!("is no field of a certificate; there are `{known}`"),
                        ));
                    }
                }
                Certificate {
                    id: Field::from(certificate.id.clone()),
                    status: certificate.status,
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
        attributes: Field::Given(json.attributes.clone()),
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

/// A policy; `path` is where it stands.
pub(crate) fn policy(json: PolicyJson, path: &str) -> Result<Policy, Wrong> {
    // A policy that AWS refuses may be what the case is about; a text that is none is a mistake.
    if !matches!(json::read(&json.document).0, Some(Node { value: Value::Object(_) | Value::Array(_), .. })) {
        let problem = "the text is no JSON; write the policy as an object, or its text in quotes";
        return Err(Wrong::new(format!("{path}.document"), problem));
    }
    Ok(Policy {
        name: json.name,
        kind: json.kind,
        attached_to: match json.attached_to {
            AttachedJson::Certificate => Attachment::Certificate,
            AttachedJson::CognitoIdentity => Attachment::CognitoIdentity,
            AttachedJson::ThingGroup => Attachment::ThingGroup(json.thing_group),
            AttachedJson::Role => Attachment::Role,
            AttachedJson::Authorizer => Attachment::Authorizer,
        },
        document: document::parse(&json.document),
    })
}

fn ask(json: &RequestJson, context: &Context) -> Result<Request, Wrong> {
    let qos = json.qos.0;
    let need = |value: &Option<String>, field: &str, what: &str| {
        let problem = || format!("is missing; `{}` needs {what}", json.action);
        value.clone().ok_or_else(|| Wrong::new(format!("request.{field}"), problem()))
    };
    let known = position(&json.action).and_then(|at| ACTIONS.get(at));
    Ok(match known.map_or("", |known| known.name) {
        "iot:Connect" => {
            if context.client_id == Field::Absent {
                need(&None, "clientId", "the client ID, or `iot:ClientId` under `unknown`")?;
            }
            Request::Connect {
                persistent: Field::from(json.clean_session.map(|clean| !clean)),
                will: json.last_will.as_ref().map(|will| Will {
                    topic: will.topic.clone(),
                    qos: will.qos.0,
                    retain: will.retain,
                }),
            }
        }
        "iot:Publish" => Request::Publish {
            topic: need(&json.topic, "topic", "the topic name")?,
            qos,
            retain: json.retain,
        },
        "iot:Subscribe" => {
            Request::Subscribe { filter: need(&json.topic_filter, "topicFilter", "the topic filter")?, qos }
        }
        "iot:Receive" => Request::Receive {
            topic: need(&json.topic, "topic", "the topic name")?,
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
                    context.arn(ResourceType::Topic, &need(&json.topic, "topic", "the topic name")?)
                }
                (Some(ResourceType::Any), None) => "*".to_owned(),
                (Some(_), None) => need(&json.resource, "resource", "the ARN that it is checked against")?,
                (None, None) => {
                    let nearest = action::nearest(&json.action);
                    let meant = nearest.map_or_else(String::new, |name| format!("; or was `{name}` meant?"));
                    need(&json.resource, "resource", &format!("the ARN that it is checked against{meant}"))?
                }
            };
            Request::Action { action: json.action.clone(), resource, topic: Field::from(json.topic.clone()) }
        }
    })
}
