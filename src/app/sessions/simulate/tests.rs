//! The player on the article's takeover and on what was made from it.

use super::branch::{Change, Form, FormMsg, Incomplete, Kind};
use super::moment::{Moment, Status};
use super::player::{Go, MAX_RUNS, Msg, Player, Speed};
use crate::app::sessions::Effect;
use crate::broker::Presence;
use crate::iot::time::{Instant, Millis};
use crate::lab::scenario::Do;
use crate::lab::{Action, Network, Scenario, format, presets};
use crate::mqtt::{Qos, Version};
use crate::timeline::{Entry, FindingKind, SessionId, What};

fn takeover() -> Scenario {
    presets::takeover(Version::V311)
}

fn player() -> Player {
    Player::new(takeover())
}

fn fill(player: &mut Player, fields: impl IntoIterator<Item = FormMsg>) {
    for field in fields {
        assert!(player.update(Msg::Form(field)).is_empty());
    }
}

/// The entry of this kind, by its index.
fn entry(player: &Player, wanted: impl Fn(&Entry) -> bool) -> usize {
    player.entries().iter().position(wanted).unwrap()
}

fn statuses(player: &Player) -> &[Status] {
    &player.moment.clients
}

/// Lets time pass until it stops; gives how many milliseconds that took.
fn watch(player: &mut Player) -> u32 {
    let mut took = 0;
    while player.plays() {
        assert!(took < 1_000_000, "it never stops");
        let effects = player.update(Msg::Tick(20));
        assert_eq!(effects, if player.plays() { vec![Effect::Tick] } else { vec![] });
        took += 20;
    }
    took
}

#[test]
fn it_opens_at_the_takeover_and_one_press_plays_up_to_it() {
    let mut player = player();
    let opened = player.cursor.unwrap();
    assert!(matches!(player.entries()[opened].what, What::Broker(_)));
    assert_eq!(statuses(&player), [Status::Connected, Status::Connecting, Status::NotYet]);
    assert_eq!(player.update(Msg::Toggle), [Effect::Tick]);
    assert_eq!(player.cursor, None, "from the beginning");
    let took = watch(&mut player);
    assert_eq!(player.cursor, Some(opened), "it stops where there is most to see");
    assert!((2080..2200).contains(&took), "{took}");
    player.update(Msg::Toggle);
    watch(&mut player);
    assert_eq!(player.cursor, Some(player.entries().len() - 1), "another press goes on to the end");
    player.update(Msg::Toggle);
    assert_eq!(player.cursor, None, "and another one begins anew");
}

#[test]
fn speed_is_a_factor_and_a_page_that_was_hidden_goes_on_where_it_was() {
    let mut player = player();
    let at_once = watch_at(&mut player, Speed::Quarters(1));
    assert!((8_400..8_600).contains(&at_once), "{at_once}");
    let mut player = self::player();
    assert!((120..160).contains(&watch_at(&mut player, Speed::Quarters(64))));
    let mut player = self::player();
    assert!(watch_at(&mut player, Speed::Fastest) <= 20 * 30);
    let mut player = self::player();
    player.update(Msg::Toggle);
    player.update(Msg::Tick(60_000));
    assert_eq!(player.now(), Instant(250));
    player.update(Msg::Toggle);
    assert!(!player.plays());
    assert!(player.update(Msg::Tick(1000)).is_empty(), "a tick that was on its way changes nothing");
}

fn watch_at(player: &mut Player, speed: Speed) -> u32 {
    player.update(Msg::Speed(speed));
    player.update(Msg::Toggle);
    watch(player)
}

