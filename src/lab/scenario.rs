//! A scenario as plain data: who there is, what they do when, over which network, and what must come of it.
//!
//! The text form is [`super::format`].

use crate::broker;
use crate::client::Message;
use crate::iot::time::{Instant, Millis, UnixTime};
use crate::mqtt::{Connect, Properties, Qos, Subscription, Version};
use crate::policy::{Context, Policy, Switches};
use crate::timeline::SessionId;

use super::expect::Expectation;
use super::mosquitto::Program;

/// Events (packets, timers, steps) after which a run is cut short.
pub const MAX_EVENTS: usize = 1_000_000;
/// Entries of the log after which a run is cut short: one message may be delivered to every client.
pub const MAX_ENTRIES: usize = 2_000_000;
/// Bytes on the wire after which a run is cut short.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Who there is and what they do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// One line for readers.
    pub title: String,
    /// Whom the sessions can be.
    pub identities: Vec<Identity>,
    /// The client sessions; [`SessionId`] counts them from 0.
    pub sessions: Vec<Actor>,
    /// What they do; need not be in order of time. Steps of one time are taken in this order.
    pub steps: Vec<Step>,
    /// What must come of it.
    pub expectations: Vec<Expectation>,
    /// When the run ends. Time runs from 0.
    pub end: Instant,
    /// The wall clock at time 0, for conditions on the time.
    pub starts: UnixTime,
    /// Between the clients and the broker, at the beginning.
    pub network: Network,
    /// What the network is from a time on; need not be in order of time.
    pub network_changes: Vec<(Instant, Network)>,
    /// Where all chance comes from.
    pub seed: u64,
    /// Limits of the simulated account.
    pub account: broker::Config,
    /// Which undecided points of AWS's behaviour are read otherwise than usual.
    pub switches: Switches,
}

/// The network between the clients and the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// The least time from a client to the broker, and the same back.
    pub latency: Millis,
    /// What may come on top, drawn evenly for each packet. A connection keeps the order of its bytes, as TCP does.
    pub jitter: Millis,
}

/// A principal with its things and policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// What the user calls it.
    pub name: String,
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
    /// The CONNECT of each of its connections.
    pub connect: Connect,
    /// What it does when a connection ends that it did not end itself.
    pub comeback: Comeback,
    /// What it does each time that it is let in.
    pub on_connect: Vec<Action>,
    /// It disconnects once everything of [`Self::on_connect`] is answered.
    pub leaves: bool,
    /// The program that it plays, for what its terminal shows.
    pub program: Option<Program>,
}

/// What a client does when it loses its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comeback {
    /// Nothing.
    #[default]
    Never,
    /// It comes back with growing, random delays, and stops when it sees that it is being evicted
    /// ([`crate::client::Reconnect`]).
    Backoff,
    /// It comes back after this time, for ever, as most simple clients do; but not after a CONNACK or DISCONNECT
    /// that says why.
    After(Millis),
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

/// What a session can be told to do, and what can happen to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Connect, as [`Actor::connect`] says.
    Connect,
    /// Send SUBSCRIBE.
    Subscribe(Vec<Subscription>),
    /// Send UNSUBSCRIBE for filters as they were subscribed.
    Unsubscribe(Vec<String>),
    /// Send PUBLISH.
    Publish(Message),
    /// Send DISCONNECT and close.
    Disconnect,
    /// The connection is reset: the client knows at once, the broker one way later.
    Cut,
    /// The connection ends at the client's side alone, as when a device restarts: the broker believes in it until
    /// the keep-alive is over or the client ID comes again.
    HalfOpen,
    /// Nothing passes any more between client and broker, and neither is told.
    Stall,
    /// What waited since [`Action::Stall`] passes.
    Resume,
}

/// The kinds of [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Do {
    /// [`Action::Connect`]
    Connect,
    /// [`Action::Subscribe`]
    Subscribe,
    /// [`Action::Unsubscribe`]
    Unsubscribe,
    /// [`Action::Publish`]
    Publish,
    /// [`Action::Disconnect`]
    Disconnect,
    /// [`Action::Cut`]
    Cut,
    /// [`Action::HalfOpen`]
    HalfOpen,
    /// [`Action::Stall`]
    Stall,
    /// [`Action::Resume`]
    Resume,
}

impl Scenario {
    /// What a session does, by itself and then step by step.
    pub fn actions(&self, id: SessionId) -> impl Iterator<Item = &Action> {
        let actor = usize::try_from(id.0).ok().and_then(|place| self.sessions.get(place));
        let by_itself = actor.into_iter().flat_map(|actor| &actor.on_connect);
        let steps = self.steps.iter().filter(move |step| step.session == id).map(|step| &step.action);
        by_itself.chain(steps)
    }
}

impl Actor {
    /// A client that connects with a clean start and a keep-alive of 60 seconds, stays away when it is thrown out,
    /// and does nothing by itself.
    #[must_use]
    pub fn new(name: &str, identity: u32, version: Version, client_id: &str) -> Self {
        Self {
            name: name.to_owned(),
            identity,
            connect: Connect::clean(version, client_id),
            comeback: Comeback::Never,
            on_connect: Vec::new(),
            leaves: false,
            program: None,
        }
    }
}

impl Action {
    /// What it is, without its fields.
    #[must_use]
    pub const fn kind(&self) -> Do {
        match self {
            Self::Connect => Do::Connect,
            Self::Subscribe(_) => Do::Subscribe,
            Self::Unsubscribe(_) => Do::Unsubscribe,
            Self::Publish(_) => Do::Publish,
            Self::Disconnect => Do::Disconnect,
            Self::Cut => Do::Cut,
            Self::HalfOpen => Do::HalfOpen,
            Self::Stall => Do::Stall,
            Self::Resume => Do::Resume,
        }
    }

    /// Subscribes to one filter.
    #[must_use]
    pub fn subscribe(filter: &str, qos: Qos) -> Self {
        Self::Subscribe(vec![Subscription::new(filter, qos)])
    }

    /// Publishes without properties.
    #[must_use]
    pub fn publish(topic: &str, payload: &str, qos: Qos) -> Self {
        Self::Publish(Message {
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            qos,
            retain: false,
            properties: Properties::default(),
        })
    }
}
