//! Every lint rule against its own case file, and all of them against policies as people published them.
//!
//! A case file is Markdown: a section for each case, `## Flagged: ...` or `## Clean: ...`; an optional line `Given:`
//! with what is known; the policies as blocks of code; then what the rule is to find, in order: the exact text of each
//! `span`, parts of what it `says`, and the text that each span's place has once `fixed`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its own files has to stop")]

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use iot_policy_lab::policy::{
    Context, Field, Policy, Principal,
    context::{Certificate, Protocol, Side, Thing},
    diagnostic::Severity,
    document,
    evaluate::Attachment,
    lint::{self, Finding, HEADINGS, RULES, Rule},
};

fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// One section of a case file.
#[derive(Default)]
struct Case {
    title: String,
    flagged: bool,
    given: String,
    policies: Vec<String>,
    spans: Vec<String>,
    says: Vec<String>,
    fixed: Vec<String>,
}

fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        if let Some(code) = &mut block {
            if line == "```" {
                let code = block.take().unwrap();
                cases.last_mut().unwrap().policies.push(code);
            } else {
                code.push_str(line);
                code.push('\n');
            }
            continue;
        }
        if let Some(title) = line.strip_prefix("## ") {
            let flagged = title.starts_with("Flagged: ");
            assert!(flagged || title.starts_with("Clean: "), "{title}");
            cases.push(Case { title: title.to_owned(), flagged, ..Case::default() });
        }
        let Some(case) = cases.last_mut() else { continue };
        let code = |rest: &str| rest.trim().trim_matches('`').to_owned();
        if line.starts_with("```") {
            block = Some(String::new());
        } else if let Some(given) = line.strip_prefix("Given: ") {
            case.given = given.to_owned();
        } else if let Some(span) = line.strip_prefix("- span: ") {
            case.spans.push(code(span));
        } else if let Some(says) = line.strip_prefix("- says: ") {
            case.says.push(says.to_owned());
        } else if let Some(fixed) = line.strip_prefix("- fixed: ") {
            case.fixed.push(code(fixed));
        }
    }
    cases
}

impl Case {
    fn findings(&self, rule: &Rule) -> (Vec<Policy>, Vec<Finding>) {
        let (mut kind, mut attached_to) = (Side::Iot, Attachment::Certificate);
        let mut context = Context::new(Principal::X509(Certificate::default()), "eu-west-1", "123456789012");
        let mut known = false;
        for word in self.given.split_whitespace() {
            let (name, value) = word.split_once('=').unwrap();
            let names = || value.split(',').filter(|name| !name.is_empty());
            known |= !matches!(name, "kind" | "attached");
            match (name, value) {
                ("kind", "iam") => (kind, attached_to) = (Side::Iam, Attachment::Role),
                ("attached", "thing-group") => attached_to = Attachment::ThingGroup(None),
                ("things", _) => {
                    let thing = |name: &str| Thing { name: name.to_owned(), ..Thing::default() };
                    context.things = Field::Given(names().map(thing).collect());
                }
                ("exclusive", _) => context.exclusive = Field::Given(value == "true"),
                ("protocol", "mqtt") => context.protocol = Protocol::Mqtt,
                ("protocol", "https") => context.protocol = Protocol::Https,
                ("region", _) => context.region = value.to_owned(),
                ("account", _) => context.account = value.to_owned(),
                ("principal", "cognito") => {
                    context.principal = Principal::CognitoAuthenticated { identity: Field::Unknown };
                }
                ("principal", "guest") => {
                    context.principal = Principal::CognitoUnauthenticated { identity: Field::Unknown };
                }
                ("common-name", _) => {
                    let fields = [("CommonName".to_owned(), vec![value.to_owned()])].into();
                    let subject = Field::Given(fields);
                    context.principal = Principal::X509(Certificate { subject, ..Certificate::default() });
                }
                _ => panic!("{}: {word}", self.title),
            }
        }
        let policy = |text: &String| Policy {
            name: String::new(),
            kind,
            attached_to: attached_to.clone(),
            document: document::parse(text),
        };
        let policies: Vec<_> = self.policies.iter().map(policy).collect();
        let mut findings = lint::check(&policies, known.then_some(&context));
        findings.retain(|finding| finding.rule.code == rule.code);
        (policies, findings)
    }
}

