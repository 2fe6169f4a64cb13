//! The verdict in a few words and in one sentence.

use super::{
    Piece, Text,
    condition::{condition, unknown_operator},
    flaw::{misspelling, warnings},
    place::Names,
};
use crate::policy::{
    Explanation, ReasonCode, Verdict,
    condition::{Operator, Truth},
    evaluate::Decision,
    explain::{Mismatch, PartTrail, ResourceTrail, StatementTrail, Substitution},
    request::Part,
    variable::{Key, NoValue},
};

/// The headline as plain text.
#[must_use]
pub fn headline(explanation: &Explanation) -> String {
    headline_text(explanation).to_string()
}

/// The verdict in a few words.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "Allowed",
        Verdict::ExplicitDeny => "Denied - a statement forbids it",
        Verdict::ImplicitDeny => "Denied - no statement allows it",
        Verdict::CannotTell => "Cannot tell",
    }
}

/// The verdict as a title: what AWS IoT Core never takes is not simply allowed.
#[must_use]
pub const fn title(explanation: &Explanation) -> &'static str {
    match explanation.decision.verdict {
        Verdict::Allowed if !explanation.quotas.is_empty() => {
            "Allowed by the policies, never taken by AWS IoT Core"
        }
        decided => verdict(decided),
    }
}

/// Longer values are cut in the middle; the steps show them whole.
const LONGEST_VALUE: usize = 80;

/// One sentence that says why.
#[must_use]
pub fn headline_text(explanation: &Explanation) -> Text {
    let said = warnings(explanation).0.into_iter().chain(sentence(explanation).0);
    let pieces = said.map(|piece| match piece {
        Piece::Code(value) => Piece::Code(shortened(value)),
        plain @ Piece::Plain(_) => plain,
    });
    Text(pieces.collect())
}

/// At most [`LONGEST_VALUE`] characters: the beginning and the end, where names tend to differ.
fn shortened(value: String) -> String {
    let count = value.chars().count();
    if count <= LONGEST_VALUE {
        return value;
    }
    let end = LONGEST_VALUE / 2;
    let start = LONGEST_VALUE - end - 1;
    value.chars().take(start).chain(['…']).chain(value.chars().skip(count - end)).collect()
}

