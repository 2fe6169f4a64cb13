//! `IPL-L048` deny-on-thing-group.

use super::about;
use crate::{
    policy::{
        evaluate::Attachment,
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// A Deny on a thing group is no safeguard
    ///
    /// # What it flags
    /// A Deny in a policy that is attached to a thing group.
    /// # Why it hurts
    /// The group is looked up through the client ID. A client with another ID is in no group, and the Deny does
    /// not exist for it.
    /// # What to do
    /// Attach the Deny to the certificate, or let the certificate's policy admit things only.
    /// # Flagged
    /// Deny on a group
    /// # Clean
    /// Deny on the certificate
    /// # Sources
    /// - Developer Guide, Basic AWS IoT Core policy variables
    /// - Developer Guide, Thing groups
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.denies() {
        let policy = subject.policies.get(stated.policy);
        let on_group = policy.is_some_and(|policy| matches!(policy.attached_to, Attachment::ThingGroup(_)));
        if let Some(effect) = stated.statement.effect.as_ref().filter(|_| on_group) {
            let text = Text::new().say("This Deny hangs on a thing group: it does not exist for a client whose ID is not the name of a thing in the group.");
            found.push(Found::at(stated.policy, effect.span.clone(), text));
        }
    }
    found
}
