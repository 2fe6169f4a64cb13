use super::*;
use crate::lab::{Action, presets, run};
use crate::live::observe::read;
use crate::live::predict::{Ask, Predicted};
use crate::mqtt::Version;
use crate::policy::context::Side;
use crate::policy::evaluate::Attachment;
use crate::policy::{Policy, document};
use crate::suite::Suite;
use crate::timeline::diagnose;

const NOW: UnixTime = UnixTime(1_767_225_600);

/// What the role is allowed: what the article's certificate is.
fn role(client: &str) -> Policy {
    let text = presets::ARTICLE_POLICY.replace("${iot:Connection.Thing.ThingName}", client);
    let document = document::parse(&text);
    Policy { name: "role".to_owned(), kind: Side::Iam, attached_to: Attachment::Role, document }
}

/// The article's plan, with a policy for the role besides that of the certificate.
fn plan(client: &str) -> Scenario {
    let mut plan = presets::takeover(Version::V5);
    plan.identities[0].policies.push(role(client));
    plan
}

/// The log of a run of it, by whoever is asked for rights as the role would be.
fn log(client: &str) -> Vec<Entry> {
    let mut real = plan(client);
    let policy = &mut real.identities[0].policies;
    policy.remove(0);
    policy[0].kind = Side::Iot;
    policy[0].attached_to = Attachment::Certificate;
    run(&real).entries
}

/// The log has dropped a hundred rows.
#[expect(clippy::unnecessary_wraps, reason = "as the log says it")]
const fn row(index: usize) -> Option<RowId> {
    Some(RowId(100 + index as u64))
}

fn observe(compare: &mut Compare, entries: &[Entry], at: UnixTime) {
    compare.observe(entries, &diagnose(entries), row, at);
}

fn following(plan: &Scenario) -> Compare {
    let mut compare = Compare::default();
    compare.follow(plan.clone(), SignIn::SigV4);
    assert_eq!(compare.lines().count(), 0);
    compare.update(Msg::Now(NOW));
    compare
}

