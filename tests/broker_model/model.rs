//! The reference: what the broker of AWS IoT Core keeps and owes, as flat lists that are searched from end to end.
//!
//! Written without a line of the broker. It knows the wire only as facts (who published what) and says what has to come
//! of each; what comes is told to it piece by piece, and anything that it does not expect stops the run. How fast
//! stored messages come is left open here: in which order, to whom and that they come at all is not.

use iot_policy_lab::broker::{Cause, ConnectionId};
use iot_policy_lab::mqtt::{Qos, Version};

/// Milliseconds.
pub(crate) type Time = u64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
}

/// What the broker has to do next, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Send(u32, Message),
    Withhold(u32, String),
    Store(String, String),
}

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) number: u32,
    pub(crate) client: String,
    pub(crate) who: u32,
    pub(crate) version: Version,
    pub(crate) last_heard: Time,
    /// Milliseconds of silence that are too long.
    pub(crate) patience: Time,
    pub(crate) will: Option<Message>,
    /// The client has gone and the broker does not know.
    pub(crate) half_open: bool,
    pub(crate) acknowledges: bool,
    pub(crate) window: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) client: String,
    pub(crate) version: Version,
    /// Milliseconds that it waits for its client.
    pub(crate) expiry: Time,
    /// While the client is away.
    pub(crate) until: Option<Time>,
    pub(crate) filters: Vec<(String, Qos)>,
    pub(crate) waiting: Vec<Message>,
    /// With the time of first sending, last sending, and the packet ID.
    pub(crate) unacknowledged: Vec<(Message, Time, Time, u16)>,
}

/// A CONNECT as far as it matters here.
#[derive(Clone, Debug)]
pub(crate) struct Hello {
    pub(crate) number: u32,
    pub(crate) who: u32,
    pub(crate) client: String,
    pub(crate) version: Version,
    pub(crate) clean: bool,
    pub(crate) expiry: Time,
    pub(crate) keep_alive: u16,
    pub(crate) will: Option<Message>,
    pub(crate) window: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted { session_present: bool },
    NotAuthorized,
    TooFrequent,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: Time,
    pub(crate) connections: Vec<Connection>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) retained: Vec<Message>,
    attempts: Vec<(String, Time)>,
    pub(crate) due: Vec<Due>,
    /// Connections that have to end now, and how.
    pub(crate) endings: Vec<(u32, Cause)>,
}

/// The rights of the test's principals: 0 may do everything, each other one lacks something.
pub(crate) fn may_connect(who: u32, client: &str) -> bool {
    !(who == 1 && client == "b")
}

pub(crate) fn may_publish(who: u32, topic: &str) -> bool {
    !(who == 2 && topic == "t/1")
}

pub(crate) fn may_subscribe(who: u32, filter: &str) -> bool {
    !(who == 1 && filter == "t/+")
}

pub(crate) fn may_receive(who: u32, topic: &str) -> bool {
    !(who == 2 && topic == "t/2" || who == 1 && topic == "t/3/x")
}

/// MQTT's matching of the filters used here, with AWS's deviation: `t/#` does not match `t`.
pub(crate) fn matches(filter: &str, topic: &str) -> bool {
    match filter {
        "#" => true,
        "t/#" => topic.starts_with("t/"),
        "t/+" => topic.strip_prefix("t/").is_some_and(|level| !level.contains('/')),
        "+/2" => topic.split_once('/').is_some_and(|(_, rest)| rest == "2"),
        exact => exact == topic,
    }
}

