//! What the user typed, on all screens. Plain text as it was typed: nothing here can fail or be lost.
//!
//! Credentials are not part of it, so nothing that saves or hands over a workspace can leak one.

use serde::{Deserialize, Serialize};

/// Everything that survives a page load and a change of screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// The screen that is open.
    pub screen: Screen,
    /// At least one.
    pub policies: Vec<PolicyText>,
    /// Who connects.
    pub who: Who,
    /// What is asked on Check.
    pub ask: Ask,
    /// The sessions of Simulate.
    pub simulation: Simulation,
    /// The endpoint and the sessions of Live.
    pub live: LivePlan,
}

/// The screens of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    /// One device, a few questions, the full explanation.
    Check,
    /// Parallel sessions against the simulated broker.
    Simulate,
    /// Parallel sessions against a real broker.
    Live,
}

/// One policy as pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    /// What the explanation calls it.
    pub name: String,
    /// The document, whatever it looks like.
    pub text: String,
}

/// The device's side of the decision: a certificate and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// How the certificate is attached to its things.
    pub attachment: Attachment,
    /// Names of the attached things, one a line.
    pub things: String,
}

/// How a certificate hangs on its things; "none" is a choice, not an empty field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attachment {
    /// `NON_EXCLUSIVE_THING`, AWS's default.
    NonExclusive,
    /// `EXCLUSIVE_THING`: this certificate belongs to this one thing.
    Exclusive,
    /// The certificate is attached to no thing.
    None,
}

/// The questions of Check. Each field holds one entry a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Client IDs; each is asked for Connect and for everything below.
    pub client_ids: String,
    /// Topics to publish to.
    pub publish: String,
    /// Topic filters to subscribe to.
    pub subscribe: String,
    /// Topics whose messages should arrive.
    pub receive: String,
}

/// The sessions of Simulate, in the order in which they act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    /// The protocol version of all of them.
    pub version: MqttVersion,
    /// Each connects a second after the one before.
    pub sessions: Vec<SessionPlan>,
}

/// A protocol version that a session can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MqttVersion {
    /// MQTT 3.1.1.
    #[serde(rename = "3.1.1")]
    V311,
    /// MQTT 5.
    #[serde(rename = "5")]
    V5,
}

/// One session, simulated or live: who it says it is and what it does once connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPlan {
    /// The client ID of its CONNECT.
    pub client_id: String,
    /// A topic filter to subscribe to; empty for none.
    pub subscribe: String,
    /// A topic to publish to; empty for none.
    pub publish: String,
    /// What is published.
    pub payload: String,
    /// 0 or 1, for both.
    pub qos: u8,
}

/// What is typed on Live, without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivePlan {
    /// The endpoint as typed.
    pub endpoint: String,
    /// The region as typed, for endpoints that do not name theirs.
    pub region: String,
    /// Whether connections are signed with SigV4.
    pub signed: bool,
    /// The protocol version of new sessions.
    pub version: MqttVersion,
    /// Their keep-alive in seconds, as typed.
    pub keep_alive: String,
    /// The sessions side by side.
    pub sessions: Vec<SessionPlan>,
}

/// Longest accepted hand-over of a workspace, in bytes of JSON.
pub const MAX_SAVED_BYTES: usize = 4 << 20;

impl Workspace {
    /// Reads what another load of this page left.
    ///
    /// # Errors
    /// When the text is too long or is not a workspace of this version; the sentence says which.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_SAVED_BYTES {
            return Err(format!("{} bytes are too many, at most {MAX_SAVED_BYTES} are read", text.len()));
        }
        let mut workspace: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if workspace.policies.is_empty() {
            workspace.policies.push(PolicyText { name: "policy".into(), text: String::new() });
        }
        Ok(workspace)
    }

    /// The text that [`Workspace::read`] reads.
    #[must_use]
    pub fn write(&self) -> String {
        // Plain strings and enums: serialising them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Default for Workspace {
    /// The article's surprising case: one certificate, one thing, a pattern that should admit the suffix.
    fn default() -> Self {
        Self {
            screen: Screen::Check,
            policies: vec![PolicyText { name: "device-policy".into(), text: SURPRISING_POLICY.into() }],
            who: Who { attachment: Attachment::NonExclusive, things: "temp-sensor-01".into() },
            ask: Ask {
                client_ids: "temp-sensor-01\ntemp-sensor-01_01".into(),
                publish: "dt/temperature".into(),
                subscribe: "cmd/temperature".into(),
                receive: "cmd/temperature".into(),
            },
            simulation: Simulation {
                version: MqttVersion::V311,
                sessions: vec![
                    SessionPlan::new("temp-sensor-01", "cmd/temperature", "", ""),
                    SessionPlan::new("temp-sensor-01", "", "dt/temperature", "20"),
                ],
            },
            live: LivePlan {
                endpoint: String::new(),
                region: String::new(),
                signed: true,
                version: MqttVersion::V5,
                // The shortest that AWS IoT Core takes (quotas: 30 to 1200 s; documented).
                keep_alive: "30".into(),
                sessions: vec![
                    SessionPlan::new("iotlab-a", "iotlab/hello", "", ""),
                    SessionPlan::new("iotlab-b", "", "iotlab/hello", "hello"),
                ],
            },
        }
    }
}

impl Workspace {
    /// Client IDs of Live that nobody else has: two people in one account would throw each other out.
    pub fn make_live_ids_unique(&mut self, tag: &str) {
        for session in &mut self.live.sessions {
            session.client_id = session.client_id.replacen("iotlab-", &format!("iotlab-{tag}-"), 1);
        }
    }
}

impl SessionPlan {
    /// The next session beside this one, with a client ID of its own: a copy would throw this one out.
    #[must_use]
    pub fn next(&self, name: &str) -> Self {
        let name = name.to_lowercase();
        let stem = match self.client_id.rsplit_once('-') {
            Some((stem, last)) if last.len() == 1 => stem,
            _ => &self.client_id,
        };
        Self { client_id: format!("{stem}-{name}"), ..self.clone() }
    }

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
