//! Policies that AWS accepts and that do something else than their author thinks.
//!
//! One rule a file in [`rules`], one registry there. A rule reads parsed policies and, when somebody gave it, the
//! context in which they are used; it returns findings and changes nothing. What is wrong with the text itself (JSON,
//! elements, names) is in the document's own diagnostics and is not repeated here.
//!
//! Invariants: no rule speaks of a value that nobody gave as if it were known; a counterexample is a request that
//! [`PolicySet::decide`](super::PolicySet::decide) was asked and answered, never a reading of text alone.

mod arn;
mod probe;
pub mod rules;
mod subject;

use std::fmt;

use super::{
    Context, Policy,
    diagnostic::{Severity, Span},
    explain::Confidence,
};
use crate::{order::sorted, text::Text};

pub use rules::RULES;

/// Longest policy that is linted, in bytes. AWS takes 2048 characters without white space; longer ones are evaluated all
/// the same, but what is to be said of them is that AWS refuses them.
pub const MAX_TEXT: usize = 32 * 1024;
/// Resources of one policy that are looked at. A policy that AWS takes has room for fewer than a hundred.
pub const MAX_RESOURCES: usize = 256;
/// Findings of one rule. What is beyond them is more of the same.
pub const MAX_FINDINGS: usize = 50;

/// A rule: a row of the registry.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The stable code, such as `IPL-L001`.
    pub code: &'static str,
    /// What is wrong, in words joined by hyphens.
    pub name: &'static str,
    /// The same in one line.
    title: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// The version of this program that had it first.
    pub since: &'static str,
    /// How sure the claim about AWS is.
    pub confidence: Confidence,
    /// Finds; see [`check`].
    find: fn(&subject::Subject<'_>) -> Vec<Found>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.name)
    }
}

/// The sections of every rule's text, in order.
pub const HEADINGS: [&str; 6] =
    ["What it flags", "Why it hurts", "What to do", "Flagged", "Clean", "Sources"];

impl Rule {
    /// What is wrong, in one line.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// What a reference page says of it, in Markdown: the title, then a section for each of [`HEADINGS`].
    #[must_use]
    pub fn page(&self) -> String {
        let lines = rules::page(self.code).lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The text under one of [`HEADINGS`], as Markdown; empty when there is none.
    #[must_use]
    pub fn section(&self, heading: &str) -> String {
        let page = self.page();
        let lines = page.lines().skip_while(|line| line.strip_prefix("# ") != Some(heading)).skip(1);
        lines.take_while(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n")
    }
}

/// A place in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the policy.
    pub policy: usize,
    /// Bytes of its text.
    pub span: Span,
}

/// A change of the text that removes the cause. Edits do not overlap and belong to the policy of the first place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Bytes to be replaced, and by what.
    pub edits: Vec<(Span, String)>,
}

impl Fix {
    /// The text with the change made; `None` when an edit does not fit the text.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (span, replacement) in sorted(self.edits.iter().collect(), &|(span, _)| span.start) {
            out.push_str(text.get(at..span.start)?);
            out.push_str(replacement);
            at = span.end;
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }
}

/// What a rule found, without the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where; the first place is the cause.
    pub places: Vec<Place>,
    /// What is wrong here, with its values.
    pub message: Text,
    /// The values by name, such as the filter that walks around a Deny.
    pub data: Vec<(&'static str, String)>,
    /// A mechanical fix, when there is one.
    pub fix: Option<Fix>,
}

impl Found {
    fn at(policy: usize, span: Span, message: Text) -> Self {
        Self { places: vec![Place { policy, span }], message, data: Vec::new(), fix: None }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.data.push((name, value.into()));
        self
    }

    fn and_at(mut self, policy: usize, span: Span) -> Self {
        self.places.push(Place { policy, span });
        self
    }

    /// The edit that removes the cause; none when the place in the text is not exactly known.
    fn fixed_by(mut self, edit: Option<(Span, String)>) -> Self {
        if let Some(edit) = edit {
            self.fix.get_or_insert(Fix { edits: Vec::new() }).edits.push(edit);
        }
        self
    }
}

/// A finding of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What it found.
    pub found: Found,
}

/// Runs every rule over policies that are attached together, in order of place.
///
/// `context` is what is known of their use: attachment, thing names, protocol, Region and account. Without it a rule
/// that needs it says what it depends on, or is silent.
#[must_use]
pub fn check(policies: &[Policy], context: Option<&Context>) -> Vec<Finding> {
    let subject = subject::Subject::new(policies, context);
    let findings = RULES.iter().flat_map(|rule| {
        let found = (rule.find)(&subject).into_iter().take(MAX_FINDINGS);
        found.map(move |found| Finding { rule, found })
    });
    let place = |finding: &Finding| finding.found.places.first().map(|p| (p.policy, p.span.start));
    sorted(findings.collect(), &|finding| (place(finding), finding.rule.code))
}
