//! What a scenario expects of its run, and whether that came.

use crate::iot::action;
use crate::mqtt::Packet;
use crate::policy::Verdict;
use crate::timeline::{FindingKind, SessionId, What, diagnose};

use super::Run;

/// Something that must come of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Whose; `None` for anybody's.
    pub session: Option<SessionId>,
    /// What.
    pub what: Expected,
    /// How often exactly; `None` is once or more. A state is not counted.
    pub times: Option<usize>,
}

/// What can be expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The session is in this state when the run ends.
    State(State),
    /// The broker ended a connection with this `disconnectReason` of its lifecycle event.
    Disconnected(String),
    /// A message arrived.
    Received {
        /// Its topic.
        topic: String,
        /// Its payload, if that matters.
        payload: Option<Vec<u8>>,
    },
    /// The broker asked for a right and was answered so.
    Decided {
        /// Such as `iot:Connect`.
        action: String,
        /// The topic, filter, or for a connect the client ID; `None` for any.
        resource: Option<String>,
        /// The answer.
        verdict: Verdict,
    },
    /// The diagnosis finds this.
    Found {
        /// What.
        finding: Finding,
        /// Who did it, where the finding names somebody.
        by: Option<SessionId>,
    },
}

/// The state of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No connection, and none to come.
    #[default]
    Closed,
    /// A connection is on its way.
    Connecting,
    /// Let in by the broker.
    Connected,
    /// It will try again.
    Waiting,
}

/// A kind of finding of [`diagnose`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the kinds")]
pub enum Finding {
    Takeover,
    War,
    ConnectRefused,
    PublishRefused,
    SubscribeRefused,
    ConnectTooSoon,
    LimitReached,
    KeepAliveLost,
    NotReceived,
    Left,
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Which of the scenario's expectations, from 0.
    pub index: usize,
    /// What there was instead.
    pub instead: Instead,
}

/// What there was instead of what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Another state.
    State(State),
    /// Another number of times; with what there was of its kind.
    Times {
        /// As often.
        times: usize,
        /// Everything of that kind, in order, each once.
        others: Vec<String>,
    },
}

impl Run {
    /// The expectations that were not met.
    #[must_use]
    pub fn unmet(&self) -> Vec<Unmet> {
        let findings = diagnose(&self.entries);
        let expectations = self.scenario.expectations.iter().zip(0..);
        expectations
            .filter_map(|(expected, index)| {
                let instead = self.instead(expected, &findings)?;
                Some(Unmet { index, instead })
            })
            .collect()
    }

    /// Whether something came.
    #[must_use]
    pub fn meets(&self, expected: &Expectation) -> bool {
        self.instead(expected, &diagnose(&self.entries)).is_none()
    }

    fn instead(&self, expected: &Expectation, findings: &[crate::timeline::Finding]) -> Option<Instead> {
        let session = expected.session;
        let seen: Vec<(String, bool)> = match &expected.what {
            Expected::State(state) => {
                let found = session.map(|session| self.state_of(session)).unwrap_or_default();
                return (found != *state).then_some(Instead::State(found));
            }
            Expected::Found { finding, by } => {
                findings.iter().filter_map(|found| self.found(&found.kind, session, *finding, *by)).collect()
            }
            _ => {
                let mine = |whose: SessionId| session.is_none_or(|session| session == whose);
                let entries = self.entries.iter().filter(|entry| mine(entry.connection.session));
                entries.filter_map(|entry| self.seen(&entry.what, &expected.what)).collect()
            }
        };
        let times = seen.iter().filter(|(_, fits)| *fits).count();
        if expected.times.map_or(times > 0, |wanted| wanted == times) {
            return None;
        }
        let mut others: Vec<String> = Vec::new();
        for (other, _) in seen {
            if !others.contains(&other) {
                others.push(other);
            }
        }
        Some(Instead::Times { times, others })
    }

