//! The words of the domain: names, limits and time, as AWS IoT Core and MQTT use them.
//!
//! Knows nothing of policies, packets or screens. Everything else may import it.

pub mod action;
pub mod calendar;
pub mod character;
pub mod endpoint;
pub mod fact;
pub mod region;
pub mod reserved;
pub mod time;
pub mod topic;
