//! `policylab`: suites of policy cases, lint, and simulated sessions, on the command line.
//!
//! Exit codes: 0 all cases passed and no warning, 1 a case failed or a warning, 2 a file cannot be used or the command is wrong. Nothing is
//! judged unless every file can be read.

use std::{
    env,
    fmt::Write as _,
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
    process::ExitCode,
};

use iot_policy_lab::{
    lab::{self, Ended, format as scenario, mosquitto},
    policy::{
        Policy,
        context::Side,
        diagnostic::{Diagnostic, Problem, Severity, Span},
        evaluate::Attachment,
        fix,
        import::{self, Found},
        lint,
    },
    suite::{
        self, Case, Suite, VerdictWord,
        json::{self, Judged, Linted},
        junit,
    },
    timeline::{SessionId, log},
    words::{self, Format},
};

const USAGE: &str = "\
usage: policylab test [--format text|json|junit] FILE...
       policylab explain [--format text|markdown|json] FILE ID
       policylab lint [--format text|json] POLICY...
       policylab simulate [--format text|json|terminal] SCENARIO

  test      judge every case of suites
  explain   say why one case of a suite is decided as it is, and what would change it
  lint      find mistakes in policies, each taken alone
  simulate  play a scenario, print what happened, and check what it expects

FILE is a suite of cases; POLICY is a policy document, or what holds some: the output of `aws iot get-policy`, a
CloudFormation template in JSON, a Terraform configuration; SCENARIO says who connects and what they do. A policy that
stands in a scenario with its name alone is the file of that name beside it. `--format terminal` prints what
mosquitto_sub and mosquitto_pub would. `-` reads standard input. `--` ends the options.

exit codes: 0 done, every case passed, no warning
            1 a case or an expectation failed, or there is a warning or an error
            2 a file cannot be used or the command is wrong
";

/// What a command prints, and how it ends.
type Outcome = Result<(String, ExitCode), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.split_first() {
        None => Err(USAGE.to_owned()),
        Some((&("help" | "--help" | "-h"), _)) => Ok((USAGE.to_owned(), ExitCode::SUCCESS)),
        Some((_, rest)) if is_help_wanted(rest) => Ok((USAGE.to_owned(), ExitCode::SUCCESS)),
        Some((&"test", rest)) => test(rest),
        Some((&"explain", rest)) => explain(rest),
        Some((&"lint", rest)) => lint(rest),
        Some((&"simulate", rest)) => simulate(rest),
        Some((other, _)) => Err(format!("unknown command `{other}`\n\n{USAGE}")),
    };
    match outcome {
        Ok((out, code)) => {
            // A closed pipe is the reader's choice, not an error of ours.
            let _ = std::io::stdout().write_all(out.as_bytes());
            code
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "policylab: {}", message.trim_end());
            ExitCode::from(2)
        }
    }
}

fn is_help_wanted(arguments: &[&str]) -> bool {
    arguments
        .iter()
        .take_while(|argument| **argument != "--")
        .any(|argument| matches!(*argument, "--help" | "-h"))
}

/// Options and operands of a command.
struct Arguments<'a> {
    format: &'a str,
    operands: Vec<&'a str>,
}

/// Reads the arguments of a command that knows `--format`; the first of `formats` is the default.
fn read_arguments<'a>(arguments: &[&'a str], formats: &[&'a str]) -> Result<Arguments<'a>, String> {
    let mut read = Arguments { format: formats.first().copied().unwrap_or_default(), operands: Vec::new() };
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        let format = match argument {
            "--" => {
                read.operands.extend(rest);
                break;
            }
            "--format" => rest.next().ok_or("`--format` needs a value".to_owned())?,
            _ if argument.starts_with("--format=") => argument.trim_start_matches("--format="),
            _ if argument.starts_with('-') && argument != "-" => {
                return Err(format!("unknown option `{argument}`\n\n{USAGE}"));
            }
            _ => {
                read.operands.push(argument);
                continue;
            }
        };
        if !formats.contains(&format) {
            return Err(format!("unknown format `{format}`; write `{}`", formats.join("`, `")));
        }
        read.format = format;
    }
    Ok(read)
}

