//! What keeps a URL from being signed.

use std::fmt;

use super::credentials::{MAX_ACCESS_KEY, MAX_SECRET, MAX_TOKEN};
use super::presign::Expires;

/// Why nothing can be signed. Never contains a secret or a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningError {
    /// Empty, too long, or with other characters than letters, digits and underscores.
    AccessKeyId,
    /// Empty, too long, or with characters that no secret has.
    SecretAccessKey,
    /// Empty, too long, or with characters that no token has.
    SessionToken,
    /// Outside [`Expires::RANGE`].
    Expires,
    /// After the year 9999.
    Time,
    /// Not 32 bytes.
    SignatureLength(usize),
    /// The host does not state its Region and none was given.
    RegionNeeded,
    /// The host states one Region and another was given.
    RegionDiffers,
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessKeyId => {
                write!(f, "the access key ID must be 1 to {MAX_ACCESS_KEY} letters, digits and underscores")
            }
            Self::SecretAccessKey => write!(
                f,
                "the secret access key must be 1 to {MAX_SECRET} printable ASCII characters without spaces; copy it again"
            ),
            Self::SessionToken => write!(
                f,
                "the session token must be 1 to {MAX_TOKEN} printable ASCII characters without spaces; copy it again"
            ),
            Self::Expires => write!(
                f,
                "a signed URL is valid for {} to {} seconds",
                Expires::RANGE.start(),
                Expires::RANGE.end()
            ),
            Self::Time => write!(f, "the clock is past the year 9999; set it right"),
            Self::SignatureLength(length) => write!(f, "a signature has 32 bytes, this one has {length}"),
            Self::RegionNeeded => {
                write!(f, "the host does not say its Region; give the Region that the endpoint belongs to")
            }
            Self::RegionDiffers => {
                write!(f, "the host names another Region than the one given; leave the Region to the host")
            }
        }
    }
}

impl std::error::Error for SigningError {}
