//! Who connects, and the values that the policies ask for.

use yew::prelude::*;

use super::fill_in::fill_in;
use super::page::typing;
use super::pointing::linked;
use super::value::value;
use crate::app::browser::components::{choice, field, select, text, text_area};
use crate::app::browser::shell::focus;
use crate::app::check::lit::{Field, Lit};
use crate::app::check::matrix::lines;
use crate::app::check::wanted::{Wanted, wanted};
use crate::app::check::{Edit, Model, Msg};
use crate::app::workspace::{
    Attached, Attachment, CertificateState, PrincipalKind, TextField, Transport, Who,
};
use crate::policy::Explanation;
use crate::policy::missing::{self, MissingValue};
use crate::words::{self, form};

const PRINCIPALS: &[(PrincipalKind, &str)] = &[
    (PrincipalKind::X509, "X.509 certificate"),
    (PrincipalKind::CognitoAuthenticated, "Cognito identity, authenticated"),
    (PrincipalKind::CognitoUnauthenticated, "Cognito identity, guest"),
    (PrincipalKind::IamRole, "IAM role or user"),
    (PrincipalKind::CustomAuthorizer, "custom authorizer"),
];
const TRANSPORTS: &[(Transport, &str)] = &[
    (Transport::Mqtt, "MQTT over TLS"),
    (Transport::WebSocket, "MQTT over WebSocket"),
    (Transport::Https, "HTTPS"),
];
const STATES: &[(CertificateState, &str)] = &[
    (CertificateState::Active, "active"),
    (CertificateState::Inactive, "inactive"),
    (CertificateState::Revoked, "revoked"),
    (CertificateState::PendingTransfer, "pending transfer"),
    (CertificateState::PendingActivation, "pending activation"),
    (CertificateState::RegisterInactive, "register inactive"),
];

pub(super) fn who(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let who = &model.workspace.who;
    let has_things = matches!(who.principal, PrincipalKind::X509 | PrincipalKind::CognitoAuthenticated);
    let hint = match who.principal {
        PrincipalKind::X509 => "",
        PrincipalKind::CognitoAuthenticated => form::COGNITO_AUTHENTICATED,
        PrincipalKind::CognitoUnauthenticated => form::COGNITO_GUEST,
        PrincipalKind::IamRole => form::IAM_ROLE,
        PrincipalKind::CustomAuthorizer => form::AUTHORIZER,
    };
    let explained = model.answer.as_ref().map(|answer| &answer.explanation);
    let wanted = wanted(who, &model.matrix);
    html! {
        <section class="c-panel c-stack" aria-labelledby="who">
            <h2 id="who">{ "Who connects?" }</h2>
            { missing_values(model, explained, &wanted) }
            { select("principal", "Principal", PRINCIPALS, who.principal, &send.reform(|kind| Msg::Edit(Edit::Principal(kind)))) }
            if !hint.is_empty() { <p class="c-hint">{ hint }</p> }
            if has_things { { things(model, lit, send) } }
            { for wanted.iter().enumerate().map(|(index, wanted)| {
                linked(&Field::Value(wanted.key.name()), lit, value(id(index), wanted, send))
            }) }
            if !model.workspace.presenter { { fill_in(model, send) } }
            { more(model, has_things, send) }
        </section>
    }
}

fn id(index: usize) -> String {
    format!("value-{index}")
}

/// The values that nobody set; first those that the explained answer waits for.
fn missing_values(model: &Model, explained: Option<&Explanation>, wanted: &[Wanted]) -> Html {
    let awaited = explained.map(missing::values).unwrap_or_default();
    let asked_as = model.matrix.client_ids.get(model.selected.client);
    let thing = asked_as.and_then(|id| model.matrix.bound_thing(id));
    let missing = wanted.iter().enumerate().filter(|(_, wanted)| wanted.is_missing());
    let (first, then): (Vec<_>, Vec<_>) = missing
        .map(|(index, wanted)| (index, wanted, wanted.awaited(&awaited, thing.as_deref())))
        .partition(|(.., why)| why.is_some());
    let count = first.len() + then.len();
    if count == 0 {
        return Html::default();
    }
    let each = first.into_iter().chain(then).map(|(index, wanted, why)| {
        let onclick = Callback::from(move |_: MouseEvent| focus(&id(index)));
        let of = wanted.thing.iter().map(|thing| html! { <>{ " of " }<code translate="no">{ thing }</code></> });
        html! {
            <li>
                <button type="button" class="c-link" {onclick}>{ wanted.key.name() }</button>{ for of }
                if let Some(why) = why {
                    <br /><span class="c-hint">{ text(&words::missing(why)) }</span>{ " " }<code class="c-mark">{ MissingValue::CODE }</code>
                }
            </li>
        }
    });
    html! {
        <div class="c-notice is-unknown">
            <p>{ form::asks_for(count) }</p>
            <ul class="c-rows">{ for each }</ul>
        </div>
    }
}

