//! Why a WebSocket was never opened, as far as it can be told: the browser says 1006 and nothing else.
//!
//! Knows what may stop a handshake, what speaks for each cause and which test can be made. The page makes
//! those that it can (clock, expiry, network) before it asks here. Does not know what AWS answered: nobody here does.
//!
//! Invariants: the causes stand in the order in which to look at them. No policy is blamed for a handshake: AWS IoT Core asks
//! it when CONNECT has come, and closes then (observed).

mod tally;

use std::cmp::Reverse;

use crate::access::browser::Barrier;
use crate::access::clock::ClockError;
use crate::iot::endpoint::{Endpoint, Remark, Scheme};
use crate::iot::region::Region;
use crate::iot::time::{Millis, UnixTime};

pub use tally::{Delay, Tally, Through};

/// A refusal needs some round trips. What fails only after this got no answer (inferred).
const LATE: Millis = Millis(10_000);
/// After so many refusals in a row one more tells nothing, and Chromium makes the page wait for it.
const ENOUGH: u32 = 3;

/// What is known of a handshake that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Where to.
    pub endpoint: &'a Endpoint,
    /// With what.
    pub access: Access<'a>,
    /// What stands between the page and the endpoint.
    pub barriers: &'a [Barrier],
    /// `navigator.onLine`.
    pub online: bool,
    /// By the clock of this machine.
    pub now: UnixTime,
    /// How that clock compares with another one, if it was compared.
    pub clock: Option<Result<(), ClockError>>,
    /// From the order to open the socket until it was closed.
    pub took: Millis,
    /// How long the browser held it back of that.
    pub held_back: Delay,
    /// Handshakes that were refused since the last one that succeeded, this one included.
    pub in_a_row: u32,
    /// Whether another one to the same endpoint, in the same way, succeeded.
    pub through: Through,
}

/// What a handshake carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// Nothing: user name and password come with CONNECT.
    Open,
    /// A signature.
    Signed {
        /// Signed for this Region.
        region: &'a Region,
        /// By these keys.
        keys: Keys,
        /// When they end, if that is known.
        expires: Option<UnixTime>,
    },
    /// The parameters of a custom authorizer are in the URL.
    AuthorizerInUrl,
    /// They are in the user name, which comes with CONNECT.
    AuthorizerInConnect,
}

/// What signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Keys without an end, as someone pasted them.
    LongLived,
    /// Temporary ones, as someone pasted them.
    Temporary,
    /// Temporary ones, as Cognito gave them to this page.
    Cognito,
}

/// Why it may have failed. In the order in which to look at causes that are equally likely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The browser does not let this page connect.
    Browser(Barrier),
    /// This machine has no network.
    Offline,
    /// The endpoint is most likely not the one that was meant.
    Address(Remark),
    /// AWS IoT Core wants a signature or a custom authorizer.
    Unsigned,
    /// The clock of this machine, and so the date of the signature, is off.
    Clock,
    /// The credentials have ended.
    Expired,
    /// Access key, secret or token are wrong, do not belong together, or were disabled.
    Keys,
    /// The signature is for another Region than the endpoint's.
    Region,
    /// The custom authorizer, or AWS on its behalf, said no.
    Authorizer,
    /// The port is one of MQTT over TCP.
    TcpPort(u16),
    /// The browser does not trust the certificate.
    Certificate,
    /// The name leads nowhere, nothing listens there, or the network loses what is sent.
    NotThere,
    /// The broker takes WebSockets at another path, or not from this site.
    Path,
    /// A proxy or a firewall lets pages through and WebSockets not.
    Blocked,
    /// A policy.
    Policy,
}

/// How likely a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likelihood {
    /// It is not this.
    RuledOut,
    /// Nothing speaks against it.
    Possible,
    /// Something speaks for it, or it is the usual one.
    Likely,
    /// It would stop the handshake, whatever else did.
    Certain,
}

/// What speaks for a cause, or against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The clock was compared and is off.
    ClockOff(ClockError),
    /// The clock was compared and is right.
    ClockRight,
    /// The credentials ended so many seconds ago.
    EndedAgo(u64),
    /// They end in so many seconds.
    EndIn(u64),
    /// When they end is not known.
    EndUnknown,
    /// Keys of this kind have no end.
    NoEnd,
    /// Cognito gave them to this page, so that nobody mistyped them.
    FromCognito,
    /// Nothing has got through in this way yet.
    NeverThrough,
    /// Another session of this page had got through before.
    ThroughBefore,
    /// Another session of this page has got through since.
    ThroughSince,
    /// It failed only after so long, and a refusal comes sooner.
    Late(Millis),
    /// The host states the Region.
    RegionOfHost,
    /// The host does not state the Region, a person did.
    RegionTyped,
    /// The browser says that this machine has a network, or that it has none.
    Online(bool),
    /// The browser says so of this page.
    OfBrowser,
    /// By the endpoint's name, port or path.
    OfAddress,
    /// What would be looked at comes with CONNECT, after the handshake.
    AfterHandshake,
}

