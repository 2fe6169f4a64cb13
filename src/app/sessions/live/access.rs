//! How the sessions of Live get in: signed or not, for which region, with whose keys.
//!
//! Pure. Credentials are not here: the page hands keys to the worker as objects that cannot be written down, and this
//! module knows only that there are some.

use serde::{Deserialize, Serialize};

use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::live::predict::SignIn;
use crate::words::page as words;

/// The ID of the element that tells of the signing keys.
pub const KEYS_ID: &str = "keys";

/// How the sessions get in.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// What the user typed.
    pub typed: Typed,
    /// Whether the worker holds signing keys, and whose.
    pub keys: Option<Keys>,
}

/// What the workspace keeps of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Whether connections are signed with SigV4.
    pub signed: bool,
    /// The region as typed, for endpoints that do not name theirs.
    pub region: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self { signed: true, region: String::new() }
    }
}

/// What may be said of the keys that the worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The last four characters of the access key ID.
    pub tail: String,
    /// The region that they sign for.
    pub region: String,
    /// The UTC days, `YYYYMMDD`, that they sign for.
    pub days: Vec<String>,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Chose signed or plain connections.
    Sign(bool),
    /// Typed a region.
    Region(String),
    /// The worker has signing keys now.
    Taken(Keys),
    /// Asked to forget the keys.
    Forget,
}

impl Access {
    /// What a workspace keeps; the default for a text that cannot be read.
    #[must_use]
    pub fn of(kept: &str) -> Self {
        Self { typed: serde_json::from_str(kept).unwrap_or_default(), keys: None }
    }

    /// The same for the workspace.
    #[must_use]
    pub fn kept(&self) -> String {
        // Plain strings and a flag: serialising them cannot fail.
        serde_json::to_string(&self.typed).unwrap_or_default()
    }

    /// How the sessions sign in.
    #[must_use]
    pub const fn sign_in(&self) -> SignIn {
        if self.typed.signed { SignIn::SigV4 } else { SignIn::OtherBroker }
    }

    /// The region to sign for: the endpoint's own, or the typed one.
    ///
    /// # Errors
    /// A sentence, when there is none or the two contradict.
    pub fn region(&self, endpoint: &Endpoint) -> Result<Region, String> {
        let typed = self.typed.region.trim();
        match (endpoint.region(), typed) {
            (Some(stated), "") => Ok(stated.clone()),
            (Some(stated), typed) if stated.as_str() == typed => Ok(stated.clone()),
            (Some(stated), typed) => Err(words::other_region(stated.as_str(), typed)),
            (None, "") => Err(words::REGION_NEEDED.to_owned()),
            (None, typed) => Region::parse(typed).map_err(|error| error.to_string()),
        }
    }

    /// Whether a session can be connected now: the region to sign for, or none for a plain one.
    ///
    /// # Errors
    /// What is missing, as a sentence.
    pub fn ready(&self, endpoint: &Endpoint) -> Result<Option<String>, String> {
        if !self.typed.signed {
            return Ok(None);
        }
        let region = self.region(endpoint)?;
        let keys = self.keys.as_ref().ok_or(words::NO_CREDENTIALS)?;
        if keys.region != region.as_str() {
            return Err(words::keys_of_other_region(&keys.region, region.as_str()));
        }
        Ok(Some(keys.region.clone()))
    }
}
