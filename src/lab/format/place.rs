//! Where in the text a field stands, found again by the way to it: when something is wrong with it, or when something
//! else is to stand there.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::suite::format::fields::{Object, list};

/// The byte at which the field of this path begins; or what is around it, when it is missing.
pub(super) fn byte(text: &str, path: &str) -> usize {
    let Ok(root) = serde_json::from_str::<&RawValue>(text) else { return 0 };
    let (found, _) = walk(root, path);
    start(text, found)
}

/// Where the value of the field of this path stands, if it does.
pub(in crate::lab) fn range(text: &str, path: &str) -> Option<Range<usize>> {
    let root = serde_json::from_str::<&RawValue>(text).ok()?;
    let (found, arrived) = walk(root, path);
    let start = start(text, found);
    arrived.then(|| start..start + found.get().len())
}

/// As far along the way as there is one, and whether that is its end.
fn walk<'a>(root: &'a RawValue, path: &str) -> (&'a RawValue, bool) {
    let mut here = root;
    for piece in path.split(['.', '[']).filter(|piece| !piece.is_empty()) {
        let inner = match piece.strip_suffix(']').map(str::parse::<usize>) {
            Some(Ok(index)) => list(here, "").ok().and_then(|items| items.get(index).copied()),
            _ => Object::new(here, "").ok().and_then(|object| object.find(piece)),
        };
        match inner {
            Some(inner) => here = inner,
            None => return (here, false),
        }
    }
    (here, true)
}

/// The value is a part of the text: the distance of their first bytes is its place.
fn start(text: &str, value: &RawValue) -> usize {
    value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// Line and column, from 1, of a byte.
pub(in crate::lab) fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}
