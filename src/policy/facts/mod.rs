//! The facts about AWS IoT Core's policy language that the engine rests on, one row each.
//!
//! Every row is shown by a case under `tests/cases` that names it in `facts`, or says why it is not modelled here;
//! a test holds that. The claims are in our words; the source is the page that says so or comes nearest.

mod conditions;
mod evaluation;
mod language;
mod variables;

pub use crate::iot::fact::Fact;
use crate::iot::fact::{apart, shown};

/// Every fact, by subject: the language (A), variables and things (B), conditions (C), evaluation (D).
pub fn all() -> impl Iterator<Item = &'static Fact> {
    [language::FACTS, variables::FACTS, conditions::FACTS, evaluation::FACTS].into_iter().flatten()
}
