//! Clients, broker and policies together in virtual time.
//!
//! A [`Scenario`] is plain data: who there is, what they do when. [`run`] plays it and gives a [`Run`]: what
//! happened, and the explanation of each decision. The clients are those of the live page, the broker is
//! [`crate::broker`], its questions are answered by [`crate::policy`], and between them travel real MQTT bytes.
//!
//! Deliberately not here: sentences, screens, a text format for scenarios.
//!
//! Invariants: the same scenario gives the same run, to the byte; a run ends, whatever the scenario says
//! ([`scenario::MAX_EVENTS`]).

mod network;
pub mod presets;
mod rights;
pub mod scenario;
#[cfg(test)]
mod tests;
mod world;

pub use rights::Explained;
pub use scenario::{Action, Actor, Identity, Scenario, Step};

use crate::broker::ExplanationId;
use crate::timeline::{Entry, SessionId};

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// In order of time.
    pub entries: Vec<Entry>,
    /// Each different one once.
    pub explanations: Vec<Explained>,
    /// How it ended.
    pub ended: Ended,
    /// The names of the sessions.
    pub sessions: Vec<String>,
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
    pub fn explained(&self, id: ExplanationId) -> Option<&Explained> {
        usize::try_from(id.0).ok().and_then(|index| self.explanations.get(index))
    }

    /// The name of a session.
    #[must_use]
    pub fn name(&self, session: SessionId) -> &str {
        let index = usize::try_from(session.0).ok();
        index.and_then(|index| self.sessions.get(index)).map_or("", String::as_str)
    }
}

/// Plays a scenario from its beginning to its end.
#[must_use]
pub fn run(scenario: &Scenario) -> Run {
    world::World::new(scenario).play()
}
