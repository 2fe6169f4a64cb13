//! The three texts of AWS credentials, checked for what a copy-and-paste gets wrong.
//!
//! None of them is trimmed or repaired. `Debug` shows no secret, and what is dropped is overwritten; what the compiler
//! or the caller copied before is out of reach.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::SigningError;

/// Longest access key ID, in bytes (STS API Reference, `Credentials`: documented).
pub(super) const MAX_ACCESS_KEY: usize = 128;
/// Longest secret access key that is taken, in bytes. AWS's have 40; no limit is documented.
pub(super) const MAX_SECRET: usize = 256;
/// Longest session token that is taken, in bytes. AWS documents no limit and says that tokens are usually below 4096.
pub(super) const MAX_TOKEN: usize = 16_384;

/// Which key this is. Not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKeyId(String);

/// What the first letters of an access key ID say (IAM User Guide, "IAM identifiers", unique ID prefixes: documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `AKIA`: belongs to a user and lasts until someone deletes it.
    LongLived,
    /// `ASIA`: made by STS, expires, and needs its session token.
    Temporary,
    /// Neither.
    Unknown,
}

impl AccessKeyId {
    /// Reads an access key ID.
    ///
    /// # Errors
    /// [`SigningError::AccessKeyId`] for other characters than letters, digits and underscores.
    pub fn parse(text: &str) -> Result<Self, SigningError> {
        let good = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if good && (1..=MAX_ACCESS_KEY).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SigningError::AccessKeyId)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long the key lives, by its prefix.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0.get(..4) {
            Some("AKIA") => KeyKind::LongLived,
            Some("ASIA") => KeyKind::Temporary,
            _ => KeyKind::Unknown,
        }
    }
}

/// The secret half of a key, where it may be held in memory: natively, or on its way into WebCrypto.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretAccessKey(String);

impl SecretAccessKey {
    /// Reads a secret access key.
    ///
    /// # Errors
    /// [`SigningError::SecretAccessKey`] when it is empty, too long or holds spaces or non-ASCII.
    pub fn parse(text: &str) -> Result<Self, SigningError> {
        if printable(text, MAX_SECRET) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SigningError::SecretAccessKey)
        }
    }

    /// For published vectors whose secret is a sentence.
    #[cfg(test)]
    pub(super) fn unchecked(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The key that starts the derivation: `AWS4` and the secret.
    #[must_use]
    pub fn first_key(&self) -> Zeroizing<String> {
        // With room for all of it: growing would leave a copy behind.
        let mut key = Zeroizing::new(String::with_capacity("AWS4".len() + self.0.len()));
        key.push_str("AWS4");
        key.push_str(&self.0);
        key
    }
}

/// The token that goes with a temporary key.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(pub(super) String);

impl SessionToken {
    /// Reads a session token.
    ///
    /// # Errors
    /// [`SigningError::SessionToken`] when it is empty, too long or holds spaces or non-ASCII.
    pub fn parse(text: &str) -> Result<Self, SigningError> {
        if printable(text, MAX_TOKEN) { Ok(Self(text.to_owned())) } else { Err(SigningError::SessionToken) }
    }

    /// The text, for the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretAccessKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for SessionToken {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

fn printable(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey(..)")
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}
