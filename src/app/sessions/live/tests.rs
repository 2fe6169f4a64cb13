use super::*;
use crate::app::check::files::Opened;
use crate::app::sessions::script::{ADD_SESSION_ID, Choice, Field};
use crate::app::workspace::MqttVersion;
use crate::iot::time::UnixTime;
use crate::live::driver::{Limits, NOBODY};
use crate::live::record::{Batch, Record};
use crate::live::store::RowId;
use crate::timeline::{ConnectionRef, SessionId};
use compare::Needs;

const AT: UnixTime = UnixTime(1_767_225_600);

fn locked(endpoint: &str) -> (Live, Workspace) {
    let workspace = Workspace::example();
    (Live::new(Endpoint::parse(endpoint).ok(), &workspace), workspace)
}

/// Locked to a broker on this machine, without signatures.
fn plain() -> (Live, Workspace) {
    let (mut live, workspace) = locked("ws://127.0.0.1:9001");
    live.access.typed.kind = access::Kind::Broker;
    (live, workspace)
}

fn orders(effects: Vec<Effect>) -> Vec<Order> {
    let order = |effect| if let Effect::Tell(order) = effect { Some(order) } else { None };
    effects.into_iter().filter_map(order).collect()
}

fn phase(live: &mut Live, workspace: &mut Workspace, session: u32, phase: Phase) {
    let connection = ConnectionRef { session: SessionId(session), number: 1 };
    let mut batch = Batch::default();
    batch.push(&Record { at: crate::iot::time::Instant(5), connection, what: What::Phase(phase) });
    batch.push(&Record { at: crate::iot::time::Instant(5), connection, what: What::Told("Connected as x.") });
    live.update(Msg::Heard(FromWorker::Batch(batch.bytes().to_vec())), workspace);
}

#[test]
fn what_is_of_no_session_is_a_row_and_is_said_at_once_unless_the_page_noted_it() {
    let (mut live, mut workspace) = plain();
    for (what, told) in [(What::Told("A sentence."), Some("A sentence.")), (What::Noted("Another."), None)] {
        let mut batch = Batch::default();
        let at = crate::iot::time::Instant(5);
        batch.push(&Record { at, connection: NOBODY, what });
        live.update(Msg::Heard(FromWorker::Batch(batch.bytes().to_vec())), &mut workspace);
        assert_eq!(live.told.take().as_deref(), told);
        let row =
            live.log.store.len().checked_sub(1).and_then(|place| live.log.store.row(RowId(place as u64)));
        assert_eq!(row.map(|row| live.log.name(row.entry.connection.session)).as_deref(), Some("The page"));
    }
    assert_eq!(live.log.store.len(), 2);
}

#[test]
fn the_worker_is_told_the_plan_and_the_limits_once_and_again_when_they_change() {
    let (mut live, mut workspace) = plain();
    let connect = |live: &mut Live, workspace: &mut Workspace| {
        orders(live.update(Msg::Run(run::Msg::Connect(1, AT)), workspace))
    };
    let first = connect(&mut live, &mut workspace);
    let [Order::Way { url, sign: None }, Order::Plan(plan), Order::Limits(limits), Order::Connect(1)] =
        first.as_slice()
    else {
        panic!("{first:?}")
    };
    assert_eq!((url.as_str(), *limits), ("ws://127.0.0.1:9001/mqtt", Limits::default()));
    assert_eq!(plan::read(plan).unwrap().sessions, live.plan.draft().sessions());
    assert!(matches!(connect(&mut live, &mut workspace).as_slice(), [Order::Way { .. }, Order::Connect(1)]));
    let faster = script::Msg::Type(Field::KeepAlive(1), "7".to_owned());
    live.update(Msg::Plan(faster), &mut workspace);
    let again = connect(&mut live, &mut workspace);
    assert!(
        matches!(again.as_slice(), [Order::Way { .. }, Order::Plan(plan), Order::Connect(1)] if plan.contains('7')),
        "{again:?}"
    );
    // Limits hold, or do not, from the press on.
    let lifted = orders(live.update(Msg::Run(run::Msg::Lift(true)), &mut workspace));
    assert!(matches!(lifted.as_slice(), [Order::Limits(limits)] if limits.sessions.is_none()), "{lifted:?}");
    assert_eq!(connect(&mut live, &mut workspace).len(), 2);
    // Without a worker nothing is pretended.
    live.update(Msg::Lost, &mut workspace);
    live.told = None;
    assert_eq!(connect(&mut live, &mut workspace), []);
    assert_eq!(live.told.take().as_deref(), Some(crate::words::page::WORKER_LOST));
}

