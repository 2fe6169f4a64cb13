//! The limits of the simulated account. The defaults are those of AWS IoT Core.

use crate::iot::time::{Millis, UnixTime};

use super::log::LogLevel;

/// What an account's limits and our switches say. All sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a persistent session lives without its client, and the ceiling of an MQTT 5 Session Expiry
    /// Interval. 1 hour by default, adjustable to 7 days (documented: Endpoints and quotas, AWS IoT Core).
    pub session_expiry: Millis,
    /// Least time between two CONNECTs of one client ID: 1 second (documented: Endpoints and quotas). Zero
    /// turns the limit off.
    pub connect_interval: Millis,
    /// How long a connection may stay without a CONNECT. MQTT asks for a "reasonable" time; AWS names none:
    /// inferred.
    pub connect_timeout: Millis,
    /// Largest MQTT packet: 146 KB (documented: Endpoints and quotas; another page says 128 KB).
    pub max_packet: usize,
    /// Largest payload of a PUBLISH: 128 KB (documented: Endpoints and quotas).
    pub max_payload: usize,
    /// Subscriptions of one connection (documented: Endpoints and quotas; adjustable).
    pub max_subscriptions: usize,
    /// Messages stored for one absent client. Ours, to bound memory; AWS limits the account's rate instead.
    pub max_stored: usize,
    /// Bytes of payload stored for one client, and waiting unread from one connection. Ours, to bound memory.
    pub max_stored_bytes: usize,
    /// Sessions, with or without a connection: 500,000 connections (documented: Endpoints and quotas; adjustable).
    pub max_sessions: usize,
    /// Retained messages: 500,000 (documented: Endpoints and quotas; adjustable).
    pub max_retained: usize,
    /// Bytes of payload of all retained messages. Ours, to bound memory.
    pub max_retained_bytes: usize,
    /// PUBLISH packets of one connection in one second, both ways together: 100; the surplus is discarded
    /// (documented: Endpoints and quotas). Zero turns the limit off.
    pub max_publish_rate: usize,
    /// Bytes that one connection may send in one second: 512 KB; the rest is delayed (documented: Endpoints and
    /// quotas). Zero turns the limit off. What goes out is not delayed.
    pub max_throughput: usize,
    /// Longest life of a connection over WebSocket: 24 hours (documented: Endpoints and quotas).
    pub web_socket_duration: Millis,
    /// How long after sending a QoS 1 message without PUBACK it is sent again in 3.1.1. AWS tries again for an hour
    /// (documented: Endpoints and quotas) and does not say how often: inferred. MQTT 5 forbids it (MQTT-4.4.0-1). Zero:
    /// never.
    pub retry_interval: Millis,
    /// How MQTT 5 treats a refused PUBLISH with QoS 0, which has no answer. AWS does not say: inferred.
    pub refused_qos_0: RefusedQos0,
    /// The least important entries that the log gets; nothing by default, as in AWS (documented: Developer Guide,
    /// Configure logging).
    pub log_level: LogLevel,
    /// 12 digits, for the log.
    pub account: String,
    /// The wall clock at `Instant(0)`, for lifecycle events and the log.
    pub starts: UnixTime,
    /// Where session identifiers and trace IDs come from.
    pub seed: u64,
}

/// What an MQTT 5 client sees of a refused PUBLISH with QoS 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusedQos0 {
    /// DISCONNECT 0x87 and a close; the code is in AWS's list for DISCONNECT.
    #[default]
    Disconnect,
    /// Nothing: the message is dropped.
    Drop,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            session_expiry: Millis::from_seconds(3600),
            connect_interval: Millis::from_seconds(1),
            connect_timeout: Millis::from_seconds(30),
            max_packet: 146 * 1024,
            max_payload: 128 * 1024,
            max_subscriptions: 50,
            max_stored: 10_000,
            max_stored_bytes: 16 * 1024 * 1024,
            max_sessions: 500_000,
            max_retained: 500_000,
            max_retained_bytes: 64 * 1024 * 1024,
            max_publish_rate: 100,
            max_throughput: 512 * 1024,
            web_socket_duration: Millis::from_seconds(86_400),
            retry_interval: Millis::from_seconds(30),
            refused_qos_0: RefusedQos0::Disconnect,
            log_level: LogLevel::Disabled,
            account: "123456789012".to_owned(),
            starts: UnixTime(0),
            seed: 0,
        }
    }
}

