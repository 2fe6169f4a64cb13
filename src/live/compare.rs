//! A prediction held against what was seen, row by row, and what to look at where they disagree.

use std::collections::BTreeMap;

use super::observe::{Observation, Outcome};
use super::predict::{Ask, Predicted, Prediction, Row, SignIn};
use crate::iot::time::{Millis, UnixTime};
use crate::timeline::{Certainty, SessionId};

/// AWS IoT Core keeps policies in a cache; a change takes 6 to 8 minutes (documented: Developer Guide, AWS IoT Core
/// policies).
pub const POLICY_CACHE: Millis = Millis::from_seconds(8 * 60);

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was seen as predicted: stated, or by the most likely reading of a connection that was closed without a reason.
    Agrees(Certainty),
    /// The opposite was seen, as surely.
    Contradicts(Certainty),
    /// What was seen does not decide it.
    CannotTell(Undecided),
    /// Nothing was seen of it.
    NotObserved(Unseen),
}

/// Why what was seen does not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Nothing was predicted.
    NoPrediction,
    /// It failed for a reason that is no right, such as a quota.
    OtherReason,
    /// It failed without a reason that would tell a missing right from something else.
    NoReason,
    /// It was seen to come about and to be refused.
    Mixed,
}

/// Why nothing was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// No witness speaks of it.
    NoWitness,
    /// A message that may not be received is withheld without a trace; that none came proves nothing.
    Silent,
}

impl Verdict {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agrees(Certainty::Stated) => "AGREES",
            Self::Agrees(Certainty::Likely) => "AGREES/LIKELY",
            Self::Contradicts(Certainty::Stated) => "CONTRADICTS",
            Self::Contradicts(Certainty::Likely) => "CONTRADICTS/LIKELY",
            Self::CannotTell(Undecided::NoPrediction) => "CANNOT_TELL/NO_PREDICTION",
            Self::CannotTell(Undecided::OtherReason) => "CANNOT_TELL/OTHER_REASON",
            Self::CannotTell(Undecided::NoReason) => "CANNOT_TELL/NO_REASON",
            Self::CannotTell(Undecided::Mixed) => "CANNOT_TELL/MIXED",
            Self::NotObserved(Unseen::NoWitness) => "NOT_OBSERVED",
            Self::NotObserved(Unseen::Silent) => "NOT_OBSERVED/SILENT",
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which row of the prediction.
    pub row: usize,
    /// What became of it.
    pub verdict: Verdict,
    /// The observations that speak of it, by their indices.
    pub observations: Vec<usize>,
}

/// The table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// One for each row of the prediction.
    pub rows: Vec<Compared>,
    /// Observations of which no row speaks.
    pub unplanned: Vec<usize>,
}

/// Whom an observation is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose<'a> {
    /// A session of this page.
    Session(SessionId),
    /// Whoever has this client ID: it was seen elsewhere.
    Client(&'a str),
    /// Anybody: its witness names no client.
    Anybody,
}

/// Holds a prediction against observations, of a recording and of pastes together.
#[must_use]
pub fn compare(prediction: &Prediction, observations: &[Observation]) -> Comparison {
    let mut about: BTreeMap<(Whose, &Ask), Vec<usize>> = BTreeMap::new();
    for (at, seen) in
        observations.iter().enumerate().filter(|(_, seen)| seen.witness.saw(prediction.sign_in()))
    {
        let whose = match (seen.session, &seen.client_id) {
            (Some(session), _) => Whose::Session(session),
            (None, Some(id)) => Whose::Client(id),
            (None, None) => Whose::Anybody,
        };
        about.entry((whose, &seen.ask)).or_default().push(at);
    }
    let mut planned = vec![false; observations.len()];
    let mut rows = Vec::new();
    for (row, index) in prediction.rows().iter().zip(0..) {
        let whose = [Whose::Session(row.session), Whose::Client(&row.client_id), Whose::Anybody];
        // A session that was given another client ID since is not what the row is about.
        let same = |at: &&usize| {
            let seen = observations.get(**at).and_then(|seen| seen.client_id.as_ref());
            row.client_id.is_empty() || seen.is_none_or(|id| *id == row.client_id)
        };
        let found = whose.into_iter().filter_map(|whose| about.get(&(whose, &row.ask))).flatten();
        let mut speaks: Vec<usize> = found.filter(same).copied().collect();
        speaks.sort_unstable();
        for at in &speaks {
            planned.get_mut(*at).into_iter().for_each(|planned| *planned = true);
        }
        let outcomes: Vec<Outcome> =
            speaks.iter().filter_map(|at| observations.get(*at)).map(|seen| seen.outcome).collect();
        rows.push(Compared { row: index, verdict: verdict(row, &outcomes), observations: speaks });
    }
    let unplanned = planned.iter().zip(0..).filter(|(planned, _)| !**planned).map(|(_, at)| at).collect();
    Comparison { rows, unplanned }
}

