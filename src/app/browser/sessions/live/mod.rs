//! Live: real sessions side by side, over WebSocket, to the one endpoint that the page is locked to.

mod access;
mod compare;
mod filter;
mod handshake;
mod log;
mod packet;
mod run;

use yew::prelude::*;

use super::script::{Editor, Of};
use super::{press, typing};
use crate::app::browser::components::FilePicker;
use crate::app::sessions::live::run::Run;
use crate::app::sessions::live::{self, Live};
use crate::app::sessions::script::Script;
use crate::app::sessions::{Model, Msg};
use crate::app::workspace::TextField;
use crate::lab::format::MAX_TEXT;
use crate::words;
use compare::{Comparison, Shared};

pub(super) use run::Controls;
use run::Running;

pub(super) use access::{Given, Handover, Vault, framed};

pub(super) fn live(model: &Model, send: &Callback<Msg>, give: &Callback<Given>, framed: bool) -> Html {
    let Live { endpoint, access, plan, run, log, .. } = &model.live;
    let Some(endpoint) = endpoint.as_ref().filter(|_| !framed) else {
        return if framed {
            html! { <p class="c-notice is-implicit">{ "Live does not run inside a frame of another page. Open this page by itself." }</p> }
        } else {
            lock(model, send)
        };
    };
    let to_live = &send.reform(Msg::Live);
    let to_run = &to_live.reform(live::Msg::Run);
    html! {
        <>
            <div class="c-notice is-allowed">
                <p>{ words::access::now_reaches(endpoint, access.pool()) }</p>
                <button type="button" onclick={press(send, Msg::Unlock)}>{ "Leave Live" }</button>
            </div>
            { access::access(access, endpoint, &to_live.reform(live::Msg::Access), give) }
            { run::risks(&run.risks(&model.live.scenario(&model.workspace), endpoint, None), run, to_run) }
            { run::bar(run, plan.draft().sessions().len(), to_run, access::bar(access, &to_live.reform(live::Msg::Access))) }
            { handshake::refused(&model.live, endpoint, to_live) }
            <ContextProvider<Running> context={Running { run: run.clone(), send: send.clone() }}>
                <Editor draft={plan.draft().clone()} first_step={plan.first_step()} can_undo={plan.can_undo()}
                    can_redo={plan.can_redo()} of={Of::Live} send={send.clone()} />
            </ContextProvider<Running>>
            { log::log(log, &to_live.reform(live::Msg::Log)) }
            <Comparison compare={Shared(model.live.compare.clone())} grown={log.grown()} host={endpoint.host().to_owned()}
                region={access.region(endpoint)} send={send.clone()} />
            { files(plan, run, send) }
        </>
    }
}

/// The plan comes in and goes out, to a file or to Simulate.
fn files(plan: &Script, run: &Run, to_model: &Callback<Msg>) -> Html {
    let send = &to_model.reform(Msg::Live);
    let press_live = |msg: live::Msg| press(to_model, Msg::Live(msg));
    html! {
        <section class="c-panel c-stack" aria-labelledby="plan-title">
            <h2 id="plan-title">{ "The plan" }</h2>
            <p class="c-hint">{ words::live::PLAN }</p>
            <div class="c-row">
                <FilePicker label="Open a plan" limit={MAX_TEXT} accept=".json,application/json" taken={send.reform(live::Msg::Open)} />
                <button type="button" onclick={press_live(live::Msg::Save)}>{ "Save the plan" }</button>
                <button type="button" onclick={press_live(live::Msg::TakeSimulated)}>{ "Take the sessions of Simulate" }</button>
                <button type="button" onclick={press(to_model, Msg::SimulatePlan)}>{ "Simulate this plan" }</button>
                <button type="button" onclick={press_live(live::Msg::Observe)}>{ "Add an observer" }</button>
            </div>
            if let Some(refused) = &plan.refused {
                <div class="c-notice is-explicit" role="alert">
                    <p>{ &refused.why }</p>
                    if !refused.places.is_empty() { <ul>{ for refused.places.iter().map(|place| html! { <li>{ place }</li> }) }</ul> }
                </div>
            }
            { run::limits(run, &send.reform(live::Msg::Run)) }
        </section>
    }
}

/// The first step: which endpoint.
fn lock(model: &Model, send: &Callback<Msg>) -> Html {
    let onsubmit = send.reform(|event: SubmitEvent| {
        event.prevent_default();
        Msg::Lock
    });
    let to_access = send.reform(|msg| Msg::Live(live::Msg::Access(msg)));
    let typing = typing(send, TextField::Endpoint);
    access::lock(&model.live.access, &model.workspace.live.endpoint, &typing, &onsubmit, &to_access)
}
