//! What happened, as sentences: the findings of Simulate and Live.

use yew::prelude::*;

use super::events::connection;
use crate::app::browser::components::text;
use crate::timeline::{Finding, SessionId};
use crate::words;

/// Findings as sentences; `nothing` stands where there is none. `show` leads to an entry, where there is a way to it.
pub(super) fn findings(
    list: &[Finding],
    nothing: &'static str,
    name: &dyn Fn(SessionId) -> String,
    show: Option<&Callback<usize>>,
) -> Html {
    let said = words::timeline::findings(list, |at| connection(at, name));
    let item = |(number, (finding, said)): (usize, (&Finding, &words::Text))| {
        let id = format!("finding-{number}");
        // The last event is the one with which it shows.
        let way = show.zip(finding.evidence.last().copied()).map(|(show, entry)| {
            let onclick = show.reform(move |_: MouseEvent| entry);
            html! { <>{ " " }<button type="button" {onclick} aria-describedby={id.clone()}>{ "Show it" }</button></> }
        });
        html! { <li><span id={id.clone()}>{ text(said) }</span>{ for way }</li> }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="findings">
            <h2 id="findings">{ "What happened" }</h2>
            <div role="status">
                if list.is_empty() { <p>{ nothing }</p> }
                <ul class="c-stack">
                    { for list.iter().zip(&said).enumerate().map(item) }
                </ul>
            </div>
        </section>
    }
}
