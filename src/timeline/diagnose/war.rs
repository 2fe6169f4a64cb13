//! Takeover wars: two clients with one client ID that both come back and evict each other, round after round.

use std::collections::{BTreeMap, BTreeSet};

use crate::iot::time::{Instant, Millis};
use crate::timeline::{Entry, SessionId};

use super::{Finding, FindingKind, evidence};

/// Takeovers of one client ID that make a war. Two can be a restart that went wrong.
const ROUNDS: usize = 3;

/// The longest peace within a war. Common clients wait up to 1 minute before they come back, so both sides
/// together need at most twice that.
const PEACE: Millis = Millis::from_seconds(120);

/// One takeover: when, whose connection ended, what was found.
struct Round<'a> {
    at: Instant,
    loser: SessionId,
    finding: &'a Finding,
}

/// The wars among the takeovers that were found.
pub(super) fn find(entries: &[Entry], takeovers: &[Finding]) -> Vec<Finding> {
    let mut rounds: BTreeMap<&str, Vec<Round<'_>>> = BTreeMap::new();
    for finding in takeovers {
        let FindingKind::TakenOver { client_id, old, .. } = &finding.kind else { continue };
        let last = finding.evidence.iter().filter_map(|index| entries.get(*index)).next_back();
        if let Some(last) = last {
            let round = Round { at: last.at, loser: old.session, finding };
            rounds.entry(client_id).or_default().push(round);
        }
    }
    rounds.into_iter().flat_map(|(client_id, rounds)| wars_of(client_id, rounds)).collect()
}

fn wars_of(client_id: &str, mut rounds: Vec<Round<'_>>) -> Vec<Finding> {
    rounds.sort_by_key(|round| round.at);
    let campaigns = rounds.chunk_by(|one, next| next.at - one.at <= PEACE);
    campaigns.filter_map(|rounds| war(client_id, rounds)).collect()
}

/// A war when somebody who lost the client ID came back and lost it again.
fn war(client_id: &str, rounds: &[Round<'_>]) -> Option<Finding> {
    let (first, last) = (rounds.first()?, rounds.last()?);
    let losers: BTreeSet<SessionId> = rounds.iter().map(|round| round.loser).collect();
    if rounds.len() < ROUNDS || losers.len() == rounds.len() {
        return None;
    }
    let pauses = u64::try_from(rounds.len()).ok()?.checked_sub(1)?;
    Some(Finding {
        kind: FindingKind::TakeoverWar {
            client_id: client_id.to_owned(),
            rounds: rounds.len(),
            losers: losers.into_iter().collect(),
            period: Millis((last.at - first.at).0.checked_div(pauses)?),
        },
        certainty: rounds.iter().map(|round| round.finding.certainty).max()?,
        version: last.finding.version,
        rivals: Vec::new(),
        evidence: evidence(rounds.iter().flat_map(|round| round.finding.evidence.iter().copied())),
    })
}
