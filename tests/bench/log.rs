//! What a live session's packet costs on its way from the socket to the log, and what a full log costs: to look through it,
//! to write it.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Instant as Clock;

use iot_policy_lab::{
    iot::{endpoint::Endpoint, time::Instant},
    lab::{Action, Actor},
    live::{
        driver::{Host, Input, Output, Way},
        record::Batch,
        store::{MAX_ROWS, Store},
    },
    mqtt::{ConnAck, Packet, PacketId, Properties, Publish, Qos, ReasonCode, Version, encode},
    timeline::{ConnectionRef, Participant, SessionId, filter},
};

/// Packets in one message of the WebSocket.
const PACKED: usize = 32;
const PACKETS: usize = 3 * MAX_ROWS;

fn main() {
    for (name, version) in [("3.1.1", Version::V311), ("5", Version::V5)] {
        received(name, version);
    }
    kept();
}

/// From the bytes of the socket to rows.
fn received(name: &str, version: Version) {
    let mut live = Live::connected(version);
    let publish = publish(Qos::AtMostOnce, "bench/topic", vec![b'x'; 128]);
    let message = encode(&publish, version).unwrap_or_default().repeat(PACKED);
    let begin = Clock::now();
    for number in 0..PACKETS / PACKED {
        live.give(Input::Received(live.connection, message.clone()), number as u64 / 5);
    }
    live.flush();
    let each = begin.elapsed() / u32::try_from(PACKETS).unwrap_or(1);
    println!("MQTT {name}: a PUBLISH of 128 B from socket to log in {each:?}; {} rows", live.store.len());
    let begin = Clock::now();
    let batches: Vec<Vec<u8>> = std::mem::take(&mut live.batches);
    let rows: u64 = live.store.dropped() + live.store.len() as u64;
    let mut store = Store::default();
    batches.into_iter().for_each(|batch| store.take(batch, |_| ()));
    let each = begin.elapsed() / u32::try_from(rows).unwrap_or(1);
    println!("         of which the log takes {each:?}");
}

/// A full log.
fn kept() {
    let sessions: Vec<Participant> = (0..10)
        .map(|number| Participant {
            name: format!("S{number}"),
            client_id: format!("temp-sensor-{number:02}"),
            version: Version::V5,
        })
        .collect();
    let mut live = Live::connected(Version::V5);
    for row in 0..MAX_ROWS {
        let payload = format!("{{\"celsius\": 21.{:02}, \"n\": 1}}", row % 100).into_bytes();
        let packet = publish(Qos::AtMostOnce, &format!("dt/{}/temperature", row % 100), payload);
        let bytes = encode(&packet, Version::V5).unwrap_or_default();
        live.give(Input::Received(live.connection, bytes), row as u64 / 10);
    }
    live.flush();
    let store = live.store;
    println!("{} rows take {} MiB", store.len(), store.bytes() >> 20);
    for typed in [
        "session:S3 type:PUBLISH denied topic:dt/#",
        "topic:dt/+/temperature",
        "payload:21.99",
        "s3 temperature",
        "-x",
    ] {
        let filter = filter::read(typed).filter;
        let begin = Clock::now();
        let found = store.find(&filter, &sessions, None, MAX_ROWS, |row| format!("row {}", row.id.0));
        println!("{:>10?}  {:>6} rows  {typed}", begin.elapsed(), found.rows.len());
    }
    let begin = Clock::now();
    let mut export = store.begin_export(&sessions);
    while store.export(&mut export, 1000, |_| String::new()) {}
    println!("written without secrets in {:?}, {} MiB", begin.elapsed(), export.into_text().len() >> 20);
}

/// The host with one session that is connected, and the page's log.
struct Live {
    host: Host,
    connection: ConnectionRef,
    batch: Batch,
    store: Store,
    batches: Vec<Vec<u8>>,
}

impl Live {
    fn connected(version: Version) -> Self {
        let connection = ConnectionRef { session: SessionId(0), number: 1 };
        let mut live = Self {
            host: Host::new(1),
            connection,
            batch: Batch::default(),
            store: Store::default(),
            batches: Vec::new(),
        };
        if let Ok(endpoint) = Endpoint::parse("wss://example-ats.iot.eu-west-1.amazonaws.com") {
            live.give(Input::Way(Way { endpoint, sign: None }), 0);
        }
        let sessions = vec![Actor::new("A", 0, version, "temp-sensor-01")];
        live.give(Input::Plan { sessions, steps: Vec::new() }, 0);
        live.give(Input::Act { session: SessionId(0), action: Action::Connect }, 0);
        live.give(Input::Opened(connection), 0);
        let code = ReasonCode::SUCCESS;
        let answer = ConnAck { session_present: false, code, properties: Properties::default() };
        let answer = encode(&Packet::ConnAck(answer), version).unwrap_or_default();
        live.give(Input::Received(connection, answer), 0);
        live
    }

    fn give(&mut self, input: Input, at: u64) {
        self.host.handle(Instant(at), input);
        while let Some(output) = self.host.poll() {
            if let Output::Happened(happening) = output {
                happening.write(&mut self.batch, |news| format!("{news:?}"));
            }
        }
        if self.batch.due().is_some_and(|due| due <= Instant(at)) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.batches.push(self.batch.bytes().to_vec());
        self.store.take(self.batch.bytes().to_vec(), |_| ());
        self.batch.clear();
    }
}

fn publish(qos: Qos, topic: &str, payload: Vec<u8>) -> Packet {
    Packet::Publish(Publish {
        dup: false,
        qos,
        retain: false,
        topic: topic.to_owned(),
        packet_id: (qos != Qos::AtMostOnce).then_some(PacketId(1)),
        properties: Properties::default(),
        payload,
    })
}
