//! `IPL-L033` unknown-resource-type.

use super::about;
use crate::{
    policy::lint::{
        Found,
        subject::{Subject, TYPES},
    },
    text::Text,
};

about! {
    /// A resource of a type that no action is checked against
    ///
    /// # What it flags
    /// An ARN of AWS IoT whose last part begins with something else than `client/`, `topic/`, `topicfilter/`,
    /// `thing/` or `rolealias/`.
    /// # Why it hurts
    /// No request of a device has such a resource, so it never matches. Types are written in small letters and
    /// without a slash before them.
    /// # What to do
    /// Write one of the five types.
    /// # Flagged
    /// `...:/thing/MyThing1`
    /// # Clean
    /// `...:thing/MyThing1`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for named in &stated.resources {
            let Some(arn) =
                named.arn.filter(|arn| arn.service == "iot" && named.written.value.starts_with("arn:"))
            else {
                continue;
            };
            let Some(kind) = arn.kind.filter(|kind| !TYPES.iter().any(|known| known.word() == *kind)) else {
                continue;
            };
            // A lost colon shifts the fields; the malformed ARN is reported as such.
            if !arn.account.is_empty() && !arn.account.bytes().all(|b| b.is_ascii_digit() || b == b'*') {
                continue;
            }
            let mut text = Text::new().code(named.short()).say(" begins with ");
            text = if kind.is_empty() { text.code("/") } else { text.code(kind) };
            let one = Found::at(
                stated.policy,
                named.written.span.clone(),
                text.say(", which is no type of resource of AWS IoT Core policies."),
            );
            let slash = kind.is_empty()
                && TYPES.iter().any(|known| arn.name.starts_with(&format!("{}/", known.word())));
            let span =
                stated.exact(named.written, arn.name_at.saturating_sub(1)..arn.name_at).filter(|_| slash);
            found.push(one.fixed_by(span.map(|span| (span, String::new()))));
        }
    }
    found
}
