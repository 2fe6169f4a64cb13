use std::collections::BTreeMap;

use super::*;
use crate::app::check::share;
use crate::app::sessions::simulate::name;
use crate::app::workspace::{MqttVersion, SessionPlan};
use crate::iot::time::Instant;
use crate::lab::mosquitto::terminal;
use crate::lab::scenario::Do;
use crate::lab::{self, Comeback, format};
use crate::mqtt::{Property, Qos};
use crate::timeline::{Entry, SessionId, log};

fn example() -> (Script, Workspace) {
    let workspace = Workspace::example();
    let (script, told) = Script::of(&workspace.simulation);
    assert_eq!(told, None);
    (script, workspace)
}

/// Time, session and kind of each step that is played.
fn steps(scenario: &Scenario) -> Vec<(u64, u32, Do)> {
    scenario.steps.iter().map(|step| (step.at.0, step.session.0, step.action.kind())).collect()
}

/// Takes a text and gives what is played then.
fn typed(script: &mut Script, field: Field, text: &str) -> Scenario {
    script.update(Msg::Type(field, text.to_owned()));
    assert_eq!(script.draft().text(field), text, "what was typed stands there");
    let again = Draft::read(script.kept()).unwrap();
    assert_eq!((again.text(field), again.problems()), (text.to_owned(), script.draft().problems()));
    script.scenario(&Workspace::example())
}

#[test]
fn a_list_is_played_to_the_letter() {
    let plans = [
        SessionPlan::new(" temp-sensor-01 ", "cmd/temperature", "", ""),
        SessionPlan { qos: 0, ..SessionPlan::new("b", "", "dt/temperature", "20") },
        SessionPlan::new("c", " a/# ", "a/b", ""),
        SessionPlan::default(),
    ];
    let simulation = Simulation { sessions: plans.to_vec(), ..Simulation::default() };
    let (script, _) = Script::of(&simulation);
    let scenario = script.scenario(&Workspace::example());
    let expected = [
        (0, 0, Do::Connect),
        (300, 0, Do::Subscribe),
        (1000, 1, Do::Connect),
        (1500, 1, Do::Publish),
        (2000, 2, Do::Connect),
        (2300, 2, Do::Subscribe),
        (2500, 2, Do::Publish),
        (3000, 3, Do::Connect),
    ];
    assert_eq!(steps(&scenario), expected);
    assert_eq!((scenario.end, scenario.seed, scenario.network.latency.0), (Instant(6000), 1, 20));
    let ids: Vec<&str> = scenario.sessions.iter().map(|actor| actor.connect.client_id.as_str()).collect();
    assert_eq!(ids, [" temp-sensor-01 ", "b", "c", ""]);
    let Some(Action::Subscribe(filters)) = scenario.steps.get(5).map(|step| &step.action) else { panic!() };
    assert_eq!(filters.iter().map(|filter| filter.filter.as_str()).collect::<Vec<_>>(), [" a/# "]);
    // What a list says that came from elsewhere is what was typed here.
    let (mut typed, _) = Script::of(&simulation);
    typed.update(Msg::Type(Field::ClientId(0), "x".into()));
    typed.update(Msg::Type(Field::ClientId(0), " temp-sensor-01 ".into()));
    assert_eq!(typed.kept().sessions.first(), simulation.sessions.first());
    let qos = |step: usize| scenario.steps.get(step).and_then(|step| qos_of(&step.action));
    assert_eq!(
        [qos(1), qos(3), qos(5)],
        [1, 0, 1].map(|qos| [Qos::AtMostOnce, Qos::AtLeastOnce].get(qos).copied())
    );
}

#[test]
fn what_a_list_can_say_is_kept_as_a_list() {
    let (mut script, workspace) = example();
    assert_eq!(*script.kept(), workspace.simulation);
    assert_eq!(script.draft().kept(), workspace.simulation);
    typed(&mut script, Field::Subscribe(1), "x/y");
    script.update(Msg::Choose(Choice::Quality(1, Qos::AtMostOnce)));
    script.update(Msg::AddSession);
    let kept = script.kept().clone();
    assert_eq!((kept.script.as_str(), kept.sessions.len()), ("", 3));
    script.update(Msg::Type(Field::At(0), "0.25".into()));
    assert!(!script.kept().script.is_empty());
    script.update(Msg::Undo);
    assert_eq!(*script.kept(), kept);
}

