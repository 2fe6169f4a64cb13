//! Pieces of screens: functions from values to markup, and the component that keeps a field's own state.

mod editor;
mod explanation;
mod files;
mod form;
mod policy_text;
mod tone;

pub(super) use explanation::{explanation, ways_out};
pub(super) use files::FilePicker;
pub(super) use form::{check_box, choice, field, select, text_area, typed};
pub(super) use policy_text::PolicyText;
pub(super) use tone::{Tone, code, confidence, text};