/// How to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// There is nothing to find out.
    Nothing,
    /// Somebody compares the clock: the page has tried to, and could read no other one.
    Clock,
    /// The page connects once more.
    Again,
    /// The user gives other credentials, or lets Cognito give new ones.
    NewKeys,
    /// Somebody runs this in a terminal.
    Command(Command),
    /// Somebody opens this address in a tab of its own.
    Open(String),
}

/// A command that tells what the page cannot see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Whose keys these are, and whether AWS takes them.
    CallerIdentity,
    /// The endpoint of the account in this Region.
    DescribeEndpoint(Region),
    /// What the custom authorizer answers.
    InvokeAuthorizer,
    /// Where a name leads.
    Resolve(String),
    /// Whether something answers, and with which certificate: `host:port`.
    Tls(String, u16),
}

/// A cause, weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub cause: Cause,
    /// How likely.
    pub likelihood: Likelihood,
    /// What speaks for it, or against it when it is ruled out.
    pub sign: Option<Sign>,
    /// How to find out.
    pub test: Test,
}

/// What may have stopped a handshake, first what to look at first; what is ruled out comes last.
#[must_use]
pub fn causes(facts: &Facts<'_>) -> Vec<Candidate> {
    let mut all: Vec<Candidate> =
        [browser(facts), of_access(facts), of_address(facts), of_way(facts)].concat();
    let certain = all.iter().any(|one| one.likelihood == Likelihood::Certain);
    for one in &mut all {
        if certain && one.likelihood == Likelihood::Likely {
            one.likelihood = Likelihood::Possible;
        }
    }
    all.sort_by_key(|one| Reverse(one.likelihood));
    all
}

const fn candidate(cause: Cause, likelihood: Likelihood, sign: Option<Sign>, test: Test) -> Candidate {
    Candidate { cause, likelihood, sign, test }
}

impl Facts<'_> {
    /// How long it took at least without what the browser held back, if that is too long for a refusal.
    fn late(&self) -> Option<Sign> {
        let rest = Millis(self.took.0.saturating_sub(self.held_back.most.0));
        (rest >= LATE).then_some(Sign::Late(rest))
    }

    /// What would have stopped the ones that got through as well.
    const fn through(&self) -> Option<Sign> {
        match self.through {
            Through::Never => None,
            Through::Before => Some(Sign::ThroughBefore),
            Through::Since => Some(Sign::ThroughSince),
        }
    }

    /// A cause that does not come and go: ruled out when another handshake got through.
    fn lasting(&self, cause: Cause, likelihood: Likelihood, sign: Sign, test: Test) -> Candidate {
        match self.through() {
            Some(through) => candidate(cause, Likelihood::RuledOut, Some(through), Test::Nothing),
            None => candidate(cause, likelihood, Some(sign), test),
        }
    }

    /// The time by the better clock.
    const fn time(&self) -> UnixTime {
        UnixTime(match self.clock {
            Some(Err(ClockError::Ahead(seconds))) => self.now.0.saturating_sub(seconds),
            Some(Err(ClockError::Behind(seconds))) => self.now.0.saturating_add(seconds),
            _ => self.now.0,
        })
    }
}

fn browser(facts: &Facts<'_>) -> Vec<Candidate> {
    let barriers = facts.barriers.iter().map(|barrier| {
        let likelihood = if barrier.stops() { Likelihood::Certain } else { Likelihood::Likely };
        facts.lasting(Cause::Browser(*barrier), likelihood, Sign::OfBrowser, Test::Nothing)
    });
    let likelihood = if facts.online { Likelihood::RuledOut } else { Likelihood::Certain };
    let offline = (!facts.endpoint.is_loopback())
        .then(|| candidate(Cause::Offline, likelihood, Some(Sign::Online(facts.online)), Test::Nothing));
    barriers.chain(offline).collect()
}

