//! Conversations with the broker in MQTT bytes, through its public interface alone.

use std::collections::BTreeMap;

use super::*;
use crate::mqtt::{
    Ack, Connect, Disconnect, Frame, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode,
    Subscribe, Subscription, Unsubscribe, Version, Will, decode, encode,
};

const BOTH: [Version; 2] = [Version::V311, Version::V5];

/// Refuses what is listed and allows the rest. Explanations are numbered in the order of the questions.
#[derive(Default)]
struct Rights {
    refused: Vec<Refuse>,
    asked: u32,
}

enum Refuse {
    Connect { who: Who },
    Publish(&'static str),
    Subscribe(&'static str),
    Receive(&'static str),
}

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        let refused = self.refused.iter().any(|refuse| match (refuse, request) {
            (Refuse::Connect { who }, Request::Connect { .. }) => asker.who == *who,
            (Refuse::Publish(refused), Request::Publish { topic, .. })
            | (Refuse::Receive(refused), Request::Receive { topic, .. }) => topic == refused,
            (Refuse::Publish(refused), Request::Connect { will: Some(will), .. }) => will.topic == *refused,
            (Refuse::Subscribe(refused), Request::Subscribe { filter, .. }) => filter == refused,
            _ => false,
        });
        self.asked += 1;
        let verdict = if refused { Verdict::Refused } else { Verdict::Allowed };
        Ruling { verdict, explanation: ExplanationId(self.asked) }
    }
}

#[derive(Debug, PartialEq)]
enum Heard {
    Packet(Packet),
    Closed,
}

/// The broker, its connections, and what each of them heard since it was last asked.
struct Bench {
    broker: Broker,
    rights: Rights,
    now: Instant,
    versions: BTreeMap<u32, Version>,
    heard: BTreeMap<u32, Vec<Heard>>,
    news: Vec<News>,
}

impl Bench {
    fn new(refused: Vec<Refuse>) -> Self {
        Self {
            broker: Broker::new(Config::default()),
            rights: Rights { refused, asked: 0 },
            now: Instant(0),
            versions: BTreeMap::new(),
            heard: BTreeMap::new(),
            news: Vec::new(),
        }
    }

    fn feed(&mut self, input: Input) {
        self.broker.handle(self.now, input, &mut self.rights);
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    let frame = Frame::new(bytes).unwrap();
                    let packet = decode(&frame, self.versions[&connection.0]).unwrap();
                    self.heard.entry(connection.0).or_default().push(Heard::Packet(packet));
                }
                Output::Close { connection } => {
                    self.heard.entry(connection.0).or_default().push(Heard::Closed);
                }
                Output::News(news) => self.news.push(news),
            }
        }
    }

    fn open(&mut self, connection: u32, version: Version) {
        self.versions.insert(connection, version);
        self.feed(Input::Opened { connection: ConnectionId(connection), who: Who(connection) });
    }

    fn bytes(&mut self, connection: u32, bytes: Vec<u8>) {
        self.feed(Input::Received { connection: ConnectionId(connection), bytes });
    }

    fn say(&mut self, connection: u32, packet: &Packet) {
        let bytes = encode(packet, self.versions[&connection]).unwrap();
        self.bytes(connection, bytes);
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Millis::from_seconds(seconds);
        while let Some(at) = self.broker.deadline().filter(|at| *at <= end) {
            self.now = at;
            self.feed(Input::TimePassed);
        }
        self.now = end;
        self.feed(Input::TimePassed);
    }

    /// What the connection heard since the last call.
    fn hear(&mut self, connection: u32) -> Vec<Heard> {
        self.heard.remove(&connection).unwrap_or_default()
    }

    /// Opens, connects, and checks that the CONNACK says yes.
    fn connected(&mut self, connection: u32, connect: Connect) -> bool {
        self.open(connection, connect.version);
        self.say(connection, &Packet::Connect(connect));
        match self.hear(connection).as_slice() {
            [Heard::Packet(Packet::ConnAck(ack)), ..] if ack.code == ReasonCode::SUCCESS => {
                ack.session_present
            }
            other => panic!("connection {connection} heard {other:?}"),
        }
    }

    fn end_of(&self, connection: u32) -> Option<&Cause> {
        self.news.iter().find_map(|news| match news {
            News::Disconnected { connection: c, cause, .. } | News::Dropped { connection: c, cause }
                if c.0 == connection =>
            {
                Some(cause)
            }
            _ => None,
        })
    }
}

