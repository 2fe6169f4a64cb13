//! Characters of a client ID or topic that nobody sees, named with their place.

use super::{Text, headline::relative};
use crate::iot::character::deceptive;
use crate::policy::Explanation;

/// "The client ID has `U+200B` (zero width space) after `d`. ", for the first such character of what is asked; else
/// nothing.
pub(super) fn unseen(explanation: &Explanation) -> Text {
    let id = explanation.facts.client_id.as_deref().map(|id| ("client ID", id));
    let target = explanation.parts.first().and_then(|part| {
        let (_, name) = relative(&part.resource).split_once('/')?;
        Some(match part.action.as_str() {
            "iot:Connect" => return None,
            "iot:Subscribe" => ("topic filter", name),
            "iot:Publish" | "iot:Receive" => ("topic", name),
            _ => ("resource", name),
        })
    });
    let mut names = id.into_iter().chain(target);
    let Some((what, (before, c))) = names.find_map(|(what, name)| Some((what, deceptive(name)?))) else {
        return Text::new();
    };
    let text = Text::new().say(format!("The {what} has ")).code(format!("U+{:04X}", u32::from(c)));
    let text = text.say(format!(" ({})", name(c)));
    match before {
        "" => text.say(" at its beginning. "),
        before => text.say(" after ").code(before).say(". "),
    }
}

/// What Unicode calls it, for those that come along with pasted text.
const fn name(c: char) -> &'static str {
    match c {
        '\t' => "tab",
        ' ' => "space",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{2028}' => "line separator",
        '\u{202e}' => "right-to-left override",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        '\u{370}'..='\u{3ff}' => "a Greek letter",
        '\u{400}'..='\u{52f}' => "a Cyrillic letter",
        _ => "invisible",
    }
}
