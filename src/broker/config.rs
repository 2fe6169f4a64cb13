//! The limits of the simulated account. The defaults are those of AWS IoT Core.

use crate::iot::time::Millis;

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
/// quotas). The rate of 20 a second of shared subscribers is not modelled apart.
pub(super) const STORED_MESSAGE_INTERVAL: Millis = Millis(100);
