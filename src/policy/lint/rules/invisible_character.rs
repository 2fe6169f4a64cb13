//! `IPL-L010` invisible-character.

use super::about;
use crate::{
    iot::character::{is_foreign, is_invisible, stands_in_latin},
    policy::{
        document::{Spanned, Statement},
        lint::{
            Found, MAX_FINDINGS,
            subject::{Stated, Subject},
        },
    },
    text::Text,
};

about! {
    /// A character that nobody sees
    ///
    /// # What it flags
    /// Control characters, zero-width and bidirectional marks, unusual or trailing spaces in the actions,
    /// resources and conditions; words that mix Latin with Greek or Cyrillic letters.
    /// # Why it hurts
    /// Names are compared character by character. A policy that looks right never matches, or says something else
    /// than it shows.
    /// # What to do
    /// Remove the character, or write the letter anew.
    /// # Flagged
    /// `client/temp<U+200B>-sensor`
    /// # Clean
    /// `client/temp-sensor`
    /// # Sources
    /// - IAM User Guide, JSON policy elements: Resource (comparison)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for written in texts(stated.statement) {
            let end = written.value.trim_end().len();
            for (position, (at, c)) in written.value.char_indices().enumerate() {
                if found.len() == MAX_FINDINGS {
                    return found;
                }
                if is_invisible(c) || (at >= end && c.is_whitespace()) {
                    let what = if c == ' ' { "Space" } else { "Invisible character" };
                    found.push(report(stated, written, (position, at, c), what, true));
                } else if is_foreign(c) && stands_in_latin(&written.value, at) {
                    found.push(report(
                        stated,
                        written,
                        (position, at, c),
                        "Letter that looks like another",
                        false,
                    ));
                }
            }
        }
    }
    found
}

fn texts(statement: &Statement) -> impl Iterator<Item = &Spanned<String>> {
    let lists = [&statement.actions, &statement.resources].into_iter().flatten();
    let conditions = statement.conditions.iter();
    lists
        .flat_map(|listed| &listed.values)
        .chain(conditions.flat_map(|condition| std::iter::once(&condition.key).chain(&condition.values)))
}

fn report(
    stated: &Stated<'_>,
    written: &Spanned<String>,
    (position, at, c): (usize, usize, char),
    what: &str,
    removable: bool,
) -> Found {
    let code = format!("U+{:04X}", u32::from(c));
    let shown: String = written.value.chars().filter(|c| !is_invisible(*c)).collect();
    let text = Text::new().say(format!("{what} ")).code(&code);
    let text = text.say(format!(" at position {} of ", position + 1)).code(shown).say(".");
    let span = stated.exact(written, at..at + c.len_utf8());
    let found = Found::at(stated.policy, span.clone().unwrap_or_else(|| written.span.clone()), text);
    found.with("character", code).fixed_by(span.filter(|_| removable).map(|span| (span, String::new())))
}
