//! The broker's questions, answered by the policy engine, each answer with its explanation.

use std::collections::BTreeMap;

use crate::broker::{self, Asker, Authorizer, ExplanationId, Peer, Ruling, Who};
use crate::iot::time::{Instant, UnixTime};
use crate::policy::context::Field;
use crate::policy::fix::{NearMiss, near_misses};
use crate::policy::request::Will;
use crate::policy::{self, Context, Explanation, PolicySet, Principal, Verdict};

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

/// The policies of all identities, compiled once.
#[derive(Debug)]
pub(super) struct Rights {
    identities: Vec<(Context, PolicySet)>,
    starts: UnixTime,
    explanations: Vec<Explained>,
    /// The last explanation of each question, so that a thousand equal deliveries share one.
    latest: BTreeMap<(Who, String, broker::Request), ExplanationId>,
}

impl Rights {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let compile =
            |identity: &Identity| (identity.context.clone(), PolicySet::compile(identity.policies.clone()));
        Self {
            identities: scenario.identities.iter().map(compile).collect(),
            starts: scenario.starts,
            explanations: Vec::new(),
            latest: BTreeMap::new(),
        }
    }

    pub(super) fn into_explanations(self) -> Vec<Explained> {
        self.explanations
    }
}

impl Authorizer for Rights {
    /// What the engine cannot tell is refused: a broker has to do one or the other, and the explanation says
    /// that it could not tell (inferred: without a matching Allow AWS refuses).
    fn authorize(&mut self, now: Instant, asker: &Asker, request: &broker::Request) -> Ruling {
        let identity = usize::try_from(asker.who.0).ok().and_then(|index| self.identities.get_mut(index));
        let Some((context, policies)) = identity else {
            // Nobody has no rights and no reasons; sessions without identity never get here.
            return Ruling { verdict: broker::Verdict::Refused, explanation: ExplanationId(u32::MAX) };
        };
        context.client_id = Field::Given(asker.client_id.clone());
        let seconds = self.starts.0.saturating_add(now.0 / 1000);
        context.time = i64::try_from(seconds).map_or(Field::Unknown, Field::Given);
        let question = in_words_of_policy(request);
        let explanation = policies.explain(context, &question);
        let verdict = match explanation.decision.verdict {
            Verdict::Allowed => broker::Verdict::Allowed,
            Verdict::ExplicitDeny | Verdict::ImplicitDeny | Verdict::CannotTell => broker::Verdict::Refused,
        };
        let key = (asker.who, asker.client_id.clone(), request.clone());
        let same = |id: &ExplanationId| {
            let kept = usize::try_from(id.0).ok().and_then(|index| self.explanations.get(index));
            kept.is_some_and(|kept| kept.explanation == explanation)
        };
        if let Some(id) = self.latest.get(&key).copied().filter(same) {
            return Ruling { verdict, explanation: id };
        }
        let id = ExplanationId(u32::try_from(self.explanations.len()).unwrap_or(u32::MAX));
        let near_misses = near_misses(policies, context, &question, &explanation);
        let context = context.clone();
        self.explanations.push(Explained { context, request: question, explanation, near_misses });
        self.latest.insert(key, id);
        Ruling { verdict, explanation: id }
    }

    fn peer(&self, who: Who) -> Peer {
        let identity = usize::try_from(who.0).ok().and_then(|index| self.identities.get(index));
        identity.map_or_else(Peer::default, |(context, _)| peer(context))
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

fn in_words_of_policy(request: &broker::Request) -> policy::Request {
    match request {
        broker::Request::Connect { persistent, will } => policy::Request::Connect {
            persistent: Field::Given(*persistent),
            will: will.as_ref().map(|will| Will {
                topic: will.topic.clone(),
                qos: will.qos.level(),
                retain: will.retain,
            }),
        },
        broker::Request::Publish { topic, qos, retain } => {
            policy::Request::Publish { topic: topic.clone(), qos: qos.level(), retain: *retain }
        }
        broker::Request::Subscribe { filter, qos } => {
            policy::Request::Subscribe { filter: filter.clone(), qos: qos.level() }
        }
        broker::Request::Receive { topic, share } => {
            policy::Request::Receive { topic: topic.clone(), share: share.clone() }
        }
    }
}
