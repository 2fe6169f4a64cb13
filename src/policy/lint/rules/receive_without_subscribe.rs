//! `IPL-L018` receive-without-subscribe.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// Deliveries are allowed and subscriptions are not
    ///
    /// # What it flags
    /// An Allow of `iot:Receive` where no statement of the policies allows `iot:Subscribe`.
    /// # Why it hurts
    /// Without a subscription only direct messages and the answers of AWS IoT Jobs arrive.
    /// # What to do
    /// Allow `iot:Subscribe` on the `topicfilter/` resources that the device uses.
    /// # Flagged
    /// `iot:Receive` alone
    /// # Clean
    /// both
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
    /// - Developer Guide, Reserved topics (Jobs)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    if subject.some_allow_names("iot:Subscribe") {
        return Vec::new();
    }
    let text = || {
        let text = Text::new().code("iot:Receive").say(" is allowed and ").code("iot:Subscribe");
        text.say(" is not: only direct messages and answers of Jobs arrive.")
    };
    let stated = subject.allows().find(|stated| stated.names("iot:Receive"));
    stated
        .map(|stated| Found::at(stated.policy, stated.action_span("iot:Receive"), text()))
        .into_iter()
        .collect()
}
