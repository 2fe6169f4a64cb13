//! `IPL-L042` share-form-missing.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Field, Request, Verdict,
        lint::{
            Found,
            probe::{THING, sample},
            subject::Subject,
        },
    },
    text::Text,
};

about! {
    /// A shared subscription receives by one of two resource forms
    ///
    /// # What it flags
    /// An Allow of `iot:Subscribe` on `topicfilter/$share/...` when `iot:Receive` is allowed on only one of
    /// `topic/<topic>` and `topic/$share/<name>/<topic>`. The engine is asked.
    /// # Why it hurts
    /// No page of AWS says which of the two is checked at delivery, and published samples differ.
    /// # What to do
    /// Allow both.
    /// # Flagged
    /// Receive on `topic/jobs` alone
    /// # Clean
    /// Receive on `topic/jobs` and `topic/$share/*/jobs`
    /// # Sources
    /// - aws-iot-device-sdk-python-v2, samples/mqtt5_shared_subscription.md
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let probe = subject.probe();
    let receives = |topic: &str| {
        let resource = probe.arn(ResourceType::Topic, topic);
        let request = Request::Action { action: "iot:Receive".to_owned(), resource, topic: Field::Absent };
        subject.decide(&probe, &request) == Verdict::Allowed
    };
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Subscribe")) {
        for named in
            stated.resources.iter().filter(|named| named.name_of(ResourceType::TopicFilter).is_some())
        {
            let filter = sample(&named.name_pattern(), THING).replace(['+', '#'], "x");
            let Some((_, topic)) = filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/'))
            else {
                continue;
            };
            let (plain, shared) = (receives(topic), receives(&filter));
            if plain != shared {
                let missing = if plain { filter.as_str() } else { topic };
                let text = Text::new()
                    .code("iot:Receive")
                    .say(" is not allowed on ")
                    .code(format!("topic/{missing}"));
                let text = text.say("; which form of a shared subscription counts is not documented.");
                found.push(Found::at(stated.policy, named.written.span.clone(), text).with("topic", missing));
            }
        }
    }
    found
}