/// What the handshake carried.
fn of_access(facts: &Facts<'_>) -> Vec<Candidate> {
    match facts.access {
        Access::Open if facts.endpoint.is_aws() => {
            vec![facts.lasting(Cause::Unsigned, Likelihood::Likely, Sign::OfAddress, Test::Nothing), policy()]
        }
        Access::Open => Vec::new(),
        Access::Signed { region, keys, expires } => {
            let expired = expired(facts, keys, expires);
            let clock = clock(facts);
            // One thing that is known to be wrong is looked at before what is wrong most often.
            let known = facts.late().is_some()
                || [&expired, &clock].iter().any(|one| {
                    one.likelihood >= Likelihood::Likely && one.sign.as_ref().is_some_and(Sign::is_known)
                });
            let usual = if known { Likelihood::Possible } else { Likelihood::Likely };
            let keys = wrong_keys(facts, keys, usual);
            let region = match facts.endpoint.region() {
                Some(stated) if stated == region => {
                    candidate(Cause::Region, Likelihood::RuledOut, Some(Sign::RegionOfHost), Test::Nothing)
                }
                Some(_) => {
                    candidate(Cause::Region, Likelihood::Certain, Some(Sign::RegionOfHost), Test::Nothing)
                }
                None => {
                    let ask = Test::Command(Command::DescribeEndpoint(region.clone()));
                    facts.lasting(Cause::Region, usual, Sign::RegionTyped, ask)
                }
            };
            vec![clock, expired, keys, region, policy()]
        }
        Access::AuthorizerInUrl => {
            let (likelihood, sign) = match (facts.through(), facts.late()) {
                (Some(through), _) => (Likelihood::Possible, through),
                (None, Some(late)) => (Likelihood::Possible, late),
                (None, None) => (Likelihood::Likely, Sign::NeverThrough),
            };
            let test = Test::Command(Command::InvokeAuthorizer);
            vec![candidate(Cause::Authorizer, likelihood, Some(sign), test), policy()]
        }
        Access::AuthorizerInConnect => {
            let sign = Some(Sign::AfterHandshake);
            let test = Test::Command(Command::InvokeAuthorizer);
            vec![candidate(Cause::Authorizer, Likelihood::Possible, sign, test), policy()]
        }
    }
}

const fn policy() -> Candidate {
    candidate(Cause::Policy, Likelihood::RuledOut, Some(Sign::AfterHandshake), Test::Nothing)
}

fn clock(facts: &Facts<'_>) -> Candidate {
    let (likelihood, sign, test) = match (facts.clock, facts.through()) {
        (Some(Ok(())), _) => (Likelihood::RuledOut, Some(Sign::ClockRight), Test::Nothing),
        (_, Some(through @ Sign::ThroughSince)) => (Likelihood::RuledOut, Some(through), Test::Nothing),
        (Some(Err(error)), _) => (Likelihood::Likely, Some(Sign::ClockOff(error)), Test::Nothing),
        (None, None) if facts.late().is_none() => (Likelihood::Likely, Some(Sign::NeverThrough), Test::Clock),
        (None, through) => (Likelihood::Possible, through, Test::Clock),
    };
    candidate(Cause::Clock, likelihood, sign, test)
}

fn expired(facts: &Facts<'_>, keys: Keys, expires: Option<UnixTime>) -> Candidate {
    let now = facts.time();
    let compared = facts.clock.is_some();
    let (likelihood, sign) = match (keys, expires, facts.through) {
        (Keys::LongLived, ..) => (Likelihood::RuledOut, Sign::NoEnd),
        (_, Some(end), _) if end <= now && compared => (Likelihood::Certain, Sign::EndedAgo(now.0 - end.0)),
        // Seen by a clock that nobody compared.
        (_, Some(end), _) if end <= now => (Likelihood::Likely, Sign::EndedAgo(now.0 - end.0)),
        (_, _, Through::Since) => (Likelihood::RuledOut, Sign::ThroughSince),
        (_, Some(end), _) if compared => (Likelihood::RuledOut, Sign::EndIn(end.0 - now.0)),
        (_, Some(end), _) => (Likelihood::Possible, Sign::EndIn(end.0 - now.0)),
        // They were good, and are good no more.
        (_, None, Through::Before) => (Likelihood::Likely, Sign::ThroughBefore),
        (_, None, Through::Never) => (Likelihood::Possible, Sign::EndUnknown),
    };
    let test = if likelihood == Likelihood::RuledOut { Test::Nothing } else { Test::NewKeys };
    candidate(Cause::Expired, likelihood, Some(sign), test)
}

