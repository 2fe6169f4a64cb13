//! The picture of a run as data: connections side by side, what was sent and decided on them, who threw out whom.
//!
//! Time runs to the right. On top is the broker, below it one lane for each connection, grouped by client ID; where one
//! client ID has more connections than can be overlooked, one lane for each session that used it. What stands too close
//! together is drawn as one mark with a count, so that a drawing has at most [`MAX_SHAPES`] shapes whatever happened; a
//! shorter stretch of time ([`View`]) shows them apart again.
//!
//! Knows entries and findings alone, and looks at no packet's meaning but what the diagnosis reads too. Has no words and
//! no colours: those are `words::drawing`'s and the style sheet's.
//!
//! Invariants: all geometry is whole pixels, computed with integers, so that the same record and view give the same
//! drawing on every machine; nothing stands outside `0..width` and `0..height`.

mod attempt;
mod heap;
mod lane;
mod plan;
mod view;

use std::collections::BTreeMap;

pub use view::{MARGIN, Tick, View, WIDTHS};

use super::{ConnectionRef, Entry, Record, SessionId, What};
use crate::broker::Verdict;
use crate::iot::time::{Instant, Millis};

/// A drawing has no more shapes than this: lanes, bars, marks, joins, brackets and times together.
pub const MAX_SHAPES: usize = 1_000;
/// More lanes are not drawn; [`Drawing::left_out`] says how many connections that are.
pub const MAX_LANES: usize = 64;
/// A client ID with more connections in view has one lane for each of its sessions.
pub const MAX_ATTEMPTS: usize = 12;
/// Height of a lane, in pixels.
pub const LANE: u32 = 44;
/// Height of the line with a client ID, and of one with a bracket, in pixels.
pub const LINE: u32 = 20;
/// Where the broker's rail stands, in pixels from the top; the axis is above it.
pub const RAIL: u32 = 40;
/// Where the first group begins, in pixels from the top.
const TOP: u32 = 60;
/// Free space below the last lane, in pixels.
const BOTTOM: u32 = 8;
/// Marks of one kind in one lane stand at least so far apart, in pixels.
const APART: u32 = 26;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// What it shows.
    pub view: View,
    /// In pixels; the width is the view's.
    pub height: u32,
    /// The axis.
    pub ticks: Vec<Tick>,
    /// Where CONNECTs came to the broker.
    pub rail: Vec<Mark>,
    /// From top to bottom.
    pub groups: Vec<Group>,
    /// Connections in view for which there was no lane left.
    pub left_out: usize,
    /// In which lane a connection is drawn: its group and its place there.
    places: BTreeMap<ConnectionRef, (usize, usize)>,
}

/// The connections with one client ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As sent or as assigned.
    pub client_id: String,
    /// Where the line with the client ID begins, in pixels from the top.
    pub y: u32,
    /// Takeover wars; they have a line of their own below the client ID.
    pub brackets: Vec<Bracket>,
    /// From top to bottom.
    pub lanes: Vec<Lane>,
    /// Who threw out whom.
    pub joins: Vec<Join>,
}

/// One connection, or all connections of one session with one client ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Whose.
    pub session: SessionId,
    /// The number of its first connection in view.
    pub number: u32,
    /// How many connections it shows; more than one only where they had to share a lane.
    pub count: usize,
    /// Where it begins, in pixels from the top.
    pub y: u32,
    /// From left to right.
    pub bars: Vec<Bar>,
    /// Packets, decisions and ends; each kind from left to right.
    pub marks: Vec<Mark>,
}

/// A stretch of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What the connection was then.
    pub kind: BarKind,
    /// Its left end, in pixels.
    pub x: u32,
    /// Its length in pixels, at least 1.
    pub width: u32,
}

/// What a connection is at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// Open, and not yet accepted.
    Handshake,
    /// Accepted.
    Connected,
    /// Never accepted.
    Refused,
    /// Gone, while its session waits for the client with so many messages.
    Offline {
        /// Messages stored for it; only a simulated broker tells.
        queued: usize,
    },
    /// Connections too short to be told apart.
    Many(usize),
}

/// Something that happened at a moment, or several of a kind that are too close to be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is; of several, the gravest.
    pub kind: MarkKind,
    /// Its middle, in pixels.
    pub x: u32,
    /// Its middle, in pixels from the top.
    pub y: u32,
    /// The first entry that it stands for.
    pub first: usize,
    /// The last one; other entries may lie between.
    pub last: usize,
    /// How many there are.
    pub count: usize,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A packet from the client to the broker.
    Sent,
    /// A packet from the broker to the client.
    Received,
    /// A right that was asked for.
    Decided(Verdict),
    /// The end of a connection.
    Ended(Ending),
}

/// How a connection ended; the graver is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// The client left.
    ByClient,
    /// Nobody is told who it was.
    Unknown,
    /// The broker ended it.
    ByServer,
    /// The network failed.
    Lost,
    /// It was never accepted.
    Refused,
    /// Another connection with its client ID came.
    TakenOver,
}

