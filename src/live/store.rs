//! The log of live sessions: many rows, bounded in number and in bytes, the oldest dropped first.
//!
//! A row has a number for life ([`RowId`]): it counts the rows that ever were, so that a selection, a link or a finding
//! means the same row after others were dropped. Rows can be gone through merged or by session. A long payload keeps its
//! beginning, and the row says how much was left out.

use std::collections::VecDeque;

use super::redact;
use crate::mqtt::{self, Packet, Version};
use crate::timeline::filter::{Filter, Subject};
use crate::timeline::log::Writer;
use crate::timeline::{Entry, Participant, SessionId, What, Wire};

/// Most rows that are kept.
pub const MAX_ROWS: usize = 100_000;
/// Most bytes that all rows take together, by [`Store::bytes`]: rows of 600 bytes leave room for [`MAX_ROWS`] twice over.
pub const MAX_BYTES: usize = 128 << 20;
/// Most bytes of a payload that are kept.
pub const MAX_PAYLOAD: usize = 16 << 10;
/// Sessions from this number on are not kept apart.
pub const MAX_SESSIONS: usize = 1000;

/// Which row, counted from the first that ever was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u64);

/// A row of the log.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its number.
    pub id: RowId,
    /// What happened; of a long payload the beginning.
    pub entry: &'a Entry,
    /// What its connection speaks.
    pub version: Version,
    /// Bytes of the payload that were not kept.
    pub left_out: usize,
}

/// The log.
#[derive(Clone, Debug, Default)]
pub struct Store {
    entries: VecDeque<Entry>,
    notes: VecDeque<Note>,
    /// The rows of each session, by its number.
    sessions: Vec<VecDeque<RowId>>,
    dropped: u64,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Note {
    version: Version,
    left_out: usize,
    /// The row in words, in lower case.
    line: Box<str>,
    bytes: usize,
}

/// Where a search stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What is shown, the oldest first.
    pub rows: Vec<RowId>,
    /// The row to go on from; `None` at the end.
    pub next: Option<RowId>,
}

impl Store {
    /// Adds what happened on a connection that speaks `version`. `line` says it in words; the filter looks there for words.
    pub fn push(&mut self, entry: Entry, version: Version, line: &str) -> RowId {
        let id = RowId(self.dropped.saturating_add(self.entries.len() as u64));
        let (entry, left_out) = shortened(entry, version);
        let line = line.to_lowercase().into_boxed_str();
        let bytes =
            size_of::<Entry>() + size_of::<Note>() + size_of::<RowId>() + line.len() + heap(&entry.what);
        if let Some(rows) = self.rows_of(entry.connection.session) {
            rows.push_back(id);
        }
        self.bytes += bytes;
        self.entries.push_back(entry);
        self.notes.push_back(Note { version, left_out, line, bytes });
        while self.entries.len() > MAX_ROWS || self.bytes > MAX_BYTES {
            self.drop_oldest();
        }
        id
    }

    fn drop_oldest(&mut self) {
        let (Some(entry), Some(note)) = (self.entries.pop_front(), self.notes.pop_front()) else { return };
        if let Some(rows) = self.rows_of(entry.connection.session) {
            rows.pop_front();
        }
        self.bytes -= note.bytes;
        self.dropped += 1;
    }

    fn rows_of(&mut self, session: SessionId) -> Option<&mut VecDeque<RowId>> {
        let index = usize::try_from(session.0).ok().filter(|index| *index < MAX_SESSIONS)?;
        if self.sessions.len() <= index {
            self.sessions.resize_with(index + 1, VecDeque::new);
        }
        self.sessions.get_mut(index)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened, or all was dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many old rows were dropped.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What the rows take, near enough.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// A row, unless it was dropped.
    #[must_use]
    pub fn row(&self, id: RowId) -> Option<Row<'_>> {
        let place = self.place(id)?;
        let note = self.notes.get(place)?;
        Some(Row { id, entry: self.entries.get(place)?, version: note.version, left_out: note.left_out })
    }

    /// Where a row stands among those that are kept, from 0; it changes when rows are dropped.
    #[must_use]
    pub fn place(&self, id: RowId) -> Option<usize> {
        let place = usize::try_from(id.0.checked_sub(self.dropped)?).ok()?;
        (place < self.entries.len()).then_some(place)
    }

