//! A scenario that can be played at any moment, and the texts that are not part of it yet.
//!
//! What is typed goes into the scenario at once. A text that cannot (a time that is no number, a name that another
//! session has) waits at its place, the scenario keeps what it had, and the text is tried again after every change. So
//! nothing typed is lost, and what is played is always what was last understood. A text whose field has gone, because
//! the step does something else now, waits for the field to come back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::check::matrix::{DEFAULT_ACCOUNT, DEFAULT_REGION};
use crate::app::sessions::simulate::name;
use crate::app::workspace::{MqttVersion, SessionPlan};
use crate::iot::time::{Instant, Millis};
use crate::lab::expect::Expected;
use crate::lab::format::{MAX_CLIENTS, MAX_STEPS, millis, seconds};
use crate::lab::scenario::Do;
use crate::lab::{Action, Actor, Comeback, Identity, Network, Scenario, Step};
use crate::mqtt::{Connect, Properties, Property, Qos, Subscription, Version, Will};
use crate::policy::Context;
use crate::policy::context::{Certificate, Principal};
use crate::timeline::SessionId;
use crate::words::script as words;

/// Each session starts this long after the one before.
const APART: Millis = Millis(1000);
/// A session subscribes this long after its CONNECT.
const SUBSCRIBE_AFTER: Millis = Millis(300);
/// A session publishes this long after its CONNECT.
const PUBLISH_AFTER: Millis = Millis(500);
/// An end that nobody set comes this long after the second in which the last step is.
const AFTERWARDS: Millis = Millis(3000);
/// Every connection and disconnection of an account (Developer Guide, Lifecycle events: documented).
const PRESENCE: &str = "$aws/events/presence/#";
/// One way through the simulated network.
const LATENCY: Millis = Millis(20);

/// What stands in the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What can be played; but [`Self::own`] says whose the identities are.
    pub(super) scenario: Scenario,
    /// The identities are those of a file; else one stands in for who connects on Check.
    pub(super) own: bool,
    /// Nobody set an end.
    pub(super) open_end: bool,
    /// Texts that wait.
    pub(super) typed: BTreeMap<Field, String>,
}

/// A field of text; sessions and steps by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// One line for readers.
    Title,
    /// When the run ends, in seconds; empty for soon after the last step.
    End,
    /// Where all chance comes from.
    Seed,
    /// The least time of one way, in seconds.
    Latency,
    /// What may come on top, in seconds.
    Jitter,
    /// What a session is called.
    Name(usize),
    /// Its client ID.
    ClientId(usize),
    /// Its keep-alive in seconds.
    KeepAlive(usize),
    /// Its Session Expiry Interval in seconds; version 5 only.
    Expiry(usize),
    /// The User Properties of its CONNECT, one a line as `name: value`; version 5 only.
    UserProperties(usize),
    /// After how many seconds it comes back.
    Comeback(usize),
    /// The topic of its will.
    WillTopic(usize),
    /// The message of its will.
    WillPayload(usize),
    /// What it subscribes to first, a filter a line.
    Subscribe(usize),
    /// Where it publishes first.
    Publish(usize),
    /// What it publishes there.
    Message(usize),
    /// When a step is taken, in seconds.
    At(usize),
    /// The filters of a step, one a line.
    Filters(usize),
    /// The topic of a step.
    Topic(usize),
    /// The message of a step.
    Payload(usize),
}

/// One of a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The version of all sessions.
    Versions(MqttVersion),
    /// The version of a session.
    Version(usize, MqttVersion),
    /// Whether a session is to outlive its connections.
    Persistent(usize, bool),
    /// What a session does when it loses its connection.
    Comeback(usize, Comeback),
    /// Whether a session has a will.
    Will(usize, bool),
    /// The QoS of a will.
    WillQos(usize, Qos),
    /// Whether a will is retained.
    WillRetain(usize, bool),
    /// The QoS of what a session subscribes to and publishes first.
    Quality(usize, Qos),
    /// Whom a session is, by place among the identities.
    Who(usize, usize),
    /// Who takes a step.
    Session(usize, usize),
    /// What a step does.
    Do(usize, Do),
    /// The QoS of a step.
    Qos(usize, Qos),
    /// Whether the message of a step is retained.
    Retain(usize, bool),
}

/// Why a text waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Its field is not there now.
    Elsewhere,
    /// A sentence.
    Wrong(String),
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            scenario: Scenario {
                identities: vec![stand_in()],
                network: Network { latency: LATENCY, jitter: Millis(0) },
                seed: 1,
                ..Scenario::default()
            },
            own: false,
            open_end: true,
            typed: BTreeMap::new(),
        }
    }
}

