//! What is opened from a file, dropped or pasted: a scenario, an event log, or mosquitto's command lines.

use super::draft::Draft;
use crate::app::sessions::simulate::name;
use crate::iot::time::{Instant, Millis};
use crate::lab::mosquitto::{self, Paste};
use crate::lab::{Action, Scenario, Step, format};
use crate::timeline::log::{self, Log};
use crate::words::script as words;

/// Pasted commands start this long after the one before: the first is at rest by then.
const APART: Millis = Millis(2000);

/// What a text is.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// Something to play; whether a password was left out of it.
    Script(Box<Draft>, bool),
    /// Something that was played.
    Log(Box<Log>),
}

/// What is wrong with a text: a sentence, and a line each for what is wrong where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The whole.
    pub why: String,
    /// Each with its place; empty when `why` says it all.
    pub places: Vec<String>,
}

impl Opened {
    /// Reads the one of these texts that is not a policy which that one names. Each stands with the name of its file.
    ///
    /// # Errors
    /// What is wrong, with its places.
    pub fn read(texts: &[(String, String)]) -> Result<Self, Refused> {
        let main = texts.iter().find(|(_, text)| text.contains(format::FORMAT)).or_else(|| texts.first());
        let Some((file, text)) = main else { return Err(refused(words::NOTHING.to_owned())) };
        let named = |name: &str| texts.iter().find(|(other, _)| other == name).map(|(_, text)| text.clone());
        let plain = text.trim_start_matches('\u{feff}').trim_start();
        let first_line = plain.lines().next().unwrap_or_default();
        if first_line.contains("policylab-log/") {
            let log = log::read(text);
            // A line or two may be cut; a log of which nothing can be read is none.
            return match log.problems.first() {
                Some(problem) if log.entries.is_empty() => {
                    Err(refused(words::not_opened(file, &problem.to_string())))
                }
                _ => Ok(Self::Log(Box::new(log))),
            };
        }
        if plain.starts_with(['{', '[']) {
            let scenario = format::read(text, named)
                .map_err(|error| refused(words::not_opened(file, &error.to_string())))?;
            return Ok(Self::script(scenario, true));
        }
        let pasted = file == words::PASTED;
        if plain.is_empty() && !pasted {
            return Err(refused(words::not_opened(file, words::EMPTY)));
        }
        let (paste, places) = read_commands(text);
        if !places.is_empty() {
            let why = words::wrong_commands(places.len());
            let why = if pasted { words::not_commands(&why) } else { words::not_opened(file, &why) };
            return Err(Refused { why, places });
        }
        Ok(Self::script(commands(&paste), false))
    }

    /// Scenarios that are played as their own identities, or as who connects on Check. Passwords are left out: they are
    /// credentials, which no workspace holds, and no answer depends on them.
    fn script(mut scenario: Scenario, own: bool) -> Self {
        let mut left_out = false;
        for actor in &mut scenario.sessions {
            let password = actor.connect.password.as_mut().filter(|password| !password.is_empty());
            left_out |= password.map(Vec::clear).is_some();
        }
        let mut draft = Draft { scenario, own, open_end: !own, ..Draft::default() };
        draft.settle();
        Self::Script(Box::new(draft), left_out)
    }
}

/// The commands of a text, and a line for each thing that is wrong with it: with its line and column.
#[must_use]
pub fn read_commands(text: &str) -> (Paste, Vec<String>) {
    let paste = mosquitto::read(text);
    let mut places: Vec<String> = paste
        .problems
        .iter()
        .map(|problem| {
            let (line, column) = problem.place(text);
            words::at_place(line, column, &problem.to_string())
        })
        .collect();
    if paste.commands.is_empty() && places.is_empty() {
        places.push(words::NO_COMMAND.to_owned());
    }
    (paste, places)
}

/// Commands as sessions A, B and so on.
fn commands(paste: &Paste) -> Scenario {
    let Draft { scenario, .. } = Draft::default();
    let ids = || paste.commands.iter().enumerate();
    let at = |index: usize| Instant(APART.0.saturating_mul(u64::try_from(index).unwrap_or(u64::MAX)));
    Scenario {
        sessions: ids().map(|(index, command)| command.actor(&name(index), 0)).collect(),
        steps: ids()
            .map(|(index, _)| Step {
                at: at(index),
                session: super::draft::session_id(index),
                action: Action::Connect,
            })
            .collect(),
        ..scenario
    }
}

fn refused(why: String) -> Refused {
    Refused { why, places: Vec::new() }
}
