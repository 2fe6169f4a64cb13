//! The drawing as text, for tickets and terminals: a column for a few pixels of it.

use super::{bracket, client_id, ending, join, lane, left_out, queued, request, seconds, short, visible};
use crate::broker::{Request, Verdict};
use crate::iot::time::Millis;
use crate::mqtt::Packet;
use crate::timeline::drawing::{BarKind, Drawing, Ending, Group, Join, LANE, Lane, MARGIN, Mark, MarkKind};
use crate::timeline::{Entry, Record, What};

/// Pixels of the drawing in one column.
const COLUMN: u32 = 8;
/// Columns of the names.
const NAMES: usize = 12;
/// Lines for the events of one connection; what finds no room on them is left out.
const EVENT_LINES: usize = 3;
/// Longest words about one event.
const SAID: usize = 24;

/// Lines of text with a line feed at the end of each.
#[must_use]
pub fn text(record: &Record, drawing: &Drawing) -> String {
    let mut page = Page { lines: Vec::new() };
    let step = Millis(drawing.view.step());
    let axis = page.line("t (s)");
    for tick in &drawing.ticks {
        page.say(axis, column(tick.x), &seconds(tick.at, step));
    }
    let rail = page.line("broker");
    page.fill(rail, column(MARGIN), column(drawing.view.width() - MARGIN), '\u{2500}');
    for mark in &drawing.rail {
        page.put(rail, column(mark.x), "\u{25cf}");
    }
    for group in &drawing.groups {
        page.group(record, group);
    }
    if let Some(words) = left_out(drawing.left_out) {
        let line = page.line("");
        page.put(line, 0, &words);
    }
    page.finished()
}

/// Lines that are written anywhere.
struct Page {
    lines: Vec<Vec<char>>,
}

impl Page {
    /// Begins a line with a name at its left; gives its number.
    fn line(&mut self, name: &str) -> usize {
        self.lines.push(short(name, NAMES).chars().collect());
        self.lines.len() - 1
    }

    /// Writes over what is there.
    fn put(&mut self, line: usize, column: usize, text: &str) {
        let Some(line) = self.lines.get_mut(line) else { return };
        for (c, at) in text.chars().zip(column..) {
            if line.len() <= at {
                line.resize(at + 1, ' ');
            }
            if let Some(place) = line.get_mut(at) {
                *place = c;
            }
        }
    }

    /// Writes if there is room, with a space or a line down before it and a space behind it.
    fn say(&mut self, line: usize, column: usize, text: &str) -> bool {
        let room = column..=column + text.chars().count();
        let before = |at: usize, c: char| at + 1 != column || c == '\u{250a}';
        let taken = |(at, c): (usize, &char)| *c != ' ' && (room.contains(&at) || !before(at, *c));
        let free = self.lines.get(line).is_some_and(|line| !line.iter().enumerate().any(taken));
        if free {
            self.put(line, column, text);
        }
        free
    }

    fn fill(&mut self, line: usize, from: usize, to: usize, with: char) {
        let text: String = std::iter::repeat_n(with, to.saturating_sub(from).max(1)).collect();
        self.put(line, from, &text);
    }

    fn group(&mut self, record: &Record, group: &Group) {
        let name = self.line("");
        self.put(name, 0, &short(client_id(&group.client_id), 80));
        for one in &group.brackets {
            let (line, from) = (self.line(""), column(one.x));
            self.fill(line, from, column(one.x + one.width), '\u{2500}');
            self.put(line, from, "\u{250c}");
            self.put(line, column(one.x + one.width), &format!("\u{2510} {}", bracket(one)));
        }
        let lines: Vec<usize> = group.lanes.iter().map(|lane| self.lane(record, lane, group)).collect();
        for one in &group.joins {
            self.join(record, one, group, &lines);
        }
        // From below, so that added lines move nothing that is still to be written.
        for (lane, line) in group.lanes.iter().zip(lines).rev() {
            self.events(record, lane, line + 1);
        }
    }

    /// The connection on a line of its own, with an empty one below it; gives the first one's number.
    fn lane(&mut self, record: &Record, one: &Lane, group: &Group) -> usize {
        let line = self.line(&format!("  {}", lane(record, one)));
        self.line("");
        for bar in &one.bars {
            let with = match bar.kind {
                BarKind::Handshake => '\u{2591}',
                BarKind::Refused => '\u{2592}',
                BarKind::Many(_) => '\u{2593}',
                BarKind::Connected => '\u{2588}',
                BarKind::Offline { .. } => '\u{2504}',
            };
            self.fill(line, column(bar.x), column(bar.x + bar.width), with);
            if let BarKind::Offline { queued: messages } = bar.kind
                && let Some(words) = queued(messages)
            {
                self.put(line, column(bar.x) + 3, &format!(" {words} "));
            }
        }
        for mark in &one.marks {
            if let MarkKind::Ended(how) = mark.kind {
                let joined = group.joins.iter().any(|join| join.to == (mark.x, mark.y));
                let sign = if how == Ending::ByClient { "\u{258c}" } else { "\u{2715}" };
                let words = if joined || one.count > 1 { "" } else { ending(how) };
                self.put(line, column(mark.x), format!("{sign} {words}").trim_end());
            }
        }
        line
    }

