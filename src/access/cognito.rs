//! Credentials from a Cognito identity pool by the enhanced flow: GetId, then GetCredentialsForIdentity.
//!
//! Writes the two requests and reads their answers; the page sends them. Source: Amazon Cognito Federated Identities API
//! Reference (operations, fields, limits, errors) and AWS JSON 1.1 protocol: documented. Requests carry no signature.
//!
//! What such credentials may do is said by the role of the pool and by the IoT policies of the identity.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{Credentials, Hidden};
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, SecretAccessKey, SessionToken, SigningError};

/// The `Content-Type` of both requests.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// The name of the header that names the operation.
pub const TARGET_HEADER: &str = "X-Amz-Target";
/// Longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;
/// Longest ID of a pool or an identity, in bytes (API Reference: documented).
pub const MAX_ID: usize = 55;
/// Longest name of a login provider, in bytes (API Reference: documented).
pub const MAX_PROVIDER: usize = 128;
/// Longest login token, in bytes (API Reference: documented).
pub const MAX_LOGIN: usize = 50_000;
/// This long before they end, credentials are to be replaced, in seconds; of short-lived ones, after half their life.
pub const MARGIN: u64 = 300;
/// As much of AWS's own words as is shown, in characters.
const MAX_MESSAGE: usize = 200;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// An identity pool, or an identity of one: both are called `<region>:<UUID>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    text: String,
    region: Region,
}

impl Id {
    /// Reads an ID.
    ///
    /// # Errors
    /// [`CognitoError::Id`] when it is not a Region, a colon and a UUID.
    pub fn parse(text: &str) -> Result<Self, CognitoError> {
        let uuid = |text: &str| {
            text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
                && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
        };
        let (region, _) = text.split_once(':').filter(|(_, id)| uuid(id)).ok_or(CognitoError::Id)?;
        let region = Region::parse(region).map_err(|_| CognitoError::Id)?;
        if text.len() > MAX_ID { Err(CognitoError::Id) } else { Ok(Self { text: text.to_owned(), region }) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the pool is.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// The URL of the Region's identity host; also, for the rest of a session, what has to be reached besides the
    /// endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/", self.origin())
    }

    /// The source that a content policy's `connect-src` needs for it, port included.
    #[must_use]
    pub fn content_policy_source(&self) -> String {
        format!("{}:443", self.origin())
    }

    fn origin(&self) -> String {
        let end = if self.region.is_china() { ".cn" } else { "" };
        format!("https://cognito-identity.{}.amazonaws.com{end}", self.region)
    }
}

/// Who logged in, for identities that are not guests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    provider: String,
    token: Hidden,
}

impl Login {
    /// A token of a provider, such as `cognito-idp.<region>.amazonaws.com/<user pool>`.
    ///
    /// # Errors
    /// [`CognitoError::Provider`] and [`CognitoError::Login`].
    pub fn new(provider: &str, token: Hidden) -> Result<Self, CognitoError> {
        let graphic = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
        if !(1..=MAX_PROVIDER).contains(&provider.len()) || !graphic(provider) || provider.contains("://") {
            return Err(CognitoError::Provider);
        }
        if !(1..=MAX_LOGIN).contains(&token.as_str().len()) || !graphic(token.as_str()) {
            return Err(CognitoError::Login);
        }
        Ok(Self { provider: provider.to_owned(), token })
    }
}

/// A POST to [`Id::url`] with [`CONTENT_TYPE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The value of [`TARGET_HEADER`].
    pub target: &'static str,
    /// The body.
    pub body: Hidden,
}

/// Asks for an identity of the pool; the same login gets the same one, a guest a new one.
#[must_use]
pub fn get_id(pool: &Id, login: Option<&Login>) -> Request {
    request("AWSCognitoIdentityService.GetId", "IdentityPoolId", pool, login)
}

/// Asks for credentials of an identity; a login as in [`get_id`].
#[must_use]
pub fn get_credentials(identity: &Id, login: Option<&Login>) -> Request {
    request("AWSCognitoIdentityService.GetCredentialsForIdentity", "IdentityId", identity, login)
}

fn request(target: &'static str, field: &str, id: &Id, login: Option<&Login>) -> Request {
    let body = match login {
        None => json!({ field: id.text }),
        Some(login) => json!({ field: id.text, "Logins": { &login.provider: login.token.as_str() } }),
    };
    Request { target, body: Hidden::new(body.to_string()) }
}

