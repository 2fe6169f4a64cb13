//! `IPL-L049` unusable-certificate-value.

use super::about;
use crate::{
    policy::{
        Field, Principal,
        lint::{Found, subject::Subject},
        variable::{Key, Party, Pick},
    },
    text::Text,
};

about! {
    /// A value of the certificate cannot be put into the policy
    ///
    /// # What it flags
    /// A certificate variable in a resource for which the given certificate has a value with `*`, `$`, `+`, `?`
    /// or `#`, or one of more than 1024 characters.
    /// # Why it hurts
    /// AWS IoT Core does not substitute such a value. The variable stays without one and the resource matches
    /// nothing.
    /// # What to do
    /// Issue the certificate with a plain value.
    /// # Flagged
    /// common name `pump#7`
    /// # Clean
    /// common name `pump-7`
    /// # Sources
    /// - Developer Guide, X.509 certificate policy variables; Use policy variables
}

/// A longer value is not substituted.
const MAX_CHARACTERS: usize = 1024;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let Some(Principal::X509(certificate)) = subject.context.map(|context| &context.principal) else {
        return Vec::new();
    };
    let value = |key: &Key| {
        let Key::Certificate { party, field, pick } = key else { return None };
        let fields = match party {
            Party::Subject => &certificate.subject,
            Party::Issuer => &certificate.issuer,
        };
        let Field::Given(fields) = fields else { return None };
        let index = match pick {
            Pick::At(index) => usize::from(*index),
            Pick::First => 0,
            Pick::List => return None,
        };
        fields.get(*field)?.get(index)
    };
    let bad =
        |value: &str| value.contains(['*', '$', '+', '?', '#']) || value.chars().count() > MAX_CHARACTERS;
    let mut found = Vec::new();
    for stated in subject.all() {
        for named in &stated.resources {
            for key in named.pattern.variables() {
                if let Some(value) = value(key).filter(|value| bad(value)) {
                    let shown: String = value.chars().take(40).collect();
                    let text = Text::new().code(key.name()).say(" is ").code(shown);
                    let text =
                        text.say(" in this certificate, which AWS IoT Core does not put into a policy.");
                    found.push(Found::at(stated.policy, named.written.span.clone(), text));
                }
            }
        }
    }
    found
}
