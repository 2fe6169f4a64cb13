//! The policies, each with where it is attached and its text.

use yew::prelude::*;

use super::import::offer;
use super::page::{press, typing};
use crate::app::browser::components::{
    FilePicker, Mark, MarkKind, PolicyText, Squiggle, check_box, field, select, text,
};
use crate::app::browser::shell::focus_field;
use crate::app::check::lit::{Kind, Lit, Pointed};
use crate::app::check::wanted::is_looked_at;
use crate::app::check::{Edit, Model, Msg};
use crate::app::workspace::{Attached, MAX_POLICIES, PrincipalKind, TextField};
use crate::policy::import::MAX_PASTE;
use crate::words::form;

pub(super) fn policies(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let many = model.workspace.policies.len() > 1;
    let each = model.workspace.policies.iter().enumerate().map(|(index, _)| policy(model, lit, index, send));
    let own = send.reform(|_: MouseEvent| {
        focus_field("policies");
        Msg::Edit(Edit::Empty)
    });
    html! {
        <section class="c-panel c-stack" aria-labelledby="policies">
            <h2 id="policies">{ if many { "Policies" } else { "Policy" } }</h2>
            { for each }
            <div class="c-row">
                <button type="button" onclick={own}>{ "Use my own policy" }</button>
                <button type="button" onclick={press(send, Msg::Edit(Edit::AddPolicy))}
                    disabled={model.workspace.policies.len() >= MAX_POLICIES}>{ "Add a policy" }</button>
                <FilePicker label="Open files" limit={MAX_PASTE} taken={send.reform(Msg::Import)} />
            </div>
            <div role="status">{ for model.files.iter().map(|told| html! { <p class="c-hint">{ text(told) }</p> }) }</div>
            <div class="c-row">
                <button type="button" onclick={press(send, Msg::Undo)} disabled={!model.history.can_undo()}>{ "Undo" }</button>
                <button type="button" onclick={press(send, Msg::Redo)} disabled={!model.history.can_redo()}>{ "Redo" }</button>
                <button type="button" onclick={press(send, Msg::Edit(Edit::Example))}>{ "Show the example again" }</button>
            </div>
        </section>
    }
}

fn policy(model: &Model, lit: &Lit, index: usize, send: &Callback<Msg>) -> Html {
    let workspace = &model.workspace;
    let Some(policy) = workspace.policies.get(index) else { return Html::default() };
    let many = workspace.policies.len() > 1;
    let principal = workspace.who.principal;
    let diagnostics = model.document(index).map(|document| document.diagnostics.clone()).unwrap_or_default();
    let spans = lit.spans.iter().filter(|(policy, ..)| *policy == index);
    let marks = spans.map(|(_, span, kind)| Mark {
        span: span.clone(),
        kind: match kind {
            Kind::Decisive => MarkKind::Decisive,
            Kind::Lit => MarkKind::Lit,
        },
    });
    let squiggles = model.squiggles(index).into_iter().map(|(span, severity, message)| Squiggle {
        span,
        severity,
        message,
    });
    let reveal = model.reveal.as_ref().filter(|reveal| reveal.policy == index);
    let on_point =
        send.reform(move |byte: Option<usize>| Msg::Point(byte.map(|byte| Pointed::Text(index, byte))));
    let attach = {
        let attached = policy.attached.clone();
        send.reform(move |place| {
            Msg::Edit(Edit::AttachPolicy(
                index,
                match (place, &attached) {
                    (Place::Principal, _) => Attached::Principal,
                    (Place::Role, _) => Attached::Role,
                    (Place::ThingGroup, Attached::ThingGroup(name)) => Attached::ThingGroup(name.clone()),
                    (Place::ThingGroup, _) => Attached::ThingGroup(String::new()),
                },
            ))
        })
    };
    let place = Place::of(&policy.attached);
    html! {
        <div class="c-stack c-policy" key={index} data-policy={index.to_string()} role="group" aria-label={policy.name.clone()}>
            <div class="c-row is-top">
                <details class="c-more">
                    <summary><span translate="no">{ &policy.name }</span>{ ", " }{ said(&policy.attached, principal) }</summary>
                    <div class="c-grid">
                        { field(&format!("policy-name-{index}"), "Name", &policy.name, &typing(send, TextField::PolicyName(index))) }
                        { select(&format!("policy-place-{index}"), "Attached to", places(principal), place, &attach) }
                        if let Attached::ThingGroup(name) = &policy.attached {
                            { field(&format!("policy-group-{index}"), "Name of the group", name, &typing(send, TextField::PolicyGroup(index))) }
                        }
                    </div>
                    if many {
                        <button type="button" onclick={press(send, Msg::Edit(Edit::RemovePolicy(index)))}>
                            { format!("Remove {}", policy.name) }
                        </button>
                    }
                </details>
                if many || policy.off {
                    { check_box("on", !policy.off, &send.reform(move |_| Msg::Edit(Edit::SwitchPolicy(index)))) }
                }
            </div>
            if !policy.off && !is_looked_at(&policy.attached, principal) {
                { not_looked_at(place, index, send) }
            }
            if policy.text.trim().is_empty() { <p class="c-hint">{ form::NO_POLICY }</p> }
            <PolicyText {index} text={policy.text.clone()} {diagnostics} changed={typing(send, TextField::PolicyText(index))}
                marks={marks.collect::<Vec<_>>()} squiggles={squiggles.collect::<Vec<_>>()} {on_point}
                reveal={reveal.map(|reveal| (reveal.number, reveal.span.clone()))} />
            { offer(model, index, send) }
        </div>
    }
}