/// Reads the answer to [`get_id`].
///
/// # Errors
/// [`CognitoError`].
pub fn read_id(status: u16, answer: &str) -> Result<Id, CognitoError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(rename = "IdentityId", borrow)]
        id: Option<Cow<'a, str>>,
    }
    let answer: Answer<'_> = read(status, answer)?;
    Id::parse(&answer.id.ok_or(CognitoError::Missing("IdentityId"))?)
}

/// Reads the answer to [`get_credentials`]: the credentials and the identity that they are of, which is another one than
/// asked for when Cognito merged two.
///
/// # Errors
/// [`CognitoError`].
pub fn read_credentials(status: u16, answer: &str) -> Result<(Id, Credentials), CognitoError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(rename = "IdentityId", borrow)]
        id: Option<Cow<'a, str>>,
        #[serde(rename = "Credentials", borrow)]
        credentials: Option<Keys<'a>>,
    }
    // Not `SecretAccessKey`, as STS says.
    #[derive(Deserialize)]
    struct Keys<'a> {
        #[serde(rename = "AccessKeyId", borrow)]
        access_key: Option<Cow<'a, str>>,
        #[serde(rename = "SecretKey", borrow)]
        secret: Option<Cow<'a, str>>,
        #[serde(rename = "SessionToken", borrow)]
        token: Option<Cow<'a, str>>,
        #[serde(rename = "Expiration", borrow)]
        expires: Option<&'a RawValue>,
    }
    let answer: Answer<'_> = read(status, answer)?;
    let id = Id::parse(&answer.id.ok_or(CognitoError::Missing("IdentityId"))?)?;
    let keys = answer.credentials.ok_or(CognitoError::Missing("Credentials"))?;
    let missing = CognitoError::Missing;
    let access_key = AccessKeyId::parse(&keys.access_key.ok_or(missing("AccessKeyId"))?)?;
    let secret = SecretAccessKey::parse(&keys.secret.ok_or(missing("SecretKey"))?)?;
    let token = SessionToken::parse(&keys.token.ok_or(missing("SessionToken"))?)?;
    // Seconds since 1970 with a fraction, as `1795347000.0` or `1.795347E9`.
    let expires = keys.expires.ok_or(missing("Expiration"))?.get().parse::<f64>().ok();
    let expires =
        expires.filter(|seconds| (0.0..=LAST_SECOND).contains(seconds)).ok_or(CognitoError::Time)?;
    let expires = Some(UnixTime(expires as u64));
    Ok((id, Credentials { access_key, secret, token: Some(token), expires }))
}

/// When credentials that came at `got` and end at `expires` are to be replaced.
#[must_use]
pub const fn refresh_at(got: UnixTime, expires: UnixTime) -> UnixTime {
    let half = expires.0.saturating_sub(got.0) / 2;
    UnixTime(expires.0 - if half < MARGIN { half } else { MARGIN })
}

fn read<'a, T: Deserialize<'a>>(status: u16, answer: &'a str) -> Result<T, CognitoError> {
    #[derive(Deserialize)]
    struct Refused<'a> {
        #[serde(rename = "__type", borrow)]
        kind: Option<Cow<'a, str>>,
        #[serde(alias = "Message", borrow)]
        message: Option<Cow<'a, str>>,
    }
    if answer.len() > MAX_ANSWER {
        return Err(CognitoError::TooLong);
    }
    if status == 200 {
        return serde_json::from_str(answer).map_err(|_| CognitoError::NotUnderstood);
    }
    let refused: Refused<'_> = serde_json::from_str(answer).map_err(|_| CognitoError::Status(status))?;
    let kind = refused.kind.ok_or(CognitoError::Status(status))?;
    let message = refused.message.as_deref().map(shown).unwrap_or_default();
    Err(CognitoError::Refused { refusal: Refusal::read(&kind), message })
}

/// AWS's own words, as far as they can be shown: printable, and without anything as long as a token.
fn shown(message: &str) -> String {
    let words = message.split_whitespace().map(|word| if word.len() > 60 { "..." } else { word });
    let text = words.collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| matches!(c, ' '..='~')).take(MAX_MESSAGE).collect()
}

