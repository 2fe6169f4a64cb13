//! Predictions of plans held against runs of the simulation, which a live run looks like, and against what was pasted.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use iot_policy_lab::iot::time::{Instant, Millis, UnixTime};
use iot_policy_lab::lab::{Action, Scenario, presets, run};
use iot_policy_lab::live::compare::{Circumstances, Comparison, Suspect, Verdict, compare, suspects};
use iot_policy_lab::live::evidence::evidence;
use iot_policy_lab::live::observe::{self, Observation, Outcome, Witness, Wrong};
use iot_policy_lab::live::predict::{Ask, Because, Predicted, Prediction, SignIn, Source, predict};
use iot_policy_lab::mqtt::Version;
use iot_policy_lab::policy::context::Side;
use iot_policy_lab::policy::evaluate::Attachment;
use iot_policy_lab::policy::{Policy, document};
use iot_policy_lab::share::secrets;
use iot_policy_lab::suite::Suite;
use iot_policy_lab::timeline::{Certainty, Entry, SessionId, diagnose};
use iot_policy_lab::words;

const NOW: UnixTime = UnixTime(1_767_225_600);

fn recorded(entries: &[Entry]) -> Vec<Observation> {
    observe::recorded(entries, &diagnose(entries))
}

fn verdict(prediction: &Prediction, comparison: &Comparison, session: u32, ask: &Ask) -> Option<Verdict> {
    let at = prediction.rows().iter().position(|row| row.session == SessionId(session) && row.ask == *ask)?;
    comparison.rows.get(at).map(|compared| compared.verdict)
}

fn subscribe(filter: &str) -> Ask {
    Ask::Subscribe { filter: filter.to_owned() }
}

fn publish(topic: &str) -> Ask {
    Ask::Publish { topic: topic.to_owned() }
}

fn role(text: &str) -> Policy {
    let document = document::parse(text);
    Policy { name: "role".to_owned(), kind: Side::Iam, attached_to: Attachment::Role, document }
}

const ALL: &str =
    r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}"#;

/// The article's plan under another certificate policy.
fn under(policy: &str, version: Version) -> Scenario {
    Scenario { identities: vec![presets::article_identity(policy)], ..presets::takeover(version) }
}

#[test]
fn the_article_is_seen_as_it_was_predicted_in_both_versions() {
    for (version, refusal) in [(Version::V311, Certainty::Likely), (Version::V5, Certainty::Stated)] {
        let plan = presets::takeover(version);
        let prediction = predict(&plan, SignIn::Certificate, NOW);
        let comparison = compare(&prediction, &recorded(&run(&plan).entries));
        let said = |session, ask| verdict(&prediction, &comparison, session, &ask);
        let agrees = Some(Verdict::Agrees(Certainty::Stated));
        assert_eq!(said(0, Ask::Connect), agrees);
        assert_eq!(said(0, subscribe("cmd/temperature")), agrees);
        assert_eq!(said(0, Ask::Takeover), Some(Verdict::Agrees(refusal)));
        assert_eq!(said(1, Ask::Connect), agrees);
        assert_eq!(said(1, publish("dt/temperature")), agrees);
        assert_eq!(said(2, Ask::Connect), Some(Verdict::Agrees(refusal)));
        assert_eq!((prediction.rows().len(), comparison.unplanned.len()), (6, 0));
        let row = prediction.rows().last().expect("a row");
        assert_eq!((&row.ask, row.because), (&Ask::Takeover, Because::Newcomer(SessionId(1))));
    }
}

#[test]
fn a_session_that_connects_as_another_client_is_not_in_the_plan() {
    let mut real = presets::takeover(Version::V5);
    real.sessions[0].connect.client_id = "temp-sensor-02".to_owned();
    let prediction = predict(&presets::takeover(Version::V5), SignIn::Certificate, NOW);
    let comparison = compare(&prediction, &recorded(&run(&real).entries));
    let connect = verdict(&prediction, &comparison, 0, &Ask::Connect).expect("a row");
    assert_eq!((connect.code(), comparison.unplanned.len()), ("NOT_OBSERVED", 1));
}

