//! Pieces of screens: functions from values to markup, and the component that keeps a field's own state.

mod announce;
mod editor;
mod explanation;
mod files;
mod form;
mod policy_text;
mod tone;

pub(super) use announce::Announce;
pub(super) use explanation::{Links, explanation};
pub(super) use files::FilePicker;
pub(super) use form::{check_box, choice, field, select, text_area, typed};
pub(super) use policy_text::{Mark, MarkKind, PolicyText, Squiggle};
pub(super) use tone::{Tone, code, confidence, text};
