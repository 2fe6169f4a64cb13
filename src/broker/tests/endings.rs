//! How connections end: the word in the event, the code, the will.

use super::*;

/// Connects a client with a will, ends its connection, and looks at the end from everywhere.
fn ends(version: Version, reason: &str, code: Option<ReasonCode>, will: bool, end: impl Fn(&mut Bench)) {
    let mut bench = Bench::new(vec![Refuse::Publish("secret")]);
    bench.rights.peers.insert(Who(1), Peer { web_socket: true, ..Peer::default() });
    bench.watcher(9, version, &["last/words", "$aws/events/presence/disconnected/+"]);
    bench.connected(1, with_will(connect(version, "temp-sensor-01"), "last/words", Qos::AtLeastOnce));
    end(&mut bench);
    let disconnect = code.filter(|_| version == Version::V5).map(disconnect);
    let expected: Vec<Heard> =
        disconnect.map(Heard::Packet).into_iter().chain(std::iter::once(Heard::Closed)).collect();
    let heard = bench.hear(1);
    assert!(heard.ends_with(&expected), "{reason}: {heard:?}");
    let heard = bench.hear(9);
    let events: Vec<serde_json::Value> = heard.iter().filter_map(event).collect();
    assert_eq!(events.len(), 1, "{reason}");
    assert_eq!(events[0]["disconnectReason"], reason);
    assert_eq!(events[0]["clientInitiatedDisconnect"], reason == "CLIENT_INITIATED_DISCONNECT");
    assert_eq!(topics(&heard).contains(&"last/words"), will, "{reason}");
}

#[test]
pub(super) fn a_missing_right() {
    for version in BOTH {
        ends(version, "AUTH_ERROR", Some(ReasonCode::NOT_AUTHORIZED), true, |bench| {
            bench.say(1, &publish("secret", Qos::AtMostOnce));
        });
    }
}

#[test]
pub(super) fn the_clients_own_disconnect() {
    for version in BOTH {
        ends(version, "CLIENT_INITIATED_DISCONNECT", None, false, |bench| {
            bench.say(1, &disconnect(ReasonCode::SUCCESS));
        });
    }
}

#[test]
pub(super) fn an_error_of_the_client() {
    for version in BOTH {
        ends(version, "CLIENT_ERROR", Some(ReasonCode::PROTOCOL_ERROR), true, |bench| {
            bench.say(1, &Packet::Connect(connect(version, "temp-sensor-01")));
        });
    }
}

#[test]
pub(super) fn a_lost_connection() {
    let mut bench = Bench::new(vec![]);
    bench.watcher(9, Version::V5, &["last/words", "$aws/events/presence/disconnected/+"]);
    bench.connected(1, with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtLeastOnce));
    bench.lose(1);
    assert_eq!(bench.hear(1), [], "there is nobody to close");
    let heard = bench.hear(9);
    assert_eq!(topics(&heard), ["$aws/events/presence/disconnected/temp-sensor-01", "last/words"]);
    assert_eq!(event(&heard[0]).unwrap()["disconnectReason"], "CONNECTION_LOST");
}

#[test]
pub(super) fn a_takeover() {
    for version in BOTH {
        ends(version, "DUPLICATE_CLIENTID", Some(ReasonCode::SESSION_TAKEN_OVER), true, |bench| {
            bench.wait(2);
            bench.connected(2, connect(version, "temp-sensor-01"));
        });
    }
}

#[test]
pub(super) fn silence() {
    for version in BOTH {
        ends(version, "MQTT_KEEP_ALIVE_TIMEOUT", Some(ReasonCode::KEEP_ALIVE_TIMEOUT), true, |bench| {
            bench.wait(60);
            bench.say(9, &Packet::PingReq);
            bench.wait(30);
        });
    }
}

#[test]
pub(super) fn aws_itself() {
    for version in BOTH {
        let code = Some(ReasonCode::SERVER_SHUTTING_DOWN);
        ends(version, "SERVER_INITIATED_DISCONNECT", code, true, |bench| {
            bench.feed(Input::ServerCloses { connection: ConnectionId(1) });
        });
    }
}

#[test]
pub(super) fn a_call_of_delete_connection() {
    for version in BOTH {
        for prevent_will in [false, true] {
            let code = Some(ReasonCode::ADMINISTRATIVE_ACTION);
            ends(version, "API_INITIATED_DISCONNECT", code, !prevent_will, |bench| {
                let client_id = "temp-sensor-01".to_owned();
                bench.feed(Input::DeleteConnection { client_id, clean_session: true, prevent_will });
            });
        }
        for clean_session in [false, true] {
            let mut bench = Bench::new(vec![]);
            bench.connected(1, persistent(version, "temp-sensor-01"));
            let client_id = "temp-sensor-01".to_owned();
            bench.feed(Input::DeleteConnection { client_id, clean_session, prevent_will: true });
            bench.wait(2);
            assert_eq!(bench.connected(2, persistent(version, "temp-sensor-01")), !clean_session);
        }
    }
}

#[test]
pub(super) fn a_limit_exceeded() {
    for version in BOTH {
        ends(version, "THROTTLED", Some(ReasonCode::QUOTA_EXCEEDED), true, |bench| {
            bench.say(1, &subscribe(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]));
        });
    }
}

/// Pings until the end, so that nothing else ends it.
fn pings(bench: &mut Bench, seconds: u64) {
    for _ in 0..seconds / 60 {
        bench.wait(60);
        for connection in [1, 9] {
            bench.say(connection, &Packet::PingReq);
        }
    }
}

#[test]
pub(super) fn a_day_of_web_socket() {
    for version in BOTH {
        ends(version, "WEBSOCKET_TTL_EXPIRATION", None, true, |bench| {
            pings(bench, 86_400 - 60);
            assert!(!bench.hear(1).contains(&Heard::Closed));
            pings(bench, 60);
        });
    }
}

#[test]
pub(super) fn the_time_of_a_custom_authorizer() {
    let mut bench = Bench::new(vec![]);
    let disconnect_after = Some(Millis::from_seconds(300));
    bench.rights.peers.insert(Who(1), Peer { web_socket: true, disconnect_after, ..Peer::default() });
    bench.watcher(9, Version::V5, &["last/words", "$aws/events/presence/disconnected/+"]);
    bench.connected(1, with_will(connect(Version::V5, "temp-sensor-01"), "last/words", Qos::AtLeastOnce));
    pings(&mut bench, 240);
    assert_eq!(bench.end_of(1), None);
    pings(&mut bench, 60);
    assert_eq!(bench.end_of(1).unwrap().reason().as_str(), "CUSTOMAUTH_TTL_EXPIRATION");
    assert!(topics(&bench.hear(9)).contains(&"last/words"));
}
