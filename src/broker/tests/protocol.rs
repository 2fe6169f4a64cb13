//! What AWS IoT Core makes of MQTT: where it deviates, what it reserves, which codes it uses.

use super::*;

#[test]
pub(super) fn reserved_topics_admit_what_aws_lists() {
    for (topic, qos_1, subscribed) in [
        ("$aws/things/temp-sensor-01/shadow/update", 0, 1),
        ("$aws/things/temp-sensor-01/shadow/update/delta", 0x90, 1),
        ("$aws/things/temp-sensor-01/jobs/start-next", 0, 0x8F),
        ("$aws/events/presence/connected/temp-sensor-01", 0x90, 1),
        ("$aws/rules/store/dt/temperature", 0, 0x8F),
        ("$aws/anything", 0x90, 0x8F),
        ("$invalid/reserved/topic", 0x90, 0x8F),
    ] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &publish(topic, Qos::AtLeastOnce));
        assert_eq!(bench.hear(1), [Heard::Packet(Packet::PubAck(ack(1, ReasonCode(qos_1))))], "{topic}");
        bench.say(1, &subscribe(&[topic]));
        assert_eq!(suback(&bench.hear(1)), [subscribed], "{topic}");
        for (code, packet) in [(qos_1, publish(topic, Qos::AtMostOnce)), (subscribed, subscribe(&[topic]))] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(Version::V311, "temp-sensor-01"));
            bench.say(1, &packet);
            assert_eq!(bench.hear(1).contains(&Heard::Closed), code >= 0x80, "{topic}");
        }
    }
}

#[test]
pub(super) fn topics_have_sizes() {
    for (topic, fits) in [
        ("1/2/3/4/5/6/7/8", true),
        ("1/2/3/4/5/6/7/8/9", false),
        ("$aws/rules/store/1/2/3/4/5/6/7/8", true),
        ("$aws/rules/store/1/2/3/4/5/6/7/8/9", false),
        (&"x".repeat(256), true),
        (&"x".repeat(257), false),
    ] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &publish(topic, Qos::AtLeastOnce));
        let code = if fits { ReasonCode::SUCCESS } else { ReasonCode::TOPIC_NAME_INVALID };
        assert_eq!(bench.hear(1), [Heard::Packet(Packet::PubAck(ack(1, code)))], "{topic}");
        if topic.starts_with('$') {
            continue;
        }
        let code = if fits { 1 } else { 0x8F };
        let share = format!("$share/workers/{topic}");
        bench.say(1, &subscribe(&[topic, &share]));
        assert_eq!(suback(&bench.hear(1)), [code, code], "{topic}");
    }
}

#[test]
pub(super) fn basic_ingest_reaches_no_subscriber() {
    for version in BOTH {
        let mut bench = Bench::new(vec![]);
        // `$aws/#` may be subscribed, for there are topics below it that may.
        bench.watcher(1, version, &["#", "+/rules/#", "$aws/#"]);
        bench.connected(2, connect(version, "temp-sensor-01"));
        bench.hear(1);
        bench.say(2, &publish("$aws/rules/store/a/b", Qos::AtLeastOnce));
        assert_eq!(bench.hear(2), [Heard::Packet(Packet::PubAck(ack(1, ReasonCode::SUCCESS)))]);
        assert_eq!(bench.hear(1), []);
    }
}

#[test]
pub(super) fn a_generic_explorer() {
    for (filter, refused, code) in [("#", vec![Refuse::Subscribe("#")], 0x87), ("$SYS/#", vec![], 0x8F)] {
        let mut bench = Bench::new(refused);
        bench.connected(1, connect(Version::V5, "explorer"));
        bench.say(1, &subscribe(&[filter]));
        assert_eq!(suback(&bench.hear(1)), [code]);
        bench.connected(2, connect(Version::V311, "old-explorer"));
        bench.rights.refused.push(Refuse::Subscribe("#"));
        bench.say(2, &subscribe(&[filter]));
        assert_eq!(bench.hear(2), [Heard::Closed]);
    }
}

