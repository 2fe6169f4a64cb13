//! Limits of the broker: told by a code, or shown by a CONNECT that came too soon.

use std::collections::BTreeMap;

use crate::iot::time::{Instant, Millis};
use crate::mqtt::ReasonCode;

use super::story::Story;
use super::{Certainty, Finding, FindingKind, Rival, evidence};

/// AWS IoT Core takes one CONNECT of a client ID in a second (documented: Endpoints and quotas).
const CONNECT_INTERVAL: Millis = Millis(1000);

/// Codes of a DISCONNECT that speak of a limit (MQTT 5 table 2-6).
const LIMITS: [ReasonCode; 6] = [
    ReasonCode::RECEIVE_MAXIMUM_EXCEEDED,
    ReasonCode(0x95),
    ReasonCode(0x96),
    ReasonCode::QUOTA_EXCEEDED,
    ReasonCode(0x9F),
    ReasonCode(0xA0),
];

/// A DISCONNECT that names a limit.
pub(super) fn by_code(story: &Story<'_>) -> Option<Finding> {
    let (mark, code) = story.disconnect.filter(|(_, code)| LIMITS.contains(code))?;
    let before = story.last_sent.filter(|last| last.index < mark.index).map(|last| last.index);
    Some(Finding {
        kind: FindingKind::LimitReached { connection: story.connection, code },
        certainty: Certainty::Stated,
        version: story.version,
        evidence: evidence(before.into_iter().chain([mark.index])),
        rivals: Vec::new(),
    })
}

/// For each story, whether it is a CONNECT that was refused without a word, less than a second after another one
/// with its client ID.
pub(super) fn too_soon(stories: &[Story<'_>]) -> Vec<Option<Finding>> {
    let mut connects: BTreeMap<&str, Vec<(Instant, usize)>> = BTreeMap::new();
    for story in stories {
        if let (Some(client_id), Some(connect)) = (story.client_id, story.connect) {
            connects.entry(client_id).or_default().push((connect.at, connect.index));
        }
    }
    for connects in connects.values_mut() {
        connects.sort_unstable();
    }
    stories
        .iter()
        .map(|story| {
            let (client_id, connect) = (story.client_id?, story.connect?);
            let closed = story.ended_by_other().filter(|_| story.connack.is_none())?;
            let namesakes = connects.get(client_id)?;
            let place = namesakes.binary_search(&(connect.at, connect.index)).ok()?;
            let (before, earlier) = *namesakes.get(place.checked_sub(1)?)?;
            (connect.at - before < CONNECT_INTERVAL).then(|| Finding {
                kind: FindingKind::ConnectTooSoon {
                    client_id: client_id.to_owned(),
                    connection: story.connection,
                },
                certainty: Certainty::Likely,
                version: story.version,
                evidence: evidence([earlier, connect.index, closed.index]),
                rivals: vec![Rival::NoRight, Rival::NetworkLoss],
            })
        })
        .collect()
}
