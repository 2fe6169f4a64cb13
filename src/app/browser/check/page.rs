//! Check: the policies, who connects, the questions, and every answer with its reason.

use yew::prelude::*;

use super::pointing::pointing;
use super::{
    ask::ask, findings::findings, matrix::Answers, policies::policies, presenter, share, verdict::verdict,
    ways::ways, who::who, why::why,
};
use crate::app::check::{Model, Msg};
use crate::app::workspace::{Screen, TextField};
use crate::words;

pub(super) fn check(model: &Model, send: &Callback<Msg>) -> Html {
    let lit = model.lit();
    let content = html! {
        <>
            { share::link_banner(model, send) }
            { turned_over(model, send) }
            { verdict(model, &lit, send) }
            <div class="c-check">
                <Answers matrix={model.matrix.clone()} tried={model.trial.as_ref().map(|trial| trial.matrix.clone())}
                    selected={model.selected} stale={!model.stale.is_empty()} select={send.reform(Msg::Select)} />
                <div class="c-stack">{ ways(model, send) }{ why(model, &lit, send) }</div>
                <div class="c-stack">
                    if model.workspace.presenter { { presenter::policies(model, &lit) } } else { { policies(model, &lit, send) } }
                    { findings(model, &lit, send) }
                    { who(model, &lit, send) }
                    { ask(model, &lit, send) }
                </div>
            </div>
            if !model.workspace.presenter { { share::share(model, send) } }
        </>
    };
    pointing(content, send)
}

/// What stands above every answer that was made with undecided points turned over.
fn turned_over(model: &Model, send: &Callback<Msg>) -> Html {
    let turned = model.workspace.turned();
    if turned.is_empty() {
        return Html::default();
    }
    let show = press(send, Msg::Show(Screen::Reference));
    html! {
        <div class="c-notice is-unknown c-stack" role="note">
            <p>{ words::answered_with(&turned) }</p>
            <div class="c-row"><button type="button" onclick={show}>{ "Show the undecided points" }</button></div>
        </div>
    }
}

/// A press that sends one message.
pub(super) fn press(send: &Callback<Msg>, msg: Msg) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}

/// Typing that fills one field of the workspace.
pub(super) fn typing(send: &Callback<Msg>, field: TextField) -> Callback<String> {
    send.reform(move |text| Msg::Type(field.clone(), text))
}
