//! `IPL-L023` not-resource-without-value.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// NotResource leaves nothing out where its variable has no value
    ///
    /// # What it flags
    /// An Allow with `NotResource` on a resource with a thing or certificate variable.
    /// # Why it hurts
    /// A resource with a variable that has no value matches nothing, so nothing is left out and everything is
    /// allowed.
    /// # What to do
    /// Allow with `Resource`; then a missing value allows nothing.
    /// # Flagged
    /// Allow `NotResource` `topic/private/${iot:Connection.Thing.ThingName}`
    /// # Clean
    /// Allow `Resource` `topic/public/*`
    /// # Sources
    /// - IAM User Guide, Policy variables with no value
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        for named in &stated.not_resources {
            let Some(key) = named.pattern.variables().find(|key| key.is_thing() || key.is_certificate())
            else {
                continue;
            };
            let text = Text::new().say("Where ").code(format!("${{{}}}", key.name()));
            let text = text.say(format!(
                " has no value, statement {} leaves nothing out and allows everything.",
                stated.number
            ));
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}