impl Draft {
    /// Sessions of one version, each a second after the one before: it connects, subscribes and publishes.
    #[must_use]
    pub fn of_plans(version: MqttVersion, plans: &[SessionPlan]) -> Self {
        let mut draft = Self::default();
        for (index, plan) in plans.iter().enumerate() {
            let at = Instant(APART.0.saturating_mul(u64::try_from(index).unwrap_or(u64::MAX)));
            let qos = if plan.qos == 0 { Qos::AtMostOnce } else { Qos::AtLeastOnce };
            let (filter, topic) = (&plan.subscribe, &plan.publish);
            draft.scenario.sessions.push(Actor::new(&name(index), 0, version.into(), &plan.client_id));
            let subscribes = !filter.is_empty();
            let publishes = !topic.is_empty() || !plan.payload.is_empty();
            let steps = [
                Some((at, Action::Connect)),
                subscribes.then(|| (at + SUBSCRIBE_AFTER, Action::subscribe(filter, qos))),
                publishes.then(|| (at + PUBLISH_AFTER, Action::publish(topic, &plan.payload, qos))),
            ];
            let steps = steps.into_iter().flatten();
            draft.scenario.steps.extend(steps.map(|(at, action)| Step {
                at,
                session: session_id(index),
                action,
            }));
        }
        draft.settle();
        draft
    }

    /// The sessions that [`Self::of_plans`] makes the same draft of, if there are any.
    #[must_use]
    pub fn plans(&self) -> Option<(MqttVersion, Vec<SessionPlan>)> {
        let version = self.version().unwrap_or_default();
        let plans: Vec<SessionPlan> = (0..self.scenario.sessions.len())
            .map(|session| SessionPlan {
                client_id: self.text(Field::ClientId(session)),
                subscribe: self.text(Field::Subscribe(session)),
                publish: self.text(Field::Publish(session)),
                payload: self.text(Field::Message(session)),
                qos: self.quality(session).level(),
            })
            .collect();
        (Self::of_plans(version, &plans) == *self).then_some((version, plans))
    }

    /// The version that all sessions speak; `None` when they differ, or there is none.
    #[must_use]
    pub fn version(&self) -> Option<MqttVersion> {
        let mut versions = self.scenario.sessions.iter().map(|actor| actor.connect.version);
        let first = versions.next()?;
        versions.all(|other| other == first).then(|| first.into())
    }

    /// The QoS of what a session subscribes to first, or publishes.
    #[must_use]
    pub fn quality(&self, session: usize) -> Qos {
        let habit = self.habit(session, Do::Subscribe).or_else(|| self.habit(session, Do::Publish));
        habit.and_then(qos_of).unwrap_or(Qos::AtLeastOnce)
    }

    /// What stands in a field.
    #[must_use]
    pub fn text(&self, field: Field) -> String {
        self.typed.get(&field).cloned().or_else(|| self.current(field)).unwrap_or_default()
    }

    /// Types into a field.
    pub(super) fn write(&mut self, field: Field, text: String) {
        self.typed.insert(field, text);
        self.settle();
    }

    /// Without the texts that were taken and are only written in another way.
    pub(super) fn tidied(&self) -> Self {
        let mut tidied = Self { typed: BTreeMap::new(), ..self.clone() };
        for (field, text) in &self.typed {
            if tidied.put(*field, text).is_err() {
                tidied.typed.insert(*field, text.clone());
            }
        }
        tidied
    }

    /// The texts that cannot be taken, each with the reason, in a sentence.
    #[must_use]
    pub fn problems(&self) -> BTreeMap<Field, String> {
        if self.typed.is_empty() {
            return BTreeMap::new();
        }
        let mut tried = self.clone();
        let problems = self.typed.iter().filter_map(|(field, text)| match tried.put(*field, text) {
            Err(Waits::Wrong(why)) => Some((*field, why)),
            Ok(()) | Err(Waits::Elsewhere) => None,
        });
        problems.collect()
    }

    /// Tries the texts that wait, and moves an end that nobody set.
    pub(super) fn settle(&mut self) {
        loop {
            let waiting = std::mem::take(&mut self.typed);
            let before = waiting.len();
            for (field, text) in waiting {
                // Also one that is written in another way than here, such as `2.` on the way to `2.25`.
                if self.put(field, &text).is_err() || self.current(field).unwrap_or_default() != text {
                    self.typed.insert(field, text);
                }
            }
            // One that was taken may make room for another.
            if self.typed.len() == before || self.typed.is_empty() {
                break;
            }
        }
        if self.open_end {
            let last = self.last().unwrap_or_default();
            self.scenario.end = Instant(last.0 / 1000 * 1000) + AFTERWARDS;
        }
    }

