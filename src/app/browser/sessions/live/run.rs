//! What runs: the controls of a session, and what is to be confirmed before it connects.

use std::collections::BTreeSet;

use yew::prelude::*;

use super::access::now;
use crate::app::browser::components::{check_box, field, text};
use crate::app::sessions::Msg as ToModel;
use crate::app::sessions::live;
use crate::app::sessions::live::run::{Msg, RISKS_ID, Run};
use crate::live::record::Phase;
use crate::live::risk::Risk;
use crate::words::live as words;

/// What the cards of the editor are told of the sessions past the editor, which is not drawn anew for it.
#[derive(Clone, PartialEq)]
pub(super) struct Running {
    pub(super) run: Run,
    pub(super) send: Callback<ToModel>,
}

/// Whose controls.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser::sessions) struct Props {
    /// The session, by its place.
    pub(in crate::app::browser::sessions) session: usize,
    /// What it is called.
    pub(in crate::app::browser::sessions) name: String,
    /// Its card says where it subscribes.
    pub(in crate::app::browser::sessions) subscribes: bool,
    /// Its card says where it publishes.
    pub(in crate::app::browser::sessions) publishes: bool,
}

/// Where a session stands, and what it can be told now.
#[component]
pub(in crate::app::browser::sessions) fn Controls(props: &Props) -> Html {
    let Some(running) = use_context::<Running>() else { return Html::default() };
    let Props { session, name, subscribes, publishes } = props;
    let index = *session;
    let state = running.run.session(index);
    let act = |label: &'static str, msg: fn(usize) -> Msg, usable: bool| {
        let onclick = running.send.reform(move |_: MouseEvent| ToModel::Live(live::Msg::Run(msg(index))));
        html! {
            <button type="button" disabled={!usable} {onclick} aria-label={format!("{label} {name}")}>{ label }</button>
        }
    };
    let connected = state.phase == Phase::Connected;
    let stands = match state.phase {
        Phase::Connecting => words::CONNECTING.to_owned(),
        Phase::Closing => format!("{} Closing.", state.news),
        Phase::Idle if state.news.is_empty() => "Not connected.".to_owned(),
        Phase::Idle | Phase::Connected | Phase::Waiting => state.news.clone(),
    };
    let every = running.run.every.get(session).map_or("", String::as_str);
    let typed = running.send.reform(move |text| ToModel::Live(live::Msg::Run(Msg::Every(index, text))));
    let on = matches!(state.phase, Phase::Connecting | Phase::Connected | Phase::Waiting);
    html! {
        <>
            { field(&format!("session-{session}-every"), "Publish again every (s)", every, &typed) }
            <div role="status"><p>{ stands }</p></div>
            <div class="c-row">
                { act("Connect", |index| Msg::Connect(index, now()), matches!(state.phase, Phase::Idle | Phase::Waiting)) }
                { act("Subscribe", Msg::Subscribe, connected && *subscribes) }
                { act("Unsubscribe", Msg::Unsubscribe, connected && *subscribes) }
                { act("Publish", Msg::Publish, connected && *publishes) }
                if !every.trim().is_empty() { { act("Stop publishing", Msg::StopRepeating, connected) } }
                { act("Disconnect", Msg::Disconnect, on) }
            </div>
        </>
    }
}

/// Run and stop, with how many sessions stand; always in sight.
pub(super) fn bar(run: &Run, sessions: usize, send: &Callback<Msg>, credentials: Html) -> Html {
    let press = |msg: Msg| send.reform(move |_: MouseEvent| msg.clone());
    let phases = (0..sessions).map(|session| run.session(session).phase);
    let connected = phases.clone().filter(|phase| *phase == Phase::Connected).count();
    let idle = !run.steps && phases.clone().all(|phase| phase == Phase::Idle);
    html! {
        <section class="c-panel c-runbar c-row is-spread" aria-label="Run">
            <p>
                { words::standing(connected, sessions) }
                if run.steps { { " " }{ words::RUNNING } }
            </p>
            { credentials }
            <div class="c-row">
                <button type="button" class="is-primary" disabled={run.steps} onclick={send.reform(|_: MouseEvent| Msg::Run(now()))}>{ "Run the plan" }</button>
                <button type="button" disabled={idle} onclick={press(Msg::Stop)}>{ "Stop everything" }</button>
            </div>
        </section>
    }
}

/// The limits that protect a fleet, and how to lift them.
pub(super) fn limits(run: &Run, send: &Callback<Msg>) -> Html {
    check_box(words::LIFT, run.lifted, &send.reform(Msg::Lift))
}

/// What is to be confirmed before the sessions connect; nothing where nobody can be hurt.
pub(super) fn risks(risks: &BTreeSet<Risk>, run: &Run, send: &Callback<Msg>) -> Html {
    if risks.is_empty() {
        return Html::default();
    }
    let item = |(number, risk): (usize, &Risk)| {
        let confirm = match risk {
            Risk::ClientId(id) => {
                let typed = run.again.get(id).map_or("", String::as_str);
                let client_id = id.clone();
                let again = send.reform(move |typed| Msg::Again(client_id.clone(), typed));
                field(&format!("again-{number}"), format!("Type {id} again"), typed, &again)
            }
            risk => {
                let allowed = risk.clone();
                let onclick = send.reform(move |_: MouseEvent| Msg::Allow(allowed.clone()));
                html! { <button type="button" {onclick} aria-describedby={format!("risk-{number}")}>{ "Allow it in this tab" }</button> }
            }
        };
        html! { <li class="c-stack"><p id={format!("risk-{number}")}>{ text(&words::risk(risk)) }</p>{ confirm }</li> }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="risks-title" id={RISKS_ID} tabindex="-1">
            <h2 id="risks-title">{ "Before you connect" }</h2>
            <ul class="c-stack">{ for risks.iter().enumerate().map(item) }</ul>
        </section>
    }
}
