//! What goes out in a link and comes in by one: links that must open for ever, secrets that must be found, masks that
//! must not change an answer.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on fails where it stands"
)]

use std::{collections::BTreeMap, fs};

use base64ct::{Base64UrlUnpadded, Encoding};
use iot_policy_lab::{
    share::{
        link::{self, LinkError},
        mask, secrets,
    },
    suite::Suite,
    words,
};
use proptest::{prelude::*, test_runner::RngSeed};
use serde::Deserialize;

fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Canary {
    name: String,
    text: String,
    found: Vec<Found>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Found {
    kind: String,
    at: String,
}

#[test]
fn secrets_are_found_and_nothing_else() {
    let cases: Vec<Canary> =
        serde_json::from_str(&fs::read_to_string(path("tests/cases/text/secrets.json")).unwrap()).unwrap();
    for case in &cases {
        // Alone, and as what a workspace makes of it.
        for text in [case.text.clone(), serde_json::to_string(&[&case.text]).unwrap()] {
            let found = secrets::find(&text);
            let kinds: Vec<String> = found.iter().map(|secret| format!("{:?}", secret.kind)).collect();
            let expected: Vec<_> = case.found.iter().map(|found| found.kind.to_lowercase()).collect();
            assert_eq!(kinds.join(" ").to_lowercase(), expected.join(" "), "{}: {found:?}", case.name);
            if text == case.text {
                let places: Vec<&str> = found.iter().map(|secret| &text[secret.span.clone()]).collect();
                let expected: Vec<&str> = case.found.iter().map(|found| found.at.as_str()).collect();
                assert_eq!(places, expected, "{}", case.name);
            }
            let left = secrets::remove(&text, &found);
            assert_eq!(secrets::find(&left), [], "{}: {left}", case.name);
            assert!(case.found.iter().all(|found| !left.contains(&found.at)), "{}: {left}", case.name);
        }
    }
}

#[test]
fn secrets_are_named_with_their_lines() {
    let text = "{\n \"key\": \"AKIAIOSFODNN7EXAMPLE\"\n}";
    let said = words::share::not_shared(text, &secrets::find(text)).unwrap().to_string();
    assert_eq!(said, "Not shared: it looks like a secret (access key ID at line 2).");
    assert_eq!(words::share::not_shared("", &[]), None);
}

/// Every case, with accounts, addresses and certificates that somebody could have, and masked.
#[test]
fn masked_questions_have_the_same_answers() {
    let foreign = [
        ("123456789012", "998877665544"),
        ("111122223333", "887766554433"),
        ("192.0.2.", "10.20.30."),
        ("198.51.100.", "172.16.9."),
        ("203.0.113.", "81.2.69."),
        ("2001:db8:", "fd12:3456:"),
    ];
    let (mut cases, mut kinds) = (0, BTreeMap::new());
    for entry in fs::read_dir(path("tests/cases")).unwrap() {
        let file = entry.unwrap().path();
        if file.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let text = foreign.iter().fold(text, |text, (ours, theirs)| text.replace(ours, theirs));
        let masked = mask::mask(&text);
        assert!(foreign.iter().all(|(_, theirs)| !masked.text.contains(&format!("\"{theirs}"))), "{file:?}");
        assert_eq!(mask::mask(&masked.text).replacements, [], "{file:?}");
        for replacement in &masked.replacements {
            assert_eq!(text[replacement.span.clone()], replacement.from);
            *kinds.entry(replacement.kind).or_insert(0) += 1;
        }
        let (Ok(before), Ok(after)) = (Suite::parse(&text), Suite::parse(&masked.text)) else {
            panic!("{file:?} is a suite before and after")
        };
        for (before, after) in before.cases.iter().zip(&after.cases) {
            assert_eq!(before.decide(), after.decide(), "{file:?}: {}", before.id);
            cases += 1;
        }
    }
    println!("{cases} cases, {kinds:?}");
    assert!(cases > 200 && kinds.len() >= 3);
}

#[test]
fn masks_by_kind() {
    let id = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90";
    for (text, masked) in [
        (
            "arn:aws:iot:eu-west-1:998877665544:topic/998877665544/a",
            "arn:aws:iot:eu-west-1:123456789012:topic/123456789012/a",
        ),
        // The one of the examples stays, and nobody else gets it.
        (
            "arn:aws:iot:x:998877665544: arn:aws:iot:x:123456789012:",
            "arn:aws:iot:x:210987654321: arn:aws:iot:x:123456789012:",
        ),
        (
            "{\\\"account_id\\\": \\\"998877665544\\\"\\n998877665544}",
            "{\\\"account_id\\\": \\\"123456789012\\\"\\n123456789012}",
        ),
        ("\"aws:SourceAccount\":[\"998877665544\"]", "\"aws:SourceAccount\":[\"123456789012\"]"),
        // Twelve digits alone are a client ID like any other.
        ("client/998877665544 account 9988776655441", "client/998877665544 account 9988776655441"),
        ("cert/ID, ID2", "cert/0000000000000000000000000000000000000000000000000000000000000001, ID2"),
        ("a1b2c3d4e5f6g7-ats.iot.eu-west-1.amazonaws.com", "example-ats.iot.eu-west-1.amazonaws.com"),
        (
            "\"a1.iot.x.amazonaws.com\\nb2.credentials.iot.x.amazonaws.com",
            "\"example.iot.x.amazonaws.com\\nexample2.credentials.iot.x.amazonaws.com",
        ),
        (
            "iot.x.amazonaws.com data.iot.x.amazonaws.com *a1-ats.iot.x.amazonaws.com",
            "iot.x.amazonaws.com data.iot.x.amazonaws.com *a1-ats.iot.x.amazonaws.com",
        ),
        ("[\"81.2.69.0/24\",\"81.2.69.7\",\"81.2.69.7\"]", "[\"192.0.2.0/24\",\"192.0.2.4\",\"192.0.2.4\"]"),
        ("81.2.69.7, fd12::1", "192.0.2.1, 2001:db8::1"),
        ("fd12:3456:789a::/48 fd12:3456:789a::1", "2001:db8::/48 2001:db8::1"),
        (
            "0.0.0.0/0 ::/0 :: 1.2.3 1.2.3.4.5 v1.2.3.4 12:30:15 81.2.69.0/33",
            "0.0.0.0/0 ::/0 :: 1.2.3 1.2.3.4.5 v1.2.3.4 12:30:15 81.2.69.0/33",
        ),
    ] {
        assert_eq!(mask::mask(&text.replace("ID,", &format!("{id},"))).text, masked);
    }
    let masked = mask::mask("arn:aws:iot:x:998877665544:a arn:aws:iot:x:998877665544:b 81.2.69.7");
    let said: Vec<String> =
        words::share::replacements(&masked.replacements).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "Account `998877665544` becomes `123456789012` in 2 places.",
            "Address `81.2.69.7` becomes `192.0.2.1`."
        ]
    );
}

