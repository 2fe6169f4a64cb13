//! Names, signs and values, in every form that has them.

use std::ops::Range;

use super::{Part, Pasted, Problem, Set, Wrong, part};

/// What stands before an assignment. A field of one line makes blanks of line ends.
const SETS: [&str; 4] = ["export", "set", "SET", "setenv"];
/// Shortest piece alone on a line that looks like the rest of the value before it.
const MIN_REST: usize = 8;

pub(super) fn read(text: &str) -> Pasted {
    let (set, pasted) = (Set::default(), Pasted::default());
    let mut reader = Reader { text, at: 0, line: 0, seen: 0, set, pasted };
    while let Some(c) = reader.rest().chars().next() {
        reader.next(c);
    }
    reader.end_set();
    reader.pasted
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where the line of `seen` begins. What was looked at is not looked at again, or long lines would take long.
    line: usize,
    seen: usize,
    set: Set,
    pasted: Pasted,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn line(&self) -> &'a str {
        self.rest().split(['\n', '\r']).next().unwrap_or_default()
    }

    /// What stands before this place on its line.
    fn before(&mut self, at: usize) -> &'a str {
        let new = self.text.get(self.seen..at).unwrap_or_default();
        if let Some(last) = new.rfind(['\n', '\r']) {
            self.line = self.seen + last + 1;
        }
        self.seen = at;
        self.text.get(self.line..at).unwrap_or_default()
    }

    fn next(&mut self, c: char) {
        let starts_line = matches!(c, '#' | ';' | '[') && self.before(self.at).trim().is_empty();
        if c.is_ascii_alphabetic() {
            let start = self.at;
            let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let length = self.rest().find(|c| !name(c)).unwrap_or(self.rest().len());
            self.at += length;
            if let Some(part) = self.text.get(start..self.at).and_then(part) {
                self.value(part, start);
            }
        } else if c == '[' && starts_line {
            self.profile();
        } else if starts_line {
            // A comment.
            self.at += self.line().len();
        } else {
            self.at += c.len_utf8();
        }
    }

    /// `[name]` alone on its line.
    fn profile(&mut self) {
        let inner = self.line().trim_end().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        self.at += 1;
        if let Some(name) = inner.filter(|name| !name.is_empty() && !name.contains(['[', ']', '{', '"'])) {
            self.end_set();
            let name = name.trim();
            self.set.name = Some(name.strip_prefix("profile ").unwrap_or(name).trim().to_owned());
            self.at += self.line().len();
        }
    }

    fn skip(&mut self, blank: impl Fn(char) -> bool) {
        self.at += self.rest().len() - self.rest().trim_start_matches(blank).len();
    }

    /// What follows a name, when it is a value.
    fn value(&mut self, part: Part, name: usize) {
        let before = self.before(name);
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let closed = quote.is_some_and(|quote| self.rest().starts_with(quote));
        self.at += usize::from(closed);
        self.skip(|c| matches!(c, ' ' | '\t'));
        if self.rest().starts_with(['=', ':', ',']) {
            self.at += 1;
        } else if !before.trim_start().get(..3).is_some_and(|word| word.eq_ignore_ascii_case("set")) {
            // Neither a sign nor `setenv NAME value`, `set -gx NAME value`, `Set-AWSCredential -Name value`.
            return;
        }
        // JSON may go on in the next line.
        self.skip(|c| matches!(c, ' ' | '\t') || (closed && c.is_ascii_whitespace()));
        let start = self.at;
        let span = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            // `set "NAME=value"`: the quote around all of it ends the value.
            _ => self.bare(quote.filter(|_| !closed)),
        };
        self.at = self.at.max(span.end);
        if self.text.get(span.clone()) == Some("null") && span.start == start {
            return;
        }
        self.put(part, span);
    }

    fn quoted(&mut self, quote: char) -> Range<usize> {
        let start = self.at + 1;
        let inner = self.text.get(start..).unwrap_or_default();
        if let Some(length) = inner.find(quote) {
            self.at = start + length + 1;
            return start..start + length;
        }
        self.pasted.problems.push(Problem { span: self.at..start, wrong: Wrong::Unclosed(quote) });
        self.at = start;
        start..start + self.line().trim_end().len()
    }

    fn bare(&mut self, quote: Option<char>) -> Range<usize> {
        let (start, rest) = (self.at, self.rest());
        let stops =
            |c: char| matches!(c, '\n' | '\r' | ';' | '&' | '|' | ',' | '}' | ')') || Some(c) == quote;
        // A blank ends the value if a comment or another assignment follows, otherwise it is part of the mistake.
        let next_begins = |at: usize| {
            let (value, next) = rest.split_at_checked(at).unwrap_or_default();
            if value.ends_with([' ', '\t']) {
                return false;
            }
            let mut words = next.split([' ', '\t', '\n']).filter(|word| !word.is_empty());
            let first = words.next().unwrap_or_default();
            let name = if SETS.contains(&first) { words.next().unwrap_or_default() } else { first };
            let name = name.split('=').next().unwrap_or_default();
            first.starts_with('#') || super::part(name).is_some()
        };
        let (end, _) = rest
            .match_indices(|c| matches!(c, ' ' | '\t') || stops(c))
            .find(|(at, c)| c.starts_with(stops) || next_begins(*at))
            .unwrap_or((rest.len(), ""));
        let value = rest.get(..end).unwrap_or_default().trim_end();
        self.at = start + value.len();
        start..self.at
    }

    fn put(&mut self, part: Part, span: Range<usize>) {
        let text = self.text;
        let set = &mut self.set;
        if let Some(earlier) = set.slot(part).clone() {
            // Old and new name of the same thing, or the next set.
            if matches!(part, Part::Expires | Part::Region) || text.get(earlier) == text.get(span.clone()) {
                return;
            }
            self.end_set();
        }
        self.cut(part, span.end);
        *self.set.slot(part) = Some(span);
    }

    /// Names a value that goes on in the next line, as what a narrow window shows does.
    fn cut(&mut self, part: Part, end: usize) {
        let after = self.text.get(end..).unwrap_or_default();
        let next = after.trim_start_matches(['\r', '\n']);
        if next.len() == after.len() || !matches!(part, Part::Secret | Part::Token) {
            return;
        }
        let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
        let line = next.lines().next().unwrap_or_default().trim_end().trim_end_matches('=');
        if line.len() >= MIN_REST && line.chars().all(base64) {
            let span = end..self.text.len() - next.len();
            self.pasted.problems.push(Problem { span, wrong: Wrong::LineEnd(part) });
        }
    }

    fn end_set(&mut self) {
        let set = std::mem::take(&mut self.set);
        if set.any() {
            self.pasted.sets.push(set);
        }
    }
}
