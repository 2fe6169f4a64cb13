//! mqtt.js (5.16, pinned in `package.json`) at the simulated broker, in both versions.

use iot_policy_lab::broker::{Cause, News};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, Rights};
use super::program::Program;

/// One process of Node with any number of clients.
struct Clients(Program);

impl Clients {
    fn start(endpoint: &Endpoint, version: u8) -> Self {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(
            root.join("node_modules/mqtt").is_dir(),
            "the npm package `mqtt` is missing: run `npm ci --ignore-scripts`, or `make test-tools tools`"
        );
        let (port, version) = (endpoint.port.to_string(), version.to_string());
        Self(Program::start("node", "nodejs", &["tests/interop/mqttjs.mjs", &port, &version]))
    }

    /// What `mqttjs.mjs` understands: `[what, name, ..]`.
    fn does(&mut self, command: &Value) {
        self.0.tell(&command.to_string());
    }

    /// Waits until the line has been printed.
    fn line(&mut self, line: &str) {
        let got = self.0.line(line).map(str::to_owned);
        assert_eq!(got.as_deref(), Some(line), "{:#?}", self.0.seen());
    }

    fn connected(&mut self, name: &str, options: &Value) {
        self.does(&json!(["connect", name, options]));
        self.line(&format!("{name} connected new"));
    }
}

const VERSIONS: [u8; 2] = [4, 5];

#[test]
fn a_session_from_connect_to_unsubscribe() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut clients = Clients::start(&endpoint, version);
        clients.connected("a", &json!({}));
        clients.does(&json!(["subscribe", "a", "dt/+/state", 1]));
        clients.line("a subscribed 1");
        for qos in [0, 1] {
            clients.does(&json!(["publish", "a", "dt/x/state", "on", { "qos": qos }]));
            clients.line(&format!("a message dt/x/state q{qos} on"));
        }
        clients.does(&json!(["unsubscribe", "a", "dt/+/state"]));
        clients.line("a unsubscribed");
        clients.does(&json!(["publish", "a", "dt/x/state", "off", { "qos": 1 }]));
        clients.line("a published dt/x/state 0");
        clients.does(&json!(["publish", "a", "site/door", "open", { "qos": 1, "retain": true }]));
        clients.line("a published site/door 0");
        clients.connected("b", &json!({}));
        clients.does(&json!(["subscribe", "b", "site/door", 1]));
        clients.line("b message site/door q1 retained open");
        assert!(!clients.0.seen().iter().any(|line| line.ends_with("off")));
        clients.does(&json!(["end", "a"]));
        let end = endpoint.wait("end", |news| matches!(news, News::Disconnected { .. }));
        assert!(matches!(end, News::Disconnected { cause: Cause::ClientDisconnected { .. }, .. }), "{end:?}");
    }
}

#[test]
fn the_same_client_id_takes_over_and_version_5_says_so() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let (mut a, mut b) = (Clients::start(&endpoint, version), Clients::start(&endpoint, version));
        a.connected("same", &json!({}));
        b.connected("same", &json!({}));
        if version == 5 {
            a.line("same disconnect 142");
        }
        a.line("same closed");
        b.does(&json!(["publish", "same", "dt", "1", { "qos": 1 }]));
        b.line("same published dt 0");
    }
}

const SENSOR: &str = r#"
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "~client/${iot:Connection.Thing.ThingName}"},
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": "~topic/dt/temperature"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "~topicfilter/cmd/temperature"}"#;

#[test]
fn a_refused_client_id_is_told_in_version_5_only() {
    let endpoint = Endpoint::start(Rights::of_sensor(SENSOR, false));
    let mut clients = Clients::start(&endpoint, 5);
    clients.does(&json!(["connect", "temp-sensor-01_01"]));
    clients.line("temp-sensor-01_01 error: Connection refused: Not authorized 135");
    let mut clients = Clients::start(&endpoint, 4);
    clients.does(&json!(["connect", "temp-sensor-01_01"]));
    clients.line("temp-sensor-01_01 closed");
    assert_eq!(clients.0.seen().len(), 1, "{:#?}", clients.0.seen());
}

