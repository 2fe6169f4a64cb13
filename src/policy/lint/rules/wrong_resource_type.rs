//! `IPL-L002` wrong-resource-type.

use super::about;
use crate::{
    iot::action::{ACTIONS, ResourceType},
    policy::{
        diagnostic::Span,
        document::Effect,
        lint::{
            Found,
            subject::{Named, Stated, Subject, TYPES, names},
        },
    },
    text::Text,
};

about! {
    /// An action stands with resources of another type
    ///
    /// # What it flags
    /// An action for which the statement names no resource of the type that it is checked against; a resource
    /// that none of the actions of its statement is checked against. A wildcard such as `iot:*` counts when
    /// nothing else allows what it leaves open.
    /// # Why it hurts
    /// Connect is checked against `client/`, Publish and Receive against `topic/`, Subscribe against
    /// `topicfilter/`. With another type the statement never matches, and the device is refused.
    /// # What to do
    /// Give each action a resource of its type; one statement for each type is easiest to read.
    /// # Flagged
    /// `iot:Subscribe` on `topic/a`
    /// # Clean
    /// `iot:Subscribe` on `topicfilter/a`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

/// What a wildcard is asked about: the actions of MQTT.
const MQTT: [&str; 4] = ["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        let readable = stated
            .resources
            .iter()
            .all(|named| named.is_everything() || TYPES.iter().any(|kind| named.can_be(*kind)));
        // Another rule speaks of resources that are none.
        if stated.resources.is_empty() || !readable {
            continue;
        }
        let before = found.len();
        actions(subject, stated, &mut found);
        if found.len() == before {
            resources(stated, &mut found);
        }
    }
    found
}

fn actions(subject: &Subject<'_>, stated: &Stated<'_>, found: &mut Vec<Found>) {
    let Some(listed) = stated.statement.actions.as_ref().filter(|listed| !listed.negated) else { return };
    for written in &listed.values {
        let pattern = written.value.contains(['*', '?']);
        let mut unmet: Vec<_> = ACTIONS.iter().filter(|action| names(&written.value, action.name)).collect();
        unmet.retain(|action| !stated.resources.iter().any(|named| named.can_be(action.resource)));
        if pattern {
            unmet.retain(|action| {
                stated.effect == Effect::Allow
                    && MQTT.contains(&action.name)
                    && !subject.some_allow_can_match(action.name)
            });
        }
        let (Some(first), Some(named)) = (unmet.first(), stated.resources.first()) else { continue };
        let text = if pattern {
            let names: Vec<_> = unmet.iter().map(|action| action.name).collect();
            let text = Text::new().code(&written.value).say(" stands for ").code(names.join(", "));
            text.say(" too, and no resource of theirs is named: ")
                .code(named.short())
                .say(" is another type.")
        } else {
            let text = Text::new().code(first.name).say(" is checked against ");
            let text = text.code(format!("{}/", first.resource.word()));
            text.say(format!("; statement {} names ", stated.number))
                .code(named.short())
                .say(", so it never matches.")
        };
        let mut one = Found::at(stated.policy, written.span.clone(), text);
        for named in &stated.resources {
            one = one.and_at(stated.policy, named.written.span.clone());
        }
        if stated.actions.iter().all(|action| action.resource == first.resource) {
            for named in &stated.resources {
                one = one.fixed_by(retyped(stated, named, first.resource));
            }
        }
        found.push(one);
    }
}

/// `topic/` and `topicfilter/` are taken for each other; other types are not.
fn retyped(stated: &Stated<'_>, named: &Named<'_>, wanted: ResourceType) -> Option<(Span, String)> {
    let arn = named.arn?;
    let swapped = matches!(
        (arn.kind, wanted),
        (Some("topic"), ResourceType::TopicFilter) | (Some("topicfilter"), ResourceType::Topic)
    );
    let end = arn.name_at.checked_sub(1)?;
    let span = stated.exact(named.written, end.checked_sub(arn.kind?.len())?..end)?;
    swapped.then(|| (span, wanted.word().to_owned()))
}

fn resources(stated: &Stated<'_>, found: &mut Vec<Found>) {
    let known =
        stated.statement.actions.as_ref().is_some_and(|listed| !listed.negated) && !stated.actions.is_empty();
    for named in stated.resources.iter().filter(|_| known) {
        let Some(kind) = named.arn.and_then(|arn| arn.kind) else { continue };
        if stated.actions.iter().any(|action| named.can_be(action.resource)) {
            continue;
        }
        let text = Text::new().say(format!("No action of statement {} is checked against ", stated.number));
        let text = text.code(format!("{kind}/")).say(", so ").code(named.short()).say(" matches nothing.");
        found.push(Found::at(stated.policy, named.written.span.clone(), text));
    }
}
