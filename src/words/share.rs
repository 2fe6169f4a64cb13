//! What is said about links, secrets and masks.

use std::collections::BTreeMap;

use super::Text;
use crate::share::{
    link::{LinkError, MAX_DEPTH, MAX_FRAGMENT, MAX_TEXT},
    mask::{self, Replacement},
    secrets::{self, Secret},
};

/// A fragment longer than this is cut by some programs that people send links with.
pub const LONG_LINK: usize = 2_000;

/// Beside a link longer than [`LONG_LINK`].
pub const LINK_IS_LONG: &str = "A long link: some chats cut it. Send a file instead.";

/// The code of an error, as the page shows it.
#[must_use]
pub const fn link_error_code(error: &LinkError) -> &'static str {
    match error {
        LinkError::Length { .. } | LinkError::Damaged => "IPL-S001",
        LinkError::Version(_) => "IPL-S003",
        LinkError::FragmentTooLong(_) | LinkError::TextTooLong | LinkError::TooDeep => "IPL-S004",
        LinkError::NotALink | LinkError::NotUtf8 | LinkError::Parameter(_) | LinkError::Escape(_) => {
            "IPL-S005"
        }
    }
}

/// Why a link cannot be made or opened.
#[must_use]
pub fn link_error(error: &LinkError) -> Text {
    let text = Text::new();
    match error {
        LinkError::NotALink => text.say("This is not a link of this page."),
        LinkError::Version(version) => text
            .say("This link is of version ")
            .code(version)
            .say(", which this page does not know. Load the page again; it may have a newer version."),
        LinkError::FragmentTooLong(length) => text.say(format!(
            "Too much for a link: {length} characters, at most {MAX_FRAGMENT}. Send a file instead."
        )),
        LinkError::TextTooLong => {
            text.say(format!("Too much for a link: it may hold {} kB. Send a file instead.", MAX_TEXT >> 10))
        }
        LinkError::TooDeep => {
            text.say(format!("This is not for a link: it nests deeper than {MAX_DEPTH} levels."))
        }
        LinkError::Length { expected: None, found } => text.say(format!(
            "This link is damaged or cut. {found} characters are too few for any link. Ask for the file instead."
        )),
        LinkError::Length { expected: Some(expected), found } => text.say(format!(
            "This link is damaged or cut. {expected} characters expected, {found} found. Ask for the file instead."
        )),
        LinkError::Damaged => text.say("This link is damaged: characters have changed. Ask for the file instead."),
        LinkError::NotUtf8 => text.say("What this link holds is not text (UTF-8)."),
        LinkError::Parameter(name) => {
            text.say("This link has a parameter ").code(name).say(", which this page does not know.")
        }
        LinkError::Escape(name) => text
            .say("The parameter ")
            .code(name)
            .say(" of this link has a ")
            .code("%")
            .say(" that stands for no character; a percent sign itself is ")
            .code("%25")
            .say("."),
    }
}

/// A link that is whole but holds something else than what this page puts into links.
#[must_use]
pub fn not_a_workspace(why: &str) -> Text {
    Text::new()
        .say(format!(
            "This link cannot be opened: {why}. If it is of a newer version of this page, load the page again."
        ))
        .say(" ")
        .code("IPL-S006")
}

/// A file that is no suite.
#[must_use]
pub fn not_a_suite(name: &str, why: &str) -> String {
    format!("{name} cannot be opened as a suite: {why}.")
}

/// A case that says more than the screen has fields for.
#[must_use]
pub fn not_all_of_case(id: &str) -> String {
    format!(
        "The case {id} says something that this screen has no field for, such as that nobody knows whether a thing is \
         attached. Its answer here is another one; the one in the list counts."
    )
}

/// What the masks are for.
pub const MASK: &str = "Mask account numbers, certificate IDs, addresses and endpoints";

/// Masks that matter.
pub const MASKS_CHANGE: &str =
    "The masks change an answer: a wildcard cuts a masked value. Share it unmasked, or change the policy.";

/// What to do about a secret.
pub const REMOVE_IT: &str = "Remove it, then share. A draft with it is not kept either.";

/// Drafts.
pub const KEEP: &str =
    "Keep what I type in this browser (nothing that looks like a secret, and nothing of Live)";

/// What a link of this many characters holds.
#[must_use]
pub fn link_holds(characters: usize) -> String {
    format!(
        "A link of {characters} characters holds what this screen shows, with the sessions of Simulate and nothing of Live; it opens in every later version."
    )
}

/// How the cases of a suite came out.
#[must_use]
pub fn judged(passed: usize, failed: usize) -> String {
    format!("{passed} passed, {failed} failed.")
}

/// A case that does not fit on the screen.
#[must_use]
pub fn case_not_shown(id: &str, why: &str) -> String {
    format!("The case {id} cannot be shown here: {why}.")
}

