//! `policylab`: suites of policy cases on the command line.
//!
//! Exit codes: 0 all cases passed, 1 a case failed, 2 a file cannot be used or the command is wrong.

use std::{env, fs, io::Write as _, process::ExitCode};

use iot_policy_lab::{
    suite::{Suite, VerdictWord},
    words,
};

const USAGE: &str =
    "usage: policylab test FILE...\n\n  test   judge the cases of suites; exit 0 when all pass\n";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut out = String::new();
    let code = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test", files @ ..] if !files.is_empty() => test(files, &mut out),
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
