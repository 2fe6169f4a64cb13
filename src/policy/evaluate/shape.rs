//! What a value of a key can look like, so that no answer and no branch rests on a value that cannot be.
//!
//! Only what AWS states is excluded (API reference, AttachThingPrincipal, UpdateThing and the data plane; Developer
//! Guide, policy variables; endpoints and quotas). A key without a rule takes any text. Values that a context gives
//! are not held against this: who gives one knows it.
//!
//! Invariant: when some value of the shape begins with a text, then that text with an ending of a sample has the shape.

use std::net::IpAddr;

use super::super::{context::Context, variable::Key};
use crate::iot::action::ResourceType;

/// Texts that policies hardly name.
const OTHERS: [&str; 2] = ["some other value", "~some other value"];
const OTHER_NAMES: [&str; 2] = ["some-other-name", "another-name"];
const OTHER_ADDRESSES: [&str; 3] = ["203.0.113.77", "2001:db8::77", "198.51.100.77"];
const OTHER_IDENTITIES: [&str; 2] =
    ["eu-west-1:00000000-0000-4000-8000-000000000000", "us-east-1:ffffffff-ffff-4fff-bfff-ffffffffffff"];

/// Bytes of a client ID.
const MAX_CLIENT_ID: usize = 128;
/// Characters of the name of a thing.
const MAX_THING_NAME: usize = 128;
/// Characters of the value of an attribute.
const MAX_ATTRIBUTE: usize = 800;
/// A SHA-256 in hexadecimal.
const CERTIFICATE_ID: usize = 64;

/// The shape of the values of one key.
pub(super) struct Shape<'a> {
    key: &'a Key,
    context: &'a Context,
}

impl<'a> Shape<'a> {
    /// The shape of `key`; of `context` only the ARNs count.
    pub(super) const fn of(key: &'a Key, context: &'a Context) -> Self {
        Self { key, context }
    }

    /// Whether `text` can be a value.
    pub(super) fn admits(&self, text: &str) -> bool {
        let bytes = text.len();
        match self.key {
            Key::ClientId => bytes <= MAX_CLIENT_ID && !text.starts_with('$'),
            Key::SourceIp => text.parse::<IpAddr>().is_ok(),
            Key::ThingName => (1..=MAX_THING_NAME).contains(&bytes) && all(text, ":_-"),
            Key::ThingAttribute(_) => bytes <= MAX_ATTRIBUTE && all(text, "_.,@/:#=[]-"),
            Key::CertificateId => bytes == CERTIFICATE_ID && is_hexadecimal(text),
            Key::CertificateSerial => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            Key::CognitoSub => text.split_once(':').is_some_and(|(region, uuid)| {
                let groups = || uuid.split('-');
                !region.is_empty()
                    && all(region, "-")
                    && groups().map(str::len).eq([8, 4, 4, 4, 12])
                    && groups().all(is_hexadecimal)
            }),
            Key::LastWillTopic => text.strip_prefix(&self.topic("")).is_some_and(|topic| !topic.is_empty()),
            _ => true,
        }
    }

    /// Values that policies hardly name.
    pub(super) fn samples(&self) -> Vec<String> {
        let owned = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        match self.key {
            Key::SourceIp => owned(&OTHER_ADDRESSES),
            Key::ThingName | Key::ThingAttribute(_) => owned(&OTHER_NAMES),
            Key::CertificateId => ('0'..='9')
                .chain('a'..='f')
                .map(|digit| std::iter::repeat_n(digit, CERTIFICATE_ID).collect())
                .collect(),
            Key::CertificateSerial => ('1'..='9').map(String::from).collect(),
            Key::CognitoSub => owned(&OTHER_IDENTITIES),
            Key::LastWillTopic => OTHER_NAMES.iter().map(|name| self.topic(name)).collect(),
            _ => owned(&OTHERS),
        }
    }

    /// Values that begin with `prefix`, none of them empty: itself, or with an ending of a sample behind it. None if
    /// no value begins so.
    pub(super) fn beginning_with(&self, prefix: &str) -> impl Iterator<Item = String> {
        let samples = self.samples();
        let endings = samples.iter().flat_map(|sample| {
            let starts = sample.char_indices().map(|(at, _)| at);
            starts.filter_map(|at| sample.get(at..)).map(str::to_owned)
        });
        let longer: Vec<String> =
            std::iter::once(String::new()).chain(endings).map(|ending| format!("{prefix}{ending}")).collect();
        longer.into_iter().filter(|text| !text.is_empty() && self.admits(text))
    }

    fn topic(&self, name: &str) -> String {
        self.context.arn(ResourceType::Topic, name)
    }
}

/// Whether `text` is made of ASCII letters, digits and `more`.
fn all(text: &str, more: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::Principal;

    #[test]
    fn what_a_value_begins_with_a_sample_can_end() {
        let context = Context::new(Principal::IamRole, "eu-west-1", "123456789012");
        let certificate = "0123456789abcdefABCDEF0123456789".repeat(2);
        let addresses = ["192.0.2.255", "2001:DB8::1", "1:2:3:4:5:6:7:8", "::", "1::", "::ffff:192.0.2.1"];
        let values: [(&str, &[&str]); 8] = [
            ("iot:ClientId", &["a$/+", "", "é"]),
            ("aws:SourceIp", &addresses),
            ("iot:Connection.Thing.ThingName", &["temp-sensor-01", "a:_"]),
            ("iot:Connection.Thing.Attributes[env]", &["", "a/b#[1]=@,."]),
            ("iot:CertificateId", &[&certificate]),
            ("iot:Certificate.SerialNumber", &["10525622389124227206", "-7"]),
            ("cognito-identity.amazonaws.com:sub", &["ap-southeast-2:11111111-2222-3333-4444-55555555555F"]),
            ("iot:LastWillTopic", &["arn:aws:iot:eu-west-1:123456789012:topic/a/b"]),
        ];
        for (name, values) in values {
            let key = Key::parse(name);
            let shape = Shape::of(&key, &context);
            assert!(shape.samples().iter().all(|sample| shape.admits(sample)), "{name}");
            for value in values {
                assert!(shape.admits(value), "{name}: {value}");
                for (at, _) in value.char_indices() {
                    let (prefix, _) = value.split_at(at);
                    assert!(shape.beginning_with(prefix).next().is_some(), "{name}: {prefix}");
                }
                assert!(shape.beginning_with(value).next().is_some(), "{name}: {value}");
            }
        }
    }
}
