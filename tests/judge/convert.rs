//! A world as the engine wants it, and as a case of the suite format for people.

use iot_policy_lab::policy::{
    Context, Field, Policy, PolicySet, Principal, Request,
    context::{Certificate, CertificateStatus, MqttVersion, Protocol, Side, Thing},
    document,
    evaluate::Attachment,
    request::Will,
    variable::Key,
};
use serde_json::{Value, json};

use crate::{
    evaluator::Verdict,
    world::{ACCOUNT, Ask, Kind, Known, REGION, World},
};

fn field<T: Clone>(known: &Known<T>) -> Field<T> {
    match known {
        Known::Is(value) => Field::Given(value.clone()),
        Known::No => Field::Absent,
        Known::Unknown => Field::Unknown,
    }
}

/// The engine's types.
pub(crate) fn engine(world: &World) -> (PolicySet, Context, Request) {
    let policies = world.policies.iter().map(|policy| Policy {
        name: String::new(),
        kind: if policy.iam { Side::Iam } else { Side::Iot },
        attached_to: match policy.attached_to {
            "certificate" => Attachment::Certificate,
            "cognitoIdentity" => Attachment::CognitoIdentity,
            "thingGroup" => Attachment::ThingGroup(policy.group.clone()),
            "role" => Attachment::Role,
            _ => Attachment::Authorizer,
        },
        document: document::parse(&policy.document.to_string()),
    });
    let certificate = &world.certificate;
    let principal = match world.kind {
        Kind::X509 => Principal::X509(Certificate {
            id: field(&certificate.id),
            status: match certificate.status {
                "ACTIVE" => CertificateStatus::Active,
                "INACTIVE" => CertificateStatus::Inactive,
                "REVOKED" => CertificateStatus::Revoked,
                "PENDING_TRANSFER" => CertificateStatus::PendingTransfer,
                "PENDING_ACTIVATION" => CertificateStatus::PendingActivation,
                _ => CertificateStatus::RegisterInactive,
            },
            subject: field(&certificate.subject),
            issuer: field(&certificate.issuer),
            serial: field(&certificate.serial),
        }),
        Kind::CognitoAuthenticated => Principal::CognitoAuthenticated { identity: field(&world.identity) },
        Kind::CognitoUnauthenticated => {
            Principal::CognitoUnauthenticated { identity: field(&world.identity) }
        }
        Kind::IamRole => Principal::IamRole,
        Kind::CustomAuthorizer => Principal::CustomAuthorizer,
    };
    let things = match &world.things {
        Known::Is(things) => Known::Is(
            things
                .iter()
                .map(|thing| Thing {
                    name: thing.name.clone(),
                    thing_type: field(&thing.thing_type),
                    attributes: field(&thing.attributes),
                    groups: thing.groups.clone(),
                })
                .collect(),
        ),
        Known::No => Known::No,
        Known::Unknown => Known::Unknown,
    };
    let mut context = Context::new(principal, REGION, ACCOUNT);
    context.things = field(&things);
    context.exclusive = field(&world.exclusive);
    context.registered.clone_from(&world.registered);
    context.protocol = match world.protocol {
        "https" => Protocol::Https,
        "mqttws" => Protocol::MqttWebSocket,
        _ => Protocol::Mqtt,
    };
    context.mqtt_version = if world.mqtt5 { MqttVersion::V5 } else { MqttVersion::V3 };
    context.client_id = field(&world.client_id);
    context.source_ip = field(&world.source_ip);
    context.domain_name = field(&world.domain_name);
    context.time = field(&world.time);
    context.unknown = world.unknown.iter().map(|name| Key::parse(name)).collect();
    let request = match &world.ask {
        Ask::Connect { persistent, will } => Request::Connect {
            persistent: field(persistent),
            will: will.as_ref().map(|will| Will { topic: will.topic.clone(), qos: 0, retain: will.retain }),
        },
        Ask::Publish { topic, retain } => Request::Publish { topic: topic.clone(), qos: 0, retain: *retain },
        Ask::Subscribe { filter } => Request::Subscribe { filter: filter.clone(), qos: 0 },
        Ask::Receive { topic, share } => Request::Receive { topic: topic.clone(), share: share.clone() },
        Ask::Other { action, resource, topic } => {
            Request::Action { action: action.clone(), resource: resource.clone(), topic: field(topic) }
        }
    };
    (PolicySet::compile(policies.collect()), context, request)
}

