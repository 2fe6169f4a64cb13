//! A reader for JSON as people paste it: keeps byte spans, goes on after an error, never fails.
//!
//! Takes comments (`#`, `//`, `/* */`), trailing and missing commas, typographic quotes, a byte order mark and a
//! second document, and reports each. Knows nothing of policies.
//! Invariants: work is linear in the text; depth is limited by [`MAX_DEPTH`]; every span lies in the text.

use super::diagnostic::{Diagnostic, Problem, Span};

/// How deep values may nest; a policy needs five levels. Deeper values are skipped and reported.
pub const MAX_DEPTH: usize = 32;
/// At most this many findings are kept; after that the text is hardly JSON and the rest is noise.
pub const MAX_DIAGNOSTICS: usize = 200;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From the first to the last character of the value, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, escapes resolved.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// An object in the order of the text, duplicates included.
    Object(Vec<Member>),
    /// Something else; reported.
    Broken,
}

/// A name and its value in an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The name, escapes resolved.
    pub key: String,
    /// Where the name stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// Reads the first value of `text`. `None` when there is none.
#[must_use]
pub fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader { text, at: 0, found: Vec::new() };
    if text.starts_with('\u{feff}') {
        reader.report(Problem::ByteOrderMark, 0..'\u{feff}'.len_utf8());
        reader.at = '\u{feff}'.len_utf8();
    }
    reader.skip_blank();
    let node = (!reader.rest().is_empty()).then(|| reader.value(0));
    if node.is_none() {
        reader.report(Problem::Empty, 0..text.len());
    }
    reader.skip_blank();
    match reader.peek() {
        None => {}
        Some('{') => reader.report(Problem::SecondDocument, reader.at..reader.at + 1),
        Some(_) => reader.unexpected("the end of the text"),
    }
    (node, reader.found)
}

