//! A decision with its reasons.

use yew::prelude::*;

use super::tone::{Tone, code, confidence, text};
use crate::app::check::lit::{Lit, Part};
use crate::policy::condition::Truth;
use crate::policy::document::Effect;
use crate::policy::explain::{Explanation, Origin, PartTrail, StatementTrail, Substitution};
use crate::words::{self, Row, Step};

/// How the parts are linked to what they speak of: what is lit, or nothing where nothing is linked.
#[derive(Clone, Copy)]
pub(in crate::app::browser) struct Links<'a>(pub(in crate::app::browser) Option<&'a Lit>);

impl Links<'_> {
    /// For `data-part`, by which pointing finds the part.
    pub(in crate::app::browser) fn name(self, part: Part) -> Option<String> {
        self.0.map(|_| part.name())
    }

    /// The class of a part that is lit.
    pub(in crate::app::browser) fn class(self, part: Part) -> Option<&'static str> {
        self.0.filter(|lit| lit.parts.contains(&part)).map(|_| "is-lit")
    }

    /// Linked parts take the focus, so that the keyboard lights them too: Tab goes to a part that is a stop, the arrow
    /// keys to the others as well.
    pub(in crate::app::browser) fn tabindex(self, stop: bool) -> Option<&'static str> {
        self.0.map(|_| if stop { "0" } else { "-1" })
    }
}

/// Everything but the headline: steps, near misses, values, the trail of all statements, sources. `near` are the near
/// misses, as entries of a list.
pub(in crate::app::browser) fn explanation(
    explanation: &Explanation,
    steps: &[Step],
    near: &[Html],
    links: Links<'_>,
) -> Html {
    let steps = steps.iter().enumerate().map(|(number, step)| {
        let part = Part::Step(number);
        let rows = step.rows.iter().enumerate();
        html! {
            <li data-part={links.name(part)} class={classes!(links.class(part))} tabindex={links.tabindex(true)}>
                { text(&step.text) }{ " " }{ for step.confidence.map(confidence) }
                if !step.rows.is_empty() {
                    if step.not_resource { <p class="c-hint">{ "Named, and so left out:" }</p> }
                    <ul class="c-rows">{ for rows.map(|(at, row)| resource(row, Part::Row(number, at), links)) }</ul>
                }
            </li>
        }
    });
    let surprises = words::surprises(explanation);
    let surprising = surprises.iter().enumerate().map(|(number, words)| {
        let part = Part::Surprise(number);
        html! {
            <p data-part={links.name(part)} class={classes!("c-part", links.class(part))} tabindex={links.tabindex(true)}>
                { text(words) }
            </p>
        }
    });
    let sources = explanation.sources.iter().map(|source| html! { <li>{ words::source(*source) }</li> });
    html! {
        <div class="c-stack">
            <ol class="c-steps">{ for steps }</ol>
            if !surprises.is_empty() { <h3>{ "The surprising part" }</h3>{ for surprising } }
            { seen(explanation) }
            if !near.is_empty() { <h3>{ "Near misses" }</h3><ul class="c-steps">{ for near.iter().cloned() }</ul> }
            if !explanation.substitutions.is_empty() { { values(explanation, links) } }
            { for explanation.parts.iter().enumerate().map(|(number, part)| trail(number, part, links)) }
            { switches(explanation) }
            if !explanation.sources.is_empty() {
                <div class="c-hint"><h3>{ "Sources" }</h3><ul>{ for sources }</ul></div>
            }
            <p class="c-hint">{ "Reason code " }{ code(explanation.decision.reason) }</p>
        </div>
    }
}

/// What the device would see of a refusal.
fn seen(explanation: &Explanation) -> Html {
    let line = |over: &'static str, (sight, mark)| {
        html! { <li>{ over }{ ": " }{ sight }{ ". " }{ confidence(mark) }</li> }
    };
    let by_version = explanation.seen.map(|seen| {
        let said = |(sight, mark)| (words::seen(sight), mark);
        html! { <>{ line("MQTT 3.1.1", said(seen.v3)) }{ line("MQTT 5", said(seen.v5)) }</> }
    });
    let over_https = words::seen_over_https(explanation).map(|seen| line("HTTPS", seen));
    match by_version.or(over_https) {
        Some(lines) => html! { <><h3>{ "What the device sees" }</h3><ul>{ lines }</ul></> },
        None => Html::default(),
    }
}

/// The points that AWS leaves open and that the verdict turns on.
fn switches(explanation: &Explanation) -> Html {
    if explanation.switches.is_empty() {
        return Html::default();
    }
    let each = explanation.switches.iter().map(|switch| {
        html! { <li>{ text(&words::check::ticked(words::undecided(*switch))) }{ ". " }{ confidence(switch.confidence()) }</li> }
    });
    html! { <div><h3>{ "Where AWS leaves it open" }</h3><ul class="c-steps">{ for each }</ul></div> }
}

