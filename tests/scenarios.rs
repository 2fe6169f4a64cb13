//! Scenarios as files: what they expect comes, they are written as they are read, and terminals show what the real
//! programs printed. `UPDATE_CASES=1` writes the golden log anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails where it stands")]

use std::{env, fs, path::PathBuf};

use iot_policy_lab::{
    iot::time::Millis,
    lab::{self, Identity, Network, Run, Scenario, format, mosquitto, presets},
    timeline::{SessionId, What, log},
    words,
};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "cases", "scenarios"].iter().collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn scenario(text: &str) -> Scenario {
    format::read(text, |name| Some(read(name))).unwrap_or_else(|error| panic!("{error}"))
}

/// The names of the scenarios.
fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        // The policies.
        .filter(|name| !name.starts_with('p'))
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    names
}

fn terminals(run: &Run) -> String {
    let sessions = run.scenario.sessions.iter().zip(0..);
    let terminal =
        |session| mosquitto::terminal(run, SessionId(session)).into_iter().map(|line| line.text + "\n");
    sessions
        .map(|(actor, session)| format!("== {}\n{}", actor.name, terminal(session).collect::<String>()))
        .collect()
}

#[test]
fn every_scenario_brings_what_it_expects() {
    for name in names() {
        let run = lab::run(&scenario(&read(&format!("{name}.json"))));
        let unmet: Vec<String> =
            run.unmet().iter().map(|unmet| words::scenario::unmet(&run, unmet)).collect();
        assert!(unmet.is_empty(), "{name}: {unmet:#?}");
        assert!(!run.scenario.expectations.is_empty(), "{name} expects nothing");
    }
}

#[test]
fn every_scenario_is_written_as_it_was_read() {
    for name in names() {
        let read = scenario(&read(&format!("{name}.json")));
        let text = format::write(&read);
        assert_eq!(scenario(&text), read, "{name}:\n{text}");
        assert_eq!(format::write(&scenario(&text)), text, "{name}");
    }
}

#[test]
fn terminals_show_what_the_article_shows() {
    for name in names() {
        if let Ok(expected) = fs::read_to_string(folder().join(format!("{name}.terminal.txt"))) {
            let run = lab::run(&scenario(&read(&format!("{name}.json"))));
            assert_eq!(terminals(&run), expected, "{name}");
        } else {
            assert!(!name.starts_with("article"), "{name} has no terminal");
        }
    }
}

/// Each recording: its command lines pasted as they stand, its outputs compared line for line.
#[test]
fn terminals_show_what_the_real_programs_printed() {
    let recordings = fs::read_dir(folder().join("mosquitto-2.0.11")).unwrap();
    let mut compared = 0;
    for file in recordings.map(|file| file.unwrap().path()) {
        let text = fs::read_to_string(&file).unwrap();
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("$ ")).collect();
        let paste = mosquitto::read(&commands.join("\n"));
        assert_eq!(paste.problems, [], "{}", file.display());
        // The article's policy, and for a publisher of commands a wide one, which takes nothing from the first.
        let name = file.file_stem().unwrap().to_str().unwrap();
        let identity =
            if name.starts_with("message") { all() } else { presets::article_identity(&read("p1.json")) };
        let mut scenario = paste.scenario(identity, Millis(2000));
        scenario.network = Network { latency: Millis(5), jitter: Millis(0) };
        // As long as it was recorded.
        scenario.end = scenario.end + Millis(if commands.len() == 1 { 600 } else { 0 });
        let run = lab::run(&scenario);
        let mut printed = String::new();
        for (command, session) in commands.iter().zip(0..) {
            printed += &format!("{command}\n");
            for line in mosquitto::terminal(&run, SessionId(session)) {
                printed += &format!("{}\n", line.text);
            }
        }
        assert_eq!(printed, text, "{}", file.display());
        compared += 1;
    }
    assert!(compared >= 13, "{compared}");
}