fn wrong_keys(facts: &Facts<'_>, keys: Keys, usual: Likelihood) -> Candidate {
    let ask = Test::Command(Command::CallerIdentity);
    match (facts.through, keys) {
        (Through::Since, _) => {
            candidate(Cause::Keys, Likelihood::RuledOut, Some(Sign::ThroughSince), Test::Nothing)
        }
        (Through::Before, _) => candidate(Cause::Keys, Likelihood::Possible, Some(Sign::ThroughBefore), ask),
        (Through::Never, Keys::Cognito) => {
            candidate(Cause::Keys, Likelihood::Possible, Some(Sign::FromCognito), Test::NewKeys)
        }
        (Through::Never, _) => candidate(Cause::Keys, usual, Some(Sign::NeverThrough), ask),
    }
}

/// What the endpoint looks like.
fn of_address(facts: &Facts<'_>) -> Vec<Candidate> {
    let given = match facts.access {
        Access::Signed { region, .. } => Some(region),
        _ => None,
    };
    // That the Regions differ is a cause of its own.
    let remarks =
        facts.endpoint.remarks(given).into_iter().filter(|remark| !matches!(remark, Remark::Region { .. }));
    let mut found: Vec<Candidate> = remarks
        .map(|remark| {
            let test = match facts.endpoint.region() {
                Some(region) => Test::Command(Command::DescribeEndpoint(region.clone())),
                None => Test::Nothing,
            };
            facts.lasting(Cause::Address(remark), Likelihood::Likely, Sign::OfAddress, test)
        })
        .collect();
    let port = facts.endpoint.port();
    if !facts.endpoint.is_aws() && matches!(port, 1883 | 8883) {
        found.push(facts.lasting(Cause::TcpPort(port), Likelihood::Likely, Sign::OfAddress, Test::Nothing));
    }
    found
}

/// What lies between.
fn of_way(facts: &Facts<'_>) -> Vec<Candidate> {
    let endpoint = facts.endpoint;
    let (host, port) = (endpoint.host().to_owned(), endpoint.port());
    let mut found = Vec::new();
    if endpoint.scheme() == Scheme::Wss && !endpoint.is_aws() {
        let own = if endpoint.is_loopback() { Likelihood::Likely } else { Likelihood::Possible };
        let open = Test::Open(format!("https://{}/", endpoint.host_header()));
        found.push(facts.lasting(Cause::Certificate, own, Sign::NeverThrough, open));
    }
    let test = match facts.in_a_row {
        0..ENOUGH => Test::Again,
        _ if endpoint.is_loopback() => Test::Nothing,
        _ => Test::Command(Command::Resolve(host.clone())),
    };
    let usual = facts.access == Access::Open && !endpoint.is_aws();
    let (likelihood, sign) = match (facts.late(), facts.through()) {
        (Some(late), _) => (Likelihood::Likely, late),
        (None, Some(through)) => (Likelihood::Likely, through),
        (None, None) if usual => (Likelihood::Likely, Sign::NeverThrough),
        (None, None) => (Likelihood::Possible, Sign::NeverThrough),
    };
    found.push(candidate(Cause::NotThere, likelihood, Some(sign), test));
    if usual {
        found.push(facts.lasting(Cause::Path, Likelihood::Possible, Sign::NeverThrough, Test::Nothing));
    }
    if !endpoint.is_loopback() {
        let tls = Test::Command(Command::Tls(host, port));
        found.push(facts.lasting(Cause::Blocked, Likelihood::Possible, Sign::NeverThrough, tls));
    }
    found
}

impl Sign {
    /// Whether it was found, and is not only what nobody knows better.
    const fn is_known(&self) -> bool {
        matches!(self, Self::ClockOff(_) | Self::EndedAgo(_) | Self::ThroughBefore)
    }
}

impl Cause {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Browser(_) => "BROWSER",
            Self::Offline => "OFFLINE",
            Self::Address(_) => "ADDRESS",
            Self::Unsigned => "UNSIGNED",
            Self::Clock => "CLOCK",
            Self::Expired => "EXPIRED",
            Self::Keys => "KEYS",
            Self::Region => "REGION",
            Self::Authorizer => "AUTHORIZER",
            Self::TcpPort(_) => "TCP_PORT",
            Self::Certificate => "CERTIFICATE",
            Self::NotThere => "NOT_THERE",
            Self::Path => "PATH",
            Self::Blocked => "BLOCKED",
            Self::Policy => "POLICY",
        }
    }
}
