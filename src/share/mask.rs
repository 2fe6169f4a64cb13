//! Stand-ins for what names an account, a certificate, a network or an endpoint in a text that is about to be shared.
//!
//! The same value becomes the same stand-in throughout the text and different values stay different, so policies and
//! requests that are masked as one text are decided as before:
//!
//! - Any two addresses keep the length of the prefix that they have in common, hence every relation between addresses
//!   and networks; the lengths of networks stay. A documentation range (RFC 5737, RFC 3849) is where they begin; what
//!   these relations force out of it lies elsewhere. `0.0.0.0/0` and `::/0` tell nothing and stay.
//! - Not followed: a wildcard that cuts a value (`client/1111*` for a client ID that begins with the account). Whoever
//!   shares should decide the masked question again and compare.
//!
//! Masking a masked text changes nothing. Names of things, client IDs and topics are what is being discussed: they stay.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::Range,
};

/// A text with stand-ins, and what was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The text.
    pub text: String,
    /// Every replacement, in the order of the text.
    pub replacements: Vec<Replacement>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What was replaced.
    pub kind: Kind,
    /// Where it stood in the text before.
    pub span: Range<usize>,
    /// What stood there.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// What is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An account number: in an ARN or after a name that ends in "account" or "accountId", and the same digits elsewhere.
    Account,
    /// A certificate ID, or what looks like it: 64 hexadecimal digits.
    CertificateId,
    /// An IP address or a network in CIDR notation that stands alone.
    Address,
    /// The first part of an endpoint's name, which belongs to one account.
    Endpoint,
}

/// The account of AWS's examples, then others that its documentation uses.
const ACCOUNTS: [&str; 6] =
    ["123456789012", "210987654321", "111122223333", "444455556666", "555566667777", "777788889999"];
/// First labels of host names under `iot.<region>.amazonaws.com` that belong to nobody.
const SERVICES: [&str; 4] = ["data", "credentials", "jobs", "greengrass"];
/// Longest label of a host name (RFC 1035, 2.3.4), and longest ARN up to its account.
const NEAR: usize = 63;

/// Replaces what identifies somebody.
#[must_use]
pub fn mask(text: &str) -> Masked {
    let accounts = accounts(text);
    let mut found: Vec<(Range<usize>, Kind)> = runs(text, |byte| byte.is_ascii_alphanumeric())
        .filter_map(|span| {
            let word = text.get(span.clone())?;
            let hexadecimal = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let kind = if accounts.contains(word) {
                Kind::Account
            } else if hexadecimal {
                Kind::CertificateId
            } else {
                return None;
            };
            Some((span, kind))
        })
        .collect();
    found.extend(endpoints(text).map(|span| (span, Kind::Endpoint)));
    let mut stand_ins: Vec<(Range<usize>, Kind, String)> = Vec::new();
    for kind in [Kind::Account, Kind::CertificateId, Kind::Endpoint] {
        let spans = || found.iter().filter(|(_, of)| *of == kind).map(|(span, _)| span);
        let names = named(kind, &spans().filter_map(|span| text.get(span.clone())).collect::<Vec<_>>());
        let known = |span: &Range<usize>| names.get(text.get(span.clone())?);
        stand_ins.extend(spans().filter_map(|span| Some((span.clone(), kind, known(span)?.clone()))));
    }
    stand_ins.extend(addresses(text).into_iter().map(|(span, to)| (span, Kind::Address, to)));
    stand_ins.sort_unstable_by_key(|(span, ..)| span.start);
    replaced(text, stand_ins)
}

fn replaced(text: &str, stand_ins: Vec<(Range<usize>, Kind, String)>) -> Masked {
    let mut masked = Masked { text: String::with_capacity(text.len()), replacements: Vec::new() };
    let mut at = 0;
    for (span, kind, to) in stand_ins {
        let (Some(before), Some(from)) = (text.get(at..span.start), text.get(span.clone())) else { continue };
        if from == to {
            continue;
        }
        masked.text.push_str(before);
        masked.text.push_str(&to);
        at = span.end;
        masked.replacements.push(Replacement { kind, from: from.to_owned(), to, span });
    }
    masked.text.push_str(text.get(at..).unwrap_or_default());
    masked
}

