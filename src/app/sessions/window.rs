//! Which rows of a long table are drawn.

use std::ops::Range;

/// The document gets rows by this many.
pub const CHUNK: usize = 20;
/// A table of fewer rows is in the document as a whole.
pub const FEW: usize = 6 * CHUNK;

/// The rows that are drawn of `count` when the one at the top is in this chunk.
#[must_use]
pub fn window(count: usize, chunk: usize) -> Range<usize> {
    if count <= FEW {
        return 0..count;
    }
    // Behind the last row after another filter, until the box has been scrolled back.
    let chunk = chunk.min(count / CHUNK);
    chunk.saturating_sub(1) * CHUNK..((chunk + 3) * CHUNK).min(count)
}
