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
    names.find_map(|(what, name)| hidden(what, name)).map_or_else(Text::new, |text| text.say(" "))
}

/// "The client ID has `U+200B` (zero width space) after `d`.", for the first such character of a name that is a `what`.
#[must_use]
pub fn hidden(what: &str, text: &str) -> Option<Text> {
    let (before, c) = deceptive(text)?;
    let said = Text::new().say(format!("The {what} has ")).code(format!("U+{:04X}", u32::from(c)));
    let said = said.say(format!(" ({})", name(c)));
    Some(match before {
        "" => said.say(" at its beginning."),
        before => said.say(" after ").code(before).say("."),
    })
}

/// What Unicode calls it, for those that come along with pasted text.
const fn name(c: char) -> &'static str {
    match c {
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
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