/// Why Cognito refused (API Reference, errors of GetId and GetCredentialsForIdentity: documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `NotAuthorizedException`: guests are not allowed, or the login is not valid or has expired.
    NotAuthorized,
    /// `ResourceNotFoundException`: no such pool or identity in this Region.
    NotFound,
    /// `InvalidParameterException`
    InvalidParameter,
    /// `InvalidIdentityPoolConfigurationException`: the pool has no role for this, or the role does not trust it.
    PoolConfiguration,
    /// `ResourceConflictException`: the login belongs to another identity.
    Conflict,
    /// `LimitExceededException`: the pool has too many identities.
    Limit,
    /// `TooManyRequestsException`
    TooMany,
    /// `ExternalServiceException`: the login provider failed.
    Provider,
    /// `InternalErrorException`
    Internal,
    /// None of the documented ones.
    Other,
}

impl Refusal {
    /// From `__type`, which may carry a namespace before `#` and a URL behind `:` (AWS JSON 1.1 protocol).
    fn read(kind: &str) -> Self {
        let name = kind.rsplit('#').next().unwrap_or_default();
        match name.split(':').next().unwrap_or_default() {
            "NotAuthorizedException" => Self::NotAuthorized,
            "ResourceNotFoundException" => Self::NotFound,
            "InvalidParameterException" => Self::InvalidParameter,
            "InvalidIdentityPoolConfigurationException" => Self::PoolConfiguration,
            "ResourceConflictException" => Self::Conflict,
            "LimitExceededException" => Self::Limit,
            "TooManyRequestsException" => Self::TooMany,
            "ExternalServiceException" => Self::Provider,
            "InternalErrorException" => Self::Internal,
            _ => Self::Other,
        }
    }

    /// Whether the same request may do better later.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::TooMany | Self::Provider | Self::Internal)
    }
}

/// Why there are no credentials. Never shows a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CognitoError {
    /// No ID of a pool or an identity.
    Id,
    /// No name of a login provider.
    Provider,
    /// Empty, too long, or with characters that no token has.
    Login,
    /// The answer is longer than [`MAX_ANSWER`].
    TooLong,
    /// The answer is not the JSON that it should be.
    NotUnderstood,
    /// The answer lacks this field.
    Missing(&'static str),
    /// The answer's `Expiration` is no time.
    Time,
    /// The answer's credentials cannot sign.
    Credentials(SigningError),
    /// Cognito says no.
    Refused {
        /// Why.
        refusal: Refusal,
        /// In AWS's words, cut to what can be shown.
        message: String,
    },
    /// Another status than 200, and nothing that explains it.
    Status(u16),
}

impl From<SigningError> for CognitoError {
    fn from(error: SigningError) -> Self {
        Self::Credentials(error)
    }
}

impl fmt::Display for CognitoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str(
                "this is no ID of an identity pool; it reads `eu-west-1:12345678-1234-1234-1234-123456789012`",
            ),
            Self::Provider => f.write_str(
                "this is no login provider; a user pool is `cognito-idp.<region>.amazonaws.com/<user pool ID>`, without `https://`",
            ),
            Self::Login => write!(
                f,
                "the login token must be 1 to {MAX_LOGIN} printable ASCII characters without spaces; copy it again"
            ),
            Self::TooLong => write!(f, "the answer is longer than {MAX_ANSWER} bytes"),
            Self::NotUnderstood => f.write_str("the answer is not what Cognito sends; look at the host"),
            Self::Missing(field) => write!(f, "the answer lacks `{field}`"),
            Self::Time => f.write_str("the answer's `Expiration` is no time"),
            Self::Credentials(error) => write!(f, "the answer holds credentials that cannot sign: {error}"),
            Self::Refused { refusal, message } => {
                refusal.fmt(f)?;
                if message.is_empty() { Ok(()) } else { write!(f, "; AWS says: {message}") }
            }
            Self::Status(status) => write!(f, "the host answered with status {status} and no reason"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAuthorized => {
                "Cognito refuses: the pool allows no guests, or the login is not valid or has expired; get a new login token or allow guests"
            }
            Self::NotFound => "there is no such identity pool in this Region; look at its ID",
            Self::InvalidParameter => "Cognito does not take a value; look at the pool's ID and the login provider",
            Self::PoolConfiguration => {
                "the pool has no role for this kind of identity, or the role does not trust the pool; give it one"
            }
            Self::Conflict => "the login belongs to another identity",
            Self::Limit => "the pool has as many identities as it may have",
            Self::TooMany => "Cognito gets too many requests; wait and try again",
            Self::Provider => "the login provider failed; try again",
            Self::Internal => "Cognito failed; try again",
            Self::Other => "Cognito refuses for a reason that is not documented",
        })
    }
}

impl std::error::Error for CognitoError {}

#[cfg(test)]
mod tests;
