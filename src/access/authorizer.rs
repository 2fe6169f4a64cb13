//! What a custom authorizer is told: as query of the WebSocket's URL or behind the user name of the CONNECT.
//!
//! Source: Developer Guide, "Connecting to AWS IoT Core by using custom authentication" (documented) and API Reference,
//! CreateAuthorizer (names). That values are percent-encoded in the user name too is inferred from AWS's SDKs.

use std::fmt;

use base64ct::{Base64, Encoding};

use super::Hidden;
use crate::iot::endpoint::Endpoint;
use crate::sigv4::percent_encode_to;

/// Longest name of an authorizer or a token key, in characters (API Reference, CreateAuthorizer: documented).
pub const MAX_NAME: usize = 128;
/// Longest token that is taken, in bytes. AWS documents 8 KiB for all headers together.
pub const MAX_TOKEN: usize = 8 * 1024;
/// Least bytes of a signature: keys have at least 2048 bits (Developer Guide, "Creating and managing custom
/// authorizers": documented).
const MIN_SIGNATURE: usize = 256;
/// Most bytes of a signature, of a key of 8192 bits.
const MAX_SIGNATURE: usize = 1024;

const NAME: &str = "x-amz-customauthorizer-name";
const SIGNATURE: &str = "x-amz-customauthorizer-signature";

/// Which authorizer, and what it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorizer {
    name: Option<String>,
    token: Option<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    key_name: String,
    value: Hidden,
    signature: Option<Hidden>,
}

/// What is wrong with what a custom authorizer is to be told. Never shows token or signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerError {
    /// The name is empty, too long or has other characters.
    Name,
    /// The name of the token key is empty, too long or has other characters.
    KeyName,
    /// The name of the token key is one of AWS's own.
    ReservedKeyName,
    /// The token is empty, too long, or has white space at an end or a control character.
    Token,
    /// The signature is percent-encoded already.
    SignatureEncoded,
    /// The signature is no base64.
    SignatureText,
    /// The signature has this many bytes.
    SignatureLength(usize),
    /// The user name has a `?`, behind which AWS would look for parameters.
    UserName,
}

impl Authorizer {
    /// The authorizer of this name, or the default one of the endpoint.
    ///
    /// # Errors
    /// [`AuthorizerError::Name`].
    pub fn new(name: Option<&str>) -> Result<Self, AuthorizerError> {
        let good = |c: char| c.is_ascii_alphanumeric() || "_=,@-".contains(c);
        match name {
            Some(name) if !is_name(name, good) => Err(AuthorizerError::Name),
            name => Ok(Self { name: name.map(str::to_owned), token: None }),
        }
    }

    /// With a token under the name of the authorizer's token key, and its signature in base64 unless the authorizer has
    /// signing disabled.
    ///
    /// # Errors
    /// The first part that AWS would not take.
    pub fn with_token(
        mut self,
        key_name: &str,
        token: Hidden,
        signature: Option<Hidden>,
    ) -> Result<Self, AuthorizerError> {
        if !is_name(key_name, |c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
            return Err(AuthorizerError::KeyName);
        }
        if key_name.to_ascii_lowercase().starts_with("x-amz-") {
            return Err(AuthorizerError::ReservedKeyName);
        }
        let text = token.as_str();
        let ends = text.len() != text.trim().len();
        if !(1..=MAX_TOKEN).contains(&text.len()) || ends || text.contains(char::is_control) {
            return Err(AuthorizerError::Token);
        }
        if let Some(signature) = &signature {
            check_signature(signature.as_str())?;
        }
        self.token = Some(Token { key_name: key_name.to_owned(), value: token, signature });
        Ok(self)
    }

    /// The parameters, encoded, joined by `&`; empty when there are none.
    #[must_use]
    pub fn query(&self) -> Hidden {
        let token = self.token.as_ref();
        let signature = token.and_then(|token| token.signature.as_ref());
        let pairs = [
            self.name.as_deref().map(|name| (NAME, name)),
            signature.map(|signature| (SIGNATURE, signature.as_str())),
            token.map(|token| (token.key_name.as_str(), token.value.as_str())),
        ];
        let pairs = pairs.iter().flatten();
        // With room for all of it: growing would leave a copy behind.
        let room = pairs.clone().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
        let mut query = String::with_capacity(room);
        for (name, value) in pairs {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            percent_encode_to(&mut query, value);
        }
        Hidden::new(query)
    }

    /// The URL to open, for the way by the query.
    #[must_use]
    pub fn url(&self, endpoint: &Endpoint) -> Hidden {
        self.behind(&endpoint.url())
    }

    /// The user name of the CONNECT, for the way by the user name; the password is free.
    ///
    /// # Errors
    /// [`AuthorizerError::UserName`].
    pub fn user_name(&self, user: &str) -> Result<Hidden, AuthorizerError> {
        if user.contains('?') { Err(AuthorizerError::UserName) } else { Ok(self.behind(user)) }
    }

    fn behind(&self, text: &str) -> Hidden {
        let query = self.query();
        let parts = [text, if query.as_str().is_empty() { "" } else { "?" }, query.as_str()];
        // Joined in one buffer of the right length.
        Hidden::new(parts.concat())
    }
}

