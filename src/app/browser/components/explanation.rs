//! A decision with its reasons.

use yew::prelude::*;

use super::tone::{Tone, code, confidence, text};
use crate::policy::condition::Truth;
use crate::policy::document::Effect;
use crate::policy::explain::{Explanation, Origin, PartTrail, StatementTrail, Substitution};
use crate::policy::fix::{Fix, NearMiss};
use crate::words::{self, Row};

/// Everything but the headline: steps, near misses, values, the trail of all statements, sources.
pub(in crate::app::browser) fn explanation(explanation: &Explanation, near_misses: &[NearMiss]) -> Html {
    let steps = words::steps(explanation).into_iter().map(|step| {
        html! {
            <li>
                { text(&step.text) }{ " " }{ for step.confidence.map(confidence) }
                if !step.rows.is_empty() { <ul class="c-rows">{ for step.rows.iter().map(resource) }</ul> }
            </li>
        }
    });
    let surprises = words::surprises(explanation);
    let near = near_misses.iter().map(|near| {
        html! { <li>{ text(&words::near_miss(near)) }{ ". " }{ confidence(near.confidence) }</li> }
    });
    let seen = explanation.seen.map(|seen| {
        let line = |version: &'static str, (sight, mark)| {
            html! { <li>{ version }{ ": " }{ words::seen(sight) }{ ". " }{ confidence(mark) }</li> }
        };
        html! { <><h3>{ "What the device sees" }</h3><ul>{ line("MQTT 3.1.1", seen.v3) }{ line("MQTT 5", seen.v5) }</ul></> }
    });
    let sources = explanation.sources.iter().map(|source| words::source(*source)).collect::<Vec<_>>();
    html! {
        <div class="c-stack">
            <ol class="c-steps">{ for steps }</ol>
            if !surprises.is_empty() {
                <h3>{ "The surprising part" }</h3>
                { for surprises.iter().map(|words| html! { <p>{ text(words) }</p> }) }
            }
            { for seen }
            if !near_misses.is_empty() { <h3>{ "Near misses" }</h3><ul>{ for near }</ul> }
            if !explanation.substitutions.is_empty() { { values(explanation) } }
            { for explanation.parts.iter().map(part) }
            if !sources.is_empty() {
                <p class="c-hint">{ "Sources: " }{ sources.join("; ") }{ "." }</p>
            }
            <p class="c-hint">{ "Reason code " }{ code(explanation.decision.reason) }</p>
        </div>
    }
}

/// What would change the answer, each change with the verdicts after it.
pub(in crate::app::browser) fn ways_out(fixes: &[Fix]) -> Html {
    let each = fixes.iter().map(|fix| {
        let trials = fix.trials.iter().map(|trial| {
            let tone = Tone::from(trial.after);
            html! { <li class={tone.class()}>{ tone.sign() }<span>{ tone.word() }{ ": " }{ text(&words::who(&trial.who)) }</span></li> }
        });
        let needs = fix.needs.iter().map(|key| html! { <>{ " Needs " }<code translate="no">{ key.name() }</code>{ "." }</> });
        let risk = match (fix.lets_others_in(), words::risk(fix.risk)) {
            (true, "") => "Other devices get it too.".to_owned(),
            (_, "") => String::new(),
            (_, risk) => format!("Risk: {risk}."),
        };
        html! {
            <li>
                <p>{ text(&words::change(fix)) }{ " " }
                    if fix.changes.is_empty() { <span class="c-mark">{ "advice" }</span> } else { { confidence(fix.confidence) } }</p>
                <ul class="c-trials">{ for trials }</ul>
                <p class="c-hint">{ "Cost: " }{ words::cost(fix.cost) }{ ". " }{ risk }{ for needs }</p>
            </li>
        }
    });
    html! { <ol class="c-ways" type="A">{ for each }</ol> }
}

/// One resource of a statement: written, with values, and whether it fits.
fn resource(row: &Row) -> Html {
    let mark = match row.outcome {
        Truth::Yes => "\u{2713}",
        Truth::No => "\u{2715}",
        Truth::Unknown => "?",
    };
    html! {
        <li><code translate="no">{ &row.written }</code>{ " \u{2192} " }<code translate="no">{ &row.resolved }</code>{ " " }{ mark }</li>
    }
}