/// Reads a text of at most `limit` bytes, and one byte more where there is more.
fn read(file: &str, limit: usize) -> Result<String, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = if file == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|open| open.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{file}: cannot be read: {error}"))?;
    match String::from_utf8(bytes) {
        // A limit that cuts a character is a limit all the same.
        Err(error) if error.as_bytes().len() <= limit => {
            let at = error.utf8_error().valid_up_to();
            Err(format!("{file}: not UTF-8 from byte {at} on; save it as UTF-8"))
        }
        read => Ok(read.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())),
    }
}

fn read_suite(file: &str) -> Result<Suite, String> {
    Suite::parse(&read(file, suite::MAX_TEXT)?).map_err(|error| format!("{file}: {error}"))
}

/// Judges every case of every file.
fn test(arguments: &[&str]) -> Outcome {
    let Arguments { format, operands: files } = read_arguments(arguments, &["text", "json", "junit"])?;
    if files.is_empty() {
        return Err(format!("`test` needs a file\n\n{USAGE}"));
    }
    let suites = files.iter().map(|file| read_suite(file)).collect::<Result<Vec<_>, _>>()?;
    let mut judged = Vec::new();
    for (file, suite) in files.iter().zip(&suites) {
        judged.extend(suite.cases.iter().map(|case| judge(file, case)));
    }
    let failed = judged.iter().filter(|case| !case.passed()).count();
    let code = if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) };
    let out = match format {
        "json" => json::outcome(&judged),
        "junit" => junit::outcome(&judged),
        _ => {
            let mut out = String::new();
            for case in judged.iter().filter(|case| !case.passed()) {
                let (expected, got) = (VerdictWord(case.expected), VerdictWord(case.verdict));
                let _ = writeln!(out, "FAIL {}: expected {expected}, got {got}: {}", case.id, case.headline);
            }
            for (file, suite) in files.iter().zip(&suites) {
                if let Some(turned) = turned(&suite.cases) {
                    let _ = writeln!(out, "note: {file}: {turned}");
                }
            }
            for case in &judged {
                for note in &case.notes {
                    let _ = writeln!(out, "note: {}: {note}", case.id);
                }
            }
            let _ = writeln!(out, "{} passed, {failed} failed", judged.len() - failed);
            out
        }
    };
    Ok((out, code))
}

/// The undecided points that the suite of these cases turns over, as a sentence.
fn turned(cases: &[Case]) -> Option<String> {
    let names = cases.first()?.policies.switches().names();
    (!names.is_empty()).then(|| words::answered_with(&names))
}

fn judge(file: &str, case: &Case) -> Judged {
    let explanation = case.explain();
    Judged {
        file: file.to_owned(),
        id: case.id.clone(),
        expected: case.expect,
        verdict: explanation.decision.verdict,
        reason: explanation.decision.reason.as_str(),
        headline: words::headline(&explanation),
        notes: refused(case),
    }
}

/// A sentence for every policy of a case that AWS would not accept, with the first reason.
fn refused(case: &Case) -> Vec<String> {
    let policies = case.policies.policies().iter().zip(1_usize..);
    let note = |(policy, number): (&Policy, usize)| {
        let mut found = policy.document.diagnostics.iter();
        let found = found.find(|found| found.severity() == Severity::Error)?;
        let name =
            if policy.name.is_empty() { format!("number {number}") } else { format!("`{}`", policy.name) };
        Some(format!("AWS would not accept policy {name}: {}", words::diagnostic(found)))
    };
    policies.filter_map(note).collect()
}

