//! The wire: every line of `cases/mqtt/packets.txt`, both directions, and what hostile bytes do.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use ::mqtt::{TopicFilter, TopicName};
use iot_policy_lab::iot::topic;
use iot_policy_lab::mqtt::{
    self, DEFAULT_PACKET_LIMIT, DecodeError, EncodeError, Frame, FrameSplitter, Packet, PacketId, Properties,
    Property, Publish, Qos, ReasonCode, Subscribe, Subscription, Version,
};
use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait, v3_1_1};

struct Case {
    line: usize,
    version: Version,
    bytes: Vec<u8>,
    expected: &'static str,
}

fn cases() -> Vec<Case> {
    include_str!("cases/mqtt/packets.txt")
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let mut parts = line.split('|').map(str::trim);
            let version = if parts.next() == Some("3") { Version::V311 } else { Version::V5 };
            let hex = parts.next().unwrap().split_whitespace();
            let bytes = hex.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
            Case { line: number + 1, version, bytes, expected: parts.next().unwrap() }
        })
        .collect()
}

fn decode(bytes: &[u8], version: Version) -> Result<Packet, DecodeError> {
    mqtt::decode(&Frame::new(bytes.to_vec()).unwrap(), version)
}

#[test]
fn packets_are_read_as_the_standard_says() {
    for case in cases() {
        let got = match decode(&case.bytes, case.version) {
            Ok(packet) => mqtt::summary(&packet, case.version),
            Err(error) => format!("error 0x{:02X}", error.reason_code().0),
        };
        let line = case.line;
        assert_eq!(got, case.expected, "line {line}: {:?}", decode(&case.bytes, case.version));
    }
}

/// Encoding gives the shortest form, which decodes to the same packet.
#[test]
fn what_is_read_can_be_written() {
    let mut same = 0;
    for case in cases() {
        let Ok(packet) = decode(&case.bytes, case.version) else { continue };
        let bytes = mqtt::encode(&packet, case.version).unwrap();
        assert_eq!(decode(&bytes, case.version).as_ref(), Ok(&packet), "line {}", case.line);
        assert!(bytes.len() <= case.bytes.len());
        same += usize::from(bytes == case.bytes);
    }
    assert!(same > 40, "{same}");
}

/// What the second codec makes of a packet; `None` where it is no judge: for version 5 it is what our decoder
/// stands on, and short packets leave it nothing to judge.
fn second_opinion(frame: &Frame, packet: &Packet) -> Option<Option<Vec<u8>>> {
    fn whole<E>(read: Result<(impl GenericPacketTrait, usize), E>) -> Option<Vec<u8>> {
        read.ok().map(|(packet, _)| packet.to_continuous_buffer())
    }
    let body = frame.body();
    Some(match packet {
        Packet::Connect(_) => whole(v3_1_1::Connect::parse(body)),
        // Codes above 5 are reserved (table 3.1). We let them through, because a diagnosis needs the number.
        Packet::ConnAck(connack) if connack.code.0 > 5 => return None,
        Packet::ConnAck(_) => whole(v3_1_1::Connack::parse(body)),
        Packet::Publish(_) => whole(v3_1_1::Publish::parse(frame.flags(), body.to_vec().into())),
        Packet::PubAck(_) => whole(v3_1_1::Puback::parse(body)),
        Packet::PubRec(_) => whole(v3_1_1::Pubrec::parse(body)),
        Packet::PubRel(_) => whole(v3_1_1::Pubrel::parse(body)),
        Packet::PubComp(_) => whole(v3_1_1::Pubcomp::parse(body)),
        Packet::Subscribe(_) => whole(v3_1_1::Subscribe::parse(body)),
        Packet::SubAck(_) => whole(v3_1_1::Suback::parse(body)),
        Packet::Unsubscribe(_) => whole(v3_1_1::Unsubscribe::parse(body)),
        Packet::UnsubAck(_) => whole(v3_1_1::Unsuback::parse(body)),
        _ => return None,
    })
}

