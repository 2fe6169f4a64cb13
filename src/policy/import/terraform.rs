//! Terraform: the policies of `aws_iot_policy` resources, and of IAM ones beside them.
//!
//! Knows as much of HCL as a policy in it needs (Terraform documentation, "Strings and Templates", "jsonencode"):
//! here-documents, quoted strings, and literals inside `jsonencode`. Everything else is computed, and named.

use super::{
    Note, Notes,
    excerpt::Excerpt,
    template::{self, Template},
};
use crate::policy::{diagnostic::Span, json::MAX_DEPTH};

/// A policy in a configuration.
pub(super) struct Attribute {
    /// The label of the resource.
    pub(super) name: Option<String>,
    /// The text of the policy, as Terraform would send it; `None` when all of it is computed.
    pub(super) text: Option<Excerpt>,
    /// How it was written.
    pub(super) form: Form,
    /// Escapes undone.
    pub(super) escapes: usize,
}

/// How a policy is written in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Heredoc,
    Jsonencode,
    Quoted,
}

/// Finds the `policy` attributes of a configuration. Empty when the text is none.
pub(super) fn policies(source: &Excerpt, notes: &mut Notes) -> Vec<Attribute> {
    let text = source.text();
    let mut found = Vec::new();
    let mut resource: Option<(&str, &str)> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let trimmed = line.trim_start();
        let next = at + line.len();
        at += line.len() - trimmed.len();
        if let Some(header) = trimmed.strip_prefix("resource ") {
            let mut labels = header.split('"');
            resource = labels.nth(1).zip(labels.nth(1));
        }
        let wanted =
            resource.is_none_or(|(kind, _)| kind == "aws_iot_policy" || kind.starts_with("aws_iam_"));
        let value = trimmed.strip_prefix("policy").and_then(|rest| rest.trim_start().strip_prefix('='));
        let value = value.or(trimmed.starts_with("jsonencode(").then_some(trimmed));
        let Some(value) = value.filter(|value| wanted && !value.starts_with('=')).map(str::trim_start) else {
            at = next;
            continue;
        };
        let mut reader = Hcl {
            source,
            at: at + (trimmed.len() - value.len()),
            out: Excerpt::default(),
            notes,
            escapes: 0,
        };
        let form = reader.policy();
        let end = reader.at;
        let name = resource.map(|(_, label)| label.to_owned());
        let (out, escapes) = (reader.out, reader.escapes);
        let text = form.is_some().then_some(out);
        found.push(Attribute { name, text, form: form.unwrap_or(Form::Quoted), escapes });
        at = end.max(next);
    }
    found
}

struct Hcl<'a> {
    source: &'a Excerpt,
    at: usize,
    out: Excerpt,
    notes: &'a mut Notes,
    escapes: usize,
}

