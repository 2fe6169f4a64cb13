//! What presenter mode shows in another way.

use yew::prelude::*;

use crate::app::check::Model;
use crate::words;

/// The policies, to be read only.
pub(super) fn policies(model: &Model) -> Html {
    let each = model.workspace.policies.iter().enumerate().map(|(index, policy)| {
        let id = format!("presented-{index}");
        html! {
            <div class="c-stack" key={index}>
                <h3 id={id.clone()}>{ &policy.name }{ if policy.off { " (off)" } else { "" } }</h3>
                <pre class="c-scroll" tabindex="0" role="region" aria-labelledby={id} translate="no">{ &policy.text }</pre>
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
