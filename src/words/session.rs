//! What became of a client session, in a sentence.

use crate::client::{Cause, Closure, Connected, Misuse, Refusal, Stop};
use crate::iot::time::Millis;
use crate::live::driver::{News, Withheld};
use crate::live::wire::OrderError;
use crate::mqtt::reason::reason;
use crate::mqtt::{PacketKind, ReasonCode, Version};

/// A session on its way.
pub const CONNECTING: &str = "Connecting.";
/// Who tells what is told of no session.
pub const NOBODY: &str = "The page";
/// A signed connection without keys.
pub const NO_KEYS: &str = "there are no credentials";
/// A signed connection with keys for days that are over.
pub const KEYS_PAST: &str = "the signing keys are for another day (UTC); give the credentials again";
/// The browser would not even try.
pub const NOT_ALLOWED: &str = "the browser does not allow this connection from this page";

/// What a live session tells.
#[must_use]
pub fn news(news: &News) -> String {
    match news {
        News::Connected(news) => connected(news),
        News::Refused { refusal: why, signed } => refusal(why, *signed),
        News::Disconnected { cause: why, paused: None } => cause(why),
        News::Disconnected { cause: why, paused: Some(length) } => {
            format!("{} Before that, nothing ran in this page for at least {}.", cause(why), long(*length))
        }
        News::Paused(length) => paused(*length),
        News::Rejected { why, repeated: false } => misuse(why),
        News::Rejected { why, repeated: true } => format!("Not sent, and not repeated any more: {why}."),
        News::ComesBack(after) => {
            format!("Connects again in {}.{:01} s.", after.0 / 1000, after.0 % 1000 / 100)
        }
        News::StaysAway(stop) => stays_away(*stop),
        News::Withheld(why) => withheld(why),
    }
}

/// An order of the page that the worker could not take.
#[must_use]
pub fn no_order(why: &OrderError) -> String {
    format!("The worker could not do this: {why}.")
}

fn paused(length: Millis) -> String {
    format!(
        "Nothing ran in this page for at least {}: the browser had frozen it in the background, or the computer slept. (Its \
         clock set forward looks the same.) Connections may end meanwhile: Chromium ends every WebSocket of a page that it froze \
         (observed in version 156), and a broker ends a connection on which it hears nothing for one and a half times the \
         keep-alive.",
        long(length)
    )
}

