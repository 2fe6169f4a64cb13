//! `IPL-L019` client-id-variable-with-text.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        lint::{Found, probe::STRANGER, subject::Subject},
        pattern::{Lookup, Match, Value},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A client ID with text around itself matches nothing
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on a `client/` resource that holds `${iot:ClientId}` and more text.
    /// # Why it hurts
    /// The resource is compared with the client ID, and a client ID is never longer than itself. Nothing matches.
    /// # What to do
    /// Write the fixed part with a wildcard, such as `client/fleet-*`.
    /// # Flagged
    /// `client/fleet-${iot:ClientId}`
    /// # Clean
    /// `client/fleet-*`
    /// # Sources
    /// - Developer Guide, Basic AWS IoT Core policy variables
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        for named in stated.resources.iter().filter(|named| named.name_of(ResourceType::Client).is_some()) {
            let name = named.name_pattern();
            let uses = name.variables().any(|key| *key == Key::ClientId);
            if uses && matches!(name.matches(STRANGER, &Own), Match::No(_)) {
                let text = Text::new()
                    .code(named.short())
                    .say(" admits no client ID: it is longer than the ID itself.");
                found.push(Found::at(stated.policy, named.written.span.clone(), text));
            }
        }
    }
    found
}

/// Only the client ID is known.
struct Own;

impl Lookup for Own {
    fn lookup(&self, key: &Key) -> Value<'_> {
        if *key == Key::ClientId { Value::Known(STRANGER.into()) } else { Value::Unknown }
    }
}