/// Filters in one SUBSCRIBE (documented: Endpoints and quotas).
pub(super) const MAX_FILTERS: usize = 8;
/// Bytes of a client ID (documented: Endpoints and quotas).
pub(super) const MAX_CLIENT_ID: usize = 128;
/// Bytes of a topic or filter (documented: Endpoints and quotas).
pub(super) const MAX_TOPIC: usize = 256;
/// Slashes in a topic or filter (documented: Endpoints and quotas).
pub(super) const MAX_SLASHES: usize = 7;
/// Characters of the share name of a shared subscription (documented: Endpoints and quotas).
pub(super) const MAX_SHARE_NAME: usize = 128;
/// Topic aliases of one client (documented: Endpoints and quotas).
pub(super) const MAX_TOPIC_ALIASES: u16 = 8;
/// Unacknowledged QoS 1 messages towards a client (documented: Endpoints and quotas).
pub(super) const MAX_UNACKNOWLEDGED: usize = 100;
/// Longest and default keep-alive in seconds, also used for 0 (documented: Endpoints and quotas).
pub(super) const MAX_KEEP_ALIVE: u16 = 1200;
/// Shortest keep-alive in seconds (documented: Endpoints and quotas).
pub(super) const MIN_KEEP_ALIVE: u16 = 30;
/// Longest message expiry in seconds (documented: Endpoints and quotas).
pub(super) const MAX_MESSAGE_EXPIRY: u32 = 604_800;
/// Time between two stored messages after a reconnect: 10 a second for a client (documented: Endpoints and
/// quotas).
pub(super) const STORED_MESSAGE_INTERVAL: Millis = Millis(100);
/// The same after a message of a shared subscription: 20 a second for a subscriber (documented: Endpoints and quotas).
pub(super) const STORED_SHARED_INTERVAL: Millis = Millis(50);
/// How long an unacknowledged message is kept for a connected client (documented: Endpoints and quotas).
pub(super) const MAX_RETRY_V311: Millis = Millis::from_seconds(3600);
/// The same in MQTT 5 (documented: Endpoints and quotas).
pub(super) const MAX_RETRY_V5: Millis = Millis::from_seconds(960);
/// Bytes of all user properties of a PUBLISH (documented: Endpoints and quotas).
pub(super) const MAX_USER_PROPERTIES: usize = 8 * 1024;
/// Bytes of a content type (documented: Endpoints and quotas).
pub(super) const MAX_CONTENT_TYPE: usize = 256;
/// Bytes of correlation data (documented: Endpoints and quotas).
pub(super) const MAX_CORRELATION_DATA: usize = 8 * 1024;
/// Least Maximum Packet Size that a client may ask for, in bytes (documented: Endpoints and quotas).
pub(super) const MIN_CLIENT_PACKET: u32 = 512;
/// Shared subscriptions of an account (documented: Endpoints and quotas; adjustable).
pub(super) const MAX_SHARES: usize = 100;
/// Subscribers of one shared subscription (documented: Endpoints and quotas).
pub(super) const MAX_SHARE_MEMBERS: usize = 100;
/// How long a client must be away for its version number to begin again (documented: Developer Guide, Lifecycle events,
/// about one hour).
pub(super) const VERSION_NUMBER_MEMORY: Millis = Millis::from_seconds(3600);

/// The limits above that a client can meet, for a reference: what is counted, and the most of it.
pub(super) const LIMITS: &[(&str, u64)] = &[
    ("Filters in one SUBSCRIBE", MAX_FILTERS as u64),
    ("Characters of the share name in `$share/<name>/<filter>`", MAX_SHARE_NAME as u64),
    ("Topic aliases of one client (MQTT 5)", MAX_TOPIC_ALIASES as u64),
    ("QoS 1 messages to a client that are not acknowledged", MAX_UNACKNOWLEDGED as u64),
    ("Shortest keep-alive, in seconds", MIN_KEEP_ALIVE as u64),
    ("Longest keep-alive, in seconds; also used for 0", MAX_KEEP_ALIVE as u64),
    ("Message expiry interval, in seconds (MQTT 5)", MAX_MESSAGE_EXPIRY as u64),
    ("Bytes of all user properties of a PUBLISH (MQTT 5)", MAX_USER_PROPERTIES as u64),
    ("Bytes of a content type (MQTT 5)", MAX_CONTENT_TYPE as u64),
    ("Bytes of correlation data (MQTT 5)", MAX_CORRELATION_DATA as u64),
    ("Shared subscriptions of an account, unless it has raised them", MAX_SHARES as u64),
    ("Subscribers of one shared subscription", MAX_SHARE_MEMBERS as u64),
];

/// What clients meet at the broker with these settings: what is counted, and the most of it.
#[must_use]
pub fn limits(config: &Config) -> Vec<(&'static str, u64)> {
    let seconds = |millis: Millis| millis.0 / 1000;
    let mut limits = LIMITS.to_vec();
    limits.extend([
        ("Bytes of a payload", config.max_payload as u64),
        ("Bytes of a packet from a client", config.max_packet as u64),
        (
            "Subscriptions of one connection, unless the account has raised it",
            config.max_subscriptions as u64,
        ),
        (
            "Longest session expiry interval, in seconds, unless the account has raised it",
            seconds(config.session_expiry),
        ),
    ]);
    limits
}
