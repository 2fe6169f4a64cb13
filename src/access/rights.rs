//! The smallest rights for a run: a session policy, and the command that makes credentials with it.
//!
//! A session policy narrows what a role may do and never widens it. IAM's `*` does not stop at `/`, so what a filter with
//! `+` receives is allowed a little wider than the filter; everything else is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use super::shell::{self, ControlError};
use crate::client::Message;
use crate::iot::region::Region;
use crate::iot::topic;
use crate::mqtt::{Connect, Subscription};

/// Longest session policy, in characters (STS API Reference, AssumeRole: documented).
pub const MAX_POLICY: usize = 2048;
/// How long the role of a run may last, in seconds (the same; a role's own maximum and role chaining may be shorter).
pub const DURATION: std::ops::RangeInclusive<u32> = 900..=43_200;

/// What the sessions of a run do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    region: Region,
    account: String,
    client_ids: BTreeSet<String>,
    /// Each with whether a message on it is retained.
    published: BTreeMap<String, bool>,
    subscribed: BTreeSet<String>,
}

/// Why no command can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RightsError {
    /// No account ID.
    Account,
    /// An empty client ID: the server chooses one, so no policy can name it.
    ClientId,
    /// No session connects.
    NoSession,
    /// A topic to publish on, or a filter to subscribe to, is not legal.
    Topic,
    /// The session policy has this many characters.
    TooLong(usize),
    /// No ARN of a role.
    Role,
    /// No name of a session.
    SessionName,
    /// Outside [`DURATION`].
    Duration,
    /// A control character in a name.
    Control(ControlError),
}

impl Plan {
    /// An empty plan.
    ///
    /// # Errors
    /// [`RightsError::Account`] for anything but twelve digits.
    pub fn new(region: Region, account: &str) -> Result<Self, RightsError> {
        if !is_account(account) {
            return Err(RightsError::Account);
        }
        let (client_ids, published, subscribed) = Default::default();
        Ok(Self { region, account: account.to_owned(), client_ids, published, subscribed })
    }

    /// A session connects like this; its will is published too.
    pub fn connect(&mut self, connect: &Connect) {
        self.client_ids.insert(connect.client_id.clone());
        if let Some(will) = &connect.will {
            *self.published.entry(will.topic.clone()).or_default() |= will.retain;
        }
    }

    /// A session publishes this.
    pub fn publish(&mut self, message: &Message) {
        *self.published.entry(message.topic.clone()).or_default() |= message.retain;
    }

    /// A session subscribes to this.
    pub fn subscribe(&mut self, subscription: &Subscription) {
        self.subscribed.insert(subscription.filter.clone());
    }