    /// The row at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<Row<'_>> {
        self.row(RowId(self.dropped.checked_add(place as u64)?))
    }

    /// The rows of one session, the oldest first.
    pub fn of(&self, session: SessionId) -> impl DoubleEndedIterator<Item = RowId> + ExactSizeIterator {
        let index = usize::try_from(session.0).unwrap_or(usize::MAX);
        self.sessions.get(index).map(VecDeque::iter).unwrap_or_default().copied()
    }

    /// All entries as one slice, as [`diagnose`](crate::timeline::diagnose) wants them.
    pub fn entries(&mut self) -> &[Entry] {
        self.entries.make_contiguous()
    }

    /// Looks at `most` rows from `from` on, or from the oldest. Sessions are named by `sessions`, by their numbers.
    #[must_use]
    pub fn find(&self, filter: &Filter, sessions: &[Participant], from: Option<RowId>, most: usize) -> Found {
        let start =
            from.map_or(0, |id| usize::try_from(id.0.saturating_sub(self.dropped)).unwrap_or(usize::MAX));
        let end = start.saturating_add(most).min(self.entries.len());
        let mut found = Found { rows: Vec::new(), next: None };
        if start >= end {
            return found;
        }
        for ((entry, note), place) in
            self.entries.range(start..end).zip(self.notes.range(start..end)).zip(start..)
        {
            let session =
                usize::try_from(entry.connection.session.0).ok().and_then(|index| sessions.get(index));
            let (session, client_id) =
                session.map_or(("", ""), |session| (session.name.as_str(), session.client_id.as_str()));
            if filter.shows(Subject { session, client_id, entry }, || &note.line) {
                found.rows.push(RowId(self.dropped + place as u64));
            }
        }
        found.next = (end < self.entries.len()).then(|| RowId(self.dropped + end as u64));
        found
    }

    /// An export of all rows, to be gone on with by [`Self::export`]. Simulate opens it as a timeline.
    #[must_use]
    pub fn begin_export(&self, sessions: &[Participant]) -> Export {
        let names: Vec<String> = sessions.iter().map(|session| redact::text(&session.name)).collect();
        Export { writer: Writer::new(&names, self.dropped), next: RowId(self.dropped) }
    }

    /// Writes `most` more rows without secrets; whether there are more. `say` puts a row into words. Rows that were dropped
    /// since the beginning are not in the export.
    pub fn export(&self, export: &mut Export, most: usize, say: impl Fn(Row<'_>) -> String) -> bool {
        let start = self
            .place(export.next)
            .unwrap_or_else(|| if export.next.0 < self.dropped { 0 } else { self.len() });
        let end = start.saturating_add(most).min(self.len());
        for row in (start..end).filter_map(|place| self.at(place)) {
            let clean = redact::entry(row.entry, row.version);
            let clean = Row { entry: &clean, ..row };
            export.writer.write(clean.entry, row.version, row.left_out, || redact::text(&say(clean)));
        }
        export.next = RowId(self.dropped + end as u64);
        end < self.len()
    }
}

/// An export under way.
#[derive(Clone, Debug)]
pub struct Export {
    writer: Writer,
    next: RowId,
}

impl Export {
    /// What was written: JSON Lines (`policylab-log/1`).
    #[must_use]
    pub fn into_text(self) -> String {
        self.writer.out
    }
}

/// The entry with no more than [`MAX_PAYLOAD`] of a message, and what of it was left out.
fn shortened(mut entry: Entry, version: Version) -> (Entry, usize) {
    let (What::Sent(wire) | What::Received(wire)) = &mut entry.what else { return (entry, 0) };
    let Ok(Packet::Publish(publish)) = &wire.packet else { return (entry, 0) };
    let left_out = publish.payload.len().saturating_sub(MAX_PAYLOAD);
    if left_out > 0 {
        let mut publish = publish.clone();
        publish.payload.truncate(MAX_PAYLOAD);
        publish.payload.shrink_to_fit();
        let packet = Packet::Publish(publish);
        if let Ok(bytes) = mqtt::encode(&packet, version) {
            *wire = Wire { packet: Ok(packet), bytes };
            return (entry, left_out);
        }
    }
    (entry, 0)
}

