//! The way to the verdict, step by step, and the pages it rests on.

use super::{
    Text,
    condition::conditions,
    flaw::misspelling,
    headline::{relative, why_no_value},
    place::{Names, list, policy_name},
    undecided,
    used::{Used, named_in, places_of},
};
use crate::order::sorted_by;
use crate::policy::{
    Explanation, ReasonCode, Verdict,
    condition::{Operator, Truth},
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
    /// The facts of the situation that it speaks of.
    pub uses: Vec<Used>,
    /// How sure the claim about AWS is; `None` where there is none.
    pub confidence: Option<Confidence>,
    /// The resources that were compared, as many as can be read; those that match go before the others.
    pub rows: Vec<Row>,
    /// Whether the rows are of a `NotResource`, which leaves out what it names.
    pub not_resource: bool,
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
    /// Where it stands: index of the policy, bytes of its text.
    pub place: (usize, Span),
    /// The facts of the situation that it is compared with.
    pub uses: Vec<Used>,
}

/// Why, step by step.
#[must_use]
pub fn steps(explanation: &Explanation) -> Vec<Step> {
    let mut steps = Vec::new();
    thing_steps(explanation, &mut steps);
    let names = Names::of(explanation);
    for part in &explanation.parts {
        skipped_steps(part, &mut steps);
        let mut silent: Vec<&str> = Vec::new();
        for policy in &part.policies {
            let about = policy.statements.iter().filter(|one| one.action != Truth::No);
            let before = steps.len();
            steps.extend(about.map(|one| statement_step(policy.policy, part, one, explanation, &names)));
            if steps.len() == before {
                if !policy.statements.is_empty() {
                    silent.push(&policy.name);
                }
                continue;
            }
            let others = policy.statements.len() - (steps.len() - before);
            if others > 0 {
                let text =
                    Text::new().say(if others == 1 { "One other statement" } else { "The other statements" });
                let text = if names.several() {
                    policy_name(text.say(" of "), &policy.name, policy.policy)
                } else {
                    text
                };
                let text = text.say(if others == 1 { " is not about " } else { " are not about " });
                steps.push(plain(text.code(&part.action).say(".")));
            }
        }
        if let Some(step) = silent_step(part, &silent, &names) {
            steps.push(misspelt(step, explanation, part));
        }
        steps.push(part_step(part, &names));
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
    Step {
        text,
        spans: Vec::new(),
        uses: Vec::new(),
        confidence: None,
        rows: Vec::new(),
        not_resource: false,
    }
}

fn thing_steps(explanation: &Explanation, steps: &mut Vec<Step>) {
    let Some(value) = explanation.substitutions.iter().find(|value| value.key.is_thing() && !value.iam)
    else {
        return;
    };
    let facts = &explanation.facts;
    let spans = places_of(explanation, Key::is_thing);
    let about = |text, uses: &[Used]| Step { uses: uses.to_vec(), spans: spans.clone(), ..plain(text) };
    let documented =
        |text, uses: &[Used]| Step { confidence: Some(Confidence::Documented), ..about(text, uses) };
    let (attached, client) = ([Used::Things, Used::Attachment], [Used::Things, Used::ClientId]);
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
                &attached,
            ));
        }
        (_, Some(NoValue::ClientIdNotThing | NoValue::ThingNotAttached))
        | (Some((_, BoundBy::ClientId)), _) => {
            let who = if facts.certificate { "The certificate" } else { "The identity" };
            let text = Text::new().say(format!("{who} is attached to ")).code(facts.things.join(", "));
            steps.push(if facts.exclusive_of_several() {
                let text = text.say(", and exclusively: AWS refuses such an attachment. As if it were not exclusive, the thing is looked for by client ID.");
                Step { confidence: Some(Confidence::Inferred), ..about(text, &attached) }
            } else {
                documented(
                    text.say(", not exclusively. Then AWS IoT Core looks for the thing by client ID."),
                    &attached,
                )
            });
            let text = Text::new().say("Is there an attached thing called ").code(id);
            let answer = if bound.is_some() {
                "? Yes. The connection has that thing."
            } else {
                "? No. The connection has no thing."
            };
            steps.push(about(text.say(answer), &client));
        }
        (None, Some(why)) => {
            let text = why_no_value(Text::new(), explanation, Some(&value.key), why).say(".");
            steps.push(documented(text, &[Used::Things, Used::Attachment, Used::ClientId]));
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
    steps.push(Step { confidence, ..about(text, &[Used::Variable(value.key.clone())]) });
}

