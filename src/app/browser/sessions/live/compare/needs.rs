//! What a run needs: the smallest rights, and the commands for the machine that holds the certificate.

use yew::prelude::*;

use crate::app::browser::components::{field, text};
use crate::app::browser::sessions::live::access::now;
use crate::app::sessions::live::compare::{Commands, Compare, Field, Msg};
use crate::iot::region::Region;
use crate::live::predict::SignIn;
use crate::words::check::ticked;
use crate::words::live as words;

pub(super) fn needs(
    compare: &Compare,
    host: &str,
    region: &Result<Region, String>,
    send: &Callback<Msg>,
) -> Html {
    html! {
        <section class="c-panel c-stack" aria-labelledby="needs">
            <h2 id="needs">{ "For this run" }</h2>
            if compare.sign_in() == SignIn::SigV4 {
                <details class="c-more">
                    <summary>{ "Smallest rights for this run" }</summary>
                    <div class="c-stack">{ rights(compare, region, send) }</div>
                </details>
            }
            <details class="c-more">
                <summary>{ "Commands for the machine that holds the certificate" }</summary>
                <div class="c-stack">{ commands(compare, host, send) }</div>
            </details>
        </section>
    }
}

fn input(id: &str, label: &'static str, value: &str, which: Field, send: &Callback<Msg>) -> Html {
    field(id, label, value, &send.reform(move |text| Msg::Type(which, text)))
}

fn rights(compare: &Compare, region: &Result<Region, String>, send: &Callback<Msg>) -> Html {
    let (needs, plan) = (&compare.needs, compare.plan());
    let region = match region {
        Ok(region) => region,
        Err(why) => return html! { <p class="c-stale">{ why }</p> },
    };
    let policy = needs.session_policy(plan, region).map_err(|why| why.to_string());
    let command = needs.assume_role(plan, region).map_err(|why| why.to_string());
    let save = policy.clone().ok().map(|policy| {
        let onclick = send.reform(move |_: MouseEvent| Msg::SavePolicy(policy.clone()));
        html! { <button type="button" {onclick}>{ "Save the session policy" }</button> }
    });
    html! {
        <>
            <p>{ words::SMALLEST }</p>
            <div class="c-grid">
                { input("needs-account", "Account number", needs.account(plan), Field::Account, send) }
                { input("needs-role", "Role (ARN)", &needs.role, Field::Role, send) }
                { input("needs-session", "Name of the role session", &needs.session_name, Field::SessionName, send) }
            </div>
            { output("Session policy", policy, send, Msg::Copy) }
            <div class="c-row">{ for save }</div>
            { output("Command", command, send, Msg::Copy) }
        </>
    }
}

fn commands(compare: &Compare, host: &str, send: &Callback<Msg>) -> Html {
    let needs = &compare.needs;
    let mut all = Vec::new();
    let mut without = Vec::new();
    for Commands { session, lines } in needs.commands(compare.plan(), host) {
        match lines {
            Ok(lines) if lines.is_empty() => without.push(words::no_command(&session)),
            Ok(lines) => all.extend(lines),
            Err(why) => without.push(words::unwritable(&session, &why)),
        }
    }
    html! {
        <>
            <p>{ words::COMMANDS }</p>
            <div class="c-grid">
                { input("needs-certificate", "Certificate file", &needs.certificate, Field::Certificate, send) }
                { input("needs-key", "Private key file", &needs.key, Field::Key, send) }
                { input("needs-authorities", "CA file", &needs.authorities, Field::Authorities, send) }
            </div>
            if !without.is_empty() {
                <ul class="c-stale">{ for without.iter().map(|why| html! { <li>{ text(&ticked(why)) }</li> }) }</ul>
            }
            if !all.is_empty() {
                { output("Commands", Ok(all.join("\n")), send, |text| Msg::Commands(now(), text)) }
            }
        </>
    }
}

/// A text to take along, or why there is none.
fn output(
    label: &'static str,
    said: Result<String, String>,
    send: &Callback<Msg>,
    copy: fn(String) -> Msg,
) -> Html {
    match said {
        Err(why) => html! { <p class="c-stale">{ text(&ticked(&why)) }</p> },
        Ok(said) => {
            let copied = said.clone();
            let onclick = send.reform(move |_: MouseEvent| copy(copied.clone()));
            html! {
                <div class="c-stack">
                    <pre class="c-terminal" tabindex="0" role="region" aria-label={label} translate="no">{ said }</pre>
                    <div class="c-row"><button type="button" {onclick}>{ format!("Copy: {label}") }</button></div>
                </div>
            }
        }
    }
}
