//! What was seen, whoever saw it: the same observations from the packets of a recording and from what was pasted.
//!
//! An observation says what a client asked for and what came of it, no more than that. That nothing was seen is no
//! observation: a message that was withheld leaves no trace at the client.

mod json;
mod mosquitto;
mod paste;
mod recording;

use crate::live::predict::{Ask, SignIn};
use crate::mqtt::ReasonCode;
use crate::timeline::{Certainty, SessionId};

pub use paste::{MAX_OBSERVATIONS, MAX_PROBLEMS, MAX_TEXT, Paste, Problem, Wrong, read};
pub use recording::recorded;

/// Who saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// The packets of a session of this page.
    Packets,
    /// What `mosquitto_sub` or `mosquitto_pub` printed with `-d`.
    Mosquitto,
    /// A lifecycle event of AWS IoT Core.
    Lifecycle,
    /// A line of the log group `AWSIotLogsV2`.
    Log,
    /// An answer of `aws iot test-authorization`: AWS's own prediction.
    TestAuthorization,
}

impl Witness {
    /// Whether it can have seen sessions that sign in like this: a program and a tested principal have rights of their own.
    #[must_use]
    pub const fn saw(self, sign_in: SignIn) -> bool {
        match self {
            Self::Packets | Self::Lifecycle | Self::Log => true,
            Self::Mosquitto => matches!(sign_in, SignIn::Certificate | SignIn::OtherBroker),
            Self::TestAuthorization => {
                matches!(sign_in, SignIn::Certificate | SignIn::Cognito | SignIn::CognitoGuest)
            }
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It came about: shown by a packet or a witness of AWS, or the most likely reading.
    Yes(Certainty),
    /// It was refused for want of a right: stated, or most likely because the connection was closed over it.
    Refused(Certainty),
    /// It failed for a reason that is no right, such as a quota; the code where a packet had one.
    OtherReason(Option<ReasonCode>),
    /// It did not come about, and nothing tells why.
    Unclear,
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who saw it.
    pub witness: Witness,
    /// Where: the index of an entry, or a line from 1.
    pub place: usize,
    /// The session, of this page's own.
    pub session: Option<SessionId>,
    /// The client ID; `None` where the witness does not name one.
    pub client_id: Option<String>,
    /// What it is about.
    pub ask: Ask,
    /// What came of it.
    pub outcome: Outcome,
}
