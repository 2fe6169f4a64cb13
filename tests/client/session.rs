//! Conversations from the beginning of a session to its end.

use std::collections::{BTreeSet, VecDeque};

use iot_policy_lab::client::{Closure, Config, Input, Output, Reconnect, RequestId, Session, Timer};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::mqtt::{
    self, Codes, Connect, Disconnect, Packet, PacketId, Properties, Property, Publish, Qos, ReasonCode,
    Version,
};

use super::conversation::{
    Conversation, ack, connack, connect, disconnect, incoming, lasting, publish, subscribe,
};

#[test]
fn connect_subscribe_publish_and_leave() {
    for version in [Version::V311, Version::V5] {
        let five = version == Version::V5;
        let mut talk = Conversation::new(Config::new(connect(version)));
        assert_eq!(talk.input(Input::Connect), ["open"]);
        assert_eq!(talk.input(Input::TransportOpened), ["> CONNECT temp-sensor-01 keep-alive 30 s"]);
        let lines = talk.packet(&connack(false, 0, vec![]));
        assert_eq!(lines.last().unwrap(), "connected temp-sensor-01 30 s present false");
        let filters = ["cmd/temp-sensor-01/#", "$aws/things/temp-sensor-01/shadow/update/accepted"];
        assert_eq!(talk.input(subscribe(1, &filters)).len(), 1);
        let refused = if five { 0x87 } else { 0x80 };
        let answer = Packet::SubAck(Codes {
            packet_id: PacketId(1),
            codes: vec![ReasonCode(1), ReasonCode(refused)],
            properties: Properties::default(),
        });
        assert_eq!(talk.packet(&answer).last().unwrap(), &format!("subscribed 1 01 {refused:02X}"));
        assert_eq!(
            talk.input(publish(2, Qos::AtMostOnce)),
            ["> PUBLISH q0 dt/temp-sensor-01 (2 bytes)", "published 2"]
        );
        assert_eq!(
            talk.input(publish(3, Qos::AtLeastOnce)),
            ["> PUBLISH q1 id 2 dt/temp-sensor-01 (2 bytes)"]
        );
        assert_eq!(talk.packet(&Packet::PubAck(ack(2, 0))).last().unwrap(), "published 3 00");
        let lines = talk.packet(&incoming("cmd/temp-sensor-01/led", Qos::AtLeastOnce, Some(7), vec![]));
        assert_eq!(lines.get(1).unwrap(), "message cmd/temp-sensor-01/led");
        assert!(lines.get(2).unwrap().starts_with("> PUBACK id 7"));
        let leave = if five { "> DISCONNECT 0x00 Normal disconnection" } else { "> DISCONNECT" };
        assert_eq!(talk.input(disconnect()), [leave, "disconnected OwnRequest", "close"]);
        assert_eq!(talk.closed(), [""; 0]);
        assert_eq!(talk.session.deadline(), None);
        assert_eq!(talk.input(Input::Connect), ["open"]);
    }
}

#[test]
fn quality_of_service_2_both_ways() {
    for version in [Version::V311, Version::V5] {
        let mut talk = Conversation::online(Config::new(connect(version)), &connack(false, 0, vec![]));
        talk.input(publish(1, Qos::ExactlyOnce));
        let released = talk.packet(&Packet::PubRec(ack(1, 0)));
        assert!(released.last().unwrap().starts_with("> PUBREL id 1"), "{released:?}");
        assert_eq!(talk.packet(&Packet::PubComp(ack(1, 0))).last().unwrap(), "published 1 00");
        let twice = incoming("a", Qos::ExactlyOnce, Some(9), vec![]);
        assert!(talk.packet(&twice).contains(&"message a".to_owned()));
        let again = talk.packet(&twice);
        assert!(!again.contains(&"message a".to_owned()), "{again:?}");
        assert!(again.last().unwrap().starts_with("> PUBREC id 9"));
        assert!(talk.packet(&Packet::PubRel(ack(9, 0))).last().unwrap().starts_with("> PUBCOMP id 9"));
        assert!(talk.packet(&twice).contains(&"message a".to_owned()));
    }
}