#[test]
fn every_rule_flags_what_its_file_says_and_leaves_the_rest() {
    for rule in RULES {
        let path = cases().join(format!("lint/{}-{}.md", rule.code, rule.name));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let all = read(&text);
        assert!(all.iter().any(|case| case.flagged), "{rule:?} has no flagged case");
        assert!(all.iter().any(|case| !case.flagged), "{rule:?} has no clean case");
        for case in all {
            let (policies, findings) = case.findings(rule);
            let place = format!("{rule:?}, {}", case.title);
            let place_of = |finding: &Finding| {
                let place = finding.found.places.first().unwrap();
                policies.get(place.policy).unwrap().document.text.get(place.span.clone()).unwrap().to_owned()
            };
            let spans: Vec<_> = findings.iter().map(place_of).collect();
            assert_eq!(spans, case.spans, "{place}: {findings:#?}");
            assert_eq!(!spans.is_empty(), case.flagged, "{place}");
            for says in &case.says {
                let messages: Vec<_> =
                    findings.iter().map(|finding| finding.found.message.to_string()).collect();
                assert!(messages.iter().any(|message| message.contains(says)), "{place}: {messages:#?}");
            }
            // A fix removes what it was made for.
            for finding in &findings {
                let Some(fix) = &finding.found.fix else { continue };
                let policy = finding.found.places.first().unwrap().policy;
                let mut again = case.policies.clone();
                *again.get_mut(policy).unwrap() = fix.apply(again.get(policy).unwrap()).unwrap();
                let fixed = Case { policies: again, given: case.given.clone(), ..Case::default() };
                assert!(fixed.findings(rule).1.len() < findings.len(), "{place}: {fix:?}");
            }
            for fixed in &case.fixed {
                let texts = findings.iter().filter_map(|finding| {
                    let text = &policies.get(finding.found.places.first()?.policy)?.document.text;
                    finding.found.fix.as_ref()?.apply(text)
                });
                let texts: Vec<_> = texts.collect();
                assert!(texts.iter().any(|text| text.contains(fixed)), "{place}: {texts:#?}");
            }
        }
    }
}

#[test]
fn the_registry_is_in_order_and_every_rule_is_described() {
    assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
    let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        assert!((10..=90).contains(&rule.title().chars().count()), "{rule:?}: {}", rule.title());
        for heading in HEADINGS {
            assert!(rule.section(heading).len() > 3, "{rule:?}: {heading}");
        }
        assert!(rule.section("Sources").lines().all(|line| line.starts_with("- ") || line.starts_with("  ")));
    }
    let files = fs::read_dir(cases().join("lint"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "md"))
        .count();
    assert_eq!(files, RULES.len(), "a case file without its rule");
}

/// `tests/cases/lint/published.json`: policies as people published them, and the least that has to be found.
#[derive(serde::Deserialize)]
struct Published {
    id: String,
    text: String,
    findings: Vec<Expected>,
}

#[derive(serde::Deserialize)]
struct Expected {
    code: String,
    severity: String,
}

#[test]
fn published_policies_show_their_mistakes() {
    let text = fs::read_to_string(cases().join("lint/published.json")).unwrap();
    let published: Vec<Published> = serde_json::from_str(&text).unwrap();
    assert!(!published.is_empty());
    for case in published {
        let document = document::parse(&case.text);
        let text = document.diagnostics.iter().map(|found| (found.code(), found.severity()));
        let mut reported: Vec<_> = text.collect();
        let policy = Policy {
            name: case.id.clone(),
            kind: Side::Iot,
            attached_to: Attachment::Certificate,
            document: document.clone(),
        };
        let findings = lint::check(&[policy], None);
        reported.extend(findings.iter().map(|finding| (finding.rule.code, finding.rule.severity)));
        for expected in case.findings {
            // Each listed finding needs one of its own.
            let at = reported.iter().position(|(code, severity)| {
                *code == expected.code && (expected.severity == "info" || *severity >= Severity::Warning)
            });
            let at = at.unwrap_or_else(|| panic!("{}: {} is not in {reported:?}", case.id, expected.code));
            reported.remove(at);
        }
    }
}

