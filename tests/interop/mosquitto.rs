//! The client session at a real mosquitto (2.0.11), in both versions.

use std::net::TcpListener;
use std::path::PathBuf;

use iot_policy_lab::client::{
    Cause, Closure, Config, Connected, Input, Message, Misuse, Output, Reconnect, Refusal, RequestId,
};
use iot_policy_lab::iot::time::Millis;
use iot_policy_lab::mqtt::{
    ConnAck, Connect, Packet, Properties, Property, Publish, Qos, ReasonCode, Version, Will,
};

use super::driver::{Client, message};
use super::program::Program;

const VERSIONS: [Version; 2] = [Version::V311, Version::V5];
const EACH_QOS: [Qos; 3] = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];

/// A broker of its own for each test.
struct Mosquitto {
    port: u16,
    folder: PathBuf,
    program: Option<Program>,
}

impl Mosquitto {
    /// With lines of `mosquitto.conf` besides its listener.
    fn start(configuration: &str) -> Self {
        // Somebody else may take the port that was free.
        (0..5).find_map(|_| Self::attempt(configuration)).unwrap()
    }

    fn attempt(configuration: &str) -> Option<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("policylab-mosquitto-{port}"));
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!("persistence false\nlistener {port} 127.0.0.1\n{configuration}");
        std::fs::write(folder.join("mosquitto.conf"), text).unwrap();
        let mut mosquitto = Self { port, folder, program: None };
        mosquitto.run().then_some(mosquitto)
    }

    fn run(&mut self) -> bool {
        let file = self.folder.join("mosquitto.conf");
        let mut program = Program::start("mosquitto", "mosquitto", &["-v", "-c", file.to_str().unwrap()]);
        let runs = program.line("running").is_some();
        if !runs {
            println!("{:#?}", program.seen());
        }
        self.program = Some(program);
        runs
    }

    /// Kills the broker; its port stays known.
    fn stop(&mut self) {
        self.program = None;
    }

    /// Waits for a line of the broker's log.
    fn logs(&mut self, text: &str) {
        self.program.as_mut().unwrap().line(text).unwrap();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn open_to_all() -> Mosquitto {
    Mosquitto::start("allow_anonymous true\n")
}

fn connect(version: Version, client_id: &str) -> Connect {
    Connect { keep_alive: 30, ..Connect::clean(version, client_id) }
}

/// A CONNECT whose session outlives the connection.
fn lasting(version: Version, client_id: &str) -> Connect {
    let properties = match version {
        Version::V311 => vec![],
        Version::V5 => vec![Property::SessionExpiryInterval(3600)],
    };
    Connect { clean_start: false, properties: Properties(properties), ..connect(version, client_id) }
}

fn online(mosquitto: &Mosquitto, connect: Connect) -> Client {
    Client::online(mosquitto.port, Config::new(connect)).0
}

/// What is told of a message, in one line.
fn told(publish: &Publish) -> String {
    let text = String::from_utf8_lossy(&publish.payload);
    let retain = if publish.retain { " retained" } else { "" };
    format!("{} q{}{retain} {text}", publish.topic, publish.qos.level())
}

#[test]
fn each_qos_passes_between_all_versions() {
    let mosquitto = open_to_all();
    for (from, to) in VERSIONS.into_iter().flat_map(|from| VERSIONS.map(|to| (from, to))) {
        let mut sender = online(&mosquitto, connect(from, "sender"));
        for granted in EACH_QOS {
            let mut receiver = online(&mosquitto, connect(to, "receiver"));
            assert_eq!(receiver.subscribe("dt/+/state", granted), ReasonCode(granted.level()));
            for qos in EACH_QOS {
                let code = sender.publish(message("dt/a/state", "on", qos));
                assert_eq!(code, ReasonCode::SUCCESS);
                let level = qos.min(granted).level();
                assert_eq!(told(&receiver.message()), format!("dt/a/state q{level} on"));
            }
            receiver.disconnect(ReasonCode::SUCCESS);
        }
        sender.disconnect(ReasonCode::SUCCESS);
    }
}

#[test]
fn unsubscribed_is_unsubscribed() {
    let mosquitto = open_to_all();
    for version in VERSIONS {
        let mut client = online(&mosquitto, connect(version, "c"));
        client.subscribe("a", Qos::AtLeastOnce);
        client.subscribe("b", Qos::AtLeastOnce);
        let filters = vec!["a".to_owned(), "never".to_owned()];
        client.give(Input::Unsubscribe {
            request: RequestId(99),
            filters,
            properties: Properties::default(),
        });
        let codes = client.wait("UNSUBACK", |output| match output {
            Output::Unsubscribed { request: RequestId(99), answer } => Some(answer.codes),
            _ => None,
        });
        // Only version 5 says which of them there were.
        let expected = match version {
            Version::V311 => vec![],
            Version::V5 => vec![ReasonCode::SUCCESS, ReasonCode::NO_SUBSCRIPTION_EXISTED],
        };
        assert_eq!(codes, expected);
        client.send(message("a", "1", Qos::AtLeastOnce));
        client.send(message("b", "2", Qos::AtLeastOnce));
        assert_eq!(told(&client.message()), "b q1 2");
    }
}

#[test]
fn a_retained_message_waits_and_can_be_deleted() {
    let mosquitto = open_to_all();
    for version in VERSIONS {
        let mut sender = online(&mosquitto, connect(version, "sender"));
        let kept = Message { retain: true, ..message("site/door", "open", Qos::ExactlyOnce) };
        sender.publish(kept.clone());
        let mut receiver = online(&mosquitto, connect(version, "receiver"));
        receiver.subscribe("site/#", Qos::ExactlyOnce);
        assert_eq!(told(&receiver.message()), "site/door q2 retained open");
        receiver.disconnect(ReasonCode::SUCCESS);
        sender.publish(Message { payload: vec![], ..kept });
        let mut receiver = online(&mosquitto, connect(version, "receiver"));
        receiver.subscribe("site/#", Qos::ExactlyOnce);
        sender.publish(message("site/end", "1", Qos::AtLeastOnce));
        assert_eq!(told(&receiver.message()), "site/end q1 1");
    }
}

#[test]
fn the_will_is_published_when_the_connection_is_lost_and_on_request() {
    let mosquitto = open_to_all();
    for version in VERSIONS {
        let mut watcher = online(&mosquitto, connect(version, "watcher"));
        watcher.subscribe("fate/#", Qos::ExactlyOnce);
        let will = |topic: &str| Will {
            topic: topic.to_owned(),
            payload: b"gone".to_vec(),
            qos: Qos::ExactlyOnce,
            retain: false,
            properties: Properties::default(),
        };
        let mortal = |topic| Connect { will: Some(will(topic)), ..connect(version, "mortal") };
        online(&mosquitto, mortal("fate/kept")).disconnect(ReasonCode::SUCCESS);
        online(&mosquitto, mortal("fate/lost")).cut();
        assert_eq!(told(&watcher.message()), "fate/lost q2 gone");
        if version == Version::V5 {
            online(&mosquitto, mortal("fate/asked")).disconnect(ReasonCode::DISCONNECT_WITH_WILL);
            assert_eq!(told(&watcher.message()), "fate/asked q2 gone");
        }
    }
}

#[test]
fn a_persistent_session_keeps_subscriptions_and_messages() {
    let mosquitto = open_to_all();
    for version in VERSIONS {
        let mut sleeper = online(&mosquitto, lasting(version, "sleeper"));
        sleeper.subscribe("jobs/#", Qos::ExactlyOnce);
        sleeper.disconnect(ReasonCode::SUCCESS);
        let mut sender = online(&mosquitto, connect(version, "sender"));
        for (job, qos) in
            ["1", "2", "3"].into_iter().zip([Qos::AtLeastOnce, Qos::ExactlyOnce, Qos::AtLeastOnce])
        {
            sender.publish(message("jobs/a", job, qos));
        }
        assert!(sleeper.connect().session_present);
        let jobs: Vec<_> = (0..3).map(|_| told(&sleeper.message())).collect();
        assert_eq!(jobs, ["jobs/a q1 1", "jobs/a q2 2", "jobs/a q1 3"]);
        sleeper.disconnect(ReasonCode::SUCCESS);
        // A clean start ends it.
        let config = Config::new(connect(version, "sleeper"));
        assert!(!Client::online(mosquitto.port, config).1.session_present);
    }
}

/// The connection is cut after PUBLISH has gone and before its acknowledgement is seen: the message is sent again, with
/// QoS 2 it arrives once.
#[test]
fn a_resumed_session_sends_again_what_was_not_acknowledged() {
    let mut mosquitto = open_to_all();
    for version in VERSIONS {
        let mut receiver = online(&mosquitto, connect(version, "receiver"));
        receiver.subscribe("dt/#", Qos::ExactlyOnce);
        let mut sender = online(&mosquitto, lasting(version, "sender"));
        let request = sender.send(message("dt/once", "1", Qos::ExactlyOnce));
        mosquitto.logs("Received PUBLISH from sender");
        sender.cut();
        assert!(sender.connect().session_present);
        assert_eq!(sender.published(request), ReasonCode::SUCCESS);
        mosquitto.logs("Received PUBLISH from sender (d1, q2");
        assert_eq!(sender.publish(message("dt/once", "2", Qos::ExactlyOnce)), ReasonCode::SUCCESS);
        assert_eq!(told(&receiver.message()), "dt/once q2 1");
        assert_eq!(told(&receiver.message()), "dt/once q2 2");
        // Its session would be found by the other version.
        let clean = Config::new(connect(version, "sender"));
        sender.disconnect(ReasonCode::SUCCESS);
        Client::online(mosquitto.port, clean).0.disconnect(ReasonCode::SUCCESS);
    }
}

/// mosquitto 2.0.11 closes without a word also in version 5; newer ones send DISCONNECT with 0x8E.
#[test]
fn the_same_client_id_takes_over() {
    let mosquitto = open_to_all();
    for version in VERSIONS {
        let mut first = online(&mosquitto, connect(version, "same"));
        let mut second = online(&mosquitto, connect(version, "same"));
        assert_eq!(first.end(), Cause::Closed(Closure::default()));
        assert_eq!(second.publish(message("a", "1", Qos::AtLeastOnce)), no_subscribers(version));
    }
}

/// Version 5 tells that nobody listens.
fn no_subscribers(version: Version) -> ReasonCode {
    match version {
        Version::V311 => ReasonCode::SUCCESS,
        Version::V5 => ReasonCode::NO_MATCHING_SUBSCRIBERS,
    }
}

#[test]
fn pings_keep_the_connection_alive_and_silence_ends_it() {
    let mut mosquitto = open_to_all();
    for version in VERSIONS {
        let mut client = online(&mosquitto, Connect { keep_alive: 1, ..connect(version, "c") });
        for _ in 0..2 {
            client.wait("PINGRESP", |output| match output {
                Output::Received { packet: Ok(Packet::PingResp), .. } => Some(()),
                _ => None,
            });
        }
        assert_eq!(client.publish(message("a", "1", Qos::AtLeastOnce)), no_subscribers(version));
        // Nobody drives the session: nothing is sent any more.
        mosquitto.logs("Client c has exceeded timeout");
        let cause = client.end();
        assert!(matches!(cause, Cause::Closed(_) | Cause::ServerDisconnect(_)), "{cause:?}");
    }
}

#[test]
fn the_server_has_the_last_word_on_the_terms_of_version_5() {
    let mosquitto = Mosquitto::start(
        "allow_anonymous true\nmax_keepalive 20\nmax_inflight_messages 3\nmax_packet_size 200\n\
         retain_available false\nmax_qos 1\n",
    );
    let (mut client, connected) = Client::online(mosquitto.port, Config::new(connect(Version::V5, "")));
    assert_eq!(connected.keep_alive, 20);
    assert!(connected.client_id.len() > 5, "assigned: {}", connected.client_id);
    let plain = message("a", "1", Qos::AtLeastOnce);
    for (refused, why) in [
        (Message { qos: Qos::ExactlyOnce, ..plain.clone() }, Misuse::QosNotSupported),
        (Message { retain: true, ..plain.clone() }, Misuse::RetainNotSupported),
        (
            Message { payload: vec![0; 200], ..plain.clone() },
            Misuse::PacketTooLarge { size: 209, limit: 200 },
        ),
    ] {
        client.send(refused);
        let got = client.wait("rejection", |output| match output {
            Output::Rejected { why, .. } => Some(why),
            _ => None,
        });
        assert_eq!(got, why);
    }
    // More than the server's Receive Maximum of 3 at once: some wait, all arrive.
    client.subscribe("a", Qos::AtLeastOnce);
    let requests: Vec<_> = (0..20).map(|_| client.send(plain.clone())).collect();
    let mut outstanding = 0_i32;
    let mut most = 0;
    let mut answered = Vec::new();
    while answered.len() < requests.len() {
        let (change, request) = client.wait("acknowledgement", |output| match output {
            Output::Send { packet: Packet::Publish(_), .. } => Some((1, None)),
            Output::Published { request, .. } => Some((-1, Some(request))),
            _ => None,
        });
        outstanding += change;
        most = most.max(outstanding);
        answered.extend(request);
    }
    assert_eq!((answered, most), (requests, 3));
}

/// The server may send no more than the client has announced to take, and the client does not accuse it wrongly.
#[test]
fn the_clients_receive_maximum_holds_back_the_server() {
    let mosquitto = open_to_all();
    let mut slow = connect(Version::V5, "slow");
    slow.properties = Properties(vec![Property::ReceiveMaximum(1)]);
    let mut receiver = online(&mosquitto, slow);
    receiver.subscribe("a", Qos::ExactlyOnce);
    let mut sender = online(&mosquitto, connect(Version::V5, "sender"));
    let texts: Vec<_> = (0..30).map(|number| number.to_string()).collect();
    for text in &texts {
        sender.send(message("a", text, Qos::ExactlyOnce));
    }
    for text in &texts {
        sender.wait("PUBCOMP", |output| matches!(output, Output::Published { .. }).then_some(()));
        assert_eq!(told(&receiver.message()), format!("a q2 {text}"));
    }
}

#[test]
fn properties_of_version_5_arrive_as_they_were_sent() {
    let mosquitto = open_to_all();
    let mut receiver = online(&mosquitto, connect(Version::V5, "receiver"));
    receiver.subscribe("a", Qos::AtLeastOnce);
    let properties = Properties(vec![
        Property::PayloadFormatIndicator(1),
        Property::ContentType("text/plain".to_owned()),
        Property::ResponseTopic("b".to_owned()),
        Property::CorrelationData(vec![0, 255]),
        Property::UserProperty("site".to_owned(), "north".to_owned()),
        Property::UserProperty("site".to_owned(), "south".to_owned()),
    ]);
    let mut sender = online(&mosquitto, connect(Version::V5, "sender"));
    sender.publish(Message { properties: properties.clone(), ..message("a", "1", Qos::AtLeastOnce) });
    let mut got = receiver.message().properties.0;
    for property in properties.0 {
        let at = got.iter().position(|one| *one == property);
        got.remove(at.unwrap_or_else(|| panic!("{property:?} is missing")));
    }
    assert_eq!(got, []);
}

/// The broker reads the topic out of the alias; on the wire it stands once.
#[test]
fn a_topic_alias_stands_for_its_topic() {
    let mosquitto = open_to_all();
    let mut receiver = online(&mosquitto, connect(Version::V5, "receiver"));
    receiver.subscribe("dt/#", Qos::AtLeastOnce);
    let mut sender = online(&mosquitto, connect(Version::V5, "sender"));
    for (topic, on_the_wire) in [("dt/a", "dt/a"), ("dt/a", ""), ("dt/b", "dt/b"), ("dt/b", "")] {
        let properties = Properties(vec![Property::TopicAlias(1)]);
        sender.send(Message { properties, ..message(topic, "1", Qos::AtLeastOnce) });
        let sent = sender.wait("PUBLISH", |output| match output {
            Output::Send { packet: Packet::Publish(publish), .. } => Some(publish.topic),
            _ => None,
        });
        assert_eq!(sent, on_the_wire);
        assert_eq!(told(&receiver.message()), format!("{topic} q1 1"));
    }
}

#[test]
fn a_refusal_has_the_code_of_its_version() {
    let mosquitto = Mosquitto::start("allow_anonymous false\n");
    for (version, code) in [(Version::V311, 5), (Version::V5, 0x87)] {
        let mut client = Client::new(mosquitto.port, Config::new(connect(version, "c")));
        client.give(Input::Connect);
        let refusal = client.wait("refusal", |output| match output {
            Output::Refused(refusal) => Some(refusal),
            _ => None,
        });
        assert!(
            matches!(&refusal, Refusal::Code(ConnAck { code: got, .. }) if *got == ReasonCode(code)),
            "{refusal:?}"
        );
    }
}

/// What the access list forbids is refused with a code in version 5; version 3.1.1 has none for a PUBLISH.
#[test]
fn a_denied_message_is_told_in_version_5_only() {
    // A mosquitto that root starts reads it as another user, who may not see the checkout.
    let file = std::env::temp_dir().join(format!("policylab-acl-{}", std::process::id()));
    std::fs::write(&file, "topic read #\ntopic readwrite mine\n").unwrap();
    let mosquitto = Mosquitto::start(&format!("allow_anonymous true\nacl_file {}\n", file.to_str().unwrap()));
    std::fs::remove_file(&file).unwrap();
    for (version, code) in [(Version::V311, ReasonCode::SUCCESS), (Version::V5, ReasonCode::NOT_AUTHORIZED)] {
        let mut client = online(&mosquitto, connect(version, "c"));
        assert_eq!(client.publish(message("theirs", "1", Qos::AtLeastOnce)), code);
        assert_eq!(client.publish(message("theirs", "1", Qos::ExactlyOnce)), code);
    }
}

#[test]
fn a_lost_broker_is_found_again() {
    for version in VERSIONS {
        let mut mosquitto = open_to_all();
        let often =
            Reconnect { first: Millis(20), longest: Millis(50), attempts: 1_000, ..Reconnect::new(1) };
        let config = Config { reconnect: Some(often), ..Config::new(connect(version, "c")) };
        let (mut client, _) = Client::online(mosquitto.port, config);
        mosquitto.stop();
        assert_eq!(client.end(), Cause::Closed(Closure::default()));
        client
            .wait("refusal", |output| matches!(output, Output::Refused(Refusal::NotOpened(_))).then_some(()));
        assert!(mosquitto.run());
        client.wait("return", |output| {
            matches!(output, Output::Connected(Connected { session_present: false, .. })).then_some(())
        });
    }
}
