//! The worker that holds the live sessions: their sockets, timers and signing keys.
//!
//! It runs the same program as the page. One [`Host`] keeps all sessions; each socket event becomes an input
//! of its [`Session`], each order is carried out, all that happens is told to the page in batches. At most
//! [`MAX_CONNECTING`] sockets connect at a time, because Chromium slows a page down that opens many at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use gloo::timers::callback::Timeout;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    BinaryType, CloseEvent, CryptoKey, DedicatedWorkerGlobalScope, MessageEvent, Performance, WebSocket,
};

use crate::app::browser::key_store;
use crate::app::sessions::live::wire::{Event, FromWorker, Happening, Phase, ToWorker};
use crate::client::{Closure as Closed, Config, Input, Message, Output, RequestId, Session};
use crate::iot::calendar::UtcTime;
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::{Instant, UnixTime};
use crate::mqtt::{Connect, Properties, Qos, ReasonCode, Subscription};
use crate::sigv4::{AccessKeyId, PresignRequest, SessionToken, Signature};
use crate::words;

/// Sockets that may be connecting at one time (measured: 100 at once take four times as long).
const MAX_CONNECTING: usize = 8;
/// News to the page wait this long for company, in milliseconds.
const BATCH_MS: u32 = 20;
/// The WebSocket subprotocol of MQTT (MQTT-6.0.0-3).
const SUBPROTOCOL: &str = "mqtt";

thread_local! {
    static HOST: RefCell<Host> = RefCell::new(Host::new());
}

/// Everything that the worker knows.
struct Host {
    scope: DedicatedWorkerGlobalScope,
    clock: Option<Performance>,
    sessions: BTreeMap<u32, Live>,
    keys: Option<Keys>,
    /// Sessions that wait for their turn to open a socket.
    waiting: VecDeque<u32>,
    news: Vec<Happening>,
    flush: Option<Timeout>,
}

/// What signs: a key for each UTC day, and what stands beside the signature in the URL.
#[derive(Clone)]
struct Keys {
    days: Vec<(String, CryptoKey)>,
    access_key: AccessKeyId,
    token: Option<SessionToken>,
}

/// One session and its way to the endpoint.
struct Live {
    session: Session,
    endpoint: Endpoint,
    sign: Option<Region>,
    /// Counts its connections; what comes from an earlier one is ignored.
    number: u32,
    transport: Transport,
    timer: Option<Timeout>,
    requests: u64,
}

/// A connection on its way in or out.
enum Transport {
    /// There is none.
    None,
    /// In [`Host::waiting`].
    Waiting,
    /// Its URL is being signed.
    Signing,
    /// Connecting, open or closing.
    Socket(Socket),
}

