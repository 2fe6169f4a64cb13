//! What is found in a digest is what is found in the whole.

use std::fs;

use super::*;
use crate::lab::{Scenario, format, presets, run};
use crate::mqtt::{
    Ack, Codes, ConnAck, Connect, Disconnect, ReasonCode, Subscribe, Subscription, Unsubscribe, Will,
};
use crate::timeline::{Close, Finding, FindingKind, Party, SessionId, diagnose};

/// What is found in the whole, and in the digest: each with the rows that show it.
fn both(entries: &[Entry]) -> [Vec<Finding>; 2] {
    let mut digest = Digest::default();
    for (entry, row) in entries.iter().zip(7_000..) {
        digest.take(RowId(row), entry);
    }
    digest.settle();
    let row = |index: usize| usize::try_from(digest.row(index).unwrap().0).unwrap() - 7_000;
    let mut found = diagnose(digest.entries());
    for finding in &mut found {
        finding.evidence = finding.evidence.iter().map(|index| row(*index)).collect();
    }
    [diagnose(entries), found]
}

fn scenarios() -> Vec<(String, Scenario)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/scenarios/");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json") && !name.starts_with('p'))
        .collect();
    files.sort();
    let text = |name: &str| fs::read_to_string(format!("{folder}{name}")).unwrap();
    let read = |name: String| {
        let scenario = format::read(&text(&name), |name| Some(text(name))).unwrap();
        (name, scenario)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn the_digest_of_each_scenario_shows_what_the_whole_shows() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 8);
    let mut found = 0;
    for (name, scenario) in scenarios {
        let [whole, digest] = both(&run(&scenario).entries);
        found += whole.len();
        assert_eq!(whole, digest, "{name}");
    }
    assert!(found >= 10, "{found}");
}

/// Chance that is the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn packet(dice: &mut Dice, id: u16) -> (bool, Packet) {
    let topic = format!("dt/{}", dice.roll(3));
    let filter = if dice.roll(2) == 0 { topic.clone() } else { "dt/#".to_owned() };
    let (packet_id, properties) = (PacketId(id), Properties::default());
    let code = if dice.roll(8) == 0 { ReasonCode::NOT_AUTHORIZED } else { ReasonCode::SUCCESS };
    let qos = if dice.roll(3) == 0 { Qos::AtMostOnce } else { Qos::AtLeastOnce };
    let publish = |qos| {
        let (topic, properties) = (topic.clone(), properties.clone());
        let packet_id = (qos != Qos::AtMostOnce).then_some(packet_id);
        Packet::Publish(Publish {
            dup: false,
            qos,
            retain: false,
            topic,
            packet_id,
            properties,
            payload: vec![7; 9],
        })
    };
    let answer = PacketId(id - u16::try_from(dice.roll(3)).unwrap().min(id - 1));
    match dice.roll(40) {
        0..8 => (true, publish(qos)),
        8..18 => {
            let ack = Ack { packet_id: answer, code, properties };
            (false, if dice.roll(6) == 0 { Packet::PubRec(ack) } else { Packet::PubAck(ack) })
        }
        18..27 => (false, publish(Qos::AtMostOnce)),
        27..29 => {
            let filters = vec![Subscription::new(filter, qos)];
            (true, Packet::Subscribe(Subscribe { packet_id, filters, properties }))
        }
        29..32 => (false, Packet::SubAck(Codes { packet_id: answer, codes: vec![code], properties })),
        32 => (true, Packet::Unsubscribe(Unsubscribe { packet_id, filters: vec![filter], properties })),
        33..35 => (true, Packet::PingReq),
        35..37 => (false, Packet::PingResp),
        37 => (true, Packet::Disconnect(Disconnect { code: ReasonCode::SUCCESS, properties })),
        38 => (false, Packet::ConnAck(ConnAck { session_present: false, code, properties })),
        _ => {
            let mut connect = Connect::clean(Version::V5, &format!("c{}", dice.roll(4)));
            connect.will = (dice.roll(2) == 0).then(|| Will {
                topic,
                qos,
                retain: false,
                properties,
                payload: Vec::new(),
            });
            (true, Packet::Connect(connect))
        }
    }
}

