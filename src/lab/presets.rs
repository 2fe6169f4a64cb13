//! Scenarios that come with the lab.

use std::collections::BTreeMap;

use crate::iot::time::{Instant, Millis, UnixTime};
use crate::mqtt::{Qos, Version};
use crate::policy::context::{Certificate, Context, Field, Principal, Thing};
use crate::policy::evaluate::{Attachment, PolicyKind};
use crate::policy::{Policy, document};
use crate::timeline::SessionId;

use super::scenario::{Action, Actor, Identity, Network, Scenario, Step};

/// The policy of the parallel-sessions article in its first form: who connects must be called like the thing.
pub const ARTICLE_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "iot:Connect",
      "Resource": "arn:aws:iot:eu-west-1:123456789012:client/${iot:Connection.Thing.ThingName}"
    },
    {
      "Effect": "Allow",
      "Action": "iot:Publish",
      "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/dt/temperature"
    },
    {
      "Effect": "Allow",
      "Action": "iot:Receive",
      "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/cmd/temperature"
    },
    {
      "Effect": "Allow",
      "Action": "iot:Subscribe",
      "Resource": "arn:aws:iot:eu-west-1:123456789012:topicfilter/cmd/temperature"
    }
  ]
}"#;

/// The article's second policy: its second client resource looks as if it admitted a suffix.
const TRIED_POLICY: &str = include_str!("../../static/samples/parallel-sessions.json");

/// An experiment of the parallel-sessions article: what its author typed, under which policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// One line for readers.
    pub title: &'static str,
    /// The text of the policy.
    pub policy: &'static str,
    /// The command lines, each started when the one before was at rest.
    pub commands: &'static str,
}

/// A command of the article: program, client ID, and what it does.
macro_rules! command {
    ($program:literal, $client_id:literal, $does:literal) => {
        concat!(
            $program,
            " -h example-ats.iot.eu-west-1.amazonaws.com --key certs/aws-cert.key --cert certs/aws-cert.pem",
            " --cafile certs/AmazonRootCA1.pem -i ",
            $client_id,
            " ",
            $does,
            " -d -q 1\n"
        )
    };
}

/// The first three experiments.
pub const EXPERIMENTS: [Experiment; 3] = [
    Experiment {
        title: "E1: the newcomer wins, and the subscriber comes back",
        policy: ARTICLE_POLICY,
        commands: concat!(
            command!("mosquitto_sub", "temp-sensor-01", "-t 'cmd/temperature'"),
            command!("mosquitto_pub", "temp-sensor-01", "-t 'dt/temperature' -m '20'"),
        ),
    },
    Experiment {
        title: "E2: another client ID is refused",
        policy: ARTICLE_POLICY,
        commands: command!("mosquitto_pub", "temp-sensor-01_01", "-t 'dt/temperature' -m '20'"),
    },
    Experiment {
        title: "E3: the suffix does not help while the thing is bound by the client ID",
        policy: TRIED_POLICY,
        commands: concat!(
            command!("mosquitto_pub", "temp-sensor-01", "-t 'dt/temperature' -m '20'"),
            command!("mosquitto_pub", "temp-sensor-01_01", "-t 'dt/temperature' -m '20'"),
        ),
    },
];

/// The article's experiments E1 and E2: session A subscribes, B comes with the same client ID and publishes, C
/// tries a client ID with a suffix. One certificate, attached to one thing in the ordinary way.
#[must_use]
pub fn takeover(version: Version) -> Scenario {
    let qos = Qos::AtLeastOnce;
    let steps = [
        (0, 0, Action::Connect),
        (400, 0, Action::subscribe("cmd/temperature", qos)),
        (2000, 1, Action::Connect),
        (2400, 1, Action::publish("dt/temperature", "20", qos)),
        (4000, 2, Action::Connect),
    ];
    let step = |(at, session, action)| Step { at: Instant(at), session: SessionId(session), action };
    let clients = [("A", "temp-sensor-01"), ("B", "temp-sensor-01"), ("C", "temp-sensor-01_01")];
    Scenario {
        title: "The newcomer wins".to_owned(),
        identities: vec![article_identity(ARTICLE_POLICY)],
        sessions: clients.map(|(name, client_id)| Actor::new(name, 0, version, client_id)).to_vec(),
        steps: steps.map(step).to_vec(),
        end: Instant(6000),
        starts: UnixTime(1_767_225_600),
        network: Network { latency: Millis(40), jitter: Millis(0) },
        seed: 42,
        ..Scenario::default()
    }
}

/// The article's certificate with another policy text.
#[must_use]
pub fn article_identity(policy: &str) -> Identity {
    let thing = Thing {
        name: "temp-sensor-01".to_owned(),
        thing_type: Field::Absent,
        attributes: Field::Given(BTreeMap::new()),
        groups: Vec::new(),
    };
    let context = Context {
        things: Field::Given(vec![thing]),
        exclusive: Field::Given(false),
        ..Context::new(Principal::X509(Certificate::default()), "eu-west-1", "123456789012")
    };
    let policy = Policy {
        name: "temp-sensor".to_owned(),
        kind: PolicyKind::Iot,
        attached_to: Attachment::Certificate,
        document: document::parse(policy),
    };
    Identity { name: "device".to_owned(), context, policies: vec![policy] }
}