    fn last(&self) -> Option<Instant> {
        self.scenario.steps.iter().map(|step| step.at).max()
    }

    fn current(&self, field: Field) -> Option<String> {
        let Scenario { title, end, network, seed, sessions, steps, .. } = &self.scenario;
        let connect = |session: usize| sessions.get(session).map(|actor| &actor.connect);
        let will = |session: usize| connect(session)?.will.as_ref();
        let action = |step: usize| steps.get(step).map(|step| &step.action);
        Some(match field {
            Field::Title => title.clone(),
            Field::End if self.open_end => String::new(),
            Field::End => seconds(end.0),
            Field::Seed => seed.to_string(),
            Field::Latency => seconds(network.latency.0),
            Field::Jitter => seconds(network.jitter.0),
            Field::Name(session) => sessions.get(session)?.name.clone(),
            Field::ClientId(session) => connect(session)?.client_id.clone(),
            Field::KeepAlive(session) => connect(session)?.keep_alive.to_string(),
            Field::Expiry(session) => expiry(connect(session)?).map(|seconds| seconds.to_string())?,
            Field::UserProperties(session) => user_properties(connect(session)?)?,
            Field::Comeback(session) => match sessions.get(session)?.comeback {
                Comeback::After(delay) => seconds(delay.0),
                Comeback::Never | Comeback::Backoff => return None,
            },
            Field::WillTopic(session) => will(session)?.topic.clone(),
            Field::WillPayload(session) => readable(&will(session)?.payload)?,
            Field::Subscribe(session) => filters(self.habit(session, Do::Subscribe)?)?,
            Field::Publish(session) => topic(self.habit(session, Do::Publish)?)?,
            Field::Message(session) => payload(self.habit(session, Do::Publish)?)?,
            Field::At(step) => seconds(steps.get(step)?.at.0),
            Field::Filters(step) => filters(action(step)?)?,
            Field::Topic(step) => topic(action(step)?)?,
            Field::Payload(step) => payload(action(step)?)?,
        })
    }

    fn put(&mut self, field: Field, text: &str) -> Result<(), Waits> {
        let wrong = |why: &str| Waits::Wrong(why.to_owned());
        let trimmed = text.trim();
        let time = || millis(trimmed).ok_or_else(|| Waits::Wrong(words::not_a_time()));
        match field {
            Field::Title => self.scenario.title = text.to_owned(),
            Field::End if trimmed.is_empty() => self.open_end = true,
            Field::End => {
                let end = Instant(time()?);
                if let Some(last) = self.last().filter(|last| *last > end) {
                    return Err(Waits::Wrong(words::ends_before(&seconds(last.0))));
                }
                (self.scenario.end, self.open_end) = (end, false);
            }
            Field::Seed => {
                self.scenario.seed = trimmed.parse().map_err(|_| wrong(words::NOT_A_SEED))?;
            }
            Field::Latency => self.scenario.network.latency = Millis(time()?),
            Field::Jitter => self.scenario.network.jitter = Millis(time()?),
            Field::Name(session) => {
                let sessions = &mut self.scenario.sessions;
                let others = sessions.iter().enumerate().filter(|(other, _)| *other != session);
                let taken = others.into_iter().any(|(_, actor)| actor.name == text);
                let actor = sessions.get_mut(session).ok_or(Waits::Elsewhere)?;
                match (taken, trimmed) {
                    (_, "") => return Err(wrong(words::NO_NAME)),
                    (true, _) => return Err(Waits::Wrong(words::name_of_two(text))),
                    (false, _) => actor.name = text.to_owned(),
                }
            }
            Field::ClientId(session) => self.connect(session)?.client_id = text.to_owned(),
            Field::KeepAlive(session) => {
                let connect = self.connect(session)?;
                connect.keep_alive = trimmed.parse().map_err(|_| wrong(words::NOT_A_KEEP_ALIVE))?;
            }
            Field::Expiry(session) => {
                let connect = self.connect(session)?;
                if connect.version != Version::V5 {
                    return Err(Waits::Elsewhere);
                }
                let seconds = match trimmed {
                    "" => None,
                    number => Some(number.parse().map_err(|_| wrong(words::NOT_AN_EXPIRY))?),
                };
                set_expiry(connect, seconds);
            }
            Field::UserProperties(session) => {
                let connect = self.connect(session)?;
                if connect.version != Version::V5 {
                    return Err(Waits::Elsewhere);
                }
                set_user_properties(connect, text).ok_or_else(|| wrong(words::NOT_PROPERTIES))?;
            }
            Field::Comeback(session) => match &mut self.actor(session)?.comeback {
                Comeback::After(delay) => *delay = Millis(time()?),
                Comeback::Never | Comeback::Backoff => return Err(Waits::Elsewhere),
            },
            Field::WillTopic(session) => self.will(session)?.topic = text.to_owned(),
            Field::WillPayload(session) => self.will(session)?.payload = text.as_bytes().to_vec(),
            Field::Subscribe(session) => {
                self.put_habit(session, Do::Subscribe, text, |action| set_filters(action, text))?;
            }
            Field::Publish(session) => {
                self.put_habit(session, Do::Publish, text, |action| set_topic(action, text))?;
            }
            Field::Message(session) => {
                self.put_habit(session, Do::Publish, text, |action| set_payload(action, text))?;
            }
            Field::At(step) => {
                let (end, open) = (self.scenario.end, self.open_end);
                let step = self.scenario.steps.get_mut(step).ok_or(Waits::Elsewhere)?;
                let at = Instant(time()?);
                if !open && at > end {
                    return Err(Waits::Wrong(words::after_the_end(&seconds(end.0))));
                }
                step.at = at;
            }
            Field::Filters(step) => taken(set_filters(self.action(step)?, text))?,
            Field::Topic(step) => taken(set_topic(self.action(step)?, text))?,
            Field::Payload(step) => taken(set_payload(self.action(step)?, text))?,
        }
        Ok(())
    }

