//! The log of a run, and what of it was not expected.

use std::fmt::Write as _;

use super::{Text, timeline};
use crate::lab::Run;
use crate::lab::expect::{Expected, Instead, Unmet};
use crate::mqtt::Version;
use crate::suite::VerdictWord;
use crate::timeline::{ConnectionRef, Entry, SessionId, What, diagnose};

/// The log: one line an entry, with the time in seconds, the connection (session and number), and what it is: `>`
/// sent, `<` received, `+` opened, `x` closed, `?` a right that was asked for, `*` inside the broker, `-` said by the
/// client.
#[must_use]
pub fn log(run: &Run) -> String {
    let mut out = String::new();
    for entry in &run.entries {
        let at = entry.at.0;
        let sign = match entry.what {
            What::Opened => '+',
            What::Closed(_) => 'x',
            What::Sent(_) => '>',
            What::Received(_) => '<',
            What::Decided { .. } => '?',
            What::Broker(_) => '*',
            What::Client(_) | What::Told(_) => '-',
        };
        let place = place(run, entry.connection);
        let _ =
            writeln!(out, "{:>4}.{:03} {place:<6} {sign} {}", at / 1000, at % 1000, entry_text(run, entry));
    }
    out
}

/// An entry of a run.
#[must_use]
pub fn entry_text(run: &Run, entry: &Entry) -> String {
    timeline::what(&entry.what, version(run, entry.connection.session)).to_string()
}

/// The version that a session speaks.
#[must_use]
pub fn version(run: &Run, session: SessionId) -> Version {
    let index = usize::try_from(session.0).ok();
    let actor = index.and_then(|index| run.scenario.sessions.get(index));
    actor.map_or(Version::V311, |actor| actor.connect.version)
}

/// What the diagnosis of a run found, a line each.
#[must_use]
pub fn findings(run: &Run) -> Vec<String> {
    let name = |connection| place(run, connection);
    timeline::findings(&diagnose(&run.entries), name).iter().map(Text::to_string).collect()
}

/// The name of a connection, such as `A#1`; of a session where none is meant.
fn place(run: &Run, connection: ConnectionRef) -> String {
    if connection.number == 0 {
        return run.name(connection.session).to_owned();
    }
    format!("{}#{}", run.name(connection.session), connection.number)
}

/// An expectation that was not met.
#[must_use]
pub fn unmet(run: &Run, unmet: &Unmet) -> String {
    let Some(expected) = run.scenario.expectations.get(unmet.index) else { return String::new() };
    let whose = expected.session.map_or_else(|| "anybody".to_owned(), |session| run.name(session).to_owned());
    let what = match &expected.what {
        Expected::State(state) => format!("to be {} at the end", state.word()),
        Expected::Disconnected(reason) => format!("to be disconnected with {reason}"),
        Expected::Received { topic, payload: None } => format!("to receive a message on {topic}"),
        Expected::Received { topic, payload: Some(payload) } => {
            format!("to receive `{}` on {topic}", String::from_utf8_lossy(payload))
        }
        Expected::Decided { action, resource, verdict } => {
            let about = resource.as_ref().map(|resource| format!(" on {resource}")).unwrap_or_default();
            format!("to be told {} for {action}{about}", VerdictWord(*verdict))
        }
        Expected::Found { finding, by: None } => format!("to show the finding {}", finding.word()),
        Expected::Found { finding, by: Some(by) } => {
            format!("to show the finding {} by {}", finding.word(), run.name(*by))
        }
    };
    let times = match expected.times {
        None | Some(1) => String::new(),
        Some(0) => ", never".to_owned(),
        Some(times) => format!(", {times} times"),
    };
    let instead = match &unmet.instead {
        Instead::State(state) => format!("it was {}", state.word()),
        Instead::Times { times, others } => {
            let times = match times {
                0 => "it did not happen".to_owned(),
                times => format!("it happened {times} times"),
            };
            if others.is_empty() { times } else { format!("{times}; there was: {}", others.join("; ")) }
        }
    };
    format!("expect[{}]: expected {whose} {what}{times}: {instead}", unmet.index)
}
