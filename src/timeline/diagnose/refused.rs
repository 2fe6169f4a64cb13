//! Refused requests: told by a code, or by a close while an answer was due.
//!
//! AWS IoT Core answers a refused CONNECT, SUBSCRIBE or PUBLISH of MQTT 3.1.1 with a bare close (observed:
//! the js-v2 migration guide, the parallel-sessions article). A network that fails at that moment looks the
//! same in a browser, hence [`Certainty::Likely`].

use crate::mqtt::ReasonCode;
use crate::timeline::ConnectionRef;

use super::story::{Asked, Story, Wish};
use super::{Certainty, Finding, FindingKind, Rival, evidence, witness};

/// Refusals that a packet states.
pub(super) fn by_code(story: &Story<'_>) -> Vec<Finding> {
    let connect =
        story.connack.filter(|(_, code)| *code != ReasonCode::SUCCESS).map(|(answer, code)| Finding {
            kind: FindingKind::ConnectRefused {
                client_id: story.client_id.unwrap_or_default().to_owned(),
                connection: story.connection,
                code: Some(code),
            },
            certainty: Certainty::Stated,
            version: story.version,
            rivals: Vec::new(),
            evidence: evidence(story.connect.into_iter().chain([answer]).map(|mark| mark.index)),
        });
    let requests = story.refused.iter().map(|refused| Finding {
        kind: kind(story.connection, &refused.asked, Some(refused.code)),
        certainty: Certainty::Stated,
        version: story.version,
        rivals: Vec::new(),
        evidence: evidence([refused.asked.mark.index, refused.answer.index]),
    });
    connect.into_iter().chain(requests).collect()
}

/// Refusals that only the end of the connection tells. At most one: the end has one cause.
pub(super) fn by_silence(story: &Story<'_>) -> Option<Finding> {
    let code = story.disconnect.map(|(_, code)| code);
    if code.is_some_and(|code| code != ReasonCode::NOT_AUTHORIZED) {
        return None;
    }
    let closed = story.ended_by_other()?;
    let testified = story.testified(&witness::NO_RIGHT).ok()?;
    let said = story.disconnect.map(|(mark, _)| mark.index);
    let (kind, asked) = if story.accepted().is_some() {
        // The oldest open request: the broker handles them in order. A QoS 0 message is blamed only when a
        // code says that a right was missing.
        let asked = story.open.first();
        let asked =
            asked.or(story.unanswerable.as_ref().filter(|_| code.is_some() || testified.is_some()))?;
        (kind(story.connection, asked, code), asked.mark)
    } else if story.connack.is_none() {
        let client_id = story.client_id?.to_owned();
        let connection = story.connection;
        (FindingKind::ConnectRefused { client_id, connection, code }, story.connect?)
    } else {
        return None;
    };
    Some(Finding {
        kind,
        certainty: if testified.is_some() { Certainty::Stated } else { Certainty::Likely },
        version: story.version,
        rivals: if testified.is_some() { Vec::new() } else { vec![Rival::NetworkLoss, Rival::Limit] },
        evidence: evidence(
            [asked.index, closed.index].into_iter().chain(said).chain(testified.map(|mark| mark.index)),
        ),
    })
}

fn kind(connection: ConnectionRef, asked: &Asked<'_>, code: Option<ReasonCode>) -> FindingKind {
    match &asked.what {
        Wish::Publish(topic) => FindingKind::PublishRefused { connection, topic: (*topic).to_owned(), code },
        Wish::Subscribe(filters) => FindingKind::SubscribeRefused {
            connection,
            filters: filters.iter().map(|filter| (*filter).to_owned()).collect(),
            code,
        },
    }
}