/// The dictionary of version 1, as whoever builds links elsewhere takes it.
const DICTIONARY: &[u8] = include_bytes!("../src/share/dictionary-1.txt");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    /// What it holds, and who packed it.
    name: String,
    fragment: String,
    json: String,
}

/// Links that were given away. A line may be added, none may change.
#[test]
fn old_links_open_for_ever() {
    let links: Vec<Opened> =
        serde_json::from_str(&fs::read_to_string(path("tests/cases/links/1.json")).unwrap()).unwrap();
    assert!(links.len() >= 6);
    for link in links {
        assert_eq!(link::read(&link.fragment), Ok(link.json), "{}", link.name);
    }
}

/// A workspace-like text: pieces of what the page shares, of anything, and noise.
fn texts() -> impl Strategy<Value = String> {
    let dictionary = str::from_utf8(DICTIONARY).unwrap();
    let piece = prop_oneof![
        (0..dictionary.len(), 0..200_usize).prop_map(move |(from, length)| {
            dictionary[from..(from + length).min(dictionary.len())].replace(['[', '{'], "")
        }),
        "\\PC{0,40}",
        (any::<char>(), 1..2_000_usize).prop_map(|(c, count)| c.to_string().repeat(count)),
        "[A-Za-z0-9+/]{0,400}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().replace(['[', '{'], ""))
}

/// A fragment of any stream, checksum and length being right.
fn framed(stream: &[u8], text: &[u8]) -> String {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    };
    let length = u16::try_from(stream.len()).unwrap().to_be_bytes();
    let frame = [&length[..], &crc(&[stream, text].concat()).to_be_bytes(), stream].concat();
    format!("1.{}", Base64UrlUnpadded::encode_string(&frame))
}