    fn actor(&mut self, session: usize) -> Result<&mut Actor, Waits> {
        self.scenario.sessions.get_mut(session).ok_or(Waits::Elsewhere)
    }

    fn connect(&mut self, session: usize) -> Result<&mut Connect, Waits> {
        self.actor(session).map(|actor| &mut actor.connect)
    }

    fn will(&mut self, session: usize) -> Result<&mut Will, Waits> {
        self.connect(session)?.will.as_mut().ok_or(Waits::Elsewhere)
    }

    fn action(&mut self, step: usize) -> Result<&mut Action, Waits> {
        self.scenario.steps.get_mut(step).map(|step| &mut step.action).ok_or(Waits::Elsewhere)
    }

    /// The first action of a kind that a session carries out: each time that it is let in, or as a step.
    #[must_use]
    pub fn habit(&self, session: usize, kind: Do) -> Option<&Action> {
        let by_itself = &self.scenario.sessions.get(session)?.on_connect;
        let steps = self.scenario.steps.iter().filter(|step| step.session == session_id(session));
        by_itself.iter().chain(steps.map(|step| &step.action)).find(|action| action.kind() == kind)
    }

    fn habit_mut(&mut self, session: usize, kind: Do) -> Option<&mut Action> {
        let by_itself = &mut self.scenario.sessions.get_mut(session)?.on_connect;
        let steps = self.scenario.steps.iter_mut().filter(|step| step.session == session_id(session));
        by_itself.iter_mut().chain(steps.map(|step| &mut step.action)).find(|action| action.kind() == kind)
    }

    /// Changes the first action of a kind, or makes one for a text that is not empty.
    fn put_habit(
        &mut self,
        session: usize,
        kind: Do,
        text: &str,
        set: impl Fn(&mut Action) -> bool,
    ) -> Result<(), Waits> {
        self.actor(session)?;
        if let Some(action) = self.habit_mut(session, kind) {
            set(action);
        } else if !text.is_empty() {
            let mut action = blank(kind);
            set(&mut action);
            let id = session_id(session);
            let connects = |step: &&Step| step.session == id && step.action == Action::Connect;
            let start = self.scenario.steps.iter().find(connects).map(|step| step.at).or_else(|| self.last());
            let after = if kind == Do::Subscribe { SUBSCRIBE_AFTER } else { PUBLISH_AFTER };
            let mut at = start.unwrap_or_default() + after;
            if !self.open_end {
                at = at.min(self.scenario.end);
            }
            self.insert(Step { at, session: id, action });
        }
        Ok(())
    }
}

impl Draft {
    /// Makes a choice. One about what is not there changes nothing.
    pub(super) fn choose(&mut self, choice: Choice) {
        // What is not there cannot be chosen.
        let _ = self.try_choose(choice);
        self.settle();
    }

