//! Connecting for real: what was told to be done, where each session stands, and what is asked before a device is hurt.

use std::collections::{BTreeMap, BTreeSet};

use crate::iot::endpoint::Endpoint;
use crate::iot::time::UnixTime;
use crate::lab::Scenario;
use crate::lab::format::millis;
use crate::live::driver::Limits;
use crate::live::record::Phase;
use crate::live::risk::{Risk, risks};
use crate::words::live as words;

/// At most this many sessions side by side.
pub const MAX_SESSIONS: usize = crate::live::plan::MAX_SESSIONS;
/// The ID of the panel of what is to be confirmed.
pub const RISKS_ID: &str = "risks";

/// What is running, and what may run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// What became of each session that was started, by its number.
    sessions: Vec<SessionState>,
    /// What the user has confirmed in this load of the page.
    allowed: BTreeSet<Risk>,
    /// Client IDs as typed again, by the ID that is to be confirmed.
    pub again: BTreeMap<String, String>,
    /// How often a session publishes by itself, in seconds, as typed.
    pub every: BTreeMap<usize, String>,
    /// The steps of the plan are being taken.
    pub steps: bool,
    /// The limits that protect a fleet are lifted in this load of the page.
    pub lifted: bool,
    /// The limits that the worker was told of.
    pub told: Option<Limits>,
}

/// What the page shows of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// Where it stands.
    pub phase: Phase,
    /// The last news, as a sentence.
    pub news: String,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Connects a session, at this time.
    Connect(usize, UnixTime),
    /// Disconnects a session.
    Disconnect(usize),
    /// Subscribes to what a session's card says.
    Subscribe(usize),
    /// Unsubscribes from that.
    Unsubscribe(usize),
    /// Publishes what a session's card says; again and again where it says how often.
    Publish(usize),
    /// Typed how often a session publishes by itself.
    Every(usize, String),
    /// Ends that.
    StopRepeating(usize),
    /// Takes the steps of the plan.
    Run(UnixTime),
    /// Takes no more of them, and disconnects every session.
    Stop,
    /// Lifts the limits, or lets them hold again.
    Lift(bool),
    /// Confirms a risk.
    Allow(Risk),
    /// Typed a client ID again.
    Again(String, String),
}

impl Run {
    /// The state of a session; the default for one that was never started.
    #[must_use]
    pub fn session(&self, index: usize) -> SessionState {
        self.sessions.get(index).cloned().unwrap_or_default()
    }

    /// The state of session number `session`, with room made for it; nothing beyond [`MAX_SESSIONS`].
    pub fn session_mut(&mut self, session: u32) -> Option<&mut SessionState> {
        let index = usize::try_from(session).ok().filter(|index| *index < MAX_SESSIONS)?;
        if self.sessions.len() <= index {
            self.sessions.resize_with(index + 1, SessionState::default);
        }
        self.sessions.get_mut(index)
    }

    /// The sessions that stand or are on the way.
    pub fn standing(&self) -> impl Iterator<Item = u32> {
        (0_u32..)
            .zip(&self.sessions)
            .filter(|(_, state)| matches!(state.phase, Phase::Connecting | Phase::Connected | Phase::Waiting))
            .map(|(session, _)| session)
    }

    /// The limits that hold.
    #[must_use]
    pub fn limits(&self) -> Limits {
        if self.lifted {
            Limits { sessions: None, rate: None, run: None, rounds: None }
        } else {
            Limits::default()
        }
    }

    /// After how many milliseconds a session publishes again; none for once.
    ///
    /// # Errors
    /// What was typed is no such time; a sentence.
    pub fn period(&self, session: usize) -> Result<Option<u64>, &'static str> {
        match self.every.get(&session).map_or("", |typed| typed.trim()) {
            "" => Ok(None),
            typed => millis(typed).filter(|period| *period > 0).map(Some).ok_or(words::NOT_A_PERIOD),
        }
    }

    /// Every connection is gone.
    pub fn lose_all(&mut self) {
        (self.steps, self.told) = (false, None);
        for state in &mut self.sessions {
            state.phase = Phase::Idle;
        }
    }

    /// Forgets all sessions from number `count` on.
    pub fn forget(&mut self, count: usize) {
        self.sessions.truncate(count);
        self.every.retain(|session, _| *session < count);
    }

    /// Confirms a risk.
    pub fn allow(&mut self, risk: Risk) {
        self.allowed.insert(risk);
    }

    /// Takes in what was typed to confirm a client ID; the same text confirms it.
    pub fn type_again(&mut self, client_id: String, typed: String) {
        if client_id == typed {
            self.again.remove(&client_id);
            self.allow(Risk::ClientId(client_id));
        } else {
            self.again.insert(client_id, typed);
        }
    }

    /// What is still to be confirmed before these sessions connect, or all of them.
    #[must_use]
    pub fn risks(&self, plan: &Scenario, endpoint: &Endpoint, only: Option<usize>) -> BTreeSet<Risk> {
        let mut risks = risks(plan, endpoint, only);
        risks.retain(|risk| !self.allowed.contains(risk));
        risks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::presets;
    use crate::mqtt::{Qos, Version, Will};

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse(text).unwrap()
    }

    #[test]
    fn what_may_hurt_a_device_is_confirmed_once_and_a_client_id_by_typing_it_again() {
        let mut plan = presets::takeover(Version::V5);
        plan.sessions[0].connect.client_id = "temp-sensor-01".to_owned();
        plan.sessions[1].connect.client_id = "iotlab-b".to_owned();
        plan.sessions[2].connect.client_id = "iotlab-c".to_owned();
        plan.sessions[1].connect.will = Some(Will {
            topic: "$aws/things/a".to_owned(),
            payload: Vec::new(),
            qos: Qos::AtMostOnce,
            retain: true,
            properties: crate::mqtt::Properties::default(),
        });
        let aws = endpoint("example-ats.iot.eu-west-1.amazonaws.com");
        let mut run = Run::default();
        let topic = || "$aws/things/a".to_owned();
        let id = || "temp-sensor-01".to_owned();
        let second = [Risk::Will(topic()), Risk::Retained(topic()), Risk::Reserved(topic())];
        assert!(run.risks(&plan, &aws, Some(0)).into_iter().eq([Risk::ClientId(id())]));
        assert!(run.risks(&plan, &aws, Some(1)).into_iter().eq(second.clone()));
        assert_eq!(run.risks(&plan, &aws, None).len(), 4);
        run.type_again(id(), "temp-sensor-0".to_owned());
        assert_eq!((run.risks(&plan, &aws, None).len(), run.again.len()), (4, 1));
        run.type_again(id(), id());
        assert_eq!((run.risks(&plan, &aws, Some(0)).len(), run.again.len()), (0, 0));
        second.into_iter().for_each(|risk| run.allow(risk));
        assert!(run.risks(&plan, &aws, None).is_empty());
        assert!(risks(&plan, &endpoint("ws://127.0.0.1:9001"), None).is_empty());
    }
}
