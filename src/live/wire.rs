//! Orders of the page to the worker, as JSON texts. Secrets travel beside them, as objects.
//!
//! Sessions are named by their numbers in the plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::driver::{Input, Limits, Way};
use super::plan::MAX_SESSIONS;
use crate::client::Message;
use crate::iot::endpoint::{Endpoint, EndpointError};
use crate::iot::region::{Region, RegionError};
use crate::iot::time::Millis;
use crate::lab::format::{self, ScenarioError};
use crate::lab::{Action, Scenario};
use crate::mqtt::{Properties, Qos, Subscription};
use crate::timeline::SessionId;

/// What the page wants of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Order {
    /// Connections are made so from now on.
    Way {
        /// Without a query; the lock decides what is reachable.
        url: String,
        /// Sign for this region; nothing for a plain WebSocket.
        sign: Option<String>,
    },
    /// These are the sessions and their steps from now on: a text of [`crate::lab::format`]. A session that stands keeps what
    /// it connected with until it is connected anew.
    Plan(String),
    /// These limits hold from now on.
    Limits(Limits),
    /// Drop keys and login. New connections are refused until there are others; those that stand stay.
    Forget,
    /// Something for the log that only the page knows, as a sentence without secrets.
    Note(String),
    /// Connect.
    Connect(u32),
    /// Say goodbye; also gives up an attempt or a comeback.
    Disconnect(u32),
    /// Subscribe to one filter.
    Subscribe {
        /// Who.
        session: u32,
        /// To what.
        filter: String,
        /// 0 to 2.
        qos: u8,
    },
    /// Unsubscribe from one filter.
    Unsubscribe {
        /// Who.
        session: u32,
        /// As it was subscribed.
        filter: String,
    },
    /// Publish one message.
    Publish {
        /// Who.
        session: u32,
        /// Where.
        topic: String,
        /// What.
        payload: String,
        /// 0 to 2.
        qos: u8,
        /// Keep it.
        retain: bool,
        /// Again and again, after so many milliseconds each.
        every: Option<u64>,
    },
    /// End a session's repetitions.
    StopRepeating(u32),
    /// Take the plan's steps at their times from now.
    Run,
    /// No more steps, repetitions and comebacks; every session says goodbye.
    Stop,
}

/// Why an order is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// The text is not an order of this version of the page.
    Text,
    /// The URL is none.
    Endpoint(EndpointError),
    /// The region is none.
    Region(RegionError),
    /// The plan cannot be read.
    Plan(ScenarioError),
    /// More than [`MAX_SESSIONS`].
    TooMany(usize),
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("page and worker are of different versions; load the page again"),
            Self::Endpoint(error) => error.fmt(f),
            Self::Region(error) => error.fmt(f),
            Self::Plan(error) => error.fmt(f),
            Self::TooMany(sessions) => {
                write!(f, "the plan has {sessions} sessions; at most {MAX_SESSIONS} run side by side")
            }
        }
    }
}

impl std::error::Error for OrderError {}

impl Order {
    /// As it is sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was sent.
    ///
    /// # Errors
    /// [`OrderError::Text`].
    pub fn read(text: &str) -> Result<Self, OrderError> {
        serde_json::from_str(text).map_err(|_| OrderError::Text)
    }

    /// What the host is told.
    ///
    /// # Errors
    /// What is wrong with a URL, a region or a plan.
    pub fn input(self) -> Result<Input, OrderError> {
        let act = |session, action| Input::Act { session: SessionId(session), action };
        Ok(match self {
            Self::Way { url, sign } => Input::Way(Way {
                endpoint: Endpoint::parse(&url).map_err(OrderError::Endpoint)?,
                sign: sign.as_deref().map(Region::parse).transpose().map_err(OrderError::Region)?,
            }),
            Self::Plan(text) => {
                let Scenario { sessions, steps, .. } =
                    format::read(&text, |_| None).map_err(OrderError::Plan)?;
                if sessions.len() > MAX_SESSIONS {
                    return Err(OrderError::TooMany(sessions.len()));
                }
                Input::Plan { sessions, steps }
            }
            Self::Limits(limits) => Input::Limits(limits),
            Self::Forget => Input::Forget,
            Self::Note(sentence) => Input::Note(sentence),
            Self::Connect(session) => act(session, Action::Connect),
            Self::Disconnect(session) => act(session, Action::Disconnect),
            Self::Subscribe { session, filter, qos } => {
                act(session, Action::Subscribe(vec![Subscription::new(filter, quality(qos))]))
            }
            Self::Unsubscribe { session, filter } => act(session, Action::Unsubscribe(vec![filter])),
            Self::Publish { session, topic, payload, qos, retain, every } => {
                let message = Message {
                    topic,
                    payload: payload.into_bytes(),
                    qos: quality(qos),
                    retain,
                    properties: Properties::default(),
                };
                match every {
                    None => act(session, Action::Publish(message)),
                    Some(every) => {
                        Input::Repeat { session: SessionId(session), message, every: Millis(every) }
                    }
                }
            }
            Self::StopRepeating(session) => Input::StopRepeating(SessionId(session)),
            Self::Run => Input::Run,
            Self::Stop => Input::Stop,
        })
    }
}

const fn quality(qos: u8) -> Qos {
    match qos {
        0 => Qos::AtMostOnce,
        1 => Qos::AtLeastOnce,
        _ => Qos::ExactlyOnce,
    }
}