fn sentence(explanation: &Explanation) -> Text {
    let decision = explanation.decision;
    let part = explanation.decisive.and_then(|at| explanation.parts.get(at));
    let statement = part.and_then(|part| deciding(explanation, part));
    let names = Names::of(explanation);
    let text = lead(decision, part, &names);
    let iam = part.is_some_and(|part| part.iam);
    let which = |text: Text, word: &str| match decision.place {
        Some(place) => names.statement(text, word, place.statement, place.policy, iam),
        None => text.say(format!("a {}", word.to_lowercase())),
    };
    let resource = nearest(explanation, statement);
    let asked = part.map_or("", |part| relative(&part.resource));
    let action = part.map_or("", |part| part.action.as_str());
    match decision.reason {
        ReasonCode::Allowed => allowed(which(text.say("Allowed by "), "statement"), explanation, statement),
        ReasonCode::Denied => which(text, "Statement")
            .say(" denies ")
            .code(action)
            .say(" on ")
            .code(asked)
            .say("; no Allow can lift a Deny."),
        ReasonCode::CertificateNotActive => {
            text.say("The certificate is not ").code("ACTIVE").say(", so it cannot connect.")
        }
        ReasonCode::NoPolicy => text.say("No policy is attached to this principal, so nothing is allowed."),
        ReasonCode::NoIotPolicy => text.say(
            "No AWS IoT Core policy is attached to this Cognito identity; the role policy alone is not enough.",
        ),
        ReasonCode::NoIamPolicy => text.say("No IAM policy is attached to the role, so nothing is allowed."),
        ReasonCode::GroupPolicyNotApplied => match &explanation.facts.client_id {
            Some(id) => text
                .say("The thing group's policy does not count: ")
                .code(id)
                .say(" is not the name of the attached thing."),
            None => text.say("The thing group's policy does not count: no thing is bound to this request."),
        },
        ReasonCode::ActionNotAllowed => {
            let text = match part.and_then(|part| names.kind(part)) {
                Some(kind) => text.say(format!("No statement of {kind} allows ")),
                None => text.say("No statement allows "),
            };
            let text = text.code(action);
            match part.and_then(|part| misspelling(explanation, part)) {
                Some(written) => text.say("; ").code(written).say(", which a policy names, is no action: did you mean ").code(action).say("?"),
                None => text.say("."),
            }
        }
        ReasonCode::ResourceType => {
            let text = text.code(action).say(" is checked against ");
            match resource.and_then(|r| r.mismatch.as_ref()) {
                Some(Mismatch::ResourceType { written, needed }) => which(text.code(format!("{needed}/")).say("; "), "statement")
                    .say(" names ")
                    .code(format!("{written}/"))
                    .say(", so it does not match."),
                _ => which(text.say("another kind of resource than "), "statement").say(" names."),
            }
        }
        ReasonCode::ArnField => match resource {
            Some(found) if !found.written.starts_with("arn:") => {
                let text = text.code(&found.written).say(" is no ARN, so ");
                let text = which(text, "statement").say(" matches nothing; write ");
                text.code(format!("{}:{}", head(part.map_or("", |part| &part.resource)), found.written)).say(".")
            }
            Some(found) => text
                .say("Region, account or service differ: the request is for ")
                .code(head(part.map_or("", |part| &part.resource)))
                .say(", the policy says ")
                .code(head(&found.written))
                .say("."),
            None => text.say("Region, account or service of the resource differ."),
        },
        ReasonCode::LetterCase => named(text, resource, asked)
            .say(" differ in letter case, and resources are compared letter by letter."),
        ReasonCode::MqttWildcard => {
            let text = text.code("+").say(" and ").code("#").say(" are ordinary characters in a policy, so ");
            match resource {
                Some(found) => text.code(relative(&found.written)).say(" does not cover "),
                None => text.say("the resource does not cover "),
            }
            .code(asked)
            .say("; the wildcard is ")
            .code("*")
            .say(".")
        }
        ReasonCode::VariablesOff => {
            let text = text.say("Without ").code("\"Version\": \"2012-10-17\"").say(" the policy's ");
            which(text.code("${...}").say(" is plain text, so "), "statement").say(" does not match.")
        }
        ReasonCode::ResourceMismatch => {
            let text = text.code(asked).say(" is not covered: ");
            match (resource, statement) {
                (Some(found), Some(statement)) if statement.resources.len() == 1 => which(text, "statement")
                    .say(" allows ")
                    .code(action)
                    .say(" on ")
                    .code(relative(&found.written))
                    .say(" only."),
                _ => text.say("no statement allows ").code(action).say(" on it."),
            }
        }
        ReasonCode::NotResource => {
            let text = which(text.code(asked).say(" is what "), "statement");
            text.say(" leaves out with ").code("NotResource").say(".")
        }
        ReasonCode::Unresolved { why, .. } => unresolved(text, explanation, statement, resource, why),
        ReasonCode::ConditionFailed => {
            let text = which(text, "Statement").say(" fits but for its condition: ");
            match statement.and_then(|s| s.conditions.iter().find(|c| c.outcome == Truth::No)) {
                Some(failed) => condition(text, explanation, iam, failed),
                None => text.say("it does not hold."),
            }
        }
        ReasonCode::ValueUnknown => cannot_tell(text, explanation, which(Text::new(), "statement")),
        ReasonCode::NotModelled => {
            let text = which(text.say("Cannot tell: "), "statement");
            let unknown = statement
                .and_then(|found| found.conditions.iter().find(|one| Operator::parse(&one.operator).is_none()));
            match unknown {
                Some(unknown) => unknown_operator(text.say(" has a condition that is not evaluated: "), &unknown.operator)
                    .say("."),
                None => text.say(" has a condition that cannot be read, and the answer depends on it."),
            }
        }
    }
}