/// A socket and the functions that it calls. Dropping them while one of them runs is safe: wasm-bindgen keeps a
/// running function until it returns. The same holds for the timers.
struct Socket {
    socket: WebSocket,
    opened: bool,
    closed_by_us: bool,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

/// Answers the page from inside a worker until the page ends it.
pub(super) fn run() {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
    HOST.with_borrow(|host| host.scope.set_onmessage(Some(on_message.as_ref().unchecked_ref())));
    // The worker listens as long as it lives.
    on_message.forget();
    post(&FromWorker::Ready);
}

/// A message from the page: orders as text, keys as an object.
fn receive(data: &JsValue) {
    if let Some(text) = data.as_string() {
        if let Ok(order) = serde_json::from_str::<ToWorker>(&text) {
            obey(order);
        }
    } else if let Some(keys) = read_keys(data) {
        HOST.with_borrow_mut(|host| host.keys = Some(keys));
    }
}

/// The keys as `credentials.rs` posts them.
fn read_keys(data: &JsValue) -> Option<Keys> {
    let field = |name: &str| Reflect::get(data, &name.into()).ok();
    let days: js_sys::Array = field("days")?.dyn_into().ok()?;
    let keys: js_sys::Array = field("keys")?.dyn_into().ok()?;
    let days = days
        .iter()
        .zip(keys.iter())
        .map(|(day, key)| Some((day.as_string()?, key.dyn_into().ok()?)))
        .collect::<Option<_>>()?;
    let access_key = AccessKeyId::parse(&field("accessKey")?.as_string()?).ok()?;
    let token = match field("token")?.as_string() {
        Some(token) => Some(SessionToken::parse(&token).ok()?),
        None => None,
    };
    Some(Keys { days, access_key, token })
}

fn obey(order: ToWorker) {
    match order {
        ToWorker::Connect { session, url, sign, client_id, version, keep_alive } => {
            let (Ok(endpoint), Ok(sign)) =
                (Endpoint::parse(&url), sign.as_deref().map(Region::parse).transpose())
            else {
                return;
            };
            let config = Config::new(Connect {
                version: version.into(),
                client_id,
                clean_start: true,
                keep_alive,
                will: None,
                user_name: None,
                password: None,
                properties: Properties::default(),
            });
            HOST.with_borrow_mut(|host| host.prepare(session, Session::new(config), endpoint, sign));
            input(session, Input::Connect);
        }
        ToWorker::Subscribe { session, filter, qos } => {
            let filters = vec![Subscription {
                filter,
                qos: quality(qos),
                no_local: false,
                retain_as_published: false,
                retain_handling: 0,
            }];
            let request = request(session);
            input(session, Input::Subscribe { request, filters, properties: Properties::default() });
        }
        ToWorker::Publish { session, topic, payload, qos } => {
            let message = Message {
                topic,
                payload: payload.into_bytes(),
                qos: quality(qos),
                retain: false,
                properties: Properties::default(),
            };
            let request = request(session);
            input(session, Input::Publish { request, message });
        }
        ToWorker::Disconnect { session } => {
            input(session, Input::Disconnect { code: ReasonCode(0), properties: Properties::default() });
        }
        ToWorker::Forget => HOST.with_borrow_mut(|host| host.keys = None),
    }
}

const fn quality(qos: u8) -> Qos {
    match qos {
        0 => Qos::AtMostOnce,
        1 => Qos::AtLeastOnce,
        _ => Qos::ExactlyOnce,
    }
}

fn request(session: u32) -> RequestId {
    HOST.with_borrow_mut(|host| {
        host.sessions.get_mut(&session).map_or(RequestId(0), |live| {
            live.requests += 1;
            RequestId(live.requests)
        })
    })
}

/// Gives a fact or a command to a session and carries out what follows.
fn input(id: u32, input: Input) {
    HOST.with_borrow_mut(|host| {
        let now = host.now();
        let mut next = Some(input);
        while let Some(input) = next.take() {
            if let Some(live) = host.sessions.get_mut(&id) {
                live.session.handle(now, input);
            }
            while let Some(output) = host.sessions.get_mut(&id).and_then(|live| live.session.poll()) {
                next = host.carry_out(id, output).or(next);
            }
        }
        host.set_timer(id, now);
    });
    open_waiting();
}

impl Host {
    fn new() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let clock = Reflect::get(&scope, &"performance".into()).ok().and_then(|clock| clock.dyn_into().ok());
        Self {
            scope,
            clock,
            sessions: BTreeMap::new(),
            keys: None,
            waiting: VecDeque::new(),
            news: Vec::new(),
            flush: None,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of one page load"
    )]
    fn now(&self) -> Instant {
        Instant(self.clock.as_ref().map_or(0.0, Performance::now) as u64)
    }

    /// Puts a session in place of one with the same number that has ended; one that has not is kept, and answers
    /// the command to connect itself.
    fn prepare(&mut self, id: u32, session: Session, endpoint: Endpoint, sign: Option<Region>) {
        let (number, requests) = match self.sessions.get(&id) {
            Some(old) if !matches!(old.transport, Transport::None) => return,
            Some(old) => (old.number, old.requests),
            None => (0, 0),
        };
        let live =
            Live { session, endpoint, sign, number, transport: Transport::None, timer: None, requests };
        self.sessions.insert(id, live);
    }

