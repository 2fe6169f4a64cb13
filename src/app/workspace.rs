//! What the user typed, on all screens. Plain text as it was typed: nothing here can fail or be lost.
//!
//! Credentials are not part of it, so nothing that saves or hands over a workspace can leak one. What equals its
//! default is not written, and what is not written is read as its default: a later version reads what this one wrote.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::app::history::Undoable;
use crate::mqtt::Version;
use crate::policy::document::{Document, parse};
use crate::policy::explain::Switch;
use crate::policy::variable::Key;
use crate::words::page as words;

/// Everything that survives a page load and a change of screen. The default is empty; see [`Workspace::example`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workspace {
    /// The screen that is open.
    #[serde(skip_serializing_if = "is_default")]
    pub screen: Screen,
    /// The page is shown to others: large type, accounts and certificates masked. Never leaves the page.
    #[serde(skip_serializing_if = "is_default")]
    pub presenter: bool,
    /// The policies, in the order in which they were added.
    #[serde(skip_serializing_if = "is_default")]
    pub policies: Vec<PolicyText>,
    /// Who connects.
    #[serde(skip_serializing_if = "is_default")]
    pub who: Who,
    /// What is asked on Check.
    #[serde(skip_serializing_if = "is_default")]
    pub ask: Ask,
    /// In a link: the answer that was looked at, where it is not the one to look at first, by the numbers of its
    /// question and its client ID, such as `0.1`.
    #[serde(skip_serializing_if = "is_default")]
    pub at: String,
    /// Undecided points of AWS's behaviour that the user turned over, by [`Switch::as_str`].
    #[serde(skip_serializing_if = "is_default")]
    pub switches: BTreeSet<String>,
    /// The sessions of Simulate.
    #[serde(skip_serializing_if = "is_default")]
    pub simulation: Simulation,
    /// The endpoint and the sessions of Live.
    #[serde(skip_serializing_if = "is_default")]
    pub live: LivePlan,
}

/// The screens of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    /// One device, a few questions, the full explanation.
    #[default]
    Check,
    /// Parallel sessions against the simulated broker.
    Simulate,
    /// Parallel sessions against a real broker.
    Live,
    /// What the engine goes by, and what nobody knows for certain.
    Reference,
    /// To predict, to see, to understand and to change.
    Lessons,
}

/// One policy as pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyText {
    /// What the explanation calls it.
    pub name: String,
    /// The document, whatever it looks like.
    pub text: String,
    /// What it is attached to.
    #[serde(skip_serializing_if = "is_default")]
    pub attached: Attached,
    /// Left out of every answer, but not thrown away.
    #[serde(skip_serializing_if = "is_default")]
    pub off: bool,
    /// The names of its `${...}` that a template computes when it is deployed: their values are unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub computed: Vec<String>,
}

/// What a policy is attached to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attached {
    /// The principal itself: the certificate or the Cognito identity; for a custom authorizer, returned by it.
    #[default]
    Principal,
    /// The thing group of this name; without a name, one of the attached thing's groups.
    ThingGroup(String),
    /// The IAM role or user: an IAM policy.
    Role,
}

/// Who connects, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Who {
    /// By what it proves who it is.
    #[serde(skip_serializing_if = "is_default")]
    pub principal: PrincipalKind,
    /// How the principal is attached to its things.
    #[serde(skip_serializing_if = "is_default")]
    pub attachment: Attachment,
    /// Names of the attached things, one a line.
    #[serde(skip_serializing_if = "is_default")]
    pub things: String,
    /// More about things, by their names; of those that are attached now and of those that were.
    #[serde(skip_serializing_if = "is_default")]
    pub facts: BTreeMap<String, ThingFacts>,
    /// Names of things that exist but are not attached, one a line.
    #[serde(skip_serializing_if = "is_default")]
    pub registered: String,
    /// The state of the certificate.
    #[serde(skip_serializing_if = "is_default")]
    pub certificate: CertificateState,
    /// All of the certificate is known: a field that `values` does not hold is not in it.
    #[serde(skip_serializing_if = "is_default")]
    pub certificate_complete: bool,
    /// How it connects.
    #[serde(skip_serializing_if = "is_default")]
    pub transport: Transport,
    /// Values that policies ask for, by the names that AWS gives them, such as `aws:SourceIp`. A name that is not here
    /// is unknown. Several values of a certificate field stand one a line.
    #[serde(skip_serializing_if = "is_default")]
    pub values: BTreeMap<String, Entry>,
    /// The region, when no policy is to say it.
    #[serde(skip_serializing_if = "is_default")]
    pub region: String,
    /// The account, when no policy is to say it.
    #[serde(skip_serializing_if = "is_default")]
    pub account: String,
}