fn connect(version: Version, client_id: &str) -> Connect {
    Connect {
        version,
        client_id: client_id.to_owned(),
        clean_start: true,
        keep_alive: 60,
        will: None,
        user_name: None,
        password: None,
        properties: Properties::default(),
    }
}

/// A session that outlives its connection, in either version.
fn persistent(version: Version, client_id: &str) -> Connect {
    let properties = match version {
        Version::V311 => Properties::default(),
        Version::V5 => Properties(vec![Property::SessionExpiryInterval(600)]),
    };
    Connect { clean_start: false, properties, ..connect(version, client_id) }
}

fn with_will(connect: Connect, topic: &str, qos: Qos) -> Connect {
    let will = Will {
        topic: topic.to_owned(),
        payload: b"gone".to_vec(),
        qos,
        retain: false,
        properties: Properties::default(),
    };
    Connect { will: Some(will), ..connect }
}

fn publish(topic: &str, qos: Qos) -> Packet {
    Packet::Publish(message(topic, qos))
}

fn message(topic: &str, qos: Qos) -> Publish {
    Publish {
        dup: false,
        qos,
        retain: false,
        topic: topic.to_owned(),
        packet_id: (qos != Qos::AtMostOnce).then_some(PacketId(1)),
        properties: Properties::default(),
        payload: b"20".to_vec(),
    }
}

fn retained(topic: &str, payload: &[u8]) -> Packet {
    Packet::Publish(Publish { retain: true, payload: payload.to_vec(), ..message(topic, Qos::AtLeastOnce) })
}

fn subscribe(filters: &[&str]) -> Packet {
    let line = |filter: &&str| Subscription {
        filter: (*filter).to_owned(),
        qos: Qos::AtLeastOnce,
        no_local: false,
        retain_as_published: false,
        retain_handling: 0,
    };
    Packet::Subscribe(Subscribe {
        packet_id: PacketId(7),
        filters: filters.iter().map(line).collect(),
        properties: Properties::default(),
    })
}

fn ack(packet_id: u16, code: ReasonCode) -> Ack {
    Ack { packet_id: PacketId(packet_id), code, properties: Properties::default() }
}

fn disconnect(code: ReasonCode) -> Packet {
    Packet::Disconnect(Disconnect { code, properties: Properties::default() })
}

fn suback(heard: &[Heard]) -> Vec<u8> {
    match heard {
        [Heard::Packet(Packet::SubAck(codes)), ..] => codes.codes.iter().map(|code| code.0).collect(),
        other => panic!("no SUBACK but {other:?}"),
    }
}

/// Topics of the PUBLISH packets that were heard.
fn topics(heard: &[Heard]) -> Vec<&str> {
    heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Packet(Packet::Publish(publish)) => Some(publish.topic.as_str()),
            _ => None,
        })
        .collect()
}

/// What a server-side end sounds like: the DISCONNECT of MQTT 5 or nothing, then the close.
fn ending(version: Version, code: ReasonCode) -> Vec<Heard> {
    match version {
        Version::V311 => vec![Heard::Closed],
        Version::V5 => vec![Heard::Packet(disconnect(code)), Heard::Closed],
    }
}

mod connecting {
    use super::*;

