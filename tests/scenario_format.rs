//! The text form of scenarios and of pasted commands: every mistake has its place and its way out, what is written
//! reads back as the same, and no text makes a reader panic.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use iot_policy_lab::{
    client::Message,
    iot::time::{Instant, Millis, UnixTime},
    lab::{
        Action, Actor, Comeback, Network, Scenario, Step,
        expect::{Expectation, Expected, Finding, State},
        format,
        mosquitto::{self, Kind, Program},
        run,
    },
    mqtt::{Properties, Property, Qos, Subscription, Version, Will},
    policy::{Switches, Verdict, switch::Switch},
    timeline::{SessionId, log},
};
use proptest::prelude::*;

const WAR: &str = include_str!("cases/scenarios/war.json");
const P1: &str = include_str!("cases/scenarios/p1.json");

fn named(name: &str) -> Option<String> {
    (name == "p1.json").then(|| P1.to_owned())
}

/// Each mistake in the text above, and what is said about it.
#[test]
fn every_mistake_is_named_with_its_place() {
    let wrong = [
        (
            "policylab-scenario/1",
            "policylab-scenario/9",
            "line 2, column 13: field `format`: unknown format `policylab-scenario/9`; write `\"policylab-scenario/1\"`",
        ),
        (
            r#""do": "stall""#,
            r#""do": "stal""#,
            "line 29, column 38: field `steps[4].do`: `\"stal\"` is none of the values; write one of `\"connect\"`, `\"subscribe\"`, `\"unsubscribe\"`, `\"publish\"`, `\"disconnect\"`, `\"cut\"`, `\"halfOpen\"`, `\"stall\"`, `\"resume\"`",
        ),
        (
            r#"{"name": "B""#,
            r#"{"name": "A""#,
            "line 20, column 14: field `clients[1].name`: `A` is the name of two; rename one",
        ),
        (
            r#""at": 45"#,
            r#""at": 39.5"#,
            "line 31, column 12: field `steps[6].at`: the time runs backwards: the step before is at 41; put the steps in order",
        ),
        (
            r#""at": 90"#,
            r#""at": 900"#,
            "line 34, column 12: field `steps[9].at`: the run ends at 120, before this step; move one of them",
        ),
        (
            r#""at": 1.5"#,
            r#""at": 1.0005"#,
            "line 26, column 12: field `steps[1].at`: write seconds from 0 to 100000000, with at most three decimals, such as `0.4`",
        ),
        (
            r#"{"at": 1.5, "session": "B""#,
            r#"{"at": 1.5, "session": "D""#,
            "line 26, column 28: field `steps[1].session`: there is no `D`; write one of `A`, `B`, `C`",
        ),
        (
            r#""latency": 0.04"#,
            r#""latencie": 0.04"#,
            "line 6, column 27: field `network.latencie`: is no field of the format; there are `latency`, `jitter`",
        ),
        (
            r#""seed": 42,"#,
            r#""seed": 42, "networkChanges": [{"latency": 0.5}],"#,
            "line 4, column 34: field `networkChanges[0].at`: is missing; write the time in seconds, such as `0.4`",
        ),
        (
            r#""seed": 42,"#,
            r#""seed": 42, "switches": ["ABSENT_VERSION", "absent"],"#,
            "line 4, column 46: field `switches[1]`: `absent` is no undecided point; write one of `GROUP_NEEDS_CLIENT_ID`",
        ),
        (
            r#""reconnect": 1"#,
            r#""reconnect": true"#,
            "line 20, column 102: field `clients[1].reconnect`: write `\"never\"`, `\"backoff\"`, or the seconds after which it comes back",
        ),
        (
            r#""kind": "x509", "thing"#,
            r#""kind": "x500", "thing"#,
            "line 9, column 28: field `who[0].principal.kind`: `\"x500\"` is none of the values; write one of `\"x509\"`, `\"cognitoAuthenticated\"`, `\"cognitoUnauthenticated\"`, `\"iamRole\"`, `\"customAuthorizer\"`",
        ),
        (
            r#""name": "p1.json""#,
            r#""name": "p9.json""#,
            "line 10, column 19: field `who[0].policies[0].document`: write the policy as an object, or its text in quotes",
        ),
        (
            r#""state": "connected"}"#,
            r#""state": "connected", "finding": "war"}"#,
            "line 41, column 5: field `expect[4]`: write exactly one of `state`, `disconnected`, `received`, `verdict` and `finding`",
        ),
        (
            r#"{"finding": "war"}"#,
            r#"{"disconnected": "DUPLICATE_CLIENT_ID"}"#,
            "line 37, column 22: field `expect[0].disconnected`: `DUPLICATE_CLIENT_ID` is no reason; write one of `AUTH_ERROR`",
        ),
        (
            r#"{"contentType": "text/plain"}"#,
            r#"{"content": "text/plain"}"#,
            "line 30, column 119: field `steps[5].properties[0]`: write an object with one of `payloadFormatIndicator`",
        ),
        (
            r#""seed": 42,"#,
            r#""seed": 42"#,
            "line 5, column 3: this is not JSON; look for a comment, a missing or superfluous comma",
        ),
        (
            r#""seed": 42,"#,
            r#""seed": -1,"#,
            "line 4, column 11: field `seed`: write a whole number from 0 to 18446744073709551615, without quotes",
        ),
        (
            r#""end": 120,"#,
            "",
            "line 1, column 1: field `end`: is missing; write the seconds after which the run ends, such as `10`",
        ),
        (
            "{\n  \"format\"",
            "[{\n  \"format\"",
            "line 45, column 1: the JSON is not complete; a bracket or a quote is not closed",
        ),
    ];
    assert!(format::read(WAR, named).is_ok());
    for (from, to, said) in wrong {
        assert!(WAR.contains(from), "{from}");
        let error = format::read(&WAR.replacen(from, to, 1), named).unwrap_err().to_string();
        assert!(error.contains(said), "{to}:\n{error}\n{said}");
    }
    let said = |text: &str| format::read(text, named).unwrap_err().to_string();
    assert_eq!(said(""), "line 1, column 1: the text is empty; write a scenario");
    assert_eq!(said("[]"), "line 1, column 1: write an object in `{` and `}`, not a list");
    let long = " ".repeat(format::MAX_TEXT + 1);
    assert!(said(&long).contains("bytes; at most 16777216 are read"), "{}", said(&long));
}

