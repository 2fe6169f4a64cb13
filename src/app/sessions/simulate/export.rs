//! What leaves Simulate: the scenario as a file; the log for the clipboard.
//!
//! Everything goes through the same two gates as what leaves Check: what looks like a secret stops it, and account
//! numbers, certificate IDs, addresses and endpoints are masked unless the user says otherwise. The bytes of packets in a
//! log stand there as they were on the wire, but for passwords.

use crate::lab::{Run, Scenario, format};
use crate::share::{mask, secrets};
use crate::text::Text;
use crate::timeline::{What, Wire, log};
use crate::words;

/// What is to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The scenario, as a file.
    Scenario,
    /// The log in JSON Lines.
    Log,
}

/// The name of the file of a scenario.
pub const SCENARIO_FILE: &str = "iot-policy-scenario.json";

/// A text that may leave.
///
/// # Errors
/// A sentence, when it holds what looks like a secret: then nothing leaves.
pub fn released(text: &str, masking: bool) -> Result<String, Text> {
    match words::share::not_shared(text, &secrets::find(text)) {
        Some(why) => Err(why),
        None if masking => Ok(mask::mask(text).text),
        None => Ok(text.to_owned()),
    }
}

/// The scenario as the text of a file.
///
/// # Errors
/// See [`released`].
pub fn scenario(scenario: &Scenario, masking: bool) -> Result<String, Text> {
    released(&format::write(scenario), masking)
}

/// The log in JSON Lines.
///
/// # Errors
/// See [`released`]; the packets are looked into.
pub fn log(run: &Run, masking: bool) -> Result<String, Text> {
    for entry in &run.entries {
        if let What::Sent(wire) | What::Received(wire) = &entry.what {
            within(wire)?;
        }
    }
    let names: Vec<String> = run.scenario.sessions.iter().map(|actor| actor.name.clone()).collect();
    let version = |session| words::scenario::version(run, session);
    let text = log::write(&names, &run.entries, version, |entry| words::scenario::entry_text(run, entry));
    released(&text, masking)
}

/// Looks for secrets in what stands in the log in hexadecimal.
fn within(wire: &Wire) -> Result<(), Text> {
    let text = String::from_utf8_lossy(&wire.bytes);
    words::share::not_shared(&text, &secrets::find(&text)).map_or(Ok(()), Err)
}
