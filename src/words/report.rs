//! The whole explanation as plain text or Markdown.

use std::fmt::Write as _;

use super::{
    Piece, Row, Text, change, confidence, cost,
    flaw::{exceeded, not_accepted, refused},
    headline_text, near_miss, risk, seen, seen_over_https, source, steps, verdict, who,
};
use crate::policy::{
    Explanation, Verdict,
    condition::Truth,
    explain::{Confidence, PartTrail, Surprise},
    fix::{Fix, NearMiss, Who},
};
use crate::suite::json::Said;

/// How the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal or a mail.
    Plain,
    /// For a ticket or a merge request.
    Markdown,
}

/// The explanation with its near misses and ways out. Values of the user stand in code type and cannot break the
/// Markdown.
#[must_use]
pub fn report(explanation: &Explanation, near_misses: &[NearMiss], fixes: &[Fix], format: Format) -> String {
    let mut page = Page { out: String::new(), format };
    page.top(explanation);
    page.steps(explanation);
    page.surprise(explanation);
    page.device(explanation);
    page.near(near_misses);
    page.ways_out(explanation, fixes);
    page.sources(explanation);
    page.out
}

/// What an explanation as JSON says in sentences.
#[must_use]
pub fn said(explanation: &Explanation) -> Said {
    Said {
        headline: headline_text(explanation).to_string(),
        steps: steps(explanation).iter().map(|step| step.text.to_string()).collect(),
        sources: explanation.sources.iter().map(|page| source(*page).to_owned()).collect(),
    }
}

struct Page {
    out: String,
    format: Format,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn title(&mut self, title: &str) {
        let line = match self.format {
            Format::Plain => format!("\n{title}"),
            Format::Markdown => format!("\n**{title}**\n"),
        };
        self.line(&line);
    }

    fn text(&self, text: &Text) -> String {
        let plain = |piece: &Piece| match piece {
            Piece::Plain(words) => words.clone(),
            Piece::Code(value) => format!("`{}`", printable(value)),
        };
        match self.format {
            Format::Plain => text.0.iter().map(plain).collect(),
            Format::Markdown => markdown_text(text),
        }
    }

