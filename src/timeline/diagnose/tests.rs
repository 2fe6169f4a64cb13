//! Small hand-written records and what is found in them.

use super::*;
use crate::iot::time::Instant;
use crate::mqtt::{
    Ack, Codes, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Publish, Qos, Subscribe,
    Subscription, Version, encode,
};
use crate::timeline::{Close, Party, SessionId, What, Wire};

const A: ConnectionRef = ConnectionRef { session: SessionId(0), number: 1 };
const B: ConnectionRef = ConnectionRef { session: SessionId(1), number: 1 };

struct Record(Version, Vec<Entry>);

impl Record {
    fn push(&mut self, at: u64, connection: ConnectionRef, what: What) -> &mut Self {
        self.1.push(Entry { at: Instant(at), connection, what });
        self
    }

    fn wire(&self, packet: &Packet) -> Wire {
        Wire { packet: Ok(packet.clone()), bytes: encode(packet, self.0).unwrap() }
    }

    fn sent(&mut self, at: u64, connection: ConnectionRef, packet: &Packet) -> &mut Self {
        self.push(at, connection, What::Sent(self.wire(packet)))
    }

    fn received(&mut self, at: u64, connection: ConnectionRef, packet: &Packet) -> &mut Self {
        self.push(at, connection, What::Received(self.wire(packet)))
    }

    fn connect(&mut self, at: u64, connection: ConnectionRef, client_id: &str) -> &mut Self {
        let connect = Connect {
            version: self.0,
            client_id: client_id.to_owned(),
            clean_start: true,
            keep_alive: 60,
            will: None,
            user_name: None,
            password: None,
            properties: Properties::default(),
        };
        self.sent(at, connection, &Packet::Connect(connect))
    }

    fn accepted(&mut self, at: u64, connection: ConnectionRef) -> &mut Self {
        self.connack(at, connection, ReasonCode::SUCCESS)
    }

    fn connack(&mut self, at: u64, connection: ConnectionRef, code: ReasonCode) -> &mut Self {
        let ack = ConnAck { session_present: false, code, properties: Properties::default() };
        self.received(at, connection, &Packet::ConnAck(ack))
    }

    fn disconnect(&mut self, at: u64, connection: ConnectionRef, code: ReasonCode) -> &mut Self {
        let packet = Packet::Disconnect(Disconnect { code, properties: Properties::default() });
        self.received(at, connection, &packet)
    }

    fn closed(&mut self, at: u64, connection: ConnectionRef, by: Party) -> &mut Self {
        self.push(at, connection, What::Closed(Close::by(by)))
    }

    fn findings(&self) -> Vec<Finding> {
        diagnose(&self.1)
    }
}

fn record(version: Version) -> Record {
    Record(version, Vec::new())
}

fn publish(qos: Qos) -> Packet {
    Packet::Publish(Publish {
        dup: false,
        qos,
        retain: false,
        topic: "dt/temperature".to_owned(),
        packet_id: (qos != Qos::AtMostOnce).then_some(PacketId(1)),
        properties: Properties::default(),
        payload: Vec::new(),
    })
}

fn subscribe(filters: &[&str]) -> Packet {
    let line = |filter: &&str| Subscription {
        filter: (*filter).to_owned(),
        qos: Qos::AtLeastOnce,
        no_local: false,
        retain_as_published: false,
        retain_handling: 0,
    };
    let filters = filters.iter().map(line).collect();
    Packet::Subscribe(Subscribe { packet_id: PacketId(1), filters, properties: Properties::default() })
}

fn taken_over(new: Option<ConnectionRef>) -> FindingKind {
    FindingKind::TakenOver { client_id: "temp-sensor-01".to_owned(), old: A, new }
}

#[test]
fn a_wordless_close_after_the_others_connack_is_likely_a_takeover() {
    for by in [Party::Server, Party::Unknown] {
        let mut record = record(Version::V311);
        record.connect(0, A, "temp-sensor-01").accepted(80, A).connect(2000, B, "temp-sensor-01");
        record.accepted(2080, B).closed(2090, A, by);
        let expected =
            Finding { kind: taken_over(Some(B)), certainty: Certainty::Likely, evidence: vec![1, 2, 3, 4] };
        assert_eq!(record.findings(), [expected]);
    }
}

#[test]
fn the_close_may_come_before_the_others_connack() {
    let mut record = record(Version::V311);
    record.connect(0, A, "temp-sensor-01").accepted(80, A).connect(2000, B, "temp-sensor-01");
    record.closed(2070, A, Party::Server).accepted(2080, B);
    assert_eq!(record.findings().first().map(|finding| &finding.kind), Some(&taken_over(Some(B))));
}

#[test]
fn other_ends_are_no_takeover() {
    let ends: [(&str, u64, Party, bool); 5] = [
        ("temp-sensor-02", 2090, Party::Server, true),
        ("temp-sensor-01", 2090, Party::Client, true),
        ("temp-sensor-01", 2090, Party::Network, true),
        ("temp-sensor-01", 9000, Party::Server, true),
        ("temp-sensor-01", 2090, Party::Server, false),
    ];
    for (client_id, end, by, accepted) in ends {
        let mut record = record(Version::V311);
        record.connect(0, A, "temp-sensor-01").accepted(80, A).connect(2000, B, client_id);
        if accepted {
            record.accepted(2080, B);
        }
        record.closed(end, A, by);
        assert_eq!(record.findings(), [], "{client_id} {end} {by:?} {accepted}");
    }
}

