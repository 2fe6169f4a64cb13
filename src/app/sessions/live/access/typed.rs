//! What is typed of how sessions get in: kept in the workspace, so there is no field for a secret.

use serde::{Deserialize, Serialize};

/// What the workspace keeps of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// How it is signed in.
    pub kind: Kind,
    /// The Region as typed, for endpoints that do not name theirs.
    pub region: String,
    /// The ID of the identity pool.
    pub pool: String,
    /// With a login, rather than as a guest.
    pub login: bool,
    /// The login provider.
    pub provider: String,
    /// The name of the custom authorizer; empty for the endpoint's default.
    pub authorizer: String,
    /// The name of its token key.
    pub token_key: String,
    /// Where the authorizer's parameters go.
    pub carry: Carry,
}

/// Kinds of sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// SigV4, with keys that the user has.
    #[default]
    Keys,
    /// SigV4, with keys that an identity pool gives.
    Cognito,
    /// A custom authorizer.
    Authorizer,
    /// A broker that is not AWS IoT Core, with or without user name and password.
    Broker,
}

/// Where the parameters of a custom authorizer go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Carry {
    /// Into the query of the URL.
    #[default]
    Query,
    /// Behind the user name of the CONNECT.
    UserName,
}

/// A field of what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`Typed::region`]
    Region,
    /// [`Typed::pool`]
    Pool,
    /// [`Typed::provider`]
    Provider,
    /// [`Typed::authorizer`]
    Authorizer,
    /// [`Typed::token_key`]
    TokenKey,
}

impl Typed {
    /// Whether connections are signed.
    #[must_use]
    pub const fn signs(&self) -> bool {
        matches!(self.kind, Kind::Keys | Kind::Cognito)
    }

    /// What all fields hold.
    pub(in crate::app::sessions::live) const fn texts(&mut self) -> [&mut String; 5] {
        let Self { region, pool, provider, authorizer, token_key, .. } = self;
        [region, pool, provider, authorizer, token_key]
    }

    /// What a field holds.
    pub(super) const fn slot(&mut self, field: Field) -> &mut String {
        match field {
            Field::Region => &mut self.region,
            Field::Pool => &mut self.pool,
            Field::Provider => &mut self.provider,
            Field::Authorizer => &mut self.authorizer,
            Field::TokenKey => &mut self.token_key,
        }
    }
}