/// What we read of 3.1.1, changed bytes included, a second codec reads too, and writes as we do.
#[test]
fn a_second_codec_reads_our_packets() {
    let mut judged = 0;
    for case in cases().into_iter().filter(|case| case.version == Version::V311) {
        for place in 0..case.bytes.len() {
            for value in 0..=255 {
                let mut bytes = case.bytes.clone();
                bytes[place] = value;
                let Ok(frame) = Frame::new(bytes) else { continue };
                let Ok(packet) = mqtt::decode(&frame, Version::V311) else { continue };
                if matches!(&packet, Packet::Connect(connect) if connect.version == Version::V5) {
                    continue;
                }
                let Some(opinion) = second_opinion(&frame, &packet) else { continue };
                let ours = mqtt::encode(&packet, Version::V311).unwrap();
                assert_eq!(opinion, Some(ours), "line {}: {:02X?}", case.line, frame.bytes());
                judged += 1;
            }
        }
    }
    assert!(judged > 10_000, "{judged}");
}

/// The 3.1.1 crate has a matcher of its own.
#[test]
fn a_second_matcher_agrees() {
    let levels = ["", "a", "b", "+", "#", "$a"];
    let texts: Vec<String> = (0..6_usize.pow(4))
        .map(|number| {
            let pick = |place: u32| levels[number / 6_usize.pow(place) % 6];
            let all = [pick(0), pick(1), pick(2), pick(3)];
            all[..=number % 4].join("/")
        })
        .collect();
    let mut matched = 0;
    for filter in &texts {
        let judge = TopicFilter::new(filter.as_str());
        assert_eq!(topic::check_filter(filter).is_ok(), judge.is_ok(), "{filter}");
        let Ok(judge) = judge else { continue };
        for name in texts.iter().step_by(7) {
            let Ok(judged) = TopicName::new(name.as_str()) else { continue };
            assert!(topic::check_name(name).is_ok());
            let ours = topic::matches(filter, name, topic::ParentLevel::Matched);
            assert_eq!(ours, judge.get_matcher().is_match(&judged), "{filter} and {name}");
            matched += usize::from(ours);
        }
    }
    assert!(matched > 1_000, "{matched}");
}