#[test]
fn a_text_that_cannot_be_taken_waits_with_its_reason() {
    let (mut script, _) = example();
    let before = script.scenario(&Workspace::example());
    for (field, text, why) in [
        (
            Field::At(1),
            "soon",
            "Write seconds from 0 to 100000000, with at most three decimals, such as 0.4.",
        ),
        (Field::At(2), "-1", "Write seconds from 0 to 100000000, with at most three decimals, such as 0.4."),
        (Field::Name(1), "A", "A is the name of two sessions. Rename one."),
        (Field::Name(0), " ", "Write a name, such as A."),
        (Field::KeepAlive(0), "70000", "Write whole seconds from 0 (off) to 65535."),
        (Field::Seed, "1.5", "Write a whole number from 0 to 18446744073709551615."),
        (Field::End, "1", "The last step is at 1.5 s, after this. Write a later end, or nothing."),
    ] {
        assert_eq!(typed(&mut script, field, text), before, "{field:?}");
        assert_eq!(script.draft().problems().get(&field).map(String::as_str), Some(why));
    }
    // Each is taken once nothing stands against it.
    typed(&mut script, Field::Name(0), "Z");
    typed(&mut script, Field::At(1), "0.5");
    typed(&mut script, Field::At(2), "1");
    typed(&mut script, Field::KeepAlive(0), "30");
    let after = typed(&mut script, Field::Seed, "7");
    assert_eq!(after.sessions.iter().map(|actor| actor.name.as_str()).collect::<Vec<_>>(), ["Z", "A"]);
    // The end still comes before the publish; the step that stands in its way is moved.
    assert_eq!(script.draft().problems().len(), 1);
    let after = typed(&mut script, Field::At(3), "1");
    assert_eq!((after.end, after.seed, script.draft().problems()), (Instant(1000), 7, BTreeMap::new()));
    typed(&mut script, Field::At(3), "2");
    let why = script.draft().problems();
    assert_eq!(
        why.get(&Field::At(3)).map(String::as_str),
        Some("The run ends at 1 s, before this step. Move one of them.")
    );
    let moved = typed(&mut script, Field::End, "");
    assert_eq!((moved.end, steps(&moved).last()), (Instant(5000), Some(&(2000, 1, Do::Publish))));
}

#[test]
fn a_number_is_typed_key_by_key() {
    let (mut script, _) = example();
    for (text, at) in [("", 1500), ("2", 2000), ("2.", 2000), ("2.2", 2200), ("2.25", 2250), ("2.250", 2250)]
    {
        script.update(Msg::Type(Field::At(3), text.into()));
        assert_eq!(script.draft().text(Field::At(3)), text);
        assert_eq!(
            script.scenario(&Workspace::example()).steps.last().map(|step| step.at),
            Some(Instant(at))
        );
    }
    assert_eq!(script.draft().problems(), BTreeMap::new());
    assert_eq!(Draft::read(script.kept()).unwrap().text(Field::At(3)), "2.25");
}

#[test]
fn what_a_step_does_changes_and_comes_back() {
    let (mut script, _) = example();
    script.update(Msg::Type(Field::Payload(3), "21".into()));
    for kind in [Do::Subscribe, Do::Cut, Do::Stall, Do::Unsubscribe, Do::Connect] {
        script.update(Msg::Choose(Choice::Do(3, kind)));
    }
    assert_eq!(script.draft().problems(), BTreeMap::new());
    script.update(Msg::Choose(Choice::Do(3, Do::Publish)));
    assert_eq!(script.draft().text(Field::Topic(3)), "dt/temperature");
    assert_eq!(script.draft().text(Field::Payload(3)), "21");
    // A step that says nothing yet is not played, and stays.
    let played = typed(&mut script, Field::Topic(3), "");
    assert_eq!((played.steps.len(), script.draft().steps().len()), (3, 4));
    // So do a will without a topic, and the times of coming back.
    script.update(Msg::Choose(Choice::Will(0, true)));
    assert_eq!(
        script.scenario(&Workspace::example()).sessions.iter().filter(|a| a.connect.will.is_some()).count(),
        0
    );
    let played = typed(&mut script, Field::WillTopic(0), "dt/gone");
    assert_eq!(played.sessions.iter().filter(|actor| actor.connect.will.is_some()).count(), 1);
    let after =
        |seconds| Choice::Comeback(0, Comeback::After(crate::iot::time::Millis::from_seconds(seconds)));
    script.update(Msg::Choose(after(1)));
    typed(&mut script, Field::Comeback(0), "2.5");
    script.update(Msg::Choose(Choice::Comeback(0, Comeback::Never)));
    assert_eq!(script.draft().problems(), BTreeMap::new());
    script.update(Msg::Choose(after(1)));
    assert_eq!(script.draft().text(Field::Comeback(0)), "2.5");
}

