//! Signing keys that nothing on the page can read back.
//!
//! A secret access key becomes a key for one day, one region and one service by steps that all stay in the browser's memory,
//! which is overwritten where that can be done. The key that is left refuses export (WebCrypto, `extractable: false`).

use js_sys::{Array, ArrayBuffer, Function, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

/// Why a secret access key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// The browser offers no WebCrypto here: the page is not in a secure context.
    InsecureContext,
    /// WebCrypto refused; the browser gives no reason that would help.
    Refused,
}

impl SecretError {
    /// What the user reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InsecureContext => {
                "Signing needs a secure page (https, or http on this machine): the browser hands out no \
                 cryptography here."
            }
            Self::Refused => "The browser refused to make a signing key.",
        }
    }
}

/// What the derivation begins with, of a secret that stays in the browser's memory: `AWS4` and the secret, in UTF-8.
#[must_use]
pub fn first_key(secret: &JsString) -> Option<Uint8Array> {
    utf8(&JsString::from("AWS4").concat(secret))
}

/// Makes the signing key for one day (`YYYYMMDD`, UTC), region and service.
///
/// The chain is that of Signature Version 4: each key signs the next part of the credential scope. `first_key` is
/// overwritten.
///
/// # Errors
/// When the page is not in a secure context, or WebCrypto refuses.
pub async fn derive(
    first_key: Option<Uint8Array>,
    day: &str,
    region: &str,
    service: &str,
) -> Result<CryptoKey, SecretError> {
    let subtle = subtle()?;
    let mut material = first_key.ok_or(SecretError::Refused)?;
    for part in [day, region, service, "aws4_request"] {
        let key = import(&subtle, &material).await;
        // The bytes of each step have served; what the browser copied is out of reach.
        material.fill(0, 0, material.length());
        let signed = sign_bytes(&subtle, &key?, part).await?;
        material = Uint8Array::new(&signed);
    }
    let key = import(&subtle, &material).await;
    material.fill(0, 0, material.length());
    key
}

/// HMAC-SHA-256 of `text`.
///
/// # Errors
/// When the page is not in a secure context, or WebCrypto refuses.
pub async fn sign(key: &CryptoKey, text: &str) -> Result<[u8; 32], SecretError> {
    let signed = sign_bytes(&subtle()?, key, text).await?;
    Uint8Array::new(&signed).to_vec().try_into().map_err(|_| SecretError::Refused)
}

/// WebCrypto, on the page as in a worker.
fn subtle() -> Result<SubtleCrypto, SecretError> {
    let crypto =
        Reflect::get(&js_sys::global(), &"crypto".into()).map_err(|_| SecretError::InsecureContext)?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).map_err(|_| SecretError::InsecureContext)?;
    // Undefined outside a secure context.
    if subtle.is_undefined() { Err(SecretError::InsecureContext) } else { Ok(subtle.unchecked_into()) }
}

async fn import(subtle: &SubtleCrypto, material: &Uint8Array) -> Result<CryptoKey, SecretError> {
    let algorithm = Object::new();
    let usages = Array::of1(&"sign".into());
    for (name, value) in [("name", "HMAC"), ("hash", "SHA-256")] {
        Reflect::set(&algorithm, &name.into(), &value.into()).map_err(|_| SecretError::Refused)?;
    }
    let promise = subtle
        .import_key_with_object("raw", material, &algorithm, false, &usages)
        .map_err(|_| SecretError::Refused)?;
    let key = JsFuture::from(promise).await.map_err(|_| SecretError::Refused)?;
    Ok(key.unchecked_into())
}

async fn sign_bytes(subtle: &SubtleCrypto, key: &CryptoKey, text: &str) -> Result<ArrayBuffer, SecretError> {
    let promise =
        subtle.sign_with_str_and_u8_array("HMAC", key, text.as_bytes()).map_err(|_| SecretError::Refused)?;
    let signed = JsFuture::from(promise).await.map_err(|_| SecretError::Refused)?;
    Ok(signed.unchecked_into())
}

/// UTF-8 bytes of a JavaScript string, in the browser's memory.
pub(super) fn utf8(text: &JsString) -> Option<Uint8Array> {
    let encoder = web_sys::TextEncoder::new().ok()?;
    let encode: Function = Reflect::get(&encoder, &"encode".into()).ok()?.dyn_into().ok()?;
    encode.call1(&encoder, text).ok()?.dyn_into().ok()
}
