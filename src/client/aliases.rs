//! Topic aliases in one direction of one connection (MQTT 5 section 3.3.2.3.4).

use std::collections::BTreeMap;

use super::error::PeerError;
use crate::mqtt::{Property, Publish};

/// Which topic each alias stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aliases {
    /// The highest that the receiving side takes; 0 takes none.
    maximum: u16,
    topics: BTreeMap<u16, String>,
}

impl Aliases {
    pub(super) fn new(maximum: u16) -> Self {
        Self { maximum, topics: BTreeMap::new() }
    }

    /// Receiving: puts the topic in for its alias, and keeps a new one.
    pub(super) fn resolve(&mut self, publish: &mut Publish) -> Result<(), PeerError> {
        let Some(alias) = alias_of(publish) else { return Ok(()) };
        if alias == 0 || alias > self.maximum {
            return Err(PeerError::TopicAlias);
        }
        if publish.topic.is_empty() {
            publish.topic = self.topics.get(&alias).ok_or(PeerError::TopicAlias)?.clone();
        } else {
            self.learn(alias, publish.topic.clone());
        }
        Ok(())
    }

    /// Sending: takes away an alias that this server does not take; the topic says it all.
    pub(super) fn fit(&self, publish: &mut Publish) {
        if alias_of(publish).is_some_and(|alias| alias > self.maximum) {
            remove_alias(publish);
        }
    }

    /// Sending: takes away a topic that its alias already stands for, or gives what to
    /// [`learn`](Self::learn) once the message has gone.
    pub(super) fn shorten(&self, publish: &mut Publish) -> Option<(u16, String)> {
        let alias = alias_of(publish)?;
        if self.topics.get(&alias) == Some(&publish.topic) {
            publish.topic.clear();
            return None;
        }
        Some((alias, publish.topic.clone()))
    }

    /// From now on the alias stands for the topic.
    pub(super) fn learn(&mut self, alias: u16, topic: String) {
        self.topics.insert(alias, topic);
    }
}

pub(super) fn remove_alias(publish: &mut Publish) {
    publish.properties.0.retain(|property| !matches!(property, Property::TopicAlias(_)));
}

fn alias_of(publish: &Publish) -> Option<u16> {
    publish.properties.0.iter().find_map(|property| match property {
        Property::TopicAlias(alias) => Some(*alias),
        _ => None,
    })
}
