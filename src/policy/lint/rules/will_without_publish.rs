//! `IPL-L050` will-without-publish.

use super::about;
use crate::{
    policy::{
        Verdict,
        lint::{
            Found,
            arn::Arn,
            probe::{THING, publish, sample},
            subject::Subject,
        },
        pattern::{Pattern, Syntax},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A will is expected and must not be published
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` with a condition on `iot:LastWillTopic` that names a topic to which the policies
    /// allow no `iot:Publish`. The engine is asked.
    /// # Why it hurts
    /// The will is checked at CONNECT as a publish. A client that sends this will is refused.
    /// # What to do
    /// Allow `iot:Publish` on the topic of the will, and `iot:RetainPublish` when the will is retained.
    /// # Flagged
    /// `ArnEquals` `iot:LastWillTopic` on `topic/status`, Publish on nothing
    /// # Clean
    /// the same with Publish on `topic/status`
    /// # Sources
    /// - Developer Guide, Connect policy examples
    /// - Developer Guide, Lifecycle events (connect_failed)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let syntax = Syntax { wildcards: true, variables: true, arn: false };
    let probe = subject.probe();
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        let wills = stated.statement.conditions.iter().filter(|condition| {
            Key::parse(&condition.key.value) == Key::LastWillTopic
                && condition.parsed.is_some_and(|operator| !operator.negated)
        });
        for written in wills.flat_map(|condition| &condition.values) {
            let Some(arn) = Arn::read(&written.value).filter(|arn| arn.kind == Some("topic")) else {
                continue;
            };
            let topic = sample(&Pattern::compile(arn.name, syntax, &mut Vec::new()), THING);
            if subject.decide(&probe, &publish(&topic)) == Verdict::ImplicitDeny {
                let text =
                    Text::new().say("No statement allows ").code("iot:Publish").say(" on ").code(&topic);
                let text = text.say(": a client with this will is refused.");
                found.push(Found::at(stated.policy, written.span.clone(), text).with("topic", topic));
            }
        }
    }
    found
}
