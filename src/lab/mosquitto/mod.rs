//! The clients `mosquitto_sub` and `mosquitto_pub`, version 2.0.11: what their command lines say, and what they
//! print.

/// Which program a client plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// `mosquitto_sub` rather than `mosquitto_pub`.
    pub kind: Kind,
    /// `-d`: prints what it sends and receives.
    pub debug: bool,
    /// `-v`: prints topics with payloads.
    pub verbose: bool,
}

/// The two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `mosquitto_sub`
    Sub,
    /// `mosquitto_pub`
    Pub,
}