    #[test]
    fn the_newcomer_takes_the_client_id_over() {
        for version in BOTH {
            let mut bench = Bench::new(vec![]);
            bench.connected(3, connect(version, "watcher"));
            bench.say(3, &subscribe(&["last/words"]));
            bench.hear(3);
            bench.connected(1, with_will(connect(version, "temp-sensor-01"), "last/words", Qos::AtLeastOnce));
            bench.wait(2);
            bench.connected(2, connect(version, "temp-sensor-01"));
            assert_eq!(bench.hear(1), ending(version, ReasonCode::SESSION_TAKEN_OVER));
            assert_eq!(topics(&bench.hear(3)), ["last/words"], "the will of the old one goes out");
            let expected = News::Disconnected {
                connection: ConnectionId(1),
                client_id: "temp-sensor-01".to_owned(),
                cause: Cause::TakenOver { by: ConnectionId(2) },
                will_published: true,
                session_kept: false,
            };
            assert!(bench.news.contains(&expected));
            assert_eq!(bench.end_of(1).unwrap().reason().as_str(), "DUPLICATE_CLIENTID");
            assert_eq!(bench.broker.open_connections(), 2);
        }
    }

    #[test]
    fn a_refused_newcomer_is_closed_and_disturbs_nobody() {
        for version in BOTH {
            let mut bench = Bench::new(vec![Refuse::Connect { who: Who(2) }]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.wait(2);
            bench.open(2, version);
            bench.say(2, &Packet::Connect(connect(version, "temp-sensor-01")));
            match (version, bench.hear(2).as_slice()) {
                (Version::V311, [Heard::Closed]) => {}
                (Version::V5, [Heard::Packet(Packet::ConnAck(ack)), Heard::Closed]) => {
                    assert_eq!(ack.code, ReasonCode::NOT_AUTHORIZED);
                }
                (_, other) => panic!("{other:?}"),
            }
            bench.say(1, &Packet::PingReq);
            assert_eq!(bench.hear(1), [Heard::Packet(Packet::PingResp)]);
            let refused = News::Refused {
                connection: ConnectionId(2),
                client_id: "temp-sensor-01".to_owned(),
                refusal: Refusal::NotAuthorized,
                explanation: Some(ExplanationId(2)),
            };
            assert_eq!(bench.news.last(), Some(&refused));
        }
    }

    #[test]
    fn a_will_that_may_not_be_published_fails_the_connect() {
        let mut bench = Bench::new(vec![Refuse::Publish("last/words")]);
        bench.open(1, Version::V5);
        let connect = with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtMostOnce);
        bench.say(1, &Packet::Connect(connect));
        let news = bench.news.last().unwrap();
        assert!(matches!(news, News::Refused { refusal: Refusal::NotAuthorized, .. }));
        assert_eq!(bench.hear(1).last(), Some(&Heard::Closed));
    }

