//! The client session behind a TCP socket: what the live page does with a WebSocket.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time;

use iot_policy_lab::client::{
    self, Cause, Closure, Config, Connected, Input, Message, Output, RequestId, Session,
};
use iot_policy_lab::iot::time::Instant;
use iot_policy_lab::mqtt::{Properties, Publish, Qos, ReasonCode, Subscription};

use super::{PATIENCE, now};

/// A session, its socket and its clock.
pub(crate) struct Client {
    session: Session,
    port: u16,
    start: time::Instant,
    stream: Option<TcpStream>,
    /// Numbers the sockets, because one that was given up may still have something to say.
    socket: u32,
    facts: Receiver<(u32, Input)>,
    back: Sender<(u32, Input)>,
    news: VecDeque<Output>,
    requests: u64,
}

impl Client {
    pub(crate) fn new(port: u16, config: Config) -> Self {
        let (back, facts) = mpsc::channel();
        Self {
            session: Session::new(config),
            port,
            start: now(),
            stream: None,
            socket: 0,
            facts,
            back,
            news: VecDeque::new(),
            requests: 0,
        }
    }

    /// Up to the server's yes.
    pub(crate) fn online(port: u16, config: Config) -> (Self, Connected) {
        let mut client = Self::new(port, config);
        let connected = client.connect();
        (client, connected)
    }

    pub(crate) fn connect(&mut self) -> Connected {
        self.give(Input::Connect);
        self.wait("CONNACK", |output| match output {
            Output::Connected(connected) => Some(connected),
            _ => None,
        })
    }

    pub(crate) fn subscribe(&mut self, filter: &str, qos: Qos) -> ReasonCode {
        let request = self.next_request();
        let line = Subscription::new(filter, qos);
        self.give(Input::Subscribe { request, filters: vec![line], properties: Properties::default() });
        self.wait("SUBACK", |output| match output {
            Output::Subscribed { request: answered, answer } if answered == request => Some(answer.codes[0]),
            _ => None,
        })
    }

    /// Sends without waiting for an answer.
    pub(crate) fn send(&mut self, message: Message) -> RequestId {
        let request = self.next_request();
        self.give(Input::Publish { request, message });
        request
    }

    /// The server's answer, success without one.
    pub(crate) fn published(&mut self, request: RequestId) -> ReasonCode {
        self.wait("acknowledgement", |output| match output {
            Output::Published { request: answered, answer } if answered == request => {
                Some(answer.map_or(ReasonCode::SUCCESS, |ack| ack.code))
            }
            _ => None,
        })
    }

    pub(crate) fn publish(&mut self, message: Message) -> ReasonCode {
        let request = self.send(message);
        self.published(request)
    }

    pub(crate) fn message(&mut self) -> Publish {
        self.wait("message", |output| match output {
            Output::Message(publish) => Some(publish),
            _ => None,
        })
    }

    pub(crate) fn end(&mut self) -> Cause {
        self.wait("end", |output| match output {
            Output::Disconnected(cause) => Some(cause),
            _ => None,
        })
    }

    /// Leaves in good order, or with the code that has the will published.
    pub(crate) fn disconnect(&mut self, code: ReasonCode) {
        self.give(Input::Disconnect { code, properties: Properties::default() });
        assert_eq!(self.end(), Cause::OwnRequest);
        self.closed();
    }

    /// Cuts the connection, with whatever has come and was not yet looked at.
    pub(crate) fn cut(&mut self) {
        self.socket += 1;
        if let Some(stream) = self.stream.take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.give(Input::TransportClosed(Closure::default()));
    }

    /// Gives a fact or a command, and does what is ordered. News wait for [`wait`](Self::wait).
    pub(crate) fn give(&mut self, input: Input) {
        let now = Instant(u64::try_from(self.start.elapsed().as_millis()).unwrap());
        self.session.handle(now, input);
        while let Some(output) = self.session.poll() {
            match &output {
                Output::OpenTransport => self.open(),
                Output::Send { frame, .. } => {
                    // A server that has gone shows when it is read from.
                    let _ = self.stream.as_mut().map(|stream| stream.write_all(frame.bytes()));
                }
                Output::CloseTransport => {
                    let _ = self.stream.as_ref().map(|stream| stream.shutdown(Shutdown::Write));
                }
                _ => {}
            }
            self.news.push_back(output);
        }
    }

    /// Waits for news or an order that `pick` takes; what comes before is passed over.
    pub(crate) fn wait<T>(&mut self, what: &str, pick: impl Fn(Output) -> Option<T>) -> T {
        let end = now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            while let Some(output) = self.news.pop_front() {
                seen.push(output.clone());
                if let Some(picked) = pick(output) {
                    return picked;
                }
            }
            assert!(now() < end, "no {what}, but: {seen:#?}");
            self.turn();
        }
    }

    /// The transport is closed on both sides.
    fn closed(&mut self) {
        let end = now() + PATIENCE;
        while self.stream.is_some() {
            assert!(now() < end, "the server does not close");
            self.turn();
        }
    }

    /// Takes in one fact, or a deadline.
    fn turn(&mut self) {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap();
        let patience = self.session.deadline().map_or(1_000, |(at, _)| (at - Instant(elapsed)).0);
        match self.facts.recv_timeout(time::Duration::from_millis(patience.min(1_000))) {
            Ok((socket, input)) if socket == self.socket => {
                if matches!(input, Input::TransportClosed(_)) {
                    self.stream = None;
                }
                self.give(input);
            }
            Ok(_) => {}
            Err(_) => self.give(Input::TimePassed),
        }
    }

    fn open(&mut self) {
        self.socket += 1;
        let (socket, back) = (self.socket, self.back.clone());
        let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            back.send((socket, Input::TransportClosed(Closure::default()))).unwrap();
            return;
        };
        back.send((socket, Input::TransportOpened)).unwrap();
        let mut reader = stream.try_clone().unwrap();
        self.stream = Some(stream);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if back.send((socket, Input::Received(buffer[..count].to_vec()))).is_err() {
                    return;
                }
            }
            let _ = back.send((socket, Input::TransportClosed(Closure::default())));
        });
    }

    fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}

/// A message that differs from others by its text.
pub(crate) fn message(topic: &str, text: &str, qos: Qos) -> client::Message {
    Message {
        topic: topic.to_owned(),
        payload: text.as_bytes().to_vec(),
        qos,
        retain: false,
        properties: Properties::default(),
    }
}
