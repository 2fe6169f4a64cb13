//! A session of Live, and the findings of Simulate and Live.

use yew::prelude::*;

use super::events::connection;
use crate::app::browser::components::{field, select, text};
use crate::app::sessions::Msg;
use crate::app::sessions::simulate::name;
use crate::app::workspace::{MqttVersion, SessionField, SessionPlan, TextField};
use crate::timeline::{Finding, SessionId};
use crate::words;

const VERSIONS: &[(MqttVersion, &str)] = &[(MqttVersion::V311, "MQTT 3.1.1"), (MqttVersion::V5, "MQTT 5")];
const QUALITIES: &[(u8, &str)] = &[(0, "QoS 0"), (1, "QoS 1")];

/// The protocol version of all sessions.
pub(super) fn version(chosen: MqttVersion, send: &Callback<Msg>) -> Html {
    select("version", "Protocol", VERSIONS, chosen, &send.reform(Msg::Speak))
}

/// The fields of one session; `more` stands at the end.
pub(super) fn session(plan: &SessionPlan, index: usize, send: &Callback<Msg>, more: Html) -> Html {
    let input = |part, label: &'static str, value: &str| {
        let id = format!("session-{index}-{}", label.to_lowercase().replace(' ', "-"));
        let typed = send.reform(move |text| Msg::Type(TextField::Session(index, part), text));
        field(&id, label, value, &typed)
    };
    let quality = send.reform(move |qos| Msg::Quality(index, qos));
    html! {
        <fieldset class="c-session" key={index}>
            <legend>{ format!("Session {}", name(index)) }</legend>
            { input(SessionField::ClientId, "Client ID", &plan.client_id) }
            { input(SessionField::Subscribe, "Subscribes to", &plan.subscribe) }
            { input(SessionField::Publish, "Publishes to", &plan.publish) }
            { input(SessionField::Payload, "Message", &plan.payload) }
            { select(&format!("session-{index}-qos"), "Quality of service", QUALITIES, plan.qos, &quality) }
            { more }
        </fieldset>
    }
}

/// Findings as sentences; `nothing` stands where there is none. `show` leads to an entry, where there is a way to it.
pub(super) fn findings(
    list: &[Finding],
    nothing: &'static str,
    name: &dyn Fn(SessionId) -> String,
    show: Option<&Callback<usize>>,
) -> Html {
    let said = words::timeline::findings(list, |at| connection(at, name));
    let item = |(number, (finding, said)): (usize, (&Finding, &words::Text))| {
        let id = format!("finding-{number}");
        // The last event is the one with which it shows.
        let way = show.zip(finding.evidence.last().copied()).map(|(show, entry)| {
            let onclick = show.reform(move |_: MouseEvent| entry);
            html! { <>{ " " }<button type="button" {onclick} aria-describedby={id.clone()}>{ "Show it" }</button></> }
        });
        html! { <li><span id={id.clone()}>{ text(said) }</span>{ for way }</li> }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby="findings">
            <h2 id="findings">{ "What happened" }</h2>
            <div role="status">
                if list.is_empty() { <p>{ nothing }</p> }
                <ul class="c-stack">
                    { for list.iter().zip(&said).enumerate().map(item) }
                </ul>
            </div>
        </section>
    }
}
