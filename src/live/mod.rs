//! Sessions with a real broker: their log, what was predicted of them, and what was seen.
//!
//! The [`Store`](store::Store) keeps what happened, a [`Digest`](digest::Digest) what of it matters; [`plan`] is what is
//! going to be done and [`risk`] whom that may hurt, [`mod@predict`] says what the
//! policies make of it, [`observe`] reads what was seen elsewhere, [`compare`] holds one against the other, and [`evidence`]
//! is what is left of it as a suite. What leaves goes through [`redact`]. [`handshake`] weighs why a socket never opened. Time is a
//! [`clock`]'s that counts sleep.
//!
//! Does not know sockets, the browser, credentials, or sentences (`words::live` has them).

pub mod clock;
pub mod compare;
pub mod digest;
pub mod driver;
pub mod evidence;
pub mod handshake;
pub mod observe;
pub mod plan;
pub mod predict;
pub mod record;
pub mod redact;
pub mod risk;
pub mod store;
pub mod wire;
