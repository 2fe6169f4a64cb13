//! How sessions get in: endpoint, sign-in, credentials and their end.

use std::fmt::Display;

use super::Text;
use super::check::ticked;
use crate::access::cognito::Id;
use crate::iot::calendar::UtcTime;
use crate::iot::endpoint::{Endpoint, EndpointError, Likeness};
use crate::iot::time::UnixTime;
use crate::sigv4::SERVICE;

/// A custom authorizer is to be told something, and nothing was given.
pub const NOTHING_FOR_AUTHORIZER: &str =
    "The custom authorizer is to be told something, but nothing was given. Give it first.";
/// What a long-lived key is.
pub const LASTING: &str = "This is a long-lived key: it does not expire, and if it leaks, it leaks for good. Better make a temporary one:";
/// What stands under every field that takes a secret.
pub const KEPT: &str = "It is turned at once into a key that signs for today and tomorrow (UTC), this Region and AWS IoT only and cannot be read \
     back. Nothing else of it is kept.";
/// What no page can do.
pub const MEMORY: &str = "The browser may keep old texts in its memory until it needs the room. Closing or reloading the tab is the certain way to \
     erase them. Its developer tools show signed addresses, which are good for minutes: mind recordings of the screen and saved HAR files.";
/// What is held has come to its end.
pub const ENDED: &str = "The credentials have expired and were forgotten. Sessions that stand may stay; new connections need new credentials.";
/// Typing into the field that takes pastes.
pub const PASTE_ONLY: &str =
    "This field takes a paste and shows nothing. To type, use the three fields below it.";
/// No answer from Cognito.
pub const UNREACHABLE: &str = "Cognito gave no answer that this page may read: there is no network, the Region has no identity pools, or something on \
     the way refuses. Try again.";
/// Less than five minutes are left.
pub const SOON: &str = "Less than five minutes are left. New connections will need new credentials.";
/// Keys that tell no end.
pub const NO_END: &str = "When they expire was not told. From then on AWS refuses new connections.";
/// Cognito's keys follow one another.
pub const REPLACED_IN_TIME: &str = "They are replaced before they expire, as long as this tab is open.";
/// A long-lived key is held.
pub const LASTING_HELD: &str = "The key itself is long-lived: delete or deactivate it when you are done.";
/// The page cannot reach Cognito.
pub const NO_POOL: &str = "This page is not locked to the identity host of a pool. Leave Live, choose Cognito there, and lock it again.";
/// What was given was not used.
pub const REFUSED: &str = "Nothing was sent and nothing was kept. What is wrong:";
/// Another press is asked for.
pub const AGAIN: &str = "Press again to lock the page to it all the same.";
/// What a custom authorizer or another broker is told is with the worker.
pub const WORDS_HELD: &str = "What you gave is with the part of this page that connects, and nowhere else in it. It is sent with each connection.";

/// What somebody else said, as a sentence: errors of the core are lower case and end without a full stop.
#[must_use]
pub fn sentence(said: &impl Display) -> Text {
    let said = said.to_string();
    let mut letters = said.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    ticked(&format!("{first}{}.", letters.as_str().trim_end_matches('.')))
}

/// Why a text is no endpoint.
#[must_use]
pub fn no_endpoint(error: &EndpointError, likeness: Option<&Likeness>) -> Text {
    match likeness {
        Some(likeness) => sentence(error).say(" ").join(sentence(likeness)),
        None => sentence(error),
    }
}

/// Something wrong with credentials, where it stands.
#[must_use]
pub fn flaw(line: Option<usize>, wrong: &impl Display) -> Text {
    match line {
        Some(line) => Text::new().say(format!("Line {line}: ")).join(ticked(&format!("{wrong}."))),
        None => sentence(wrong),
    }
}

/// A set of credentials among several.
#[must_use]
pub fn set(number: usize, name: Option<&str>, tail: &str, lasting: bool) -> Text {
    let text = match name {
        Some(name) => Text::new().code(name),
        None => Text::new().say(format!("set {}", number + 1)),
    };
    let text = if tail.is_empty() { text } else { text.say(": key that ends in ").code(tail) };
    if lasting { text.say(", long-lived") } else { text }
}

