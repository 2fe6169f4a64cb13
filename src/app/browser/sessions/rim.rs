//! The rim of the worker that holds the live sessions: their sockets, one timer, the secrets.
//!
//! What it knows of sessions is the [`Host`]: here its orders are carried out and it is told what the sockets do. What
//! happened goes to the page in batches that are handed over, not copied. Orders, sentences and signatures are somebody
//! else's ([`Craft`]), so that the bench can measure this without them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;

use gloo::timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    BinaryType, CloseEvent, CryptoKey, DedicatedWorkerGlobalScope, MessageEvent, Performance, WebSocket,
};
use zeroize::Zeroizing;

use super::link::READY;
use crate::iot::time::{Instant, Millis};
use crate::live::clock::{Clock, DRIFT};
use crate::live::driver::{Host, Input, Login, NOBODY, News, Output, Way};
use crate::live::record::{Batch, Record, What};
use crate::sigv4::{AccessKeyId, SessionToken};
use crate::timeline::{ConnectionRef, SessionId};
use crate::words::session::NOT_ALLOWED;

/// The WebSocket subprotocol of MQTT (MQTT-6.0.0-3).
const SUBPROTOCOL: &str = "mqtt";

thread_local! {
    static RIM: RefCell<Option<Rim>> = const { RefCell::new(None) };
}

/// What the rim does not know itself.
#[derive(Clone, Copy)]
pub struct Craft {
    /// Reads an order of the page; an error is a sentence.
    pub read: fn(&str) -> Result<Input, String>,
    /// Puts news into words.
    pub say: fn(&News) -> String,
    /// Makes the URL that carries the signature, for this moment; an error is a sentence.
    pub sign: fn(Way, Option<Keys>) -> Signed,
}

/// A URL under way.
pub type Signed = Pin<Box<dyn Future<Output = Result<Zeroizing<String>, String>>>>;

/// Everything that the worker holds.
struct Rim {
    craft: Craft,
    scope: DedicatedWorkerGlobalScope,
    performance: Option<Performance>,
    clock: Clock,
    host: Host,
    /// The current connection of each session that has one.
    transports: BTreeMap<SessionId, Transport>,
    keys: Option<Keys>,
    /// Put behind the URL's path: a custom authorizer's parameters.
    query: Option<Zeroizing<String>>,
    /// What the page is to be told.
    batch: Batch,
    /// When it rings, and what does.
    alarm: Option<(Instant, Timeout)>,
}

/// What signs: a key for each UTC day, and what stands beside the signature in the URL.
#[derive(Clone)]
pub struct Keys {
    /// By the day, `YYYYMMDD`.
    pub days: Vec<(String, CryptoKey)>,
    /// In the clear.
    pub access_key: AccessKeyId,
    /// In the clear.
    pub token: Option<SessionToken>,
}

/// A connection from its order to its end.
struct Transport {
    connection: ConnectionRef,
    /// None while the URL is being signed.
    socket: Option<Socket>,
}

/// A socket and the functions that it calls. Dropping them while one of them runs is safe: wasm-bindgen keeps a
/// running function until it returns. The same holds for the timer.
struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

/// Answers the page from inside a worker until the page ends it.
pub fn run(craft: Craft) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        // Orders are texts, secrets are objects.
        with(|rim| match event.data().as_string() {
            Some(text) => rim.obey(&text),
            None => rim.take_secrets(&event.data()),
        });
    });
    let rim = Rim::new(craft);
    rim.scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    on_message.forget();
    // Posting a string fails only when the page is gone.
    let _ = rim.scope.post_message(&READY.into());
    RIM.set(Some(rim));
}

fn with(act: impl FnOnce(&mut Rim)) {
    RIM.with_borrow_mut(|rim| rim.as_mut().map(act));
}

