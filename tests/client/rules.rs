//! What a client must not send is not sent, and what a server must not send ends the connection: by statement of the
//! standard, MQTT 5 unless said otherwise.

use iot_policy_lab::client::{Config, Input, Message, RequestId};
use iot_policy_lab::iot::time::Millis;
use iot_policy_lab::mqtt::{
    Connect, Packet, Properties, Property, Qos, ReasonCode, Subscription, Version, Will,
};

use super::conversation::{
    Conversation, ack, connack, connect, disconnect, incoming, lasting, message, publish, subscribe,
};

fn with(properties: Vec<Property>, message: Message) -> Input {
    Input::Publish {
        request: RequestId(1),
        message: Message { properties: Properties(properties), ..message },
    }
}

fn line(filter: &str) -> Subscription {
    Subscription::new(filter, Qos::AtLeastOnce)
}

fn subscribe_with(properties: Vec<Property>, line: Subscription) -> Input {
    Input::Subscribe { request: RequestId(1), filters: vec![line], properties: Properties(properties) }
}

fn disconnect_with(code: u8, properties: Vec<Property>) -> Input {
    Input::Disconnect { code: ReasonCode(code), properties: Properties(properties) }
}

#[test]
fn what_a_client_must_not_send() {
    let m = || message(Qos::AtLeastOnce);
    let no = |why: &str| format!("rejected {why}");
    for (statement, server, command, answer) in [
        ("MQTT-3.3.2-2", vec![], with(vec![], Message { topic: "a/+".to_owned(), ..m() }), no("Topic")),
        ("MQTT-4.7.3-1", vec![], with(vec![], Message { topic: String::new(), ..m() }), no("Topic")),
        ("MQTT-3.3.2-14", vec![], with(vec![Property::ResponseTopic("a/#".to_owned())], m()), no("Topic")),
        (
            "MQTT-3.3.4-6",
            vec![],
            with(vec![Property::SubscriptionIdentifier(1)], m()),
            no("SubscriptionIdentifierInPublish"),
        ),
        ("MQTT-3.2.2-11", vec![Property::MaximumQos(0)], publish(1, Qos::AtLeastOnce), no("QosNotSupported")),
        (
            "MQTT-3.2.2-14",
            vec![Property::RetainAvailable(0)],
            with(vec![], Message { retain: true, ..m() }),
            no("RetainNotSupported"),
        ),
        (
            "MQTT-3.2.2-15",
            vec![Property::MaximumPacketSize(20)],
            publish(1, Qos::AtMostOnce),
            no("PacketTooLarge"),
        ),
        (
            "MQTT-3.2.2-17",
            vec![Property::TopicAliasMaximum(8)],
            with(vec![Property::TopicAlias(9)], m()),
            no("TopicAlias"),
        ),
        ("MQTT-3.2.2-18", vec![], with(vec![Property::TopicAlias(1)], m()), no("TopicAlias")),
        (
            "MQTT-3.3.2-8",
            vec![Property::TopicAliasMaximum(8)],
            with(vec![Property::TopicAlias(0)], m()),
            no("TopicAlias"),
        ),
        ("MQTT-3.8.3-2", vec![], subscribe(1, &[]), no("Packet(Illegal")),
        ("MQTT-4.7.1-1", vec![], subscribe(1, &["a/#/b"]), no("Topic")),
        ("MQTT-4.8.2-2", vec![], subscribe(1, &["$share/g"]), no("Topic")),
        (
            "MQTT-3.8.3-4",
            vec![],
            subscribe_with(vec![], Subscription { no_local: true, ..line("$share/g/a") }),
            no("NoLocalOnSharedSubscription"),
        ),
        (
            "section 3.2.2.3.11",
            vec![Property::WildcardSubscriptionAvailable(0)],
            subscribe(1, &["a/+"]),
            no("WildcardsNotSupported"),
        ),
        (
            "section 3.2.2.3.12",
            vec![Property::SubscriptionIdentifierAvailable(0)],
            subscribe_with(vec![Property::SubscriptionIdentifier(1)], line("a")),
            no("SubscriptionIdentifiersNotSupported"),
        ),
        (
            "section 3.2.2.3.13",
            vec![Property::SharedSubscriptionAvailable(0)],
            subscribe(1, &["$share/g/a"]),
            no("SharedSubscriptionsNotSupported"),
        ),
        ("MQTT-3.14.2-1", vec![], disconnect_with(0x8E, vec![]), no("DisconnectCode(ReasonCode(142))")),
        (
            "section 3.14.2.2.2",
            vec![],
            disconnect_with(0, vec![Property::SessionExpiryInterval(60)]),
            no("SessionExpiry"),
        ),
        ("MQTT-3.1.0-2", vec![], Input::Connect, no("NotIdle")),
    ] {
        let mut talk = Conversation::online(Config::new(connect(Version::V5)), &connack(false, 0, server));
        assert_eq!(talk.input(command), [answer], "{statement}");
        assert!(talk.session.is_connected(), "{statement}");
        assert_eq!(
            talk.input(publish(2, Qos::AtMostOnce)).len(),
            if statement == "MQTT-3.2.2-15" { 1 } else { 2 }
        );
    }
}