fn is_name(text: &str, good: impl Fn(char) -> bool) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && text.chars().all(good)
}

fn check_signature(text: &str) -> Result<(), AuthorizerError> {
    if text.contains('%') {
        return Err(AuthorizerError::SignatureEncoded);
    }
    let mut bytes = [0; MAX_SIGNATURE];
    let decoded = Base64::decode(text, &mut bytes).map_err(|_| AuthorizerError::SignatureText)?;
    if decoded.len() < MIN_SIGNATURE { Err(AuthorizerError::SignatureLength(decoded.len())) } else { Ok(()) }
}

impl fmt::Display for AuthorizerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(
                f,
                "the name of an authorizer has 1 to {MAX_NAME} letters, digits and `_`, `=`, `,`, `@`, `-`"
            ),
            Self::KeyName => {
                write!(f, "the name of the token key has 1 to {MAX_NAME} letters, digits, `_` and `-`")
            }
            Self::ReservedKeyName => {
                f.write_str("names that begin with `x-amz-` are AWS's own; give the authorizer's token key name")
            }
            Self::Token => write!(
                f,
                "the token must have 1 to {MAX_TOKEN} bytes, no control characters and no spaces at its ends; copy it again"
            ),
            Self::SignatureEncoded => {
                f.write_str("the signature is percent-encoded already; give the base64 text, it is encoded here")
            }
            Self::SignatureText => {
                f.write_str("the signature is not base64 of at most 1024 bytes; copy it again without spaces and line ends")
            }
            Self::SignatureLength(length) => write!(
                f,
                "the signature has {length} bytes and an RSA key of 2048 bits makes {MIN_SIGNATURE}; it may be cut off"
            ),
            Self::UserName => f.write_str("the user name must not hold `?`, behind which the parameters stand"),
        }
    }
}

impl std::error::Error for AuthorizerError {}

#[cfg(test)]
mod tests {
    use super::*;
    use AuthorizerError as E;

    fn hidden(text: &str) -> Hidden {
        Hidden::new(text.to_owned())
    }

    fn signature(bytes: usize) -> String {
        Base64::encode_string(&vec![0xfb; bytes])
    }

    #[test]
    fn parameters_stand_in_the_query_or_behind_the_user_name() {
        let endpoint = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
        let signed = Authorizer::new(Some("lab,@=_-1"))
            .unwrap()
            .with_token("token-key", hidden("HUSH a&c=d+\u{e9}"), Some(hidden(&signature(256))))
            .unwrap();
        let encoded = signature(256).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        assert!(signature(256).starts_with("+/v7") && encoded.ends_with("%3D"));
        let query = format!(
            "x-amz-customauthorizer-name=lab%2C%40%3D_-1&x-amz-customauthorizer-signature={encoded}&token-key=HUSH%20a%26c%3Dd%2B%C3%A9"
        );
        assert_eq!(signed.url(&endpoint).as_str(), format!("{}?{query}", endpoint.url()));
        assert_eq!(signed.user_name("ann").unwrap().as_str(), format!("ann?{query}"));
        assert_eq!(signed.user_name("a?b"), Err(E::UserName));
        let shown = format!("{signed:?} {:?}", signed.url(&endpoint));
        assert!(!shown.contains("HUSH") && !shown.contains("+/v7"), "{shown}");

        let default = Authorizer::new(None).unwrap();
        assert_eq!(default.url(&endpoint).as_str(), endpoint.url());
        assert_eq!(default.user_name("ann").unwrap().as_str(), "ann");
        let unsigned = default.with_token("k", hidden("t"), None).unwrap();
        assert_eq!(unsigned.query().as_str(), "k=t");
    }

    #[test]
    fn what_aws_would_not_take_is_named() {
        for name in ["", "a b", "a/b", "\u{e9}", &"a".repeat(129)] {
            assert_eq!(Authorizer::new(Some(name)), Err(E::Name), "{name}");
        }
        let with = |key: &str, token: &str, signature: Option<&str>| {
            Authorizer::new(None).unwrap().with_token(key, hidden(token), signature.map(hidden)).map(drop)
        };
        assert_eq!(with("a=b", "t", None), Err(E::KeyName));
        assert_eq!(with("X-Amz-Customauthorizer-Name", "t", None), Err(E::ReservedKeyName));
        for token in ["", " t", "t\n", "a\0b", &"t".repeat(MAX_TOKEN + 1)] {
            assert_eq!(with("k", token, None), Err(E::Token));
        }
        for (text, error) in [
            ("abc", E::SignatureText),
            ("AA AA", E::SignatureText),
            ("AAAA\n", E::SignatureText),
            ("AA%3D%3D", E::SignatureEncoded),
            (&signature(255), E::SignatureLength(255)),
            (&signature(1025), E::SignatureText),
        ] {
            assert_eq!(with("k", "t", Some(text)), Err(error), "{text}");
        }
        assert_eq!(with("k", "t", Some(&signature(512))), Ok(()));
    }
}
