//! The table of refused handshakes: what is known, and the causes in their order.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own table has to stop")]

use iot_policy_lab::access::browser::Barrier;
use iot_policy_lab::access::clock;
use iot_policy_lab::iot::endpoint::Endpoint;
use iot_policy_lab::iot::region::Region;
use iot_policy_lab::iot::time::{Millis, UnixTime};
use iot_policy_lab::live::handshake::{
    Access, Candidate, Cause, Delay, Facts, Keys, Likelihood, Sign, Test, Through, causes,
};
use iot_policy_lab::words::handshake as words;
use serde::Deserialize;

const NOW: u64 = 1_795_343_400;

/// A row. What it does not say is not known; times are seconds from now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Row {
    name: String,
    #[serde(default = "aws")]
    endpoint: String,
    access: With,
    #[serde(default = "ireland")]
    region: String,
    expires: Option<i64>,
    clock: Option<i64>,
    #[serde(default)]
    offline: bool,
    #[serde(default)]
    took: u64,
    #[serde(default)]
    held_back: u64,
    #[serde(default)]
    through: Other,
    #[serde(default)]
    barriers: Vec<Local>,
    expected: Vec<String>,
}

#[derive(Deserialize)]
enum With {
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "temporary")]
    Temporary,
    #[serde(rename = "long-lived")]
    LongLived,
    #[serde(rename = "cognito")]
    Cognito,
    #[serde(rename = "authorizer in the URL")]
    Url,
    #[serde(rename = "authorizer in CONNECT")]
    Connect,
}

/// Whether another connection got through.
#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Other {
    #[default]
    Never,
    Before,
    Since,
}

/// Barriers on the way to this machine.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Local {
    Denied,
    Asks,
}

fn aws() -> String {
    "example-ats.iot.eu-west-1.amazonaws.com".to_owned()
}

fn ireland() -> String {
    "eu-west-1".to_owned()
}

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("cases/live/handshakes.json")).unwrap()
}

impl Row {
    fn causes(&self, in_a_row: u32) -> Vec<Candidate> {
        let (endpoint, region) =
            (Endpoint::parse(&self.endpoint).unwrap(), Region::parse(&self.region).unwrap());
        let signed = |keys| Access::Signed {
            region: &region,
            keys,
            expires: self.expires.map(|seconds| UnixTime(NOW.saturating_add_signed(seconds))),
        };
        let access = match self.access {
            With::Open => Access::Open,
            With::Temporary => signed(Keys::Temporary),
            With::LongLived => signed(Keys::LongLived),
            With::Cognito => signed(Keys::Cognito),
            With::Url => Access::AuthorizerInUrl,
            With::Connect => Access::AuthorizerInConnect,
        };
        let barriers: Vec<Barrier> = self
            .barriers
            .iter()
            .map(|barrier| match barrier {
                Local::Denied => Barrier::LocalNetworkDenied,
                Local::Asks => Barrier::LocalNetworkAsks,
            })
            .collect();
        causes(&Facts {
            endpoint: &endpoint,
            access,
            barriers: &barriers,
            online: !self.offline,
            now: UnixTime(NOW),
            clock: self
                .clock
                .map(|ahead| clock::check(UnixTime(NOW), UnixTime(NOW.saturating_add_signed(-ahead)))),
            took: Millis(self.took),
            held_back: Delay { most: Millis(self.held_back), ..Delay::default() },
            in_a_row,
            through: match self.through {
                Other::Never => Through::Never,
                Other::Before => Through::Before,
                Other::Since => Through::Since,
            },
        })
    }
}

#[test]
fn the_causes_stand_in_the_order_of_the_table() {
    for row in rows() {
        let found: Vec<String> = row
            .causes(1)
            .iter()
            .map(|one| format!("{} {}", words::likelihood(one.likelihood).to_lowercase(), one.cause.code()))
            .collect();
        assert_eq!(found, row.expected, "{}", row.name);
    }
}

