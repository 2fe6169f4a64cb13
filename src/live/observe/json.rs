//! What AWS tells in JSON: lifecycle events (Developer Guide, "Lifecycle events"), `AWSIotLogsV2` ("CloudWatch AWS IoT log
//! entries") and `TestAuthorization` (API Reference).

use serde_json::Value;

use super::paste::Wrong;
use super::{Outcome, Witness};
use crate::live::predict::Ask;
use crate::mqtt::ReasonCode;
use crate::timeline::Certainty;

use super::recording::answered;

/// Witness, client ID, what it is about, what came of it.
pub(super) type Seen = (Witness, Option<String>, Ask, Outcome);

const YES: Outcome = Outcome::Yes(Certainty::Stated);
const REFUSED: Outcome = Outcome::Refused(Certainty::Stated);

/// What a value tells; a list, or what `aws logs` wraps around log lines, is looked into.
pub(super) fn observations(value: &Value) -> Vec<Result<Seen, Wrong>> {
    if let Some(values) = value.as_array().or_else(|| value.get("events")?.as_array()) {
        return values.iter().flat_map(observations).collect();
    }
    if let Some(results) = value.get("authResults").and_then(Value::as_array) {
        return results.iter().flat_map(test_authorization).collect();
    }
    if let Some(message) = text(value, "message").or_else(|| text(value, "@message")) {
        // The line is data of the event, whose own form is none.
        return match serde_json::from_str::<Value>(message) {
            Ok(inner) if inner.get("message").is_none() && inner.get("events").is_none() => {
                observations(&inner)
            }
            _ => vec![Err(Wrong::OtherJson)],
        };
    }
    match text(value, "eventType") {
        Some(kind @ ("connected" | "disconnected" | "connect_failed" | "subscribed" | "unsubscribed")) => {
            lifecycle(kind, value)
        }
        Some(kind) if value.get("status").is_some() || value.get("logLevel").is_some() => log(kind, value),
        _ => vec![Err(Wrong::OtherJson)],
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn lifecycle(kind: &str, value: &Value) -> Vec<Result<Seen, Wrong>> {
    let Some(client) = text(value, "clientId") else { return vec![Err(Wrong::Field("clientId"))] };
    let seen = |ask, outcome| Ok((Witness::Lifecycle, Some(client.to_owned()), ask, outcome));
    match kind {
        "connected" => vec![seen(Ask::Connect, YES)],
        "connect_failed" => match text(value, "connectFailureReason") {
            Some("AUTHORIZATION_FAILED") => vec![seen(Ask::Connect, REFUSED)],
            Some(_) => vec![seen(Ask::Connect, Outcome::OtherReason(None))],
            None => vec![Err(Wrong::Field("connectFailureReason"))],
        },
        "disconnected" => match text(value, "disconnectReason") {
            Some("DUPLICATE_CLIENTID") => vec![seen(Ask::Takeover, YES)],
            // It ended, which says nothing of what it asked for.
            Some(_) => Vec::new(),
            None => vec![Err(Wrong::Field("disconnectReason"))],
        },
        "subscribed" => match value.get("topics").and_then(Value::as_array) {
            Some(topics) => {
                let filters = topics.iter().filter_map(Value::as_str);
                filters.map(|filter| seen(Ask::Subscribe { filter: filter.to_owned() }, YES)).collect()
            }
            None => vec![Err(Wrong::Field("topics"))],
        },
        _ => Vec::new(),
    }
}

fn log(kind: &str, value: &Value) -> Vec<Result<Seen, Wrong>> {
    let asks = ["Connect", "Disconnect", "Publish-In", "Publish-Out", "Subscribe"];
    if kind == "Connection.AuthNError" {
        return vec![Err(Wrong::NoClient)];
    }
    if !asks.contains(&kind) {
        return Vec::new();
    }
    let Some(client) = text(value, "clientId") else { return vec![Err(Wrong::Field("clientId"))] };
    let outcome = match (text(value, "status"), text(value, "reason")) {
        (Some("Success"), _) => YES,
        (Some("Failure"), Some("AUTHORIZATION_FAILURE")) => REFUSED,
        (Some("Failure"), _) => Outcome::OtherReason(None),
        _ => return vec![Err(Wrong::Field("status"))],
    };
    let seen = |ask, outcome| Ok((Witness::Log, Some(client.to_owned()), ask, outcome));
    let topic = text(value, "topicName").map(str::to_owned);
    match (kind, topic) {
        ("Connect", _) => vec![seen(Ask::Connect, outcome)],
        ("Disconnect", _) => {
            // The log and the lifecycle event spell it differently, and samples mix them.
            let reasons = [text(value, "reason"), text(value, "disconnectReason")];
            let taken = reasons
                .into_iter()
                .flatten()
                .any(|reason| matches!(reason, "DUPLICATE_CLIENT_ID" | "DUPLICATE_CLIENTID"));
            taken.then(|| seen(Ask::Takeover, YES)).into_iter().collect()
        }
        ("Publish-In", Some(topic)) => vec![seen(Ask::Publish { topic }, outcome)],
        ("Publish-Out", Some(topic)) => vec![seen(Ask::Receive { topic }, outcome)],
        ("Subscribe", topic) => subscribe(value, topic, outcome)
            .map(|asks| {
                asks.into_iter().map(|(filter, outcome)| seen(Ask::Subscribe { filter }, outcome)).collect()
            })
            .unwrap_or_else(|| vec![Err(Wrong::Field("topicName"))]),
        _ => vec![Err(Wrong::Field("topicName"))],
    }
}

/// MQTT 5 has a code for each filter; 3.1.1 has them in one field, joined by commas.
fn subscribe(value: &Value, topics: Option<String>, outcome: Outcome) -> Option<Vec<(String, Outcome)>> {
    if let Some(subscriptions) = value.get("subscriptions").and_then(Value::as_array) {
        let one = |one: &Value| {
            let code = one.get("reasonCode")?.as_u64().and_then(|code| u8::try_from(code).ok())?;
            Some((text(one, "topicName")?.to_owned(), answered(ReasonCode(code))))
        };
        return subscriptions.iter().map(one).collect();
    }
    let topics = topics?;
    let filters: Vec<&str> = topics.split(',').collect();
    let outcome = if filters.len() > 1 && outcome != YES { Outcome::Unclear } else { outcome };
    Some(filters.into_iter().map(|filter| (filter.to_owned(), outcome)).collect())
}

fn test_authorization(result: &Value) -> Vec<Result<Seen, Wrong>> {
    let info = result.get("authInfo");
    let action = info.and_then(|info| text(info, "actionType"));
    let Some(resources) = info.and_then(|info| info.get("resources")?.as_array()) else {
        return vec![Err(Wrong::Field("resources"))];
    };
    let outcome = match text(result, "authDecision") {
        Some("ALLOWED") => YES,
        // One decision for all of them: at least one is refused.
        Some("EXPLICIT_DENY" | "IMPLICIT_DENY") if resources.len() > 1 => Outcome::Unclear,
        Some("EXPLICIT_DENY" | "IMPLICIT_DENY") => REFUSED,
        _ => return vec![Err(Wrong::Field("authDecision"))],
    };
    let seen = |resource: &Value| {
        let relative =
            resource.as_str().and_then(|arn| arn.splitn(6, ':').nth(5)).and_then(|name| name.split_once('/'));
        let (kind, name) = relative.ok_or(Wrong::Field("resources"))?;
        let name = name.to_owned();
        let (client, ask) = match (action, kind) {
            (Some("CONNECT"), "client") => (Some(name), Ask::Connect),
            (Some("PUBLISH"), "topic") => (None, Ask::Publish { topic: name }),
            (Some("RECEIVE"), "topic") => (None, Ask::Receive { topic: name }),
            (Some("SUBSCRIBE"), "topicfilter") => (None, Ask::Subscribe { filter: name }),
            _ => return Err(Wrong::Field("actionType")),
        };
        Ok((Witness::TestAuthorization, client, ask, outcome))
    };
    resources.iter().map(seen).collect()
}