/// What nobody would send, in any order: a digest believes nothing either.
fn noise(seed: u64) -> Vec<Entry> {
    let mut dice = Dice(seed);
    let mut numbers = [1; 4];
    let mut at = 0;
    let mut entry = |id| {
        at += dice.roll(9) * dice.roll(200);
        let session = dice.roll(4);
        let number = &mut numbers[usize::try_from(session).unwrap()];
        let connection =
            ConnectionRef { session: SessionId(u32::try_from(session).unwrap()), number: *number };
        let what = match dice.roll(60) {
            0 => {
                *number += 1;
                let by = [Party::Client, Party::Server, Party::Unknown, Party::Network];
                What::Closed(Close::by(by[usize::try_from(dice.roll(4)).unwrap()]))
            }
            1 => What::Opened,
            _ => {
                let (sent, packet) = packet(&mut dice, id);
                let wire = Wire { packet: Ok(packet), bytes: Vec::new() };
                if sent { What::Sent(wire) } else { What::Received(wire) }
            }
        };
        Entry { at: Instant(at), connection, what }
    };
    (1..1500).map(&mut entry).collect()
}

#[test]
fn the_digest_of_noise_shows_what_the_whole_shows() {
    let mut kinds = BTreeSet::new();
    for seed in 0..200 {
        let [whole, digest] = both(&noise(seed));
        kinds.extend(
            whole.iter().map(|finding| std::mem::discriminant(&finding.kind)).map(|it| format!("{it:?}")),
        );
        assert_eq!(whole, digest, "seed {seed}");
    }
    assert!(kinds.len() >= 7, "{kinds:?}");
}

#[test]
fn a_hundred_thousand_messages_change_nothing() {
    let connection = |session| ConnectionRef { session: SessionId(session), number: 1 };
    let scenario = presets::takeover(Version::V311);
    let quiet = run(&scenario).entries;
    let (before, after) = quiet.split_at(quiet.len() / 2);
    let at = after[0].at;
    let message = |topic: &str| came(connection(9), at, topic);
    let topics: Vec<String> = (0..2000).map(|topic| format!("dt/{topic}")).collect();
    let mut digest = Digest::default();
    let mut row = (0..).map(RowId);
    for entry in before {
        digest.take(row.next().unwrap(), entry);
    }
    for topic in topics.iter().cycle().take(100_000) {
        digest.take(row.next().unwrap(), &message(topic));
    }
    for entry in after {
        digest.take(row.next().unwrap(), entry);
    }
    digest.settle();
    assert!(digest.entries().len() < MAX_TOPICS + quiet.len() + 10);
    let kinds = |found: Vec<Finding>| found.into_iter().map(|finding| finding.kind).collect::<Vec<_>>();
    assert_eq!(kinds(diagnose(digest.entries())), kinds(diagnose(&quiet)));
}

#[test]
fn a_full_digest_drops_the_older_half_and_knows_who_stands() {
    let scenario = presets::takeover(Version::V311);
    let entries = run(&scenario).entries;
    let cut = entries.iter().position(|entry| matches!(entry.what, What::Closed(_))).unwrap();
    let (before, after) = entries.split_at(cut);
    let told = Entry { what: What::Told(String::new()), ..before[0].clone() };
    let mut digest = Digest::default();
    for (entry, row) in before.iter().chain(std::iter::repeat_n(&told, 3 * MAX_ENTRIES)).chain(after).zip(0..)
    {
        digest.take(RowId(row), entry);
        assert!(digest.len() <= MAX_ENTRIES + MAX_ENTRIES / 10 + 10);
    }
    digest.settle();
    let taken_over = |found: Vec<Finding>| {
        found.into_iter().find(|finding| matches!(finding.kind, FindingKind::TakenOver { .. })).unwrap()
    };
    let [whole, digest] = [taken_over(diagnose(&entries)), taken_over(diagnose(digest.entries()))];
    assert_eq!((whole.kind, whole.certainty), (digest.kind, digest.certainty));
}

