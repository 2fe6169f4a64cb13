//! The filter of the log: its field with what can be typed next, the choice of one session, and what cannot be meant.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::browser::components::text;
use crate::app::sessions::live::log::Msg;
use crate::timeline::SessionId;
use crate::timeline::filter::Mistake;
use crate::words;

/// What it shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) typed: String,
    /// Whole texts that could stand there.
    pub(super) options: Vec<String>,
    pub(super) mistakes: Vec<Mistake>,
    /// The session that is shown alone.
    pub(super) only: Option<SessionId>,
    /// Of the sessions.
    pub(super) names: Vec<String>,
    pub(super) send: Callback<Msg>,
}

#[component]
pub(super) fn Filter(props: &Props) -> Html {
    let Props { typed, options, mistakes, only, names, send } = props;
    let oninput = {
        let send = send.clone();
        Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let caret = input.selection_end().ok().flatten();
            let text = input.value();
            let caret = in_bytes(&text, caret);
            send.emit(Msg::Filter(text, caret));
        })
    };
    let onchange = {
        let send = send.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            let chosen = select.and_then(|select| u32::try_from(select.selected_index()).ok());
            let chosen = chosen.map(|chosen| chosen.checked_sub(1).map(SessionId));
            chosen.into_iter().for_each(|chosen| send.emit(Msg::Only(chosen)));
        })
    };
    let session = |(number, name): (u32, &String)| {
        html! { <option selected={*only == Some(SessionId(number))}>{ name }</option> }
    };
    html! {
        <div class="t-filter">
            <div class="c-field">
                <label for="event-filter">{ "Filter: words, or session:A" }</label>
                <input id="event-filter" type="text" value={typed.clone()} {oninput} list="event-filter-options" maxlength="4096"
                    aria-invalid={(!mistakes.is_empty()).to_string()} aria-describedby="event-filter-mistakes"
                    autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
                <datalist id="event-filter-options">{ for options.iter().map(|option| html! { <option value={option.clone()} /> }) }</datalist>
            </div>
            <div class="c-field">
                <label for="event-session">{ "Session" }</label>
                <select id="event-session" {onchange}>
                    <option selected={only.is_none()}>{ "all" }</option>
                    { for (0..).zip(names).map(session) }
                </select>
            </div>
            <div id="event-filter-mistakes" class="t-mistakes">
                { for mistakes.iter().map(|one| html! { <p class="c-hint">{ text(&words::filter::mistake(typed, one)) }</p> }) }
            </div>
        </div>
    }
}

/// A place in a text in bytes; the browser counts in UTF-16. The end where there is none.
fn in_bytes(text: &str, units: Option<u32>) -> usize {
    let mut left = units.and_then(|units| usize::try_from(units).ok()).unwrap_or(usize::MAX);
    let fits = |c: &char| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).map(char::len_utf8).sum()
}