#[test]
fn nothing_connects_without_credentials_or_before_what_may_hurt_is_confirmed() {
    let (mut live, mut workspace) = locked("example-ats.iot.eu-west-1.amazonaws.com");
    assert_eq!(live.update(Msg::Run(run::Msg::Run(UnixTime(1))), &mut workspace), []);
    assert_eq!(live.told.take().as_deref(), Some(crate::words::page::NO_CREDENTIALS));
    let foreign = script::Msg::Type(Field::ClientId(0), "temp-sensor-01".to_owned());
    live.update(Msg::Plan(foreign), &mut workspace);
    assert_eq!(live.update(Msg::Run(run::Msg::Connect(0, AT)), &mut workspace), [Effect::Focus(RISKS_ID)]);
    assert_eq!(live.told.take().as_deref(), Some(words::CONFIRM_FIRST));
    // The other one hurts nobody.
    live.update(Msg::Run(run::Msg::Connect(1, AT)), &mut workspace);
    assert_eq!(live.told.take().as_deref(), Some(crate::words::page::NO_CREDENTIALS));
}

#[test]
fn by_hand_a_session_does_what_its_card_says() {
    let (mut live, mut workspace) = plain();
    let mut run = |msg| orders(live.update(Msg::Run(msg), &mut workspace));
    let (session, filter) = (0, "iotlab/hello".to_owned());
    assert_eq!(run(run::Msg::Subscribe(0)), [Order::Subscribe { session, filter: filter.clone(), qos: 1 }]);
    assert_eq!(run(run::Msg::Unsubscribe(0)), [Order::Unsubscribe { session, filter }]);
    let publish = |every| Order::Publish {
        session: 1,
        topic: "iotlab/hello".to_owned(),
        payload: "hello".to_owned(),
        qos: 1,
        retain: false,
        every,
    };
    assert_eq!(run(run::Msg::Publish(1)), [publish(None)]);
    run(run::Msg::Every(1, "0.5".to_owned()));
    assert_eq!(run(run::Msg::Publish(1)), [publish(Some(500))]);
    run(run::Msg::Every(1, "often".to_owned()));
    assert_eq!(run(run::Msg::Publish(1)), []);
    assert_eq!(run(run::Msg::StopRepeating(1)), [Order::StopRepeating(1)]);
    assert_eq!(run(run::Msg::Publish(7)), []);
    assert_eq!(live.told.take().as_deref(), Some(words::NOT_A_PERIOD));
}

#[test]
fn sessions_keep_their_numbers_and_a_new_one_has_a_client_id_of_its_own() {
    let (mut live, mut workspace) = plain();
    live.update(Msg::Plan(script::Msg::AddUnlike), &mut workspace);
    live.update(Msg::Observe, &mut workspace);
    let ids = |live: &Live| -> Vec<String> {
        live.plan.draft().sessions().iter().map(|actor| actor.connect.client_id.clone()).collect()
    };
    assert_eq!(ids(&live), ["iotlab-a", "iotlab-b", "iotlab-c", "iotlab-observer"]);
    assert_eq!(live.plan.draft().text(Field::Subscribe(3)), "$aws/events/presence/#");
    let first = live.scenario(&workspace).steps.first().map(|step| step.session);
    assert_eq!(first, Some(SessionId(3)), "it hears of the others only when it is there before them");
    phase(&mut live, &mut workspace, 3, Phase::Connected);
    assert_eq!(live.run.session(3).news, "Connected as x.");
    assert_eq!(live.update(Msg::Plan(script::Msg::RemoveSession(1)), &mut workspace), []);
    let removed = live.update(Msg::Plan(script::Msg::RemoveSession(3)), &mut workspace);
    assert_eq!(removed, [Effect::Tell(Order::Disconnect(3)), Effect::Focus(ADD_SESSION_ID)]);
    assert_eq!((ids(&live).len(), live.run.session(3)), (3, run::SessionState::default()));
    assert_eq!(workspace.live.plan, *live.plan.kept());
}

