//! `IPL-L007` deny-without-value.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Context, Field, Principal, Request, Verdict,
        condition::Test,
        context::Protocol,
        diagnostic::Span,
        lint::{
            Found,
            probe::{THING, publish, receive, sample, subscribe},
            subject::{Named, Stated, Subject, placeholders},
        },
        variable::Key,
    },
    text::Text,
};

about! {
    /// This Deny does not deny where its variable has no value
    ///
    /// # What it flags
    /// A Deny that needs a thing variable or a field of the certificate to have a value (in a resource, in a
    /// condition value, as the key of a positive condition), when the engine finds a request that slips past it
    /// because there is none; or when nothing here allows the action, so that it cannot be asked.
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
    let exclusive = subject.exclusive();
    let mut found = Vec::new();
    for stated in subject.denies() {
        for (span, key, resources) in needs(stated) {
            if key.is_thing() && exclusive == Field::Given(true) {
                continue;
            }
            let text = Text::new().say(format!("Statement {} denies with ", stated.number)).code(key.name());
            let text = text.say("; where that has no value, the Deny matches nothing");
            let one = |text| Found::at(stated.policy, span.clone(), text).with("variable", key.name());
            let allowed = stated.actions.iter().any(|action| subject.some_allow_can_match(action.name));
            if !allowed {
                found.push(one(text.say(".")));
                continue;
            }
            let Some((client, request)) = resources.iter().find_map(|named| hole(subject, stated, named))
            else {
                continue;
            };
            let text = if key.is_thing() && client == SESSION && exclusive == Field::Unknown {
                text.say("; unless the certificate is attached exclusively, ").code(client)
            } else {
                text.say(": ").code(client)
            };
            let text = text.say(" is allowed ").code(&request).say(".");
            found.push(one(text).with("client", client).with("request", request));
        }
    }
    found
}

/// What the Deny needs to have a value: where it says so, what, and for which of its resources.
fn needs<'s>(stated: &'s Stated<'_>) -> Vec<(Span, Key, Vec<&'s Named<'s>>)> {
    // Every certificate has an ID and a serial number; `IsAttached` has a value on every connection.
    let doubtful = |key: &Key| {
        matches!(key, Key::ThingName | Key::ThingTypeName | Key::ThingAttribute(_) | Key::Certificate { .. })
    };
    let mut needs = Vec::new();
    for named in &stated.resources {
        if let Some(key) = named.pattern.variables().find(|key| doubtful(key)) {
            needs.push((named.written.span.clone(), key.clone(), vec![named]));
        }
    }
    for condition in &stated.statement.conditions {
        let positive =
            condition.parsed.is_some_and(|test| !test.negated && !test.if_exists && test.test != Test::Null);
        let key = Key::parse(&condition.key.value);
        let values = condition.values.iter().map(|value| (value, placeholders(&value.value)));
        let keys = values.flat_map(|(value, names)| {
            names.into_iter().map(|(_, name)| (value.span.clone(), Key::parse(name)))
        });
        let first =
            std::iter::once((condition.key.span.clone(), key)).chain(keys).find(|(_, key)| doubtful(key));
        if let Some((span, key)) = first.filter(|_| positive) {
            needs.push((span, key, stated.resources.iter().collect()));
        }
    }
    needs
}

/// A client without the value, and what it is then allowed although the Deny stops it where the value is there.
fn hole(subject: &Subject<'_>, stated: &Stated<'_>, named: &Named<'_>) -> Option<(&'static str, String)> {
    let with = subject.probe();
    let mut without = subject.probe_as(SESSION);
    if let Principal::X509(certificate) = &mut without.principal {
        (certificate.subject, certificate.issuer) = (Field::Absent, Field::Absent);
    }
    let connects = !subject.some_allow_names("iot:Connect") || subject.connects(&without);
    let https = Context { protocol: Protocol::Https, client_id: Field::Absent, ..without.clone() };
    let name = if named.is_everything() { "x".to_owned() } else { sample(&named.name_pattern(), THING) };
    let requests: [(&str, ResourceType, Ask); 3] = [
        ("iot:Subscribe", ResourceType::TopicFilter, subscribe),
        ("iot:Receive", ResourceType::Topic, receive),
        ("iot:Publish", ResourceType::Topic, publish),
    ];
    for (action, kind, request) in requests {
        let asked = request(&name);
        let meant = stated.names(action) && named.can_be(kind);
        if !meant || subject.decide(&with, &asked) == Verdict::Allowed {
            continue;
        }
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
