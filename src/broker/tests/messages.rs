use super::*;

#[test]
pub(super) fn a_message_reaches_its_subscriber() {
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
pub(super) fn a_refused_publish_is_told_as_the_version_allows() {
    for (version, qos) in
        [(Version::V311, Qos::AtMostOnce), (Version::V311, Qos::AtLeastOnce), (Version::V5, Qos::AtMostOnce)]
    {
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
pub(super) fn a_refused_subscription_is_told_as_the_version_allows() {
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
pub(super) fn a_refused_delivery_is_silent() {
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
pub(super) fn an_unsubscribed_filter_gets_nothing_more() {
    let mut bench = Bench::new(vec![]);
    bench.connected(1, connect(Version::V5, "temp-sensor-01"));
    bench.say(1, &subscribe(&["a", "b"]));
    bench.say(1, &unsubscribe(&["a"]));
    bench.hear(1);
    bench.say(1, &publish("a", Qos::AtMostOnce));
    bench.say(1, &publish("b", Qos::AtMostOnce));
    assert_eq!(topics(&bench.hear(1)), ["b"]);
}

#[test]
pub(super) fn more_filters_or_subscriptions_than_aws_takes() {
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
pub(super) fn a_topic_alias_stands_for_its_topic() {
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
pub(super) fn a_retained_message_waits_for_filters_without_wildcards() {
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
pub(super) fn a_shared_subscription_gives_each_message_to_one_member() {
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
