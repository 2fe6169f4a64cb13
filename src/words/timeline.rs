//! What happened on a timeline, and what was found out about it.

use super::{Text, session};
use crate::broker::{Cause, News, Request, Verdict};
use crate::client::{self, Output};
use crate::mqtt::{PacketKind, ReasonCode, Version, summary};
use crate::timeline::{Certainty, Close, ConnectionRef, Finding, FindingKind, Party, Rival, What};

/// One entry of the log. `version` is the one that its connection speaks.
#[must_use]
pub fn what(what: &What, version: Version) -> Text {
    let text = Text::new();
    match what {
        What::Opened => text.say("transport open"),
        What::Closed(close) => text.say(closed(close)),
        What::Sent(wire) | What::Received(wire) => match &wire.packet {
            Ok(packet) => text.say(summary(packet, version)),
            Err(why) => text.say(format!("{} bytes that cannot be read: {why}", wire.bytes.len())),
        },
        What::Decided { request, verdict, .. } => decided(request, *verdict),
        What::Broker(news) => broker(news),
        What::Client(output) => said_by_client(output),
        What::Told(sentence) => super::check::ticked(sentence),
    }
}

/// One finding, and how sure it is; `name` gives the name of a session's connection.
#[must_use]
pub fn finding(finding: &Finding, name: impl Fn(ConnectionRef) -> String) -> Text {
    findings(std::slice::from_ref(finding), name).pop().unwrap_or_default()
}

/// Findings, one text each. Of neighbours that are equally sure for the same reason only the last says so, for all.
#[must_use]
pub fn findings(list: &[Finding], name: impl Fn(ConnectionRef) -> String) -> Vec<Text> {
    let alike =
        |one: &Finding, other: &Finding| one.certainty == other.certainty && one.rivals == other.rivals;
    let neighbours = list.chunk_by(alike).flat_map(|group| {
        let last = group.len();
        (1..=last).zip(group).map(move |(number, finding)| (finding, (number == last).then_some(last)))
    });
    let said = |(finding, of): (&Finding, Option<usize>)| match of {
        Some(of) => doubt(found(finding, &name), finding, of, &name),
        None => found(finding, &name),
    };
    neighbours.map(said).collect()
}

/// What was found.
fn found(finding: &Finding, name: &impl Fn(ConnectionRef) -> String) -> Text {
    let text = Text::new();
    match &finding.kind {
        FindingKind::TakenOver { client_id, old, new: Some(new) } => text
            .say(format!("{} was thrown out by {}: both use the client ID ", name(*old), name(*new)))
            .code(client_id)
            .say(", and the newcomer wins."),
        FindingKind::TakenOver { client_id, old, new: None } => text
            .say(format!("{} was thrown out: another connection came with the client ID ", name(*old)))
            .code(client_id)
            .say(". It was none of this page's sessions."),
        FindingKind::TakenOverElsewhere { client_id, new } => {
            let text = match new {
                Some(new) => {
                    text.say(format!("{} threw out a client elsewhere: both use the client ID ", name(*new)))
                }
                None => text.say("Elsewhere one client threw out another: both use the client ID "),
            };
            text.code(client_id)
                .say(". The lifecycle event names the reason: ")
                .code("DUPLICATE_CLIENTID")
                .say(".")
        }
        FindingKind::TakeoverWar { client_id, rounds, losers, period } => {
            let losers: Vec<String> =
                losers.iter().map(|session| name(ConnectionRef { session: *session, number: 0 })).collect();
            text.say("Takeover war over the client ID ").code(client_id).say(format!(
                ": its clients reconnect and evict each other, {rounds} times so far, every {}.{} s. Thrown out, and \
                 back: {}.",
                period.0 / 1000,
                period.0 % 1000 / 100,
                losers.join(", ")
            ))
        }
        FindingKind::ConnectRefused { client_id, connection, code: None } => text
            .say(format!(
                "{} was refused: the connection was closed without an answer to CONNECT as ",
                name(*connection)
            ))
            .code(client_id)
            .say("."),
        FindingKind::ConnectRefused { client_id, connection, code: Some(code) } => text
            .say(format!("{} was refused as ", name(*connection)))
            .code(client_id)
            .say(format!(": {}.", code_name(finding.version, PacketKind::ConnAck, *code))),
        FindingKind::PublishRefused { connection, topic, code } => text
            .say(format!("{} may not publish to ", name(*connection)))
            .code(topic)
            .say(coded(finding.version, PacketKind::PubAck, *code)),
        FindingKind::SubscribeRefused { connection, filters, code } => text
            .say(format!("{} may not subscribe to ", name(*connection)))
            .code(filters.join(", "))
            .say(coded(finding.version, PacketKind::SubAck, *code)),
        FindingKind::ConnectTooSoon { client_id, connection } => text
            .say(format!("{} was refused: less than a second after another CONNECT as ", name(*connection)))
            .code(client_id)
            .say("."),
        FindingKind::LimitReached { connection, code } => text.say(format!(
            "{} was ended because of a limit: {}.",
            name(*connection),
            code_name(finding.version, PacketKind::Disconnect, *code)
        )),
        FindingKind::KeepAliveLost { connection, by: Party::Client } => {
            text.say(format!("{} was given up by its client: PINGREQ was not answered.", name(*connection)))
        }
        FindingKind::KeepAliveLost { connection, .. } => text.say(format!(
            "{} was ended by the endpoint: it heard nothing for one and a half times the keep-alive.",
            name(*connection)
        )),
        FindingKind::NotReceived { connection, publisher, topic } => text
            .say(format!("{} did not get what {} published to ", name(*connection), name(*publisher)))
            .code(topic)
            .say(", though it subscribed. Most likely it has no right to receive it; no packet says so."),
        FindingKind::Left { connection, will, missed } => {
            let text = text.say(format!("{} left by itself: it sent DISCONNECT.", name(*connection)));
            let text = match will {
                Some(topic) => text
                    .say(" So its will to ")
                    .code(topic)
                    .say(" was not sent: that is for connections that end without DISCONNECT."),
                None => text,
            };
            match missed {
                Some(topic) => text
                    .say(" Its session ended with the connection, so it did not get what was published to ")
                    .code(topic)
                    .say(" afterwards."),
                None => text,
            }
        }
    }
}