    #[test]
    fn one_connect_a_second_for_each_client_id() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V311, "temp-sensor-01"));
        bench.open(2, Version::V311);
        bench.say(2, &Packet::Connect(connect(Version::V311, "temp-sensor-01")));
        assert_eq!(bench.hear(2), [Heard::Closed]);
        assert_eq!(bench.hear(1), [], "who was throttled takes nothing over");
        bench.connected(3, connect(Version::V311, "temp-sensor-02"));
        bench.wait(1);
        bench.connected(4, connect(Version::V311, "temp-sensor-01"));
        assert_eq!(bench.hear(1), [Heard::Closed]);
    }

    #[test]
    fn client_ids_are_checked() {
        for (client_id, clean_start, code) in
            [("$x", true, Some(2)), (&"x".repeat(129), true, Some(2)), ("", false, Some(2)), ("", true, None)]
        {
            let mut bench = Bench::new(vec![]);
            bench.open(1, Version::V311);
            bench.say(1, &Packet::Connect(Connect { clean_start, ..connect(Version::V311, client_id) }));
            let heard = bench.hear(1);
            let [Heard::Packet(Packet::ConnAck(ack)), rest @ ..] = heard.as_slice() else {
                panic!("{heard:?}")
            };
            assert_eq!(ack.code.0, code.unwrap_or(0), "`{client_id}`");
            assert_eq!(rest.len(), usize::from(code.is_some()));
        }
    }

    #[test]
    fn mqtt_5_is_told_what_holds_for_the_session() {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V5);
        let properties = Properties(vec![Property::SessionExpiryInterval(u32::MAX)]);
        let connect = Connect { keep_alive: 5, properties, ..connect(Version::V5, "") };
        bench.say(1, &Packet::Connect(connect));
        let heard = bench.hear(1);
        let [Heard::Packet(Packet::ConnAck(ack))] = heard.as_slice() else { panic!("{heard:?}") };
        for expected in [
            Property::SessionExpiryInterval(3600),
            Property::ServerKeepAlive(30),
            Property::MaximumQos(1),
            Property::SubscriptionIdentifierAvailable(0),
            Property::AssignedClientIdentifier("assigned-00000001".to_owned()),
        ] {
            assert!(ack.properties.0.contains(&expected), "{expected:?}");
        }
    }

    #[test]
    fn silence_ends_a_connection_after_one_and_a_half_keep_alives() {
        for version in BOTH {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.wait(80);
            bench.say(1, &Packet::PingReq);
            bench.wait(89);
            assert_eq!(bench.hear(1), [Heard::Packet(Packet::PingResp)]);
            bench.wait(1);
            assert_eq!(bench.hear(1), ending(version, ReasonCode::KEEP_ALIVE_TIMEOUT));
            assert_eq!(bench.end_of(1), Some(&Cause::KeepAliveTimeout));
        }
    }

    #[test]
    fn a_client_that_leaves_takes_its_will_along_unless_it_says_otherwise() {
        for (code, wills) in [(ReasonCode::SUCCESS, 0), (ReasonCode::DISCONNECT_WITH_WILL, 1)] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(Version::V5, "watcher"));
            bench.say(1, &subscribe(&["last/words"]));
            bench.hear(1);
            bench.connected(
                2,
                with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtMostOnce),
            );
            bench.say(2, &disconnect(code));
            assert_eq!(bench.hear(2), [Heard::Closed]);
            assert_eq!(topics(&bench.hear(1)).len(), wills);
        }
    }
}

mod messages {
    use super::*;

    #[test]
    fn a_message_reaches_its_subscriber() {
        for version in BOTH {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.say(1, &subscribe(&["cmd/temperature"]));
            assert_eq!(suback(&bench.hear(1)), [1]);
            bench.connected(2, connect(version, "operator"));
            bench.say(2, &publish("cmd/temperature", Qos::AtLeastOnce));
            assert_eq!(bench.hear(2), [Heard::Packet(Packet::PubAck(ack(1, ReasonCode::SUCCESS)))]);
            assert_eq!(bench.hear(1), [Heard::Packet(publish("cmd/temperature", Qos::AtLeastOnce))]);
        }
    }

