//! What the Simulate screen plays: the sessions of the workspace, with its policies, in virtual time.

use crate::app::check::matrix::Matrix;
use crate::app::check::who;
use crate::app::workspace::{SessionPlan, Workspace};
use crate::broker::{DisconnectReason, News, Verdict};
use crate::iot::time::{Instant, Millis};
use crate::lab::{self, Action, Actor, Identity, Network, Run, Scenario, Step};
use crate::mqtt::Qos;
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
        title: String::new(),
        identities: vec![Identity {
            name: "device".to_owned(),
            context,
            policies: matrix.policies.policies().to_vec(),
        }],
        sessions: sessions
            .iter()
            .zip(0..)
            .map(|(plan, index)| Actor::new(&name(index), 0, version.into(), plan.client_id.trim()))
            .collect(),
        steps: sessions
            .iter()
            .zip(0_u32..)
            .flat_map(|(plan, session)| steps(plan, SessionId(session), starts(session as usize)))
            .collect(),
        end: starts(sessions.len()) + AFTERWARDS,
        network: Network { latency: LATENCY, jitter: Millis(0) },
        seed: 1,
        ..Scenario::default()
    }
}

fn steps(plan: &SessionPlan, session: SessionId, at: Instant) -> impl Iterator<Item = Step> {
    let step = move |at, action| Step { at, session, action };
    let (subscribe, publish) = (plan.subscribe.trim(), plan.publish.trim());
    let qos = if plan.qos == 0 { Qos::AtMostOnce } else { Qos::AtLeastOnce };
    [
        Some(step(at, Action::Connect)),
        (!subscribe.is_empty()).then(|| step(at + SUBSCRIBE_AFTER, Action::subscribe(subscribe, qos))),
        (!publish.is_empty()).then(|| step(at + PUBLISH_AFTER, Action::publish(publish, &plan.payload, qos))),
    ]
    .into_iter()
    .flatten()
}
