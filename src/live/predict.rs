//! What the policies make of a plan, frozen before it is run.
//!
//! The rights are those of whoever really signs in: a session over SigV4 has the role's, one with Cognito the role's and the
//! identity's, one through a custom authorizer those that it returned (Developer Guide, "Authorization"); never the
//! certificate's, which a browser cannot use. Where a policy that would speak was not given, the answer is *cannot tell*,
//! unless the others deny whatever it says.
//!
//! Predicts rights and takeovers. Does not predict quotas and rates: the simulation shows those.

use crate::iot::time::UnixTime;
use crate::iot::topic::{self, ParentLevel};
use crate::lab::Explained;
use crate::lab::scenario::{Action, Actor, Identity, Scenario};
use crate::mqtt::{Property, Qos, Version};
use crate::policy::context::{MqttVersion, Protocol};
use crate::policy::evaluate::Attachment;
use crate::policy::fix::near_misses;
use crate::policy::request::Will;
use crate::policy::{
    Context, Field, Policy, PolicySet, Principal, Request, Verdict, context::Side, document,
};
use crate::timeline::SessionId;

/// How the sessions of a run sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// With the certificate: only on a machine that holds it.
    Certificate,
    /// With the keys of an IAM role or user.
    SigV4,
    /// As an authenticated identity of a Cognito identity pool.
    Cognito,
    /// As a guest of a Cognito identity pool.
    CognitoGuest,
    /// Through a custom authorizer.
    CustomAuthorizer,
    /// At a broker that is not AWS IoT Core.
    OtherBroker,
}

/// Policies that speak for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those of the certificate and of the thing's groups.
    Certificate,
    /// The role's, from IAM.
    Role,
    /// Those attached to the Cognito identity.
    CognitoIdentity,
    /// Those that the authorizer returned.
    Authorizer,
}

impl SignIn {
    /// Whose policies speak; all of them must allow. None for a broker of which nothing is known.
    #[must_use]
    pub const fn speak(self) -> &'static [Source] {
        match self {
            Self::Certificate => &[Source::Certificate],
            Self::SigV4 | Self::CognitoGuest => &[Source::Role],
            Self::Cognito => &[Source::Role, Source::CognitoIdentity],
            Self::CustomAuthorizer => &[Source::Authorizer],
            Self::OtherBroker => &[],
        }
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

/// Whose rights the sessions of one identity of the plan have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The identity, by its name in the plan.
    pub identity: String,
    /// The names of the policies that speak.
    pub speaking: Vec<String>,
    /// The names of those that were given and do not speak, such as the certificate's for a role.
    pub silent: Vec<String>,
    /// Sources that speak and of which no policy was given.
    pub missing: Vec<Source>,
}

/// What a session asks for, or what may befall it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// To connect.
    Connect,
    /// To subscribe.
    Subscribe {
        /// To this filter.
        filter: String,
    },
    /// To publish.
    Publish {
        /// To this topic.
        topic: String,
    },
    /// To get a message.
    Receive {
        /// Of this topic.
        topic: String,
    },
    /// It is thrown out by another connection with its client ID.
    Takeover,
}

/// Whether that comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicted {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The policies that were given do not say.
    CannotTell,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The policies say so, or cannot say: [`Row::explained`].
    Policies,
    /// Of these sources no policy was given ([`Rights::missing`]).
    Missing,
    /// It is not AWS IoT Core.
    OtherBroker,
    /// AWS IoT Core has no QoS 2 (documented: Developer Guide, MQTT).
    Qos2,
    /// As another row, by its index.
    Follows(usize),
    /// This session comes later with the same client ID, and the newcomer wins (MQTT-3.1.4-3; documented for AWS IoT Core).
    Newcomer(SessionId),
}

