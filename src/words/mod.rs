//! Every sentence that the page and the command line say, by reason code. English.
//!
//! Knows how to say a value of the core; decides nothing. Text rules: the thing first, then the rule; present tense;
//! values in code type; no "may" in a verdict.

mod diagnostic;
mod explanation;
pub mod page;
pub mod session;
pub mod timeline;

pub use crate::text::{Piece, Text};
pub use diagnostic::diagnostic;
pub use explanation::{Step, headline, headline_text, source, steps, verdict, why_no_value};
