//! AWS IoT Core policies: text to tree, tree to matcher, matcher to decision and explanation.
//!
//! Knows the policy language and how AWS IoT Core picks policies, things and variable values for a request.
//! Knows nothing of packets, sockets, sentences or screens.
//!
//! [`document::parse`] turns text into a tree and never fails. [`PolicySet::compile`] prepares policies once;
//! [`PolicySet::decide`] answers a request, [`PolicySet::explain`] answers it with the whole trail. Both run the
//! same evaluation ([`evaluate`]); the explanation only listens. [`fix::near_misses`] and [`fix::fixes`] try changes and
//! offer those that help. What AWS leaves undecided stands in [`switch`], each point with its default.

pub mod certificate;
pub mod condition;
pub mod context;
pub mod diagnostic;
pub mod document;
pub mod evaluate;
pub mod explain;
pub mod facts;
pub mod fix;
mod flaw;
pub mod import;
pub mod json;
pub mod lint;
pub mod missing;
pub mod pattern;
pub mod quota;
pub mod reindent;
pub mod repair;
pub mod request;
pub mod switch;
pub mod values;
pub mod variable;

pub use context::{Context, Field, Principal};
pub use document::Document;
pub use evaluate::{Decision, Evaluator, Policy, PolicySet, ReasonCode, Switches, Verdict};
pub use explain::Explanation;
pub use request::Request;
