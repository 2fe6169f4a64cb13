//! What a run needs: the session policy that allows the plan and nothing else, the command that makes credentials with it, and
//! the commands for the machine that holds the certificate.

use serde::{Deserialize, Serialize};

use crate::access::rights::{Plan, RightsError};
use crate::app::sessions::live::kept::shorten;
use crate::iot::region::Region;
use crate::lab::mosquitto::{Files, Unwritable, commands};
use crate::lab::scenario::{Action, Actor, Scenario};
use crate::timeline::SessionId;

/// The name of the file of the session policy.
pub(super) const POLICY_FILE: &str = "session-policy.json";
/// How long credentials for a run last, in seconds: the least that STS takes.
const SECONDS: u32 = 900;

/// What the user typed for them. The workspace keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Needs {
    /// Twelve digits; nothing for the account of the policies.
    pub account: Option<String>,
    /// The ARN of the role.
    pub role: String,
    /// What the session of the role is called.
    pub session_name: String,
    /// The file of the certificate, on the other machine.
    pub certificate: String,
    /// The file of its private key.
    pub key: String,
    /// The file of the certificates that the server is trusted by.
    pub authorities: String,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`Needs::account`]
    Account,
    /// [`Needs::role`]
    Role,
    /// [`Needs::session_name`]
    SessionName,
    /// [`Needs::certificate`]
    Certificate,
    /// [`Needs::key`]
    Key,
    /// [`Needs::authorities`]
    Authorities,
}

/// The commands of one session, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// Of which session.
    pub session: String,
    /// A line each; none when it neither subscribes nor publishes.
    pub lines: Result<Vec<String>, Unwritable>,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            account: None,
            role: String::new(),
            session_name: "iot-policy-lab".to_owned(),
            certificate: "certificate.pem.crt".to_owned(),
            key: "private.pem.key".to_owned(),
            authorities: "AmazonRootCA1.pem".to_owned(),
        }
    }
}

impl Needs {
    pub(in crate::app::sessions::live) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { account, role, session_name, certificate, key, authorities } = self;
        account.iter_mut().chain([role, session_name, certificate, key, authorities])
    }

    pub(super) fn write(&mut self, field: Field, mut text: String) {
        shorten(&mut text);
        match field {
            Field::Account => self.account = Some(text),
            Field::Role => self.role = text,
            Field::SessionName => self.session_name = text,
            Field::Certificate => self.certificate = text,
            Field::Key => self.key = text,
            Field::Authorities => self.authorities = text,
        }
    }

    /// The account as typed, or that of who connects in the plan.
    #[must_use]
    pub fn account<'a>(&'a self, plan: &'a Scenario) -> &'a str {
        let given = plan.identities.first().map_or("", |identity| identity.context.account.as_str());
        self.account.as_deref().unwrap_or(given)
    }

    /// The smallest rights for a plan, as a session policy.
    ///
    /// # Errors
    /// See [`RightsError`].
    pub fn session_policy(&self, plan: &Scenario, region: &Region) -> Result<String, RightsError> {
        self.rights(plan, region)?.session_policy()
    }

    /// The command that makes credentials with it.
    ///
    /// # Errors
    /// See [`RightsError`].
    pub fn assume_role(&self, plan: &Scenario, region: &Region) -> Result<String, RightsError> {
        self.rights(plan, region)?.assume_role(self.role.trim(), self.session_name.trim(), SECONDS)
    }

    fn rights(&self, plan: &Scenario, region: &Region) -> Result<Plan, RightsError> {
        let mut rights = Plan::new(region.clone(), self.account(plan).trim())?;
        for (id, actor) in (0..).map(SessionId).zip(&plan.sessions) {
            rights.connect(&actor.connect);
            for action in plan.actions(id) {
                match action {
                    Action::Subscribe(filters) => filters.iter().for_each(|filter| rights.subscribe(filter)),
                    Action::Publish(message) => rights.publish(message),
                    _ => {}
                }
            }
        }
        Ok(rights)
    }

    /// The commands for the machine that holds the certificate, session by session.
    #[must_use]
    pub fn commands(&self, plan: &Scenario, host: &str) -> Vec<Commands> {
        let files = Files { authorities: self.authorities.trim(), key: self.key.trim() };
        let of = |(id, actor): (SessionId, &Actor)| {
            let (mut filters, mut messages) = (Vec::new(), Vec::new());
            for action in plan.actions(id) {
                match action {
                    Action::Subscribe(more) => filters.extend(more.iter().cloned()),
                    Action::Publish(message) => messages.push(message.clone()),
                    _ => {}
                }
            }
            let all = commands(host, self.certificate.trim(), &actor.connect, &filters, &messages);
            let lines = all.iter().map(|command| command.line(Some(files))).collect();
            Commands { session: actor.name.clone(), lines }
        };
        (0..).map(SessionId).zip(&plan.sessions).map(of).collect()
    }
}
