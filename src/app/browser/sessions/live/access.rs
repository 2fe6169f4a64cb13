//! Signed or plain, region, credentials.

use yew::prelude::*;

use super::credentials::Credentials;
use crate::app::browser::components::{choice, field};
use crate::app::browser::sessions::link::KeysForWorker;
use crate::app::sessions::live::access::{Access, KEYS_ID, Keys, Msg};
use crate::iot::endpoint::Endpoint;

pub(super) fn access(
    access: &Access,
    endpoint: &Endpoint,
    send: &Callback<Msg>,
    hand_over: &Callback<(KeysForWorker, Keys)>,
) -> Html {
    let signed = access.typed.signed;
    let options = [
        (true, html! { { "signed with SigV4, as AWS IoT Core wants it" } }),
        (false, html! { { "plain, for another broker" } }),
    ];
    html! {
        <section class="c-panel c-stack" aria-labelledby="how">
            <h2 id="how">{ "How to connect" }</h2>
            { choice("signed", "Connections are", &options, signed, &send.reform(Msg::Sign)) }
            if signed && endpoint.region().is_none() {
                <div class="c-grid">{ field("region", "Region", &access.typed.region, &send.reform(Msg::Region)) }</div>
            }
            if signed { { credentials(access, endpoint, send, hand_over) } }
        </section>
    }
}

fn credentials(
    access: &Access,
    endpoint: &Endpoint,
    send: &Callback<Msg>,
    hand_over: &Callback<(KeysForWorker, Keys)>,
) -> Html {
    match &access.keys {
        Some(keys) => html! {
            <div class="c-notice is-allowed" id={KEYS_ID} tabindex="-1">
                <p>{ "Signing with the key that ends in " }<code translate="no">{ &keys.tail }</code>
                    { format!(", for {}, AWS IoT and the days {} (UTC) only. It cannot be read back.", keys.region, keys.days.join(" and ")) }</p>
                <button type="button" onclick={send.reform(|_: MouseEvent| Msg::Forget)}>{ "Forget it now" }</button>
            </div>
        },
        None => html! { <Credentials region={access.region(endpoint)} taken={hand_over.clone()} /> },
    }
}