#[test]
pub(super) fn the_parent_level_is_not_matched() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(1, Version::V5, &["a/#"]);
    for topic in ["a", "a/", "a/b", "a/b/c", "b"] {
        bench.say(1, &publish(topic, Qos::AtMostOnce));
    }
    assert_eq!(topics(&bench.hear(1)), ["a/", "a/b", "a/b/c"]);
}

#[test]
pub(super) fn retain_is_set_only_for_a_new_subscription() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(1, Version::V311, &["state/a"]);
    bench.connected(2, connect(Version::V311, "temp-sensor-01"));
    bench.say(2, &retained("state/a", b"on"));
    let flags = |heard: &[Heard]| -> Vec<bool> {
        let flag = |heard: &Heard| match heard {
            Heard::Packet(Packet::Publish(publish)) => Some(publish.retain),
            _ => None,
        };
        heard.iter().filter_map(flag).collect()
    };
    assert_eq!(flags(&bench.hear(1)), [false]);
    bench.say(2, &subscribe(&["state/a"]));
    assert_eq!(flags(&bench.hear(2)), [true]);
}

#[test]
pub(super) fn nothing_is_retained_on_reserved_topics() {
    for version in BOTH {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(version, "temp-sensor-01"));
        bench.say(1, &retained("$aws/things/temp-sensor-01/shadow/update", b"{}"));
        match version {
            Version::V311 => assert_eq!(bench.hear(1), [Heard::Closed]),
            Version::V5 => {
                let code = ReasonCode::TOPIC_NAME_INVALID;
                assert_eq!(bench.hear(1), [Heard::Packet(Packet::PubAck(ack(1, code)))]);
            }
        }
        assert_eq!(bench.broker.holdings().messages, 0);
    }
}

#[test]
pub(super) fn a_will_to_a_reserved_topic_is_dropped() {
    for version in BOTH {
        let mut bench = Bench::new(vec![]);
        bench.watcher(9, version, &["$aws/things/+/shadow/update"]);
        let topic = "$aws/things/temp-sensor-01/shadow/update";
        bench.connected(1, with_will(connect(version, "temp-sensor-01"), topic, Qos::AtLeastOnce));
        bench.lose(1);
        assert_eq!(bench.hear(9), []);
    }
}

#[test]
pub(super) fn a_will_with_qos_2_is_no_will() {
    for version in BOTH {
        let mut bench = Bench::new(vec![]);
        bench.open(1, version);
        let connect = with_will(connect(version, "temp-sensor-01"), "last/words", Qos::ExactlyOnce);
        bench.say(1, &Packet::Connect(connect));
        match (version, bench.hear(1).as_slice()) {
            (Version::V311, [Heard::Closed]) => {}
            (Version::V5, [Heard::Packet(Packet::ConnAck(ack)), Heard::Closed]) => {
                assert_eq!(ack.code, ReasonCode::QOS_NOT_SUPPORTED);
            }
            (_, other) => panic!("{other:?}"),
        }
    }
}

#[test]
pub(super) fn a_will_with_wildcards_in_its_response_topic_is_no_will() {
    for (topic, taken) in [("reply/#", false), ("reply/+/a", false), ("reply/a", true)] {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V5);
        let mut connect = with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtMostOnce);
        let properties = Properties(vec![Property::ResponseTopic(topic.to_owned())]);
        connect.will = connect.will.map(|will| Will { properties, ..will });
        bench.say(1, &Packet::Connect(connect));
        let heard = bench.hear(1);
        assert_eq!(heard == [Heard::Closed], !taken, "{topic}: {heard:?}");
    }
}

