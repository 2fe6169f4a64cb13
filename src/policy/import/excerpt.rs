//! Text taken out of another text, with a table that leads every byte back to where it came from.
//!
//! Knows nothing of policies. Invariant: the pieces cover the text in order without gaps.

use crate::policy::diagnostic::Span;

/// Bytes of the excerpt and the bytes of the original they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// First byte in the excerpt; the piece ends where the next one begins.
    at: usize,
    /// Bytes of the original.
    from: Span,
    /// Copied byte for byte, so that every offset in it has its counterpart.
    copied: bool,
}

/// A text and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    text: String,
    pieces: Vec<Piece>,
}

impl Excerpt {
    /// The original itself.
    pub(super) fn whole(text: &str) -> Self {
        let piece = Piece { at: 0, from: 0..text.len(), copied: true };
        Self { text: text.to_owned(), pieces: vec![piece] }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that `span` of the excerpt stands for.
    pub(super) fn origin(&self, span: Span) -> Span {
        let Some((_, piece)) = self.piece(span.start) else { return 0..0 };
        let start = if piece.copied { piece.from.start + (span.start - piece.at) } else { piece.from.start };
        let start = start.min(piece.from.end);
        if span.is_empty() {
            return start..start;
        }
        let end = self.piece(span.end - 1).map_or(start, |(_, piece)| {
            if piece.copied { piece.from.start + (span.end - piece.at) } else { piece.from.end }
        });
        start..end.max(start)
    }

    /// The last piece that begins at or before `offset`.
    fn piece(&self, offset: usize) -> Option<(usize, &Piece)> {
        let after = self.pieces.partition_point(|piece| piece.at <= offset);
        let at = after.checked_sub(1)?;
        self.pieces.get(at).map(|piece| (at, piece))
    }

    /// A part of the excerpt, itself an excerpt of the same original.
    pub(super) fn slice(&self, span: Span) -> Self {
        let mut out = Self::default();
        out.copy(self, span);
        out
    }

    /// Adds `span` of `other` byte for byte.
    pub(super) fn copy(&mut self, other: &Self, span: Span) {
        let Some(text) = other.text.get(span.clone()).filter(|text| !text.is_empty()) else { return };
        let mut at = other.piece(span.start).map_or(0, |(at, _)| at);
        while let Some(piece) = other.pieces.get(at).filter(|piece| piece.at < span.end) {
            let end = other.pieces.get(at + 1).map_or(other.text.len(), |next| next.at).min(span.end);
            let start = piece.at.max(span.start);
            let from = if piece.copied { other.origin(start..end) } else { piece.from.clone() };
            self.pieces.push(Piece {
                at: self.text.len() + (start - span.start),
                from,
                copied: piece.copied,
            });
            at += 1;
        }
        self.text.push_str(text);
    }

    /// Adds `text` in place of `span` of `other`.
    pub(super) fn put(&mut self, other: &Self, span: Span, text: &str) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { at: self.text.len(), from: other.origin(span), copied: false });
        self.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_leads_back() {
        let original = Excerpt::whole("one \\\" two \\n three");
        let mut first = Excerpt::default();
        first.copy(&original, 0..4);
        first.put(&original, 4..6, "\"");
        first.copy(&original, 6..11);
        first.put(&original, 11..13, "\n");
        first.copy(&original, 13..19);
        assert_eq!(first.text(), "one \" two \n three");
        // A slice that begins and ends inside copied pieces, and one step further.
        let second = first.slice(2..15).slice(1..13);
        assert_eq!(second.text(), " \" two \n thr");
        for (span, origin) in [(0..1, 3..4), (1..2, 4..6), (3..6, 7..10), (7..8, 11..13), (9..12, 14..17)] {
            assert_eq!(second.origin(span.clone()), origin, "{span:?}");
        }
        assert_eq!(second.origin(0..12), 3..17);
        assert_eq!(second.origin(4..4), 8..8);
        assert_eq!(Excerpt::default().origin(0..0), 0..0);
    }
}
