//! Signature Version 4 for one thing: the URL that opens an MQTT session over WebSocket with AWS IoT Core.
//!
//! The stages are values that can be looked at: [`CanonicalRequest`] (text and hash), [`Scope`], [`StringToSign`],
//! [`Signature`], [`PresignedUrl`]. The module stops at the string to sign and takes the signature back, because in
//! the browser the key belongs to WebCrypto and cannot be read; [`SigningKey`] signs where a key may be held in memory.
//!
//! Pure: the time is an argument. Does not know where credentials come from, nor whether AWS accepts them.
//!
//! Invariants: the session token is never part of what is signed (Developer Guide, "MQTT over the WebSocket protocol":
//! documented, and observed: a signed token is answered with 403); what is signed and what is connected to are written
//! from one [`Endpoint`](crate::iot::endpoint::Endpoint); secrets do not appear in `Debug`.
//!
//! Source of the algorithm: IAM User Guide, "Create a signed AWS API request".

mod credentials;
mod error;
mod presign;
mod signing_key;

pub use credentials::{AccessKeyId, KeyKind, SecretAccessKey, SessionToken};
pub use error::SigningError;
pub use presign::{
    CanonicalRequest, Expires, PresignRequest, PresignedUrl, Scope, StringToSign, UnsignedUrl,
};
pub use signing_key::{Signature, SigningKey};

/// The service name that signs WebSocket sessions (`iotdata` is for HTTPS).
pub const SERVICE: &str = "iotdevicegateway";
/// The name of the algorithm.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const TERMINATOR: &str = "aws4_request";

/// Percent-encodes everything but the unreserved characters of RFC 3986, with capital digits, as the algorithm asks.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(3 * text.len());
    percent_encode_to(&mut encoded, text);
    encoded
}

/// The same, behind what stands in `encoded`. With room for three times the text it does not grow, which would leave a copy of
/// a secret behind.
pub fn percent_encode_to(encoded: &mut String, text: &str) {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'A' + half - 10 });
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.extend(['%', digit(byte >> 4), digit(byte & 0x0F)]),
        }
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
