//! Hostile text: policies and suites that were mutated, cut, repeated or never meant well. Hostile bytes: servers that
//! send anything to a client session (`hostile/sessions.rs`).
//!
//! Nothing may panic or hang, and what comes out must stay small: see the bounds at each check. Inputs are mutations
//! of the policies and cases under `tests/cases` with a dictionary of tokens. On stable Rust there is no coverage to
//! steer by; an input that shows a kind of finding, verdict or reason not seen before joins the seeds instead.
//!
//! `cargo test` runs a fixed number of inputs from a fixed seed. `SOAK=1` runs each target for ten minutes, or for
//! `SOAK_SECONDS`, and then also looks at the clock: no input may take longer than [`SLOWEST`].

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "only the soak reads the clock")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has to stop")]

#[path = "hostile/sessions.rs"]
mod sessions;

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use iot_policy_lab::{
    policy::{
        Explanation, Policy, PolicySet, certificate,
        context::Side,
        document::{self, MAX_TEXT},
        evaluate::Attachment,
        import,
        json::{self, MAX_DIAGNOSTICS, Node, Value},
        pattern::{Lookup, Pattern, Syntax, Value as Text},
        variable::{Key, NoValue},
    },
    share::{link, mask, secrets},
    suite::{Case, Suite},
    words,
};

/// Longest time for one input of at most [`LONGEST`] bytes, in a soak.
const SLOWEST: Duration = Duration::from_secs(10);
/// Longest input, in bytes; a few go to the limit of the reader.
const LONGEST: usize = 16 * 1024;

const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\n",
    "\u{feff}",
    "\u{201c}",
    "\0",
    "é",
    "🦀",
    "//",
    "/*",
    "#",
    "null",
    "true",
    "1e999",
    "-0",
    "Version",
    "2012-10-17",
    "2008-10-17",
    "Statement",
    "Effect",
    "Allow",
    "Deny",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Principal",
    "Sid",
    "iot:*",
    "iot:Connect",
    "iot:Publish",
    "*",
    "?",
    "**",
    "*a",
    "+",
    "${",
    "}",
    "${*}",
    "${iot:ClientId}",
    "${iot:Connection.Thing.ThingName}",
    "${iot:Certificate.Subject.CommonName.9}",
    "${iot:ClientId, 'a'}",
    "arn:",
    "arn:aws:iot:eu-west-1:123456789012:topic/",
    "ForAllValues:",
    "ForAnyValue:",
    "IfExists",
    "StringLike",
    "NotIpAddress",
    "192.0.2.0/33",
    "DateEquals",
    "9999-99-99T99:99:99Z",
    "NumericEquals",
    "NaN",
    "Null",
    "expect",
    "unknown",
    "things",
    "client",
    "$share/g/",
];

/// A small generator of numbers; the seed alone decides.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from.get(self.below(from.len())).copied().unwrap()
    }

    /// A place in `text` on a character border.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }

    fn range(&mut self, text: &str) -> std::ops::Range<usize> {
        let (from, span) = (self.place(text), *self.pick(&[&1, &8, &64, &text.len()]));
        from..text.floor_char_boundary((from + self.below(span + 1)).min(text.len()))
    }

    fn mutated(&mut self, seeds: &[String]) -> String {
        let texts: Vec<&str> = seeds.iter().map(String::as_str).collect();
        let mut text = self.pick(&texts).to_owned();
        for _ in 0..=self.below(6) {
            match self.below(8) {
                0 => text.replace_range(self.range(&text), ""),
                1 => {
                    let piece = text.get(self.range(&text)).unwrap_or_default().to_owned();
                    text.insert_str(self.place(&text), &piece);
                }
                2 => {
                    let other = self.pick(&texts);
                    let piece = other.get(self.range(other)).unwrap_or_default();
                    text.replace_range(self.range(&text), piece);
                }
                3 => text.truncate(self.place(&text)),
                4 => {
                    let token = self.pick(TOKENS).repeat(*self.pick(&[&2, &40, &1000]));
                    text.insert_str(self.place(&text), &token);
                }
                5 => text.replace_range(self.range(&text), self.pick(TOKENS)),
                _ => text.insert_str(self.place(&text), self.pick(TOKENS)),
            }
        }
        text.truncate(text.floor_char_boundary(LONGEST));
        text
    }
}

