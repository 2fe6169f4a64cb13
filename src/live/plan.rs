//! A plan of sessions as a file without credentials.
//!
//! It is a scenario ([`crate::lab::format`], `policylab-scenario/1`): that says already who connects with which policies, as
//! which client, in which version, with which will, properties, filters and messages, and when; so a plan opens in Simulate and
//! a scenario in Live. What a scenario can say and a plan must not, credentials and acts of the network, is refused by
//! name. The endpoint is not part of it: nothing that is opened chooses where Live connects.

use std::fmt;

use crate::lab::format::{self, ScenarioError};
use crate::lab::scenario::{Action, Do, Scenario};
use crate::mqtt::{Connect, Property};
use crate::share::secrets::{self, Secret};

/// Most sessions of a plan.
pub const MAX_SESSIONS: usize = 200;

/// Why a text or a scenario is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// It is no scenario.
    Scenario(ScenarioError),
    /// More than [`MAX_SESSIONS`].
    TooMany {
        /// As many.
        sessions: usize,
    },
    /// A session has a user name, a password or authentication data.
    Credentials {
        /// Its name.
        session: String,
    },
    /// A step is something that only happens to a simulated network.
    NotLive {
        /// Which step, from 0.
        step: usize,
        /// What it does.
        does: Do,
    },
    /// Something in it looks like a secret.
    Secrets(Vec<Secret>),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(error) => error.fmt(f),
            Self::TooMany { sessions } => {
                write!(f, "the plan has {sessions} sessions; at most {MAX_SESSIONS} run side by side")
            }
            Self::Credentials { session } => {
                write!(
                    f,
                    "session `{session}` has a user name, a password or authentication data; take them out, Live asks for them"
                )
            }
            Self::NotLive { step, does } => write!(
                f,
                "field `steps[{step}].do`: a real network cannot be told to `{}`; take the step out",
                word(*does)
            ),
            Self::Secrets(secrets) => {
                write!(f, "{} places look like secrets; take them out", secrets.len())
            }
        }
    }
}

impl std::error::Error for PlanError {}

const fn word(does: Do) -> &'static str {
    match does {
        Do::Cut => "cut",
        Do::HalfOpen => "halfOpen",
        Do::Stall => "stall",
        Do::Resume => "resume",
        _ => "",
    }
}

/// Reads a plan.
///
/// # Errors
/// What is wrong first, with its place.
pub fn read(text: &str) -> Result<Scenario, PlanError> {
    let found = secrets::find(text);
    if !found.is_empty() {
        return Err(PlanError::Secrets(found));
    }
    let plan = format::read(text, |_| None).map_err(PlanError::Scenario)?;
    if plan.sessions.len() > MAX_SESSIONS {
        return Err(PlanError::TooMany { sessions: plan.sessions.len() });
    }
    if let Some(actor) = plan.sessions.iter().find(|actor| has_credentials(&actor.connect)) {
        return Err(PlanError::Credentials { session: actor.name.clone() });
    }
    let live = |action: &Action| word(action.kind()).is_empty();
    match plan.steps.iter().position(|step| !live(&step.action)) {
        Some(step) => {
            let does = plan.steps.get(step).map_or(Do::Cut, |step| step.action.kind());
            Err(PlanError::NotLive { step, does })
        }
        None => Ok(plan),
    }
}

/// Writes a plan, credentials left out.
///
/// # Errors
/// Something else in it looks like a secret; the places are those of the text that was not written.
pub fn write(plan: &Scenario) -> Result<String, PlanError> {
    let mut plan = plan.clone();
    for actor in &mut plan.sessions {
        (actor.connect.user_name, actor.connect.password) = (None, None);
        actor.connect.properties.0.retain(|property| !is_credential(property));
    }
    let text = format::write(&plan);
    let found = secrets::find(&text);
    if found.is_empty() { Ok(text) } else { Err(PlanError::Secrets(found)) }
}

fn has_credentials(connect: &Connect) -> bool {
    connect.user_name.is_some()
        || connect.password.is_some()
        || connect.properties.0.iter().any(is_credential)
}

const fn is_credential(property: &Property) -> bool {
    matches!(property, Property::AuthenticationMethod(_) | Property::AuthenticationData(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::presets;
    use crate::lab::scenario::Step;
    use crate::timeline::SessionId;

    #[test]
    fn a_plan_is_a_scenario_without_credentials() {
        let mut plan = presets::takeover(crate::mqtt::Version::V5);
        let clean = write(&plan).unwrap();
        assert_eq!(write(&read(&clean).unwrap()).unwrap(), clean);
        plan.sessions[0].connect.user_name = Some("me".to_owned());
        plan.sessions[0].connect.password = Some(b"pw".to_vec());
        let refused = read(&format::write(&plan)).unwrap_err();
        assert!(matches!(&refused, PlanError::Credentials { session } if *session == plan.sessions[0].name));
        assert_eq!(write(&plan).unwrap(), clean);
        plan.title = "AKIAIOSFODNN7EXAMPLE".to_owned();
        assert!(matches!(write(&plan), Err(PlanError::Secrets(found)) if found.len() == 1));
    }

    #[test]
    fn what_only_a_simulated_network_does_is_refused_with_its_place() {
        let mut plan = presets::takeover(crate::mqtt::Version::V5);
        plan.steps.push(Step { at: plan.end, session: SessionId(0), action: Action::Stall });
        let refused = read(&format::write(&plan)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "field `steps[{}].do`: a real network cannot be told to `stall`; take the step out",
                plan.steps.len() - 1
            )
        );
        assert!(matches!(read("{"), Err(PlanError::Scenario(_))));
    }
}
