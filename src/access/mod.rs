//! How a live session gets in: what the browser allows, whose credentials, and the smallest rights for a run.
//!
//! Pure: does not sign, connect, fetch or read a clock, and does not know whether AWS accepts anything.
//!
//! Invariant: no `Debug` and no error shows a secret, a token or a signature.

pub mod browser;