/// By what a client proves who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrincipalKind {
    /// An X.509 certificate.
    #[default]
    X509,
    /// An authenticated Cognito identity.
    CognitoAuthenticated,
    /// A Cognito guest.
    CognitoUnauthenticated,
    /// An IAM user or role, over SigV4.
    IamRole,
    /// A custom authorizer.
    CustomAuthorizer,
}

/// The state of a certificate: active, or one of those that keep it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateState {
    /// `ACTIVE`
    #[default]
    Active,
    /// `INACTIVE`
    Inactive,
    /// `REVOKED`
    Revoked,
    /// `PENDING_TRANSFER`
    PendingTransfer,
    /// `PENDING_ACTIVATION`
    PendingActivation,
    /// `REGISTER_INACTIVE`
    RegisterInactive,
}

/// How a client reaches AWS IoT Core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transport {
    /// MQTT over TLS.
    #[default]
    Mqtt,
    /// MQTT over WebSocket.
    WebSocket,
    /// HTTPS: no connection.
    Https,
}

/// What is known of a thing besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThingFacts {
    /// Its type and attributes, by the names of the variables. A name that is not here is unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub values: BTreeMap<String, Entry>,
    /// All attributes are known: one that `values` does not hold does not exist.
    #[serde(skip_serializing_if = "is_default")]
    pub complete: bool,
    /// Its groups, ancestors included, one a line.
    #[serde(skip_serializing_if = "is_default")]
    pub groups: String,
}

/// What somebody said of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// It is this.
    Is(String),
    /// There is none.
    None,
}

/// How a principal hangs on its things; "none" is a choice, not an empty field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attachment {
    /// `NON_EXCLUSIVE_THING`, AWS's default.
    #[default]
    NonExclusive,
    /// `EXCLUSIVE_THING`: this certificate belongs to this one thing.
    Exclusive,
    /// The certificate is attached to no thing.
    None,
}

/// The questions of Check. Each field of several holds one entry a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// Client IDs; each is asked for Connect and for everything below.
    #[serde(skip_serializing_if = "is_default")]
    pub client_ids: String,
    /// Topics to publish to.
    #[serde(skip_serializing_if = "is_default")]
    pub publish: String,
    /// Topic filters to subscribe to.
    #[serde(skip_serializing_if = "is_default")]
    pub subscribe: String,
    /// Topics whose messages should arrive.
    #[serde(skip_serializing_if = "is_default")]
    pub receive: String,
    /// Other actions, each with the ARN it is checked against: `iot:GetThingShadow arn:...`.
    #[serde(skip_serializing_if = "is_default")]
    pub other: String,
    /// The sessions are to outlive their connections.
    #[serde(skip_serializing_if = "is_default")]
    pub persistent: bool,
    /// The topic of the will of each CONNECT; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub will: String,
    /// Publishes and wills are to be retained.
    #[serde(skip_serializing_if = "is_default")]
    pub retain: bool,
    /// Publish and subscribe with QoS 1.
    #[serde(skip_serializing_if = "is_default")]
    pub qos1: bool,
}

