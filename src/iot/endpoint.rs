//! Where a session connects to: the one host that a page, a signature and a content policy must agree on.
//!
//! Reads what a person types and keeps only its parts: scheme, host, port, path. Everything that is sent, signed or put
//! into a content policy is written again from the parts, so nothing that was typed gets there as it stands. What a
//! content policy cannot name (IPv6 literals, underscores: "Content Security Policy Level 3", host-source) is refused,
//! and so is what the address bar and the reader could see as two different hosts.
//!
//! Knows how AWS names its device data endpoints; does not know whether a host exists. It does not trim what was typed.

mod remark;

use std::fmt;

use super::region::Region;

pub use remark::{Likeness, Remark};

/// Longest text that is looked at, in bytes.
pub const MAX_TEXT: usize = 1024;
/// Longest host name, in bytes (RFC 1035, section 2.3.4, as text without the trailing dot).
pub const MAX_HOST: usize = 253;
/// Longest label of a host name, in bytes (RFC 1035, section 2.3.4).
pub const MAX_LABEL: usize = 63;
/// Where AWS IoT Core speaks MQTT over WebSocket, and what an absent path means (Developer Guide, "Device communication
/// protocols": documented).
pub const DEFAULT_PATH: &str = "/mqtt";

/// How the socket is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// TLS. The only one for a host that is not this machine.
    Wss,
    /// In clear, to a broker on this machine only.
    Ws,
}

impl Scheme {
    /// The scheme as a URL has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wss => "wss",
            Self::Ws => "ws",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Wss => 443,
            Self::Ws => 80,
        }
    }
}

/// A place to connect to.
///
/// The host is lower case, made of letters, digits, hyphens and dots, and is a name or `127.0.0.1`. The path begins
/// with `/` and needs no percent-encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
    region: Option<Region>,
}

