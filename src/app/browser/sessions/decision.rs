//! What there is to know of one event of a run, or of one question to the policies.

use yew::prelude::*;

use super::events::packet;
use crate::app::browser::components::{Links, Tone, confidence, explanation, text};
use crate::lab::{Explained, Run};
use crate::mqtt::Version;
use crate::timeline::{Entry, What};
use crate::words;

/// An event: the decision with its reasons, the fields of the packet, or what else there is to say. `version` is that of
/// its session; of a log that was opened there is no run, and decisions in it are not explained.
pub(super) fn detail(entry: &Entry, version: Version, run: Option<&Run>) -> Html {
    match &entry.what {
        What::Decided { explanation: id, .. } => {
            run.and_then(|run| run.explained(*id)).as_ref().map_or_else(Html::default, decision)
        }
        What::Sent(_) | What::Received(_) => packet(entry, version),
        What::Told(_) if run.is_none() => html! {
            <>
                <p>{ text(&words::timeline::what(&entry.what, version)) }</p>
                <p class="c-hint">{ words::player::ONLY_TOLD }</p>
            </>
        },
        what => {
            let words = words::timeline::more(what).unwrap_or_else(|| words::timeline::what(what, version));
            html! { <p>{ text(&words) }</p> }
        }
    }
}

/// A decision with its reasons.
pub(super) fn decision(explained: &Explained) -> Html {
    let Explained { explanation: explained, near_misses, .. } = explained;
    let tone = Tone::from(explained.decision.verdict);
    let near: Vec<Html> = near_misses
        .iter()
        .map(|near| html! { <li>{ text(&words::near_miss(near)) }{ ". " }{ confidence(near.confidence) }</li> })
        .collect();
    html! {
        <>
            <div class={classes!("c-verdict", tone.class())}>
                { tone.sign() }
                <div>
                    <h3>{ words::verdict(explained.decision.verdict) }</h3>
                    <p>{ text(&words::headline_text(explained)) }</p>
                    { confidence(explained.confidence) }
                </div>
            </div>
            { explanation(explained, &words::steps(explained), &near, Links(None)) }
        </>
    }
}
