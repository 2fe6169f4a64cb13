//! What became of a client session, in a sentence.

use crate::client::{Cause, Closure, Connected, Misuse, Refusal};
use crate::mqtt::reason::reason;
use crate::mqtt::{PacketKind, ReasonCode, Version};

/// A session on its way.
pub const CONNECTING: &str = "Connecting.";
/// A signed connection without keys.
pub const NO_KEYS: &str = "there are no credentials";
/// A signed connection with keys for days that are over.
pub const KEYS_PAST: &str = "the signing keys are for another day (UTC); give the credentials again";
/// The browser would not even try.
pub const NOT_ALLOWED: &str = "the browser does not allow this connection from this page";

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
            "The connection could not be opened{}. Usual reasons, most likely first: this computer's clock is minutes \
             off; a wrong secret or session token, or an expired one; the key is for another region; the endpoint cannot \
             be reached.",
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
