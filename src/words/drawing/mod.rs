//! What stands in the drawing of a timeline, and the drawing as shapes, as an SVG file and as text.

mod shape;
mod svg;
mod text;

pub use shape::{Form, Hue, Look, Shape, shapes};
pub use svg::svg;
pub use text::text;

use super::{Text, timeline};
use crate::iot::time::{Instant, Millis};
use crate::mqtt::Packet;
use crate::timeline::drawing::{Bracket, Drawing, Ending, Join, Lane};
use crate::timeline::{ConnectionRef, Entry, Finding, FindingKind, Record, What};

/// What it is a picture of, in one or a few sentences: for those who cannot see it, and as its description.
#[must_use]
pub fn summary(record: &Record, drawing: &Drawing) -> String {
    let lanes = drawing.lanes().map(|lane| lane.count).sum::<usize>() + drawing.left_out;
    let mut said = vec![format!(
        "{} from {} s to {} s: {} and {}.",
        counted(record.sessions.len(), "session"),
        seconds(drawing.view.from(), Millis(1)),
        seconds(drawing.view.to(), Millis(1)),
        counted(lanes, "connection"),
        counted(record.entries.len(), "event"),
    )];
    let name = |connection| who(record, connection);
    // More are told below the picture; a summary that goes on for minutes is none. A war says the most.
    let is_war = |finding: &Finding| matches!(finding.kind, FindingKind::TakeoverWar { .. });
    let (wars, others): (Vec<_>, Vec<_>) = record.findings.iter().cloned().partition(is_war);
    let first: Vec<Finding> = wars.into_iter().chain(others).take(3).collect();
    said.extend(timeline::findings(&first, name).iter().map(Text::to_string));
    match record.findings.len() - first.len() {
        0 => {}
        1 => said.push("And one more finding.".to_owned()),
        more => said.push(format!("And {more} more findings.")),
    }
    said.join(" ")
}

/// The connection as the log names it: `A`, or `A #2` from the second one on.
#[must_use]
pub fn who(record: &Record, connection: ConnectionRef) -> String {
    let name = record.session(connection.session).map_or("?", |session| session.name.as_str());
    if connection.number > 1 { format!("{name} #{}", connection.number) } else { name.to_owned() }
}

/// One event in a line: when, who, which way, what.
#[must_use]
pub fn event(record: &Record, entry: &Entry) -> String {
    let way = match &entry.what {
        What::Sent(_) => "sent ",
        What::Received(_) => "received ",
        _ => "",
    };
    let what = timeline::what(&entry.what, record.version(entry.connection.session));
    format!("{} s, {}: {way}{what}", seconds(entry.at, Millis(1)), who(record, entry.connection))
}

/// How many events there are.
#[must_use]
pub fn events(count: usize) -> String {
    counted(count, "event")
}

/// How many of them are shown.
#[must_use]
pub fn events_of(shown: usize, count: usize) -> String {
    format!("{shown} of {}", events(count))
}

/// The name of a lane.
fn lane(record: &Record, lane: &Lane) -> String {
    let connection = ConnectionRef { session: lane.session, number: lane.number };
    if lane.count > 1 {
        format!("{} ({})", who(record, ConnectionRef { number: 0, ..connection }), lane.count)
    } else {
        who(record, connection)
    }
}

/// The client ID of a group.
fn client_id(client_id: &str) -> &str {
    if client_id.is_empty() { "(no client ID)" } else { client_id }
}

/// Beside the end of a lane whose session lost its client ID.
fn join(record: &Record, join: &Join) -> String {
    match (join.count, join.by) {
        (1, Some(by)) => format!("newcomer wins: {}", who(record, by)),
        (1, None) => "newcomer wins".to_owned(),
        (count, _) => format!("{count} takeovers"),
    }
}

/// Beside the end of any other lane; nothing where the client left.
const fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::ByClient => "",
        Ending::Unknown => "closed",
        Ending::ByServer => "closed by the endpoint",
        Ending::Lost => "network lost",
        Ending::Refused => "refused",
        Ending::TakenOver => "taken over",
    }
}

fn bracket(bracket: &Bracket) -> String {
    let Millis(period) = bracket.period;
    format!("reconnect loop: period {}.{} s, {} rounds", period / 1000, period % 1000 / 100, bracket.rounds)
}

fn queued(queued: usize) -> Option<String> {
    (queued > 0).then(|| format!("{queued} queued"))
}

fn left_out(connections: usize) -> Option<String> {
    (connections > 0).then(|| format!("{} more: see the event log.", counted(connections, "connection")))
}

/// A time with as many decimals as neighbours `step` apart need.
fn seconds(at: Instant, step: Millis) -> String {
    let (whole, rest) = (at.0 / 1000, at.0 % 1000);
    match step.0 {
        step if step % 1000 == 0 => whole.to_string(),
        step if step % 100 == 0 => format!("{whole}.{}", rest / 100),
        step if step % 10 == 0 => format!("{whole}.{:02}", rest / 10),
        _ => format!("{whole}.{rest:03}"),
    }
}

/// A request in a few characters, with what came of it where a decision is recorded.
fn request(packet: &Packet) -> Option<String> {
    match packet {
        Packet::Connect(_) => Some("CONNECT".to_owned()),
        Packet::Publish(publish) => Some(format!("PUB {}", publish.topic)),
        Packet::Subscribe(subscribe) => {
            let filters: Vec<&str> = subscribe.filters.iter().map(|line| line.filter.as_str()).collect();
            Some(format!("SUB {}", filters.join(", ")))
        }
        Packet::Unsubscribe(unsubscribe) => Some(format!("UNSUB {}", unsubscribe.filters.join(", "))),
        Packet::Disconnect(_) => Some("DISCONNECT".to_owned()),
        _ => None,
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Text of users with nothing in it that is not to be seen: control characters would break the lines of a text and are
/// no XML at all.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c })
        .collect()
}

/// The same with at most `length` characters.
fn short(text: &str, length: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= length {
        return text;
    }
    text.chars().take(length.saturating_sub(1)).chain(['\u{2026}']).collect()
}
