//! What leaves the page in a link and comes in by one: the link itself, secrets that must not be in it, masks.
//!
//! Knows text only. Does not know what a workspace is, which of its fields are worth sharing, or the clipboard: the page
//! writes its workspace as JSON, looks for [`secrets`], offers a [`mask`], and packs the text with [`link`].

pub mod link;
pub mod mask;
mod plain;
pub mod secrets;