#[test]
fn a_plan_is_saved_and_opened_and_what_is_none_is_refused_by_name() {
    let (mut live, mut workspace) = plain();
    live.update(Msg::Plan(script::Msg::Choose(Choice::Versions(MqttVersion::V311))), &mut workspace);
    let saved = live.update(Msg::Save, &mut workspace);
    let [Effect::Save(PLAN_FILE, text)] = saved.as_slice() else { panic!("{saved:?}") };
    let (mut other, mut workspace) = plain();
    let open = |text: &str| {
        let files = vec![("plan.json".to_owned(), Ok(text.to_owned()))];
        Msg::Open(Opened { files, left_out: 0 })
    };
    other.update(open(text), &mut workspace);
    assert_eq!((other.plan.draft().version(), other.told.take()), (Some(MqttVersion::V311), None));
    let before = other.plan.clone();
    other.update(open(&text.replacen("\"connect\"", "\"cut\"", 1)), &mut workspace);
    let told = other.told.take().unwrap();
    assert!(told.contains("plan.json") && told.contains("cannot be told to `cut`"), "{told}");
    assert_eq!(other.plan, before);
    other.update(Msg::TakeSimulated, &mut workspace);
    assert_eq!(other.plan.kept(), &workspace.simulation);
    other.update(Msg::Plan(script::Msg::Undo), &mut workspace);
    assert_eq!(other.plan.kept(), before.kept());
}

#[test]
fn the_policy_of_the_role_is_added_where_it_is_missed() {
    let mut workspace = Workspace::example();
    let mut live = Live::new(None, &workspace);
    live.predict(&workspace);
    let tell = |live: &mut Live, workspace: &mut Workspace, msg| {
        live.update(Msg::Compare(msg), workspace);
        live.predict(workspace);
    };
    tell(&mut live, &mut workspace, compare::Msg::Now(UnixTime(1_767_225_600)));
    let missing = |live: &Live| {
        let prediction = live.compare.prediction().unwrap();
        prediction.rights().iter().map(|rights| rights.missing.len()).sum::<usize>()
    };
    assert_eq!(missing(&live), 1);
    let before = workspace.clone();
    tell(&mut live, &mut workspace, compare::Msg::RolePolicy("what?".to_owned()));
    tell(&mut live, &mut workspace, compare::Msg::AddRolePolicy);
    assert_eq!(live.told.take().as_deref(), Some(words::NO_ROLE_POLICY));
    assert_eq!((&workspace, live.compare.role_policy.as_str()), (&before, "what?"));
    let policy =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}"#;
    tell(&mut live, &mut workspace, compare::Msg::RolePolicy(policy.to_owned()));
    tell(&mut live, &mut workspace, compare::Msg::AddRolePolicy);
    assert_eq!((live.told.take(), missing(&live), live.compare.role_policy.as_str()), (None, 0, ""));
    assert_eq!(workspace.policies.last().map(|policy| &policy.attached), Some(&Attached::Role));
    // What the command prints is taken apart as Check does it.
    let printed = format!(r#"{{"RoleName": "lab", "PolicyName": "lab-iot", "PolicyDocument": {policy}}}"#);
    tell(&mut live, &mut workspace, compare::Msg::RolePolicy(printed));
    tell(&mut live, &mut workspace, compare::Msg::AddRolePolicy);
    let added = workspace.policies.last().map(|added| (added.name.as_str(), added.text.as_str()));
    assert_eq!((live.told.take(), added), (None, Some(("lab-iot", policy))));
}

