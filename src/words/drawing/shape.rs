//! A drawing as shapes: what the page and the SVG file both draw. How a shape looks is said once, by its class.

use super::{bracket, client_id, ending, join, lane, left_out, queued, seconds, short};
use crate::broker::Verdict;
use crate::iot::time::Millis;
use crate::timeline::Record;
use crate::timeline::drawing::{
    Bar, BarKind, Drawing, Ending, Group, Join, LANE, LINE, Lane, MARGIN, Mark, MarkKind, RAIL,
};

/// Longest client ID that is written in full.
const CLIENT_ID: usize = 40;
/// Beside an end there has to be so much room for its words, in pixels; else they stand to the left, above.
const CAPTION: u32 = 170;

/// Something to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is, and with that how it looks.
    pub look: Look,
    /// The colour of a session's connections.
    pub hue: Option<Hue>,
    /// Its geometry.
    pub form: Form,
}

/// The geometry of a shape, in pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A path, as SVG writes it.
    Path(String),
    /// Words.
    Text {
        /// Where they begin; with `before`, where they end.
        x: u32,
        /// The line on which they stand.
        y: u32,
        /// They stand to the left of `x`.
        before: bool,
        /// What they say, as it was typed: not escaped for anything.
        text: String,
    },
}

/// What a shape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Lines of the axis.
    Grid,
    /// Times, captions, names.
    Words,
    /// A client ID.
    Name,
    /// The broker's rail.
    Rail,
    /// A CONNECT on the rail.
    Arrival,
    /// The ground of a lane.
    Ground,
    /// A connection that is not yet accepted.
    Handshake,
    /// An accepted one.
    Connected,
    /// A refused one.
    Refused,
    /// A session that waits for its client.
    Offline,
    /// Connections too short to be told apart.
    Many,
    /// A packet, either way.
    Packet,
    /// The ground of a decision or of an end.
    Disc,
    /// A right that was there.
    Allowed,
    /// One that was not.
    Denied,
    /// The end of a connection.
    End,
    /// A count.
    Count,
    /// From a newcomer to whom it threw out.
    Join,
    /// The octagon at its end.
    Octagon,
    /// The words beside it.
    Caption,
    /// A takeover war.
    Bracket,
}

/// One of four colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// Blue.
    First,
    /// Ochre.
    Second,
    /// Purple.
    Third,
    /// Green.
    Fourth,
}

impl Look {
    /// Its class in the style sheets.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Grid => "t-grid",
            Self::Words => "t-words",
            Self::Name => "t-name",
            Self::Rail => "t-rail",
            Self::Arrival => "t-arrival",
            Self::Ground => "t-ground",
            Self::Handshake => "t-handshake",
            Self::Connected => "t-connected",
            Self::Refused => "t-refused",
            Self::Offline => "t-offline",
            Self::Many => "t-many",
            Self::Packet => "t-packet",
            Self::Disc => "t-disc",
            Self::Allowed => "t-allowed",
            Self::Denied => "t-denied",
            Self::End => "t-end",
            Self::Count => "t-count",
            Self::Join => "t-join",
            Self::Octagon => "t-octagon",
            Self::Caption => "t-caption",
            Self::Bracket => "t-bracket",
        }
    }
}

impl Hue {
    /// Its class in the style sheets.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::First => "is-first",
            Self::Second => "is-second",
            Self::Third => "is-third",
            Self::Fourth => "is-fourth",
        }
    }

    /// The colour of a session, by its number.
    #[must_use]
    pub const fn of(session: u32) -> Self {
        match session % 4 {
            0 => Self::First,
            1 => Self::Second,
            2 => Self::Third,
            _ => Self::Fourth,
        }
    }
}

