//! MQTT 3.1.1 and 5 on the wire: whole frames, one packet type for both versions, reason codes, topics.
//!
//! Knows nothing of sessions, brokers or policies. Nothing outside this module names a codec crate:
//! `mqtt-protocol` stands behind 3.1.1, `mqtt-protocol-core` behind version 5.
//!
//! ```
//! use iot_policy_lab::mqtt::{self, FrameSplitter, Packet, Version};
//!
//! let mut stream = FrameSplitter::new(mqtt::DEFAULT_PACKET_LIMIT);
//! stream.push(&[0xC0, 0x00, 0x20]);
//! let frame = stream.next().unwrap().unwrap();
//! assert_eq!(mqtt::decode(&frame, Version::V5), Ok(Packet::PingReq));
//! assert_eq!(mqtt::encode(&Packet::PingReq, Version::V5).unwrap(), frame.bytes());
//! assert!(stream.next().is_none());
//! ```

mod codec;
mod connect;
mod error;
mod fields;
pub mod frame;
mod packet;
mod property;
pub mod reason;
mod v3;
mod v5;

pub use codec::{connect_version, decode, encode};
pub use error::{DecodeError, EncodeError, FrameError};
pub use fields::{SHOWN_BYTES, fields, summary};
pub use frame::{DEFAULT_PACKET_LIMIT, Frame, FrameSplitter, PacketKind};
pub use packet::*;
