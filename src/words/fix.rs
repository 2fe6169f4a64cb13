//! Near misses and ways out, said.

use super::{Text, headline::relative};
use crate::policy::fix::{Change, Cost, Fix, FixKind, NearMiss, NearMissKind, Patch, Risk, Who};
use crate::policy::json::{self, Value};

/// A near miss, as the end of "allowed with".
#[must_use]
pub fn near_miss(near: &NearMiss) -> Text {
    let text = match (near.kind, &near.change) {
        (NearMissKind::OwnName, Change::ClientId(id)) => Text::new().say("with client ID ").code(id),
        (NearMissKind::Exclusive, _) => Text::new().say("with the attachment exclusive"),
        (NearMissKind::LetterCase, Change::ClientId(name) | Change::Name(name)) => {
            Text::new().say("in the letters of the policy, ").code(name)
        }
        (NearMissKind::Visible, Change::ClientId(name) | Change::Name(name)) => {
            Text::new().say("without characters that nobody sees, ").code(name)
        }
        (NearMissKind::Version, _) => Text::new().say("with ").code("\"Version\": \"2012-10-17\""),
        (_, change) => {
            let why = match near.kind {
                NearMissKind::ResourceType => "with the kind of resource that the action needs, ",
                NearMissKind::MqttWildcard => "with the wildcard of policies, ",
                NearMissKind::ArnField => "with region and account of the request, ",
                _ => "with ",
            };
            Text::new().say(why).code(name(change))
        }
    };
    let text = text.say(": allowed");
    let text = match near.place {
        Some(place) => match place.resource {
            Some(resource) => {
                text.say(format!(" by statement {}, resource {}", place.statement + 1, resource + 1))
            }
            None => text.say(format!(" by statement {}", place.statement + 1)),
        },
        None => text,
    };
    match near.kind {
        NearMissKind::OwnName => text.say(", but it ends the session that already uses this client ID"),
        _ => text,
    }
}

/// What is to be done.
#[must_use]
pub fn change(fix: &Fix) -> Text {
    let text = Text::new();
    let patch = fix.changes.iter().find(|change| matches!(change, Change::Policy(_)));
    let written = patch.map(name).unwrap_or_default();
    match fix.kind {
        FixKind::Exclusive => {
            let text = text.say("attach the certificate exclusively");
            if patch.is_some() { text.say(" and allow ").code(written) } else { text }
        }
        FixKind::SecondThing => {
            let id = fix.changes.first().map(name).unwrap_or_default();
            text.say("register a thing ").code(id).say(" on the same certificate")
        }
        FixKind::CommonName => text.say("use the certificate's common name: ").code(written),
        FixKind::LiteralName => text.say("write the name: ").code(written),
        FixKind::AnyName => text.say("allow every name: ").code(written),
        FixKind::ExactName => text.say("allow just this: ").code(written),
        FixKind::Statement => text.say("add a statement for ").code(written),
        FixKind::Correction(NearMissKind::Version) => text.say("write ").code("\"Version\": \"2012-10-17\""),
        FixKind::Correction(_) => text.say("correct the resource: ").code(written),
        FixKind::OtherName => text.say("ask as ").code(fix.changes.first().map(name).unwrap_or_default()),
        FixKind::RemoveDeny => text.say("take out the statement that denies"),
        FixKind::OneSession => text.say("one session, and a local broker or bus on the device"),
        FixKind::DenyExactly => text.say("add a Deny for ").code(written),
        FixKind::RemoveAllow => text.say("take out the statement that allows"),
        FixKind::NotExclusive => text.say("attach the certificate without exclusiveness"),
    }
}

/// The kind of a change as a stable code.
#[must_use]
pub const fn fix_kind(kind: FixKind) -> &'static str {
    match kind {
        FixKind::Exclusive => "EXCLUSIVE",
        FixKind::SecondThing => "SECOND_THING",
        FixKind::CommonName => "COMMON_NAME",
        FixKind::LiteralName => "LITERAL_NAME",
        FixKind::AnyName => "ANY_NAME",
        FixKind::ExactName => "EXACT_NAME",
        FixKind::Correction(NearMissKind::ResourceType) => "CORRECT/RESOURCE_TYPE",
        FixKind::Correction(NearMissKind::MqttWildcard) => "CORRECT/MQTT_WILDCARD",
        FixKind::Correction(NearMissKind::ArnField) => "CORRECT/REGION_OR_ACCOUNT",
        FixKind::Correction(NearMissKind::Version) => "CORRECT/VERSION",
        FixKind::Correction(_) => "CORRECT",
        FixKind::OtherName => "OTHER_NAME",
        FixKind::Statement => "STATEMENT",
        FixKind::RemoveDeny => "REMOVE_DENY",
        FixKind::OneSession => "ONE_SESSION",
        FixKind::DenyExactly => "DENY_EXACTLY",
        FixKind::RemoveAllow => "REMOVE_ALLOW",
        FixKind::NotExclusive => "NOT_EXCLUSIVE",
    }
}

/// What it costs.
#[must_use]
pub const fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Attachment => "a change of attachment",
        Cost::ThingPerSession => "one more thing per session",
        Cost::CommonNames => "common names issued with care",
        Cost::PolicyPerDevice => "one policy per device",
        Cost::PolicyText => "a change of the policy",
        Cost::Device => "a change on the device",
        Cost::Software => "software on the device",
    }
}

/// What can go wrong; empty when nothing is known to.
#[must_use]
pub const fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "",
        Risk::OneThing => "the certificate serves one thing only",
        Risk::SplitThings => "attributes and shadow are those of the new thing",
        Risk::SharedCommonName => "a common name shared by all devices opens it for all of them",
        Risk::ThingVariablesStayEmpty => "thing variables in topic rules stay without a value",
        Risk::OpenToAll => "every device gets what this one gets",
        Risk::PassesCondition => "it passes by the condition that keeps this out today",
        Risk::LiftsDeny => "what the statement forbids becomes possible",
    }
}

/// Who asks.
#[must_use]
pub fn who(who: &Who) -> Text {
    match who {
        Who::Asked => Text::new().say("this request"),
        Who::OwnName(name) => Text::new().say("as ").code(name),
        Who::OtherDevice(name) => Text::new().say("the device of ").code(name).say(" asks the same"),
    }
}

/// The name that a change brings: the client ID, topic or thing, or the last resource of a patch.
fn name(change: &Change) -> String {
    match change {
        Change::Policy(patch) => patch_name(patch).unwrap_or_else(|| patch.replacement.clone()),
        Change::AttachThing(name) | Change::ClientId(name) | Change::Name(name) => name.clone(),
        Change::Exclusive(_) => String::new(),
    }
}

fn patch_name(patch: &Patch) -> Option<String> {
    let text = patch.replacement.trim_start_matches([',', ' ']);
    let (node, found) = json::read(&format!("[{text}]"));
    let mut value = node.filter(|_| found.is_empty())?.value;
    loop {
        value = match value {
            Value::Array(mut items) => items.pop()?.value,
            Value::Object(members) => {
                members.into_iter().find(|member| member.key == "Resource")?.value.value
            }
            Value::String(arn) => return Some(relative(&arn).to_owned()),
            _ => return None,
        };
    }
}
