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

/// Bytes that an MQTT 5 client must not send, and the code of the DISCONNECT that they meet (documented list: Developer
/// Guide, MQTT 5 reason codes; which of them fits which fault is MQTT 5's, sections 4.13 and 3.14.2.1).
#[test]
pub(super) fn each_fault_has_its_code() {
    let text = |text: &str| [&[0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let frame = |first: u8, body: &[&[u8]]| {
        let body = body.concat();
        [&[first, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    };
    let publish = |first: u8, topic: &[u8], rest: &[u8]| frame(first, &[topic, rest]);
    let subscribe = |properties: &[u8], filter: &[u8], options: u8| {
        frame(0x82, &[&[0, 1], properties, filter, &[options]])
    };
    let connect = encode(&Packet::Connect(connect(Version::V5, "x")), Version::V5).unwrap();
    for (what, bytes, code) in [
        ("packet type 0", vec![0x00, 0x00], 0x81),
        ("a length of five bytes", vec![0x30, 0x80, 0x80, 0x80, 0x80, 0x01], 0x81),
        ("a length that is not the shortest", vec![0xC0, 0x80, 0x00], 0x81),
        ("QoS 3", publish(0x36, &text("a"), &[0, 1, 0]), 0x81),
        ("DUP on QoS 0 is no fault of its own, a topic cut short is", frame(0x30, &[&[0, 5, b'a']]), 0x81),
        ("text that is not UTF-8", publish(0x30, &[0, 1, 0xFF], &[0]), 0x81),
        ("a null character", publish(0x30, &text("a\0b"), &[0]), 0x81),
        ("reserved flags of SUBSCRIBE", frame(0x80, &[&[0, 1, 0], &text("a"), &[0]]), 0x81),
        ("reserved flags of PINGREQ", vec![0xC1, 0x00], 0x81),
        ("reserved bits of a subscription", subscribe(&[0], &text("a"), 0xC0), 0x81),
        ("PINGREQ with a body", vec![0xC0, 0x01, 0x00], 0x81),
        ("an unknown property", publish(0x30, &text("a"), &[2, 0x7F, 0]), 0x81),
        ("packet ID 0", publish(0x32, &text("a"), &[0, 0, 0]), 0x82),
        ("no topic and no alias", publish(0x30, &[0, 0], &[0]), 0x82),
        ("an alias that was never set", publish(0x30, &[0, 0], &[3, 0x23, 0, 1]), 0x82),
        ("SUBSCRIBE without filters", frame(0x82, &[&[0, 1, 0]]), 0x82),
        // MQTT-3.8.3-5 makes reserved bits malformed; section 3.8.3.1 makes this a protocol error.
        ("Retain Handling 3", subscribe(&[0], &text("a"), 0x31), 0x82),
        (
            "Retain Handling 3, in the second filter",
            subscribe(&[0], &[&text("a")[..], &[0x21], &text("b")].concat(), 0x30),
            0x82,
        ),
        ("No Local on a share", subscribe(&[0], &text("$share/g/a"), 0x05), 0x82),
        ("a second CONNECT", connect, 0x82),
        ("PUBREC", vec![0x50, 0x02, 0, 1], 0x82),
        ("PUBREL", vec![0x62, 0x02, 0, 1], 0x82),
        ("PUBCOMP", vec![0x70, 0x02, 0, 1], 0x82),
        ("AUTH", frame(0xF0, &[&[0x18, 5, 0x15], &text("no")]), 0x82),
        ("CONNACK from a client", vec![0x20, 0x03, 0, 0, 0], 0x82),
        ("SUBACK from a client", vec![0x90, 0x04, 0, 1, 0, 0], 0x82),
        ("PINGRESP from a client", vec![0xD0, 0x00], 0x82),
        ("a wildcard in a topic", publish(0x30, &text("a/#"), &[0]), 0x90),
        // The wrong direction (MQTT-3.3.4-6), and a name that nobody can publish to (MQTT-3.3.2-14).
        ("a subscription identifier in PUBLISH", publish(0x30, &text("a"), &[2, 0x0B, 1]), 0x82),
        (
            "a wildcard in a response topic",
            publish(0x30, &text("a"), &[6, 0x08, 0, 3, b'b', b'/', b'+']),
            0x82,
        ),
        // Section 3.3.2.3.4: 0 is a protocol error, too much is an invalid alias.
        ("topic alias 0", publish(0x30, &text("a"), &[3, 0x23, 0, 0]), 0x82),
        ("topic alias 9", publish(0x30, &text("a"), &[3, 0x23, 0, 9]), 0x94),
        ("QoS 2", publish(0x34, &text("a"), &[0, 1, 0]), 0x9B),
        ("QoS 2 in SUBSCRIBE", subscribe(&[0], &text("a"), 2), 0x9B),
        ("a subscription identifier", subscribe(&[2, 0x0B, 1], &text("a"), 0), 0xA1),
    ] {
        let mut bench = Bench::new(vec![]);
        bench.connected(1, super::connect(Version::V5, "temp-sensor-01"));
        bench.bytes(1, bytes);
        assert_eq!(bench.hear(1), ending(Version::V5, ReasonCode(code)), "{what}");
        assert_eq!(bench.end_of(1).unwrap().reason(), DisconnectReason::ClientError, "{what}");
    }
}

/// Before a CONNECT is answered there is no session that a code could end: the transport closes.
#[test]
pub(super) fn what_comes_in_place_of_connect_is_closed() {
    for bytes in [
        vec![0xC0, 0x00],
        vec![0xE0, 0x00],
        vec![0x30, 0x04, 0, 1, b'a', 0],
        // CONNECT of MQTT 3.1, of no protocol, and one that is cut short.
        [&[0x10, 0x11, 0, 6], &b"MQIsdp"[..], &[3, 2, 0, 60, 0, 3, b'a', b'b', b'c']].concat(),
        [&[0x10, 0x0D, 0, 4], &b"HTTP"[..], &[4, 2, 0, 60, 0, 1, b'a']].concat(),
        [&[0x10, 0x0A, 0, 4], &b"MQTT"[..], &[5, 2, 0, 60]].concat(),
    ] {
        let mut bench = Bench::new(vec![]);
        bench.open(1, Version::V5);
        bench.bytes(1, bytes.clone());
        assert_eq!(bench.hear(1), [Heard::Closed], "{bytes:?}");
        assert!(matches!(bench.news.last(), Some(News::Dropped { .. })));
    }
}
