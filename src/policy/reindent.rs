//! The layout of a policy: a line for each member and each item, two spaces a level.
//!
//! Changes white space outside of quotes and comments, and nothing else.

use super::diagnostic::{Diagnostic, Problem};
use super::document::MAX_TEXT;
use super::json;

/// The text laid out anew, comments kept. Line ends become `\n`.
///
/// # Errors
/// What stands in the way: the text is no JSON, or would be longer than [`MAX_TEXT`] bytes.
pub fn reindent(text: &str) -> Result<String, Diagnostic> {
    let too_large = |bytes: usize| Diagnostic { problem: Problem::TextTooLarge { bytes }, span: 0..0 };
    if text.len() > MAX_TEXT {
        return Err(too_large(text.len()));
    }
    let (_, found) = json::read(text);
    if let Some(stops) = found.into_iter().find(|found| !harmless(&found.problem)) {
        return Err(stops);
    }
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let tokens: Vec<Token> = Tokens { rest: body }.collect();
    let mut page = Page { out: mark.to_owned(), begun: false, depth: 0 };
    let mut gap = Gap::None;
    let mut opened = false;
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        let breaks = next.is_some_and(|next| next.new_line);
        gap = match token.kind {
            Kind::Open => {
                page.put(gap, token.text);
                page.depth += 1;
                Gap::Line
            }
            Kind::Close => {
                page.depth = page.depth.saturating_sub(1);
                page.put(if opened { Gap::None } else { Gap::Line }, token.text);
                Gap::None
            }
            Kind::Comma => {
                page.put(gap, token.text);
                Gap::Line
            }
            Kind::Colon => {
                page.put(gap, token.text);
                Gap::Space
            }
            Kind::Value => {
                page.put(gap, token.text);
                Gap::None
            }
            Kind::Comment { whole_line } => {
                let before = if token.new_line { Gap::Line } else { Gap::Space };
                let leads = !whole_line
                    && !breaks
                    && next.is_some_and(|next| !matches!(next.kind, Kind::Close | Kind::Comma));
                page.put(if leads { gap.max(before) } else { before }, token.text);
                match (leads, whole_line || breaks) {
                    (true, _) => Gap::Space,
                    (false, true) => Gap::Line,
                    (false, false) => gap,
                }
            }
        };
        opened = token.kind == Kind::Open;
        if page.out.len() > MAX_TEXT {
            return Err(too_large(page.out.len()));
        }
    }
    if text.ends_with('\n') {
        page.out.push('\n');
    }
    Ok(page.out)
}

/// Findings that leave no doubt about where every value begins and ends.
const fn harmless(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Comment { .. }
            | Problem::TrailingComma
            | Problem::ByteOrderMark
            | Problem::DuplicateKey { .. }
    )
}

/// What stands between two tokens, from tight to loose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

struct Page {
    out: String,
    begun: bool,
    depth: usize,
}

impl Page {
    fn put(&mut self, gap: Gap, text: &str) {
        match gap {
            Gap::Line if self.begun => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n("  ", self.depth));
            }
            Gap::Space if self.begun => self.out.push(' '),
            _ => {}
        }
        self.begun = true;
        self.out.push_str(text);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    Comma,
    Colon,
    Value,
    Comment { whole_line: bool },
}

#[derive(Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    /// Whether it begins a line.
    new_line: bool,
}

/// The tokens of a text that [`json::read`] has no complaint about.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let trimmed = self.rest.trim_start_matches(blank);
        let skipped = self.rest.get(..self.rest.len() - trimmed.len())?;
        let (kind, length) = match trimmed.chars().next()? {
            '{' | '[' => (Kind::Open, 1),
            '}' | ']' => (Kind::Close, 1),
            ',' => (Kind::Comma, 1),
            ':' => (Kind::Colon, 1),
            '"' => (Kind::Value, quoted(trimmed)),
            '/' if trimmed.starts_with("/*") => {
                let length = trimmed.find("*/").map_or(trimmed.len(), |at| at + 2);
                (Kind::Comment { whole_line: false }, length)
            }
            '#' | '/' => (Kind::Comment { whole_line: true }, trimmed.find('\n').unwrap_or(trimmed.len())),
            c => {
                let ends = |c: char| blank(c) || "{}[],:\"#/".contains(c);
                (Kind::Value, trimmed.find(ends).unwrap_or(trimmed.len()).max(c.len_utf8()))
            }
        };
        let (text, rest) = trimmed.split_at_checked(length)?;
        self.rest = rest;
        Some(Token { kind, text: text.trim_end(), new_line: skipped.contains('\n') })
    }
}

/// The length of the text in quotes at the start.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts() {
        for (text, wanted) in [
            ("{}", "{}"),
            ("[ ]\n", "[]\n"),
            ("1", "1"),
            (
                r#"{"a":1,"b":[true,{"c":"x, {y} \" z"}]}"#,
                "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {\n      \"c\": \"x, {y} \\\" z\"\n    }\n  ]\n}",
            ),
            ("{\r\n\"a\" :\r\n1}\r\n", "{\n  \"a\": 1\n}\n"),
            ("\u{feff}[1]", "\u{feff}[\n  1\n]"),
            ("[1, # one\n2,\n# three\n3,]", "[\n  1, # one\n  2,\n  # three\n  3,\n]"),
            ("[ // first\n1 /* a */, /* b */ 2 /* c */]", "[ // first\n  1 /* a */,\n  /* b */ 2 /* c */\n]"),
            ("// top\n{} // end", "// top\n{} // end"),
            ("/* top */\n{\n// nothing\n}", "/* top */\n{\n  // nothing\n}"),
            ("{\"a\" /* k */ : /* v */ 1}", "{\n  \"a\" /* k */ : /* v */ 1\n}"),
            ("[\"http://x#y\" # z\n]", "[\n  \"http://x#y\" # z\n]"),
        ] {
            assert_eq!(reindent(text).as_deref(), Ok(wanted), "{text:?}");
            assert_eq!(reindent(wanted).as_deref(), Ok(wanted), "laid out twice: {text:?}");
        }
    }

    #[test]
    fn what_is_no_json_is_left_alone_and_the_reason_is_told() {
        for text in ["", "{", "{\"a\" 1}", "[1 2]", "{\u{201c}a\u{201d}: 1}", "{}{}", "{\"a", "[@]"] {
            assert!(reindent(text).is_err(), "{text:?}");
        }
        // Indenting can make a text many times longer.
        let deep = format!("{}{}{}", "[".repeat(30), "1,".repeat(MAX_TEXT / 3), "]".repeat(30));
        assert!(matches!(reindent(&deep).unwrap_err().problem, Problem::TextTooLarge { .. }));
    }
}
