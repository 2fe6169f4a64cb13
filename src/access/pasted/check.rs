//! Whether the parts of credentials can be what they are taken for.
//!
//! Lengths and alphabets of keys are observed, not documented, unless said otherwise.

use super::{Part, Problem, Set, Wrong};
use crate::iot::calendar::UtcTime;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, KeyKind};

const ACCESS_KEY_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 40;
const LEAST_TOKEN: usize = 100;
/// The longest life of temporary credentials, in seconds (STS API Reference, GetSessionToken: documented).
const LONGEST_LIFE: u64 = 129_600;

/// What is wrong with one set of a paste, at the time of the clock that will sign; `region` is the one to sign for.
#[must_use]
pub fn check(set: &Set, text: &str, now: UnixTime, region: Option<&Region>) -> Vec<Problem> {
    let whole = whole(set);
    let at = |part| set.span(part).cloned().unwrap_or_else(|| whole.clone());
    let mut problems = Vec::new();
    let mut report = |part, wrong| problems.push(Problem { span: at(part), wrong });

    for part in [Part::AccessKey, Part::Secret, Part::Token] {
        match set.text(part, text) {
            None if part == Part::Token => {}
            None => report(part, Wrong::Missing(part)),
            Some(value) => {
                if let Some(wrong) = wrong(part, value) {
                    report(part, wrong);
                }
            }
        }
    }
    let kind = set.text(Part::AccessKey, text).and_then(|id| AccessKeyId::parse(id).ok());
    match (kind.map(|id| id.kind()), set.token.is_some()) {
        (Some(KeyKind::Temporary), false) => report(Part::Token, Wrong::TokenMissing),
        (Some(KeyKind::LongLived), true) => report(Part::Token, Wrong::TokenNotNeeded),
        _ => {}
    }
    if let Some(written) = set.text(Part::Expires, text) {
        match expiry(written) {
            None => report(Part::Expires, Wrong::NoTime),
            Some(end) if end <= now => report(Part::Expires, Wrong::Expired(end)),
            Some(end) if end.0 - now.0 > LONGEST_LIFE => report(Part::Expires, Wrong::LivesTooLong(end)),
            Some(_) => {}
        }
    }
    if let Some(written) = set.text(Part::Region, text) {
        match Region::parse(written) {
            Err(_) => report(Part::Region, Wrong::NoRegion),
            Ok(stated) if region.is_some_and(|region| *region != stated) => {
                report(Part::Region, Wrong::OtherRegion);
            }
            Ok(_) => {}
        }
    }
    problems.sort_by_key(|problem| problem.span.start);
    problems
}

/// From the first part of a set to its last.
fn whole(set: &Set) -> std::ops::Range<usize> {
    let parts = [Part::AccessKey, Part::Secret, Part::Token, Part::Expires, Part::Region];
    let spans = || parts.into_iter().filter_map(|part| set.span(part));
    let start = spans().map(|span| span.start).min().unwrap_or_default();
    start..spans().map(|span| span.end).max().unwrap_or_default()
}

/// The first thing that is wrong with a value.
fn wrong(part: Part, value: &str) -> Option<Wrong> {
    if value.trim().is_empty() {
        return Some(Wrong::Empty(part));
    }
    if value.contains(['<', '>', '*', '$', '%']) || value.contains("...") || value.contains('\u{2026}') {
        return Some(Wrong::Placeholder(part));
    }
    if value.contains(['\n', '\r']) {
        return Some(Wrong::LineEnd(part));
    }
    if value.contains(char::is_whitespace) {
        return Some(Wrong::Space(part));
    }
    if let Some(holds) = looks_like(value).filter(|holds| *holds != part) {
        return Some(Wrong::Swapped { place: part, holds });
    }
    let belongs = |c: char| c.is_ascii_alphanumeric() || (part != Part::AccessKey && "+/=".contains(c));
    if let Some(c) = value.chars().find(|c| !belongs(*c)) {
        return Some(Wrong::Character(part, c));
    }
    if let Some(what) = Some(value).filter(|_| part == Part::AccessKey).and_then(other_id) {
        return Some(Wrong::NotAKey(what));
    }
    let (usual, fits) = match part {
        Part::AccessKey => (ACCESS_KEY_LENGTH, value.len() == ACCESS_KEY_LENGTH),
        Part::Secret => (SECRET_LENGTH, value.len() == SECRET_LENGTH),
        _ => (LEAST_TOKEN, value.len() >= LEAST_TOKEN),
    };
    (!fits).then_some(Wrong::Length { part, found: value.len(), usual })
}

