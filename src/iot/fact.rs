//! A fact about AWS IoT Core as a row: what it is, who says so, how sure it is.
//!
//! The claims are in our words; the source is the page that says so or comes nearest. Each table of facts has a test that
//! holds every row against something that shows it.

/// How sure a claim about AWS is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Derived by us.
    Inferred,
    /// Seen by users.
    Observed,
    /// AWS documentation says so.
    Documented,
}

/// One fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its stable name.
    pub id: &'static str,
    /// What AWS IoT Core does.
    pub claim: &'static str,
    /// The document of AWS and the page, or where it was seen.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why nothing shows it; `None` for facts that are modelled.
    pub not_modelled: Option<&'static str>,
}

/// A fact that is modelled.
#[must_use]
pub const fn shown(
    id: &'static str,
    confidence: Confidence,
    source: &'static str,
    claim: &'static str,
) -> Fact {
    Fact { id, claim, source, confidence, not_modelled: None }
}

/// A fact that is not modelled, and why.
#[must_use]
pub const fn apart(
    id: &'static str,
    confidence: Confidence,
    source: &'static str,
    claim: &'static str,
    why: &'static str,
) -> Fact {
    Fact { id, claim, source, confidence, not_modelled: Some(why) }
}
