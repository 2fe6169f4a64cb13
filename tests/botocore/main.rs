//! Signed URLs against botocore, which AWS itself signs with: 10,000 generated ones, and one Python process.
//!
//! The seed is fixed. Needs Debian's `python3-botocore`, which `make test` installs; `PYTHON` names another Python.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]
#![expect(clippy::indexing_slicing, reason = "what is picked is taken within the length")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use iot_policy_lab::iot::{calendar::UtcTime, endpoint::Endpoint, region::Region};
use iot_policy_lab::sigv4::{
    AccessKeyId, Expires, PresignRequest, SecretAccessKey, SessionToken, SigningKey,
};
use serde::Serialize;

const CASES: usize = 10_000;

/// What both sides sign. The endpoint is as typed: each side spells it by its own means.
#[derive(Debug, Serialize)]
struct Case {
    endpoint: String,
    region: String,
    access_key: String,
    secret: String,
    token: Option<String>,
    date: String,
    expires: Option<u32>,
}

impl Case {
    /// The query that this crate signs.
    fn sign(&self) -> String {
        let endpoint = Endpoint::parse(&self.endpoint).unwrap();
        let region = Region::parse(&self.region).unwrap();
        let access_key = AccessKeyId::parse(&self.access_key).unwrap();
        let unsigned = PresignRequest {
            endpoint: &endpoint,
            region: Some(&region),
            access_key: &access_key,
            at: UtcTime::parse_basic(&self.date).unwrap().to_unix(),
            expires: self.expires.map(|seconds| Expires::from_seconds(seconds).unwrap()),
        }
        .prepare()
        .unwrap();
        let key = SigningKey::derive(&SecretAccessKey::parse(&self.secret).unwrap(), unsigned.scope());
        let token = self.token.as_deref().map(|token| SessionToken::parse(token).unwrap());
        let url = unsigned.signed(&key.sign(unsigned.string_to_sign()), token.as_ref());
        let (place, query) = url.as_str().split_once('?').unwrap();
        assert_eq!(place, endpoint.url());
        query.to_owned()
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn text(&mut self, alphabet: &[u8], lengths: std::ops::Range<usize>) -> String {
        let length = lengths.start + self.below(lengths.len());
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }
}

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const REGIONS: [&str; 8] = [
    "eu-west-1",
    "us-east-1",
    "ap-southeast-7",
    "us-gov-west-1",
    "us-gov-east-1",
    "cn-north-1",
    "cn-northwest-1",
    "eusc-de-east-1",
];

fn endpoint(random: &mut Random, region: &str) -> String {
    let scheme = random.pick(&["wss", "wss", "WSS", "Wss"]);
    let label = format!("{}{}", random.text(LETTERS, 1..15), random.pick(&["", "", "-x", "X9"]));
    let host = match random.below(6) {
        0 => format!("{}.Example.com", random.text(LETTERS, 1..60)),
        1 => {
            return format!(
                "ws://{}:{}/mqtt",
                random.pick(&["127.0.0.1", "LocalHost"]),
                random.below(65_535) + 1
            );
        }
        _ if region.starts_with("cn-") => format!("{label}.ats.iot.{region}.amazonaws.com.cn"),
        _ => format!("{label}-ats.iot.{region}.{}", random.pick(&["amazonaws.com", "AmazonAWS.com"])),
    };
    let port = random.pick(&["", "", ":443", ":0443", ":80", ":8443", ":65535"]);
    let path = random.pick(&["/mqtt", "/mqtt", "/mqtt", "/lab/v1.2/mqtt", "/~a/b-c_d", "/x.y~z/M"]);
    format!("{scheme}://{host}{port}{path}")
}

fn cases(random: &mut Random) -> Vec<Case> {
    // Everything that a secret or a token may hold, each reserved character of RFC 3986 and `%` too.
    let printable: Vec<u8> = (0x21..=0x7e).collect();
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut case = || {
        let region = random.pick(&REGIONS).to_owned();
        let month = random.below(12);
        let (year, day) = (1970 + random.below(8030), 1 + random.below(days[month]));
        let time = random.pick(&["000000", "235959", "102030", "010101"]);
        Case {
            endpoint: endpoint(random, &region),
            access_key: format!("{}{}", random.pick(&["AKIA", "ASIA", "a_9"]), random.text(CAPITALS, 0..125)),
            secret: random.text(&printable, 1..101),
            token: (random.below(2) == 0).then(|| random.text(&printable, 1..400)),
            date: format!("{year}{:02}{day:02}T{time}Z", month + 1),
            expires: (random.below(3) > 0).then(|| u32::try_from(1 + random.below(604_800)).unwrap()),
            region,
        }
    };
    (0..CASES).map(|_| case()).collect()
}

#[test]
fn ten_thousand_urls_are_signed_as_botocore_signs_them() {
    let cases = cases(&mut Random(6));
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "/usr/bin/python3".to_owned());
    let mut botocore = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore/sign.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = cases.iter().map(|case| serde_json::to_string(case).unwrap() + "\n").collect();
    let mut input = botocore.stdin.take().unwrap();
    // On its own: the answers begin before the questions end.
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let answers = botocore.wait_with_output().unwrap();
    assert!(answers.status.success(), "the script failed; is python3-botocore installed?");
    writer.join().unwrap().unwrap();
    let answers = String::from_utf8(answers.stdout).unwrap();
    assert_eq!(answers.lines().count(), CASES);
    for (case, expected) in cases.iter().zip(answers.lines()) {
        assert_eq!(case.sign(), expected, "{case:?}");
    }
    // What the alphabet promises did come.
    let seen = |wanted: char| {
        cases.iter().any(|case| case.token.as_ref().is_some_and(|token| token.contains(wanted)))
    };
    assert!(":/?#[]@!$&'()*+,;=%".chars().all(seen));
    assert!(cases.iter().any(|case| case.expires.is_none()) && cases.iter().any(|case| case.token.is_none()));
}