#[test]
fn steps_and_sessions_are_added_moved_removed_and_brought_back() {
    let (mut script, workspace) = example();
    script.update(Msg::AddStep);
    script.update(Msg::Type(Field::At(4), "late".into()));
    script.update(Msg::SwapSteps(3));
    // The time stays, what is done changes place.
    assert_eq!(script.draft().text(Field::At(4)), "late");
    assert_eq!(script.draft().text(Field::Topic(4)), "dt/temperature");
    let with_step = script.clone();
    script.update(Msg::RemoveStep(0));
    assert_eq!(script.draft().text(Field::At(3)), "late");
    script.update(Msg::RemoveSession(0));
    assert_eq!(script.draft().text(Field::At(2)), "late");
    let scenario = script.scenario(&workspace);
    assert_eq!(steps(&scenario), [(1000, 0, Do::Connect), (1500, 0, Do::Disconnect), (2500, 0, Do::Publish)]);
    script.update(Msg::Undo);
    script.update(Msg::Undo);
    assert_eq!(script.draft(), with_step.draft());
    // Out of order as typed, in order as played and as kept.
    script.update(Msg::Type(Field::At(0), "9".into()));
    assert!(!script.draft().in_order());
    assert!(Draft::read(script.kept()).unwrap().in_order());
    let played = script.scenario(&workspace);
    script.update(Msg::Sort);
    assert!(script.draft().in_order());
    assert_eq!(script.scenario(&workspace), played);
    while script.can_undo() {
        script.update(Msg::Undo);
    }
    assert_eq!(script.draft(), example().0.draft());
    assert_eq!(script.update(Msg::RemoveSession(7)), Outcome::Unchanged(None));
    while script.can_redo() {
        script.update(Msg::Redo);
    }
    assert_eq!(script.scenario(&workspace), played);
    assert_eq!(script.draft().kept(), *script.kept());
    // Another change is made from here: what was taken back before it is gone.
    script.update(Msg::Undo);
    assert_eq!(script.update(Msg::RemoveSession(7)), Outcome::Unchanged(None));
    assert!(script.can_redo());
    script.update(Msg::AddStep);
    assert!(!script.can_redo());
    assert_eq!(script.update(Msg::Redo), Outcome::Unchanged(None));
}

#[test]
fn typing_into_one_field_is_one_change() {
    let (mut script, _) = example();
    for text in ["t", "te", "tem"] {
        script.update(Msg::Type(Field::ClientId(0), text.into()));
    }
    script.update(Msg::Undo);
    assert!(!script.can_undo());
    assert_eq!(script.draft().text(Field::ClientId(0)), "temp-sensor-01");
}

#[test]
fn what_is_typed_after_a_text_that_was_refused_is_a_change() {
    let (mut script, _) = example();
    let refused = script.update(Msg::Type(Field::Title, "x".repeat(MAX_KEPT)));
    assert!(matches!(refused, Outcome::Unchanged(Some(_))));
    script.update(Msg::Type(Field::Title, "x".into()));
    assert_eq!(script.update(Msg::Undo), Outcome::Changed(None));
    assert_eq!(script.draft(), example().0.draft());
}

/// The command lines of a scenario of `tests/cases/scenarios`.
fn lines(scenario: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(scenario).unwrap();
    let clients = json.get("clients").and_then(serde_json::Value::as_array).unwrap();
    clients.iter().map(|client| format!("$ {}\n", client.get("command").unwrap().as_str().unwrap())).collect()
}

fn terminals(script: &Script) -> String {
    let run = lab::run(&script.scenario(&Workspace::example()));
    let sessions = run.scenario.sessions.iter().zip(0..);
    let printed = sessions.map(|(actor, session)| {
        let lines = terminal(&run, SessionId(session)).into_iter().map(|line| line.text + "\n");
        format!("== {}\n{}", actor.name, lines.collect::<String>())
    });
    printed.collect()
}