/// The character that the escape at the backslash at `at` stands for, and where the escape ends.
pub(super) fn escape_at(text: &str, at: usize) -> (Option<char>, usize) {
    let mut reader = Reader { text, at: at + 1, found: Vec::new() };
    let escaped = reader.escape();
    (escaped, reader.at)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn report(&mut self, problem: Problem, span: Span) {
        if self.found.len() < MAX_DIAGNOSTICS {
            self.found.push(Diagnostic { problem, span });
        }
    }

    fn unexpected(&mut self, expected: &'static str) {
        let found = self.peek();
        // Whatever is open when the text ends: one finding says that it is cut off.
        if found.is_none()
            && self.found.iter().any(|found| matches!(found.problem, Problem::Syntax { found: None, .. }))
        {
            return;
        }
        let end = self.at + found.map_or(0, char::len_utf8);
        self.report(Problem::Syntax { expected, found }, self.at..end);
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank =
                rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
            self.at += blank;
            let rest = self.rest();
            let Some((opener, closer)) = [("#", "\n"), ("//", "\n"), ("/*", "*/")]
                .into_iter()
                .find(|(opener, _)| rest.starts_with(opener))
            else {
                return;
            };
            let length = rest
                .find(closer)
                .map_or(rest.len(), |end| if closer == "\n" { end } else { end + closer.len() });
            self.report(Problem::Comment { opener }, self.at..self.at + length);
            self.at += length;
        }
    }

    fn value(&mut self, depth: usize) -> Node {
        let start = self.at;
        let value = match self.peek() {
            Some('{' | '[') if depth >= MAX_DEPTH => {
                self.skip_nested();
                self.report(Problem::TooDeep, start..self.at);
                Value::Broken
            }
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some(quote) if is_quote(quote) => Value::String(self.string()),
            Some(c) if c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.') => self.word(),
            _ => {
                self.unexpected("a value");
                Value::Broken
            }
        };
        Node { span: start..self.at, value }
    }

    fn object(&mut self, depth: usize) -> Value {
        self.bump();
        let mut members: Vec<Member> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        loop {
            if !self.next_item('}', "a comma or `}`", !members.is_empty()) {
                return Value::Object(members);
            }
            let key_start = self.at;
            if !self.peek().is_some_and(is_quote) {
                self.unexpected("a name in quotes");
                if matches!(self.peek(), Some('{' | '[')) {
                    // `{ {`: the inner object is what was meant. A list here is skipped.
                    let inner = self.value(depth + 1);
                    if let Value::Object(more) = inner.value {
                        members.extend(more);
                    }
                } else {
                    self.skip_to_separator();
                }
                continue;
            }
            let key = self.string();
            let key_span = key_start..self.at;
            self.skip_blank();
            if self.peek() == Some(':') {
                self.bump();
                self.skip_blank();
            } else {
                self.unexpected("`:`");
            }
            let value = if matches!(self.peek(), Some(',' | '}' | ']') | None) {
                self.unexpected("a value");
                Node { span: self.at..self.at, value: Value::Broken }
            } else {
                self.value(depth + 1)
            };
            if !seen.insert(key.clone()) {
                self.report(Problem::DuplicateKey { key: key.clone() }, key_span.clone());
            }
            members.push(Member { key, key_span, value });
        }
    }

    fn array(&mut self, depth: usize) -> Value {
        self.bump();
        let mut items = Vec::new();
        while self.next_item(']', "a comma or `]`", !items.is_empty()) {
            let before = self.at;
            let item = self.value(depth + 1);
            if self.at == before {
                self.skip_to_separator();
            }
            items.push(item);
        }
        Value::Array(items)
    }

    /// Moves to the next item of a list or object; false at its end.
    fn next_item(&mut self, closer: char, expected: &'static str, separated: bool) -> bool {
        self.skip_blank();
        let mut comma = None;
        while self.peek() == Some(',') {
            if comma.is_some() || !separated {
                self.unexpected("a value");
            }
            comma = Some(self.at);
            self.bump();
            self.skip_blank();
        }
        match self.peek() {
            Some(c) if c == closer => {
                if let (Some(at), true) = (comma, separated) {
                    self.report(Problem::TrailingComma, at..at + 1);
                }
                self.bump();
                false
            }
            None => {
                self.unexpected(if closer == ']' { "`]`" } else { "`}`" });
                false
            }
            // The closer of the surrounding value: this one was forgotten.
            Some('}' | ']') => {
                self.unexpected(expected);
                false
            }
            Some(_) => {
                if separated && comma.is_none() {
                    self.unexpected(expected);
                }
                true
            }
        }
    }

    /// After a piece that makes no sense: on to the next comma or bracket.
    fn skip_to_separator(&mut self) {
        while let Some(c) = self.peek() {
            if matches!(c, ',' | '{' | '}' | '[' | ']' | '\n') || is_quote(c) {
                // A lone `:` or word before a quote must not stop us for ever: quotes begin the next item.
                if c == '\n' {
                    self.bump();
                }
                return;
            }
            self.bump();
        }
    }

    /// Skips a bracketed value without looking inside.
    fn skip_nested(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            if is_quote(c) {
                self.string();
                continue;
            }
            self.bump();
            match c {
                '{' | '[' => open += 1,
                '}' | ']' => {
                    open -= 1;
                    if open == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    fn word(&mut self) -> Value {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')))
            .unwrap_or(rest.len());
        let (word, _) = rest.split_at_checked(length).unwrap_or_default();
        let span = self.at..self.at + length;
        self.at += length;
        match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ if word.parse::<f64>().is_ok() && !word.starts_with('+') => Value::Number(word.to_owned()),
            _ => {
                let found = word.chars().next();
                self.report(Problem::Syntax { expected: "a value in quotes", found }, span);
                Value::Broken
            }
        }
    }

    /// Reads a string at its opening quote. One that is not closed ends with the line.
    fn string(&mut self) -> String {
        let start = self.at;
        let opener = self.bump().unwrap_or('"');
        let out = self.string_after(opener);
        if opener != '"' {
            self.report(Problem::TypographicQuotes { quote: opener }, start..self.at);
        }
        out
    }

    fn string_after(&mut self, opener: char) -> String {
        let mut out = String::new();
        loop {
            let at = self.at;
            match self.peek() {
                None | Some('\n') => {
                    self.unexpected("`\"` at the end of the text in quotes");
                    return out;
                }
                Some('"') if opener == '"' => {
                    self.bump();
                    return out;
                }
                Some(c) if opener != '"' && is_quote(c) => {
                    self.bump();
                    return out;
                }
                Some('\\') => {
                    self.bump();
                    match self.escape() {
                        Some(c) => out.push(c),
                        None => self.report(
                            Problem::Syntax { expected: "a JSON escape after `\\`", found: Some('\\') },
                            at..self.at,
                        ),
                    }
                }
                Some(c) => {
                    self.bump();
                    if c < ' ' {
                        self.report(
                            Problem::Syntax { expected: "no control character in quotes", found: Some(c) },
                            at..self.at,
                        );
                    }
                    out.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        match self.peek()? {
            '\n' => None,
            'u' => {
                self.bump();
                let high = self.hex4()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                let after = self.at;
                if self.rest().starts_with("\\u") {
                    self.at += 2;
                    if let Some(low) = self.hex4().filter(|low| (0xdc00..0xe000).contains(low)) {
                        return char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    }
                }
                self.at = after;
                None
            }
            c => {
                self.bump();
                match c {
                    '"' | '\\' | '/' => Some(c),
                    'b' => Some('\u{8}'),
                    'f' => Some('\u{c}'),
                    'n' => Some('\n'),
                    'r' => Some('\r'),
                    't' => Some('\t'),
                    _ => None,
                }
            }
        }
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// `"`, or what a word processor makes of it.
pub(super) const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ff02}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<Problem> {
        read(text).1.into_iter().map(|d| d.problem).collect()
    }

    #[test]
    fn what_people_paste_is_read_and_reported() {
        let (node, found) = read("{\"a\": [\"x\", # why\n \"y\",], // z\n\u{201c}b\u{201d}: 1 }\n{}");
        let Some(Node { value: Value::Object(members), .. }) = node else { panic!("an object") };
        assert_eq!(members.len(), 2);
        assert!(matches!(&members[0].value.value, Value::Array(items) if items.len() == 2));
        assert_eq!(found.iter().filter(|d| matches!(d.problem, Problem::Comment { .. })).count(), 2);
        assert!(found.iter().any(|d| d.problem == Problem::TrailingComma));
        assert!(found.iter().any(|d| d.problem == Problem::SecondDocument));
        assert!(found.iter().any(|d| matches!(d.problem, Problem::TypographicQuotes { .. })));
    }

    #[test]
    fn a_text_cut_off_is_one_finding() {
        let cut = problems("{\"a\": [[{\"b\": [[\"c");
        assert!(matches!(cut.as_slice(), [Problem::Syntax { found: None, .. }]), "{cut:?}");
        let deep = problems(&"[".repeat(1000));
        assert!(
            matches!(deep.as_slice(), [Problem::TooDeep, Problem::Syntax { found: None, .. }]),
            "{deep:?}"
        );
    }

    #[test]
    fn good_json_has_no_findings_and_bad_json_ends() {
        assert!(problems("{\"a\":[1,true,null,\"\\u00e9\\ud83d\\ude00\"]}").is_empty());
        for text in [
            "",
            "{",
            "[",
            "{\"a\"",
            "{\"a\":",
            "{a:1}",
            "[:]",
            "{{}}",
            "[}",
            "\"\\u12",
            "{\"a\" \"b\"}",
            "]",
            "{,}",
            "[,,1]",
        ] {
            assert!(!problems(text).is_empty(), "{text}");
        }
        assert!(problems(&"[".repeat(100_000)).contains(&Problem::TooDeep));
    }
}