#[test]
fn a_million_steps_are_too_many() {
    let step = r#"{"at":1,"session":"A","do":"cut"}"#;
    let many = vec![step; 400_000].join(",");
    let text = format!(
        r#"{{"format":"policylab-scenario/1","end":2,"who":[{{"name":"w","region":"r","accountId":"a","principal":{{"kind":"x509"}},"policies":[]}}],"clients":[{{"name":"A","who":"w","clientId":"a"}}],"steps":[{many}]}}"#
    );
    let error = format::read(&text, named).unwrap_err().to_string();
    assert!(error.ends_with("field `steps`: there are 400000 steps; at most 100000 are played"), "{error}");
    // Two of a kind go on for ever; a run ends all the same.
    let clients: Vec<String> =
        (0..1001).map(|n| format!(r#"{{"name":"{n}","who":"w","clientId":"a"}}"#)).collect();
    let text = text.replace(r#"{"name":"A","who":"w","clientId":"a"}"#, &clients.join(","));
    let error = format::read(&text, named).unwrap_err().to_string();
    assert!(
        error.ends_with("field `clients`: there are 1001 clients; at most 1000 are simulated"),
        "{error}"
    );
}

/// A command line, and what is said about it at which part of it.
#[test]
fn every_problem_of_a_command_line_has_its_place() {
    let said = |text: &str| -> Vec<(String, String)> {
        let problems = mosquitto::read(text).problems;
        problems.into_iter().map(|p| (text.get(p.span.clone()).unwrap().to_owned(), p.to_string())).collect()
    };
    let one = |text: &str| match said(text).as_slice() {
        [(place, what)] => format!("{place}: {what}"),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(said("mosquitto_sub -t a"), []);
    assert_eq!(
        said(
            "$ mosquitto_pub -t a -m 'x y' & # now\n\n> mosquitto_sub \\\n  -t a; me@host:~$ mosquitto_sub -t b"
        ),
        [(
            "me@host:~$".to_owned(),
            "`me@host:~$` is not simulated; write `mosquitto_sub` or `mosquitto_pub`".to_owned()
        )]
    );
    for (text, expected) in [
        ("mosquitto_sub -t 'a", "'a: the quote ' is not closed; write it a second time"),
        // What was refused, or is in an open quote, is not missed as well.
        ("mosquitto_pub -t 'a", "'a: the quote ' is not closed; write it a second time"),
        ("mosquitto_pub -t a/# -m x", "a/#: `-t` cannot be `a/#`; write a topic without wildcards"),
        ("mosquitto_sub -t a --nope", "--nope: `--nope` is no option of this program, version 2.0.11"),
        ("mosquitto_sub -t a -m x", "-m: `-m` is no option of this program, version 2.0.11"),
        (
            "mosquitto_pub -t a -m hello world",
            "world: `world` belongs to no option; put quotes around a value with spaces",
        ),
        ("mosquitto_pub -t a -l", "-l: `-l` is not simulated; leave it out"),
        ("mosquitto_sub -t a -q", "-q: `-q` needs a value"),
        ("mosquitto_sub -t a -q 3", "3: `-q` cannot be `3`; write 0, 1 or 2"),
        ("mosquitto_sub -t a -k 4", "4: `-k` cannot be `4`; write seconds from 5 to 65535"),
        (
            "mosquitto_sub -t a -V mqttv31",
            "mqttv31: `-V` cannot be `mqttv31`; write `mqttv311` or `mqttv5`; AWS IoT Core speaks no other",
        ),
        (
            "mosquitto_pub -t a -m \"$TEMP\"",
            "$: only your shell knows this value; write it out, or put it in single quotes",
        ),
        (
            "mosquitto_sub -t a > out.txt",
            ">: a file is not read or written here; what the program prints is shown",
        ),
        ("mosquitto_sub -t a -c", "mosquitto_sub: there is no client ID, which `-c` needs; write `-i`"),
        ("mosquitto_sub -i x", "mosquitto_sub: there is no topic; write `-t`"),
        (
            "aws iot describe-endpoint",
            "aws: `aws` is not simulated; write `mosquitto_sub` or `mosquitto_pub`",
        ),
    ] {
        assert!(one(text).starts_with(expected), "{text}: {}", one(text));
    }
    let long = "x".repeat(mosquitto::MAX_TEXT + 1);
    assert_eq!(mosquitto::read(&long).problems.len(), 1);
}

#[test]
fn options_become_the_packets_that_the_programs_send() {
    let text = "mosquitto_pub -h host -p 8883 -i dev -t dt/t -n -q 1 -r -V mqttv5 -c -x 60 -k 30 -u me -P secret \
                --will-topic w --will-payload bye --will-qos 1 --will-retain --cafile a --cert c.pem --key k --insecure -d";
    let paste = mosquitto::read(text);
    assert_eq!(paste.problems, []);
    let command = paste.commands.first().unwrap();
    assert_eq!((command.host.as_deref(), command.port), (Some("host"), Some(8883)));
    assert_eq!(command.certificate.as_deref(), Some("c.pem"));
    let connect = &command.connect;
    assert_eq!((connect.version, connect.clean_start, connect.keep_alive), (Version::V5, false, 30));
    assert_eq!(connect.properties.0, [Property::SessionExpiryInterval(60)]);
    assert_eq!(
        (connect.user_name.as_deref(), connect.password.as_deref()),
        (Some("me"), Some(&b"secret"[..]))
    );
    let will = connect.will.as_ref().unwrap();
    assert_eq!(
        (will.topic.as_str(), will.payload.as_slice(), will.qos, will.retain),
        ("w", &b"bye"[..], Qos::AtLeastOnce, true)
    );
    let Some(Action::Publish(message)) = command.actor("A", 0).on_connect.pop() else { panic!() };
    assert_eq!(
        (message.topic.as_str(), message.payload.len(), message.qos, message.retain),
        ("dt/t", 0, Qos::AtLeastOnce, true)
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", Just("ü \"\\\u{1F600}\n\u{7f}".to_owned()), "\\PC{1,6}"]
}

fn qos() -> impl Strategy<Value = Qos> {
    prop_oneof![Just(Qos::AtMostOnce), Just(Qos::AtLeastOnce), Just(Qos::ExactlyOnce)]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![text().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..6)]
}

fn properties() -> impl Strategy<Value = Properties> {
    let property = prop_oneof![
        any::<u8>().prop_map(Property::PayloadFormatIndicator),
        any::<u32>().prop_map(Property::MessageExpiryInterval),
        text().prop_map(Property::ContentType),
        text().prop_map(Property::ResponseTopic),
        bytes().prop_map(Property::CorrelationData),
        any::<u32>().prop_map(Property::SessionExpiryInterval),
        text().prop_map(Property::AuthenticationMethod),
        bytes().prop_map(Property::AuthenticationData),
        any::<u8>().prop_map(Property::RequestProblemInformation),
        any::<u32>().prop_map(Property::WillDelayInterval),
        any::<u8>().prop_map(Property::RequestResponseInformation),
        any::<u16>().prop_map(Property::ReceiveMaximum),
        any::<u16>().prop_map(Property::TopicAliasMaximum),
        any::<u16>().prop_map(Property::TopicAlias),
        (text(), text()).prop_map(|(name, value)| Property::UserProperty(name, value)),
        any::<u32>().prop_map(Property::MaximumPacketSize),
    ];
    prop::collection::vec(property, 0..4).prop_map(Properties)
}

fn action() -> impl Strategy<Value = Action> {
    let filter = (text(), qos(), any::<bool>(), any::<bool>(), 0..3_u8).prop_map(
        |(filter, qos, no_local, retain_as_published, retain_handling)| {
            let plain = Subscription::new(&filter, qos);
            Subscription { no_local, retain_as_published, retain_handling, ..plain }
        },
    );
    let message = (text(), bytes(), qos(), any::<bool>(), properties()).prop_map(
        |(topic, payload, qos, retain, properties)| Message { topic, payload, qos, retain, properties },
    );
    prop_oneof![
        Just(Action::Connect),
        prop::collection::vec(filter, 0..3).prop_map(Action::Subscribe),
        prop::collection::vec(text(), 0..3).prop_map(Action::Unsubscribe),
        message.prop_map(Action::Publish),
        Just(Action::Disconnect),
        Just(Action::Cut),
        Just(Action::HalfOpen),
        Just(Action::Stall),
        Just(Action::Resume),
    ]
}

fn actor() -> impl Strategy<Value = Actor> {
    let will = (text(), bytes(), qos(), any::<bool>(), properties()).prop_map(
        |(topic, payload, qos, retain, properties)| Will { topic, payload, qos, retain, properties },
    );
    let connect = (any::<bool>(), text(), any::<bool>(), any::<u16>(), prop::option::of(will), properties());
    let secrets = (prop::option::of(text()), prop::option::of(bytes()));
    let comeback = prop_oneof![
        Just(Comeback::Never),
        Just(Comeback::Backoff),
        (0..100_000_u64).prop_map(|delay| Comeback::After(Millis(delay)))
    ];
    let program =
        prop::option::of((any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(sub, debug, verbose)| {
            Program { kind: if sub { Kind::Sub } else { Kind::Pub }, debug, verbose }
        }));
    let habits = (comeback, prop::collection::vec(action(), 0..3), any::<bool>(), program);
    (connect, secrets, habits, 0..2_u32).prop_map(|(connect, secrets, habits, identity)| {
        let (v5, client_id, clean_start, keep_alive, will, properties) = connect;
        let version = if v5 { Version::V5 } else { Version::V311 };
        let mut actor = Actor::new("", identity, version, &client_id);
        actor.connect.clean_start = clean_start;
        actor.connect.keep_alive = keep_alive;
        actor.connect.will = will;
        actor.connect.properties = properties;
        (actor.connect.user_name, actor.connect.password) = secrets;
        (actor.comeback, actor.on_connect, actor.leaves, actor.program) = habits;
        actor
    })
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let who = || prop::option::of((0..3_u32).prop_map(SessionId));
    let verdict = prop_oneof![
        Just(Verdict::Allowed),
        Just(Verdict::ExplicitDeny),
        Just(Verdict::ImplicitDeny),
        Just(Verdict::CannotTell)
    ];
    let counted = prop_oneof![
        Just(Expected::Disconnected("THROTTLED".to_owned())),
        (text(), prop::option::of(bytes()))
            .prop_map(|(topic, payload)| Expected::Received { topic, payload }),
        (prop::option::of(text()), verdict).prop_map(|(resource, verdict)| Expected::Decided {
            action: "iot:Publish".to_owned(),
            resource,
            verdict
        }),
        (prop::sample::select(Finding::ALL), who())
            .prop_map(|((_, finding), by)| Expected::Found { finding, by }),
    ];
    prop_oneof![
        ((0..3_u32), prop::sample::select(State::ALL)).prop_map(|(session, (_, state))| Expectation {
            session: Some(SessionId(session)),
            what: Expected::State(state),
            times: None
        }),
        (who(), counted, prop::option::of(0..9_usize)).prop_map(|(session, what, times)| Expectation {
            session,
            what,
            times
        }),
    ]
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let base = format::read(WAR, named).unwrap();
    let steps = prop::collection::vec((0..30_000_u64, 0..3_u32, action()), 0..12);
    let numbers = (any::<u64>(), 0..4_000_000_000_u64, 0..500_u64, 0..500_u64, 0..4000_u64, 0..999_usize);
    let lists = (prop::collection::vec(actor(), 3), steps, prop::collection::vec(expectation(), 0..5));
    (text(), numbers, lists).prop_map(move |(title, numbers, (mut sessions, mut steps, expectations))| {
        let (seed, starts, latency, jitter, expiry, most) = numbers;
        for (actor, name) in sessions.iter_mut().zip(["A", "b \"c\"", "ü"]) {
            actor.name = name.to_owned();
        }
        steps.sort_by_key(|(at, ..)| *at);
        let steps = steps.into_iter().map(|(at, session, action)| Step {
            at: Instant(at),
            session: SessionId(session),
            action,
        });
        let mut account = base.account.clone();
        account.session_expiry = Millis(expiry);
        account.max_subscriptions = most;
        Scenario {
            title,
            identities: base.identities.clone(),
            sessions,
            steps: steps.collect(),
            expectations,
            end: Instant(30_000),
            starts: UnixTime(starts),
            network: Network { latency: Millis(latency), jitter: Millis(jitter) },
            // Drawn from what is drawn already.
            network_changes: (0..seed % 3)
                .map(|number| {
                    (Instant(number * latency), Network { latency: Millis(jitter), jitter: Millis(number) })
                })
                .collect(),
            seed,
            account,
            switches: Switch::ALL
                .iter()
                .zip(0..)
                .filter(|(_, place)| starts >> place & 1 == 1)
                .fold(Switches::NONE, |switches, (switch, _)| switches.turned(*switch)),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_the_same(scenario in scenario()) {
        let text = format::write(&scenario);
        let read = format::read(&text, |_| None);
        prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
    }

    #[test]
    fn any_scenario_ends(scenario in scenario()) {
        let played = run(&scenario);
        prop_assert_eq!(&played, &run(&scenario));
        let _ = played.unmet();
        for session in 0..3 {
            let _ = mosquitto::terminal(&played, SessionId(session));
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(
        at in 0..WAR.len(),
        to in 0..200_usize,
        junk in "(\\PC|[\\[\\]{}\":,\\\\0-9\n$'#&;]){0,8}",
    ) {
        let mut text: Vec<char> = WAR.chars().collect();
        let at = at.min(text.len());
        let end = (at + to).min(text.len());
        text.splice(at..end, junk.chars());
        let text: String = text.into_iter().collect();
        if let Ok(scenario) = format::read(&text, named) {
            let _ = run(&scenario).unmet();
        }
        let _ = log::read(&text);
        let _ = mosquitto::read(&text);
        let _ = mosquitto::read(&format!("mosquitto_pub -t a -m {junk} -d"));
    }
}