macro_rules! case {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/cases/scenarios/", $name))
    };
}

#[test]
fn the_articles_commands_print_what_the_article_shows() {
    let experiments = [
        (case!("article-e1.json"), case!("article-e1.terminal.txt")),
        (case!("article-e2.json"), case!("article-e2.terminal.txt")),
        (case!("article-e3.json"), case!("article-e3.terminal.txt")),
    ];
    for (number, (scenario, expected)) in experiments.into_iter().enumerate() {
        // What is pasted is called A, B and so on.
        let terminals_of = |(index, terminal): (usize, &str)| {
            let (_, printed) = terminal.split_once('\n').unwrap();
            format!("== {}\n{printed}", name(index))
        };
        let expected: String = expected.split("== ").skip(1).enumerate().map(terminals_of).collect();
        let (mut script, _) = example();
        script.update(Msg::Paste(lines(scenario)));
        assert_eq!(script.update(Msg::Take), Outcome::Changed(None));
        // Check shows the policy of the third.
        if number == 2 {
            assert_eq!(terminals(&script), expected);
        }
        script.update(Msg::Experiment(number));
        assert_eq!(terminals(&script), expected, "experiment {number}");
        assert!(script.draft().own().is_some());
        script.update(Msg::UseCheck);
        assert!(script.draft().own().is_none());
        assert_eq!(lines(scenario).replace("$ ", ""), script.paste);
    }
}

fn entries(scenario: &Scenario) -> Vec<Entry> {
    lab::run(scenario).entries
}

#[test]
fn a_scenario_that_is_saved_and_opened_again_plays_the_same() {
    let policies =
        [("p1.json", case!("p1.json")), ("p2.json", case!("p2.json")), ("p3.json", case!("p3.json"))];
    let workspace = Workspace::example();
    for text in [
        case!("article-e1.json"),
        case!("article-e4.json"),
        case!("exclusive.json"),
        case!("keep-alive.json"),
        case!("silent-receive.json"),
        case!("war.json"),
    ] {
        let mut texts = policies.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        texts.push(("scenario.json".to_owned(), text.to_owned()));
        let named = |name: &str| {
            policies.iter().find(|(other, _)| *other == name).map(|(_, text)| (*text).to_owned())
        };
        let expected = format::read(text, named).unwrap();
        let mut script = Script::default();
        assert_eq!(script.update(Msg::Open(texts)), Outcome::Changed(None));
        assert_eq!(script.scenario(&workspace), expected);
        // As a file, and as the workspace keeps it.
        let mut again = Script::default();
        again.update(Msg::Open(vec![("again".into(), format::write(&script.scenario(&workspace)))]));
        assert_eq!(entries(&again.scenario(&workspace)), entries(&expected));
        let (kept, told) = Script::of(script.kept());
        assert_eq!((kept.scenario(&workspace), told), (expected, None));
    }
    // A script by hand becomes a file with who connects on Check.
    let (script, workspace) = example();
    let mut again = Script::default();
    again.update(Msg::Open(vec![("again".into(), format::write(&script.scenario(&workspace)))]));
    assert_eq!(entries(&again.scenario(&Workspace::default())), entries(&script.scenario(&workspace)));
    assert!(again.draft().own().is_some());
}

