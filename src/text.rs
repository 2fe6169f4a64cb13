//! Text with parts in code type, for sentences that stand near what they speak of.
//!
//! Knows nothing of where it is shown: the page, the command line and Markdown draw it as they like.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text with parts in code type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(pub Vec<Piece>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Adds another text.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds a value in code type.
    #[must_use]
    pub fn code(mut self, value: impl Into<String>) -> Self {
        self.0.push(Piece::Code(value.into()));
        self
    }

    /// Adds another text.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
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