#[test]
fn another_policy_than_was_thought_contradicts_and_says_where_to_look() {
    let wide = presets::ARTICLE_POLICY.replace("client/${iot:Connection.Thing.ThingName}", "client/*");
    let around = Circumstances { run: UnixTime(NOW.0 + 60), policy_changed: Some(NOW) };
    let cache = |seconds: u64| Suspect::PolicyCache { wait: Some(Millis::from_seconds(seconds)) };
    for (thought, real, predicted) in [
        (presets::ARTICLE_POLICY, wide.as_str(), Predicted::No),
        (wide.as_str(), presets::ARTICLE_POLICY, Predicted::Yes),
    ] {
        let prediction = predict(&under(thought, Version::V5), SignIn::Certificate, NOW);
        let comparison = compare(&prediction, &recorded(&run(&under(real, Version::V5)).entries));
        let row = prediction.rows().iter().position(|row| row.session == SessionId(2)).expect("C");
        assert_eq!(prediction.rows()[row].predicted, predicted);
        let compared = &comparison.rows[row];
        assert_eq!(compared.verdict.code(), "CONTRADICTS");
        let found = suspects(&prediction, compared, &around);
        let always = [cache(420), Suspect::OtherPolicy, Suspect::OtherPrincipal];
        assert_eq!(found[..3], always);
        assert_eq!(found[3..], [Suspect::Quota][..usize::from(predicted == Predicted::Yes)]);
        let later = Circumstances { run: UnixTime(NOW.0 + 480), ..around };
        assert_eq!(suspects(&prediction, compared, &later)[0], Suspect::OtherPolicy);
        assert!(suspects(&prediction, &comparison.rows[0], &around).is_empty());
    }
}

#[test]
fn a_browser_never_has_the_rights_of_the_certificate() {
    let mut plan = presets::takeover(Version::V5);
    let of = |plan: &Scenario, sign_in| predict(plan, sign_in, NOW);
    for (sign_in, missing) in [
        (SignIn::SigV4, vec![Source::Role]),
        (SignIn::CognitoGuest, vec![Source::Role]),
        (SignIn::Cognito, vec![Source::Role, Source::CognitoIdentity]),
        (SignIn::CustomAuthorizer, vec![Source::Authorizer]),
        (SignIn::OtherBroker, vec![]),
    ] {
        let prediction = of(&plan, sign_in);
        let rights = &prediction.rights()[0];
        assert_eq!((rights.speaking.len(), rights.silent.len(), &rights.missing), (0, 1, &missing));
        let mut asked = prediction.rows().iter().filter(|row| row.ask != Ask::Takeover);
        assert!(asked.all(|row| row.predicted == Predicted::CannotTell), "{sign_in:?}");
    }
    plan.identities[0].policies.push(role(ALL));
    let prediction = of(&plan, SignIn::SigV4);
    assert!(prediction.rows().iter().all(|row| row.predicted == Predicted::Yes));
    let certificate = of(&plan, SignIn::Certificate);
    assert_eq!(certificate.rights()[0].silent, ["role"]);
    assert!(certificate.rows().iter().any(|row| row.predicted == Predicted::No));
    // The role allows, the identity's policy is not known; and what the role denies is denied whatever that says.
    assert!(of(&plan, SignIn::Cognito).rows().iter().all(|row| row.predicted == Predicted::CannotTell));
    plan.identities[0].policies = vec![role(&ALL.replace("iot:*", "iot:Connect"))];
    let cognito = of(&plan, SignIn::Cognito);
    let predicted = |ask: &Ask| cognito.rows().iter().find(|row| row.ask == *ask).map(|row| row.predicted);
    assert_eq!(predicted(&Ask::Connect), Some(Predicted::CannotTell));
    assert_eq!(predicted(&publish("dt/temperature")), Some(Predicted::No));
}

#[test]
fn another_broker_is_asked_for_no_right_but_the_newcomer_wins_there_too() {
    for version in [Version::V311, Version::V5] {
        let plan = presets::takeover(version);
        let prediction = predict(&plan, SignIn::OtherBroker, NOW);
        let (takeovers, others): (Vec<_>, Vec<_>) =
            prediction.rows().iter().partition(|row| row.ask == Ask::Takeover);
        assert!(others.iter().all(|row| row.because == Because::OtherBroker));
        let [taken] = takeovers.as_slice() else { panic!("one session is thrown out") };
        assert_eq!((taken.predicted, taken.because), (Predicted::Yes, Because::Newcomer(SessionId(1))));
    }
}