#[test]
fn refusals_on_a_connection_close_3_1_1_and_are_answered_in_5() {
    let endpoint = Endpoint::start(Rights::of_sensor(SENSOR, false));
    let refused = [
        (
            json!(["publish", "temp-sensor-01", "other", "1", { "qos": 1 }]),
            "publish failed: Publish error: Not authorized 135",
        ),
        (
            json!(["subscribe", "temp-sensor-01", "other", 1]),
            "subscribe failed: Subscribe error: Not authorized",
        ),
    ];
    let mut clients = Clients::start(&endpoint, 5);
    clients.connected("temp-sensor-01", &json!({}));
    for (command, answer) in &refused {
        clients.does(command);
        clients.line(&format!("temp-sensor-01 {answer}"));
    }
    for (command, _) in &refused {
        let mut clients = Clients::start(&endpoint, 4);
        clients.connected("temp-sensor-01", &json!({}));
        clients.does(command);
        clients.line("temp-sensor-01 closed");
    }
}

#[test]
fn messages_wait_for_a_client_that_is_away() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut clients = Clients::start(&endpoint, version);
        let mut lasting = json!({ "clean": false });
        if version == 5 {
            lasting["properties"] = json!({ "sessionExpiryInterval": 3600 });
        }
        clients.connected("sleeper", &lasting);
        clients.does(&json!(["subscribe", "sleeper", "jobs/#", 1]));
        clients.line("sleeper subscribed 1");
        clients.does(&json!(["kill", "sleeper"]));
        endpoint.wait("end", |news| matches!(news, News::Disconnected { session_kept: true, .. }));
        clients.connected("b", &json!({}));
        for job in ["1", "2", "3"] {
            clients.does(&json!(["publish", "b", "jobs/a", job, { "qos": 1 }]));
            clients.line("b published jobs/a 0");
        }
        clients.does(&json!(["connect", "sleeper", lasting]));
        clients.line("sleeper connected present");
        for job in ["1", "2", "3"] {
            clients.line(&format!("sleeper message jobs/a q1 {job}"));
        }
    }
}

#[test]
fn the_will_of_a_killed_client_is_published() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut clients = Clients::start(&endpoint, version);
        clients.connected("watcher", &json!({}));
        clients.does(&json!(["subscribe", "watcher", "fate", 1]));
        clients.line("watcher subscribed 1");
        clients.connected("mortal", &json!({ "will": { "topic": "fate", "payload": "gone", "qos": 1 } }));
        clients.does(&json!(["kill", "mortal"]));
        clients.line("watcher message fate q1 gone");
    }
}

#[test]
fn quality_of_service_2_ends_the_connection() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut clients = Clients::start(&endpoint, version);
        clients.connected("a", &json!({}));
        clients.does(&json!(["publish", "a", "dt", "1", { "qos": 2 }]));
        if version == 5 {
            clients.line("a disconnect 155");
        }
        clients.line("a closed");
    }
}

#[test]
fn topic_aliases_are_resolved() {
    let endpoint = Endpoint::start(Rights::all());
    let mut clients = Clients::start(&endpoint, 5);
    clients.connected("a", &json!({ "autoAssignTopicAlias": true }));
    clients.does(&json!(["subscribe", "a", "dt/#", 1]));
    clients.line("a subscribed 1");
    for (topic, text, alias) in
        [("dt/a", "1", None), ("dt/b", "2", None), ("dt/a", "3", Some(1)), ("dt/b", "4", Some(2))]
    {
        clients.does(&json!(["publish", "a", topic, text, { "qos": 1 }]));
        if let Some(alias) = alias {
            clients.line(&format!("a alias {alias}"));
        }
        clients.line(&format!("a message {topic} q1 {text}"));
    }
}