/// The sessions of Simulate and what they do: the plain list, or a script. Check only carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Simulation {
    /// The protocol version of all of them.
    #[serde(skip_serializing_if = "is_default")]
    pub version: MqttVersion,
    /// Each connects a second after the one before.
    pub sessions: Vec<SessionPlan>,
    /// What a list cannot say, as a text that only Simulate reads; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub script: String,
}

/// A protocol version that a session can speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MqttVersion {
    /// MQTT 3.1.1.
    #[default]
    #[serde(rename = "3.1.1")]
    V311,
    /// MQTT 5.
    #[serde(rename = "5")]
    V5,
}

/// One session, simulated or live: who it says it is and what it does once connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPlan {
    /// The client ID of its CONNECT.
    pub client_id: String,
    /// A topic filter to subscribe to; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub subscribe: String,
    /// A topic to publish to; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub publish: String,
    /// What is published.
    #[serde(skip_serializing_if = "is_default")]
    pub payload: String,
    /// 0 or 1, for both.
    #[serde(skip_serializing_if = "is_default")]
    pub qos: u8,
}

/// What is typed on Live, without credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LivePlan {
    /// The endpoint as typed.
    pub endpoint: String,
    /// How sessions get in and what a run needs, as a text that only Live reads.
    pub access: String,
    /// What they are to do.
    pub plan: Simulation,
}

/// A field of plain text, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Text of a policy, by index.
    PolicyText(usize),
    /// Name of a policy, by index.
    PolicyName(usize),
    /// The thing group that a policy is attached to, by index.
    PolicyGroup(usize),
    /// The attached things.
    Things,
    /// Things that exist but are not attached.
    Registered,
    /// The groups of the thing of this name.
    Groups(String),
    /// A value by the name of its variable; empty when nobody knows it.
    Value(String),
    /// The same of the thing of the first name.
    ThingValue(String, String),
    /// The region of Check.
    AskedRegion,
    /// The account of Check.
    AskedAccount,
    /// Client IDs of Check.
    ClientIds,
    /// Topics of Check.
    Publish,
    /// Filters of Check.
    Subscribe,
    /// Topics of Check.
    Receive,
    /// Other actions of Check.
    Other,
    /// The topic of the will.
    Will,
    /// The endpoint of Live.
    Endpoint,
}

impl Workspace {
    /// Puts `text` into a field; nothing when there is no such field.
    pub fn type_into(&mut self, field: &TextField, text: String) {
        match field {
            TextField::Value(name) => self.who.say(name, typed(text)),
            TextField::ThingValue(thing, name) => self.who.say_of_thing(thing, name, typed(text)),
            field => {
                if let Some(target) = self.field(field) {
                    *target = text;
                }
            }
        }
    }

    /// The text of a field; nothing when there is no such field.
    pub(crate) fn field(&mut self, field: &TextField) -> Option<&mut String> {
        const fn said(entry: &mut Entry) -> Option<&mut String> {
            if let Entry::Is(text) = entry { Some(text) } else { None }
        }
        let Self { policies, who, ask, live, .. } = self;
        match field {
            TextField::PolicyText(index) => policies.get_mut(*index).map(|policy| &mut policy.text),
            TextField::PolicyName(index) => policies.get_mut(*index).map(|policy| &mut policy.name),
            TextField::PolicyGroup(index) => {
                policies.get_mut(*index).and_then(|policy| match &mut policy.attached {
                    Attached::ThingGroup(name) => Some(name),
                    _ => None,
                })
            }
            TextField::Value(name) => who.values.get_mut(name).and_then(said),
            TextField::ThingValue(thing, name) => {
                who.facts.get_mut(thing).and_then(|facts| facts.values.get_mut(name)).and_then(said)
            }
            TextField::Things => Some(&mut who.things),
            TextField::Registered => Some(&mut who.registered),
            TextField::Groups(thing) => Some(&mut who.facts.entry(thing.clone()).or_default().groups),
            TextField::AskedRegion => Some(&mut who.region),
            TextField::AskedAccount => Some(&mut who.account),
            TextField::ClientIds => Some(&mut ask.client_ids),
            TextField::Publish => Some(&mut ask.publish),
            TextField::Subscribe => Some(&mut ask.subscribe),
            TextField::Receive => Some(&mut ask.receive),
            TextField::Other => Some(&mut ask.other),
            TextField::Will => Some(&mut ask.will),
            TextField::Endpoint => Some(&mut live.endpoint),
        }
    }
}