/// One resource of a statement: written, how far it fitted, with values, and whether it fits.
fn resource(row: &Row, part: Part, links: Links<'_>) -> Html {
    let written = match row.fitted.and_then(|fitted| row.written.split_at_checked(fitted)) {
        Some((fitted, rest)) if row.outcome == Truth::No => html! {
            <>
                <code translate="no"><span class="c-fitted">{ fitted }</span>{ rest }</code>
                <span class="c-quiet">{ " (" }{ text(&words::check::matched(fitted)) }{ ")" }</span>
            </>
        },
        _ => html! { <code translate="no">{ &row.written }</code> },
    };
    let resolved = (row.resolved != row.written).then(|| {
        html! { <>{ " \u{2192} " }<code translate="no">{ &row.resolved }</code></> }
    });
    html! {
        <li data-part={links.name(part)} class={classes!(links.class(part))} tabindex={links.tabindex(false)}>
            { written }{ for resolved }{ " " }{ mark(row.outcome) }
        </li>
    }
}

/// Whether it fits, as a sign and for those who cannot see it.
fn mark(outcome: Truth) -> Html {
    let (sign, word) = match outcome {
        Truth::Yes => ("\u{2713}", "matches"),
        Truth::No => ("\u{2715}", "does not match"),
        Truth::Unknown => ("?", "perhaps"),
    };
    html! { <><span aria-hidden="true">{ sign }</span><span class="c-quiet">{ word }</span></> }
}

fn values(explanation: &Explanation, links: Links<'_>) -> Html {
    let each = explanation.substitutions.iter().enumerate();
    html! {
        <section>
            <h3>{ "Variables" }</h3>
            <dl class="c-values">{ for each.map(|(number, one)| value(explanation, one, Part::Value(number), links)) }</dl>
        </section>
    }
}

fn value(explanation: &Explanation, substitution: &Substitution, part: Part, links: Links<'_>) -> Html {
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
    html! {
        <div data-part={links.name(part)} class={classes!("c-part", links.class(part))}
            tabindex={links.tabindex(part == Part::Value(0))}>
            <dt><code translate="no">{ name }</code></dt><dd>{ found }{ origin }</dd>
        </div>
    }
}

/// A trail of more statements is folded up.
const SHORT: usize = 5;

fn trail(number: usize, part: &PartTrail, links: Links<'_>) -> Html {
    let of = if part.iam { " of IAM policies" } else { "" };
    let count: usize = part.policies.iter().map(|policy| policy.statements.len()).sum();
    html! {
        <details class="c-trail" open={count <= SHORT}>
            <summary>{ format!("{} on every statement{of} ({count})", part.action) }</summary>
            <p class="c-hint">{ "Checked against " }<code translate="no">{ &part.resource }</code></p>
            <div class="c-scroll" tabindex="0" role="region" aria-label={format!("Statements{of} for {}", part.action)}>
                <table class="c-list">
                    <thead><tr>
                        <th scope="col">{ "Statement" }</th><th scope="col">{ "Matches" }</th>
                        <th scope="col">{ "Resource, written and with values" }</th>
                    </tr></thead>
                    <tbody>
                        { for part.policies.iter().enumerate().flat_map(|(at, policy)| policy.statements.iter().map(move |statement| {
                            row(&policy.name, statement, Part::Statement(number, at, statement.statement), links)
                        })) }
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn row(policy: &str, statement: &StatementTrail, part: Part, links: Links<'_>) -> Html {
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
        let resolved = words::resolved(resource);
        html! {
            <div>
                <code translate="no">{ &resource.written }</code>
                if resolved != resource.written { { " \u{2192} " }<code translate="no">{ resolved }</code> }
                { " " }{ mark(resource.outcome) }
            </div>
        }
    });
    let conditions = statement.conditions.iter().map(|condition| {
        html! {
            <div>
                { "if " }<code translate="no">{ format!("{} {}", condition.operator, condition.key) }</code>
                { " " }{ mark(condition.outcome) }
            </div>
        }
    });
    html! {
        <tr class={classes!(tone.class(), links.class(part))} data-part={links.name(part)} tabindex={links.tabindex(false)}>
            <th scope="row">{ format!("{policy}, {} ({effect})", statement.statement + 1) }</th>
            <td data-column="Matches">{ word }</td>
            <td data-column="Resource">{ for resources }{ for conditions }</td>
        </tr>
    }
}
