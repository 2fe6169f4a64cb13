//! A simulated AWS IoT Core message broker, sans-I/O.
//!
//! Knows: connections, MQTT sessions, subscriptions, retained messages, the limits of one account, and what
//! AWS IoT Core puts on the wire in each case. The wire is real MQTT bytes both ways.
//!
//! Deliberately does not know: policies and identities (it asks an [`Authorizer`] and carries out the ruling),
//! transports (a connection is a number), clocks (`now` is an argument) and chance.
//!
//! # How to drive it
//!
//! ```text
//! broker.handle(now, fact, &mut authorizer);
//! while let Some(output) = broker.poll() { carry_out(output) }
//! wake_at(broker.deadline());          // then handle(now, Input::TimePassed, ..)
//! ```
//!
//! # Invariants
//!
//! - At most one connection per client ID. The namespace of client IDs belongs to the account and Region, not
//!   to a certificate (documented: Developer Guide, MQTT).
//! - Every publish, subscription and delivery was allowed by the authorizer; each question and its ruling
//!   comes out as [`News::Asked`] before its consequence.
//! - After [`Output::Close`] nothing more comes out for that connection.
//! - The same inputs give the same outputs, byte for byte.
//!
//! # Evidence
//!
//! Each rule says where it comes from: *documented* (an AWS page or the standard says it), *observed* (users
//! report it) or *inferred* (our reading). "Standard" means that AWS names no deviation from MQTT.
//!
//! # Not modelled
//!
//! - TLS, the WebSocket upgrade and its 24 hours, custom authorizers and their time limits.
//! - Rates and totals of an account, 100 messages per second and 512 KB per second of a connection.
//! - Redelivery of an unacknowledged QoS 1 message on an open connection (up to 1 hour in MQTT 3.1.1, 960 s in
//!   MQTT 5; the interval is not documented). Unacknowledged messages are sent again when a session resumes.
//! - Extended authentication: a CONNECT that names a method is treated like one that does not.
//! - Shadows, jobs and the other services behind `$aws/...`; lifecycle messages on `$aws/events/...`; which
//!   operation each reserved topic admits. Their names are accepted and nobody answers.
//! - Basic Ingest rules: a message to `$aws/rules/...` is accepted and goes no further.
//! - Will Delay Interval (not in AWS's list of properties): a will is published at once.
//! - Direct messages and the connection-management calls (`DeleteConnection` and its siblings).
//! - The delay of 6 to 8 minutes until a changed policy acts.

mod authorizer;
mod config;
mod connect;
mod connection;
mod deliver;
mod ending;
mod io;
mod names;
mod publish;
mod retained;
mod session;
mod subscribe;
mod takeover;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::{BTreeMap, VecDeque};

use crate::iot::time::{Instant, Millis};

pub use authorizer::{Asker, Authorizer, ExplanationId, Request, Ruling, Verdict, WillRequest};
pub use config::Config;
pub use ending::{Cause, DisconnectReason, Refusal};
pub use io::{ConnectionId, Input, News, Output, Who};

use connection::Connection;
use retained::Retained;
use session::Session;
use timers::{Timer, Timers};

/// The broker of one account in one Region.
#[derive(Debug)]
pub struct Broker {
    config: Config,
    connections: BTreeMap<ConnectionId, Connection>,
    /// By client ID; of connected clients and of persistent sessions whose client is away.
    sessions: BTreeMap<String, Session>,
    retained: Retained,
    /// When a CONNECT of this client ID was last let through to authorisation.
    connect_attempts: BTreeMap<String, Instant>,
    timers: Timers,
    outputs: VecDeque<Output>,
    /// Numbers the client IDs that the broker assigns.
    assigned: u64,
    /// Turns through the members of a shared subscription.
    turn: u64,
}

impl Broker {
    /// A broker without connections, sessions or retained messages.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            connections: BTreeMap::new(),
            sessions: BTreeMap::new(),
            retained: Retained::default(),
            connect_attempts: BTreeMap::new(),
            timers: Timers::default(),
            outputs: VecDeque::new(),
            assigned: 0,
            turn: 0,
        }
    }

    /// Takes in one fact. `now` never goes back.
    ///
    /// A fact about a connection that is not open (it may just have been closed) is ignored.
    pub fn handle(&mut self, now: Instant, input: Input, rights: &mut dyn Authorizer) {
        match input {
            Input::Opened { connection, who } => self.on_opened(now, connection, who),
            Input::Received { connection, bytes } => {
                self.on_received(now, connection, &bytes, rights);
            }
            Input::Lost { connection } => {
                self.end(now, connection, Cause::ConnectionLost, rights);
            }
            Input::TimePassed => {}
        }
        self.on_time(now, rights);
    }

    /// The next order or piece of news, until there is none.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call again with [`Input::TimePassed`] at the latest. May be early; never late.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.timers.first()
    }

    /// How many connections are open, with or without a CONNECT.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.connections.len()
    }

    fn on_opened(&mut self, now: Instant, id: ConnectionId, who: Who) {
        let until = now + self.config.connect_timeout;
        let fresh = Connection::new(who, until, self.config.max_packet);
        if self.connections.contains_key(&id) {
            return;
        }
        self.connections.insert(id, fresh);
        self.timers.set(until, Timer::Silence(id));
    }

    fn on_time(&mut self, now: Instant, rights: &mut dyn Authorizer) {
        while let Some(timer) = self.timers.due(now) {
            match timer {
                Timer::Silence(connection) => self.on_silence(now, connection, rights),
                Timer::Stored(client_id) => self.send_stored(now, &client_id, rights),
                Timer::Expiry(client_id) => self.on_expiry(now, &client_id),
            }
        }
    }

    fn on_silence(&mut self, now: Instant, id: ConnectionId, rights: &mut dyn Authorizer) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let until = connection.silent_until();
        if until > now {
            // Something was heard since the timer was set.
            self.timers.set(until, Timer::Silence(id));
        } else {
            self.end(now, id, Cause::KeepAliveTimeout, rights);
        }
    }

    fn on_expiry(&mut self, now: Instant, client_id: &str) {
        if self.sessions.get(client_id).is_some_and(|session| session.expired(now)) {
            self.sessions.remove(client_id);
            self.tell(News::SessionExpired { client_id: client_id.to_owned() });
        }
    }

    fn tell(&mut self, news: News) {
        self.outputs.push_back(Output::News(news));
    }

    fn ask(&mut self, now: Instant, asker: &Asker, request: Request, rights: &mut dyn Authorizer) -> Ruling {
        let ruling = rights.authorize(now, asker, &request);
        self.tell(News::Asked { asker: asker.clone(), request, ruling });
        ruling
    }
}

/// How long a client may be silent: 1.5 times its keep-alive (MQTT-3.1.2-24; documented: Developer Guide, MQTT).
fn patience(keep_alive_seconds: u16) -> Millis {
    Millis(u64::from(keep_alive_seconds) * 1500)
}