#[test]
fn a_refused_connect_is_told_apart() {
    let mut talk = Conversation::new(Config::new(connect(Version::V311)));
    talk.input(Input::Connect);
    assert_eq!(talk.closed(), ["refused NotOpened(Closure"]);
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    assert_eq!(talk.closed(), ["refused ClosedWithoutConnAck(Closure"]);
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    assert_eq!(
        talk.packet(&connack(false, 5, vec![])),
        ["< CONNACK 0x05 Not authorized", "refused Code(ConnAck", "close"]
    );
    talk.closed();
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    assert_eq!(talk.session.deadline(), Some((talk.now + Millis(30_000), Timer::ConnAck)));
    assert_eq!(talk.after(29), [""; 0]);
    assert_eq!(talk.after(1), ["refused Timeout", "close"]);
    talk.closed();
    talk.input(Input::Connect);
    assert_eq!(talk.input(disconnect()), ["refused OwnRequest", "close"]);
    assert_eq!(talk.input(Input::TransportOpened), [""; 0]);
    assert_eq!(talk.closed(), [""; 0]);
}

#[test]
fn the_causes_of_an_end_are_told_apart() {
    let online = |version| Conversation::online(Config::new(connect(version)), &connack(false, 0, vec![]));
    assert_eq!(online(Version::V311).closed(), ["disconnected Closed(Closure"]);
    let takeover = Packet::Disconnect(Disconnect {
        code: ReasonCode::SESSION_TAKEN_OVER,
        properties: Properties::default(),
    });
    assert_eq!(
        online(Version::V5).packet(&takeover),
        ["< DISCONNECT 0x8E Session taken over", "disconnected ServerDisconnect(Disconnect", "close"]
    );
    // A server of 3.1.1 has no DISCONNECT.
    assert_eq!(
        online(Version::V311).bytes(&[0xE0, 0x00]),
        ["< DISCONNECT", "disconnected PeerError(Unexpected(Disconnect))", "close"]
    );
}

#[test]
fn hostile_bytes_end_the_connection_with_a_code() {
    for (bytes, code) in [
        (&[0x30, 0xFF, 0xFF, 0xFF, 0x7F][..], "> DISCONNECT 0x95 Packet too large"),
        (&[0x30, 0xFF, 0xFF, 0xFF, 0xFF], "> DISCONNECT 0x81 Malformed Packet"),
        (&[0x36, 0x00], "> DISCONNECT 0x81 Malformed Packet"),
        (&[0xC0, 0x00], "> DISCONNECT 0x82 Protocol Error"),
        (&[0x20, 0x03, 0x00, 0x00, 0x00], "> DISCONNECT 0x82 Protocol Error"),
    ] {
        let mut talk = Conversation::online(Config::new(connect(Version::V5)), &connack(false, 0, vec![]));
        let lines = talk.bytes(bytes);
        assert!(lines.iter().any(|line| line == code), "{bytes:02X?}: {lines:?}");
        assert_eq!(lines.last().unwrap(), "close");
        assert_eq!(talk.bytes(&[0xD0, 0x00]), [""; 0], "nothing is read after the order to close");
        let mut old = Conversation::online(Config::new(connect(Version::V311)), &connack(false, 0, vec![]));
        let bytes = if bytes.starts_with(&[0x20]) { &[0x20, 0x02, 0x00, 0x00] } else { bytes };
        let lines = old.bytes(bytes);
        assert!(lines.iter().all(|line| !line.starts_with('>')), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "close");
    }
    let mut early = Conversation::new(Config::new(connect(Version::V5)));
    early.input(Input::Connect);
    early.input(Input::TransportOpened);
    assert_eq!(
        early.bytes(&[0xD0, 0x00]),
        ["< PINGRESP", "refused PeerError(Unexpected(PingResp))", "close"]
    );
}

