//! What the player of a run says.

use super::Text;
use crate::lab::scenario::Step;

/// How it plays.
pub const HOW: &str = "Played from the beginning, it stops where there is most to see.";
/// An event that no step of the script asks for.
pub const NO_STEP: &str = "No step of the script led to this event: a timer of the broker or of a client did. So there is nothing to leave out.";
/// A log that was opened.
pub const LOG_ONLY: &str = "This is a log that was opened: what was recorded and nothing else. What the broker held and why the policies decided as they did are not in it, and nothing in it can be played otherwise.";
/// An event of a log that was opened, of which there is only a sentence.
pub const ONLY_TOLD: &str = "The log has this sentence and nothing behind it. Of a decision it does not say by which statement it was made; the scenario that was played tells.";
/// The script of the first run, while another one is shown.
pub const OF_RUN_1: &str =
    "Above is another run. The sessions and steps below are those of Run 1, from which it was made.";
/// A log in presenter mode.
pub const LOG_NOT_PRESENTED: &str =
    "Nothing masks what stands in a log, so it is not shown in presenter mode. Leave presenter mode first.";
/// As many runs as are kept.
pub const NO_ROOM: &str = "As many runs as are kept are there. Close one first.";
/// A change for which nobody is there.
pub const NO_SESSION: &str = "There is no session that could act. Add one to the script.";
/// A change of a later step where none comes.
pub const NO_LATER_STEP: &str = "No step of the script comes after this event.";
/// A publish or a subscription without topic.
pub const NO_TOPIC: &str = "Write a topic, or a filter.";
/// A latency that is none.
pub const NO_TIME: &str = "Write seconds with at most three decimals, such as 0.5.";
/// The moment before the first event.
pub const NOTHING_YET: &str = "Nothing has happened yet.";
/// An empty broker.
pub const NO_SESSIONS: &str = "The broker has no sessions now.";

/// A run that was cut short.
#[must_use]
pub fn cut_short(entries: usize) -> String {
    format!("The run was cut short after {entries} events of the log: this page plays no more of it.")
}

/// A time of a run, in seconds.
#[must_use]
pub fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// The name of a run; `from` when it leaves another one.
#[must_use]
pub fn run(number: usize, war: bool, from: Option<u64>) -> String {
    let name = if war { format!("Run {number}: war") } else { format!("Run {number}") };
    match from {
        None => name,
        // To the tenth: the name is short.
        Some(from) => format!("{name} (from {}.{} s)", from / 1000, from % 1000 / 100),
    }
}

/// A step of a script.
#[must_use]
pub fn step(step: &Step, name: &str) -> Text {
    Text::new().say(format!("{} s: {name} ", seconds(step.at.0))).join(super::script::action(&step.action))
}
