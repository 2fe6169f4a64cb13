//! Places in a text: bytes here, and what a field of the browser counts.
//!
//! The one place where the two are converted. A field (a `<textarea>`, and CodeMirror likewise) counts UTF-16 code
//! units, and shows CRLF and a lone CR as one line end of one unit.
//! Invariants: every answer lies in the text and on a character border, whatever is asked.

/// The lines of one text, found once.
#[derive(Clone, Debug)]
pub struct Places<'a> {
    text: &'a str,
    /// Never empty: a text without a line end is one line.
    lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// Its first byte.
    start: usize,
    /// The byte after its last, its line end not counted.
    end: usize,
    /// Where it starts in the field.
    field: usize,
}

impl<'a> Places<'a> {
    /// Looks for the lines; linear in the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut line = Line::default();
        let mut field = 0;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            field += c.len_utf16();
            if !matches!(c, '\n' | '\r') {
                continue;
            }
            lines.push(Line { end: at, ..line });
            let pair = if c == '\r' { chars.next_if(|(_, next)| *next == '\n') } else { None };
            line = Line { start: pair.map_or(at, |(second, _)| second) + 1, end: 0, field };
        }
        lines.push(Line { end: text.len(), ..line });
        Self { text, lines }
    }

    /// Where a byte of the text stands in the field.
    #[must_use]
    pub fn field(&self, byte: usize) -> usize {
        let line = self.line(|line| line.start <= byte).1;
        line.field + self.before(line, byte).encode_utf16().count()
    }

    /// The byte of the text that stands at a place of the field.
    #[must_use]
    pub fn byte(&self, field: usize) -> usize {
        let line = self.line(|line| line.field <= field).1;
        let mut left = field - line.field;
        let fits = |c: &char| {
            let rest = left.checked_sub(c.len_utf16());
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        line.start + self.before(line, line.end).chars().take_while(fits).map(char::len_utf8).sum::<usize>()
    }

    /// Line and column of a byte, both from 1; a column is a character.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let (number, line) = self.line(|line| line.start <= byte);
        (number, self.before(line, byte).chars().count() + 1)
    }

    /// The last line that begins in time, and its number from 1.
    fn line(&self, begins: impl Fn(&Line) -> bool) -> (usize, Line) {
        let number = self.lines.partition_point(begins).max(1);
        (number, self.lines.get(number - 1).copied().unwrap_or_default())
    }

    /// The text of a line before a byte.
    fn before(&self, line: Line, byte: usize) -> &'a str {
        let end = self.text.floor_char_boundary(byte.clamp(line.start, line.end));
        self.text.get(line.start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, a byte, its place in a field, its line and column.
    const TABLE: [(&str, usize, usize, (usize, usize)); 20] = [
        ("", 0, 0, (1, 1)),
        ("abc", 3, 3, (1, 4)),
        ("Allöw€🙂!", 3, 3, (1, 4)),
        ("Allöw€🙂!", 5, 4, (1, 5)),
        ("Allöw€🙂!", 9, 6, (1, 7)),
        ("Allöw€🙂!", 13, 8, (1, 8)),
        ("Allöw€🙂!", 14, 9, (1, 9)),
        ("a\nb", 1, 1, (1, 2)),
        ("a\nb", 2, 2, (2, 1)),
        ("a\r\nb", 1, 1, (1, 2)),
        ("a\r\nb", 3, 2, (2, 1)),
        ("a\r\nb", 4, 3, (2, 2)),
        ("a\rb", 2, 2, (2, 1)),
        ("a\r\rb", 3, 3, (3, 1)),
        ("a\n\rb", 3, 3, (3, 1)),
        ("\r\n\r\nü\r\n", 6, 3, (3, 2)),
        ("\r\n\r\nü\r\n", 8, 4, (4, 1)),
        ("\u{feff}{", 3, 1, (1, 2)),
        ("\u{feff}{", 4, 2, (1, 3)),
        ("a\u{2028}b", 4, 2, (1, 3)),
    ];

    #[test]
    fn bytes_lead_to_the_field_and_back() {
        for (text, byte, field, place) in TABLE {
            let places = Places::new(text);
            assert_eq!(places.field(byte), field, "{text:?} byte {byte}");
            assert_eq!(places.byte(field), byte, "{text:?} field {field}");
            assert_eq!(places.line_column(byte), place, "{text:?} byte {byte}");
        }
    }

    #[test]
    fn a_field_holds_the_text_with_plain_line_ends() {
        for (text, ..) in TABLE {
            let shown = text.replace("\r\n", "\n").replace('\r', "\n");
            let units: Vec<u16> = shown.encode_utf16().collect();
            assert_eq!(Places::new(text).field(text.len()), units.len());
            for (byte, c) in text.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                let at = Places::new(text).field(byte);
                let there = char::decode_utf16(units[at..].iter().copied()).next();
                assert_eq!(there, Some(Ok(c)), "{text:?} byte {byte}");
            }
        }
    }

    #[test]
    fn what_is_no_border_or_outside_ends_on_a_border_inside() {
        let text = "ö🙂\r\nx";
        let places = Places::new(text);
        assert_eq!((places.field(1), places.byte(2)), (0, 2), "inside of a character: before it");
        assert_eq!(places.field(7), 3, "between CR and LF: before both");
        assert_eq!((places.field(99), places.byte(99)), (5, text.len()));
    }
}