#[test]
fn what_cannot_be_opened_is_named_with_its_place_and_stays() {
    let (mut script, _) = example();
    let before = script.draft().clone();
    let scenario = |from: &str, to: &str| {
        let (script, workspace) = example();
        format::write(&script.scenario(&workspace)).replacen(from, to, 1)
    };
    for (text, why) in [
        (
            "mosquitto_sub -t 'a".to_owned(),
            "Line 1, column 18: the quote ' is not closed; write it a second time.",
        ),
        (
            "mosquitto_sub -t a\nmosquitto_pub -t b -m 1 --frob".to_owned(),
            "Line 2, column 25: `--frob` is no option of this program, version 2.0.11.",
        ),
        (String::new(), words::NO_COMMAND),
        (scenario("\"connect\"", "\"conect\""), "field `steps[0].do`"),
        (scenario("\"name\": \"B\"", "\"name\": \"A\""), "`A` is the name of two; rename one"),
        (scenario("{\"at\": 0.3", "{\"at\": 3"), "the time runs backwards"),
        (scenario("\"session\": \"B\"", "\"session\": \"X\""), "there is no `X`; write one of `A`, `B`"),
        ("{\"format\": \"policylab-scenario/2\"}".to_owned(), "unknown format `policylab-scenario/2`"),
        (
            "{\"format\":\"policylab-log/1\",\"sess".to_owned(),
            "line 1: the log was cut in the middle of this line",
        ),
    ] {
        script.update(Msg::Paste(text.clone()));
        assert_eq!(script.update(Msg::Take), Outcome::Unchanged(None), "{text}");
        let refused = script.refused.clone().unwrap_or_default();
        let told = [vec![refused.why], refused.places].concat().join("\n");
        assert!(told.contains(why), "{told}");
        assert_eq!((script.draft(), &script.paste), (&before, &text));
    }
    for (text, why) in [
        ("\u{feff} \n", "mine.json was not opened: it is empty."),
        ("hello\nthere", "mine.json was not opened: "),
    ] {
        script.update(Msg::Open(vec![("mine.json".into(), text.into())]));
        let told = script.refused.clone().unwrap_or_default().why;
        assert!(told.starts_with(why), "{told}");
    }
    let million = format!(
        "{{\"format\": \"policylab-scenario/1\", \"end\": 1, \"who\": [], \"clients\": [], \"steps\": [{}{{}}]}}",
        "{},".repeat(999_999)
    );
    script.update(Msg::Open(vec![("big.json".into(), million)]));
    let told = script.refused.clone().unwrap_or_default().why;
    assert!(told.contains("there are 1000000 steps; at most 100000 are played"), "{told}");
    // What is played but takes more room than the workspace has.
    let (own, workspace) = example();
    let mut scenario = own.scenario(&workspace);
    let step = scenario.steps.first().cloned().unwrap();
    scenario.steps = vec![step; 50_000];
    // That a password was left out of it is not said: none of it is there.
    scenario.sessions[0].connect.password = Some(b"hunter2".to_vec());
    let outcome = script.update(Msg::Open(vec![("long.json".into(), format::write(&scenario))]));
    assert!(matches!(outcome, Outcome::Unchanged(Some(why)) if why.contains("policylab simulate")));
    assert_eq!(script.draft(), &before);
}

#[test]
fn a_log_is_opened_to_be_shown() {
    let (mut script, workspace) = example();
    let run = lab::run(&script.scenario(&workspace));
    let names: Vec<String> = run.scenario.sessions.iter().map(|actor| actor.name.clone()).collect();
    let say = |entry: &Entry| crate::words::scenario::entry_text(&run, entry);
    let text = log::write(&names, &run.entries, |_| crate::mqtt::Version::V311, say);
    let cut = text.get(..text.len() - 5).unwrap();
    let Outcome::Log(whole) = script.update(Msg::Open(vec![("log".into(), text.clone())])) else {
        panic!("no log")
    };
    assert_eq!((whole.sessions.len(), whole.entries.len(), whole.problems.len()), (2, run.entries.len(), 0));
    let Outcome::Log(cut) = script.update(Msg::Open(vec![("log".into(), cut.to_owned())])) else {
        panic!("no log")
    };
    assert_eq!((cut.entries.len() + 1, cut.problems.len()), (run.entries.len(), 1));
}

#[test]
fn no_password_is_kept_and_no_secret_leaves() {
    let (mut script, mut workspace) = example();
    script.update(Msg::Paste("mosquitto_pub -u me -P hunter2-hunter2 -t a -m 1".into()));
    let outcome = script.update(Msg::Take);
    assert_eq!(outcome, Outcome::Changed(Some(words::PASSWORD_LEFT_OUT.to_owned())));
    assert!(!script.kept().script.contains("hunter2"), "{}", script.kept().script);
    let password = script.scenario(&workspace).sessions.first().unwrap().connect.password.clone();
    assert_eq!(password, Some(Vec::new()), "the CONNECT still has one, an empty one");
    for field in [Field::Payload(0), Field::WillPayload(0)] {
        let (mut script, _) = example();
        script.update(Msg::Choose(Choice::Do(0, Do::Publish)));
        script.update(Msg::Choose(Choice::Will(0, true)));
        script.update(Msg::Type(field, "AKIAIOSFODNN7EXAMPLE".into()));
        workspace.simulation = script.kept().clone();
        assert!(share::prepare(&workspace, false).is_err(), "{field:?}");
        script.update(Msg::Type(field, "nothing".into()));
        workspace.simulation = script.kept().clone();
        assert!(share::prepare(&workspace, false).is_ok(), "{field:?}");
    }
}

