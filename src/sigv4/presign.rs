//! From endpoint, key and time to the string to sign, and with the signature to the URL.

use std::fmt;
use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    ALGORITHM, AccessKeyId, SERVICE, SessionToken, Signature, SigningError, TERMINATOR, hex, percent_encode,
    percent_encode_to,
};
use crate::iot::calendar::UtcTime;
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;

/// How long a signed URL may be used to open a connection, in seconds. It does not limit the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expires(u32);

impl Expires {
    /// What the algorithm allows: up to seven days (IAM User Guide, "Authentication methods": documented).
    pub const RANGE: RangeInclusive<u32> = 1..=604_800;

    /// A number of seconds.
    ///
    /// # Errors
    /// [`SigningError::Expires`] outside [`Self::RANGE`].
    pub fn from_seconds(seconds: u32) -> Result<Self, SigningError> {
        if Self::RANGE.contains(&seconds) { Ok(Self(seconds)) } else { Err(SigningError::Expires) }
    }
}

/// What a key is good for: one day, one Region, one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    day: String,
    region: String,
}

impl Scope {
    /// The scope of a point in time.
    ///
    /// # Errors
    /// [`SigningError::Time`] after the year 9999.
    pub fn new(at: UnixTime, region: &Region) -> Result<Self, SigningError> {
        let at = UtcTime::from_unix(at).ok_or(SigningError::Time)?;
        Ok(Self::from_parts(&at.basic_date(), region.as_str()))
    }

    /// For published vectors whose Region is not one.
    pub(super) fn from_parts(day: &str, region: &str) -> Self {
        Self { day: day.to_owned(), region: region.to_owned() }
    }

    /// The messages that are hashed one after the other to derive the key: the first with
    /// [`SecretAccessKey::first_key`](super::SecretAccessKey::first_key) as key, each following one with the hash
    /// before it. The last hash is the key that signs.
    #[must_use]
    pub fn derivation(&self) -> [&str; 4] {
        [&self.day, &self.region, SERVICE, TERMINATOR]
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{SERVICE}/{TERMINATOR}", self.day, self.region)
    }
}

/// The request in the one spelling that both sides hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest(String);

impl CanonicalRequest {
    /// A GET without a body that signs its `host` header only. Path and query are canonical already.
    pub(super) fn new(path: &str, query: &str, host_header: &str) -> Self {
        let no_body = hex(&Sha256::digest(b""));
        Self(format!("GET\n{path}\n{query}\nhost:{host_header}\n\nhost\n{no_body}"))
    }

    /// The text, lines joined by LF.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text in lower-case hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }
}

/// What the key signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringToSign(String);

impl StringToSign {
    pub(super) fn new(date: &str, scope: &Scope, request: &CanonicalRequest) -> Self {
        Self(format!("{ALGORITHM}\n{date}\n{scope}\n{}", request.hash()))
    }

    /// The text, lines joined by LF.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a URL is signed from.
#[derive(Clone, Copy, Debug)]
pub struct PresignRequest<'a> {
    /// Where to connect to.
    pub endpoint: &'a Endpoint,
    /// The Region, where the host does not state it.
    pub region: Option<&'a Region>,
    /// Which key signs.
    pub access_key: &'a AccessKeyId,
    /// When. AWS refuses a time that is some minutes off.
    pub at: UnixTime,
    /// For how long; absent, as AWS's own SDK for JavaScript leaves it, AWS decides.
    pub expires: Option<Expires>,
}

impl PresignRequest<'_> {
    /// Prepares everything that comes before the signature.
    ///
    /// # Errors
    /// [`SigningError::RegionNeeded`], [`SigningError::RegionDiffers`] and [`SigningError::Time`].
    pub fn prepare(&self) -> Result<UnsignedUrl, SigningError> {
        let region = match (self.endpoint.region(), self.region) {
            (Some(stated), Some(given)) if stated != given => return Err(SigningError::RegionDiffers),
            (Some(region), _) | (None, Some(region)) => region,
            (None, None) => return Err(SigningError::RegionNeeded),
        };
        let date = UtcTime::from_unix(self.at).ok_or(SigningError::Time)?.basic();
        let scope = Scope::new(self.at, region)?;
        let credential = percent_encode(&format!("{}/{scope}", self.access_key.as_str()));
        let expires = self.expires.map(|Expires(s)| format!("&X-Amz-Expires={s}")).unwrap_or_default();
        // The names stand in the order that the algorithm sorts them into.
        let query = format!(
            "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={date}{expires}&X-Amz-SignedHeaders=host"
        );
        let canonical = CanonicalRequest::new(self.endpoint.path(), &query, &self.endpoint.host_header());
        let string_to_sign = StringToSign::new(&date, &scope, &canonical);
        Ok(UnsignedUrl { url: format!("{}?{query}", self.endpoint.url()), scope, canonical, string_to_sign })
    }
}

/// A URL that lacks nothing but its signature, and all that leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedUrl {
    url: String,
    scope: Scope,
    canonical: CanonicalRequest,
    string_to_sign: StringToSign,
}

impl UnsignedUrl {
    /// What the signing key must be good for.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What is hashed.
    #[must_use]
    pub const fn canonical_request(&self) -> &CanonicalRequest {
        &self.canonical
    }

    /// What is signed.
    #[must_use]
    pub const fn string_to_sign(&self) -> &StringToSign {
        &self.string_to_sign
    }

    /// The URL to open. The token, which temporary keys need, is appended after signing.
    #[must_use]
    pub fn signed(&self, signature: &Signature, token: Option<&SessionToken>) -> PresignedUrl {
        const TOKEN: &str = "&X-Amz-Security-Token=";
        let signed = format!("{}&X-Amz-Signature={}", self.url, signature.hex());
        let room = token.map_or(0, |token| TOKEN.len() + 3 * token.0.len());
        // With room for all of it: growing would leave a copy behind.
        let mut url = Zeroizing::new(String::with_capacity(signed.len() + room));
        url.push_str(&signed);
        if let Some(token) = token {
            url.push_str(TOKEN);
            percent_encode_to(&mut url, &token.0);
        }
        PresignedUrl(url)
    }
}

/// A URL that opens a session for whoever holds it, while it is valid. Treat it as a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl(Zeroizing<String>);

impl PresignedUrl {
    /// The URL, for the socket.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, without a copy.
    #[must_use]
    pub fn into_text(self) -> Zeroizing<String> {
        self.0
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.split('?').next().unwrap_or_default();
        write!(f, "PresignedUrl({place}?..)")
    }
}
