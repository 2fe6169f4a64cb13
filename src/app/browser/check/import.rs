//! What a policy's field offers when more than a policy was pasted into it.

use yew::prelude::*;

use super::page::press;
use crate::app::browser::components::text;
use crate::app::check::{Edit, Model, Msg};
use crate::words::{self, form};

/// The offer for the policy at this place; nothing when a policy alone stands there.
pub(super) fn offer(model: &Model, index: usize, send: &Callback<Msg>) -> Html {
    let (Some(policy), Some(found)) = (model.workspace.policies.get(index), model.imported(index)) else {
        return Html::default();
    };
    let count = found.policies.len();
    html! {
        <div class="c-notice c-stack is-unknown" role="status">
            <p>{ form::holds(count) }{ for found.steps.iter().map(|step| html! { <>{ " " }{ text(step) }</> }) }</p>
            if !found.notes.is_empty() {
                <ul>
                    { for found.notes.iter().map(|note| html! { <li>{ text(note) }</li> }) }
                    if found.more_notes > 0 { <li>{ words::check::and_more(found.more_notes) }</li> }
                </ul>
            }
            if found.incomplete { <p>{ form::INCOMPLETE }</p> }
            if found.wrapped && count > 0 {
                <div>
                    <button type="button" class="is-primary"
                        onclick={press(send, Msg::Edit(Edit::ReplacePolicy(index, found.in_place_of(policy))))}>
                        { form::take_out(count) }
                    </button>
                </div>
            }
        </div>
    }
}