    fn table(&mut self, head: &[String], rows: &[Vec<String>], indent: &str) {
        let line = |cells: &[String]| format!("{indent}| {} |", cells.join(" | "));
        match self.format {
            Format::Markdown => {
                let cell =
                    |cells: &[String]| cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>();
                if !self.out.ends_with("\n\n") {
                    self.line("");
                }
                self.line(&line(&cell(head)));
                self.line(&line(&vec!["---".to_owned(); head.len()]));
                for row in rows {
                    self.line(&line(&cell(row)));
                }
                self.line("");
            }
            Format::Plain => {
                let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
                let widths: Vec<usize> = (0..head.len())
                    .map(|column| {
                        all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
                    })
                    .map(Option::unwrap_or_default)
                    .collect();
                let lines: Vec<String> = all()
                    .map(|row| {
                        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
                        format!("{indent}{}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
                    })
                    .collect();
                for line in lines {
                    self.line(&line);
                }
            }
        }
    }

    fn top(&mut self, explanation: &Explanation) {
        let decision = explanation.decision;
        let verdict = format!("{} {}", sign(decision.verdict), verdict(decision.verdict));
        let title = match refused(explanation).next() {
            Some(_) => format!("✕ Not accepted by AWS; as it stands: {verdict}"),
            None => verdict,
        };
        let headline = self.text(&headline_text(explanation));
        let (code, mark) = (decision.reason.as_str(), confidence(explanation.confidence));
        let lines = match self.format {
            Format::Plain => [title, headline, format!("{code} [{mark}]")],
            Format::Markdown => {
                [format!("### {title}\n"), format!("{headline}\n"), format!("`{code}` [{mark}]")]
            }
        };
        for line in lines {
            self.line(&line);
        }
        let flaws: Vec<_> = refused(explanation).collect();
        if !flaws.is_empty() || !explanation.quotas.is_empty() || explanation.connect_refused.is_some() {
            self.title("Before that");
        }
        for flaw in flaws {
            let mark = flaw.refused.map(|mark| format!(" [{}]", confidence(mark))).unwrap_or_default();
            let line = self.text(&not_accepted(flaw));
            self.line(&format!("{line}{mark}"));
        }
        for quota in &explanation.quotas {
            let line = format!("AWS IoT Core does not take this: {}. [Documented]", exceeded(*quota));
            self.line(&line);
        }
        if let Some(refused) = explanation.connect_refused {
            self.line(&format!(
                "The CONNECT of this session is refused ({}), so the request is never made.",
                refused.reason.as_str()
            ));
        }
    }

    fn steps(&mut self, explanation: &Explanation) {
        self.title("Why, step by step");
        for (index, step) in steps(explanation).into_iter().enumerate() {
            let mark = step.confidence.map(|mark| format!(" [{}]", confidence(mark))).unwrap_or_default();
            let text = self.text(&step.text);
            self.line(&format!("{}. {text}{mark}", index + 1));
            if !step.rows.is_empty() {
                let (what, matches) =
                    if step.not_resource { ("NotResource", "named there") } else { ("resource", "match") };
                let head = [what, "after substitution", matches].map(str::to_owned);
                let rows: Vec<_> = step.rows.iter().map(|row| self.row(row)).collect();
                self.table(&head, &rows, "   ");
            }
        }
    }

    fn row(&self, row: &Row) -> Vec<String> {
        let written = match row.fitted.and_then(|at| row.written.split_at_checked(at)) {
            Some((fitted, rest)) if !fitted.is_empty() => format!("{fitted}▏{rest}"),
            _ => row.written.clone(),
        };
        let outcome = match row.outcome {
            Truth::Yes => "✔",
            Truth::No => "✕",
            Truth::Unknown => "?",
        };
        let shown = |text: &str| self.text(&Text::new().code(text));
        vec![shown(&written), shown(&row.resolved), outcome.to_owned()]
    }

    fn surprise(&mut self, explanation: &Explanation) {
        let found = surprises(explanation);
        if found.is_empty() {
            return;
        }
        self.title("The surprising part");
        for text in found {
            let line = self.text(&text);
            self.line(&line);
        }
    }

    fn device(&mut self, explanation: &Explanation) {
        if let Some((what, mark)) = seen_over_https(explanation) {
            self.title("What the device sees");
            self.line(&format!("- HTTPS: {what}. [{}]", confidence(mark)));
        }
        let Some(found) = explanation.seen else { return };
        self.title("What the device sees");
        for (version, (sight, mark)) in [("MQTT 3.1.1", found.v3), ("MQTT 5", found.v5)] {
            self.line(&format!("- {version}: {}. [{}]", seen(sight), confidence(mark)));
        }
    }

    fn near(&mut self, near_misses: &[NearMiss]) {
        if near_misses.is_empty() {
            return;
        }
        self.title("Near misses");
        for near in near_misses {
            let line = format!("- {}. [{}]", self.text(&near_miss(near)), confidence(near.confidence));
            self.line(&line);
        }
    }

    fn ways_out(&mut self, explanation: &Explanation, fixes: &[Fix]) {
        if fixes.is_empty() {
            return;
        }
        let allowed = explanation.decision.verdict == Verdict::Allowed;
        self.title(if allowed { "What would deny it" } else { "Ways out" });
        let mut questions: Vec<&Who> = Vec::new();
        for trial in fixes.iter().flat_map(|fix| &fix.trials) {
            if !questions.contains(&&trial.who) {
                questions.push(&trial.who);
            }
        }
        questions.sort_by_key(|who| matches!(who, Who::OtherDevice(_)));
        let mut head = vec![String::new(), "change".to_owned()];
        head.extend(questions.iter().map(|question| self.text(&who(question))));
        head.extend(["cost", "risk", "sure"].map(str::to_owned));
        let rows: Vec<Vec<String>> = fixes
            .iter()
            .enumerate()
            .map(|(index, fix)| {
                let letter = char::from_u32('A' as u32 + u32::try_from(index).unwrap_or(0)).unwrap_or('?');
                let mut row = vec![letter.to_string(), self.text(&change(fix))];
                row.extend(questions.iter().map(|question| {
                    let trial = fix.trials.iter().find(|trial| trial.who == **question);
                    trial.map_or("", |trial| sign(trial.after)).to_owned()
                }));
                let mut warning = risk(fix.risk).to_owned();
                if let Some(needed) = fix.needs.first() {
                    let _ = write!(warning, "; needs {}", self.text(&Text::new().code(needed.name())));
                }
                if fix.lets_others_in() {
                    let others = if warning.is_empty() { "⚠ other devices get it too" } else { "⚠ " };
                    warning.insert_str(0, others);
                }
                let sure = if fix.changes.is_empty() { "advice" } else { confidence(fix.confidence) };
                row.extend([cost(fix.cost).to_owned(), warning, sure.to_owned()]);
                row
            })
            .collect();
        self.table(&head, &rows, "");
    }

    fn sources(&mut self, explanation: &Explanation) {
        self.title("Sources");
        for page in &explanation.sources {
            self.line(&format!("- {}", source(*page)));
        }
        if explanation.confidence != Confidence::Documented {
            self.line("No page of AWS states this verdict as a whole; it follows from what they say.");
        }
    }
}

/// Patterns that look as if they admitted somebody, and admit nobody.
#[must_use]
pub fn surprises(explanation: &Explanation) -> Vec<Text> {
    let written = |surprise: &Surprise| {
        let place = surprise.place;
        let part: &PartTrail = explanation.parts.iter().find(|part| part.action == "iot:Connect")?;
        let policy = part.policies.iter().find(|policy| policy.policy == place.policy)?;
        let statement = policy.statements.iter().find(|found| found.statement == place.statement)?;
        let resource = statement.resources.get(place.resource?)?;
        let text = Text::new()
            .code(super::headline::relative(&resource.written))
            .say(" looks as if it admitted the thing's name and something more. Without exclusive attachment it ")
            .say("admits no client ID at all: to give the variable a value the client ID must equal the thing's ")
            .say("name, and to match the pattern it must be longer than it.");
        Some(text)
    };
    explanation.surprises.iter().filter_map(written).collect()
}

const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "✔",
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => "✕",
        Verdict::CannotTell => "?",
    }
}

/// Control characters would break lines and tables.
fn printable(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A text as Markdown.
pub(super) fn markdown_text(text: &Text) -> String {
    let pieces = text.0.iter().map(|piece| match piece {
        Piece::Plain(words) => words.clone(),
        Piece::Code(value) => markdown_code(value),
    });
    pieces.collect()
}

/// A code span that `value` cannot leave.
pub(super) fn markdown_code(value: &str) -> String {
    let value = printable(value);
    let mut longest = 0;
    let mut run = 0;
    for c in value.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if value.starts_with('`') || value.ends_with('`') || value.is_empty() { " " } else { "" };
    format!("{fence}{pad}{value}{pad}{fence}")
}
