//! A simulated AWS IoT Core message broker, sans-I/O.
//!
//! Knows: connections, MQTT sessions, subscriptions, retained messages, the limits of one account, and what
//! AWS IoT Core puts on the wire in each case. The wire is real MQTT bytes both ways. What AWS tells beside the wire comes
//! out too: lifecycle events as messages, entries of the log as news.
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
//! What AWS is known to do, row by row with its source, and what of it is not modelled here and why, stands in
//! [`facts`]; each row that is modelled has a scenario that shows it.

mod authorizer;
mod config;
mod connect;
mod connection;
mod deliver;
mod ending;
pub mod facts;
mod io;
pub mod lifecycle;
pub mod log;
mod names;
mod publish;
mod rate;
mod retained;
mod session;
mod subscribe;
mod subscriptions;
mod takeover;
#[cfg(test)]
mod tests;
mod timers;
mod view;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::iot::time::{Instant, Millis};

pub use authorizer::{Asker, Authorizer, ExplanationId, Peer, Request, Ruling, Verdict, WillRequest};
pub use config::{Config, RefusedQos0, limits};
pub use ending::{Cause, DisconnectReason, Refusal};
pub use io::{ConnectionId, Input, News, Output, Who};
pub use lifecycle::LifecycleEvent;
pub use log::{LogEntry, LogLevel};
pub use view::{Presence, RetainedView, SessionView, View};

use connection::{Caller, Connection};
use lifecycle::VersionNumber;
use retained::Retained;
use session::Session;
use subscriptions::Subscriptions;
use timers::{Timer, Timers};

