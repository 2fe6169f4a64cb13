//! Entries of the log group `AWSIotLogsV2`, drawn from what the broker tells.
//!
//! Fields and names: documented (Developer Guide, CloudWatch log format). `reason` and `details` of a refusal: observed.
//! Levels: the page's examples have INFO for what succeeded and ERROR for what failed; the rest is inferred.

use serde::Serialize;

use crate::iot::calendar::UtcTime;
use crate::iot::time::{Instant, UnixTime};
use crate::mqtt::ReasonCode;

use super::authorizer::Peer;
use super::connection::Caller;
use super::ending::{DisconnectReason, Refusal};
use super::io::{ConnectionId, News, Output};
use super::{Broker, Id};

/// How important an entry is, and which ones the log gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What succeeds too.
    Info,
    /// Nothing here has this level.
    Warn,
    /// What fails.
    Error,
    /// No log, the default.
    #[default]
    Disabled,
}

/// One entry, with the fields and names of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// UTC, such as `2017-08-10 15:37:23.476`.
    pub timestamp: String,
    /// How important it is.
    pub log_level: LogLevel,
    /// A GUID, the same for all entries that one packet causes.
    pub trace_id: String,
    /// 12 digits.
    pub account_id: String,
    /// Whether it succeeded.
    pub status: Status,
    /// Such as `Connect` or `Publish-In`.
    pub event_type: &'static str,
    /// Always `MQTT` here.
    pub protocol: &'static str,
    /// The client; of `Publish-Out` and `Queued` the receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Certificate ID or IAM form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// Address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// Port of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_port: Option<u16>,
    /// Topic, or filters joined with commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_name: Option<String>,
    /// `True` for a retained message, otherwise absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retain: Option<&'static str>,
    /// Of `Queued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qos: Option<u8>,
    /// MQTT 5: each filter with its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<Vec<LoggedFilter>>,
    /// Of `Disconnect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<DisconnectReason>,
    /// Of a failure. The takeover is spelled otherwise than in `disconnectReason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<&'static str>,
}

/// Whether something succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names are AWS's")]
pub enum Status {
    Success,
    Failure,
}

/// One filter of a SUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedFilter {
    /// As sent.
    pub topic_name: String,
    /// As in the SUBACK.
    pub reason_code: u8,
}

impl LogEntry {
    /// The entry as one line of the log.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What an entry says beside who, when and where.
#[derive(Debug, Default)]
struct Draft {
    event_type: &'static str,
    topic_name: Option<String>,
    retain: bool,
    qos: Option<u8>,
    subscriptions: Option<Vec<LoggedFilter>>,
    disconnect_reason: Option<DisconnectReason>,
    /// Set when it failed.
    failure: Option<(String, Option<&'static str>)>,
    debug: bool,
}

const NOT_AUTHORIZED: (&str, Option<&str>) = ("AUTHORIZATION_FAILURE", Some("Authorization Failure"));
const THROTTLED: (&str, Option<&str>) = ("THROTTLED", None);

impl Draft {
    fn of(event_type: &'static str) -> Self {
        Self { event_type, ..Self::default() }
    }

    fn on(self, topic: &str) -> Self {
        Self { topic_name: Some(topic.to_owned()), ..self }
    }

