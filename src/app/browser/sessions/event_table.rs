//! The event table of a run: the same events as in the timeline, of equal rank, and as many as there are.
//!
//! Only the rows that can be seen are in the document, and some around them; a screen reader is told how many there are
//! and which they are. All rows are equally high, so that it is known where each stands. The table takes the focus
//! as a whole and names the chosen row (`aria-activedescendant`): rows come and go, the focus stays.

use std::cell::Cell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::events::{arrow, more, seconds};
use crate::app::browser::components::{field, text};
use crate::timeline::filter::{self, Filter, Subject};
use crate::timeline::{Record, What};
use crate::words;
use crate::words::drawing::{event, who};

/// The document gets rows by this many.
const CHUNK: usize = 20;
/// A table of fewer rows is in the document as a whole.
const FEW: usize = 6 * CHUNK;
/// More rows would be higher than a browser lets an element be.
const MAX_ROWS: usize = 400_000;
/// The height of a row until it has been measured, in pixels.
const ROW: f64 = 36.0;
/// What Page Up and Page Down move by.
const PAGE: usize = 10;

/// What the table shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) record: Rc<Record>,
    /// The entry that is chosen.
    pub(super) selected: Option<usize>,
    /// Chooses the entry with this index.
    pub(super) select: Callback<usize>,
}

#[component]
pub(super) fn EventTable(props: &Props) -> Html {
    let Props { record, selected, select } = props;
    let frame = use_node_ref();
    let typed = use_state_eq(String::new);
    let shown = use_shown(record, &typed);
    let count = shown.count(record).min(MAX_ROWS);
    let height = use_state_eq(|| ROW);
    let chunk = use_state_eq(|| 0_usize);
    let place = selected.and_then(|index| shown.place(index)).filter(|place| *place < count);
    use_row_height(&frame, height.setter());
    {
        let frame = frame.clone();
        use_effect_with((place, count, *height), move |(place, _, height)| {
            if let (Some(frame), Some(place)) = (frame.cast::<Element>(), *place) {
                bring_into_view(&frame, place, *height);
            }
        });
    }
    let onscroll = {
        let (frame, height, chunk) = (frame.clone(), *height, chunk.setter());
        Callback::from(move |_: Event| {
            if let Some(frame) = frame.cast::<Element>() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a row's number, from 0 on"
                )]
                chunk.set((f64::from(frame.scroll_top()) / height) as usize / CHUNK);
            }
        })
    };
    let onkeydown = {
        let (shown, select) = (shown.clone(), select.clone());
        let (record, selected) = (record.clone(), *selected);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = moved(&record, &shown, selected, place, count, &event) {
                event.prevent_default();
                event.stop_propagation();
                select.emit(to);
            }
        })
    };
    let onclick = {
        let (shown, select) = (shown.clone(), select.clone());
        Callback::from(move |event: MouseEvent| {
            let index = row_of(&event).and_then(|place| shown.index(place));
            index.into_iter().for_each(|index| select.emit(index));
        })
    };
    let drawn = if count <= FEW {
        0..count
    } else {
        // Behind the last row after another filter, until the box has been scrolled back.
        let chunk = (*chunk).min(count / CHUNK);
        chunk.saturating_sub(1) * CHUNK..((chunk + 3) * CHUNK).min(count)
    };
    let (above, below) = (drawn.start, count - drawn.end);
    let rows = drawn.filter_map(|at| {
        let index = shown.index(at).filter(|index| *index < record.entries.len())?;
        let chosen = *selected == Some(index);
        Some(html! { <Row key={index} record={record.clone()} {at} {index} {chosen} /> })
    });
    let active = place.map(|_| ID).filter(|_| count > 0);
    let total = record.entries.len();
    html! {
        <section class="c-panel c-stack" aria-labelledby="event-log">
            <div class="c-row is-spread">
                <h2 id="event-log">{ "Event log" }</h2>
                <p class="c-hint" role="status">
                    if shown.is_all() { { words::drawing::events(total) } } else { { words::drawing::events_of(count, total) } }
                </p>
            </div>
            { field("event-filter", "Filter: words, or session:A", &typed, &Callback::from({
                let typed = typed.setter();
                move |text| typed.set(text)
            })) }
            <div class="c-scroll t-log" ref={frame} {onscroll}>
                <table role="grid" aria-labelledby="event-log" aria-rowcount={(count + 1).to_string()} tabindex="0"
                    aria-activedescendant={active} {onkeydown}>
                    <thead><tr aria-rowindex="1">
                        <th scope="col">{ "Time" }</th><th scope="col">{ "Session" }</th>
                        <th scope="col">{ "More" }</th><th scope="col">{ "Event" }</th>
                    </tr></thead>
                    <tbody {onclick}>{ gap("above", above, *height) }{ for rows }{ gap("below", below, *height) }</tbody>
                </table>
            </div>
        </section>
    }
}