    fn try_choose(&mut self, choice: Choice) -> Result<(), Waits> {
        match choice {
            Choice::Versions(version) => {
                for session in 0..self.scenario.sessions.len() {
                    self.speak(session, version)?;
                }
            }
            Choice::Version(session, version) => self.speak(session, version)?,
            Choice::Persistent(session, yes) => self.connect(session)?.clean_start = !yes,
            Choice::Comeback(session, comeback) => {
                self.set_aside(&[Field::Comeback(session)]);
                self.actor(session)?.comeback = comeback;
            }
            Choice::Will(session, yes) => {
                self.set_aside(&[Field::WillTopic(session), Field::WillPayload(session)]);
                let connect = self.connect(session)?;
                connect.will = yes.then(|| connect.will.take().unwrap_or_else(blank_will));
            }
            Choice::WillQos(session, qos) => self.will(session)?.qos = qos,
            Choice::WillRetain(session, yes) => self.will(session)?.retain = yes,
            Choice::Quality(session, qos) => {
                for kind in [Do::Subscribe, Do::Publish] {
                    if let Some(action) = self.habit_mut(session, kind) {
                        set_qos(action, qos);
                    }
                }
            }
            Choice::Who(session, who) => {
                let known = who < self.scenario.identities.len();
                let who = u32::try_from(who).ok().filter(|_| known).ok_or(Waits::Elsewhere)?;
                self.actor(session)?.identity = who;
            }
            Choice::Session(step, session) => {
                self.actor(session)?;
                let step = self.scenario.steps.get_mut(step).ok_or(Waits::Elsewhere)?;
                step.session = session_id(session);
            }
            Choice::Do(step, kind) => {
                self.set_aside(&[Field::Filters(step), Field::Topic(step), Field::Payload(step)]);
                let action = self.action(step)?;
                if action.kind() != kind {
                    *action = blank(kind);
                }
            }
            Choice::Qos(step, qos) => set_qos(self.action(step)?, qos),
            Choice::Retain(step, yes) => {
                if let Action::Publish(message) = self.action(step)? {
                    message.retain = yes;
                }
            }
        }
        Ok(())
    }

    /// The texts of these fields wait, so that they are there again when the fields are.
    fn set_aside(&mut self, fields: &[Field]) {
        for field in fields {
            if let Some(text) = self.current(*field).filter(|text| !text.is_empty()) {
                self.typed.entry(*field).or_insert(text);
            }
        }
    }

    fn speak(&mut self, session: usize, version: MqttVersion) -> Result<(), Waits> {
        self.set_aside(&[Field::Expiry(session), Field::UserProperties(session)]);
        let connect = self.connect(session)?;
        connect.version = version.into();
        if version == MqttVersion::V311 {
            // Only version 5 has them.
            connect.properties = Properties::default();
            connect.will.iter_mut().for_each(|will| will.properties = Properties::default());
        }
        Ok(())
    }
}

impl Draft {
    /// Adds a session like the last one, a second later.
    ///
    /// # Errors
    /// A sentence, when there are too many already.
    pub(super) fn add_session(&mut self) -> Result<(), String> {
        let sessions = &self.scenario.sessions;
        let like = session_id(sessions.len().saturating_sub(1));
        let copies: Vec<Step> =
            self.scenario.steps.iter().filter(|step| step.session == like).cloned().collect();
        let steps = self.scenario.steps.len() + copies.len().max(1);
        if sessions.len() >= MAX_CLIENTS || steps > MAX_STEPS {
            return Err(words::too_many(MAX_CLIENTS, MAX_STEPS));
        }
        let new = session_id(sessions.len());
        let mut names = (sessions.len()..).map(name);
        let unused = names.find(|name| sessions.iter().all(|actor| actor.name != *name)).unwrap_or_default();
        let version = self.version().unwrap_or_default();
        let actor = match sessions.last() {
            Some(last) => Actor { name: unused, ..last.clone() },
            None => Actor::new(&unused, 0, version.into(), ""),
        };
        self.scenario.sessions.push(actor);
        let first = Step { at: Instant(0), session: new, action: Action::Connect };
        let end = self.scenario.end;
        let (open_end, later) = (self.open_end, |at: Instant| at + APART);
        match copies.as_slice() {
            [] => self.insert(first),
            copies => {
                for step in copies {
                    let at = if open_end { later(step.at) } else { later(step.at).min(end) };
                    self.insert(Step { at, session: new, action: step.action.clone() });
                }
            }
        }
        self.settle();
        Ok(())
    }

    /// Gives the last session a client ID that ends in its name: with that of the one before it would throw that out.
    pub(super) fn rename_last(&mut self) {
        let Some(actor) = self.scenario.sessions.last_mut() else { return };
        let id = &actor.connect.client_id;
        let stem =
            id.rsplit_once('-').filter(|(_, last)| last.len() == 1).map_or(id.as_str(), |(stem, _)| stem);
        actor.connect.client_id = format!("{stem}-{}", actor.name.to_lowercase());
    }

