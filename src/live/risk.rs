//! What of a plan may hurt somebody else's devices.

use std::collections::BTreeSet;

use crate::iot::endpoint::Endpoint;
use crate::lab::{Action, Actor, Scenario};

/// Client IDs that this page makes up begin so, and no device of anybody's has them.
pub const OWN_PREFIX: &str = "iotlab-";

/// What may hurt somebody else's devices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// A device may use this client ID: it would be thrown out.
    ClientId(String),
    /// A will is published when the connection is lost.
    Will(String),
    /// A retained message stays at the broker.
    Retained(String),
    /// A message to a topic of AWS's own services.
    Reserved(String),
    /// A filter that takes in everything.
    Everything(String),
}

/// What of a plan may hurt somebody else's devices; nothing at a broker on this machine.
#[must_use]
pub fn risks(plan: &Scenario, endpoint: &Endpoint, only: Option<usize>) -> BTreeSet<Risk> {
    let mut risks = BTreeSet::new();
    if endpoint.is_loopback() {
        return risks;
    }
    let wanted = |index: usize| only.is_none_or(|only| only == index);
    for actor in plan.sessions.iter().enumerate().filter(|(index, _)| wanted(*index)).map(|(_, actor)| actor)
    {
        risks.extend(of_actor(actor));
    }
    for step in &plan.steps {
        if usize::try_from(step.session.0).is_ok_and(wanted) {
            risks.extend(of_action(&step.action));
        }
    }
    risks
}

fn of_actor(actor: &Actor) -> impl Iterator<Item = Risk> {
    let client_id = &actor.connect.client_id;
    let foreign = !client_id.is_empty() && !client_id.starts_with(OWN_PREFIX);
    let will = actor.connect.will.as_ref();
    [
        foreign.then(|| Risk::ClientId(client_id.clone())),
        will.map(|will| Risk::Will(will.topic.clone())),
        will.filter(|will| will.retain).map(|will| Risk::Retained(will.topic.clone())),
        will.filter(|will| will.topic.starts_with('$')).map(|will| Risk::Reserved(will.topic.clone())),
    ]
    .into_iter()
    .flatten()
    .chain(actor.on_connect.iter().flat_map(of_action))
}

fn of_action(action: &Action) -> Vec<Risk> {
    match action {
        Action::Subscribe(filters) => filters
            .iter()
            .filter(|filter| matches!(filter.filter.as_str(), "#" | "+/#"))
            .map(|filter| Risk::Everything(filter.filter.clone()))
            .collect(),
        Action::Publish(message) => [
            message.retain.then(|| Risk::Retained(message.topic.clone())),
            message.topic.starts_with('$').then(|| Risk::Reserved(message.topic.clone())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        _ => Vec::new(),
    }
}
