//! The worker that holds the live sessions. It runs the same program as the page.

use zeroize::Zeroizing;

use super::rim::{self, Craft, Keys};
use crate::app::browser::key_store;
use crate::iot::calendar::UtcTime;
use crate::iot::time::UnixTime;
use crate::live::driver::{Input, Way};
use crate::live::wire::Order;
use crate::sigv4::{PresignRequest, Signature};
use crate::words;

/// Answers the page from inside a worker until the page ends it.
pub(super) fn run() {
    rim::run(Craft { read, say: words::session::news, sign: |way, keys| Box::pin(signed_url(way, keys)) });
}

fn read(order: &str) -> Result<Input, String> {
    Order::read(order).and_then(Order::input).map_err(|why| words::session::no_order(&why))
}

/// The URL that carries the signature, made for this moment.
async fn signed_url(way: Way, keys: Option<Keys>) -> Result<Zeroizing<String>, String> {
    let keys = keys.ok_or(words::session::NO_KEYS)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let now = UnixTime((js_sys::Date::now() / 1000.0) as u64);
    let request = PresignRequest {
        endpoint: &way.endpoint,
        region: way.sign.as_ref(),
        access_key: &keys.access_key,
        at: now,
        expires: None,
    };
    let unsigned = request.prepare().map_err(|error| error.to_string())?;
    let today = UtcTime::from_unix(now).map(UtcTime::basic_date).unwrap_or_default();
    let (_, key) = keys.days.iter().find(|(day, _)| *day == today).ok_or(words::session::KEYS_PAST)?;
    let signature = key_store::sign(key, unsigned.string_to_sign().as_str())
        .await
        .map_err(|error| error.sentence().to_owned())?;
    let signature = Signature::from_bytes(&signature).map_err(|error| error.to_string())?;
    Ok(unsigned.signed(&signature, keys.token.as_ref()).into_text())
}