    /// Adds a session that hears of every connection of the account (Developer Guide, Lifecycle events), a second before
    /// the others.
    ///
    /// # Errors
    /// A sentence, when there are too many already.
    pub(super) fn add_observer(&mut self) -> Result<(), String> {
        let sessions = &self.scenario.sessions;
        if sessions.len() >= MAX_CLIENTS || self.scenario.steps.len() >= MAX_STEPS {
            return Err(words::too_many(MAX_CLIENTS, MAX_STEPS));
        }
        let named = |name: &str| sessions.iter().any(|actor| actor.name == name);
        let names = std::iter::once("Observer".to_owned()).chain((2..).map(|n| format!("Observer {n}")));
        let name = names.into_iter().find(|name| !named(name)).unwrap_or_default();
        let version = self.version().unwrap_or_default();
        let stem = sessions.iter().map(|actor| actor.connect.client_id.as_str()).find_map(|id| {
            let (stem, last) = id.rsplit_once('-')?;
            (stem.starts_with("iotlab-") && last.len() == 1).then_some(stem)
        });
        let client_id = format!("{}-{}", stem.unwrap_or("iotlab"), name.to_lowercase().replace(' ', "-"));
        let mut actor = Actor::new(&name, 0, version.into(), &client_id);
        actor.comeback = Comeback::Backoff;
        actor.on_connect = vec![Action::subscribe(PRESENCE, Qos::AtLeastOnce)];
        let new = session_id(sessions.len());
        self.scenario.sessions.push(actor);
        for step in &mut self.scenario.steps {
            step.at = step.at + APART;
        }
        if !self.open_end {
            self.scenario.end = self.scenario.end + APART;
        }
        self.insert(Step { at: Instant(0), session: new, action: Action::Connect });
        self.settle();
        Ok(())
    }

    /// Removes a session, its steps, and what was expected of it.
    pub(super) fn remove_session(&mut self, session: usize) {
        if session >= self.scenario.sessions.len() {
            return;
        }
        self.scenario.sessions.remove(session);
        let gone = session_id(session);
        let moved = |id: SessionId| if id > gone { SessionId(id.0 - 1) } else { id };
        let mut kept = Vec::new();
        let steps = std::mem::take(&mut self.scenario.steps);
        for (place, step) in steps.into_iter().enumerate().filter(|(_, step)| step.session != gone) {
            kept.push(place);
            self.scenario.steps.push(Step { session: moved(step.session), ..step });
        }
        self.scenario.expectations.retain_mut(|one| {
            let by = match &mut one.what {
                Expected::Found { by, .. } => by.as_mut(),
                _ => None,
            };
            let mut concerned = one.session.as_mut().into_iter().chain(by);
            concerned.all(|id| {
                let other = *id != gone;
                *id = moved(*id);
                other
            })
        });
        self.rekey(
            |place| match place.cmp(&session) {
                std::cmp::Ordering::Less => Some(place),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(place - 1),
            },
            |place| kept.iter().position(|old| *old == place),
        );
        self.settle();
    }

    /// Adds a step a second after the last one; a session that never connects connects, another one disconnects.
    ///
    /// # Errors
    /// A sentence, when there are too many already, or nobody to take it.
    pub(super) fn add_step(&mut self) -> Result<(), String> {
        let Scenario { sessions, steps, end, .. } = &self.scenario;
        if steps.len() >= MAX_STEPS {
            return Err(words::too_many(MAX_CLIENTS, MAX_STEPS));
        }
        let session = steps.last().map_or(SessionId(0), |step| step.session);
        if sessions.is_empty() {
            return Err(words::NOBODY.to_owned());
        }
        let connects = steps.iter().any(|step| step.session == session && step.action == Action::Connect);
        let action = if connects { Action::Disconnect } else { Action::Connect };
        let at = self.last().map_or(Instant(0), |last| last + APART);
        let at = if self.open_end { at } else { at.min(*end) };
        self.scenario.steps.push(Step { at, session, action });
        self.settle();
        Ok(())
    }

    pub(super) fn remove_step(&mut self, step: usize) {
        if step < self.scenario.steps.len() {
            self.scenario.steps.remove(step);
            self.rekey(Some, |place| match place.cmp(&step) {
                std::cmp::Ordering::Less => Some(place),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(place - 1),
            });
            self.settle();
        }
    }