/// Why a policy does not count, and where it would.
fn not_looked_at(place: Place, index: usize, send: &Callback<Msg>) -> Html {
    let (why, other, label) = match place {
        Place::Role => (form::NO_ROLE_HERE, Attached::Principal, "Attach it to the principal"),
        Place::Principal => (form::NO_IOT_POLICY_HERE, Attached::Role, "Attach it to the role"),
        Place::ThingGroup => (form::NO_GROUP_HERE, Attached::Principal, "Attach it to the principal"),
    };
    html! {
        <div class="c-notice is-implicit c-row">
            <span>{ why }</span>
            <button type="button" onclick={press(send, Msg::Edit(Edit::AttachPolicy(index, other)))}>{ label }</button>
        </div>
    }
}

/// What a policy can be attached to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Principal,
    ThingGroup,
    Role,
}

impl Place {
    const fn of(attached: &Attached) -> Self {
        match attached {
            Attached::Principal => Self::Principal,
            Attached::ThingGroup(_) => Self::ThingGroup,
            Attached::Role => Self::Role,
        }
    }
}

const fn places(principal: PrincipalKind) -> &'static [(Place, &'static str)] {
    use Place::{Principal, Role, ThingGroup};
    match principal {
        PrincipalKind::X509 => {
            &[(Principal, "the certificate"), (ThingGroup, "a thing group"), (Role, "an IAM role")]
        }
        PrincipalKind::CustomAuthorizer => &[
            (Principal, "the client, by the authorizer"),
            (ThingGroup, "a thing group"),
            (Role, "an IAM role"),
        ],
        PrincipalKind::IamRole => &[
            (Principal, "the principal, as an IoT policy"),
            (ThingGroup, "a thing group"),
            (Role, "the IAM role"),
        ],
        PrincipalKind::CognitoAuthenticated | PrincipalKind::CognitoUnauthenticated => {
            &[(Principal, "the Cognito identity"), (ThingGroup, "a thing group"), (Role, "the IAM role")]
        }
    }
}

fn said(attached: &Attached, principal: PrincipalKind) -> Html {
    let place = Place::of(attached);
    let named = places(principal).iter().find(|(known, _)| *known == place).map_or("", |(_, name)| *name);
    match attached {
        Attached::ThingGroup(name) if !name.trim().is_empty() => {
            html! { <>{ "attached to thing group " }<code translate="no">{ name.trim() }</code></> }
        }
        _ => html! { <>{ "attached to " }{ named }</> },
    }
}
