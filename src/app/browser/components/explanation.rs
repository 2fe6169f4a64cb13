//! A decision with its reasons.

use yew::prelude::*;

use super::tone::{Tone, code, confidence, text};
use crate::policy::condition::Truth;
use crate::policy::document::Effect;
use crate::policy::explain::{Explanation, Origin, PartTrail, StatementTrail, Substitution};
use crate::words;

/// Everything but the headline: steps, values, the trail of all statements, sources.
pub(in crate::app::browser) fn explanation(explanation: &Explanation) -> Html {
    let steps = words::steps(explanation).into_iter().map(|step| {
        html! { <li>{ text(&step.text) }{ " " }{ for step.confidence.map(confidence) }</li> }
    });
    let sources = explanation.sources.iter().map(|source| words::source(*source)).collect::<Vec<_>>();
    html! {
        <div class="c-stack">
            <ol class="c-steps">{ for steps }</ol>
            if !explanation.substitutions.is_empty() { { values(explanation) } }
            { for explanation.parts.iter().map(part) }
            if !sources.is_empty() {
                <p class="c-hint">{ "Sources: " }{ sources.join("; ") }{ "." }</p>
            }
            <p class="c-hint">{ "Reason code " }{ code(explanation.decision.reason) }</p>
        </div>
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