/// Names the part of the request that decided, when it is not the request itself.
fn lead(decision: Decision, trail: Option<&PartTrail>, names: &Names<'_>) -> Text {
    let text = match decision.part {
        Part::Will => Text::new().say("The will: "),
        Part::Retain | Part::WillRetain => Text::new().say("The RETAIN flag: "),
        Part::Request | Part::ShareForm => Text::new(),
    };
    // Said by the sentence itself.
    let said = decision.place.is_some() && names.several()
        || matches!(decision.reason, ReasonCode::NoIamPolicy | ReasonCode::ActionNotAllowed);
    if !said && names.both_kinds() && trail.is_some_and(|trail| trail.iam) {
        text.say("In the IAM policies: ")
    } else {
        text
    }
}

fn allowed(text: Text, explanation: &Explanation, statement: Option<&StatementTrail>) -> Text {
    let Some(found) = nearest(explanation, statement) else {
        return text.say("; no statement denies it.");
    };
    let text = text.say(", ").code(relative(&found.written));
    let value = explanation.substitutions.iter().find(|value| {
        found
            .written
            .to_ascii_lowercase()
            .contains(&format!("${{{}}}", value.key.name()).to_ascii_lowercase())
    });
    match value {
        Some(value) if matches!(value.value, Some(Ok(_))) => {
            let resolved: String = found.resolved.iter().flatten().map(String::as_str).collect();
            text.say(" = ").code(relative(&resolved)).say("; no statement denies it.")
        }
        _ => text.say("; no statement denies it."),
    }
}

fn unresolved(
    text: Text,
    explanation: &Explanation,
    statement: Option<&StatementTrail>,
    resource: Option<&ResourceTrail>,
    why: NoValue,
) -> Text {
    let key = match resource.and_then(|resource| resource.mismatch.as_ref()) {
        Some(Mismatch::NoValue { variable: Some(key), .. }) => Some(key),
        _ => None,
    };
    let text = why_no_value(text, explanation, key, why).say(", so ");
    let text = match key {
        Some(key) => text.code(format!("${{{}}}", key.name())).say(" has no value and "),
        None => text.say("it has no value and "),
    };
    let resources = statement.map_or(0, |statement| statement.resources.len());
    text.say(match resources {
        0 | 1 => "the resource cannot match.",
        2 => "neither resource can match.",
        _ => "no resource can match.",
    })
}

/// Why a variable has no value, as the first half of a sentence.
#[must_use]
pub fn why_no_value(text: Text, explanation: &Explanation, key: Option<&Key>, why: NoValue) -> Text {
    let principal = if explanation.facts.certificate { "this certificate" } else { "this identity" };
    let id = explanation.facts.client_id.clone().unwrap_or_default();
    match why {
        NoValue::ClientIdNotThing => {
            text.code(id).say(format!(" is not the name of a thing attached to {principal}"))
        }
        NoValue::ThingNotAttached => {
            text.say("The thing ").code(id).say(format!(" exists but is not attached to {principal}"))
        }
        NoValue::NoThingAttached => text.say(format!("No thing is attached to {principal}")),
        NoValue::NotOverHttps => text.say("Thing variables work over MQTT only, not over HTTPS"),
        NoValue::PrincipalHasNoThing => text.say("This kind of principal has no thing"),
        NoValue::NotInIamPolicy => text.say("Thing and certificate variables do not work in IAM policies"),
        NoValue::ThingHasNoType => text.say("The thing has no type"),
        NoValue::AttributeMissing => match key {
            Some(Key::ThingAttribute(name)) => text.say("The thing has no attribute ").code(name),
            _ => text.say("The thing has no such attribute"),
        },
        NoValue::NoCertificate => text.say("The client brings no certificate"),
        NoValue::CertificateFieldAbsent => text.say("The certificate has no such field"),
        NoValue::IndexPastEnd => text.say("The certificate has fewer values in this field"),
        NoValue::ForbiddenCharacter => text
            .say("The certificate's value contains one of ")
            .code("* $ + ? #")
            .say(" and is not substituted"),
        NoValue::TooLong => text.say("The certificate's value is longer than 1024 characters"),
        NoValue::ListInText => text.say("A list of values works in conditions only"),
        NoValue::NotInRequest => text.say("The request carries no such value"),
        NoValue::UnknownName => text.say("AWS IoT Core has no such variable"),
        NoValue::Undocumented => text.say("No page says that this variable has a value in AWS IoT Core"),
        NoValue::DefaultValue => text.say("Default values are not documented for AWS IoT Core"),
        NoValue::BeforeFifthColon => text.say("Variables work only after the fifth colon of an ARN"),
    }
}

