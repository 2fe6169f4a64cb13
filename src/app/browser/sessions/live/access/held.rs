//! What the worker holds, and how long it will do.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use super::flaws;
use super::vault::now;
use crate::app::browser::components::text;
use crate::app::sessions::live::access::{Access, Failure, Held, KEYS_ID, Keys, Msg, SOON};
use crate::iot::time::UnixTime;
use crate::words::access as words;

/// What may be said of what is held.
pub(super) fn held(access: &Access, held: &Held, send: &Callback<Msg>) -> Html {
    let said = match held {
        Held::Words => html! { <p>{ words::WORDS_HELD }</p> },
        Held::Keys(keys) => self::keys(keys, access.pool().is_some_and(|_| access.renews())),
    };
    html! {
        <>
            <div class="c-notice is-allowed c-stack" id={KEYS_ID} tabindex="-1">
                { said }
                { flaws(&access.notes) }
                <div class="c-row">
                    <button type="button" onclick={send.reform(|_: MouseEvent| Msg::Forget)}>{ "Forget it now" }</button>
                </div>
            </div>
            if let Some(failure) = &access.stale {
                <div class="c-notice is-implicit" role="alert">
                    <p>{ "The credentials could not be replaced." }</p>
                    { self::failure(failure) }
                </div>
            }
            <p class="c-hint">{ words::MEMORY }</p>
        </>
    }
}

fn keys(keys: &Keys, renewed: bool) -> Html {
    html! {
        <>
            <p translate="no">{ text(&words::keys(&keys.tail, &keys.region, &keys.days)) }</p>
            if let Some(end) = keys.expires {
                <Left {end} />
                if renewed { <p class="c-hint">{ words::REPLACED_IN_TIME }</p> }
            } else if keys.lasting {
                <p>{ words::LASTING_HELD }</p>
            } else {
                <p>{ words::NO_END }</p>
            }
        </>
    }
}

/// Why there are no keys.
pub(super) fn failure(failure: &Failure) -> Html {
    html! { <p>{ text(&failure.sentence()) }</p> }
}

/// The time that is left, short.
#[component]
pub(super) fn Short(props: &Props) -> Html {
    let time = use_ticking();
    html! { <span class="a-left">{ words::left(props.end, *time) }{ " left" }</span> }
}

/// The time, drawn anew each second.
#[hook]
fn use_ticking() -> UseStateHandle<UnixTime> {
    let time = use_state_eq(now);
    let set = time.setter();
    use_effect_with((), move |()| {
        let tick = Interval::new(1000, move || set.set(now()));
        move || drop(tick)
    });
    time
}

/// An end.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) end: UnixTime,
}

/// Counts down. Nothing is announced but that it is soon, once.
#[component]
pub(super) fn Left(props: &Props) -> Html {
    let time = use_ticking();
    let soon = props.end.0.saturating_sub(time.0) < SOON;
    html! {
        <>
            <p>{ "Expires in " }<span class="a-left" role="timer">{ words::left(props.end, *time) }</span></p>
            <div role="status">if soon { <p class="c-notice is-implicit">{ words::SOON }</p> }</div>
        </>
    }
}
