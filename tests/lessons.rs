//! The lessons that the page ships: what they say is what the engine does, and a lesson that is none is refused with its
//! place. Nothing that is expected stands in this file; it is computed.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, reason = "a test that cannot go on fails where it stands")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use iot_policy_lab::{
    broker, lab,
    lab::Run,
    lab::lesson::{Claim, Control, Lesson, Listed, MAX_TYPED, Stand, Step, Value, Walk},
    policy::facts,
};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "static", "lessons"].iter().collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn index() -> Vec<Listed> {
    Listed::read_all(&read("index.json")).unwrap_or_else(|error| panic!("index.json: {error}"))
}

fn lesson(id: &str) -> Lesson {
    Lesson::read(&read(&format!("{id}.json"))).unwrap_or_else(|error| panic!("{id}.json: {error}"))
}

/// Each step of each lesson, with a name for messages.
fn for_each_step(mut look: impl FnMut(&str, &Lesson, &Step)) {
    let mut steps = 0;
    for listed in index() {
        let lesson = lesson(&listed.id);
        for (step, number) in lesson.steps.iter().zip(1..) {
            look(&format!("{} step {number}", listed.id), &lesson, step);
            steps += 1;
        }
    }
    assert!(steps >= 16, "{steps}");
}

fn assert_true(name: &str, claims: &[Claim], run: &Run) {
    for claim in claims {
        assert!(claim.is_true(run), "{name}: the run does not show this: {}", claim.text);
    }
}

#[test]
fn the_list_names_every_file_and_says_what_it_says() {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name != "index.json").collect();
    let listed: BTreeSet<String> = index().iter().map(|lesson| format!("{}.json", lesson.id)).collect();
    assert_eq!(files, listed);
    assert!(listed.len() >= 8);
    for listed in index() {
        let lesson = lesson(&listed.id);
        let said = Listed {
            id: listed.id.clone(),
            title: lesson.title,
            about: lesson.about,
            kind: lesson.kind,
            level: lesson.level,
            minutes: lesson.minutes,
            steps: lesson.steps.len(),
        };
        assert_eq!(listed, said);
    }
}

#[test]
fn of_each_prediction_one_choice_is_right_and_the_others_say_what_they_assume() {
    for_each_step(|name, _, step| {
        let run = lab::run(&step.scenario);
        let Some(prediction) = &step.prediction else { return };
        let right: Vec<usize> = (0..)
            .zip(&prediction.choices)
            .filter(|(_, choice)| choice.claim.is_true(&run))
            .map(|(at, _)| at)
            .collect();
        let [right] = right.as_slice() else {
            panic!("{name}: right are {right:?}\n{}", iot_policy_lab::words::scenario::log(&run))
        };
        assert_eq!(step.right(), Some(*right), "{name}");
        for (choice, at) in prediction.choices.iter().zip(0..) {
            assert_eq!(choice.assumes.is_none(), at == *right, "{name}: {}", choice.claim.text);
        }
    });
}

#[test]
fn what_is_said_before_and_after_the_run_is_so() {
    for_each_step(|name, _, step| {
        let run = lab::run(&step.scenario);
        assert_eq!(run.unmet(), [], "{name}");
        assert_true(name, &step.text, &run);
        assert_true(name, &step.after, &run);
        assert!(step.prediction.is_some() || step.change.is_some(), "{name} asks nothing of anybody");
    });
}

#[test]
fn a_goal_is_not_reached_at_the_start_and_is_by_the_solution_that_is_shown() {
    for_each_step(|name, lesson, step| {
        let Some(change) = &step.change else { return };
        let start = lesson.play(step, &step.start()).unwrap();
        assert_eq!(start.entries, lab::run(&step.scenario).entries, "{name}");
        assert!(!step.is_reached(&start), "{name}: there is nothing to do");
        let solved = lesson.play(step, &step.solution()).unwrap();
        for claim in &change.goal {
            let log = iot_policy_lab::words::scenario::log(&solved);
            assert!(claim.is_true(&solved), "{name}: not reached: {}\n{log}", claim.text);
        }
        assert!(step.is_reached(&solved), "{name}");
        assert_true(name, &change.solved, &solved);
        // What is locked is not needed; what needs no change is there to be tried.
        for (place, number) in change.editable.iter().zip(0..) {
            if place.solution.is_some() {
                let mut values = step.solution();
                *values.get_mut(number).unwrap() = place.start.clone();
                let without = lesson.play(step, &values).unwrap();
                assert!(!step.is_reached(&without), "{name}: {} need not be changed", place.label);
            }
        }
    });
}

