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
    /// A shared subscription: what this page gets of it nobody else in the group gets.
    Shared(String),
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
            .flat_map(|subscription| {
                let filter = &subscription.filter;
                // `$share/`, the name of the group, `/`, and what it subscribes to (MQTT 5 section 4.8.2).
                let shared = filter.strip_prefix("$share/");
                let topics =
                    shared.map_or(filter.as_str(), |rest| rest.split_once('/').unwrap_or_default().1);
                [
                    matches!(topics, "#" | "+/#").then(|| Risk::Everything(filter.clone())),
                    shared.map(|_| Risk::Shared(filter.clone())),
                ]
            })
            .flatten()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::presets;
    use crate::mqtt::{Qos, Subscription, Version};

    #[test]
    fn who_shares_a_subscription_takes_messages_away_from_others() {
        let mut plan = presets::takeover(Version::V5);
        plan.sessions.truncate(1);
        let actor = plan.sessions.first_mut().unwrap();
        actor.connect.client_id = format!("{OWN_PREFIX}a");
        let aws = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
        let mut of = |filter: &str| {
            plan.steps.clear();
            plan.sessions[0].on_connect =
                vec![Action::Subscribe(vec![Subscription::new(filter, Qos::AtMostOnce)])];
            risks(&plan, &aws, None)
        };
        let everything = |filter: &str| Risk::Everything(filter.to_owned());
        let shared = |filter: &str| Risk::Shared(filter.to_owned());
        for filter in ["dt/#", "+/a/#", "$aws/things/iotlab-a/shadow/#", "dt/$share/x", ""] {
            assert_eq!(of(filter), BTreeSet::new(), "{filter}");
        }
        for filter in ["#", "+/#"] {
            assert_eq!(of(filter), BTreeSet::from([everything(filter)]));
        }
        for filter in ["$share/fleet/dt/#", "$share/fleet", "$share/fleet/dt/+/#"] {
            assert_eq!(of(filter), BTreeSet::from([shared(filter)]));
        }
        for filter in ["$share/fleet/#", "$share/fleet/+/#"] {
            assert_eq!(of(filter), BTreeSet::from([everything(filter), shared(filter)]));
        }
    }
}