/// The broker of one account in one Region.
#[derive(Clone, Debug)]
pub struct Broker {
    config: Config,
    connections: BTreeMap<ConnectionId, Connection>,
    /// By client ID; of connected clients and of persistent sessions whose client is away.
    sessions: BTreeMap<String, Session>,
    subscriptions: Subscriptions,
    retained: Retained,
    /// Client IDs of which a CONNECT was let through to authorisation lately, and when.
    connect_attempts: BTreeSet<String>,
    attempts_in_order: VecDeque<(Instant, String)>,
    version_numbers: BTreeMap<String, VersionNumber>,
    timers: Timers,
    outputs: VecDeque<Output>,
    /// Of the input in hand.
    now: Instant,
    /// Numbers what happened, for the log.
    traces: u64,
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
            subscriptions: Subscriptions::default(),
            retained: Retained::default(),
            connect_attempts: BTreeSet::new(),
            attempts_in_order: VecDeque::new(),
            version_numbers: BTreeMap::new(),
            timers: Timers::default(),
            outputs: VecDeque::new(),
            now: Instant(0),
            traces: 0,
            assigned: 0,
            turn: 0,
        }
    }

    /// Takes in one fact. `now` never goes back.
    ///
    /// A fact about a connection that is not open (it may just have been closed) is ignored.
    pub fn handle(&mut self, now: Instant, input: Input, rights: &mut dyn Authorizer) {
        self.now = now;
        self.traces += 1;
        match input {
            Input::Opened { connection, who } => self.on_opened(now, connection, who, rights),
            Input::Received { connection, bytes } => {
                self.on_received(now, connection, &bytes, rights);
            }
            Input::Lost { connection } => {
                self.end(now, connection, Cause::ConnectionLost, rights);
            }
            Input::DeleteConnection { client_id, clean_session, prevent_will } => {
                self.on_delete(now, &client_id, clean_session, prevent_will, rights);
            }
            Input::ServerCloses { connection } => self.end(now, connection, Cause::ServerClosed, rights),
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

    /// How much the broker keeps. Takes time in proportion.
    #[must_use]
    pub fn holdings(&self) -> Holdings {
        let (retained, retained_bytes) = self.retained.holds();
        let mut holdings = Holdings {
            connections: self.connections.len(),
            sessions: self.sessions.len(),
            subscriptions: 0,
            messages: retained,
            timers: self.timers.count(),
            client_ids: self.version_numbers.len() + self.connect_attempts.len(),
            bytes: retained_bytes + self.connections.values().map(Connection::holds).sum::<usize>(),
        };
        for session in self.sessions.values() {
            let (messages, bytes) = session.holds();
            holdings.subscriptions += session.filters.len();
            holdings.messages += messages;
            holdings.bytes += bytes + session.filters.iter().map(String::len).sum::<usize>();
        }
        holdings
    }

    /// How many connections are open, with or without a CONNECT.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.connections.len()
    }

    fn on_opened(&mut self, now: Instant, id: ConnectionId, who: Who, rights: &mut dyn Authorizer) {
        if self.connections.contains_key(&id) {
            return;
        }
        let until = now + self.config.connect_timeout;
        let peer = rights.peer(who);
        if let Some((lasts, _)) = self.lasts(&peer) {
            self.timers.set(now + lasts, Timer::Age(id));
        }
        self.connections.insert(id, Connection::new(who, peer, until, self.config.max_packet));
        self.timers.set(until, Timer::Silence(id));
    }

    /// How long such a connection may last, and what ends it.
    fn lasts(&self, peer: &Peer) -> Option<(Millis, Cause)> {
        let web_socket =
            peer.web_socket.then_some((self.config.web_socket_duration, Cause::WebSocketExpired));
        let authorizer = peer.disconnect_after.map(|lasts| (lasts, Cause::AuthorizerExpired));
        web_socket.into_iter().chain(authorizer).min_by_key(|(lasts, _)| *lasts)
    }

    fn on_age(&mut self, now: Instant, id: ConnectionId, rights: &mut dyn Authorizer) {
        let connection = self.connections.get(&id);
        if let Some((_, cause)) = connection.and_then(|connection| self.lasts(&connection.peer)) {
            self.end(now, id, cause, rights);
        }
    }

    fn on_delete(
        &mut self,
        now: Instant,
        client_id: &str,
        clean_session: bool,
        prevent_will: bool,
        rights: &mut dyn Authorizer,
    ) {
        let Some(id) = self.sessions.get(client_id).and_then(Session::connection) else {
            return;
        };
        self.end(now, id, Cause::Deleted { with_will: !prevent_will }, rights);
        if clean_session {
            self.drop_session(client_id);
        }
    }

    fn on_time(&mut self, now: Instant, rights: &mut dyn Authorizer) {
        while let Some(timer) = self.timers.due(now) {
            self.traces += 1;
            match timer {
                Timer::Silence(connection) => self.on_silence(now, connection, rights),
                Timer::Age(connection) => self.on_age(now, connection, rights),
                Timer::Backlog(connection) => self.read(now, connection, rights),
                Timer::Stored(client_id) => self.send_stored(now, &client_id, rights),
                Timer::Retry(client_id) => self.on_retry(now, &client_id, rights),
                Timer::Expiry(client_id) => self.on_expiry(now, &client_id),
                Timer::VersionNumber(client_id) => self.on_version_number(now, &client_id),
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

    /// What there is to know, and the log's entry about it.
    fn tell(&mut self, news: News) {
        if self.logs() {
            let id = news.connection();
            let caller = id.and_then(|id| self.connections.get(&id)?.caller(id));
            self.log_news(&news, caller.as_ref());
        }
        self.outputs.push_back(Output::News(news));
    }

    /// The same about a connection that is no longer there.
    fn tell_of(&mut self, caller: &Caller, news: News) {
        if self.logs() {
            self.log_news(&news, Some(caller));
        }
        self.outputs.push_back(Output::News(news));
    }

    fn logs(&self) -> bool {
        self.config.log_level < LogLevel::Disabled
    }

    /// 32 hexadecimal digits that are the same in each run and belong to nothing else (splitmix64 of seed and number).
    fn identifier(&self, of: Id) -> String {
        let (kind, number) = match of {
            Id::Session(connection) => (1, u64::from(connection.0)),
            Id::Trace(number) => (2, number),
        };
        let mix = |value: u64| {
            let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            value ^ (value >> 31)
        };
        let high = mix(self.config.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) ^ kind);
        format!("{high:016x}{:016x}", mix(high.wrapping_add(number)))
    }

    fn ask(&mut self, now: Instant, asker: &Asker, request: Request, rights: &mut dyn Authorizer) -> Ruling {
        let ruling = rights.authorize(now, asker, &request);
        self.tell(News::Asked { asker: asker.clone(), request, ruling });
        ruling
    }
}

/// What a broker keeps, without what [`Broker::poll`] has still to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Open connections.
    pub connections: usize,
    /// Sessions, with or without a connection.
    pub sessions: usize,
    /// Subscriptions of all sessions.
    pub subscriptions: usize,
    /// Messages: retained, stored and unacknowledged.
    pub messages: usize,
    /// Bytes of messages, filters, wills, topic aliases and of packets that have not come in whole.
    pub bytes: usize,
    /// Reminders. One stays until its time even when there is nothing left to be reminded of, an hour at most with the
    /// usual limits.
    pub timers: usize,
    /// Client IDs that are remembered, for their version number or for the rate of their CONNECTs.
    pub client_ids: usize,
}

/// What an identifier is made for.
#[derive(Clone, Copy)]
enum Id {
    Session(ConnectionId),
    Trace(u64),
}

/// How long a client may be silent: 1.5 times its keep-alive (MQTT-3.1.2-24; documented: Developer Guide, MQTT).
fn patience(keep_alive_seconds: u16) -> Millis {
    Millis(u64::from(keep_alive_seconds) * 1500)
}
