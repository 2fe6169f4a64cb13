//! Strings of templates: the escapes undone, and what the template computes named.
//!
//! Knows how CloudFormation's `Fn::Sub` and Terraform's templates write `${` when it is meant for the policy
//! (CloudFormation User Guide, "Fn::Sub"; Terraform documentation, "Strings and Templates"), nothing of JSON.

use super::{Note, Notes, excerpt::Excerpt};
use crate::policy::{
    diagnostic::{Problem, Span},
    variable::Key,
};

/// Whose template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// `${!x}` stands for `${x}`.
    FnSub,
    /// `$${x}` stands for `${x}`, `%%{` for `%{`.
    Terraform,
}

impl Template {
    /// How `${` is written when the policy shall see it.
    pub(super) const fn escape(self) -> &'static str {
        match self {
            Self::FnSub => "${!",
            Self::Terraform => "$${",
        }
    }
}

/// Adds `span` of `source` to `out` as the template would leave it. Tells how many escapes were undone.
///
/// What is computed stays as `${...}` and is noted: its value is the template's secret. A policy variable that was
/// not escaped stays too, as it was meant, and is noted: the template takes it for its own.
pub(super) fn undo(
    source: &Excerpt,
    span: Span,
    template: Template,
    out: &mut Excerpt,
    notes: &mut Notes,
) -> usize {
    let text = source.text().get(..span.end).unwrap_or_default();
    let terraform = template == Template::Terraform;
    let (mut at, mut copied, mut escapes) = (span.start, span.start, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(skip) = rest.find(['$', '%']) else { break };
        at += skip;
        let rest = text.get(at..).unwrap_or_default();
        let escaped = match template {
            Template::FnSub => rest.starts_with("${!").then_some((3, "${")),
            Template::Terraform if rest.starts_with("$${") => Some((3, "${")),
            Template::Terraform => rest.starts_with("%%{").then_some((3, "%{")),
        };
        if let Some((length, plain)) = escaped {
            out.copy(source, copied..at);
            out.put(source, at..at + length, plain);
            at += length;
            copied = at;
            escapes += 1;
        } else if rest.starts_with("${") || (terraform && rest.starts_with("%{")) {
            let length = placeholder(rest);
            let whole = at..at + length;
            let inner = rest.get(2..length.saturating_sub(1)).unwrap_or_default().trim();
            let known = !inner.contains("::") && !matches!(Key::parse(inner), Key::Unknown(_));
            out.copy(source, copied..at);
            if known && rest.starts_with('$') {
                let problem = Problem::EatenByTemplate { name: inner.to_owned(), escape: template.escape() };
                notes.push(Note::new(problem, source.origin(whole.clone())));
                out.copy(source, whole.clone());
            } else {
                let what = rest.get(..length).unwrap_or_default();
                notes.push(Note::computed(what, source.origin(whole.clone())));
                out.put(source, whole.clone(), &placeholder_of(inner));
            }
            at = whole.end;
            copied = at;
        } else {
            at += 1;
        }
    }
    out.copy(source, copied..span.end);
    escapes
}

/// What stands in a policy for what a template computes: `${...}` around the expression, without what would end the
/// string or the name that it stands in.
pub(super) fn placeholder_of(expression: &str) -> String {
    let plain: String = expression.chars().filter(|c| !c.is_control() && !"\"\\{},".contains(*c)).collect();
    format!("${{{}}}", plain.trim())
}

/// The names between `${` and the next `}`, each with the bytes of the whole.
pub(super) fn names(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find("${")?;
        let (name, _) = text.get(start + "${".len()..)?.split_once('}')?;
        at = start + "${}".len() + name.len();
        Some((name, start..at))
    })
}

/// The length of `${...}` or `%{...}` at the beginning of `text`, nested braces and quotes counted; all of it when
/// it is not closed.
pub(super) fn placeholder(text: &str) -> usize {
    let (mut open, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => open += 1,
            '}' if !quoted => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
