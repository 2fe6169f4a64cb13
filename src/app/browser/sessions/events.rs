//! What the tables of live and simulated events share.

use yew::prelude::*;

use crate::app::browser::components::Tone;
use crate::iot::time::Instant;
use crate::mqtt::{Version, fields};
use crate::timeline::{ConnectionRef, Entry, SessionId, What};
use crate::words;

/// How a row looks, and what it has more to tell.
pub(super) fn more(what: &What) -> (Tone, Option<&'static str>) {
    match what {
        What::Decided { verdict, .. } => (Tone::from(*verdict), Some("Why?")),
        What::Sent(_) | What::Received(_) => (Tone::Nothing, Some("Fields")),
        What::Closed(_) => (Tone::ImplicitDeny, None),
        what if words::timeline::more(what).is_some() => (Tone::Nothing, Some("Why?")),
        _ => (Tone::Nothing, None),
    }
}

/// The decoded fields of the packet of an entry.
pub(super) fn packet(entry: &Entry, version: Version) -> Html {
    let (What::Sent(wire) | What::Received(wire)) = &entry.what else { return Html::default() };
    let rows = match &wire.packet {
        Ok(packet) => fields(packet, version),
        Err(why) => vec![("cannot be read", why.to_string())],
    };
    html! {
        <div class="c-scroll">
            <table aria-label="Fields of the packet">
                <tbody>
                    { for rows.into_iter().map(|(name, value)| html! {
                        <tr><th scope="row">{ name }</th><td class="c-mono">{ value }</td></tr>
                    }) }
                    <tr><th scope="row">{ "size" }</th><td>{ format!("{} bytes", wire.bytes.len()) }</td></tr>
                </tbody>
            </table>
        </div>
    }
}

/// `A`, or `A #2` from the second connection on.
pub(super) fn connection(connection: ConnectionRef, name: &dyn Fn(SessionId) -> String) -> String {
    let name = name(connection.session);
    if connection.number > 1 { format!("{name} #{}", connection.number) } else { name }
}

/// Seconds with three decimals.
pub(super) fn seconds(at: Instant) -> String {
    format!("{}.{:03}", at.0 / 1000, at.0 % 1000)
}

/// Which way a packet goes; the word is for those who do not see the arrow.
pub(super) fn arrow(what: &What) -> Html {
    match what {
        What::Sent(_) => {
            html! { <><span aria-hidden="true">{ "\u{2192} " }</span><span class="c-quiet">{ "sent " }</span></> }
        }
        What::Received(_) => {
            html! { <><span aria-hidden="true">{ "\u{2190} " }</span><span class="c-quiet">{ "received " }</span></> }
        }
        _ => Html::default(),
    }
}
