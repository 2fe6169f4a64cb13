//! Lifecycle events and the log.

use serde_json::{Value, json};

use super::*;

/// A bench that knows its first client well, at a known hour.
fn known() -> Bench {
    let config = Config { starts: UnixTime(1_502_379_443), log_level: LogLevel::Debug, ..Config::default() };
    let mut bench = Bench::with(config, vec![Refuse::Connect { who: Who(8) }, Refuse::Receive("secret")]);
    let peer = Peer {
        principal: "145179c40e2219e1".to_owned(),
        ip: Some("192.0.2.7".to_owned()),
        port: Some(13_490),
        thing: Some("temp-sensor-01".to_owned()),
        ..Peer::default()
    };
    bench.rights.peers.insert(Who(1), peer.clone());
    bench.rights.peers.insert(Who(8), peer);
    bench
}

/// The events that a watcher heard, without their session identifiers, which must be 32 digits and the same throughout.
fn heard(bench: &mut Bench) -> Vec<(String, Value)> {
    let heard = bench.hear(9);
    let mut events: Vec<(String, Value)> =
        topics(&heard).into_iter().map(str::to_owned).zip(heard.iter().filter_map(event)).collect();
    let mut identifiers: Vec<String> = events
        .iter_mut()
        .map(|(_, event)| event.as_object_mut().unwrap().remove("sessionIdentifier").unwrap())
        .map(|identifier| identifier.as_str().unwrap().to_owned())
        .collect();
    identifiers.dedup();
    assert!(identifiers.len() <= 1 && identifiers.iter().all(|digits| digits.len() == 32));
    events
}

#[test]
pub(super) fn a_connection_from_its_beginning_to_its_end() {
    for version in BOTH {
        let mut bench = known();
        bench.watcher(9, version, &["$aws/events/#"]);
        bench.wait(1);
        bench.hear(9);
        bench.connected(1, connect(version, "c"));
        bench.say(1, &subscribe(&["a", "b/#"]));
        bench.say(1, &unsubscribe(&["a"]));
        bench.say(1, &disconnect(ReasonCode::SUCCESS));
        let common = |event_type: &str| {
            json!({
                "clientId": "c",
                "thingName": "temp-sensor-01",
                "timestamp": 1_502_379_444_000_u64,
                "eventType": event_type,
                "principalIdentifier": "145179c40e2219e1",
            })
        };
        let with = |mut event: Value, more: Value| {
            event.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
            event
        };
        let expected = [
            ("presence", with(common("connected"), json!({"ipAddress": "192.0.2.7", "versionNumber": 0}))),
            ("subscriptions", with(common("subscribed"), json!({"topics": ["a", "b/#"]}))),
            ("subscriptions", with(common("unsubscribed"), json!({"topics": ["a"]}))),
            (
                "presence",
                with(
                    common("disconnected"),
                    json!({
                        "versionNumber": 0,
                        "clientInitiatedDisconnect": true,
                        "disconnectReason": "CLIENT_INITIATED_DISCONNECT",
                    }),
                ),
            ),
        ];
        let expected = expected.map(|(family, event)| {
            (format!("$aws/events/{family}/{}/c", event["eventType"].as_str().unwrap()), event)
        });
        assert_eq!(heard(&mut bench), expected);
    }
}

#[test]
pub(super) fn a_connect_without_rights() {
    let mut bench = known();
    bench.watcher(9, Version::V5, &["$aws/events/presence/connect_failed/#"]);
    bench.open(8, Version::V311);
    bench.say(8, &Packet::Connect(connect(Version::V311, "c")));
    let events = heard(&mut bench);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].0, "$aws/events/presence/connect_failed/c");
    assert_eq!(events[0].1["connectFailureReason"], "AUTHORIZATION_FAILED");
    assert_eq!(events[0].1["ipAddress"], "192.0.2.7");
}

