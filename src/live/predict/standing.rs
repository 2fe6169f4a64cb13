//! An identity of a plan as it really stands before AWS IoT Core: whose policies speak for it, and what they answer.

use super::{Because, Predicted, Rights, SignIn, Source};
use crate::iot::time::UnixTime;
use crate::lab::Explained;
use crate::lab::scenario::{Actor, Identity};
use crate::mqtt::{Qos, Version};
use crate::policy::context::{Certificate, MqttVersion, Protocol, Side};
use crate::policy::evaluate::Attachment;
use crate::policy::fix::near_misses;
use crate::policy::{Context, Field, Policy, PolicySet, Principal, Request, Switches, Verdict, document};

/// What is predicted, why, and what the engine said.
pub(super) type Answer = (Predicted, Because, Option<Explained>);

/// An identity as it really stands before AWS IoT Core.
pub(super) struct Standing {
    sign_in: SignIn,
    pub(super) rights: Rights,
    /// The policies that speak.
    pub(super) given: Vec<Policy>,
    context: Context,
    set: PolicySet,
    /// With everything allowed by the sources of which no policy was given.
    filled: PolicySet,
}

impl Standing {
    pub(super) fn new(identity: &Identity, sign_in: SignIn, switches: Switches, at: UnixTime) -> Self {
        let sources = sign_in.speak();
        let speaks = |policy: &&Policy| sources.contains(&Source::of(&policy.attached_to));
        let (given, silent): (Vec<&Policy>, Vec<&Policy>) = identity.policies.iter().partition(speaks);
        let names = |policies: &[&Policy]| policies.iter().map(|policy| policy.name.clone()).collect();
        let given_by =
            |source: &Source| given.iter().any(|policy| Source::of(&policy.attached_to) == *source);
        let missing: Vec<Source> = sources.iter().copied().filter(|source| !given_by(source)).collect();
        let rights = Rights {
            identity: identity.name.clone(),
            speaking: names(&given),
            silent: names(&silent),
            missing: missing.clone(),
        };
        let given: Vec<Policy> = given.into_iter().cloned().collect();
        let mut all = given.clone();
        all.extend(missing.into_iter().map(Source::allows_all));
        let context = Context {
            time: i64::try_from(at.0).map_or(Field::Unknown, Field::Given),
            ..standing_as(&identity.context, sign_in)
        };
        Self {
            sign_in,
            rights,
            context,
            set: PolicySet::with_switches(given.clone(), switches),
            filled: PolicySet::with_switches(all, switches),
            given,
        }
    }

    pub(super) fn context_of(&self, actor: &Actor) -> Context {
        let mut context = self.context.clone();
        let id = &actor.connect.client_id;
        context.client_id = if id.is_empty() { Field::Unknown } else { Field::Given(id.clone()) };
        context.mqtt_version = match actor.connect.version {
            Version::V311 => MqttVersion::V3,
            Version::V5 => MqttVersion::V5,
        };
        context
    }

    pub(super) fn answer(&self, context: &Context, request: Request, qos: Option<Qos>) -> Answer {
        if self.sign_in == SignIn::OtherBroker {
            return (Predicted::CannotTell, Because::OtherBroker, None);
        }
        if qos == Some(Qos::ExactlyOnce) {
            return (Predicted::No, Because::Qos2, None);
        }
        let verdict = self.filled.decide(context, &request).verdict;
        if !self.rights.missing.is_empty() && matches!(verdict, Verdict::Allowed | Verdict::CannotTell) {
            return (Predicted::CannotTell, Because::Missing, None);
        }
        let explanation = self.set.explain(context, &request);
        let near_misses = near_misses(&self.set, context, &request, &explanation);
        let predicted = match verdict {
            Verdict::Allowed => Predicted::Yes,
            Verdict::ExplicitDeny | Verdict::ImplicitDeny => Predicted::No,
            Verdict::CannotTell => Predicted::CannotTell,
        };
        let explained = Explained { context: context.clone(), request, explanation, near_misses };
        (predicted, Because::Policies, Some(explained))
    }
}

/// What is known of the connection when it signs in otherwise than with the certificate: what belongs to the certificate and
/// to the device's network goes.
fn standing_as(device: &Context, sign_in: SignIn) -> Context {
    let principal = match (sign_in, &device.principal) {
        (SignIn::Certificate, Principal::X509(_)) | (SignIn::OtherBroker, _) => return device.clone(),
        (SignIn::Certificate, _) => Principal::X509(Certificate {
            id: Field::Unknown,
            subject: Field::Unknown,
            issuer: Field::Unknown,
            serial: Field::Unknown,
            ..Certificate::default()
        }),
        (SignIn::SigV4, _) => Principal::IamRole,
        (SignIn::CustomAuthorizer, _) => Principal::CustomAuthorizer,
        (SignIn::Cognito, same @ Principal::CognitoAuthenticated { .. })
        | (SignIn::CognitoGuest, same @ Principal::CognitoUnauthenticated { .. }) => same.clone(),
        (SignIn::Cognito, _) => Principal::CognitoAuthenticated { identity: Field::Unknown },
        (SignIn::CognitoGuest, _) => Principal::CognitoUnauthenticated { identity: Field::Unknown },
    };
    let same = std::mem::discriminant(&principal) == std::mem::discriminant(&device.principal);
    let has_things = matches!(sign_in, SignIn::Cognito | SignIn::Certificate);
    Context {
        principal,
        things: match (same, has_things) {
            (true, _) => device.things.clone(),
            (false, true) => Field::Unknown,
            (false, false) => Field::Absent,
        },
        exclusive: if same { device.exclusive } else { Field::Unknown },
        registered: device.registered.clone(),
        partition: device.partition.clone(),
        protocol: if sign_in == SignIn::Certificate { Protocol::Mqtt } else { Protocol::MqttWebSocket },
        domain_name: device.domain_name.clone(),
        keys: if same { device.keys.clone() } else { Field::Unknown },
        unknown: device.unknown.clone(),
        ..Context::new(Principal::IamRole, &device.region, &device.account)
    }
}

impl Source {
    const fn of(attachment: &Attachment) -> Self {
        match attachment {
            Attachment::Certificate | Attachment::ThingGroup(_) => Self::Certificate,
            Attachment::CognitoIdentity => Self::CognitoIdentity,
            Attachment::Role => Self::Role,
            Attachment::Authorizer => Self::Authorizer,
        }
    }

    /// A policy from here that allows everything.
    fn allows_all(self) -> Policy {
        let text =
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let (kind, attached_to) = match self {
            Self::Certificate => (Side::Iot, Attachment::Certificate),
            Self::Role => (Side::Iam, Attachment::Role),
            Self::CognitoIdentity => (Side::Iot, Attachment::CognitoIdentity),
            Self::Authorizer => (Side::Iot, Attachment::Authorizer),
        };
        Policy { name: String::new(), kind, attached_to, document: document::parse(text) }
    }
}
