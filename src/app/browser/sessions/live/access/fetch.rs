//! What the page asks over HTTPS: Cognito for credentials, its own server for the time.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    Response,
};
use zeroize::Zeroizing;

use super::secret;
use crate::access::clock::http_date;
use crate::access::cognito::{CONTENT_TYPE, CognitoError, MAX_ANSWER, Request, TARGET_HEADER};
use crate::app::sessions::live::access::Failure;
use crate::iot::time::UnixTime;

/// So long an answer is waited for, in milliseconds.
const PATIENCE: u32 = 20_000;

/// The status and the body that a request to Cognito is answered with.
pub(super) async fn ask(url: &str, request: &Request) -> Result<(u16, Zeroizing<Vec<u8>>), Failure> {
    let answer = send(url, request).await.map_err(|_| Failure::Unreachable)?;
    let body = JsFuture::from(answer.array_buffer().map_err(|_| Failure::Unreachable)?);
    let body = Uint8Array::new(&body.await.map_err(|_| Failure::Unreachable)?);
    if body.length() as usize > MAX_ANSWER {
        return Err(Failure::Cognito(CognitoError::TooLong));
    }
    Ok((answer.status(), secret::emptied(&body)))
}

async fn send(url: &str, request: &Request) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", CONTENT_TYPE)?;
    headers.set(TARGET_HEADER, request.target)?;
    let init = plain("POST");
    init.set_headers(&headers);
    init.set_body(&request.body.as_str().into());
    fetch(url, &init).await
}

/// The time of the server that the page came from; nothing when it cannot be asked, as without a network. The service worker
/// keeps out of requests for a head.
pub(super) async fn server_time() -> Option<UnixTime> {
    if !gloo::utils::window().navigator().on_line() {
        return None;
    }
    let answer = fetch("./", &plain("HEAD")).await.ok()?;
    let header = |name| answer.headers().get(name).ok().flatten();
    let date = http_date(&header("Date")?)?;
    // A cache on the way says how old its answer is (RFC 9111, section 5.1).
    let age = header("Age").and_then(|age| age.parse().ok()).unwrap_or(0);
    Some(UnixTime(date.0.saturating_add(age)))
}

/// A request without cookies, caches, redirects and referrer.
fn plain(method: &str) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    init
}

async fn fetch(url: &str, init: &RequestInit) -> Result<Response, JsValue> {
    JsFuture::from(gloo::utils::window().fetch_with_str_and_init(url, init)).await?.dyn_into()
}
