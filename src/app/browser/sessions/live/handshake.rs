//! Why connections were never opened: one panel for all sessions, because they have their way in common.

use gloo::utils::window;
use yew::prelude::*;

use super::access::now;
use crate::app::browser::components::text;
use crate::app::sessions::live::handshake::carries;
use crate::app::sessions::live::{self, Live, run};
use crate::iot::endpoint::Endpoint;
use crate::live::handshake::{Candidate, Facts, Likelihood, Test, causes};
use crate::words::handshake as words;

/// The panel; nothing while no session waits for an explanation.
pub(super) fn refused(live: &Live, endpoint: &Endpoint, send: &Callback<live::Msg>) -> Html {
    let Some((session, failed)) = live.handshakes.last() else { return Html::default() };
    let mut region = None;
    let facts = Facts {
        endpoint,
        access: carries(&live.access, endpoint, &mut region),
        barriers: &live.access.barriers(endpoint),
        online: window().navigator().on_line(),
        now: now(),
        clock: live.access.clock,
        took: failed.took,
        held_back: failed.held_back,
        in_a_row: failed.in_a_row,
        through: live.handshakes.through(failed),
    };
    let names: Vec<String> = live.handshakes.all_failed().map(|session| live.log.name(session)).collect();
    let again = usize::try_from(session.0).ok().map(|index| {
        let onclick = send.reform(move |_: MouseEvent| live::Msg::Run(run::Msg::Connect(index, now())));
        html! {
            <button type="button" {onclick}>{ words::again(&live.log.name(session)) }</button>
        }
    });
    let (open, ruled_out): (Vec<Candidate>, Vec<Candidate>) =
        causes(&facts).into_iter().partition(|one| one.likelihood != Likelihood::RuledOut);
    html! {
        <section class="c-panel c-stack" aria-labelledby="refused">
            <h2 id="refused">{ words::title(&names) }</h2>
            <p>{ words::headline(failed.in_a_row) }</p>
            <ol class="c-stack">{ for open.iter().map(|one| cause(one, again.as_ref())) }</ol>
            if let Some(delay) = words::held_back(failed.held_back, failed.took) { <p>{ delay }</p> }
            if !ruled_out.is_empty() {
                <details class="c-more">
                    <summary>{ words::ruled_out(ruled_out.len()) }</summary>
                    <ul class="c-stack">{ for ruled_out.iter().map(|one| cause(one, None)) }</ul>
                </details>
            }
        </section>
    }
}

fn cause(one: &Candidate, again: Option<&Html>) -> Html {
    let test = match &one.test {
        Test::Again => again.cloned(),
        test => words::test(test).map(|said| html! { <p class="c-hint">{ text(&said) }</p> }),
    };
    html! {
        <li>
            <p>
                <strong>{ words::likelihood(one.likelihood) }</strong>{ ": " }
                { text(&words::cause(&one.cause)) }
                if let Some(sign) = &one.sign { { " " }{ text(&words::sign(sign)) } }
            </p>
            { for test }
        </li>
    }
}
