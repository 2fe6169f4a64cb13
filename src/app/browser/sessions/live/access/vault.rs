//! What is given until it is with the worker: holds it, asks Cognito for it, makes keys of it, hands it over and forgets it.
//!
//! A secret access key is never a value of the program: the text that holds it stays in the browser's memory, is looked at
//! in a buffer that is overwritten, and is cut there. From Cognito it comes in an answer, which is overwritten as well.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Date, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{CryptoKey, HtmlInputElement};
use yew::Callback;

use super::{fetch, page, secret};
use crate::access::authorizer::{Authorizer, AuthorizerError};
use crate::access::cognito::{self, Id, Login};
use crate::access::pasted::{self, Part};
use crate::access::{Credentials, Hidden};
use crate::app::browser::key_store;
use crate::app::sessions::live::access::{Access, Carry, Effect, Failure, Flaw, Held, Keys, Msg, Set};
use crate::iot::calendar::UtcTime;
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::sigv4::{AccessKeyId, KeyKind, SERVICE};

const DAY_SECONDS: u64 = 86_400;
/// The longest sleep before the time is looked at again, in seconds: a machine may sleep longer than a timer knows.
const LONGEST_WAIT: u64 = 30;
/// What is to be told to a custom authorizer or a broker is with the worker.
const TAKEN: Msg = Msg::Taken(Held::Words, None);

/// What the user gave, where it stands: in the browser's memory.
#[derive(Clone)]
pub(in crate::app::browser::sessions) enum Given {
    /// A paste.
    Paste(JsString),
    /// Access key ID, secret access key and session token, in their fields.
    Fields([HtmlInputElement; 3]),
    /// A login token in its field; nothing for a guest.
    Login(Option<HtmlInputElement>),
    /// Token, signature, user name and password for a custom authorizer, in their fields.
    Authorizer([HtmlInputElement; 4]),
    /// User name and password, in their fields.
    Broker([HtmlInputElement; 2]),
}

/// Something for the worker, and what the page may say of it.
pub(in crate::app::browser::sessions) struct Handover {
    /// Goes to the worker as an object, never as text.
    pub(in crate::app::browser::sessions) secrets: JsValue,
    /// To the state.
    pub(in crate::app::browser::sessions) msg: Msg,
}

/// Holds what is given for as long as it is needed.
pub(in crate::app::browser::sessions) struct Vault {
    told: Callback<Msg>,
    hand_over: Callback<Handover>,
    /// What waits for the user to choose, with the places of its sets.
    waiting: Option<(JsString, Vec<pasted::Set>)>,
    /// With what Cognito is asked anew.
    login: Option<Rc<Login>>,
    /// What was begun in an earlier turn is not handed over.
    turn: Rc<Cell<u32>>,
    timer: Option<Timeout>,
    _left: EventListener,
}

impl Vault {
    /// An empty one.
    pub(in crate::app::browser::sessions) fn new(told: Callback<Msg>, hand_over: Callback<Handover>) -> Self {
        let leave = told.clone();
        let left = EventListener::new(&gloo::utils::window(), "pagehide", move |_| leave.emit(Msg::Left));
        Self { told, hand_over, waiting: None, login: None, turn: Rc::default(), timer: None, _left: left }
    }

    /// Looks at the page; in one that is locked to an endpoint, also at the clock.
    pub(in crate::app::browser::sessions) fn look(&self, locked: bool) {
        let told = self.told.clone();
        spawn_local(async move {
            told.emit(Msg::Page(page::page().await));
            if locked && let Some(there) = fetch::server_time().await {
                told.emit(Msg::Clock { here: now(), there });
            }
        });
    }

    /// Tells the time when it is due.
    pub(in crate::app::browser::sessions) fn wake(&mut self, at: Option<UnixTime>) {
        self.timer = at.map(|at| {
            let seconds = at.0.saturating_sub(now().0).min(LONGEST_WAIT);
            let told = self.told.clone();
            let wait = u32::try_from(seconds * 1000).unwrap_or_default();
            Timeout::new(wait, move || told.emit(Msg::Time(now())))
        });
    }

