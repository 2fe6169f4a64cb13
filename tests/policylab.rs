//! The program `policylab`, run as CI runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program has to stop")]

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

const ARTICLE: &str = "tests/cases/article.json";

/// Exit code, standard output, standard error.
fn run_with(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_policylab"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading: then writing fails, and that is its right.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    run_with(arguments, b"")
}

/// The article's suite with the first expectation turned round.
fn failing() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(ARTICLE);
    let text = std::fs::read_to_string(path).unwrap();
    text.replacen("\"expect\": \"allow\"", "\"expect\": \"explicitDeny\"", 1)
}

#[test]
fn a_good_suite_passes() {
    let note =
        "note: p2-suffix-as-pasted: AWS would not accept policy `p2 as pasted`: Comments are not allowed";
    let (code, out, error) = run(&["test", ARTICLE]);
    assert!(out.starts_with(note), "{out}");
    assert!(out.ends_with("policy.\n25 passed, 0 failed\n"), "{out}");
    let passed = (code, out, error);
    assert_eq!((passed.0, passed.2.as_str()), (Some(0), ""));
    assert_eq!(run(&["test", ARTICLE]), passed);
    let text = std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(ARTICLE)).unwrap();
    assert_eq!(run_with(&["test", "-"], &text), passed);
    assert_eq!(run(&["test", "--format", "text", "--", ARTICLE]), passed);
}

#[test]
fn a_failing_case_is_named_and_turns_the_exit_code() {
    let text = failing();
    let (code, out, error) = run_with(&["test", ARTICLE, "-"], text.as_bytes());
    assert_eq!((code, error.as_str()), (Some(1), ""));
    assert!(
        out.starts_with("FAIL p1-own-name: expected explicitDeny, got allow: Allowed by statement 1"),
        "{out}"
    );
    assert!(out.ends_with("49 passed, 1 failed\n"), "{out}");

    let (code, out, _) = run_with(&["test", "--format=json", "-"], text.as_bytes());
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["format"]), (Some(1), &"policylab-test/1".into()));
    assert_eq!((&json["passed"], &json["failed"]), (&24.into(), &1.into()));
    let notes = |id: &str| {
        let mut cases = json["cases"].as_array().unwrap().iter();
        cases.find(|case| case["id"] == id).unwrap()["notes"].as_array().unwrap().len()
    };
    assert_eq!((notes("p1-own-name"), notes("p2-suffix-as-pasted")), (0, 1));
    let case = &json["cases"][0];
    assert_eq!(
        (&case["file"], &case["id"], &case["passed"], &case["expected"], &case["verdict"], &case["reason"]),
        (
            &"-".into(),
            &"p1-own-name".into(),
            &false.into(),
            &"explicitDeny".into(),
            &"allow".into(),
            &"ALLOWED".into()
        )
    );

    let (code, out, _) = run_with(&["test", "--format", "junit", ARTICLE, "-"], text.as_bytes());
    assert_eq!(code, Some(1));
    assert!(out.contains("<testsuites tests=\"50\" failures=\"1\">"), "{out}");
    assert!(out.contains("<testsuite name=\"tests/cases/article.json\" tests=\"25\" failures=\"0\">"));
    assert!(out.contains("<testsuite name=\"-\" tests=\"25\" failures=\"1\">"));
    assert!(
        out.contains("<failure message=\"expected explicitDeny, got allow\" type=\"ALLOWED\">Allowed by")
    );
    assert_eq!((out.matches("<testcase ").count(), out.matches("<failure ").count()), (50, 1));
}

