//! Policies inside of what was pasted into a policy's field, and inside of files.
//!
//! The search is the other program's: here is what it is asked, once for each text, and what it found. [`find`] and
//! [`policies`] are pure; only the other program links them.

use serde::{Deserialize, Serialize};

use super::errand::Errand;
use crate::app::workspace::PolicyText;
use crate::policy::diagnostic::{Diagnostic, Problem};
use crate::policy::document::Document;
use crate::policy::import;
use crate::text::Text;
use crate::words::{self, form};

/// Notes that are shown.
const MAX_NOTES: usize = 5;

/// What a text holds that is more than a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Its policies.
    pub policies: Vec<Found>,
    /// Whether they stand in something that they can be taken out of.
    pub wrapped: bool,
    /// What they were taken out of, each step once.
    pub steps: Vec<Text>,
    /// The first notes, each with its line.
    pub notes: Vec<Text>,
    /// How many more there are.
    pub more_notes: usize,
    /// A part of a policy is computed when the template is deployed.
    pub incomplete: bool,
}

/// A policy in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its name, where the text gives one.
    pub name: Option<String>,
    /// Its own text.
    pub text: String,
    /// The names of its `${...}` that a template computes.
    pub computed: Vec<String>,
}

impl Found {
    fn new(found: &import::Found) -> Self {
        Self { name: found.name.clone(), text: found.text().to_owned(), computed: found.computed.clone() }
    }
}

impl Imported {
    /// The policies, attached as the one in whose field they were found.
    #[must_use]
    pub fn in_place_of(&self, policy: &PolicyText) -> Vec<PolicyText> {
        let named = |number: usize, name: &Option<String>| match (name, number) {
            (Some(name), _) => name.clone(),
            (None, 0) => policy.name.clone(),
            (None, number) => format!("{}-{}", policy.name, number + 1),
        };
        let found = self.policies.iter().enumerate().map(|(number, found)| PolicyText {
            name: named(number, &found.name),
            text: found.text.clone(),
            computed: found.computed.clone(),
            ..policy.clone()
        });
        found.collect()
    }
}

/// Searches a text; nothing when it is a policy alone, or nothing that is known.
#[must_use]
pub fn find(text: &str) -> Option<Imported> {
    let read = import::read(text);
    let wrapped = !matches!(read.found.as_slice(), [only] if only.unwrapped.is_empty());
    if !wrapped && read.notes.is_empty() {
        return None;
    }
    let mut steps = Vec::new();
    for step in read.found.iter().flat_map(|found| &found.unwrapped).map(words::unwrapped) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    let note = |note: &Diagnostic| {
        let before = text.get(..note.span.start).unwrap_or_default();
        Text::new().say(format!("Line {}: ", before.matches('\n').count() + 1)).join(words::diagnostic(note))
    };
    Some(Imported {
        wrapped,
        steps,
        notes: read.notes.iter().take(MAX_NOTES).map(note).collect(),
        more_notes: read.notes.len().saturating_sub(MAX_NOTES),
        incomplete: read.found.iter().any(|found| !found.complete),
        policies: read.found.iter().map(Found::new).collect(),
    })
}

/// The policies of files, given by name and text, and what is to be said of them.
#[must_use]
pub fn policies(files: &[(String, String)]) -> (Vec<PolicyText>, Vec<Text>) {
    let (mut policies, mut told) = (Vec::new(), Vec::new());
    for (file, content) in files {
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        let read = import::read(content);
        let notes = read.notes.iter().map(words::diagnostic);
        told.extend(notes.map(|note| Text::new().code(file).say(": ").join(note)));
        policies.extend(read.found.iter().map(Found::new).map(|Found { name, text, computed }| PolicyText {
            computed,
            ..PolicyText::new(name.as_deref().unwrap_or(stem), &text)
        }));
    }
    if !policies.is_empty() {
        told.push(form::files_taken(policies.len()));
    }
    (policies, told)
}

