//! How a live session gets in: what the browser allows, whose credentials, and the smallest rights for a run.
//!
//! Pure: does not sign, connect, fetch or read a clock, and does not know whether AWS accepts anything.
//!
//! Invariant: no `Debug` and no error shows a secret, a token or a signature.

pub mod browser;
pub mod clock;
pub mod pasted;

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
