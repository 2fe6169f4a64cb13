//! Where the clients stand and what the broker holds, at the cursor.

use yew::prelude::*;

use super::events::connection;
use super::player::name;
use crate::app::sessions::simulate::moment::{Holding, Moment, Status};
use crate::broker::{Presence, SessionView};
use crate::timeline::{ConnectionRef, Record, SessionId};
use crate::words;

/// At most this many rows of a table are drawn.
const MAX_ROWS: usize = 100;
/// At most this many characters of a payload are drawn.
const MAX_PAYLOAD: usize = 200;

/// The panel.
pub(super) fn moment(moment: &Moment, record: &Record) -> Html {
    let clients = record.sessions.iter().zip(&moment.clients).take(MAX_ROWS).map(|(session, status)| {
        html! {
            <tr>
                <th scope="row">{ &session.name }</th>
                <td class="c-mono">{ &session.client_id }</td>
                <td><span class={classes!("c-status", class(*status))}>{ self::status(*status) }</span></td>
            </tr>
        }
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="moment">
            <h2 id="moment">{ format!("At {} s", words::player::seconds(moment.at.0)) }</h2>
            <div class="c-scroll">
                <table aria-label="Clients">
                    <thead><tr><th scope="col">{ "Session" }</th><th scope="col">{ "Client ID" }</th><th scope="col">{ "Sees itself" }</th></tr></thead>
                    <tbody>{ for clients }</tbody>
                </table>
            </div>
            { more(record.sessions.len()) }
            if let Some(broker) = &moment.broker { { holding(broker, record) } }
        </section>
    }
}

fn holding(broker: &Holding, record: &Record) -> Html {
    let sessions =
        broker.sessions.iter().take(MAX_ROWS).map(|(session, holder)| row(session, *holder, record));
    let retained = broker.retained.iter().take(MAX_ROWS).map(|message| {
        let payload = String::from_utf8_lossy(&message.payload);
        let payload: String = payload.chars().take(MAX_PAYLOAD).collect();
        html! { <tr><th scope="row" class="c-mono">{ &message.topic }</th><td class="c-mono">{ payload }</td></tr> }
    });
    html! {
        <>
            <h3>{ "In the broker" }</h3>
            if broker.sessions.is_empty() {
                <p>{ words::player::NO_SESSIONS }</p>
            } else {
                <div class="c-scroll" tabindex="0" role="region" aria-label="Scroll through the sessions of the broker">
                    <table aria-label="Sessions of the broker">
                        <thead><tr>
                            <th scope="col">{ "Client ID" }</th><th scope="col">{ "Connection" }</th>
                            <th scope="col">{ "Subscriptions" }</th><th scope="col">{ "Queued" }</th>
                            <th scope="col">{ "In flight" }</th><th scope="col">{ "Will" }</th>
                        </tr></thead>
                        <tbody>{ for sessions }</tbody>
                    </table>
                </div>
                { more(broker.sessions.len()) }
            }
            if broker.retained.is_empty() {
                <p>{ "No retained messages." }</p>
            } else {
                <div class="c-scroll">
                    <table aria-label="Retained messages">
                        <thead><tr><th scope="col">{ "Retained on" }</th><th scope="col">{ "Message" }</th></tr></thead>
                        <tbody>{ for retained }</tbody>
                    </table>
                </div>
                { more(broker.retained.len()) }
            }
        </>
    }
}

fn row(session: &SessionView, holder: Option<ConnectionRef>, record: &Record) -> Html {
    let name = |id: SessionId| name(record, id);
    let connected = match (session.presence, holder) {
        (Presence::Here(_), Some(holder)) => connection(holder, &name),
        (Presence::Here(_), None) => "connected".to_owned(),
        (Presence::AwayUntil(end), _) => format!("offline, kept until {} s", words::player::seconds(end.0)),
    };
    let filters: Vec<String> =
        session.subscriptions.iter().map(|(filter, qos)| format!("{filter} (QoS {})", qos.level())).collect();
    let filters = if filters.is_empty() { "none".to_owned() } else { filters.join(", ") };
    html! {
        <tr>
            <th scope="row" class="c-mono">{ &session.client_id }</th>
            <td>{ connected }</td>
            <td class="c-mono">{ filters }</td>
            <td>{ session.waiting }</td>
            <td>{ session.in_flight }</td>
            <td class="c-mono">{ session.will.as_deref().unwrap_or("none") }</td>
        </tr>
    }
}

fn more(rows: usize) -> Html {
    let hidden = rows.saturating_sub(MAX_ROWS);
    if hidden == 0 {
        Html::default()
    } else {
        html! { <p class="c-hint">{ format!("{hidden} more are not drawn.") }</p> }
    }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::NotYet => "not started",
        Status::Connecting => "connecting",
        Status::Connected => "connected",
        Status::Waiting => "waits to come back",
        Status::Refused => "refused",
        Status::ThrownOut => "thrown out",
        Status::Offline => "offline",
    }
}

const fn class(status: Status) -> &'static str {
    match status {
        Status::Connected => "is-allowed",
        Status::Refused | Status::ThrownOut => "is-explicit",
        Status::Connecting | Status::Waiting => "is-implicit",
        Status::NotYet | Status::Offline => "is-none",
    }
}
