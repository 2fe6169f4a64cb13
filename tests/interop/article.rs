//! The commands of the parallel-sessions article, with an address in place of the endpoint and its certificates. What
//! they print is what the article shows.

use iot_policy_lab::broker::{Cause, News};

use super::endpoint::{Endpoint, Rights};
use super::program::Program;

/// The article's first policy; `CONNECT` is the list of client IDs, as resources.
const POLICY: &str = r#"
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": [CONNECT]},
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": "~topic/dt/temperature"},
    {"Effect": "Allow", "Action": "iot:Receive", "Resource": "~topic/cmd/temperature"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "~topicfilter/cmd/temperature"}"#;
const FIRST: &str = r#""~client/${iot:Connection.Thing.ThingName}""#;
const TRIED: &str =
    r#""~client/${iot:Connection.Thing.ThingName}", "~client/${iot:Connection.Thing.ThingName}_*""#;
const HARD_CODED: &str = r#""~client/temp-sensor-01", "~client/temp-sensor-01_*""#;

fn endpoint(connect: &str, exclusive: bool) -> Endpoint {
    Endpoint::start(Rights::of_sensor(&POLICY.replace("CONNECT", connect), exclusive))
}

fn mosquitto_sub(endpoint: &Endpoint) -> Program {
    let port = endpoint.port.to_string();
    let to = ["-h", "127.0.0.1", "-p", &port];
    let what = ["-i", "temp-sensor-01", "-t", "cmd/temperature", "-d", "-q", "1"];
    Program::start("mosquitto_sub", "mosquitto-clients", &[&to[..], &what].concat())
}

/// Whether it succeeded, and what it printed.
fn mosquitto_pub(endpoint: &Endpoint, client_id: &str, version: &[&str]) -> (bool, Vec<String>) {
    let port = endpoint.port.to_string();
    let to = ["-h", "127.0.0.1", "-p", &port];
    let what = ["-i", client_id, "-t", "dt/temperature", "-m", "20", "-d", "-q", "1"];
    Program::start("mosquitto_pub", "mosquitto-clients", &[&to[..], &what, version].concat()).finish()
}

fn published(client_id: &str) -> (bool, Vec<String>) {
    let lines = [
        "sending CONNECT",
        "received CONNACK (0)",
        "sending PUBLISH (d0, q1, r0, m1, 'dt/temperature', ... (2 bytes))",
        "received PUBACK (Mid: 1, RC:0)",
        "sending DISCONNECT",
    ];
    (true, lines.map(|line| format!("Client {client_id} {line}")).to_vec())
}

fn refused(client_id: &str) -> (bool, Vec<String>) {
    let lines = [format!("Client {client_id} sending CONNECT"), "Error: The connection was lost.".to_owned()];
    (false, lines.to_vec())
}

#[test]
fn e1_the_second_session_closes_the_first_which_comes_back() {
    let endpoint = endpoint(FIRST, false);
    let mut a = mosquitto_sub(&endpoint);
    a.line("Subscribed (mid: 1): 1").unwrap();
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01", &[]), published("temp-sensor-01"));
    let ended = endpoint.wait("end of A", |news| matches!(news, News::Disconnected { .. }));
    assert!(matches!(ended, News::Disconnected { cause: Cause::TakenOver { .. }, .. }), "{ended:?}");
    a.line("Subscribed (mid: 2): 1").unwrap();
    let once = |mid| {
        [
            "Client temp-sensor-01 sending CONNECT".to_owned(),
            "Client temp-sensor-01 received CONNACK (0)".to_owned(),
            format!(
                "Client temp-sensor-01 sending SUBSCRIBE (Mid: {mid}, Topic: cmd/temperature, QoS: 1, Options: 0x00)"
            ),
            "Client temp-sensor-01 received SUBACK".to_owned(),
            format!("Subscribed (mid: {mid}): 1"),
        ]
    };
    assert_eq!(a.seen(), [once(1), once(2)].concat());
}

#[test]
fn e2_another_client_id_is_refused() {
    let endpoint = endpoint(FIRST, false);
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01_01", &[]), refused("temp-sensor-01_01"));
}

#[test]
fn e3_a_suffix_behind_the_variable_changes_nothing() {
    let endpoint = endpoint(TRIED, false);
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01", &[]), published("temp-sensor-01"));
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01_01", &[]), refused("temp-sensor-01_01"));
}

#[test]
fn e4_the_hard_coded_name_lets_both_in() {
    let endpoint = endpoint(HARD_CODED, false);
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01", &[]), published("temp-sensor-01"));
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01_01", &[]), published("temp-sensor-01_01"));
}

/// What the article did not find: the variable works once the thing is attached exclusively.
#[test]
fn the_variable_lets_both_in_when_the_thing_is_attached_exclusively() {
    let endpoint = endpoint(TRIED, true);
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01", &[]), published("temp-sensor-01"));
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-01_01", &[]), published("temp-sensor-01_01"));
    assert_eq!(mosquitto_pub(&endpoint, "temp-sensor-02", &[]), refused("temp-sensor-02"));
}

/// The same refusal in MQTT 5 comes with its reason.
#[test]
fn e2_in_mqtt_5() {
    let endpoint = endpoint(FIRST, false);
    let (success, lines) = mosquitto_pub(&endpoint, "temp-sensor-01_01", &["-V", "mqttv5"]);
    assert!(!success);
    assert_eq!(
        lines,
        [
            "Client temp-sensor-01_01 sending CONNECT",
            "Client temp-sensor-01_01 received CONNACK (135)",
            "Connection error: Not authorized",
            // What mosquitto 2.0 makes of every code of version 5, also from its own broker.
            "Error: A network protocol error occurred when communicating with the broker."
        ]
    );
}
