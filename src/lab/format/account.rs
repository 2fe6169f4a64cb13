//! The limits of the account that a scenario changes.

use serde_json::value::RawValue;

use super::words::{Number, Seconds, number};
use crate::broker::Config;
use crate::suite::format::fields::{FromJson, Object, Wrong};

/// What is not given is as in a new account of AWS.
#[derive(Default)]
pub(super) struct AccountJson(pub(super) Config);

impl FromJson for AccountJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let usual = Config::default();
        let mut time =
            |name, usual| object.optional::<Seconds>(name).map(|time| time.map_or(usual, Seconds::millis));
        let session_expiry = time("sessionExpiry", usual.session_expiry)?;
        let connect_interval = time("connectInterval", usual.connect_interval)?;
        let connect_timeout = time("connectTimeout", usual.connect_timeout)?;
        let mut count = |name, usual| {
            object.optional::<Number<268_435_455>>(name).map(|count| count.map_or(usual, number))
        };
        let account = Config {
            session_expiry,
            connect_interval,
            connect_timeout,
            max_packet: count("maxPacket", usual.max_packet)?,
            max_payload: count("maxPayload", usual.max_payload)?,
            max_subscriptions: count("maxSubscriptions", usual.max_subscriptions)?,
            max_stored: count("maxStored", usual.max_stored)?,
            ..usual
        };
        object.finish()?;
        Ok(Self(account))
    }
}

/// The names and values, in JSON, of what is not as in a new account.
pub(super) fn written(account: &Config) -> Vec<(&'static str, String)> {
    let usual = Config::default();
    let times = [
        ("sessionExpiry", account.session_expiry, usual.session_expiry),
        ("connectInterval", account.connect_interval, usual.connect_interval),
        ("connectTimeout", account.connect_timeout, usual.connect_timeout),
    ];
    let counts = [
        ("maxPacket", account.max_packet, usual.max_packet),
        ("maxPayload", account.max_payload, usual.max_payload),
        ("maxSubscriptions", account.max_subscriptions, usual.max_subscriptions),
        ("maxStored", account.max_stored, usual.max_stored),
    ];
    let times = times.into_iter().filter(|(_, now, usual)| now != usual);
    let counts = counts.into_iter().filter(|(_, now, usual)| now != usual);
    let times = times.map(|(name, now, _)| (name, super::read::seconds(now.0)));
    times.chain(counts.map(|(name, now, _)| (name, now.to_string()))).collect()
}