#[test]
pub(super) fn events_are_for_those_who_may_receive_them() {
    let topic = "$aws/events/presence/connected/c";
    let mut bench = Bench::new(vec![Refuse::Receive(topic)]);
    bench.watcher(9, Version::V5, &["$aws/events/#"]);
    bench.hear(9);
    bench.connected(1, connect(Version::V5, "c"));
    bench.connected(2, connect(Version::V5, "d"));
    assert_eq!(topics(&bench.hear(9)), ["$aws/events/presence/connected/d"]);
    let withheld = |news: &&News| matches!(news, News::DeliveryRefused { topic: t, .. } if t == topic);
    assert_eq!(bench.news.iter().filter(withheld).count(), 1);
}

#[test]
pub(super) fn client_ids_with_wildcards_have_no_events() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(9, Version::V5, &["$aws/events/#"]);
    bench.hear(9);
    for (connection, client_id) in [(1, "a#"), (2, "+")] {
        bench.connected(connection, connect(Version::V5, client_id));
    }
    assert_eq!(bench.hear(9), []);
}

#[test]
pub(super) fn version_numbers_count_up_and_begin_again() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(9, Version::V5, &["$aws/events/presence/+/c"]);
    let mut numbers = Vec::new();
    for (connection, away) in [(1, 3599), (2, 3601), (3, 10), (4, 10)] {
        bench.connected(connection, connect(Version::V5, "c"));
        bench.lose(connection);
        numbers.extend(bench.hear(9).iter().filter_map(event).map(|event| event["versionNumber"].clone()));
        for _ in 0..away / 60 {
            bench.wait(60);
            bench.say(9, &Packet::PingReq);
        }
        bench.wait(away % 60);
        bench.say(9, &Packet::PingReq);
        bench.hear(9);
    }
    assert_eq!(numbers, [0, 0, 1, 1, 0, 0, 1, 1]);
    // The end of the session begins the count again too, earlier than an hour.
    bench.connected(5, persistent(Version::V5, "c"));
    bench.lose(5);
    bench.wait(60);
    bench.say(9, &Packet::PingReq);
    bench.hear(9);
    let expiry = News::SessionExpired { client_id: "c".to_owned() };
    for _ in 0..10 {
        bench.wait(60);
        bench.say(9, &Packet::PingReq);
    }
    assert!(bench.news.contains(&expiry));
    bench.hear(9);
    bench.connected(6, connect(Version::V5, "c"));
    assert_eq!(event(&bench.hear(9)[0]).unwrap()["versionNumber"], 0);
}

#[test]
pub(super) fn a_takeover_is_told_on_both_sides() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(9, Version::V5, &["$aws/events/presence/+/c"]);
    bench.connected(1, connect(Version::V5, "c"));
    bench.wait(2);
    bench.hear(9);
    bench.connected(2, connect(Version::V5, "c"));
    let heard: Vec<Value> = bench.hear(9).iter().filter_map(event).collect();
    let seen = |field: &str| heard.iter().map(|event| event[field].clone()).collect::<Vec<_>>();
    assert_eq!(seen("eventType"), ["disconnected", "connected"]);
    assert_eq!(heard[0]["disconnectReason"], "DUPLICATE_CLIENTID");
    assert_eq!(heard[0]["clientInitiatedDisconnect"], false);
    assert_eq!(seen("versionNumber"), [0, 1]);
    assert_ne!(heard[0]["sessionIdentifier"], heard[1]["sessionIdentifier"]);
}

fn log(bench: &Bench) -> Vec<Value> {
    let entries = bench.news.iter().filter_map(|news| match news {
        News::Logged { entry, .. } => Some(serde_json::from_str(&entry.json()).unwrap()),
        _ => None,
    });
    entries.collect()
}

