//! The reference: what the page fetched of it, and what of it is shown.

use crate::text::{Piece, Text};
use crate::words::page as words;
pub use crate::words::reference::Section;

/// The ID of the heading above the undecided points.
pub const FIDELITY_ID: &str = "fidelity";

/// Longest file that is read, in bytes.
pub const MAX_FILE: usize = 1 << 20;

/// What there is of `reference.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum File {
    /// Nobody asked for it yet.
    #[default]
    Unasked,
    /// It is on its way.
    Awaited,
    /// It is here.
    Here(Vec<Section>),
    /// It did not come, or is none; a sentence says why.
    Failed(String),
}

/// The state of the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The tables.
    pub file: File,
    /// What is looked for.
    pub filter: String,
}

/// What happens on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// The file came, or a sentence why it did not.
    Fetched(Result<String, String>),
    /// The user wants it fetched again.
    Again,
    /// The user looks for this.
    Filter(String),
}

impl Reference {
    /// Takes in one message. Whether the file is to be fetched says [`Reference::wants`].
    pub fn update(&mut self, msg: Msg) {
        match msg {
            Msg::Fetched(text) => {
                self.file = match text.and_then(|text| read(&text)) {
                    Ok(sections) => File::Here(sections),
                    Err(why) => File::Failed(why),
                }
            }
            Msg::Again => self.file = File::Unasked,
            Msg::Filter(filter) => self.filter = filter,
        }
    }

    /// Whether the file is to be fetched now; said once.
    pub fn wants(&mut self) -> bool {
        let wants = self.file == File::Unasked;
        if wants {
            self.file = File::Awaited;
        }
        wants
    }

    /// Whether these words are what is looked for: all words of the filter stand in them, in whatever letter case.
    pub fn shows<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> bool {
        let text = words.into_iter().collect::<Vec<_>>().join(" ").to_lowercase();
        self.filter.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// The tables with the rows that are looked for, those without any left out.
    pub fn shown(&self) -> impl Iterator<Item = (&Section, Vec<&Vec<String>>)> {
        let sections: &[Section] = if let File::Here(sections) = &self.file { sections } else { &[] };
        sections.iter().filter_map(|section| {
            let rows = section.rows.iter().filter(|row| self.shows(row.iter().map(String::as_str)));
            let rows: Vec<_> = rows.collect();
            (!rows.is_empty()).then_some((section, rows))
        })
    }
}

fn read(text: &str) -> Result<Vec<Section>, String> {
    if text.len() > MAX_FILE {
        return Err(words::REFERENCE_UNREADABLE.to_owned());
    }
    serde_json::from_str(text).map_err(|_| words::REFERENCE_UNREADABLE.to_owned())
}

/// A cell: what stands in backticks is code.
#[must_use]
pub fn cell(written: &str) -> Text {
    let pieces = written.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    Text(
        pieces
            .map(|(place, piece)| match place % 2 {
                0 => Piece::Plain(piece.to_owned()),
                _ => Piece::Code(piece.to_owned()),
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Reference {
        let mut reference = Reference::default();
        assert!(reference.wants() && !reference.wants(), "asked for once");
        let file = include_str!("../../../static/reference.json");
        reference.update(Msg::Fetched(Ok(file.to_owned())));
        reference
    }

    #[test]
    fn every_word_of_the_filter_counts_in_any_letter_case() {
        let mut reference = opened();
        let all = reference.shown().count();
        reference.update(Msg::Filter("RETAIN topic/".into()));
        let shown: Vec<_> = reference.shown().collect();
        assert!(!shown.is_empty() && shown.len() < all);
        let said = |row: &Vec<String>| row.join(" ").to_lowercase();
        assert!(shown.iter().flat_map(|(_, rows)| rows).all(|row| said(row).contains("retain")));
        reference.update(Msg::Filter("no such word anywhere".into()));
        assert_eq!(reference.shown().count(), 0);
    }

    #[test]
    fn what_does_not_come_or_is_no_reference_is_said_and_can_be_asked_for_again() {
        for bad in [Err("gone".to_owned()), Ok("<html>".to_owned()), Ok(" ".repeat(MAX_FILE + 1))] {
            let mut reference = opened();
            reference.update(Msg::Fetched(bad));
            assert!(matches!(&reference.file, File::Failed(why) if !why.is_empty()));
            assert!(!reference.wants());
            reference.update(Msg::Again);
            assert!(reference.wants());
        }
    }

    #[test]
    fn backticks_make_code() {
        let text = cell("`a` is b");
        assert_eq!(text, Text::new().code("a").say(" is b"));
    }
}