#[test]
fn what_is_no_suite_is_an_error_with_place_and_reason() {
    for (input, reason) in [
        ("", "-: line 1, column 0: the text is empty; write a list of cases"),
        ("[]", "-: the suite has no case; write at least one"),
        ("[{]", "-: line 1, column 3: this is not JSON; look for a comment"),
        ("[{\"id\": \"x\", \"colour\": 1}]", "-: case `x`, field `principal`: is missing; write who asks"),
        ("{\"format\": \"policylab-suite/9\", \"cases\": []}", "-: unknown format `policylab-suite/9`"),
    ] {
        for arguments in [&["test", ARTICLE, "-"][..], &["explain", "-", "x"]] {
            let (code, out, error) = run_with(arguments, input.as_bytes());
            assert_eq!((code, out.as_str()), (Some(2), ""), "{input}");
            assert!(error.starts_with(&format!("policylab: {reason}")), "{error}");
        }
    }
    let (code, _, error) = run_with(&["test", "-"], b"[\"\xff\"]");
    assert_eq!(
        (code, error.starts_with("policylab: -: not UTF-8 from byte 2 on; ")),
        (Some(2), true),
        "{error}"
    );
    let (code, _, error) = run(&["test", "tests/cases/none.json"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("policylab: tests/cases/none.json: cannot be read: "), "{error}");
    assert_eq!(run(&["test", "tests/cases"]).0, Some(2));
}

#[test]
fn a_wrong_command_is_an_error_that_shows_the_right_one() {
    for (arguments, reason) in [
        (&[][..], "usage: policylab"),
        (&["prove"], "unknown command `prove`"),
        (&["test"], "`test` needs a file"),
        (&["test", "--quiet", ARTICLE], "unknown option `--quiet`"),
        (&["test", "--format", "xml", ARTICLE], "unknown format `xml`; write `text`, `json`, `junit`"),
        (&["test", ARTICLE, "--format"], "`--format` needs a value"),
        (&["explain", ARTICLE], "`explain` needs a file and the id of a case"),
        (&["explain", ARTICLE, "p1-own-name", "x"], "`explain` needs a file and the id of a case"),
        (&["explain", ARTICLE, "nobody"], "tests/cases/article.json: no case `nobody`"),
        (&["explain", "--format=junit", ARTICLE, "x"], "unknown format `junit`; write `text`"),
    ] {
        let (code, out, error) = run(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.starts_with(&format!("policylab: {reason}")), "{error}");
    }
    for arguments in [&["help"][..], &["--help"], &["test", "-h"], &["explain", "--help"]] {
        let (code, out, error) = run(arguments);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        assert!(out.starts_with("usage: policylab test"), "{out}");
    }
}

#[test]
fn a_case_is_explained_in_three_forms() {
    let (code, text, _) = run(&["explain", ARTICLE, "p2-suffix"]);
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "✕ Denied - no statement allows it");
    assert!(lines[1].starts_with("`temp-sensor-01_01` is not the name of a thing attached"), "{text}");
    assert!(text.contains("\n6. `iot:Connect` on `client/temp-sensor-01_01`: nothing allows it."), "{text}");
    assert!(text.contains("\nSources\n- Developer Guide: Thing policy variables\n"), "{text}");

    let (_, markdown, _) = run(&["explain", "--format=markdown", ARTICLE, "p2-suffix"]);
    assert!(
        markdown.starts_with("### ✕ Denied - no statement allows it\n\n`temp-sensor-01_01` is not"),
        "{markdown}"
    );

    let (_, json, _) = run(&["explain", ARTICLE, "p2-suffix", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["format"], "policylab-explanation/1");
    assert_eq!((&json["verdict"], &json["expected"]), (&"implicitDeny".into(), &"implicitDeny".into()));
    assert_eq!(json["reason"], "THING_VAR_UNRESOLVED/CLIENT_ID_NOT_THING");
    assert_eq!(json["confidence"], "documented");
    assert_eq!(json["decidedBy"]["statement"], 0);
    let statement = &json["checks"][0]["policies"][0]["statements"][0];
    assert_eq!((&statement["matches"], &statement["effect"]), (&"no".into(), &"Allow".into()));
    assert_eq!(statement["resources"][1]["mismatch"], "noValue");
    assert_eq!(json["substitutions"][0]["variable"], "iot:Connection.Thing.ThingName");
    assert_eq!(json["substitutions"][0]["noValue"], "clientIdNotThing");
    assert_eq!(json["substitutions"][0]["value"], Value::Null);
    assert!(json["sources"].as_array().is_some_and(|pages| !pages.is_empty()));
}

#[test]
fn a_suite_is_judged_under_the_points_that_it_turns_over() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(ARTICLE);
    let cases = std::fs::read_to_string(path).unwrap();
    let suite = |switches: &str| {
        let text = cases.replacen("\"cases\"", &format!("\"switches\": [{switches}], \"cases\""), 1);
        run_with(&["test", "-"], text.as_bytes())
    };
    let (code, out, _) = suite("");
    assert!(code == Some(0) && !out.contains("turned over"), "{out}");
    let (code, out, _) = suite("\"EXCLUSIVE_CONNECT\"");
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("note: -: Answered with 1 undecided point turned over: EXCLUSIVE_CONNECT.\n"),
        "{out}"
    );
    let (code, _, error) = suite("\"NO_SUCH_POINT\"");
    assert!(code == Some(2) && error.contains("`NO_SUCH_POINT` is no undecided point"), "{error}");
}