    /// Two neighbours change places; each takes the other's time, so that the order of time stays as it is.
    pub(super) fn swap_steps(&mut self, first: usize) {
        if let Some([a, b]) = self.scenario.steps.get_mut(first..).and_then(<[Step]>::first_chunk_mut) {
            std::mem::swap(a, b);
            std::mem::swap(&mut a.at, &mut b.at);
            let second = first + 1;
            let times = [first, second].map(|step| self.typed.remove(&Field::At(step)));
            self.rekey(Some, |place| match place {
                place if place == first => Some(second),
                place if place == second => Some(first),
                place => Some(place),
            });
            for (step, time) in [first, second].into_iter().zip(times) {
                self.typed.extend(time.map(|time| (Field::At(step), time)));
            }
            self.settle();
        }
    }

    /// Whether no step stands before one that is earlier.
    #[must_use]
    pub fn in_order(&self) -> bool {
        self.scenario.steps.is_sorted_by_key(|step| step.at)
    }

    /// Puts the steps into the order of time.
    pub(super) fn sort(&mut self) {
        let mut steps: Vec<(usize, Step)> =
            std::mem::take(&mut self.scenario.steps).into_iter().enumerate().collect();
        steps.sort_by_key(|(_, step)| step.at);
        let mut moved = BTreeMap::new();
        for (new, (old, step)) in steps.into_iter().enumerate() {
            moved.insert(old, new);
            self.scenario.steps.push(step);
        }
        self.rekey(Some, |place| moved.get(&place).copied());
    }

    /// Puts a step behind those that are not later.
    fn insert(&mut self, step: Step) {
        let place = self.scenario.steps.partition_point(|other| other.at <= step.at);
        self.scenario.steps.insert(place, step);
        self.rekey(Some, |old| Some(if old >= place { old + 1 } else { old }));
    }

    /// The texts that wait follow their sessions and steps.
    fn rekey(&mut self, sessions: impl Fn(usize) -> Option<usize>, steps: impl Fn(usize) -> Option<usize>) {
        let typed = std::mem::take(&mut self.typed);
        self.typed = typed
            .into_iter()
            .filter_map(|(field, text)| Some((field.moved(&sessions, &steps)?, text)))
            .collect();
    }
}

impl Field {
    fn moved(
        self,
        sessions: impl Fn(usize) -> Option<usize>,
        steps: impl Fn(usize) -> Option<usize>,
    ) -> Option<Self> {
        Some(match self {
            Self::Title | Self::End | Self::Seed | Self::Latency | Self::Jitter => self,
            Self::Name(session) => Self::Name(sessions(session)?),
            Self::ClientId(session) => Self::ClientId(sessions(session)?),
            Self::KeepAlive(session) => Self::KeepAlive(sessions(session)?),
            Self::Expiry(session) => Self::Expiry(sessions(session)?),
            Self::UserProperties(session) => Self::UserProperties(sessions(session)?),
            Self::Comeback(session) => Self::Comeback(sessions(session)?),
            Self::WillTopic(session) => Self::WillTopic(sessions(session)?),
            Self::WillPayload(session) => Self::WillPayload(sessions(session)?),
            Self::Subscribe(session) => Self::Subscribe(sessions(session)?),
            Self::Publish(session) => Self::Publish(sessions(session)?),
            Self::Message(session) => Self::Message(sessions(session)?),
            Self::At(step) => Self::At(steps(step)?),
            Self::Filters(step) => Self::Filters(steps(step)?),
            Self::Topic(step) => Self::Topic(steps(step)?),
            Self::Payload(step) => Self::Payload(steps(step)?),
        })
    }
}

/// Stands for who connects on Check, while nobody plays.
#[must_use]
pub fn stand_in() -> Identity {
    Identity {
        name: "device".to_owned(),
        context: Context::new(Principal::X509(Certificate::default()), DEFAULT_REGION, DEFAULT_ACCOUNT),
        policies: Vec::new(),
    }
}

