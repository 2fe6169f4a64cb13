//! Connections that ended because the other side was silent.

use crate::iot::time::Millis;
use crate::mqtt::ReasonCode;
use crate::timeline::Party;

use super::story::Story;
use super::{Certainty, Finding, FindingKind, Rival, evidence, witness};

/// By its code, by the client's own PINGREQ that nobody answered, or by a close after a silence of one and a half
/// times the keep-alive (MQTT-3.1.2-24).
pub(super) fn lost(story: &Story<'_>) -> Option<Finding> {
    story.accepted()?;
    let found = |by, certainty, marks: [Option<usize>; 2], rivals| Finding {
        kind: FindingKind::KeepAliveLost { connection: story.connection, by },
        certainty,
        version: story.version,
        evidence: evidence(marks.into_iter().flatten()),
        rivals,
    };
    let last = story.last_sent.map(|mark| mark.index);
    if let Some((mark, code)) = story.disconnect {
        let told = (code == ReasonCode::KEEP_ALIVE_TIMEOUT)
            .then(|| found(Party::Server, Certainty::Stated, [last, Some(mark.index)], Vec::new()));
        return told;
    }
    let (closed, by) = story.closed?;
    if by == Party::Client {
        // Only a client that waits for PINGRESP closes with a PINGREQ for its last packet.
        let ping = story.ping.filter(|ping| story.left.is_none() && Some(*ping) == story.last_sent)?;
        let marks = [Some(ping.index), Some(closed.index)];
        return Some(found(Party::Client, Certainty::Stated, marks, Vec::new()));
    }
    if let Some(told) = story.testified(&[witness::SILENT]).ok()? {
        let mut finding = found(Party::Server, Certainty::Stated, [last, Some(closed.index)], Vec::new());
        finding.evidence = evidence(finding.evidence.into_iter().chain([told.index]));
        return Some(finding);
    }
    let silence = closed.at - story.last_sent?.at;
    let patience = Millis(u64::from(story.keep_alive) * 1500);
    (story.keep_alive > 0 && silence >= patience && by != Party::Network).then(|| {
        found(Party::Server, Certainty::Likely, [last, Some(closed.index)], vec![Rival::NetworkLoss])
    })
}
