//! `IPL-L046` allow-not-action.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// An Allow names the actions that it leaves out
    ///
    /// # What it flags
    /// An Allow with `NotAction`.
    /// # Why it hurts
    /// It allows every other action, those of other kinds and those that AWS adds later. No page of AWS IoT Core
    /// shows `NotAction`.
    /// # What to do
    /// List the actions with `Action`.
    /// # Flagged
    /// Allow `NotAction` `iot:DeleteConnection`
    /// # Clean
    /// Allow `Action` `iot:Connect`
    /// # Sources
    /// - IAM User Guide, JSON policy elements: NotAction
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let Some(listed) = stated.statement.actions.as_ref().filter(|listed| listed.negated) else {
            continue;
        };
        let text = Text::new().say(format!("Statement {} allows every action but ", stated.number));
        let text = match listed.values.as_slice() {
            [one] => text.code(&one.value).say("."),
            more => text.say(format!("{} that it lists.", more.len())),
        };
        found.push(Found::at(stated.policy, listed.key_span.clone(), text));
    }
    found
}
