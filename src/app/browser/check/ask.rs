//! What is asked.

use yew::prelude::*;

use super::page::typing;
use crate::app::browser::components::text_area;
use crate::app::check::matrix::{MAX_CLIENT_IDS, MAX_QUESTIONS};
use crate::app::check::{Model, Msg};
use crate::app::workspace::TextField;

pub(super) fn ask(model: &Model, send: &Callback<Msg>) -> Html {
    let ask = &model.workspace.ask;
    let place = &model.matrix.place;
    html! {
        <section class="c-panel c-stack" aria-labelledby="ask">
            <h2 id="ask">{ "Ask" }</h2>
            { text_area("client-ids", "Client IDs", "One a line; each is asked everything below.",
                &ask.client_ids, &typing(send, TextField::ClientIds)) }
            { text_area("publish", "Publish to topics", "", &ask.publish, &typing(send, TextField::Publish)) }
            { text_area("subscribe", "Subscribe to topic filters", "", &ask.subscribe, &typing(send, TextField::Subscribe)) }
            { text_area("receive", "Receive messages of topics", "", &ask.receive, &typing(send, TextField::Receive)) }
            <p class="c-hint">
                { "Asked in " }<code translate="no">{ &place.region }</code>{ ", account " }
                <code translate="no">{ &place.account }</code>
                { if place.assumed { "; no policy names others." } else { ", as the policies say." } }
            </p>
            if model.matrix.left_out > 0 {
                <p class="c-notice is-implicit">{ format!(
                    "{} lines were not asked: at most {MAX_CLIENT_IDS} client IDs and {MAX_QUESTIONS} questions at a time.",
                    model.matrix.left_out
                ) }</p>
            }
        </section>
    }
}
