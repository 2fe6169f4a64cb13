//! What of a log the diagnosis needs: all entries but the bulk, and of the bulk what a finding can rest on.
//!
//! Bulk is messages, their acknowledgements and pings. Of these the digest keeps, of each connection, requests that wait
//! for an answer or were refused, the last packet each way, and of each topic the last message that came; of messages that
//! were accepted the first of each stretch between two turns. A turn is where a subscriber's view begins or ends: a SUBACK, a
//! DISCONNECT, the last message that came to a connection. Whoever looks for a message that did not come finds the same one as in
//! the whole log. Lifecycle events are no bulk: they are a witness.
//!
//! Invariant: what is dropped for want of room is all that happened before some row, but for the CONNECT and CONNACK of
//! connections that stand. So a digest never shows less of a delivery than of the message that was to be delivered.
//!
//! Messages stand in it without payload and properties, but for lifecycle events of up to [`MAX_WITNESS`] bytes.
//! Bounded by entries and by bytes; what was settled last is held a second time.

use std::collections::{BTreeMap, BTreeSet};

use super::store::RowId;
use crate::iot::reserved::LIFECYCLE_EVENTS;
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{Packet, PacketId, PacketKind, Properties, Property, Publish, Qos, Version};
use crate::timeline::{ConnectionRef, Entry, What, Wire};

/// Most entries that are kept, and a tenth more; then the older half goes.
pub const MAX_ENTRIES: usize = 10_000;
/// Most bytes that the entries take, roughly, and a tenth more; then the older half goes.
pub const MAX_BYTES: usize = 16 << 20;
/// Longest payload of a lifecycle event that is looked at. AWS IoT Core's have some hundred bytes; a longer one, which another
/// broker may send, counts as any message.
pub const MAX_WITNESS: usize = 4 << 10;
/// Longest topic that is followed, in bytes; AWS IoT Core allows 256.
const MAX_TOPIC: usize = 1024;
/// Topics whose messages are followed; of further ones no message is missed.
pub const MAX_TOPICS: usize = 1000;
/// Requests without an answer that are kept of one connection.
const MAX_OPEN: usize = 100;
/// So many accepted messages of a topic are looked through at first.
const FEW: usize = 16;
/// That a message did not come shows by and by, also when nothing but bulk follows.
const LATE: Millis = Millis::from_seconds(5);

/// The digest of a log.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// What is no bulk, and requests that were refused.
    kept: BTreeMap<RowId, Entry>,
    connections: BTreeMap<ConnectionRef, Traffic>,
    /// The messages that were accepted, by topic.
    accepted: BTreeMap<String, Accepted>,
    topics: BTreeSet<String>,
    /// Rows of SUBACK and DISCONNECT, rising.
    turns: Vec<RowId>,
    /// Something came on which a finding can rest.
    news: bool,
    last: Instant,
    /// Entries since room was looked for.
    taken: usize,
    /// The bytes of these.
    weighed: usize,
    settled_at: Instant,
    settled: Vec<Entry>,
    rows: Vec<RowId>,
}

/// What is remembered of the bulk of one connection.
#[derive(Clone, Debug, Default)]
struct Traffic {
    open: Vec<(RowId, Entry)>,
    sent: Option<(RowId, Entry)>,
    received: Option<(RowId, Entry)>,
    pong: Option<(RowId, Entry)>,
    /// The last message of each topic that is followed.
    came: BTreeMap<String, (RowId, Instant)>,
    aliases: BTreeMap<(bool, u16), String>,
    /// When it was closed.
    over: Option<RowId>,
}

#[derive(Clone, Debug)]
struct Accepted {
    messages: Vec<Message>,
    /// Looked through again when there are more.
    limit: usize,
}

#[derive(Clone, Debug)]
struct Message {
    publisher: ConnectionRef,
    sent: (RowId, Entry),
    answer: (RowId, Entry),
}

impl Digest {
    /// Takes in the row that came last.
    pub fn take(&mut self, id: RowId, entry: &Entry) {
        self.last = entry.at;
        let bulk = match &entry.what {
            What::Sent(wire) => wire.packet.as_ref().is_ok_and(|packet| self.sent(id, entry, packet)),
            What::Received(wire) => wire.packet.as_ref().is_ok_and(|packet| self.received(id, entry, packet)),
            _ => false,
        };
        self.weighed += if bulk { topic_of(entry).len() } else { weight(entry) };
        if !bulk {
            if matches!(entry.what, What::Closed(_)) {
                self.traffic(entry).over = Some(id);
            }
            self.kept.insert(id, entry.clone());
            self.news = true;
        }
        self.taken += 1;
        if self.taken > MAX_ENTRIES / 10 || self.weighed > MAX_BYTES / 10 {
            (self.taken, self.weighed) = (0, 0);
            while (self.len() > MAX_ENTRIES || self.bytes() > MAX_BYTES) && self.drop_older_half() {}
        }
    }

