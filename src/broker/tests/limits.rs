//! Rates and sizes.

use super::*;

/// How many messages on `topic` the broker discarded for their rate, by direction.
fn throttled(bench: &Bench) -> (usize, usize) {
    let of = |wanted| {
        let matching = |news: &&News| matches!(news, News::Throttled { inbound, .. } if *inbound == wanted);
        bench.news.iter().filter(matching).count()
    };
    (of(true), of(false))
}

#[test]
pub(super) fn a_hundred_messages_a_second() {
    for version in BOTH {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(version, "temp-sensor-01"));
        for _ in 0..105 {
            bench.say(1, &publish("a", Qos::AtLeastOnce));
        }
        let heard = bench.hear(1);
        let code = |heard: &Heard| match heard {
            Heard::Packet(Packet::PubAck(ack)) => ack.code.0,
            other => panic!("{other:?}"),
        };
        let codes: Vec<u8> = heard.iter().map(code).collect();
        assert_eq!(codes[..100], [0; 100]);
        let surplus: &[u8] = if version == Version::V5 { &[0x97; 5] } else { &[] };
        assert_eq!(&codes[100..], surplus, "the connection stays");
        assert_eq!(throttled(&bench), (5, 0));
        bench.wait(1);
        bench.say(1, &publish("a", Qos::AtLeastOnce));
        assert_eq!(bench.hear(1).len(), 1);
    }
}

#[test]
pub(super) fn both_ways_count_together() {
    let mut bench = Bench::new(vec![]);
    bench.connected(1, connect(Version::V311, "temp-sensor-01"));
    bench.say(1, &subscribe(&["a"]));
    bench.hear(1);
    for _ in 0..60 {
        bench.say(1, &publish("a", Qos::AtMostOnce));
    }
    assert_eq!(topics(&bench.hear(1)).len(), 50);
    assert_eq!(throttled(&bench), (10, 0), "50 came, 50 went");
    bench.wait(1);
    bench.connected(2, connect(Version::V311, "operator-1"));
    bench.connected(3, connect(Version::V311, "operator-2"));
    for _ in 0..60 {
        bench.say(2, &publish("a", Qos::AtLeastOnce));
        bench.say(3, &publish("a", Qos::AtLeastOnce));
    }
    assert_eq!(topics(&bench.hear(1)).len(), 100);
    assert_eq!(throttled(&bench), (10, 20));
}

#[test]
pub(super) fn what_comes_too_fast_is_read_later() {
    let mut bench = Bench::new(vec![]);
    bench.connected(1, connect(Version::V5, "temp-sensor-01"));
    let large = Publish { payload: vec![0; 100 * 1024], ..message("a", Qos::AtLeastOnce) };
    let bytes = encode(&Packet::Publish(large), Version::V5).unwrap();
    bench.bytes(1, bytes.repeat(14));
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        acknowledged.push(bench.hear(1).len());
        bench.wait(1);
    }
    assert_eq!(acknowledged, [6, 6, 2]);
    assert_eq!(bench.broker.holdings().bytes, 0);
}

#[test]
pub(super) fn what_waits_unread_is_bounded() {
    let config = Config { max_stored_bytes: 2 * 1024 * 1024, ..Config::default() };
    let mut bench = Bench::with(config, vec![]);
    bench.connected(1, connect(Version::V5, "temp-sensor-01"));
    let large = Publish { payload: vec![0; 100 * 1024], ..message("a", Qos::AtLeastOnce) };
    let bytes = encode(&Packet::Publish(large), Version::V5).unwrap();
    for _ in 0..30 {
        bench.bytes(1, bytes.clone());
        assert!(bench.broker.holdings().bytes <= 2 * 1024 * 1024);
    }
    assert_eq!(bench.end_of(1), Some(&Cause::Flooded));
}

#[test]
pub(super) fn what_is_stored_and_retained_is_bounded() {
    let config = Config {
        max_stored: 5,
        max_stored_bytes: 100,
        max_retained: 3,
        max_retained_bytes: 100,
        ..Config::default()
    };
    let mut bench = Bench::with(config, vec![]);
    bench.connected(1, persistent(Version::V5, "temp-sensor-01"));
    bench.say(1, &subscribe(&["a/#"]));
    bench.lose(1);
    bench.connected(2, connect(Version::V5, "operator"));
    for topic in ["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7"] {
        bench.say(2, &retained(topic, &[7; 10]));
    }
    assert_eq!(bench.broker.holdings().messages, 5 + 3);
    bench.say(2, &retained("a/1", &[7; 90]));
    bench.say(2, &retained("a/2", b""));
    bench.say(2, &retained("a/3", b""));
    bench.say(2, &retained("a/1", &[7; 90]));
    let bytes = bench.broker.holdings().bytes;
    assert!(bytes < 300, "{bytes}");
    let lost = |news: &&News| matches!(news, News::Lost { .. });
    assert_eq!(bench.news.iter().filter(lost).count(), 2 + 4);
}