/// What the field for pastes takes.
#[must_use]
pub fn paste_hint() -> Text {
    Text::new()
        .say("What ")
        .code("aws configure export-credentials")
        .say(" or ")
        .code("aws sts")
        .say(" prints, ")
        .code("export")
        .say(" lines of any shell, a profile of ")
        .code("~/.aws/credentials")
        .say(", or a CSV file of the console. It is taken before it is shown.")
}

/// Why the identity pool is asked for first.
#[must_use]
pub fn pool_hint() -> Text {
    Text::new()
        .say("Such as ")
        .code("eu-west-1:12345678-1234-1234-1234-123456789012")
        .say(". The page is locked to the identity host of its Region too.")
}

/// The keys that are held.
#[must_use]
pub fn keys(tail: &str, region: &str, days: &[String]) -> Text {
    let days: Vec<String> = days.iter().map(|day| dashed(day)).collect();
    Text::new()
        .say("Signing with the key that ends in ")
        .code(tail)
        .say(", for ")
        .code(region)
        .say(", ")
        .code(SERVICE)
        .say(format!(" and the days {} (UTC) only. It cannot be read back.", days.join(" and ")))
}

/// `YYYY-MM-DD` of `YYYYMMDD`.
fn dashed(day: &str) -> String {
    let parts = day.split_at_checked(4).and_then(|(year, rest)| Some((year, rest.split_at_checked(2)?)));
    parts.map_or_else(|| day.to_owned(), |(year, (month, day))| format!("{year}-{month}-{day}"))
}

/// How long until `end`, as a clock shows it.
#[must_use]
pub fn left(end: UnixTime, now: UnixTime) -> String {
    let seconds = end.0.saturating_sub(now.0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// New credentials of the same identity have come.
#[must_use]
pub fn renewed(end: Option<UnixTime>) -> String {
    match end.and_then(UtcTime::from_unix) {
        Some(end) => format!("The credentials were renewed; they end at {} UTC.", end.spaced()),
        None => "The credentials were renewed.".to_owned(),
    }
}

/// They have not, because of what this sentence says.
#[must_use]
pub fn not_renewed(why: &str) -> String {
    format!("The credentials could not be renewed. {why}")
}

/// What the lock names.
#[must_use]
pub fn now_reaches(endpoint: &Endpoint, pool: Option<&Id>) -> String {
    let pool = pool.map(|pool| format!(", {}", pool.content_policy_source())).unwrap_or_default();
    let endpoint = endpoint.content_policy_source();
    format!("This page can now reach {endpoint}{pool} and the server it came from, and no other.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_core_says_becomes_a_sentence() {
        assert_eq!(sentence(&"the `x` is wrong; drop it").to_string(), "The `x` is wrong; drop it.");
        assert_eq!(flaw(Some(2), &"the key is empty").to_string(), "Line 2: the key is empty.");
        assert_eq!(sentence(&"").to_string(), ".");
    }

    #[test]
    fn the_time_that_is_left_is_read_as_a_clock() {
        let left = |seconds: u64| left(UnixTime(10_000 + seconds), UnixTime(10_000));
        assert_eq!(
            [0, 59, 61, 3_599, 3_600, 43_199].map(left),
            ["0:00", "0:59", "1:01", "59:59", "1:00:00", "11:59:59"]
        );
        assert_eq!(super::left(UnixTime(1), UnixTime(2)), "0:00");
    }

    #[test]
    fn keys_say_what_they_are_good_for() {
        let days = ["20261123".to_owned(), "20261124".to_owned()];
        assert_eq!(
            keys("MPLE", "eu-west-1", &days).to_string(),
            "Signing with the key that ends in `MPLE`, for `eu-west-1`, `iotdevicegateway` and the days 2026-11-23 and 2026-11-24 (UTC) only. \
             It cannot be read back."
        );
    }
}
