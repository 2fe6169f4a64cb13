//! What a device asks for, and which checks AWS IoT Core makes for it.
//!
//! Knows which actions one request needs: a CONNECT with a will needs Publish on the will's topic, a retained
//! PUBLISH needs RetainPublish besides Publish, a shared subscription has two resource forms for Receive.
//! Knows nothing of policies.

use super::context::{Context, Field};
use crate::iot::action::{ACTIONS, ResourceType, position};

/// A will, as sent in CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// The topic of the will.
    pub topic: String,
    /// Its quality of service.
    pub qos: u8,
    /// Whether it is to be retained.
    pub retain: bool,
}

/// One request. The client ID is the connection's and stands in [`Context`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// MQTT CONNECT.
    Connect {
        /// Whether the session is to outlive the connection: clean session 0 in MQTT 3.1.1, a session expiry
        /// above 0 in MQTT 5.
        persistent: Field<bool>,
        /// The will, if any.
        will: Option<Will>,
    },
    /// MQTT PUBLISH or publish over HTTPS.
    Publish {
        /// The topic name.
        topic: String,
        /// Quality of service.
        qos: u8,
        /// The RETAIN flag.
        retain: bool,
    },
    /// One filter of an MQTT SUBSCRIBE, `$share/...` included.
    Subscribe {
        /// The topic filter.
        filter: String,
        /// The quality of service asked for.
        qos: u8,
    },
    /// Delivery of one message to the client.
    Receive {
        /// The topic of the message.
        topic: String,
        /// The share name when a shared subscription takes it.
        share: Option<String>,
    },
    /// Any other action, on a resource named by its ARN.
    Action {
        /// Such as `iot:UpdateThingShadow`.
        action: String,
        /// The ARN.
        resource: String,
        /// The topic of a direct message, for the key `iot:Topic`.
        topic: Field<String>,
    },
}

/// Why a check is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The request itself.
    Request,
    /// The RETAIN flag of a PUBLISH.
    Retain,
    /// The will of a CONNECT.
    Will,
    /// The RETAIN flag of a will.
    WillRetain,
    /// The same delivery, its resource written with `$share/<name>/`.
    ShareForm,
}

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Why it is made.
    pub part: Part,
    /// The action as AWS writes it.
    pub action: String,
    /// Its place in [`ACTIONS`], when known.
    pub known: Option<usize>,
    /// The ARN; when `open`, only its beginning is known.
    pub resource: String,
    /// Whether the end of the ARN is unknown (a CONNECT whose client ID nobody gave).
    pub open: bool,
}

impl Check {
    /// Compiles a check of any action by name and ARN.
    #[must_use]
    pub fn new(part: Part, action: &str, resource: String) -> Self {
        let known = position(action);
        let name = known.and_then(|at| ACTIONS.get(at)).map_or(action, |known| known.name);
        Self { part, action: name.to_owned(), known, resource, open: false }
    }

    /// The sixth field of the ARN, such as `client/temp-sensor-01`.
    #[must_use]
    pub fn relative(&self) -> &str {
        self.resource.splitn(6, ':').nth(5).unwrap_or_default()
    }
}

impl Request {
    /// Whether it is a delivery through a shared subscription, which has two resource forms.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Receive { share: Some(_), .. })
    }

    /// The checks to be made, in order. All must succeed, save that [`Part::ShareForm`] is an alternative to the
    /// check before it.
    #[must_use]
    pub fn checks(&self, context: &Context) -> Vec<Check> {
        let mut checks = Vec::new();
        self.checks_into(context, &mut checks);
        checks
    }

    /// The same, into checks that were used before, so that their memory is used again.
    pub fn checks_into(&self, context: &Context, checks: &mut Vec<Check>) {
        let mut used = 0_usize;
        let mut next = |part: Part, action: &str, on: On<'_>| {
            let known = position(action);
            let name = known.and_then(|at| ACTIONS.get(at)).map_or(action, |known| known.name);
            if used == checks.len() {
                checks.push(Check::new(part, action, String::new()));
            }
            if let Some(check) = checks.get_mut(used) {
                (check.part, check.known, check.open) = (part, known, false);
                if check.action != name {
                    name.clone_into(&mut check.action);
                }
                check.resource.clear();
                match on {
                    On::Arn(arn) => check.resource.push_str(arn),
                    On::Client(id) => {
                        context.write_arn(
                            ResourceType::Client,
                            &[id.given().map_or("", String::as_str)],
                            &mut check.resource,
                        );
                        check.open = *id == Field::Unknown;
                    }
                    On::Topic(name) => context.write_arn(ResourceType::Topic, name, &mut check.resource),
                    On::Filter(name) => {
                        context.write_arn(ResourceType::TopicFilter, &[name], &mut check.resource)
                    }
                }
            }
            used += 1;
        };
        match self {
            Self::Connect { will, .. } => {
                next(Part::Request, "iot:Connect", On::Client(&context.client_id));
                if let Some(will) = will {
                    next(Part::Will, "iot:Publish", On::Topic(&[&will.topic]));
                    if will.retain {
                        next(Part::WillRetain, "iot:RetainPublish", On::Topic(&[&will.topic]));
                    }
                }
            }
            Self::Publish { topic, retain, .. } => {
                next(Part::Request, "iot:Publish", On::Topic(&[topic]));
                if *retain {
                    next(Part::Retain, "iot:RetainPublish", On::Topic(&[topic]));
                }
            }
            Self::Subscribe { filter, .. } => next(Part::Request, "iot:Subscribe", On::Filter(filter)),
            Self::Receive { topic, share } => {
                next(Part::Request, "iot:Receive", On::Topic(&[topic]));
                if let Some(share) = share {
                    next(Part::ShareForm, "iot:Receive", On::Topic(&["$share/", share, "/", topic]));
                }
            }
            Self::Action { action, resource, .. } => next(Part::Request, action, On::Arn(resource)),
        }
        checks.truncate(used);
    }
}

/// What a check is made on.
enum On<'a> {
    Arn(&'a str),
    Client(&'a Field<String>),
    Topic(&'a [&'a str]),
    Filter(&'a str),
}
