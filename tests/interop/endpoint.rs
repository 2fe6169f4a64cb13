//! The simulated broker behind a TCP port: threads, sockets and the clock around `Broker`, nothing else.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time;

use iot_policy_lab::broker::{
    self, Asker, Authorizer, Broker, Config, ConnectionId, ExplanationId, Input, News, Output, Request,
    Ruling, Who,
};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::policy::context::Field;
use iot_policy_lab::policy::{self, Context, PolicySet};

use super::common::{device, policies};
use super::{PATIENCE, now};

/// The broker of one account, reachable from other programs.
pub(crate) struct Endpoint {
    pub(crate) port: u16,
    facts: Sender<Fact>,
    news: Receiver<News>,
}

enum Fact {
    Opened(TcpStream),
    Broker(Input),
    Stop,
}

/// Whoever connects is the certificate of this context, with these policies.
pub(crate) struct Rights {
    context: Context,
    policies: PolicySet,
}

impl Rights {
    /// The certificate of `temp-sensor-01`; `~` in the statements stands for the account's ARN.
    pub(crate) fn of_sensor(statements: &str, exclusive: bool) -> Self {
        Self {
            context: device("", &["temp-sensor-01"], exclusive),
            policies: policies(statements, r#""Version": "2012-10-17","#),
        }
    }

    pub(crate) fn all() -> Self {
        Self::of_sensor(r#"{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}"#, false)
    }
}

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        self.context.client_id = Field::Given(asker.client_id.clone());
        let verdict = match self.policies.decide(&self.context, &request.into()).verdict {
            policy::Verdict::Allowed => broker::Verdict::Allowed,
            _ => broker::Verdict::Refused,
        };
        Ruling { verdict, explanation: ExplanationId(0) }
    }
}

impl Endpoint {
    /// Without the limit of one CONNECT a second for each client ID, which people at a terminal do not meet.
    pub(crate) fn start(rights: Rights) -> Self {
        Self::configured(Config { connect_interval: Millis(0), ..Config::default() }, rights)
    }

    pub(crate) fn configured(config: Config, rights: Rights) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (facts, incoming) = mpsc::channel();
        let (tell, news) = mpsc::channel();
        let accepted = facts.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepted.send(Fact::Opened(stream)).is_err() {
                    break;
                }
            }
        });
        let back = facts.clone();
        thread::spawn(move || serve(config, rights, &incoming, &back, &tell));
        Self { port, facts, news }
    }

    /// Waits for news; what comes before is passed over.
    pub(crate) fn wait(&self, what: &str, is: impl Fn(&News) -> bool) -> News {
        let mut seen = Vec::new();
        loop {
            match self.news.recv_timeout(PATIENCE) {
                Ok(news) if is(&news) => return news,
                Ok(news) => seen.push(news),
                Err(error) => panic!("no {what} ({error}), but: {seen:#?}"),
            }
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.facts.send(Fact::Stop);
        // So that the listener sees that nobody is behind it any more.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// The driver's loop of `Broker`, until nobody wants it.
fn serve(
    config: Config,
    mut rights: Rights,
    facts: &Receiver<Fact>,
    back: &Sender<Fact>,
    tell: &Sender<News>,
) {
    let start = now();
    let clock = || Instant(u64::try_from(start.elapsed().as_millis()).unwrap());
    let mut broker = Broker::new(config);
    let mut streams: BTreeMap<ConnectionId, TcpStream> = BTreeMap::new();
    let mut last = 0;
    loop {
        let patience = broker.deadline().map_or(u64::MAX, |at| (at - clock()).0).min(60_000);
        let input = match facts.recv_timeout(time::Duration::from_millis(patience)) {
            Ok(Fact::Opened(stream)) => {
                last += 1;
                let connection = ConnectionId(last);
                read(stream.try_clone().unwrap(), connection, back.clone());
                streams.insert(connection, stream);
                Input::Opened { connection, who: Who(0) }
            }
            Ok(Fact::Broker(input)) => input,
            Ok(Fact::Stop) => return,
            Err(_) => Input::TimePassed,
        };
        broker.handle(clock(), input, &mut rights);
        while let Some(output) = broker.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    // A client that has gone shows when it is read from.
                    let _ = streams.get_mut(&connection).map(|stream| stream.write_all(&bytes));
                }
                // What was sent before still arrives; the reader waits for the client to go.
                Output::Close { connection } => {
                    let _ = streams.remove(&connection).map(|stream| stream.shutdown(Shutdown::Write));
                }
                // The test may not look any more.
                Output::News(news) => drop(tell.send(news)),
            }
        }
    }
}

fn read(mut stream: TcpStream, connection: ConnectionId, facts: Sender<Fact>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let bytes = buffer[..count].to_vec();
            if facts.send(Fact::Broker(Input::Received { connection, bytes })).is_err() {
                return;
            }
        }
        let _ = facts.send(Fact::Broker(Input::Lost { connection }));
    });
}