/// Says why one case is decided as it is. A verdict other than the expected one is `test`'s business.
fn explain(arguments: &[&str]) -> Outcome {
    let Arguments { format, operands } = read_arguments(arguments, &["text", "markdown", "json"])?;
    let [file, id] = operands.as_slice() else {
        return Err(format!("`explain` needs a file and the id of a case\n\n{USAGE}"));
    };
    let suite = read_suite(file)?;
    let mut cases = suite.cases.iter().filter(|case| case.id == *id);
    let case = match (cases.next(), cases.next()) {
        (Some(case), None) => case,
        (None, _) => return Err(format!("{file}: no case `{id}`")),
        (Some(_), Some(_)) => return Err(format!("{file}: two cases are called `{id}`; rename one")),
    };
    let explanation = case.explain();
    let out = match format {
        "json" => json::explanation(case, &explanation, &words::said(&explanation)),
        format => {
            let format = if format == "markdown" { Format::Markdown } else { Format::Plain };
            let near = fix::near_misses(&case.policies, &case.context, &case.request, &explanation);
            let ways_out = fix::fixes(&case.policies, &case.context, &case.request);
            let report = words::report(&explanation, &near, &ways_out, format);
            match turned(std::slice::from_ref(case)) {
                Some(turned) => format!("{report}\n{turned}\n"),
                None => report,
            }
        }
    };
    Ok((out, ExitCode::SUCCESS))
}

/// Lints each policy alone: what is wrong with its text, and what the rules find. All files are read first.
fn lint(arguments: &[&str]) -> Outcome {
    let Arguments { format, operands: files } = read_arguments(arguments, &["text", "json"])?;
    if files.is_empty() {
        return Err(format!("`lint` needs a file\n\n{USAGE}"));
    }
    let texts = files.iter().map(|file| read(file, import::MAX_PASTE)).collect::<Result<Vec<_>, _>>()?;
    let mut linted = Vec::new();
    let mut unread = Vec::new();
    for (file, text) in files.iter().zip(&texts) {
        lint_file(file, text, &mut linted, &mut unread);
    }
    let bad = linted.iter().any(|finding| finding.severity >= Severity::Warning);
    let code = if bad { ExitCode::from(1) } else { ExitCode::SUCCESS };
    if format == "json" {
        return Ok((json::lint(&linted, &unread), code));
    }
    let mut out = String::new();
    for Linted { file, line, column, severity, code, sentence, .. } in &linted {
        let word = json::severity(*severity);
        let _ = writeln!(out, "{file}:{line}:{column}: {word} {code} {sentence}");
    }
    for line in unread {
        let _ = writeln!(out, "{line}");
    }
    let count = |wanted| linted.iter().filter(|finding| finding.severity == wanted).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    let _ = writeln!(out, "errors: {errors}, warnings: {warnings}, notes: {notes}");
    Ok((out, code))
}

/// What is found in one file, in order of place, and what was left out.
fn lint_file(file: &str, text: &str, linted: &mut Vec<Linted>, unread: &mut Vec<String>) {
    let import = import::read(text);
    let mut notes = import.notes;
    if import.found.is_empty() && notes.is_empty() {
        notes.push(Diagnostic { problem: Problem::Empty, span: 0..0 });
    }
    if import.found.len() == import::MAX_FOUND {
        unread.push(format!("{file}: no more than {} policies of a file are read", import::MAX_FOUND));
    }
    let around = notes.iter().map(|note| {
        (note.span.clone(), note.severity(), note.code(), words::diagnostic(note).to_string(), None)
    });
    let mut all: Vec<_> = around.collect();
    for (found, number) in import.found.into_iter().zip(0_usize..) {
        let policy = Policy {
            name: found.name.clone().unwrap_or_else(|| file.to_owned()),
            kind: Side::Iot,
            attached_to: Attachment::Certificate,
            document: found.document.clone(),
        };
        let findings = findings(&policy).into_iter();
        all.extend(findings.map(|(span, severity, code, sentence)| {
            (found.origin(span), severity, code, sentence, Some((number, found.name.clone())))
        }));
        let limit = lint::MAX_TEXT;
        if found.text().len() > limit {
            unread.push(format!(
                "{file}: {} has more than {limit} bytes: the rules were not asked",
                title(&found, number)
            ));
        }
    }
    all.sort_by_key(|(span, _, code, ..)| (span.start, *code));
    let mut place = Places::new(text);
    linted.extend(all.into_iter().map(|(span, severity, code, sentence, policy)| {
        let (line, column) = place.of(span.start);
        let (policy, policy_name) = policy.map_or((None, None), |(number, name)| (Some(number), name));
        Linted { file: file.to_owned(), policy, policy_name, line, column, span, severity, code, sentence }
    }));
}

