//! The files that the console gives for a new access key: a line of names, then a line for each key.

use std::ops::Range;

use super::{Part, Pasted, Set, part};

/// `None` when the first line does not name the columns of a key.
pub(super) fn read(text: &str) -> Option<Pasted> {
    let mut lines = lines(text).filter(|(_, line)| !line.trim_matches(blank).is_empty());
    let (at, header) = lines.next()?;
    let columns: Vec<Option<Column>> = cells(at, header).map(|span| column(text.get(span)?)).collect();
    let has = |wanted| columns.contains(&Some(Column::Part(wanted)));
    if !(has(Part::AccessKey) && has(Part::Secret)) {
        return None;
    }
    let row = |(at, line): (usize, &str)| {
        let mut set = Set::default();
        for (column, span) in columns.iter().zip(cells(at, line)) {
            match column {
                Some(Column::Part(part)) if !span.is_empty() => *set.slot(*part) = Some(span),
                Some(Column::User) => {
                    set.name = text.get(span).filter(|name| !name.is_empty()).map(str::to_owned)
                }
                _ => {}
            }
        }
        set
    };
    Some(Pasted { sets: lines.map(row).filter(Set::any).collect(), problems: Vec::new() })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Part(Part),
    User,
}

fn column(name: &str) -> Option<Column> {
    if name.eq_ignore_ascii_case("user name") { Some(Column::User) } else { part(name).map(Column::Part) }
}

/// The lines with the places where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((*end - line.len(), line))
    })
}

/// The cells of a line, without the blanks and quotes around them.
fn cells(at: usize, line: &str) -> impl Iterator<Item = Range<usize>> {
    line.split(',').scan(at, |end, cell| {
        let start = *end;
        *end += cell.len() + 1;
        let left = cell.len() - cell.trim_start_matches(blank).len();
        let inner = cell.trim_matches(blank).len();
        Some(start + left..start + left + inner)
    })
}

/// What stands around a cell; files of the console begin with a byte order mark.
fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\u{feff}')
}
