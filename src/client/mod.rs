//! One MQTT client session: 3.1.1 or 5, simulated or live.
//!
//! Sans-I/O: facts and commands go in, orders and news come out, time and chance are arguments. The session
//! knows the client's side of MQTT and nothing of sockets, signatures, policies or AWS. The same type serves
//! the simulation and the live page; they differ in who carries out the orders.
//!
//! Invariants: nothing is sent before CONNACK but CONNECT; a command that MQTT forbids sends nothing and
//! comes back as [`Output::Rejected`]; each command with a [`RequestId`] that was sent is answered once, by
//! its acknowledgement or by [`Output::Lost`]; no input makes it panic, and what it holds is bounded by its
//! limits.
//!
//! Deliberately not: extended authentication (a server's AUTH ends the connection; AWS IoT Core has none).
//! Deliberately tolerated, because a diagnosis wants the server's word: an older session that only the server
//! knows (MQTT-3.2.2-4), and a Session Expiry Interval in a server's DISCONNECT (MQTT-3.14.2-2).
//!
//! The driver's loop:
//!
//! ```text
//! session.handle(now, input);
//! while let Some(output) = session.poll() { carry out the order, or record the news }
//! if let Some((when, _why)) = session.deadline() { at `when`: session.handle(when, Input::TimePassed) }
//! ```

mod aliases;
mod error;
mod handshake;
mod inflight;
mod io;
mod keep_alive;
mod reconnect;
mod rules;
mod session;

pub use error::{Misuse, PeerError};
pub use io::{Cause, Closure, Config, Connected, Input, Message, Output, Refusal, RequestId, Timer};
pub use reconnect::{Reconnect, Stop};
pub use session::Session;
