//! `IPL-L022` allow-not-resource.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// An Allow names what it leaves out
    ///
    /// # What it flags
    /// An Allow with `NotResource`.
    /// # Why it hurts
    /// It allows the action on everything else in the account, not only on the rest of one prefix.
    /// # What to do
    /// Allow with `Resource` and deny the exception.
    /// # Flagged
    /// Allow `iot:Receive`, `NotResource` `topic/a/restricted/*`
    /// # Clean
    /// Allow `topic/a/*`, Deny `topic/a/restricted/*`
    /// # Sources
    /// - Developer Guide, Publish/Subscribe policy examples
    /// - IAM User Guide, JSON policy elements: NotResource
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let Some(listed) = stated.statement.resources.as_ref().filter(|listed| listed.negated) else {
            continue;
        };
        let text =
            Text::new().say(format!("Statement {} allows everything in the account but ", stated.number));
        let text = match stated.not_resources.as_slice() {
            [one] => text.code(one.short()).say("."),
            more => text.say(format!("{} resources.", more.len())),
        };
        found.push(Found::at(stated.policy, listed.key_span.clone(), text));
    }
    found
}
