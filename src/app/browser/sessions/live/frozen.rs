//! Notices that the browser has frozen the page and let it go on.

use gloo::events::EventListener;
use gloo::utils::{document, window};
use yew::prelude::*;

use crate::iot::time::Millis;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Told how long it was frozen, once it goes on.
    pub(super) told: Callback<Millis>,
}

/// Draws nothing (W3C, Page Lifecycle: `freeze` and `resume` are events of the document).
#[component]
pub(super) fn Frozen(props: &Props) -> Html {
    let since = use_mut_ref(|| None);
    use_effect_with(props.told.clone(), move |told| {
        let (begin, told) = (since.clone(), told.clone());
        let listeners = [
            EventListener::new(&document(), "freeze", move |_| *begin.borrow_mut() = Some(now())),
            EventListener::new(&document(), "resume", move |_| {
                if let Some(begin) = since.take() {
                    told.emit(Millis(now().saturating_sub(begin)));
                }
            }),
        ];
        move || drop(listeners)
    });
    Html::default()
}

/// Milliseconds since the page was loaded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of one page load")]
fn now() -> u64 {
    window().performance().map_or(0.0, |clock| clock.now()) as u64
}
