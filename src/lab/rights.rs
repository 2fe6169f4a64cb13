//! The broker's questions, answered by the policy engine.
//!
//! A question that was asked before has the answer that it had: it depends on nothing but who asks, as which client
//! and for what; and, where a policy speaks of the time, on the second. What is kept is the question. The
//! explanation is made when somebody wants to read it.

use std::collections::BTreeMap;

use crate::broker::{self, Asker, Authorizer, ExplanationId, Peer, Ruling, Who};
use crate::iot::time::{Instant, UnixTime};
use crate::policy::context::Field;
use crate::policy::fix::{NearMiss, near_misses};
use crate::policy::request::Will;
use crate::policy::{self, Context, Explanation, Policy, PolicySet, Principal, Verdict};

use super::scenario::{Identity, Scenario};

/// A question as the policy engine understood it, and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Who asked, from where, with which client ID; when it was first asked so.
    pub context: Context,
    /// For what.
    pub request: policy::Request,
    /// The answer.
    pub explanation: Explanation,
    /// What it falls short by.
    pub near_misses: Vec<NearMiss>,
}

/// A question that the broker asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    identity: usize,
    client_id: String,
    /// When it was first asked so.
    time: Field<i64>,
    request: broker::Request,
    pub(super) verdict: Verdict,
}

impl Question {
    /// The action and what it is about: a topic, a filter, or for a connect the client ID.
    pub(super) fn about(&self) -> (&'static str, &str) {
        match &self.request {
            broker::Request::Connect { .. } => ("iot:Connect", &self.client_id),
            broker::Request::Publish { topic, .. } => ("iot:Publish", topic),
            broker::Request::Subscribe { filter, .. } => ("iot:Subscribe", filter),
            broker::Request::Receive { topic, .. } => ("iot:Receive", topic),
        }
    }

    pub(super) fn explain(&self, scenario: &Scenario) -> Option<Explained> {
        explain(scenario, self.identity, &self.client_id, self.time, (&self.request).into())
    }
}

/// The answer to what an identity of a scenario asks with a client ID, at a time of the wall clock in seconds.
pub(super) fn explain(
    scenario: &Scenario,
    identity: usize,
    client_id: &str,
    time: Field<i64>,
    request: policy::Request,
) -> Option<Explained> {
    let identity = scenario.identities.get(identity)?;
    let policies = PolicySet::with_switches(identity.policies.clone(), scenario.switches);
    let mut context = identity.context.clone();
    context.client_id = Field::Given(client_id.to_owned());
    context.time = time;
    let explanation = policies.explain(&context, &request);
    let near_misses = near_misses(&policies, &context, &request, &explanation);
    Some(Explained { context, request, explanation, near_misses })
}

/// The policies of all identities, compiled once.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    identities: Vec<Asking>,
    starts: UnixTime,
    questions: Vec<Question>,
}

/// One identity and what it was told.
#[derive(Clone, Debug)]
struct Asking {
    context: Context,
    policies: PolicySet,
    /// Whether a policy speaks of the time.
    timed: bool,
    /// The last answer to each question, by client ID.
    told: BTreeMap<String, BTreeMap<broker::Request, Told>>,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    ruling: Ruling,
    /// In seconds of the wall clock.
    second: u64,
}

impl Rights {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let asking = |identity: &Identity| Asking {
            context: identity.context.clone(),
            timed: identity.policies.iter().any(speaks_of_time),
            policies: PolicySet::with_switches(identity.policies.clone(), scenario.switches),
            told: BTreeMap::new(),
        };
        Self {
            identities: scenario.identities.iter().map(asking).collect(),
            starts: scenario.starts,
            questions: Vec::new(),
        }
    }

    /// How many different questions were asked.
    pub(super) fn questions(&self) -> usize {
        self.questions.len()
    }

    pub(super) fn into_questions(self) -> Vec<Question> {
        self.questions
    }
}