#[test]
fn the_moment_is_that_of_the_cursor_however_it_came_there() {
    let mut player = player();
    let count = player.entries().len();
    player.update(Msg::Go(Go::First));
    let mut forwards = vec![(*player.moment).clone()];
    for _ in 1..count {
        player.update(Msg::Go(Go::Next));
        forwards.push((*player.moment).clone());
    }
    player.update(Msg::Go(Go::Next));
    assert_eq!(player.cursor, Some(count - 1), "nothing comes after the last");
    for (index, moment) in forwards.iter().enumerate().rev() {
        player.update(Msg::Go(Go::To(index)));
        assert_eq!(&*player.moment, moment);
    }
    // B holds the client ID at the end, and C was refused.
    assert_eq!(forwards[count - 1].clients, [Status::ThrownOut, Status::Connected, Status::Refused]);
    let broker = forwards[count - 1].broker.as_ref().unwrap();
    let [(session, holder)] = broker.sessions.as_slice() else { panic!("{broker:?}") };
    assert_eq!((session.client_id.as_str(), holder.unwrap().session), ("temp-sensor-01", SessionId(1)));
    let subscribed = forwards.iter().find_map(|moment| {
        let (session, _) = moment.broker.as_ref()?.sessions.first()?;
        (!session.subscriptions.is_empty()).then_some(session)
    });
    assert_eq!(subscribed.unwrap().subscriptions, [("cmd/temperature".to_owned(), Qos::AtLeastOnce)]);
}

#[test]
fn steps_within_a_session() {
    let mut player = player();
    let session = |player: &Player| player.entry().map(|entry| entry.connection.session);
    player.update(Msg::Go(Go::Last));
    let c = session(&player);
    player.update(Msg::Go(Go::First));
    assert_eq!(session(&player), Some(SessionId(0)));
    for _ in 0..100 {
        player.update(Msg::Go(Go::NextOfSession));
        assert_eq!(session(&player), Some(SessionId(0)));
    }
    player.update(Msg::Go(Go::Last));
    for _ in 0..100 {
        player.update(Msg::Go(Go::PreviousOfSession));
        assert_eq!(session(&player), c);
    }
}

#[test]
fn a_skipped_event_leaves_out_the_step_that_it_goes_back_to() {
    let mut player = player();
    let before = player.entries().to_vec();
    let (_, step) = player.because().unwrap();
    assert_eq!(
        (step.session, step.action.clone()),
        (SessionId(1), Action::Connect),
        "the takeover is B's doing"
    );
    player.update(Msg::Skip);
    assert_eq!((player.shown, player.runs.len()), (1, 2));
    let after = player.entries();
    assert!(
        !after
            .iter()
            .any(|entry| matches!(entry.what, What::Sent(_)) && entry.connection.session == SessionId(1))
    );
    let here = player.cursor.unwrap();
    assert_eq!(before[..here], after[..here], "the cursor stands where it begins to be otherwise");
    assert_ne!(before[here], after[here]);
    player.update(Msg::Go(Go::Last));
    assert_eq!(statuses(&player), [Status::Connected, Status::NotYet, Status::Refused]);
    player.update(Msg::Show(0));
    assert_eq!(player.entries(), before);
}

#[test]
fn an_event_of_nobody_cannot_be_skipped() {
    let mut scenario = takeover();
    scenario.sessions[0].connect.keep_alive = 30;
    scenario.steps.truncate(1);
    scenario.steps.push(crate::lab::Step {
        at: Instant(1000),
        session: SessionId(0),
        action: Action::HalfOpen,
    });
    scenario.end = Instant(60_000);
    let mut player = Player::new(scenario);
    player.update(Msg::Go(Go::Last));
    assert_eq!(player.because(), None);
    player.update(Msg::Skip);
    assert_eq!(player.runs.len(), 1);
}

#[test]
fn a_branch_is_the_same_run_up_to_the_change_and_a_scenario_like_any_other() {
    let mut player = player();
    let before = player.entries().to_vec();
    let here = player.cursor.unwrap();
    let at = before[here].at;
    // A comes back as soon as it was thrown out.
    fill(
        &mut player,
        [FormMsg::Kind(Kind::Act), FormMsg::Session(SessionId(0)), FormMsg::Action(Do::Connect)],
    );
    player.update(Msg::Branch);
    let after = player.entries().to_vec();
    let same = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
    assert!(same > here && player.cursor == Some(same));
    assert!(before[..same].iter().all(|entry| entry.at <= after[same].at) && after[same].at > at);
    let thrown_out =
        |entry: &Entry| entry.connection.session == SessionId(1) && matches!(entry.what, What::Broker(_));
    assert!(after[same..].iter().any(thrown_out), "B is thrown out in turn");
    // What is saved plays the same.
    let text = format::write(player.scenario().unwrap());
    assert_eq!(Player::new(format::read(&text, |_| None).unwrap()).entries(), after);

    // A branch of the branch.
    fill(
        &mut player,
        [FormMsg::Kind(Kind::Network), FormMsg::Latency("0.3".into()), FormMsg::Jitter("0".into())],
    );
    player.update(Msg::Branch);
    assert_eq!(player.runs.len(), 3);
    let slow = Network { latency: Millis(300), jitter: Millis(0) };
    assert_eq!(player.scenario().unwrap().network_changes, [(after[same].at + Millis(1), slow)]);
    assert_eq!(player.runs[2].branches.len(), 2);
    let text = format::write(player.scenario().unwrap());
    assert_eq!(Player::new(format::read(&text, |_| None).unwrap()).entries(), player.entries());
}

