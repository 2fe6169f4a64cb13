//! What can be typed next.

use std::ops::Range;

use super::read::terms;
use super::{KEYS, Key, MAX_TEXT};

/// Most options that are offered at once.
pub const MAX_OPTIONS: usize = 50;

/// What the log knows and the language does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Names of sessions.
    pub sessions: &'a [String],
    /// Client IDs.
    pub clients: &'a [String],
    /// Topics and filters.
    pub topics: &'a [String],
}

/// What can stand where the caret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What an option takes the place of, in bytes of the typed text.
    pub span: Range<usize>,
    /// Ready to be put there, in quotes where needed.
    pub options: Vec<String>,
}

/// What can stand at the caret, a byte of `typed`; no options where nothing is known.
#[must_use]
pub fn complete(typed: &str, caret: usize, known: Known<'_>) -> Completion {
    let nothing = Completion { span: caret..caret, options: Vec::new() };
    let Some(before) = typed.get(..caret).filter(|before| before.len() <= MAX_TEXT) else { return nothing };
    let last = terms(before).last().filter(|term| term.span.end == caret);
    let (start, begun) = last.as_ref().map_or((caret, ""), |term| (term.value_at, term.value.as_str()));
    let fits = |word: &&str| {
        word.get(..begun.len()).is_some_and(|head| head.eq_ignore_ascii_case(begun)) && *word != begun
    };
    let options: Vec<String> = match last.as_ref().and_then(|term| term.key.as_deref()) {
        None => {
            let keys = KEYS.iter().map(|(word, _)| format!("{word}:"));
            keys.chain(["denied".to_owned()]).filter(|word| fits(&word.as_str())).collect()
        }
        Some(word) => {
            let key = KEYS.iter().find(|(one, _)| one.eq_ignore_ascii_case(word)).map(|(_, key)| *key);
            let names = match key {
                Some(Key::Session) => known.sessions,
                Some(Key::Client) => known.clients,
                Some(Key::Topic) => known.topics,
                _ => &[],
            };
            let words = key.map(Key::values).unwrap_or_default();
            let all = words.into_iter().chain(names.iter().map(String::as_str));
            all.filter(fits).take(MAX_OPTIONS).map(quoted).collect()
        }
    };
    Completion { span: start..caret, options }
}

/// As it has to be typed to be read as this value.
fn quoted(value: &str) -> String {
    if value.contains(|c: char| c.is_whitespace() || c == '"') {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        value.to_owned()
    }
}