/// The policies that do not count, one step for each reason.
fn skipped_steps(part: &PartTrail, steps: &mut Vec<Step>) {
    let reasons = [
        (Skipped::NoThingBound, "attached to a thing group, and the connection has no thing."),
        (Skipped::NotInGroup, "attached to a thing group that the thing is not in."),
        (
            Skipped::ClientIdNotThingName,
            "attached to a thing group, whose policies count only when the client ID is the thing's name.",
        ),
    ];
    for (reason, why) in reasons {
        let names: Vec<_> = part
            .policies
            .iter()
            .filter(|policy| policy.skipped == Some(reason))
            .map(|policy| policy.name.as_str())
            .collect();
        let text = match names.len() {
            0 => continue,
            1 => list(Text::new().say("Policy "), &names, "and").say(" does not count: it is "),
            _ => list(Text::new().say("Policies "), &names, "and").say(" do not count: they are "),
        };
        steps.push(Step {
            confidence: Some(Confidence::Documented),
            uses: vec![Used::Things, Used::ClientId],
            ..plain(text.say(why))
        });
    }
}

/// The policies whose statements are all about something else.
fn silent_step(part: &PartTrail, silent: &[&str], names: &Names<'_>) -> Option<Step> {
    let text = match silent.len() {
        0 => return None,
        1 if !names.several() => {
            let one = part.policies.iter().map(|policy| policy.statements.len()).sum::<usize>() == 1;
            Text::new().say(if one { "The only statement is not" } else { "No statement is" })
        }
        1 => list(Text::new().say("No statement of "), silent, "and").say(" is"),
        _ => list(Text::new().say("Policies "), silent, "and").say(" say nothing"),
    };
    Some(plain(text.say(" about ").code(&part.action).say(".")))
}

/// Adds the name that somebody wrote for the action, when it is misspelt.
fn misspelt(step: Step, explanation: &Explanation, part: &PartTrail) -> Step {
    match misspelling(explanation, part) {
        Some(written) => {
            let text =
                step.text.say(" ").code(written).say(" is no action; did you mean ").code(&part.action);
            Step { text: text.say("?"), ..step }
        }
        None => step,
    }
}

fn part_step(part: &PartTrail, names: &Names<'_>) -> Step {
    let text = Text::new().code(&part.action).say(" on ").code(relative(&part.resource));
    let text = match names.kind(part) {
        Some(kind) => text.say(format!(" by {kind}")),
        None => text,
    };
    let step = plain(text.say(match (part.verdict, part.reason) {
        (_, ReasonCode::CertificateNotActive) => {
            ": the certificate is not active, so no policy is asked. Result: denied."
        }
        (_, ReasonCode::NoPolicy | ReasonCode::NoIotPolicy | ReasonCode::NoIamPolicy) => {
            ": no policy that counts is attached, so nothing allows it. Result: denied."
        }
        (Verdict::Allowed, _) => ": a statement allows it and none denies it.",
        (Verdict::ExplicitDeny, _) => ": a statement denies it, and no Allow can lift that.",
        (Verdict::ImplicitDeny, _) => ": nothing allows it. Result: denied.",
        (Verdict::CannotTell, ReasonCode::NotModelled) => ": the answer depends on what is not evaluated.",
        (Verdict::CannotTell, _) => ": the answer depends on what is not set.",
    }));
    let known = part.verdict != Verdict::CannotTell;
    let uses = match part.reason {
        ReasonCode::CertificateNotActive => Used::CertificateState,
        _ => Used::Asked,
    };
    Step { confidence: known.then_some(Confidence::Documented), uses: vec![uses], ..step }
}

