use super::rows::Rows;
use super::*;
use crate::iot::time::Instant;
use crate::live::record::{Batch, Record, What};
use crate::live::store::MAX_ROWS;
use crate::mqtt::{
    ConnAck, Connect, Packet, PacketId, Properties, Publish, Qos, ReasonCode, Version, encode,
};
use crate::timeline::{ConnectionRef, FindingKind, Party, Record as Played, log};

/// What a worker tells, in order.
#[derive(Default)]
struct Worker {
    batch: Batch,
    at: u64,
}

impl Worker {
    fn tell(&mut self, session: u32, what: What<'_>) -> &mut Self {
        self.at += 10;
        let connection = ConnectionRef { session: SessionId(session), number: 1 };
        self.batch.push(&Record { at: Instant(self.at), connection, what });
        self
    }

    fn sent(&mut self, session: u32, packet: &Packet) -> &mut Self {
        let bytes = encode(packet, Version::V311).unwrap();
        self.tell(session, What::Sent { bytes: &bytes, left_out: 0 })
    }

    fn received(&mut self, session: u32, packet: &Packet) -> &mut Self {
        let bytes = encode(packet, Version::V311).unwrap();
        self.tell(session, What::Received { bytes: &bytes, left_out: 0 })
    }

    fn connects(&mut self, session: u32) -> &mut Self {
        let answer =
            ConnAck { session_present: false, code: ReasonCode::SUCCESS, properties: Properties::default() };
        self.tell(session, What::Opened)
            .sent(session, &Packet::Connect(Connect::clean(Version::V311, "temp-sensor-01")))
            .received(session, &Packet::ConnAck(answer))
    }

    fn loses(&mut self, session: u32) -> &mut Self {
        self.tell(session, What::Closed { by: Party::Server, code: Some(1000), reason: "" })
    }

    fn pings(&mut self, session: u32, times: usize) -> &mut Self {
        (0..times).for_each(|_| {
            self.sent(session, &Packet::PingReq);
        });
        self
    }

    fn batch(&mut self) -> Vec<u8> {
        let bytes = self.batch.bytes().to_vec();
        self.batch.clear();
        bytes
    }
}

fn message(payload: &str) -> Packet {
    Packet::Publish(Publish {
        dup: false,
        qos: Qos::AtLeastOnce,
        retain: false,
        topic: "dt/temperature".to_owned(),
        packet_id: Some(PacketId(1)),
        properties: Properties::default(),
        payload: payload.as_bytes().to_vec(),
    })
}

fn two() -> Log {
    let mut log = Log::default();
    log.meet(["A", "B"].map(|name| Participant {
        name: name.to_owned(),
        client_id: "temp-sensor-01".to_owned(),
        version: Version::V311,
    }));
    log
}

/// What is waited for comes, until nothing is; how often.
fn wait(log: &mut Log, mut effects: Vec<Effect>) -> (usize, Vec<Effect>) {
    let (mut times, mut rest) = (0, Vec::new());
    while let Some(effect) = effects.pop() {
        match effect {
            Effect::Later(_, msg) => {
                let ToModel::Live(super::super::Msg::Log(msg)) = *msg else { panic!("{msg:?}") };
                times += 1;
                effects.extend(log.update(msg));
            }
            other => rest.push(other),
        }
    }
    (times, rest)
}

fn places(rows: &Rows, store: &Store) -> Vec<u64> {
    (0..rows.count(store)).map(|place| rows.at(store, place).unwrap().0).collect()
}

#[test]
fn a_filter_goes_through_a_long_log_in_pieces_and_takes_what_comes_after() {
    let (mut log, mut worker) = (two(), Worker::default());
    log.take(worker.pings(0, 9_000).connects(1).batch(), |_| ());
    let effects = log.update(Msg::Filter("type:connect".to_owned(), 12));
    assert!(log.rows.is_searching() && log.rows.is_all(), "what was shown before stays");
    // A batch that comes meanwhile starts no second search.
    let more = log.take(worker.pings(0, 1).batch(), |_| ());
    assert_eq!(more, []);
    assert!(wait(&mut log, effects).0 >= 3);
    assert_eq!(places(&log.rows, &log.store), [9_001]);
    log.take(worker.connects(0).batch(), |_| ());
    assert_eq!(places(&log.rows, &log.store), [9_001, 9_005]);
    assert_eq!(log.rows.place(&log.store, RowId(9_005)), Some(1));
    let effects = log.update(Msg::Only(Some(SessionId(0))));
    wait(&mut log, effects);
    assert_eq!(places(&log.rows, &log.store), [9_005]);
    let effects = log.update(Msg::Filter("ses".to_owned(), 3));
    wait(&mut log, effects);
    assert_eq!(log.rows.options, ["session:"]);
    log.update(Msg::Filter("session:".to_owned(), 8));
    assert_eq!(log.rows.options, ["session:A", "session:B"]);
    log.update(Msg::Filter("colour:red".to_owned(), 10));
    assert_eq!(log.rows.mistakes.len(), 1);
}

