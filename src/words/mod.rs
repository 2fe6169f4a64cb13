//! Every sentence that the page and the command line say, by reason code. English.
//!
//! Knows how to say a value of the core; decides nothing. Text rules: the thing first, then the rule; present tense;
//! values in code type; no "may" in a verdict.

pub mod access;
pub mod character;
pub mod check;
mod condition;
mod diagnostic;
pub mod drawing;
pub mod filter;
mod fix;
mod flaw;
pub mod form;
pub mod handshake;
mod headline;
pub mod lesson;
pub mod live;
pub mod log;
pub mod page;
mod place;
pub mod player;
pub mod reference;
mod report;
pub mod scenario;
pub mod script;
pub mod session;
pub mod share;
pub mod sheet;
mod steps;
pub mod timeline;
mod undecided;
mod used;

pub use crate::text::{Piece, Text};
pub use diagnostic::{diagnostic, missing, repair, unwrapped};
pub use fix::{change, cost, fix_kind, near_miss, risk, who};
pub use headline::{headline, headline_text, title, verdict, why_no_value};
pub use report::{Format, report, said, surprises};
pub use steps::{Row, Step, resolved, source, steps};
pub use undecided::{answered_with, confidence, seen, seen_over_https, turned_over, undecided};
pub use used::{Used, places_of};