fn statement_step(
    policy: usize,
    part: &PartTrail,
    statement: &StatementTrail,
    explanation: &Explanation,
    names: &Names<'_>,
) -> Step {
    let verb = match statement.effect {
        Some(Effect::Deny) => " denies ",
        _ => " allows ",
    };
    let text = names.statement(Text::new(), "Statement", statement.statement, policy, part.iam);
    let mut text = text.say(verb).code(&part.action);
    if statement.not_resource {
        text = text.say(" on all but what its ").code("NotResource").say(" names,");
    }
    let mut spans = vec![(policy, statement.span.clone())];
    let failing: Vec<_> = statement.resources.iter().filter(|r| r.mismatch.is_some()).collect();
    let missing = |r: &&ResourceTrail| matches!(r.mismatch, Some(Mismatch::NoValue { .. }));
    let several = statement.conditions.iter().filter(|c| c.outcome == Truth::No).count() > 1;
    if let Some(condition) = statement.conditions.iter().find(|c| c.outcome == Truth::No) {
        spans.push((policy, condition.span.clone()));
        text = text.say(if several {
            ", but conditions do not hold."
        } else {
            ", but its condition does not hold."
        });
    } else if statement.outcome == Truth::Yes {
        text = text.say(" and matches.");
        spans.extend(
            statement.resources.iter().filter(|r| r.outcome == Truth::Yes).map(|r| (policy, r.span.clone())),
        );
    } else if statement.outcome == Truth::Unknown {
        let unknown = statement.conditions.iter().any(|c| Operator::parse(&c.operator).is_none());
        text = text.say(if unknown {
            "; whether it matches depends on a condition that is not evaluated."
        } else {
            "; whether it matches depends on what is not set."
        });
    } else if statement.not_resource {
        text = text.say(" and this is named there.");
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
    let text = conditions(text, explanation, part.iam, &statement.conditions);
    let (rows, left_out) = shown(&statement.resources);
    let text = match left_out.len() {
        0 => text,
        more if left_out.iter().all(|one| one.outcome == Truth::No) => {
            text.say(format!(" {} resources are shown; {more} more do not match.", rows.len()))
        }
        more => text.say(format!(" {} resources are shown, {more} more are not.", rows.len())),
    };
    let unmatched_deny = statement.effect == Some(Effect::Deny) && failing.iter().any(missing);
    let unresolved_condition = statement.conditions.iter().any(|condition| {
        condition.variables(part.iam, &explanation.substitutions).any(|one| matches!(one.value, Some(Err(_))))
    });
    let by_exclusive = part.action == "iot:Connect"
        && statement.outcome == Truth::Yes
        && explanation.switches.contains(&Switch::ExclusiveConnect);
    let confidence = match statement.outcome {
        Truth::Unknown => None,
        _ if unmatched_deny || by_exclusive || unresolved_condition => Some(Confidence::Inferred),
        Truth::No if failing.iter().any(missing) => explanation
            .decision
            .reason
            .standing()
            .map_or(Some(Confidence::Documented), |(confidence, _)| Some(confidence)),
        Truth::Yes | Truth::No => Some(Confidence::Documented),
    };
    let keys = statement.conditions.iter().map(|condition| Used::Variable(Key::parse(&condition.key)));
    let rows: Vec<Row> = rows.into_iter().map(|one| row(policy, one, part.iam, explanation)).collect();
    let mut uses: Vec<Used> = keys.chain(rows.iter().flat_map(|row| row.uses.iter().cloned())).collect();
    uses.push(Used::Asked);
    uses = sorted_by(uses, &Ord::cmp);
    uses.dedup();
    Step { text, spans, uses, confidence, rows, not_resource: statement.not_resource }
}

/// As many resources as can be read, in their order: those that match go before the others. And the rest.
fn shown(all: &[ResourceTrail]) -> (Vec<&ResourceTrail>, Vec<&ResourceTrail>) {
    const MOST: usize = 20;
    let matching = all.iter().filter(|one| one.outcome != Truth::No).count().min(MOST);
    let (mut matching, mut others) = (matching, MOST - matching);
    all.iter().partition(|one| {
        let room = if one.outcome == Truth::No { &mut others } else { &mut matching };
        let fits = *room > 0;
        *room = room.saturating_sub(1);
        fits
    })
}

/// A resource with its values; `⟨no value⟩` and `⟨unknown⟩` stand for those that are not there.
#[must_use]
pub fn resolved(resource: &ResourceTrail) -> String {
    let hole = match resource.mismatch {
        Some(Mismatch::NoValue { .. }) => "⟨no value⟩",
        _ => "⟨unknown⟩",
    };
    resource.resolved.iter().map(|piece| piece.as_deref().unwrap_or(hole)).collect()
}

fn row(policy: usize, resource: &ResourceTrail, iam: bool, explanation: &Explanation) -> Row {
    let tail = relative(&resource.written);
    let cut = resource.written.len() - tail.len();
    Row {
        written: tail.to_owned(),
        resolved: relative(&resolved(resource)).to_owned(),
        fitted: resource.progress.and_then(|progress| progress.pattern.checked_sub(cut)),
        outcome: resource.outcome,
        place: (policy, resource.span.clone()),
        uses: named_in(&resource.written, iam, explanation).chain([Used::Asked]).collect(),
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
