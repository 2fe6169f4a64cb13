//! The rim: everything that touches the browser. Nothing below the page imports it.
//!
//! The page is two programs, so that what a first visit loads stays small: [`check`] and [`sessions`] (Simulate, Live and
//! their worker). `static/boot.js` starts one, and hands the workspace from one to the other.

mod boot;
pub mod check;
mod components;
mod files;
pub mod key_store;
pub mod sessions;
mod shell;
mod shortcuts;

pub use boot::Boot;