    /// Whether these bytes are a message that came to a connection once more, on the same topic: then it is taken in, and need
    /// not be decoded. For messages that come by the hundred thousand.
    pub fn repeats(
        &mut self,
        id: RowId,
        at: Instant,
        connection: ConnectionRef,
        bytes: &[u8],
        version: Version,
    ) -> bool {
        let Some(topic) = plain_topic(bytes, version) else { return false };
        let came = self.connections.get_mut(&connection).and_then(|traffic| traffic.came.get_mut(topic));
        let Some(came) = came else { return false };
        *came = (id, at);
        self.last = at;
        true
    }

    /// Whether [`Self::settle`] can bring something to light.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.news || self.last - self.settled_at >= LATE
    }

    /// Brings [`Self::entries`] up to date.
    pub fn settle(&mut self) {
        let traffic = self.connections.iter().flat_map(|(connection, traffic)| {
            let ends = [&traffic.sent, &traffic.received, &traffic.pong].into_iter().flatten();
            let came = traffic.came.iter().map(|(topic, (row, at))| (*row, came(*connection, *at, topic)));
            traffic.open.iter().chain(ends).cloned().chain(came)
        });
        let accepted = self.accepted.values().flat_map(|accepted| &accepted.messages);
        let accepted = accepted.flat_map(|message| [&message.sent, &message.answer]).cloned();
        let kept = self.kept.iter().map(|(row, entry)| (*row, entry.clone()));
        let mut all: Vec<(RowId, Entry)> = kept.chain(traffic).chain(accepted).collect();
        all.sort_by_key(|(row, _)| *row);
        all.dedup_by_key(|(row, _)| *row);
        (self.rows, self.settled) = all.into_iter().unzip();
        (self.news, self.settled_at) = (false, self.last);
    }

    /// The entries as of the last [`Self::settle`], in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.settled
    }

    /// The row of one of [`Self::entries`].
    #[must_use]
    pub fn row(&self, index: usize) -> Option<RowId> {
        self.rows.get(index).copied()
    }

    fn traffic(&mut self, entry: &Entry) -> &mut Traffic {
        self.connections.entry(entry.connection).or_default()
    }

    /// Whether the packet is bulk.
    fn sent(&mut self, id: RowId, entry: &Entry, packet: &Packet) -> bool {
        match packet {
            Packet::Publish(publish) => {
                let new_alias = self.defines_alias(entry, publish, true);
                let light = light(entry);
                let traffic = self.traffic(entry);
                if publish.qos != Qos::AtMostOnce && traffic.open.len() < MAX_OPEN {
                    traffic.open.push((id, light.clone()));
                }
                traffic.sent = Some((id, light.clone()));
                if new_alias {
                    self.kept.insert(id, light);
                }
                true
            }
            Packet::PubAck(_)
            | Packet::PubRec(_)
            | Packet::PubRel(_)
            | Packet::PubComp(_)
            | Packet::PingReq => {
                self.traffic(entry).sent = Some((id, entry.clone()));
                true
            }
            packet => {
                if let Packet::Connect(connect) = packet
                    && let Some(will) = &connect.will
                {
                    // That a will came is always to be known.
                    self.topics.insert(will.topic.clone());
                }
                if matches!(packet, Packet::Disconnect(_)) {
                    self.turns.push(id);
                }
                self.traffic(entry).sent = None;
                false
            }
        }
    }

    /// Whether the packet is bulk.
    fn received(&mut self, id: RowId, entry: &Entry, packet: &Packet) -> bool {
        match packet {
            Packet::Publish(publish) if is_witness(publish) => false,
            Packet::Publish(publish) => {
                if self.defines_alias(entry, publish, false) {
                    self.kept.insert(id, light(entry));
                }
                let topic = key(publish);
                let followed = self.follows(&topic);
                let traffic = self.traffic(entry);
                if followed {
                    traffic.came.insert(topic, (id, entry.at));
                } else {
                    traffic.received = Some((id, light(entry)));
                }
                true
            }
            Packet::PubAck(answer) | Packet::PubRec(answer) => {
                self.traffic(entry).received = Some((id, entry.clone()));
                self.answered(id, entry, answer.packet_id, answer.code.is_failure());
                true
            }
            Packet::PubRel(_) | Packet::PubComp(_) => {
                self.traffic(entry).received = Some((id, entry.clone()));
                true
            }
            Packet::PingResp => {
                self.traffic(entry).pong = Some((id, entry.clone()));
                true
            }
            packet => {
                if matches!(packet, Packet::SubAck(_)) {
                    self.turns.push(id);
                }
                false
            }
        }
    }

    fn answered(&mut self, id: RowId, answer: &Entry, packet_id: PacketId, refused: bool) {
        let open = &mut self.traffic(answer).open;
        let Some(place) = open.iter().position(|(_, asked)| packet_id_of(asked) == Some(packet_id)) else {
            return;
        };
        let sent = open.remove(place);
        self.news = true;
        if refused {
            self.kept.extend([sent, (id, answer.clone())]);
            return;
        }
        let topic = publish_of(&sent.1).map(key).unwrap_or_default();
        if !self.follows(&topic) {
            return;
        }
        let publisher = answer.connection;
        let message = Message { publisher, sent, answer: (id, answer.clone()) };
        let fresh = || Accepted { messages: Vec::new(), limit: FEW };
        let accepted = self.accepted.entry(topic.clone()).or_insert_with(fresh);
        accepted.messages.push(message);
        if accepted.messages.len() > accepted.limit {
            self.thin_out(&topic);
        }
    }

    /// Of each publisher the first message after each turn stays.
    fn thin_out(&mut self, topic: &str) {
        let came = self.connections.values().filter_map(|traffic| traffic.came.get(topic));
        let mut turns: Vec<RowId> = came.map(|(row, _)| *row).chain(self.turns.iter().copied()).collect();
        turns.sort_unstable();
        let Some(accepted) = self.accepted.get_mut(topic) else { return };
        accepted.messages.sort_by_key(|message| message.sent.0);
        let mut seen = BTreeSet::new();
        accepted.messages.retain(|message| {
            let stretch = turns.partition_point(|turn| *turn < message.sent.0);
            seen.insert((message.publisher, stretch))
        });
        accepted.limit = 2 * accepted.messages.len() + FEW;
    }

    fn follows(&mut self, topic: &str) -> bool {
        if self.topics.contains(topic) {
            return true;
        }
        let room = self.topics.len() < MAX_TOPICS && topic.len() <= MAX_TOPIC;
        if room {
            self.topics.insert(topic.to_owned());
        }
        room
    }

    /// Whether the message gives an alias a meaning that it did not have.
    fn defines_alias(&mut self, entry: &Entry, publish: &Publish, sent: bool) -> bool {
        let Some(alias) = alias_of(publish).filter(|_| !publish.topic.is_empty()) else { return false };
        let before = self.traffic(entry).aliases.insert((sent, alias), publish.topic.clone());
        before.as_ref() != Some(&publish.topic)
    }

    fn len(&self) -> usize {
        let traffic = self.connections.values().map(|traffic| traffic.open.len() + traffic.came.len() + 3);
        let accepted = self.accepted.values().map(|accepted| 2 * accepted.messages.len());
        self.kept.len() + traffic.sum::<usize>() + accepted.sum::<usize>()
    }

    /// What all entries take, roughly.
    fn bytes(&self) -> usize {
        let of = |(_, entry): &(RowId, Entry)| weight(entry);
        let traffic = self.connections.values().map(|traffic| {
            let ends = [&traffic.sent, &traffic.received, &traffic.pong].into_iter().flatten();
            let came = traffic.came.keys().map(|topic| size_of::<Entry>() + topic.len());
            traffic.open.iter().chain(ends).map(of).chain(came).sum::<usize>()
        });
        let accepted = self.accepted.values().flat_map(|accepted| &accepted.messages);
        let accepted = accepted.map(|message| of(&message.sent) + of(&message.answer));
        self.kept.values().map(weight).chain(traffic).chain(accepted).sum()
    }

    /// Whether there was something to drop.
    fn drop_older_half(&mut self) -> bool {
        self.settle();
        self.news = true;
        let before = self.len();
        let Some(cut) = self.row(self.rows.len() / 2) else { return false };
        let stood = |connection: &ConnectionRef| {
            let over = self.connections.get(connection).and_then(|traffic| traffic.over);
            over.is_none_or(|over| over >= cut)
        };
        let handshake = |entry: &Entry| {
            let (What::Sent(wire) | What::Received(wire)) = &entry.what else { return false };
            matches!(wire.packet, Ok(Packet::Connect(_) | Packet::ConnAck(_)))
        };
        self.kept.retain(|row, entry| *row >= cut || (handshake(entry) && stood(&entry.connection)));
        self.turns.retain(|row| *row >= cut);
        for accepted in self.accepted.values_mut() {
            accepted.messages.retain(|message| message.sent.0 >= cut);
        }
        self.accepted.retain(|_, accepted| !accepted.messages.is_empty());
        let newer = |packet: &(RowId, Entry)| packet.0 >= cut;
        self.connections.retain(|_, traffic| {
            traffic.open.retain(newer);
            traffic.came.retain(|_, (row, _)| *row >= cut);
            for end in [&mut traffic.sent, &mut traffic.received, &mut traffic.pong] {
                *end = end.take().filter(newer);
            }
            let empty = traffic.open.is_empty() && traffic.came.is_empty();
            !(traffic.over.is_some_and(|over| over < cut)
                && empty
                && traffic.sent.is_none()
                && traffic.received.is_none())
        });
        self.len() < before
    }
}

