//! What is asked.

use yew::prelude::*;

use super::page::typing;
use super::pointing::linked;
use crate::app::browser::components::{check_box, field, text, text_area};
use crate::app::check::lit::{Field, Lit};
use crate::app::check::matrix::{MAX_CLIENT_IDS, MAX_QUESTIONS, lines};
use crate::app::check::{Edit, Model, Msg};
use crate::app::workspace::{Ask, TextField, Transport};
use crate::words::form;

pub(super) fn ask(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let ask = &model.workspace.ask;
    let place = &model.matrix.place;
    html! {
        <section class="c-panel c-stack" aria-labelledby="ask">
            <h2 id="ask">{ "Ask" }</h2>
            if model.workspace.who.transport == Transport::Https { <p class="c-hint">{ form::HTTPS }</p> }
            { linked(&Field::ClientIds, lit, text_area("client-ids", "Client IDs", form::CLIENT_IDS,
                &ask.client_ids, &typing(send, TextField::ClientIds))) }
            { linked(&Field::Publish, lit, text_area("publish", "Publish to topics", "", &ask.publish, &typing(send, TextField::Publish))) }
            { linked(&Field::Subscribe, lit, text_area("subscribe", "Subscribe to topic filters", "", &ask.subscribe, &typing(send, TextField::Subscribe))) }
            { linked(&Field::Receive, lit, text_area("receive", "Receive messages of topics", form::RECEIVE, &ask.receive, &typing(send, TextField::Receive))) }
            { more(model, send) }
            <p class="c-hint">{ text(&form::asked_in(&place.region, &place.account, place.assumed)) }</p>
            if model.matrix.left_out > 0 {
                <p class="c-notice is-implicit">{ form::lines_left_out(model.matrix.left_out, MAX_CLIENT_IDS, MAX_QUESTIONS) }</p>
            }
        </section>
    }
}

/// What is rarely asked; its heading names what is.
fn more(model: &Model, send: &Callback<Msg>) -> Html {
    let ask = &model.workspace.ask;
    let asked = asked(ask);
    html! {
        <>
            <details class="c-more">
                <summary>{ "More" }if !asked.is_empty() { { ": " }{ asked.join(", ") } }</summary>
                <div class="c-stack">
                    { text_area("other", "Other actions", form::OTHER_ACTIONS, &ask.other, &typing(send, TextField::Other)) }
                    { field("will", "Topic of the will", &ask.will, &typing(send, TextField::Will)) }
                    <div>
                        { check_box("Connect with a persistent session", ask.persistent, &send.reform(|on| Msg::Edit(Edit::Persistent(on)))) }
                        { check_box("Publish and leave the will retained", ask.retain, &send.reform(|on| Msg::Edit(Edit::Retain(on)))) }
                        { check_box("Publish and subscribe with QoS 1", ask.qos1, &send.reform(|on| Msg::Edit(Edit::Qos1(on)))) }
                    </div>
                </div>
            </details>
            if !model.matrix.not_understood.is_empty() {
                <p class="c-notice is-implicit" role="status">{ text(&form::not_understood(&model.matrix.not_understood)) }</p>
            }
        </>
    }
}

/// What under "More" is asked.
fn asked(ask: &Ask) -> Vec<String> {
    let others = lines(&ask.other).len();
    [
        (others > 0).then(|| format!("other actions ({others})")),
        (!ask.will.trim().is_empty()).then(|| "will".to_owned()),
        ask.persistent.then(|| "persistent".to_owned()),
        ask.retain.then(|| "retained".to_owned()),
        ask.qos1.then(|| "QoS 1".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