fn later(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

fn predicted(compare: &Compare) -> Vec<Predicted> {
    compare.lines().map(|line| line.row.predicted).collect()
}

#[test]
fn a_prediction_follows_until_the_run_and_is_frozen_then() {
    let mut plan = plan("temp-sensor-01");
    let mut compare = following(&plan);
    assert_eq!(compare.standing(), None);
    let all = |predicted: Vec<Predicted>, wanted| predicted.iter().filter(|one| **one == wanted).count();
    assert_eq!(all(predicted(&compare), Predicted::No), 1);
    plan.identities[0].policies[1] = role("*");
    compare.follow(plan.clone(), SignIn::SigV4);
    assert_eq!(all(predicted(&compare), Predicted::No), 0);
    compare.update(Msg::Run(later(2)));
    let frozen = predicted(&compare);
    let standing = Standing { at: later(2), late: false, policies: false, plan: false, sign_in: false };
    assert_eq!(compare.standing(), Some(standing));

    // Neither the policies nor the plan nor another way in moves it; each is told.
    plan.identities[0].policies.truncate(1);
    compare.follow(plan.clone(), SignIn::SigV4);
    plan.steps.retain(|step| step.action == Action::Connect);
    compare.follow(plan.clone(), SignIn::Cognito);
    assert_eq!(predicted(&compare), frozen);
    let changed = Standing { policies: true, plan: true, sign_in: true, ..standing };
    assert_eq!(compare.standing(), Some(changed));
    // Nothing was seen: what is predicted anew follows again.
    compare.update(Msg::Anew(later(5)));
    assert_eq!(compare.standing(), None);
    assert_ne!(predicted(&compare), frozen);
}

#[test]
fn a_run_is_held_against_its_prediction_and_not_what_was_before_it() {
    let entries = log("temp-sensor-01");
    let mut compare = following(&plan("temp-sensor-01"));
    // A session was tried by hand: that freezes as well.
    let by_hand = entries.iter().position(|entry| entry.connection.session == SessionId(1)).expect("B");
    observe(&mut compare, &entries[..by_hand], later(1));
    assert!(compare.standing().is_some_and(|standing| standing.at == later(1)));
    assert!(compare.count().agree > 0);
    compare.update(Msg::Run(later(2)));
    assert_eq!(compare.count(), Count { not_observed: 6, ..Count::default() });
    let again: Vec<Entry> = entries[..by_hand]
        .iter()
        .cloned()
        .chain(entries.iter().cloned().map(|entry| Entry { at: entry.at + Millis(60_000), ..entry }))
        .collect();
    observe(&mut compare, &again, later(9));
    assert_eq!(compare.count(), Count { agree: 6, ..Count::default() });
    assert_eq!(compare.unplanned().count(), 0);
    let first = compare.lines().next().expect("A connects");
    let [sight] = first.seen.as_slice() else { panic!("one answer") };
    let Origin::Log { row: Some(row), after } = sight.first else { panic!("of the log") };
    let at = usize::try_from(row.0 - 100).expect("small");
    // It took the way there and back.
    assert_eq!((sight.times, after), (1, again[at].at - again[by_hand].at));
    assert!(after > Millis(0));
    assert!(at >= by_hand && again[at].at >= Instant(60_000));
}

#[test]
fn another_policy_contradicts_and_the_wait_is_known_once_the_change_is() {
    let entries = log("*");
    let mut compare = following(&plan("temp-sensor-01"));
    compare.update(Msg::Run(NOW));
    observe(&mut compare, &entries, later(9));
    assert_eq!(compare.count(), Count { agree: 5, contradict: 1, ..Count::default() });
    let suspects = |compare: &Compare| {
        let line = compare.lines().find(|line| matches!(line.compared.verdict, Verdict::Contradicts(_)));
        compare.suspects(line.expect("C").compared)
    };
    assert_eq!(suspects(&compare)[0], Suspect::PolicyCache { wait: None });
    compare.update(Msg::PolicyChanged(Some(UnixTime(NOW.0 - 60))));
    assert_eq!(suspects(&compare)[0], Suspect::PolicyCache { wait: Some(Millis(420_000)) });
    assert_eq!(compare.policy_holds(), Some(later(420)));

    // The evidence expects what was seen, so what was contradicted fails here until the policy is the right one.
    let effects = compare.update(Msg::Evidence);
    let [Effect::Save(EVIDENCE_FILE, text)] = effects.as_slice() else { panic!("{effects:?}") };
    let suite = Suite::parse(text).expect("a suite");
    let failing: Vec<&str> = suite
        .cases
        .iter()
        .filter(|case| case.decide().verdict != case.expect)
        .map(|case| case.title.as_str())
        .collect();
    assert_eq!(failing, ["C connects as `temp-sensor-01_01`: contradicts"]);
    // With the policy that is really attached everything agrees, and it is said that this came afterwards.
    compare.follow(plan("*"), SignIn::SigV4);
    compare.update(Msg::Anew(later(21)));
    assert_eq!(compare.count(), Count { agree: 6, ..Count::default() });
    assert!(compare.standing().is_some_and(|standing| standing.late && standing.at == later(21)));
}

#[test]
fn a_log_of_the_machine_with_the_certificate_is_held_against_the_certificates_rights() {
    let printed = |name: &str| {
        std::fs::read_to_string(format!("tests/cases/scenarios/mosquitto-2.0.11/{name}.txt")).expect("a file")
    };
    let refused = printed("connect-refused-5-pub");
    let client = refused.split("Client ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a client");
    let mut plan = plan("*");
    plan.sessions[2].connect.client_id = client.to_owned();
    let mut compare = following(&plan);
    compare.update(Msg::Pasted(later(5), vec![read(&refused)]));
    assert_eq!(compare.count().not_observed, compare.lines().count());
    compare.update(Msg::Look(Whose::Device));
    assert_eq!(compare.prediction().map(Prediction::sign_in), Some(SignIn::Certificate));
    assert_eq!(compare.standing().map(|standing| (standing.at, standing.late)), Some((later(5), true)));
    let line = compare.lines().find(|line| line.row.client_id == client).expect("C");
    assert_eq!((line.row.predicted, line.compared.verdict.code()), (Predicted::No, "AGREES"));
    assert!(matches!(line.seen[0].first, Origin::Paste { paste: 0, line: 1.. }));
    // What packets of this page show is none of the certificate's business.
    let entries = log("*");
    observe(&mut compare, &entries, later(6));
    assert_eq!(compare.count().agree, 1);
    compare.update(Msg::Remove(0));
    assert_eq!(compare.count().agree, 0);
    compare.update(Msg::Look(Whose::Page));
    assert!(compare.count().agree > 3);
}

#[test]
fn another_broker_has_one_table() {
    let mut compare = following(&plan("*"));
    compare.update(Msg::Look(Whose::Device));
    compare.follow(plan("*"), SignIn::OtherBroker);
    assert_eq!((compare.whose, compare.has_device()), (Whose::Page, false));
    let told = compare.lines().filter(|line| line.row.predicted != Predicted::CannotTell);
    assert_eq!(told.map(|line| line.row.ask.clone()).collect::<Vec<_>>(), [Ask::Takeover]);
}

#[test]
fn pastes_have_limits_and_their_text_is_short() {
    let mut compare = following(&plan("*"));
    let long = format!("Client a sending CONNECT\n{}", "é\n".repeat(50_000));
    compare.update(Msg::Pasted(NOW, vec![read(&long)]));
    assert!(compare.pastes[0].text.len() < 70_000 && compare.pastes[0].text.ends_with('…'));
    let many = vec![read("Client a sending CONNECT\nClient a received CONNACK (0)"); MAX_PASTES];
    compare.update(Msg::Pasted(NOW, many));
    assert_eq!(compare.pastes.len(), MAX_PASTES);
    assert_eq!(compare.refused, Some(words::too_many_pastes(MAX_PASTES, MAX_PASTED)));
}

#[test]
fn what_a_run_needs_is_written_from_the_plan() {
    let plan = plan("*");
    let region = crate::iot::region::Region::parse("eu-central-1").expect("a region");
    let mut compare = following(&plan);
    let policy = compare.needs.session_policy(&plan, &region).expect("a policy");
    for named in ["client/temp-sensor-01_01\"", "topic/dt/temperature\"", "topicfilter/cmd/temperature\""] {
        assert!(policy.contains(&format!("arn:aws:iot:eu-central-1:123456789012:{named}")), "{policy}");
    }
    assert!(compare.needs.assume_role(&plan, &region).is_err());
    compare.update(Msg::Type(Field::Role, "arn:aws:iam::123456789012:role/lab".to_owned()));
    let command = compare.needs.assume_role(&plan, &region).expect("a command");
    assert!(command.contains("--duration-seconds 900") && command.contains(&policy), "{command}");
    compare.update(Msg::Type(Field::Account, String::new()));
    assert!(compare.needs.session_policy(&plan, &region).is_err());

    let host = "example-ats.iot.eu-west-1.amazonaws.com";
    let [a, b, c] = compare.needs.commands(&plan, host).try_into().expect("three sessions");
    assert!(
        a.lines.expect("A")[0]
            .starts_with(&format!("mosquitto_sub -h {host} -p 8883 --cafile AmazonRootCA1.pem"))
    );
    assert!(b.lines.expect("B")[0].ends_with("-q 1 -t dt/temperature -m 20"));
    assert_eq!((c.session.as_str(), c.lines), ("C", Ok(Vec::new())));
    // Who takes them along is about to run them.
    compare.update(Msg::Look(Whose::Device));
    assert_eq!(compare.standing(), None);
    assert_eq!(compare.update(Msg::Commands(later(3), "x".to_owned())), [Effect::Copy("x".to_owned())]);
    assert!(compare.standing().is_some_and(|standing| standing.at == later(3)));
}
