//! What there is at one moment of a run: where each client stands, and what the broker holds.

use crate::broker::{Cause, News, Presence, RetainedView, SessionView};
use crate::client::Output;
use crate::iot::time::Instant;
use crate::lab::World;
use crate::lab::expect::State;
use crate::mqtt::{Packet, ReasonCode};
use crate::timeline::{ConnectionRef, Entry, Record, SessionId, What};

/// A moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// By [`SessionId`].
    pub clients: Vec<Status>,
    /// What the broker holds; none of a log, which does not tell.
    pub broker: Option<Holding>,
}

/// What the broker holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// By client ID, each with the connection that has it.
    pub sessions: Vec<(SessionView, Option<ConnectionRef>)>,
    /// By topic.
    pub retained: Vec<RetainedView>,
}

/// Where a client stands, as it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not connected yet.
    NotYet,
    /// It is on its way.
    Connecting,
    /// It was let in.
    Connected,
    /// It is away, and comes back.
    Waiting,
    /// It was not let in.
    Refused,
    /// Another client with its client ID came.
    ThrownOut,
    /// It is away.
    Offline,
}

impl Moment {
    /// The moment just after the entry of this index, or before anything. `world` is the one of that moment.
    #[must_use]
    pub fn new(record: &Record, cursor: Option<usize>, world: Option<&World>) -> Self {
        let past = cursor.and_then(|cursor| record.entries.get(..=cursor)).unwrap_or_default();
        let mut clients = told(past, record.sessions.len());
        if let Some(world) = world {
            for (client, id) in clients.iter_mut().zip((0..).map(SessionId)) {
                match world.state(id) {
                    State::Connected => *client = Status::Connected,
                    State::Connecting => *client = Status::Connecting,
                    State::Waiting => *client = Status::Waiting,
                    State::Closed => {}
                }
            }
        }
        let holding = |world: &World| {
            let view = world.broker();
            let with_holder = |session: SessionView| {
                let holder = match session.presence {
                    Presence::Here(connection) => world.place(connection),
                    Presence::AwayUntil(_) => None,
                };
                (session, holder)
            };
            Holding {
                sessions: view.sessions.into_iter().map(with_holder).collect(),
                retained: view.retained,
            }
        };
        Self { at: past.last().map_or(Instant(0), |entry| entry.at), clients, broker: world.map(holding) }
    }
}

/// Where each client stands, as far as entries tell.
fn told(past: &[Entry], sessions: usize) -> Vec<Status> {
    let mut found: Vec<Option<(u32, Status)>> = vec![None; sessions];
    for entry in past.iter().rev() {
        let ConnectionRef { session, number } = entry.connection;
        let place = usize::try_from(session.0).ok().and_then(|session| found.get_mut(session));
        let (Some(place), Some(status)) = (place, status(&entry.what)) else { continue };
        match place {
            None => *place = Some((number, status)),
            // Why a connection ended is told before its end.
            Some((of, now)) if *of == number && *now == Status::Offline && status.is_reason() => {
                *now = status
            }
            Some(_) => {}
        }
    }
    found.into_iter().map(|found| found.map_or(Status::NotYet, |(_, status)| status)).collect()
}

/// Where an entry leaves the client of its connection.
fn status(what: &What) -> Option<Status> {
    match what {
        What::Opened => Some(Status::Connecting),
        What::Received(wire) => match &wire.packet {
            Ok(Packet::ConnAck(answer)) if answer.code == ReasonCode::SUCCESS => Some(Status::Connected),
            Ok(Packet::ConnAck(_)) => Some(Status::Refused),
            _ => None,
        },
        What::Broker(News::Refused { .. }) | What::Client(Output::Refused(_)) => Some(Status::Refused),
        What::Broker(News::Disconnected { cause: Cause::TakenOver { .. }, .. }) => Some(Status::ThrownOut),
        What::Closed(_) => Some(Status::Offline),
        _ => None,
    }
}

impl Status {
    fn is_reason(self) -> bool {
        matches!(self, Self::Refused | Self::ThrownOut)
    }
}