#[test]
fn the_account_of_an_opened_file_is_masked_and_the_script_stays_one() {
    let mut script = Script::default();
    script.update(Msg::Experiment(0));
    let (own, mut workspace) = example();
    drop(own);
    let text = format::write(&script.scenario(&workspace)).replace("123456789012", "418273645091");
    script.update(Msg::Open(vec![("mine.json".into(), text)]));
    workspace.simulation = script.kept().clone();
    assert!(workspace.write().contains("418273645091"));
    let shared = share::prepare(&workspace, true).unwrap();
    assert!(!shared.workspace.write().contains("418273645091"));
    let (masked, told) = Script::of(&shared.workspace.simulation);
    assert_eq!(told, None);
    assert_eq!(terminals(&masked), terminals(&script));
    let link = shared.link(None).unwrap();
    assert_eq!(share::open_link(&link).unwrap().simulation, shared.workspace.simulation);
}

#[test]
fn a_script_of_another_version_stays_until_something_is_changed() {
    for kept in ["{", "{\"scenario\": {}, \"own\": true, \"openEnd\": true, \"typed\": []}", "{\"more\": 1}"]
    {
        let simulation = Simulation { script: kept.into(), ..Simulation::default() };
        let (script, told) = Script::of(&simulation);
        assert!(told.unwrap_or_default().contains("newer version"));
        assert_eq!(*script.kept(), simulation);
        assert_eq!(script.scenario(&Workspace::example()).steps, []);
    }
}

/// Links that were given away: `tests/share.rs` holds their texts to them.
#[test]
fn the_scripts_of_old_links_open() {
    let links: Vec<BTreeMap<String, String>> =
        serde_json::from_str(include_str!("../../../../tests/cases/links/1.json")).unwrap();
    let mut scripts = 0;
    for link in links.iter().filter(|link| link.get("name").is_some_and(|name| name != "nothing")) {
        let workspace = Workspace::read(link.get("json").unwrap()).unwrap();
        let (script, told) = Script::of(&workspace.simulation);
        assert_eq!((told, script.draft().kept()), (None, workspace.simulation.clone()));
        scripts += usize::from(!workspace.simulation.script.is_empty());
    }
    assert!(scripts >= 2, "{scripts}");
}

#[cfg(not(target_arch = "wasm32"))]
mod any {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::app::workspace::MqttVersion;
    use crate::iot::time::Millis;