/// Shows the input that a target panicked on.
struct OnPanic<'a, T: std::fmt::Debug>(&'a T);

impl<T: std::fmt::Debug> Drop for OnPanic<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the input: {:?}", self.0);
        }
    }
}

fn attack(seed: u64, count: usize, seeds: Vec<String>, target: impl Fn(&str) -> Vec<String>) {
    attack_with(seed, count, seeds, Chance::mutated, |text: &String| target(text));
}

/// Runs `target` on mutations of `seeds`: `count` of them, or for the time of a soak. The target returns what it saw.
fn attack_with<T: std::fmt::Debug>(
    seed: u64,
    count: usize,
    mut seeds: Vec<T>,
    mutate: impl Fn(&mut Chance, &[T]) -> T,
    target: impl Fn(&T) -> Vec<String>,
) {
    let soak = std::env::var_os("SOAK").map(|_| {
        let seconds = std::env::var("SOAK_SECONDS").map_or(600, |seconds| seconds.parse().unwrap());
        Duration::from_secs(seconds)
    });
    let (mut chance, mut seen, mut inputs) = (Chance(seed), BTreeSet::new(), 0_usize);
    let begin = Instant::now();
    while soak.map_or(inputs < count, |limit| begin.elapsed() < limit) {
        let input = mutate(&mut chance, &seeds);
        let start = Instant::now();
        let shown = OnPanic(&input);
        let found = target(&input);
        drop(shown);
        assert!(soak.is_none() || start.elapsed() < SLOWEST, "slow: {input:?}");
        inputs += 1;
        // `insert` for each: an input may show several new things.
        if found.into_iter().filter(|what| seen.insert(what.clone())).count() > 0 {
            seeds.push(input);
        }
    }
    println!("{inputs} inputs, {} kinds of outcome, {} seeds", seen.len(), seeds.len());
    assert!(seen.len() > 10, "the inputs find nothing: {seen:?}");
}

