//! The keyed hash, for where the key may be held in memory: tests and the command line.
//!
//! The page does not use [`SigningKey`]: it walks [`Scope::derivation`] with WebCrypto and keeps only the last key.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

use super::{Scope, SecretAccessKey, SigningError, StringToSign, hex};

/// A key that signs for one day, Region and service.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey(pub(super) [u8; 32]);

impl SigningKey {
    /// Derives the key of a scope from the secret.
    #[must_use]
    pub fn derive(secret: &SecretAccessKey, scope: &Scope) -> Self {
        let [day, rest @ ..] = scope.derivation();
        let first = keyed_hash(secret.first_key().as_bytes(), day);
        Self(rest.into_iter().fold(first, |key, message| keyed_hash(&key, message)))
    }

    /// Signs.
    #[must_use]
    pub fn sign(&self, message: &StringToSign) -> Signature {
        Signature(keyed_hash(&self.0, message.as_str()))
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

fn keyed_hash(key: &[u8], message: &str) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104, section 2)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

/// What the key makes of a string to sign: HMAC-SHA-256, 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Takes the bytes that a signer outside this module returned.
    ///
    /// # Errors
    /// [`SigningError::SignatureLength`] when they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SigningError> {
        bytes.try_into().map(Self).map_err(|_| SigningError::SignatureLength(bytes.len()))
    }

    /// Lower-case hexadecimal, as the URL carries it.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}
