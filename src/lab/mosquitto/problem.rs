//! What is wrong with a pasted command line.

use std::fmt;
use std::ops::Range;

use super::{MAX_COMMANDS, MAX_TEXT};
use crate::lab::format::place::line_and_column;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the paste.
    pub span: Range<usize>,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// More than [`MAX_TEXT`].
    TooLong,
    /// More than [`MAX_COMMANDS`].
    TooMany,
    /// A `'` or `"` has no partner.
    UnclosedQuote(char),
    /// A variable or substitution of the shell.
    NotExpanded,
    /// `|`
    Pipe,
    /// `<` or `>`
    Redirect,
    /// Neither `mosquitto_sub` nor `mosquitto_pub`.
    Program(String),
    /// No option of the program.
    Option(String),
    /// A word that belongs to no option.
    Stray(String),
    /// An option of the program that is not simulated.
    NotSimulated(String),
    /// An option stands at the end, without its value.
    NoValue(String),
    /// The value of an option cannot be that.
    Value {
        /// The option.
        option: String,
        /// As written.
        value: String,
        /// What can stand there.
        instead: &'static str,
    },
    /// Something that must be there is not.
    Missing(&'static str),
}

impl Problem {
    /// Line and column, from 1, of its beginning in the paste.
    #[must_use]
    pub fn place(&self, text: &str) -> (usize, usize) {
        line_and_column(text, self.span.start)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the text is too long; at most {MAX_TEXT} bytes are read"),
            Self::TooMany => write!(f, "there are too many commands; the first {MAX_COMMANDS} are read"),
            Self::UnclosedQuote(quote) => {
                write!(f, "the quote {quote} is not closed; write it a second time")
            }
            Self::NotExpanded => {
                f.write_str("only your shell knows this value; write it out, or put it in single quotes")
            }
            Self::Pipe => f.write_str("a pipe is not simulated; write the message with `-m`"),
            Self::Redirect => {
                f.write_str("a file is not read or written here; what the program prints is shown")
            }
            Self::Program(name) => {
                write!(f, "`{name}` is not simulated; write `mosquitto_sub` or `mosquitto_pub`")
            }
            Self::Option(name) => write!(f, "`{name}` is no option of this program, version 2.0.11"),
            Self::Stray(word) => {
                write!(f, "`{word}` belongs to no option; put quotes around a value with spaces")
            }
            Self::NotSimulated(name) => write!(f, "`{name}` is not simulated; leave it out"),
            Self::NoValue(name) => write!(f, "`{name}` needs a value"),
            Self::Value { option, value, instead } => {
                write!(f, "`{option}` cannot be `{value}`; write {instead}")
            }
            Self::Missing(what) => write!(f, "there is no {what}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong.fmt(f)
    }
}