/// A link that is being read.
pub const OPENING_LINK: &str = "Opening the link.";
/// A workspace that came by link.
pub const FROM_LINK: &str =
    "Opened from a link. It stands in the address bar, and so in this browser's history.";
/// Beside the button that opens a suite.
pub const SUITE_FILE: &str =
    "A suite of cases is a file that was saved here or written for policylab. It stays in this tab.";
/// Drafts that hold a secret.
pub const NOT_KEPT: &str =
    "Not kept in this browser: something that was typed looks like a secret. What was kept before is gone.";
/// The answers on the screen are not of the text that would leave.
pub const NOT_OF_THIS_TEXT: &str = "Not made: the text of a policy cannot be read, and the answers on the screen are of its last readable text. Correct the text first.";
/// A cell that was not asked has no explanation.
pub const NOTHING_ASKED: &str =
    "Nothing was asked here, so there is no explanation to save. Choose another cell.";
/// A list that is older than its suite.
pub const NO_SUCH_CASE: &str = "This case is not in the suite any more. Open the file again.";
/// The other program could not be fetched.
pub const NO_ERRANDS: &str = "The part of this page that shares, opens files and reads what you paste could not be fetched. Is the network there? \
     Try again; what you typed stands where it was.";
/// The other program could not be fetched, and so a link not be read.
pub const LINK_NOT_READ: &str = "The link could not be opened: the part of this page that reads links could not be fetched. Is the network there? \
     Reload the page to try again; the link stands in the address bar.";
/// The clipboard holds it.
pub const COPIED: &str = "Copied.";
/// The clipboard refused.
pub const NOT_COPIED: &str = "The browser did not let this page use the clipboard. Save a file instead, or select the text and copy it.";
/// No file came of it.
pub const NOT_SAVED: &str = "The browser did not let this page save a file. Copy the text instead.";
/// This tab does not keep what is typed, though the browser holds something.
pub const KEPT_APART: &str = "Something is kept from before; this tab leaves it as it is.";
/// This tab no longer keeps what is typed.
pub const KEPT_ELSEWHERE: &str = "Another tab keeps its text in this browser, or has stopped keeping: what you type here is no longer kept. Copy a link before you reload.";
/// The browser keeps nothing.
pub const NO_STORAGE: &str = "The browser keeps nothing for this page. Is its storage full or off?";

/// Why `text` is not shared; `None` when nothing in it looks like a secret. Lines count from 1.
#[must_use]
pub fn not_shared(text: &str, secrets: &[Secret]) -> Option<Text> {
    let line = |secret: &Secret| {
        let before = text.get(..secret.span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    };
    let (first, others) = secrets.split_first()?;
    let what = if others.is_empty() { "it looks like a secret" } else { "these look like secrets" };
    let named: Vec<String> = std::iter::once(first)
        .chain(others)
        .take(MAX_NAMED)
        .map(|secret| format!("{} at line {}", secret_kind(secret.kind), line(secret)))
        .collect();
    let more = match secrets.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(Text::new().say(format!("Not shared: {what} ({}{more}).", named.join(", "))))
}

/// Most secrets that are named in a sentence.
const MAX_NAMED: usize = 5;

/// What a secret looks like.
#[must_use]
pub const fn secret_kind(kind: secrets::Kind) -> &'static str {
    match kind {
        secrets::Kind::PrivateKey => "private key",
        secrets::Kind::SecretAccessKey => "secret access key",
        secrets::Kind::AccessKeyId => "access key ID",
        secrets::Kind::SessionToken => "session token",
        secrets::Kind::Credential => "credential of a signed URL",
        secrets::Kind::Signature => "signature of a signed URL",
        secrets::Kind::Authorization => "authorization header",
        secrets::Kind::WebToken => "JSON Web Token",
        secrets::Kind::UrlPassword => "password in a URL",
    }
}

/// What a mask changes, a sentence for each value, in the order of their first places.
#[must_use]
pub fn replacements(replacements: &[Replacement]) -> Vec<Text> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let first = replacements.iter().filter(|replacement| {
        let times = times.entry(&replacement.from).or_default();
        *times += 1;
        *times == 1
    });
    let first: Vec<&Replacement> = first.collect();
    let sentence = |replacement: &&Replacement| {
        let kind = match replacement.kind {
            mask::Kind::Account => "Account ",
            mask::Kind::CertificateId => "Certificate ID ",
            mask::Kind::Address => "Address ",
            mask::Kind::Endpoint => "Endpoint ",
        };
        let places = match times.get(replacement.from.as_str()) {
            None | Some(1) => String::new(),
            Some(times) => format!(" in {times} places"),
        };
        Text::new().say(kind).code(&replacement.from).say(" becomes ").code(&replacement.to).say(places + ".")
    };
    first.iter().map(sentence).collect()
}
