//! Which rows of the log are shown: all, or those that a filter finds, and which of them are drawn.
//!
//! A filter goes through a long log in pieces; until it is through, what was shown before stays. Rows that come are
//! looked at as they come. The rows that are shown have numbers that never change their meaning ([`Rows::first`]), so that the
//! place where somebody reads survives what comes and what is dropped.

use std::collections::VecDeque;
use std::ops::Range;

use crate::app::sessions::window::{CHUNK, window};
use crate::live::store::{RowId, Store};
use crate::timeline::filter::{self, Completion, Filter, Known, Mistake};
use crate::timeline::{Participant, SessionId};

/// So many rows are looked at without a pause.
const PIECE: usize = 2000;
/// What is shown of a log.
#[derive(Clone, Debug)]
pub struct Rows {
    /// As typed.
    pub typed: String,
    /// What can be typed next, as whole texts.
    pub options: Vec<String>,
    /// What cannot be meant.
    pub mistakes: Vec<Mistake>,
    /// The rows of one session alone.
    pub only: Option<SessionId>,
    /// The newest row is kept in sight.
    pub follows: bool,
    /// Rises with each other filter.
    pub version: u32,
    chunk: usize,
    shown: Option<Found>,
    coming: Option<Found>,
    waits: bool,
}

/// What a filter has found so far.
#[derive(Clone, Debug)]
struct Found {
    filter: Filter,
    rows: VecDeque<RowId>,
    /// Rows that it had found and that were dropped.
    gone: u64,
    next: RowId,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            typed: String::new(),
            options: Vec::new(),
            mistakes: Vec::new(),
            only: None,
            follows: true,
            version: 0,
            chunk: 0,
            shown: None,
            coming: None,
            waits: false,
        }
    }
}

impl Rows {
    /// How many are shown.
    #[must_use]
    pub fn count(&self, store: &Store) -> usize {
        self.shown.as_ref().map_or_else(|| store.len(), |found| found.rows.len())
    }

    /// The number of the first one that is shown: so many were shown before it and are dropped.
    #[must_use]
    pub fn first(&self, store: &Store) -> u64 {
        self.shown.as_ref().map_or_else(|| store.dropped(), |found| found.gone)
    }

    /// Whether nothing is filtered out.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.shown.is_none()
    }

    /// Whether a filter is still on its way through the log.
    #[must_use]
    pub const fn is_searching(&self) -> bool {
        self.coming.is_some()
    }

    /// The row at a place among those that are shown.
    #[must_use]
    pub fn at(&self, store: &Store, place: usize) -> Option<RowId> {
        match &self.shown {
            Some(found) => found.rows.get(place).copied(),
            None => (place < store.len()).then(|| RowId(store.dropped().saturating_add(place as u64))),
        }
    }

    /// The place of a row among those that are shown.
    #[must_use]
    pub fn place(&self, store: &Store, row: RowId) -> Option<usize> {
        match &self.shown {
            Some(found) => found.rows.binary_search(&row).ok(),
            None => store.place(row),
        }
    }

    /// The places that are to be drawn.
    #[must_use]
    pub fn drawn(&self, store: &Store) -> Range<usize> {
        let count = self.count(store);
        window(count, if self.follows { count / CHUNK } else { self.chunk })
    }

    /// The box was scrolled: the chunk at its top, and whether its end is seen.
    pub const fn scrolled(&mut self, chunk: usize, end: bool) {
        self.chunk = chunk;
        self.follows = end;
    }

    /// Takes in another text; `caret` is where its next letter would stand, in bytes.
    pub fn filter(&mut self, typed: String, caret: usize, store: &Store, sessions: &[Participant]) {
        let names: Vec<String> = sessions.iter().map(|session| session.name.clone()).collect();
        let clients: Vec<String> = sessions.iter().map(|session| session.client_id.clone()).collect();
        let known = Known { sessions: &names, clients: &clients, topics: &[] };
        let Completion { span, options } = filter::complete(&typed, caret, known);
        let (before, after) = (typed.get(..span.start), typed.get(span.end..));
        let whole = |option: &String| Some(format!("{}{option}{}", before?, after?));
        self.options = options.iter().filter_map(whole).collect();
        self.typed = typed;
        self.begin(store);
    }

    /// Shows one session alone, or all.
    pub fn show_only(&mut self, session: Option<SessionId>, store: &Store) {
        self.only = session;
        self.begin(store);
    }

    /// Shows all.
    pub fn show_all(&mut self) {
        *self =
            Self { follows: self.follows, version: self.version + 1, waits: self.waits, ..Self::default() };
    }

    fn begin(&mut self, store: &Store) {
        let read = filter::read(&self.typed);
        self.mistakes = read.mistakes;
        self.version += 1;
        if read.filter.is_empty() && self.only.is_none() {
            (self.shown, self.coming) = (None, None);
            return;
        }
        let next = RowId(store.dropped());
        self.coming = Some(Found { filter: read.filter, rows: VecDeque::new(), gone: 0, next });
    }

    /// Looks at the rows that no filter has seen, for a while; whether there are more, and nobody waits for that yet.
    #[must_use]
    pub fn look(&mut self, store: &Store, sessions: &[Participant]) -> bool {
        if let Some(shown) = &mut self.shown {
            shown.drop_old(store);
        }
        let Some(found) = self.coming.as_mut().or(self.shown.as_mut()) else { return false };
        found.drop_old(store);
        found.look(store, sessions, self.only);
        let more = found.next.0 < store.dropped().saturating_add(store.len() as u64);
        if !more && let Some(found) = self.coming.take() {
            self.shown = Some(found);
            self.version += 1;
        }
        more && !std::mem::replace(&mut self.waits, true)
    }

    /// The piece that was waited for.
    #[must_use]
    pub fn go_on(&mut self, store: &Store, sessions: &[Participant]) -> bool {
        self.waits = false;
        self.look(store, sessions)
    }
}

impl Found {
    fn look(&mut self, store: &Store, sessions: &[Participant], only: Option<SessionId>) {
        let from = self.next.max(RowId(store.dropped()));
        let found = store.find(&self.filter, sessions, Some(from), PIECE, super::said);
        let fits = |row: &RowId| {
            let of = |session| store.raw(*row).is_some_and(|(row, _)| row.connection.session == session);
            only.is_none_or(of)
        };
        self.rows.extend(found.rows.into_iter().filter(fits));
        self.next = found.next.unwrap_or_else(|| RowId(store.dropped().saturating_add(store.len() as u64)));
    }

    fn drop_old(&mut self, store: &Store) {
        while self.rows.pop_front_if(|row| row.0 < store.dropped()).is_some() {
            self.gone += 1;
        }
    }
}
