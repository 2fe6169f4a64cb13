//! The policies, each with its text.

use yew::prelude::*;

use super::page::{press, typing};
use crate::app::browser::components::{PolicyText, field};
use crate::app::check::{Edit, MAX_POLICIES, Model, Msg};
use crate::app::workspace::TextField;

pub(super) fn policies(model: &Model, send: &Callback<Msg>) -> Html {
    let many = model.workspace.policies.len() > 1;
    let each = model.workspace.policies.iter().enumerate().map(|(index, policy)| {
        let document = model.matrix.document(index);
        html! {
            <div class="c-stack c-policy" key={index}>
                if many {
                    { field(&format!("policy-name-{index}"), "Name", &policy.name, &typing(send, TextField::PolicyName(index))) }
                }
                <PolicyText {index} text={policy.text.clone()} diagnostics={document.map(|document| document.diagnostics.clone()).unwrap_or_default()}
                    changed={typing(send, TextField::PolicyText(index))} />
                if many {
                    <button type="button" onclick={press(send, Msg::Edit(Edit::RemovePolicy(index)))}>
                        { format!("Remove {}", policy.name) }
                    </button>
                }
            </div>
        }
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="policies">
            <h2 id="policies">{ if many { "Policies" } else { "Policy" } }</h2>
            { for each }
            <div class="c-row">
                <button type="button" onclick={press(send, Msg::Edit(Edit::AddPolicy))}
                    disabled={model.workspace.policies.len() >= MAX_POLICIES}>{ "Add a policy" }</button>
                <button type="button" onclick={press(send, Msg::Edit(Edit::Example))}>{ "Show the example again" }</button>
                <button type="button" onclick={press(send, Msg::Undo)} disabled={!model.history.can_undo()}>{ "Undo" }</button>
                <button type="button" onclick={press(send, Msg::Redo)} disabled={!model.history.can_redo()}>{ "Redo" }</button>
            </div>
        </section>
    }
}