/// Plays a scenario. What it expects and did not get is told on standard error, except in a text, where it stands last.
fn simulate(arguments: &[&str]) -> Outcome {
    let Arguments { format, operands } = read_arguments(arguments, &["text", "json", "terminal"])?;
    let [file] = operands.as_slice() else { return Err(format!("`simulate` needs a scenario\n\n{USAGE}")) };
    let text = read(file, scenario::MAX_TEXT)?;
    let scenario = scenario::read(&text, |name| policy_beside(file, name))
        .map_err(|error| format!("{file}: {error}"))?;
    let run = lab::run(&scenario);
    let unmet: Vec<String> = run.unmet().iter().map(|unmet| words::scenario::unmet(&run, unmet)).collect();
    let too_much =
        (run.ended == Ended::TooMuch).then(|| "the run was cut short: too much happened".to_owned());
    let failed: Vec<String> = unmet.into_iter().chain(too_much).collect();
    let mut out = match format {
        "json" => {
            let sessions: Vec<String> =
                run.scenario.sessions.iter().map(|actor| actor.name.clone()).collect();
            let version = |session| words::scenario::version(&run, session);
            log::write(&sessions, &run.entries, version, |entry| words::scenario::entry_text(&run, entry))
        }
        "terminal" => terminals(&run),
        _ => {
            let mut out = words::scenario::log(&run);
            for finding in words::scenario::findings(&run) {
                let _ = writeln!(out, "finding: {finding}");
            }
            out
        }
    };
    if format == "text" {
        for line in &failed {
            let _ = writeln!(out, "FAIL {line}");
        }
        let (all, failed) = (scenario.expectations.len(), failed.len());
        let _ = writeln!(out, "{} expectations met, {failed} not", all.saturating_sub(failed));
    } else {
        for line in &failed {
            let _ = writeln!(std::io::stderr(), "policylab: {line}");
        }
    }
    Ok((out, if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }))
}

/// What each program of a scenario prints, one after the other.
fn terminals(run: &lab::Run) -> String {
    let mut out = String::new();
    for (actor, session) in run.scenario.sessions.iter().zip(0..) {
        let _ = writeln!(out, "== {}", actor.name);
        for line in mosquitto::terminal(run, SessionId(session)) {
            let _ = writeln!(out, "{}", line.text);
        }
    }
    out
}

/// The policy of this name in the folder of a scenario. A name that leads elsewhere names nothing.
fn policy_beside(file: &str, name: &str) -> Option<String> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':']);
    if !plain || file == "-" {
        return None;
    }
    let path = Path::new(file).with_file_name(name);
    read(path.to_str()?, import::MAX_PASTE).ok()
}

/// How a policy of a file is called.
fn title(found: &Found, number: usize) -> String {
    found.name.as_ref().map_or_else(|| format!("policy {}", number + 1), |name| format!("policy `{name}`"))
}

/// Lines and columns, from 1, of places that are asked for in ascending order.
struct Places<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    fn of(&mut self, byte: usize) -> (usize, usize) {
        for c in self.text.get(self.at..byte).unwrap_or_default().chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at = self.at.max(byte);
        (self.line, self.column)
    }
}

/// Place in the policy's text, severity, code and sentence of everything that is wrong with a policy.
fn findings(policy: &Policy) -> Vec<(Span, Severity, &'static str, String)> {
    let of_text = policy.document.diagnostics.iter().map(|found| {
        (found.span.clone(), found.severity(), found.code(), words::diagnostic(found).to_string())
    });
    let of_rules = lint::check(std::slice::from_ref(policy), None).into_iter().map(|finding| {
        let span = finding.found.places.first().map_or(0..0, |place| place.span.clone());
        (span, finding.rule.severity, finding.rule.code, finding.found.message.to_string())
    });
    of_text.chain(of_rules).collect()
}
