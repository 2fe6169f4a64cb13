//! The log of live sessions: many rows, bounded in number and in bytes, the oldest dropped first.
//!
//! It keeps the worker's batches as they came and remembers where each row begins; a row is read when it is looked at. So
//! taking a row costs next to nothing, and looking through the log is done in portions.
//!
//! A row has a number for life ([`RowId`]): it counts the rows that ever were, so that a selection, a link or a finding
//! means the same row after others were dropped. Rows can be gone through merged or by session. A long payload has its
//! beginning only, and the row says how much was left out.

use std::collections::VecDeque;

use super::driver::NOBODY;
use super::record::{self, Record};
use super::redact;
use crate::mqtt::{self, Frame, PacketKind, Version};
use crate::timeline::filter::{Filter, Subject};
use crate::timeline::log::Writer;
use crate::timeline::{Close, Entry, Participant, SessionId, What, Wire};

/// Most rows that are kept.
pub const MAX_ROWS: usize = 100_000;
/// Most bytes that all rows take together, by [`Store::bytes`]: room for [`MAX_ROWS`] of 1,300 bytes.
pub const MAX_BYTES: usize = 128 << 20;
/// Most bytes of a payload that are kept.
pub const MAX_PAYLOAD: usize = 16 << 10;
/// Sessions from this number on are not kept apart.
pub const MAX_SESSIONS: usize = 1000;

/// Which row, counted from the first that ever was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u64);

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub id: RowId,
    /// What happened; of a long payload the beginning.
    pub entry: Entry,
    /// What its connection speaks, by the CONNECT that was sent last.
    pub version: Version,
    /// Bytes of the payload that are not here.
    pub left_out: usize,
}

/// The log.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Batches with at least one row.
    batches: VecDeque<Vec<u8>>,
    /// How many batches were dropped.
    gone: usize,
    places: VecDeque<Place>,
    /// By number.
    sessions: Vec<Lane>,
    dropped: u64,
    bytes: usize,
}

/// Where a row is.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Counted from the first batch that ever was.
    batch: usize,
    offset: u32,
    session: SessionId,
    version: Version,
}

