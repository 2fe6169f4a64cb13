//! The fields and words of the format. What they mean to the engine is in [`super::mapping`].

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::fields::{FromJson, Object, Word, Wrong};
use crate::policy::{
    Verdict,
    context::{CertificateFields, CertificateStatus, MqttVersion, Protocol, Side},
    explain::Confidence,
};

pub(super) struct CaseJson {
    pub(super) id: String,
    pub(super) title: String,
    /// The facts of [`crate::policy::facts`] that the case shows.
    pub(super) facts: Vec<String>,
    pub(super) principal: PrincipalJson,
    pub(super) policies: Vec<PolicyJson>,
    pub(super) request: RequestJson,
    pub(super) unknown: Vec<String>,
    pub(super) expect: Verdict,
}

impl FromJson for CaseJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let case = Self {
            id: object.needed("id", "a name that no other case has")?,
            title: object.or_default("title")?,
            facts: object.or_default("facts")?,
            principal: object.needed("principal", "who asks, such as `{\"kind\": \"x509\"}`")?,
            policies: object.needed("policies", "a list of policies, which may be empty")?,
            request: object.needed("request", "what is asked, as an object")?,
            unknown: object.or_default("unknown")?,
            expect: object.needed("expect", "the verdict, such as `\"allow\"`")?,
        };
        // For readers of the suite; checked, not kept.
        object.optional::<String>("source")?;
        object.optional::<Confidence>("confidence")?;
        object.optional::<String>("because")?;
        object.finish()?;
        Ok(case)
    }
}

impl Word for Confidence {
    const WORDS: &'static [(&'static str, Self)] =
        &[("documented", Self::Documented), ("observed", Self::Observed), ("inferred", Self::Inferred)];
}

impl Word for Verdict {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allowed),
        ("explicitDeny", Self::ExplicitDeny),
        ("implicitDeny", Self::ImplicitDeny),
        ("cannotTell", Self::CannotTell),
    ];
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KindJson {
    X509,
    CognitoAuthenticated,
    CognitoUnauthenticated,
    IamRole,
    CustomAuthorizer,
}

impl Word for KindJson {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("x509", Self::X509),
        ("cognitoAuthenticated", Self::CognitoAuthenticated),
        ("cognitoUnauthenticated", Self::CognitoUnauthenticated),
        ("iamRole", Self::IamRole),
        ("customAuthorizer", Self::CustomAuthorizer),
    ];
}

pub(super) struct PrincipalJson {
    pub(super) kind: KindJson,
    pub(super) thing_names: Vec<String>,
    pub(super) registered_not_attached: Vec<String>,
    pub(super) exclusive: bool,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) thing_type: Option<String>,
    /// Attached things with facts of their own, besides those of `thingNames`.
    pub(super) things: Vec<ThingJson>,
    pub(super) certificate: Option<CertificateJson>,
    pub(super) cognito_identity_id: Option<String>,
    /// `cognito-identity.amazonaws.com:aud`
    pub(super) cognito_identity_pool: Option<String>,
    /// `cognito-identity.amazonaws.com:amr`
    pub(super) cognito_methods: Vec<String>,
}

impl FromJson for PrincipalJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let principal = Self {
            kind: object.needed("kind", "the kind of principal, such as `\"x509\"`")?,
            thing_names: object.or_default("thingNames")?,
            registered_not_attached: object.or_default("registeredNotAttached")?,
            exclusive: object.or_default("exclusive")?,
            attributes: object.or_default("attributes")?,
            thing_type: object.optional("thingType")?,
            things: object.or_default("things")?,
            certificate: object.optional("certificate")?,
            cognito_identity_id: object.optional("cognitoIdentityId")?,
            cognito_identity_pool: object.optional("cognitoIdentityPool")?,
            cognito_methods: object.or_default("cognitoMethods")?,
        };
        object.finish()?;
        Ok(principal)
    }
}

pub(super) struct ThingJson {
    pub(super) name: String,
    pub(super) thing_type: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) groups: Vec<String>,
}

impl FromJson for ThingJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let thing = Self {
            name: object.needed("name", "the thing name")?,
            thing_type: object.optional("thingType")?,
            attributes: object.or_default("attributes")?,
            groups: object.or_default("groups")?,
        };
        object.finish()?;
        Ok(thing)
    }
}

pub(super) struct CertificateJson {
    pub(super) id: Option<String>,
    pub(super) status: CertificateStatus,
    pub(super) subject: CertificateFields,
    pub(super) issuer: CertificateFields,
    pub(super) serial_number: Option<String>,
}

impl FromJson for CertificateJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let certificate = Self {
            id: object.optional("id")?,
            status: object.optional("status")?.unwrap_or(CertificateStatus::Active),
            subject: object.or_default("subject")?,
            issuer: object.or_default("issuer")?,
            serial_number: object.optional("serialNumber")?,
        };
        object.finish()?;
        Ok(certificate)
    }
}

