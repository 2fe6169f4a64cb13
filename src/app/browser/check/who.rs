//! Who connects.

use yew::prelude::*;

use super::page::typing;
use crate::app::browser::components::{choice, text_area};
use crate::app::check::{Edit, Model, Msg};
use crate::app::workspace::{Attachment, TextField};

pub(super) fn who(model: &Model, send: &Callback<Msg>) -> Html {
    let who = &model.workspace.who;
    let options = [
        (Attachment::NonExclusive, html! { { "to these things, not exclusively (AWS's default)" } }),
        (
            Attachment::Exclusive,
            html! { <>{ "to this one thing, exclusively (" }<code>{ "EXCLUSIVE_THING" }</code>{ ")" }</> },
        ),
        (Attachment::None, html! { { "to no thing" } }),
    ];
    html! {
        <section class="c-panel c-stack" aria-labelledby="who">
            <h2 id="who">{ "Who connects?" }</h2>
            { choice("attachment", "An X.509 certificate that is attached", &options, who.attachment, &send.reform(|attachment| Msg::Edit(Edit::Attach(attachment)))) }
            if who.attachment != Attachment::None {
                { text_area("things", "Names of the attached things", "One a line.", &who.things, &typing(send, TextField::Things)) }
            }
        </section>
    }
}
