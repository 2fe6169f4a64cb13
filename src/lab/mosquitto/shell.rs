//! Command lines as people paste them: words and commands, as a POSIX shell would take them.
//!
//! Knows quotes, backslashes, continued lines, `;`, `&`, `&&`, comments and prompts. Runs nothing: a variable, a
//! substitution, a pipe or a redirection is named and not carried out.

use std::ops::Range;

use super::{Problem, Wrong};

/// A word after quotes and backslashes are taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Bytes of the pasted text.
    pub(super) span: Range<usize>,
}

/// Splits a text into commands, each of at least one word.
pub(super) fn commands(text: &str, problems: &mut Vec<Problem>) -> Vec<Vec<Word>> {
    let mut reader = Reader { text, at: 0, problems, commands: Vec::new(), words: Vec::new() };
    reader.skip_prompt();
    while let Some(c) = reader.peek() {
        reader.next(c);
    }
    reader.end_command();
    reader.commands
}

struct Reader<'a, 'b> {
    text: &'a str,
    at: usize,
    problems: &'b mut Vec<Problem>,
    commands: Vec<Vec<Word>>,
    words: Vec<Word>,
}

impl Reader<'_, '_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn report(&mut self, span: Range<usize>, wrong: Wrong) {
        self.problems.push(Problem { span, wrong });
    }

    fn next(&mut self, c: char) {
        let start = self.at;
        match c {
            _ if self.eat("\\\r\n") || self.eat("\\\n") => self.skip_prompt(),
            '\n' => {
                self.at += 1;
                self.end_command();
                self.skip_prompt();
            }
            '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
            '|' if !self.rest().starts_with("||") => {
                self.at += 1;
                self.report(start..self.at, Wrong::Pipe);
                self.end_command();
            }
            ';' | '&' | '|' => {
                self.at += 1;
                self.end_command();
            }
            '>' | '<' => {
                self.at += 1;
                self.report(start..self.at, Wrong::Redirect);
                // What follows is a file, no word of the command.
                while self.peek().is_some_and(|c| c.is_whitespace() && c != '\n') {
                    self.at += 1;
                }
                if self.peek().is_some_and(|c| !"\n;&|<>".contains(c)) {
                    self.word();
                }
            }
            c if c.is_whitespace() => self.at += c.len_utf8(),
            _ => {
                if let Some(word) = self.word() {
                    self.words.push(word);
                }
            }
        }
    }

    /// A word up to white space or an operator.
    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            let here = self.at;
            match c {
                '\'' => self.quoted('\'', &mut text),
                '"' => self.quoted('"', &mut text),
                '\\' if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => break,
                '\\' => {
                    self.at += 1;
                    if let Some(c) = self.peek() {
                        text.push(c);
                        self.at += c.len_utf8();
                    }
                }
                c if c.is_whitespace() || ";&|<>".contains(c) => break,
                c => {
                    self.at += c.len_utf8();
                    text.push(c);
                    self.expansion(c, here);
                }
            }
        }
        (self.at > start).then_some(Word { text, span: start..self.at })
    }

    fn quoted(&mut self, quote: char, text: &mut String) {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.peek() {
            let here = self.at;
            self.at += c.len_utf8();
            match c {
                c if c == quote => return,
                '\\' if quote == '"' => match self.peek() {
                    Some('\n') => self.at += 1,
                    Some(next @ ('"' | '\\' | '$' | '`')) => {
                        self.at += 1;
                        text.push(next);
                    }
                    _ => text.push('\\'),
                },
                c => {
                    text.push(c);
                    if quote == '"' {
                        self.expansion(c, here);
                    }
                }
            }
        }
        self.report(start..self.at, Wrong::UnclosedQuote(quote));
    }

    /// Names a `$...` or backtick, which only the shell of the user could replace.
    fn expansion(&mut self, c: char, at: usize) {
        let name = self.peek().is_some_and(|next| next.is_ascii_alphanumeric() || "_{(?@*#!".contains(next));
        if c == '`' || (c == '$' && name) {
            self.report(at..self.at, Wrong::NotExpanded);
        }
    }

    fn end_command(&mut self) {
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    /// At the start of a line: `$ `, `% `, `> ` or `name@host:folder$ `.
    fn skip_prompt(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let blank = line.len() - line.trim_start().len();
        let Some((prompt, _)) = line.trim_start().split_once(' ') else { return };
        let named = prompt.contains('@') && prompt.ends_with(['$', '%', '#']);
        if named || ["$", "%", ">"].contains(&prompt) {
            self.at += blank + prompt.len() + 1;
        }
    }
}
