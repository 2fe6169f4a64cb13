//! What a full log of live sessions costs: to keep it, to look through it, to write it.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Instant as Clock;

use iot_policy_lab::{
    iot::time::Instant,
    live::store::{MAX_ROWS, Store},
    mqtt::{Packet, PacketId, Properties, Publish, Qos, Version, encode},
    timeline::{ConnectionRef, Entry, Participant, SessionId, What, Wire, filter},
};

fn main() {
    let sessions: Vec<Participant> = (0..10)
        .map(|number| Participant {
            name: format!("S{number}"),
            client_id: format!("temp-sensor-{number:02}"),
            version: Version::V5,
        })
        .collect();
    let mut store = Store::default();
    let begin = Clock::now();
    for row in 0..MAX_ROWS {
        let entry = entry(row);
        let line = format!("{row} s, S{}: sent PUBLISH q1 dt/{}/temperature, 24 bytes", row % 10, row % 100);
        store.push(entry, Version::V5, &line);
    }
    println!("{MAX_ROWS} rows kept in {:?}, {} MiB", begin.elapsed(), store.bytes() >> 20);
    for typed in [
        "session:S3 type:PUBLISH denied topic:dt/#",
        "topic:dt/+/temperature",
        "payload:21.99",
        "s3 temperature",
        "-x",
    ] {
        let filter = filter::read(typed).filter;
        let begin = Clock::now();
        let found = store.find(&filter, &sessions, None, MAX_ROWS);
        println!("{:>10?}  {:>6} rows  {typed}", begin.elapsed(), found.rows.len());
    }
    let begin = Clock::now();
    let mut export = store.begin_export(&sessions);
    while store.export(&mut export, 1000, |_| String::new()) {}
    println!("written without secrets in {:?}, {} MiB", begin.elapsed(), export.into_text().len() >> 20);
}

fn entry(row: usize) -> Entry {
    let packet = Packet::Publish(Publish {
        dup: false,
        qos: Qos::AtLeastOnce,
        retain: false,
        topic: format!("dt/{}/temperature", row % 100),
        packet_id: Some(PacketId(1)),
        properties: Properties::default(),
        payload: format!("{{\"celsius\": 21.{:02}, \"n\": 1}}", row % 100).into_bytes(),
    });
    let bytes = encode(&packet, Version::V5).unwrap_or_default();
    let session = SessionId(u32::try_from(row % 10).unwrap_or_default());
    Entry {
        at: Instant(row as u64),
        connection: ConnectionRef { session, number: 1 },
        what: What::Sent(Wire { packet: Ok(packet), bytes }),
    }
}
