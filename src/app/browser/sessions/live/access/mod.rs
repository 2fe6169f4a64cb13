//! How sessions get in: the endpoint before the lock, the sign-in and its credentials behind it.

mod fetch;
mod form;
mod held;
mod page;
mod secret;
mod vault;

use yew::prelude::*;

use crate::app::browser::components::{choice, field, text};
use crate::app::sessions::live::access::{
    Access, Carry, ENDPOINT_ID, Field, Flaw, Form, Held, Kind, Msg, SETS_ID, Set, TEMPORARY,
};
use crate::iot::endpoint::Endpoint;
use crate::words::access as words;
use form::{AuthorizerFields, BrokerFields, KeyFields, Login, Paste};

pub(in crate::app::browser::sessions) use page::framed;
pub(super) use vault::now;
pub(in crate::app::browser::sessions) use vault::{Given, Handover, Vault};

/// The first step: which endpoint, and how it is signed in. The page is still locked to itself.
pub(super) fn lock(
    access: &Access,
    endpoint: &str,
    typing: &Callback<String>,
    lock: &Callback<SubmitEvent>,
    send: &Callback<Msg>,
) -> Html {
    let remarks = access.remarks(endpoint);
    let said =
        (remarks.remarks.iter().map(words::sentence)).chain(remarks.barriers.iter().map(words::sentence));
    let oninput = typing.reform(|event: InputEvent| crate::app::browser::components::typed(&event));
    html! {
        <section class="c-panel" aria-labelledby="endpoint-title"><form class="c-stack" onsubmit={lock}>
            <h2 id="endpoint-title">{ "Which endpoint?" }</h2>
            <p>{ "Name the endpoint first. The page then loads itself again, locked so that it can reach this one endpoint \
                  and nothing else, before it takes any credentials. What you typed stays." }</p>
            <div class="c-field">
                <label for="endpoint">{ "Endpoint" }</label>
                <input id="endpoint" type="text" value={endpoint.to_owned()} {oninput} aria-describedby={ENDPOINT_ID}
                    autocomplete="off" autocapitalize="off" spellcheck="false" translate="no" />
            </div>
            <ul class="c-rows a-remarks" id={ENDPOINT_ID}>{ for said.map(|said| html! { <li>{ text(&said) }</li> }) }</ul>
            <p class="c-hint">
                { "For AWS IoT Core the host of " }<code>{ "aws iot describe-endpoint --endpoint-type iot:Data-ATS" }</code>
                { ", such as " }<code>{ "example-ats.iot.eu-west-1.amazonaws.com" }</code>
                { "; for another broker " }<code>{ "wss://host:port/path" }</code>{ ", or on this machine " }
                <code>{ "ws://127.0.0.1:9001" }</code>{ "." }
            </p>
            { kinds(access, send) }
            if access.typed.kind == Kind::Cognito {
                { line("pool", "Identity pool ID", &access.typed.pool, Field::Pool, send) }
                <p class="c-hint">{ text(&words::pool_hint()) }</p>
            }
            <div class="c-row">
                <button type="submit" class="is-primary">
                    { if access.asks(endpoint) { "Lock the page to it all the same" } else { "Lock the page to it" } }
                </button>
            </div>
        </form></section>
    }
}

/// The second step, behind the lock: credentials.
pub(super) fn access(
    access: &Access,
    endpoint: &Endpoint,
    send: &Callback<Msg>,
    give: &Callback<Given>,
) -> Html {
    let barriers = access.barriers(endpoint);
    html! {
        <section class="c-panel c-stack" aria-labelledby="how">
            <h2 id="how">{ "How to connect" }</h2>
            if let Some(Err(error)) = &access.clock {
                <p class="c-notice is-implicit" role="alert">{ text(&words::sentence(error)) }</p>
            }
            if !barriers.is_empty() {
                <ul class="c-rows a-remarks">{ for barriers.iter().map(|barrier| html! { <li>{ text(&words::sentence(barrier)) }</li> }) }</ul>
            }
            if let Some(held) = &access.held {
                { held::held(access, held, send) }
            } else {
                { kinds(access, send) }
                { sign_in(access, endpoint, send, give) }
                { answer(&access.form, send) }
            }
        </section>
    }
}

fn kinds(access: &Access, send: &Callback<Msg>) -> Html {
    let options = [
        (Kind::Keys, html! { { "AWS credentials, signed with SigV4" } }),
        (Kind::Cognito, html! { { "Amazon Cognito identity pool, signed with SigV4" } }),
        (Kind::Authorizer, html! { { "custom authorizer" } }),
        (Kind::Broker, html! { { "plain: another broker, with or without a password" } }),
    ];
    choice("kind", "Sign in with", &options, access.typed.kind, &send.reform(Msg::Sign))
}

fn line(id: &str, label: &'static str, value: &str, which: Field, send: &Callback<Msg>) -> Html {
    field(id, label, value, &send.reform(move |text| Msg::Type(which, text)))
}

