//! `IPL-L016` wildcard-action.

use super::about;
use crate::{
    policy::lint::{
        Found,
        subject::{Subject, names},
    },
    text::Text,
};

about! {
    /// Every action is allowed
    ///
    /// # What it flags
    /// An Allow of `iot:*`, `*` or another pattern that names Connect, Publish and Subscribe at once.
    /// # Why it hurts
    /// The pattern also names actions that the author did not think of, such as `iot:DeleteConnection`, and those
    /// that AWS adds later.
    /// # What to do
    /// List the actions.
    /// # Flagged
    /// `iot:*`
    /// # Clean
    /// `iot:Connect`, `iot:Publish`
    /// # Sources
    /// - IAM User Guide, JSON policy elements: Action
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let listed = stated.statement.actions.iter().filter(|listed| !listed.negated);
        for written in listed.flat_map(|listed| &listed.values) {
            let all = ["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:DeleteConnection"];
            if all.iter().all(|action| names(&written.value, action)) {
                let text = Text::new().code(&written.value).say(" also allows ").code("iot:DeleteConnection");
                let text = text.say(", ").code("iot:RetainPublish").say(" and whatever AWS adds.");
                found.push(Found::at(stated.policy, written.span.clone(), text));
            }
        }
    }
    found
}
