//! `IPL-L012` mqtt-wildcard-in-deny.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Verdict,
        lint::{
            Found,
            probe::{THING, publish, receive, sample, subscribe},
            subject::{Named, Stated, Subject},
        },
    },
    text::Text,
};

about! {
    /// A Deny with an MQTT wildcard denies one text only
    ///
    /// # What it flags
    /// A Deny on a topic or filter that holds `+` or `#`. Device Defender reports it as
    /// `POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT`. Where the engine lets a topic below it through, the
    /// finding names that request.
    /// # Why it hurts
    /// `+` and `#` are ordinary characters in a policy: the Deny stops the one filter that is spelt like that and
    /// lets all topics through that it seems to cover.
    /// # What to do
    /// Write `*`, and deny `iot:Receive` on the topics as well.
    /// # Flagged
    /// Deny `topicfilter/building/control_room/#`
    /// # Clean
    /// Deny `topicfilter/building/control_room/*` and `topic/building/control_room/*`
    /// # Sources
    /// - Device Defender, audit check IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK
    /// - Developer Guide, Publish/Subscribe policy examples
}

/// The audit check and its reason.
const CHECK: &str = "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK";
const REASON: &str = "POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.denies() {
        for named in &stated.resources {
            let wildcards = named.mqtt_wildcards();
            let kinds = [ResourceType::Topic, ResourceType::TopicFilter];
            if wildcards.is_empty() || !kinds.iter().any(|kind| named.name_of(*kind).is_some()) {
                continue;
            }
            let text = Text::new().say(format!("Statement {} denies ", stated.number)).code(named.short());
            let text = text
                .say(", and ")
                .code("+")
                .say(" and ")
                .code("#")
                .say(" are ordinary characters in a policy");
            let hole = hole(subject, stated, named);
            let text = match &hole {
                Some((action, name)) => {
                    text.say(": ").code(*action).say(" on ").code(name).say(" is allowed.")
                }
                None => text.say(", so it denies that text only."),
            };
            let mut one = Found::at(stated.policy, named.written.span.clone(), text);
            one = one.with("check", CHECK).with("reason", REASON);
            if let Some((action, name)) = hole {
                one = one.with("action", action).with("name", name);
            }
            let edits = wildcards
                .into_iter()
                .map(|at| stated.exact(named.written, at..at + 1).map(|span| (span, "*".to_owned())));
            found.push(edits.fold(one, Found::fixed_by));
        }
    }
    found
}

/// A request that the Deny seems to stop and that is allowed.
fn hole(subject: &Subject<'_>, stated: &Stated<'_>, named: &Named<'_>) -> Option<(&'static str, String)> {
    let probe = subject.probe();
    let name = sample(&named.name_pattern(), THING).replace(['+', '#'], "x");
    let requests = [
        ("iot:Subscribe", ResourceType::TopicFilter, subscribe(&name)),
        ("iot:Publish", ResourceType::Topic, publish(&name)),
        ("iot:Receive", ResourceType::Topic, receive(&name)),
    ];
    requests.into_iter().find_map(|(action, kind, request)| {
        let meant = stated.names(action) && named.name_of(kind).is_some();
        (meant && subject.decide(&probe, &request) == Verdict::Allowed).then(|| (action, name.clone()))
    })
}