#[test]
fn whatever_the_text_is_places_and_fixes_fit_it() {
    let text = fs::read_to_string(cases().join("lint/published.json")).unwrap();
    let published: Vec<Published> = serde_json::from_str(&text).unwrap();
    let mut texts: Vec<String> = Vec::new();
    for case in published {
        let whole = case.text.replace("temp-sensor-01", "t\u{e4}\u{200b}\\u0061\u{1d54f}");
        let ends = whole.char_indices().map(|(at, _)| at).step_by(11).collect::<Vec<_>>();
        texts.extend(ends.iter().filter_map(|end| whole.get(..*end)).map(str::to_owned));
        texts.extend(
            ["*", "?", "${", "}", "$share/", ":", "/", "arn:", "\\"]
                .map(|piece| whole.replace("client/", piece).replace("topic", piece)),
        );
    }
    let fixes = texts.iter().map(|text| {
        let document = document::parse(text);
        let attached_to = Attachment::Certificate;
        let policy = Policy { name: String::new(), kind: Side::Iot, attached_to, document };
        let findings = lint::check(&[policy], None);
        for place in findings.iter().flat_map(|finding| &finding.found.places) {
            assert!(text.get(place.span.clone()).is_some(), "{place:?} of {text}");
        }
        let fixes = findings.iter().filter_map(|finding| finding.found.fix.as_ref());
        fixes.map(|fix| assert!(fix.apply(text).is_some(), "{fix:?} of {text}")).count()
    });
    assert!(fixes.sum::<usize>() > 20);
}

#[test]
fn the_command_line_names_the_place_and_tells_by_its_exit_code() {
    let folder = std::env::temp_dir().join(format!("policylab-lint-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let run = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_policylab"))
            .args(["lint", name])
            .current_dir(&folder)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let policy = |resource: &str| {
        let arn = format!("arn:aws:iot:eu-west-1:123456789012:{resource}");
        format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\",\n\"Action\": \"iot:Connect\", \"Resource\": \"{arn}\"}}]}}"
        )
    };
    let clean = run("clean.json", &policy("client/${iot:Connection.Thing.ThingName}"));
    assert_eq!(clean, (Some(0), "errors: 0, warnings: 0, notes: 0\n".to_owned()));
    let (code, out) = run("note.json", &policy("client/pump-7"));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("note.json:2:38: note IPL-L034 `client/pump-7` is written out"), "{out}");
    let (code, out) = run("wide.json", &policy("client/*"));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.starts_with("wide.json:2:38: warning IPL-L004 `client/*` lets any device"), "{out}");
    let (code, out) = run("broken.json", "{");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("error IPL-P001"), "{out}");
    fs::remove_dir_all(&folder).unwrap();
    let missing = Command::new(env!("CARGO_BIN_EXE_policylab")).args(["lint", "none.json"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

/// Policies that AWS itself recommends or prints as right raise no warning.
#[test]
fn what_aws_recommends_raises_no_warning() {
    let text = fs::read_to_string(cases().join("lint/recommended.json")).unwrap();
    let recommended: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(!recommended.is_empty());
    for case in recommended {
        let document = document::parse(&case["document"].to_string());
        assert_eq!(document.diagnostics, [], "{}", case["title"]);
        let policy =
            Policy { name: String::new(), kind: Side::Iot, attached_to: Attachment::Certificate, document };
        let mut findings = lint::check(&[policy], None);
        findings.retain(|finding| finding.rule.severity >= Severity::Warning);
        assert!(findings.is_empty(), "{}: {findings:#?}", case["title"]);
    }
}
