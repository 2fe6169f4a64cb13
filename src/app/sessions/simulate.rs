//! What the Simulate screen plays: the sessions of the workspace, with its policies, in virtual time.

use crate::app::check::matrix::Matrix;
use crate::app::check::who;
use crate::app::workspace::{SessionPlan, Workspace};
use crate::broker::{self, DisconnectReason, News, Verdict};
use crate::client::Message;
use crate::iot::time::{Instant, Millis, UnixTime};
use crate::lab::{self, Action, Actor, Identity, Run, Scenario, Step};
use crate::mqtt::{Properties, Qos, Version};
use crate::policy::context::Protocol;
use crate::timeline::{SessionId, What};

/// Each session starts this long after the one before.
pub const APART: Millis = Millis(1000);
/// A session subscribes this long after its CONNECT.
const SUBSCRIBE_AFTER: Millis = Millis(300);
/// A session publishes this long after its CONNECT.
const PUBLISH_AFTER: Millis = Millis(500);
/// The run goes on this long after the last session started.
const AFTERWARDS: Millis = Millis(2000);
/// One way through the simulated network.
const LATENCY: Millis = Millis(20);

/// Plays the sessions of the workspace.
#[must_use]
pub fn run(workspace: &Workspace) -> Run {
    lab::run(&scenario(workspace))
}

/// The event to explain first: where the broker ends a taken-over session, else the first refusal.
#[must_use]
pub fn most_interesting(run: &Run) -> Option<usize> {
    let position = |wanted: fn(&What) -> bool| run.entries.iter().position(|entry| wanted(&entry.what));
    position(|what| {
        matches!(what, What::Broker(News::Disconnected { cause, .. })
            if cause.reason() == DisconnectReason::DuplicateClientId)
    })
    .or_else(|| position(|what| matches!(what, What::Decided { verdict: Verdict::Refused, .. })))
}

/// The name of a session by its place: A to Z, then by number.
#[must_use]
pub fn name(index: usize) -> String {
    u32::try_from(index)
        .ok()
        .filter(|index| *index < 26)
        .and_then(|index| char::from_u32(u32::from(b'A') + index))
        .map_or_else(|| format!("S{}", index + 1), String::from)
}

fn scenario(workspace: &Workspace) -> Scenario {
    let matrix = Matrix::new(workspace);
    let version = workspace.simulation.version;
    let mut context = who::context(&workspace.who, &matrix.place, &matrix.used, "", version);
    context.protocol = Protocol::Mqtt;
    let sessions = &workspace.simulation.sessions;
    let starts = |index: usize| Instant(APART.0.saturating_mul(u64::try_from(index).unwrap_or(u64::MAX)));
    Scenario {
        identities: vec![Identity { context, policies: matrix.policies.policies().to_vec() }],
        sessions: (0..sessions.len()).map(|index| Actor { name: name(index), identity: 0 }).collect(),
        steps: sessions
            .iter()
            .zip(0_u32..)
            .flat_map(|(plan, session)| {
                steps(plan, version.into(), SessionId(session), starts(session as usize))
            })
            .collect(),
        end: starts(sessions.len()) + AFTERWARDS,
        starts: UnixTime(0),
        latency: LATENCY,
        seed: 1,
        account: broker::Config::default(),
    }
}

fn steps(
    plan: &SessionPlan,
    version: Version,
    session: SessionId,
    at: Instant,
) -> impl Iterator<Item = Step> {
    let step = move |at, action| Step { at, session, action };
    let (subscribe, publish) = (plan.subscribe.trim(), plan.publish.trim());
    let qos = if plan.qos == 0 { Qos::AtMostOnce } else { Qos::AtLeastOnce };
    [
        Some(step(at, Action::connect(version, plan.client_id.trim()))),
        (!subscribe.is_empty()).then(|| {
            step(at + SUBSCRIBE_AFTER, Action::Subscribe { filters: vec![(subscribe.to_owned(), qos)] })
        }),
        (!publish.is_empty()).then(|| {
            let message = Message {
                topic: publish.to_owned(),
                payload: plan.payload.as_bytes().to_vec(),
                qos,
                retain: false,
                properties: Properties::default(),
            };
            step(at + PUBLISH_AFTER, Action::Publish(message))
        }),
    ]
    .into_iter()
    .flatten()
}