#[test]
pub(super) fn qos_2_is_not_acknowledged() {
    let qos_2 = Packet::Subscribe(Subscribe {
        packet_id: PacketId(1),
        filters: vec![Subscription::new("a", Qos::ExactlyOnce)],
        properties: Properties::default(),
    });
    for version in BOTH {
        for packet in [publish("a", Qos::ExactlyOnce), qos_2.clone()] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, connect(version, "temp-sensor-01"));
            bench.say(1, &packet);
            assert_eq!(bench.hear(1), ending(version, ReasonCode::QOS_NOT_SUPPORTED));
        }
    }
}

#[test]
pub(super) fn packets_that_aws_does_not_have() {
    let ids = ack(1, ReasonCode::SUCCESS);
    let method = Properties(vec![Property::AuthenticationMethod("any".to_owned())]);
    let auth = Packet::Auth(crate::mqtt::Auth { code: ReasonCode(0x18), properties: method });
    for packet in
        [Packet::PubRec(ids.clone()), Packet::PubRel(ids.clone()), Packet::PubComp(ids.clone()), auth]
    {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        bench.say(1, &packet);
        let heard = bench.hear(1);
        assert_eq!(heard, ending(Version::V5, ReasonCode::PROTOCOL_ERROR), "{packet:?}");
    }
}

#[test]
pub(super) fn subscription_identifiers_end_the_connection() {
    let Packet::Subscribe(mut packet) = subscribe(&["a"]) else { panic!() };
    packet.properties = Properties(vec![Property::SubscriptionIdentifier(1)]);
    let mut bench = Bench::new(vec![]);
    bench.connected(1, connect(Version::V5, "temp-sensor-01"));
    bench.say(1, &Packet::Subscribe(packet));
    let code = ReasonCode::SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED;
    assert_eq!(bench.hear(1), ending(Version::V5, code));
}

#[test]
pub(super) fn properties_pass_through() {
    let passed = vec![
        Property::PayloadFormatIndicator(1),
        Property::ContentType("text/plain".to_owned()),
        Property::ResponseTopic("reply/here".to_owned()),
        Property::CorrelationData(vec![1, 2]),
        Property::UserProperty("a".to_owned(), "1".to_owned()),
        Property::UserProperty("a".to_owned(), "2".to_owned()),
    ];
    let mut bench = Bench::new(vec![]);
    bench.watcher(1, Version::V5, &["a"]);
    bench.watcher(2, Version::V311, &["a"]);
    let mut sent = passed.clone();
    sent.push(Property::MessageExpiryInterval(0));
    sent.push(Property::TopicAlias(1));
    let properties = Properties(sent);
    bench.say(1, &Packet::Publish(Publish { properties, ..message("a", Qos::AtMostOnce) }));
    let heard = bench.hear(1);
    let [Heard::Packet(Packet::Publish(publish))] = heard.as_slice() else { panic!("{heard:?}") };
    let mut expected = passed;
    // 0 counts as 1, and an alias is the sender's own.
    expected.push(Property::MessageExpiryInterval(1));
    assert_eq!(publish.properties.0, expected);
    assert_eq!(topics(&bench.hear(2)), ["a"]);
}

#[test]
pub(super) fn a_refused_qos_0_message_may_be_dropped_by_choice() {
    let config = Config { refused_qos_0: RefusedQos0::Drop, ..Config::default() };
    for (version, heard) in [(Version::V311, vec![Heard::Closed]), (Version::V5, vec![])] {
        let mut bench = Bench::with(config.clone(), vec![Refuse::Publish("secret")]);
        bench.connected(1, connect(version, "temp-sensor-01"));
        bench.say(1, &publish("secret", Qos::AtMostOnce));
        assert_eq!(bench.hear(1), heard);
    }
}