/// A stand-in for each name; those that are stand-ins already keep theirs.
fn named(kind: Kind, names: &[&str]) -> BTreeMap<String, String> {
    let numbered = |n: usize| match kind {
        Kind::Account => {
            ACCOUNTS.get(n).map_or_else(|| format!("00000000{n:04}"), |account| (*account).to_owned())
        }
        Kind::CertificateId => format!("{:064x}", n + 1),
        _ if n == 0 => "example".to_owned(),
        _ => format!("example{}", n + 1),
    };
    let is_stand_in = |name: &str| match kind {
        Kind::Account => ACCOUNTS.contains(&name) || name.starts_with("00000000"),
        Kind::CertificateId => name.starts_with(&"0".repeat(56)),
        _ => name.starts_with("example"),
    };
    let mut taken = BTreeSet::new();
    taken.extend(names.iter().copied().filter(|name| is_stand_in(name)));
    let mut free = (0..).map(numbered).filter(|name| !taken.contains(name.as_str()));
    let mut stand_ins = BTreeMap::new();
    for name in names {
        if !taken.contains(name) && !stand_ins.contains_key(*name) {
            stand_ins.extend(free.next().map(|stand_in| ((*name).to_owned(), stand_in)));
        }
    }
    stand_ins
}

/// The longest pieces of characters of a class. The letter of `\n`, `\r` and `\t`, as JSON writes them, is no part of one.
fn runs(text: &str, class: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = Range<usize>> {
    let pieces = text.as_bytes().chunk_by(move |a, b| class(*a) == class(*b)).scan(0, |end, piece| {
        *end += piece.len();
        Some((*end - piece.len()..*end, piece))
    });
    let mut escaped = false;
    pieces.filter_map(move |(span, piece)| {
        let skip = usize::from(escaped && matches!(piece.first(), Some(b'n' | b'r' | b't')));
        escaped = piece.last() == Some(&b'\\');
        piece.first().is_some_and(|byte| class(*byte)).then_some(span.start + skip..span.end)
    })
}

/// Account numbers where only an account number can stand.
fn accounts(text: &str) -> BTreeSet<&str> {
    let is_account = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    let near = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.get(..rest.floor_char_boundary(2 * NEAR)).unwrap_or_default()
    };
    let in_arns = text.match_indices("arn:").filter_map(|(at, _)| near(at).split(':').nth(4));
    let lower = text.to_ascii_lowercase();
    let named: Vec<&str> = lower
        .match_indices("account")
        .filter_map(|(at, name)| {
            let rest = near(at + name.len()).trim_start_matches(['_', '-']);
            let (id, behind) = rest.split_at_checked(2).unwrap_or(("", rest));
            let rest = if id.eq_ignore_ascii_case("id") { behind } else { rest };
            let value = rest.trim_start_matches([' ', '"', '\'', '\\', ':', '=', '[', ',']);
            let goes_on = value.as_bytes().get(12).is_some_and(u8::is_ascii_alphanumeric);
            value.get(..12).filter(|_| !goes_on)
        })
        .collect();
    // Not collected: a set is then sorted first, which weighs more than it saves.
    let mut accounts = BTreeSet::new();
    accounts.extend(in_arns.chain(named).filter(|word| is_account(word)));
    accounts
}

/// The account's own part in names such as `example-ats.iot.eu-west-1.amazonaws.com`.
fn endpoints(text: &str) -> impl Iterator<Item = Range<usize>> {
    let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.match_indices(".iot.").filter_map(move |(at, dots)| {
        let (_, domain) = text.get(at + dots.len()..)?.split_at_checked(0)?;
        let region = domain.bytes().take(NEAR).position(|byte| !label(byte))?;
        domain.get(region..)?.starts_with(".amazonaws.com").then_some(())?;
        let host = text.get(..at)?.strip_suffix(".credentials").unwrap_or(text.get(..at)?);
        let length = host.bytes().rev().take(NEAR + 1).take_while(|byte| label(*byte)).count();
        let (before, own) = host.split_at_checked(host.len() - length)?;
        // Not a part that a wildcard or a variable goes on.
        let cut = before.ends_with(['*', '?', '}', '.', '_']);
        let escaped = usize::from(before.ends_with('\\') && own.starts_with(['n', 'r', 't']));
        let own = own.get(escaped..)?;
        let own = own.strip_suffix("-ats").unwrap_or(own);
        let start = before.len() + escaped;
        (!cut && length <= NEAR && !own.is_empty() && !SERVICES.contains(&own))
            .then_some(start..start + own.len())
    })
}

