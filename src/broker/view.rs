//! What the broker holds, for people to read.

use crate::iot::time::Instant;
use crate::mqtt::Qos;

use super::io::ConnectionId;
use super::{Broker, connection::Connection, session::Session};

/// What the broker holds at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// By client ID; of connected clients and of persistent sessions whose client is away.
    pub sessions: Vec<SessionView>,
    /// By topic.
    pub retained: Vec<RetainedView>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Whose.
    pub client_id: String,
    /// Where its client is.
    pub presence: Presence,
    /// It outlives its connection.
    pub persistent: bool,
    /// By filter as sent.
    pub subscriptions: Vec<(String, Qos)>,
    /// Messages that wait for the client, or for a free place among those in flight.
    pub waiting: usize,
    /// Messages that were sent with QoS 1 and are not acknowledged.
    pub in_flight: usize,
    /// The topic of the will that is published if the connection ends without DISCONNECT.
    pub will: Option<String>,
}

/// Where the client of a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Connected.
    Here(ConnectionId),
    /// Away; the session ends then, if the client does not come back before.
    AwayUntil(Instant),
}

/// A retained message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetainedView {
    /// Of which it is the retained message.
    pub topic: String,
    /// As published.
    pub payload: Vec<u8>,
    /// As published.
    pub qos: Qos,
}

impl Broker {
    /// What it holds. Takes time in proportion.
    #[must_use]
    pub fn view(&self) -> View {
        let sessions = self.sessions.iter().map(|(client_id, session)| self.session_view(client_id, session));
        let retained = self.retained.iter().map(|message| RetainedView {
            topic: message.topic.clone(),
            payload: message.payload.clone(),
            qos: message.qos,
        });
        View { sessions: sessions.collect(), retained: retained.collect() }
    }

    fn session_view(&self, client_id: &str, session: &Session) -> SessionView {
        let connection = session.connection().and_then(|id| self.connections.get(&id));
        let will =
            connection.and_then(Connection::established).and_then(|established| established.will.as_ref());
        let granted =
            |filter: &String| Some((filter.clone(), self.subscriptions.granted(filter, client_id)?));
        let (waiting, in_flight) = session.on_the_way();
        SessionView {
            client_id: client_id.to_owned(),
            presence: session.presence(),
            persistent: session.persistent(),
            subscriptions: session.filters.iter().filter_map(granted).collect(),
            waiting,
            in_flight,
            will: will.map(|will| will.topic.clone()),
        }
    }
}