#[test]
fn keep_alive_pings_after_silence_and_gives_up_without_an_answer() {
    let mut talk = Conversation::online(Config::new(connect(Version::V311)), &connack(false, 0, vec![]));
    assert_eq!(talk.after(29), [""; 0]);
    talk.input(publish(1, Qos::AtMostOnce));
    assert_eq!(talk.after(29), [""; 0], "what is sent counts");
    assert_eq!(talk.after(1), ["> PINGREQ"]);
    assert_eq!(talk.session.deadline(), Some((talk.now + Millis(10_000), Timer::PingResp)));
    assert_eq!(talk.packet(&Packet::PingResp), ["< PINGRESP"]);
    assert_eq!(talk.after(30), ["> PINGREQ"]);
    assert_eq!(talk.after(10), ["disconnected KeepAliveTimeout", "close"]);
}

#[test]
fn the_server_sets_keep_alive_and_client_id() {
    let mut config = Config::new(Connect { client_id: String::new(), ..connect(Version::V5) });
    config.connect.keep_alive = 0;
    let mut talk = Conversation::new(config);
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    let properties =
        vec![Property::ServerKeepAlive(5), Property::AssignedClientIdentifier("auto-1".to_owned())];
    assert_eq!(
        talk.packet(&connack(false, 0, properties)).last().unwrap(),
        "connected auto-1 5 s present false"
    );
    assert_eq!(talk.after(5), ["> PINGREQ"]);
    talk.closed();
    talk.input(Input::Connect);
    assert_eq!(talk.input(Input::TransportOpened), ["> CONNECT auto-1 keep-alive 0 s"]);
}

#[test]
fn the_servers_receive_maximum_holds_messages_back() {
    let mut talk = Conversation::online(
        Config { queue_limit: 2, ..Config::new(connect(Version::V5)) },
        &connack(false, 0, vec![Property::ReceiveMaximum(1)]),
    );
    assert_eq!(talk.input(publish(1, Qos::AtLeastOnce)).len(), 1);
    assert_eq!(talk.input(publish(2, Qos::AtLeastOnce)), [""; 0]);
    assert_eq!(talk.input(publish(3, Qos::AtLeastOnce)), [""; 0]);
    assert_eq!(talk.input(publish(4, Qos::AtLeastOnce)), ["rejected QueueFull"]);
    let lines = talk.packet(&Packet::PubAck(ack(1, 0x87)));
    assert_eq!(lines.get(1..).unwrap(), ["published 1 87", "> PUBLISH q1 id 2 dt/temp-sensor-01 (2 bytes)"]);
    assert_eq!(talk.closed(), ["disconnected Closed(Closure", "lost 2", "lost 3"]);
}

#[test]
fn a_resumed_session_sends_again_with_dup_and_in_order() {
    for version in [Version::V311, Version::V5] {
        let mut talk = Conversation::online(Config::new(lasting(version)), &connack(false, 0, vec![]));
        talk.input(publish(1, Qos::AtLeastOnce));
        talk.input(publish(2, Qos::ExactlyOnce));
        talk.input(publish(3, Qos::AtLeastOnce));
        talk.input(subscribe(4, &["a"]));
        talk.packet(&Packet::PubRec(ack(2, 0)));
        assert_eq!(talk.closed(), ["disconnected Closed(Closure", "lost 4"]);
        talk.input(Input::Connect);
        talk.input(Input::TransportOpened);
        let lines = talk.packet(&connack(true, 0, vec![]));
        let sent: Vec<_> = lines.iter().filter(|line| line.starts_with('>')).collect();
        assert!(sent.first().unwrap().starts_with("> PUBREL id 2"), "{sent:?}");
        assert_eq!(
            sent.get(1..).unwrap(),
            [
                "> PUBLISH q1 id 1 dup dt/temp-sensor-01 (2 bytes)",
                "> PUBLISH q1 id 3 dup dt/temp-sensor-01 (2 bytes)"
            ]
        );
        assert_eq!(talk.packet(&Packet::PubAck(ack(3, 0))).last().unwrap(), "published 3 00");
        // The server has forgotten the session: what was in flight is lost, once.
        talk.closed();
        talk.input(Input::Connect);
        talk.input(Input::TransportOpened);
        let lines = talk.packet(&connack(false, 0, vec![]));
        assert_eq!(lines.get(2..).unwrap(), ["lost 1", "lost 2"]);
    }
}

