//! What happened: the rows, the chosen one with all that it holds, and what was found out.

use yew::prelude::*;

use super::packet::{packet, payload};
use crate::app::browser::components::{Announce, text};
use crate::app::browser::sessions::events::{arrow, connection, more, seconds};
use crate::app::browser::sessions::findings::findings;
use crate::app::browser::sessions::grid::{self, Grid, MAX_ROWS};
use crate::app::browser::sessions::press;
use crate::app::sessions::live::log::{GRID_ID, Log, Msg, Pane, Purpose};
use crate::live::store::{Row, RowId};
use crate::timeline::{SessionId, What};
use crate::words;

use super::filter::Filter;

const PANES: [(Pane, &str); 3] =
    [(Pane::Rows, "Log"), (Pane::Packet, "Packet"), (Pane::Findings, "What happened")];

pub(super) fn log(log: &Log, send: &Callback<Msg>) -> Html {
    let name = |session: SessionId| log.name(session);
    let panes = PANES.map(|(pane, name)| {
        let pressed = (pane == log.pane).to_string();
        html! { <button type="button" aria-pressed={pressed} onclick={press(send, Msg::Pane(pane))}>{ name }</button> }
    });
    let shown = |pane| if pane == log.pane { "c-stack" } else { "c-stack is-other-pane" };
    html! {
        <>
            <div class="c-row c-panes" role="group" aria-label="Show">{ for panes }</div>
            <div class="c-columns c-outcome">
                <div class={shown(Pane::Rows)}>{ rows(log, send) }</div>
                <div class="c-stack">
                    <div class={shown(Pane::Findings)}>
                        { findings(&log.findings, words::log::NOTHING_FOUND, &name, Some(&send.reform(Msg::Find))) }
                    </div>
                    <div class={shown(Pane::Packet)}>{ chosen(log, send) }</div>
                </div>
            </div>
        </>
    }
}

fn rows(log: &Log, send: &Callback<Msg>) -> Html {
    let Log { store, rows, .. } = log;
    let (count, total) = (rows.count(store).min(MAX_ROWS), store.len());
    let drawn = rows.drawn(store);
    let chosen = log.selected.and_then(|row| rows.place(store, row));
    let items = drawn.clone().filter_map(|place| Some(row(log, place, &store.row(rows.at(store, place)?)?)));
    let go = send.reform(|go| match go {
        grid::Go::To(place) => Msg::Go(place),
        grid::Go::Press(place) => Msg::Press(place),
        grid::Go::Along(forward) => Msg::Along(forward),
    });
    let scrolled = send.reform(|(chunk, end)| Msg::Scrolled(chunk, end));
    let said =
        if rows.is_all() { words::drawing::events(total) } else { words::drawing::events_of(count, total) };
    html! {
        <section class="c-panel c-stack" aria-labelledby="event-log">
            <div class="c-row is-spread">
                <h2 id="event-log">{ "Event log" }</h2>
                // It changes all the time: not spoken.
                <p class="c-hint">{ said }{ if rows.is_searching() { ", looking for more" } else { "" } }</p>
            </div>
            <Filter typed={rows.typed.clone()} options={rows.options.clone()} mistakes={rows.mistakes.clone()} only={rows.only}
                names={log.sessions.iter().map(|session| session.name.clone()).collect::<Vec<_>>()} send={send.clone()} />
            if store.dropped() > 0 {
                <p class="c-notice is-implicit">{ words::log::dropped(store.dropped()) }</p>
            }
            if total == 0 {
                <p class="c-hint">{ words::log::EMPTY }</p>
            } else {
                <Grid labelled_by="event-log" id={GRID_ID} head={["Time", "Session", "Bytes", "Event"]} {count} first={rows.first(store)}
                    version={rows.version} {drawn} rows={items.collect::<Html>()} {chosen} follows={rows.follows} {scrolled} {go} />
            }
            { buttons(log, send) }
        </section>
    }
}

fn buttons(log: &Log, send: &Callback<Msg>) -> Html {
    let empty = log.store.is_empty();
    let button = |label: &'static str, msg: Msg, off: bool| {
        html! { <button type="button" disabled={off} onclick={press(send, msg)}>{ label }</button> }
    };
    html! {
        <>
            <div class="c-row">
                { button("Follow the newest", Msg::Newest, empty || log.rows.follows) }
                { button("Save the log", Msg::Export(Purpose::Save), empty) }
                { button("Open in Simulate", Msg::Export(Purpose::Simulate), empty) }
                { button("Clear", Msg::Clear, empty) }
            </div>
            if let Some(percent) = log.exported() { <p class="c-hint" role="status">{ words::log::exporting(percent) }</p> }
        </>
    }
}

fn row(log: &Log, place: usize, row: &Row) -> Html {
    let (tone, _) = more(&row.entry.what);
    let chosen = log.selected == Some(row.id);
    let bad = matches!(row.entry.what, What::Closed(_)).then_some("is-bad");
    let (id, number, selected) = grid::row(place, chosen);
    let RowId(key) = row.id;
    let said = words::timeline::what(&row.entry.what, row.version);
    let bytes = match &row.entry.what {
        What::Sent(wire) | What::Received(wire) => (wire.bytes.len() + row.left_out).to_string(),
        _ => String::new(),
    };
    html! {
        <tr {key} {id} class={classes!(tone.class(), bad, chosen.then_some("is-chosen"))} aria-rowindex={number} aria-selected={selected}>
            <td class="c-mono">{ seconds(row.entry.at) }</td>
            <td>{ connection(row.entry.connection, &|session| log.name(session)) }</td>
            <td class="c-mono">{ bytes }</td>
            <td title={said.to_string()}><div class="t-what">{ arrow(&row.entry.what) }{ text(&said) }</div></td>
        </tr>
    }
}

/// All that the chosen row holds.
fn chosen(log: &Log, send: &Callback<Msg>) -> Html {
    let row = log.selected.and_then(|row| log.store.row(row));
    let said = row.as_ref().map(|row| {
        let who = connection(row.entry.connection, &|session| log.name(session));
        let what = words::timeline::what(&row.entry.what, row.version);
        format!("{} s, {who}: {what}", seconds(row.entry.at))
    });
    let body = match &row {
        None if log.selected.is_some() => html! { <p>{ words::log::DROPPED_ROW }</p> },
        None => html! { <p class="c-hint">{ words::log::CHOOSE }</p> },
        Some(row) => html! { <>{ packet(row) }{ payload(row, log.view, send) }</> },
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="chosen-packet">
            <h2 id="chosen-packet">{ "The chosen packet" }</h2>
            // Of what stands below only this is spoken by itself.
            <Announce text={said.clone().unwrap_or_default()} />
            if let Some(said) = said { <p class="t-said">{ said }</p> }
            { body }
        </section>
    }
}