impl Endpoint {
    /// Reads `wss://host[:port][/path]`, `ws://127.0.0.1[:port][/path]`, or the bare host of an AWS data endpoint.
    ///
    /// An absent path and `/`, which are the same in a URL, stand for [`DEFAULT_PATH`].
    ///
    /// # Errors
    /// [`EndpointError`] says what cannot be connected to, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        if text.is_empty() {
            return Err(EndpointError::Empty);
        }
        if text.len() > MAX_TEXT {
            return Err(EndpointError::TooLong);
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(EndpointError::Whitespace);
        }
        if let Some(character) = text.chars().find(|c| !c.is_ascii()) {
            return Err(EndpointError::NotAscii(character));
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => (Some(Scheme::Wss), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => (Some(Scheme::Ws), rest),
            Some((scheme, _)) => return Err(EndpointError::Scheme(scheme.to_owned())),
            None => (None, text),
        };
        if rest.contains(['?', '#']) {
            return Err(EndpointError::Query);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, parse_path(path)?),
            None => (rest, DEFAULT_PATH.to_owned()),
        };
        let (host, port) = split_authority(authority)?;
        let host = parse_host(host)?;
        let region = aws_region(&host);
        let scheme = match scheme {
            Some(Scheme::Ws) if !is_loopback(&host) => return Err(EndpointError::NotEncrypted(host)),
            Some(scheme) => scheme,
            None if region.is_some() => Scheme::Wss,
            None => return Err(EndpointError::NotAws(host)),
        };
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.default_port()), path, region })
    }

    /// How the socket is opened.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, written or not.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The Region that the host name states. `None` for a host that is not an AWS IoT Core data endpoint: then a
    /// person has to say which Region to sign for.
    #[must_use]
    pub const fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// Whether the host is a device data endpoint in one of AWS's own domains.
    #[must_use]
    pub const fn is_aws(&self) -> bool {
        self.region.is_some()
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// The `Host` header that a browser sends: the port only when it is not the scheme's own.
    #[must_use]
    pub fn host_header(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The URL to connect to, without a query.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme.as_str(), self.host_header(), self.path)
    }

    /// The one source that a content policy's `connect-src` needs for this endpoint, port included.
    #[must_use]
    pub fn content_policy_source(&self) -> String {
        format!("{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

/// Splits `host[:port]`.
fn split_authority(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    if authority.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    let (host, port) = match authority.split_once(':') {
        _ if authority.starts_with('[') => return Err(EndpointError::Ipv6),
        Some((_, port)) if port.contains(':') => return Err(EndpointError::Ipv6),
        Some((host, port)) => (host, port),
        None => return Ok((authority, None)),
    };
    match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => Ok((host, Some(number))),
        _ => Err(EndpointError::Port(port.to_owned())),
    }
}

/// The path after its leading slash. What passes reads the same encoded, decoded and normalised, so that browser, server
/// and signature cannot disagree about it.
fn parse_path(path: &str) -> Result<String, EndpointError> {
    if path.is_empty() {
        return Ok(DEFAULT_PATH.to_owned());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    let segment = |s: &str| !matches!(s, "" | "." | "..") && s.chars().all(plain);
    if path.split('/').all(segment) {
        Ok(format!("/{path}"))
    } else {
        Err(EndpointError::Path(format!("/{path}")))
    }
}

fn parse_host(typed: &str) -> Result<String, EndpointError> {
    let host = typed.to_ascii_lowercase();
    if host.is_empty() {
        return Err(EndpointError::NoHost);
    }
    if host.ends_with('.') {
        return Err(EndpointError::TrailingDot);
    }
    if host.contains('_') {
        return Err(EndpointError::Underscore(host));
    }
    if let Some(character) = host.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.')) {
        return Err(EndpointError::Character(character));
    }
    let good_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    if host.len() > MAX_HOST || !host.split('.').all(good_label) {
        return Err(EndpointError::Label(host));
    }
    if host.split('.').any(|label| label.starts_with("xn--")) {
        return Err(EndpointError::Punycode(host));
    }
    // A browser takes a host whose last label is a number for an IPv4 address, in many spellings (WHATWG URL, "ends
    // in a number checker"); a content policy matches none but 127.0.0.1.
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if host != "127.0.0.1" && (hexadecimal || last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(EndpointError::Ipv4(host));
    }
    Ok(host)
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost")
}

/// The Region of an AWS IoT Core device data endpoint, or `None` for every other host.
///
/// `<prefix>-ats.iot.<region>.amazonaws.com` and `<prefix>.iot.<region>.amazonaws.com` (Developer Guide, "AWS IoT
/// device data and service endpoints": documented); `data.iot-fips.<region>.amazonaws.com` and `api.aws` instead of
/// `amazonaws.com` for IPv6 too (endpoint rules of the SDKs' service `iot-data`: documented; that they take WebSockets
/// and, under `api.aws`, an account's prefix: inferred); `<prefix>[.ats].iot.<region>.amazonaws.com.cn` (inferred).
fn aws_region(host: &str) -> Option<Region> {
    let (labels, china) = aws_labels(host)?;
    let region = match labels.as_slice() {
        [_, "iot" | "iot-fips", region] => region,
        [_, "ats", "iot", region] if china => region,
        _ => return None,
    };
    Region::parse(region).ok().filter(|region| region.is_china() == china)
}

/// The labels before a domain of AWS, and whether it is the one for China. The domain is looked at from the right, so
/// that `iot.<region>.amazonaws.com.evil.example` is nobody's but its owner's.
fn aws_labels(host: &str) -> Option<(Vec<&str>, bool)> {
    [
        (".amazonaws.com", false),
        (".api.aws", false),
        (".amazonaws.com.cn", true),
        (".api.amazonwebservices.com.cn", true),
    ]
    .into_iter()
    .find_map(|(domain, china)| Some((host.strip_suffix(domain)?.split('.').collect(), china)))
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointError {
    /// Nothing was typed.
    Empty,
    /// Longer than [`MAX_TEXT`].
    TooLong,
    /// White space or a control character, at the ends too.
    Whitespace,
    /// A letter outside ASCII, which may look like another.
    NotAscii(char),
    /// A host name that stands for letters outside ASCII.
    Punycode(String),
    /// A scheme other than `wss` and `ws`.
    Scheme(String),
    /// A query or a fragment.
    Query,
    /// A path that would have to be encoded or normalised.
    Path(String),
    /// User name or password in front of the host.
    UserInfo,
    /// An IPv6 address.
    Ipv6,
    /// An IPv4 address other than 127.0.0.1, in any spelling.
    Ipv4(String),
    /// A port that is no number from 1 to 65535.
    Port(String),
    /// No host.
    NoHost,
    /// A dot at the end of the host.
    TrailingDot,
    /// An underscore in the host.
    Underscore(String),
    /// A character that no host name has.
    Character(char),
    /// A host or one of its labels is empty, too long, or begins or ends with a hyphen.
    Label(String),
    /// `ws` to another machine.
    NotEncrypted(String),
    /// A bare host that is not an AWS IoT Core data endpoint.
    NotAws(String),
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(
                f,
                "the endpoint is empty; `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints yours"
            ),
            Self::TooLong => write!(f, "the endpoint is longer than {MAX_TEXT} bytes; give the host only"),
            Self::Whitespace => {
                write!(f, "the endpoint contains white space or a control character; remove it")
            }
            Self::NotAscii(character) => write!(
                f,
                "the endpoint contains `{character}` (U+{:04X}), which can pass for another letter; type it in ASCII",
                u32::from(*character)
            ),
            Self::Punycode(host) => write!(
                f,
                "`{host}` stands for letters that can pass for others; use a host name without `xn--`"
            ),
            Self::Scheme(scheme) => {
                write!(
                    f,
                    "`{scheme}://` is not supported; use `wss://`, or `ws://` for a broker on this machine"
                )
            }
            Self::Query => {
                write!(f, "the endpoint has a query or a fragment; remove everything from `?` or `#`")
            }
            Self::Path(path) => write!(
                f,
                "the path `{path}` has empty or dot segments, or characters other than letters, digits, `-`, `.`, `_`, `~`"
            ),
            Self::UserInfo => write!(f, "the endpoint names a user before `@`; give the host only"),
            Self::Ipv6 => write!(f, "a content policy cannot name an IPv6 address; use a host name"),
            Self::Ipv4(host) => {
                write!(f, "a content policy cannot name the address `{host}`; use a host name or `127.0.0.1`")
            }
            Self::Port(port) => write!(f, "`{port}` is no port; use a number from 1 to 65535"),
            Self::NoHost => write!(f, "the endpoint has no host"),
            Self::TrailingDot => write!(f, "the host ends with a dot; remove it"),
            Self::Underscore(host) => {
                write!(
                    f,
                    "a content policy cannot name `{host}`, because of its underscore; use another name"
                )
            }
            Self::Character(character) => write!(f, "`{character}` cannot stand in a host name"),
            Self::Label(host) => write!(
                f,
                "`{host}` is no host name: each part between dots has 1 to {MAX_LABEL} characters and no hyphen at its ends"
            ),
            Self::NotEncrypted(host) => {
                write!(
                    f,
                    "`ws://` sends everything in clear and is for this machine only; use `wss://{host}`"
                )
            }
            Self::NotAws(host) => write!(
                f,
                "`{host}` is not an AWS IoT Core data endpoint; if it is your own domain, write `wss://{host}`"
            ),
        }
    }
}

impl std::error::Error for EndpointError {}

#[cfg(test)]
mod tests;
