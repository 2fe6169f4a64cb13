//! The credentials form. What is typed here goes straight into a key that cannot be read back; the secret is
//! never a value of the program, only of the browser.

use js_sys::{Date, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ClipboardEvent, HtmlInputElement};
use yew::prelude::*;

use crate::app::browser::key_store::{self, SecretError};
use crate::app::browser::sessions::link::KeysForWorker;
use crate::app::sessions::live::access::Keys;
use crate::iot::calendar::UtcTime;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, KeyKind, SERVICE, SessionToken, SigningError};
use crate::words;

const DAY_SECONDS: u64 = 86_400;

/// What the form needs and what it gives.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser) struct Props {
    /// The region to sign for, or why there is none.
    pub(in crate::app::browser) region: Result<Region, String>,
    /// Takes the keys and what the page may say of them.
    pub(in crate::app::browser) taken: Callback<(KeysForWorker, Keys)>,
}

/// Three fields and a button; the fields are empty again once their values are taken.
#[component]
pub(in crate::app::browser) fn Credentials(props: &Props) -> Html {
    let (access_key, secret, token) = (use_node_ref(), use_node_ref(), use_node_ref());
    let problem = use_state(|| None::<String>);
    let long_lived = use_state(|| false);

    let take = {
        let fields = [access_key.clone(), secret.clone(), token.clone()];
        let (problem, long_lived) = (problem.clone(), long_lived.clone());
        let (region, taken) = (props.region.clone(), props.taken.clone());
        Callback::from(move |anyway: bool| {
            let (fields, problem, long_lived) = (fields.clone(), problem.clone(), long_lived.clone());
            let (region, taken) = (region.clone(), taken.clone());
            wasm_bindgen_futures::spawn_local(async move {
                match read(&fields, region, anyway).await {
                    Ok(keys) => {
                        for field in fields.iter().filter_map(NodeRef::cast::<HtmlInputElement>) {
                            field.set_value("");
                        }
                        problem.set(None);
                        long_lived.set(false);
                        taken.emit(keys);
                    }
                    Err(Refused::LongLived) => {
                        problem.set(None);
                        long_lived.set(true);
                    }
                    Err(Refused::Because(why)) => {
                        problem.set(Some(why));
                        long_lived.set(false);
                    }
                }
            });
        })
    };
    let on_submit = take.reform(|event: SubmitEvent| {
        event.prevent_default();
        false
    });
    let on_anyway = take.reform(|_: MouseEvent| true);
    let on_paste = {
        let problem = problem.clone();
        Callback::from(move |event: Event| {
            if pasted_line_end(&event) {
                problem.set(Some(words::page::LINE_END.to_owned()));
            }
        })
    };

    html! {
        <form class="c-stack" autocomplete="off" onsubmit={on_submit}>
            <div class="c-field">
                <label for="access-key">{ "Access key ID" }</label>
                <input id="access-key" type="text" ref={access_key} autocomplete="off" spellcheck="false"
                    autocapitalize="off" translate="no" onpaste={on_paste.clone()} />
            </div>
            <div class="c-field">
                <label for="secret-key">{ "Secret access key" }</label>
                <input id="secret-key" type="password" ref={secret} autocomplete="off" onpaste={on_paste.clone()} />
            </div>
            <div class="c-field">
                <label for="session-token">{ "Session token" }</label>
                <input id="session-token" type="password" ref={token} autocomplete="off" onpaste={on_paste} />
            </div>
            if *long_lived {
                <div class="c-notice is-implicit" role="alert">
                    <p>{ "This is a long-lived key: it does not expire, and if it leaks, it leaks for good. Better make \
                          a temporary one:" }</p>
                    <p><code>{ "aws sts get-session-token --duration-seconds 900" }</code></p>
                    <button type="button" onclick={on_anyway}>{ "Use it in this tab anyway" }</button>
                </div>
            }
            if let Some(why) = &*problem {
                <p class="c-notice is-explicit" role="alert">{ why }</p>
            }
            <div class="c-row">
                <button type="submit" class="is-primary">{ "Use these credentials" }</button>
                <span class="c-hint">{ "Kept in memory only, as a key that cannot be read back." }</span>
            </div>
        </form>
    }
}

enum Refused {
    /// Needs a second, deliberate press.
    LongLived,
    /// A sentence.
    Because(String),
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

impl From<SigningError> for Refused {
    fn from(why: SigningError) -> Self {
        Self::Because(why.to_string())
    }
}

impl From<SecretError> for Refused {
    fn from(why: SecretError) -> Self {
        Self::Because(why.sentence().to_owned())
    }
}

/// Makes keys for today and for tomorrow (UTC), so that connecting after midnight works.
async fn read(
    fields: &[NodeRef; 3],
    region: Result<Region, String>,
    anyway: bool,
) -> Result<(KeysForWorker, Keys), Refused> {
    let [access_key, secret, token] = fields;
    let region = region?;
    let access_key = AccessKeyId::parse(text(access_key).trim())?;
    let token = text(token);
    let token = token.trim();
    match access_key.kind() {
        KeyKind::LongLived if !anyway => return Err(Refused::LongLived),
        KeyKind::Temporary if token.is_empty() => {
            return Err(words::page::TOKEN_MISSING.to_owned().into());
        }
        _ => {}
    }
    let token =
        if token.is_empty() { None } else { Some(SessionToken::parse(token).map(|_| token.to_owned())?) };
    let secret = secret_of(secret).ok_or(SecretError::Refused)?;
    key_store::check_secret(&secret)?;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let now = (Date::now() / 1000.0) as u64;
    let mut days = Vec::new();
    for at in [now, now + DAY_SECONDS] {
        let day = UtcTime::from_unix(UnixTime(at)).map(UtcTime::basic_date).unwrap_or_default();
        let key = key_store::derive(&secret, &day, region.as_str(), SERVICE).await?;
        days.push((day, key));
    }
    let id = access_key.as_str();
    let shown = Keys {
        tail: id.chars().skip(id.chars().count().saturating_sub(4)).collect(),
        region: region.as_str().to_owned(),
        days: days.iter().map(|(day, _)| day.clone()).collect(),
    };
    Ok((KeysForWorker { days, access_key: id.to_owned(), token }, shown))
}

fn text(field: &NodeRef) -> String {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
}

/// The field's value, left in the browser's memory.
fn secret_of(field: &NodeRef) -> Option<JsString> {
    Reflect::get(&JsValue::from(field.get()?), &"value".into()).ok()?.dyn_into().ok()
}

/// Whether the clipboard holds a line end between other characters; looked at without copying the text.
fn pasted_line_end(event: &Event) -> bool {
    let text = event
        .dyn_ref::<ClipboardEvent>()
        .and_then(ClipboardEvent::clipboard_data)
        .and_then(|data| {
            Reflect::get(&data, &"getData".into())
                .ok()?
                .dyn_into::<js_sys::Function>()
                .ok()?
                .call1(&data, &"text".into())
                .ok()
        })
        .and_then(|text| text.dyn_into::<JsString>().ok());
    text.is_some_and(|text| text.trim().index_of("\n", 0) >= 0)
}