#[test]
pub(super) fn what_is_not_acknowledged_is_sent_again_or_given_up() {
    for (version, sent, until) in [(Version::V311, 3600 / 30, 3600), (Version::V5, 1, 960)] {
        let mut bench = Bench::new(vec![]);
        bench.watcher(1, version, &["a"]);
        bench.connected(2, connect(version, "operator"));
        bench.say(2, &publish("a", Qos::AtLeastOnce));
        let mut heard = Vec::new();
        let given_up = |news: &News| matches!(news, News::Lost { topic, .. } if topic == "a");
        for second in (30..until + 120).step_by(30) {
            bench.wait(30);
            for connection in [1, 2] {
                bench.say(connection, &Packet::PingReq);
            }
            let lost = bench.news.iter().any(given_up);
            assert_eq!(lost, second >= until, "{version:?} {second}");
            heard.extend(bench.hear(1));
        }
        let copies: Vec<(bool, u16)> = heard
            .iter()
            .filter_map(|heard| match heard {
                Heard::Packet(Packet::Publish(publish)) => Some((publish.dup, publish.packet_id.unwrap().0)),
                _ => None,
            })
            .collect();
        assert_eq!(copies.len(), sent, "{version:?}");
        assert!(copies.iter().enumerate().all(|(place, copy)| *copy == (place > 0, 1)));
        assert_eq!(bench.broker.holdings().messages, 0);
    }
}

#[test]
pub(super) fn stored_messages_of_a_share_come_twice_as_fast() {
    for (filter, milliseconds) in [("jobs", 100), ("$share/workers/jobs", 50)] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, persistent(Version::V5, "worker"));
        bench.say(1, &subscribe(&[filter]));
        bench.lose(1);
        bench.connected(2, connect(Version::V5, "operator"));
        for _ in 0..20 {
            bench.say(2, &publish("jobs", Qos::AtLeastOnce));
        }
        bench.wait(2);
        bench.connected(3, persistent(Version::V5, "worker"));
        let begin = bench.now;
        let all = |bench: &Bench| {
            let delivered = |news: &&News| matches!(news, News::Delivered { .. });
            bench.news.iter().filter(delivered).count() == 20
        };
        while !all(&bench) {
            bench.now = bench.broker.deadline().unwrap();
            bench.feed(Input::TimePassed);
        }
        assert_eq!(bench.now - begin, Millis(19 * milliseconds));
    }
}

#[test]
pub(super) fn another_principal_takes_over_too() {
    let mut bench = Bench::new(vec![]);
    for connection in [1, 2] {
        // The bench gives each connection its own principal.
        bench.connected(connection, connect(Version::V5, "temp-sensor-01"));
        bench.wait(2);
    }
    assert_eq!(bench.end_of(1), Some(&Cause::TakenOver { by: ConnectionId(2) }));
}

#[test]
pub(super) fn a_war_goes_on_at_one_connect_a_second() {
    let mut bench = Bench::new(vec![]);
    let mut connection = 0;
    let mut accepted = Vec::new();
    for tenth in 0..50 {
        for _ in 0..2 {
            connection += 1;
            bench.open(connection, Version::V311);
            bench.say(connection, &Packet::Connect(connect(Version::V311, "temp-sensor-01")));
            if bench.end_of(connection).is_none() && !bench.hear(connection).contains(&Heard::Closed) {
                accepted.push(tenth);
            }
        }
        bench.now = bench.now + Millis(100);
        bench.feed(Input::TimePassed);
    }
    assert_eq!(accepted, [0, 10, 20, 30, 40]);
    assert_eq!(bench.broker.open_connections(), 1);
}

#[test]
pub(super) fn a_takeover_loses_nothing_of_a_persistent_session() {
    for version in BOTH {
        for clean in [false, true] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, persistent(version, "temp-sensor-01"));
            bench.say(1, &subscribe(&["cmd/#"]));
            bench.connected(2, connect(version, "operator"));
            bench.say(2, &publish("cmd/1", Qos::AtLeastOnce));
            bench.wait(2);
            let newcomer = Connect { clean_start: clean, ..persistent(version, "temp-sensor-01") };
            bench.open(3, version);
            bench.say(3, &Packet::Connect(newcomer));
            bench.say(2, &publish("cmd/2", Qos::AtLeastOnce));
            bench.wait(1);
            let expected: &[&str] = if clean { &[] } else { &["cmd/1", "cmd/2"] };
            assert_eq!(topics(&bench.hear(3)), expected);
        }
    }
}

