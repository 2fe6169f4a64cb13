//! The one place from which a change of the answer is spoken.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// So long a text has to stand before it is spoken, in milliseconds: typing is not.
const CALM: u32 = 600;

/// What is spoken.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser) struct Props {
    pub(in crate::app::browser) text: String,
}

#[component]
pub(in crate::app::browser) fn Announce(props: &Props) -> Html {
    let said = use_state(String::new);
    let say = said.setter();
    use_effect_with(props.text.clone(), move |text| {
        let text = text.clone();
        let timer = Timeout::new(CALM, move || say.set(text));
        move || drop(timer)
    });
    html! { <p class="c-quiet" role="status">{ (*said).clone() }</p> }
}