    /// What an entry says about the kind of thing that is expected, and whether it is that.
    fn seen(&self, what: &What, expected: &Expected) -> Option<(String, bool)> {
        match (what, expected) {
            (
                What::Broker(crate::broker::News::Disconnected { cause, .. }),
                Expected::Disconnected(reason),
            ) => {
                let found = cause.reason().as_str();
                Some((found.to_owned(), found == reason))
            }
            (What::Received(wire), Expected::Received { topic, payload }) => match &wire.packet {
                Ok(Packet::Publish(publish)) => {
                    let same = payload.as_ref().is_none_or(|payload| *payload == publish.payload);
                    let found = format!("{} {}", publish.topic, String::from_utf8_lossy(&publish.payload));
                    Some((found, same && publish.topic == *topic))
                }
                _ => None,
            },
            (What::Decided { explanation, .. }, Expected::Decided { action, resource, verdict }) => {
                let question = self.question(*explanation)?;
                let found = question.verdict;
                let (asked, about) = question.about();
                let fits = action::position(action) == action::position(asked)
                    && resource.as_deref().is_none_or(|resource| resource == about)
                    && found == *verdict;
                Some((format!("{asked} {about} {}", crate::suite::VerdictWord(found)), fits))
            }
            _ => None,
        }
    }

    /// The name of a finding about a session, and whether it is the expected one.
    fn found(
        &self,
        found: &FindingKind,
        session: Option<SessionId>,
        wanted: Finding,
        by: Option<SessionId>,
    ) -> Option<(String, bool)> {
        let (finding, whose, doer) = match found {
            FindingKind::TakenOver { old, new, .. } => {
                (Finding::Takeover, Some(old.session), new.map(|new| new.session))
            }
            // It is about none of the scenario's sessions.
            FindingKind::TakenOverElsewhere { .. } => return None,
            FindingKind::TakeoverWar { .. } => (Finding::War, None, None),
            FindingKind::ConnectRefused { connection, .. } => {
                (Finding::ConnectRefused, Some(connection.session), None)
            }
            FindingKind::PublishRefused { connection, .. } => {
                (Finding::PublishRefused, Some(connection.session), None)
            }
            FindingKind::SubscribeRefused { connection, .. } => {
                (Finding::SubscribeRefused, Some(connection.session), None)
            }
            FindingKind::ConnectTooSoon { connection, .. } => {
                (Finding::ConnectTooSoon, Some(connection.session), None)
            }
            FindingKind::LimitReached { connection, .. } => {
                (Finding::LimitReached, Some(connection.session), None)
            }
            FindingKind::KeepAliveLost { connection, .. } => {
                (Finding::KeepAliveLost, Some(connection.session), None)
            }
            FindingKind::NotReceived { connection, publisher, .. } => {
                (Finding::NotReceived, Some(connection.session), Some(publisher.session))
            }
            FindingKind::Left { connection, .. } => (Finding::Left, Some(connection.session), None),
        };
        let mine = session.is_none() || whose.is_none() || whose == session;
        let named = |session: Option<SessionId>| session.map_or("?", |session| self.name(session)).to_owned();
        let sentence = match doer {
            Some(_) => format!("{} of {} by {}", finding.word(), named(whose), named(doer)),
            None => format!("{} of {}", finding.word(), named(whose)),
        };
        mine.then_some((sentence, finding == wanted && (by.is_none() || by == doer)))
    }
}

impl Finding {
    /// Its word in the text form.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, finding)| *finding == self).map_or("", |(word, _)| word)
    }

    /// All with their words.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("takeover", Self::Takeover),
        ("war", Self::War),
        ("connectRefused", Self::ConnectRefused),
        ("publishRefused", Self::PublishRefused),
        ("subscribeRefused", Self::SubscribeRefused),
        ("connectTooSoon", Self::ConnectTooSoon),
        ("limitReached", Self::LimitReached),
        ("keepAliveLost", Self::KeepAliveLost),
        ("notReceived", Self::NotReceived),
        ("left", Self::Left),
    ];
}

impl State {
    /// Its word in the text form.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }

    /// All with their words.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("closed", Self::Closed),
        ("connecting", Self::Connecting),
        ("connected", Self::Connected),
        ("waiting", Self::Waiting),
    ];
}