    /// The session policy, as JSON without blanks and in ASCII.
    ///
    /// # Errors
    /// [`RightsError::NoSession`], [`RightsError::ClientId`], [`RightsError::Topic`], [`RightsError::TooLong`].
    pub fn session_policy(&self) -> Result<String, RightsError> {
        if self.client_ids.is_empty() {
            return Err(RightsError::NoSession);
        }
        if self.client_ids.contains("") {
            return Err(RightsError::ClientId);
        }
        let names = self.published.keys().all(|topic| topic::check_name(topic).is_ok());
        let filters = self.subscribed.iter().all(|filter| topic::check_filter(filter).is_ok());
        if !names || !filters {
            return Err(RightsError::Topic);
        }
        let retained = self.published.iter().filter(|(_, retained)| **retained).map(|(topic, _)| topic);
        let received: BTreeSet<String> = self.subscribed.iter().flat_map(|filter| received(filter)).collect();
        let statements: Vec<Value> = [
            self.allow("Connect", "client", self.client_ids.iter().map(|id| literal(id))),
            self.allow("Publish", "topic", self.published.keys().map(|topic| literal(topic))),
            self.allow("RetainPublish", "topic", retained.map(|topic| literal(topic))),
            self.allow("Subscribe", "topicfilter", self.subscribed.iter().map(|filter| literal(filter))),
            self.allow("Receive", "topic", received.into_iter()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let policy = ascii(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string());
        if policy.len() > MAX_POLICY { Err(RightsError::TooLong(policy.len())) } else { Ok(policy) }
    }

    fn allow(&self, action: &str, kind: &str, patterns: impl Iterator<Item = String>) -> Option<Value> {
        let arn = |pattern| {
            format!("arn:{}:iot:{}:{}:{kind}/{pattern}", self.region.partition(), self.region, self.account)
        };
        let resources: Vec<String> = patterns.map(arn).collect();
        let statement =
            json!({ "Effect": "Allow", "Action": format!("iot:{action}"), "Resource": resources });
        (!resources.is_empty()).then_some(statement)
    }

    /// The command that makes credentials which can do the run and nothing else.
    ///
    /// # Errors
    /// [`RightsError`].
    pub fn assume_role(&self, role: &str, session_name: &str, seconds: u32) -> Result<String, RightsError> {
        let policy = self.session_policy()?;
        if !is_role(role) {
            return Err(RightsError::Role);
        }
        // AssumeRole, RoleSessionName: 2 to 64 of `[\w+=,.@-]`.
        let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(good) {
            return Err(RightsError::SessionName);
        }
        if !DURATION.contains(&seconds) {
            return Err(RightsError::Duration);
        }
        let quote = |text| shell::quote(text).map_err(RightsError::Control);
        // An option and its value in one word: no name can pass for an option.
        let [role, session_name, policy] = [
            quote(&format!("--role-arn={role}"))?,
            quote(&format!("--role-session-name={session_name}"))?,
            quote(&policy)?,
        ];
        Ok(format!(
            "aws sts assume-role {role} {session_name} --duration-seconds {seconds} --policy {policy}"
        ))
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `arn:<partition>:iam::<account>:role/<path and name>` (IAM User Guide, "IAM ARNs": documented).
fn is_role(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let name = resource.strip_prefix("role/").is_some_and(|name| !name.is_empty() && name.chars().all(good));
    partition.starts_with("aws") && partition.chars().all(good) && is_account(account) && name
}

/// A name so that IAM takes each character for itself (IAM User Guide, "Policy variables", `${*}`, `${?}`, `${$}`:
/// documented).
fn literal(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '*' | '?' => pattern.extend(["${", c.encode_utf8(&mut [0; 4]), "}"]),
            // A `$` that begins no variable stands for itself, as in `$aws/` and `$share/`.
            '{' if pattern.ends_with('$') => {
                pattern.pop();
                pattern.push_str("${$}{");
            }
            c => pattern.push(c),
        }
    }
    pattern
}

/// The topics that a filter receives. Of a shared subscription AWS does not say which of two resources it asks for, so
/// both are allowed. `a/#` does not receive `a` (Developer Guide, "MQTT", differences from the specifications: documented).
fn received(filter: &str) -> Vec<String> {
    let pattern = |filter: &str| {
        let levels = filter.split('/').map(|level| match level {
            "+" | "#" => "*".to_owned(),
            level => literal(level),
        });
        levels.collect::<Vec<_>>().join("/")
    };
    match topic::share(filter) {
        None => vec![pattern(filter)],
        Some(share) => {
            vec![pattern(share.filter), format!("$share/{}/{}", literal(share.name), pattern(share.filter))]
        }
    }
}

/// JSON with everything outside ASCII escaped: STS takes no characters above U+00FF.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, ' '..='~') {
            text.push(c);
        } else {
            let units =
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            text.push_str(&units);
        }
    }
    text
}

