//! Small hand-written records and what is found in them.

use super::*;
use crate::iot::time::Instant;
use crate::mqtt::{
    Ack, Codes, ConnAck, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos,
    Subscribe, Subscription, Version, Will, encode,
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
        let connect = Connect::clean(self.0, client_id);
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
    let line = |filter: &&str| Subscription::new(*filter, Qos::AtLeastOnce);
    let filters = filters.iter().map(line).collect();
    Packet::Subscribe(Subscribe { packet_id: PacketId(1), filters, properties: Properties::default() })
}

fn taken_over(new: Option<ConnectionRef>) -> FindingKind {
    FindingKind::TakenOver { client_id: "temp-sensor-01".to_owned(), old: A, new }
}

/// Stated in MQTT 5.
fn stated(kind: FindingKind, evidence: &[usize]) -> Finding {
    let (certainty, version) = (Certainty::Stated, Version::V5);
    Finding { kind, certainty, version, evidence: evidence.to_vec(), rivals: Vec::new() }
}

/// Guessed in MQTT 3.1.1.
fn likely(kind: FindingKind, evidence: &[usize], rivals: &[Rival]) -> Finding {
    let (certainty, version) = (Certainty::Likely, Version::V311);
    Finding { kind, certainty, version, evidence: evidence.to_vec(), rivals: rivals.to_vec() }
}

