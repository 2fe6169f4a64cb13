//! What the page tells about itself and about what was asked of it.

/// Signing without keys.
pub const NO_CREDENTIALS: &str =
    "Connections are to be signed, but there are no credentials. Give them first.";
/// A keep-alive that is none.
pub const KEEP_ALIVE: &str =
    "The keep-alive is not a whole number of seconds from 0 (off) to 65535. Correct it.";
/// An endpoint without a region in its name.
pub const REGION_NEEDED: &str = "This endpoint does not name its region. Type it into the region field.";
/// The typed endpoint is not the one of the lock.
pub const OTHER_LOCK: &str =
    "The page is locked to another endpoint than the one that is typed. Lock it anew.";
/// Leaving with sessions that stand.
pub const DISCONNECTING: &str = "The sessions are being disconnected. Press Leave Live again.";
/// Leaving for another version of the page with sessions that stand.
pub const DISCONNECTING_FIRST: &str = "The sessions are being disconnected. Press Reload again.";
/// The worker has failed.
pub const WORKER_LOST: &str = "The part of this page that holds the connections has stopped, and they with it. Leave Live and lock the page again.";
/// The browser keeps nothing for the next load.
pub const NO_RELOAD: &str = "The browser keeps nothing from one load of this page to the next, so it cannot be locked. Is its storage full or off?";

/// The other program could not be fetched, so its screen stays shut.
pub const NOT_OPENED: &str = "The screen could not be fetched from the server that this page came from. Is the network there? Try again; what you \
     typed stands where it was.";
/// The file of the reference did not come.
pub const REFERENCE_MISSING: &str =
    "The tables of the reference could not be fetched from the server that this page came from.";
/// What came is not the reference of this version.
pub const REFERENCE_UNREADABLE: &str =
    "What the server sent is not the reference of this version. Reload the page, or try again.";
/// What presenter mode does.
pub const PRESENTED: &str =
    "Account numbers, certificate IDs, addresses and endpoints are masked. Leave presenter mode to edit.";

/// A field that presenter mode shows masked.
pub const HIDDEN: &str = "This is shown masked, so it cannot be changed here. Leave presenter mode first.";
/// The panel of what leaves is not there in presenter mode.
pub const NOT_SHARED: &str = "Nothing is shared, saved or opened in presenter mode. Leave it first.";
/// Presenter mode has no stand-ins for what a real broker sends.
pub const LIVE_NOT_PRESENTED: &str = "Live shows a real endpoint and what really came from it, so it is not shown in presenter mode. Sessions that stand \
     go on.";
/// Presenter mode shows other answers than the real ones.
pub const MASKS_CHANGE: &str = "The masks change an answer: a wildcard cuts a masked value. What is shown is the answer for the masked text.";

/// What the page before left was not readable.
#[must_use]
pub fn unreadable(why: &str) -> String {
    format!("What the page before this one left could not be read ({why}). The example stands here instead.")
}

/// More policies than the screen takes.
#[must_use]
pub fn too_many_policies(count: usize, limit: usize) -> String {
    format!("it has {count} policies, and at most {limit} stand side by side")
}

/// Too much text to take along to the next load.
#[must_use]
pub fn too_much(bytes: usize, limit: usize) -> String {
    format!(
        "What is typed takes {bytes} bytes; at most {limit} travel with a load of the page. Shorten the policies first: \
         nothing was changed."
    )
}

/// A change that would make a text too long was not made.
#[must_use]
pub fn refused(bytes: usize, limit: usize) -> String {
    format!("Not taken: the text would have {bytes} bytes, and at most {limit} are read. It is as it was.")
}

/// A policy could not be laid out anew.
#[must_use]
pub fn not_formatted((line, column): (usize, usize)) -> String {
    format!("Not formatted: the text is not JSON yet, see line {line}, column {column}. Nothing was changed.")
}

/// A policy would be too long, laid out anew.
#[must_use]
pub fn not_formatted_too_long(limit: usize) -> String {
    format!("Not formatted: the text would have more than {limit} bytes. Nothing was changed.")
}

/// Endpoint and region field contradict.
#[must_use]
pub fn other_region(stated: &str, typed: &str) -> String {
    format!(
        "The endpoint is in {stated}, the region field says {typed}. Empty the field or correct the endpoint."
    )
}

/// The keys sign for another region than the endpoint's.
#[must_use]
pub fn keys_of_other_region(keys: &str, wanted: &str) -> String {
    format!(
        "The signing keys are for {keys}, this connection needs {wanted}. Forget them and give the credentials again."
    )
}

/// What this load of the page can reach, which the browser enforces.
#[must_use]
pub fn reach(source: Option<&str>) -> String {
    let reach = match source {
        None => "Stays in this tab: this page can reach no server but the one it came from".to_owned(),
        Some(source) => {
            format!("Locked: this page can reach {source} and the server it came from, and no other")
        }
    };
    format!("{reach}; your browser enforces it. Not covered: links that you follow, and WebRTC.")
}