impl Word for CertificateStatus {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ACTIVE", Self::Active),
        ("INACTIVE", Self::Inactive),
        ("REVOKED", Self::Revoked),
        ("PENDING_TRANSFER", Self::PendingTransfer),
        ("PENDING_ACTIVATION", Self::PendingActivation),
        ("REGISTER_INACTIVE", Self::RegisterInactive),
    ];
}

pub(super) struct PolicyJson {
    pub(super) name: String,
    pub(super) kind: Side,
    pub(super) attached_to: AttachedJson,
    /// The group's name, for `thingGroup`.
    pub(super) thing_group: Option<String>,
    /// The text of the document.
    pub(super) document: String,
}

impl FromJson for PolicyJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let policy = Self {
            name: object.or_default("name")?,
            kind: object.needed("type", "`\"iot\"` or `\"iam\"`")?,
            attached_to: object.needed("attachedTo", "what it is attached to, such as `\"certificate\"`")?,
            thing_group: object.optional("thingGroup")?,
            document: match object.raw("document") {
                Some(raw) if raw.get().starts_with('{') => raw.get().to_owned(),
                Some(raw) if raw.get().starts_with('"') => String::read(raw, &object.path("document"))?,
                _ => {
                    let problem = "write the policy as an object, or its text in quotes";
                    return Err(Wrong::new(object.path("document"), problem));
                }
            },
        };
        object.finish()?;
        Ok(policy)
    }
}

impl Word for Side {
    const WORDS: &'static [(&'static str, Self)] = &[("iot", Self::Iot), ("iam", Self::Iam)];
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AttachedJson {
    Certificate,
    CognitoIdentity,
    ThingGroup,
    Role,
    Authorizer,
}

impl Word for AttachedJson {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("certificate", Self::Certificate),
        ("cognitoIdentity", Self::CognitoIdentity),
        ("thingGroup", Self::ThingGroup),
        ("role", Self::Role),
        ("authorizer", Self::Authorizer),
    ];
}

pub(super) struct RequestJson {
    pub(super) action: String,
    pub(super) region: String,
    pub(super) account_id: String,
    pub(super) protocol: Protocol,
    pub(super) mqtt_version: MqttVersion,
    pub(super) client_id: Option<String>,
    pub(super) topic: Option<String>,
    pub(super) topic_filter: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) qos: QosJson,
    pub(super) retain: bool,
    pub(super) clean_session: Option<bool>,
    pub(super) last_will: Option<WillJson>,
    pub(super) source_ip: Option<String>,
    pub(super) domain_name: Option<String>,
    /// `aws:CurrentTime`, such as `2026-11-22T16:00:00Z`
    pub(super) time: Option<String>,
    /// `iot:JobId`
    pub(super) job_id: Option<String>,
    /// `iot:IncludeSocketInformation`
    pub(super) include_socket_information: Option<bool>,
}

impl FromJson for RequestJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let request = Self {
            action: object.needed("action", "the action, such as `\"iot:Publish\"`")?,
            region: object.needed("region", "the region, such as `\"eu-west-1\"`")?,
            account_id: object.needed("accountId", "the account, such as `\"123456789012\"`")?,
            protocol: object.optional("protocol")?.unwrap_or(Protocol::Mqtt),
            mqtt_version: object.optional("mqttVersion")?.unwrap_or(MqttVersion::V3),
            client_id: object.optional("clientId")?,
            topic: object.optional("topic")?,
            topic_filter: object.optional("topicFilter")?,
            resource: object.optional("resource")?,
            qos: object.or_default("qos")?,
            retain: object.or_default("retain")?,
            clean_session: object.optional("cleanSession")?,
            last_will: object.optional("lastWill")?,
            source_ip: object.optional("sourceIp")?,
            domain_name: object.optional("domainName")?,
            time: object.optional("time")?,
            job_id: object.optional("jobId")?,
            include_socket_information: object.optional("includeSocketInformation")?,
        };
        object.finish()?;
        Ok(request)
    }
}

impl Word for Protocol {
    const WORDS: &'static [(&'static str, Self)] =
        &[("mqtt", Self::Mqtt), ("mqttws", Self::MqttWebSocket), ("https", Self::Https)];
}

impl Word for MqttVersion {
    const WORDS: &'static [(&'static str, Self)] = &[("3.1.1", Self::V3), ("5", Self::V5)];
}

/// 0, 1 or 2.
#[derive(Clone, Copy, Default)]
pub(super) struct QosJson(pub(super) u8);

impl FromJson for QosJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        match raw.get() {
            "0" => Ok(Self(0)),
            "1" => Ok(Self(1)),
            "2" => Ok(Self(2)),
            _ => Err(Wrong::new(path, "write 0, 1 or 2, without quotes")),
        }
    }
}

pub(super) struct WillJson {
    pub(super) topic: String,
    pub(super) qos: QosJson,
    pub(super) retain: bool,
}

impl FromJson for WillJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let will = Self {
            topic: object.needed("topic", "the topic of the will")?,
            qos: object.or_default("qos")?,
            retain: object.or_default("retain")?,
        };
        object.finish()?;
        Ok(will)
    }
}