#[test]
pub(super) fn packets_and_properties_have_sizes() {
    let with = |property: Property| {
        Packet::Publish(Publish { properties: Properties(vec![property]), ..message("a", Qos::AtLeastOnce) })
    };
    for (property, fits) in [
        (Property::UserProperty("n".repeat(1024), "v".repeat(7 * 1024)), true),
        (Property::UserProperty("n".repeat(1024), "v".repeat(7 * 1024 + 1)), false),
        (Property::ContentType("c".repeat(256)), true),
        (Property::ContentType("c".repeat(257)), false),
        (Property::CorrelationData(vec![1; 8 * 1024]), true),
        (Property::CorrelationData(vec![1; 8 * 1024 + 1]), false),
    ] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &with(property));
        let code = if fits { ReasonCode::SUCCESS } else { ReasonCode::QUOTA_EXCEEDED };
        assert_eq!(bench.hear(1), [Heard::Packet(Packet::PubAck(ack(1, code)))]);
    }
    let mut bench = Bench::new(vec![]);
    bench.connected(1, connect(Version::V5, "temp-sensor-01"));
    // A header that announces more than 146 KB is enough.
    bench.bytes(1, vec![0x30, 0x81, 0x90, 0x09]);
    assert_eq!(bench.hear(1), [Heard::Closed]);
    assert_eq!(bench.end_of(1), Some(&Cause::TooLarge));
    for (bytes, fits) in [(511, false), (512, true)] {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V5);
        let properties = Properties(vec![Property::MaximumPacketSize(bytes)]);
        bench.say(1, &Packet::Connect(Connect { properties, ..connect(Version::V5, "temp-sensor-01") }));
        assert_eq!(bench.hear(1).contains(&Heard::Closed), !fits);
    }
}

#[test]
pub(super) fn a_message_too_large_for_its_receiver_is_dropped() {
    let mut bench = Bench::new(vec![]);
    let properties = Properties(vec![Property::MaximumPacketSize(512)]);
    bench.connected(1, Connect { properties, ..connect(Version::V5, "temp-sensor-01") });
    bench.say(1, &subscribe(&["a"]));
    bench.hear(1);
    for (payload, arrives) in [(480, true), (600, false)] {
        let message = Publish { payload: vec![0; payload], ..message("a", Qos::AtMostOnce) };
        bench.say(1, &Packet::Publish(message));
        assert_eq!(!bench.hear(1).is_empty(), arrives, "{payload}");
    }
}

#[test]
pub(super) fn a_hundred_messages_in_flight() {
    let config = Config { max_publish_rate: 0, ..Config::default() };
    let mut bench = Bench::with(config, vec![]);
    bench.connected(1, connect(Version::V311, "temp-sensor-01"));
    bench.say(1, &subscribe(&["a"]));
    bench.hear(1);
    for _ in 0..103 {
        bench.say(1, &publish("a", Qos::AtLeastOnce));
    }
    assert_eq!(topics(&bench.hear(1)).len(), 100);
    bench.say(1, &Packet::PubAck(ack(1, ReasonCode::SUCCESS)));
    bench.wait(1);
    assert_eq!(topics(&bench.hear(1)).len(), 1);
}

#[test]
pub(super) fn shares_have_sizes() {
    let mut bench = Bench::new(vec![]);
    let mut codes = Vec::new();
    for connection in 0..101 {
        bench.connected(connection, connect(Version::V5, &format!("worker-{connection}")));
        bench.say(connection, &subscribe(&["$share/all/a", &format!("$share/{connection}/a")]));
        codes.push(suback(&bench.hear(connection)));
    }
    // The common one is the first of the hundred.
    assert_eq!(codes[98], [1, 1]);
    assert_eq!(codes[99], [1, 0x97]);
    assert_eq!(codes[100], [0x97, 0x97]);
}

#[test]
pub(super) fn sessions_are_counted() {
    let config = Config { max_sessions: 1, ..Config::default() };
    let mut bench = Bench::with(config, vec![]);
    bench.connected(1, connect(Version::V5, "one"));
    bench.open(2, Version::V5);
    bench.say(2, &Packet::Connect(connect(Version::V5, "two")));
    assert_eq!(bench.hear(2).last(), Some(&Heard::Closed));
    bench.wait(2);
    bench.connected(3, connect(Version::V5, "one"));
}