/// How sure so many findings are, and what would have looked the same.
fn doubt(text: Text, finding: &Finding, of: usize, name: &impl Fn(ConnectionRef) -> String) -> Text {
    let text = match (finding.certainty, of) {
        (Certainty::Stated, _) => text,
        (Certainty::Likely, 1) => text.say(" No reason was given; this is what the order of events shows."),
        (Certainty::Likely, _) => text.say(format!(
            " No reason was given for any of these {of}; they are what the order of events shows."
        )),
    };
    let rivals: Vec<String> = finding.rivals.iter().map(|one| rival(one, name)).collect();
    if rivals.is_empty() {
        text
    } else {
        text.say(format!(" The same would be seen {}.", rivals.join(", or ")))
    }
}

/// What would have looked the same, and what would tell.
fn rival(rival: &Rival, name: &impl Fn(ConnectionRef) -> String) -> String {
    match rival {
        Rival::NetworkLoss => {
            "if the network had failed then (the log of AWS IoT Core would tell)".to_owned()
        }
        Rival::NoRight => "if a right were missing (MQTT 5 would tell)".to_owned(),
        Rival::Limit => "if a limit were reached (MQTT 5 would tell)".to_owned(),
        Rival::OtherNewcomer(other) => {
            format!("if {} had done it (the lifecycle events would tell)", name(*other))
        }
        Rival::Late => "if the message were late (a longer record would tell)".to_owned(),
    }
}

/// What there is to know of an entry beyond its line in the log; nothing for most.
#[must_use]
pub fn more(what: &What) -> Option<Text> {
    let What::Broker(News::Disconnected { client_id, cause, will_published, session_kept, .. }) = what else {
        return None;
    };
    let text = Text::new();
    let text = match cause {
        Cause::TakenOver { .. } => text
            .say("The broker closed this connection because another one came with the client ID ")
            .code(client_id)
            .say(
                ": the newcomer wins, whichever certificate it has (documented). In MQTT 5 the older client gets \
                 DISCONNECT 0x8E, session taken over; in MQTT 3.1.1 it sees only the connection close.",
            ),
        _ => text.say("The connection of ").code(client_id).say(" ended."),
    };
    let will = if *will_published { " Its will was published." } else { " No will was published." };
    let kept = if *session_kept { " Its session is kept for a while." } else { "" };
    Some(
        text.say(" Reason in the lifecycle event: ")
            .code(cause.reason().as_str())
            .say(".")
            .say(will)
            .say(kept),
    )
}

fn coded(version: Version, kind: PacketKind, code: Option<ReasonCode>) -> String {
    code.map_or_else(
        || ": the connection was closed without a word.".to_owned(),
        |code| format!(": {}.", code_name(version, kind, code)),
    )
}

fn code_name(version: Version, kind: PacketKind, code: ReasonCode) -> String {
    session::code(version, kind, code)
}

fn closed(close: &Close) -> String {
    let by = match close.by {
        Party::Client => "closed by the client",
        Party::Server => "closed by the endpoint",
        Party::Network => "lost by the network",
        Party::Unknown => "closed; the browser is not told by whom",
    };
    match (close.code, close.reason.as_str()) {
        (None, "") => by.to_owned(),
        (None, reason) => format!("{by}: {reason}"),
        (Some(code), "") => format!("{by}, WebSocket code {code}"),
        (Some(code), reason) => format!("{by}, WebSocket code {code}: {reason}"),
    }
}

fn decided(request: &Request, verdict: Verdict) -> Text {
    let answer = match verdict {
        Verdict::Allowed => "Allowed: ",
        Verdict::Refused => "Refused: ",
    };
    let text = Text::new().say(answer);
    match request {
        Request::Connect { .. } => text.code("iot:Connect"),
        Request::Publish { topic, retain, .. } => {
            let text = text.code("iot:Publish").say(" on ").code(topic);
            if *retain { text.say(", retained") } else { text }
        }
        Request::Subscribe { filter, .. } => text.code("iot:Subscribe").say(" on ").code(filter),
        Request::Receive { topic, .. } => text.code("iot:Receive").say(" on ").code(topic),
    }
}

