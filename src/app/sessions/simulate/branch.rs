//! What is otherwise in a run that leaves another one, and the form in which the user says it.

use super::moment::{Moment, Status};
use crate::iot::time::{Instant, Millis};
use crate::lab::scenario::Do;
use crate::lab::{Action, Network, Scenario, Step, format};
use crate::mqtt::{Qos, Subscription};
use crate::timeline::SessionId;

/// A branch is played at least this long after the change.
const AFTERWARDS: Millis = Millis(5000);

/// From when on, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Nothing is otherwise before.
    pub at: Instant,
    /// What is.
    pub change: Change,
}

/// What is otherwise. Steps are meant by their index in the scenario of the run that is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session does this besides.
    Act(SessionId, Action),
    /// A step is left out.
    LeaveOut(usize),
    /// A step does this instead.
    Instead(usize, Action),
    /// The network is like this from then on.
    Network(Network),
}

impl Branch {
    /// The scenario with the change.
    #[must_use]
    pub fn of(&self, mut scenario: Scenario) -> Scenario {
        scenario.end = scenario.end.max(self.at + AFTERWARDS);
        // They were made for the run that is left.
        scenario.expectations.clear();
        match &self.change {
            Change::Act(session, action) => {
                scenario.steps.push(Step { at: self.at, session: *session, action: action.clone() });
                scenario.steps.sort_by_key(|step| step.at);
            }
            Change::LeaveOut(step) if *step < scenario.steps.len() => drop(scenario.steps.remove(*step)),
            Change::Instead(step, action) => {
                if let Some(step) = scenario.steps.get_mut(*step) {
                    step.action.clone_from(action);
                }
            }
            Change::Network(network) => scenario.network_changes.push((self.at, *network)),
            Change::LeaveOut(_) => {}
        }
        scenario
    }
}

/// What stands in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Which kind of change.
    pub kind: Kind,
    /// Who acts.
    pub session: SessionId,
    /// The step that is meant, by its index; the next one when there is no such step to come.
    pub step: usize,
    /// What is done, once the user has said it: see [`Form::action_at`].
    pub action: Option<Do>,
    /// To or from where.
    pub topic: String,
    /// What is published.
    pub payload: String,
    /// Of what is published or subscribed.
    pub qos: Qos,
    /// What is published stays.
    pub retain: bool,
    /// In seconds, as typed.
    pub latency: String,
    /// In seconds, as typed.
    pub jitter: String,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A session does something now.
    #[default]
    Act,
    /// The network is otherwise from now on.
    Network,
    /// A later step is left out.
    LeaveOut,
    /// A later step is another one.
    Instead,
}

/// What the user did in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormMsg {
    /// Chose the kind of change.
    Kind(Kind),
    /// Chose who acts.
    Session(SessionId),
    /// Chose a step.
    Step(usize),
    /// Chose what is done.
    Action(Do),
    /// Typed a topic or filter.
    Topic(String),
    /// Typed a message.
    Payload(String),
    /// Chose a QoS.
    Qos(Qos),
    /// Chose whether a message is retained.
    Retain(bool),
    /// Typed a latency.
    Latency(String),
    /// Typed a jitter.
    Jitter(String),
}

/// Why a form says no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// Nobody is there to act.
    NoSession,
    /// No step is to come.
    NoStep,
    /// It is not said to which topic, or by which filter.
    NoTopic,
    /// The latency or the jitter is no time.
    NoTime,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            kind: Kind::Act,
            session: SessionId(0),
            step: 0,
            action: None,
            topic: String::new(),
            payload: String::new(),
            qos: Qos::AtLeastOnce,
            retain: false,
            latency: "0.5".to_owned(),
            jitter: "0".to_owned(),
        }
    }
}

impl Form {
    /// Takes in one message.
    pub fn update(&mut self, msg: FormMsg) {
        match msg {
            FormMsg::Kind(kind) => self.kind = kind,
            FormMsg::Session(session) => self.session = session,
            FormMsg::Step(step) => self.step = step,
            FormMsg::Action(action) => self.action = Some(action),
            FormMsg::Topic(topic) => self.topic = topic,
            FormMsg::Payload(payload) => self.payload = payload,
            FormMsg::Qos(qos) => self.qos = qos,
            FormMsg::Retain(retain) => self.retain = retain,
            FormMsg::Latency(latency) => self.latency = latency,
            FormMsg::Jitter(jitter) => self.jitter = jitter,
        }
    }

    /// The step that is meant: one of those after `now`.
    #[must_use]
    pub fn step(&self, scenario: &Scenario, now: Instant) -> Option<usize> {
        let to_come = |index: &usize| scenario.steps.get(*index).is_some_and(|step| step.at > now);
        let first = || {
            (0..scenario.steps.len())
                .filter(to_come)
                .min_by_key(|index| scenario.steps.get(*index).map(|step| step.at))
        };
        Some(self.step).filter(to_come).or_else(first)
    }

    /// What is done. Until the user says it, that is what the session can do at a moment.
    #[must_use]
    pub fn action_at(&self, moment: &Moment) -> Do {
        let place = usize::try_from(self.session.0).ok();
        let status = place.and_then(|place| moment.clients.get(place));
        let on = matches!(status, Some(Status::Connected | Status::Connecting));
        self.action.unwrap_or(if on && self.kind == Kind::Act { Do::Cut } else { Do::Connect })
    }

    /// The change that it says.
    ///
    /// # Errors
    /// What is missing.
    pub fn change(&self, scenario: &Scenario, moment: &Moment) -> Result<Change, Incomplete> {
        let step = || self.step(scenario, moment.at).ok_or(Incomplete::NoStep);
        match self.kind {
            Kind::Act => {
                let known =
                    usize::try_from(self.session.0).is_ok_and(|session| session < scenario.sessions.len());
                if known {
                    Ok(Change::Act(self.session, self.action(moment)?))
                } else {
                    Err(Incomplete::NoSession)
                }
            }
            Kind::LeaveOut => Ok(Change::LeaveOut(step()?)),
            Kind::Instead => Ok(Change::Instead(step()?, self.action(moment)?)),
            Kind::Network => {
                let time = |text: &str| format::millis(text.trim()).map(Millis).ok_or(Incomplete::NoTime);
                Ok(Change::Network(Network { latency: time(&self.latency)?, jitter: time(&self.jitter)? }))
            }
        }
    }

    fn action(&self, moment: &Moment) -> Result<Action, Incomplete> {
        let topic = || if self.topic.is_empty() { Err(Incomplete::NoTopic) } else { Ok(self.topic.as_str()) };
        Ok(match self.action_at(moment) {
            Do::Connect => Action::Connect,
            Do::Subscribe => Action::Subscribe(vec![Subscription::new(topic()?, self.qos)]),
            Do::Unsubscribe => Action::Unsubscribe(vec![topic()?.to_owned()]),
            Do::Publish => match Action::publish(topic()?, &self.payload, self.qos) {
                Action::Publish(message) => {
                    Action::Publish(crate::client::Message { retain: self.retain, ..message })
                }
                other => other,
            },
            Do::Disconnect => Action::Disconnect,
            Do::Cut => Action::Cut,
            Do::HalfOpen => Action::HalfOpen,
            Do::Stall => Action::Stall,
            Do::Resume => Action::Resume,
        })
    }
}
