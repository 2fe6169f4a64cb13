//! mosquitto_sub and mosquitto_pub (2.0.11) at the simulated broker, in both versions.

use iot_policy_lab::broker::{Cause, Config, News, Refusal};
use iot_policy_lab::iot::time::Millis;

use super::endpoint::{Endpoint, Rights};
use super::program::Program;

const VERSIONS: [&str; 2] = ["mqttv311", "mqttv5"];

fn start(endpoint: &Endpoint, version: &str, program: &str, args: &str) -> Program {
    let port = endpoint.port.to_string();
    let to = ["-h", "127.0.0.1", "-p", &port, "-V", version];
    let args: Vec<&str> = to.into_iter().chain(args.split_whitespace()).collect();
    Program::start(program, "mosquitto-clients", &args)
}

fn mosquitto_sub(endpoint: &Endpoint, version: &str, args: &str) -> Program {
    start(endpoint, version, "mosquitto_sub", args)
}

fn mosquitto_pub(endpoint: &Endpoint, version: &str, args: &str) -> (bool, Vec<String>) {
    start(endpoint, version, "mosquitto_pub", args).finish()
}

fn disconnected(news: &News, who: &str) -> bool {
    matches!(news, News::Disconnected { client_id, .. } if client_id == who)
}

#[test]
fn a_message_passes_between_the_versions_with_the_lower_qos() {
    for (from, to) in [("mqttv311", "mqttv5"), ("mqttv5", "mqttv311")] {
        let endpoint = Endpoint::start(Rights::all());
        let mut receiver = mosquitto_sub(&endpoint, to, "-i r -t dt/+/state -q 1 -C 2 -d -F %t|%q|%r|%p");
        receiver.line("Subscribed (mid: 1): 1").unwrap();
        for qos in ["0", "1"] {
            let sent = mosquitto_pub(&endpoint, from, &format!("-i s -t dt/a/state -m {qos} -q {qos}"));
            assert_eq!(sent, (true, vec![]));
        }
        receiver.line("dt/a/state|0|0|0").unwrap();
        receiver.line("dt/a/state|1|0|1").unwrap();
        assert!(receiver.finish().0);
    }
}

#[test]
fn a_retained_message_waits_for_a_subscriber() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        assert_eq!(mosquitto_pub(&endpoint, version, "-i s -t site/door -m open -q 1 -r"), (true, vec![]));
        let receiver = mosquitto_sub(&endpoint, version, "-i r -t site/door -q 1 -C 1 -F %t|%q|%r|%p");
        assert_eq!(receiver.finish(), (true, vec!["site/door|1|1|open".to_owned()]));
    }
}

#[test]
fn messages_wait_for_a_client_that_is_away() {
    for (version, persistent) in [("mqttv311", "-c"), ("mqttv5", "-c -x 3600")] {
        let endpoint = Endpoint::start(Rights::all());
        let subscribe = format!("-i sleeper {persistent} -t jobs/# -q 1");
        let once = mosquitto_sub(&endpoint, version, &format!("{subscribe} -E"));
        assert!(once.finish().0);
        endpoint.wait("end", |news| disconnected(news, "sleeper"));
        for job in ["1", "2", "3"] {
            let sent = mosquitto_pub(&endpoint, version, &format!("-i s -t jobs/{job} -m {job} -q 1"));
            assert_eq!(sent, (true, vec![]));
        }
        let again = mosquitto_sub(&endpoint, version, &format!("{subscribe} -C 3 -F %t|%q|%p"));
        let lines = ["jobs/1|1|1", "jobs/2|1|2", "jobs/3|1|3"].map(str::to_owned);
        assert_eq!(again.finish(), (true, lines.to_vec()));
        let back = endpoint.wait(
            "return",
            |news| matches!(news, News::Connected { client_id, .. } if client_id == "sleeper"),
        );
        assert!(matches!(back, News::Connected { session_present: true, .. }), "{back:?}");
    }
}

#[test]
fn the_will_of_a_killed_client_is_published() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut watcher = mosquitto_sub(&endpoint, version, "-i watcher -t fate -C 1 -d");
        watcher.line("Subscribed").unwrap();
        let will = "-i mortal -t a -d --will-topic fate --will-payload gone --will-qos 1";
        let mut mortal = mosquitto_sub(&endpoint, version, will);
        mortal.line("Subscribed").unwrap();
        drop(mortal);
        watcher.line("gone").unwrap();
        let end = endpoint.wait("end", |news| disconnected(news, "mortal"));
        assert!(
            matches!(end, News::Disconnected { cause: Cause::ConnectionLost, will_published: true, .. }),
            "{end:?}"
        );
    }
}

const SENSOR: &str = r#"{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "~topicfilter/cmd/#"}"#;

/// Version 3.1.1 has no way to say no but to close; version 5 answers and stays.
#[test]
fn a_refused_subscription_closes_3_1_1_and_is_answered_in_5() {
    let endpoint = Endpoint::start(Rights::of_sensor(SENSOR, false));
    let mut old = mosquitto_sub(&endpoint, "mqttv311", "-i old -t dt/# -d -q 1");
    old.line("sending SUBSCRIBE").unwrap();
    let end = endpoint.wait("end", |news| disconnected(news, "old"));
    assert!(matches!(end, News::Disconnected { cause: Cause::NotAuthorized, .. }), "{end:?}");
    old.line("sending CONNECT").unwrap();

    let mut new = mosquitto_sub(&endpoint, "mqttv5", "-i new -t dt/# -t cmd/# -d -q 1");
    assert_eq!(new.line("Subscribed"), Some("Subscribed (mid: 1): 135, 1"));
}

