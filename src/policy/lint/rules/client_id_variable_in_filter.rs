//! `IPL-L005` client-id-variable-in-filter.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Field, Verdict,
        lint::{
            Found,
            probe::{sample, subscribe},
            subject::Subject,
        },
        variable::Key,
    },
    text::Text,
};

about! {
    /// A client called + reads every client's topic
    ///
    /// # What it flags
    /// An Allow of `iot:Subscribe` on a `topicfilter/` with `${iot:ClientId}`, when a client with the ID `+` may
    /// connect (or nothing here speaks of Connect). The engine is asked.
    /// # Why it hurts
    /// The client picks its ID. With the ID `+` the filter becomes an MQTT wildcard, and the client gets the
    /// messages of all others.
    /// # What to do
    /// Use `${iot:Connection.Thing.ThingName}`, which cannot hold a wildcard, or allow only known client IDs to
    /// connect.
    /// # Flagged
    /// `topicfilter/d/${iot:ClientId}/cmd` with `client/*`
    /// # Clean
    /// `topicfilter/d/${iot:Connection.Thing.ThingName}/cmd`
    /// # Sources
    /// - Developer Guide, Basic AWS IoT Core policy variables
}

/// The MQTT wildcard for one level, as a client ID.
const ID: &str = "+";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let plain = subject.probe_as(ID);
    let mut contexts = vec![plain.clone()];
    if subject.exclusive() == Field::Unknown {
        contexts.push(crate::policy::Context { exclusive: Field::Given(true), ..plain });
    }
    let elsewhere = !subject.some_allow_names("iot:Connect");
    contexts.retain(|context| elsewhere || subject.connects(context));
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Subscribe")) {
        for named in
            stated.resources.iter().filter(|named| named.name_of(ResourceType::TopicFilter).is_some())
        {
            let name = named.name_pattern();
            if !name.variables().any(|key| *key == Key::ClientId) {
                continue;
            }
            let filter = sample(&name, ID);
            if contexts.iter().any(|context| subject.decide(context, &subscribe(&filter)) == Verdict::Allowed)
            {
                let text = Text::new().say("A client called ").code(ID).say(" subscribes to ").code(&filter);
                let text = text.say(" and reads every client's topic: ").code(named.short()).say(" lets it.");
                let one = Found::at(stated.policy, named.written.span.clone(), text);
                found.push(one.with("clientId", ID).with("filter", filter));
            }
        }
    }
    found
}
