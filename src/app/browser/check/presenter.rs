//! What presenter mode shows in another way.

use yew::prelude::*;

use crate::app::check::Model;
use crate::app::check::lit::{Kind, Lit};
use crate::policy::diagnostic::Span;
use crate::words;

/// The policies, to be read only.
pub(super) fn policies(model: &Model, lit: &Lit) -> Html {
    let each = model.workspace.policies.iter().enumerate().map(|(index, policy)| {
        let id = format!("presented-{index}");
        let spans = lit.spans.iter().filter(|(at, ..)| *at == index);
        let spans: Vec<(Span, Kind)> = spans.map(|(_, span, kind)| (span.clone(), *kind)).collect();
        html! {
            <div class="c-stack" key={index}>
                <h3 id={id.clone()}>{ &policy.name }{ if policy.off { " (off)" } else { "" } }</h3>
                <pre class="c-scroll" tabindex="0" role="region" aria-labelledby={id} translate="no">
                    { for marked(&policy.text, &spans) }
                </pre>
            </div>
        }
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="policies">
            <h2 id="policies">{ "Policies" }</h2>
            <p class="c-hint">{ words::page::PRESENTED }</p>
            { for each }
        </section>
    }
}

/// The text in pieces, cut where a mark begins or ends: marks may overlap.
fn marked<'a>(text: &'a str, spans: &'a [(Span, Kind)]) -> impl Iterator<Item = Html> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let ends = spans.iter().flat_map(|(span, _)| [span.start, span.end]);
        let to = ends.filter(|end| *end > from).min().unwrap_or(text.len());
        let piece = text.get(from..to).filter(|piece| !piece.is_empty())?;
        let kind = |wanted| spans.iter().any(|(span, kind)| *kind == wanted && span.contains(&from));
        let class =
            classes!(kind(Kind::Lit).then_some("is-lit"), kind(Kind::Decisive).then_some("is-decisive"));
        from = to;
        Some(html! { <span {class}>{ piece }</span> })
    })
}