impl Hcl<'_> {
    fn rest(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn policy(&mut self) -> Option<Form> {
        let rest = self.rest();
        if rest.starts_with("<<") {
            self.heredoc();
            Some(Form::Heredoc)
        } else if rest.starts_with("jsonencode(") {
            self.at += "jsonencode(".len();
            self.blank();
            self.value(0);
            Some(Form::Jsonencode)
        } else if rest.starts_with('"') {
            let span = self.string_span();
            self.at = span.end;
            self.undo(span);
            Some(Form::Quoted)
        } else {
            let line = rest.lines().next().unwrap_or_default().trim_end();
            let span = self.at..self.at + line.len();
            self.notes.push(Note::computed(line, self.source.origin(span.clone())));
            self.at = span.end;
            None
        }
    }

    fn heredoc(&mut self) {
        let opener = self.rest().split_inclusive('\n').next().unwrap_or_default();
        let marker = opener.trim_start_matches(['<', '-']).trim().to_owned();
        let start = self.at + opener.len();
        let mut end = start;
        for line in self.source.text().get(start..).unwrap_or_default().split_inclusive('\n') {
            if line.trim() == marker {
                break;
            }
            end += line.len();
        }
        self.undo(start..end);
        self.at = end;
    }

    fn undo(&mut self, span: Span) {
        self.escapes += template::undo(self.source, span, Template::Terraform, &mut self.out, self.notes);
    }

    fn copy(&mut self, length: usize) {
        self.out.copy(self.source, self.at..self.at + length);
        self.at += length;
    }

    fn put(&mut self, length: usize, text: &str) {
        self.out.put(self.source, self.at..self.at + length, text);
        self.at += length;
    }

    /// Copies white space and drops comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            let comment = comment(rest.trim_start());
            if blank + comment == 0 {
                return;
            }
            self.copy(blank);
            self.at += comment;
        }
    }

    /// The character after white space, comments and commas.
    fn ahead(&self) -> Option<char> {
        let mut rest = self.rest();
        loop {
            let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            let (_, after) = rest.split_at_checked(blank)?;
            let comment = comment(after);
            if comment == 0 {
                return after.chars().next();
            }
            (_, rest) = after.split_at_checked(comment)?;
        }
    }

    /// One expression as JSON. What is no literal becomes a placeholder and is noted.
    fn value(&mut self, depth: usize) {
        let rest = self.rest();
        let inner = rest.get(1..).unwrap_or_default().trim_start();
        let is_for = inner.strip_prefix("for").is_some_and(|rest| rest.starts_with(char::is_whitespace));
        match self.peek() {
            Some('{' | '[') if is_for || depth >= MAX_DEPTH => self.computed(),
            Some('{') => self.items(depth, '}'),
            Some('[') => self.items(depth, ']'),
            Some('"') => {
                let span = self.string_span();
                self.at = span.end;
                self.undo(span);
            }
            _ => {
                let length = rest.find([',', '}', ']', ')', '\n']).unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or_default().trim_end();
                let literal = matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok();
                if literal { self.copy(word.len()) } else { self.computed() }
            }
        }
    }

    /// The members of an object or list, commas put in where HCL needs none.
    fn items(&mut self, depth: usize, closer: char) {
        self.copy(1);
        let mut first = true;
        loop {
            let more = self.ahead().is_some_and(|next| next != closer);
            if more && !first {
                self.put(0, ",");
            }
            self.blank();
            while self.peek() == Some(',') {
                self.at += 1;
                self.blank();
            }
            if !more {
                return self.copy(self.peek().map_or(0, char::len_utf8));
            }
            first = false;
            let before = self.at;
            if closer == '}' {
                self.key();
            }
            self.value(depth + 1);
            if self.at == before {
                // Nothing that HCL has here: the reader of JSON will say so.
                self.copy(self.peek().map_or(0, char::len_utf8));
            }
        }
    }

    /// A name and `=` or `:` after it.
    fn key(&mut self) {
        if self.peek() == Some('"') {
            let span = self.string_span();
            self.at = span.end;
            self.undo(span);
        } else {
            let rest = self.rest();
            let length =
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
            let name = format!("\"{}\"", rest.get(..length).unwrap_or_default());
            if length > 0 {
                self.put(length, &name);
            }
        }
        let rest = self.rest();
        let after = rest.trim_start_matches([' ', '\t']);
        if after.starts_with(['=', ':']) {
            let length = rest.len() - after.len() + 1;
            self.put(length, ":");
        }
        self.blank();
    }

    /// Notes an expression up to the comma, line end or bracket that ends it, and puts its placeholder there.
    fn computed(&mut self) {
        let (mut open, mut quoted) = (0_usize, false);
        let rest = self.rest();
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => open += 1,
                ')' | ']' | '}' if !quoted && open > 0 => open -= 1,
                ',' | '\n' | ')' | ']' | '}' => return !quoted && open == 0,
                _ => {}
            }
            false
        });
        let what = rest.get(..end.map_or(rest.len(), |(at, _)| at)).unwrap_or_default().trim_end();
        if what.is_empty() {
            return;
        }
        let length = what.len();
        let text = format!("\"{}\"", template::placeholder_of(what));
        let note = Note::computed(what, self.source.origin(self.at..self.at + length));
        self.notes.push(note);
        self.put(length, &text);
    }

    /// A string in quotes, quotes included; to the end of the line when it is not closed.
    fn string_span(&self) -> Span {
        let rest = self.rest();
        let mut at = 1;
        while let Some(c) = rest.get(at..).and_then(|rest| rest.chars().next()) {
            let here = rest.get(at..).unwrap_or_default();
            match c {
                '"' => return self.at..self.at + at + 1,
                '\n' => break,
                '$' if here.starts_with("$${") => at += 3,
                '$' if here.starts_with("${") => at += template::placeholder(here),
                '\\' => at += 1 + here.chars().nth(1).map_or(0, char::len_utf8),
                _ => at += c.len_utf8(),
            }
        }
        self.at..self.at + at.min(rest.len())
    }
}

/// The length of the comment that `text` begins with.
fn comment(text: &str) -> usize {
    if text.starts_with('#') || text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        text.find("*/").map_or(text.len(), |end| end + "*/".len())
    } else {
        0
    }
}
