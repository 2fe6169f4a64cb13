//! The facts about AWS IoT Core's policy language that the engine rests on, one row each.
//!
//! Every row is shown by a case under `tests/cases` that names it in `facts`, or says why it is not modelled here;
//! a test holds that. The claims are in our words; the source is the page that says so or comes nearest.

mod conditions;
mod evaluation;
mod language;
mod variables;

use super::explain::Confidence;

/// One fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its stable name.
    pub id: &'static str,
    /// What AWS IoT Core does.
    pub claim: &'static str,
    /// The document of AWS and the page.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why no case shows it; `None` for facts that cases show.
    pub not_modelled: Option<&'static str>,
}

const fn shown(id: &'static str, confidence: Confidence, source: &'static str, claim: &'static str) -> Fact {
    Fact { id, claim, source, confidence, not_modelled: None }
}

const fn apart(
    id: &'static str,
    confidence: Confidence,
    source: &'static str,
    claim: &'static str,
    why: &'static str,
) -> Fact {
    Fact { id, claim, source, confidence, not_modelled: Some(why) }
}

/// Every fact, by subject: the language (A), variables and things (B), conditions (C), evaluation (D).
pub fn all() -> impl Iterator<Item = &'static Fact> {
    [language::FACTS, variables::FACTS, conditions::FACTS, evaluation::FACTS].into_iter().flatten()
}
