//! Every sentence that the page and the command line say, by reason code. English.
//!
//! Knows how to say a value of the core; decides nothing. Text rules: the thing first, then the rule; present tense;
//! values in code type; no "may" in a verdict.

mod diagnostic;
mod explanation;
pub mod page;
pub mod session;
pub mod timeline;

use std::fmt;

pub use diagnostic::diagnostic;
pub use explanation::{Step, headline, headline_text, source, steps, verdict, why_no_value};

/// Text with parts in code type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Plain(String),
    /// A value as it stands in a policy or a request.
    Code(String),
}

impl Text {
    /// An empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds plain words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Plain(words.into()));
        self
    }

    /// Adds a value in code type.
    #[must_use]
    pub fn code(mut self, value: impl Into<String>) -> Self {
        self.0.push(Piece::Code(value.into()));
        self
    }
}

impl fmt::Display for Text {
    /// Plain text; code stands in backticks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(words) => f.write_str(words),
            Piece::Code(value) => write!(f, "`{value}`"),
        })
    }
}
