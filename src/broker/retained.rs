//! Retained messages: the last one of each topic.
//!
//! - A retained PUBLISH without payload deletes (documented: Developer Guide, MQTT retained messages).
//! - A filter with wildcards and a shared subscription get none, a filter without wildcards gets its own
//!   (documented: Developer Guide, MQTT differences).

use std::collections::BTreeMap;

use super::session::Message;

/// By topic.
#[derive(Debug, Default)]
pub(super) struct Retained(BTreeMap<String, Message>);

impl Retained {
    pub(super) fn keep(&mut self, message: Message) {
        if message.payload.is_empty() {
            self.0.remove(&message.topic);
        } else {
            self.0.insert(message.topic.clone(), message);
        }
    }

    pub(super) fn of(&self, topic: &str) -> Option<&Message> {
        self.0.get(topic)
    }
}