/// The ID of the chosen row.
const ID: &str = "event-chosen";

/// Which entries the table shows.
#[derive(PartialEq)]
enum Shown {
    All,
    /// Their indices, in rising order.
    Some(Vec<usize>),
}

impl Shown {
    fn count(&self, record: &Record) -> usize {
        match self {
            Self::All => record.entries.len(),
            Self::Some(indices) => indices.len(),
        }
    }

    const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// The entry in a row.
    fn index(&self, place: usize) -> Option<usize> {
        match self {
            Self::All => Some(place),
            Self::Some(indices) => indices.get(place).copied(),
        }
    }

    /// The row of an entry.
    fn place(&self, index: usize) -> Option<usize> {
        match self {
            Self::All => Some(index),
            Self::Some(indices) => indices.binary_search(&index).ok(),
        }
    }
}

/// What the typed filter shows. Events are put into words for it, so that a long log is looked through in pieces, between
/// which the browser does what is more urgent; until it is through, the table stays as it was.
#[hook]
fn use_shown(record: &Rc<Record>, typed: &str) -> Rc<Shown> {
    let shown = use_state_eq(|| Rc::new(Shown::All));
    let set = shown.setter();
    use_effect_with((record.clone(), typed.to_owned()), move |(record, typed)| {
        let filter = filter::read(typed).filter;
        let waiting = Waiting::default();
        if filter.is_empty() {
            set.set(Rc::new(Shown::All));
        } else {
            let search = Search { record: record.clone(), filter, found: Vec::new(), next: 0, set };
            search.go_on(waiting.clone());
        }
        move || drop(waiting.take())
    });
    (*shown).clone()
}

/// So many events are looked at without a pause.
const AT_ONCE: usize = 500;

/// The next piece of a search.
type Waiting = Rc<Cell<Option<Timeout>>>;

/// A search on its way through the log.
struct Search {
    record: Rc<Record>,
    filter: Filter,
    found: Vec<usize>,
    next: usize,
    set: UseStateSetter<Rc<Shown>>,
}

impl Search {
    fn go_on(mut self, waiting: Waiting) {
        let record = &self.record;
        let entries = record.entries.iter().enumerate().skip(self.next).take(AT_ONCE).filter(|(_, entry)| {
            let session = record.session(entry.connection.session);
            let (session, client_id) =
                session.map_or(("", ""), |session| (session.name.as_str(), session.client_id.as_str()));
            let subject = Subject { session, client_id, entry };
            self.filter.shows(subject, || event(record, entry).to_lowercase())
        });
        self.found.extend(entries.map(|(index, _)| index));
        self.next += AT_ONCE;
        if self.next >= record.entries.len() {
            self.set.set(Rc::new(Shown::Some(self.found)));
        } else {
            let then = waiting.clone();
            waiting.set(Some(Timeout::new(0, move || self.go_on(then))));
        }
    }
}