#[test]
fn what_a_client_must_not_ask_for_at_connect() {
    let will = |topic: &str| Will {
        topic: topic.to_owned(),
        payload: vec![],
        qos: Qos::AtMostOnce,
        retain: false,
        properties: Properties::default(),
    };
    let request = Properties(vec![Property::ResponseTopic("a/+".to_owned())]);
    let five = connect(Version::V5);
    let nameless = Connect { client_id: String::new(), ..connect(Version::V311) };
    for (statement, connect, answer) in [
        (
            "MQTT-3.1.3-7 of 3.1.1",
            Connect { clean_start: false, ..nameless.clone() },
            "rejected ClientIdMissing",
        ),
        ("MQTT-3.1.3-6 of 3.1.1", nameless, "open"),
        ("MQTT-4.7.0-1", Connect { will: Some(will("a/+")), ..five.clone() }, "rejected Topic"),
        (
            "MQTT-3.3.2-14",
            Connect { will: Some(Will { properties: request, ..will("a") }), ..five.clone() },
            "rejected Topic",
        ),
        ("MQTT-1.5.4-2", Connect { client_id: "a\0".to_owned(), ..five.clone() }, "rejected Packet(Nul"),
        (
            "section 1.5.4",
            Connect { user_name: Some("u".repeat(70_000)), ..five.clone() },
            "rejected Packet(FieldTooLong",
        ),
        (
            "section 3.1.2.11.3",
            Connect { properties: Properties(vec![Property::ReceiveMaximum(0)]), ..five.clone() },
            "rejected Packet(Illegal",
        ),
        (
            "section 2.2.2.2",
            Connect { properties: Properties(vec![Property::ServerKeepAlive(1)]), ..five },
            "rejected Packet(Illegal",
        ),
        (
            "MQTT-3.1.2-22 of 3.1.1",
            Connect { password: Some(vec![1]), ..connect(Version::V311) },
            "rejected Packet(Illegal",
        ),
    ] {
        assert_eq!(Conversation::new(Config::new(connect)).input(Input::Connect), [answer], "{statement}");
    }
}

