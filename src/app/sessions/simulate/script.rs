//! What Simulate plays: the sessions of the workspace, with its policies, as a scenario.

use crate::app::check::matrix::{Matrix, switches};
use crate::app::check::who;
use crate::app::sessions::Effect;
use crate::app::sessions::simulate::name;
use crate::app::workspace::{SessionPlan, Workspace};
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Actor, Identity, Network, Scenario, Step};
use crate::mqtt::Qos;
use crate::policy::context::Protocol;
use crate::timeline::SessionId;

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

/// What is played, as the user writes it. What is typed stands in the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script;

/// What the user did to the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {}

impl Script {
    /// Takes in one message.
    #[must_use]
    pub fn update(&mut self, msg: &Msg, _: &mut Workspace) -> Vec<Effect> {
        match *msg {}
    }

    /// What is to be played.
    #[must_use]
    pub fn scenario(&self, workspace: &Workspace) -> Scenario {
        scenario(workspace)
    }
}

fn scenario(workspace: &Workspace) -> Scenario {
    let matrix = Matrix::new(workspace);
    let version = workspace.simulation.version;
    let mut context = who::context(&workspace.who, &matrix.place, &matrix.used, "", version);
    context.unknown.extend_from_slice(&matrix.computed);
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
        switches: switches(workspace),
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