fn cases() -> Vec<serde_json::Value> {
    let folder = format!("{}/tests/cases", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let json = files.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    json.flat_map(|path| {
        let file: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let cases = file.as_array().or_else(|| file.get("cases")?.as_array());
        cases.cloned().unwrap_or_default()
    })
    .collect()
}

fn documents() -> Vec<String> {
    let cases = cases();
    let policies = cases.iter().filter_map(|case| case.get("policies")?.as_array()).flatten();
    policies
        .filter_map(|policy| policy.get("document"))
        .map(|document| document.as_str().map_or_else(|| document.to_string(), str::to_owned))
        .collect()
}

fn nodes(node: &Node) -> usize {
    1 + match &node.value {
        Value::Array(all) => all.iter().map(nodes).sum(),
        Value::Object(members) => members.iter().map(|member| nodes(&member.value)).sum(),
        _ => 0,
    }
}

/// Parses a policy and holds the bounds: at most one node a byte, at most `3 * MAX_DIAGNOSTICS` findings, values no
/// longer than the text, every span inside the text and on character borders.
fn parsed(text: &str) -> (document::Document, Vec<String>) {
    let (node, findings) = json::read(text);
    assert!(node.as_ref().map_or(0, nodes) <= text.len());
    assert!(findings.len() <= MAX_DIAGNOSTICS);
    let document = document::parse(text);
    assert!(document.diagnostics.len() <= 3 * MAX_DIAGNOSTICS, "{}", document.diagnostics.len());
    let spans = document.diagnostics.iter().map(|found| &found.span);
    for span in spans.chain(document.statements.iter().map(|statement| &statement.span)) {
        assert!(text.get(span.clone()).is_some() || text.len() > MAX_TEXT, "{span:?}");
    }
    let values = document.statements.iter().flat_map(|statement| {
        let listed = statement.actions.iter().chain(&statement.resources).flat_map(|listed| &listed.values);
        listed.chain(statement.conditions.iter().flat_map(|condition| &condition.values))
    });
    let bytes: usize = values.map(|value| value.value.len() + 1).sum();
    // A lone surrogate of six bytes becomes a character of three; nothing grows.
    assert!(bytes + document.statements.len() <= text.len() + 1, "{bytes} bytes of values");
    let kinds = document.diagnostics.iter().map(|found| {
        let kind = format!("{:?}", found.problem);
        kind.split([' ', '(']).next().unwrap_or_default().to_owned()
    });
    let kinds = kinds.collect();
    (document, kinds)
}

/// At most one entry for each statement, resource and condition of each policy in each check, and at most six checks
/// on a side (three of a CONNECT, by two kinds of policy).
fn explained(policies: &PolicySet, explanation: &Explanation) -> String {
    let parts = explanation.parts.len();
    assert!(parts <= 6);
    let statements: usize = policies.policies().iter().map(|policy| policy.document.statements.len()).sum();
    let bytes: usize = policies.policies().iter().map(|policy| policy.document.text.len()).sum();
    let trails =
        explanation.parts.iter().flat_map(|part| &part.policies).flat_map(|policy| &policy.statements);
    assert!(trails.clone().count() <= parts * statements);
    let entries: usize = trails.map(|trail| trail.resources.len() + trail.conditions.len()).sum();
    assert!(entries <= parts * bytes);
    assert!(explanation.branches.len() <= 3);
    assert!(explanation.substitutions.len() <= 2 * bytes && explanation.gaps.len() <= bytes);
    let steps = words::steps(explanation);
    assert!(!words::headline(explanation).is_empty() && !steps.is_empty());
    assert!(steps.len() <= 50 + parts * (4 + 2 * bytes));
    explanation.decision.reason.as_str().to_owned()
}

#[test]
fn hostile_policies() {
    attack(0x9e37_79b9_7f4a_7c15, 3_000, documents(), |text| parsed(text).1);
}

#[test]
fn hostile_policies_explained() {
    let questions: Vec<Case> = ["article", "principals", "unknown"]
        .iter()
        .flat_map(|name| {
            let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
            Suite::parse(&fs::read_to_string(path).unwrap()).unwrap().cases.into_iter().step_by(6)
        })
        .collect();
    attack(0x2545_f491_4f6c_dd1d, 600, documents(), |text| {
        let (document, mut seen) = parsed(text);
        let policy =
            |kind, attached_to| Policy { name: String::new(), kind, attached_to, document: document.clone() };
        let policies = PolicySet::compile(vec![
            policy(Side::Iot, Attachment::Certificate),
            policy(Side::Iot, Attachment::CognitoIdentity),
            policy(Side::Iam, Attachment::Role),
            policy(Side::Iot, Attachment::Authorizer),
            policy(Side::Iot, Attachment::ThingGroup(None)),
        ]);
        for case in &questions {
            let explanation = policies.explain(&case.context, &case.request);
            assert_eq!(explanation.decision, policies.decide(&case.context, &case.request));
            seen.push(explained(&policies, &explanation));
        }
        seen
    });
}

#[test]
fn hostile_suites() {
    let seeds = cases().into_iter().map(|case| serde_json::json!([case]).to_string()).collect();
    attack(0xda94_2042_e4dd_58b5, 4_000, seeds, |text| match Suite::parse(text) {
        Ok(suite) => {
            assert!(suite.cases.len() <= text.len());
            suite.cases.iter().map(|case| explained(&case.policies, &case.explain())).collect()
        }
        Err(error) => {
            let words = error.to_string();
            assert!(words.len() <= text.len() + 1_000, "{words}");
            // Without quoted text and places, what is left is the kind of error.
            let kind = words.split(['`', '"']).next().unwrap_or_default();
            vec![kind.chars().filter(|c| !c.is_ascii_digit()).collect()]
        }
    });
}

/// What tools print and templates hold. At most `MAX_FOUND` policies, each with the bounds of [`parsed`], every note and
/// every way back inside the paste.
#[test]
fn hostile_pastes() {
    let path = format!("{}/tests/cases/text/import.json", env!("CARGO_MANIFEST_DIR"));
    let cases: Vec<serde_json::Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let seeds = cases.iter().map(|case| case["paste"].as_str().unwrap().to_owned()).collect();
    attack(0x0123_4567_89ab_cdef, 2_000, seeds, |paste| {
        let import = import::read(paste);
        assert!(import.found.len() <= import::MAX_FOUND && import.notes.len() <= import::MAX_NOTES);
        let mut seen: Vec<String> = import.notes.iter().map(|note| note.code().to_owned()).collect();
        for note in &import.notes {
            assert!(paste.get(note.span.clone()).is_some(), "{:?}", note.span);
        }
        for found in &import.found {
            // Undoing escapes shortens a text. Terraform's own notation becomes JSON: names get quotes, lines a comma,
            // and what is computed becomes `null`, at most four bytes more for each of the paste.
            assert!(found.text().len() <= 5 * paste.len());
            parsed(found.text());
            for problem in &found.document.diagnostics {
                assert!(paste.get(found.origin(problem.span.clone())).is_some());
            }
            seen.extend(
                found
                    .unwrapped
                    .iter()
                    .map(|from| format!("{from:?}").split([' ', '{']).next().unwrap_or_default().to_owned()),
            );
        }
        seen
    });
}

/// Certificates whose text and whose bytes were damaged. A certificate that is read says no more than it holds.
#[test]
fn hostile_certificates() {
    let seeds = ["device", "plain"].map(|name| {
        let path = format!("{}/tests/certificates/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    });
    let chance = std::cell::RefCell::new(Chance(0x1357_9bdf_0246_8ace));
    attack(0xfedc_ba98_7654_3210, 3_000, seeds.to_vec(), |text| {
        // Half of the inputs are damaged in the bytes instead: one digit of the base64 text is another.
        let mut chance = chance.borrow_mut();
        let mut text = text.to_owned();
        if chance.below(2) == 0 {
            text = chance.pick(&[seeds[0].as_str(), seeds[1].as_str()]).to_owned();
            for _ in 0..=chance.below(3) {
                let at = chance.place(&text);
                let old = text.get(at..at + 1);
                if old.is_some_and(|old| old.chars().all(|c| c.is_ascii_alphanumeric()))
                    && at > 30
                    && at + 30 < text.len()
                {
                    text.replace_range(at..=at, chance.pick(&["A", "B", "g", "w", "8", "/", "+"]));
                }
            }
        }
        match certificate::read(&text) {
            Ok(read) => {
                let shown = format!("{read:?}");
                assert!(shown.len() <= 20 * text.len() + 10_000, "{}", shown.len());
                vec![format!("read, {} unknown", read.unknown.len())]
            }
            Err(error) => vec![format!("{error:?}")],
        }
    });
}

/// Fragments, texts that become links, links whose stream was damaged, secrets and masks. A link that is written is read;
/// what was found lies in the text, in order; masking twice is masking once.
#[test]
fn hostile_links() {
    let read = |name: &str| -> Vec<serde_json::Value> {
        let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let fields = |cases: &[serde_json::Value], name: &str| -> Vec<String> {
        cases.iter().map(|case| case[name].as_str().unwrap().to_owned()).collect()
    };
    let links = read("links/1");
    let mut seeds = fields(&links, "fragment");
    seeds.extend(fields(&links, "json"));
    seeds.extend(fields(&read("text/secrets"), "text"));
    seeds.push("check?policy=%7B%7D&thing=a&clientId=b&publish=c&subscribe=d/+/e&receive=f".into());
    let chance = std::cell::RefCell::new(Chance(0x7f4a_7c15_9e37_79b9));
    attack(0xbf58_476d_1ce4_e5b9, 1_500, seeds, |text| {
        let kind = |error: &link::LinkError| {
            assert!(words::share::link_error(error).to_string().len() <= text.len() + 300);
            format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
        };
        let mut seen = Vec::new();
        seen.push(
            link::read_plain(text)
                .map_or_else(|error| kind(&error), |plain| format!("{} policies", plain.policies.len())),
        );
        seen.push(link::read(text).map_or_else(|error| kind(&error), |_| "read".into()));
        match link::write(text) {
            Ok(fragment) => {
                assert!(fragment.len() <= link::MAX_FRAGMENT);
                assert_eq!(link::read(&fragment).as_deref(), Ok(text));
                // A stream that was damaged by somebody who mends the length.
                let mut frame = Base64UrlUnpadded::decode_vec(fragment.get(2..).unwrap()).unwrap();
                let mut chance = chance.borrow_mut();
                for _ in 0..=chance.below(3) {
                    let at = 6 + chance.below(frame.len() - 6);
                    let with = u8::try_from(chance.below(256)).unwrap();
                    match chance.below(3) {
                        0 => frame.insert(at, with),
                        1 if frame.len() > 7 => drop(frame.remove(at)),
                        _ => *frame.get_mut(at).unwrap() = with,
                    }
                }
                let length = u16::try_from(frame.len() - 6).unwrap().to_be_bytes();
                frame.splice(..2, length);
                let damaged = format!("1.{}", Base64UrlUnpadded::encode_string(&frame));
                match link::read(&damaged) {
                    Ok(same) => assert_eq!(same, text, "{damaged}"),
                    Err(error) => seen.push(format!("damaged: {}", kind(&error))),
                }
            }
            Err(error) => seen.push(kind(&error)),
        }
        let (found, masked) = (secrets::find(text), mask::mask(text));
        let spans = found.iter().map(|secret| &secret.span);
        for spans in [spans.collect::<Vec<_>>(), masked.replacements.iter().map(|one| &one.span).collect()] {
            assert!(spans.iter().all(|span| text.get((*span).clone()).is_some_and(|text| !text.is_empty())));
            assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        }
        assert!(secrets::remove(text, &found).len() <= text.len() + 9 * found.len());
        assert_eq!(mask::mask(&masked.text).text, masked.text);
        seen.extend(found.iter().map(|secret| format!("{:?}", secret.kind)));
        seen.extend(masked.replacements.iter().map(|one| format!("{:?}", one.kind)));
        seen
    });
}

struct Known;

impl Lookup for Known {
    fn lookup(&self, key: &Key) -> Text<'_> {
        match key {
            Key::ClientId => Text::Known("aaab".into()),
            Key::DomainName => Text::Unknown,
            _ => Text::None(NoValue::NotInRequest),
        }
    }
}

/// The step count of a match is at most pattern length times value length, each plus one.
#[test]
fn hostile_wildcards_are_matched_in_bounded_steps() {
    let mut chance = Chance(0x5851_f42d_4c95_7f2d);
    let pieces =
        ["*", "?", "a", "aa", "b", "*a", "a*", "*?", "**", "${iot:ClientId}", "${iot:DomainName}", "é"];
    let mut worst = 0.0_f64;
    for round in 0..2_000 {
        let written: String = (0..chance.below(40)).map(|_| chance.pick(&pieces)).collect();
        let value: String = (0..chance.below(60)).map(|_| chance.pick(&["a", "a", "a", "b", "é"])).collect();
        let many = if round % 100 == 0 { 30 } else { 1 };
        let (written, value) = (written.repeat(many), value.repeat(many));
        let syntax = Syntax { wildcards: true, variables: true, arn: false };
        let pattern = Pattern::compile(&written, syntax, &mut Vec::new());
        let steps = pattern.steps(&value, &Known);
        let bound = (written.len() + 1) * (value.len() + 1);
        assert!(steps <= bound, "{steps} steps for `{written}` on `{value}`");
        #[expect(clippy::cast_precision_loss, reason = "a figure to print")]
        let share = steps as f64 / bound as f64;
        worst = worst.max(share);
    }
    for (written, value) in
        [("*a".repeat(1_000) + "b", "a".repeat(1_000)), ("*?".repeat(500), "a".repeat(499))]
    {
        let syntax = Syntax { wildcards: true, variables: true, arn: false };
        let steps = Pattern::compile(&written, syntax, &mut Vec::new()).steps(&value, &Known);
        assert!(steps <= (written.len() + 1) * (value.len() + 1));
    }
    println!("at most {worst:.2} of pattern length times value length");
}
