//! `IPL-L047` retain-without-publish.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// Retaining is allowed and publishing is not
    ///
    /// # What it flags
    /// An Allow of `iot:RetainPublish` where no statement of the policies allows `iot:Publish`.
    /// # Why it hurts
    /// A PUBLISH with the RETAIN flag needs both actions. It is refused.
    /// # What to do
    /// Allow `iot:Publish` on the same topics.
    /// # Flagged
    /// `iot:RetainPublish` alone
    /// # Clean
    /// `iot:Publish` and `iot:RetainPublish`
    /// # Sources
    /// - Developer Guide, Retained message policy examples
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    if subject.some_allow_names("iot:Publish") {
        return Vec::new();
    }
    let text = || {
        let text = Text::new().code("iot:RetainPublish").say(" is allowed and ").code("iot:Publish");
        text.say(" is not: a retained message needs both.")
    };
    let stated = subject.allows().find(|stated| stated.names("iot:RetainPublish"));
    stated
        .map(|stated| Found::at(stated.policy, stated.action_span("iot:RetainPublish"), text()))
        .into_iter()
        .collect()
}