#[test]
fn two_connects_of_a_client_id_in_a_second_may_be_one_too_many() {
    let because = |after: u64, sign_in| {
        let mut plan = presets::takeover(Version::V5);
        plan.identities[0].policies.push(role(ALL));
        let connects = plan.steps.iter_mut().filter(|step| step.action == Action::Connect);
        connects.skip(1).take(1).for_each(|step| step.at = Instant(after));
        let prediction = predict(&plan, sign_in, NOW);
        let connects = prediction.rows().iter().filter(|row| row.ask == Ask::Connect);
        let mut connects = connects.map(|row| (row.predicted, row.because));
        (connects.next(), connects.next())
    };
    let yes = Some((Predicted::Yes, Because::Policies));
    for sign_in in [SignIn::Certificate, SignIn::SigV4] {
        assert_eq!(because(1000, sign_in), (yes, yes));
        let too_soon = Because::TooSoon { before: SessionId(0), after: Millis(999) };
        assert_eq!(because(999, sign_in), (yes, Some((Predicted::CannotTell, too_soon))));
        let said = words::live::because(too_soon, |_| "A".to_owned()).expect("a sentence");
        assert!(said.starts_with("A connects with the same client ID 0.999 s before"), "{said}");
    }
    let unknown = Some((Predicted::CannotTell, Because::OtherBroker));
    assert_eq!(because(999, SignIn::OtherBroker), (unknown, unknown));
}

#[test]
fn a_message_that_was_withheld_is_not_observed() {
    let text = fs::read_to_string("tests/cases/scenarios/silent-receive.json").expect("the scenario");
    let plan = iot_policy_lab::lab::format::read(&text, |_| None).expect("a scenario");
    let prediction = predict(&plan, SignIn::Certificate, NOW);
    let mut observations = recorded(&run(&plan).entries);
    let comparison = compare(&prediction, &observations);
    let refused: Vec<usize> = (0..prediction.rows().len())
        .filter(|at| {
            let row = &prediction.rows()[*at];
            matches!(row.ask, Ask::Receive { .. }) && row.predicted == Predicted::No
        })
        .collect();
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|at| comparison.rows[*at].verdict.code() == "NOT_OBSERVED/SILENT"));
    // The log of AWS states it.
    let row = &prediction.rows()[refused[0]];
    let Ask::Receive { topic } = &row.ask else { panic!("a delivery") };
    let line = format!(
        r#"{{"timestamp": "2026-11-22 15:37:23.476", "logLevel": "ERROR", "status": "Failure", "eventType": "Publish-Out",
        "protocol": "MQTT", "topicName": "{topic}", "clientId": "{}", "reason": "AUTHORIZATION_FAILURE"}}"#,
        row.client_id
    );
    observations.extend(observe::read(&line).observations);
    assert_eq!(compare(&prediction, &observations).rows[refused[0]].verdict.code(), "AGREES");
}

fn seen(text: &str) -> Vec<(Option<String>, Ask, Outcome)> {
    let paste = observe::read(text);
    assert_eq!(paste.problems, [], "{text}");
    paste.observations.into_iter().map(|seen| (seen.client_id, seen.ask, seen.outcome)).collect()
}