/// What is kept for a session.
#[derive(Clone, Debug)]
struct Lane {
    version: Version,
    rows: VecDeque<RowId>,
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
    /// Takes a batch of [`record`]s, and lets `hear` know each of them, also those that are no rows.
    pub fn take(&mut self, batch: Vec<u8>, mut hear: impl FnMut(&Record<'_>)) {
        let number = self.gone + self.batches.len();
        let before = self.places.len();
        let mut records = record::read(&batch);
        loop {
            let offset = records.offset();
            let Some(record) = records.next() else { break };
            hear(&record);
            let Record { connection, what, .. } = record;
            if let record::What::Phase(_) | record::What::Running(_) = what {
                continue;
            }
            let id = RowId(self.dropped.saturating_add(self.places.len() as u64));
            let mut version = Version::V311;
            if let Some(lane) = self.lane(connection.session) {
                if let record::What::Sent { bytes, .. } = what
                    && let Some(connected) = connect_version(bytes)
                {
                    lane.version = connected;
                }
                version = lane.version;
                lane.rows.push_back(id);
            }
            // A batch is far smaller than 4 GiB.
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            self.places.push_back(Place { batch: number, offset, session: connection.session, version });
        }
        let rows = self.places.len() - before;
        if rows > 0 {
            self.bytes += batch.len() + rows * ROW;
            self.batches.push_back(batch);
        }
        while self.places.len() > MAX_ROWS || self.bytes > MAX_BYTES {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(Place { session, .. }) = self.places.pop_front() else { return };
        if let Some(lane) = self.lane(session) {
            lane.rows.pop_front();
        }
        self.bytes -= ROW;
        self.dropped += 1;
        let first = self.places.front().map_or(self.gone + self.batches.len(), |place| place.batch);
        while self.gone < first
            && let Some(batch) = self.batches.pop_front()
        {
            self.bytes -= batch.len();
            self.gone += 1;
        }
    }

    fn lane(&mut self, session: SessionId) -> Option<&mut Lane> {
        let index = usize::try_from(session.0).ok().filter(|index| *index < MAX_SESSIONS)?;
        if self.sessions.len() <= index {
            let lane = || Lane { version: Version::V311, rows: VecDeque::new() };
            self.sessions.resize_with(index + 1, lane);
        }
        self.sessions.get_mut(index)
    }

    fn record(&self, place: Place) -> Option<Record<'_>> {
        let batch = self.batches.get(place.batch.checked_sub(self.gone)?)?;
        record::read(batch.get(usize::try_from(place.offset).ok()?..)?).next()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing has happened, or all was dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
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
    pub fn row(&self, id: RowId) -> Option<Row> {
        let (Record { at, connection, what }, version) = self.raw(id)?;
        let (what, left_out) = match what {
            record::What::Opened => (What::Opened, 0),
            record::What::Closed { by, code, reason } => {
                (What::Closed(Close { by, code, reason: reason.to_owned() }), 0)
            }
            record::What::Sent { bytes, left_out } => (What::Sent(wire(bytes, version)?), left_out),
            record::What::Received { bytes, left_out } => (What::Received(wire(bytes, version)?), left_out),
            record::What::Told(text) | record::What::Noted(text) => (What::Told(text.to_owned()), 0),
            // These are no rows.
            record::What::Phase(_) | record::What::Running(_) => return None,
        };
        let left_out = usize::try_from(left_out).unwrap_or(usize::MAX);
        Some(Row { id, entry: Entry { at, connection, what }, version, left_out })
    }

    /// A row as it came, and what its connection speaks, unless it was dropped.
    #[must_use]
    pub fn raw(&self, id: RowId) -> Option<(Record<'_>, Version)> {
        let place = *self.places.get(self.place(id)?)?;
        Some((self.record(place)?, place.version))
    }

    /// Where a row stands among those that are kept, from 0; it changes when rows are dropped.
    #[must_use]
    pub fn place(&self, id: RowId) -> Option<usize> {
        let place = usize::try_from(id.0.checked_sub(self.dropped)?).ok()?;
        (place < self.len()).then_some(place)
    }

    /// The row at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<Row> {
        self.row(RowId(self.dropped.checked_add(place as u64)?))
    }

    /// The rows of one session, the oldest first.
    pub fn of(&self, session: SessionId) -> impl DoubleEndedIterator<Item = RowId> + ExactSizeIterator {
        let index = usize::try_from(session.0).unwrap_or(usize::MAX);
        self.sessions.get(index).map(|lane| lane.rows.iter()).unwrap_or_default().copied()
    }

    /// The entries of `most` rows from a place on, as [`diagnose`](crate::timeline::diagnose) wants them: an index among them
    /// counts from that place.
    #[must_use]
    pub fn entries(&self, from: usize, most: usize) -> Vec<Entry> {
        let end = from.saturating_add(most).min(self.len());
        (from..end).filter_map(|place| self.at(place)).map(|row| row.entry).collect()
    }

    /// Looks at `most` rows from `from` on, or from the oldest. Sessions are named by `sessions`, by their numbers; `say` puts
    /// a row into words, for terms without a key.
    #[must_use]
    pub fn find(
        &self,
        filter: &Filter,
        sessions: &[Participant],
        from: Option<RowId>,
        most: usize,
        say: impl Fn(&Row) -> String,
    ) -> Found {
        let start =
            from.map_or(0, |id| usize::try_from(id.0.saturating_sub(self.dropped)).unwrap_or(usize::MAX));
        let end = start.saturating_add(most).min(self.len());
        let mut found = Found::default();
        if start >= end {
            return found;
        }
        for row in (start..end).filter_map(|place| self.at(place)) {
            let entry = &row.entry;
            let session =
                usize::try_from(entry.connection.session.0).ok().and_then(|index| sessions.get(index));
            let (session, client_id) =
                session.map_or(("", ""), |session| (session.name.as_str(), session.client_id.as_str()));
            if filter.shows(Subject { session, client_id, entry }, || say(&row).to_lowercase()) {
                found.rows.push(row.id);
            }
        }
        found.next = (end < self.len()).then(|| RowId(self.dropped + end as u64));
        found
    }

    /// An export of all rows, to be gone on with by [`Self::export`]. Simulate opens it as a timeline.
    #[must_use]
    pub fn begin_export(&self, sessions: &[Participant]) -> Export {
        let names: Vec<String> = sessions.iter().map(|session| redact::text(&session.name)).collect();
        Export { writer: Writer::new(&names, self.dropped), next: RowId(self.dropped) }
    }

    /// Writes `most` more rows without secrets; whether there are more. `say` puts a row into words. Rows that were dropped
    /// since the beginning are not in the export, nor are those of no session.
    pub fn export(&self, export: &mut Export, most: usize, say: impl Fn(&Row) -> String) -> bool {
        let start = self
            .place(export.next)
            .unwrap_or_else(|| if export.next.0 < self.dropped { 0 } else { self.len() });
        let end = start.saturating_add(most).min(self.len());
        let of_sessions = |row: &Row| row.entry.connection != NOBODY;
        for mut row in (start..end).filter_map(|place| self.at(place)).filter(of_sessions) {
            row.entry = redact::entry(&row.entry, row.version);
            export.writer.write(&row.entry, row.version, row.left_out, || redact::text(&say(&row)));
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

/// What a row takes beside its record.
const ROW: usize = size_of::<Place>() + size_of::<RowId>();

/// The version that a CONNECT names; nothing for other packets.
fn connect_version(packet: &[u8]) -> Option<Version> {
    let first = packet.first().copied()?;
    if PacketKind::of(first) != Some(PacketKind::Connect) {
        return None;
    }
    mqtt::connect_version(&Frame::new(packet.to_vec()).ok()?).ok()
}

/// A packet from its bytes; the worker writes whole ones only.
fn wire(bytes: &[u8], version: Version) -> Option<Wire> {
    let frame = Frame::new(bytes.to_vec()).ok()?;
    Some(Wire { packet: mqtt::decode(&frame, version), bytes: frame.into_bytes() })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::iot::time::Instant;
    use crate::live::record::{Batch, Phase};
    use crate::mqtt::{Connect, Packet, PacketId, Properties, Property, Publish, Qos};
    use crate::timeline::{ConnectionRef, Party, filter, log};

    fn connection(session: u32) -> ConnectionRef {
        ConnectionRef { session: SessionId(session), number: 1 }
    }

    /// A batch of things that happened at once.
    fn batch(all: &[(u32, record::What<'_>)]) -> Vec<u8> {
        let mut batch = Batch::default();
        for (session, what) in all {
            batch.push(&Record { at: Instant(1), connection: connection(*session), what: *what });
        }
        batch.bytes().to_vec()
    }

    fn sent(session: u32, packet: &Packet, version: Version) -> Vec<u8> {
        let bytes = mqtt::encode(packet, version).unwrap();
        batch(&[(session, record::What::Sent { bytes: &bytes, left_out: 0 })])
    }

    fn connect(session: u32, version: Version) -> Vec<u8> {
        sent(session, &Packet::Connect(Connect::clean(version, "temp-sensor-01")), version)
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

    fn say(row: &Row) -> String {
        format!("{:?}", row.entry.what)
    }

    #[test]
    fn a_batch_is_heard_whole_and_becomes_rows() {
        let mut store = Store::default();
        store.take(connect(1, Version::V5), |_| ());
        let ping = mqtt::encode(&Packet::PingResp, Version::V5).unwrap();
        let all = [
            (0, record::What::Phase(Phase::Connecting)),
            (0, record::What::Opened),
            (1, record::What::Received { bytes: &ping, left_out: 7 }),
            (0, record::What::Running(true)),
            (0, record::What::Told("Connected.")),
            (0, record::What::Closed { by: Party::Server, code: Some(1000), reason: "bye" }),
        ];
        let mut heard = 0;
        store.take(batch(&all), |record| {
            assert_eq!((record.connection.session.0, record.what), all[heard]);
            heard += 1;
        });
        assert_eq!(heard, all.len());
        let whats: Vec<What> = store.entries(1, 10).into_iter().map(|entry| entry.what).collect();
        let wire = Wire { packet: Ok(Packet::PingResp), bytes: ping };
        let close = Close { by: Party::Server, code: Some(1000), reason: "bye".to_owned() };
        let told = What::Told("Connected.".to_owned());
        assert_eq!(whats, [What::Opened, What::Received(wire), told, What::Closed(close)]);
        let row = store.row(RowId(2)).unwrap();
        assert_eq!((row.version, row.left_out, row.entry.connection), (Version::V5, 7, connection(1)));
    }

    #[test]
    fn a_full_log_drops_the_oldest_and_keeps_the_numbers() {
        let mut store = Store::default();
        let pair = [sent(0, &Packet::PingReq, Version::V5), sent(1, &Packet::PingReq, Version::V5)].concat();
        for _ in 0..MAX_ROWS / 2 + 3 {
            store.take(pair.clone(), |_| ());
        }
        assert_eq!((store.len(), store.dropped()), (MAX_ROWS, 6));
        assert!(store.row(RowId(5)).is_none() && store.row(RowId(6)).is_some());
        assert_eq!(store.of(SessionId(1)).next(), Some(RowId(7)));
        assert_eq!(store.of(SessionId(0)).next(), Some(RowId(6)));
        assert_eq!(store.of(SessionId(0)).len() + store.of(SessionId(1)).len(), MAX_ROWS);
        assert_eq!(store.of(SessionId(7)).len(), 0);
        let all = filter::read("session:B pingreq").filter;
        let found = store.find(&all, &participants(&["A", "B"]), Some(RowId(0)), 10, say);
        assert_eq!(found.rows, [7, 9, 11, 13, 15].map(RowId));
        assert_eq!(found.next, Some(RowId(16)));
    }

    #[test]
    fn memory_is_bounded_by_the_bytes_too() {
        let mut store = Store::default();
        let one = sent(0, &publish(vec![7; MAX_PAYLOAD]), Version::V5);
        let pair = [one.as_slice(), &one].concat();
        for _ in 0..MAX_BYTES / MAX_PAYLOAD / 2 + 100 {
            store.take(pair.clone(), |_| ());
        }
        assert!(store.bytes() <= MAX_BYTES && store.dropped() > 0 && store.len() > 1000, "{}", store.len());
        let kept: usize = store.batches.iter().map(Vec::len).sum();
        assert_eq!(store.bytes(), kept + store.len() * ROW);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(
            all in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..8),
            kind in 0..9_u8,
        ) {
            let mut store = Store::default();
            for bytes in &all {
                // A head that is right leads deeper.
                let mut batch = vec![0; record::HEAD];
                batch[0] = kind;
                batch[record::HEAD - 4] = u8::try_from(bytes.len()).unwrap();
                batch.extend_from_slice(bytes);
                store.take(batch, |_| ());
                store.take(bytes.clone(), |_| ());
            }
            let found = store.find(&filter::read("x").filter, &[], None, usize::MAX, say);
            prop_assert!(found.rows.len() <= store.len());
        }
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
        let long = mqtt::encode(&publish(vec![b'x'; MAX_PAYLOAD]), Version::V311).unwrap();
        let mut store = Store::default();
        store.take(sent(0, &Packet::Connect(connect), Version::V5), |_| ());
        store.take(sent(1, &publish(key.as_bytes().to_vec()), Version::V311), |_| ());
        store.take(batch(&[(1, record::What::Sent { bytes: &long, left_out: 9 })]), |_| ());
        store.take(sent(1, &publish(b"\xff\x00".to_vec()), Version::V311), |_| ());
        store.take(batch(&[(0, record::What::Told(told))]), |_| ());
        let entries = store.entries(0, usize::MAX);
        let mut export = store.begin_export(&participants(&["A", "B"]));
        while store.export(&mut export, 2, say) {}
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
    }
}