fn all() -> Identity {
    let resource = "arn:aws:iot:eu-west-1:123456789012:*";
    presets::article_identity(&format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "iot:*", "Resource": "{resource}"}}}}"#
    ))
}

fn json_lines(run: &Run) -> String {
    let names: Vec<String> = run.scenario.sessions.iter().map(|actor| actor.name.clone()).collect();
    let version = |session| words::scenario::version(run, session);
    log::write(&names, &run.entries, version, |entry| words::scenario::entry_text(run, entry))
}

/// The same text and JSON Lines on every platform; `tests/browser.rs` compares the same file.
#[test]
fn the_log_is_the_same_everywhere() {
    let run = lab::run(&scenario(&read("war.json")));
    for (name, text) in [("war.log.txt", words::scenario::log(&run)), ("war.log.jsonl", json_lines(&run))] {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
        if env::var_os("UPDATE_CASES").is_some() {
            fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn a_log_in_json_lines_reads_back_what_the_clients_saw() {
    for name in names() {
        let run = lab::run(&scenario(&read(&format!("{name}.json"))));
        let text = json_lines(&run);
        let back = log::read(&text);
        assert_eq!(back.problems, [], "{name}");
        assert_eq!(back.entries.len(), run.entries.len());
        for (read, written) in back.entries.iter().zip(&run.entries) {
            assert_eq!((read.at, read.connection), (written.at, written.connection));
            match &written.what {
                What::Decided { .. } | What::Broker(_) | What::Client(_) => {
                    assert_eq!(read.what, What::Told(words::scenario::entry_text(&run, written)));
                }
                what => assert_eq!(read.what, *what),
            }
        }
        // What was read is diagnosed like what was played.
        let kinds = |entries: &[_]| {
            iot_policy_lab::timeline::diagnose(entries)
                .into_iter()
                .map(|found| found.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(&back.entries), kinds(&run.entries), "{name}");
    }
}

#[test]
fn a_log_that_was_cut_gives_what_stands_before() {
    let run = lab::run(&scenario(&read("article-e1.json")));
    let text = json_lines(&run);
    let lines = text.lines().count();
    let cut = log::read(text.get(..text.len() - 20).unwrap());
    assert_eq!(cut.entries.len(), run.entries.len() - 1);
    let said: Vec<String> = cut.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, [format!("line {lines}: the log was cut in the middle of this line")]);
    let broken = text.replacen("\"sent\"", "\"snet\"", 1);
    let broken = log::read(&broken);
    assert_eq!(broken.entries.len(), run.entries.len() - 1);
    assert_eq!(broken.problems.first().unwrap().to_string(), "line 3: unknown event `snet`");
    // Time runs forwards, and a name belongs to one session.
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    let early = log::read(&format!("{before}\n{last}\n{}\n", text.lines().nth(1).unwrap()));
    assert_eq!(early.entries.len(), run.entries.len());
    let backwards = early.problems.first().unwrap().to_string();
    assert!(
        backwards.starts_with(&format!("line {}: the time runs backwards, from ", lines + 1)),
        "{backwards}"
    );
    let twins = log::read("{\"format\":\"policylab-log/1\",\"sessions\":[\"A\",\"A\"]}\n").problems;
    assert_eq!(twins.first().unwrap().to_string(), "line 1: `A` is the name of two sessions; rename one");
    let said = log::read("{}\n").problems;
    assert_eq!(
        said.first().unwrap().to_string(),
        "line 1: this is no header of the format `policylab-log/1`"
    );
}

#[test]
fn no_password_is_in_a_log() {
    let mut scenario = scenario(&read("article-e1.json"));
    for actor in &mut scenario.sessions {
        actor.connect.user_name = Some("someone".to_owned());
        actor.connect.password = Some(b"hunter2-hunter2".to_vec());
    }
    let run = lab::run(&scenario);
    let hex: String = b"hunter2".iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [json_lines(&run), words::scenario::log(&run)] {
        assert!(!text.contains("hunter2") && !text.contains(&hex), "{text}");
    }
    assert_eq!(log::read(&json_lines(&run)).problems, []);
}
