//! What the editor of a script says: what a step does, why a text waits, why something was not opened.

use super::Text;
use crate::client::Message;
use crate::lab::format::MAX_SECONDS;
use crate::lab::scenario::{Action, Do};
use crate::mqtt::Qos;
use crate::timeline::log::LogProblem;

/// What a session can do, wherever it is chosen; [`action`] says it with its fields.
pub const ACTIONS: &[(Do, &str)] = &[
    (Do::Connect, "connects"),
    (Do::Subscribe, "subscribes"),
    (Do::Unsubscribe, "unsubscribes"),
    (Do::Publish, "publishes"),
    (Do::Disconnect, "disconnects"),
    (Do::Cut, "loses its connection"),
    (Do::HalfOpen, "restarts unnoticed"),
    (Do::Stall, "is cut off: nothing passes"),
    (Do::Resume, "is no longer cut off"),
];
/// The levels of QoS. AWS IoT Core takes no QoS 2, which is worth seeing.
pub const QUALITIES: &[(Qos, &str)] =
    &[(Qos::AtMostOnce, "QoS 0"), (Qos::AtLeastOnce, "QoS 1"), (Qos::ExactlyOnce, "QoS 2")];

/// A seed that is none.
pub const NOT_A_SEED: &str = "Write a whole number from 0 to 18446744073709551615.";
/// A keep-alive that is none.
pub const NOT_A_KEEP_ALIVE: &str = "Write whole seconds from 0 (off) to 65535.";
/// A Session Expiry Interval that is none.
pub const NOT_AN_EXPIRY: &str = "Write whole seconds from 0 to 4294967295 (never), or nothing.";
/// User Properties that are none.
pub const NOT_PROPERTIES: &str = "Write one a line, as name: value.";
/// A session without a name.
pub const NO_NAME: &str = "Write a name, such as A.";
/// A step without anybody to take it.
pub const NOBODY: &str = "There is no session that could take a step. Add one first.";
/// What was pasted, where a file has its name.
pub const PASTED: &str = "what you pasted";
/// An empty paste.
pub const NO_COMMAND: &str =
    "There is no command here. Paste a line that begins with mosquitto_sub or mosquitto_pub.";
/// A file without a text.
pub const EMPTY: &str = "it is empty";
/// No file.
pub const NOTHING: &str = "There is nothing to open.";
/// A scenario or a command with a password.
pub const PASSWORD_LEFT_OUT: &str = "It holds a password, which was not taken: an empty one is sent in its place. The simulated broker asks for none.";
/// A step without topic or filter.
pub const INCOMPLETE: &str = "Has no topic yet, so it is left out.";
/// Sessions that are not those of Check.
pub const OWN: &str =
    "They connect as the device that came with what you opened, with its policies, not with those of Check.";
/// Sessions that are those of Check.
pub const OF_CHECK: &str =
    "They connect to a broker inside this page, with the policies and the certificate of Check.";
/// A script in which presenter mode masks something.
pub const MASKED: &str = "Something in these sessions is shown masked, so they cannot be changed here. Leave presenter mode first.";
/// Steps that stand in another order than they are taken in.
pub const OUT_OF_ORDER: &str =
    "The steps are taken in the order of time, not in the order in which they stand here.";

/// What a session does.
#[must_use]
pub fn action(action: &Action) -> Text {
    let kind = action.kind();
    let known = ACTIONS.iter().find(|(known, _)| *known == kind);
    let text = Text::new().say(known.map_or("", |(_, does)| *does));
    match action {
        Action::Subscribe(filters) => {
            list(text.say(" to "), filters.iter().map(|filter| filter.filter.as_str()))
        }
        Action::Unsubscribe(filters) => list(text.say(" from "), filters.iter().map(String::as_str)),
        Action::Publish(Message { topic, payload, qos, retain, .. }) => text
            .say(" ")
            .code(beginning(&String::from_utf8_lossy(payload)))
            .say(" to ")
            .code(topic)
            .say(format!(", QoS {}{}", qos.level(), if *retain { ", retained" } else { "" })),
        _ => text,
    }
}

/// Enough of a payload to know it by.
fn beginning(payload: &str) -> String {
    const SHOWN: usize = 60;
    match payload.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", payload.get(..end).unwrap_or_default()),
        None => payload.to_owned(),
    }
}

/// Topic filters with commas between.
fn list<'a>(text: Text, items: impl Iterator<Item = &'a str>) -> Text {
    items.enumerate().fold(text, |text, (at, item)| if at == 0 { text } else { text.say(", ") }.code(item))
}

/// The browser saves no file.
pub const NOT_SAVED: &str = "The browser did not save the file. Does it allow downloads here?";

/// Lines of a terminal after the moment that is looked at.
#[must_use]
pub fn printed_later(lines: usize) -> String {
    match lines {
        1 => "The last line, in italics, comes after the chosen moment.".to_owned(),
        lines => format!("The last {lines} lines, in italics, come after the chosen moment."),
    }
}

/// Nothing to save or copy.
pub const NOTHING_PLAYED: &str = "Nothing is played yet. Add a session first.";

/// What of a log could not be read; nothing when all of it was.
#[must_use]
pub fn log_problems(problems: &[LogProblem]) -> Option<String> {
    const TOLD: usize = 5;
    let told: Vec<String> = problems.iter().take(TOLD).map(ToString::to_string).collect();
    let more = match problems.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    (!told.is_empty()).then(|| format!("Not all of the log could be read: {}.{more}", told.join("; ")))
}

/// A time that is none.
#[must_use]
pub fn not_a_time() -> String {
    format!("Write seconds from 0 to {MAX_SECONDS}, with at most three decimals, such as 0.4.")
}

/// A name that another session has.
#[must_use]
pub fn name_of_two(name: &str) -> String {
    format!("{name} is the name of two sessions. Rename one.")
}

/// An end before a step.
#[must_use]
pub fn ends_before(last: &str) -> String {
    format!("The last step is at {last} s, after this. Write a later end, or nothing.")
}

/// A step after the end.
#[must_use]
pub fn after_the_end(end: &str) -> String {
    format!("The run ends at {end} s, before this step. Move one of them.")
}

/// More sessions or steps than are played.
#[must_use]
pub fn too_many(sessions: usize, steps: usize) -> String {
    format!("Not added: at most {sessions} sessions and {steps} steps are played.")
}

/// More than travels with the workspace.
#[must_use]
pub fn too_long(bytes: usize, limit: usize) -> String {
    format!(
        "Not taken: these sessions and steps would take {bytes} bytes, and this page keeps at most {limit}. The command \
         line plays longer ones: policylab simulate."
    )
}

/// A script of another version.
#[must_use]
pub fn not_kept(why: &str) -> String {
    format!(
        "The sessions that came along cannot be read here ({why}). They may be of a newer version of this page: load it \
         again. They stay as they are until you change something."
    )
}

/// A file that is neither scenario nor log.
#[must_use]
pub fn not_opened(name: &str, why: &str) -> String {
    format!("{name} was not opened: {why}.")
}

/// How much is wrong with command lines.
#[must_use]
pub fn wrong_commands(problems: usize) -> String {
    match problems {
        1 => "one thing is wrong with the command lines".to_owned(),
        problems => format!("{problems} things are wrong with the command lines"),
    }
}

/// Command lines that stay where they were pasted.
#[must_use]
pub fn not_commands(why: &str) -> String {
    format!("Not taken: {why}. Nothing of them was lost.")
}

/// Something wrong in a text.
#[must_use]
pub fn at_place(line: usize, column: usize, what: &str) -> String {
    format!("Line {line}, column {column}: {what}.")
}