/// Addresses and networks that stand alone, each with its stand-in.
fn addresses(text: &str) -> Vec<(Range<usize>, String)> {
    let (mut v4, mut v6) =
        (Family::new(32, Ipv4Addr::new(192, 0, 2, 0).to_bits().into()), Family::new(128, 0x2001_0db8 << 96));
    let stands_alone = |span: &Range<usize>| {
        let before = text.get(..span.start).unwrap_or_default();
        let after = text.get(span.end..).unwrap_or_default();
        let sign = |c: char| c.is_whitespace() || "\"',[]()=;".contains(c);
        (before.is_empty() || before.ends_with(sign) || before.ends_with("\\n") || before.ends_with("\\t"))
            && (after.is_empty() || after.starts_with(sign) || after.starts_with('\\'))
    };
    let runs = runs(text, |byte| byte.is_ascii_hexdigit() || b".:/".contains(&byte)).filter(stands_alone);
    let mut found: Vec<(Range<usize>, IpAddr, Option<u32>)> = runs
        .filter_map(|span| {
            let written = text.get(span.clone())?;
            let (address, length) = match written.split_once('/') {
                Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
                None => (written, None),
            };
            Some((span, address.parse::<IpAddr>().ok()?, length))
        })
        .filter(|(_, address, length)| {
            *length != Some(0) && (length.is_some() || *address != Ipv6Addr::UNSPECIFIED)
        })
        .collect();
    // The widest networks first, so that they can have stand-ins without host bits.
    found.sort_unstable_by_key(|(span, _, length)| (length.unwrap_or(u32::MAX), span.start));
    let stand_ins = found.into_iter().filter_map(|(span, address, length)| {
        let suffix = length.map(|length| format!("/{length}")).unwrap_or_default();
        let to = match address {
            IpAddr::V4(address) => {
                let image = v4.stand_in(address.to_bits().into(), length)?;
                Ipv4Addr::from_bits(u32::try_from(image).ok()?).to_string()
            }
            IpAddr::V6(address) => Ipv6Addr::from_bits(v6.stand_in(address.to_bits(), length)?).to_string(),
        };
        Some((span, to + &suffix))
    });
    stand_ins.collect()
}

/// The addresses of one family and their stand-ins: any two have as many leading bits in common as their stand-ins.
struct Family {
    bits: u32,
    base: u128,
    known: BTreeMap<u128, u128>,
}

impl Family {
    const fn new(bits: u32, base: u128) -> Self {
        Self { bits, base, known: BTreeMap::new() }
    }

    /// Networks come before what is narrower. `None` when the length of a network is none.
    fn stand_in(&mut self, address: u128, length: Option<u32>) -> Option<u128> {
        let ones = |bits: u32| 1_u128.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
        let host = ones(self.bits.checked_sub(length.unwrap_or(self.bits))?);
        let network = address & !host;
        // The nearest neighbours in order have the longest common prefix; the new one turns off right behind it.
        let neighbours = [self.known.range(..=network).next_back(), self.known.range(network..).next()];
        let image = match neighbours.into_iter().flatten().min_by_key(|(known, _)| *known ^ network) {
            None if host == 0 => self.base | 1,
            None => self.base & !host,
            Some((known, image)) if *known == network => *image,
            Some((known, image)) => {
                let behind = ones(u128::BITS - 1 - (known ^ network).leading_zeros());
                (image ^ (behind + 1)) & !behind
            }
        };
        self.known.insert(network, image);
        // A network that is written with host bits keeps some.
        Some(image | u128::from(address != network))
    }
}