fn packed_by_zlib(text: &[u8], level: i32) -> Vec<u8> {
    let mut encoder = zlib_rs::Deflate::new(level, false, 15);
    encoder.set_dictionary(DICTIONARY).unwrap();
    let mut stream = vec![0; text.len() * 2 + 100];
    let status = encoder.compress(text, &mut stream, zlib_rs::DeflateFlush::Finish).unwrap();
    assert_eq!(status, zlib_rs::Status::StreamEnd);
    stream.truncate(usize::try_from(encoder.total_out()).unwrap());
    stream
}

fn unpacked_by_zlib(stream: &[u8]) -> Vec<u8> {
    let mut decoder = zlib_rs::Inflate::new(false, 15);
    decoder.set_dictionary(DICTIONARY).unwrap();
    let mut text = vec![0; link::MAX_TEXT];
    let status = decoder.decompress(stream, &mut text, zlib_rs::InflateFlush::Finish).unwrap();
    assert_eq!(status, zlib_rs::Status::StreamEnd);
    text.truncate(usize::try_from(decoder.total_out()).unwrap());
    text
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// What is written is read, and zlib agrees in both directions.
    #[test]
    fn links_hold_what_was_written(text in texts(), level in 0..=9) {
        let fragment = link::write(&text).unwrap();
        prop_assert_eq!(link::read(&fragment), Ok(text.clone()));
        prop_assert_eq!(link::write(&text), Ok(fragment.clone()));
        let frame = Base64UrlUnpadded::decode_vec(&fragment[2..]).unwrap();
        prop_assert_eq!(unpacked_by_zlib(&frame[6..]), text.as_bytes());
        prop_assert_eq!(framed(&frame[6..], text.as_bytes()), fragment);
        let elsewhere = framed(&packed_by_zlib(text.as_bytes(), level), text.as_bytes());
        prop_assert!(elsewhere.len() > link::MAX_FRAGMENT || link::read(&elsewhere) == Ok(text));
    }

    /// What lies in which network stays, and so does what is the same; masking twice is masking once.
    #[test]
    fn masked_addresses_keep_their_relations(
        addresses in prop::collection::vec((any::<u32>(), 0..=33_u32, 0..33_u32), 1..20)
    ) {
        let mut near = 0;
        let written: Vec<String> = addresses.iter().map(|(bits, length, common)| {
            // Half of the addresses share some bits with the one before.
            let new = u32::MAX.checked_shr(*common).unwrap_or(0);
            near = if bits % 2 == 0 { *bits } else { (near & !new) | (bits & new) }.max(1);
            let address = std::net::Ipv4Addr::from_bits(near);
            if (1..33).contains(length) { format!("{address}/{length}") } else { address.to_string() }
        }).collect();
        let text = written.join(" ");
        let masked = mask::mask(&text);
        prop_assert_eq!(mask::mask(&masked.text).replacements, []);
        let networks = |text: &str| -> Vec<(u32, u32)> {
            text.split(' ').map(|written| {
                let (address, length) = written.split_once('/').unwrap_or((written, "32"));
                (address.parse::<std::net::Ipv4Addr>().unwrap().to_bits(), length.parse().unwrap())
            }).collect()
        };
        let (before, after) = (networks(&text), networks(&masked.text));
        prop_assert_eq!(before.len(), after.len());
        for ((a, b), (c, d)) in before.iter().zip(&after).flat_map(|x| before.iter().zip(&after).map(move |y| (x, y))) {
            prop_assert_eq!(a.1, b.1);
            let shift = 32 - a.1;
            // The bits behind the length of a network say nothing.
            if c.1 >= a.1 {
                prop_assert_eq!(a.0 >> shift == c.0 >> shift, b.0 >> shift == d.0 >> shift);
            }
        }
    }

    /// Any character changed, left out or put in, and any cut, is an error that says what it is.
    #[test]
    fn damage_is_an_error(text in texts(), at: prop::sample::Index, with in "[A-Za-z0-9_.-]") {
        let fragment = link::write(&text).unwrap();
        let at = at.index(fragment.len());
        let (whole, cut) = (fragment.len(), &fragment[..at]);
        let expected = if at < 2 {
            LinkError::NotALink
        } else {
            LinkError::Length { expected: (at >= 10).then_some(whole), found: at }
        };
        prop_assert_eq!(link::read(cut), Err(expected));
        let changed = format!("{cut}{with}{}", &fragment[at + 1..]);
        prop_assert!(changed == fragment || link::read(&changed).is_err());
        let more = format!("{cut}{with}{}", &fragment[at..]);
        prop_assert!(link::read(&more).is_err());
        let less = format!("{cut}{}", &fragment[at + 1..]);
        prop_assert!(link::read(&less).is_err());
        let long = LinkError::Length { expected: Some(whole), found: whole + 1 };
        prop_assert_eq!(link::read(&format!("{fragment}{with}")), Err(long));
    }
}

