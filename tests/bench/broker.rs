//! How fast the simulated broker works, on one core, and what it takes for many clients.
//!
//! Every client publishes to a topic of its own, subscribes to its neighbour's, and may do both by the policies of one
//! certificate, which the engine decides anew each time. An event is a packet that the broker takes in or gives out, each
//! with its rights asked for; between two rounds the virtual clock moves on, so that no rate is exceeded.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench reads the clock and stops when it is wrong"
)]

mod measure;

use std::time::{Duration, Instant as Clock};

use iot_policy_lab::broker::{
    Asker, Authorizer, Broker, Config, ConnectionId, ExplanationId, Input, Output, Request, Ruling, Verdict,
    Who,
};
use iot_policy_lab::iot::time::{Instant, Millis};
use iot_policy_lab::mqtt::{
    Connect, Packet, PacketId, PacketKind, Properties, Publish, Qos, Subscribe, Subscription, Version, encode,
};
use iot_policy_lab::policy::{
    self, Context, Field, Policy, PolicySet, Principal, context::Certificate, context::Side, document,
    evaluate::Attachment,
};
use measure::{resident, spent};

/// How long each figure is measured.
const LONG: Duration = Duration::from_secs(2);

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:123456789012:client/${iot:ClientId}"},
    {"Effect": "Allow", "Action": "iot:Publish",
     "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/dt/${iot:ClientId}/*"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:eu-west-1:123456789012:topicfilter/dt/*"},
    {"Effect": "Allow", "Action": "iot:Receive", "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/dt/*"}
  ]
}"#;

/// The policy engine behind the broker.
struct Rights {
    context: Context,
    policies: PolicySet,
    asked: u64,
}

impl Rights {
    fn new() -> Self {
        let policy = Policy {
            name: "bench".to_owned(),
            kind: Side::Iot,
            attached_to: Attachment::Certificate,
            document: document::parse(POLICY),
        };
        let principal = Principal::X509(Certificate::default());
        let context = Context::new(principal, "eu-west-1", "123456789012");
        Self { context, policies: PolicySet::compile(vec![policy]), asked: 0 }
    }
}

impl Authorizer for Rights {
    fn authorize(&mut self, _: Instant, asker: &Asker, request: &Request) -> Ruling {
        self.asked += 1;
        if self.context.client_id.given() != Some(&asker.client_id) {
            self.context.client_id = Field::Given(asker.client_id.clone());
        }
        let verdict = match self.policies.decide(&self.context, &request.into()).verdict {
            policy::Verdict::Allowed => Verdict::Allowed,
            _ => Verdict::Refused,
        };
        Ruling { verdict, explanation: ExplanationId(0) }
    }
}

/// The broker and what went in and out.
struct Fleet {
    broker: Broker,
    rights: Rights,
    now: Instant,
    events: u64,
}

impl Fleet {
    fn say(&mut self, connection: u32, bytes: &[u8]) {
        let connection = ConnectionId(connection);
        self.feed(Input::Received { connection, bytes: bytes.to_vec() });
        self.events += 1;
    }

    fn feed(&mut self, input: Input) {
        self.broker.handle(self.now, input, &mut self.rights);
        while let Some(output) = self.broker.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    self.events += 1;
                    if PacketKind::of(bytes.first().copied().unwrap()) == Some(PacketKind::Publish)
                        && let Some(ack) = acknowledgement(&bytes)
                    {
                        self.broker.handle(
                            self.now,
                            Input::Received { connection, bytes: ack },
                            &mut self.rights,
                        );
                        self.events += 1;
                    }
                }
                Output::Close { connection } => panic!("{connection:?} was closed"),
                Output::News(_) => {}
            }
        }
    }
}

/// The PUBACK of a 3.1.1 PUBLISH with QoS 1 and less than 128 bytes, straight from the bytes.
fn acknowledgement(bytes: &[u8]) -> Option<Vec<u8>> {
    let [first, _, high, low, rest @ ..] = bytes else { return None };
    if first & 0x06 == 0 {
        return None;
    }
    let topic = usize::from(*high) << 8 | usize::from(*low);
    let id = rest.get(topic..topic + 2)?;
    Some([&[0x40, 0x02], id].concat())
}

fn fleet(clients: u32) -> Fleet {
    let mut fleet =
        Fleet { broker: Broker::new(Config::default()), rights: Rights::new(), now: Instant(0), events: 0 };
    for number in 0..clients {
        fleet.feed(Input::Opened { connection: ConnectionId(number), who: Who(0) });
        let connect = Connect { keep_alive: 1200, ..Connect::clean(Version::V311, &name(number)) };
        fleet.say(number, &encode(&Packet::Connect(connect), Version::V311).unwrap());
        let neighbour = name((number + 1) % clients);
        let filter = format!("dt/{neighbour}/#");
        let line = Subscription::new(filter, Qos::AtLeastOnce);
        let (packet_id, properties) = (PacketId(1), Properties::default());
        let subscribe = Subscribe { packet_id, filters: vec![line], properties };
        fleet.say(number, &encode(&Packet::Subscribe(subscribe), Version::V311).unwrap());
    }
    fleet
}

fn name(number: u32) -> String {
    format!("temp-sensor-{number:05}")
}

fn publish(number: u32, qos: Qos) -> Vec<u8> {
    let publish = Publish {
        dup: false,
        qos,
        retain: false,
        topic: format!("dt/{}/temperature", name(number)),
        packet_id: (qos == Qos::AtLeastOnce).then_some(PacketId(7)),
        properties: Properties::default(),
        payload: br#"{"temperature": 20.5}"#.to_vec(),
    };
    encode(&Packet::Publish(publish), Version::V311).unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "figures to print")]
fn main() {
    println!(
        "{:>8}{:>14}{:>18}{:>18}{:>16}",
        "clients", "connects/s", "events/s QoS 0", "events/s QoS 1", "bytes a client"
    );
    let start = Clock::now();
    for clients in [2, 100, 10_000] {
        let before = resident();
        let begin = spent(start);
        let mut fleet = fleet(clients);
        // Shorter than the clock can tell for a few.
        let took = (spent(start) - begin).as_secs_f64();
        let connects = if took > 0.05 { format!("{:.0}", f64::from(clients) / took) } else { "-".to_owned() };
        let bytes = resident().saturating_sub(before) / clients as usize;
        let bytes = if clients < 100 { "-".to_owned() } else { bytes.to_string() };
        let rates = [Qos::AtMostOnce, Qos::AtLeastOnce].map(|qos| {
            let packets: Vec<Vec<u8>> = (0..clients).map(|number| publish(number, qos)).collect();
            let (events, begin) = (fleet.events, spent(start));
            while spent(start) - begin < LONG {
                // Many rounds between two looks at the clock, which is slow.
                for _ in 0..=1_000 / clients {
                    for (number, packet) in (0..).zip(&packets) {
                        fleet.say(number, packet);
                    }
                    fleet.now = fleet.now + Millis(50);
                    fleet.feed(Input::TimePassed);
                }
            }
            (fleet.events - events) as f64 / (spent(start) - begin).as_secs_f64()
        });
        let holdings = fleet.broker.holdings();
        assert_eq!((holdings.connections, holdings.messages), (clients as usize, 0));
        println!("{clients:>8}{connects:>14}{:>18.0}{:>18.0}{bytes:>16}", rates[0], rates[1]);
    }
}