impl Authorizer for Rights {
    /// What the engine cannot tell is refused: a broker has to do one or the other, and the explanation says
    /// that it could not tell (inferred: without a matching Allow AWS refuses).
    fn authorize(&mut self, now: Instant, asker: &Asker, request: &broker::Request) -> Ruling {
        let identity = usize::try_from(asker.who.0).unwrap_or(usize::MAX);
        let Some(asking) = self.identities.get_mut(identity) else {
            // Nobody has no rights and no reasons; sessions without identity never get here.
            return Ruling { verdict: broker::Verdict::Refused, explanation: ExplanationId(u32::MAX) };
        };
        let second = self.starts.0.saturating_add(now.0 / 1000);
        let told = asking.told.get(&asker.client_id).and_then(|told| told.get(request));
        if let Some(told) = told.filter(|told| !asking.timed || told.second == second) {
            return told.ruling;
        }
        let context = &mut asking.context;
        context.client_id = Field::Given(asker.client_id.clone());
        context.time = i64::try_from(second).map_or(Field::Unknown, Field::Given);
        let time = context.time;
        let verdict = asking.policies.decide(context, &request.into()).verdict;
        let explanation = ExplanationId(u32::try_from(self.questions.len()).unwrap_or(u32::MAX));
        let ruling = Ruling {
            verdict: match verdict {
                Verdict::Allowed => broker::Verdict::Allowed,
                Verdict::ExplicitDeny | Verdict::ImplicitDeny | Verdict::CannotTell => {
                    broker::Verdict::Refused
                }
            },
            explanation,
        };
        let client_id = asker.client_id.clone();
        let told = asking.told.entry(client_id.clone()).or_default();
        told.insert(request.clone(), Told { ruling, second });
        self.questions.push(Question { identity, client_id, time, request: request.clone(), verdict });
        ruling
    }

    fn peer(&self, who: Who) -> Peer {
        let identity = usize::try_from(who.0).ok().and_then(|index| self.identities.get(index));
        identity.map_or_else(Peer::default, |asking| peer(&asking.context))
    }
}

/// A certificate connects by MQTT, everyone else by WebSocket.
fn peer(context: &Context) -> Peer {
    let principal = match &context.principal {
        Principal::X509(certificate) => certificate.id.given(),
        Principal::CognitoAuthenticated { identity } | Principal::CognitoUnauthenticated { identity } => {
            identity.given()
        }
        Principal::IamRole | Principal::CustomAuthorizer => None,
    };
    let exclusive = context.exclusive == Field::Given(true);
    let thing = context.things.given().filter(|_| exclusive).and_then(|things| things.first());
    Peer {
        principal: principal.cloned().unwrap_or_default(),
        ip: context.source_ip.given().cloned(),
        thing: thing.map(|thing| thing.name.clone()),
        web_socket: !matches!(context.principal, Principal::X509(_)),
        ..Peer::default()
    }
}

/// Whether a policy may read the clock: a name of the clock stands in its text, or an escape that may hide one.
fn speaks_of_time(policy: &Policy) -> bool {
    let text = policy.document.text.to_ascii_lowercase();
    ["aws:currenttime", "aws:epochtime", "\\u"].iter().any(|name| text.contains(name))
}

impl From<&broker::Request> for policy::Request {
    fn from(request: &broker::Request) -> Self {
        match request {
            broker::Request::Connect { persistent, will } => Self::Connect {
                persistent: Field::Given(*persistent),
                will: will.as_ref().map(|will| Will {
                    topic: will.topic.clone(),
                    qos: will.qos.level(),
                    retain: will.retain,
                }),
            },
            broker::Request::Publish { topic, qos, retain } => {
                Self::Publish { topic: topic.clone(), qos: qos.level(), retain: *retain }
            }
            broker::Request::Subscribe { filter, qos } => {
                Self::Subscribe { filter: filter.clone(), qos: qos.level() }
            }
            broker::Request::Receive { topic, share } => {
                Self::Receive { topic: topic.clone(), share: share.clone() }
            }
        }
    }
}
