//! What the judge is asked: plain data of its own, nothing of the engine.

use std::collections::BTreeMap;

use serde_json::Value;

/// A fact, its absence, or nobody's knowledge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known<T> {
    Is(T),
    No,
    Unknown,
}

impl<T> Known<T> {
    pub(crate) const fn is(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// The principal's kind, in the words of the suite format.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    X509,
    CognitoAuthenticated,
    CognitoUnauthenticated,
    IamRole,
    CustomAuthorizer,
}

/// Field names to values in the order of the certificate.
pub(crate) type Fields = BTreeMap<String, Vec<String>>;

#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) id: Known<String>,
    pub(crate) status: &'static str,
    pub(crate) subject: Known<Fields>,
    pub(crate) issuer: Known<Fields>,
    pub(crate) serial: Known<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    pub(crate) name: String,
    pub(crate) thing_type: Known<String>,
    pub(crate) attributes: Known<BTreeMap<String, String>>,
    pub(crate) groups: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) iam: bool,
    /// In the words of the suite format.
    pub(crate) attached_to: &'static str,
    pub(crate) group: Option<String>,
    pub(crate) document: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Will {
    pub(crate) topic: String,
    pub(crate) retain: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Connect { persistent: Known<bool>, will: Option<Will> },
    Publish { topic: String, retain: bool },
    Subscribe { filter: String },
    Receive { topic: String, share: Option<String> },
    Other { action: String, resource: String, topic: Known<String> },
}

/// Policies, who asks, and what.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) certificate: Certificate,
    pub(crate) identity: Known<String>,
    pub(crate) things: Known<Vec<Thing>>,
    pub(crate) exclusive: Known<bool>,
    pub(crate) registered: Vec<String>,
    /// In the words of the suite format: `mqtt`, `mqttws`, `https`.
    pub(crate) protocol: &'static str,
    pub(crate) mqtt5: bool,
    pub(crate) client_id: Known<String>,
    pub(crate) source_ip: Known<String>,
    pub(crate) domain_name: Known<String>,
    /// Seconds since 1970.
    pub(crate) time: Known<i64>,
    /// Keys whose value nobody knows, whatever stands above.
    pub(crate) unknown: Vec<String>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) ask: Ask,
}

/// Region of every world.
pub(crate) const REGION: &str = "eu-west-1";
/// Account of every world.
pub(crate) const ACCOUNT: &str = "123456789012";

/// An ARN of this account.
pub(crate) fn arn(rest: &str) -> String {
    format!("arn:aws:iot:{REGION}:{ACCOUNT}:{rest}")
}