/// How a topic is known: by its name, or by the alias that stands for it. No topic begins with U+0000 (MQTT-4.7.3-2).
fn key(publish: &Publish) -> String {
    match alias_of(publish) {
        Some(alias) if publish.topic.is_empty() => format!("\0{alias}"),
        _ => publish.topic.clone(),
    }
}

fn alias_of(publish: &Publish) -> Option<u16> {
    publish.properties.0.iter().find_map(|property| match property {
        Property::TopicAlias(alias) => Some(*alias),
        _ => None,
    })
}

fn publish_of(entry: &Entry) -> Option<&Publish> {
    match &entry.what {
        What::Sent(Wire { packet: Ok(Packet::Publish(publish)), .. }) => Some(publish),
        _ => None,
    }
}

fn packet_id_of(entry: &Entry) -> Option<PacketId> {
    publish_of(entry)?.packet_id
}

/// Whether the message may tell of other sessions.
fn is_witness(publish: &Publish) -> bool {
    publish.topic.starts_with(LIFECYCLE_EVENTS) && publish.payload.len() <= MAX_WITNESS
}

/// What an entry takes, roughly: a packet is there decoded and as it was on the wire.
fn weight(entry: &Entry) -> usize {
    let carried = match &entry.what {
        What::Sent(wire) | What::Received(wire) => topic_of(entry).len() + 2 * wire.bytes.len(),
        What::Closed(close) => close.reason.len(),
        What::Told(told) => told.len(),
        _ => 0,
    };
    size_of::<Entry>() + carried
}

