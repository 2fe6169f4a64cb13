//! What is said about texts: every finding of `tests/cases/text`, at exactly its place.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot read its own files has to stop"
)]

use std::collections::BTreeSet;

use iot_policy_lab::{
    policy::{diagnostic::Diagnostic, document, import, missing, repair},
    suite::{self, Suite},
    words,
};
use serde::{Deserialize, de::DeserializeOwned};

/// A finding that is expected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    code: String,
    /// The text under the span.
    at: String,
    /// How its sentence begins.
    says: String,
    /// What its repair puts in the place of `at`, where it has one that replaces just that.
    #[serde(default)]
    fixed: Option<String>,
}

fn cases<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/cases/text/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Compares findings one by one. `origin` leads from a span of `text` into the text that the user sees.
fn check(
    name: &str,
    text: &str,
    shown: &str,
    found: &[Diagnostic],
    wanted: &[Finding],
    origin: impl Fn(std::ops::Range<usize>) -> std::ops::Range<usize>,
) {
    let codes: Vec<_> =
        found.iter().map(|found| (found.code(), &shown[origin(found.span.clone())])).collect();
    let expected: Vec<_> = wanted.iter().map(|wanted| (wanted.code.as_str(), wanted.at.as_str())).collect();
    assert_eq!(codes, expected, "{name}");
    for (found, wanted) in found.iter().zip(wanted) {
        let sentence = words::diagnostic(found).to_string();
        assert!(sentence.starts_with(&wanted.says), "{name}: {sentence}");
        if let Some(fixed) = &wanted.fixed {
            let repair = found.repair(text).unwrap();
            let span = found.span.clone();
            let whole = format!("{}{fixed}{}", &text[..span.start], &text[span.end..]);
            assert_eq!(repair::apply(text, [&repair]), whole, "{name}");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paste {
    name: String,
    paste: String,
    policies: Vec<Taken>,
    notes: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    #[serde(default)]
    name: Option<String>,
    text: String,
    #[serde(default)]
    computed: Vec<String>,
    unwrapped: Vec<String>,
    findings: Vec<Finding>,
}

#[test]
fn policies_are_found_in_what_people_paste() {
    for Paste { name, paste, policies, notes } in cases("import") {
        let import = import::read(&paste);
        let texts: Vec<_> = import.found.iter().map(import::Found::text).collect();
        let wanted: Vec<_> = policies.iter().map(|policy| policy.text.as_str()).collect();
        assert_eq!(texts, wanted, "{name}");
        for (found, wanted) in import.found.iter().zip(&policies) {
            assert_eq!(found.name, wanted.name, "{name}");
            let computed = notes.iter().filter(|note| note.says.contains("is computed")).any(|note| {
                paste.find(&note.at).is_some_and(|at| found.origin(0..found.text().len()).contains(&at))
            });
            assert_eq!(found.complete, !computed, "{name}");
            assert_eq!(found.computed, wanted.computed, "{name}");
            let said: Vec<_> =
                found.unwrapped.iter().map(|step| words::unwrapped(step).to_string()).collect();
            assert_eq!(said.len(), wanted.unwrapped.len(), "{name}: {said:?}");
            assert!(said.iter().zip(&wanted.unwrapped).all(|(a, b)| a.starts_with(b)), "{name}: {said:?}");
            let findings = &found.document.diagnostics;
            check(&name, found.text(), &paste, findings, &wanted.findings, |span| found.origin(span));
        }
        check(&name, &paste, &paste, &import.notes, &notes, |span| span);
    }
}

#[test]
fn hostile_pastes_end_soon_and_keep_their_limits() {
    let limit = import::MAX_PASTE / 4;
    for text in [
        "{}".repeat(limit / 2),
        "[".repeat(limit),
        "policy = ".repeat(limit / 9),
        format!("policy = jsonencode({}", "{a=[".repeat(limit / 5)),
        format!("policy = jsonencode([{}", ",x".repeat(limit / 3)),
        format!("policy = <<EOF\n{}", "${".repeat(limit / 3)),
        format!("policy = <<EOF\n{}", "${a}".repeat(limit / 5)),
        format!("{{\"Statement\": \"{}}}\"}}", "${".repeat(limit / 3)),
        format!("{{\"Statement\": [{}0]}}", "{\"Ref\": \"a\"},".repeat(limit / 20)),
        format!("policy = \"{}", "\\u".repeat(limit / 3)),
        format!("\"{{{}", "\\\"".repeat(limit / 3)),
    ] {
        let import = import::read(&text);
        assert!(import.found.len() <= import::MAX_FOUND && import.notes.len() <= import::MAX_NOTES);
        for found in &import.found {
            for finding in &found.document.diagnostics {
                assert!(text.get(found.origin(finding.span.clone())).is_some());
            }
        }
    }
    let import = import::read(&" ".repeat(import::MAX_PASTE + 1));
    let notes: Vec<_> = import.notes.iter().map(|note| words::diagnostic(note).to_string()).collect();
    assert_eq!(notes, ["The text has 1048577 bytes; at most 1048576 are searched for policies."]);
}

#[test]
fn every_cut_of_a_paste_is_read() {
    for Paste { paste, .. } in cases("import") {
        for (at, _) in paste.char_indices() {
            let import = import::read(&paste[..at]);
            for found in &import.found {
                for finding in &found.document.diagnostics {
                    assert!(paste.get(found.origin(finding.span.clone())).is_some(), "{}", &paste[..at]);
                }
            }
            assert!(import.notes.iter().all(|note| paste.get(note.span.clone()).is_some()));
            let _ = document::parse(&paste[..at]);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    name: String,
    text: String,
    findings: Vec<Finding>,
}

#[test]
fn every_finding_about_a_policy_stands_at_its_place() {
    let mut seen = BTreeSet::new();
    for PolicyText { name, text, findings } in cases("policy") {
        let document = document::parse(&text);
        check(&name, &text, &text, &document.diagnostics, &findings, |span| span);
        seen.extend(findings.into_iter().map(|finding| finding.code));
    }
    let wanted = (1..=11).map(|number| format!("IPL-P{number:03}")).chain(["IPL-C002".to_owned()]).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn repairs_leave_no_finding_that_has_one() {
    for PolicyText { name, text, .. } in cases("policy") {
        for repaired in repair::all(&text) {
            let document = document::parse(&repaired);
            let left: Vec<_> =
                document.diagnostics.iter().filter(|found| found.repair(&repaired).is_some()).collect();
            assert!(left.is_empty(), "{name}: {left:?} in {repaired}");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteText {
    name: String,
    text: String,
    says: String,
}

#[test]
fn every_error_of_a_suite_names_place_and_reason() {
    for SuiteText { name, text, says } in cases("suite") {
        let error = Suite::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(&says), "{name}: {error}");
    }
    let error = Suite::parse(&" ".repeat(suite::MAX_TEXT + 1)).unwrap_err().to_string();
    assert_eq!(error, "the suite has 67108865 bytes; at most 67108864 are read");
}

#[test]
fn a_value_that_is_needed_is_named_at_its_place() {
    let path = format!("{}/tests/cases/language.json", env!("CARGO_MANIFEST_DIR"));
    let suite = Suite::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let said = |id: &str| -> Vec<String> {
        let case = suite.cases.iter().find(|case| case.id == id).unwrap();
        let place = |value: &missing::MissingValue| {
            let text = &case.policies.policies()[value.policy].document.text;
            format!(
                "{}: {} {}",
                missing::MissingValue::CODE,
                words::missing(value),
                &text[value.span.clone()]
            )
        };
        missing::values(&case.explain()).iter().map(place).collect()
    };
    assert_eq!(
        said("unknown-matters"),
        [
            "IPL-C001: Value needed: statement 1 uses `iot:Certificate.Subject.CommonName`. Until it is set the \
          answer depends on it. \"arn:aws:iot:eu-west-1:123456789012:client/${iot:Certificate.Subject.CommonName}\""
        ]
    );
    assert_eq!(
        said("unknown-attached"),
        [
            "IPL-C001: Value needed: statement 1 uses `iot:Connection.Thing.IsAttached`. Until it is set the answer \
          depends on it. \"iot:Connection.Thing.IsAttached\""
        ]
    );
    assert!(said("unknown-allowed-anyway").is_empty());
}
