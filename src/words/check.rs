//! What Check says around an explanation: trials, findings, an answer that is not of the typed text.

use super::{Piece, Text, fix};
use crate::policy::diagnostic::Severity;
use crate::policy::fix::{Change, Fix};

/// What is being fetched or made.
pub const ONE_MOMENT: &str = "One moment.";

/// No question.
pub const NOTHING_ASKED: &str = "Nothing is asked yet";

/// What to do about it.
pub const ASK_FIRST: &str = "Type a client ID below.";

/// The answer has no explanation.
pub const NO_WHY: &str = "There is nothing to explain here.";

/// Beside an explanation while a way out is tried.
pub const WITHOUT_TRIAL: &str = "Without the change that is being tried.";

/// A cell that nobody can ask for.
pub const NO_CONNECTION: &str = "Cannot be asked: no connection";
/// The same for what nobody does over HTTPS.
pub const NOT_OVER_HTTPS: &str = "Cannot be asked: not over HTTPS";
/// Why there is no connection.
pub const NOT_LET_IN: &str = "This client ID is not let in, so it can ask for nothing else.";
/// The title of the findings.
pub const FINDINGS: &str = "What the author may not have meant";
/// No findings.
pub const NO_FINDINGS: &str = "Nothing found.";
/// How the ways out came about.
pub const TRIED: &str =
    "Each was evaluated. Press its letter to try it here: nothing is changed until you keep it.";
/// The way out of not being able to tell.
pub const SET_VALUES: &str = "Set the values that the answer waits for";

/// No way out.
pub const NO_WAYS: &str = "None to offer for this answer.";

/// A change that lets others in where they have the same policy.
pub const IF_SHARED: &str = "If devices share this policy, the other one gets it too.";

/// A change that lets others in.
pub const OTHERS: &str = "Other devices get it too";
/// For a way out that is advice.
pub const ADVICE: &str = "Advice: it is done on the device, so there is nothing to try here.";
/// For a change of a text that cannot be read.
pub const UNREADABLE: &str =
    "Cannot be tried while the text of the policy cannot be read. Correct the text first.";
/// For a change that the form contradicts.
pub const CONTRADICTED: &str =
    "Cannot be tried here: what the form says of the device keeps it from working.";
/// Nothing in a pattern fitted.
pub const NOTHING_MATCHED: &str = "matched nowhere";

/// What a list leaves out.
#[must_use]
pub fn and_more(count: usize) -> String {
    format!("And {count} more.")
}

/// How much of a pattern fitted.
#[must_use]
pub fn matched(fitted: &str) -> Text {
    match fitted {
        "" => Text::new().say(NOTHING_MATCHED),
        _ => Text::new().say("matched up to ").code(fitted),
    }
}

/// What is answered while policies of these names cannot be read.
#[must_use]
pub fn last_readable(names: &[&str]) -> Text {
    let text = Text::new().say("Answer for the last readable text of ");
    let text = names.iter().enumerate().fold(text, |text, (index, name)| {
        if index > 0 { text.say(", ").code(*name) } else { text.code(*name) }
    });
    text.say(". What is typed now cannot be read; the problem is shown at its place.")
}

/// What the button of a near miss does.
#[must_use]
pub const fn ask_near(change: &Change) -> &'static str {
    match change {
        Change::ClientId(_) | Change::Name(_) => "Ask this",
        Change::Policy(_) | Change::Exclusive(_) | Change::AttachThing(_) => "Change it",
    }
}

/// What is being tried.
#[must_use]
pub fn trying(letter: char, change: &Fix) -> Text {
    let said = fix::change(change);
    said.0.into_iter().fold(Text::new().say(format!("Trying {letter}: ")), |mut text, piece| {
        text.0.push(piece);
        text
    })
}

/// How many findings of each severity, such as "2 warnings, 1 note".
#[must_use]
pub fn counted(severities: impl Iterator<Item = Severity> + Clone) -> String {
    let of = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts = of.iter().filter_map(|(severity, word)| {
        match severities.clone().filter(|one| one == severity).count() {
            0 => None,
            1 => Some(format!("1 {word}")),
            count => Some(format!("{count} {word}s")),
        }
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// A text as it is spoken: without marks around values.
#[must_use]
pub fn spoken(text: &Text) -> String {
    let words = text.0.iter().map(|piece| match piece {
        Piece::Plain(words) | Piece::Code(words) => words.as_str(),
    });
    words.collect()
}

/// Markdown's backticks as code type: for the texts of the linter's rules.
#[must_use]
pub fn ticked(markdown: &str) -> Text {
    let pieces = markdown.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces.fold(
        Text::new(),
        |text, (index, piece)| if index % 2 == 1 { text.code(piece) } else { text.say(piece) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_by_severity() {
        let found = [Severity::Note, Severity::Warning, Severity::Note];
        assert_eq!(counted(found.iter().copied()), "1 warning, 2 notes");
        assert_eq!(counted([].into_iter()), "");
    }

    #[test]
    fn backticks_become_code() {
        assert_eq!(ticked("a `b` c"), Text::new().say("a ").code("b").say(" c"));
        assert_eq!(spoken(&ticked("`b` c")), "b c");
    }
}
