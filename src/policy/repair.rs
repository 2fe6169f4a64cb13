//! Mechanical repairs of the text of a policy: bytes to replace, or a place to cut.
//!
//! Knows which findings can be repaired without asking anybody. Says of each repair whether the policy means the
//! same afterwards (a comment removed) or what was most likely meant (a misspelt action). Never adds statements,
//! resources or brackets: what is missing there only the author knows.

use super::{
    diagnostic::{Diagnostic, Problem, Span},
    document::{self, Document},
    json::is_quote,
    variable::Key,
};
use crate::order::sorted;

/// Bytes and what to put in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; empty to insert.
    pub span: Span,
    /// What comes.
    pub text: String,
}

/// What a repair does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts other text in place.
    Edit(Edit),
    /// Cuts the text in two before this byte: a second policy begins there.
    Split(usize),
}

/// A repair of one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What it does.
    pub change: Change,
    /// The policy says the same before and after; `false` where the repair is what was most likely meant.
    pub keeps_meaning: bool,
}

/// Rounds of [`all`]: one repair may uncover the next, and a reader keeps only so many findings at a time.
pub const MAX_ROUNDS: usize = 32;
/// Policies that [`all`] separates; the rest of the text stays together.
pub const MAX_POLICIES: usize = 32;

impl Diagnostic {
    /// The repair, where there is a mechanical one. `text` is the text that was read.
    #[must_use]
    pub fn repair(&self, text: &str) -> Option<Repair> {
        let span = self.span.clone();
        let edit = |span: Span, text: String, keeps_meaning| {
            Some(Repair { change: Change::Edit(Edit { span, text }), keeps_meaning })
        };
        let quoted = |value: &str| format!("\"{value}\"");
        let written = text.get(span.clone())?;
        match &self.problem {
            Problem::Comment { .. } => {
                let (span, left) = without_comment(text, &span)?;
                edit(span, left, true)
            }
            Problem::TrailingComma | Problem::ByteOrderMark => edit(span, String::new(), true),
            Problem::TypographicQuotes { .. } => {
                let inner = written.strip_prefix(is_quote)?.strip_suffix(is_quote)?;
                edit(span, quoted(inner), true)
            }
            // The reader went on as if the comma were there.
            Problem::Syntax { expected: "a comma or `]`" | "a comma or `}`", found: Some(found) }
                if is_quote(*found) || matches!(found, '{' | '[') =>
            {
                edit(span.start..span.start, ", ".to_owned(), true)
            }
            Problem::SecondDocument => {
                Some(Repair { change: Change::Split(span.start), keeps_meaning: true })
            }
            Problem::ActionCase { known } => edit(span, quoted(known), true),
            Problem::UnknownAction { nearest: Some(nearest), .. } => edit(span, quoted(nearest), false),
            Problem::UnknownElement { name } => {
                let known = document::ELEMENTS.iter().find(|known| known.eq_ignore_ascii_case(name))?;
                edit(span, quoted(known), false)
            }
            Problem::BadEffect { value } => {
                let known = ["Allow", "Deny"].into_iter().find(|known| known.eq_ignore_ascii_case(value))?;
                edit(span, quoted(known), false)
            }
            Problem::MissingVersion { uses_variables } => {
                let (_, rest) = text.split_at_checked(span.end)?;
                // Nothing after the brace: there is no policy to put a version on.
                (!rest.trim_start().is_empty()).then_some(())?;
                let blank = rest.get(..rest.len() - rest.trim_start().len())?;
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                let member = format!("{blank}\"Version\": \"2012-10-17\"{comma}");
                edit(span.end..span.end, member, !uses_variables)
            }
            Problem::UnsupportedVersion { .. } | Problem::VariablesOff => {
                edit(span, quoted("2012-10-17"), false)
            }
            Problem::EatenByTemplate { name, escape } => edit(span, format!("{escape}{name}}}"), false),
            Problem::UnknownVariable { name } => {
                let name = name.strip_prefix('!')?;
                let known = !matches!(Key::parse(name), Key::Unknown(_));
                // Only where the span is the variable and not the whole string.
                (known && written.starts_with("${!")).then_some(())?;
                edit(span, format!("${{{name}}}"), false)
            }
            _ => None,
        }
    }
}

/// The bytes that go with a comment, and what stays: the whole line when there is nothing else on it, otherwise the
/// blanks before it. A comment between two words leaves a space.
fn without_comment(text: &str, span: &Span) -> Option<(Span, String)> {
    let (before, after) = (text.get(..span.start)?, text.get(span.end..)?);
    let blanks = [' ', '\t'];
    let trimmed = before.trim_end_matches(blanks);
    let ends_line = after.is_empty() || after.starts_with(['\n', '\r']);
    if !ends_line {
        let tight = trimmed.len() == before.len() && !after.starts_with(char::is_whitespace);
        let left = if tight { " " } else { "" };
        return Some((span.clone(), left.to_owned()));
    }
    let alone = trimmed.is_empty() || trimmed.ends_with('\n');
    let newline =
        after.len() - after.strip_prefix("\r\n").or(after.strip_prefix('\n')).unwrap_or(after).len();
    Some((trimmed.len()..span.end + if alone { newline } else { 0 }, String::new()))
}