/// Whether the suite format can say all of it.
pub(crate) fn fits_a_suite(world: &World) -> bool {
    let certificate = &world.certificate;
    let known = world.things != Known::Unknown
        && world.exclusive != Known::Unknown
        && certificate.id != Known::Unknown
        && certificate.serial != Known::Unknown
        && certificate.subject != Known::Unknown
        && certificate.issuer != Known::Unknown
        && world.identity != Known::Unknown
        && world.source_ip != Known::Unknown
        && world.domain_name != Known::Unknown
        && world.time == Known::No
        && world.things.is().is_none_or(|things| {
            things
                .iter()
                .all(|thing| thing.thing_type != Known::Unknown && thing.attributes != Known::Unknown)
        });
    let asked = match &world.ask {
        Ask::Connect { persistent, .. } => *persistent != Known::Unknown && world.client_id != Known::No,
        Ask::Other { topic, .. } => *topic != Known::Unknown,
        _ => true,
    };
    known && asked
}

/// A case in the suite format; what the format cannot say is left out.
pub(crate) fn suite_case(world: &World, expect: Verdict) -> Value {
    let certificate = &world.certificate;
    let mut request = json!({
        "region": REGION, "accountId": ACCOUNT, "protocol": world.protocol,
        "mqttVersion": if world.mqtt5 { "5" } else { "3.1.1" },
        "clientId": world.client_id.is(), "sourceIp": world.source_ip.is(), "domainName": world.domain_name.is(),
    });
    let more = match &world.ask {
        Ask::Connect { persistent, will } => json!({
            "action": "iot:Connect", "cleanSession": persistent.is().map(|persistent| !persistent),
            "lastWill": will.as_ref().map(|will| json!({"topic": will.topic, "retain": will.retain})),
        }),
        Ask::Publish { topic, retain } => json!({"action": "iot:Publish", "topic": topic, "retain": retain}),
        Ask::Subscribe { filter } => json!({"action": "iot:Subscribe", "topicFilter": filter}),
        Ask::Receive { topic, share } => json!({
            "action": "iot:Receive", "topic": topic,
            "topicFilter": share.as_ref().map(|share| format!("$share/{share}/{topic}")),
        }),
        Ask::Other { action, resource, topic } => {
            json!({"action": action, "resource": resource, "topic": topic.is()})
        }
    };
    if let (Value::Object(request), Value::Object(more)) = (&mut request, more) {
        request.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
        request.retain(|_, value| !value.is_null());
    }
    let things: Vec<Value> = world.things.is().into_iter().flatten().map(|thing| {
        json!({"name": thing.name, "thingType": thing.thing_type.is(), "attributes": thing.attributes.is().cloned().unwrap_or_default(), "groups": thing.groups})
    }).collect();
    let mut unknown = world.unknown.clone();
    if world.client_id == Known::Unknown && !unknown.iter().any(|key| key == "iot:ClientId") {
        unknown.push("iot:ClientId".to_owned());
    }
    json!({
        "id": "found-by-the-judge",
        "principal": {
            "kind": match world.kind {
                Kind::X509 => "x509",
                Kind::CognitoAuthenticated => "cognitoAuthenticated",
                Kind::CognitoUnauthenticated => "cognitoUnauthenticated",
                Kind::IamRole => "iamRole",
                Kind::CustomAuthorizer => "customAuthorizer",
            },
            "things": things,
            "exclusive": world.exclusive.is(),
            "registeredNotAttached": world.registered,
            "certificate": {
                "id": certificate.id.is(), "status": certificate.status,
                "subject": certificate.subject.is().cloned().unwrap_or_default(),
                "issuer": certificate.issuer.is().cloned().unwrap_or_default(),
                "serialNumber": certificate.serial.is(),
            },
            "cognitoIdentityId": world.identity.is(),
        },
        "policies": world.policies.iter().map(|policy| json!({
            "type": if policy.iam { "iam" } else { "iot" }, "attachedTo": policy.attached_to,
            "thingGroup": policy.group, "document": policy.document,
        })).collect::<Vec<_>>(),
        "request": request,
        "unknown": unknown,
        "expect": match expect {
            Verdict::Allow => "allow",
            Verdict::ExplicitDeny => "explicitDeny",
            Verdict::ImplicitDeny => "implicitDeny",
        },
    })
}