/// One line of the prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose.
    pub session: SessionId,
    /// Of the session; empty when the broker is to assign one.
    pub client_id: String,
    /// What it is about.
    pub ask: Ask,
    /// What is predicted.
    pub predicted: Predicted,
    /// Why.
    pub because: Because,
    /// The engine's answer, where it was asked, from the policies that speak.
    pub explained: Option<Explained>,
    /// Which of [`Prediction::rights`] it has.
    pub rights: usize,
}

/// A prediction. It cannot be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    at: UnixTime,
    sign_in: SignIn,
    rights: Vec<Rights>,
    policies: Vec<Vec<Policy>>,
    rows: Vec<Row>,
}

impl Prediction {
    /// When it was made.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// How the sessions sign in.
    #[must_use]
    pub const fn sign_in(&self) -> SignIn {
        self.sign_in
    }

    /// Whose rights they have, one for each identity of the plan.
    #[must_use]
    pub fn rights(&self) -> &[Rights] {
        &self.rights
    }

    /// The policies that speak, one list for each of [`Self::rights`].
    #[must_use]
    pub fn policies(&self) -> &[Vec<Policy>] {
        &self.policies
    }

    /// The rows: of each session what it asks for, then deliveries, then takeovers.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Predicts a plan whose sessions sign in like this, at this time.
#[must_use]
pub fn predict(plan: &Scenario, sign_in: SignIn, at: UnixTime) -> Prediction {
    let standings: Vec<Standing> =
        plan.identities.iter().map(|identity| Standing::new(identity, sign_in, plan, at)).collect();
    let mut rows = Vec::new();
    for (id, actor) in sessions(plan) {
        let rights = usize::try_from(actor.identity).unwrap_or(usize::MAX);
        let Some(standing) = standings.get(rights) else { continue };
        let context = standing.context_of(actor);
        let mut push = |ask: Ask, (predicted, because, explained): Answer| {
            let client_id = actor.connect.client_id.clone();
            rows.push(Row { session: id, client_id, ask, predicted, because, explained, rights });
            rows.len() - 1
        };
        let answer =
            standing.answer(&context, connect(actor), actor.connect.will.as_ref().map(|will| will.qos));
        let connects = answer.0;
        let first = push(Ask::Connect, answer);
        let reached = |answer: Answer| match connects {
            Predicted::No => (Predicted::No, Because::Follows(first), None),
            _ => answer,
        };
        for (filter, qos) in filters(plan, id, actor) {
            let request = Request::Subscribe { filter: filter.clone(), qos: qos.level() };
            push(Ask::Subscribe { filter }, reached(standing.answer(&context, request, Some(qos))));
        }
        for (topic, qos, retain) in messages(plan, id, actor) {
            let request = Request::Publish { topic: topic.clone(), qos: qos.level(), retain };
            push(Ask::Publish { topic }, reached(standing.answer(&context, request, Some(qos))));
        }
    }
    deliveries(plan, &standings, &mut rows);
    takeovers(plan, &mut rows);
    let (rights, policies) = standings.into_iter().map(|standing| (standing.rights, standing.given)).unzip();
    Prediction { at, sign_in, rights, policies, rows }
}

type Answer = (Predicted, Because, Option<Explained>);

/// An identity as it really stands before AWS IoT Core.
struct Standing {
    sign_in: SignIn,
    rights: Rights,
    given: Vec<Policy>,
    context: Context,
    set: PolicySet,
    /// With everything allowed by the sources of which no policy was given.
    filled: PolicySet,
}

impl Standing {
    fn new(identity: &Identity, sign_in: SignIn, plan: &Scenario, at: UnixTime) -> Self {
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
            set: PolicySet::with_switches(given.clone(), plan.switches),
            filled: PolicySet::with_switches(all, plan.switches),
            given,
        }
    }

    fn context_of(&self, actor: &Actor) -> Context {
        let mut context = self.context.clone();
        let id = &actor.connect.client_id;
        context.client_id = if id.is_empty() { Field::Unknown } else { Field::Given(id.clone()) };
        context.mqtt_version = match actor.connect.version {
            Version::V311 => MqttVersion::V3,
            Version::V5 => MqttVersion::V5,
        };
        context
    }

