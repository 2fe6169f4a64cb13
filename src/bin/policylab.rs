//! `policylab`: suites of policy cases, and lint, on the command line.
//!
//! Exit codes: 0 all cases passed and no warning, 1 a case failed or a warning, 2 a file cannot be used or the command
//! is wrong.

use std::{env, fs, io::Write as _, process::ExitCode};

use iot_policy_lab::{
    policy::{
        Policy,
        context::Side,
        diagnostic::Severity,
        document,
        evaluate::Attachment,
        lint::{self, MAX_TEXT},
    },
    suite::{Suite, VerdictWord},
    words,
};

const USAGE: &str = "usage: policylab test FILE...\n       policylab lint POLICY...\n\n  \
     test   judge the cases of suites; exit 0 when all pass\n  \
     lint   find mistakes in policies, each taken alone; exit 0 when there is no warning\n";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut out = String::new();
    let code = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test", files @ ..] if !files.is_empty() => test(files, &mut out),
        ["lint", files @ ..] if !files.is_empty() => lint(files, &mut out),
        ["--help" | "-h" | "help"] => {
            out.push_str(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(USAGE.to_owned()),
    };
    // A closed pipe is the reader's choice, not an error of ours.
    let _ = std::io::stdout().write_all(out.as_bytes());
    code.unwrap_or_else(|message| {
        let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
        ExitCode::from(2)
    })
}

/// Judges every case of every file. All files are read before the first case is judged.
fn test(files: &[&str], out: &mut String) -> Result<ExitCode, String> {
    let mut suites = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: cannot be read: {error}"))?;
        suites.push(Suite::parse(&text).map_err(|error| format!("{file}: {error}"))?);
    }
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for case in suites.iter().flat_map(|suite| &suite.cases) {
        let explanation = case.explain();
        let got = explanation.decision.verdict;
        if got == case.expect {
            passed += 1;
            continue;
        }
        failed += 1;
        let (expected, got) = (VerdictWord(case.expect), VerdictWord(got));
        let headline = words::headline(&explanation);
        out.push_str(&format!("FAIL {}: expected {expected}, got {got}: {headline}\n", case.id));
    }
    out.push_str(&format!("{passed} passed, {failed} failed\n"));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Lints each policy alone: what is wrong with its text, and what the rules find. All files are read first.
fn lint(files: &[&str], out: &mut String) -> Result<ExitCode, String> {
    let mut policies = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: cannot be read: {error}"))?;
        policies.push(Policy {
            name: (*file).to_owned(),
            kind: Side::Iot,
            attached_to: Attachment::Certificate,
            document: document::parse(&text),
        });
    }
    let (mut errors, mut warnings, mut notes) = (0_usize, 0_usize, 0_usize);
    for policy in &policies {
        let document = &policy.document;
        let text = document.diagnostics.iter().map(|found| {
            (found.span.start, found.severity(), found.code(), words::diagnostic(found).to_string())
        });
        let findings = lint::check(std::slice::from_ref(policy), None);
        let findings = findings.iter().map(|finding| {
            let start = finding.found.places.first().map_or(0, |place| place.span.start);
            (start, finding.rule.severity, finding.rule.code, finding.found.message.to_string())
        });
        let mut lines: Vec<_> = text.chain(findings).collect();
        lines.sort_by_key(|(start, _, code, _)| (*start, *code));
        for (start, severity, code, sentence) in lines {
            let (count, word) = match severity {
                Severity::Error => (&mut errors, "error"),
                Severity::Warning => (&mut warnings, "warning"),
                Severity::Note => (&mut notes, "note"),
            };
            *count += 1;
            let before = document.text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            out.push_str(&format!("{}:{line}:{column}: {word} {code} {sentence}\n", policy.name));
        }
        if document.text.len() > MAX_TEXT {
            out.push_str(&format!(
                "{}: not linted beyond its text: more than {MAX_TEXT} bytes\n",
                policy.name
            ));
        }
    }
    out.push_str(&format!("errors: {errors}, warnings: {warnings}, notes: {notes}\n"));
    Ok(if errors + warnings == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
