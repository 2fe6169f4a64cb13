//! The rows of a plan: what each session asks for, what then is delivered, who is thrown out.

use std::collections::BTreeMap;

use super::standing::{Answer, Standing};
use super::{Ask, Because, Predicted, Row, SignIn};
use crate::broker::Config;
use crate::iot::time::{Instant, Millis};
use crate::iot::topic::{self, ParentLevel};
use crate::lab::scenario::{Action, Actor, Scenario};
use crate::mqtt::{Property, Qos, Version};
use crate::policy::request::Will;
use crate::policy::{Field, Request};
use crate::timeline::SessionId;

/// All rows; a row follows only rows before it.
pub(super) fn rows(plan: &Scenario, sign_in: SignIn, standings: &[Standing]) -> Vec<Row> {
    let mut rows = requests(plan, standings);
    if sign_in != SignIn::OtherBroker {
        too_soon(plan, &mut rows);
    }
    deliveries(plan, standings, &mut rows);
    takeovers(plan, sign_in, &mut rows);
    rows
}

/// A session's place among the standings, and its standing. Without identity a session does nothing.
fn standing<'a>(standings: &'a [Standing], actor: &Actor) -> Option<(usize, &'a Standing)> {
    let index = usize::try_from(actor.identity).ok()?;
    Some((index, standings.get(index)?))
}

/// What each session asks for.
fn requests(plan: &Scenario, standings: &[Standing]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, actor) in sessions(plan) {
        let Some((rights, standing)) = standing(standings, actor) else { continue };
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
        for (filter, qos) in filters(plan, id) {
            let request = Request::Subscribe { filter: filter.clone(), qos: qos.level() };
            push(Ask::Subscribe { filter }, reached(standing.answer(&context, request, Some(qos))));
        }
        for (topic, qos, retain) in messages(plan, id) {
            let request = Request::Publish { topic: topic.clone(), qos: qos.level(), retain };
            push(Ask::Publish { topic }, reached(standing.answer(&context, request, Some(qos))));
        }
    }
    rows
}

/// Of what the policies let in, what the quota of one CONNECT in [`Config::connect_interval`] for a client ID may keep out.
fn too_soon(plan: &Scenario, rows: &mut [Row]) {
    let interval = Config::default().connect_interval;
    let mut connects: Vec<(&str, Instant, SessionId)> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Connect)
        .filter_map(|step| {
            Some((step.session, step.at, plan.sessions.get(usize::try_from(step.session.0).ok()?)?))
        })
        .map(|(session, at, actor)| (actor.connect.client_id.as_str(), at, session))
        .filter(|(client_id, ..)| !client_id.is_empty())
        .collect();
    connects.sort_unstable();
    let pairs = connects.iter().zip(connects.iter().skip(1));
    let close: BTreeMap<SessionId, (SessionId, Millis)> = pairs
        .filter(|((id, ..), (next, ..))| id == next)
        .map(|((_, before, first), (_, then, second))| (*second, (*first, *then - *before)))
        .filter(|(_, (_, after))| *after < interval)
        .collect();
    for row in rows.iter_mut().filter(|row| row.ask == Ask::Connect && row.predicted == Predicted::Yes) {
        if let Some((before, after)) = close.get(&row.session) {
            row.predicted = Predicted::CannotTell;
            row.because = Because::TooSoon { before: *before, after: *after };
        }
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

/// The filters of a session, each once.
fn filters(plan: &Scenario, id: SessionId) -> Vec<(String, Qos)> {
    let subscriptions = plan.actions(id).filter_map(|action| match action {
        Action::Subscribe(filters) => Some(filters),
        _ => None,
    });
    once(subscriptions.flatten().map(|one| (one.filter.clone(), one.qos)), |(filter, _)| filter)
}

/// The topics of a session's messages, each once.
fn messages(plan: &Scenario, id: SessionId) -> Vec<(String, Qos, bool)> {
    let messages = plan.actions(id).filter_map(|action| match action {
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
        let Some((rights, standing)) = standing(standings, actor) else { continue };
        let mut done: Vec<String> = Vec::new();
        for (filter, _) in filters(plan, id) {
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

/// A row for each session that another one of the plan follows with the same client ID. Where nothing is known of rights, what
/// follows if both are let in: every broker does that (MQTT-3.1.4-2, in MQTT 5 MQTT-3.1.4-3).
fn takeovers(plan: &Scenario, sign_in: SignIn, rows: &mut Vec<Row>) {
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
            _ if sign_in == SignIn::OtherBroker => (Predicted::Yes, Because::Newcomer(*new)),
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
