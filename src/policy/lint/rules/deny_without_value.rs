//! `IPL-L007` deny-without-value.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Context, Field, Principal, Request, Verdict,
        context::Protocol,
        lint::{
            Found,
            subject::{Named, Stated, Subject, THING, publish, receive, sample, subscribe},
        },
    },
    text::Text,
};

about! {
    /// This Deny does not deny where its variable has no value
    ///
    /// # What it flags
    /// A Deny whose resource holds a thing or certificate variable, when the engine finds a request that slips
    /// past it because the variable has no value; or when nothing here allows the action, so that it cannot be
    /// asked.
    /// # Why it hurts
    /// A resource with a variable that has no value matches nothing, in a Deny as in an Allow. A client with
    /// another ID, or one that publishes over HTTPS, has no thing and so no value.
    /// # What to do
    /// Deny with `NotResource`, with literal names, or on a condition that also holds without a value; or allow
    /// less.
    /// # Flagged
    /// Deny `iot:Publish` on `topic/private/${iot:Connection.Thing.ThingName}` beside an Allow on `topic/*`
    /// # Clean
    /// the same Deny where only the thing itself may connect and publish over MQTT
    /// # Sources
    /// - IAM User Guide, Policy variables with no value
    /// - Developer Guide, Thing policy variables
}

/// Makes a request for a topic or filter.
type Ask = fn(&str) -> Request;

/// A client ID that is no thing's name.
const SESSION: &str = "session-2";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.denies() {
        for named in &stated.resources {
            let Some(key) = named.pattern.variables().find(|key| key.is_thing() || key.is_certificate())
            else {
                continue;
            };
            if key.is_thing() && subject.exclusive() == Field::Given(true) {
                continue;
            }
            let variable = format!("${{{}}}", key.name());
            let text = Text::new().say(format!("Statement {} denies with ", stated.number)).code(&variable);
            let text = text.say("; where it has no value, the Deny matches nothing");
            let allowed = stated.actions.iter().any(|action| subject.some_allow_can_match(action.name));
            let one =
                |text| Found::at(stated.policy, named.written.span.clone(), text).with("variable", &variable);
            if !allowed {
                found.push(one(text.say(".")));
            } else if let Some((client, request)) = hole(subject, stated, named) {
                let text = text.say(": ").code(client).say(" is allowed ").code(&request);
                found.push(one(text.say(".")).with("client", client).with("request", request));
            }
        }
    }
    found
}

/// A client without value for the variable, and what it is then allowed.
fn hole(subject: &Subject<'_>, stated: &Stated<'_>, named: &Named<'_>) -> Option<(&'static str, String)> {
    let mut without = subject.probe_as(SESSION);
    if let Principal::X509(certificate) = &mut without.principal {
        (certificate.subject, certificate.issuer) = (Field::Absent, Field::Absent);
        (certificate.id, certificate.serial) = (Field::Absent, Field::Absent);
    }
    let connects = !subject.some_allow_names("iot:Connect") || subject.connects(&without);
    let https = Context { protocol: Protocol::Https, client_id: Field::Absent, ..without.clone() };
    let name = sample(&named.name_pattern(), THING);
    let requests: [(&str, ResourceType, Ask); 3] = [
        ("iot:Subscribe", ResourceType::TopicFilter, subscribe),
        ("iot:Receive", ResourceType::Topic, receive),
        ("iot:Publish", ResourceType::Topic, publish),
    ];
    for (action, kind, request) in requests {
        if !stated.names(action) || named.name_of(kind).is_none() {
            continue;
        }
        let asked = request(&name);
        let sentence = || format!("{action} {name}");
        if connects && subject.decide(&without, &asked) == Verdict::Allowed {
            return Some((SESSION, sentence()));
        }
        if action == "iot:Publish" && subject.decide(&https, &asked) == Verdict::Allowed {
            return Some(("a client over HTTPS", sentence()));
        }
    }
    None
}