    /// Takes what was given and tells what it is.
    pub(in crate::app::browser::sessions) fn take(
        &mut self,
        given: Given,
        access: &Access,
        endpoint: &Endpoint,
    ) {
        self.waiting = None;
        let region = access.region(endpoint).ok();
        let taken = match given {
            Given::Paste(text) => Ok(self.find(text, true, region.as_ref())),
            Given::Fields(fields) => {
                let [id, secret, token] = fields.each_ref().map(secret::value);
                let text = id.concat(&"\n".into()).concat(&secret).concat(&"\n".into()).concat(&token);
                let msg = self.find(text, false, region.as_ref());
                if matches!(&msg, Msg::Found { sets, .. } if sets.iter().all(Set::usable)) {
                    empty(&fields);
                }
                Ok(msg)
            }
            Given::Login(field) => self.sign_in(field, access),
            Given::Authorizer(fields) => self.authorizer(&fields, access),
            Given::Broker(fields) => {
                let [user, password] = fields.each_ref().map(secret::value);
                let password = bytes_or_null(&password);
                self.give(words(JsValue::NULL, secret::or_null(user), password), TAKEN);
                empty(&fields);
                return;
            }
        };
        match taken {
            Ok(msg) => self.told.emit(msg),
            Err(Refused::Nothing) => {}
            Err(Refused::Because(why)) => self.told.emit(Msg::Failed(Failure::Said(why))),
        }
    }

    /// Carries out what the state orders.
    pub(in crate::app::browser::sessions) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Use(number, region) => {
                if let Some((text, sets)) = self.waiting.take()
                    && let Some(set) = sets.into_iter().nth(number)
                {
                    self.work(async move { keys_of_set(&text, &set, &region).await });
                }
            }
            Effect::Identify(pool) => {
                let (login, told, turn) = (self.login.clone(), self.told.clone(), self.turn.clone());
                let mine = turn.get();
                spawn_local(async move {
                    let msg = match identify(&pool, login.as_deref()).await {
                        Ok(id) => Msg::Identity(id),
                        Err(failure) => Msg::Failed(failure),
                    };
                    if turn.get() == mine {
                        told.emit(msg);
                    }
                });
            }
            Effect::Credentials(id, region) => {
                let login = self.login.clone();
                self.work(async move { keys_of_identity(&id, login.as_deref(), &region).await });
            }
            Effect::Drop => self.waiting = None,
            Effect::Anonymous => {
                self.give(words(JsValue::NULL, JsValue::NULL, JsValue::NULL), Msg::Anonymous);
            }
            Effect::Forget => {
                self.turn.set(self.turn.get().wrapping_add(1));
                (self.waiting, self.login) = (None, None);
            }
        }
    }

    /// Hands over what comes of some work, unless it was called off meanwhile.
    fn work(&self, work: impl Future<Output = Result<Handover, Failure>> + 'static) {
        let (hand_over, told, turn) = (self.hand_over.clone(), self.told.clone(), self.turn.clone());
        let mine = turn.get();
        spawn_local(async move {
            let done = work.await;
            if turn.get() != mine {
                return;
            }
            match done {
                Ok(given) => hand_over.emit(given),
                Err(failure) => told.emit(Msg::Failed(failure)),
            }
        });
    }

    fn give(&self, secrets: JsValue, msg: Msg) {
        self.hand_over.emit(Handover { secrets, msg });
    }

    /// Reads a text that may hold credentials, and keeps it where it is. One that was not pasted holds a part a line.
    fn find(&mut self, text: JsString, pasted: bool, region: Option<&Region>) -> Msg {
        let bytes = secret::bytes(&text);
        // The browser's own encoder writes nothing but UTF-8.
        let read_text = std::str::from_utf8(&bytes).unwrap_or_default();
        let found = if pasted { pasted::read(read_text) } else { by_lines(read_text) };
        let line = |problem: &pasted::Problem| pasted.then(|| problem.line(read_text));
        let flaw = |problem: &pasted::Problem| Flaw { line: line(problem), wrong: problem.wrong };
        let sets = found.sets.iter().map(|set| {
            let flaws: Vec<Flaw> = pasted::check(set, read_text, now(), region).iter().map(flaw).collect();
            let key = set.text(Part::AccessKey, read_text).and_then(|id| AccessKeyId::parse(id).ok());
            let key = key.filter(|_| !flaws.iter().any(|flaw| flaw.wrong.stops()));
            let kind = key.as_ref().map(AccessKeyId::kind);
            Set {
                name: set.name.clone(),
                tail: key.as_ref().map(tail).unwrap_or_default(),
                lasting: kind == Some(KeyKind::LongLived) || set.token.is_none(),
                expires: set.expires(read_text),
                flaws,
            }
        });
        let msg = Msg::Found { sets: sets.collect(), flaws: found.problems.iter().map(flaw).collect() };
        drop(bytes);
        self.waiting = Some((text, found.sets));
        msg
    }

    fn sign_in(&mut self, field: Option<HtmlInputElement>, access: &Access) -> Result<Msg, Refused> {
        self.login = match &field {
            Some(field) => {
                let login = Login::new(access.typed.provider.trim(), secret::hidden(field));
                Some(Rc::new(login.map_err(|error| Refused::Because(error.to_string()))?))
            }
            None => None,
        };
        if let Some(field) = field {
            field.set_value("");
        }
        Ok(Msg::SignIn)
    }

    fn authorizer(&self, fields: &[HtmlInputElement; 4], access: &Access) -> Result<Msg, Refused> {
        let [token, signature, user, password] = fields;
        let given =
            |field: &HtmlInputElement| Some(secret::hidden(field)).filter(|it| !it.as_str().is_empty());
        let Access { typed, .. } = access;
        let name = Some(typed.authorizer.trim()).filter(|name| !name.is_empty());
        let mut authorizer = Authorizer::new(name)?;
        if let Some(token) = given(token) {
            authorizer = authorizer.with_token(typed.token_key.trim(), token, given(signature))?;
        }
        let user = secret::hidden(user);
        let password = bytes_or_null(&secret::value(password));
        let text =
            |text: &Hidden| if text.as_str().is_empty() { JsValue::NULL } else { text.as_str().into() };
        let secrets = match typed.carry {
            Carry::Query => words(text(&authorizer.query()), text(&user), password),
            Carry::UserName => words(JsValue::NULL, text(&authorizer.user_name(user.as_str())?), password),
        };
        self.give(secrets, TAKEN);
        empty(fields);
        Err(Refused::Nothing)
    }
}