impl fmt::Display for RightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account => f.write_str("an account ID has twelve digits; write it without hyphens"),
            Self::ClientId => {
                f.write_str("a session has an empty client ID, which no policy can name; give it one")
            }
            Self::NoSession => f.write_str("no session of the plan connects; add one"),
            Self::Topic => f.write_str("a topic or a topic filter of the plan is not legal; correct it"),
            Self::TooLong(length) => write!(
                f,
                "the session policy has {length} characters and STS takes {MAX_POLICY}; run fewer sessions or topics at a time"
            ),
            Self::Role => f.write_str("this is no role; write its ARN, `arn:aws:iam::123456789012:role/name`"),
            Self::SessionName => f.write_str(
                "the name of the role session has 2 to 64 letters, digits and `_`, `+`, `=`, `,`, `.`, `@`, `-`",
            ),
            Self::Duration => {
                write!(f, "a role session lasts {} to {} seconds", DURATION.start(), DURATION.end())
            }
            Self::Control(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RightsError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Properties, Qos, Version};

    fn plan(ids: &[&str], topics: &[(&str, bool)], filters: &[&str]) -> Plan {
        let mut plan = Plan::new(Region::parse("eu-west-1").unwrap(), "123456789012").unwrap();
        for id in ids {
            plan.connect(&Connect::clean(Version::V5, id));
        }
        for (topic, retain) in topics {
            let (topic, payload) = ((*topic).to_owned(), Vec::new());
            let properties = Properties::default();
            plan.publish(&Message { topic, payload, qos: Qos::AtMostOnce, retain: *retain, properties });
        }
        for filter in filters {
            plan.subscribe(&Subscription::new(*filter, Qos::AtMostOnce));
        }
        plan
    }

    const ROLE: &str = "arn:aws:iam::123456789012:role/service/lab";

    #[test]
    fn a_command_line_as_it_is_printed() {
        let plan = plan(&["temp-sensor-01"], &[("it's/hot", false)], &["$aws/x/+/y/#"]);
        let arn = "arn:aws:iot:eu-west-1:123456789012:";
        let statement = |action, resource| {
            format!(r#"{{"Action":"iot:{action}","Effect":"Allow","Resource":["{arn}{resource}"]}}"#)
        };
        let statements = [
            statement("Connect", "client/temp-sensor-01"),
            statement("Publish", r"topic/it'\''s/hot"),
            statement("Subscribe", "topicfilter/$aws/x/+/y/#"),
            statement("Receive", "topic/$aws/x/*/y/*"),
        ]
        .join(",");
        assert_eq!(
            plan.assume_role(ROLE, "lab", 900).unwrap(),
            format!(
                "aws sts assume-role --role-arn={ROLE} --role-session-name=lab --duration-seconds 900 \
                 --policy '{{\"Statement\":[{statements}],\"Version\":\"2012-10-17\"}}'"
            )
        );
    }

    #[test]
    fn names_are_taken_for_themselves() {
        for (name, pattern) in [
            ("a*b?c", "a${*}b${?}c"),
            ("${iot:ClientId}", "${$}{iot:ClientId}"),
            ("$aws/$share", "$aws/$share"),
            ("$${*}", "$${$}{${*}}"),
        ] {
            assert_eq!(literal(name), pattern);
        }
        assert_eq!(received("$share/g/a/+"), ["a/*", "$share/g/a/*"]);
        let policy = plan(&["\u{fc}\u{1f600}\""], &[], &[]).session_policy().unwrap();
        assert!(policy.is_ascii() && policy.contains("client/\\u00fc\\ud83d\\ude00\\\""), "{policy}");
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let good = plan(&["a"], &[], &[]);
        let with = |role: &str, name: &str, seconds| good.assume_role(role, name, seconds).unwrap_err();
        for role in [
            "",
            "lab",
            "arn:aws:iam::123456789012:user/lab",
            "arn:aws:iam::1:role/lab",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a b",
            "arn:aws:iam::123456789012:role/$(x)",
        ] {
            assert_eq!(with(role, "lab", 900), RightsError::Role, "{role}");
        }
        for name in ["", "a", "a b", "a;b"].map(str::to_owned).into_iter().chain(["n".repeat(65)]) {
            assert_eq!(with(ROLE, &name, 900), RightsError::SessionName, "{name}");
        }
        assert_eq!([with(ROLE, "lab", 899), with(ROLE, "lab", 43_201)], [RightsError::Duration; 2]);
        assert_eq!(plan(&["a", ""], &[], &[]).session_policy(), Err(RightsError::ClientId));
        assert_eq!(plan(&[], &[("a", false)], &[]).session_policy(), Err(RightsError::NoSession));
        for illegal in [plan(&["a"], &[("a/#", false)], &[]), plan(&["a"], &[], &["a#"])] {
            assert_eq!(illegal.session_policy(), Err(RightsError::Topic));
        }
        assert!(matches!(
            plan(&["a".repeat(2000).as_str()], &[], &[]).session_policy(),
            Err(RightsError::TooLong(2..))
        ));
        for account in ["", "12345678901", "1234-5678-9012", "12345678901x"] {
            assert_eq!(Plan::new(Region::parse("eu-west-1").unwrap(), account), Err(RightsError::Account));
        }
    }
}
