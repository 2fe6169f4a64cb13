use super::*;

#[test]
pub(super) fn what_is_no_mqtt_closes_the_connection() {
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
pub(super) fn who_does_not_come_to_the_point_is_closed() {
    let mut bench = Bench::new(vec![]);
    bench.open(1, Version::V311);
    bench.bytes(1, b"GET / HTTP/1.1\r\n\r\n".to_vec());
    bench.wait(29);
    assert_eq!(bench.hear(1), []);
    bench.wait(1);
    assert_eq!(bench.hear(1), [Heard::Closed]);
}

#[test]
pub(super) fn what_may_not_be_said_ends_the_connection_with_the_reason() {
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
pub(super) fn nothing_follows_the_packet_that_ended_the_connection() {
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
pub(super) fn damaged_packets_harm_only_their_own_connection() {
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