fn verdict(row: &Row, outcomes: &[Outcome]) -> Verdict {
    let surest = |wanted: fn(&Outcome) -> Option<Certainty>| outcomes.iter().filter_map(wanted).min();
    let came = surest(|outcome| if let Outcome::Yes(certainty) = outcome { Some(*certainty) } else { None });
    let refused =
        surest(|outcome| if let Outcome::Refused(certainty) = outcome { Some(*certainty) } else { None });
    let seen = match (came, refused) {
        (None, None) if outcomes.is_empty() => {
            let silent = matches!(row.ask, Ask::Receive { .. });
            return Verdict::NotObserved(if silent { Unseen::Silent } else { Unseen::NoWitness });
        }
        _ if row.predicted == Predicted::CannotTell => return Verdict::CannotTell(Undecided::NoPrediction),
        (Some(_), Some(_)) => return Verdict::CannotTell(Undecided::Mixed),
        (Some(certainty), None) => (Predicted::Yes, certainty),
        (None, Some(certainty)) => (Predicted::No, certainty),
        (None, None) if outcomes.iter().any(|outcome| matches!(outcome, Outcome::OtherReason(_))) => {
            return Verdict::CannotTell(Undecided::OtherReason);
        }
        (None, None) => return Verdict::CannotTell(Undecided::NoReason),
    };
    if seen.0 == row.predicted { Verdict::Agrees(seen.1) } else { Verdict::Contradicts(seen.1) }
}

/// What may have made the difference, the likely things first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// The connection was lost just then. Try again.
    Network,
    /// A policy was changed lately and the cache has the old one. With the time until it has not, where the change is
    /// known.
    PolicyCache {
        /// Wait so long.
        wait: Option<Millis>,
    },
    /// Another policy is attached, or another version is the default one.
    OtherPolicy,
    /// It was not who was thought: for a browser the role, never the certificate.
    OtherPrincipal,
    /// The credentials have expired.
    Credentials,
    /// A quota or a rate of the account.
    Quota,
    /// The clock is off, so that signatures are not valid.
    Clock,
}

/// What is known around a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// When it was run.
    pub run: UnixTime,
    /// When a policy was changed last, where the user says.
    pub policy_changed: Option<UnixTime>,
}

/// What to look at for a row; nothing where it is not contradicted.
#[must_use]
pub fn suspects(prediction: &Prediction, compared: &Compared, around: &Circumstances) -> Vec<Suspect> {
    let Verdict::Contradicts(certainty) = compared.verdict else { return Vec::new() };
    let Some(row) = prediction.rows().get(compared.row) else { return Vec::new() };
    let mut suspects = Vec::new();
    if certainty == Certainty::Likely {
        suspects.push(Suspect::Network);
    }
    match around.policy_changed {
        None => suspects.push(Suspect::PolicyCache { wait: None }),
        Some(changed) => {
            let age = Millis::from_seconds(around.run.0.saturating_sub(changed.0));
            let wait = Millis(POLICY_CACHE.0.saturating_sub(age.0));
            if wait > Millis(0) {
                suspects.push(Suspect::PolicyCache { wait: Some(wait) });
            }
        }
    }
    suspects.extend([Suspect::OtherPolicy, Suspect::OtherPrincipal]);
    // What was let in was not kept out by these.
    if row.predicted == Predicted::Yes {
        let signed = matches!(prediction.sign_in(), SignIn::SigV4 | SignIn::Cognito | SignIn::CognitoGuest);
        let connects = row.ask == Ask::Connect;
        suspects.extend((connects && signed).then_some(Suspect::Credentials));
        suspects.push(Suspect::Quota);
        suspects.extend((connects && signed).then_some(Suspect::Clock));
    }
    suspects
}