    #[test]
    fn a_refused_publish_is_told_as_the_version_allows() {
        for (version, qos) in [
            (Version::V311, Qos::AtMostOnce),
            (Version::V311, Qos::AtLeastOnce),
            (Version::V5, Qos::AtMostOnce),
        ] {
            let mut bench = Bench::new(vec![Refuse::Publish("dt/temperature")]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.say(1, &publish("dt/temperature", qos));
            assert_eq!(bench.hear(1), ending(version, ReasonCode::NOT_AUTHORIZED), "{version:?} {qos:?}");
            assert_eq!(bench.end_of(1).unwrap().reason(), DisconnectReason::AuthError);
        }
        let mut bench = Bench::new(vec![Refuse::Publish("dt/temperature")]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &publish("dt/temperature", Qos::AtLeastOnce));
        assert_eq!(bench.hear(1), [Heard::Packet(Packet::PubAck(ack(1, ReasonCode::NOT_AUTHORIZED)))]);
        assert_eq!(bench.end_of(1), None);
    }

    #[test]
    fn a_refused_subscription_is_told_as_the_version_allows() {
        for version in BOTH {
            let mut bench = Bench::new(vec![Refuse::Subscribe("secret")]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.say(1, &subscribe(&["cmd/temperature", "secret"]));
            match version {
                Version::V311 => assert_eq!(bench.hear(1), [Heard::Closed]),
                Version::V5 => {
                    assert_eq!(suback(&bench.hear(1)), [1, 0x87]);
                    bench.say(1, &publish("secret", Qos::AtMostOnce));
                    bench.say(1, &publish("cmd/temperature", Qos::AtMostOnce));
                    assert_eq!(topics(&bench.hear(1)), ["cmd/temperature"]);
                }
            }
        }
    }

    #[test]
    fn a_refused_delivery_is_silent() {
        for version in BOTH {
            let mut bench = Bench::new(vec![Refuse::Receive("secret/a")]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.say(1, &subscribe(&["secret/#"]));
            bench.hear(1);
            bench.connected(2, connect(version, "operator"));
            bench.say(2, &publish("secret/a", Qos::AtLeastOnce));
            bench.say(2, &publish("secret/b", Qos::AtLeastOnce));
            assert_eq!(topics(&bench.hear(1)), ["secret/b"]);
            assert_eq!(topics(&bench.hear(2)).len(), 0);
            let withheld =
                |news: &&News| matches!(news, News::DeliveryRefused { topic, .. } if topic == "secret/a");
            assert_eq!(bench.news.iter().filter(withheld).count(), 1);
        }
    }

    #[test]
    fn an_unsubscribed_filter_gets_nothing_more() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &subscribe(&["a", "b"]));
        bench.say(
            1,
            &Packet::Unsubscribe(Unsubscribe {
                packet_id: PacketId(8),
                filters: vec!["a".to_owned()],
                properties: Properties::default(),
            }),
        );
        bench.hear(1);
        bench.say(1, &publish("a", Qos::AtMostOnce));
        bench.say(1, &publish("b", Qos::AtMostOnce));
        assert_eq!(topics(&bench.hear(1)), ["b"]);
    }

    #[test]
    fn more_filters_or_subscriptions_than_aws_takes() {
        for version in BOTH {
            let names: Vec<String> = (0..51).map(|n| format!("t/{n}")).collect();
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            let mut codes = Vec::new();
            for some in names.chunks(8) {
                let some: Vec<&str> = some.iter().map(String::as_str).collect();
                bench.say(1, &subscribe(&some));
                codes.extend(suback(&bench.hear(1)));
            }
            let surplus = if version == Version::V5 { 0x97 } else { 0x80 };
            assert_eq!(codes[..50], [1; 50]);
            assert_eq!(codes[50..], [surplus]);
            bench.say(1, &subscribe(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]));
            assert_eq!(bench.hear(1), ending(version, ReasonCode::QUOTA_EXCEEDED));
        }
    }

