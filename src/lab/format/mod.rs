//! A scenario as text: a test, a sample and an export at once. The format is `policylab-scenario/1`.
//!
//! JSON, read by the machinery of suites ([`crate::suite`]): who connects and which policies are attached is written
//! in the words of a suite, and a policy stands in the text as AWS takes it. Times are in seconds, to the
//! millisecond. A reader takes the whole text or names what is wrong with its place; nothing is passed over.
//!
//! ```
//! let text = r#"{
//!   "format": "policylab-scenario/1",
//!   "end": 2,
//!   "who": [{
//!     "name": "device", "region": "eu-west-1", "accountId": "123456789012",
//!     "principal": {"kind": "x509", "thingNames": ["temp-sensor-01"]},
//!     "policies": [{"name": "all", "type": "iot", "attachedTo": "certificate", "document":
//!       {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}}]
//!   }],
//!   "clients": [{"name": "A", "who": "device", "clientId": "temp-sensor-01"}],
//!   "steps": [{"at": 0.5, "session": "A", "do": "connect"}],
//!   "expect": [{"session": "A", "state": "connected"}]
//! }"#;
//! let scenario = iot_policy_lab::lab::format::read(text, |_| None).unwrap();
//! assert!(iot_policy_lab::lab::run(&scenario).unmet().is_empty());
//! ```

mod account;
mod action;
pub(super) mod place;
mod property;
mod read;
mod words;
mod write;

use std::fmt;

pub(super) use place::range;
pub(super) use read::{Names, expected, scenario, whole};
pub use read::{read, seconds};
pub use words::millis;
pub use write::write;

/// The name of the format.
pub const FORMAT: &str = "policylab-scenario/1";
/// Longest text that is read, in bytes.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;
/// Most steps of a scenario.
pub const MAX_STEPS: usize = 100_000;
/// Most clients of a scenario.
pub const MAX_CLIENTS: usize = 1000;
/// Latest time of a scenario, in seconds: more than a year.
pub const MAX_SECONDS: u64 = 100_000_000;

/// Why a text is not a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The way to the field, such as `steps[3].at`; empty for the whole.
    pub field: String,
    /// What is wrong there and what to write.
    pub problem: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, field, problem } = self;
        write!(f, "line {line}, column {column}: ")?;
        if !field.is_empty() {
            write!(f, "field `{field}`: ")?;
        }
        f.write_str(problem)
    }
}

impl std::error::Error for ScenarioError {}