/// Why what was given goes no further.
enum Refused {
    /// It is with the worker already.
    Nothing,
    /// A sentence.
    Because(String),
}

impl From<AuthorizerError> for Refused {
    fn from(error: AuthorizerError) -> Self {
        Self::Because(error.to_string())
    }
}

/// Seconds since 1970, by this machine.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
pub(in crate::app::browser::sessions::live) fn now() -> UnixTime {
    UnixTime((Date::now() / 1000.0) as u64)
}

fn empty(fields: &[HtmlInputElement]) {
    fields.iter().for_each(|field| field.set_value(""));
}

fn tail(key: &AccessKeyId) -> String {
    let id = key.as_str();
    id.chars().skip(id.chars().count().saturating_sub(4)).collect()
}

/// Access key ID, secret and token, one a line: no field holds a line end.
fn by_lines(text: &str) -> pasted::Pasted {
    let mut ends = text.match_indices('\n').map(|(at, _)| at);
    let (first, second) = (ends.next().unwrap_or(text.len()), ends.next().unwrap_or(text.len()));
    let token = (second + 1).min(text.len())..text.len();
    let set = pasted::Set {
        access_key: Some(0..first),
        secret: Some((first + 1).min(second)..second),
        token: Some(token).filter(|token| !token.is_empty()),
        ..pasted::Set::default()
    };
    pasted::Pasted { sets: vec![set], problems: Vec::new() }
}

