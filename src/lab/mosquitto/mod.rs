//! The clients `mosquitto_sub` and `mosquitto_pub`, version 2.0.11: what their pasted command lines say, and what
//! those programs print.
//!
//! Reading never fails: what can be read becomes a [`Command`], what cannot is a [`Problem`] with its place. What the
//! programs print and when was taken from Debian's 2.0.11 against a broker of its own and against one that answers
//! as AWS IoT Core does (`tests/cases/scenarios/README.md`).

mod options;
mod problem;
mod shell;
mod terminal;
mod write;

use std::ops::Range;

use crate::client::Message;
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{Connect, Properties, Qos, Subscription};
use crate::timeline::SessionId;

use super::scenario::{Action, Actor, Comeback, Identity, Scenario, Step};

pub use problem::{Problem, Wrong};
pub use terminal::{Line, terminal};
pub use write::{Files, Unwritable, commands};

/// Longest paste that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// Most commands of a paste.
pub const MAX_COMMANDS: usize = 100;
/// How long the programs wait until they connect again (`reconnect_delay` of libmosquitto; observed).
const RECONNECT_DELAY: Millis = Millis(1000);

/// Which program a client plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// `mosquitto_sub` rather than `mosquitto_pub`.
    pub kind: Kind,
    /// `-d`: prints what it sends and receives.
    pub debug: bool,
    /// `-v`: prints topics with payloads.
    pub verbose: bool,
}

/// The two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `mosquitto_sub`
    Sub,
    /// `mosquitto_pub`
    Pub,
}

/// What was found in a paste.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paste {
    /// In order.
    pub commands: Vec<Command>,
    /// In order of place.
    pub problems: Vec<Problem>,
}

/// One command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Bytes of the paste.
    pub span: Range<usize>,
    /// Which program, and how it prints.
    pub program: Program,
    /// `-h`
    pub host: Option<String>,
    /// `-p`
    pub port: Option<u16>,
    /// The certificate file (`--cert`), as written.
    pub certificate: Option<String>,
    /// The CONNECT that it sends.
    pub connect: Connect,
    /// `-t`
    pub topics: Vec<String>,
    /// `-q`
    pub qos: Qos,
    /// `-m`, or nothing for `-n`.
    pub payload: Vec<u8>,
    /// `-r`
    pub retain: bool,
}

/// Reads pasted command lines.
#[must_use]
pub fn read(text: &str) -> Paste {
    let mut paste = Paste::default();
    if text.len() > MAX_TEXT {
        paste.problems.push(Problem { span: 0..text.len(), wrong: Wrong::TooLong });
        return paste;
    }
    for words in shell::commands(text, &mut paste.problems) {
        if paste.commands.len() == MAX_COMMANDS {
            let span = words.first().map_or(0..0, |word| word.span.clone());
            paste.problems.push(Problem { span, wrong: Wrong::TooMany });
            break;
        }
        paste.commands.extend(options::command(&words, &mut paste.problems));
    }
    paste.problems.sort_by_key(|problem| problem.span.start);
    paste
}

impl Paste {
    /// The one client of a line in which nothing is wrong.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn actor(&self, name: &str, identity: u32) -> Result<Actor, String> {
        match (self.problems.first(), self.commands.as_slice()) {
            (Some(problem), _) => Err(problem.to_string()),
            (None, [command]) => Ok(command.actor(name, identity)),
            (None, commands) => {
                Err(format!("there are {} commands here; write one `mosquitto_...` line", commands.len()))
            }
        }
    }

    /// The commands as the sessions of one identity, each started this long after the one before.
    #[must_use]
    pub fn scenario(&self, identity: Identity, apart: Millis) -> Scenario {
        let numbers = || (0_u32..).zip(&self.commands);
        let starts = |number: u32| Instant(apart.0.saturating_mul(u64::from(number)));
        Scenario {
            identities: vec![identity],
            sessions: numbers()
                .map(|(number, command)| command.actor(&format!("terminal {}", number + 1), 0))
                .collect(),
            steps: numbers()
                .map(|(number, _)| Step {
                    at: starts(number),
                    session: SessionId(number),
                    action: Action::Connect,
                })
                .collect(),
            end: starts(u32::try_from(self.commands.len()).unwrap_or(u32::MAX)),
            ..Scenario::default()
        }
    }
}

impl Command {
    /// The client that the program is.
    #[must_use]
    pub fn actor(&self, name: &str, identity: u32) -> Actor {
        let (comeback, action) = match self.program.kind {
            Kind::Sub => {
                let filters = self.topics.iter().map(|topic| Subscription::new(topic, self.qos));
                (Comeback::After(RECONNECT_DELAY), Action::Subscribe(filters.collect()))
            }
            Kind::Pub => (
                Comeback::Never,
                Action::Publish(Message {
                    topic: self.topics.first().cloned().unwrap_or_default(),
                    payload: self.payload.clone(),
                    qos: self.qos,
                    retain: self.retain,
                    properties: Properties::default(),
                }),
            ),
        };
        Actor {
            name: name.to_owned(),
            identity,
            connect: self.connect.clone(),
            comeback,
            on_connect: vec![action],
            leaves: self.program.kind == Kind::Pub,
            program: Some(self.program),
        }
    }
}