#[test]
fn what_is_typed_for_a_run_is_kept_with_the_plan_but_no_secret_and_nothing_endless() {
    let (mut live, mut workspace) = locked("example-ats.iot.eu-west-1.amazonaws.com");
    assert_eq!(live.compare.needs, Needs::default());
    let role = "arn:aws:iam::123456789012:role/lab";
    let pem =
        ["-----BEGIN EC PRIVATE", "KEY----- MHcCAQEEIExample -----END EC PRIVATE", "KEY-----"].join(" ");
    let long = "é".repeat(kept::MAX_TYPED);
    for (field, text) in [
        (compare::Field::Account, "111122223333"),
        (compare::Field::Role, role),
        (compare::Field::Key, &pem),
        (compare::Field::Authorities, &long),
    ] {
        live.update(Msg::Compare(compare::Msg::Type(field, text.to_owned())), &mut workspace);
    }
    assert_eq!(live.compare.needs.key, pem, "what is typed stands where it was typed");
    let again = Workspace::read(&workspace.write()).expect("what was written");
    let needs = Live::new(None, &again).compare.needs.clone();
    let account = Some("111122223333".to_owned());
    let authorities = "é".repeat(kept::MAX_TYPED / 2);
    let expected =
        Needs { account, role: role.to_owned(), key: String::new(), authorities, ..Needs::default() };
    assert_eq!(needs, expected);
}

#[test]
fn by_hand_nothing_is_sent_either_before_it_is_confirmed() {
    let (mut live, mut workspace) = locked("wss://iot.example.com:443");
    live.access.typed.kind = access::Kind::Broker;
    let typed = |field, text: &str| Msg::Plan(script::Msg::Type(field, text.to_owned()));
    live.update(typed(Field::Publish(1), "$aws/things/pump-1/shadow/update"), &mut workspace);
    live.update(typed(Field::Subscribe(0), "#"), &mut workspace);
    for msg in [run::Msg::Publish(1), run::Msg::Subscribe(0)] {
        assert_eq!(live.update(Msg::Run(msg), &mut workspace), [Effect::Focus(RISKS_ID)]);
    }
    let risk = crate::live::risk::Risk::Reserved("$aws/things/pump-1/shadow/update".to_owned());
    live.update(Msg::Run(run::Msg::Allow(risk)), &mut workspace);
    assert_eq!(orders(live.update(Msg::Run(run::Msg::Publish(1)), &mut workspace)).len(), 1);
}

#[test]
fn a_session_that_leaves_the_plan_in_any_way_says_goodbye() {
    let (mut live, mut workspace) = plain();
    live.update(Msg::Plan(script::Msg::AddUnlike), &mut workspace);
    assert_eq!(orders(live.update(Msg::Plan(script::Msg::Undo), &mut workspace)), [Order::Disconnect(2)]);
    live.update(Msg::Plan(script::Msg::Redo), &mut workspace);
    phase(&mut live, &mut workspace, 2, Phase::Connected);
    assert_eq!(orders(live.update(Msg::TakeSimulated, &mut workspace)), [Order::Disconnect(2)]);
}

#[test]
fn what_is_connected_by_hand_is_predicted_before_it_connects() {
    let (mut live, mut workspace) = plain();
    live.predict(&workspace);
    live.update(Msg::Run(run::Msg::Connect(0, AT)), &mut workspace);
    let standing = live.compare.standing();
    assert!(standing.is_some_and(|standing| standing.at == AT && !standing.late), "{standing:?}");
    // What is changed meanwhile changes nothing of it.
    workspace.policies.clear();
    live.predict(&workspace);
    assert!(live.compare.standing().is_some_and(|standing| standing.at == AT && standing.policies));
}
