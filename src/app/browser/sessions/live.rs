//! Live: real sessions side by side, over WebSocket, to the one endpoint that the page is locked to.

use yew::prelude::*;

use super::credentials::Credentials;
use super::events::{Events, MAX_ROWS, connection, events, packet};
use super::link::KeysForWorker;
use super::session::{findings, session, version};
use super::{press, typing};
use crate::app::browser::components::{choice, field, text};
use crate::app::sessions::live::{Keys, MAX_SESSIONS, Phase};
use crate::app::sessions::simulate::name;
use crate::app::sessions::{KEYS_ID, Model, Msg};
use crate::app::workspace::TextField;
use crate::iot::endpoint::Endpoint;
use crate::timeline::SessionId;
use crate::words;

pub(super) fn live(
    model: &Model,
    send: &Callback<Msg>,
    hand_over: &Callback<(KeysForWorker, Keys)>,
    framed: bool,
) -> Html {
    match &model.live.endpoint {
        _ if framed => html! {
            <p class="c-notice is-implicit">{ "Live does not run inside a frame of another page. Open this page by itself." }</p>
        },
        None => lock(model, send),
        Some(endpoint) => html! {
            <>
                <div class="c-notice is-allowed">
                    <p>{ words::page::now_reaches(endpoint) }</p>
                    <button type="button" onclick={press(send, Msg::Unlock)}>{ "Leave Live" }</button>
                </div>
                <div class="c-columns">
                    { how(model, endpoint, send, hand_over) }
                    { findings(&model.live.findings, "Nothing to tell yet.", &session_name, None) }
                </div>
                { sessions(model, send) }
                { log(model, send) }
            </>
        },
    }
}

fn session_name(session: SessionId) -> String {
    usize::try_from(session.0).map(name).unwrap_or_default()
}

/// The first step: which endpoint. The page is still locked to itself.
fn lock(model: &Model, send: &Callback<Msg>) -> Html {
    let onsubmit = send.reform(|event: SubmitEvent| {
        event.prevent_default();
        Msg::Lock
    });
    html! {
        <section class="c-panel" aria-labelledby="endpoint-title"><form class="c-stack" {onsubmit}>
            <h2 id="endpoint-title">{ "Which endpoint?" }</h2>
            <p>{ "Name the endpoint first. The page then loads itself again, locked so that it can reach this one endpoint \
                  and nothing else, before it takes any credentials. What you typed stays." }</p>
            { field("endpoint", "Endpoint", &model.workspace.live.endpoint, &typing(send, TextField::Endpoint)) }
            <p class="c-hint">
                { "For AWS IoT Core the host of " }<code>{ "aws iot describe-endpoint --endpoint-type iot:Data-ATS" }</code>
                { ", such as " }<code>{ "example-ats.iot.eu-west-1.amazonaws.com" }</code>
                { "; for another broker " }<code>{ "wss://host:port/path" }</code>{ ", or on this machine " }
                <code>{ "ws://127.0.0.1:9001" }</code>{ "." }
            </p>
            <div class="c-row">
                <button type="submit" class="is-primary">{ "Lock the page to it" }</button>
            </div>
        </form></section>
    }
}

/// Signed or plain, region, credentials, protocol version.
fn how(
    model: &Model,
    endpoint: &Endpoint,
    send: &Callback<Msg>,
    hand_over: &Callback<(KeysForWorker, Keys)>,
) -> Html {
    let live = &model.workspace.live;
    let options = [
        (true, html! { { "signed with SigV4, as AWS IoT Core wants it" } }),
        (false, html! { { "plain, for another broker" } }),
    ];
    html! {
        <section class="c-panel c-stack" aria-labelledby="how">
            <h2 id="how">{ "How to connect" }</h2>
            { choice("signed", "Connections are", &options, live.signed, &send.reform(Msg::Sign)) }
            <div class="c-grid">
                { version(live.version, send) }
                { field("keep-alive", "Keep-alive in seconds", &live.keep_alive, &typing(send, TextField::KeepAlive)) }
                if live.signed && endpoint.region().is_none() {
                    { field("region", "Region", &live.region, &typing(send, TextField::Region)) }
                }
            </div>
            if live.signed { { credentials(model, send, hand_over) } }
        </section>
    }
}