    /// Carries out one order or tells one piece of news; a fact that follows at once is given back.
    fn carry_out(&mut self, id: u32, output: Output) -> Option<Input> {
        let live = self.sessions.get_mut(&id)?;
        match output {
            Output::OpenTransport => {
                live.number += 1;
                live.transport = Transport::Waiting;
                self.waiting.push_back(id);
                self.tell(id, Event::Phase(Phase::Connecting));
            }
            Output::Send { frame, .. } => {
                if let Transport::Socket(socket) = &live.transport {
                    // A socket that has just closed takes no bytes; its close event is on the way.
                    let _ = socket.socket.send_with_u8_array(frame.bytes());
                }
                self.tell(id, Event::Sent(frame.into_bytes()));
            }
            Output::CloseTransport => match &mut live.transport {
                Transport::Socket(socket) => {
                    socket.closed_by_us = true;
                    let _ = socket.socket.close();
                    self.tell(id, Event::Phase(Phase::Closing));
                }
                Transport::None => {}
                Transport::Waiting | Transport::Signing => {
                    live.transport = Transport::None;
                    self.waiting.retain(|waiting| *waiting != id);
                    self.tell(id, Event::Phase(Phase::Idle));
                    return Some(Input::TransportClosed(Closed::default()));
                }
            },
            Output::Received { frame, .. } => self.tell(id, Event::Received(frame.into_bytes())),
            Output::Connected(connected) => {
                self.tell(id, Event::Phase(Phase::Connected));
                self.tell(id, Event::News(words::session::connected(&connected)));
            }
            Output::Refused(refusal) => {
                let signed = live.sign.is_some();
                self.tell(id, Event::News(words::session::refusal(&refusal, signed)));
            }
            Output::Disconnected(cause) => self.tell(id, Event::News(words::session::cause(&cause))),
            Output::Rejected { why, .. } => self.tell(id, Event::News(words::session::misuse(&why))),
            // The packets themselves are in the log; reconnecting is not offered yet.
            Output::Subscribed { .. }
            | Output::Unsubscribed { .. }
            | Output::Published { .. }
            | Output::Message(_)
            | Output::ReconnectAt(_)
            | Output::ReconnectStopped(_)
            | Output::Lost { .. } => {}
        }
        None
    }

    fn set_timer(&mut self, id: u32, now: Instant) {
        if let Some(live) = self.sessions.get_mut(&id) {
            live.timer = live.session.deadline().map(|(when, _)| {
                // A longer wait would overflow the browser's timer and fire at once.
                let wait = u32::try_from((when - now).0.min(i32::MAX as u64)).unwrap_or_default();
                Timeout::new(wait, move || input(id, Input::TimePassed))
            });
        }
    }

    fn tell(&mut self, session: u32, what: Event) {
        let number = self.sessions.get(&session).map_or(0, |live| live.number);
        let at = self.now().0;
        self.news.push(Happening { at, session, number, what });
        if self.flush.is_none() {
            self.flush = Some(Timeout::new(BATCH_MS, || {
                let news = HOST.with_borrow_mut(|host| {
                    host.flush = None;
                    std::mem::take(&mut host.news)
                });
                post(&FromWorker::Happened(news));
            }));
        }
    }

    fn connecting(&self) -> usize {
        let under_way = |live: &&Live| match &live.transport {
            Transport::Signing => true,
            Transport::Socket(socket) => !socket.opened,
            Transport::None | Transport::Waiting => false,
        };
        self.sessions.values().filter(under_way).count()
    }

    /// The session, while this connection is its current one.
    fn current(&mut self, id: u32, number: u32) -> Option<&mut Live> {
        self.sessions.get_mut(&id).filter(|live| live.number == number)
    }
}

