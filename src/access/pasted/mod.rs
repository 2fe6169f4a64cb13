//! AWS credentials as people paste them: what is where, and what is wrong with it.
//!
//! Reads exports for sh, fish, csh, PowerShell and cmd, files in the form of `~/.aws/credentials`, the answers of the
//! AWS CLI as JSON or YAML (`sts assume-role`, `sts get-session-token`, `cognito-identity
//! get-credentials-for-identity`, `sso get-role-credentials`, `configure export-credentials`, `iam create-access-key`)
//! and the console's CSV files. All but the last say a name, a sign and a value, so there is one reader for them.
//!
//! Reading never fails and copies no secret: what it finds are places in the text, so there is one copy to overwrite,
//! the caller's (best a `Zeroizing<String>` that never grew, or a text that stays outside this program's memory and is cut
//! at these places). Nothing is repaired. Does not know whether a key exists.

mod check;
mod csv;
mod problem;
mod reader;

use std::ops::Range;

use super::Credentials;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, SecretAccessKey, SessionToken, SigningError};

pub use check::check;
pub use problem::{Problem, Wrong};

/// Longest paste that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// Most sets of credentials of a paste.
pub const MAX_SETS: usize = 100;

/// Longer than every name, shorter than every secret, in bytes.
const MAX_NAME: usize = 32;

/// What was found in a paste.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// In order: one for each profile, row or answer that holds any part of credentials.
    pub sets: Vec<Set>,
    /// What keeps the paste from being read. What is wrong with a set is told by [`check`].
    pub problems: Vec<Problem>,
}

/// Where the parts of one set of credentials stand, in bytes of the paste and without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    /// The profile or the user.
    pub name: Option<String>,
    /// The access key ID.
    pub access_key: Option<Range<usize>>,
    /// The secret access key.
    pub secret: Option<Range<usize>>,
    /// The session token.
    pub token: Option<Range<usize>>,
    /// When the credentials end, as written.
    pub expires: Option<Range<usize>>,
    /// The Region that stands with them, as written.
    pub region: Option<Range<usize>>,
}

/// The part of credentials that something is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The access key ID.
    AccessKey,
    /// The secret access key.
    Secret,
    /// The session token.
    Token,
    /// When they end.
    Expires,
    /// Their Region.
    Region,
}

/// Finds credentials in a paste.
#[must_use]
pub fn read(text: &str) -> Pasted {
    if text.len() > MAX_TEXT {
        let problem = Problem { span: 0..text.len(), wrong: Wrong::TooLong };
        return Pasted { sets: Vec::new(), problems: vec![problem] };
    }
    let mut pasted = csv::read(text).unwrap_or_else(|| reader::read(text));
    pasted.sets.truncate(MAX_SETS);
    pasted.problems.extend(check::keys_of_other_kinds(text));
    if pasted.sets.is_empty() && pasted.problems.is_empty() {
        pasted.problems.push(Problem { span: 0..text.len(), wrong: Wrong::Nothing });
    }
    pasted.problems.sort_by_key(|problem| problem.span.start);
    pasted
}

impl Set {
    /// What stands at the place of a part; `None` when it was not given.
    #[must_use]
    pub fn text<'a>(&self, part: Part, text: &'a str) -> Option<&'a str> {
        text.get(self.span(part)?.clone())
    }

    /// When the credentials end, if that was given and can be read.
    #[must_use]
    pub fn expires(&self, text: &str) -> Option<UnixTime> {
        check::expiry(self.text(Part::Expires, text)?)
    }

    /// The Region that stands with the credentials, if it is one.
    #[must_use]
    pub fn region(&self, text: &str) -> Option<Region> {
        Region::parse(self.text(Part::Region, text)?).ok()
    }

    /// Takes the credentials out of the text, which the caller then overwrites.
    ///
    /// # Errors
    /// The first part that is missing or cannot be one; [`check`] says more.
    pub fn take(&self, text: &str) -> Result<Credentials, SigningError> {
        let part = |part| self.text(part, text).unwrap_or_default();
        let token = self.text(Part::Token, text).map(SessionToken::parse).transpose()?;
        Ok(Credentials {
            access_key: AccessKeyId::parse(part(Part::AccessKey))?,
            secret: SecretAccessKey::parse(part(Part::Secret))?,
            token,
            expires: self.expires(text),
        })
    }

    /// The place of a part.
    #[must_use]
    pub const fn span(&self, part: Part) -> Option<&Range<usize>> {
        match part {
            Part::AccessKey => self.access_key.as_ref(),
            Part::Secret => self.secret.as_ref(),
            Part::Token => self.token.as_ref(),
            Part::Expires => self.expires.as_ref(),
            Part::Region => self.region.as_ref(),
        }
    }

    const fn slot(&mut self, part: Part) -> &mut Option<Range<usize>> {
        match part {
            Part::AccessKey => &mut self.access_key,
            Part::Secret => &mut self.secret,
            Part::Token => &mut self.token,
            Part::Expires => &mut self.expires,
            Part::Region => &mut self.region,
        }
    }

    /// Whether it holds any part of credentials.
    const fn any(&self) -> bool {
        self.access_key.is_some() || self.secret.is_some() || self.token.is_some()
    }
}

/// A place in UTF-16 units, as a browser counts: to select it, or to cut it out of the browser's own copy.
#[must_use]
pub fn utf16(text: &str, span: &Range<usize>) -> Range<usize> {
    let units = |text: Option<&str>| text.unwrap_or_default().encode_utf16().count();
    let start = units(text.get(..span.start));
    start..start + units(text.get(span.clone()))
}

/// The part that a name stands for, in any spelling that is in use.
fn part(name: &str) -> Option<Part> {
    // What is as long as a secret is not even looked at: that would copy it.
    if name.len() > MAX_NAME {
        return None;
    }
    let folded: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Some(match folded.strip_prefix("aws").unwrap_or(&folded) {
        "accesskeyid" | "accesskey" => Part::AccessKey,
        // Cognito says `SecretKey`.
        "secretaccesskey" | "secretkey" => Part::Secret,
        // `Token` is what instance and container roles say.
        "sessiontoken" | "securitytoken" | "token" => Part::Token,
        "expiration" | "credentialexpiration" | "sessionexpiration" | "xsecuritytokenexpires" => {
            Part::Expires
        }
        "region" | "defaultregion" => Part::Region,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
