//! The lines that mosquitto's clients print with `-d` (observed: 2.0.11, see `crate::lab::mosquitto`).

use std::collections::BTreeMap;

use super::recording::{answered, outcome};
use super::{Observation, Outcome, Witness};
use crate::lab::mosquitto;
use crate::live::predict::Ask;
use crate::mqtt::ReasonCode;
use crate::timeline::Certainty;

/// The programs of a paste, by client ID, and the one that spoke last: some lines name none.
#[derive(Debug, Default)]
pub(super) struct Terminal {
    clients: BTreeMap<String, Client>,
    last: String,
    /// A payload is printed after its packet, and is a line like any other.
    payload_due: bool,
}

/// What a client waits for.
#[derive(Debug, Default)]
struct Client {
    connecting: bool,
    connected: bool,
    subscribing: BTreeMap<u16, Vec<String>>,
    publishing: BTreeMap<u16, String>,
}

/// Lines that tell nothing beyond those before them.
const QUIET: &[&str] = &[
    "Connection error: ",
    "Error: The connection was refused.",
    "Error: A network protocol error",
    "Error: The client is not currently connected.",
    "All subscription requests were denied.",
    "Warning: Publish ",
];

impl Terminal {
    /// Takes a line in; whether it is one of these programs'.
    pub(super) fn line(&mut self, line: &str, number: usize, out: &mut Vec<Observation>) -> bool {
        let mut found = Vec::new();
        let known = self.take(line, &mut found);
        out.extend(found.into_iter().map(|(client, ask, outcome)| Observation {
            witness: Witness::Mosquitto,
            place: number,
            session: None,
            client_id: Some(client),
            ask,
            outcome,
        }));
        if !known && std::mem::take(&mut self.payload_due) {
            return true;
        }
        known
    }

    fn take(&mut self, line: &str, found: &mut Vec<(String, Ask, Outcome)>) -> bool {
        let command = line.trim_start_matches(['$', '#', ' ']);
        if command.starts_with("mosquitto_") {
            let paste = mosquitto::read(command.trim_end_matches(['&', ' ']));
            if let Some(command) = paste.commands.first() {
                self.last.clone_from(&command.connect.client_id);
                self.clients.remove(&self.last);
            }
            return true;
        }
        if let Some(said) = line.strip_prefix("Client ") {
            let Some((id, said, sends)) = split(said) else { return false };
            id.clone_into(&mut self.last);
            let client = self.clients.entry(id.to_owned()).or_default();
            self.payload_due |= !sends && said.starts_with("PUBLISH ");
            let asks = if sends { client.sends(said) } else { client.receives(said) };
            found.extend(asks.into_iter().map(|(ask, outcome)| (id.to_owned(), ask, outcome)));
            return true;
        }
        let last = self.last.clone();
        let client = self.clients.entry(last.clone()).or_default();
        let asks = if let Some(codes) = line.strip_prefix("Subscribed (mid: ") {
            client.subscribed(codes)
        } else if line.starts_with("Error: The connection was lost.") {
            client.closed()
        } else if let Some(code) = line.strip_prefix("Received DISCONNECT (") {
            match number(code) {
                Some(142) => {
                    *client = Client::default();
                    vec![(Ask::Takeover, Outcome::Yes(Certainty::Stated))]
                }
                Some(135) => client.closed(),
                _ => Vec::new(),
            }
        } else {
            return QUIET.iter().any(|quiet| line.starts_with(quiet));
        };
        found.extend(asks.into_iter().map(|(ask, outcome)| (last.clone(), ask, outcome)));
        true
    }
}

/// Client ID, what follows, and whether the client sends it.
fn split(said: &str) -> Option<(&str, &str, bool)> {
    let sends = said.split_once(" sending ").map(|(id, what)| (id, what, true));
    let receives = said.split_once(" received ").map(|(id, what)| (id, what, false));
    // The one that comes first: a topic may hold the other.
    [sends, receives].into_iter().flatten().min_by_key(|(id, ..)| id.len())
}

/// The number at the beginning of a text.
fn number(text: &str) -> Option<u16> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// The number behind a name, such as `Mid: `.
fn named(text: &str, name: &str) -> Option<u16> {
    number(text.split_once(name)?.1)
}