    /// From the older connection down to the newcomer.
    fn join(&mut self, record: &Record, one: &Join, group: &Group, lines: &[usize]) {
        let line = |y: u32| {
            let place = group.lanes.iter().position(|lane| lane.y + LANE / 2 == y)?;
            lines.get(place).copied()
        };
        let Some((x, from)) = one.from else { return };
        let (Some(new), Some(old)) = (line(from), line(one.to.1)) else { return };
        let mut words = format!("\u{250a} {}", join(record, one));
        for line in old.min(new) + 1..old.max(new) {
            if self.say(line, column(x), &words) || self.say(line, column(x), "\u{250a}") {
                words.truncate("\u{250a}".len());
            }
        }
    }

    /// What a client asked for and got, on line number `line`, and on others below it where there is no room.
    fn events(&mut self, record: &Record, lane: &Lane, line: usize) {
        let said = |kind| lane.marks.iter().filter(move |mark| mark.kind == kind);
        let asked = said(MarkKind::Sent).filter_map(|mark| Some((mark.x, asked(record, mark)?)));
        let got = said(MarkKind::Received).filter_map(|mark| Some((mark.x, got(record, mark)?)));
        let mut events: Vec<(u32, String)> = asked.chain(got).collect();
        events.sort_by_key(|(x, _)| *x);
        let mut lines = 1;
        for (x, words) in events {
            if (0..lines).any(|more| self.say(line + more, column(x), &words)) || lines == EVENT_LINES {
                continue;
            }
            self.insert(line + lines);
            self.say(line + lines, column(x), &words);
            lines += 1;
        }
    }

    /// An empty line at this place, through which lines that go down go on.
    fn insert(&mut self, at: usize) {
        let through = |line: Option<&Vec<char>>, column: usize| {
            line.and_then(|line| line.get(column)) == Some(&'\u{250a}')
        };
        let above = at.checked_sub(1).and_then(|above| self.lines.get(above));
        let width = above.map_or(0, Vec::len);
        let line = (0..width).map(|column| if through(above, column) { '\u{250a}' } else { ' ' }).collect();
        self.lines.insert(at.min(self.lines.len()), line);
    }

    fn finished(self) -> String {
        let lines = self.lines.into_iter().map(|line| line.into_iter().collect::<String>());
        lines.map(|line| visible(line.trim_end()) + "\n").collect()
    }
}

/// The column of a place in the drawing.
fn column(x: u32) -> usize {
    NAMES + usize::try_from(x.saturating_sub(MARGIN) / COLUMN).unwrap_or(0)
}

/// A request with its decision, and how many there are.
fn asked(record: &Record, mark: &Mark) -> Option<String> {
    let What::Sent(wire) = &record.entries.get(mark.first)?.what else { return None };
    let words = request(wire.packet.as_ref().ok()?)?;
    let sign = match verdict(record, mark.first) {
        Some(Verdict::Allowed) => " \u{2713}",
        Some(Verdict::Refused) => " \u{2715}",
        None => "",
    };
    // Others that are too close to stand by themselves.
    let more = if mark.count > 1 { format!(" +{}", mark.count - 1) } else { String::new() };
    Some(format!("{}{sign}{more}", short(&words, SAID)))
}

/// What the broker decided about the request that entry number `asked` sent. It is looked for among what happened soon
/// after.
fn verdict(record: &Record, asked: usize) -> Option<Verdict> {
    const SOON: usize = 1000;
    let Entry { connection, what: What::Sent(wire), .. } = record.entries.get(asked)? else { return None };
    let packet = wire.packet.as_ref().ok()?;
    record.entries.iter().skip(asked + 1).take(SOON).find_map(|entry| match &entry.what {
        What::Decided { request, verdict, .. } if entry.connection == *connection => {
            is_of(request, packet).then_some(*verdict)
        }
        _ => None,
    })
}

fn is_of(request: &Request, packet: &Packet) -> bool {
    match (request, packet) {
        (Request::Connect { .. }, Packet::Connect(_)) => true,
        (Request::Publish { topic, .. }, Packet::Publish(publish)) => *topic == publish.topic,
        (Request::Subscribe { filter, .. }, Packet::Subscribe(subscribe)) => {
            subscribe.filters.iter().any(|line| line.filter == *filter)
        }
        _ => false,
    }
}

/// A message that came, and the broker's own goodbye; answers are left out.
fn got(record: &Record, mark: &Mark) -> Option<String> {
    let What::Received(wire) = &record.entries.get(mark.first)?.what else { return None };
    let words = match wire.packet.as_ref().ok()? {
        Packet::Publish(publish) => format!("got {}", publish.topic),
        Packet::Disconnect(_) => "DISCONNECT".to_owned(),
        _ => return None,
    };
    Some(short(&words, SAID))
}
