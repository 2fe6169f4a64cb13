//! The log of Live: what the worker told, which of it is looked at, and what can be said of it.
//!
//! What takes long is done in pieces; between them the browser does what is more urgent.

pub mod rows;
#[cfg(test)]
mod tests;

use crate::app::sessions::simulate::name;
use crate::app::sessions::{Effect, Msg as ToModel};
use crate::live::digest::Digest;
use crate::live::driver::NOBODY;
use crate::live::record::{self, Record};
use crate::live::store::{Export, MAX_SESSIONS, Row, RowId, Store};
use crate::mqtt::Version;
use crate::timeline::{Entry, Finding, Participant, SessionId, diagnose};
use crate::words;
use rows::Rows;

/// The name of the file of a log.
pub const LOG_FILE: &str = "live-log.jsonl";
/// The ID of the table.
pub const GRID_ID: &str = "event-grid";

/// After a diagnosis the next one waits so long, in milliseconds.
const DIAGNOSE_EVERY: u32 = 250;
/// So many rows are exported without a pause: secrets are looked for in each.
const EXPORT_AT_ONCE: usize = 200;

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// All of it, as far back as there is room.
    pub store: Store,
    /// Who took part, by number; who left the plan stays.
    pub sessions: Vec<Participant>,
    /// What is shown.
    pub rows: Rows,
    /// The row whose details are shown.
    pub selected: Option<RowId>,
    /// What can be said; the evidence is the numbers of rows.
    pub findings: Vec<Finding>,
    /// How a payload is looked at; as it seems best where nothing is chosen.
    pub view: Option<View>,
    /// On a small screen: which part is shown.
    pub pane: Pane,
    /// Something that the user should read.
    pub told: Option<String>,
    /// A log that Simulate is to open.
    pub handed_over: Option<String>,
    digest: Digest,
    /// Rows before the log was cleared; the digest goes on counting.
    cleared: u64,
    rests: bool,
    export: Option<Exporting>,
}

#[derive(Clone, Debug)]
struct Exporting {
    export: Export,
    purpose: Purpose,
    /// Rows.
    done: usize,
}

/// What an export is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A file.
    Save,
    /// Simulate's timeline.
    Simulate,
}

/// A way to look at a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// UTF-8.
    Text,
    /// JSON, laid out.
    Json,
    /// Hexadecimal.
    Hex,
    /// CBOR in diagnostic notation.
    Cbor,
}

/// What a small screen shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The rows.
    #[default]
    Rows,
    /// The chosen packet.
    Packet,
    /// What was found out.
    Findings,
}

/// What the user did, or what was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Typed a filter; the whole text, and the caret in bytes.
    Filter(String, usize),
    /// Shows one session alone, or all.
    Only(Option<SessionId>),
    /// Time for the next piece of a search.
    Look,
    /// Scrolled: the chunk at the top, and whether the end is seen.
    Scrolled(usize, bool),
    /// Wants to see the newest, and those that come.
    Newest,
    /// Looks at the row at this place.
    Go(usize),
    /// The same, pressed.
    Press(usize),
    /// Looks at the next or the previous row of the same session.
    Along(bool),
    /// Wants to see the row, with the focus there.
    Find(usize),
    /// Looks at payloads in this way.
    View(View),
    /// On a small screen: wants to see another part.
    Pane(Pane),
    /// Something may be found out again.
    Diagnose,
    /// Wants the log without secrets.
    Export(Purpose),
    /// Time for the next piece of the export.
    GoOn,
    /// Throws the log away.
    Clear,
}

impl Msg {
    /// Whether the user did nothing.
    #[must_use]
    pub const fn comes_by_itself(&self) -> bool {
        matches!(self, Self::Look | Self::Scrolled(..) | Self::Diagnose | Self::GoOn)
    }
}

