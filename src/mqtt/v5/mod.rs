//! MQTT 5 through the packets of `mqtt-protocol-core`.
//!
//! The crate takes a PUBLISH without property length and lengths that are longer than needed. So, as in 3.1.1,
//! what it has read is written again and compared byte by byte.

mod read;
mod write;

pub(super) use read::decode;
pub(super) use write::encode;
