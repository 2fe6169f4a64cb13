use super::*;

#[test]
pub(super) fn the_newcomer_takes_the_client_id_over() {
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
pub(super) fn a_refused_newcomer_is_closed_and_disturbs_nobody() {
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
        assert!(bench.news.contains(&refused));
    }
}

#[test]
pub(super) fn a_will_that_may_not_be_published_fails_the_connect() {
    let mut bench = Bench::new(vec![Refuse::Publish("last/words")]);
    bench.open(1, Version::V5);
    let connect = with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtMostOnce);
    bench.say(1, &Packet::Connect(connect));
    let refused = |news: &News| matches!(news, News::Refused { refusal: Refusal::NotAuthorized, .. });
    assert!(bench.news.iter().any(refused));
    assert_eq!(bench.hear(1).last(), Some(&Heard::Closed));
}

#[test]
pub(super) fn one_connect_a_second_for_each_client_id() {
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
pub(super) fn client_ids_are_checked() {
    for (client_id, clean_start, code) in
        [("$x", true, Some(2)), (&"x".repeat(129), true, Some(2)), ("", false, Some(2)), ("", true, None)]
    {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V311);
        bench.say(1, &Packet::Connect(Connect { clean_start, ..connect(Version::V311, client_id) }));
        let heard = bench.hear(1);
        let [Heard::Packet(Packet::ConnAck(ack)), rest @ ..] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!(ack.code.0, code.unwrap_or(0), "`{client_id}`");
        assert_eq!(rest.len(), usize::from(code.is_some()));
    }
}

#[test]
pub(super) fn mqtt_5_is_told_what_holds_for_the_session() {
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
pub(super) fn silence_ends_a_connection_after_one_and_a_half_keep_alives() {
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
pub(super) fn a_client_that_leaves_takes_its_will_along_unless_it_says_otherwise() {
    for (code, wills) in [(ReasonCode::SUCCESS, 0), (ReasonCode::DISCONNECT_WITH_WILL, 1)] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, connect(Version::V5, "watcher"));
        bench.say(1, &subscribe(&["last/words"]));
        bench.hear(1);
        bench.connected(2, with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtMostOnce));
        bench.say(2, &disconnect(code));
        assert_eq!(bench.hear(2), [Heard::Closed]);
        assert_eq!(topics(&bench.hear(1)).len(), wills);
    }
}