#[test]
pub(super) fn the_log_has_an_entry_for_each_operation() {
    for version in BOTH {
        let mut bench = known();
        bench.connected(1, connect(version, "c"));
        bench.say(1, &subscribe(&["a", "secret"]));
        bench.say(1, &publish("a", Qos::AtLeastOnce));
        bench.say(1, &publish("secret", Qos::AtLeastOnce));
        bench.say(1, &Packet::PingReq);
        bench.say(1, &unsubscribe(&["a"]));
        bench.wait(2);
        bench.connected(2, connect(version, "c"));
        let log = log(&bench);
        let seen: Vec<(&str, &str, &str)> = log
            .iter()
            .map(|entry| ["eventType", "status", "logLevel"].map(|field| entry[field].as_str().unwrap()))
            .map(|[event_type, status, level]| (event_type, status, level))
            .collect();
        assert_eq!(
            seen,
            [
                ("Connect", "Success", "INFO"),
                ("Subscribe", "Success", "INFO"),
                ("Publish-In", "Success", "INFO"),
                ("Publish-Out", "Success", "INFO"),
                ("Publish-In", "Success", "INFO"),
                ("Publish-Out", "Failure", "ERROR"),
                ("Ping", "Success", "DEBUG"),
                ("Unsubscribe", "Success", "INFO"),
                ("Disconnect", "Failure", "ERROR"),
                ("Connect", "Success", "INFO"),
            ]
        );
        let mut first = log[0].clone();
        let trace = first.as_object_mut().unwrap().remove("traceId").unwrap();
        let dashes: Vec<usize> = trace.as_str().unwrap().match_indices('-').map(|(place, _)| place).collect();
        assert_eq!((trace.as_str().unwrap().len(), dashes), (36, vec![8, 13, 18, 23]));
        assert_eq!(
            first,
            json!({
                "timestamp": "2017-08-10 15:37:23.000",
                "logLevel": "INFO",
                "accountId": "123456789012",
                "status": "Success",
                "eventType": "Connect",
                "protocol": "MQTT",
                "clientId": "c",
                "principalId": "145179c40e2219e1",
                "sourceIp": "192.0.2.7",
                "sourcePort": 13490,
            })
        );
        assert_eq!(log[1]["topicName"], "a,secret");
        let codes = json!([{"topicName": "a", "reasonCode": 1}, {"topicName": "secret", "reasonCode": 1}]);
        assert_eq!(log[1]["subscriptions"], if version == Version::V5 { codes } else { Value::Null });
        assert_eq!(log[2]["traceId"], log[3]["traceId"], "one packet, one trace");
        assert_ne!(log[2]["traceId"], log[4]["traceId"]);
        assert_eq!(log[5]["reason"], "AUTHORIZATION_FAILURE");
        assert_eq!(log[8]["disconnectReason"], "DUPLICATE_CLIENTID");
        assert_eq!(log[8]["reason"], "DUPLICATE_CLIENT_ID");
        assert_eq!(log[8]["details"], "A new connection was established with the same client ID");
    }
}

#[test]
pub(super) fn the_log_is_as_fine_as_asked_for() {
    for (level, expected) in [
        (LogLevel::Disabled, vec![]),
        (LogLevel::Error, vec!["Connect"]),
        (LogLevel::Warn, vec!["Connect"]),
        (LogLevel::Info, vec!["Connect", "Connect"]),
        (LogLevel::Debug, vec!["Connect", "Ping", "Connect"]),
    ] {
        let config = Config { log_level: level, ..Config::default() };
        let mut bench = Bench::with(config, vec![Refuse::Connect { who: Who(8) }]);
        bench.connected(1, connect(Version::V5, "c"));
        bench.say(1, &Packet::PingReq);
        bench.open(8, Version::V5);
        bench.say(8, &Packet::Connect(connect(Version::V5, "d")));
        let log = log(&bench);
        let seen: Vec<&str> = log.iter().map(|entry| entry["eventType"].as_str().unwrap()).collect();
        assert_eq!(seen, expected, "{level:?}");
    }
}

#[test]
pub(super) fn a_run_again_gives_the_same_identifiers() {
    let run = |seed| {
        let config = Config { log_level: LogLevel::Debug, seed, ..Config::default() };
        let mut bench = Bench::with(config, vec![]);
        bench.watcher(9, Version::V5, &["$aws/events/#"]);
        bench.news
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
