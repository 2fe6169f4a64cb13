//! Suites of cases: policies, a principal, a request and the expected verdict, as JSON.
//!
//! Knows the format `policylab-suite/1` (a bare array of cases is the same thing) and how it maps to [`Context`],
//! [`Request`] and [`PolicySet`]. What is not given is absent; what stands under `unknown` is unknown.
//! `switches` beside `cases` names the undecided points of AWS's behaviour that are turned over for all of them, by
//! [`Switch::as_str`](crate::policy::explain::Switch::as_str); without it none is.
//! Unknown fields and values are errors that name the case and the field. Reads text, not files.

/// Its fields and words serve the text form of scenarios too.
pub(crate) mod format;
pub mod json;
pub mod junit;

use std::fmt;

pub use format::{CaseName, SuiteError};

use crate::policy::{Context, Decision, Explanation, PolicySet, Request, Verdict};

/// Longest suite that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;
/// Most cases in one suite.
pub const MAX_CASES: usize = 100_000;

/// A suite of cases.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The cases in order; never empty.
    pub cases: Vec<Case>,
}

/// One case, ready to be judged.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// One line.
    pub title: String,
    /// The facts that it shows, by their names in [`crate::policy::facts`].
    pub facts: Vec<String>,
    /// The policies.
    pub policies: PolicySet,
    /// Who asks, and how.
    pub context: Context,
    /// What is asked.
    pub request: Request,
    /// The verdict that is expected.
    pub expect: Verdict,
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    /// When the text is not a suite, has no case, or a case contradicts itself.
    pub fn parse(text: &str) -> Result<Self, SuiteError> {
        format::parse(text)
    }

    /// The text that [`Suite::parse`] reads as these cases. What the policies ask for and nobody knows stands under
    /// `unknown`; a value that is known to be absent is left out. All cases are under the same switches.
    #[must_use]
    pub fn write(cases: &[Case]) -> String {
        format::write(cases)
    }
}

impl Case {
    /// Decides the case.
    #[must_use]
    pub fn decide(&self) -> Decision {
        self.policies.decide(&self.context, &self.request)
    }

    /// Explains the case.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.policies.explain(&self.context, &self.request)
    }
}

/// A verdict in the words of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictWord(pub Verdict);

impl fmt::Display for VerdictWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Verdict::Allowed => "allow",
            Verdict::ExplicitDeny => "explicitDeny",
            Verdict::ImplicitDeny => "implicitDeny",
            Verdict::CannotTell => "cannotTell",
        })
    }
}
