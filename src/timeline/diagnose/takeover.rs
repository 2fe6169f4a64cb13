//! Takeovers: the end of one connection joined to the CONNECT that caused it.
//!
//! MQTT 5 states the takeover (DISCONNECT 0x8E) and leaves open who it was. MQTT 3.1.1 closes without a word:
//! a close by the other end, right after another recorded session was accepted with the same client ID, is
//! likely a takeover. It cannot be one before the newcomer has sent its CONNECT; when that reached the broker is
//! not seen, since CONNACK may be long in coming. A wordless close at that very time for another reason, such
//! as a refused request, cannot be told apart.

use std::collections::BTreeMap;

use crate::iot::time::Millis;
use crate::mqtt::ReasonCode;

use super::story::Story;
use super::{Certainty, Finding, FindingKind, Rival, evidence, witness};

/// How long after the newcomer's CONNACK a wordless close still counts as its doing. AWS gives no order of the
/// two and advises to wait 5 seconds before trusting a disconnect (Developer Guide, Lifecycle events).
const WINDOW: Millis = Millis::from_seconds(5);

pub(super) fn find(stories: &[Story<'_>]) -> Vec<Finding> {
    let mut namesakes: BTreeMap<&str, Vec<&Story<'_>>> = BTreeMap::new();
    for story in stories {
        if let Some(client_id) = story.client_id {
            namesakes.entry(client_id).or_default().push(story);
        }
    }
    stories
        .iter()
        .filter_map(|old| {
            let client_id = old.client_id?;
            judge(old, client_id, namesakes.get(client_id)?)
        })
        .collect()
}

fn judge(old: &Story<'_>, client_id: &str, namesakes: &[&Story<'_>]) -> Option<Finding> {
    let accepted = old.accepted()?;
    let coded = old.disconnect.filter(|(_, code)| *code == ReasonCode::SESSION_TAKEN_OVER);
    let testified = old.testified(&[witness::TAKEN_OVER]);
    let end = match coded {
        Some((mark, _)) => mark,
        // Another reason was given.
        None if old.disconnect.is_some() || testified.is_err() => return None,
        None => old.ended_by_other()?,
    };
    let testified = testified.ok().flatten();
    let stated = coded.is_some() || testified.is_some();
    let newcomers: Vec<_> = namesakes
        .iter()
        .filter(|new| new.connection != old.connection)
        .filter_map(|new| {
            let connect = new.connect?;
            // A takeover that is stated needs no CONNACK: the newcomer may have been cut off before it came.
            let unanswered = Some(connect).filter(|_| stated && new.connack.is_none());
            Some((new, connect, new.accepted().or(unanswered)?))
        })
        // It came while the old connection stood, and was accepted about when that ended.
        .filter(|(_, connect, answer)| {
            accepted.index < answer.index
                && connect.index < end.index
                && (stated || connect.at <= end.at)
                && end.at <= answer.at + WINDOW
        })
        .collect();
    let newcomer = newcomers.iter().min_by_key(|(_, _, answer)| (end.at - answer.at).max(answer.at - end.at));
    let certainty = match (stated, newcomer) {
        (true, _) => Certainty::Stated,
        (false, Some(_)) => Certainty::Likely,
        (false, None) => return None,
    };
    let marks = [Some(accepted), Some(end), old.closed.map(|(mark, _)| mark), testified];
    let chosen = newcomer.map(|(new, ..)| new.connection);
    let others = newcomers.iter().map(|(new, ..)| new.connection).filter(|other| Some(*other) != chosen);
    let mut rivals = Vec::new();
    if certainty == Certainty::Likely {
        rivals.push(Rival::NetworkLoss);
        rivals.extend((!old.open.is_empty()).then_some(Rival::NoRight));
    }
    rivals.extend(others.map(Rival::OtherNewcomer));
    let seen = newcomer.iter().flat_map(|(_, connect, answer)| [Some(*connect), Some(*answer)]);
    Some(Finding {
        kind: FindingKind::TakenOver { client_id: client_id.to_owned(), old: old.connection, new: chosen },
        certainty,
        version: old.version,
        rivals,
        evidence: evidence(marks.into_iter().chain(seen).flatten().map(|mark| mark.index)),
    })
}