/// At most this many policies side by side (AWS: ten on a certificate; more can come from thing groups).
pub const MAX_POLICIES: usize = 20;

/// Longest accepted hand-over of a workspace, in bytes of JSON.
pub const MAX_SAVED_BYTES: usize = 4 << 20;

impl Undoable for Workspace {
    /// Bytes of policies and of the script.
    const MAX_WEIGHT: usize = 8 << 20;

    fn weight(&self) -> usize {
        let policies = self.policies.iter().map(|policy| policy.text.len());
        policies.sum::<usize>() + self.simulation.script.len()
    }

    /// The open screen and presenter mode.
    fn carry_over(&mut self, now: &Self) {
        self.screen = now.screen;
        self.presenter = now.presenter;
    }
}

impl Workspace {
    /// The undecided points that are turned over, by name; a name that this version does not know is left out.
    #[must_use]
    pub fn turned(&self) -> Vec<&'static str> {
        let names = Switch::ALL.iter().map(|switch| switch.as_str());
        names.filter(|name| self.switches.contains(*name)).collect()
    }

    /// Turns an undecided point over, or back.
    pub fn turn(&mut self, switch: Switch) {
        if !self.switches.remove(switch.as_str()) {
            self.switches.insert(switch.as_str().to_owned());
        }
    }
}

impl Workspace {
    /// Reads what another load of this page left.
    ///
    /// # Errors
    /// When the text is too long, is not a workspace of this version, or does not fit on the screen; the sentence says which.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_SAVED_BYTES {
            return Err(format!("{} bytes are too many, at most {MAX_SAVED_BYTES} are read", text.len()));
        }
        let workspace: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        workspace.fits()
    }

    /// Itself, when it has no more than the screen takes: every policy is asked for every answer.
    ///
    /// # Errors
    /// When it has too many policies; a sentence.
    pub fn fits(self) -> Result<Self, String> {
        let count = self.policies.len();
        if count <= MAX_POLICIES { Ok(self) } else { Err(words::too_many_policies(count, MAX_POLICIES)) }
    }

    /// Whether another load of the page will read it.
    ///
    /// # Errors
    /// When it is too long to travel; a sentence.
    pub fn travels(&self) -> Result<(), String> {
        let bytes = self.write().len();
        if bytes <= MAX_SAVED_BYTES { Ok(()) } else { Err(words::too_much(bytes, MAX_SAVED_BYTES)) }
    }

    /// The text that [`Workspace::read`] reads.
    #[must_use]
    pub fn write(&self) -> String {
        // Plain strings and enums: serialising them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Who {
    /// Notes what somebody said of a value; nothing makes it unknown again, and so not all is known any more.
    pub fn say(&mut self, name: &str, entry: Option<Entry>) {
        if entry.is_none() && Key::parse(name).is_certificate() {
            self.certificate_complete = false;
        }
        put(&mut self.values, name, entry);
    }

    /// The same of a value of the thing of this name.
    pub fn say_of_thing(&mut self, thing: &str, name: &str, entry: Option<Entry>) {
        let facts = self.facts.entry(thing.to_owned()).or_default();
        facts.complete &= entry.is_some();
        put(&mut facts.values, name, entry);
    }
}

fn put(values: &mut BTreeMap<String, Entry>, name: &str, entry: Option<Entry>) {
    match entry {
        Some(entry) => drop(values.insert(name.to_owned(), entry)),
        None => drop(values.remove(name)),
    }
}

/// What stands in a field: nothing is said by an empty one.
fn typed(text: String) -> Option<Entry> {
    (!text.is_empty()).then_some(Entry::Is(text))
}

