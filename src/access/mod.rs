//! How a live session gets in: what the browser allows, whose credentials, and the smallest rights for a run.
//!
//! [`pasted`] credentials and those of [`cognito`] sign; a custom [`authorizer`] is told something else. [`browser`] says
//! what cannot be reached from this page, [`clock`] whether the time is right, [`rights`] what a run needs at least, and
//! [`shell`] writes the words of the commands that a person copies.
//!
//! Pure: does not sign, connect, fetch or read a clock, and does not know whether AWS accepts anything.
//!
//! Invariant: no `Debug` and no error shows a secret, a token or a signature.

pub mod authorizer;
pub mod browser;
pub mod clock;
pub mod cognito;
pub mod pasted;
pub mod rights;
pub mod shell;

use std::fmt;

use zeroize::Zeroizing;

use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, SecretAccessKey, SessionToken};

/// Everything that signs, wherever it came from. `Debug` shows the access key ID alone; the rest is overwritten when
/// it is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Which key.
    pub access_key: AccessKeyId,
    /// The key.
    pub secret: SecretAccessKey,
    /// Present with temporary credentials.
    pub token: Option<SessionToken>,
    /// When AWS stops taking them, if that was told.
    pub expires: Option<UnixTime>,
}

/// A text with a token or a signature in it: shown by nothing, overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Zeroizing<String>);

impl Hidden {
    /// Hides a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}
