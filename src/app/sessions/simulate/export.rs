//! What leaves Simulate: the scenario as a file; the log and the timeline for the clipboard.
//!
//! Everything goes through the same two gates as what leaves Check: what looks like a secret stops it, and account
//! numbers, certificate IDs, addresses and endpoints are masked unless the user says otherwise. The bytes of packets in a
//! log stand there as they were on the wire, but for passwords.

use crate::lab::{Scenario, format};
use crate::share::{mask, secrets};
use crate::text::Text;
use crate::timeline::drawing::{self, View};
use crate::timeline::{Entry, Record, What, Wire, log};
use crate::words;

/// What is to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The scenario, as a file.
    Scenario,
    /// The log in JSON Lines.
    Log,
    /// The timeline in characters.
    Text,
    /// The timeline as SVG.
    Svg,
}

/// The name of the file of a scenario.
pub const SCENARIO_FILE: &str = "iot-policy-scenario.json";

/// How wide the picture is, in pixels.
const PICTURE: u32 = 1200;

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
pub fn log(record: &Record, masking: bool) -> Result<String, Text> {
    for entry in &record.entries {
        if let What::Sent(wire) | What::Received(wire) = &entry.what {
            within(wire)?;
        }
    }
    let names: Vec<String> = record.sessions.iter().map(|session| session.name.clone()).collect();
    let version = |session| record.version(session);
    let say =
        |entry: &Entry| words::timeline::what(&entry.what, version(entry.connection.session)).to_string();
    released(&log::write(&names, &record.entries, version, say), masking)
}

/// The picture, in characters or as SVG.
///
/// # Errors
/// See [`released`].
pub fn picture(record: &Record, svg: bool, masking: bool) -> Result<String, Text> {
    let drawing = drawing::draw(record, View::whole(record, PICTURE));
    let text =
        if svg { words::drawing::svg(record, &drawing) } else { words::drawing::text(record, &drawing) };
    released(&text, masking)
}

/// Looks for secrets in what stands in the log in hexadecimal.
fn within(wire: &Wire) -> Result<(), Text> {
    let text = String::from_utf8_lossy(&wire.bytes);
    words::share::not_shared(&text, &secrets::find(&text)).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, Actor, presets};
    use crate::mqtt::{Qos, Version};
    use crate::timeline::{Participant, SessionId};

    fn record(client_id: &str, payload: &str) -> Record {
        let mut scenario = presets::takeover(Version::V311);
        scenario.sessions = vec![Actor::new("A", 0, Version::V311, client_id)];
        scenario.steps.retain(|step| step.session == SessionId(0));
        for step in &mut scenario.steps {
            if step.action != Action::Connect {
                step.action = Action::publish("dt/temperature", payload, Qos::AtLeastOnce);
            }
        }
        let run = crate::lab::run(&scenario);
        let (name, client_id) = ("A".to_owned(), client_id.to_owned());
        let participant = Participant { name, client_id, version: Version::V311 };
        Record::new(vec![participant], run.entries, scenario.end)
    }

    #[test]
    fn a_secret_in_a_packet_keeps_the_log_in() {
        assert!(log(&record("temp-sensor-01", "20"), true).is_ok());
        let why = log(&record("temp-sensor-01", "AKIAIOSFODNN7EXAMPLE"), true);
        assert!(why.is_err_and(|why| why.to_string().contains("access key ID")));
    }

    #[test]
    fn an_account_in_a_picture_is_masked() {
        let record = record("arn:aws:iot:eu-west-1:418273645091:client", "20");
        for svg in [true, false] {
            let open = picture(&record, svg, false).unwrap();
            let masked = picture(&record, svg, true).unwrap();
            assert!(open.contains("418273645091") && !masked.contains("418273645091"), "{masked}");
        }
    }
}