fn credentials(model: &Model, send: &Callback<Msg>, hand_over: &Callback<(KeysForWorker, Keys)>) -> Html {
    match &model.live.keys {
        Some(keys) => html! {
            <div class="c-notice is-allowed" id={KEYS_ID} tabindex="-1">
                <p>{ "Signing with the key that ends in " }<code translate="no">{ &keys.tail }</code>
                    { format!(", for {}, AWS IoT and the days {} (UTC) only. It cannot be read back.", keys.region, keys.days.join(" and ")) }</p>
                <button type="button" onclick={press(send, Msg::Forget)}>{ "Forget it now" }</button>
            </div>
        },
        None => html! { <Credentials region={model.region()} taken={hand_over.clone()} /> },
    }
}

fn sessions(model: &Model, send: &Callback<Msg>) -> Html {
    let plans = &model.workspace.live.sessions;
    let each = plans.iter().enumerate().map(|(index, plan)| {
        let state = model.live.session(index);
        let act = |label: &'static str, msg: Msg, usable: bool| {
            html! {
                <button type="button" disabled={!usable} onclick={press(send, msg)}
                    aria-label={format!("{label} {}", name(index))}>{ label }</button>
            }
        };
        let connected = state.phase == Phase::Connected;
        let stands = match state.phase {
            Phase::Connecting => "Connecting.".to_owned(),
            Phase::Closing => format!("{} Closing.", state.news),
            Phase::Idle if state.news.is_empty() => "Not connected.".to_owned(),
            Phase::Idle | Phase::Connected => state.news.clone(),
        };
        let ending = u32::try_from(index).ok().and_then(|session| model.live.ending(SessionId(session)));
        let controls = html! {
            <>
                <div role="status">
                    <p>{ stands }</p>
                    if let Some(ending) = ending {
                        <p>{ text(&words::timeline::finding(ending, |at| connection(at, &session_name))) }</p>
                    }
                </div>
                <div class="c-row">
                    { act("Connect", Msg::Connect(index), state.phase == Phase::Idle) }
                    { act("Subscribe", Msg::SubscribeNow(index), connected && !plan.subscribe.trim().is_empty()) }
                    { act("Publish", Msg::PublishNow(index), connected && !plan.publish.trim().is_empty()) }
                    { act("Disconnect", Msg::Disconnect(index), matches!(state.phase, Phase::Connecting | Phase::Connected)) }
                    if index + 1 == plans.len() && index > 0 {
                        { act("Remove", Msg::RemoveSession(index), true) }
                    }
                </div>
            </>
        };
        session(plan, index, send, controls)
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="live-sessions">
            <h2 id="live-sessions">{ "Sessions" }</h2>
            <p class="c-hint">{ "They are real: a client ID that a device uses now throws that device off." }</p>
            <div class="c-sessions">{ for each }</div>
            <div class="c-row">
                <button type="button" onclick={press(send, Msg::AddSession)}
                    disabled={plans.len() >= MAX_SESSIONS}>{ "Add a session" }</button>
            </div>
        </section>
    }
}

fn log(model: &Model, send: &Callback<Msg>) -> Html {
    let versions =
        |session: SessionId| model.live.session(usize::try_from(session.0).unwrap_or(usize::MAX)).version;
    let entry = model.live.selected.and_then(|number| model.live.entry(number));
    html! {
        <section class="c-panel c-stack" aria-labelledby="log">
            <h2 id="log">{ "Packets, the newest first" }</h2>
            if model.live.dropped() > 0 {
                <p class="c-notice is-implicit">{ format!("The oldest {} entries were dropped.", model.live.dropped()) }</p>
            }
            <div class="c-columns">
                <div class="c-stack">
                    { events(&Events {
                        entries: model.live.newest().take(MAX_ROWS).collect(),
                        total: model.live.len(),
                        selected: model.live.selected,
                        name: &session_name,
                        version: &versions,
                        select: send.reform(Msg::SelectEntry),
                    }) }
                </div>
                <div role="status">
                    if let Some(entry) = entry { { packet(entry, versions(entry.connection.session)) } }
                    else { <p class="c-hint">{ "Choose a packet to see its fields." }</p> }
                </div>
            </div>
        </section>
    }
}
