#![doc = include_str!("ARCHITECTURE.md")]
//!
//! # Worked example
//!
//! The library behind another tool: one policy, one certificate, two client IDs, the answer with its reason.
//!
//! ```
//! use iot_policy_lab::policy::{Context, Field, Policy, PolicySet, Principal, Request, Verdict};
//! use iot_policy_lab::policy::context::{Certificate, Side, Thing};
//! use iot_policy_lab::policy::{document, evaluate::Attachment, fix};
//! use iot_policy_lab::words::{self, Format};
//!
//! let policies = PolicySet::compile(vec![Policy {
//!     name: "device-policy".into(),
//!     kind: Side::Iot,
//!     attached_to: Attachment::Certificate,
//!     document: document::parse(r#"{ "Version": "2012-10-17", "Statement": [{
//!         "Effect": "Allow", "Action": "iot:Connect",
//!         "Resource": "arn:aws:iot:eu-west-1:123456789012:client/${iot:Connection.Thing.ThingName}_*" }] }"#),
//! }]);
//! let mut device = Context::new(Principal::X509(Certificate::default()), "eu-west-1", "123456789012");
//! device.things = Field::Given(vec![Thing { name: "temp-sensor-01".into(), ..Thing::default() }]);
//! device.exclusive = Field::Given(false);
//! device.client_id = Field::Given("temp-sensor-01_01".into());
//! let connect = Request::Connect { persistent: Field::Given(false), will: None };
//!
//! assert_eq!(policies.decide(&device, &connect).verdict, Verdict::ImplicitDeny);
//! let why = policies.explain(&device, &connect);
//! assert_eq!(why.decision.reason.as_str(), "THING_VAR_UNRESOLVED/CLIENT_ID_NOT_THING");
//! let near = fix::near_misses(&policies, &device, &connect, &why);
//! let ways_out = fix::fixes(&policies, &device, &connect);
//! assert!(words::report(&why, &near, &ways_out, Format::Plain).contains("Ways out"));
//!
//! // The documented way out: the thing is then found whatever the client ID is.
//! device.exclusive = Field::Given(true);
//! assert_eq!(policies.decide(&device, &connect).verdict, Verdict::Allowed);
//! ```

pub mod access;
pub mod app;
pub mod broker;
pub mod client;
pub mod iot;
pub mod lab;
pub mod live;
pub mod mqtt;
pub mod order;
pub mod policy;
pub mod share;
pub mod sigv4;
pub mod suite;
pub mod text;
pub mod timeline;
pub mod words;
