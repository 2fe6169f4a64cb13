//! What the policies make of a plan, frozen before it is run.
//!
//! The rights are those of whoever really signs in: a session over SigV4 has the role's, one with Cognito the role's and the
//! identity's, one through a custom authorizer those that it returned (Developer Guide, "Authorization"); never the
//! certificate's, which a browser cannot use. Where a policy that would speak was not given, the answer is *cannot tell*,
//! unless the others deny whatever it says.
//!
//! Predicts rights and takeovers. Of quotas and rates it knows one: where a plan connects one client ID twice in a second, it
//! leaves open what comes of it. The simulation shows the others.

mod rows;
mod standing;

use crate::iot::time::{Millis, UnixTime};
use crate::lab::Explained;
use crate::lab::scenario::Scenario;
use crate::policy::Policy;
use crate::timeline::SessionId;

use standing::Standing;

/// How the sessions of a run sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// With the certificate: only on a machine that holds it.
    Certificate,
    /// With the keys of an IAM role or user.
    SigV4,
    /// As an authenticated identity of a Cognito identity pool.
    Cognito,
    /// As a guest of a Cognito identity pool.
    CognitoGuest,
    /// Through a custom authorizer.
    CustomAuthorizer,
    /// At a broker that is not AWS IoT Core.
    OtherBroker,
}

/// Policies that speak for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those of the certificate and of the thing's groups.
    Certificate,
    /// The role's, from IAM.
    Role,
    /// Those attached to the Cognito identity.
    CognitoIdentity,
    /// Those that the authorizer returned.
    Authorizer,
}

impl SignIn {
    /// Whose policies speak; all of them must allow. None for a broker of which nothing is known.
    #[must_use]
    pub const fn speak(self) -> &'static [Source] {
        match self {
            Self::Certificate => &[Source::Certificate],
            Self::SigV4 | Self::CognitoGuest => &[Source::Role],
            Self::Cognito => &[Source::Role, Source::CognitoIdentity],
            Self::CustomAuthorizer => &[Source::Authorizer],
            Self::OtherBroker => &[],
        }
    }
}

/// Whose rights the sessions of one identity of the plan have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The identity, by its name in the plan.
    pub identity: String,
    /// The names of the policies that speak.
    pub speaking: Vec<String>,
    /// The names of those that were given and do not speak, such as the certificate's for a role.
    pub silent: Vec<String>,
    /// Sources that speak and of which no policy was given.
    pub missing: Vec<Source>,
}

/// What a session asks for, or what may befall it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// To connect.
    Connect,
    /// To subscribe.
    Subscribe {
        /// To this filter.
        filter: String,
    },
    /// To publish.
    Publish {
        /// To this topic.
        topic: String,
    },
    /// To get a message.
    Receive {
        /// Of this topic.
        topic: String,
    },
    /// It is thrown out by another connection with its client ID.
    Takeover,
}

/// Whether that comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicted {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The policies that were given do not say.
    CannotTell,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The policies say so, or cannot say: [`Row::explained`].
    Policies,
    /// Of these sources no policy was given ([`Rights::missing`]).
    Missing,
    /// It is not AWS IoT Core.
    OtherBroker,
    /// AWS IoT Core has no QoS 2 (documented: Developer Guide, MQTT).
    Qos2,
    /// As another row, by its index.
    Follows(usize),
    /// So long after this session, with the same client ID, and AWS IoT Core takes one CONNECT in a second for a client ID
    /// (documented: Endpoints and quotas).
    TooSoon {
        /// Who connects before; it may be the same.
        before: SessionId,
        /// How long before.
        after: Millis,
    },
    /// This session comes later with the same client ID, and the newcomer wins (MQTT-3.1.4-3; documented for AWS IoT Core).
    Newcomer(SessionId),
}

/// One line of the prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose.
    pub session: SessionId,
    /// Of the session; empty when the broker is to assign one.
    pub client_id: String,
    /// What it is about.
    pub ask: Ask,
    /// What is predicted.
    pub predicted: Predicted,
    /// Why.
    pub because: Because,
    /// The engine's answer, where it was asked, from the policies that speak.
    pub explained: Option<Explained>,
    /// Which of [`Prediction::rights`] it has.
    pub rights: usize,
}

/// A prediction. It cannot be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    at: UnixTime,
    sign_in: SignIn,
    rights: Vec<Rights>,
    policies: Vec<Vec<Policy>>,
    rows: Vec<Row>,
}

impl Prediction {
    /// When it was made.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// How the sessions sign in.
    #[must_use]
    pub const fn sign_in(&self) -> SignIn {
        self.sign_in
    }

    /// Whose rights they have, one for each identity of the plan.
    #[must_use]
    pub fn rights(&self) -> &[Rights] {
        &self.rights
    }

    /// The policies that speak, one list for each of [`Self::rights`].
    #[must_use]
    pub fn policies(&self) -> &[Vec<Policy>] {
        &self.policies
    }

    /// The rows: of each session what it asks for, then deliveries, then takeovers.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Predicts a plan whose sessions sign in like this, at this time.
#[must_use]
pub fn predict(plan: &Scenario, sign_in: SignIn, at: UnixTime) -> Prediction {
    let standings: Vec<Standing> =
        plan.identities.iter().map(|identity| Standing::new(identity, sign_in, plan.switches, at)).collect();
    let rows = rows::rows(plan, sign_in, &standings);
    let (rights, policies) = standings.into_iter().map(|standing| (standing.rights, standing.given)).unzip();
    Prediction { at, sign_in, rights, policies, rows }
}
