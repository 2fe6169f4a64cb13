//! Observations from the entries of a run.

use std::collections::BTreeMap;

use super::{Observation, Outcome, Witness};
use crate::live::predict::Ask;
use crate::mqtt::{Packet, PacketId, Properties, Property, Qos, ReasonCode, Version};
use crate::timeline::{Certainty, ConnectionRef, Entry, Finding, FindingKind, SessionId, What};

/// Not authorized, in the CONNACK of MQTT 3.1.1 (table 3.1).
const NOT_AUTHORIZED_V311: ReasonCode = ReasonCode(5);

/// What the packets of a recording show, in its order; then what its diagnosis adds: refusals that no packet states, and
/// takeovers. Only what a client can see counts, so a simulated run is read like a real one. `findings` are what
/// [`diagnose`](crate::timeline::diagnose) makes of the entries.
#[must_use]
pub fn recorded(entries: &[Entry], findings: &[Finding]) -> Vec<Observation> {
    let mut connections: BTreeMap<ConnectionRef, Seen> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let seen = connections.entry(entry.connection).or_default();
        for (ask, outcome) in seen.tell(&entry.what) {
            found.push(observation(place, entry.connection.session, seen.client_id.clone(), ask, outcome));
        }
    }
    for finding in findings {
        let place = finding.evidence.last().copied().unwrap_or_default();
        let refused = Outcome::Refused(finding.certainty);
        let mut add = |connection: ConnectionRef, ask: Ask, outcome: Outcome| {
            let id = connections.get(&connection).and_then(|seen| seen.client_id.clone());
            found.push(observation(place, connection.session, id, ask, outcome));
        };
        match &finding.kind {
            FindingKind::TakenOver { old, .. } => {
                add(*old, Ask::Takeover, Outcome::Yes(finding.certainty));
            }
            FindingKind::ConnectTooSoon { connection, .. } => {
                add(*connection, Ask::Connect, Outcome::OtherReason(None));
            }
            // An answer that states its code was seen as a packet; a DISCONNECT or a close only the diagnosis connects
            // with what it answers.
            _ if entries.get(place).is_some_and(|entry| is_answer(&entry.what)) => {}
            FindingKind::ConnectRefused { connection, .. } => add(*connection, Ask::Connect, refused),
            FindingKind::PublishRefused { connection, topic, .. } => {
                add(*connection, Ask::Publish { topic: topic.clone() }, refused);
            }
            FindingKind::SubscribeRefused { connection, filters, .. } => {
                // Of several filters nobody knows which one it was.
                let outcome = if filters.len() == 1 { refused } else { Outcome::Unclear };
                for filter in filters {
                    add(*connection, Ask::Subscribe { filter: filter.clone() }, outcome);
                }
            }
            _ => {}
        }
    }
    found
}

fn is_answer(what: &What) -> bool {
    let What::Received(wire) = what else { return false };
    matches!(wire.packet, Ok(Packet::ConnAck(_) | Packet::SubAck(_) | Packet::PubAck(_) | Packet::PubRec(_)))
}

fn observation(
    place: usize,
    session: SessionId,
    client_id: Option<String>,
    ask: Ask,
    outcome: Outcome,
) -> Observation {
    Observation { witness: Witness::Packets, place, session: Some(session), client_id, ask, outcome }
}

/// What was seen of a connection so far.
#[derive(Default)]
struct Seen {
    client_id: Option<String>,
    version: Option<Version>,
    opened: bool,
    /// Filters and topics that wait for their answer.
    subscribing: BTreeMap<PacketId, Vec<String>>,
    publishing: BTreeMap<PacketId, String>,
    /// Topics by alias, sent and received (MQTT 5 section 3.3.2.3.4).
    aliases: [BTreeMap<u16, String>; 2],
}

impl Seen {
    fn tell(&mut self, what: &What) -> Vec<(Ask, Outcome)> {
        match what {
            What::Opened => self.opened = true,
            // The handshake failed; the browser does not say how.
            What::Closed(_) if !self.opened => return vec![(Ask::Connect, Outcome::Unclear)],
            What::Sent(wire) => {
                self.opened = true;
                if let Ok(packet) = &wire.packet {
                    self.sent(packet);
                }
            }
            What::Received(wire) => {
                if let Ok(packet) = &wire.packet {
                    return self.received(packet);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn sent(&mut self, packet: &Packet) {
        match packet {
            Packet::Connect(connect) => {
                self.client_id = Some(connect.client_id.clone());
                self.version = Some(connect.version);
            }
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.filters.iter().map(|one| one.filter.clone()).collect();
                self.subscribing.insert(subscribe.packet_id, filters);
            }
            Packet::Publish(publish) => {
                let topic = self.topic(0, &publish.topic, &publish.properties);
                if let (Some(id), true) = (publish.packet_id, publish.qos != Qos::AtMostOnce) {
                    self.publishing.insert(id, topic);
                }
            }
            _ => {}
        }
    }

    fn received(&mut self, packet: &Packet) -> Vec<(Ask, Outcome)> {
        match packet {
            Packet::ConnAck(answer) => {
                let assigned = answer.properties.0.iter().find_map(|property| match property {
                    Property::AssignedClientIdentifier(id) => Some(id.clone()),
                    _ => None,
                });
                self.client_id = assigned.or_else(|| self.client_id.take());
                let not_authorized = match self.version {
                    Some(Version::V5) => ReasonCode::NOT_AUTHORIZED,
                    _ => NOT_AUTHORIZED_V311,
                };
                vec![(Ask::Connect, outcome(answer.code, answer.code == ReasonCode::SUCCESS, not_authorized))]
            }
            Packet::SubAck(answer) => {
                let filters = self.subscribing.remove(&answer.packet_id).unwrap_or_default();
                let asks = filters.into_iter().zip(&answer.codes);
                asks.map(|(filter, code)| (Ask::Subscribe { filter }, answered(*code))).collect()
            }
            Packet::PubAck(ack) | Packet::PubRec(ack) => {
                let topic = self.publishing.remove(&ack.packet_id);
                topic.map(|topic| (Ask::Publish { topic }, answered(ack.code))).into_iter().collect()
            }
            Packet::Publish(publish) => {
                let topic = self.topic(1, &publish.topic, &publish.properties);
                vec![(Ask::Receive { topic }, Outcome::Yes(Certainty::Stated))]
            }
            _ => Vec::new(),
        }
    }

    fn topic(&mut self, way: usize, topic: &str, properties: &Properties) -> String {
        let alias = properties.0.iter().find_map(|property| match property {
            Property::TopicAlias(alias) => Some(*alias),
            _ => None,
        });
        let (Some(alias), Some(aliases)) = (alias, self.aliases.get_mut(way)) else {
            return topic.to_owned();
        };
        if topic.is_empty() {
            return aliases.get(&alias).cloned().unwrap_or_default();
        }
        aliases.insert(alias, topic.to_owned());
        topic.to_owned()
    }
}

/// Of a SUBACK, PUBACK or PUBREC. The 0x80 of a 3.1.1 SUBACK does not say why.
pub(super) fn answered(code: ReasonCode) -> Outcome {
    outcome(code, !code.is_failure(), ReasonCode::NOT_AUTHORIZED)
}

pub(super) fn outcome(code: ReasonCode, accepted: bool, not_authorized: ReasonCode) -> Outcome {
    match code {
        _ if accepted => Outcome::Yes(Certainty::Stated),
        code if code == not_authorized => Outcome::Refused(Certainty::Stated),
        ReasonCode::UNSPECIFIED_ERROR => Outcome::Unclear,
        code => Outcome::OtherReason(Some(code)),
    }
}