/// AWS's lists of codes (documented: Developer Guide, MQTT 5 reason codes).
fn listed(packet: &Packet) -> Option<(Vec<ReasonCode>, &'static [u8])> {
    Some(match packet {
        Packet::ConnAck(ack) => (vec![ack.code], &[0, 128, 133, 134, 135, 144, 151, 155]),
        Packet::PubAck(ack) => (vec![ack.code], &[0, 128, 135, 144, 145, 151]),
        Packet::SubAck(codes) => (codes.codes.clone(), &[0, 1, 128, 135, 143, 145, 151]),
        Packet::UnsubAck(codes) => (codes.codes.clone(), &[0, 128, 143, 145]),
        Packet::Disconnect(disconnect) => {
            (vec![disconnect.code], &[129, 130, 135, 139, 141, 142, 143, 144, 147, 148, 151, 152, 155, 161])
        }
        _ => return None,
    })
}

/// Everything that can go wrong in one place or another, and a look at every code that it brings.
#[test]
pub(super) fn only_listed_codes_are_sent() {
    let mut kinds = std::collections::BTreeSet::new();
    let mut check = |heard: Vec<Heard>| {
        for heard in heard {
            let Heard::Packet(packet) = heard else { continue };
            let Some((codes, listed)) = listed(&packet) else { continue };
            for code in codes {
                assert!(listed.contains(&code.0), "{packet:?}");
                kinds.insert((packet.kind(), code.0));
            }
        }
    };
    let refused = || {
        vec![
            Refuse::Connect { who: Who(3) },
            Refuse::Publish("secret"),
            Refuse::Subscribe("secret"),
            Refuse::Receive("secret"),
        ]
    };
    let no = Some(Property::TopicAlias(9));
    let qos_1 = |topic: &str| publish(topic, Qos::AtLeastOnce);
    let aliased = Packet::Publish(Publish {
        properties: Properties(no.into_iter().collect()),
        ..message("a", Qos::AtMostOnce)
    });
    let filters: Vec<String> = (0..9).map(|n| n.to_string()).collect();
    let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
    for packet in [
        qos_1("a"),
        qos_1("secret"),
        qos_1("$no"),
        qos_1("1/2/3/4/5/6/7/8/9"),
        publish("secret", Qos::AtMostOnce),
        publish("$no", Qos::AtMostOnce),
        publish("a", Qos::ExactlyOnce),
        aliased,
        subscribe(&["a", "secret", "$no"]),
        subscribe(&filters),
        unsubscribe(&["a", "never"]),
        Packet::PingResp,
        Packet::Connect(connect(Version::V5, "x")),
    ] {
        let mut bench = Bench::new(refused());
        bench.connected(1, connect(Version::V5, "temp-sensor-01"));
        for _ in 0..3 {
            bench.say(1, &packet);
        }
        check(bench.hear(1));
    }
    for (connection, connect) in [
        (1, connect(Version::V5, "a")),
        (2, connect(Version::V5, "$a")),
        (3, connect(Version::V5, "a")),
        (4, with_will(connect(Version::V5, "b"), "$no", Qos::AtMostOnce)),
        (5, with_will(connect(Version::V5, "b"), "a", Qos::ExactlyOnce)),
        (6, connect(Version::V5, "c")),
        (7, connect(Version::V5, "c")),
    ] {
        let mut bench = Bench::new(refused());
        bench.open(connection, Version::V5);
        bench.say(connection, &Packet::Connect(connect.clone()));
        bench.open(connection + 10, Version::V5);
        bench.say(connection + 10, &Packet::Connect(connect));
        bench.wait(100);
        check(bench.hear(connection));
        check(bench.hear(connection + 10));
    }
    assert!(kinds.len() > 15, "{kinds:?}");
}