#[test]
fn a_cut_or_changed_packet_never_panics() {
    for case in cases() {
        for version in [Version::V311, Version::V5] {
            for end in 0..case.bytes.len() {
                feed(&case.bytes[..end], version);
            }
            for place in 0..case.bytes.len() {
                let mut bytes = case.bytes.clone();
                for value in 0..=255 {
                    bytes[place] = value;
                    feed(&bytes, version);
                }
            }
        }
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..50_000 {
        let length = usize::try_from(next() % 64).unwrap();
        let mut body: Vec<u8> = (0..length).map(|_| next().to_be_bytes()[0]).collect();
        // Half of them with a true length, so that they get as far as the fields.
        if next() % 2 == 0 {
            let first = next().to_be_bytes()[0];
            body.splice(0..0, [first, u8::try_from(length).unwrap()]);
        }
        feed(&body, if next() % 2 == 0 { Version::V5 } else { Version::V311 });
    }
}

/// What a session does with bytes; a packet that is read must also be shown and written.
fn feed(bytes: &[u8], version: Version) {
    let mut stream = FrameSplitter::new(DEFAULT_PACKET_LIMIT);
    stream.push(bytes);
    while let Some(Ok(frame)) = stream.next() {
        if let Ok(packet) = mqtt::decode(&frame, version) {
            let _ = mqtt::fields(&packet, version);
            let again = mqtt::encode(&packet, version).unwrap();
            assert_eq!(mqtt::decode(&Frame::new(again).unwrap(), version), Ok(packet), "{bytes:02X?}");
        }
    }
    assert!(stream.pending() <= bytes.len());
}

fn publish() -> Publish {
    Publish {
        dup: false,
        qos: Qos::AtMostOnce,
        retain: false,
        topic: "dt/temp-sensor-01".to_owned(),
        packet_id: None,
        properties: Properties::default(),
        payload: b"21".to_vec(),
    }
}

#[test]
fn what_does_not_fit_is_refused_before_a_byte_is_written() {
    for version in [Version::V311, Version::V5] {
        let refused = |publish| mqtt::encode(&Packet::Publish(publish), version).unwrap_err();
        assert!(matches!(
            refused(Publish { topic: "a".repeat(65_536), ..publish() }),
            EncodeError::FieldTooLong { length: 65_536, .. }
        ));
        assert!(matches!(refused(Publish { topic: "a\0".to_owned(), ..publish() }), EncodeError::Nul { .. }));
        assert!(matches!(
            refused(Publish { topic: "a/#".to_owned(), ..publish() }),
            EncodeError::TopicName { .. }
        ));
        assert!(matches!(
            refused(Publish { qos: Qos::AtLeastOnce, ..publish() }),
            EncodeError::Illegal { .. }
        ));
        assert!(matches!(
            refused(Publish { qos: Qos::AtLeastOnce, packet_id: Some(PacketId(0)), ..publish() }),
            EncodeError::ZeroPacketId { .. }
        ));
        assert!(matches!(
            refused(Publish { payload: vec![0; 268_435_456], ..publish() }),
            EncodeError::TooLarge
        ));
    }
    let properties = Properties(vec![Property::UserProperty("k".to_owned(), "v".to_owned())]);
    assert!(matches!(
        mqtt::encode(&Packet::Publish(Publish { properties, ..publish() }), Version::V311),
        Err(EncodeError::OnlyVersion5 { .. })
    ));
    assert!(matches!(
        mqtt::encode(
            &Packet::Disconnect(mqtt::Disconnect {
                code: ReasonCode::NO_MATCHING_SUBSCRIBERS,
                properties: Properties::default()
            }),
            Version::V5
        ),
        Err(EncodeError::Code { .. })
    ));
}

#[test]
fn every_property_survives_the_wire() {
    let packets = [
        Packet::Publish(Publish {
            properties: Properties(vec![
                Property::PayloadFormatIndicator(1),
                Property::MessageExpiryInterval(60),
                Property::ContentType("text".to_owned()),
                Property::ResponseTopic("r".to_owned()),
                Property::CorrelationData(vec![0, 255]),
                Property::SubscriptionIdentifier(268_435_455),
                Property::TopicAlias(8),
                Property::UserProperty("k".to_owned(), "v".to_owned()),
                Property::UserProperty("k".to_owned(), "w".to_owned()),
            ]),
            ..publish()
        }),
        Packet::ConnAck(mqtt::ConnAck {
            session_present: false,
            code: ReasonCode::SUCCESS,
            properties: Properties(vec![
                Property::SessionExpiryInterval(u32::MAX),
                Property::AssignedClientIdentifier("id".to_owned()),
                Property::ServerKeepAlive(1200),
                Property::AuthenticationMethod("m".to_owned()),
                Property::AuthenticationData(vec![1]),
                Property::ResponseInformation("i".to_owned()),
                Property::ServerReference("s".to_owned()),
                Property::ReasonString("r".to_owned()),
                Property::ReceiveMaximum(100),
                Property::TopicAliasMaximum(8),
                Property::MaximumQos(1),
                Property::RetainAvailable(1),
                Property::MaximumPacketSize(149_504),
                Property::WildcardSubscriptionAvailable(1),
                Property::SubscriptionIdentifierAvailable(0),
                Property::SharedSubscriptionAvailable(1),
            ]),
        }),
        Packet::Connect(mqtt::Connect {
            version: Version::V5,
            client_id: "temp-sensor-01".to_owned(),
            clean_start: false,
            keep_alive: 30,
            will: Some(mqtt::Will {
                topic: "lw/temp-sensor-01".to_owned(),
                payload: vec![0],
                qos: Qos::AtLeastOnce,
                retain: true,
                properties: Properties(vec![Property::WillDelayInterval(5)]),
            }),
            user_name: None,
            password: Some(vec![0xFF]),
            properties: Properties(vec![
                Property::RequestProblemInformation(0),
                Property::RequestResponseInformation(1),
            ]),
        }),
        Packet::Subscribe(Subscribe {
            packet_id: PacketId(65_535),
            filters: vec![Subscription {
                filter: "$share/group/a/+".to_owned(),
                qos: Qos::ExactlyOnce,
                no_local: false,
                retain_as_published: true,
                retain_handling: 2,
            }],
            properties: Properties(vec![Property::SubscriptionIdentifier(1)]),
        }),
    ];
    for packet in packets {
        let bytes = mqtt::encode(&packet, Version::V5).unwrap();
        assert_eq!(decode(&bytes, Version::V5), Ok(packet));
    }
}
