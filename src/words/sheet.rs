//! The whole screen of Check as Markdown: question, answer, all answers, policies.

use std::fmt::Write as _;

use super::Text;
use super::report::{markdown_code as code, markdown_text};
use crate::policy::Verdict;

/// What stands on the sheet.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// What was asked.
    pub question: Text,
    /// The explanation as Markdown, or why the question could not be asked.
    pub explanation: Result<String, &'a str>,
    /// Undecided points that the user turned over.
    pub switches: Vec<&'a str>,
    /// The columns of all answers.
    pub client_ids: Vec<&'a str>,
    /// The rows: the question, and a word for each client ID.
    pub answers: Vec<(Text, Vec<&'static str>)>,
    /// That not all was asked, as a sentence.
    pub left_out: Option<String>,
    /// Name and text of each policy that is on.
    pub policies: Vec<(&'a str, &'a str)>,
}

/// One word for an answer; nothing was asked when there is no connection.
#[must_use]
pub const fn answer(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Allowed) => "Allowed",
        Some(Verdict::ExplicitDeny) => "Forbidden",
        Some(Verdict::ImplicitDeny) => "Denied",
        Some(Verdict::CannotTell) => "Cannot tell",
        None => "No connection",
    }
}

/// In place of an answer to what nobody does over HTTPS.
pub const NOT_OVER_HTTPS: &str = "Not over HTTPS";

/// The sheet. Values of the user stand in code type and cannot break the Markdown.
#[must_use]
pub fn markdown(sheet: &Sheet) -> String {
    let mut out = format!("## {}\n\n", markdown_text(&sheet.question));
    match &sheet.explanation {
        Ok(explanation) => out.push_str(explanation),
        Err(why) => {
            let _ = writeln!(out, "{why}.");
        }
    }
    if !sheet.switches.is_empty() {
        let names: Vec<String> = sheet.switches.iter().map(|name| code(name)).collect();
        let _ = write!(out, "\nAnswered with undecided points turned over: {}.\n", names.join(", "));
    }
    out.push_str("\n### All answers\n\n| |");
    for id in &sheet.client_ids {
        let _ = write!(out, " {} |", cell(&code(id)));
    }
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(sheet.client_ids.len()));
    for (question, answers) in &sheet.answers {
        let _ = writeln!(out, "| {} | {} |", cell(&markdown_text(question)), answers.join(" | "));
    }
    if let Some(left_out) = &sheet.left_out {
        let _ = writeln!(out, "\n{left_out}");
    }
    for (name, text) in &sheet.policies {
        let fence = fence(text);
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(out, "\n### Policy {}\n\n{fence}json\n{text}{end}{fence}\n", code(name));
    }
    out.push_str("\nMade with IoT Policy Lab, which evaluates policies offline; it is not AWS.\n");
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A fence that is longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