#[test]
fn what_a_step_rests_on_is_a_row_of_the_reference() {
    let rows: Vec<_> = facts::all().chain(broker::facts::all()).collect();
    for_each_step(|name, _, step| {
        for stated in &step.facts {
            let row = rows.iter().find(|row| row.id == stated.fact);
            let row = row.unwrap_or_else(|| panic!("{name}: no row is called {}", stated.fact));
            assert_eq!(
                (stated.sure, stated.source.as_str()),
                (row.confidence, row.source),
                "{name}: {}",
                row.id
            );
        }
    });
}

#[test]
fn sentences_are_sentences_and_nobody_is_named() {
    let sentence = |name: &str, text: &str| {
        assert!(text.ends_with(['.', '?', '!']) || text.ends_with(".`"), "{name}: {text}");
        assert!(!text.contains("  ") && !text.contains(['\n', '<', '\u{2014}']), "{name}: {text}");
    };
    for_each_step(|name, _, step| {
        let claims = step.text.iter().chain(&step.after).map(|claim| claim.text.as_str());
        let predicted = step.prediction.iter().flat_map(|prediction| {
            let choices = prediction.choices.iter();
            let said =
                choices.flat_map(|choice| [Some(choice.claim.text.as_str()), choice.assumes.as_deref()]);
            said.flatten().chain([prediction.question.as_str()])
        });
        let changed = step.change.iter().flat_map(|change| {
            let claims = change.goal.iter().chain(&change.solved).map(|claim| claim.text.as_str());
            claims.chain(change.hints.iter().map(String::as_str)).chain([change.task.as_str()])
        });
        let stated = step.facts.iter().map(|stated| stated.text.as_str());
        for text in claims.chain(predicted).chain(changed).chain(stated) {
            sentence(name, text);
        }
    });
    for listed in index() {
        let text = read(&format!("{}.json", listed.id));
        let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 12);
        assert!(numbers.into_iter().all(|account| account == "123456789012"), "{}", listed.id);
        let hosts = text.split_whitespace().filter(|word| word.contains("amazonaws.com"));
        assert!(
            hosts.into_iter().all(|host| host == "example-ats.iot.eu-west-1.amazonaws.com"),
            "{}",
            listed.id
        );
    }
}

/// The traps of the challenge are traps: each of these is what somebody would try first.
#[test]
fn no_shortcut_solves_the_challenge() {
    let lesson = lesson("five-sessions");
    let step = lesson.steps.first().unwrap();
    let policy = |resources: &str| {
        Value::Text(format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "iot:Connect", "Resource": {resources}}}}}"#
        ))
    };
    let client = |name: &str| format!("\"arn:aws:iot:eu-west-1:123456789012:client/{name}\"");
    let thing = "${iot:Connection.Thing.ThingName}";
    let (exclusive, not) = (Value::Option(1), Value::Option(0));
    let both = format!("[{}, {}]", client(thing), client(&format!("{thing}.*")));
    let shortcuts = [
        ("every name", policy(&client("*")), &exclusive),
        ("the client ID as it comes", policy(&client("${iot:ClientId}")), &exclusive),
        ("no separator", policy(&client(&format!("{thing}*"))), &exclusive),
        (
            "a separator that names have",
            policy(&format!("[{}, {}]", client(thing), client(&format!("{thing}_*")))),
            &exclusive,
        ),
        ("only the suffix", policy(&client(&format!("{thing}.*"))), &exclusive),
        (
            "the name written out",
            policy(&format!("[{}, {}]", client("temp-sensor-01"), client("temp-sensor-01.*"))),
            &exclusive,
        ),
        ("not exclusive", policy(&both), &not),
    ];
    for (name, policy, attachment) in shortcuts {
        let run = lesson.play(step, &[policy, attachment.clone(), attachment.clone()]).unwrap();
        assert!(!step.is_reached(&run), "{name}");
    }
    let run = lesson.play(step, &[policy(&both), exclusive.clone(), exclusive]).unwrap();
    assert!(step.is_reached(&run));
}