#[test]
fn what_mosquitto_printed_is_read() {
    let printed = |name: &str| {
        let path = format!("tests/cases/scenarios/mosquitto-2.0.11/{name}.txt");
        let found = seen(&fs::read_to_string(path).expect("what it printed"));
        found.into_iter().map(|(_, ask, outcome)| (ask, outcome)).collect::<Vec<_>>()
    };
    let (yes, likely, stated) = (
        Outcome::Yes(Certainty::Stated),
        Outcome::Refused(Certainty::Likely),
        Outcome::Refused(Certainty::Stated),
    );
    let all = subscribe("cmd/#");
    let humidity = publish("dt/humidity");
    assert_eq!(printed("connect-refused-3-pub"), [(Ask::Connect, likely)]);
    assert_eq!(printed("connect-refused-3-sub"), vec![(Ask::Connect, likely); 2]);
    assert_eq!(printed("connect-refused-5-pub"), [(Ask::Connect, stated)]);
    assert_eq!(printed("publish-refused-3"), [(Ask::Connect, yes), (humidity.clone(), likely)]);
    assert_eq!(printed("publish-refused-5"), [(Ask::Connect, yes), (humidity, stated)]);
    assert_eq!(printed("publish-refused-3-qos-0"), [(Ask::Connect, yes)]);
    assert_eq!(printed("subscribe-refused-3")[..2], [(Ask::Connect, yes), (all.clone(), likely)]);
    assert_eq!(printed("subscribe-refused-5"), [(Ask::Connect, yes), (all, stated)]);
    assert!(printed("takeover-5").contains(&(Ask::Takeover, yes)));
    assert!(printed("takeover-3").contains(&(Ask::Takeover, Outcome::Unclear)));
    for file in fs::read_dir("tests/cases/scenarios/mosquitto-2.0.11").expect("the folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let problems = observe::read(&text).problems;
        // `-v` without `-d` prints payloads alone.
        assert!(problems.len() <= 1, "{problems:?}");
    }
}

#[test]
fn what_aws_tells_is_read() {
    let client = Some("temp-sensor-01".to_owned());
    let yes = Outcome::Yes(Certainty::Stated);
    let stated = Outcome::Refused(Certainty::Stated);
    let lifecycle = r#"$aws/events/presence/connected/temp-sensor-01 {"clientId":"temp-sensor-01","timestamp":1573002230757,"eventType":"connected"}
{ "clientId": "temp-sensor-01",
  "eventType": "disconnected", "disconnectReason": "DUPLICATE_CLIENTID" }
{"clientId":"temp-sensor-01","eventType":"connect_failed","connectFailureReason":"AUTHORIZATION_FAILED"} {"clientId":"temp-sensor-01","eventType":"subscribed","topics":["cmd/#"]}"#;
    let found = seen(lifecycle);
    let asks = [(Ask::Connect, yes), (Ask::Takeover, yes), (Ask::Connect, stated), (subscribe("cmd/#"), yes)];
    assert_eq!(found, asks.map(|(ask, outcome)| (client.clone(), ask, outcome)));
    assert_eq!(
        observe::read(lifecycle).observations.iter().map(|seen| seen.place).collect::<Vec<_>>(),
        [1, 2, 4, 4]
    );

    let log = r#"{"events": [
        {"timestamp": 1, "message": "{\"status\": \"Failure\", \"eventType\": \"Connect\", \"clientId\": \"temp-sensor-01\", \"reason\": \"AUTHORIZATION_FAILURE\"}"},
        {"timestamp": 2, "message": "{\"status\": \"Success\", \"eventType\": \"Subscribe\", \"clientId\": \"temp-sensor-01\", \"topicName\": \"a,b\", \"subscriptions\": [{\"topicName\": \"a\", \"reasonCode\": 1}, {\"topicName\": \"b\", \"reasonCode\": 135}]}"},
        {"timestamp": 3, "message": "{\"status\": \"Success\", \"eventType\": \"Ping\", \"clientId\": \"x\"}"}]}"#;
    let asks = [(Ask::Connect, stated), (subscribe("a"), yes), (subscribe("b"), stated)];
    assert_eq!(seen(log), asks.map(|(ask, outcome)| (client.clone(), ask, outcome)));

    let answer = r#"{"authResults": [
        {"authInfo": {"actionType": "CONNECT", "resources": ["arn:aws:iot:eu-west-1:123456789012:client/temp-sensor-01"]}, "authDecision": "ALLOWED"},
        {"authInfo": {"actionType": "PUBLISH", "resources": ["arn:aws:iot:eu-west-1:123456789012:topic/a", "arn:aws:iot:eu-west-1:123456789012:topic/b"]}, "authDecision": "IMPLICIT_DENY"}]}"#;
    let unclear = |topic| (None, publish(topic), Outcome::Unclear);
    assert_eq!(seen(answer), [(client, Ask::Connect, yes), unclear("a"), unclear("b")]);
}