    #[test]
    fn a_topic_alias_stands_for_its_topic() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &subscribe(&["a"]));
        bench.hear(1);
        let alias = |topic: &str, alias| {
            let properties = Properties(vec![Property::TopicAlias(alias)]);
            Packet::Publish(Publish { properties, ..message(topic, Qos::AtMostOnce) })
        };
        bench.say(1, &alias("a", 8));
        bench.say(1, &alias("", 8));
        assert_eq!(topics(&bench.hear(1)), ["a", "a"]);
        bench.say(1, &alias("a", 9));
        assert_eq!(bench.hear(1), ending(Version::V5, ReasonCode::TOPIC_ALIAS_INVALID));
    }

    #[test]
    fn a_retained_message_waits_for_filters_without_wildcards() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V311, "temp-sensor-01"));
        bench.say(1, &retained("state/a", b"on"));
        bench.hear(1);
        bench.connected(2, connect(Version::V311, "operator"));
        bench.say(2, &subscribe(&["state/#", "$share/g/state/a"]));
        assert_eq!(topics(&bench.hear(2)).len(), 0);
        bench.say(2, &subscribe(&["state/a"]));
        let heard = bench.hear(2);
        let kept = |heard: &Heard| matches!(heard, Heard::Packet(Packet::Publish(p)) if p.retain);
        assert_eq!((topics(&heard), heard.iter().filter(|h| kept(h)).count()), (vec!["state/a"], 1));
        bench.say(1, &retained("state/a", b""));
        bench.hear(2);
        bench.say(2, &subscribe(&["state/a"]));
        assert_eq!(topics(&bench.hear(2)).len(), 0, "an empty payload deletes it");
    }

    #[test]
    fn a_shared_subscription_gives_each_message_to_one_member() {
        let mut bench = Bench::new(vec![]);
        for connection in [1, 2] {
            bench.connected(connection, connect(Version::V5, &format!("worker-{connection}")));
            bench.say(connection, &subscribe(&["$share/workers/jobs/#"]));
            bench.hear(connection);
        }
        bench.connected(3, connect(Version::V5, "operator"));
        for topic in ["jobs/a", "jobs/b", "jobs/c", "jobs/d"] {
            bench.say(3, &publish(topic, Qos::AtMostOnce));
        }
        assert_eq!(topics(&bench.hear(1)).len(), 2);
        assert_eq!(topics(&bench.hear(2)).len(), 2);
    }
}

mod sessions {
    use super::*;

    #[test]
    fn a_persistent_session_keeps_subscriptions_and_qos_1_messages() {
        for version in BOTH {
            let mut bench = Bench::new(vec![]);
            assert!(!bench.connected(1, persistent(version, "temp-sensor-01")));
            bench.say(1, &subscribe(&["cmd/#"]));
            bench.feed(Input::Lost { connection: ConnectionId(1) });
            bench.connected(2, connect(version, "operator"));
            for topic in ["cmd/1", "cmd/2", "cmd/3"] {
                bench.say(2, &publish(topic, Qos::AtLeastOnce));
            }
            bench.say(2, &publish("cmd/0", Qos::AtMostOnce));
            bench.wait(10);
            bench.open(3, version);
            bench.say(3, &Packet::Connect(persistent(version, "temp-sensor-01")));
            let heard = bench.hear(3);
            let [Heard::Packet(Packet::ConnAck(ack)), rest @ ..] = heard.as_slice() else {
                panic!("{heard:?}")
            };
            assert!(ack.session_present);
            assert_eq!(topics(rest), ["cmd/1"], "ten a second");
            bench.wait(1);
            assert_eq!(topics(&bench.hear(3)), ["cmd/2", "cmd/3"]);
        }
    }

