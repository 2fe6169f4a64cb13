use super::*;
use crate::mqtt::{Ack, Connect, Packet, PacketId, Properties, Publish, Qos, ReasonCode, Version, encode};
use crate::timeline::{Close, ConnectionRef, Party, SessionId, What, Wire};

fn entry(at: u64, what: What) -> Entry {
    Entry { at: Instant(at), connection: ConnectionRef { session: SessionId(0), number: 2 }, what }
}

fn wire(packet: Packet) -> Wire {
    Wire { bytes: encode(&packet, Version::V5).unwrap(), packet: Ok(packet) }
}

fn publish(topic: &str, payload: &str) -> Packet {
    Packet::Publish(Publish {
        dup: false,
        qos: Qos::AtLeastOnce,
        retain: true,
        topic: topic.to_owned(),
        packet_id: Some(PacketId(1)),
        properties: Properties::default(),
        payload: payload.as_bytes().to_vec(),
    })
}

fn puback(code: ReasonCode) -> Packet {
    Packet::PubAck(Ack { packet_id: PacketId(1), code, properties: Properties::default() })
}

/// Whether a filter in which nothing is wrong shows an entry of session `B`.
fn shows(typed: &str, entry: &Entry) -> bool {
    let reading = read(typed);
    assert_eq!(reading.mistakes, [], "{typed}");
    let subject = Subject { session: "B", client_id: "temp-sensor-01", entry };
    reading.filter.shows(subject, || "sent publish q1 dt/temperature")
}

#[test]
fn fields_are_asked_for_by_key() {
    let entry = entry(1500, What::Sent(wire(publish("dt/a/temperature", "{\"Celsius\": 21}"))));
    for typed in [
        "session:B type:PUBLISH topic:dt/#",
        "session:b",
        "client:temp-sensor-01",
        "connection:2",
        "type:publish -type:connect",
        "type:connect type:publish",
        "topic:dt/+/temperature",
        "topic:dt/a/temperature",
        "dir:sent",
        "qos:1",
        "is:retained -is:repeated",
        "payload:celsius payload:21",
        "after:1.5 before:1.501",
        "Q1 temperature",
        "\"q1 dt/\"",
        "-missing",
        "-\"not here\"",
        "topic: session:",
        "",
    ] {
        assert!(shows(typed, &entry), "{typed}");
    }
    for typed in [
        "session:A",
        "client:TEMP-sensor-01",
        "-type:publish",
        "type:told",
        "topic:dt/+",
        "dir:received",
        "denied",
        "code:135",
        "after:1.501",
        "before:1.5",
        "payload:celsius payload:22",
        "q1 missing",
        "-q1",
    ] {
        assert!(!shows(typed, &entry), "{typed}");
    }
}

#[test]
fn refusals_are_found_by_word_and_by_code() {
    let refused = entry(0, What::Received(wire(puback(ReasonCode::NOT_AUTHORIZED))));
    assert!(
        ["denied", "is:denied", "code:135", "code:0x87", "dir:received DENIED"]
            .iter()
            .all(|typed| shows(typed, &refused))
    );
    assert!(!shows("\"denied\"", &refused), "in quotes it is searched for in the line");
    assert!(!shows("denied", &entry(0, What::Received(wire(puback(ReasonCode::SUCCESS))))));
    let closed =
        entry(0, What::Closed(Close { by: Party::Unknown, code: Some(1006), reason: String::new() }));
    assert!(shows("type:closed code:1006", &closed));
    assert!(!shows("type:opened", &closed));
    let connect = entry(0, What::Sent(wire(Packet::Connect(Connect::clean(Version::V5, "x")))));
    assert!(!shows("type:told", &connect), "a packet is no told event");
}

#[test]
fn a_mistake_has_its_place_and_the_rest_holds() {
    let wrong = |typed: &str| -> Vec<(Range<usize>, Wrong)> {
        read(typed).mistakes.into_iter().map(|mistake| (mistake.span, mistake.wrong)).collect()
    };
    assert_eq!(wrong("qos:3 foo:1"), [(0..5, Wrong::UnknownValue(Key::Qos)), (6..11, Wrong::UnknownKey)]);
    assert_eq!(wrong("code:x"), [(0..6, Wrong::NotANumber(Key::Code))]);
    assert_eq!(wrong("x -after:1.2345"), [(2..15, Wrong::NotATime(Key::After))]);
    assert_eq!(wrong("topic:a/#/b"), [(0..11, Wrong::NotAFilter(TopicError::MultiLevelWildcard))]);
    assert_eq!(wrong("type:dance"), [(0..10, Wrong::UnknownValue(Key::Type))]);
    assert_eq!(wrong("a \"b c"), [(2..6, Wrong::QuoteNotClosed)]);
    assert_eq!(wrong(&"x".repeat(MAX_TEXT + 1)), [(0..MAX_TEXT + 1, Wrong::TooLong)]);
    assert_eq!(wrong(&"x ".repeat(MAX_TERMS + 1)), [(2 * MAX_TERMS..2 * MAX_TERMS + 2, Wrong::TooManyTerms)]);
    assert_eq!(read("foo:1 dir:sent").filter, read("dir:sent").filter);
}

#[test]
fn nothing_that_is_typed_does_harm() {
    let entry = entry(0, What::Told("é".to_owned()));
    let subject = Subject { session: "Ä", client_id: "", entry: &entry };
    for typed in [
        "-",
        "--",
        ":",
        "::",
        "-:",
        "\"",
        "\\",
        "\"\\",
        "topic:\u{0}",
        "é:é",
        "code:99999999999999999999",
        "session:ä",
    ] {
        let reading = read(typed);
        reading.filter.shows(subject, || "é");
        for mistake in reading.mistakes {
            assert!(typed.get(mistake.span).is_some(), "{typed:?}");
        }
        for caret in 0..=typed.len() + 1 {
            let completion = complete(typed, caret, Known::default());
            assert!(completion.options.is_empty() || typed.get(completion.span).is_some());
        }
    }
    assert!(read("session:ä").filter.shows(subject, || ""));
}

#[test]
fn what_can_be_typed_next_is_known() {
    let names = ["A".to_owned(), "my session".to_owned()];
    let known = Known { sessions: &names, ..Known::default() };
    let options = |typed: &str| complete(typed, typed.len(), known).options;
    assert_eq!(options("se"), ["session:"]);
    assert_eq!(options("x -den"), ["denied"]);
    assert_eq!(options("session:"), ["A", "\"my session\""]);
    assert_eq!(options("is:re"), ["retained", "repeated"]);
    assert_eq!(options("type:CONNA"), ["CONNACK"]);
    assert_eq!(options("").len(), KEYS.len() + 1);
    assert_eq!(
        complete("dir:rec x", 7, known),
        Completion { span: 4..7, options: vec!["received".to_owned()] }
    );
}
