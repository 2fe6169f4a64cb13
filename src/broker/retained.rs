//! Retained messages: the last one of each topic.
//!
//! - A retained PUBLISH without payload deletes (documented: Developer Guide, MQTT retained messages).
//! - A filter with wildcards and a shared subscription get none, a filter without wildcards gets its own
//!   (documented: Developer Guide, MQTT differences).
//! - Beyond the account's limit nothing new is kept; that the message itself goes out all the same is inferred.

use std::collections::BTreeMap;

use super::session::Message;

/// By topic.
#[derive(Clone, Debug, Default)]
pub(super) struct Retained {
    messages: BTreeMap<String, Message>,
    /// Of all payloads.
    bytes: usize,
}

impl Retained {
    /// Takes the place of what is kept for the topic, if there is room.
    pub(super) fn keep(&mut self, message: Message, most: usize, most_bytes: usize) {
        if let Some(old) = self.messages.remove(&message.topic) {
            self.bytes -= old.payload.len();
        }
        let bytes = self.bytes.saturating_add(message.payload.len());
        if !message.payload.is_empty() && self.messages.len() < most && bytes <= most_bytes {
            self.bytes = bytes;
            self.messages.insert(message.topic.clone(), message);
        }
    }

    pub(super) fn of(&self, topic: &str) -> Option<&Message> {
        self.messages.get(topic)
    }

    /// By topic.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    /// How many there are, and their bytes.
    pub(super) fn holds(&self) -> (usize, usize) {
        (self.messages.len(), self.messages.values().map(Message::bytes).sum())
    }
}