#[test]
fn every_character_of_a_link_counts() {
    let fragment = link::write("{\"any\":\"text\"}").unwrap();
    for at in 2..fragment.len() {
        for with in (b'-'..=b'z').map(char::from).filter(|with| !fragment[at..].starts_with(*with)) {
            let changed = format!("{}{with}{}", &fragment[..at], &fragment[at + 1..]);
            assert!(link::read(&changed).is_err(), "{changed}");
        }
    }
}

#[test]
fn a_link_that_cannot_be_opened_says_why() {
    let frame = |text: &[u8]| framed(&packed_by_zlib(text, 9), text);
    let bomb = vec![b' '; 4 << 20];
    assert!(frame(&bomb).len() < link::MAX_FRAGMENT);
    let stream = packed_by_zlib(b"{}", 9);
    for (fragment, expected) in [
        (frame(&bomb), LinkError::TextTooLong),
        (frame(&bomb[..=link::MAX_TEXT]), LinkError::TextTooLong),
        (frame("[".repeat(33).as_bytes()), LinkError::TooDeep),
        (frame(b"\xff"), LinkError::NotUtf8),
        (framed(&stream, b"{]"), LinkError::Damaged),
        (framed(&[stream.as_slice(), b"\0"].concat(), b"{}"), LinkError::Damaged),
        (framed(&stream[..stream.len() - 1], b"{}"), LinkError::Damaged),
        (framed(b"", b""), LinkError::Damaged),
        ("2.AAAA".into(), LinkError::Version("2".into())),
        ("01.AAAA".into(), LinkError::Version("01".into())),
        ("1.".into(), LinkError::Length { expected: None, found: 2 }),
        ("1.ééééé".into(), LinkError::Damaged),
        (format!("1.{}", "A".repeat(link::MAX_FRAGMENT)), LinkError::FragmentTooLong(link::MAX_FRAGMENT + 2)),
        (String::new(), LinkError::NotALink),
        ("main".into(), LinkError::NotALink),
        (".A".into(), LinkError::NotALink),
        ("x1.AAAA".into(), LinkError::NotALink),
    ] {
        assert_eq!(link::read(&fragment), Err(expected.clone()), "{fragment:.40}");
        assert!(!words::share::link_error(&expected).to_string().is_empty());
    }
    assert_eq!(link::read(&frame(&bomb[..link::MAX_TEXT])).map(|text| text.len()), Ok(link::MAX_TEXT));
    assert_eq!(link::write(&" ".repeat(link::MAX_TEXT + 1)), Err(LinkError::TextTooLong));
    assert_eq!(link::write(&"[".repeat(33)), Err(LinkError::TooDeep));
    let mut chance = 1_u64;
    let noise = (0..20_000).map(|_| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        char::from(b'0' + u8::try_from(chance % 75).unwrap())
    });
    let noise: String = noise.filter(|c| *c != '[').collect();
    assert!(
        matches!(link::write(&noise), Err(LinkError::FragmentTooLong(length)) if length > link::MAX_FRAGMENT)
    );
    let cut = LinkError::Length { expected: Some(276), found: 190 };
    let said = words::share::link_error(&cut).to_string();
    assert!(said.starts_with("This link is damaged or cut. 276 characters expected, 190 found."), "{said}");
}