#[test]
fn later_steps_are_left_out_or_changed_and_earlier_ones_are_not() {
    let mut player = player();
    let scenario = takeover();
    let end = Moment { at: scenario.end, ..Moment::default() };
    let later: Vec<usize> = player.to_come().map(|(index, _)| index).collect();
    assert_eq!(later, [3, 4]);
    let form = Form { kind: Kind::LeaveOut, step: 0, ..Form::default() };
    assert_eq!(
        form.change(&scenario, &player.moment),
        Ok(Change::LeaveOut(3)),
        "step 0 has been taken: the next one is meant"
    );
    let unsaid = Form { kind: Kind::Instead, step: 4, action: Some(Do::Publish), ..Form::default() };
    assert_eq!(unsaid.change(&scenario, &player.moment), Err(Incomplete::NoTopic));
    assert_eq!(form.change(&scenario, &end), Err(Incomplete::NoStep));
    let late = Form { kind: Kind::Network, latency: "soon".into(), ..Form::default() };
    assert_eq!(late.change(&scenario, &player.moment), Err(Incomplete::NoTime));
    let nobody = Form { session: SessionId(9), ..Form::default() };
    assert_eq!(nobody.change(&scenario, &player.moment), Err(Incomplete::NoSession));

    // What is offered first can be done: A is connected here, C is not.
    let act =
        |session| Form { session: SessionId(session), ..Form::default() }.change(&scenario, &player.moment);
    assert_eq!(act(0), Ok(Change::Act(SessionId(0), Action::Cut)));
    assert_eq!(act(2), Ok(Change::Act(SessionId(2), Action::Connect)));

    fill(&mut player, [FormMsg::Kind(Kind::LeaveOut), FormMsg::Step(4)]);
    player.update(Msg::Branch);
    player.update(Msg::Go(Go::Last));
    assert_eq!(statuses(&player)[2], Status::NotYet);
}

#[test]
fn one_press_plays_a_war_until_the_diagnosis_names_it() {
    let mut player = player();
    assert_eq!(player.update(Msg::War), [Effect::Tick]);
    watch(&mut player);
    let run = player.run().unwrap();
    let named = |finding: &crate::timeline::Finding| matches!(finding.kind, FindingKind::TakeoverWar { .. });
    let war = run.record.findings.iter().find(|finding| named(finding)).unwrap();
    let stopped = player.cursor.unwrap();
    assert!(
        matches!(player.entries()[stopped].what, What::Broker(_)) && Some(&stopped) <= war.evidence.last()
    );
    let rounds =
        |entries: &[Entry]| entries.iter().filter(|entry| matches!(entry.what, What::Closed(_))).count();
    assert_eq!(
        rounds(&player.entries()[..stopped]),
        2,
        "it stops at the third takeover, before the client hears of it"
    );
    assert!(run.record.end < Instant(10_000), "{:?}", run.record.end);
    // Another press plays the same again.
    assert_eq!(player.update(Msg::War), [Effect::Tick]);
    assert_eq!(player.runs.len(), 2);

    // Where the script's own clients are not let in, the article's device shows it.
    let mut refused = takeover();
    refused.identities[0].policies.clear();
    let mut player = Player::new(refused);
    player.update(Msg::War);
    assert!(player.run().unwrap().record.findings.iter().any(named));
}

