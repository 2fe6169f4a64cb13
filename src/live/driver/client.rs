//! One session of the host: its client session, its habits, its way to the endpoint.

use crate::client::{self, Closure, Config, Message, Reconnect, RequestId, Session};
use crate::iot::time::{Instant, Millis};
use crate::lab::habits::Habits;
use crate::lab::{Action, Actor, Comeback};
use crate::live::record::Phase;
use crate::timeline::{ConnectionRef, SessionId};

use super::io::Withheld;

/// A connection on its way in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    None,
    /// In the queue.
    Waiting,
    /// Asked for.
    Opening,
    Open,
    /// To be closed.
    Closing,
}

/// A message that is published again and again.
#[derive(Clone, Debug)]
pub(super) struct Repeat {
    pub(super) message: Message,
    pub(super) every: Millis,
    pub(super) next: Instant,
    /// As which request it was published last.
    pub(super) last: Option<RequestId>,
}

pub(super) struct Client {
    pub(super) session: Session,
    pub(super) habits: Habits,
    pub(super) transport: Transport,
    /// Counts its connections; what comes from an earlier one is ignored.
    pub(super) number: u32,
    pub(super) repeats: Vec<Repeat>,
    /// When it was let in.
    pub(super) since: Option<Instant>,
    /// How long nothing ran, until it hears from the server again.
    pub(super) paused: Option<Millis>,
    /// Comebacks in a row after a fixed time.
    pub(super) rounds: u32,
    /// Why its attempt to connect fails, when the host itself lets it.
    pub(super) withheld: Option<Withheld>,
    /// Its session is still to hear that it left the queue.
    pub(super) left: bool,
    /// Its session is to give up coming back.
    pub(super) quits: bool,
    /// The phase that was told last.
    pub(super) told: Phase,
    made_of: Actor,
}

impl Client {
    pub(super) fn new(actor: &Actor, seed: u64) -> Self {
        Self {
            session: session(actor, seed),
            habits: Habits::new(actor),
            transport: Transport::None,
            number: 0,
            repeats: Vec::new(),
            since: None,
            paused: None,
            rounds: 0,
            withheld: None,
            left: false,
            quits: false,
            told: Phase::Idle,
            made_of: actor.clone(),
        }
    }

    /// Becomes another actor, unless a connection stands or is under way. The same one keeps its MQTT session.
    pub(super) fn recast(&mut self, actor: &Actor, seed: u64) {
        if self.transport == Transport::None && self.made_of != *actor {
            self.session = session(actor, seed);
            self.habits = Habits::new(actor);
            self.made_of = actor.clone();
        }
    }

    /// Ends the repetition that made a request; whether one did.
    pub(super) fn stop_repeating(&mut self, request: RequestId) -> bool {
        let before = self.repeats.len();
        self.repeats.retain(|repeat| repeat.last != Some(request));
        self.repeats.len() < before
    }

    pub(super) const fn place(&self, session: SessionId) -> ConnectionRef {
        ConnectionRef { session, number: self.number }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.transport {
            _ if self.session.is_connected() => Phase::Connected,
            Transport::Closing => Phase::Closing,
            Transport::Waiting | Transport::Opening | Transport::Open => Phase::Connecting,
            Transport::None if self.waits() => Phase::Waiting,
            Transport::None => Phase::Idle,
        }
    }

    /// Whether it stands, is on its way in or out, or comes back.
    pub(super) fn engaged(&self) -> bool {
        self.phase() != Phase::Idle
    }

    fn waits(&self) -> bool {
        self.habits.due().is_some() || self.session.deadline().is_some()
    }

    /// What its session is to be given next, once it has told everything.
    pub(super) fn next(&mut self) -> Option<client::Input> {
        if std::mem::take(&mut self.left) {
            return Some(client::Input::TransportClosed(Closure::default()));
        }
        if std::mem::take(&mut self.quits) && self.session.deadline().is_some() {
            return self.habits.command(Action::Disconnect);
        }
        self.habits.next(self.session.is_connected())
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let repeats = self.repeats.iter().map(|repeat| repeat.next);
        let session = self.session.deadline().map(|(at, _)| at);
        repeats.chain(session).chain(self.habits.due()).min()
    }
}

fn session(actor: &Actor, seed: u64) -> Session {
    let reconnect = (actor.comeback == Comeback::Backoff).then(|| Reconnect::new(seed));
    Session::new(Config { reconnect, ..Config::new(actor.connect.clone()) })
}
