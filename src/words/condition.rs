//! What a condition asked, what it found, and what came out.

use super::{Text, headline::why_no_value, place::list};
use crate::policy::{
    Explanation,
    condition::{Operator, Quantifier, Test, Truth},
    explain::ConditionTrail,
    variable::Key,
};

/// The conditions that decided, each as a sentence.
pub(super) fn conditions(text: Text, explanation: &Explanation, iam: bool, all: &[ConditionTrail]) -> Text {
    const MOST: usize = 6;
    let worst = all.iter().map(|condition| condition.outcome).min();
    let deciding: Vec<_> = all.iter().filter(|condition| Some(condition.outcome) == worst).collect();
    let text =
        deciding.iter().take(MOST).fold(text, |text, one| condition(text.say(" "), explanation, iam, one));
    match deciding.len().saturating_sub(MOST) {
        0 => text,
        more => text.say(format!(" And {more} more with the same outcome.")),
    }
}

/// One condition as a sentence.
pub(super) fn condition(text: Text, explanation: &Explanation, iam: bool, one: &ConditionTrail) -> Text {
    let Some(operator) = Operator::parse(&one.operator) else {
        return unknown_operator(text, &one.operator).say(", so the condition is not evaluated.");
    };
    let text = text.code(&one.operator).say(" on ").code(&one.key);
    let text = text.say(if operator.test == Test::Null { " asks for " } else { " compares with " });
    let wanted: Vec<_> = one.wanted.iter().map(String::as_str).collect();
    let text = if wanted.is_empty() { text.say("an empty list") } else { list(text, &wanted, "or") };
    let mut missing = false;
    let text = one.variables(iam, &explanation.substitutions).fold(text, |text, variable| {
        let name = format!("${{{}}}", variable.key.name());
        let text =
            if wanted == [name.as_str()] { text.say(", which") } else { text.say(", where ").code(name) };
        match &variable.value {
            Some(Ok(value)) => text.say(" is ").code(value),
            Some(Err(_)) => {
                missing = true;
                text.say(" has no value and equals nothing")
            }
            None => text.say(" is not set"),
        }
    });
    let plain = !operator.syntax(true).variables && one.wanted.iter().any(|wanted| wanted.contains("${"));
    let text = if plain { text.say(", where ").code("${").say(" is plain text") } else { text };
    let held = one.outcome == Truth::Yes;
    let text = match &one.found {
        None => text.say("; nobody said what the request has"),
        Some(Ok(values)) if values.is_empty() => empty(text.say("; the request's set is empty"), operator),
        Some(Ok(values)) => {
            let found: Vec<_> = values.iter().map(String::as_str).collect();
            list(text.say("; the request has "), &found, "and")
        }
        Some(Err(why)) => {
            let key = Key::parse(&one.key);
            let text = why_no_value(text.say("; the request has no value ("), explanation, Some(&key), *why);
            empty(text.say(")"), operator)
        }
    };
    let compared = matches!(&one.found, Some(Ok(values)) if !values.is_empty());
    let without = compared && held && missing && operator.negated;
    let text = if without { text.say(", which differs from what has no value") } else { text };
    text.say(match one.outcome {
        Truth::Yes => ": it holds.",
        Truth::No => ": it does not hold.",
        Truth::Unknown => ": nobody can tell whether it holds.",
    })
}

/// Names a misspelt operator and the one that was meant.
pub(super) fn unknown_operator(text: Text, name: &str) -> Text {
    let text = text.code(name).say(" is no known condition operator");
    match Operator::nearest(name) {
        Some(nearest) => text.say(" (did you mean ").code(nearest).say("?)"),
        None => text,
    }
}

/// What an operator makes of nothing.
fn empty(text: Text, operator: Operator) -> Text {
    match operator {
        Operator { if_exists: true, .. } => text.say(", which ").code("IfExists").say(" lets pass"),
        Operator { quantifier: Quantifier::All, .. } => {
            text.say(", which ").code("ForAllValues").say(" lets pass")
        }
        Operator { quantifier: Quantifier::Any, .. } => {
            text.say(", which ").code("ForAnyValue").say(" never lets pass")
        }
        Operator { negated: true, .. } => text.say(", which a negated operator lets pass"),
        _ => text,
    }
}