#[test]
fn without_a_connection_nothing_is_sent() {
    let mut idle = Conversation::new(Config::new(connect(Version::V5)));
    assert_eq!(idle.input(publish(1, Qos::AtMostOnce)), ["rejected NotConnected"]);
    assert_eq!(idle.input(subscribe(1, &["a"])), ["rejected NotConnected"]);
    assert_eq!(idle.input(disconnect()), ["rejected NotConnected"]);
    assert_eq!(idle.bytes(&[0xD0, 0x00]), ["rejected NoTransport"]);
    assert_eq!(idle.closed(), ["rejected NoTransport"]);
}

#[test]
fn topic_aliases_are_resolved_and_checked() {
    let mut config = Config::new(connect(Version::V5));
    config.connect.properties = Properties(vec![Property::TopicAliasMaximum(2)]);
    let mut talk = Conversation::online(config, &connack(false, 0, vec![]));
    let alias = |topic, alias| incoming(topic, Qos::AtMostOnce, None, vec![Property::TopicAlias(alias)]);
    assert_eq!(talk.packet(&alias("a/b", 2)).last().unwrap(), "message a/b");
    assert_eq!(talk.packet(&alias("", 2)).last().unwrap(), "message a/b");
    assert!(talk.packet(&alias("", 1)).contains(&"> DISCONNECT 0x94 Topic Alias invalid".to_owned()));
}

#[test]
fn a_takeover_stops_the_reconnect() {
    let config = Config { reconnect: Some(Reconnect::new(1)), ..Config::new(connect(Version::V5)) };
    let mut talk = Conversation::online(config, &connack(false, 0, vec![]));
    let takeover = Packet::Disconnect(Disconnect {
        code: ReasonCode::SESSION_TAKEN_OVER,
        properties: Properties::default(),
    });
    let lines = talk.packet(&takeover);
    assert_eq!(
        lines.get(1..).unwrap(),
        ["disconnected ServerDisconnect(Disconnect", "stop TakenOver", "close"]
    );
    talk.closed();
    assert_eq!(talk.session.deadline(), None);
}

#[test]
fn closes_soon_after_connack_stop_the_reconnect() {
    let config = Config { reconnect: Some(Reconnect::new(1)), ..Config::new(connect(Version::V311)) };
    let mut talk = Conversation::online(config, &connack(false, 0, vec![]));
    for _ in 0..2 {
        assert_eq!(talk.closed(), ["disconnected Closed(Closure", "reconnect later"]);
        assert_eq!(talk.next_attempt(), ["open"]);
        talk.input(Input::TransportOpened);
        talk.packet(&connack(false, 0, vec![]));
    }
    assert_eq!(talk.closed(), ["disconnected Closed(Closure", "stop ShortConnections(3)"]);
    assert_eq!(talk.session.deadline(), None);
    assert_eq!(talk.input(Input::Connect), ["open"], "the user still can");
}

#[test]
fn refusals_stop_the_reconnect_at_once_or_after_a_few() {
    let config = Config { reconnect: Some(Reconnect::new(1)), ..Config::new(connect(Version::V5)) };
    let mut talk = Conversation::new(config);
    talk.input(Input::Connect);
    for _ in 0..7 {
        assert_eq!(talk.closed(), ["refused NotOpened(Closure", "reconnect later"]);
        talk.next_attempt();
    }
    assert_eq!(talk.closed(), ["refused NotOpened(Closure", "stop Attempts(8)"]);
    talk.input(Input::Connect);
    talk.input(Input::TransportOpened);
    let lines = talk.packet(&connack(false, 0x87, vec![]));
    assert_eq!(lines.get(2).unwrap(), "stop Refused(ReasonCode(135))");
    talk.closed();
    talk.input(Input::Connect);
    talk.closed();
    assert_eq!(talk.input(disconnect()), ["stop OwnRequest"]);
    assert_eq!(talk.session.deadline(), None);
}