/// The shapes of a drawing: those of the names at its left, which have a picture of their own and stay where they are
/// when the rest is scrolled, and those of the rest. What comes later is drawn over what came before.
#[must_use]
pub fn shapes(record: &Record, drawing: &Drawing) -> (Vec<Shape>, Vec<Shape>) {
    let (mut names, mut shapes) = (Vec::new(), Vec::new());
    axis(drawing, &mut names, &mut shapes);
    for group in &drawing.groups {
        names.push(words(Look::Name, 4, group.y + 14, short(client_id(&group.client_id), CLIENT_ID)));
        for one in &group.lanes {
            names.push(words(Look::Words, 14, one.y + LANE / 2 + 4, short(&lane(record, one), 12)));
            let right = drawing.view.width();
            let ground = format!("M0 {}h{right}v{}h-{right}z", one.y + 1, LANE - 2);
            shapes.push(path(Look::Ground, ground));
            shapes.extend(one.bars.iter().map(|it| bar(it, one)));
        }
    }
    for group in &drawing.groups {
        shapes.extend(group.joins.iter().filter_map(line));
    }
    for group in &drawing.groups {
        for lane in &group.lanes {
            for mark in &lane.marks {
                marked(mark, lane, group, drawing, &mut shapes);
            }
            shapes.extend(lane.bars.iter().filter_map(|bar| said_of_bar(bar, lane)));
        }
        let shared = group.lanes.iter().any(|lane| lane.count > 1);
        for one in &group.joins {
            octagon(one, &mut shapes);
            // Where connections share a lane, the next one stands in the way of the words.
            if !shared {
                let (x, y) = one.to;
                shapes.push(caption(join(record, one), x + 12, y + 4, drawing, true));
            }
        }
        for one in &group.brackets {
            let (right, down) = (one.x + one.width, one.y + 5);
            shapes.push(path(Look::Bracket, format!("M{} {down}v-7H{right}v7", one.x)));
            shapes.push(caption(bracket(one), one.x + 6, one.y - 6, drawing, false));
        }
    }
    (names, shapes)
}

fn axis(drawing: &Drawing, names: &mut Vec<Shape>, shapes: &mut Vec<Shape>) {
    names.push(words(Look::Words, 4, 16, "time in s".to_owned()));
    names.push(words(Look::Name, 4, RAIL + 4, "broker".to_owned()));
    let step = Millis(drawing.view.step());
    for tick in &drawing.ticks {
        shapes.push(path(Look::Grid, format!("M{} 20V{}", tick.x, drawing.height - 4)));
        let text = seconds(tick.at, step);
        // The last one would not end within the picture.
        let before = tick.x + 8 * u32::try_from(text.len()).unwrap_or(u32::MAX / 8) > drawing.view.width();
        let x = if before { tick.x + 4 } else { tick.x - 4 };
        shapes.push(Shape { look: Look::Words, hue: None, form: Form::Text { x, y: 16, before, text } });
    }
    let right = drawing.view.width() - MARGIN;
    shapes.push(path(Look::Rail, format!("M{MARGIN} {RAIL}H{right}")));
    for mark in &drawing.rail {
        shapes.push(path(Look::Arrival, disc(mark.x, mark.y, 5)));
        shapes.extend(count(mark, mark.x + 8, mark.y - 6));
    }
    if let Some(words) = left_out(drawing.left_out) {
        names.push(self::words(Look::Words, 4, drawing.height - 4, words));
    }
}

fn bar(bar: &Bar, lane: &Lane) -> Shape {
    let (look, y) = (look(bar.kind), lane.y + LANE / 2);
    let form = match bar.kind {
        // An outline, within which the stripes of the others would not be seen as such.
        BarKind::Refused => format!("M{} {}h{}v16h-{}z", bar.x, y - 8, bar.width, bar.width),
        _ => format!("M{} {y}h{}", bar.x, bar.width),
    };
    Shape { look, hue: Some(Hue::of(lane.session.0)), form: Form::Path(form) }
}

const fn look(kind: BarKind) -> Look {
    match kind {
        BarKind::Handshake => Look::Handshake,
        BarKind::Connected => Look::Connected,
        BarKind::Refused => Look::Refused,
        BarKind::Offline { .. } => Look::Offline,
        BarKind::Many(_) => Look::Many,
    }
}

