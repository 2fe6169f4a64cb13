//! The event table of a run: the same events as in the timeline, of equal rank, and as many as there are.

use std::cell::Cell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::events::{arrow, more, seconds};
use super::grid::{Go, Grid, MAX_ROWS, row};
use crate::app::browser::components::{field, text};
use crate::app::sessions::window::window;
use crate::timeline::filter::{self, Filter, Subject};
use crate::timeline::{Record, What};
use crate::words;
use crate::words::drawing::{event, who};

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
    let typed = use_state_eq(String::new);
    let shown = use_shown(record, &typed);
    let count = shown.count(record).min(MAX_ROWS);
    let chunk = use_state_eq(|| 0_usize);
    let place = selected.and_then(|index| shown.place(index)).filter(|place| *place < count);
    let go = {
        let (shown, select) = (shown.clone(), select.clone());
        let (record, selected) = (record.clone(), *selected);
        Callback::from(move |go| {
            let to = match go {
                Go::To(place) | Go::Press(place) => shown.index(place),
                // At the last one of its session it stays.
                Go::Along(forward) => along(&record, &shown, selected, forward).or(selected),
            };
            to.into_iter().for_each(|to| select.emit(to));
        })
    };
    let scrolled = {
        let chunk = chunk.setter();
        Callback::from(move |(top, _)| chunk.set(top))
    };
    let drawn = window(count, *chunk);
    let rows = drawn.clone().filter_map(|at| {
        let index = shown.index(at).filter(|index| *index < record.entries.len())?;
        let chosen = *selected == Some(index);
        Some(html! { <Row key={index} record={record.clone()} {at} {index} {chosen} /> })
    });
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
            <Grid labelled_by="event-log" head={["Time", "Session", "More", "Event"]} {count}
                version={u32::try_from(count).unwrap_or(u32::MAX)} {drawn} rows={rows.collect::<Html>()} chosen={place} {scrolled} {go} />
        </section>
    }
}

/// The entry before or after the chosen one in its session, among those that are shown.
fn along(record: &Record, shown: &Shown, selected: Option<usize>, forward: bool) -> Option<usize> {
    let session = selected.and_then(|index| record.entries.get(index)).map(|entry| entry.connection.session);
    let mut next = record.step(selected, forward, session)?;
    while shown.place(next).is_none() {
        next = record.step(Some(next), forward, session)?;
    }
    Some(next)
}

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
    let (id, number, selected) = row(*at, *chosen);
    html! {
        <tr {id} class={classes!(tone.class(), bad, chosen.then_some("is-chosen"))} aria-rowindex={number} aria-selected={selected}>
            <td class="c-mono">{ time }</td>
            <td>{ who }</td>
            <td>{ for button }</td>
            <td title={what.to_string()}><div class="t-what">{ arrow(&entry.what) }{ text(&what) }</div></td>
        </tr>
    }
}
