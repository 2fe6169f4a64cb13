//! `IPL-L015` wildcard-resource.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// Every resource is allowed
    ///
    /// # What it flags
    /// An Allow on `*` for an action that has a type of resource.
    /// # Why it hurts
    /// The device may do this as anybody and everywhere in the account.
    /// # What to do
    /// Name the resources of the device. Only actions without a resource, such as `iot:ListRetainedMessages`,
    /// need `*`.
    /// # Flagged
    /// `iot:Publish` on `*`
    /// # Clean
    /// `iot:ListRetainedMessages` on `*`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
    /// - Device Defender, audit check IOT_POLICY_OVERLY_PERMISSIVE_CHECK
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let typed = stated.actions.iter().filter(|action| action.resource != ResourceType::Any);
        let names: Vec<_> = typed.map(|action| action.name).collect();
        let what = match names.as_slice() {
            [] => continue,
            [one] => (*one).to_owned(),
            [one, two] => format!("{one}, {two}"),
            [one, two, ..] => format!("{one}, {two}, ..."),
        };
        for named in stated.resources.iter().filter(|named| named.is_everything()) {
            let text = Text::new().say(format!("Statement {} allows ", stated.number)).code(&what);
            found.push(Found::at(
                stated.policy,
                named.written.span.clone(),
                text.say(" on every resource of the account."),
            ));
        }
    }
    found
}