    fn answer(&self, context: &Context, request: Request, qos: Option<Qos>) -> Answer {
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
        (SignIn::Certificate, _) => Principal::X509(crate::policy::context::Certificate {
            id: Field::Unknown,
            subject: Field::Unknown,
            issuer: Field::Unknown,
            serial: Field::Unknown,
            ..Default::default()
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

fn connect(actor: &Actor) -> Request {
    let connect = &actor.connect;
    let lasting = connect
        .properties
        .0
        .iter()
        .any(|property| matches!(property, Property::SessionExpiryInterval(seconds) if *seconds > 0));
    let persistent = match connect.version {
        Version::V311 => !connect.clean_start,
        Version::V5 => lasting,
    };
    let will = connect.will.as_ref().map(|will| Will {
        topic: will.topic.clone(),
        qos: will.qos.level(),
        retain: will.retain,
    });
    Request::Connect { persistent: Field::Given(persistent), will }
}

fn sessions(plan: &Scenario) -> impl Iterator<Item = (SessionId, &Actor)> {
    (0..).map(SessionId).zip(&plan.sessions)
}

/// What a session does, by itself and step by step.
fn actions<'a>(plan: &'a Scenario, id: SessionId, actor: &'a Actor) -> impl Iterator<Item = &'a Action> {
    let steps = plan.steps.iter().filter(move |step| step.session == id).map(|step| &step.action);
    actor.on_connect.iter().chain(steps)
}

/// The filters of a session, each once.
fn filters(plan: &Scenario, id: SessionId, actor: &Actor) -> Vec<(String, Qos)> {
    let subscriptions = actions(plan, id, actor).filter_map(|action| match action {
        Action::Subscribe(filters) => Some(filters),
        _ => None,
    });
    once(subscriptions.flatten().map(|one| (one.filter.clone(), one.qos)), |(filter, _)| filter)
}

/// The topics of a session's messages, each once.
fn messages(plan: &Scenario, id: SessionId, actor: &Actor) -> Vec<(String, Qos, bool)> {
    let messages = actions(plan, id, actor).filter_map(|action| match action {
        Action::Publish(message) => Some((message.topic.clone(), message.qos, message.retain)),
        _ => None,
    });
    once(messages, |(topic, ..)| topic)
}

fn once<T>(all: impl Iterator<Item = T>, name: impl Fn(&T) -> &String) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        if !kept.iter().any(|other| name(other) == name(&one)) {
            kept.push(one);
        }
    }
    kept
}

/// A row for each topic that is published in the plan and subscribed to by a session.
fn deliveries(plan: &Scenario, standings: &[Standing], rows: &mut Vec<Row>) {
    for (id, actor) in sessions(plan) {
        let rights = usize::try_from(actor.identity).unwrap_or(usize::MAX);
        let Some(standing) = standings.get(rights) else { continue };
        let mut done: Vec<String> = Vec::new();
        for (filter, _) in filters(plan, id, actor) {
            let share = topic::share(&filter);
            let plain = share.map_or(filter.as_str(), |share| share.filter);
            let published: Vec<(usize, String)> = (0..)
                .zip(rows.iter())
                .filter_map(|(at, row)| match &row.ask {
                    Ask::Publish { topic } if topic::matches(plain, topic, ParentLevel::NotMatched) => {
                        Some((at, topic.clone()))
                    }
                    _ => None,
                })
                .collect();
            let subscribed = rows.iter().position(|row| {
                row.session == id && matches!(&row.ask, Ask::Subscribe { filter: own } if *own == filter)
            });
            for (_, topic) in &published {
                if done.contains(topic) {
                    continue;
                }
                done.push(topic.clone());
                let share = share.map(|share| share.name.to_owned());
                let request = Request::Receive { topic: topic.clone(), share };
                let own = standing.answer(&standing.context_of(actor), request, None);
                let publishers = published.iter().filter(|(_, other)| other == topic).map(|(at, _)| *at);
                let answer = follows(rows, subscribed, publishers, own);
                rows.push(Row {
                    session: id,
                    client_id: actor.connect.client_id.clone(),
                    ask: Ask::Receive { topic: topic.clone() },
                    predicted: answer.0,
                    because: answer.1,
                    explained: answer.2,
                    rights,
                });
            }
        }
    }
}

/// A message arrives when the subscription stands, somebody may publish it, and the receiver may receive it.
fn follows(
    rows: &[Row],
    subscribed: Option<usize>,
    publishers: impl Iterator<Item = usize>,
    own: Answer,
) -> Answer {
    let predicted = |at: usize| rows.get(at).map_or(Predicted::CannotTell, |row| row.predicted);
    let rank = |at: &usize| match predicted(*at) {
        Predicted::Yes => 0,
        Predicted::CannotTell => 1,
        Predicted::No => 2,
    };
    let before: Vec<usize> = subscribed.into_iter().chain(publishers.min_by_key(rank)).collect();
    let first = |wanted: Predicted| before.iter().copied().find(|at| predicted(*at) == wanted);
    match (first(Predicted::No), first(Predicted::CannotTell)) {
        (Some(at), _) => (Predicted::No, Because::Follows(at), None),
        (None, Some(at)) if own.0 != Predicted::No => (Predicted::CannotTell, Because::Follows(at), None),
        _ => own,
    }
}

/// A row for each session that another one of the plan follows with the same client ID.
fn takeovers(plan: &Scenario, rows: &mut Vec<Row>) {
    let steps = |id: SessionId, wanted: fn(&Action) -> bool| {
        let times = plan.steps.iter().filter(move |step| step.session == id && wanted(&step.action));
        times.map(|step| step.at)
    };
    let mut arrivals: Vec<_> = sessions(plan)
        .filter(|(_, actor)| !actor.connect.client_id.is_empty())
        .filter_map(|(id, actor)| {
            let at = steps(id, |action| *action == Action::Connect).min()?;
            Some((at, id, actor))
        })
        .collect();
    arrivals.sort_by_key(|(at, id, _)| (*at, *id));
    for (place, (came, old, actor)) in arrivals.iter().enumerate() {
        let later = arrivals.iter().skip(place + 1);
        let same = later.clone().find(|(_, _, other)| other.connect.client_id == actor.connect.client_id);
        let Some((then, new, _)) = same else { continue };
        let left = |at| *came < at && at < *then;
        if actor.leaves || steps(*old, |action| *action == Action::Disconnect).any(left) {
            continue;
        }
        let connects =
            |id: SessionId| rows.iter().position(|row| row.session == id && row.ask == Ask::Connect);
        let (Some(first), Some(second)) = (connects(*old), connects(*new)) else { continue };
        let predicted = |at: usize| rows.get(at).map(|row| row.predicted);
        let (predicted, because) = match (predicted(first), predicted(second)) {
            (Some(Predicted::No), _) => (Predicted::No, Because::Follows(first)),
            (_, Some(Predicted::No)) => (Predicted::No, Because::Follows(second)),
            (Some(Predicted::Yes), Some(Predicted::Yes)) => (Predicted::Yes, Because::Newcomer(*new)),
            (Some(Predicted::Yes), _) => (Predicted::CannotTell, Because::Follows(second)),
            _ => (Predicted::CannotTell, Because::Follows(first)),
        };
        let rights = rows.get(first).map_or(0, |row| row.rights);
        let client_id = actor.connect.client_id.clone();
        rows.push(Row {
            session: *old,
            client_id,
            ask: Ask::Takeover,
            predicted,
            because,
            explained: None,
            rights,
        });
    }
}