impl Log {
    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Filter(typed, caret) => self.rows.filter(typed, caret, &self.store, &self.sessions),
            Msg::Only(session) => self.rows.show_only(session, &self.store),
            Msg::Look => {
                let more = self.rows.go_on(&self.store, &self.sessions);
                return more.then(|| later(0, Msg::Look)).into_iter().collect();
            }
            Msg::Scrolled(chunk, end) => self.rows.scrolled(chunk, end),
            Msg::Newest => self.rows.follows = true,
            Msg::Go(place) => self.select(self.rows.at(&self.store, place)),
            Msg::Press(place) => {
                self.select(self.rows.at(&self.store, place));
                self.pane = Pane::Packet;
            }
            Msg::Along(forward) => self.select(self.along(forward)),
            Msg::Find(row) => return self.find(RowId(row as u64)),
            Msg::View(view) => self.view = Some(view),
            Msg::Pane(pane) => self.pane = pane,
            Msg::Diagnose => {
                self.rests = false;
                return self.diagnose();
            }
            Msg::Export(purpose) => {
                let waits = self.export.is_some();
                let export = self.store.begin_export(&self.sessions);
                self.export = Some(Exporting { export, purpose, done: 0 });
                return if waits { Vec::new() } else { vec![later(0, Msg::GoOn)] };
            }
            Msg::GoOn => return self.go_on().into_iter().collect(),
            Msg::Clear => self.clear(),
        }
        self.look()
    }

    /// Takes in a batch of the worker's records, and lets `hear` know each of them.
    pub fn take(&mut self, batch: Vec<u8>, hear: impl FnMut(&Record<'_>)) -> Vec<Effect> {
        let first = self.store.dropped() + self.store.len() as u64;
        self.store.take(batch, hear);
        let end = self.store.dropped() + self.store.len() as u64;
        for id in (first.max(self.store.dropped())..end).map(RowId) {
            self.digest(id);
        }
        let mut effects = self.look();
        effects.extend(self.diagnose());
        effects
    }

    fn digest(&mut self, id: RowId) {
        let Some((Record { at, connection, what }, version)) = self.store.raw(id) else { return };
        let row = RowId(self.cleared.saturating_add(id.0));
        let repeats = match what {
            record::What::Received { bytes, .. } => self.digest.repeats(row, at, connection, bytes, version),
            _ => false,
        };
        if !repeats && let Some(Row { entry, .. }) = self.store.row(id) {
            self.digest.take(row, &entry);
            self.know(connection.session);
        }
    }

    /// How many rows there ever were.
    #[must_use]
    pub fn grown(&self) -> u64 {
        self.cleared + self.store.dropped() + self.store.len() as u64
    }

    /// Each row is of a session with a name: also of one that left the plan before anything was heard of it.
    fn know(&mut self, session: SessionId) {
        let index = usize::try_from(session.0).unwrap_or(usize::MAX);
        while self.sessions.len() <= index && index < MAX_SESSIONS {
            let (name, client_id) = (name(self.sessions.len()), String::new());
            self.sessions.push(Participant { name, client_id, version: Version::V311 });
        }
    }

    /// Who takes part now.
    pub fn meet(&mut self, sessions: impl IntoIterator<Item = Participant>) {
        let now: Vec<Participant> = sessions.into_iter().collect();
        let gone = self.sessions.split_off(now.len().min(self.sessions.len()));
        self.sessions = now;
        self.sessions.extend(gone);
    }

    /// What of the log findings can rest on, as of the last diagnosis.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.digest.entries()
    }

    /// The row of an entry of the digest; nothing when the log was cleared since.
    #[must_use]
    pub fn row_of(&self, index: usize) -> Option<RowId> {
        self.digest.row(index)?.0.checked_sub(self.cleared).map(RowId)
    }

    /// What a session is called.
    #[must_use]
    pub fn name(&self, session: SessionId) -> String {
        if session == NOBODY.session {
            return words::session::NOBODY.to_owned();
        }
        let known = usize::try_from(session.0).ok().and_then(|index| self.sessions.get(index));
        known.map_or_else(|| format!("Session {}", session.0.saturating_add(1)), |known| known.name.clone())
    }

    /// How much of the log is exported, while it is; in percent.
    #[must_use]
    pub fn exported(&self) -> Option<usize> {
        let done = self.export.as_ref()?.done;
        Some(done.saturating_mul(100).checked_div(self.store.len())?.min(100))
    }

    fn look(&mut self) -> Vec<Effect> {
        let more = self.rows.look(&self.store, &self.sessions);
        more.then(|| later(0, Msg::Look)).into_iter().collect()
    }

    fn select(&mut self, row: Option<RowId>) {
        if row.is_some() {
            self.selected = row;
            // Who looks at a row does not want it to go.
            self.rows.follows = false;
        }
    }

    /// The next row of the session of the chosen one, among those that are shown.
    fn along(&self, forward: bool) -> Option<RowId> {
        let from = self.selected?;
        let session = self.store.row(from)?.entry.connection.session;
        let is_shown = |row: &RowId| self.rows.place(&self.store, *row).is_some();
        let mut rows = self.store.of(session).filter(is_shown);
        if forward { rows.find(|row| *row > from) } else { rows.rfind(|row| *row < from) }
    }

    fn find(&mut self, row: RowId) -> Vec<Effect> {
        if self.store.row(row).is_none() {
            self.told = Some(words::log::DROPPED_ROW.to_owned());
            return Vec::new();
        }
        if self.rows.place(&self.store, row).is_none() {
            self.rows.show_all();
        }
        self.select(Some(row));
        self.pane = Pane::Rows;
        vec![Effect::Focus(GRID_ID)]
    }

    /// Says anew what can be said, unless that was done a moment ago.
    fn diagnose(&mut self) -> Vec<Effect> {
        if self.rests || !self.digest.is_due() {
            return Vec::new();
        }
        self.rests = true;
        self.settle();
        vec![later(DIAGNOSE_EVERY, Msg::Diagnose)]
    }

    /// Brings [`Self::entries`] up to date, and what can be said of them. Gives that, with the entries as evidence.
    pub fn settle(&mut self) -> Vec<Finding> {
        self.digest.settle();
        let found = diagnose(self.digest.entries());
        let mut findings = found.clone();
        for finding in &mut findings {
            let rows = finding.evidence.iter().filter_map(|entry| self.row_of(*entry));
            finding.evidence = rows.filter_map(|row| usize::try_from(row.0).ok()).collect();
        }
        // What was found before the log was cleared has nothing left to show.
        findings.retain(|finding| !finding.evidence.is_empty());
        self.findings = findings;
        found
    }

    fn go_on(&mut self) -> Option<Effect> {
        let exporting = self.export.as_mut()?;
        exporting.done += EXPORT_AT_ONCE;
        if self.store.export(&mut exporting.export, EXPORT_AT_ONCE, said) {
            return Some(later(0, Msg::GoOn));
        }
        let Exporting { export, purpose, .. } = self.export.take()?;
        match purpose {
            Purpose::Save => return Some(Effect::Save(LOG_FILE, export.into_text())),
            Purpose::Simulate => self.handed_over = Some(export.into_text()),
        }
        None
    }

    fn clear(&mut self) {
        self.cleared += self.store.dropped() + self.store.len() as u64;
        self.store = Store::default();
        self.rows.show_all();
        self.rows.follows = true;
        (self.selected, self.export) = (None, None);
        self.findings.clear();
    }
}

/// A row in words.
fn said(row: &Row) -> String {
    words::timeline::what(&row.entry.what, row.version).to_string()
}

fn later(milliseconds: u32, msg: Msg) -> Effect {
    Effect::Later(milliseconds, Box::new(ToModel::Live(super::Msg::Log(msg))))
}