/// `text` with the edits made. Edits that overlap an earlier one are left out, and so are cuts.
#[must_use]
pub fn apply<'a>(text: &str, repairs: impl IntoIterator<Item = &'a Repair>) -> String {
    let edits: Vec<&Edit> = repairs
        .into_iter()
        .filter_map(|repair| match &repair.change {
            Change::Edit(edit) => Some(edit),
            Change::Split(_) => None,
        })
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted(edits, &|edit| (edit.span.start, edit.span.end)) {
        let Some(kept) = text.get(at..edit.span.start) else { continue };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// All repairs of a text, round by round until none is left: one text for each policy in it.
#[must_use]
pub fn all(text: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut rest = Some(text.to_owned());
    while let Some(text) = rest.take() {
        let (policy, tail) = first(text, done.len() + 1 < MAX_POLICIES);
        done.push(policy);
        rest = tail;
    }
    done
}

/// Repairs the first policy of a text; the second result is what follows it.
fn first(mut text: String, may_split: bool) -> (String, Option<String>) {
    let mut tail = None;
    for _ in 0..MAX_ROUNDS {
        let document: Document = document::parse(&text);
        let repairs: Vec<Repair> =
            document.diagnostics.iter().filter_map(|found| found.repair(&text)).collect();
        let cut = repairs.iter().find_map(|repair| match repair.change {
            Change::Split(at) if may_split => Some(at),
            _ => None,
        });
        if let Some((first, second)) = cut.and_then(|at| text.split_at_checked(at)) {
            tail = Some(second.to_owned());
            text = first.to_owned();
            continue;
        }
        let repaired = apply(&text, &repairs);
        if repaired == text {
            break;
        }
        text = repaired;
    }
    (text, tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document::{Statement, Version};

    const BROKEN: &str = "\u{feff}{\n  // what it may do\n  \"Statement\": [ /* one */\n    {\n      \"Effect\": \"allow\", # yes\n\
        \x20     \"Action\": [\"iot:connect\" \"iot:Publsh\",],\n      \u{201c}resource\u{201d}: \u{201c}arn:aws:iot:r:1:client/${!iot:ClientId}\u{201d}\n    },\n  ]\n}\n\
        {\"Version\": \"2012-10-17\",/**/\"Statement\": [],}";

    fn meaning(document: &Document) -> Vec<(Option<document::Effect>, Vec<String>, Vec<String>)> {
        let values = |listed: &Option<document::Listed>| {
            listed.iter().flat_map(|l| &l.values).map(|v| v.value.to_ascii_lowercase()).collect()
        };
        let one = |s: &Statement| {
            (s.effect.as_ref().map(|effect| effect.value), values(&s.actions), values(&s.resources))
        };
        document.statements.iter().map(one).collect()
    }

    #[test]
    fn every_repair_of_a_repairable_text_leaves_no_finding() {
        let repaired = all(BROKEN);
        assert_eq!(
            repaired,
            [
                "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \
                 \"Action\": [\"iot:Connect\" , \"iot:Publish\"],\n      \"Resource\": \
                 \"arn:aws:iot:r:1:client/${iot:ClientId}\"\n    }\n  ]\n}\n",
                "{\"Version\": \"2012-10-17\", \"Statement\": []}"
            ]
        );
        for text in &repaired {
            assert_eq!(document::parse(text).diagnostics, []);
        }
    }

    #[test]
    fn repairs_that_keep_the_meaning_do() {
        let document = document::parse(BROKEN);
        let repairs: Vec<Repair> =
            document.diagnostics.iter().filter_map(|found| found.repair(BROKEN)).collect();
        let keeping: Vec<&Repair> = repairs.iter().filter(|repair| repair.keeps_meaning).collect();
        assert!(keeping.len() >= 9 && keeping.len() < repairs.len(), "{repairs:#?}");
        for repair in keeping {
            let text = apply(BROKEN, [repair]);
            assert!(text != BROKEN || matches!(repair.change, Change::Split(_)), "{repair:?}");
            assert_eq!(meaning(&document::parse(&text)), meaning(&document), "{repair:?}");
        }
    }

    #[test]
    fn a_version_is_added_where_one_is_missing() {
        for (text, wanted) in [
            ("{}", "{\"Version\": \"2012-10-17\"}"),
            ("{ \"Statement\": []}", "{ \"Version\": \"2012-10-17\", \"Statement\": []}"),
            (
                "{\"Version\": 2012-10-17, \"Statement\": []}",
                "{\"Version\": \"2012-10-17\", \"Statement\": []}",
            ),
            (
                "{\"Version\": \"2012-10-18\", \"Statement\": []}",
                "{\"Version\": \"2012-10-17\", \"Statement\": []}",
            ),
        ] {
            let repaired = all(text);
            assert_eq!(repaired, [wanted]);
            assert_eq!(document::parse(&repaired[0]).version, Version::V2012);
        }
    }

    #[test]
    fn what_has_no_mechanical_repair_is_left_alone() {
        for text in ["", "{", "[1", "{\"Statement\": [{\"Effect\": \"Maybe\"}], \"Version\": \"2012-10-17\"}"]
        {
            assert_eq!(all(text), [text]);
        }
        assert_eq!(all(&"{}".repeat(100)).len(), MAX_POLICIES);
    }
}