/// The fields of the kind that is chosen.
fn sign_in(access: &Access, endpoint: &Endpoint, send: &Callback<Msg>, give: &Callback<Given>) -> Html {
    let typed = &access.typed;
    let region = || {
        html! {
            if endpoint.region().is_none() || !typed.region.trim().is_empty() {
                { line("region", "Region", &typed.region, Field::Region, send) }
            }
        }
    };
    match typed.kind {
        Kind::Keys => html! {
            <>
                { region() }
                <Paste give={give.clone()} />
                <KeyFields give={give.clone()} />
                <p class="c-hint">{ words::KEPT }</p>
            </>
        },
        Kind::Cognito => match access.pool() {
            None => html! { <p class="c-notice is-implicit">{ words::NO_POOL }</p> },
            Some(pool) => {
                let options = [(false, html! { { "as a guest" } }), (true, html! { { "with a login" } })];
                html! {
                    <>
                        <p>{ "Identity pool " }<code translate="no">{ pool.as_str().to_owned() }</code></p>
                        { region() }
                        { choice("login", "Come", &options, typed.login, &send.reform(Msg::Login)) }
                        if typed.login { { line("provider", "Login provider", &typed.provider, Field::Provider, send) } }
                        <Login give={give.clone()} login={typed.login} busy={access.form == Form::Busy} />
                        <p class="c-hint">{ words::KEPT }</p>
                    </>
                }
            }
        },
        Kind::Authorizer => {
            let options = [
                (Carry::Query, html! { { "in the query of the URL" } }),
                (Carry::UserName, html! { { "behind the user name of CONNECT" } }),
            ];
            html! {
                <>
                    <div class="c-grid">
                        { line("authorizer", "Authorizer (empty for the default one)", &typed.authorizer, Field::Authorizer, send) }
                        { line("token-key", "Token key name", &typed.token_key, Field::TokenKey, send) }
                    </div>
                    { choice("carry", "Parameters go", &options, typed.carry, &send.reform(Msg::Carry)) }
                    <AuthorizerFields give={give.clone()} />
                </>
            }
        }
        Kind::Broker => html! { <BrokerFields give={give.clone()} /> },
    }
}

/// What became of what was given.
fn answer(form: &Form, send: &Callback<Msg>) -> Html {
    let press = |msg: Msg| send.reform(move |_: MouseEvent| msg.clone());
    match form {
        Form::Empty => Html::default(),
        Form::Busy => html! { <p role="status">{ "Making the keys." }</p> },
        Form::Refused(wrong) => html! {
            <div class="c-notice is-explicit" role="alert">
                <p>{ words::REFUSED }</p>
                { flaws(wrong) }
            </div>
        },
        Form::Failed(failure) => html! {
            <div class="c-notice is-explicit" role="alert">{ held::failure(failure) }</div>
        },
        Form::Ended => html! { <p class="c-notice is-implicit" role="alert">{ words::ENDED }</p> },
        Form::Lasting(_) => html! {
            <div class="c-notice is-implicit c-stack" role="alert">
                <p>{ words::LASTING }</p>
                <p><code>{ TEMPORARY }</code></p>
                <div class="c-row">
                    <button type="button" onclick={press(Msg::Copy)}>{ "Copy the command" }</button>
                    <button type="button" onclick={press(Msg::Anyway)}>{ "Use it in this tab anyway" }</button>
                    <button type="button" onclick={press(Msg::Drop)}>{ "Drop it" }</button>
                </div>
            </div>
        },
        Form::Choice(sets) => html! {
            <section class="c-notice c-stack" aria-labelledby={SETS_ID}>
                <h3 id={SETS_ID} tabindex="-1">{ "Which of these?" }</h3>
                <ul class="c-stack c-plain">{ for sets.iter().enumerate().map(|(number, set)| offered(number, set, send)) }</ul>
                <div class="c-row"><button type="button" onclick={press(Msg::Drop)}>{ "None of them" }</button></div>
            </section>
        },
    }
}

fn offered(number: usize, set: &Set, send: &Callback<Msg>) -> Html {
    let named = words::set(number, set.name.as_deref(), &set.tail, set.lasting);
    html! {
        <li>
            if set.usable() {
                <button type="button" translate="no" onclick={send.reform(move |_: MouseEvent| Msg::Choose(number))}>
                    { "Use " }{ text(&named) }</button>
            } else {
                <p translate="no">{ text(&named) }</p>
            }
            { flaws(&set.flaws) }
        </li>
    }
}

/// What is wrong, each with its place.
fn flaws(flaws: &[Flaw]) -> Html {
    if flaws.is_empty() {
        return Html::default();
    }
    html! { <ul class="c-rows">{ for flaws.iter().map(|flaw| html! { <li>{ text(&words::flaw(flaw.line, &flaw.wrong)) }</li> }) }</ul> }
}

/// What stays in sight wherever one reads: what is held, and how to be rid of it.
pub(super) fn bar(access: &Access, send: &Callback<Msg>) -> Html {
    let Some(held) = &access.held else { return Html::default() };
    html! {
        <div class="a-held" role="group" aria-label="Credentials in use">
            if let Held::Keys(keys) = held {
                <span translate="no">{ "key " }<code>{ format!("…{}", keys.tail) }</code></span>
                if let Some(end) = keys.expires { <held::Short {end} /> }
            } else {
                <span>{ "credentials given" }</span>
            }
            <button type="button" onclick={send.reform(|_: MouseEvent| Msg::Forget)}>{ "Forget now" }</button>
        </div>
    }
}