#[test]
fn no_policy_is_ever_blamed_for_a_handshake() {
    for row in rows() {
        for one in row.causes(1) {
            let policy = one.cause == Cause::Policy;
            assert!(!policy || one.likelihood == Likelihood::RuledOut, "{}", row.name);
            assert_eq!(policy, words::cause(&one.cause).to_string().contains("A policy"), "{}", row.name);
        }
    }
}

#[test]
fn after_three_refusals_in_a_row_the_page_does_not_try_again_by_itself() {
    for row in rows() {
        let again = |in_a_row| row.causes(in_a_row).iter().any(|one| one.test == Test::Again);
        assert!(again(2), "{}", row.name);
        assert!(!again(3), "{}", row.name);
    }
}

#[test]
fn every_cause_says_why_and_how_to_find_out_unless_it_is_ruled_out() {
    for row in rows() {
        for one in row.causes(1) {
            let said = words::cause(&one.cause).to_string();
            assert!(said.ends_with('.') && said.starts_with(char::is_uppercase), "{said}");
            if let Some(sign) = &one.sign {
                assert!(words::sign(sign).to_string().ends_with('.'), "{sign:?}");
            }
            match one.likelihood {
                Likelihood::RuledOut => {
                    assert!(one.sign.is_some() && one.test == Test::Nothing, "{}: {one:?}", row.name);
                }
                // What is not known has a test, or something is said for it.
                _ => assert!(one.sign.is_some() || one.test != Test::Nothing, "{}: {one:?}", row.name),
            }
        }
    }
}

#[test]
fn the_sentences() {
    let find = |name: &str, code: &str| {
        let row = rows().into_iter().find(|row| row.name == name).unwrap();
        row.causes(3).into_iter().find(|one| one.cause.code() == code).unwrap()
    };
    let clock = find("the clock is an hour ahead", "CLOCK");
    assert_eq!(
        words::sign(clock.sign.as_ref().unwrap()).to_string(),
        "The clock of this machine is 60 minutes ahead of the server's, and AWS refuses more than 5; set it right."
    );
    let expired = find("a clock an hour behind hides that the credentials have expired", "EXPIRED");
    assert_eq!(expired.sign, Some(Sign::EndedAgo(3000)));
    assert_eq!(words::sign(expired.sign.as_ref().unwrap()).to_string(), "They ended 50 minutes ago.");
    let address = find("the older endpoint, whose certificate browsers do not trust", "ADDRESS");
    assert_eq!(
        words::cause(&address.cause).to_string(),
        "This endpoint has a certificate that browsers do not trust; use `example-ats.iot.eu-west-1.amazonaws.com`, which \
         `aws iot describe-endpoint --endpoint-type iot:Data-ATS` gives."
    );
    let blocked = find("signed, and nothing is known", "BLOCKED");
    assert_eq!(
        words::test(&blocked.test).unwrap().to_string(),
        "Run `openssl s_client -connect example-ats.iot.eu-west-1.amazonaws.com:443 -servername \
         example-ats.iot.eu-west-1.amazonaws.com`: the certificate it shows is Amazon's or the broker's; another issuer is a \
         proxy between."
    );
    let late = find("no answer for half a minute is no refusal", "NOT_THERE");
    assert_eq!(
        words::sign(late.sign.as_ref().unwrap()).to_string(),
        "It failed only after 30 s, and a refusal comes sooner."
    );
    assert_eq!(
        words::test(&late.test).unwrap().to_string(),
        "Run `nslookup example-ats.iot.eu-west-1.amazonaws.com`: it answers with an address, or the name is wrong."
    );
    let delay = Delay { least: Millis(125), most: Millis(625), refused: 12 };
    assert_eq!(words::held_back(delay, Millis(100)), None);
    assert_eq!(
        words::held_back(delay, Millis(246)).unwrap(),
        "The browser itself waits up to 0.7 s here before it connects (Chromium does), because 12 handshakes of this page were \
         refused lately. That is no delay of the network."
    );
    assert_eq!(
        words::headline(3),
        "The browser could not open the connection (code 1006), 3 times in a row. It is not told why. What it can be, first what \
         to look at first:"
    );
}
