//! What is predicted of the plan, and what was seen of it: who the sessions really are, the table, pastes from elsewhere, and
//! what a run needs.

mod elsewhere;
mod needs;
mod table;

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::access::now;
use crate::app::browser::components::{text, text_area};
use crate::app::sessions::Msg as ToModel;
use crate::app::sessions::live;
use crate::app::sessions::live::compare::{Compare, Msg, Whose};
use crate::iot::region::Region;
use crate::live::predict::{Prediction, Source};
use crate::words::live as words;
use elsewhere::elsewhere;
use needs::needs;
use table::table;

/// The log is looked at so long after it has grown, in milliseconds; what grows meanwhile is looked at with it.
const LATER: u32 = 250;

/// What the part shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) compare: Shared,
    /// How many rows the log ever had.
    pub(super) grown: u64,
    /// The name of the endpoint's host.
    pub(super) host: String,
    /// Its region, or why there is none.
    pub(super) region: Result<Region, String>,
    /// Always the same one.
    pub(super) send: Callback<ToModel>,
}

/// A state that is the same one as long as nothing has changed it.
#[derive(Clone)]
pub(super) struct Shared(pub(super) Rc<Compare>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Draws the part, and looks at the log when that has grown.
#[component]
pub(super) fn Comparison(props: &Props) -> Html {
    let send = props.send.reform(|msg| ToModel::Live(live::Msg::Compare(msg)));
    {
        let send = send.clone();
        use_effect_with((), move |()| send.emit(Msg::Now(now())));
    }
    let due = use_mut_ref(|| None::<Timeout>);
    {
        let send = send.clone();
        use_effect_with(props.grown, move |grown| {
            if *grown > 0 && due.borrow().is_none() {
                let done = due.clone();
                let later = Timeout::new(LATER, move || {
                    done.borrow_mut().take();
                    send.emit(Msg::Grown(now()));
                });
                due.replace(Some(later));
            }
        });
    }
    let shown = (props.compare.clone(), props.host.clone(), props.region.clone());
    // Not drawn anew for what is only more log.
    let drawn = use_memo(shown, move |(Shared(compare), host, region)| parts(compare, host, region, &send));
    (*drawn).clone()
}

fn parts(compare: &Compare, host: &str, region: &Result<Region, String>, send: &Callback<Msg>) -> Html {
    let Some(own) = compare.prediction_of(Whose::Page) else { return Html::default() };
    html! {
        <>
            <section class="c-panel c-stack" aria-labelledby="who-there">
                <h2 id="who-there">{ "Who you are there" }</h2>
                { who(own) }
                if own.rights().iter().any(|rights| rights.missing.contains(&Source::Role)) {
                    { text_area("role-policy", "Policy of the role (JSON)", words::ROLE_POLICY, &compare.role_policy, &send.reform(Msg::RolePolicy)) }
                    <div class="c-row">
                        <button type="button" onclick={send.reform(|_: MouseEvent| Msg::AddRolePolicy)}>{ "Add the role's policy" }</button>
                    </div>
                }
            </section>
            { table(compare, send) }
            { elsewhere(compare, send) }
            if compare.has_device() { { needs(compare, host, region, send) } }
        </>
    }
}

/// As whom sessions connect, and which policies are then asked.
fn who(prediction: &Prediction) -> Html {
    let several = prediction.rights().len() > 1;
    let rights = prediction.rights().iter().map(|rights| {
        html! {
            <>
                if several { <h3>{ &rights.identity }</h3> }
                <ul>{ for words::rights(rights).iter().map(|said| html! { <li>{ text(said) }</li> }) }</ul>
            </>
        }
    });
    html! { <><p>{ words::who(prediction.sign_in()) }</p>{ for rights }</> }
}
