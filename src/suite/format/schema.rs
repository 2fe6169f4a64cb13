//! The fields and words of the format. What they mean to the engine is in [`super::mapping`].

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::fields::{FromJson, Object, Word, Wrong};
use crate::policy::{
    Verdict,
    context::{CertificateFields, CertificateStatus, MqttVersion, Protocol, Side},
    explain::Confidence,
};

pub(crate) struct CaseJson {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The facts of [`crate::policy::facts`] that the case shows.
    pub(crate) facts: Vec<String>,
    pub(crate) principal: PrincipalJson,
    pub(crate) policies: Vec<PolicyJson>,
    pub(crate) request: RequestJson,
    pub(crate) unknown: Vec<String>,
    pub(crate) expect: Verdict,
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
pub(crate) enum KindJson {
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

pub(crate) struct PrincipalJson {
    pub(crate) kind: KindJson,
    pub(crate) thing_names: Vec<String>,
    pub(crate) registered_not_attached: Vec<String>,
    pub(crate) exclusive: bool,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) thing_type: Option<String>,
    /// Attached things with facts of their own, besides those of `thingNames`.
    pub(crate) things: Vec<ThingJson>,
    pub(crate) certificate: Option<CertificateJson>,
    pub(crate) cognito_identity_id: Option<String>,
    /// `cognito-identity.amazonaws.com:aud`
    pub(crate) cognito_identity_pool: Option<String>,
    /// `cognito-identity.amazonaws.com:amr`
    pub(crate) cognito_methods: Vec<String>,
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

pub(crate) struct ThingJson {
    pub(crate) name: String,
    pub(crate) thing_type: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) groups: Vec<String>,
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

pub(crate) struct CertificateJson {
    pub(crate) id: Option<String>,
    pub(crate) status: CertificateStatus,
    pub(crate) subject: CertificateFields,
    pub(crate) issuer: CertificateFields,
    pub(crate) serial_number: Option<String>,
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

pub(crate) struct PolicyJson {
    pub(crate) name: String,
    pub(crate) kind: Side,
    pub(crate) attached_to: AttachedJson,
    /// The group's name, for `thingGroup`.
    pub(crate) thing_group: Option<String>,
    /// The text of the document.
    pub(crate) document: String,
}

impl FromJson for PolicyJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        Self::read_with(raw, path, |_| None)
    }
}

impl PolicyJson {
    /// Reads a policy; `named` gives the text of one that has only a name.
    pub(crate) fn read_with(
        raw: &RawValue,
        path: &str,
        named: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let name: String = object.or_default("name")?;
        let policy = Self {
            kind: object.needed("type", "`\"iot\"` or `\"iam\"`")?,
            attached_to: object.needed("attachedTo", "what it is attached to, such as `\"certificate\"`")?,
            thing_group: object.optional("thingGroup")?,
            document: match object.raw("document") {
                Some(raw) if raw.get().starts_with('{') => raw.get().to_owned(),
                Some(raw) if raw.get().starts_with('"') => String::read(raw, &object.path("document"))?,
                None if let Some(text) = named(&name) => text,
                _ => {
                    let problem = "write the policy as an object, or its text in quotes";
                    return Err(Wrong::new(object.path("document"), problem));
                }
            },
            name,
        };
        object.finish()?;
        Ok(policy)
    }
}

impl Word for Side {
    const WORDS: &'static [(&'static str, Self)] = &[("iot", Self::Iot), ("iam", Self::Iam)];
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttachedJson {
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

pub(crate) struct RequestJson {
    pub(crate) action: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) protocol: Protocol,
    pub(crate) mqtt_version: MqttVersion,
    pub(crate) client_id: Option<String>,
    pub(crate) topic: Option<String>,
    pub(crate) topic_filter: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) qos: QosJson,
    pub(crate) retain: bool,
    pub(crate) clean_session: Option<bool>,
    pub(crate) last_will: Option<WillJson>,
    pub(crate) source_ip: Option<String>,
    pub(crate) domain_name: Option<String>,
    /// `aws:CurrentTime`, such as `2026-11-22T16:00:00Z`
    pub(crate) time: Option<String>,
    /// `iot:JobId`
    pub(crate) job_id: Option<String>,
    /// `iot:IncludeSocketInformation`
    pub(crate) include_socket_information: Option<bool>,
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
pub(crate) struct QosJson(pub(crate) u8);

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

pub(crate) struct WillJson {
    pub(crate) topic: String,
    pub(crate) qos: QosJson,
    pub(crate) retain: bool,
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