/// What the client session tells and no packet shows.
fn said_by_client(output: &Output) -> Text {
    Text::new().say(match output {
        Output::Refused(refusal) => session::refusal(refusal, false),
        // Whoever reads a record need not be who disconnected.
        Output::Disconnected(client::Cause::OwnRequest) => "Disconnected by itself.".to_owned(),
        Output::Disconnected(cause) => session::cause(cause),
        Output::Rejected { why, .. } => session::misuse(why),
        Output::Lost { .. } => "A request can no longer be answered.".to_owned(),
        Output::ReconnectAt(when) => format!("Tries again at {}.{:03} s.", when.0 / 1000, when.0 % 1000),
        Output::ReconnectStopped(_) => "Does not try again.".to_owned(),
        _ => String::new(),
    })
}

fn broker(news: &News) -> Text {
    let text = Text::new();
    match news {
        News::Asked { request, ruling, .. } => decided(request, ruling.verdict),
        News::Connected { client_id, session_present, .. } => {
            let kind = if *session_present { ", older session goes on" } else { "" };
            text.say("connected ").code(client_id).say(kind)
        }
        News::Refused { client_id, .. } => text.say("refused ").code(client_id),
        News::Disconnected { client_id, cause, .. } => {
            text.say("disconnected ").code(client_id).say(": ").code(cause.reason().as_str())
        }
        News::Dropped { .. } => text.say("transport ended before any CONNECT was answered"),
        News::Published { topic, will, .. } => {
            text.say(if *will { "will published to " } else { "published to " }).code(topic)
        }
        News::PublishRefused { topic, .. } => text.say("publish refused on ").code(topic),
        News::Delivered { topic, .. } => text.say("delivered ").code(topic),
        News::DeliveryRefused { topic, .. } => {
            text.say("withheld ").code(topic).say(": the receiver may not receive it, and is not told")
        }
        News::Stored { topic, .. } => text.say("stored ").code(topic),
        News::Lost { topic, .. } => text.say("given up ").code(topic),
        News::Subscribed { filters, .. } => {
            text.say("subscribed ").code(join(filters.iter().map(|(filter, _)| filter.as_str())))
        }
        News::Unsubscribed { filters, .. } => {
            text.say("unsubscribed ").code(join(filters.iter().map(String::as_str)))
        }
        News::Throttled { topic, inbound, .. } => {
            let way = if *inbound { "discarded a message to " } else { "discarded a message for it on " };
            text.say(way).code(topic).say(": more than 100 in this second")
        }
        News::Lifecycle { event, .. } => text.say("lifecycle event ").code(event.topic()),
        News::Logged { entry, .. } => text.say("log entry ").code(entry.event_type),
        News::SessionExpired { client_id } => text.say("session expired ").code(client_id),
    }
}

fn join<'a>(filters: impl Iterator<Item = &'a str>) -> String {
    filters.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::SessionId;

    #[test]
    fn neighbours_that_are_equally_sure_say_so_once() {
        let lost = |certainty, rivals: &[Rival]| Finding {
            kind: FindingKind::KeepAliveLost {
                connection: ConnectionRef { session: SessionId(0), number: 1 },
                by: Party::Server,
            },
            certainty,
            version: Version::V311,
            evidence: Vec::new(),
            rivals: rivals.to_vec(),
        };
        let unsure = || lost(Certainty::Likely, &[Rival::NetworkLoss]);
        let list = [unsure(), unsure(), lost(Certainty::Stated, &[]), unsure()];
        let said: Vec<String> = findings(&list, |_| "A".to_owned()).iter().map(Text::to_string).collect();
        let why = said.iter().map(|said| said.split_once(" No reason was given").map_or("", |(_, why)| why));
        let why: Vec<&str> = why.map(|why| why.split_once(';').map_or("", |(why, _)| why)).collect();
        assert_eq!(why, ["", " for any of these 2", "", ""]);
        assert_eq!(said.last(), Some(&finding(&unsure(), |_| "A".to_owned()).to_string()));
        assert_eq!(said.iter().filter(|said| said.contains("The same would be seen")).count(), 2);
    }

    #[test]
    fn a_code_is_named_by_the_version_of_its_connection() {
        for (version, named) in [(Version::V311, "Failure (0x80)"), (Version::V5, "Unspecified error (0x80)")]
        {
            let connection = ConnectionRef { session: SessionId(0), number: 1 };
            let filters = vec!["cmd/#".to_owned()];
            let code = Some(ReasonCode(0x80));
            let found = Finding {
                kind: FindingKind::SubscribeRefused { connection, filters, code },
                certainty: Certainty::Stated,
                version,
                evidence: Vec::new(),
                rivals: Vec::new(),
            };
            let said = finding(&found, |_| "A".to_owned()).to_string();
            assert_eq!(said, format!("A may not subscribe to `cmd/#`: {named}."));
        }
    }
}
