//! The words between the page and the worker that holds the sockets.

use serde::{Deserialize, Serialize};

use crate::app::workspace::MqttVersion;

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// No connection, none wanted.
    #[default]
    Idle,
    /// On the way.
    Connecting,
    /// Accepted.
    Connected,
    /// Over for MQTT; the socket is still closing.
    Closing,
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Make the session (or make it anew) and connect.
    Connect {
        /// Its number.
        session: u32,
        /// The URL without signature; the lock decides what is reachable.
        url: String,
        /// Sign for this region; nothing for a plain WebSocket.
        sign: Option<String>,
        /// Of the CONNECT.
        client_id: String,
        /// Of the CONNECT.
        version: MqttVersion,
        /// Of the CONNECT, in seconds.
        keep_alive: u16,
    },
    /// Subscribe to one filter.
    Subscribe {
        /// Of which session.
        session: u32,
        /// The filter.
        filter: String,
        /// 0 or 1.
        qos: u8,
    },
    /// Publish one message.
    Publish {
        /// Of which session.
        session: u32,
        /// The topic.
        topic: String,
        /// The message.
        payload: String,
        /// 0 or 1.
        qos: u8,
    },
    /// Say goodbye and close.
    Disconnect {
        /// Which session.
        session: u32,
    },
    /// Drop the signing keys.
    Forget,
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The worker listens; what was sent before would be lost.
    Ready,
    /// Things that happened, in order.
    Happened(Vec<Happening>),
}

/// One thing that happened to a live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Milliseconds since the worker started.
    pub at: u64,
    /// Which session.
    pub session: u32,
    /// Which of its connections, from 1; 0 before the first.
    pub number: u32,
    /// What.
    pub what: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket is closed, or was never made.
    Closed {
        /// This page closed it, or could not make it.
        own: bool,
        /// WebSocket close code.
        code: Option<u16>,
        /// WebSocket close reason, or why it was not made.
        reason: String,
    },
    /// The bytes of a packet that went out.
    Sent(#[serde(with = "hex")] Vec<u8>),
    /// The bytes of a packet that came in.
    Received(#[serde(with = "hex")] Vec<u8>),
    /// Where the session stands now.
    Phase(Phase),
    /// What the session tells and no packet shows.
    News(String),
}

/// Bytes on their way between worker and page.
mod hex {
    use std::fmt::Write;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            .collect::<Option<_>>()
            .ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Connect, Packet, Version, encode};

    #[test]
    fn a_happening_survives_the_way_between_worker_and_page() {
        let connect = Packet::Connect(Connect::clean(Version::V5, "temp-sensor-01"));
        let what = Event::Sent(encode(&connect, Version::V5).unwrap());
        let told = FromWorker::Happened(vec![Happening { at: 7, session: 3, number: 1, what }]);
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<FromWorker>(&text).unwrap(), told);
    }
}
