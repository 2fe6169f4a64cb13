//! Simulate: sessions side by side against the simulated broker, and what happened.

use yew::prelude::*;

use super::commands::Commands;
use super::decision;
use super::event_table::EventTable;
use super::findings::findings;
use super::moment::moment;
use super::player::{from_here, name, transport};
use super::press;
use super::script::{Editor, Of, Settings};
use super::terminal::Printing;
use super::timeline::Timeline;
use crate::app::browser::components::Announce;
use crate::app::sessions::script::Script;
use crate::app::sessions::simulate::player::{self, Go, Pane, Player, Take};
use crate::app::sessions::simulate::{self, Simulate};
use crate::app::sessions::{Model, Msg};
use crate::app::workspace::Screen;
use crate::lab::Ended;
use crate::policy::switch::Switch;
use crate::words;
use crate::words::drawing::event;

const PANES: [(Pane, &str); 3] = [(Pane::Log, "Log"), (Pane::Broker, "Broker"), (Pane::Why, "Why")];

/// The screen. `send` is always the same one: what it is given to is not drawn anew while time passes.
pub(super) fn simulate(model: &Model, send: &Callback<Msg>) -> Html {
    let Simulate { script: written, player, masking, .. } = &model.simulate;
    let masking = *masking;
    let played = player.run().filter(|run| !run.record.sessions.is_empty());
    html! {
        <>
            if player.scenario().is_none() {
                <div class="c-notice c-row is-spread" role="note">
                    <p>{ words::player::LOG_ONLY }</p>
                    <button type="button" onclick={press(send, Msg::Simulate(simulate::Msg::CloseLog))}>{ "Back to the sessions" }</button>
                </div>
            }
            if let Some(run) = played { { outcome(written, player, run, send) } }
            if played.is_some() && player.scenario().is_some() && player.shown > 0 {
                <p class="c-notice" role="note">{ words::player::OF_RUN_1 }</p>
            }
            <ContextProvider<Printing> context={Printing::of(player)}>
                <Editor draft={written.draft().clone()} first_step={written.first_step()} can_undo={written.can_undo()}
                    can_redo={written.can_redo()} of={Of::Simulate} send={send.clone()} />
            </ContextProvider<Printing>>
            <Commands paste={written.paste.clone()} refused={written.refused.clone()} {masking} send={send.clone()} />
        </>
    }
}

fn outcome(written: &Script, player: &Player, run: &Take, send: &Callback<Msg>) -> Html {
    let record = &run.record;
    let play = send.reform(|msg| Msg::Simulate(simulate::Msg::Play(msg)));
    let session_name = |session| name(record, session);
    let select = play.reform(|entry| player::Msg::Go(Go::To(entry)));
    let panes = PANES.map(|(pane, name)| {
        let onclick = play.reform(move |_: MouseEvent| player::Msg::Pane(pane));
        html! { <button type="button" aria-pressed={(pane == player.pane).to_string()} {onclick}>{ name }</button> }
    });
    let settings = player.scenario().map_or_else(
        Html::default,
        |_| html! { <Settings draft={written.draft().clone()} send={send.clone()} /> },
    );
    let shown = |pane| if pane == player.pane { "c-stack" } else { "c-stack is-other-pane" };
    html! {
        <>
            { turned_over(player, send) }
            { transport(player, &play, settings) }
            <Timeline record={record.clone()} selected={player.cursor} now={player.now()} select={select.clone()} />
            if let Some(Ended::TooMuch) = run.recording.as_ref().map(|recording| recording.run.ended) {
                <p class="c-notice">{ words::player::cut_short(record.entries.len()) }</p>
            }
            { findings(&record.findings, "Nothing was refused, and nobody was thrown out.", &session_name, Some(&play.reform(player::Msg::Find))) }
            <div class="c-row c-panes" role="group" aria-label="Show">{ for panes }</div>
            <div class="c-columns c-outcome">
                <div class={shown(Pane::Log)}>
                    <EventTable record={record.clone()} selected={player.cursor} {select} />
                </div>
                <div class="c-stack">
                    <div class={shown(Pane::Why)}>{ detail(player, run, &play) }</div>
                    <div class={shown(Pane::Broker)}>{ moment(&player.moment, record) }</div>
                </div>
            </div>
        </>
    }
}

/// What stands above every run that was played with undecided points turned over.
fn turned_over(player: &Player, send: &Callback<Msg>) -> Html {
    let Some(scenario) = player.scenario() else { return Html::default() };
    let turned = Switch::ALL.iter().filter(|switch| scenario.switches.thrown(**switch));
    let turned: Vec<&str> = turned.map(|switch| switch.as_str()).collect();
    if turned.is_empty() {
        return Html::default();
    }
    html! {
        <div class="c-notice is-unknown c-stack" role="note">
            <p>{ words::answered_with(&turned) }</p>
            <div class="c-row">
                <button type="button" onclick={press(send, Msg::Show(Screen::Reference))}>{ "Show the undecided points" }</button>
            </div>
        </div>
    }
}

fn detail(player: &Player, run: &Take, play: &Callback<player::Msg>) -> Html {
    let body = player.entry().map_or_else(
        || html! { <p>{ words::player::NOTHING_YET }</p> },
        |entry| {
            let played = run.recording.as_ref().map(|recording| &recording.run);
            decision::detail(entry, run.record.version(entry.connection.session), played)
        },
    );
    html! {
        <section class="c-panel c-stack" aria-labelledby="detail">
            <h2 id="detail">{ "The chosen event" }</h2>
            // Of what stands below only this is spoken by itself.
            <Announce text={player.entry().map(|entry| event(&run.record, entry)).unwrap_or_default()} />
            <div class="c-stack">{ body }</div>
            { from_here(player, play) }
        </section>
    }
}
