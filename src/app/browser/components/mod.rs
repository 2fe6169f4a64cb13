//! Pieces of screens: functions from values to markup, and two components that keep a field's own state.

mod credentials;
mod events;
mod explanation;
mod form;
mod policy_text;
mod session;
mod tone;

pub(super) use credentials::Credentials;
pub(super) use events::{Events, MAX_ROWS, connection, events, packet};
pub(super) use explanation::{explanation, ways_out};
pub(super) use form::{choice, field, text_area};
pub(super) use policy_text::PolicyText;
pub(super) use session::{findings, session, version};
pub(super) use tone::{Tone, code, confidence, text};