    fn failed(self, (reason, details): (&str, Option<&'static str>)) -> Self {
        Self { failure: Some((reason.to_owned(), details)), ..self }
    }

    fn failed_with(self, code: ReasonCode) -> Self {
        match code {
            ReasonCode::NOT_AUTHORIZED => self.failed(NOT_AUTHORIZED),
            ReasonCode::QUOTA_EXCEEDED => self.failed(THROTTLED),
            _ => self.failed(("CLIENT_ERROR", None)),
        }
    }

    /// The entry that AWS writes about this, if it writes one.
    fn from_news(news: &News, caller: Option<&Caller>) -> Option<Self> {
        Some(match news {
            News::Connected { .. } => Self::of("Connect"),
            News::Refused { refusal: Refusal::NotAuthorized, .. } => {
                Self::of("Connect").failed(NOT_AUTHORIZED)
            }
            News::Refused { refusal, .. } => Self::of("Connect").failed_with(refusal.code()),
            News::Disconnected { cause, .. } => {
                let reason = cause.reason();
                let draft = Self { disconnect_reason: Some(reason), ..Self::of("Disconnect") };
                match reason {
                    DisconnectReason::ClientInitiatedDisconnect => draft,
                    DisconnectReason::DuplicateClientId => draft.failed((
                        "DUPLICATE_CLIENT_ID",
                        Some("A new connection was established with the same client ID"),
                    )),
                    DisconnectReason::AuthError => draft.failed(NOT_AUTHORIZED),
                    _ => draft.failed((reason.as_str(), None)),
                }
            }
            News::Published { topic, retain, will: false, .. } => {
                Self { retain: *retain, ..Self::of("Publish-In").on(topic) }
            }
            News::PublishRefused { topic, code, .. } => Self::of("Publish-In").on(topic).failed_with(*code),
            News::Throttled { topic, inbound: true, .. } => {
                Self::of("Publish-In").on(topic).failed(THROTTLED)
            }
            News::Throttled { topic, inbound: false, .. } => {
                Self::of("Publish-Out").on(topic).failed(THROTTLED)
            }
            News::Delivered { topic, .. } => Self::of("Publish-Out").on(topic),
            News::DeliveryRefused { topic, .. } => Self::of("Publish-Out").on(topic).failed(NOT_AUTHORIZED),
            News::Stored { topic, .. } => Self { qos: Some(1), ..Self::of("Queued").on(topic) },
            News::Subscribed { filters, .. } => {
                let names: Vec<&str> = filters.iter().map(|(filter, _)| filter.as_str()).collect();
                let lines = filters
                    .iter()
                    .map(|(filter, code)| LoggedFilter { topic_name: filter.clone(), reason_code: code.0 });
                let draft = Self::of("Subscribe").on(&names.join(","));
                let refused = filters.iter().find(|(_, code)| code.0 >= 0x80);
                let subscriptions = caller.is_some_and(|caller| caller.v5).then(|| lines.collect());
                let draft = Self { subscriptions, ..draft };
                match refused {
                    Some((_, code)) => draft.failed_with(*code),
                    None => draft,
                }
            }
            News::Unsubscribed { filters, .. } => Self::of("Unsubscribe").on(&filters.join(",")),
            _ => return None,
        })
    }
}

impl Broker {
    /// Writes down what AWS would write about this, if the log is that fine.
    pub(super) fn log_news(&mut self, news: &News, caller: Option<&Caller>) {
        if let Some(draft) = Draft::from_news(news, caller) {
            let client_id = news.client_id().map(str::to_owned);
            self.log(draft, caller, client_id);
        }
    }

    pub(super) fn log_ping(&mut self, caller: &Caller) {
        self.log(Draft { debug: true, ..Draft::of("Ping") }, Some(caller), None);
    }

    fn log(&mut self, draft: Draft, caller: Option<&Caller>, client_id: Option<String>) {
        let log_level = match (&draft.failure, draft.debug) {
            (Some(_), _) => LogLevel::Error,
            (None, false) => LogLevel::Info,
            (None, true) => LogLevel::Debug,
        };
        if log_level < self.config.log_level {
            return;
        }
        let nobody = Peer::default();
        let peer = caller.map_or(&nobody, |caller| &caller.peer);
        let status = if draft.failure.is_some() { Status::Failure } else { Status::Success };
        let (reason, details) = draft.failure.unzip();
        let entry = LogEntry {
            timestamp: timestamp(self.wall_clock(self.now)),
            log_level,
            trace_id: guid(&self.identifier(Id::Trace(self.traces))),
            account_id: self.config.account.clone(),
            status,
            event_type: draft.event_type,
            protocol: "MQTT",
            client_id: caller.map(|caller| caller.client_id.clone()).or(client_id),
            principal_id: (!peer.principal.is_empty()).then(|| peer.principal.clone()),
            source_ip: peer.ip.clone(),
            source_port: peer.port,
            topic_name: draft.topic_name,
            retain: draft.retain.then_some("True"),
            qos: draft.qos,
            subscriptions: draft.subscriptions,
            disconnect_reason: draft.disconnect_reason,
            reason,
            details: details.flatten(),
        };
        let connection: Option<ConnectionId> = caller.map(|caller| caller.connection);
        self.outputs.push_back(Output::News(News::Logged { connection, entry: Box::new(entry) }));
    }

    /// Milliseconds since 1970.
    pub(super) fn wall_clock(&self, now: Instant) -> u64 {
        self.config.starts.0.saturating_mul(1000).saturating_add(now.0)
    }
}

fn timestamp(milliseconds: u64) -> String {
    let second = UtcTime::from_unix(UnixTime(milliseconds / 1000));
    second.map_or_else(String::new, |second| format!("{}.{:03}", second.spaced(), milliseconds % 1000))
}

/// 32 hexadecimal digits with dashes.
fn guid(digits: &str) -> String {
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part).unwrap_or_default()).join("-")
}