#[test]
fn a_server_that_breaks_the_protocol_is_told_so_in_version_5() {
    let bytes = |bytes: &[u8]| bytes.to_vec();
    for (statement, bytes, code) in [
        ("MQTT-3.2.0-2", bytes(&[0x20, 3, 0, 0, 0]), "0x82 Protocol Error"),
        ("section 3.1", bytes(&[0xC0, 0]), "0x82 Protocol Error"),
        ("section 3.15", bytes(&[0xF0, 0]), "0x82 Protocol Error"),
        ("MQTT-3.3.1-4", bytes(&[0x36, 0]), "0x81 Malformed Packet"),
        ("MQTT-2.1.3-1", bytes(&[0x41, 2, 0, 1]), "0x81 Malformed Packet"),
        ("MQTT-1.5.5-1", bytes(&[0xD0, 0x80, 0]), "0x81 Malformed Packet"),
        ("section 1.5.5", bytes(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF]), "0x81 Malformed Packet"),
        ("MQTT-3.1.2-24", bytes(&[0x30, 0xFF, 0xFF, 0xFF, 0x7F]), "0x95 Packet too large"),
        ("MQTT-3.3.2-2", bytes(&[0x30, 4, 0, 1, b'#', 0]), "0x90 Topic Name invalid"),
        ("MQTT-1.5.4-2", bytes(&[0x30, 4, 0, 1, 0, 0]), "0x81 Malformed Packet"),
        ("MQTT-1.5.4-1", bytes(&[0x30, 4, 0, 1, 0xFF, 0]), "0x81 Malformed Packet"),
        ("MQTT-2.2.1-3", bytes(&[0x32, 6, 0, 1, b'a', 0, 0, 0]), "0x82 Protocol Error"),
        ("section 3.3.2.1", bytes(&[0x30, 3, 0, 0, 0]), "0x82 Protocol Error"),
        ("MQTT-3.3.2-8", bytes(&[0x30, 7, 0, 1, b'a', 3, 0x23, 0, 0]), "0x82 Protocol Error"),
        ("MQTT-3.1.2-27", bytes(&[0x30, 7, 0, 1, b'a', 3, 0x23, 0, 1]), "0x94 Topic Alias invalid"),
        ("MQTT-3.9.3-1", bytes(&[0x90, 5, 0, 1, 0, 1, 1]), "0x82 Protocol Error"),
        // A CONNECT of MQTT 3.1, and a SUBSCRIBE with a bad filter: the codec's codes are none of a client's.
        (
            "MQTT-3.14.2-1",
            bytes(&[16, 15, 0, 6, 77, 81, 73, 115, 100, 112, 3, 2, 0, 30, 0, 1, 97]),
            "0x82 Protocol Error",
        ),
        ("MQTT-3.14.2-1", bytes(&[0x82, 8, 0, 1, 0, 0, 2, b'#', b'#', 0]), "0x82 Protocol Error"),
        ("MQTT-3.4.2-1", bytes(&[0x40, 4, 0, 1, 0x8E, 0]), "0x81 Malformed Packet"),
    ] {
        let mut talk = Conversation::online(Config::new(connect(Version::V5)), &connack(false, 0, vec![]));
        talk.input(subscribe(1, &["a"]));
        let lines = talk.bytes(&bytes);
        assert!(lines.contains(&format!("> DISCONNECT {code}")), "{statement}: {lines:?}");
        assert_eq!(lines.last().unwrap(), "close", "{statement}");
    }
}

/// Before CONNACK there is nobody to send DISCONNECT to.
#[test]
fn a_connack_that_cannot_be_is_a_refusal() {
    let bytes = |bytes: &[u8]| bytes.to_vec();
    for (statement, bytes, why) in [
        ("MQTT-3.2.0-1", bytes(&[0xD0, 0]), "Unexpected(PingResp))"),
        ("MQTT-3.2.2-1", bytes(&[0x20, 3, 2, 0, 0]), "Packet(Malformed"),
        ("MQTT-3.2.2-2", bytes(&[0x20, 3, 1, 0, 0]), "SessionPresent)"),
        ("MQTT-3.2.2-8", bytes(&[0x20, 3, 0, 1, 0]), "Packet(Code"),
        ("section 3.2.2.3.3", bytes(&[0x20, 6, 0, 0, 3, 0x21, 0, 0]), "Packet(Protocol"),
        ("section 3.2.2.3.4", bytes(&[0x20, 5, 0, 0, 2, 0x24, 2]), "Packet(Protocol"),
        ("section 3.2.2.3.6", bytes(&[0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0]), "Packet(Protocol"),
        ("section 3.2.2.3.3, twice", bytes(&[0x20, 9, 0, 0, 6, 0x21, 0, 1, 0x21, 0, 1]), "Packet(Protocol"),
    ] {
        let mut talk = Conversation::new(Config::new(connect(Version::V5)));
        talk.input(Input::Connect);
        talk.input(Input::TransportOpened);
        let lines = talk.bytes(&bytes);
        assert!(
            lines.iter().any(|line| line.starts_with(&format!("refused PeerError({why}"))),
            "{statement}: {lines:?}"
        );
        assert!(!lines.iter().any(|line| line.starts_with('>')), "{statement}: {lines:?}");
        assert_eq!(lines.last().unwrap(), "close", "{statement}");
    }
}