impl Rim {
    fn new(craft: Craft) -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let performance = Reflect::get(&scope, &"performance".into());
        Self {
            craft,
            scope,
            performance: performance.ok().and_then(|performance| performance.dyn_into().ok()),
            clock: Clock::default(),
            host: Host::new(js_sys::Math::random().to_bits()),
            transports: BTreeMap::new(),
            keys: None,
            query: None,
            batch: Batch::default(),
            alarm: None,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of one page load, and since 1970"
    )]
    fn now(&mut self) -> Instant {
        let ticks = self.performance.as_ref().map_or(0.0, Performance::now);
        self.clock.read(Millis(ticks as u64), Millis(js_sys::Date::now() as u64))
    }

    fn obey(&mut self, order: &str) {
        match (self.craft.read)(order) {
            Ok(input) => {
                if input == Input::Forget {
                    (self.keys, self.query) = (None, None);
                }
                self.give(input);
            }
            Err(told) => {
                let at = self.now();
                self.batch.push(&Record { at, connection: NOBODY, what: What::Told(&told) });
                self.settle();
            }
        }
    }

    /// Takes what `link.rs` hands over; each kind takes the place of what was there.
    fn take_secrets(&mut self, data: &JsValue) {
        let field = |name: &str| Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED);
        (self.keys, self.query) = (None, None);
        let mut login = None;
        match field("kind").as_string().as_deref() {
            Some("sigv4") => self.keys = keys(field),
            Some("password") => {
                self.query = field("query").as_string().map(Zeroizing::new);
                let user_name = field("userName").as_string().map(Zeroizing::new);
                let password = field("password").dyn_into::<Uint8Array>().ok();
                let password = password.map(|password| Zeroizing::new(password.to_vec()));
                if self.query.is_some() || user_name.is_some() || password.is_some() {
                    login = Some(Login { user_name, password });
                }
            }
            _ => {}
        }
        self.give(Input::Login(login));
    }

    /// Tells the host what happened, and carries out what it orders.
    fn give(&mut self, input: Input) {
        let now = self.now();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.host.handle(now, input);
            while let Some(output) = self.host.poll() {
                match output {
                    Output::Happened(happening) => happening.write(&mut self.batch, self.craft.say),
                    Output::Send(connection, bytes) => self.send(connection, &bytes),
                    Output::Open(connection) => inputs.extend(self.open(connection)),
                    Output::Close(connection) => inputs.extend(self.close(connection)),
                }
            }
        }
        self.settle();
    }

    /// Tells the page what is due, and sees to being woken in time for the rest.
    fn settle(&mut self) {
        let now = self.now();
        if self.batch.due().is_some_and(|due| due <= now) {
            let bytes = Uint8Array::from(self.batch.bytes()).buffer();
            self.batch.clear();
            // It fails only when the page is gone.
            let _ = self.scope.post_message_with_transfer(&bytes, &Array::of1(&bytes));
        }
        let due = self.host.deadline().into_iter().chain(self.batch.due()).min();
        // One that should have rung long ago was set before the clock jumped, and waits by the browser's.
        self.alarm.take_if(|(at, _)| *at + DRIFT <= now);
        let alarm = self.alarm.as_ref().map(|(at, _)| *at);
        // An alarm that rings too early costs less than a new one for each packet that moves the deadline.
        if let Some(due) = due.filter(|due| alarm.is_none_or(|alarm| *due < alarm)) {
            // A longer wait would overflow the browser's timer and fire at once.
            let wait = u32::try_from((due - now).0.min(i32::MAX as u64)).unwrap_or_default();
            let ring = || {
                with(|rim| {
                    rim.alarm = None;
                    rim.give(Input::TimePassed);
                });
            };
            self.alarm = Some((due, Timeout::new(wait, ring)));
        }
    }

    fn send(&self, connection: ConnectionRef, bytes: &[u8]) {
        let transport = self.transports.get(&connection.session);
        if let Some(Socket { socket, .. }) = transport.and_then(|transport| transport.socket.as_ref()) {
            // A socket that has just closed takes no bytes; its close event is on the way.
            let _ = socket.send_with_u8_array(bytes);
        }
    }

    /// Makes the socket, when its URL is signed. What fails at once is given back.
    fn open(&mut self, connection: ConnectionRef) -> Option<Input> {
        let way = self.host.way()?.clone();
        self.transports.insert(connection.session, Transport { connection, socket: None });
        let query = self.query.clone();
        if way.sign.is_none() {
            return self.connect(connection, &with_query(&way.endpoint.url(), query.as_deref()));
        }
        let signed = (self.craft.sign)(way, self.keys.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let signed = signed.await;
            with(|rim| {
                // The session may have given up this connection meanwhile.
                let wanted = |one: &Transport| one.connection == connection && one.socket.is_none();
                if rim.transports.get(&connection.session).is_some_and(wanted) {
                    let failed = match signed {
                        Ok(url) => rim.connect(connection, &url),
                        Err(why) => rim.gone(connection, None, why),
                    };
                    failed.into_iter().for_each(|input| rim.give(input));
                }
            });
        });
        None
    }

    fn connect(&mut self, connection: ConnectionRef, url: &str) -> Option<Input> {
        let Ok(socket) = WebSocket::new_with_str(url, SUBPROTOCOL) else {
            // The browser's own text would show the URL, and with it the signature.
            return self.gone(connection, None, NOT_ALLOWED.to_owned());
        };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = Closure::<dyn FnMut()>::new(move || with(|rim| rim.give(Input::Opened(connection))));
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // A text frame is no MQTT (MQTT-6.0.0-1): its bytes go in as they are and fail there, in the open.
            let bytes = match event.data().dyn_into::<ArrayBuffer>() {
                Ok(buffer) => Uint8Array::new(&buffer).to_vec(),
                Err(text) => text.as_string().unwrap_or_default().into_bytes(),
            };
            with(|rim| rim.give(Input::Received(connection, bytes)));
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            with(|rim| {
                let closed = rim.gone(connection, Some(event.code()), event.reason());
                closed.into_iter().for_each(|input| rim.give(input));
            });
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        if let Some(transport) = self.transports.get_mut(&connection.session) {
            transport.socket =
                Some(Socket { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close });
        }
        None
    }

    /// Closes the socket, or does not make it.
    fn close(&mut self, connection: ConnectionRef) -> Option<Input> {
        match self.transports.get(&connection.session)? {
            Transport { socket: Some(Socket { socket, .. }), .. } => {
                let _ = socket.close();
                None
            }
            Transport { socket: None, .. } => self.gone(connection, None, String::new()),
        }
    }

    /// The socket is closed, or could not be made (`code` is then none, and `reason` says why).
    fn gone(&mut self, connection: ConnectionRef, code: Option<u16>, reason: String) -> Option<Input> {
        let current = self.transports.get(&connection.session)?.connection == connection;
        current.then(|| {
            self.transports.remove(&connection.session);
            Input::Closed { connection, code, reason }
        })
    }
}

/// The keys as `link.rs` posts them.
fn keys(field: impl Fn(&str) -> JsValue) -> Option<Keys> {
    let days: Array = field("days").dyn_into().ok()?;
    let keys: Array = field("keys").dyn_into().ok()?;
    let days = days
        .iter()
        .zip(keys.iter())
        .map(|(day, key)| Some((day.as_string()?, key.dyn_into().ok()?)))
        .collect::<Option<_>>()?;
    let access_key = AccessKeyId::parse(&field("accessKey").as_string()?).ok()?;
    let token = match field("token").as_string() {
        Some(token) => Some(SessionToken::parse(&Zeroizing::new(token)).ok()?),
        None => None,
    };
    Some(Keys { days, access_key, token })
}

fn with_query(url: &str, query: Option<&String>) -> Zeroizing<String> {
    let query = query.map(String::as_str);
    // With room for all of it: growing would leave a copy behind.
    let mut whole = Zeroizing::new(String::with_capacity(url.len() + 1 + query.map_or(0, str::len)));
    whole.push_str(url);
    if let Some(query) = query {
        whole.push('?');
        whole.push_str(query);
    }
    whole
}