/// Keys of a set that a text in the browser's memory holds.
async fn keys_of_set(text: &JsString, set: &pasted::Set, region: &Region) -> Result<Handover, Failure> {
    let cut = |bytes: &str, part| {
        set.span(part).map(|span| {
            let units = pasted::utf16(bytes, span);
            let [start, end] = [units.start, units.end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
            text.substring(start, end)
        })
    };
    let (key, expires, secret, token) = {
        let bytes = secret::bytes(text);
        let read = std::str::from_utf8(&bytes).unwrap_or_default();
        let key = AccessKeyId::parse(set.text(Part::AccessKey, read).unwrap_or_default());
        (key, set.expires(read), cut(read, Part::Secret), cut(read, Part::Token))
    };
    let key = key.map_err(|error| Failure::Said(error.to_string()))?;
    let secret = secret.unwrap_or_else(|| "".into());
    let days = days(|| key_store::first_key(&secret), region).await?;
    Ok(keys(&key, days, token.map_or(JsValue::NULL, JsValue::from), region, expires, None))
}

async fn identify(pool: &Id, login: Option<&Login>) -> Result<Id, Failure> {
    let (status, answer) = fetch::ask(&pool.url(), &cognito::get_id(pool, login)).await?;
    let answer = std::str::from_utf8(&answer).unwrap_or_default();
    cognito::read_id(status, answer).map_err(Failure::Cognito)
}

/// Keys of an identity.
async fn keys_of_identity(id: &Id, login: Option<&Login>, region: &Region) -> Result<Handover, Failure> {
    let (id, Credentials { access_key, secret, token, expires }) = {
        let (status, answer) = fetch::ask(&id.url(), &cognito::get_credentials(id, login)).await?;
        let answer = std::str::from_utf8(&answer).unwrap_or_default();
        cognito::read_credentials(status, answer).map_err(Failure::Cognito)?
    };
    let days = days(|| Some(Uint8Array::from(secret.first_key().as_bytes())), region).await?;
    let token = token.as_ref().map_or(JsValue::NULL, |token| token.as_str().into());
    Ok(keys(&access_key, days, token, region, expires, Some(id)))
}

/// Keys for today and for tomorrow (UTC), so that connecting after midnight works.
async fn days(
    first_key: impl Fn() -> Option<Uint8Array>,
    region: &Region,
) -> Result<Vec<(String, CryptoKey)>, Failure> {
    let mut days = Vec::new();
    for at in [now().0, now().0 + DAY_SECONDS] {
        let day = UtcTime::from_unix(UnixTime(at)).map(UtcTime::basic_date).unwrap_or_default();
        let key = key_store::derive(first_key(), &day, region.as_str(), SERVICE).await;
        days.push((day, key.map_err(|error| Failure::Said(error.sentence().to_owned()))?));
    }
    Ok(days)
}

/// Signing keys for the worker.
fn keys(
    key: &AccessKeyId,
    days: Vec<(String, CryptoKey)>,
    token: JsValue,
    region: &Region,
    expires: Option<UnixTime>,
    id: Option<Id>,
) -> Handover {
    let names: Array = days.iter().map(|(day, _)| JsValue::from_str(day)).collect();
    let handles: Array = days.iter().map(|(_, key)| JsValue::from(key)).collect();
    let lasting = key.kind() == KeyKind::LongLived || token.is_null();
    let secrets = object([
        ("kind", "sigv4".into()),
        ("days", names.into()),
        ("keys", handles.into()),
        ("accessKey", key.as_str().into()),
        ("token", token),
    ]);
    let held = Held::Keys(Keys {
        tail: tail(key),
        region: region.as_str().to_owned(),
        days: days.into_iter().map(|(day, _)| day).collect(),
        got: now(),
        expires,
        lasting,
    });
    Handover { secrets, msg: Msg::Taken(held, id) }
}

/// What a custom authorizer or another broker is told, for the worker.
fn words(query: JsValue, user: JsValue, password: JsValue) -> JsValue {
    object([("kind", "password".into()), ("query", query), ("userName", user), ("password", password)])
}

fn bytes_or_null(text: &JsString) -> JsValue {
    key_store::utf8(text).filter(|bytes| bytes.length() > 0).map_or(JsValue::NULL, JsValue::from)
}

fn object<const N: usize>(parts: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in parts {
        // Setting a field of an object of our own cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
