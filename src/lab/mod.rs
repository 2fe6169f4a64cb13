//! Clients, broker and policies together in virtual time.
//!
//! A [`Scenario`] is plain data: who there is, what they do when, what must come of it. It has a text form
//! ([`mod@format`]). A [`World`] plays it, moment by moment, and [`run`] from beginning to end: what happened, and what
//! of it was not expected. A [`Recording`] keeps the way back to each moment. The clients are those of the live page, the
//! broker is [`crate::broker`], its questions are answered by [`crate::policy`], and between them travel real MQTT bytes.
//! [`mosquitto`] makes clients of pasted command lines, and shows what those programs would print. A [`mod@lesson`] is
//! scenarios to predict, to see, to have explained and to change.
//!
//! Deliberately not here: sentences, screens, files.
//!
//! Invariants: the same scenario gives the same run, to the byte; a run ends, whatever the scenario says
//! ([`scenario::MAX_EVENTS`]).

mod actor;
pub mod expect;
pub mod format;
pub mod habits;
pub mod lesson;
pub mod mosquitto;
mod network;
pub mod presets;
pub mod recording;
mod rights;
pub mod scenario;
#[cfg(test)]
mod tests;
mod world;

use std::sync::Arc;

pub use recording::Recording;
pub use rights::Explained;
pub use scenario::{Action, Actor, Comeback, Identity, Network, Scenario, Step};
pub use world::World;

use crate::broker::ExplanationId;
use crate::timeline::{Entry, Participant, Record, SessionId};

use expect::State;
use rights::Question;

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What was played.
    pub scenario: Arc<Scenario>,
    /// In order of time.
    pub entries: Vec<Entry>,
    /// How it ended.
    pub ended: Ended,
    /// Each different one once.
    questions: Vec<Question>,
    /// Of each session at the end.
    states: Vec<State>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// At the scenario's end.
    InTime,
    /// Earlier, because more happened than a run may hold.
    TooMuch,
}

impl Run {
    /// The explanation that an entry names.
    #[must_use]
    pub fn explained(&self, id: ExplanationId) -> Option<Explained> {
        self.question(id)?.explain(&self.scenario)
    }

    fn question(&self, id: ExplanationId) -> Option<&Question> {
        usize::try_from(id.0).ok().and_then(|index| self.questions.get(index))
    }

    /// The state of a session at the end.
    #[must_use]
    pub fn state_of(&self, session: SessionId) -> State {
        let index = usize::try_from(session.0).ok();
        index.and_then(|index| self.states.get(index)).copied().unwrap_or_default()
    }

    /// What is shown of it.
    #[must_use]
    pub fn record(&self) -> Record {
        let sessions = self.scenario.sessions.iter().map(|actor| Participant {
            name: actor.name.clone(),
            client_id: actor.connect.client_id.clone(),
            version: actor.connect.version,
        });
        Record::new(sessions.collect(), self.entries.clone(), self.scenario.end)
    }

    /// The name of a session.
    #[must_use]
    pub fn name(&self, session: SessionId) -> &str {
        let index = usize::try_from(session.0).ok();
        index.and_then(|index| self.scenario.sessions.get(index)).map_or("", |actor| &actor.name)
    }
}

/// Plays a scenario from its beginning to its end.
#[must_use]
pub fn run(scenario: &Scenario) -> Run {
    World::new(scenario.clone()).play()
}
