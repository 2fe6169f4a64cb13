//! `IPL-L017` subscribe-without-receive.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// Subscriptions are allowed and deliveries are not
    ///
    /// # What it flags
    /// An Allow of `iot:Subscribe` where no statement of the policies allows `iot:Receive`.
    /// # Why it hurts
    /// The SUBACK is fine and nothing ever arrives: `iot:Receive` is checked at each delivery, and a refused one
    /// is dropped without a word.
    /// # What to do
    /// Allow `iot:Receive` on the `topic/` resources that match the filters.
    /// # Flagged
    /// `iot:Subscribe` alone
    /// # Clean
    /// `iot:Subscribe` on `topicfilter/a` and `iot:Receive` on `topic/a`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
    /// - Developer Guide, Publish/Subscribe policy examples
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    if subject.some_allow_names("iot:Receive") {
        return Vec::new();
    }
    let text = || {
        let text = Text::new().code("iot:Subscribe").say(" is allowed and ").code("iot:Receive");
        text.say(" is not: the subscription succeeds and no message is delivered.")
    };
    let stated = subject.allows().find(|stated| stated.names("iot:Subscribe"));
    stated
        .map(|stated| Found::at(stated.policy, stated.action_span("iot:Subscribe"), text()))
        .into_iter()
        .collect()
}