/// Random commands against a server that answers at random: whatever happens, nothing but CONNECT is sent
/// before CONNACK, nothing after the order to close, and no request is answered twice.
#[test]
fn any_course_of_events_keeps_the_invariants() {
    for seed in 1..=400_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut next = move |bound: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) % bound
        };
        let version = if seed % 2 == 0 { Version::V5 } else { Version::V311 };
        let mut config = Config::new(if seed % 3 == 0 { connect(version) } else { lasting(version) });
        config.reconnect = (seed % 5 < 3).then(|| Reconnect::new(seed));
        let mut session = Session::new(config);
        let mut world = World::default();
        let mut now = Instant(0);
        let mut requests = 0;
        for _ in 0..400 {
            now = now + Millis(next(20_000));
            requests += 1;
            let qos = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];
            let qos = *qos.get(usize::try_from(next(3)).unwrap()).unwrap();
            let input = match next(16) {
                0..=3 if world.transport == Some(Side::Asked) => Input::TransportOpened,
                0 | 1 if world.transport.is_none() => Input::Connect,
                0 if world.transport.is_some() => Input::TransportClosed(Closure::default()),
                2..=9 if world.transport == Some(Side::Open) => match world.answer(next(8), version) {
                    Some(packet) => Input::Received(mqtt::encode(&packet, version).unwrap()),
                    None => Input::TimePassed,
                },
                10..=12 => publish(requests, qos),
                13 => subscribe(requests, &["a/#"]),
                14 if next(8) == 0 => disconnect(),
                _ => Input::TimePassed,
            };
            world.before(&input);
            session.handle(now, input);
            while let Some(output) = session.poll() {
                world.see(output);
            }
        }
        assert!(world.answered.len() > 10, "seed {seed}: {}", world.answered.len());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Asked,
    Open,
    Closing,
}

/// What the driver and the server know.
#[derive(Default)]
struct World {
    transport: Option<Side>,
    connected: bool,
    to_answer: VecDeque<Packet>,
    answered: BTreeSet<RequestId>,
}

impl World {
    fn before(&mut self, input: &Input) {
        match input {
            Input::TransportOpened => self.transport = Some(Side::Open),
            Input::TransportClosed(_) => {
                self.transport = None;
                self.connected = false;
                self.to_answer.clear();
            }
            _ => {}
        }
    }

    fn answer(&mut self, choice: u64, version: Version) -> Option<Packet> {
        let five = version == Version::V5;
        Some(match self.to_answer.pop_front()? {
            Packet::Connect(connect) => connack(!connect.clean_start && choice > 3, 0, vec![]),
            Packet::Publish(Publish { qos: Qos::AtLeastOnce, packet_id: Some(id), .. }) => {
                Packet::PubAck(ack(id.0, if five && choice == 0 { 0x87 } else { 0 }))
            }
            Packet::Publish(Publish { packet_id: Some(id), .. }) => {
                Packet::PubRec(ack(id.0, if five && choice == 0 { 0x97 } else { 0 }))
            }
            Packet::PubRel(ack) => Packet::PubComp(ack),
            Packet::Subscribe(subscribe) => Packet::SubAck(Codes {
                packet_id: subscribe.packet_id,
                codes: vec![ReasonCode(1)],
                properties: Properties::default(),
            }),
            Packet::PingReq => Packet::PingResp,
            // Now and then a message, or what a server may not send.
            _ if choice == 0 => Packet::PingReq,
            _ => incoming("a", Qos::ExactlyOnce, Some(1), vec![]),
        })
    }

    fn see(&mut self, output: Output) {
        match output {
            Output::OpenTransport => {
                assert_eq!(self.transport, None);
                self.transport = Some(Side::Asked);
            }
            Output::CloseTransport => {
                assert!(matches!(self.transport, Some(Side::Asked | Side::Open)));
                self.transport = Some(Side::Closing);
                self.connected = false;
                self.to_answer.clear();
            }
            Output::Send { packet, .. } => {
                assert_eq!(self.transport, Some(Side::Open), "{packet:?}");
                assert!(self.connected || matches!(packet, Packet::Connect(_)), "{packet:?}");
                self.to_answer.push_back(packet);
            }
            Output::Connected(_) => self.connected = true,
            Output::Published { request, .. }
            | Output::Subscribed { request, .. }
            | Output::Unsubscribed { request, .. }
            | Output::Lost { request }
            | Output::Rejected { request: Some(request), .. } => {
                assert!(self.answered.insert(request), "{request:?} answered twice");
            }
            _ => {}
        }
    }
}