/// One row, drawn anew only when it is another one.
#[derive(Properties, PartialEq)]
struct RowProps {
    record: Rc<Record>,
    /// Its place in the table.
    at: usize,
    /// Its entry.
    index: usize,
    chosen: bool,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { record, at, index, chosen } = props;
    let Some(entry) = record.entries.get(*index) else { return Html::default() };
    let version = record.version(entry.connection.session);
    let (tone, label) = more(&entry.what);
    let (who, time) = (who(record, entry.connection), seconds(entry.at));
    // The row is pressed as well; the keyboard has the arrows.
    let button = label.map(|label| {
        let name = format!("{label} {who} at {time}");
        html! { <button type="button" tabindex="-1" aria-label={name}>{ label }</button> }
    });
    let what = words::timeline::what(&entry.what, version);
    let bad = matches!(entry.what, What::Closed(_)).then_some("is-bad");
    html! {
        <tr id={chosen.then_some(ID)} class={classes!(tone.class(), bad, chosen.then_some("is-chosen"))}
            aria-rowindex={(at + 2).to_string()} aria-selected={chosen.to_string()}>
            <td class="c-mono">{ time }</td>
            <td>{ who }</td>
            <td>{ for button }</td>
            <td title={what.to_string()}><div class="t-what">{ arrow(&entry.what) }{ text(&what) }</div></td>
        </tr>
    }
}

/// In the place of rows that are not in the document: as high as they. No style may stand in the document, but a picture
/// may be of any height.
fn gap(key: &'static str, rows: usize, height: f64) -> Html {
    if rows == 0 {
        return Html::default();
    }
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_ROWS")]
    let height = (rows as f64 * height).to_string();
    html! { <tr {key} class="t-gap" aria-hidden="true"><td colspan="4"><svg width="1" {height} /></td></tr> }
}

/// The place of the row that was pressed.
fn row_of(event: &MouseEvent) -> Option<usize> {
    let pressed = event.target_dyn_into::<Element>()?;
    let row = pressed.closest("tr").ok().flatten()?.get_attribute("aria-rowindex")?;
    row.parse::<usize>().ok()?.checked_sub(2)
}

/// Where a key leads; nothing for other keys.
fn moved(
    record: &Record,
    shown: &Shown,
    selected: Option<usize>,
    place: Option<usize>,
    count: usize,
    event: &KeyboardEvent,
) -> Option<usize> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let last = count.checked_sub(1)?;
    // One that is filtered out stands before the first row.
    let down = |by: usize| place.map_or(0, |place| place.saturating_add(by).min(last));
    let up = |by: usize| place.map_or(0, |place| place.saturating_sub(by));
    let of_session = |forward| {
        let session =
            selected.and_then(|index| record.entries.get(index)).map(|entry| entry.connection.session);
        let mut next = record.step(selected, forward, session)?;
        while shown.place(next).is_none() {
            next = record.step(Some(next), forward, session)?;
        }
        Some(next)
    };
    match (event.key().as_str(), event.shift_key()) {
        ("ArrowDown", false) => shown.index(down(1)),
        ("ArrowUp", false) => shown.index(up(1)),
        ("PageDown", false) => shown.index(down(PAGE)),
        ("PageUp", false) => shown.index(up(PAGE)),
        ("Home", false) => shown.index(0),
        ("End", false) => shown.index(last),
        // At the last one of its session it stays.
        ("ArrowDown", true) => of_session(true).or(selected),
        ("ArrowUp", true) => of_session(false).or(selected),
        _ => None,
    }
}

/// Takes the height of a row when there is one, after each drawing: type may have become larger.
#[hook]
fn use_row_height(frame: &NodeRef, set: UseStateSetter<f64>) {
    let frame = frame.clone();
    use_effect(move || {
        let row = frame.cast::<Element>().and_then(|frame| frame.query_selector("tr[aria-selected]").ok()?);
        if let Some(height) =
            row.map(|row| row.get_bounding_client_rect().height()).filter(|height| *height > 0.0)
        {
            set.set(height);
        }
    });
}

/// Scrolls the box so that a row is seen: as little as needed, or into the middle from afar.
fn bring_into_view(frame: &Element, place: usize, height: f64) {
    let head = frame.query_selector("thead").ok().flatten();
    let head = head.map_or(0.0, |head| head.get_bounding_client_rect().height());
    let (top, room) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()) - head);
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_ROWS")]
    let row = place as f64 * height;
    if room <= 0.0 || (row >= top && row + height <= top + room) {
        return;
    }
    let to = if row < top - room || row > top + 2.0 * room {
        row - room / 2.0
    } else if row < top {
        row
    } else {
        row + height - room
    };
    #[expect(clippy::cast_possible_truncation, reason = "a row's place in pixels")]
    frame.set_scroll_top(to.max(0.0).ceil() as i32);
}