/// MQTT 5 sections 3.1.2.11.2, 3.2.2.3.2 and 3.14.2.2.2: who said it last decides whether messages wait for the next
/// connection.
#[test]
fn the_last_word_on_session_expiry_decides_what_is_lost() {
    let expiry = |seconds| vec![Property::SessionExpiryInterval(seconds)];
    for (asked, granted, at_the_end, lost) in [
        (None, None, None, true),
        (Some(60), None, None, false),
        (Some(60), Some(0), None, true),
        (None, Some(60), None, false),
        (Some(60), None, Some(0), true),
        (Some(60), Some(0), Some(60), false),
    ] {
        let mut config = Config::new(Connect { clean_start: false, ..connect(Version::V5) });
        config.connect.properties = Properties(asked.map(expiry).unwrap_or_default());
        let answer = connack(false, 0, granted.map(expiry).unwrap_or_default());
        let mut talk = Conversation::online(config, &answer);
        talk.input(publish(7, Qos::AtLeastOnce));
        let lines = match at_the_end {
            Some(seconds) => talk.input(disconnect_with(0, expiry(seconds))),
            None => talk.input(disconnect()),
        };
        let got = lines.contains(&"lost 7".to_owned());
        assert_eq!(got, lost, "{asked:?}, {granted:?}, {at_the_end:?}: {lines:?}");
    }
}

/// MQTT 5 section 3.3.2.3.4: the topic goes with the first message only, on each connection.
#[test]
fn a_topic_alias_stands_for_its_topic_after_the_first_message() {
    let maximum = |count| connack(true, 0, vec![Property::TopicAliasMaximum(count)]);
    let mut talk = Conversation::online(Config::new(lasting(Version::V5)), &maximum(2));
    let aliased = |alias, topic: &str, qos| {
        with(vec![Property::TopicAlias(alias)], Message { topic: topic.to_owned(), ..message(qos) })
    };
    let sent = |lines: Vec<String>| lines.into_iter().find(|line| line.starts_with('>'));
    for (alias, topic, on_the_wire) in
        [(1, "a", "a"), (1, "a", ""), (2, "b", "b"), (1, "b", "b"), (1, "a", "a"), (2, "b", "")]
    {
        let expected = format!("> PUBLISH q0 {on_the_wire} (2 bytes)");
        assert_eq!(sent(talk.input(aliased(alias, topic, Qos::AtMostOnce))), Some(expected));
    }
    // What is sent again has its topic, and what waited too where the new server takes no alias.
    let reply = talk.input(aliased(2, "b", Qos::AtLeastOnce));
    assert_eq!(sent(reply).unwrap(), "> PUBLISH q1 id 1  (2 bytes)");
    talk.closed();
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    assert_eq!(sent(talk.packet(&maximum(0))).unwrap(), "> PUBLISH q1 id 1 dup b (2 bytes)");
}

/// A message that waited goes to another server than it was checked for.
#[test]
fn messages_that_waited_are_checked_again() {
    let config = || Config {
        reconnect: Some(iot_policy_lab::client::Reconnect::new(1)),
        ..Config::new(lasting(Version::V5))
    };
    let narrow = vec![Property::ReceiveMaximum(1), Property::TopicAliasMaximum(1)];
    let mut talk = Conversation::online(config(), &connack(true, 0, narrow));
    talk.input(publish(1, Qos::AtLeastOnce));
    talk.input(publish(2, Qos::ExactlyOnce));
    talk.input(Input::Publish {
        request: RequestId(3),
        message: Message { retain: true, ..message(Qos::AtLeastOnce) },
    });
    talk.input(Input::Publish {
        request: RequestId(4),
        message: Message {
            properties: Properties(vec![Property::TopicAlias(1)]),
            ..message(Qos::AtLeastOnce)
        },
    });
    talk.closed();
    talk.next_attempt();
    talk.input(Input::TransportOpened);
    let lines = talk.packet(&connack(true, 0, vec![Property::MaximumQos(1), Property::RetainAvailable(0)]));
    assert_eq!(
        lines.get(2..).unwrap(),
        [
            "> PUBLISH q1 id 1 dup dt/temp-sensor-01 (2 bytes)",
            "rejected QosNotSupported",
            "rejected RetainNotSupported",
            "> PUBLISH q1 id 4 dt/temp-sensor-01 (2 bytes)",
        ]
    );
    // One that went already and is too large now was not rejected: nobody knows what became of it.
    talk.closed();
    talk.next_attempt();
    talk.input(Input::TransportOpened);
    let lines = talk.packet(&connack(true, 0, vec![Property::MaximumPacketSize(10)]));
    assert_eq!(lines.get(2..).unwrap(), ["lost 1", "lost 4"]);
}