#[test]
fn the_shape_of_an_explanation_is_a_promise() {
    let (_, json, _) = run(&["explain", "--format=json", "tests/cases/language.json", "unknown-matters"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "branches",
            "checks",
            "confidence",
            "decidedBy",
            "decidingCheck",
            "expected",
            "format",
            "headline",
            "id",
            "notEvaluated",
            "reason",
            "sources",
            "steps",
            "substitutions",
            "switches",
            "title",
            "valuesNeeded",
            "verdict"
        ]
    );
    assert_eq!(json["verdict"], "cannotTell");
    assert_eq!(json["valuesNeeded"][0]["variable"], "iot:Certificate.Subject.CommonName");
    assert_eq!(json["valuesNeeded"][0]["statement"], 0);
    let verdicts: Vec<_> =
        json["branches"].as_array().unwrap().iter().map(|branch| &branch["verdict"]).collect();
    assert_eq!(verdicts, ["implicitDeny", "allow"]);
}

#[test]
fn lint_reads_what_tools_print_and_points_into_it() {
    let printed = "{\n  \"policyName\": \"p\",\n  \"policyDocument\": \"{\\\"Version\\\": \\\"2012-10-17\\\", \\\"Statement\\\": \
                   [{\\\"Effect\\\": \\\"Allow\\\", \\\"Action\\\": \\\"iot:Conect\\\", \\\"Resource\\\": \\\"*\\\"}]}\"\n}";
    let (code, out, error) = run_with(&["lint", "-"], printed.as_bytes());
    assert_eq!((code, error.as_str()), (Some(1), ""), "{out}");
    let column = printed.lines().nth(2).unwrap().find("\\\"iot:Conect").unwrap() + 1;
    assert!(out.contains(&format!("-:3:{column}: warning IPL-P004 Unknown action `iot:Conect`.")), "{out}");
    assert!(!out.contains("policyName"), "{out}");

    let (code, out, _) = run_with(&["lint", "--format=json", "-"], printed.as_bytes());
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["format"]), (Some(1), &"policylab-lint/1".into()));
    let findings = json["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["code"] == "IPL-P004").unwrap();
    assert_eq!((&finding["file"], &finding["policy"]), (&"-".into(), &0.into()));
    assert_eq!((&finding["policyName"], &finding["severity"]), (&"p".into(), &"warning".into()));
    assert_eq!((&finding["line"], &finding["column"]), (&3.into(), &column.into()));
    let [start, end] = [0, 1].map(|at| usize::try_from(finding["span"][at].as_u64().unwrap()).unwrap());
    assert_eq!(printed.get(start..end), Some("\\\"iot:Conect\\\""));

    let terraform = "resource \"aws_iot_policy\" \"a\" {\n  policy = <<EOF\n{\"Statement\": []}\nEOF\n}\n\
                     resource \"aws_iot_policy\" \"b\" {\n  policy = jsonencode({ Version = \"2012-10-17\" })\n}\n";
    let (code, out, _) = run_with(&["lint", "--format", "json", "-"], terraform.as_bytes());
    let json: Value = serde_json::from_str(&out).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let seen = |name: &str, code: &str, line: u64| {
        findings.iter().any(|found| {
            found["policyName"] == name && found["code"] == code && found["line"].as_u64() == Some(line)
        })
    };
    assert_eq!(code, Some(1), "{out}");
    assert!(seen("a", "IPL-P009", 3) && seen("b", "IPL-P003", 7), "{out}");
}

