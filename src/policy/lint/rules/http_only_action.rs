//! `IPL-L038` http-only-action.

use super::about;
use crate::{
    policy::{
        context::Protocol,
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// An action of the HTTPS API for a client that speaks MQTT
    ///
    /// # What it flags
    /// An Allow that names a shadow, job or other HTTPS-only action, when the context says that the client speaks
    /// MQTT. Patterns such as `iot:*` do not count.
    /// # Why it hurts
    /// Over MQTT shadows and jobs are topics: the action is never asked for, and the topics are refused without
    /// Publish, Subscribe and Receive.
    /// # What to do
    /// Allow Publish, Subscribe and Receive on `$aws/things/<thing>/shadow/...` or `.../jobs/...`.
    /// # Flagged
    /// `iot:GetThingShadow` for an MQTT client
    /// # Clean
    /// `iot:Publish` on `topic/$aws/things/<thing>/shadow/get`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

/// Actions that a client over MQTT never needs.
const HTTPS: [&str; 9] = [
    "iot:GetThingShadow",
    "iot:UpdateThingShadow",
    "iot:DeleteThingShadow",
    "iot:ListNamedShadowsForThing",
    "iot:GetRetainedMessage",
    "iotjobsdata:DescribeJobExecution",
    "iotjobsdata:GetPendingJobExecutions",
    "iotjobsdata:StartNextPendingJobExecution",
    "iotjobsdata:UpdateJobExecution",
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    if !subject.context.is_some_and(|context| context.protocol != Protocol::Https) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for stated in subject.allows() {
        let listed = stated.statement.actions.iter().filter(|listed| !listed.negated);
        for written in listed.flat_map(|listed| &listed.values) {
            if HTTPS.iter().any(|action| action.eq_ignore_ascii_case(&written.value)) {
                let text = Text::new()
                    .code(&written.value)
                    .say(" is asked for over HTTPS only; this client speaks MQTT.");
                found.push(Found::at(stated.policy, written.span.clone(), text));
            }
        }
    }
    found
}
