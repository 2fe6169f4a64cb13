//! Links made by hand: `check?policy=...&clientId=...`, uncompressed.
//!
//! | parameter | meaning |
//! |---|---|
//! | `policy` | a policy document |
//! | `thing` | name of a thing that the certificate is attached to |
//! | `clientId` | a client ID |
//! | `publish` | a topic to publish to |
//! | `subscribe` | a topic filter to subscribe to |
//! | `receive` | a topic whose messages should arrive |
//!
//! Each may stand several times, in any order, or be left out. Values are percent-encoded (`encodeURIComponent` in
//! JavaScript, `urllib.parse.quote` in Python). A `+` is a plus sign: topic filters are full of them.

use super::link::{LinkError, MAX_FRAGMENT};

/// What a hand-made link asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// Policy documents, whatever they look like.
    pub policies: Vec<String>,
    /// Names of the attached things.
    pub things: Vec<String>,
    /// Client IDs.
    pub client_ids: Vec<String>,
    /// Topics to publish to.
    pub publish: Vec<String>,
    /// Topic filters to subscribe to.
    pub subscribe: Vec<String>,
    /// Topics whose messages should arrive.
    pub receive: Vec<String>,
}

/// Reads the fragment, without `#`, of a hand-made link.
///
/// # Errors
/// When it does not begin with `check?`, is too long, or has a parameter that is not known or not well encoded.
pub fn read_plain(fragment: &str) -> Result<Plain, LinkError> {
    let query = fragment.strip_prefix("check?").ok_or(LinkError::NotALink)?;
    if fragment.len() > MAX_FRAGMENT {
        return Err(LinkError::FragmentTooLong(fragment.chars().count()));
    }
    let mut plain = Plain::default();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let values = match name {
            "policy" => &mut plain.policies,
            "thing" => &mut plain.things,
            "clientId" => &mut plain.client_ids,
            "publish" => &mut plain.publish,
            "subscribe" => &mut plain.subscribe,
            "receive" => &mut plain.receive,
            _ => return Err(LinkError::Parameter(name.to_owned())),
        };
        values.push(decoded(value).ok_or_else(|| LinkError::Escape(name.to_owned()))?);
    }
    Ok(plain)
}

/// The value without percent-encoding; `None` when an escape is not one, or the bytes are not UTF-8.
fn decoded(value: &str) -> Option<String> {
    let mut parts = value.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        // A sign would be taken as part of a number.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_may_repeat_and_keep_their_plus() {
        let plain =
            read_plain("check?clientId=a&policy=%7B%22é%C3%A9%22%7d&subscribe=cmd/+/x&clientId=b%20c&thing");
        assert_eq!(
            plain,
            Ok(Plain {
                policies: vec!["{\"éé\"}".into()],
                things: vec![String::new()],
                client_ids: vec!["a".into(), "b c".into()],
                subscribe: vec!["cmd/+/x".into()],
                ..Plain::default()
            })
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(read_plain("1.AAAA"), Err(LinkError::NotALink));
        assert_eq!(read_plain("check?clientID=a"), Err(LinkError::Parameter("clientID".into())));
        for bad in ["%", "%4", "%+1", "%zz", "%ff", "a%é"] {
            assert_eq!(
                read_plain(&format!("check?thing={bad}")),
                Err(LinkError::Escape("thing".into())),
                "{bad}"
            );
        }
    }
}