/// Rounded down.
fn long(length: Millis) -> String {
    match length.0 / 1000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

fn stays_away(stop: Stop) -> String {
    match stop {
        Stop::TakenOver => {
            "Does not connect again: another connection has this client ID now, and each would evict \
                            the other."
                .to_owned()
        }
        Stop::ShortConnections(times) => format!(
            "Does not connect again: {times} connections in a row were closed soon after they stood, as when another \
             client has the same client ID."
        ),
        Stop::Refused(_) => "Does not connect again: the answer would be the same.".to_owned(),
        Stop::Attempts(times) => format!("Does not connect again: {times} attempts in a row have failed."),
        Stop::OwnRequest => "Does not connect again.".to_owned(),
    }
}

fn withheld(why: &Withheld) -> String {
    match why {
        Withheld::NoWay => "Not connected: nobody has said where to.".to_owned(),
        Withheld::Forgotten => {
            "Not connected: the credentials were forgotten. Give them again. To connect to another broker without any, \
             leave its fields empty and press Use this."
                .to_owned()
        },
        Withheld::Login(error) => format!("Not connected: the credentials cannot be sent: {error}."),
        Withheld::Refusals(times) => format!(
            "Not connected: {times} handshakes in a row were refused, and for each more the browser delays all \
             connections of this page. Find the reason, then connect again."
        ),
        Withheld::Sessions(most) => {
            format!("Not connected: at most {most} sessions at a time, unless you lift the limit.")
        }
        Withheld::Rate(most) => format!(
            "Not published, and not repeated any more: at most {most} messages a second, unless you lift the limit."
        ),
        Withheld::Run(length) => {
            format!(
                "The run was ended after {}, the limit of this tab. Lift the limits to run longer.",
                lasting(*length)
            )
        }
        Withheld::Steps(left) => format!(
            "The rest of the plan was left out ({left} step{}), because nothing ran for a while. Run it again.",
            if *left == 1 { "" } else { "s" }
        ),
        Withheld::Rounds(times) => format!(
            "Does not connect again: it has come back {times} times in a row, and no connection has lasted. You can lift \
             the limit."
        ),
        Withheld::Repeats(most) => format!("Not repeated: this session repeats {most} messages already."),
    }
}

fn lasting(length: Millis) -> String {
    match length.0 {
        60_000 => "1 minute".to_owned(),
        whole if whole % 60_000 == 0 => format!("{} minutes", whole / 60_000),
        other => format!("{} s", other / 1000),
    }
}

/// A connection that was accepted.
#[must_use]
pub fn connected(connected: &Connected) -> String {
    let session = if connected.session_present { "an older session goes on" } else { "a new session" };
    format!("Connected as {}: {session}, keep-alive {} s.", connected.client_id, connected.keep_alive)
}

/// A connection that did not come to be; `signed` when its URL was.
#[must_use]
pub fn refusal(refusal: &Refusal, signed: bool) -> String {
    match refusal {
        Refusal::NotOpened(closure) if signed && closure.code.is_some() => format!(
            "The connection could not be opened{}. What it can be, and how to find out, stands above the sessions.",
            ending(closure)
        ),
        Refusal::Code(answer) => {
            let version = if answer.code.0 < 0x80 { Version::V311 } else { Version::V5 };
            format!("Refused: {}.", code(version, PacketKind::ConnAck, answer.code))
        }
        Refusal::NotOpened(closure) => format!("The connection could not be opened{}.", ending(closure)),
        Refusal::ClosedWithoutConnAck(closure) => format!(
            "Refused: the endpoint closed the connection without an answer to CONNECT{}. AWS IoT Core does so in MQTT \
             3.1.1 when no policy allows this client ID (observed).",
            ending(closure)
        ),
        Refusal::Timeout => "No answer to CONNECT in time.".to_owned(),
        Refusal::PeerError(error) => format!("What the endpoint sent is not MQTT: {error}."),
        Refusal::OwnRequest => "Given up.".to_owned(),
    }
}

/// The end of a connection that stood.
#[must_use]
pub fn cause(cause: &Cause) -> String {
    match cause {
        Cause::OwnRequest => "Disconnected by you.".to_owned(),
        Cause::ServerDisconnect(packet) => {
            format!("Ended by the endpoint: {}.", code(Version::V5, PacketKind::Disconnect, packet.code))
        }
        Cause::Closed(closure) => format!("The connection was lost{}.", ending(closure)),
        Cause::KeepAliveTimeout => "Given up: the endpoint did not answer PINGREQ.".to_owned(),
        Cause::PeerError(error) => format!("Closed, because what the endpoint sent is not right: {error}."),
    }
}

/// A command that was not carried out.
#[must_use]
pub fn misuse(why: &Misuse) -> String {
    format!("Not sent: {why}.")
}

/// A reason code with its name, such as `Not authorized (0x87)`.
pub(super) fn code(version: Version, kind: PacketKind, code: ReasonCode) -> String {
    reason(version, kind, code).map_or_else(
        || format!("code {:#04x}", code.0),
        |reason| format!("{} ({:#04x})", reason.name, code.0),
    )
}

/// What a browser knows of a closed WebSocket.
fn ending(closure: &Closure) -> String {
    match (closure.code, closure.reason.as_str()) {
        (None, "") => String::new(),
        (None, reason) => format!(": {reason}"),
        (Some(1006), _) => " (WebSocket close code 1006: the browser is told no reason)".to_owned(),
        (Some(code), "") => format!(" (WebSocket close code {code})"),
        (Some(code), reason) => format!(" (WebSocket close code {code}: {reason})"),
    }
}
