//! Simulate: sessions side by side against the simulated broker, and what happened.

use yew::prelude::*;

use super::{press, typing};
use crate::app::browser::components::{
    Events, Tone, confidence, connection, events, explanation, field, packet, select, text,
};
use crate::app::model::{Field, MAX_SIMULATED, Model, Msg, SessionField, Sessions};
use crate::app::simulate::name;
use crate::app::workspace::{MqttVersion, SessionPlan};
use crate::lab::Run;
use crate::policy::Explanation;
use crate::timeline::{Finding, SessionId, What, diagnose};
use crate::words;

pub(super) const VERSIONS: &[(MqttVersion, &str)] =
    &[(MqttVersion::V311, "MQTT 3.1.1"), (MqttVersion::V5, "MQTT 5")];

pub(in crate::app::browser) fn simulate(model: &Model, send: &Callback<Msg>) -> Html {
    let simulation = &model.workspace.simulation;
    let sessions = simulation.sessions.iter().enumerate().map(|(index, plan)| {
        session(
            plan,
            index,
            Sessions::Simulated,
            send,
            html! {
                <button type="button" onclick={press(send, Msg::RemoveSession(Sessions::Simulated, index))}>
                    { format!("Remove {}", name(index)) }
                </button>
            },
        )
    });
    html! {
        <>
            <section class="c-panel c-stack" aria-labelledby="sessions">
                <h2 id="sessions">{ "Sessions" }</h2>
                <p class="c-hint">
                    { "They connect one second apart to a broker inside this page, with the policies and the certificate of \
                       Check. Two with the same client ID show the takeover." }
                </p>
                <div class="c-grid">
                    { select("version", "Protocol", VERSIONS, simulation.version,
                        &send.reform(|version| Msg::Speak(Sessions::Simulated, version))) }
                </div>
                <div class="c-sessions">{ for sessions }</div>
                <div class="c-row">
                    <button type="button" class="is-primary" onclick={press(send, Msg::Simulate)}>{ "Run" }</button>
                    <button type="button" onclick={press(send, Msg::AddSession(Sessions::Simulated))}
                        disabled={simulation.sessions.len() >= MAX_SIMULATED}>{ "Add a session" }</button>
                </div>
            </section>
            if let Some(run) = &model.run { { outcome(model, run, send) } }
        </>
    }
}

/// The fields of one session; `more` stands at the end.
pub(super) fn session(
    plan: &SessionPlan,
    index: usize,
    sessions: Sessions,
    send: &Callback<Msg>,
    more: Html,
) -> Html {
    let input = |part, label: &'static str, value: &str| {
        let id = format!("session-{index}-{}", label.to_lowercase().replace(' ', "-"));
        field(&id, label, value, &typing(send, Field::Session(sessions, index, part)))
    };
    html! {
        <fieldset class="c-session">
            <legend>{ format!("Session {}", name(index)) }</legend>
            { input(SessionField::ClientId, "Client ID", &plan.client_id) }
            { input(SessionField::Subscribe, "Subscribes to", &plan.subscribe) }
            { input(SessionField::Publish, "Publishes to", &plan.publish) }
            { input(SessionField::Payload, "Message", &plan.payload) }
            { more }
        </fieldset>
    }
}

/// Findings as sentences.
pub(super) fn findings(list: &[Finding], name: &dyn Fn(SessionId) -> String) -> Html {
    html! {
        <section class="c-panel c-stack" aria-labelledby="findings">
            <h2 id="findings">{ "What happened" }</h2>
            if list.is_empty() {
                <p>{ "Nothing was refused, and nobody was thrown out." }</p>
            }
            <ul class="c-stack">
                { for list.iter().map(|finding| html! {
                    <li>{ text(&words::timeline::finding(finding, |at| connection(at, name))) }</li>
                }) }
            </ul>
        </section>
    }
}

fn outcome(model: &Model, run: &Run, send: &Callback<Msg>) -> Html {
    let session_name = |session: SessionId| run.name(session).to_owned();
    let version = model.workspace.simulation.version.into();
    html! {
        <>
            { findings(&diagnose(&run.entries), &session_name) }
            <div class="c-columns">
                { events(&Events {
                    entries: &run.entries,
                    selected: model.event,
                    newest_first: false,
                    name: &session_name,
                    version: &|_| version,
                    select: send.reform(Msg::SelectEvent),
                }) }
                { detail(model, run) }
            </div>
        </>
    }
}

fn detail(model: &Model, run: &Run) -> Html {
    let entry = model.event.and_then(|index| run.entries.get(index));
    let version = model.workspace.simulation.version.into();
    let body = match entry.map(|entry| (entry, &entry.what)) {
        None => html! { <p>{ "Choose an event of the log." }</p> },
        Some((_, What::Decided { explanation: id, .. })) => {
            run.explained(*id).map_or_else(Html::default, |explained| decision(&explained.explanation))
        }
        Some((entry, What::Sent(_) | What::Received(_))) => packet(entry, version),
        Some((_, what)) => {
            let words = words::timeline::more(what).unwrap_or_else(|| words::timeline::what(what, version));
            html! { <p>{ text(&words) }</p> }
        }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="detail">
            <h2 id="detail">{ "The chosen event" }</h2>
            { body }
        </section>
    }
}

fn decision(explained: &Explanation) -> Html {
    let tone = Tone::from(explained.decision.verdict);
    html! {
        <>
            <div class={classes!("c-verdict", tone.class())}>
                { tone.sign() }
                <div>
                    <h3>{ words::verdict(explained.decision.verdict) }</h3>
                    <p>{ text(&words::headline_text(explained)) }</p>
                    { confidence(explained.confidence) }
                </div>
            </div>
            { explanation(explained) }
        </>
    }
}
