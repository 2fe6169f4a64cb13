//! The client session, with a server that the test plays.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conversation;
mod rules;
mod session;
