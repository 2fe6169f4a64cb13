//! The newest events of live sessions, and what the tables of live and simulated sessions share.

use yew::prelude::*;

use crate::app::browser::components::{Tone, text};
use crate::iot::time::Instant;
use crate::mqtt::{Version, fields};
use crate::timeline::{ConnectionRef, Entry, SessionId, What};
use crate::words;

/// What the table shows.
pub(super) struct Events<'a> {
    /// The entries to draw, each with its number; at most [`MAX_ROWS`].
    pub(super) entries: Vec<(usize, &'a Entry)>,
    /// How many there are in all.
    pub(super) total: usize,
    /// The number of the selected one.
    pub(super) selected: Option<usize>,
    /// The name of a session.
    pub(super) name: &'a dyn Fn(SessionId) -> String,
    /// The version that a session speaks.
    pub(super) version: &'a dyn Fn(SessionId) -> Version,
    /// Asks for the details of the entry with this number.
    pub(super) select: Callback<usize>,
}

/// At most this many rows are drawn.
pub(super) const MAX_ROWS: usize = 300;

/// The table, with a button on each row that has more to tell.
pub(super) fn events(events: &Events) -> Html {
    let hidden = events.total - events.entries.len();
    html! {
        <>
            <div class="c-scroll c-events" tabindex="0" role="region" aria-label="Scroll through the event log">
                <table aria-label="Event log">
                    <thead><tr>
                        <th scope="col">{ "Time" }</th><th scope="col">{ "Session" }</th>
                        <th scope="col">{ "More" }</th><th scope="col">{ "Event" }</th>
                    </tr></thead>
                    <tbody>{ for events.entries.iter().map(|(number, entry)| row(events, *number, entry)) }</tbody>
                </table>
            </div>
            if hidden > 0 { <p class="c-hint">{ format!("{hidden} more events are not drawn.") }</p> }
        </>
    }
}

fn row(events: &Events, number: usize, entry: &Entry) -> Html {
    let version = (events.version)(entry.connection.session);
    let chosen = events.selected == Some(number);
    let (tone, label) = more(&entry.what);
    let who = connection(entry.connection, events.name);
    let time = seconds(entry.at);
    let more = label.map(|label| {
        let onclick = events.select.reform(move |_: MouseEvent| number);
        let name = format!("{label} {who} at {time}");
        html! { <button type="button" {onclick} aria-pressed={chosen.to_string()} aria-label={name}>{ label }</button> }
    });
    let bad = matches!(entry.what, What::Closed(_)).then_some("is-bad");
    html! {
        <tr key={number} class={classes!(tone.class(), bad, chosen.then_some("is-chosen"))}>
            <td class="c-mono">{ time }</td>
            <td>{ who }</td>
            <td>{ for more }</td>
            <td class="is-wrap">{ arrow(&entry.what) }{ text(&words::timeline::what(&entry.what, version)) }</td>
        </tr>
    }
}

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
