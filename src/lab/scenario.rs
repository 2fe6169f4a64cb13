//! A scenario as plain data.

use crate::broker;
use crate::client::Message;
use crate::iot::time::{Instant, Millis, UnixTime};
use crate::mqtt::{Connect, Properties, Qos, Version};
use crate::policy::{Context, Policy};
use crate::timeline::SessionId;

/// Events (packets, timers, steps) after which a run is cut short.
pub const MAX_EVENTS: usize = 1_000_000;

/// Who there is and what they do.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Whom the sessions can be.
    pub identities: Vec<Identity>,
    /// The client sessions; [`SessionId`] counts them from 0.
    pub sessions: Vec<Actor>,
    /// What they do; need not be in order of time. Steps of one time are taken in this order.
    pub steps: Vec<Step>,
    /// When the run ends. Time runs from 0.
    pub end: Instant,
    /// The wall clock at time 0, for conditions on the time.
    pub starts: UnixTime,
    /// From a client to the broker, and the same back.
    pub latency: Millis,
    /// Where all chance comes from.
    pub seed: u64,
    /// Limits of the simulated account.
    pub account: broker::Config,
}

/// A principal with its things and policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Principal, things, address. Client ID and time are filled in for each question.
    pub context: Context,
    /// What is attached.
    pub policies: Vec<Policy>,
}

/// A client session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What the user calls it, such as `A`.
    pub name: String,
    /// Which of [`Scenario::identities`] it is. Without one, the session does nothing.
    pub identity: u32,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// Who. A session that does not exist does nothing.
    pub session: SessionId,
    /// What.
    pub action: Action,
}

/// What a session can be told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Connect.
    Connect {
        /// The packet to send.
        connect: Connect,
        /// Come back after a lost connection, as most clients do.
        reconnect: bool,
    },
    /// Send SUBSCRIBE.
    Subscribe {
        /// Filter and QoS.
        filters: Vec<(String, Qos)>,
    },
    /// Send UNSUBSCRIBE.
    Unsubscribe {
        /// As subscribed.
        filters: Vec<String>,
    },
    /// Send PUBLISH.
    Publish(Message),
    /// Send DISCONNECT and close.
    Disconnect,
    /// The network of this session fails: both ends lose the connection, and nobody said goodbye.
    Drop,
}

impl Action {
    /// Connects with a clean start, a keep-alive of 60 seconds and nothing else.
    #[must_use]
    pub fn connect(version: Version, client_id: &str) -> Self {
        let connect = Connect {
            version,
            client_id: client_id.to_owned(),
            clean_start: true,
            keep_alive: 60,
            will: None,
            user_name: None,
            password: None,
            properties: Properties::default(),
        };
        Self::Connect { connect, reconnect: false }
    }

    /// Subscribes to one filter with QoS 1.
    #[must_use]
    pub fn subscribe(filter: &str) -> Self {
        Self::Subscribe { filters: vec![(filter.to_owned(), Qos::AtLeastOnce)] }
    }

    /// Publishes with QoS 1.
    #[must_use]
    pub fn publish(topic: &str, payload: &str) -> Self {
        Self::Publish(Message {
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            qos: Qos::AtLeastOnce,
            retain: false,
            properties: Properties::default(),
        })
    }
}