#[test]
fn a_paste_is_rid_of_secrets_and_its_mistakes_have_lines() {
    let text = "Client a sending CONNECT\r\nwhat is this\n{\"a\": \n\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n[1, {\"eventType\": \"connected\"}]\nClient a received CONNACK (0)\n{\"eventType\": \"Connection.AuthNError\", \"status\": \"Failure\"}";
    let paste = observe::read(text);
    assert_eq!(paste.removed, [secrets::Kind::PrivateKey]);
    assert!(!paste.text.contains("MIIE"));
    let wrong: Vec<(usize, Wrong)> = paste.problems.into_iter().map(|one| (one.line, one.wrong)).collect();
    assert_eq!(wrong[0], (2, Wrong::NotRecognised));
    assert!(matches!(wrong[1], (3, Wrong::NotJson { .. })), "{wrong:?}");
    assert_eq!(wrong[2..], [(6, Wrong::OtherJson), (6, Wrong::Field("clientId")), (8, Wrong::NoClient)]);
    let Observation { place, witness, .. } = &paste.observations[0];
    assert_eq!((*place, *witness), (7, Witness::Mosquitto));
    let url = "wss://example-ats.iot.eu-west-1.amazonaws.com/mqtt?x-amz-customauthorizer-name=a&MyToken=abc";
    assert!(!observe::read(url).text.contains("abc"));
}

#[test]
fn a_hostile_paste_ends_soon() {
    for text in [
        "[".repeat(100_000),
        "[\n".repeat(100_000),
        "{\"authResults\":[{}]}".repeat(10_000),
        "Client \n".repeat(100_000),
        "1 {\"message\": \"{}\"} ".repeat(1000),
        "Subscribed (mid: 9): é".to_owned(),
        "Client é received PUBLISH (, 'x', ... (".to_owned(),
        "x".repeat(observe::MAX_TEXT + 1),
    ] {
        let paste = observe::read(&text);
        assert!(paste.problems.len() <= observe::MAX_PROBLEMS + 1, "{}", paste.problems.len());
    }
}

#[test]
fn evidence_is_a_suite_that_expects_what_was_seen() {
    let wide = presets::ARTICLE_POLICY
        .replace("client/${iot:Connection.Thing.ThingName}", "client/*")
        .replace("123456789012", "998877665544");
    let mut thought = under(presets::ARTICLE_POLICY, Version::V5);
    thought.identities[0].policies[0].name = "AKIAIOSFODNN7EXAMPLE".to_owned();
    for identity in &mut thought.identities {
        identity.context.account = "998877665544".to_owned();
        let text = presets::ARTICLE_POLICY.replace("123456789012", "998877665544");
        identity.policies[0].document = document::parse(&text);
    }
    let mut real = under(&wide, Version::V5);
    real.identities[0].context.account = "998877665544".to_owned();
    let prediction = predict(&thought, SignIn::Certificate, NOW);
    let comparison = compare(&prediction, &recorded(&run(&real).entries));
    let found = evidence(&prediction, &comparison, thought.switches, true, |row, compared| {
        format!("{}: {}", compared.verdict.code(), words::live::ask(&row.ask, &row.client_id))
    });
    assert_eq!((found.cases, found.left_out), (5, 1));
    assert!(!found.text.contains("998877665544") && !found.text.contains("AKIA"), "{}", found.text);
    let suite = Suite::parse(&found.text).expect("a suite");
    let failing: Vec<&str> = suite
        .cases
        .iter()
        .filter(|case| case.decide().verdict != case.expect)
        .map(|case| case.title.as_str())
        .collect();
    assert_eq!(failing, ["CONTRADICTS: connects as `temp-sensor-01_01`"]);
    assert_eq!(tested(&found.text), Some(1));

    let agreeing = compare(&prediction, &recorded(&run(&thought).entries));
    let found = evidence(&prediction, &agreeing, thought.switches, true, |row, _| format!("{:?}", row.ask));
    assert_eq!((found.cases, tested(&found.text)), (5, Some(0)));
}

/// What `policylab test` makes of a suite: its exit code.
fn tested(suite: &str) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_policylab"));
    let piped = command.args(["test", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut program = piped.ok()?;
    program.stdin.take()?.write_all(suite.as_bytes()).ok()?;
    program.wait().ok()?.code()
}
