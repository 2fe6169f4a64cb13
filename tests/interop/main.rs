//! The simulated broker and the client session, each against programs that nobody here wrote: mosquitto's clients and
//! mqtt.js speak to the broker, the session speaks to a real mosquitto. Over TCP on loopback, by the real clock.
//!
//! `make test-tools` installs the programs; without them the tests fail and name the package. Tests wait for what they
//! expect to be told, never for a time to pass.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "other people's programs live by the real clock")]

mod article;
#[path = "../common/mod.rs"]
mod common;
mod driver;
mod endpoint;
mod mosquitto;
mod mosquitto_clients;
mod mqttjs;
mod program;

use std::time::{Duration, Instant};

/// How long anything may take that is expected to happen at once, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn now() -> Instant {
    Instant::now()
}
