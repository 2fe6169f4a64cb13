//! MQTT 3.1.1 and 5 on the wire: whole frames, one packet type for both versions, reason codes.
//!
//! Knows nothing of sessions, brokers or policies. Nothing outside this module names a codec crate.

mod packet;

pub use packet::*;
