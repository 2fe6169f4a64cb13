//! What is wrong with pasted credentials. Never shows a secret.

use std::fmt;
use std::ops::Range;

use super::{MAX_TEXT, Part};
use crate::iot::time::UnixTime;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the paste.
    pub span: Range<usize>,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// More than [`MAX_TEXT`].
    TooLong,
    /// No part of credentials was found.
    Nothing,
    /// A `'` or `"` has no partner.
    Unclosed(char),
    /// A private key in PEM. No page may have it, and no browser can use it here.
    PrivateKey,
    /// A certificate in PEM, which a page cannot connect with.
    Certificate,
    /// The part was not given.
    Missing(Part),
    /// The part is empty.
    Empty(Part),
    /// A space or a tab stands in the part.
    Space(Part),
    /// The part goes on in another line.
    LineEnd(Part),
    /// A character that the part never has.
    Character(Part, char),
    /// The part has another length than all that were seen.
    Length {
        /// Of this part.
        part: Part,
        /// Bytes.
        found: usize,
        /// Bytes; of a token, the least.
        usual: usize,
    },
    /// A stand-in such as `<secret>`, `$SECRET` or `****`.
    Placeholder(Part),
    /// The place of one part holds what looks like another.
    Swapped {
        /// Whose place it is.
        place: Part,
        /// What stands there.
        holds: Part,
    },
    /// The ID of something that is no key, such as a user or a role.
    NotAKey(&'static str),
    /// A temporary key without its token.
    TokenMissing,
    /// A token beside a long-lived key, which has none.
    TokenNotNeeded,
    /// They ended.
    Expired(UnixTime),
    /// They end further in the future than AWS lets credentials live: the clock of this machine is behind.
    LivesTooLong(UnixTime),
    /// This is no time.
    NoTime,
    /// This is no Region.
    NoRegion,
    /// The Region is not the endpoint's; the key is good for any Region all the same.
    OtherRegion,
}

impl Problem {
    /// The line, from 1, in which it begins.
    #[must_use]
    pub fn line(&self, text: &str) -> usize {
        1 + text.bytes().take(self.span.start).filter(|byte| *byte == b'\n').count()
    }
}

impl Wrong {
    /// Whether signing with the credentials is bound to fail. What rests on observation alone does not stop.
    #[must_use]
    pub const fn stops(&self) -> bool {
        !matches!(
            self,
            Self::Length { .. } | Self::LivesTooLong(_) | Self::NoTime | Self::NoRegion | Self::OtherRegion
        )
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessKey => "access key ID",
            Self::Secret => "secret access key",
            Self::Token => "session token",
            Self::Expires => "end of the credentials",
            Self::Region => "Region",
        })
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the text is too long; at most {MAX_TEXT} bytes are read"),
            Self::Nothing => f.write_str(
                "there are no credentials in this text; paste what `aws configure export-credentials` prints",
            ),
            Self::Unclosed(quote) => write!(f, "the quote {quote} is not closed; copy the text again"),
            Self::PrivateKey => f.write_str(
                "this is a private key, which belongs on the device alone; a page signs with an access key. If it was sent or stored anywhere, replace it",
            ),
            Self::Certificate => {
                f.write_str("this is a certificate, and a page cannot connect with one; it signs with an access key")
            }
            Self::Missing(part) => write!(f, "the {part} is missing; copy it too"),
            Self::Empty(part) => write!(f, "the {part} is empty; copy it again"),
            Self::Space(part) => write!(f, "a space stands in the {part}; copy it again without it"),
            Self::LineEnd(part) => {
                write!(f, "the {part} is broken into lines; copy it again, or join the lines without a space")
            }
            Self::Character(part, c) => {
                write!(f, "the {part} holds U+{:04X}, which none has; copy it again", u32::from(*c))
            }
            Self::Length { part, found, usual } if found < usual => {
                write!(f, "the {part} has {found} characters and usually {usual}; it may be cut off")
            }
            Self::Length { part, found, usual } => {
                write!(f, "the {part} has {found} characters and usually {usual}; something else may be in it")
            }
            Self::Placeholder(part) => {
                write!(f, "this stands for the {part} and is not one; put the real one there")
            }
            Self::Swapped { place, holds } => {
                write!(f, "in the place of the {place} stands what looks like a {holds}; exchange them")
            }
            Self::NotAKey(what) => {
                write!(f, "this is the ID of {what}, not of an access key; those begin with `ASIA` or `AKIA`")
            }
            Self::TokenMissing => f.write_str(
                "a key that begins with `ASIA` works only with its session token; copy that too",
            ),
            Self::TokenNotNeeded => f.write_str(
                "a key that begins with `AKIA` has no session token; this one belongs to another key",
            ),
            Self::Expired(_) => f.write_str("the credentials have expired; get new ones"),
            Self::LivesTooLong(_) => f.write_str(
                "the credentials would live longer than AWS lets any; the clock of this machine may be behind",
            ),
            Self::NoTime => f.write_str("this is no time; write it as `2026-11-22T10:30:00Z`"),
            Self::NoRegion => f.write_str("this is not the name of a Region; write it as `eu-west-1`"),
            Self::OtherRegion => {
                f.write_str("the Region that stands with the credentials is not the endpoint's; the endpoint's is used")
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong.fmt(f)
    }
}