    #[test]
    fn what_was_not_acknowledged_comes_again_under_its_id() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, persistent(Version::V311, "temp-sensor-01"));
        bench.say(1, &subscribe(&["cmd/#"]));
        bench.hear(1);
        bench.connected(2, connect(Version::V311, "operator"));
        bench.say(2, &publish("cmd/1", Qos::AtLeastOnce));
        bench.say(2, &publish("cmd/2", Qos::AtLeastOnce));
        assert_eq!(topics(&bench.hear(1)), ["cmd/1", "cmd/2"]);
        bench.say(1, &Packet::PubAck(ack(1, ReasonCode::SUCCESS)));
        bench.wait(2);
        assert!(bench.connected(3, persistent(Version::V311, "temp-sensor-01")));
        bench.say(3, &Packet::PubAck(ack(2, ReasonCode::SUCCESS)));
        bench.wait(2);
        assert!(bench.connected(4, persistent(Version::V311, "temp-sensor-01")));
        bench.wait(2);
        assert_eq!(bench.hear(4), []);
        let sent = |news: &&News| matches!(news, News::Delivered { connection, .. } if *connection == ConnectionId(3));
        assert_eq!(bench.news.iter().filter(sent).count(), 1);
    }

    #[test]
    fn a_session_waits_as_long_as_it_was_granted() {
        for (version, seconds) in [(Version::V311, 3600), (Version::V5, 600)] {
            for (wait, kept) in [(seconds - 1, true), (seconds, false)] {
                let mut bench = Bench::new(vec![]);
                bench.connected(1, persistent(version, "temp-sensor-01"));
                bench.feed(Input::Lost { connection: ConnectionId(1) });
                bench.wait(wait);
                assert_eq!(
                    bench.connected(2, persistent(version, "temp-sensor-01")),
                    kept,
                    "{version:?} {wait}"
                );
            }
        }
    }

    #[test]
    fn clean_starts_and_other_versions_find_no_session() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, persistent(Version::V311, "temp-sensor-01"));
        bench.wait(2);
        assert!(!bench.connected(2, persistent(Version::V5, "temp-sensor-01")));
        bench.wait(2);
        assert!(!bench.connected(3, connect(Version::V5, "temp-sensor-01")));
        bench.wait(2);
        assert!(!bench.connected(4, persistent(Version::V5, "temp-sensor-01")));
    }

    #[test]
    fn an_expired_message_is_not_delivered() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, persistent(Version::V5, "temp-sensor-01"));
        bench.say(1, &subscribe(&["cmd/#"]));
        bench.feed(Input::Lost { connection: ConnectionId(1) });
        bench.connected(2, connect(Version::V5, "operator"));
        for (topic, seconds) in [("cmd/short", 5), ("cmd/long", 20)] {
            let properties = Properties(vec![Property::MessageExpiryInterval(seconds)]);
            bench.say(2, &Packet::Publish(Publish { properties, ..message(topic, Qos::AtLeastOnce) }));
        }
        bench.wait(10);
        bench.open(3, Version::V5);
        bench.say(3, &Packet::Connect(persistent(Version::V5, "temp-sensor-01")));
        bench.wait(1);
        let heard = bench.hear(3);
        assert_eq!(topics(&heard), ["cmd/long"]);
        let Some(Heard::Packet(Packet::Publish(publish))) = heard.last() else { panic!("{heard:?}") };
        assert_eq!(publish.properties.0, [Property::MessageExpiryInterval(10)]);
    }

    #[test]
    fn no_more_unacknowledged_messages_than_the_client_takes() {
        let mut bench = Bench::new(vec![]);
        let properties = Properties(vec![Property::ReceiveMaximum(2)]);
        bench.connected(1, Connect { properties, ..connect(Version::V5, "temp-sensor-01") });
        bench.say(1, &subscribe(&["cmd/#"]));
        bench.hear(1);
        bench.connected(2, connect(Version::V5, "operator"));
        for topic in ["cmd/1", "cmd/2", "cmd/3"] {
            bench.say(2, &publish(topic, Qos::AtLeastOnce));
        }
        assert_eq!(topics(&bench.hear(1)), ["cmd/1", "cmd/2"]);
        bench.say(1, &Packet::PubAck(ack(1, ReasonCode::SUCCESS)));
        bench.wait(1);
        assert_eq!(topics(&bench.hear(1)), ["cmd/3"]);
    }
}

mod hostile {
    use super::*;

    #[test]
    fn what_is_no_mqtt_closes_the_connection() {
        for bytes in [
            vec![0x00, 0x00],
            vec![0x10, 0xFF, 0xFF, 0xFF, 0xFF],
            vec![0x10, 0xFF, 0xFF, 0xFF, 0x7F],
            vec![0xC0, 0x00],
        ] {
            let mut bench = Bench::new(vec![]);
            bench.open(1, Version::V311);
            bench.bytes(1, bytes.clone());
            assert_eq!(bench.hear(1), [Heard::Closed], "{bytes:?}");
            assert_eq!(bench.broker.open_connections(), 0);
            bench.bytes(1, bytes);
            assert_eq!(bench.hear(1), [], "after the close nothing");
        }
    }