/// The topic of a message; empty for what is none.
fn topic_of(entry: &Entry) -> &str {
    match &entry.what {
        What::Sent(Wire { packet: Ok(Packet::Publish(publish)), .. })
        | What::Received(Wire { packet: Ok(Packet::Publish(publish)), .. }) => &publish.topic,
        _ => "",
    }
}

/// A message without what it carries; of its properties an alias says which topic it is of.
fn light(entry: &Entry) -> Entry {
    let without = |wire: &Wire| match &wire.packet {
        Ok(Packet::Publish(publish)) => {
            let topic = publish.topic.clone();
            let properties = Properties(alias_of(publish).map(Property::TopicAlias).into_iter().collect());
            let publish = Publish { topic, properties, payload: Vec::new(), ..*publish };
            Wire { packet: Ok(Packet::Publish(publish)), bytes: Vec::new() }
        }
        _ => wire.clone(),
    };
    let what = match &entry.what {
        What::Sent(wire) => What::Sent(without(wire)),
        What::Received(wire) => What::Received(without(wire)),
        what => what.clone(),
    };
    Entry { what, ..*entry }
}

/// A message that came, as far as the digest knows it.
fn came(connection: ConnectionRef, at: Instant, key: &str) -> Entry {
    let alias = key.strip_prefix('\0').and_then(|alias| alias.parse().ok());
    let publish = Publish {
        dup: false,
        qos: Qos::AtMostOnce,
        retain: false,
        topic: if alias.is_some() { String::new() } else { key.to_owned() },
        packet_id: None,
        properties: Properties(alias.map(Property::TopicAlias).into_iter().collect()),
        payload: Vec::new(),
    };
    let wire = Wire { packet: Ok(Packet::Publish(publish)), bytes: Vec::new() };
    Entry { at, connection, what: What::Received(wire) }
}

/// The topic of a PUBLISH that has one and no properties; nothing for other bytes.
fn plain_topic(bytes: &[u8], version: Version) -> Option<&str> {
    let (first, rest) = bytes.split_first()?;
    if PacketKind::of(*first) != Some(PacketKind::Publish) {
        return None;
    }
    // The remaining length ends with the first byte below 128.
    let body = rest.get(rest.iter().take(4).position(|byte| *byte < 128)? + 1..)?;
    let (length, rest) = body.split_first_chunk()?;
    let (topic, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let packet_id = if first & 0b110 == 0 { 0 } else { 2 };
    let bare = version == Version::V311 || rest.get(packet_id) == Some(&0);
    str::from_utf8(topic)
        .ok()
        .filter(|topic| bare && !topic.is_empty() && !topic.starts_with(LIFECYCLE_EVENTS))
}

#[cfg(test)]
mod tests;