#[test]
fn the_chosen_row_and_the_place_survive_what_comes_and_what_goes() {
    let (mut log, mut worker) = (two(), Worker::default());
    log.take(worker.pings(0, 300).batch(), |_| ());
    assert!(log.rows.follows && log.rows.drawn(&log.store).contains(&299));
    log.update(Msg::Go(100));
    assert_eq!((log.selected, log.rows.follows), (Some(RowId(100)), false));
    log.update(Msg::Scrolled(5, false));
    log.take(worker.pings(1, MAX_ROWS - 250).batch(), |_| ());
    assert_eq!((log.rows.first(&log.store), log.store.dropped()), (50, 50));
    assert_eq!(log.rows.place(&log.store, RowId(100)), Some(50));
    assert!(log.rows.drawn(&log.store).contains(&100));
    log.update(Msg::Along(true));
    assert_eq!(log.selected, Some(RowId(101)));
    log.update(Msg::Go(299 - 50));
    log.update(Msg::Along(true));
    assert_eq!(log.selected, Some(RowId(299)), "the session has no later row");
    let effects = log.update(Msg::Filter("session:B".to_owned(), 9));
    wait(&mut log, effects);
    assert_eq!((log.rows.count(&log.store), log.rows.first(&log.store)), (MAX_ROWS - 250, 0));
    let effects = log.take(worker.pings(1, 300).batch(), |_| ());
    wait(&mut log, effects);
    assert_eq!((log.rows.count(&log.store), log.rows.first(&log.store)), (MAX_ROWS, 50));
    assert_eq!(log.update(Msg::Find(0)), []);
    assert!(log.told.is_some() && log.selected == Some(RowId(299)), "a row that was dropped is not shown");
}

#[test]
fn what_happened_is_said_at_most_four_times_a_second_and_leads_to_its_rows() {
    let (mut log, mut worker) = (two(), Worker::default());
    let effects = log.take(worker.connects(0).batch(), |_| ());
    assert_eq!(effects, [later(250, Msg::Diagnose)]);
    let effects = log.take(worker.connects(1).loses(0).batch(), |_| ());
    assert_eq!((effects, log.findings.len()), (Vec::new(), 0));
    assert_eq!(log.update(Msg::Diagnose), [later(250, Msg::Diagnose)]);
    let [found] = log.findings.as_slice() else { panic!("{:?}", log.findings) };
    assert!(matches!(&found.kind, FindingKind::TakenOver { .. }));
    assert_eq!(found.evidence, [2, 4, 5, 6]);
    assert_eq!(log.update(Msg::Diagnose), [], "nothing new");
    log.update(Msg::Filter("pingreq".to_owned(), 7));
    let effects = log.update(Msg::Find(6));
    assert_eq!((effects, log.selected), (vec![Effect::Focus(GRID_ID)], Some(RowId(6))));
    assert!(log.rows.is_all(), "what was filtered out is shown");
}

#[test]
fn a_log_that_was_cleared_knows_who_stands() {
    let (mut log, mut worker) = (two(), Worker::default());
    let effects = log.take(worker.connects(0).batch(), |_| ());
    wait(&mut log, effects);
    log.update(Msg::Clear);
    assert!(log.store.is_empty() && log.rows.follows);
    let effects = log.take(worker.connects(1).loses(0).batch(), |_| ());
    wait(&mut log, effects);
    let [found] = log.findings.as_slice() else { panic!("{:?}", log.findings) };
    assert!(matches!(&found.kind, FindingKind::TakenOver { .. }));
    assert_eq!(found.evidence, [1, 2, 3], "rows of the log as it is");
    assert_eq!(log.update(Msg::Find(3)), [Effect::Focus(GRID_ID)]);
}

#[test]
fn an_export_holds_no_secret_and_opens_with_the_same_rows_and_findings() {
    let (mut log, mut worker) = (two(), Worker::default());
    let secret = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let batch = worker.connects(0).pings(0, 700).sent(0, &message(secret)).connects(1).loses(0).batch();
    let effects = log.take(batch, |_| ());
    wait(&mut log, effects);
    let effects = log.update(Msg::Export(Purpose::Save));
    assert_eq!(log.update(Msg::Export(Purpose::Save)), [], "it begins anew and waits once");
    assert_eq!(log.exported(), Some(0));
    let (times, rest) = wait(&mut log, effects);
    let [Effect::Save(LOG_FILE, text)] = rest.as_slice() else { panic!("{rest:?}") };
    assert!((times, log.exported()) == (4, None));
    let hex: String = "wJalrXUtnFEMI".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!text.contains("wJalrXUtnFEMI") && !text.contains(&hex));
    let read = log::read(text);
    assert_eq!((read.entries.len(), &read.problems), (log.store.len(), &Vec::new()));
    let played = Played::of_log(read);
    let names: Vec<&str> = played.sessions.iter().map(|session| session.name.as_str()).collect();
    assert_eq!((names, &played.findings), (vec!["A", "B"], &log.findings));
}