/// What an entry holds beside itself: a packet's fields take about as much as its bytes.
const fn heap(what: &What) -> usize {
    match what {
        What::Sent(wire) | What::Received(wire) => wire.bytes.len() * 2,
        What::Closed(close) => close.reason.len(),
        What::Told(told) => told.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iot::time::Instant;
    use crate::mqtt::{Connect, PacketId, Properties, Property, Publish, Qos};
    use crate::timeline::{ConnectionRef, filter, log};

    fn sent(session: u32, packet: Packet, version: Version) -> Entry {
        let bytes = mqtt::encode(&packet, version).unwrap();
        let connection = ConnectionRef { session: SessionId(session), number: 1 };
        Entry { at: Instant(0), connection, what: What::Sent(Wire { packet: Ok(packet), bytes }) }
    }

    fn publish(payload: Vec<u8>) -> Packet {
        Packet::Publish(Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: "dt/temperature".to_owned(),
            packet_id: Some(PacketId(1)),
            properties: Properties::default(),
            payload,
        })
    }

    fn participants(names: &[&str]) -> Vec<Participant> {
        let one = |name: &&str| Participant {
            name: (*name).to_owned(),
            client_id: format!("client-{name}"),
            version: Version::V5,
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn a_full_log_drops_the_oldest_and_keeps_the_numbers() {
        let mut store = Store::default();
        for row in 0..MAX_ROWS as u64 + 5 {
            let id = store.push(sent((row % 2) as u32, Packet::PingReq, Version::V5), Version::V5, "PINGREQ");
            assert_eq!(id, RowId(row));
        }
        assert_eq!((store.len(), store.dropped()), (MAX_ROWS, 5));
        assert!(store.row(RowId(4)).is_none() && store.row(RowId(5)).is_some());
        assert_eq!(store.of(SessionId(1)).next(), Some(RowId(5)));
        assert_eq!(store.of(SessionId(0)).next(), Some(RowId(6)));
        assert_eq!(store.of(SessionId(0)).len() + store.of(SessionId(1)).len(), MAX_ROWS);
        assert_eq!(store.of(SessionId(7)).len(), 0);
        let all = filter::read("session:B pingreq").filter;
        let found = store.find(&all, &participants(&["A", "B"]), Some(RowId(0)), 10);
        assert_eq!(found.rows, [5, 7, 9, 11, 13].map(RowId));
        assert_eq!(found.next, Some(RowId(15)));
    }

    #[test]
    fn long_payloads_keep_their_beginning_and_memory_is_bounded() {
        let mut store = Store::default();
        let id = store.push(sent(0, publish(vec![7; MAX_PAYLOAD + 3]), Version::V5), Version::V5, "");
        assert_eq!(store.row(id).unwrap().left_out, 3);
        for _ in 0..MAX_BYTES / MAX_PAYLOAD {
            store.push(sent(0, publish(vec![7; MAX_PAYLOAD]), Version::V5), Version::V5, "");
        }
        assert!(store.bytes() <= MAX_BYTES && store.dropped() > 0 && store.len() > 1000, "{}", store.len());
    }

    #[test]
    fn an_export_opens_as_a_timeline_and_holds_no_secret() {
        let mut connect = Connect::clean(Version::V5, "temp-sensor-01");
        connect.user_name = Some("me?x-amz-customauthorizer-name=a&MyToken=tok-EN".to_owned());
        connect.password = Some(b"pass-WORD".to_vec());
        connect
            .properties
            .0
            .push(Property::UserProperty("X-Amz-Security-Token".to_owned(), "sess-TOKEN-1".to_owned()));
        connect.properties.0.push(Property::AuthenticationMethod("m".to_owned()));
        connect.properties.0.push(Property::AuthenticationData(b"auth-DATA".to_vec()));
        let told = "wss://example-ats.iot.eu-west-1.amazonaws.com/mqtt?X-Amz-Algorithm=AWS4&X-Amz-Signature=00ff&t=q-TOKEN was closed";
        let key = "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let mut store = Store::default();
        let mut entries = vec![
            sent(0, Packet::Connect(connect), Version::V5),
            sent(1, publish(key.as_bytes().to_vec()), Version::V311),
            sent(1, publish(vec![b'x'; MAX_PAYLOAD + 9]), Version::V311),
            sent(1, publish(b"\xff\x00".to_vec()), Version::V311),
        ];
        entries.push(Entry { what: What::Told(told.to_owned()), ..entries[0].clone() });
        for (entry, version) in
            entries.iter().zip([Version::V5, Version::V311, Version::V311, Version::V311, Version::V5])
        {
            store.push(entry.clone(), version, "");
        }
        let mut export = store.begin_export(&participants(&["A", "B"]));
        while store.export(&mut export, 2, |row| format!("{:?}", row.entry.what)) {}
        let text = export.into_text();
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        for secret in ["tok-EN", "pass-WORD", "sess-TOKEN-1", "auth-DATA", "q-TOKEN", "wJalrXUtnFEMI"] {
            assert!(!text.contains(secret) && !text.contains(&hex(secret)), "{secret}");
        }
        let log = log::read(&text);
        assert_eq!((&log.problems, log.entries.len()), (&Vec::new(), entries.len()));
        assert_eq!(log.left_out, [(2, 9)].into());
        assert_eq!(log.entries[3], entries[3], "what holds no secret is as it was");
        assert!(
            matches!(&log.entries[4].what, What::Told(told) if told.ends_with("/mqtt?<removed> was closed"))
        );
        let again = {
            let mut store = Store::default();
            log.entries.iter().for_each(|entry| {
                let version =
                    if entry.connection.session == SessionId(0) { Version::V5 } else { Version::V311 };
                store.push(entry.clone(), version, "");
            });
            let mut export = store.begin_export(&participants(&["A", "B"]));
            while store.export(&mut export, 2, |_| String::new()) {}
            log::read(&export.into_text()).entries
        };
        assert_eq!(again, log.entries);
    }
}
