//! What goes into the host and what comes out.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Login;
use crate::client::{Cause, Connected, Message, Misuse, Refusal, Stop};
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Actor, Step};
use crate::live::record::{self, Batch, Phase, Record};
use crate::mqtt::EncodeError;
use crate::timeline::{Close, ConnectionRef, SessionId};

/// How connections are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where to.
    pub endpoint: Endpoint,
    /// Sign for this region; nothing for a plain WebSocket.
    pub sign: Option<Region>,
}

/// How much at most; `None` lifts a limit. Defaults protect a fleet from a plan that was not thought through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Sessions that stand, are on their way or wait to come back.
    pub sessions: Option<u32>,
    /// Messages in a second that are published, of all sessions.
    pub rate: Option<u32>,
    /// Length of a run in milliseconds.
    pub run: Option<u64>,
    /// How often in a row a session comes back after a fixed time, before a connection lasts.
    pub rounds: Option<u32>,
}

impl Default for Limits {
    /// 5 sessions, 10 messages a second, 5 minutes, 5 rounds.
    fn default() -> Self {
        Self { sessions: Some(5), rate: Some(10), run: Some(300_000), rounds: Some(5) }
    }
}

/// What happens to the host: orders of the user, facts of the sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Order: connections are made so from now on.
    Way(Way),
    /// Order: these are the sessions, by their numbers, and the steps of a run. A session that stands keeps what it
    /// connected with until the user connects it again.
    Plan {
        /// Who there is.
        sessions: Vec<Actor>,
        /// Who does what when, from the beginning of a run.
        steps: Vec<Step>,
    },
    /// Order: these limits hold from now on.
    Limits(Limits),
    /// Order: each CONNECT carries this from now on, or nothing.
    Login(Option<Login>),
    /// Order: forget the login. A new connection is refused until [`Self::Login`] comes again, be it with nothing:
    /// otherwise a comeback would go out without a login that the user believes to be there. Those that stand stay.
    Forget,
    /// Order: this sentence of the page belongs into the log, at its time.
    Note(String),
    /// Order: do this now.
    Act {
        /// Who.
        session: SessionId,
        /// What.
        action: Action,
    },
    /// Order: publish now and again and again, while the session is connected.
    Repeat {
        /// Who.
        session: SessionId,
        /// What.
        message: Message,
        /// How often.
        every: Millis,
    },
    /// Order: end a session's repetitions.
    StopRepeating(SessionId),
    /// Order: take the plan's steps at their times from now.
    Run,
    /// Order: end the run, all repetitions and all coming back; every session says goodbye.
    Stop,
    /// Fact: the socket is open.
    Opened(ConnectionRef),
    /// Fact: bytes came.
    Received(ConnectionRef, Vec<u8>),
    /// Fact: the socket is closed, or was never made. Comes after each [`Output::Open`] exactly once.
    Closed {
        /// Which.
        connection: ConnectionRef,
        /// Of the close event; none when there was no socket.
        code: Option<u16>,
        /// Of the close event, or why there was no socket.
        reason: String,
    },
    /// Fact: a deadline may have passed.
    TimePassed,
}

/// What the host wants done (orders), and what it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Order: make the socket, as [`Host::way`](super::Host::way) says.
    Open(ConnectionRef),
    /// Order: send these bytes, which may hold a login; they are overwritten when they are dropped.
    Send(ConnectionRef, Zeroizing<Vec<u8>>),
    /// Order: close the socket, or do not make it.
    Close(ConnectionRef),
    /// News.
    Happened(Happening),
}

/// Something for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Instant,
    /// On which connection.
    pub connection: ConnectionRef,
    /// What.
    pub what: What,
}

/// What happened; see [`record::What`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `record::What`")]
pub enum What {
    Opened,
    Closed(Close),
    Sent {
        bytes: Vec<u8>,
        left_out: u32,
    },
    Received {
        bytes: Vec<u8>,
        left_out: u32,
    },
    Phase(Phase),
    Running(bool),
    News(News),
    /// A sentence of the page, for the log alone.
    Noted(String),
}

/// What no packet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The server has accepted the connection.
    Connected(Connected),
    /// The attempt to connect has failed.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Whether its URL was signed.
        signed: bool,
    },
    /// A connection that stood has ended.
    Disconnected {
        /// Why.
        cause: Cause,
        /// How long nothing ran here before, when nothing was heard of the server since.
        paused: Option<Millis>,
    },
    /// For at least this long nothing ran, while a session stood, was on its way or waited to come back; of no session.
    Paused(Millis),
    /// A command was not carried out.
    Rejected {
        /// What is wrong with it.
        why: Misuse,
        /// Whether it was a message that was repeated, and is not any more.
        repeated: bool,
    },
    /// The session comes back by itself after this time.
    ComesBack(Millis),
    /// The session does not come back by itself any more.
    StaysAway(Stop),
    /// The host did not do something.
    Withheld(Withheld),
}

/// Why the host did not do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Not connected: nobody said where to.
    NoWay,
    /// Not connected: the login was forgotten.
    Forgotten,
    /// Not connected: the login cannot stand in a CONNECT.
    Login(EncodeError),
    /// Not connected: so many handshakes in a row were refused, and the browser delays all that follow.
    Refusals(u32),
    /// Not connected: [`Limits::sessions`].
    Sessions(u32),
    /// Not published, and not repeated any more: [`Limits::rate`].
    Rate(u32),
    /// The run was ended: [`Limits::run`].
    Run(Millis),
    /// So many steps of the plan are not taken: their times have passed while nothing ran, or come after such.
    Steps(usize),
    /// Does not come back: [`Limits::rounds`].
    Rounds(u32),
    /// Not repeated: the session repeats so many messages already.
    Repeats(u32),
}

impl Happening {
    /// Writes it into a batch; `say` puts news into words.
    pub fn write(&self, batch: &mut Batch, say: impl FnOnce(&News) -> String) {
        let told;
        let what = match &self.what {
            What::Opened => record::What::Opened,
            What::Closed(Close { by, code, reason }) => record::What::Closed { by: *by, code: *code, reason },
            What::Sent { bytes, left_out } => record::What::Sent { bytes, left_out: *left_out },
            What::Received { bytes, left_out } => record::What::Received { bytes, left_out: *left_out },
            What::Phase(phase) => record::What::Phase(*phase),
            What::Running(running) => record::What::Running(*running),
            What::News(news) => {
                told = say(news);
                record::What::Told(&told)
            }
            What::Noted(sentence) => record::What::Noted(sentence),
        };
        batch.push(&Record { at: self.at, connection: self.connection, what });
    }
}
