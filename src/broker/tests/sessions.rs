use super::*;

#[test]
pub(super) fn a_persistent_session_keeps_subscriptions_and_qos_1_messages() {
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
        let [Heard::Packet(Packet::ConnAck(ack)), rest @ ..] = heard.as_slice() else { panic!("{heard:?}") };
        assert!(ack.session_present);
        assert_eq!(topics(rest), ["cmd/1"], "ten a second");
        bench.wait(1);
        assert_eq!(topics(&bench.hear(3)), ["cmd/2", "cmd/3"]);
    }
}

#[test]
pub(super) fn what_was_not_acknowledged_comes_again_under_its_id() {
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
    let sent =
        |news: &&News| matches!(news, News::Delivered { connection, .. } if *connection == ConnectionId(3));
    assert_eq!(bench.news.iter().filter(sent).count(), 1);
}

#[test]
pub(super) fn a_session_waits_as_long_as_it_was_granted() {
    for (version, seconds) in [(Version::V311, 3600), (Version::V5, 600)] {
        for (wait, kept) in [(seconds - 1, true), (seconds, false)] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, persistent(version, "temp-sensor-01"));
            bench.feed(Input::Lost { connection: ConnectionId(1) });
            bench.wait(wait);
            assert_eq!(bench.connected(2, persistent(version, "temp-sensor-01")), kept, "{version:?} {wait}");
        }
    }
}

#[test]
pub(super) fn clean_starts_and_other_versions_find_no_session() {
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
pub(super) fn an_expired_message_is_not_delivered() {
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
pub(super) fn no_more_unacknowledged_messages_than_the_client_takes() {
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
