//! The texts of explanations, one golden file for each reason code. `UPDATE_CASES=1` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has to stop")]

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use iot_policy_lab::{
    policy::fix::{fixes, near_misses},
    suite::{Case, Suite},
    words::{self, Format},
};

fn cases() -> Vec<Case> {
    ["article", "language", "real-cases"]
        .into_iter()
        .flat_map(|name| {
            let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
            Suite::parse(&fs::read_to_string(path).unwrap()).unwrap().cases
        })
        .collect()
}

fn check(name: &str, text: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| format!("{}: {error}", path.display()));
    assert_eq!(text, golden, "{name}");
}

fn report(case: &Case, format: Format) -> String {
    let (policies, context, request) = (&case.policies, &case.context, &case.request);
    let explanation = case.explain();
    let near = near_misses(policies, context, request, &explanation);
    words::report(&explanation, &near, &fixes(policies, context, request), format)
}

#[test]
fn every_reason_has_its_text() {
    let mut first: BTreeMap<&str, Case> = BTreeMap::new();
    for case in cases() {
        first.entry(case.decide().reason.as_str()).or_insert(case);
    }
    assert!(first.len() >= 29, "{}", first.len());
    for (code, case) in first {
        let text = format!("{}\n\n{}", case.id, report(&case, Format::Plain));
        check(&format!("{}.txt", code.replace('/', ".").to_lowercase()), &text);
    }
}

/// What every case of `tests/cases/text/said.json` says, up to the ways out.
#[test]
fn everything_that_decides_is_named() {
    let path = format!("{}/tests/cases/text/said.json", env!("CARGO_MANIFEST_DIR"));
    let cases = Suite::parse(&fs::read_to_string(path).unwrap()).unwrap().cases;
    let mut out = String::new();
    for case in cases {
        assert_eq!(case.decide().verdict, case.expect, "{}", case.id);
        let said = words::report(&case.explain(), &[], &[], Format::Plain);
        let said = said.split("\nSources\n").next().unwrap();
        out.push_str(&format!("{}\n\n{said}\n\n", case.id));
    }
    check("said.txt", &out);
}

#[test]
fn the_article_is_explained_to_the_end() {
    for (id, name) in [("p2-suffix", "article"), ("p2-exclusive-suffix", "article-exclusive")] {
        let case = cases().into_iter().find(|case| case.id == id).unwrap();
        check(&format!("{name}.md"), &report(&case, Format::Markdown));
        check(&format!("{name}.txt"), &report(&case, Format::Plain));
    }
}

#[test]
fn values_cannot_break_the_markdown() {
    let mut case = cases().into_iter().find(|case| case.id == "p2-suffix").unwrap();
    let id = "a``b|c\n# d";
    case.context.client_id = iot_policy_lab::policy::Field::Given(id.to_owned());
    let text = report(&case, Format::Markdown);
    assert!(text.contains("```a``b|c\u{fffd}# d```"), "{text}");
    assert!(text.lines().all(|line| !line.starts_with("# ")), "{text}");
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let table: Vec<_> = text.lines().skip_while(|line| !line.contains("| change |")).collect();
    let width = bars(table.first().unwrap());
    assert!(table.iter().take_while(|line| line.starts_with('|')).all(|line| bars(line) == width), "{text}");
}
