//! One lane: bars for the stretches of its connections, marks for what happened at a moment.

use super::attempt::Attempt;
use super::heap::{Heap, heaps};
use super::{Bar, BarKind, Ending, LANE, Lane, Mark, MarkKind, Row, View, overlaps};
use crate::broker::Verdict;
use crate::iot::time::Instant;
use crate::timeline::{ConnectionRef, Record};

/// The end of a connection is marked so far behind its bar, in pixels.
pub(super) const BEHIND: u32 = 8;

/// A mark before it is known what is drawn with it.
type Moment = (u32, (MarkKind, usize));

/// What belongs into one lane.
pub(super) struct Slot {
    /// At least one, in the order in which they began.
    pub(super) connections: Vec<ConnectionRef>,
    bars: Vec<Bar>,
    sent: Vec<Moment>,
    decided: Vec<Moment>,
    received: Vec<Moment>,
    ended: Vec<Moment>,
}

impl Slot {
    /// The lane of these connections, of which there is at least one.
    pub(super) fn new(mut attempts: Vec<Attempt<'_>>, record: &Record, view: &View) -> Self {
        attempts.sort_by_key(|attempt| (attempt.began, attempt.connection));
        let bars = match attempts.as_slice() {
            [attempt] => alone(attempt, record, view),
            attempts => shared(attempts, record, view),
        };
        let mut ended: Vec<Moment> = attempts
            .iter()
            .filter_map(|attempt| attempt.ended)
            .filter(|(at, ..)| overlaps(view, *at, *at))
            .map(|(at, ending, index)| (view.x(at) + BEHIND, (MarkKind::Ended(ending), index)))
            .collect();
        ended.sort_by_key(|(x, _)| *x);
        let connections = attempts.iter().map(|attempt| attempt.connection).collect();
        Self { connections, bars, sent: Vec::new(), decided: Vec::new(), received: Vec::new(), ended }
    }

    /// Adds what happened at a moment. Ends are there already.
    pub(super) fn put(&mut self, x: u32, kind: MarkKind, index: usize) {
        match kind {
            MarkKind::Sent => self.sent.push((x, (kind, index))),
            MarkKind::Decided(_) => self.decided.push((x, (kind, index))),
            MarkKind::Received => self.received.push((x, (kind, index))),
            MarkKind::Ended(_) => {}
        }
    }

    /// The lane `y` pixels from the top.
    pub(super) fn draw(&self, y: u32, apart: u32) -> Option<Lane> {
        let first = self.connections.first()?;
        let row = |moments: &[Moment], y| {
            heaps(moments.iter().copied(), apart).into_iter().filter_map(move |heap| mark(&heap, y))
        };
        let marks = row(&self.sent, y + Row::Sent.middle())
            .chain(row(&self.decided, y + Row::Decided.middle()))
            .chain(row(&self.received, y + Row::Received.middle()))
            .chain(row(&self.ended, y + Row::Ended.middle()));
        let bars = if self.connections.len() == 1 { self.bars.clone() } else { merged(&self.bars, apart) };
        let (session, number) = (first.session, first.number);
        Some(Lane { session, number, count: self.connections.len(), y, bars, marks: marks.collect() })
    }
}

/// One mark for a heap.
pub(super) fn mark(heap: &Heap<(MarkKind, usize)>, y: u32) -> Option<Mark> {
    let (kind, index) = *heap.members.first()?;
    let indices = || heap.members.iter().map(|(_, index)| *index);
    Some(Mark {
        kind: heap.members.iter().map(|(kind, _)| *kind).fold(kind, graver),
        x: heap.x,
        y,
        first: indices().min().unwrap_or(index),
        last: indices().max().unwrap_or(index),
        count: heap.members.len(),
    })
}

fn graver(one: MarkKind, other: MarkKind) -> MarkKind {
    match (one, other) {
        (MarkKind::Decided(_), MarkKind::Decided(Verdict::Refused)) => other,
        (MarkKind::Ended(first), MarkKind::Ended(second)) => MarkKind::Ended(first.max(second)),
        _ => one,
    }
}

/// The bars of a connection that has its lane for itself.
fn alone(attempt: &Attempt<'_>, record: &Record, view: &View) -> Vec<Bar> {
    let end = attempt.ended.map_or(record.end, |(at, ..)| at);
    let refused = matches!(attempt.ended, Some((_, Ending::Refused, _)));
    let before = if refused { BarKind::Refused } else { BarKind::Handshake };
    let accepted = attempt.accepted.unwrap_or(end);
    let connected = attempt.accepted.map(|at| (BarKind::Connected, at, end));
    let offline = attempt.offline.map(|offline| {
        let kind = BarKind::Offline { queued: offline.queued };
        (kind, end, offline.until)
    });
    let stretches = [Some((before, attempt.began, accepted)), connected, offline];
    stretches.into_iter().flatten().filter_map(|(kind, from, to)| bar(kind, from, to, view)).collect()
}

/// One bar for each connection of a session; it is over when the next one begins.
fn shared(attempts: &[Attempt<'_>], record: &Record, view: &View) -> Vec<Bar> {
    let nexts = attempts.iter().skip(1).map(|next| next.began).chain([record.end]);
    let each = attempts.iter().zip(nexts).filter_map(|(attempt, next)| {
        let kind = match (attempt.accepted, attempt.ended) {
            (Some(_), _) => BarKind::Connected,
            (None, Some((_, Ending::Refused, _))) => BarKind::Refused,
            (None, _) => BarKind::Handshake,
        };
        bar(kind, attempt.began, attempt.ended.map_or(next, |(at, ..)| at.min(next)), view)
    });
    each.collect()
}

fn bar(kind: BarKind, from: Instant, to: Instant, view: &View) -> Option<Bar> {
    let to = to.max(from);
    overlaps(view, from, to).then(|| {
        let x = view.x(from);
        // The margin has room for it.
        Bar { kind, x, width: (view.x(to) - x).max(2) }
    })
}

/// The same with those that are shorter than `apart` in heaps. What is left are long bars, which do not overlap, and
/// heaps, which begin at least `apart` apart.
fn merged(bars: &[Bar], apart: u32) -> Vec<Bar> {
    let (long, short): (Vec<Bar>, Vec<Bar>) = bars.iter().partition(|bar| bar.width >= apart);
    let short = heaps(short.into_iter().map(|bar| (bar.x, bar)), apart);
    let heap = |heap: Heap<Bar>| match heap.members.as_slice() {
        [bar] => Some(*bar),
        bars => {
            let right = bars.iter().map(|bar| bar.x + bar.width).max()?;
            Some(Bar { kind: BarKind::Many(bars.len()), x: heap.x, width: right - heap.x })
        }
    };
    let mut bars: Vec<Bar> = short.into_iter().filter_map(heap).chain(long).collect();
    bars.sort_by_key(|bar| bar.x);
    bars
}

impl Row {
    /// Its middle, in pixels from the top of the lane.
    const fn middle(self) -> u32 {
        match self {
            Self::Sent => 7,
            Self::Decided | Self::Ended => LANE / 2,
            Self::Received => LANE - 7,
        }
    }
}