/// Opens sockets for the sessions that wait, as many as may connect at a time.
fn open_waiting() {
    while let Some((id, number, endpoint, sign, keys)) = HOST.with_borrow_mut(|host| {
        if host.connecting() >= MAX_CONNECTING {
            return None;
        }
        let id = host.waiting.pop_front()?;
        let live = host.sessions.get_mut(&id)?;
        live.transport = Transport::Signing;
        Some((id, live.number, live.endpoint.clone(), live.sign.clone(), host.keys.clone()))
    }) {
        let Some(region) = sign else {
            open(id, number, &endpoint.url());
            continue;
        };
        wasm_bindgen_futures::spawn_local(async move {
            match signed_url(&endpoint, &region, keys.as_ref()).await {
                Ok(url) => open(id, number, &url),
                Err(why) => closed(id, number, None, why),
            }
        });
    }
}

/// The URL that carries the signature, made for this moment.
async fn signed_url(endpoint: &Endpoint, region: &Region, keys: Option<&Keys>) -> Result<String, String> {
    let keys = keys.ok_or(words::session::NO_KEYS)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let now = UnixTime((js_sys::Date::now() / 1000.0) as u64);
    let request = PresignRequest {
        endpoint,
        region: Some(region),
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
    Ok(unsigned.signed(&signature, keys.token.as_ref()).as_str().to_owned())
}

/// Makes the socket, unless the session has given up this connection meanwhile.
fn open(id: u32, number: u32, url: &str) {
    let wanted = HOST.with_borrow_mut(|host| {
        host.current(id, number).is_some_and(|live| matches!(live.transport, Transport::Signing))
    });
    if !wanted {
        return;
    }
    let socket = match WebSocket::new_with_str(url, SUBPROTOCOL) {
        Ok(socket) => socket,
        // The browser's own text would show the URL, and with it the signature.
        Err(_) => return closed(id, number, None, words::session::NOT_ALLOWED.to_owned()),
    };
    socket.set_binary_type(BinaryType::Arraybuffer);
    let on_open = Closure::<dyn FnMut()>::new(move || {
        HOST.with_borrow_mut(|host| {
            if let Some(Transport::Socket(socket)) = host.current(id, number).map(|live| &mut live.transport)
            {
                socket.opened = true;
            }
            host.tell(id, Event::Opened);
        });
        input(id, Input::TransportOpened);
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // A text frame is no MQTT (MQTT-6.0.0-1): its bytes go in as they are and fail there, in the open.
        let bytes = match event.data().dyn_into::<ArrayBuffer>() {
            Ok(buffer) => Uint8Array::new(&buffer).to_vec(),
            Err(text) => text.as_string().unwrap_or_default().into_bytes(),
        };
        input(id, Input::Received(bytes));
    });
    let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
        closed(id, number, Some(event.code()), event.reason());
    });
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    let socket = Socket {
        socket,
        opened: false,
        closed_by_us: false,
        _on_open: on_open,
        _on_message: on_message,
        _on_close: on_close,
    };
    HOST.with_borrow_mut(|host| {
        if let Some(live) = host.current(id, number) {
            live.transport = Transport::Socket(socket);
        }
    });
}

/// The socket is closed, or could not be made (`code` is then none, and `reason` says why).
fn closed(id: u32, number: u32, code: Option<u16>, reason: String) {
    let current = HOST.with_borrow_mut(|host| {
        let Some(live) = host.current(id, number) else { return false };
        let own = match std::mem::replace(&mut live.transport, Transport::None) {
            Transport::Socket(socket) => socket.closed_by_us,
            Transport::Signing => true,
            // Given up already, and told so.
            Transport::None | Transport::Waiting => return false,
        };
        host.tell(id, Event::Closed { own, code, reason: reason.clone() });
        host.tell(id, Event::Phase(Phase::Idle));
        true
    });
    if current {
        input(id, Input::TransportClosed(Closed { code, reason }));
    }
}

fn post(message: &FromWorker) {
    if let Ok(text) = serde_json::to_string(message) {
        HOST.with_borrow(|host| {
            // Posting a string fails only when the page is gone.
            let _ = host.scope.post_message(&text.into());
        });
    }
}