/// From the CONNECT of a newcomer to the end of the connection that it threw out; of several too close to be told
/// apart, the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// The newcomer's CONNECT, in pixels; nothing when none of the sessions was the newcomer.
    pub from: Option<(u32, u32)>,
    /// The end of the older connection, in pixels.
    pub to: (u32, u32),
    /// The session of the newcomer.
    pub by: Option<ConnectionRef>,
    /// How many there are.
    pub count: usize,
}

/// A takeover war.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// Its left end, in pixels.
    pub x: u32,
    /// Its length, in pixels.
    pub width: u32,
    /// From the top, in pixels.
    pub y: u32,
    /// Takeovers.
    pub rounds: usize,
    /// Mean time from one to the next.
    pub period: Millis,
}

/// What a drawing of `record` shows, in `view`.
#[must_use]
pub fn draw(record: &Record, view: View) -> Drawing {
    let plan = plan::Plan::new(record, view);
    let mut apart = APART;
    loop {
        let drawing = plan.draw(apart);
        if drawing.shapes() <= MAX_SHAPES || apart > view.width() {
            return drawing;
        }
        apart *= 2;
    }
}

impl Drawing {
    /// How many shapes it has.
    #[must_use]
    pub fn shapes(&self) -> usize {
        let groups = self.groups.iter().map(|group| {
            let lanes = group.lanes.iter().map(|lane| 1 + lane.bars.len() + lane.marks.len());
            1 + group.brackets.len() + group.joins.len() + lanes.sum::<usize>()
        });
        self.ticks.len() + self.rail.len() + groups.sum::<usize>()
    }

    /// All lanes, from top to bottom.
    pub fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.groups.iter().flat_map(|group| &group.lanes)
    }

    /// The lane in which a connection is drawn.
    #[must_use]
    pub fn lane_of(&self, connection: ConnectionRef) -> Option<&Lane> {
        let (group, lane) = self.places.get(&connection)?;
        self.groups.get(*group)?.lanes.get(*lane)
    }

    /// Where the cursor stands for an entry: its moment, and its mark if it has one.
    #[must_use]
    pub fn cursor(&self, index: usize, entry: &Entry) -> (u32, Option<Mark>) {
        let row = match &entry.what {
            What::Closed(_) => Some(Row::Ended),
            what => kind(what).map(MarkKind::row),
        };
        let mark = self.lane_of(entry.connection).zip(row).and_then(|(lane, row)| {
            let has = |mark: &&Mark| mark.kind.row() == row && (mark.first..=mark.last).contains(&index);
            lane.marks.iter().find(has)
        });
        (self.view.x(entry.at), mark.copied())
    }

    /// The entry that is meant by a press at this place: that of the nearest mark in the lane, or of the broker's rail.
    #[must_use]
    pub fn at(&self, x: u32, y: u32) -> Option<usize> {
        let distance = |mark: &&Mark| mark.x.abs_diff(x).pow(2).saturating_add(mark.y.abs_diff(y).pow(2));
        let nearest = |marks: &[Mark]| marks.iter().min_by_key(distance).map(|mark| mark.first);
        if y < TOP {
            return nearest(&self.rail);
        }
        let lanes = self.lanes().filter(|lane| !lane.marks.is_empty());
        lanes.min_by_key(|lane| (lane.y + LANE / 2).abs_diff(y)).and_then(|lane| nearest(&lane.marks))
    }
}

impl Drawing {
    /// The entry in the lane above or below that of an entry which is nearest in time to it; the first lane where there is
    /// none to begin from. Nothing where there is no further lane.
    #[must_use]
    pub fn beside(&self, entry: Option<&Entry>, below: bool) -> Option<usize> {
        let from = entry.and_then(|entry| Some((self.lane_of(entry.connection)?.y, self.view.x(entry.at))));
        let mut lanes = self.lanes().filter(|lane| !lane.marks.is_empty());
        let lane = match from {
            None => lanes.next(),
            Some((y, _)) if below => lanes.find(|lane| lane.y > y),
            Some((y, _)) => lanes.take_while(|lane| lane.y < y).last(),
        }?;
        let x = from.map_or(0, |(_, x)| x);
        lane.marks.iter().min_by_key(|mark| mark.x.abs_diff(x)).map(|mark| mark.first)
    }
}

/// The rows of a lane, from top to bottom; ends stand in the middle too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Sent,
    Decided,
    Received,
    Ended,
}

impl MarkKind {
    const fn row(self) -> Row {
        match self {
            Self::Sent => Row::Sent,
            Self::Received => Row::Received,
            Self::Decided(_) => Row::Decided,
            Self::Ended(_) => Row::Ended,
        }
    }
}

/// The mark of what is no end of a connection. What the broker and the client tell besides has none.
const fn kind(what: &What) -> Option<MarkKind> {
    match what {
        What::Sent(_) => Some(MarkKind::Sent),
        What::Received(_) => Some(MarkKind::Received),
        What::Decided { verdict, .. } => Some(MarkKind::Decided(*verdict)),
        What::Opened | What::Closed(_) | What::Broker(_) | What::Client(_) | What::Told(_) => None,
    }
}

/// Whether a stretch of time has something in a view.
fn overlaps(view: &View, from: Instant, to: Instant) -> bool {
    from <= view.to() && to >= view.from()
}