impl Workspace {
    /// The article's surprising case: one certificate, one thing, a pattern that should admit the suffix.
    #[must_use]
    pub fn example() -> Self {
        Self {
            policies: vec![PolicyText::new("device-policy", SURPRISING_POLICY)],
            who: Who { things: "temp-sensor-01".into(), ..Who::default() },
            ask: Ask {
                client_ids: "temp-sensor-01\ntemp-sensor-01_01".into(),
                publish: "dt/temperature".into(),
                subscribe: "cmd/temperature".into(),
                receive: "cmd/temperature".into(),
                ..Ask::default()
            },
            simulation: Simulation {
                version: MqttVersion::V311,
                sessions: vec![
                    SessionPlan::new("temp-sensor-01", "cmd/temperature", "", ""),
                    SessionPlan::new("temp-sensor-01", "", "dt/temperature", "20"),
                ],
                script: String::new(),
            },
            live: LivePlan {
                endpoint: String::new(),
                access: String::new(),
                plan: Simulation {
                    version: MqttVersion::V5,
                    sessions: vec![
                        SessionPlan::new("iotlab-a", "iotlab/hello", "", ""),
                        SessionPlan::new("iotlab-b", "", "iotlab/hello", "hello"),
                    ],
                    script: String::new(),
                },
            },
            ..Self::default()
        }
    }
}

impl PolicyText {
    /// A policy that is attached to the principal.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.into(), text: text.into(), ..Self::default() }
    }

    /// Its document.
    #[must_use]
    pub fn document(&self) -> Document {
        let mut document = parse(&self.text);
        document.forgive(&self.computed);
        document
    }
}

impl Workspace {
    /// What a load of the page begins with: what the load before left, or the example with client IDs of Live that
    /// `tag` makes unlike anybody else's; and what the user should read of it.
    #[must_use]
    pub fn opening(left: Option<&str>, tag: &str) -> (Self, Option<String>) {
        let fresh = || {
            let mut workspace = Self::example();
            workspace.make_live_ids_unique(tag);
            workspace
        };
        match left.map(Self::read) {
            None => (fresh(), None),
            Some(Ok(workspace)) => (workspace, None),
            Some(Err(why)) => (fresh(), Some(words::unreadable(&why))),
        }
    }

    /// This in place of what is asked on Check: the plan of Live stays that of `other`, and so do the sessions of Simulate
    /// when this one has none. At least one policy field stands there to be typed into.
    #[must_use]
    pub fn beside(mut self, other: &Self) -> Self {
        self.live = other.live.clone();
        self.presenter = other.presenter;
        if self.simulation == Simulation::default() {
            self.simulation = other.simulation.clone();
        }
        if self.policies.is_empty() {
            self.policies.push(PolicyText::new("policy-1", ""));
        }
        self
    }

    /// Client IDs of Live that nobody else has: two people in one account would throw each other out.
    pub fn make_live_ids_unique(&mut self, tag: &str) {
        for session in &mut self.live.plan.sessions {
            session.client_id = session.client_id.replacen("iotlab-", &format!("iotlab-{tag}-"), 1);
        }
    }
}

impl SessionPlan {
    /// A session that subscribes to one filter and publishes to one topic, both with QoS 1; either may be empty.
    #[must_use]
    pub fn new(client_id: &str, subscribe: &str, publish: &str, payload: &str) -> Self {
        Self {
            client_id: client_id.into(),
            subscribe: subscribe.into(),
            publish: publish.into(),
            payload: payload.into(),
            qos: 1,
        }
    }
}

/// The policy of the article's third experiment: its second client resource looks as if it admitted a suffix.
const SURPRISING_POLICY: &str = include_str!("../../static/samples/parallel-sessions.json");

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
impl From<Version> for MqttVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V311 => Self::V311,
            Version::V5 => Self::V5,
        }
    }
}

impl From<MqttVersion> for Version {
    fn from(version: MqttVersion) -> Self {
        match version {
            MqttVersion::V311 => Self::V311,
            MqttVersion::V5 => Self::V5,
        }
    }
}