#[test]
fn a_walk_takes_each_thing_in_its_turn() {
    let mut walk = Walk::new(lesson("newcomer-wins"));
    let stand = |walk: &Walk| walk.here().unwrap().1.clone();
    walk.run();
    assert_eq!(stand(&walk).run, None, "nothing is predicted yet");
    walk.change(0, Value::Text("early".into()));
    assert_eq!(stand(&walk).values, walk.here().unwrap().0.start());
    walk.choose(99);
    assert_eq!(stand(&walk).chosen, None);
    walk.choose(0);
    walk.choose(1);
    walk.run();
    let ran = stand(&walk);
    assert!(ran.run.is_some() && ran.right.is_some() && ran.right != ran.chosen);
    walk.choose(2);
    assert_eq!(stand(&walk).chosen, Some(1), "a prediction stands once it was run");
    assert!(!walk.is_done(0));

    for hints in 1..5 {
        walk.hint();
        assert_eq!(stand(&walk).hints, hints.min(3));
    }
    walk.change(0, Value::Text("x".repeat(MAX_TYPED + 1)));
    assert_eq!(stand(&walk), Stand { hints: 3, ..ran.clone() }, "too long a text is not taken");
    walk.change(0, Value::Text("temp-sensor-01_01".into()));
    assert!(walk.is_done(0) && stand(&walk).solved);
    walk.put_back();
    assert_eq!(stand(&walk).run, ran.run);
    assert!(walk.is_done(0), "what was solved stays solved");

    walk.go(99);
    assert_eq!(walk.at(), 0);
    walk.go(1);
    assert!(!walk.is_done(1));
    walk.choose(0);
    walk.run();
    assert!(walk.is_done(1), "a step without a goal is done when it was run");
    walk.go(0);
    assert_eq!(stand(&walk).chosen, Some(1), "a step is found as it was left");
}

#[test]
fn what_needs_no_prediction_is_played_at_once_and_bad_text_is_told() {
    let mut walk = Walk::new(lesson("five-sessions"));
    let stand = |walk: &Walk| walk.here().unwrap().1.clone();
    let before = stand(&walk).run;
    assert!(before.is_some());
    walk.change(0, Value::Text("no policy".into()));
    let problem = stand(&walk).problem.unwrap();
    assert!(problem.problem.contains("no JSON"), "{problem}");
    assert_eq!(stand(&walk).run, before, "the last run stays");
    walk.put_back();
    assert_eq!(stand(&walk).problem, None);
}

#[test]
fn policies_to_edit_are_laid_out_and_only_one_kind_of_value_fits_a_place() {
    for_each_step(|name, lesson, step| {
        for place in step.change.iter().flat_map(|change| &change.editable) {
            match (&place.control, &place.start) {
                (Control::Policy, Value::Text(text)) => {
                    assert!(text.lines().count() > 5 && text.starts_with("{\n  \""), "{name}: {text}");
                    assert!(place.policy().is_some());
                }
                (Control::Line, Value::Text(_)) | (Control::Options(_), Value::Option(_)) => {}
                _ => panic!("{name}: {}", place.label),
            }
        }
        // A value of another kind, or of no place, changes nothing.
        let others: Vec<Value> = step.start().iter().map(|_| Value::Option(99)).collect();
        let run = lesson.play(step, &others).unwrap();
        assert_eq!(run.entries, lab::run(&step.scenario).entries, "{name}");
    });
}

