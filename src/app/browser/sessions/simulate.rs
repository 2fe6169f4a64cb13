//! Simulate: sessions side by side against the simulated broker, and what happened.

use yew::prelude::*;

use super::events::{Events, MAX_ROWS, events, packet};
use super::press;
use super::session::{findings, session, version};
use crate::app::browser::components::{Links, Tone, confidence, explanation, text};
use crate::app::sessions::simulate::name;
use crate::app::sessions::simulate::{self, player};
use crate::app::sessions::{MAX_SIMULATED, Model, Msg};
use crate::app::workspace::Sessions;
use crate::lab::Explained;
use crate::timeline::{SessionId, What, diagnose};
use crate::words;

pub(super) fn simulate(model: &Model, send: &Callback<Msg>) -> Html {
    let simulation = &model.workspace.simulation;
    let sessions = simulation.sessions.iter().enumerate().map(|(index, plan)| {
        let remove = html! {
            <button type="button" onclick={press(send, Msg::RemoveSession(Sessions::Simulated, index))}>
                { format!("Remove {}", name(index)) }
            </button>
        };
        session(plan, index, Sessions::Simulated, send, remove)
    });
    html! {
        <>
            <section class="c-panel c-stack" aria-labelledby="sessions">
                <h2 id="sessions">{ "Sessions" }</h2>
                <p class="c-hint">
                    { "They connect one second apart to a broker inside this page, with the policies and the certificate of \
                       Check. Two with the same client ID show the takeover." }
                </p>
                <div class="c-grid">{ version(Sessions::Simulated, simulation.version, send) }</div>
                <div class="c-sessions">{ for sessions }</div>
                <div class="c-row">
                    <button type="button" onclick={press(send, Msg::AddSession(Sessions::Simulated))}
                        disabled={simulation.sessions.len() >= MAX_SIMULATED}>{ "Add a session" }</button>
                </div>
            </section>
            if simulation.sessions.is_empty() {
                <p class="c-notice">{ "No sessions yet. Add one." }</p>
            } else {
                { outcome(model, send) }
            }
        </>
    }
}

fn outcome(model: &Model, send: &Callback<Msg>) -> Html {
    let run = &model.simulate.player.run;
    let session_name = |session: SessionId| run.name(session).to_owned();
    let version = model.workspace.simulation.version.into();
    html! {
        <>
            { findings(&diagnose(&run.entries), "Nothing was refused, and nobody was thrown out.", &session_name) }
            <div class="c-columns">
                <div class="c-stack">
                    { events(&Events {
                        entries: run.entries.iter().enumerate().take(MAX_ROWS).collect(),
                        total: run.entries.len(),
                        selected: model.simulate.player.cursor,
                        name: &session_name,
                        version: &|_| version,
                        select: send.reform(|entry| Msg::Simulate(simulate::Msg::Play(player::Msg::Select(entry)))),
                    }) }
                </div>
                { detail(model) }
            </div>
        </>
    }
}

fn detail(model: &Model) -> Html {
    let run = &model.simulate.player.run;
    let entry = model.simulate.player.cursor.and_then(|index| run.entries.get(index));
    let version = model.workspace.simulation.version.into();
    let body = match entry.map(|entry| (entry, &entry.what)) {
        None => html! { <p>{ "Choose an event of the log." }</p> },
        Some((_, What::Decided { explanation: id, .. })) => {
            run.explained(*id).as_ref().map_or_else(Html::default, decision)
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
            <div role="status" class="c-stack">{ body }</div>
        </section>
    }
}

fn decision(explained: &Explained) -> Html {
    let Explained { explanation: explained, near_misses, .. } = explained;
    let tone = Tone::from(explained.decision.verdict);
    let near: Vec<Html> = near_misses
        .iter()
        .map(|near| html! { <li>{ text(&words::near_miss(near)) }{ ". " }{ confidence(near.confidence) }</li> })
        .collect();
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
            { explanation(explained, &words::steps(explained), &near, Links(None)) }
        </>
    }
}