fn things(model: &Model, lit: &Lit, send: &Callback<Msg>) -> Html {
    let workspace = &model.workspace;
    let who = &workspace.who;
    let x509 = who.principal == PrincipalKind::X509;
    let (plain, none) = (html! { { "to no thing" } }, Attachment::None);
    let options = if x509 {
        vec![
            (Attachment::NonExclusive, html! { { "to these things, not exclusively (AWS's default)" } }),
            (
                Attachment::Exclusive,
                html! { <>{ "to this one thing, exclusively (" }<code>{ "EXCLUSIVE_THING" }</code>{ ")" }</> },
            ),
            (none, plain),
        ]
    } else {
        vec![(Attachment::NonExclusive, html! { { "to these things" } }), (none, plain)]
    };
    // Only certificates are attached exclusively.
    let chosen = match who.attachment {
        Attachment::Exclusive if !x509 => Attachment::NonExclusive,
        chosen => chosen,
    };
    let names = lines(&who.things);
    let by_group = workspace
        .policies
        .iter()
        .any(|policy| !policy.off && matches!(policy.attached, Attached::ThingGroup(_)));
    let legend = if x509 { "The certificate is attached" } else { "The identity is attached" };
    html! {
        <>
            { linked(&Field::Attachment, lit, choice("attachment", legend, &options, chosen,
                &send.reform(|attachment| Msg::Edit(Edit::Attach(attachment))))) }
            if chosen != Attachment::None {
                { linked(&Field::Things, lit, text_area("things", "Names of the attached things", form::ONE_A_LINE, &who.things,
                    &typing(send, TextField::Things))) }
                if chosen == Attachment::Exclusive && names.len() > 1 {
                    <p class="c-notice is-implicit">{ form::EXCLUSIVE_OF_SEVERAL }</p>
                }
                if by_group {
                    { for names.iter().enumerate().map(|(index, thing)| {
                        let groups = who.facts.get(thing).map_or("", |facts| facts.groups.as_str());
                        let label = html! { <>{ "Thing groups of " }<code translate="no">{ thing }</code></> };
                        text_area(&format!("groups-{index}"), label, form::GROUPS, groups,
                            &typing(send, TextField::Groups(thing.clone())))
                    }) }
                }
            }
        </>
    }
}

/// What is rarely changed; its heading names what was.
fn more(model: &Model, has_things: bool, send: &Callback<Msg>) -> Html {
    let who = &model.workspace.who;
    let place = &model.matrix.place;
    let x509 = who.principal == PrincipalKind::X509;
    let changed = changed(who, x509, has_things);
    html! {
        <details class="c-more">
            <summary>{ "More" }if !changed.is_empty() { { ": " }{ changed.join(", ") } }</summary>
            <div class="c-stack">
                { select("transport", "Connects by", TRANSPORTS, who.transport, &send.reform(|transport| Msg::Edit(Edit::Transport(transport)))) }
                <div class="c-grid">
                    if x509 {
                        { select("certificate", "State of the certificate", STATES, who.certificate, &send.reform(|state| Msg::Edit(Edit::Certificate(state)))) }
                    }
                    { field("asked-region", "Region", &who.region, &typing(send, TextField::AskedRegion)) }
                    { field("asked-account", "Account", &who.account, &typing(send, TextField::AskedAccount)) }
                </div>
                <p class="c-hint">{ text(&form::place_of_policies(&place.region, &place.account)) }</p>
                if has_things {
                    { text_area("registered", "Things that exist but are not attached", form::ONE_A_LINE, &who.registered, &typing(send, TextField::Registered)) }
                }
            </div>
        </details>
    }
}

/// What under "More" is not as it is at first.
fn changed(who: &Who, x509: bool, has_things: bool) -> Vec<String> {
    let named = |text: &str, what: &str| match text.trim() {
        "" => None,
        text => Some(format!("{what} {text}")),
    };
    let transport = TRANSPORTS.iter().skip(1).find(|(known, _)| *known == who.transport);
    let state = STATES.iter().skip(1).find(|(known, _)| x509 && *known == who.certificate);
    let registered = lines(&who.registered).len();
    [
        transport.map(|(_, name)| (*name).to_owned()),
        state.map(|(_, name)| format!("certificate {name}")),
        named(&who.region, "region"),
        named(&who.account, "account"),
        (has_things && registered > 0).then(|| format!("{registered} other things")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
