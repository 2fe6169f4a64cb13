//! Clients that left by themselves and by that gave something up: their will, or messages that came for them later. Who
//! gave up nothing that shows is not worth a word.

use super::story::{Mark, Story};
use super::{Certainty, Finding, FindingKind, evidence};

/// At most one finding for each connection.
pub(super) fn find(stories: &[Story<'_>]) -> Vec<Finding> {
    stories.iter().filter_map(|story| judge(story, stories)).collect()
}

fn judge(story: &Story<'_>, stories: &[Story<'_>]) -> Option<Finding> {
    let accepted = story.accepted()?;
    // After a DISCONNECT of the server there is nothing left to leave.
    let left = story.left.filter(|_| story.disconnect.is_none())?;
    // What waits for a session that lasts is not given up.
    let gives_up_messages = !story.lasting && !story.granted.is_empty();
    // A will that came after all: the DISCONNECT has not arrived.
    let came = |will: &&str| {
        let received = stories.iter().flat_map(|other| &other.received);
        received.into_iter().any(|(topic, mark)| topic == will && mark.index > left.index)
    };
    let withdrawn = story.withdrawn.filter(|will| !came(will));
    if withdrawn.is_none() && !gives_up_messages {
        return None;
    }
    let same_session = stories.iter().filter(|other| other.connection.session == story.connection.session);
    let back = same_session.filter_map(|other| other.connect).map(|connect| connect.index);
    let back = back.filter(|index| *index > left.index).min();
    let away = |sent: &Mark| left.index < sent.index && back.is_none_or(|back| sent.index < back);
    let others = stories.iter().filter(|other| gives_up_messages && other.connection != story.connection);
    let missed = others
        .flat_map(|other| &other.published)
        .filter(|(topic, sent)| away(sent) && story.subscribed(topic).is_some())
        .min_by_key(|(_, sent)| sent.index);
    if withdrawn.is_none() && missed.is_none() {
        return None;
    }
    let connect = withdrawn.and(story.connect);
    let granted = missed.and_then(|(topic, _)| story.subscribed(topic));
    let closed = story.closed.map(|(closed, _)| closed);
    let marks = [connect, Some(accepted), granted, Some(left), closed, missed.map(|(_, sent)| *sent)];
    Some(Finding {
        kind: FindingKind::Left {
            connection: story.connection,
            will: withdrawn.map(str::to_owned),
            missed: missed.map(|(topic, _)| (*topic).to_owned()),
        },
        certainty: Certainty::Stated,
        version: story.version,
        evidence: evidence(marks.into_iter().flatten().map(|mark| mark.index)),
        rivals: Vec::new(),
    })
}