/// Which part a value is by its form alone, if that is clear.
fn looks_like(value: &str) -> Option<Part> {
    let id = value.len() == ACCESS_KEY_LENGTH
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && (value.starts_with('A') && (value.get(2..4) == Some("IA") || other_id(value).is_some()));
    let token = ["IQoJ", "FwoG", "FQoG", "AQoD"].iter().any(|begin| value.starts_with(begin));
    if id {
        Some(Part::AccessKey)
    } else if value.len() > LEAST_TOKEN && token {
        Some(Part::Token)
    } else {
        let mixed = value.contains(|c: char| c.is_ascii_lowercase());
        (value.len() == SECRET_LENGTH && mixed).then_some(Part::Secret)
    }
}

/// What an ID stands for that is no access key (IAM User Guide, "IAM identifiers", unique ID prefixes: documented).
fn other_id(value: &str) -> Option<&'static str> {
    Some(match value.get(..4)? {
        "ABIA" => "a bearer token",
        "ACCA" => "a credential of another kind",
        "AGPA" => "a user group",
        "AIDA" => "a user",
        "AIPA" => "an instance profile",
        "ANPA" => "a managed policy",
        "ANVA" => "a version of a managed policy",
        "APKA" => "a public key",
        "AROA" => "a role",
        "ASCA" => "a certificate",
        _ => return None,
    })
}

/// Reads the end of credentials: ISO 8601 with any offset and fraction, or seconds or milliseconds since 1970.
pub(super) fn expiry(text: &str) -> Option<UnixTime> {
    if let Some((whole, _)) = text.split_once('.').or(Some((text, ""))).filter(|(whole, _)| digits(whole)) {
        let number: u64 = whole.parse().ok()?;
        // After the year 5138 it can only be milliseconds.
        return Some(UnixTime(if number < 100_000_000_000 { number } else { number / 1000 }));
    }
    let (date, rest) = text.split_once(['T', ' '])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let local = UtcTime::parse(&format!("{date}T{time}Z"))?.to_unix().0;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    if matches!(zone, "Z" | "z" | " UTC" | "UTC") {
        return Some(UnixTime(local));
    }
    let (sign, offset) = zone.split_at_checked(1)?;
    let offset = offset.replace(':', "");
    let (hours, minutes) = offset.split_at_checked(2).filter(|_| offset.len() == 4 && digits(&offset))?;
    let offset = hours.parse::<u64>().ok()? * 3600 + minutes.parse::<u64>().ok()? * 60;
    match sign {
        "+" => local.checked_sub(offset).map(UnixTime),
        "-" => Some(UnixTime(local + offset)),
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Keys and certificates of devices, which a page has no use for.
pub(super) fn keys_of_other_kinds(text: &str) -> impl Iterator<Item = Problem> {
    text.match_indices("-----BEGIN ").filter_map(|(start, _)| {
        let begin = start + "-----BEGIN ".len();
        let (title, _) = text.get(begin..)?.split_once("-----")?;
        let wrong = match title {
            _ if title.ends_with("PRIVATE KEY") => Wrong::PrivateKey,
            _ if title.ends_with("CERTIFICATE") => Wrong::Certificate,
            _ => return None,
        };
        Some(Problem { span: start..begin + title.len() + "-----".len(), wrong })
    })
}