/// A message that came on connection 0.
fn received(at: u64, topic: &str, properties: Vec<Property>, payload: Vec<u8>) -> Entry {
    let publish = Publish {
        dup: false,
        qos: Qos::AtMostOnce,
        retain: false,
        topic: topic.to_owned(),
        packet_id: None,
        properties: Properties(properties),
        payload,
    };
    let packet = Packet::Publish(publish);
    let bytes = crate::mqtt::encode(&packet, Version::V5).unwrap();
    let connection = ConnectionRef { session: SessionId(0), number: 1 };
    Entry { at: Instant(at), connection, what: What::Received(Wire { packet: Ok(packet), bytes }) }
}

const EVENT: &str = "$aws/events/presence/connected/temp-sensor-01";

#[test]
fn however_long_lifecycle_events_are_the_bytes_are_bounded() {
    let long = "x".repeat(60_000);
    let heavy = || vec![Property::UserProperty("why".to_owned(), long.clone())];
    for (properties, payload) in [(Vec::new(), MAX_WITNESS), (heavy(), 9)] {
        let mut digest = Digest::default();
        let count = 2 * MAX_BYTES / (payload + 60_000 * properties.len());
        for at in 0..count as u64 {
            let event = received(at, EVENT, properties.clone(), vec![7; payload]);
            digest.take(RowId(at), &event);
            assert!(digest.bytes() <= MAX_BYTES + MAX_BYTES / 10 + weight(&event));
        }
        digest.settle();
        // The newest stay, whole.
        assert!(digest.entries().len() > MAX_BYTES / 4 / weight(&digest.entries()[0]));
        let last = digest.entries().last().unwrap();
        assert_eq!(*last, received(count as u64 - 1, EVENT, properties, vec![7; payload]));
    }
}

#[test]
fn what_a_message_carries_is_kept_of_lifecycle_events_alone() {
    let user = || vec![Property::UserProperty("why".to_owned(), "not".to_owned()), Property::TopicAlias(3)];
    let long_topic = "d/".repeat(MAX_TOPIC);
    for (topic, payload, whole) in [
        (EVENT, MAX_WITNESS, true),
        (EVENT, MAX_WITNESS + 1, false),
        ("dt/temperature", 9, false),
        (&long_topic, 9, false),
    ] {
        let mut digest = Digest::default();
        let entry = received(0, topic, user(), vec![7; payload]);
        digest.take(RowId(0), &entry);
        digest.settle();
        let light = received(0, topic, vec![Property::TopicAlias(3)], Vec::new());
        let mut expected = if whole { entry } else { light };
        if !whole && let What::Received(wire) = &mut expected.what {
            wire.bytes.clear();
        }
        assert_eq!(digest.entries(), [expected], "{topic}");
    }
}

#[test]
fn what_comes_again_need_not_be_decoded() {
    let connection = ConnectionRef { session: SessionId(0), number: 1 };
    let one = came(connection, Instant(0), "dt/temperature");
    let bytes = |topic: &str, version, properties: Vec<Property>| {
        let publish = Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: topic.to_owned(),
            packet_id: Some(PacketId(1)),
            properties: Properties(properties),
            payload: vec![7; 300],
        };
        crate::mqtt::encode(&Packet::Publish(publish), version).unwrap()
    };
    for version in [Version::V311, Version::V5] {
        let mut digest = Digest::default();
        digest.take(RowId(0), &one);
        let mut repeats = |bytes: &[u8]| digest.repeats(RowId(1), Instant(9), connection, bytes, version);
        let again = bytes("dt/temperature", version, Vec::new());
        assert!(repeats(&again));
        assert!(!repeats(&bytes("dt/other", version, Vec::new())));
        assert!((0..12).all(|cut| !repeats(&again[..cut])), "cut");
        if version == Version::V5 {
            assert!(!repeats(&bytes("dt/temperature", version, vec![Property::TopicAlias(1)])));
        }
        digest.settle();
        assert_eq!((digest.entries().len(), digest.row(0)), (1, Some(RowId(1))));
        assert_eq!(digest.entries()[0].at, Instant(9));
    }
}