fn said_of_bar(bar: &Bar, lane: &Lane) -> Option<Shape> {
    let said = match bar.kind {
        BarKind::Offline { queued: messages } => queued(messages)?,
        BarKind::Many(connections) => format!("\u{d7}{connections}"),
        _ => return None,
    };
    Some(words(Look::Count, bar.x + 4, lane.y + LANE / 2 - 11, said))
}

fn marked(mark: &Mark, lane: &Lane, group: &Group, drawing: &Drawing, shapes: &mut Vec<Shape>) {
    let (x, y) = (mark.x, mark.y);
    let hue = Some(Hue::of(lane.session.0));
    match mark.kind {
        MarkKind::Sent => {
            shapes.push(Shape {
                look: Look::Packet,
                hue,
                form: Form::Path(format!("M{x} {}l5 9h-10z", y - 5)),
            });
            shapes.extend(count(mark, x + 7, y + 4));
        }
        MarkKind::Received => {
            shapes.push(Shape {
                look: Look::Packet,
                hue,
                form: Form::Path(format!("M{x} {}l5 -9h-10z", y + 5)),
            });
            shapes.extend(count(mark, x + 7, y + 4));
        }
        MarkKind::Decided(verdict) => {
            shapes.push(path(Look::Disc, disc(x, y, 7)));
            shapes.push(match verdict {
                Verdict::Allowed => path(Look::Allowed, format!("M{} {y}l3 3l4 -6", x - 4)),
                Verdict::Refused => path(Look::Denied, cross(x, y, 3)),
            });
        }
        // The octagon stands there.
        MarkKind::Ended(Ending::TakenOver) if group.joins.iter().any(|join| join.to == (x, y)) => {}
        MarkKind::Ended(how) => {
            shapes.push(match how {
                Ending::ByClient => path(Look::End, format!("M{} {}v10", x - 4, y - 5)),
                _ => path(Look::End, cross(x, y, 4)),
            });
            let said = if mark.count == 1 { ending(how).to_owned() } else { format!("{} ends", mark.count) };
            // In a lane with more than one connection another one follows.
            if !said.is_empty() && lane.count == 1 {
                shapes.push(caption(said, x + 10, y + 4, drawing, true));
            }
        }
    }
}

fn line(join: &Join) -> Option<Shape> {
    let (from, y) = join.from?;
    Some(path(Look::Join, format!("M{from} {y}L{} {}", join.to.0, join.to.1)))
}

fn octagon(join: &Join, shapes: &mut Vec<Shape>) {
    let (x, y) = join.to;
    shapes.push(path(Look::Octagon, format!("M{} {}h6l4 4v6l-4 4h-6l-4 -4v-6z", x - 3, y - 7)));
    shapes.push(path(Look::Denied, cross(x, y, 3)));
}

/// Words beside something; to its left and above where there is no room to the right.
fn caption(text: String, x: u32, y: u32, drawing: &Drawing, moves: bool) -> Shape {
    let before = moves && x + CAPTION > drawing.view.width();
    let (x, y) = if before { (x.saturating_sub(10), y.saturating_sub(LINE - 4)) } else { (x, y) };
    Shape { look: Look::Caption, hue: None, form: Form::Text { x, y, before, text: short(&text, 60) } }
}

fn count(mark: &Mark, x: u32, y: u32) -> Option<Shape> {
    (mark.count > 1).then(|| words(Look::Count, x, y, mark.count.to_string()))
}

const fn path(look: Look, form: String) -> Shape {
    Shape { look, hue: None, form: Form::Path(form) }
}

const fn words(look: Look, x: u32, y: u32, text: String) -> Shape {
    Shape { look, hue: None, form: Form::Text { x, y, before: false, text } }
}

fn disc(x: u32, y: u32, radius: u32) -> String {
    format!(
        "M{} {y}a{radius} {radius} 0 1 0 {} 0a{radius} {radius} 0 1 0 -{} 0z",
        x - radius,
        2 * radius,
        2 * radius
    )
}

fn cross(x: u32, y: u32, arm: u32) -> String {
    let (left, top, across) = (x - arm, y - arm, 2 * arm);
    format!("M{left} {top}l{across} {across}m0 -{across}l-{across} {across}")
}
