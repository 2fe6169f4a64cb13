//! The way to the verdict, step by step, and the pages it rests on.

use super::{
    Text,
    headline::{relative, why_no_value},
    undecided,
};
use crate::policy::{
    Explanation, Verdict,
    condition::Truth,
    context::BoundBy,
    diagnostic::Span,
    document::Effect,
    explain::{Confidence, Mismatch, PartTrail, ResourceTrail, Skipped, Source, StatementTrail, Switch},
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
    /// The resources that were compared.
    pub rows: Vec<Row>,
}

/// One resource of a policy beside what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As written, without region and account where it has them.
    pub written: String,
    /// With its values; `⟨no value⟩` and `⟨unknown⟩` stand for those that are not there.
    pub resolved: String,
    /// How much of the written text fitted, in bytes of `written`, when it failed.
    pub fitted: Option<usize>,
    /// Whether it matches.
    pub outcome: Truth,
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
                    steps.push(statement_step(policy.policy, part, statement, explanation));
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
        let step = plain(text.say(match part.verdict {
            Verdict::Allowed => ": a statement allows it and none denies it.",
            Verdict::ExplicitDeny => ": a statement denies it, and no Allow can lift that.",
            Verdict::ImplicitDeny => ": nothing allows it. Result: denied.",
            Verdict::CannotTell => ": the answer depends on what is not set.",
        }));
        let known = part.verdict != Verdict::CannotTell;
        steps.push(Step { confidence: known.then_some(Confidence::Documented), ..step });
    }
    for switch in &explanation.switches {
        let text = Text::new().say("The answer turns on a point that AWS does not settle: ");
        steps.push(Step {
            confidence: Some(switch.confidence()),
            ..plain(text.say(undecided(*switch)).say("."))
        });
    }
    steps
}

const fn plain(text: Text) -> Step {
    Step { text, spans: Vec::new(), confidence: None, rows: Vec::new() }
}

fn thing_steps(explanation: &Explanation, steps: &mut Vec<Step>) {
    let Some(value) = explanation.substitutions.iter().find(|value| value.key.is_thing() && !value.iam)
    else {
        return;
    };
    let facts = &explanation.facts;
    let documented = |text| Step { confidence: Some(Confidence::Documented), ..plain(text) };
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
    let elsewhere = explanation.switches.contains(&Switch::ExclusiveThingFacts);
    let confidence = match (&value.value, elsewhere && value.key != Key::ThingName) {
        (None, _) => None,
        (_, true) => Some(Confidence::Inferred),
        _ => Some(Confidence::Documented),
    };
    steps.push(Step { confidence, ..plain(text) });
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
    Some(Step { confidence: Some(Confidence::Documented), ..plain(text) })
}

fn statement_step(
    policy: usize,
    part: &PartTrail,
    statement: &StatementTrail,
    explanation: &Explanation,
) -> Step {
    let verb = match statement.effect {
        Some(Effect::Deny) => "denies",
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
    let unmatched_deny = statement.effect == Some(Effect::Deny) && failing.iter().any(missing);
    let by_exclusive = part.action == "iot:Connect"
        && statement.outcome == Truth::Yes
        && explanation.switches.contains(&Switch::ExclusiveConnect);
    let confidence = match statement.outcome {
        Truth::Unknown => None,
        _ if unmatched_deny || by_exclusive => Some(Confidence::Inferred),
        Truth::No if failing.iter().any(missing) => explanation
            .decision
            .reason
            .standing()
            .map_or(Some(Confidence::Documented), |(confidence, _)| Some(confidence)),
        Truth::Yes | Truth::No => Some(Confidence::Documented),
    };
    Step { text, spans, confidence, rows: statement.resources.iter().map(row).collect() }
}

fn row(resource: &ResourceTrail) -> Row {
    let tail = relative(&resource.written);
    let cut = resource.written.len() - tail.len();
    let hole = match resource.mismatch {
        Some(Mismatch::NoValue { .. }) => "⟨no value⟩",
        _ => "⟨unknown⟩",
    };
    let resolved: String = resource.resolved.iter().map(|piece| piece.as_deref().unwrap_or(hole)).collect();
    Row {
        written: tail.to_owned(),
        resolved: relative(&resolved).to_owned(),
        fitted: resource.progress.and_then(|progress| progress.pattern.checked_sub(cut)),
        outcome: resource.outcome,
    }
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
