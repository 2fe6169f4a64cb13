//! A run of a scenario with a cursor on its entries.

use crate::broker::{DisconnectReason, News, Verdict};
use crate::lab::{self, Run, Scenario};
use crate::timeline::What;

/// A run and the entry that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// What came of the scenario.
    pub run: Run,
    /// The entry that is explained, by its index.
    pub cursor: Option<usize>,
}

/// What the user did to the player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Looks at one entry, by its index.
    Select(usize),
}

impl Player {
    /// Plays a scenario; the cursor stands where there is most to see.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let run = lab::run(scenario);
        Self { cursor: most_interesting(&run), run }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: &Msg) {
        match *msg {
            Msg::Select(entry) => self.cursor = Some(entry),
        }
    }
}

/// The event to explain first: where the broker ends a taken-over session, else the first refusal.
fn most_interesting(run: &Run) -> Option<usize> {
    let position = |wanted: fn(&What) -> bool| run.entries.iter().position(|entry| wanted(&entry.what));
    position(|what| {
        matches!(what, What::Broker(News::Disconnected { cause, .. })
            if cause.reason() == DisconnectReason::DuplicateClientId)
    })
    .or_else(|| position(|what| matches!(what, What::Decided { verdict: Verdict::Refused, .. })))
}