#[test]
fn lint_never_takes_silence_for_a_policy() {
    let key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
    let (code, out, _) = run_with(&["lint", "-"], key.as_bytes());
    assert!(out.starts_with("-:1:1: error IPL-P014 The text holds a private key"), "{out}");
    assert!(code == Some(1) && !out.contains("c2VjcmV0"), "{out}");
    for nothing in ["", "{\"Resources\": {\"P\": {\"Type\": \"AWS::IoT::Policy\"}}}"] {
        let (code, out, _) = run_with(&["lint", "-"], nothing.as_bytes());
        assert!(
            code == Some(1) && out.starts_with("-:1:1: error IPL-P001 There is no policy here."),
            "{out}"
        );
    }
}

const WAR: &str = "tests/cases/scenarios/war.json";

#[test]
fn a_scenario_is_played_and_its_expectations_are_checked() {
    let (code, out, error) = run(&["simulate", WAR]);
    assert_eq!((code, error.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("A#1    * disconnected `temp-sensor-01`: `DUPLICATE_CLIENTID`"), "{out}");
    assert!(out.contains("finding: Takeover war over the client ID `temp-sensor-01`"), "{out}");
    assert!(out.ends_with("6 expectations met, 0 not\n"), "{out}");
    assert_eq!(run(&["simulate", WAR]).1, out, "the same again");

    let text = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(WAR)).unwrap();
    let policy = std::fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scenarios/p1.json"),
    )
    .unwrap();
    let inline = format!("\"document\": {policy}, \"type\"");
    let text = text.replacen("\"type\"", &inline, 1);
    let failing = text
        .replace("\"session\": \"A\", \"state\": \"closed\"", "\"session\": \"A\", \"state\": \"connected\"");
    let (code, out, error) = run_with(&["simulate", "-"], failing.as_bytes());
    assert_eq!((code, error.as_str()), (Some(1), ""));
    let end =
        "FAIL expect[3]: expected A to be connected at the end: it was closed\n5 expectations met, 1 not\n";
    assert!(out.ends_with(end), "{out}");
    let (code, out, error) = run_with(&["simulate", "--format", "json", "-"], failing.as_bytes());
    assert_eq!(code, Some(1));
    assert_eq!(error, "policylab: expect[3]: expected A to be connected at the end: it was closed\n");
    assert!(out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

#[test]
fn a_scenario_that_cannot_be_read_is_named_with_its_place() {
    let text = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(WAR)).unwrap();
    let (code, out, error) = run_with(&["simulate", "-"], text.as_bytes());
    assert_eq!((code, out.as_str()), (Some(2), ""));
    // There is nothing beside standard input.
    assert!(
        error.starts_with("policylab: -: line 10, column 19: field `who[0].policies[0].document`: "),
        "{error}"
    );
    let (code, _, error) = run(&["simulate"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("policylab: `simulate` needs a scenario"), "{error}");
}

#[test]
fn a_simulated_terminal_shows_what_the_program_prints() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scenarios");
    let expected = std::fs::read_to_string(folder.join("article-e1.terminal.txt")).unwrap();
    let printed = run(&["simulate", "--format", "terminal", "tests/cases/scenarios/article-e1.json"]);
    assert_eq!(printed, (Some(0), expected, String::new()));
}