#[test]
fn another_script_takes_the_branches_along_when_it_has_the_same_steps() {
    let mut player = player();
    player.update(Msg::Skip);
    let branch = player.entries().to_vec();
    player.play(takeover());
    assert_eq!((player.shown, player.runs.len()), (1, 2), "the same script changes nothing");

    let mut slower = takeover();
    slower.network.latency = Millis(50);
    player.play(slower);
    assert_eq!((player.shown, player.runs.len()), (0, 2));
    player.update(Msg::Show(1));
    assert!(
        player.entries() != branch && player.entries().len() == branch.len(),
        "made again from the new script"
    );

    let mut other = takeover();
    other.steps.pop();
    player.play(other);
    assert_eq!(player.runs.len(), 1, "its steps are not those that were changed");
}

#[test]
fn runs_are_limited_and_closed() {
    let mut player = player();
    for _ in 0..MAX_RUNS + 2 {
        player.update(Msg::Show(0));
        player.update(Msg::Skip);
    }
    assert_eq!(player.runs.len(), MAX_RUNS);
    assert!(!player.has_room());
    player.update(Msg::Close(0));
    assert_eq!(player.runs.len(), MAX_RUNS, "the script's own run stays");
    let number = player.runs[2].number;
    player.update(Msg::Show(2));
    player.update(Msg::Close(1));
    assert_eq!(player.run().unwrap().number, number, "the run that is looked at stays the same");
    player.update(Msg::Close(1));
    assert_eq!(player.shown, 0);
    player.update(Msg::Close(99));
    assert_eq!(player.runs.len(), MAX_RUNS - 2);
}

#[test]
fn the_same_seed_gives_the_same_log() {
    let mut scenario = takeover();
    scenario.network.jitter = Millis(30);
    let with = |seed| Player::new(Scenario { seed, ..scenario.clone() }).entries().to_vec();
    assert_eq!(with(7), with(7));
    assert_ne!(with(7), with(8));
}

#[test]
fn a_log_is_looked_at_and_cannot_be_played_otherwise() {
    let played = player();
    let record = &played.run().unwrap().record;
    let names: Vec<String> = record.sessions.iter().map(|session| session.name.clone()).collect();
    let text = crate::timeline::log::write(&names, &record.entries, |_| Version::V311, |_| String::new());
    let mut player = Player::of_log(crate::timeline::log::read(&text));
    assert_eq!(player.entries().len(), record.entries.len());
    assert_eq!(player.run().unwrap().record.findings, record.findings);
    player.update(Msg::Go(Go::Last));
    assert_eq!(statuses(&player), [Status::Offline, Status::Connected, Status::Offline]);
    assert_eq!(player.moment.broker, None);
    for msg in [Msg::Skip, Msg::Branch, Msg::War] {
        player.update(msg);
        assert_eq!(player.runs.len(), 1);
    }
}

#[test]
fn a_persistent_session_waits_with_what_is_queued_for_it() {
    let mut scenario = takeover();
    scenario.sessions[0].connect.clean_start = false;
    let publish = |topic: &str| Action::publish(topic, "20", Qos::AtLeastOnce);
    let step =
        |at, session, action| crate::lab::Step { at: Instant(at), session: SessionId(session), action };
    scenario.sessions[1].connect.client_id = "other".to_owned();
    scenario.identities[0] = presets::article_identity(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}"#,
    );
    scenario.steps = vec![
        step(0, 0, Action::Connect),
        step(400, 0, Action::subscribe("cmd/temperature", Qos::AtLeastOnce)),
        step(800, 0, Action::Disconnect),
        step(1000, 1, Action::Connect),
        step(1400, 1, publish("cmd/temperature")),
    ];
    let mut player = Player::new(scenario);
    player.update(Msg::Go(Go::Last));
    let broker = player.moment.broker.clone().unwrap();
    let (waits, holder) = &broker.sessions[1];
    assert_eq!((waits.client_id.as_str(), waits.waiting, *holder), ("temp-sensor-01", 1, None));
    assert!(matches!(waits.presence, Presence::AwayUntil(_)) && waits.persistent);
    let last = entry(&player, |entry| matches!(entry.what, What::Broker(crate::broker::News::Stored { .. })));
    player.update(Msg::Go(Go::To(last)));
    assert_eq!(statuses(&player), [Status::Offline, Status::Connected, Status::NotYet]);
}