impl Client {
    fn sends(&mut self, said: &str) -> Vec<(Ask, Outcome)> {
        if said.starts_with("CONNECT") {
            // The connection before this one was closed, and the program says nothing about it.
            let before = self.closed();
            self.connecting = true;
            return before;
        }
        if said.starts_with("DISCONNECT") {
            *self = Self::default();
        } else if said.starts_with("SUBSCRIBE") {
            let topic = said.split_once("Topic: ").and_then(|(_, rest)| rest.rsplit_once(", QoS: "));
            if let (Some(mid), Some((topic, _))) = (named(said, "Mid: "), topic) {
                self.subscribing.entry(mid).or_default().push(topic.to_owned());
            }
        } else if said.starts_with("PUBLISH")
            && let (Some(mid), Some(topic)) = (named(said, ", m"), topic(said))
            && !said.contains(", q0, ")
        {
            self.publishing.insert(mid, topic);
        }
        Vec::new()
    }

    fn receives(&mut self, said: &str) -> Vec<(Ask, Outcome)> {
        if let Some(code) = said.strip_prefix("CONNACK (").and_then(number) {
            self.connecting = false;
            self.connected = code == 0;
            let code = ReasonCode(u8::try_from(code).unwrap_or(u8::MAX));
            // 5 refuses in MQTT 3.1.1, 135 in MQTT 5; neither means anything else in the other.
            let not_authorized = if code.is_failure() { ReasonCode::NOT_AUTHORIZED } else { ReasonCode(5) };
            return vec![(Ask::Connect, outcome(code, self.connected, not_authorized))];
        }
        if said.starts_with("PUBACK") || said.starts_with("PUBREC") {
            let topic = named(said, "Mid: ").and_then(|mid| self.publishing.remove(&mid));
            let code = named(said, "RC:").and_then(|code| u8::try_from(code).ok()).unwrap_or_default();
            return topic
                .map(|topic| (Ask::Publish { topic }, answered(ReasonCode(code))))
                .into_iter()
                .collect();
        }
        if said.starts_with("PUBLISH") {
            let topic = topic(said);
            return topic
                .map(|topic| (Ask::Receive { topic }, Outcome::Yes(Certainty::Stated)))
                .into_iter()
                .collect();
        }
        Vec::new()
    }

    /// `1): 1, 135`
    fn subscribed(&mut self, said: &str) -> Vec<(Ask, Outcome)> {
        let filters = number(said).and_then(|mid| self.subscribing.remove(&mid)).unwrap_or_default();
        let codes = said.split_once("): ").map_or("", |(_, codes)| codes);
        let codes = codes.split(", ").map(|code| ReasonCode(code.trim().parse().unwrap_or(u8::MAX)));
        filters
            .into_iter()
            .zip(codes)
            .map(|(filter, code)| (Ask::Subscribe { filter }, answered(code)))
            .collect()
    }

    /// The connection ended: what waited for an answer was most likely refused.
    fn closed(&mut self) -> Vec<(Ask, Outcome)> {
        let likely = Outcome::Refused(Certainty::Likely);
        let Self { connecting, connected, subscribing, publishing } = std::mem::take(self);
        let filters: Vec<String> = subscribing.into_values().flatten().collect();
        if connecting {
            return vec![(Ask::Connect, likely)];
        }
        let waiting = filters.len() + publishing.len();
        let outcome = if waiting == 1 { likely } else { Outcome::Unclear };
        let asks = filters.into_iter().map(|filter| Ask::Subscribe { filter });
        let asks = asks.chain(publishing.into_values().map(|topic| Ask::Publish { topic }));
        let idle = (connected && waiting == 0).then_some((Ask::Takeover, Outcome::Unclear));
        asks.map(|ask| (ask, outcome)).chain(idle).collect()
    }
}

/// Between `'` and `', ... (`: a topic may hold quotes.
fn topic(said: &str) -> Option<String> {
    let (_, rest) = said.split_once(", '")?;
    Some(rest.rsplit_once("', ... (")?.0.to_owned())
}