    fn fields() -> impl Strategy<Value = Field> {
        let place = 0..4_usize;
        prop_oneof![
            Just(Field::Title),
            Just(Field::End),
            Just(Field::Seed),
            Just(Field::Latency),
            (place.clone(), 0..15_usize).prop_map(|(place, field)| {
                [
                    Field::Name(place),
                    Field::ClientId(place),
                    Field::KeepAlive(place),
                    Field::Expiry(place),
                    Field::UserProperties(place),
                    Field::Comeback(place),
                    Field::WillTopic(place),
                    Field::WillPayload(place),
                    Field::Subscribe(place),
                    Field::Publish(place),
                    Field::Message(place),
                    Field::At(place),
                    Field::Filters(place),
                    Field::Topic(place),
                    Field::Payload(place),
                ]
                .into_iter()
                .nth(field)
                .unwrap_or(Field::Title)
            }),
        ]
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just("A".to_owned()),
            "[0-3]",
            "[0-3]\\.[0-9]{1,4}",
            "[ab/#+\\n ]{0,6}",
            "\\PC{0,8}",
        ]
    }

    fn choices() -> impl Strategy<Value = Choice> {
        let place = 0..4_usize;
        let kinds = [
            Do::Connect,
            Do::Subscribe,
            Do::Unsubscribe,
            Do::Publish,
            Do::Disconnect,
            Do::Cut,
            Do::HalfOpen,
            Do::Stall,
            Do::Resume,
        ];
        let comebacks = [Comeback::Never, Comeback::Backoff, Comeback::After(Millis(500))];
        let version = prop::sample::select(vec![MqttVersion::V311, MqttVersion::V5]);
        prop_oneof![
            version.clone().prop_map(Choice::Versions),
            (place.clone(), version).prop_map(|(place, version)| Choice::Version(place, version)),
            (place.clone(), any::<bool>()).prop_map(|(place, yes)| Choice::Persistent(place, yes)),
            (place.clone(), any::<bool>()).prop_map(|(place, yes)| Choice::Will(place, yes)),
            (place.clone(), any::<bool>()).prop_map(|(place, yes)| Choice::Retain(place, yes)),
            (place.clone(), prop::sample::select(comebacks.to_vec()))
                .prop_map(|(place, it)| Choice::Comeback(place, it)),
            (place.clone(), place.clone()).prop_map(|(step, session)| Choice::Session(step, session)),
            (place.clone(), place.clone()).prop_map(|(session, who)| Choice::Who(session, who)),
            (place.clone(), prop::sample::select(kinds.to_vec()))
                .prop_map(|(step, kind)| Choice::Do(step, kind)),
            place.prop_map(|place| Choice::Quality(place, Qos::AtMostOnce)),
        ]
    }

    fn messages() -> impl Strategy<Value = Msg> {
        let place = 0..4_usize;
        prop_oneof![
            6 => (fields(), texts()).prop_map(|(field, text)| Msg::Type(field, text)),
            4 => choices().prop_map(Msg::Choose),
            1 => Just(Msg::AddSession),
            1 => Just(Msg::AddStep),
            1 => place.clone().prop_map(Msg::RemoveSession),
            1 => place.clone().prop_map(Msg::RemoveStep),
            1 => place.prop_map(Msg::SwapSteps),
            1 => Just(Msg::Sort),
            1 => Just(Msg::Undo),
            1 => Just(Msg::Redo),
            1 => (0..3_usize).prop_map(Msg::Experiment),
            1 => Just(Msg::UseCheck),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 64,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        /// Whatever is done: what is played is a scenario that can be saved, and the workspace keeps all of it.
        #[test]
        fn a_script_is_played_and_kept_whatever_is_done(msgs in prop::collection::vec(messages(), 1..25)) {
            let (mut script, workspace) = example();
            for msg in msgs {
                script.update(msg);
                let scenario = script.scenario(&workspace);
                let written = format::write(&scenario);
                let read = format::read(&written, |_| None);
                // Of who connects on Check more is unknown than a file has words for.
                let same = |other: Scenario| Scenario { identities: scenario.identities.clone(), ..other } == scenario;
                prop_assert_eq!(read.map(same), Ok(true), "{}", written);
                let kept = Draft::read(script.kept());
                let kept = kept.map(|draft| {
                    let again = draft.kept() == *script.kept();
                    again && same(Script { draft: Rc::new(draft), ..Script::default() }.scenario(&workspace))
                });
                prop_assert_eq!(kept, Ok(true), "{}", script.kept().script);
            }
        }
    }
}

#[test]
fn user_properties_are_typed_a_line_each_and_wait_while_they_are_none() {
    let mut script = Script::of(&crate::app::workspace::Workspace::example().live.plan).0;
    let field = Field::UserProperties(0);
    script.update(Msg::Type(field, "tenant: a:b\nsite:  north".to_owned()));
    let properties = script.draft().sessions()[0].connect.properties.0.clone();
    let user = |name: &str, value: &str| Property::UserProperty(name.to_owned(), value.to_owned());
    assert_eq!(properties, [user("tenant", "a:b"), user("site", " north")]);
    script.update(Msg::Type(field, "tenant".to_owned()));
    assert_eq!(script.draft().problems()[&field], words::NOT_PROPERTIES);
    assert_eq!(script.draft().sessions()[0].connect.properties.0, properties);
    let (again, told) = Script::of(script.kept());
    assert_eq!((again.draft().text(field), told), ("tenant".to_owned(), None));
    // Version 3.1.1 has none; they come back with version 5.
    script.update(Msg::Type(field, "site: north".to_owned()));
    script.update(Msg::Choose(Choice::Versions(MqttVersion::V311)));
    assert_eq!(script.draft().sessions()[0].connect.properties.0, []);
    script.update(Msg::Choose(Choice::Versions(MqttVersion::V5)));
    assert_eq!(script.draft().sessions()[0].connect.properties.0, [user("site", "north")]);
}