/// What was asked about the texts that stand in the fields, and what came of it. It goes by the text and not by its
/// place, so an answer that comes late harms nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Imports(Vec<Asked>);

#[derive(Clone, Debug)]
struct Asked {
    text: String,
    on_its_way: bool,
    /// Nobody was there to answer.
    missed: bool,
    found: Option<Imported>,
}

impl Imports {
    /// Forgets the texts that no field holds any more, and notes those that may hold more than a policy.
    pub(super) fn update(&mut self, policies: &[PolicyText], documents: &[Document]) {
        let read = policies.iter().map(|policy| policy.text.as_str()).zip(documents);
        let wanted: Vec<&str> =
            read.filter(|(text, document)| is_asked(text, document)).map(|(text, _)| text).collect();
        self.0.retain(|asked| wanted.contains(&asked.text.as_str()));
        self.ask_again();
        for text in wanted {
            if self.0.iter().all(|asked| asked.text != text) {
                self.0.push(Asked { text: text.to_owned(), on_its_way: false, missed: false, found: None });
            }
        }
    }

    /// What is still to be asked; each is given once.
    pub(super) fn ask(&mut self) -> Vec<Errand> {
        let new = self.0.iter_mut().filter(|asked| !asked.on_its_way);
        let errands = new.map(|asked| {
            asked.on_its_way = true;
            Errand::Find { text: asked.text.clone() }
        });
        errands.collect()
    }

    /// Nobody was there to answer what this text holds.
    pub(super) fn miss(&mut self, text: &str) {
        if let Some(asked) = self.0.iter_mut().find(|asked| asked.text == text) {
            asked.missed = true;
        }
    }

    /// What was missed is to be asked once more: not before something happened, or it would be asked without end.
    pub(super) fn ask_again(&mut self) {
        for asked in self.0.iter_mut().filter(|asked| asked.missed) {
            (asked.on_its_way, asked.missed) = (false, false);
        }
    }

    /// Takes in what a text holds.
    pub(super) fn take_in(&mut self, text: &str, found: Option<Imported>) {
        if let Some(asked) = self.0.iter_mut().find(|asked| asked.text == text) {
            asked.found = found;
        }
    }

    /// What this text holds.
    pub(super) fn of(&self, text: &str) -> Option<&Imported> {
        self.0.iter().find(|asked| asked.text == text)?.found.as_ref()
    }
}

/// What names one of the things that policies are taken out of, or a policy in them.
const MARKS: [&str; 4] = ["Statement", "olicyDocument", "AWS::IoT::Policy", "aws_iot_policy"];

/// Whether more than a policy may stand here: it does not read as one policy from its first character to its last, but
/// speaks of policies.
fn is_asked(text: &str, document: &Document) -> bool {
    let other = |problem: &Problem| matches!(problem, Problem::SecondDocument | Problem::WrongType { .. });
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    (document.statements.is_empty()
        || !text.starts_with('{')
        || document.diagnostics.iter().any(|found| other(&found.problem)))
        && MARKS.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document::parse;

    const CASES: &str = include_str!("../../../tests/cases/text/import.json");

    #[test]
    fn whatever_the_search_finds_something_in_is_asked() {
        let cases: Vec<serde_json::Value> = serde_json::from_str(CASES).unwrap();
        for case in &cases {
            let paste = case["paste"].as_str().unwrap();
            if let Some(found) = find(paste) {
                assert!(is_asked(paste, &parse(paste)), "{}: {found:?}", case["name"]);
            }
        }
    }

    #[test]
    fn a_policy_and_what_becomes_one_under_the_hand_are_not() {
        let policy = "\u{feff} {\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"iot:Conect\"";
        for text in [policy, "{\"Version\": \"20", "", "{}"] {
            assert!(!is_asked(text, &parse(text)), "{text}");
        }
    }
}
