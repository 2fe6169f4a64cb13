//! A packet: its fields, what it carries, and its bytes.

use yew::prelude::*;

use crate::app::browser::components::text;
use crate::app::browser::sessions::events;
use crate::app::browser::sessions::press;
use crate::app::sessions::live::log::{Msg, View};
use crate::live::store::Row;
use crate::mqtt::Packet;
use crate::timeline::What;
use crate::timeline::payload::{self, Piece, hex};
use crate::words;

const VIEWS: [(View, &str); 4] =
    [(View::Text, "Text"), (View::Json, "JSON"), (View::Hex, "Hex"), (View::Cbor, "CBOR")];

/// The fields, and the bytes as they were on the wire; a sentence for what is no packet.
pub(super) fn packet(row: &Row) -> Html {
    match &row.entry.what {
        What::Sent(wire) | What::Received(wire) => html! {
            <>
                { events::packet(&row.entry, row.version) }
                <details>
                    <summary>{ "As on the wire" }</summary>
                    { dump(&wire.bytes) }
                </details>
            </>
        },
        what => html! { <p>{ text(&words::timeline::what(what, row.version)) }</p> },
    }
}

/// What a message carries, looked at in a chosen way.
pub(super) fn payload(row: &Row, chosen: Option<View>, send: &Callback<Msg>) -> Html {
    let (What::Sent(wire) | What::Received(wire)) = &row.entry.what else { return Html::default() };
    let Ok(Packet::Publish(publish)) = &wire.packet else { return Html::default() };
    let bytes = publish.payload.as_slice();
    let view = chosen.unwrap_or_else(|| best(bytes));
    let buttons = VIEWS.map(|(one, name)| {
        html! { <button type="button" aria-pressed={(one == view).to_string()} onclick={press(send, Msg::View(one))}>{ name }</button> }
    });
    let problem = |why: String| html! { <p class="c-hint">{ why }</p> };
    let body = match view {
        _ if bytes.is_empty() => problem(words::log::NO_PAYLOAD.to_owned()),
        View::Text => shown("Payload as text", html! { { for payload::text(bytes).map(piece) } }),
        View::Hex => dump(bytes),
        View::Json => match payload::json(bytes) {
            Ok(json) => shown("Payload as JSON", html! { { json } }),
            Err(why) => problem(words::log::no_json(&why)),
        },
        View::Cbor => match payload::cbor(bytes) {
            Ok(items) => shown("Payload as CBOR", html! { { items } }),
            Err(why) => problem(words::log::no_cbor(&why)),
        },
    };
    html! {
        <div class="c-stack">
            <div class="c-row is-spread">
                <h3>{ "Payload, " }{ words::log::bytes(bytes.len() + row.left_out) }</h3>
                <div class="c-row c-views" role="group" aria-label="Look at the payload as">{ for buttons }</div>
            </div>
            if row.left_out > 0 { <p class="c-notice">{ words::log::left_out(row.left_out) }</p> }
            { body }
        </div>
    }
}

/// The way in which a payload is likely to be meant.
fn best(bytes: &[u8]) -> View {
    let structured = matches!(bytes.first(), Some(b'{' | b'['));
    match str::from_utf8(bytes) {
        Ok(_) if structured && payload::json(bytes).is_ok() => View::Json,
        Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => View::Text,
        _ => View::Hex,
    }
}

/// Text of others, as text.
fn shown(label: &'static str, body: Html) -> Html {
    html! { <pre class="t-payload" tabindex="0" role="region" aria-label={label} translate="no">{ body }</pre> }
}

fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { { text.to_owned() } },
        Piece::Invalid(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            html! { <mark title="no UTF-8">{ digits }</mark> }
        }
    }
}

fn dump(bytes: &[u8]) -> Html {
    let line = |line: payload::HexLine| format!("{:06x}  {:<47}  {}\n", line.offset, line.hex, line.ascii);
    let lines: String = hex(bytes).map(line).collect();
    html! { <pre class="t-payload is-dump" tabindex="0" role="region" aria-label="Bytes in hexadecimal" translate="no">{ lines }</pre> }
}