#[test]
fn a_refused_publish_closes_3_1_1_and_is_answered_in_5() {
    let endpoint = Endpoint::start(Rights::of_sensor(SENSOR, false));
    let mut old = start(&endpoint, "mqttv311", "mosquitto_pub", "-i old -t dt/a -m 1 -d -q 1");
    old.line("sending PUBLISH").unwrap();
    let end = endpoint.wait("end", |news| disconnected(news, "old"));
    assert!(matches!(end, News::Disconnected { cause: Cause::NotAuthorized, .. }), "{end:?}");

    let (_, lines) = mosquitto_pub(&endpoint, "mqttv5", "-i new -t dt/a -m 1 -d -q 1");
    assert!(lines.contains(&"Client new received PUBACK (Mid: 1, RC:135)".to_owned()), "{lines:?}");
}

#[test]
fn properties_of_version_5_arrive_as_they_were_sent() {
    let endpoint = Endpoint::start(Rights::all());
    let mut receiver = mosquitto_sub(&endpoint, "mqttv5", "-i r -t dt/a -C 1 -d -F %P|%C|%R|%D|%p");
    receiver.line("Subscribed").unwrap();
    let properties = "-D publish user-property site north -D publish content-type text/plain \
        -D publish response-topic dt/answer -D publish correlation-data 7";
    assert_eq!(
        mosquitto_pub(&endpoint, "mqttv5", &format!("-i s -t dt/a -m 1 {properties}")),
        (true, vec![])
    );
    receiver.line("site:north|text/plain|dt/answer|7|1").unwrap();
}

#[test]
fn members_of_a_shared_subscription_take_turns() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut members = ["a", "b"].map(|name| {
            mosquitto_sub(
                &endpoint,
                version,
                &format!("-i {name} -t $share/workers/jobs/+ -q 1 -C 2 -d -F %t"),
            )
        });
        for member in &mut members {
            member.line("Subscribed (mid: 1): 1").unwrap();
        }
        for job in ["1", "2", "3", "4"] {
            let sent = mosquitto_pub(&endpoint, version, &format!("-i s -t jobs/{job} -m x -q 1"));
            assert_eq!(sent, (true, vec![]));
        }
        let mut jobs: Vec<String> = members
            .into_iter()
            .flat_map(|member| member.finish().1)
            .filter(|line| line.starts_with("jobs/"))
            .collect();
        jobs.sort();
        assert_eq!(jobs, ["jobs/1", "jobs/2", "jobs/3", "jobs/4"]);
    }
}

/// AWS's limits, at other people's clients: a payload of 128 KB passes, one more byte does not.
#[test]
fn a_payload_has_at_most_128_kilobytes() {
    let file = format!("{}/payload", env!("CARGO_TARGET_TMPDIR"));
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let mut receiver = mosquitto_sub(&endpoint, version, "-i r -t dt/a -q 1 -C 1 -d -F %l");
        receiver.line("Subscribed").unwrap();
        std::fs::write(&file, vec![b'x'; 128 * 1024]).unwrap();
        let send = format!("-i s -t dt/a -q 1 -f {file}");
        assert_eq!(mosquitto_pub(&endpoint, version, &send), (true, vec![]));
        receiver.line("131072").unwrap();
        std::fs::write(&file, vec![b'x'; 128 * 1024 + 1]).unwrap();
        let _sender = start(&endpoint, version, "mosquitto_pub", &send);
        let end = endpoint.wait("end", |news| {
            matches!(news, News::Disconnected { client_id, cause, .. }
                if client_id == "s" && !matches!(cause, Cause::ClientDisconnected { .. }))
        });
        assert!(matches!(end, News::Disconnected { cause: Cause::TooLarge, .. }), "{end:?}");
    }
}

#[test]
fn a_subscribe_has_at_most_8_filters() {
    for version in VERSIONS {
        let endpoint = Endpoint::start(Rights::all());
        let filters = |count| (0..count).map(|n| format!(" -t a/{n}")).collect::<String>();
        let mut eight = mosquitto_sub(&endpoint, version, &format!("-i eight -d{}", filters(8)));
        eight.line("Subscribed (mid: 1): 0, 0, 0, 0, 0, 0, 0, 0").unwrap();
        let _nine = mosquitto_sub(&endpoint, version, &format!("-i nine{}", filters(9)));
        let end = endpoint.wait("end", |news| disconnected(news, "nine"));
        assert!(matches!(end, News::Disconnected { cause: Cause::TooManyFilters, .. }), "{end:?}");
    }
}

/// One CONNECT a second and client ID; here an hour, so that a slow machine is no second attempt.
#[test]
fn a_client_id_that_connects_too_often_is_refused() {
    for (version, told) in
        [("mqttv311", "Error: The connection was lost."), ("mqttv5", "Client s received CONNACK (151)")]
    {
        let config = Config { connect_interval: Millis::from_seconds(3600), ..Config::default() };
        let endpoint = Endpoint::configured(config, Rights::all());
        let send = "-i s -t dt/a -m 1 -q 1 -d";
        assert!(mosquitto_pub(&endpoint, version, send).0);
        let (success, lines) = mosquitto_pub(&endpoint, version, send);
        assert!(!success && lines.iter().any(|line| line == told), "{lines:?}");
        let refused = endpoint.wait("refusal", |news| matches!(news, News::Refused { .. }));
        assert!(matches!(refused, News::Refused { refusal: Refusal::TooFrequent, .. }), "{refused:?}");
    }
}