/// MQTT 5 sections 3.1.2.11.3 and 4.9: the quota begins anew with each connection.
#[test]
fn the_clients_receive_maximum_counts_per_connection() {
    let mut config = Config::new(lasting(Version::V5));
    config.connect.properties.0.push(Property::ReceiveMaximum(2));
    let mut talk = Conversation::online(config, &connack(false, 0, vec![]));
    let arrive =
        |talk: &mut Conversation, id| talk.packet(&incoming("a", Qos::ExactlyOnce, Some(id), vec![]));
    assert!(arrive(&mut talk, 1).contains(&"message a".to_owned()));
    assert!(arrive(&mut talk, 2).contains(&"message a".to_owned()));
    talk.closed();
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    talk.packet(&connack(true, 0, vec![]));
    // Two more while the first two wait for PUBREL, and one of those again.
    assert!(arrive(&mut talk, 3).contains(&"message a".to_owned()));
    assert!(!arrive(&mut talk, 1).contains(&"message a".to_owned()));
    assert!(talk.packet(&Packet::PubRel(ack(1, 0))).contains(&"> PUBCOMP id 1 0x00 Success".to_owned()));
    assert!(arrive(&mut talk, 4).contains(&"message a".to_owned()));
    let lines = arrive(&mut talk, 5);
    assert!(lines.contains(&"> DISCONNECT 0x93 Receive Maximum exceeded".to_owned()), "{lines:?}");
    assert!(!lines.contains(&"message a".to_owned()));
    // The message that was too much comes again, and counts as new.
    talk.closed();
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    talk.packet(&connack(true, 0, vec![]));
    assert!(arrive(&mut talk, 5).contains(&"message a".to_owned()));
}

/// MQTT-4.4.0-1 and section 4.9: what is sent again counts against the server's Receive Maximum too.
#[test]
fn the_servers_receive_maximum_holds_on_a_resumed_session() {
    let mut talk = Conversation::online(Config::new(lasting(Version::V5)), &connack(false, 0, vec![]));
    for request in 1..=3 {
        talk.input(publish(request, Qos::AtLeastOnce));
    }
    talk.closed();
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    let lines = talk.packet(&connack(true, 0, vec![Property::ReceiveMaximum(2)]));
    let sent = lines.iter().filter(|line| line.starts_with("> PUBLISH")).count();
    assert_eq!(sent, 2, "{lines:?}");
    let lines = talk.packet(&Packet::PubAck(ack(1, 0)));
    assert_eq!(lines.last().unwrap(), "> PUBLISH q1 id 3 dup dt/temp-sensor-01 (2 bytes)");
}

/// MQTT-3.1.2-23 of 3.1.1, MQTT-3.1.2-20 of version 5: the interval counts from what was last sent; MQTT-3.2.2-21: the
/// server's goes first, also when it is 0.
#[test]
fn keep_alive_follows_the_server() {
    for (own, server, expected) in
        [(30, None, Some(30)), (30, Some(5), Some(5)), (0, None, None), (30, Some(0), None)]
    {
        let config = Config::new(Connect { keep_alive: own, ..connect(Version::V5) });
        let properties = server.map(Property::ServerKeepAlive).into_iter().collect();
        let talk = Conversation::online(config, &connack(false, 0, properties));
        let due = talk.session.deadline().map(|(at, _)| at - talk.now);
        assert_eq!(due, expected.map(Millis::from_seconds), "{own}, {server:?}");
    }
}
