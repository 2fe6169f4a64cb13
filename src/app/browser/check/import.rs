//! What a policy's field offers when more than a policy was pasted into it.

use yew::prelude::*;

use crate::app::browser::components::text;
use crate::app::check::{Edit, Msg};
use crate::app::workspace::PolicyText;
use crate::policy::import::{self, Found, Unwrapped};
use crate::words::{self, form};

/// Notes that are shown.
const MAX_NOTES: usize = 5;

/// The offer for the policy at this place; nothing when a policy alone stands there.
pub(super) fn offer(index: usize, policy: &PolicyText, send: &Callback<Msg>) -> Html {
    let read = import::read(&policy.text);
    let plain = matches!(read.found.as_slice(), [only] if only.unwrapped.is_empty());
    if plain && read.notes.is_empty() {
        return Html::default();
    }
    let mut steps: Vec<&Unwrapped> = Vec::new();
    for step in read.found.iter().flat_map(|found| &found.unwrapped) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    let notes = read.notes.iter().take(MAX_NOTES).map(|note| {
        let before = policy.text.get(..note.span.start).unwrap_or_default();
        html! { <li>{ format!("Line {}: ", before.matches('\n').count() + 1) }{ text(&words::diagnostic(note)) }</li> }
    });
    let more = read.notes.len().saturating_sub(MAX_NOTES);
    let incomplete = read.found.iter().any(|found| !found.complete);
    let take = {
        let found = read.found.iter().enumerate().map(|(number, found)| taken(found, number, policy));
        let edit = Edit::ReplacePolicy(index, found.collect());
        send.reform(move |_: MouseEvent| Msg::Edit(edit.clone()))
    };
    html! {
        <div class="c-notice c-stack is-unknown" role="status">
            <p>{ form::holds(read.found.len()) }{ for steps.iter().map(|step| html! { <>{ " " }{ text(&words::unwrapped(step)) }</> }) }</p>
            if !read.notes.is_empty() {
                <ul>{ for notes }if more > 0 { <li>{ format!("And {more} more.") }</li> }</ul>
            }
            if incomplete { <p>{ form::INCOMPLETE }</p> }
            if !plain && !read.found.is_empty() {
                <div><button type="button" class="is-primary" onclick={take}>{ form::take_out(read.found.len()) }</button></div>
            }
        </div>
    }
}

/// The found policy, attached as the one in whose field it was found.
fn taken(found: &Found, number: usize, policy: &PolicyText) -> PolicyText {
    let name = match (&found.name, number) {
        (Some(name), _) => name.clone(),
        (None, 0) => policy.name.clone(),
        (None, number) => format!("{}-{}", policy.name, number + 1),
    };
    PolicyText { name, text: found.text().to_owned(), ..policy.clone() }
}
