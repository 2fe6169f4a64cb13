//! What a client does: steps, and what it does each time that it is let in.

use serde_json::value::RawValue;

use super::property::bytes;
use super::words::{Number, number};
use crate::client::Message;
use crate::lab::scenario::{Action, Do};
use crate::mqtt::{Qos, Subscription};
use crate::suite::format::fields::{FromJson, Object, Word, Wrong};

impl Word for Do {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("connect", Self::Connect),
        ("subscribe", Self::Subscribe),
        ("unsubscribe", Self::Unsubscribe),
        ("publish", Self::Publish),
        ("disconnect", Self::Disconnect),
        ("cut", Self::Cut),
        ("halfOpen", Self::HalfOpen),
        ("stall", Self::Stall),
        ("resume", Self::Resume),
    ];
}

/// Reads the fields of an action; other fields may stand beside them.
pub(super) fn action(object: &mut Object<'_>) -> Result<Action, Wrong> {
    Ok(match object.needed("do", "what it does, such as `\"connect\"`")? {
        Do::Connect => Action::Connect,
        Do::Subscribe => Action::Subscribe(subscriptions(object)?),
        Do::Unsubscribe => match (object.optional("filter")?, object.optional("filters")?) {
            (Some(filter), None) => Action::Unsubscribe(vec![filter]),
            (None, Some(filters)) => Action::Unsubscribe(filters),
            _ => return Err(one_or_many(object)),
        },
        Do::Publish => Action::Publish(Message {
            topic: object.needed("topic", "the topic name")?,
            payload: payload(object, "payload", "payloadBase64")?.unwrap_or_default(),
            qos: object.or_default("qos")?,
            retain: object.or_default("retain")?,
            properties: object.or_default("properties")?,
        }),
        Do::Disconnect => Action::Disconnect,
        Do::Cut => Action::Cut,
        Do::HalfOpen => Action::HalfOpen,
        Do::Stall => Action::Stall,
        Do::Resume => Action::Resume,
    })
}

impl FromJson for Action {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let action = action(&mut object)?;
        object.finish()?;
        Ok(action)
    }
}

/// One subscription whose fields stand here, or a list of them under `filters`.
fn subscriptions(object: &mut Object<'_>) -> Result<Vec<Subscription>, Wrong> {
    let one: Option<String> = object.optional("filter")?;
    let many: Option<Vec<Subscription>> = object.optional("filters")?;
    match (one, many) {
        (Some(filter), None) => Ok(vec![options(object, filter)?]),
        (None, Some(filters)) => Ok(filters),
        _ => Err(one_or_many(object)),
    }
}

fn one_or_many(object: &Object<'_>) -> Wrong {
    Wrong::new(object.path("filter"), "write either a `filter` or a list of `filters`")
}

impl FromJson for Subscription {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let filter = object.needed("filter", "the topic filter")?;
        let subscription = options(&mut object, filter)?;
        object.finish()?;
        Ok(subscription)
    }
}

fn options(object: &mut Object<'_>, filter: String) -> Result<Subscription, Wrong> {
    Ok(Subscription {
        filter,
        qos: object.optional::<Qos>("qos")?.unwrap_or_default(),
        no_local: object.or_default("noLocal")?,
        retain_as_published: object.or_default("retainAsPublished")?,
        retain_handling: object.optional::<Number<2>>("retainHandling")?.map(number).unwrap_or_default(),
    })
}

/// Bytes that stand there as text, or in base64 under the other name.
pub(super) fn payload(
    object: &mut Object<'_>,
    text: &'static str,
    base64: &'static str,
) -> Result<Option<Vec<u8>>, Wrong> {
    let plain: Option<String> = object.optional(text)?;
    let path = object.path(base64);
    let coded = object.raw(base64).map(|raw| bytes(raw, &path)).transpose()?;
    match (plain, coded) {
        (Some(_), Some(_)) => Err(Wrong::new(path, format!("stands beside `{text}`; write one of them"))),
        (plain, coded) => Ok(plain.map(String::into_bytes).or(coded)),
    }
}