fn values(explanation: &Explanation) -> Html {
    html! {
        <section>
            <h3>{ "Variables" }</h3>
            <dl class="c-values">{ for explanation.substitutions.iter().map(|one| value(explanation, one)) }</dl>
        </section>
    }
}

fn value(explanation: &Explanation, substitution: &Substitution) -> Html {
    let name = format!("${{{}}}", substitution.key.name());
    let found = match &substitution.value {
        Some(Ok(value)) => html! { <code translate="no">{ value }</code> },
        Some(Err(why)) => {
            let because = words::why_no_value(words::Text::new(), explanation, Some(&substitution.key), *why);
            html! { <><strong>{ "no value" }</strong>{ ": " }{ text(&because) }</> }
        }
        None => html! { <strong>{ "unknown" }</strong> },
    };
    let origin = match substitution.origin {
        Origin::ClientId => ", the client ID",
        Origin::ThingByClientId => ", the thing with the client ID's name",
        Origin::ThingByAttachment => ", the exclusively attached thing",
        Origin::Certificate => ", from the certificate",
        Origin::Identity => ", the Cognito identity",
        Origin::Connection => ", from the connection",
        Origin::Nowhere => "",
    };
    html! { <><dt><code translate="no">{ name }</code></dt><dd>{ found }{ origin }</dd></> }
}

fn part(part: &PartTrail) -> Html {
    let count: usize = part.policies.iter().map(|policy| policy.statements.len()).sum();
    html! {
        <details class="c-trail">
            <summary>{ format!("{} on every statement ({count})", part.action) }</summary>
            <p class="c-hint">{ "Checked against " }<code translate="no">{ &part.resource }</code></p>
            <div class="c-scroll" tabindex="0" role="region" aria-label={format!("Statements for {}", part.action)}>
                <table>
                    <thead><tr>
                        <th scope="col">{ "Statement" }</th><th scope="col">{ "Matches" }</th>
                        <th scope="col">{ "Resource, written and with values" }</th>
                    </tr></thead>
                    <tbody>
                        { for part.policies.iter().flat_map(|policy| policy.statements.iter().map(|statement| {
                            row(&policy.name, statement)
                        })) }
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn row(policy: &str, statement: &StatementTrail) -> Html {
    let effect = match statement.effect {
        Some(Effect::Allow) => "Allow",
        Some(Effect::Deny) => "Deny",
        None => "no effect",
    };
    let (tone, word) = match (statement.outcome, statement.effect) {
        (Truth::Yes, Some(Effect::Deny)) => (Tone::ExplicitDeny, "yes"),
        (Truth::Yes, _) => (Tone::Allowed, "yes"),
        (Truth::Unknown, _) => (Tone::CannotTell, "perhaps"),
        (Truth::No, _) => (Tone::Nothing, if statement.action == Truth::No { "other action" } else { "no" }),
    };
    let resources = statement.resources.iter().map(|resource| {
        let resolved: String =
            resource.resolved.iter().map(|piece| piece.as_deref().unwrap_or("\u{27e8}no value\u{27e9}")).collect();
        html! {
            <div>
                <code translate="no">{ &resource.written }</code>
                if resolved != resource.written { { " \u{2192} " }<code translate="no">{ resolved }</code> }
                { match resource.outcome { Truth::Yes => " \u{2713}", Truth::No => " \u{2715}", Truth::Unknown => " ?" } }
            </div>
        }
    });
    let conditions = statement.conditions.iter().map(|condition| {
        html! {
            <div>
                { "if " }<code translate="no">{ format!("{} {}", condition.operator, condition.key) }</code>
                { match condition.outcome { Truth::Yes => " \u{2713}", Truth::No => " \u{2715}", Truth::Unknown => " ?" } }
            </div>
        }
    });
    html! {
        <tr class={tone.class()}>
            <th scope="row">{ format!("{policy}, {} ({effect})", statement.statement + 1) }</th>
            <td>{ word }</td>
            <td>{ for resources }{ for conditions }</td>
        </tr>
    }
}