#[test]
fn mqtt_5_states_the_takeover_and_not_who_it_was() {
    let mut record = record(Version::V5);
    record.connect(0, A, "temp-sensor-01").accepted(80, A);
    record.disconnect(2090, A, ReasonCode::SESSION_TAKEN_OVER).closed(2091, A, Party::Server);
    let expected = Finding { kind: taken_over(None), certainty: Certainty::Stated, evidence: vec![1, 2, 3] };
    assert_eq!(record.findings(), [expected]);
}

/// A and B connect with one client ID in turn, every `period`, and each ends the other's connection.
fn quarrel(period: u64, rounds: u32) -> Record {
    let mut record = record(Version::V5);
    let mut holder = None;
    for round in 0..=rounds {
        let connection = ConnectionRef { session: SessionId(round % 2), number: round / 2 + 1 };
        let at = u64::from(round) * period;
        record.connect(at, connection, "temp-sensor-01").accepted(at + 80, connection);
        if let Some(holder) = holder.replace(connection) {
            record.disconnect(at + 90, holder, ReasonCode::SESSION_TAKEN_OVER);
            record.closed(at + 90, holder, Party::Server);
        }
    }
    record
}

#[test]
fn who_comes_back_and_is_evicted_again_is_at_war() {
    let wars = |record: Record| -> Vec<_> {
        let findings = record.findings().into_iter().map(|finding| finding.kind);
        findings.filter(|kind| matches!(kind, FindingKind::TakeoverWar { .. })).collect()
    };
    let war = |rounds| FindingKind::TakeoverWar {
        client_id: "temp-sensor-01".to_owned(),
        rounds,
        period: Millis(1900),
    };
    assert_eq!(wars(quarrel(1900, 4)), [war(4)]);
    assert_eq!(wars(quarrel(1900, 3)), [war(3)]);
    assert_eq!(wars(quarrel(1900, 2)), []);
    assert_eq!(wars(quarrel(300_000, 6)), [], "too rare");
}

#[test]
fn a_refused_connect() {
    let refused =
        |code| FindingKind::ConnectRefused { client_id: "temp-sensor-01_01".to_owned(), connection: A, code };
    let mut bare = record(Version::V311);
    bare.connect(0, A, "temp-sensor-01_01").closed(80, A, Party::Server);
    let expected = Finding { kind: refused(None), certainty: Certainty::Likely, evidence: vec![0, 1] };
    assert_eq!(bare.findings(), [expected]);

    let code = ReasonCode::NOT_AUTHORIZED;
    let mut told = record(Version::V5);
    told.connect(0, A, "temp-sensor-01_01").connack(80, A, code).closed(81, A, Party::Server);
    let expected = Finding { kind: refused(Some(code)), certainty: Certainty::Stated, evidence: vec![0, 1] };
    assert_eq!(told.findings(), [expected]);
}

#[test]
fn refusals_by_code() {
    let code = ReasonCode::NOT_AUTHORIZED;
    let mut record = record(Version::V5);
    record.connect(0, A, "temp-sensor-01").accepted(80, A).sent(100, A, &subscribe(&["ok", "secret"]));
    let codes = vec![ReasonCode::GRANTED_QOS_1, code];
    let properties = Properties::default();
    record.received(180, A, &Packet::SubAck(Codes { packet_id: PacketId(1), codes, properties }));
    record.sent(200, A, &publish(Qos::AtLeastOnce));
    let properties = Properties::default();
    record.received(280, A, &Packet::PubAck(Ack { packet_id: PacketId(1), code, properties }));
    let kinds: Vec<_> =
        record.findings().into_iter().map(|finding| (finding.kind, finding.evidence)).collect();
    let filters = vec!["secret".to_owned()];
    let topic = "dt/temperature".to_owned();
    assert_eq!(
        kinds,
        [
            (FindingKind::SubscribeRefused { connection: A, filters, code: Some(code) }, vec![2, 3]),
            (FindingKind::PublishRefused { connection: A, topic, code: Some(code) }, vec![4, 5]),
        ]
    );
}

#[test]
fn a_close_while_an_answer_is_due() {
    let filters = vec!["secret".to_owned()];
    let topic = "dt/temperature".to_owned();
    for (packet, expected) in [
        (subscribe(&["secret"]), FindingKind::SubscribeRefused { connection: A, filters, code: None }),
        (publish(Qos::AtLeastOnce), FindingKind::PublishRefused { connection: A, topic, code: None }),
    ] {
        let mut record = record(Version::V311);
        record.connect(0, A, "temp-sensor-01").accepted(80, A);
        record.sent(100, A, &packet).closed(180, A, Party::Server);
        let [finding] = record.findings().try_into().unwrap();
        assert_eq!((finding.kind, finding.certainty), (expected, Certainty::Likely));
    }
    let mut lost = record(Version::V311);
    lost.connect(0, A, "temp-sensor-01").accepted(80, A);
    lost.sent(100, A, &subscribe(&["secret"])).closed(180, A, Party::Network);
    assert_eq!(lost.findings(), []);
}

#[test]
fn a_qos_0_message_is_blamed_by_the_code_of_the_disconnect() {
    let code = ReasonCode::NOT_AUTHORIZED;
    for by in [Party::Server, Party::Client] {
        let mut record = record(Version::V5);
        record.connect(0, A, "temp-sensor-01").accepted(80, A).sent(100, A, &publish(Qos::AtMostOnce));
        record.disconnect(180, A, code).closed(181, A, by);
        let [finding] = record.findings().try_into().unwrap();
        let topic = "dt/temperature".to_owned();
        assert_eq!(finding.kind, FindingKind::PublishRefused { connection: A, topic, code: Some(code) });
        assert_eq!(finding.evidence, [2, 3, 4]);
    }
}