    #[test]
    fn who_does_not_come_to_the_point_is_closed() {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V311);
        bench.bytes(1, b"GET / HTTP/1.1\r\n\r\n".to_vec());
        bench.wait(29);
        assert_eq!(bench.hear(1), []);
        bench.wait(1);
        assert_eq!(bench.hear(1), [Heard::Closed]);
    }

    #[test]
    fn what_may_not_be_said_ends_the_connection_with_the_reason() {
        let second_connect = Packet::Connect(connect(Version::V5, "temp-sensor-01"));
        let qos_2 = publish("dt/temperature", Qos::ExactlyOnce);
        let large =
            Packet::Publish(Publish { payload: vec![0; 128 * 1024 + 1], ..message("a", Qos::AtMostOnce) });
        let reserved = publish("$mine/a", Qos::AtMostOnce);
        let shallow = publish("1/2/3/4/5/6/7/8/9", Qos::AtMostOnce);
        for (packet, cause) in [
            (second_connect, Cause::ProtocolError),
            (qos_2, Cause::QosNotSupported),
            (large, Cause::TooLarge),
            (reserved, Cause::TopicNameInvalid),
            (shallow, Cause::TopicNameInvalid),
            (Packet::PubRel(ack(1, ReasonCode::SUCCESS)), Cause::ProtocolError),
            (Packet::PingResp, Cause::ProtocolError),
        ] {
            for version in BOTH {
                let mut bench = Bench::new(vec![]);
                bench.connected(1, connect(version, "temp-sensor-01"));
                bench.say(1, &packet);
                let expected = match cause.code() {
                    Some(code) => ending(version, code),
                    None => vec![Heard::Closed],
                };
                assert_eq!(bench.hear(1), expected, "{cause:?}");
                assert_eq!(bench.end_of(1), Some(&cause));
                assert_eq!(cause.reason(), DisconnectReason::ClientError);
            }
        }
    }

    #[test]
    fn nothing_follows_the_packet_that_ended_the_connection() {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V311, "temp-sensor-01"));
        let both = [disconnect(ReasonCode::SUCCESS), publish("a", Qos::AtLeastOnce)];
        let bytes = both.iter().flat_map(|packet| encode(packet, Version::V311).unwrap()).collect();
        bench.bytes(1, bytes);
        assert_eq!(bench.hear(1), [Heard::Closed]);
        assert!(!bench.news.iter().any(|news| matches!(news, News::Published { .. })));
    }

    /// Every legal packet with each of its bytes replaced: answered or closed, never a panic, and a second
    /// client is served all the while.
    #[test]
    fn damaged_packets_harm_only_their_own_connection() {
        for version in BOTH {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(version, "witness"));
            let packets = [
                Packet::Connect(with_will(persistent(version, "x"), "w", Qos::AtLeastOnce)),
                publish("a/b", Qos::AtLeastOnce),
                subscribe(&["a/#", "$share/g/b"]),
                disconnect(ReasonCode::SUCCESS),
            ];
            let mut connection = 1;
            for (index, packet) in packets.iter().enumerate() {
                let whole = encode(packet, version).unwrap();
                for place in 0..whole.len() {
                    for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
                        connection += 1;
                        let mut bytes = whole.clone();
                        bytes[place] = value;
                        bench.open(connection, version);
                        if index > 0 {
                            let hello = Connect { clean_start: true, ..connect(version, "other") };
                            bench.say(connection, &Packet::Connect(hello));
                        }
                        bench.versions.insert(connection, version);
                        // A damaged CONNECT may name the other version: answers are then not decoded.
                        let input = Input::Received { connection: ConnectionId(connection), bytes };
                        bench.broker.handle(bench.now, input, &mut bench.rights);
                        while bench.broker.poll().is_some() {}
                        bench.feed(Input::Lost { connection: ConnectionId(connection) });
                        bench.wait(1);
                        bench.say(1, &Packet::PingReq);
                        assert_eq!(bench.hear(1).last(), Some(&Heard::Packet(Packet::PingResp)));
                    }
                }
            }
            assert_eq!(bench.broker.open_connections(), 1);
        }
    }
}