impl Model {
    pub(crate) fn connection(&mut self, number: u32) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.number == number)
    }

    pub(crate) fn of_client(&self, client: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.client == client)
    }

    pub(crate) fn session(&mut self, client: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.client == client)
    }

    /// Time goes on; sessions end.
    pub(crate) fn at(&mut self, now: Time) {
        self.now = now;
        self.sessions.retain(|session| session.until.is_none_or(|until| until > now));
    }

    pub(crate) fn hear(&mut self, number: u32) {
        let now = self.now;
        if let Some(connection) = self.connection(number) {
            connection.last_heard = now;
        }
    }

    pub(crate) fn connect(&mut self, hello: &Hello) -> Answer {
        let now = self.now;
        self.attempts.retain(|(_, at)| now - at < 1000);
        if self.attempts.iter().any(|(client, _)| *client == hello.client) {
            return Answer::TooFrequent;
        }
        self.attempts.push((hello.client.clone(), now));
        let will = hello.will.as_ref().is_none_or(|will| may_publish(hello.who, &will.topic));
        if !may_connect(hello.who, &hello.client) || !will {
            return Answer::NotAuthorized;
        }
        if let Some(old) = self.of_client(&hello.client).map(|old| old.number) {
            self.endings.push((old, Cause::TakenOver { by: ConnectionId(hello.number) }));
        }
        let resumable = |held: &Session| {
            held.client == hello.client && held.version == hello.version && held.expiry > 0 && !hello.clean
        };
        Answer::Accepted { session_present: self.sessions.iter().any(resumable) }
    }

    /// What an accepted CONNECT leaves behind, once whoever was there is gone.
    pub(crate) fn admit(&mut self, hello: Hello, session_present: bool) {
        if !session_present {
            self.sessions.retain(|session| session.client != hello.client);
            self.sessions.push(Session {
                client: hello.client.clone(),
                version: hello.version,
                expiry: 0,
                until: None,
                filters: Vec::new(),
                waiting: Vec::new(),
                unacknowledged: Vec::new(),
            });
        }
        if let Some(session) = self.session(&hello.client) {
            session.expiry = hello.expiry;
            session.until = None;
        }
        let patience = Time::from(hello.keep_alive.clamp(30, 1200)) * 1500;
        self.connections.push(Connection {
            number: hello.number,
            client: hello.client,
            who: hello.who,
            version: hello.version,
            last_heard: self.now,
            patience,
            will: hello.will,
            half_open: false,
            acknowledges: true,
            window: hello.window,
        });
    }

    /// A connection has ended: the session waits or goes, the will is published.
    pub(crate) fn end(&mut self, number: u32, will: bool) {
        let Some(place) = self.connections.iter().position(|connection| connection.number == number) else {
            panic!("{number} is not there to end");
        };
        let gone = self.connections.remove(place);
        let now = self.now;
        let session = self.session(&gone.client).expect("a connection has a session");
        if session.expiry > 0 {
            session.until = Some(now + session.expiry);
            let sent = std::mem::take(&mut session.unacknowledged);
            session.waiting.splice(0..0, sent.into_iter().map(|(message, ..)| message));
        } else {
            self.sessions.retain(|session| session.client != gone.client);
        }
        if let (true, Some(message)) = (will, gone.will) {
            self.publish(message);
        }
    }

    /// An accepted message goes to everyone who subscribed, once.
    pub(crate) fn publish(&mut self, message: Message) {
        if message.retain {
            self.retained.retain(|kept| kept.topic != message.topic);
            if !message.payload.is_empty() {
                self.retained.push(message.clone());
            }
        }
        for client in self.sessions.iter().map(|session| session.client.clone()).collect::<Vec<_>>() {
            let filters = &self.session(&client).expect("just listed").filters;
            let granted = filters.iter().filter(|(filter, _)| matches(filter, &message.topic));
            if let Some(qos) = granted.map(|(_, qos)| message.qos.min(*qos)).max() {
                self.owe(&client, Message { qos, retain: false, ..message.clone() });
            }
        }
    }

    pub(crate) fn owe(&mut self, client: &str, message: Message) {
        let now = self.now;
        let here = self.of_client(client).cloned();
        let session = self.session(client).expect("someone owes it");
        let at_once = session.waiting.is_empty()
            && here.as_ref().is_some_and(|c| session.unacknowledged.len() < c.window);
        let due = match (here, message.qos) {
            (None, Qos::AtMostOnce) => return,
            (Some(here), qos) if qos == Qos::AtMostOnce || at_once => {
                if may_receive(here.who, &message.topic) {
                    if qos == Qos::AtLeastOnce {
                        session.unacknowledged.push((message.clone(), now, now, 0));
                    }
                    Due::Send(here.number, message)
                } else {
                    Due::Withhold(here.number, message.topic)
                }
            }
            _ => {
                session.waiting.push(message.clone());
                Due::Store(client.to_owned(), message.topic)
            }
        };
        self.due.push(due);
    }

    fn settle(&mut self, done: &Due) -> bool {
        let place = self.due.iter().position(|due| due == done);
        place.map(|place| self.due.remove(place)).is_some()
    }

    /// The broker sent a message: one that is due, the first of those that wait, or one again that nobody acknowledged.
    pub(crate) fn sent(&mut self, number: u32, message: &Message, dup: bool, packet_id: u16) {
        let now = self.now;
        let connection =
            self.connection(number).expect("nothing goes to a connection that is closed").clone();
        assert!(may_receive(connection.who, &message.topic), "nothing goes to who may not receive it");
        let due = self.settle(&Due::Send(number, message.clone()));
        let session = self.session(&connection.client).expect("a connection has a session");
        let known = session
            .unacknowledged
            .iter_mut()
            .rev()
            .find(|(known, _, _, id)| (known, *id) == (message, if due { 0 } else { packet_id }));
        match known {
            Some((_, _, last, id)) if due => (*last, *id) = (now, packet_id),
            Some((_, _, last, _)) => {
                assert!(
                    dup && connection.version == Version::V311 && now - *last >= 30_000,
                    "too early again"
                );
                *last = now;
            }
            None if due => assert_eq!(message.qos, Qos::AtMostOnce),
            None => {
                assert_eq!(session.waiting.first(), Some(message), "stored messages come in order");
                session.waiting.remove(0);
                assert!(session.unacknowledged.len() < connection.window, "more than the client takes");
                session.unacknowledged.push((message.clone(), now, now, packet_id));
            }
        }
    }

    pub(crate) fn withheld(&mut self, number: u32, topic: &str) {
        let connection = self.connection(number).expect("withheld from someone").clone();
        assert!(!may_receive(connection.who, topic), "{topic} may be received");
        if !self.settle(&Due::Withhold(number, topic.to_owned())) {
            let session = self.session(&connection.client).expect("a connection has a session");
            assert_eq!(session.waiting.first().map(|message| message.topic.as_str()), Some(topic));
            session.waiting.remove(0);
        }
    }

    pub(crate) fn stored(&mut self, client: &str, topic: &str) {
        assert!(self.settle(&Due::Store(client.to_owned(), topic.to_owned())), "{topic} stored for {client}");
    }

    /// Nothing is given up but what stayed unacknowledged for as long as AWS tries.
    pub(crate) fn lost(&mut self, client: &str, topic: &str) {
        let now = self.now;
        let session = self.session(client).expect("lost by someone");
        let limit = if session.version == Version::V5 { 960_000 } else { 3_600_000 };
        let place = session
            .unacknowledged
            .iter()
            .position(|(message, first, ..)| message.topic == topic && now - first >= limit);
        session.unacknowledged.remove(place.expect("given up too early"));
    }

    pub(crate) fn acknowledged(&mut self, number: u32, packet_id: u16) {
        let client = self.connection(number).expect("it acknowledges").client.clone();
        let session = self.session(&client).expect("a connection has a session");
        session.unacknowledged.retain(|(_, _, _, id)| *id != packet_id);
    }
}