/// Each mistake in a text, and what is said about it.
#[test]
fn every_mistake_is_named_with_its_place() {
    let text = read("suffix-surprise.json");
    let wrong = [
        (
            "policylab-lesson/1",
            "policylab-lesson/9",
            "line 2, column 13: field `format`: unknown format `policylab-lesson/9`; write `\"policylab-lesson/1\"`",
        ),
        (
            r#""level": "intermediate""#,
            r#""level": "hard""#,
            "line 6, column 12: field `level`: `\"hard\"` is none of the values",
        ),
        (
            r#""minutes": 6"#,
            r#""minutes": 0"#,
            "line 7, column 14: field `minutes`: write a whole number from 1 to 60",
        ),
        (
            r#""title": "One line more""#,
            r#""title": """#,
            "field `steps[0].title`: is empty; write something",
        ),
        (
            r#""title": "One line more","#,
            r#""title": "One line more", "color": "red","#,
            "field `steps[0].color`: is no field of the format; there are `title`, `scenario`",
        ),
        (
            r#""only-suffix": {"#,
            r#""other": {}, "only-suffix": {"#,
            "field `policies.other`: is used by no step; remove it",
        ),
        (
            r#"{"name": "only-suffix""#,
            r#"{"name": "no-suffix""#,
            "field `steps[1].scenario.who[0].policies[0].document`: write the policy as an object",
        ),
        (
            r#"{"at": 2, "session": "C", "do": "connect"}"#,
            r#"{"at": 2, "session": "D", "do": "connect"}"#,
            "field `steps[0].scenario.steps[2].session`: there is no `D`; write one of `A`, `C`",
        ),
        (
            r#""end": 5"#,
            r#""end": 601"#,
            "field `steps[0].scenario.end`: a run of a lesson ends within 600 seconds",
        ),
        (
            r#""holds": [{"session": "C", "finding": "connectRefused"}"#,
            r#""holds": [{"session": "Z", "finding": "connectRefused"}"#,
            "field `steps[0].predict.choices[1].holds[0].session`: there is no `Z`",
        ),
        (
            r#""holds": [{"session": "A", "finding": "takeover", "by": "C"}],"#,
            "",
            "field `steps[0].predict.choices[2].holds`: is missing; write what makes this choice the right one",
        ),
        (
            r#""ask": "iot:Connect", "who": "device""#,
            r#""ask": "iot:Connect", "who": "nobody""#,
            "field `steps[0].after[0].holds[0].who`: there is no `nobody`; write one of `device`",
        ),
        (
            r#""ask": "iot:Connect""#,
            r#""ask": "iot:Connekt""#,
            "field `steps[0].after[0].holds[0].ask`: `\"iot:Connekt\"` is none of the values",
        ),
        (
            r#""verdict": "implicitDeny"}]},"#,
            r#""verdict": ["no"]}]},"#,
            "field `steps[0].after[0].holds[0].verdict[0]`: `\"no\"` is none of the values",
        ),
        (
            r#""sure": "documented""#,
            r#""sure": "certain""#,
            "field `steps[0].facts[0].sure`: `\"certain\"` is none of the values",
        ),
        (
            r#""path": "who[0].principal""#,
            r#""path": "who[3].principal""#,
            "field `steps[0].change.editable[0].path`: in the scenario there is no `who[3].principal`",
        ),
        (
            r#""solution": {"kind": "x509", "thingNames": ["temp-sensor-01", "temp-sensor-01_01"]}"#,
            r#""solution": {"kind": "x509"}"#,
            "field `steps[0].change.editable[0].solution`: is none of the `options`",
        ),
        (
            r#""solution": {"kind": "x509", "thingNames": ["temp-sensor-01", "temp-sensor-01_01"]}"#,
            r#""solution": {"kind": "x509", "thingNames": ["temp-sensor-01"]}"#,
            "field `steps[0].change.editable[0].solution`: is what stands there at first",
        ),
        (
            r#""value": {"kind": "x509", "thingNames": ["temp-sensor-01"], "reg"#,
            r#""value": {"kind": "x510", "thingNames": ["temp-sensor-01"], "reg"#,
            "field `steps[0].change.editable[0].options[1].value`: the scenario cannot be read with it: `\"x510\"` is none of the values",
        ),
        (
            r#""Choose the thing `temp-sensor-01_01` on the same certificate.""#,
            r#""Choose the thing `temp-sensor-01_01 on the same certificate.""#,
            "field `steps[0].change.hints[2]`: a backtick has no other half",
        ),
        (r#","#, "", "column 3: this is not JSON; look for a comment"),
    ];
    for (before, after, said) in wrong {
        assert!(text.contains(before), "{before}");
        let error = Lesson::read(&text.replacen(before, after, 1)).unwrap_err().to_string();
        assert!(error.contains(said), "{before} -> {after}\n  {error}\n  {said}");
    }
    let error = |text: &str| Lesson::read(text).unwrap_err().to_string();
    assert_eq!(error(""), "line 1, column 1: the text is empty; write a lesson");
    assert!(error(text.get(..400).unwrap()).contains("the JSON is not complete"));
    assert!(error(&" ".repeat(lab::lesson::MAX_TEXT + 1)).contains("at most 131072 are read"));
    let long = text.replacen("Two programs of", &"long ".repeat(100), 1);
    assert!(error(&long).contains("field `steps[0].text[0]`: has "), "{}", error(&long));
    let list = read("index.json").replacen("newcomer-wins", "one-session", 1);
    let said = Listed::read_all(&list).unwrap_err().to_string();
    assert!(said.contains("field `lessons[1].id`: `one-session` is the ID of two"), "{said}");
}
