//! Pieces that several screens show. Functions from values to markup; none keeps state.

mod events;
mod explanation;
mod form;
mod tone;

pub(super) use events::{Events, connection, events, packet};
pub(super) use explanation::explanation;
pub(super) use form::{choice, field, select, text_area};
pub(super) use tone::{Tone, code, confidence, text};