fn cannot_tell(text: Text, explanation: &Explanation, which: Text) -> Text {
    let text = text.say("Cannot tell: ");
    let mut branches = explanation.branches.iter();
    let (Some(one), Some(other)) = (branches.next(), branches.next()) else {
        let text = Text(text.0.into_iter().chain(which.0).collect());
        let computed = |value: &&Substitution| value.value.is_none() && matches!(value.key, Key::Unknown(_));
        return match explanation.substitutions.iter().find(computed) {
            Some(value) => text
                .say(" depends on what the template puts in place of ")
                .code(format!("${{{}}}", value.key.name()))
                .say("."),
            None => text.say(" depends on a value that is not set."),
        };
    };
    let suppose = |text: Text, branch: &crate::policy::explain::Branch| {
        if branch.assumed.is_empty() {
            return match branch.exclusive {
                Some(true) => text.say("with exclusive attachment"),
                _ => text.say("without exclusive attachment"),
            };
        }
        let text = match branch.exclusive {
            Some(true) => text.say("with exclusive attachment, "),
            Some(false) => text.say("without exclusive attachment, "),
            None => text,
        };
        branch.assumed.iter().enumerate().fold(text, |text, (index, (key, value))| {
            let text = if index == 0 { text.say("if ") } else { text.say(" and ") }.code(key.name());
            match value {
                Some(value) => text.say(" is ").code(value),
                None => text.say(" has no value"),
            }
        })
    };
    let text = suppose(text, one).say(format!(": {}; ", short(one.verdict)));
    suppose(text, other).say(format!(": {}.", short(other.verdict)))
}

pub(super) const fn short(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::ExplicitDeny => "denied by a statement",
        Verdict::ImplicitDeny => "denied",
        Verdict::CannotTell => "unknown",
    }
}

fn deciding<'a>(explanation: &Explanation, part: &'a PartTrail) -> Option<&'a StatementTrail> {
    let place = explanation.decision.place?;
    let policy = part.policies.iter().find(|policy| policy.policy == place.policy)?;
    policy.statements.iter().find(|statement| statement.statement == place.statement)
}

fn nearest<'a>(
    explanation: &Explanation,
    statement: Option<&'a StatementTrail>,
) -> Option<&'a ResourceTrail> {
    let at = explanation.decision.place?.resource?;
    statement?.resources.get(at)
}

fn named(text: Text, resource: Option<&ResourceTrail>, asked: &str) -> Text {
    match resource {
        Some(found) => text.code(relative(&found.written)).say(" and ").code(asked),
        None => text.code(asked).say(" and the resource"),
    }
}

/// The sixth field of an ARN, or the whole when there are fewer.
pub(super) fn relative(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// The first five fields of an ARN.
pub(super) fn head(arn: &str) -> &str {
    arn.strip_suffix(relative(arn)).map_or(arn, |head| head.strip_suffix(':').unwrap_or(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_lose_their_middle() {
        let fits = "é".repeat(LONGEST_VALUE);
        assert_eq!(shortened(fits.clone()), fits);
        let long = format!("topic/{}/end", "é".repeat(LONGEST_VALUE));
        let short = shortened(long);
        assert_eq!(short.chars().count(), LONGEST_VALUE);
        assert!(short.starts_with("topic/é") && short.ends_with("é/end") && short.contains('…'), "{short}");
    }
}