/// The session at this place.
pub(super) fn session_id(index: usize) -> SessionId {
    SessionId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// An action of a kind that says nothing yet.
fn blank(kind: Do) -> Action {
    match kind {
        Do::Connect => Action::Connect,
        Do::Subscribe => Action::subscribe("", Qos::AtLeastOnce),
        Do::Unsubscribe => Action::Unsubscribe(vec![String::new()]),
        Do::Publish => Action::publish("", "", Qos::AtLeastOnce),
        Do::Disconnect => Action::Disconnect,
        Do::Cut => Action::Cut,
        Do::HalfOpen => Action::HalfOpen,
        Do::Stall => Action::Stall,
        Do::Resume => Action::Resume,
    }
}

fn blank_will() -> Will {
    Will {
        topic: String::new(),
        payload: Vec::new(),
        qos: Qos::AtLeastOnce,
        retain: false,
        properties: Properties::default(),
    }
}

/// Leaves out what says nothing yet; `false` when nothing is left.
pub(super) fn complete(action: &mut Action) -> bool {
    let said = |text: &str| !text.is_empty();
    match action {
        Action::Subscribe(filters) => {
            filters.retain(|filter| said(&filter.filter));
            !filters.is_empty()
        }
        Action::Unsubscribe(filters) => {
            filters.retain(|filter| said(filter));
            !filters.is_empty()
        }
        Action::Publish(message) => said(&message.topic),
        _ => true,
    }
}

fn filters(action: &Action) -> Option<String> {
    let filters: Vec<&str> = match action {
        Action::Subscribe(filters) => filters.iter().map(|filter| filter.filter.as_str()).collect(),
        Action::Unsubscribe(filters) => filters.iter().map(String::as_str).collect(),
        _ => return None,
    };
    Some(filters.join("\n"))
}

/// `false` for an action that has no filters. A new filter is subscribed to like the first.
fn set_filters(action: &mut Action, text: &str) -> bool {
    match action {
        Action::Subscribe(filters) => {
            let like = filters.first().cloned().unwrap_or_else(|| Subscription::new("", Qos::AtLeastOnce));
            let old = std::mem::take(filters);
            let named = |(place, filter): (usize, &str)| Subscription {
                filter: filter.to_owned(),
                ..old.get(place).unwrap_or(&like).clone()
            };
            *filters = text.split('\n').enumerate().map(named).collect();
        }
        Action::Unsubscribe(filters) => *filters = text.split('\n').map(str::to_owned).collect(),
        _ => return false,
    }
    true
}

fn topic(action: &Action) -> Option<String> {
    if let Action::Publish(message) = action { Some(message.topic.clone()) } else { None }
}

fn set_topic(action: &mut Action, text: &str) -> bool {
    let Action::Publish(message) = action else { return false };
    message.topic = text.to_owned();
    true
}

fn payload(action: &Action) -> Option<String> {
    if let Action::Publish(message) = action { readable(&message.payload) } else { None }
}

/// Bytes that are text.
fn readable(payload: &[u8]) -> Option<String> {
    str::from_utf8(payload).ok().map(str::to_owned)
}

fn set_payload(action: &mut Action, text: &str) -> bool {
    let Action::Publish(message) = action else { return false };
    message.payload = text.as_bytes().to_vec();
    true
}

/// The QoS of an action that has one.
#[must_use]
pub fn qos_of(action: &Action) -> Option<Qos> {
    match action {
        Action::Subscribe(filters) => filters.first().map(|filter| filter.qos),
        Action::Publish(message) => Some(message.qos),
        _ => None,
    }
}

fn set_qos(action: &mut Action, qos: Qos) {
    match action {
        Action::Subscribe(filters) => filters.iter_mut().for_each(|filter| filter.qos = qos),
        Action::Publish(message) => message.qos = qos,
        _ => {}
    }
}

fn taken(taken: bool) -> Result<(), Waits> {
    if taken { Ok(()) } else { Err(Waits::Elsewhere) }
}

/// The Session Expiry Interval of a CONNECT.
fn expiry(connect: &Connect) -> Option<u32> {
    connect.properties.0.iter().find_map(|property| match property {
        Property::SessionExpiryInterval(seconds) => Some(*seconds),
        _ => None,
    })
}

fn set_expiry(connect: &mut Connect, seconds: Option<u32>) {
    let properties = &mut connect.properties.0;
    properties.retain(|property| !matches!(property, Property::SessionExpiryInterval(_)));
    properties.extend(seconds.map(Property::SessionExpiryInterval));
}

/// One a line; nothing for one that a line cannot hold, or when there is none in version 3.1.1.
fn user_properties(connect: &Connect) -> Option<String> {
    let mut lines = Vec::new();
    for property in &connect.properties.0 {
        if let Property::UserProperty(name, value) = property {
            if name.contains(['\n', ':']) || value.contains('\n') {
                return None;
            }
            lines.push(format!("{name}: {value}"));
        }
    }
    (connect.version == Version::V5).then(|| lines.join("\n"))
}

fn set_user_properties(connect: &mut Connect, text: &str) -> Option<()> {
    let read = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some(Property::UserProperty(name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()))
    };
    let lines = text.split('\n').filter(|line| !line.trim().is_empty());
    let read: Vec<Property> = lines.map(read).collect::<Option<_>>()?;
    let properties = &mut connect.properties.0;
    properties.retain(|property| !matches!(property, Property::UserProperty(..)));
    properties.extend(read);
    Some(())
}
