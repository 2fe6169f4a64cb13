//! An explanation, said: headline, steps, sources.

use super::Text;
use crate::policy::{
    Explanation, ReasonCode, Verdict,
    condition::Truth,
    context::BoundBy,
    diagnostic::Span,
    explain::{Confidence, Mismatch, PartTrail, ResourceTrail, Skipped, Source, StatementTrail},
    request::Part,
    variable::{Key, NoValue},
};

/// One step of the way to the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The sentence or two.
    pub text: Text,
    /// The places in policies that it speaks of: index of the policy, bytes of its text.
    pub spans: Vec<(usize, Span)>,
    /// How sure the claim about AWS is; `None` where there is none.
    pub confidence: Option<Confidence>,
}

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

/// One sentence that says why.
#[must_use]
pub fn headline_text(explanation: &Explanation) -> Text {
    let decision = explanation.decision;
    let part = explanation.decisive.and_then(|at| explanation.parts.get(at));
    let statement = part.and_then(|part| deciding(explanation, part));
    let text = lead(decision.part, part);
    let number = decision.place.map_or(0, |place| place.statement + 1);
    let resource = nearest(explanation, statement);
    let asked = part.map_or("", |part| relative(&part.resource));
    let action = part.map_or("", |part| part.action.as_str());
    match decision.reason {
        ReasonCode::Allowed => allowed(text, explanation, statement, number),
        ReasonCode::Denied => text
            .say(format!("Statement {number} denies "))
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
        ReasonCode::ActionNotAllowed => text.say("No statement allows ").code(action).say("."),
        ReasonCode::ResourceType => {
            let text = text.code(action).say(" is checked against ");
            match resource.and_then(|r| r.mismatch.as_ref()) {
                Some(Mismatch::ResourceType { written, needed }) => text
                    .code(format!("{needed}/"))
                    .say(format!("; statement {number} names "))
                    .code(format!("{written}/"))
                    .say(", so it does not match."),
                _ => text.say(format!("another kind of resource than statement {number} names.")),
            }
        }
        ReasonCode::ArnField => match resource {
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
        ReasonCode::VariablesOff => text
            .say("Without ")
            .code("\"Version\": \"2012-10-17\"")
            .say(" the policy's ")
            .code("${...}")
            .say(format!(" is plain text, so statement {number} does not match.")),
        ReasonCode::ResourceMismatch => {
            let text = text.code(asked).say(" is not covered: ");
            match (resource, statement) {
                (Some(found), Some(statement)) if statement.resources.len() == 1 => text
                    .say(format!("statement {number} allows "))
                    .code(action)
                    .say(" on ")
                    .code(relative(&found.written))
                    .say(" only."),
                _ => text.say("no statement allows ").code(action).say(" on it."),
            }
        }
        ReasonCode::NotResource => {
            text.code(asked).say(format!(" is what statement {number} leaves out with ")).code("NotResource").say(".")
        }
        ReasonCode::Unresolved { why, .. } => unresolved(text, explanation, statement, resource, why),
        ReasonCode::ConditionFailed => {
            let text = text.say(format!("Statement {number} fits but for its condition: "));
            match statement.and_then(|s| s.conditions.iter().find(|c| c.outcome == Truth::No)) {
                Some(condition) => {
                    let text = text.code(&condition.operator).say(" on ").code(&condition.key).say(" does not hold, ");
                    match &condition.found {
                        Some(Ok(values)) if values.is_empty() => text.say("the set is empty."),
                        Some(Ok(values)) => text.say("the value is ").code(values.join(", ")).say("."),
                        _ => text.say("the key has no value."),
                    }
                }
                None => text.say("it does not hold."),
            }
        }
        ReasonCode::ValueUnknown => cannot_tell(text, explanation, number),
        ReasonCode::NotModelled => text.say(format!(
            "Cannot tell: statement {number} has a condition that is not modelled, and the answer depends on it."
        )),
    }
}

/// Names the part of the request that decided, when it is not the request itself.
fn lead(part: Part, trail: Option<&PartTrail>) -> Text {
    let text = match part {
        Part::Will => Text::new().say("The will: "),
        Part::Retain | Part::WillRetain => Text::new().say("The RETAIN flag: "),
        Part::Request | Part::ShareForm => Text::new(),
    };
    if trail.is_some_and(|trail| trail.iam) { text.say("In the IAM policy: ") } else { text }
}

fn allowed(text: Text, explanation: &Explanation, statement: Option<&StatementTrail>, number: usize) -> Text {
    let text = text.say(format!("Allowed by statement {number}"));
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

fn cannot_tell(text: Text, explanation: &Explanation, number: usize) -> Text {
    let text = text.say("Cannot tell: ");
    let mut branches = explanation.branches.iter();
    let (Some(one), Some(other)) = (branches.next(), branches.next()) else {
        return text.say(format!("statement {number} depends on a value that is not set."));
    };
    let suppose = |text: Text, branch: &crate::policy::explain::Branch| {
        if branch.assumed.is_empty() {
            return match branch.exclusive {
                Some(true) => text.say("with exclusive attachment"),
                _ => text.say("without exclusive attachment"),
            };
        }
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

const fn short(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::ExplicitDeny => "denied by a statement",
        Verdict::ImplicitDeny => "denied",
        Verdict::CannotTell => "unknown",
    }
}

/// Why, step by step.
#[must_use]
pub fn steps(explanation: &Explanation) -> Vec<Step> {
    let mut steps = Vec::new();
    thing_steps(explanation, &mut steps);
    for part in &explanation.parts {
        for policy in &part.policies {
            if let Some(step) = policy.skipped.and_then(|why| skipped(&policy.name, why)) {
                steps.push(step);
            }
            let mut others = 0_usize;
            for statement in &policy.statements {
                if statement.action == Truth::Yes {
                    steps.push(statement_step(policy.policy, part, statement));
                } else {
                    others += 1;
                }
            }
            if others > 0 {
                let text = Text::new().say(if others == 1 {
                    "One statement is"
                } else {
                    "The other statements are"
                });
                let text = if others > 1 && others == policy.statements.len() {
                    Text::new().say("All statements are")
                } else {
                    text
                };
                steps.push(plain(text.say(" not about ").code(&part.action).say(".")));
            }
        }
        let text = Text::new().code(&part.action).say(" on ").code(relative(&part.resource));
        steps.push(plain(text.say(match part.verdict {
            Verdict::Allowed => ": a statement allows it and none denies it.",
            Verdict::ExplicitDeny => ": a statement denies it, and no Allow can lift that.",
            Verdict::ImplicitDeny => ": nothing allows it. Result: denied.",
            Verdict::CannotTell => ": the answer depends on what is not set.",
        })));
    }
    steps
}

const fn plain(text: Text) -> Step {
    Step { text, spans: Vec::new(), confidence: None }
}

fn thing_steps(explanation: &Explanation, steps: &mut Vec<Step>) {
    let Some(value) = explanation.substitutions.iter().find(|value| value.key.is_thing() && !value.iam)
    else {
        return;
    };
    let facts = &explanation.facts;
    let documented = |text| Step { text, spans: Vec::new(), confidence: Some(Confidence::Documented) };
    let id = facts.client_id.clone().unwrap_or_default();
    let name = value.key.name();
    let bound = facts.bound.as_ref();
    match (bound, facts.unbound) {
        (Some((thing, BoundBy::ExclusiveAttachment)), _) => {
            steps.push(documented(
                Text::new()
                    .say("The certificate is attached exclusively to ")
                    .code(thing)
                    .say(". Then AWS IoT Core binds the connection to that thing, whatever the client ID."),
            ));
        }
        (_, Some(NoValue::ClientIdNotThing | NoValue::ThingNotAttached))
        | (Some((_, BoundBy::ClientId)), _) => {
            let who = if facts.certificate { "The certificate" } else { "The identity" };
            let text = Text::new().say(format!("{who} is attached to ")).code(facts.things.join(", "));
            steps.push(documented(
                text.say(", not exclusively. Then AWS IoT Core looks for the thing by client ID."),
            ));
            let text = Text::new().say("Is there an attached thing called ").code(id);
            steps.push(plain(text.say(if bound.is_some() {
                "? Yes. The connection has that thing."
            } else {
                "? No. The connection has no thing."
            })));
        }
        (None, Some(why)) => {
            steps.push(documented(why_no_value(Text::new(), explanation, Some(&value.key), why).say(".")));
        }
        (None, None) => {}
    }
    let text = match &value.value {
        Some(Ok(found)) => Text::new().say("Therefore ").code(name).say(" is ").code(found).say("."),
        Some(Err(_)) => {
            Text::new().say("Therefore ").code(name).say(" has no value. That is not an empty text.")
        }
        None => Text::new().say("Nobody said what ").code(name).say(" is."),
    };
    steps.push(plain(text));
}

fn skipped(name: &str, why: Skipped) -> Option<Step> {
    let text = Text::new().say("Policy ").code(name).say(" does not count: ");
    let text = match why {
        Skipped::OtherKind | Skipped::OtherAttachment => return None,
        Skipped::NoThingBound => {
            text.say("it is attached to a thing group, and the connection has no thing.")
        }
        Skipped::NotInGroup => text.say("the thing is not in its group."),
        Skipped::ClientIdNotThingName => {
            text.say("a thing group's policy counts only when the client ID is the thing's name.")
        }
    };
    Some(Step { text, spans: Vec::new(), confidence: Some(Confidence::Documented) })
}

fn statement_step(policy: usize, part: &PartTrail, statement: &StatementTrail) -> Step {
    let verb = match statement.effect {
        Some(crate::policy::document::Effect::Deny) => "denies",
        _ => "allows",
    };
    let mut text =
        Text::new().say(format!("Statement {} {verb} ", statement.statement + 1)).code(&part.action);
    let mut spans = vec![(policy, statement.span.clone())];
    let failing: Vec<_> = statement.resources.iter().filter(|r| r.mismatch.is_some()).collect();
    let missing = |r: &&ResourceTrail| matches!(r.mismatch, Some(Mismatch::NoValue { .. }));
    if let Some(condition) = statement.conditions.iter().find(|c| c.outcome == Truth::No) {
        spans.push((policy, condition.span.clone()));
        text = text.say(", but its condition on ").code(&condition.key).say(" does not hold.");
    } else if statement.outcome == Truth::Yes {
        text = text.say(" and matches.");
        spans.extend(
            statement.resources.iter().filter(|r| r.outcome == Truth::Yes).map(|r| (policy, r.span.clone())),
        );
    } else if statement.outcome == Truth::Unknown {
        text = text.say("; whether it matches depends on what is not set.");
    } else if statement.not_resource {
        text = text.say(", but not on what its ").code("NotResource").say(" names.");
    } else {
        spans.extend(failing.iter().map(|r| (policy, r.span.clone())));
        text = text.say(match (failing.len(), failing.iter().all(missing)) {
            (1, true) => ", but its resource needs a value that is missing.",
            (2, true) => ", but both its resources need a value that is missing.",
            (_, true) => ", but all its resources need a value that is missing.",
            (1, false) => ", but its resource does not match.",
            _ => ", but none of its resources matches.",
        });
    }
    Step { text, spans, confidence: None }
}

/// The page that a claim rests on.
#[must_use]
pub const fn source(source: Source) -> &'static str {
    match source {
        Source::ThingVariables => "Developer Guide: Thing policy variables",
        Source::ThingExamples => "Developer Guide: Thing policy examples",
        Source::ExclusiveThing => {
            "Developer Guide: Associating an AWS IoT thing to an MQTT client connection"
        }
        Source::PubSubPolicy => "Developer Guide: Publish/Subscribe policy examples",
        Source::ConnectPolicy => "Developer Guide: Connect policy examples",
        Source::PolicyActions => "Developer Guide: AWS IoT Core policy actions",
        Source::CertificateVariables => "Developer Guide: X.509 certificate policy variables",
        Source::CognitoPolicies => "Developer Guide: Authorization with Amazon Cognito identities",
        Source::Policies => "Developer Guide: AWS IoT Core policies",
        Source::ThingGroups => "Developer Guide: Static thing groups",
        Source::RetainedMessages => "Developer Guide: Retained message policy examples",
        Source::IamResource => "IAM User Guide: JSON policy elements: Resource",
        Source::IamVariables => "IAM User Guide: Policy variables",
        Source::IamConditions => "IAM User Guide: Condition operators",
        Source::IamEvaluation => "IAM User Guide: Policy evaluation logic",
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
fn relative(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// The first five fields of an ARN.
fn head(arn: &str) -> &str {
    arn.strip_suffix(relative(arn)).map_or(arn, |head| head.strip_suffix(':').unwrap_or(head))
}