#[test]
fn a_wordless_close_after_the_others_connack_is_likely_a_takeover() {
    for by in [Party::Server, Party::Unknown] {
        let mut record = record(Version::V311);
        record.connect(0, A, "temp-sensor-01").accepted(80, A).connect(2000, B, "temp-sensor-01");
        record.accepted(2080, B).closed(2090, A, by);
        let expected = likely(taken_over(Some(B)), &[1, 2, 3, 4], &[Rival::NetworkLoss]);
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
    let expected = stated(taken_over(None), &[1, 2, 3]);
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
        losers: vec![SessionId(0), SessionId(1)],
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
    let expected = likely(refused(None), &[0, 1], &[Rival::NetworkLoss, Rival::Limit]);
    assert_eq!(bare.findings(), [expected]);

    let code = ReasonCode::NOT_AUTHORIZED;
    let mut told = record(Version::V5);
    told.connect(0, A, "temp-sensor-01_01").connack(80, A, code).closed(81, A, Party::Server);
    let expected = stated(refused(Some(code)), &[0, 1]);
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

#[test]
fn two_newcomers_at_one_time_cannot_be_told_apart() {
    let other = ConnectionRef { session: SessionId(2), number: 1 };
    let mut record = record(Version::V311);
    record.connect(0, A, "temp-sensor-01").accepted(80, A);
    record.connect(2000, B, "temp-sensor-01").connect(2010, other, "temp-sensor-01");
    record.accepted(2080, B).closed(2085, A, Party::Server).accepted(2095, other);
    let rivals = [Rival::NetworkLoss, Rival::OtherNewcomer(other)];
    assert_eq!(record.findings(), [likely(taken_over(Some(B)), &[1, 2, 4, 5], &rivals)]);
}

#[test]
fn an_open_request_makes_a_takeover_less_clear() {
    let mut record = record(Version::V311);
    record.connect(0, A, "temp-sensor-01").accepted(80, A).connect(2000, B, "temp-sensor-01");
    record.sent(2050, A, &subscribe(&["cmd/#"])).accepted(2080, B).closed(2090, A, Party::Server);
    let rivals = [Rival::NetworkLoss, Rival::NoRight];
    assert_eq!(record.findings(), [likely(taken_over(Some(B)), &[1, 2, 4, 5], &rivals)]);
}

#[test]
fn a_connect_within_a_second_came_too_soon() {
    let too_soon = FindingKind::ConnectTooSoon { client_id: "temp-sensor-01".to_owned(), connection: B };
    for (at, found) in [(600, true), (1000, false)] {
        let mut record = record(Version::V311);
        record.connect(0, A, "temp-sensor-01").accepted(80, A);
        record.connect(at, B, "temp-sensor-01").closed(at + 80, B, Party::Server);
        let rivals = [Rival::NoRight, Rival::NetworkLoss];
        let findings = record.findings();
        assert_eq!(findings.contains(&likely(too_soon.clone(), &[0, 2, 3], &rivals)), found, "{findings:?}");
        assert_eq!(findings.len(), 1, "refused all the same");
    }
}

#[test]
fn keep_alive_is_lost_at_either_end() {
    let lost = |by| FindingKind::KeepAliveLost { connection: A, by };
    // The client's PINGREQ is not answered, and it closes.
    let mut client = record(Version::V5);
    client.connect(0, A, "a").accepted(80, A).sent(60_000, A, &Packet::PingReq);
    client.closed(70_000, A, Party::Client);
    assert_eq!(client.findings(), [stated(lost(Party::Client), &[2, 3])]);
    // It leaves by itself, or the answer came.
    let mut left = record(Version::V5);
    left.connect(0, A, "a").accepted(80, A).sent(60_000, A, &Packet::PingReq);
    left.received(60_080, A, &Packet::PingResp).closed(70_000, A, Party::Client);
    assert_eq!(left.findings(), []);
    // The server says so, or closes after 1.5 times 60 s of silence.
    let mut told = record(Version::V5);
    told.connect(0, A, "a").accepted(80, A).disconnect(90_000, A, ReasonCode::KEEP_ALIVE_TIMEOUT);
    assert_eq!(told.findings(), [stated(lost(Party::Server), &[0, 2])]);
    for (end, found) in [(90_000, true), (89_999, false)] {
        let mut silent = record(Version::V311);
        silent.connect(0, A, "a").accepted(80, A).closed(end, A, Party::Unknown);
        let expected = likely(lost(Party::Server), &[0, 2], &[Rival::NetworkLoss]);
        assert_eq!(silent.findings(), Vec::from_iter(found.then_some(expected)));
    }
}

#[test]
fn who_leaves_gives_up_its_will_and_what_comes_later() {
    let ack = Ack { packet_id: PacketId(1), code: ReasonCode::SUCCESS, properties: Properties::default() };
    let topic = || Some("dt/temperature".to_owned());
    let will = Will {
        topic: "last/words".to_owned(),
        payload: Vec::new(),
        qos: Qos::AtMostOnce,
        retain: false,
        properties: Properties::default(),
    };
    let bye = |code| Packet::Disconnect(Disconnect { code, properties: Properties::default() });
    let (gone, with_will) = (ReasonCode::SUCCESS, ReasonCode::DISCONNECT_WITH_WILL);
    // Whether it has a will, subscribes and keeps its session, how it leaves; what it gives up, and what shows it.
    for (has_will, subscribes, kept, code, lost) in [
        (false, false, false, gone, None),
        (true, false, false, gone, Some((Some("last/words".to_owned()), None, vec![0, 1, 2, 3]))),
        (true, false, false, with_will, None),
        (false, true, false, gone, Some((None, topic(), vec![1, 3, 4, 5, 8]))),
        (false, true, true, gone, None),
    ] {
        let mut record = record(Version::V5);
        let expiry = Properties(vec![Property::SessionExpiryInterval(if kept { 3600 } else { 0 })]);
        let connect = Connect::clean(Version::V5, "a");
        let connect = Connect { will: has_will.then(|| will.clone()), properties: expiry, ..connect };
        record.sent(0, A, &Packet::Connect(connect)).accepted(80, A);
        if subscribes {
            let codes = vec![ReasonCode::GRANTED_QOS_1];
            let codes = Codes { packet_id: PacketId(1), codes, properties: Properties::default() };
            record.sent(100, A, &subscribe(&["dt/+"])).received(180, A, &Packet::SubAck(codes));
        }
        record.sent(1000, A, &bye(code)).closed(1001, A, Party::Client);
        record.connect(2000, B, "b").accepted(2080, B).sent(2100, B, &publish(Qos::AtLeastOnce));
        record.received(2180, B, &Packet::PubAck(ack.clone()));
        let expected = lost.map(|(will, missed, evidence)| {
            stated(FindingKind::Left { connection: A, will, missed }, &evidence)
        });
        assert_eq!(record.findings(), Vec::from_iter(expected), "{has_will} {subscribes} {kept} {code:?}");
    }
    // The DISCONNECT is lost on the way, so the will comes to who watches for it.
    let connect = Connect { will: Some(will), ..Connect::clean(Version::V5, "a") };
    let mut record = record(Version::V5);
    record.connect(0, B, "b").accepted(80, B).sent(100, A, &Packet::Connect(connect)).accepted(180, A);
    record.sent(1000, A, &bye(gone)).closed(1001, A, Party::Client);
    let Packet::Publish(message) = publish(Qos::AtMostOnce) else { unreachable!() };
    record.received(90_000, B, &Packet::Publish(Publish { topic: "last/words".into(), ..message }));
    assert_eq!(record.findings(), []);
}

#[test]
fn a_limit_is_named_by_its_code() {
    for (code, found) in
        [(ReasonCode::QUOTA_EXCEEDED, true), (ReasonCode(0x96), true), (ReasonCode(0x8B), false)]
    {
        let mut record = record(Version::V5);
        record.connect(0, A, "a").accepted(80, A).disconnect(500, A, code).closed(501, A, Party::Client);
        let expected = stated(FindingKind::LimitReached { connection: A, code }, &[0, 2]);
        assert_eq!(record.findings(), Vec::from_iter(found.then_some(expected)));
    }
}

#[test]
fn a_message_that_does_not_come_is_missed() {
    let ack = Ack { packet_id: PacketId(1), code: ReasonCode::SUCCESS, properties: Properties::default() };
    let missed = FindingKind::NotReceived { connection: A, publisher: B, topic: "dt/temperature".to_owned() };
    // Filter, whether the message comes, until when A is seen, and whether it is missed.
    for (filter, comes, until, found) in [
        ("dt/+", false, 9000, true),
        ("dt/+", true, 9000, false),
        ("dt/+", false, 6000, false),
        ("cmd/+", false, 9000, false),
        ("$share/g/dt/+", false, 9000, false),
    ] {
        let mut record = record(Version::V311);
        record.connect(0, A, "a").accepted(80, A).sent(100, A, &subscribe(&[filter]));
        let codes = Codes {
            packet_id: PacketId(1),
            codes: vec![ReasonCode::GRANTED_QOS_1],
            properties: Properties::default(),
        };
        record.received(180, A, &Packet::SubAck(codes)).connect(1000, B, "b").accepted(1080, B);
        record.sent(2000, B, &publish(Qos::AtLeastOnce)).received(2080, B, &Packet::PubAck(ack.clone()));
        if comes {
            record.received(2090, A, &publish(Qos::AtLeastOnce));
        }
        record.sent(
            until,
            A,
            &Packet::Disconnect(Disconnect { code: ReasonCode::SUCCESS, properties: Properties::default() }),
        );
        let expected = likely(missed.clone(), &[3, 6], &[Rival::Late]);
        assert_eq!(record.findings(), Vec::from_iter(found.then_some(expected)), "{filter} {comes} {until}");
    }
}

/// A lifecycle event as an observer gets it.
fn told(event_type: &str, reason: &str, client_id: &str, session: &str) -> Packet {
    let which = if event_type == "connect_failed" { "connectFailureReason" } else { "disconnectReason" };
    let payload = format!(
        r#"{{"clientId": "{client_id}", "timestamp": 1, "eventType": "{event_type}", "sessionIdentifier": "{session}", "{which}": "{reason}"}}"#
    );
    Packet::Publish(Publish {
        dup: false,
        qos: Qos::AtMostOnce,
        retain: false,
        topic: format!("$aws/events/presence/{event_type}/{client_id}"),
        packet_id: None,
        properties: Properties::default(),
        payload: payload.into_bytes(),
    })
}

const OBSERVER: ConnectionRef = ConnectionRef { session: SessionId(7), number: 1 };

/// In 3.1.1 A ends when B comes, and somebody watches.
fn observed() -> Record {
    let mut record = record(Version::V311);
    record.connect(0, OBSERVER, "observer").accepted(10, OBSERVER);
    record.connect(100, A, "sensor").accepted(110, A);
    record.connect(1000, B, "sensor").accepted(1010, B).closed(1020, A, Party::Server);
    record
}

#[test]
fn an_observer_states_what_311_only_shows() {
    let [unsure] = observed().findings().try_into().unwrap();
    assert_eq!(unsure.certainty, Certainty::Likely);
    let event = told("disconnected", "DUPLICATE_CLIENTID", "sensor", "1");
    // It may come twice.
    let seen = observed().received(1100, OBSERVER, &event).received(1200, OBSERVER, &event).findings();
    let [sure] = seen.try_into().unwrap();
    assert_eq!((&sure.kind, sure.certainty, &sure.rivals), (&unsure.kind, Certainty::Stated, &Vec::new()));
    assert_eq!(sure.evidence, [unsure.evidence, vec![7]].concat());
    // Another reason was named: it was none, whatever the order of events looks like.
    let lost = told("disconnected", "CONNECTION_LOST", "sensor", "1");
    assert_eq!(observed().received(1100, OBSERVER, &lost).findings(), []);
}

#[test]
fn an_observer_sees_takeovers_and_refusals() {
    let mut seen = record(Version::V311);
    seen.connect(0, OBSERVER, "observer").accepted(10, OBSERVER);
    seen.connect(1000, B, "sensor").accepted(1010, B);
    seen.received(1100, OBSERVER, &told("disconnected", "DUPLICATE_CLIENTID", "sensor", "1"));
    seen.received(1200, OBSERVER, &told("disconnected", "DUPLICATE_CLIENTID", "other", "2"));
    seen.received(1300, OBSERVER, &told("disconnected", "CLIENT_INITIATED_DISCONNECT", "third", "3"));
    let kinds: Vec<FindingKind> = seen.findings().into_iter().map(|finding| finding.kind).collect();
    let elsewhere =
        |client_id: &str, new| FindingKind::TakenOverElsewhere { client_id: client_id.to_owned(), new };
    assert_eq!(kinds, [elsewhere("sensor", Some(B)), elsewhere("other", None)]);

    let mut refused = record(Version::V311);
    refused.connect(0, OBSERVER, "observer").accepted(10, OBSERVER);
    refused.connect(100, A, "sensor").closed(200, A, Party::Server);
    refused.received(300, OBSERVER, &told("connect_failed", "AUTHORIZATION_FAILED", "sensor", "1"));
    let [found] = refused.findings().try_into().unwrap();
    assert!(matches!(&found.kind, FindingKind::ConnectRefused { connection: A, .. }));
    assert_eq!((found.certainty, found.rivals.len(), found.evidence), (Certainty::Stated, 0, vec![2, 3, 4]));
}
