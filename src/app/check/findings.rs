//! What the linter says of the policies, found anew only when policies or device change.
//!
//! A key stroke in a client ID or a topic costs nothing here.

use super::matrix::Matrix;
use crate::app::workspace::{PolicyText, Who, Workspace};
use crate::policy::lint::{self, Finding};

/// The findings, and what they were found in.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    policies: Vec<PolicyText>,
    who: Who,
    found: Vec<Finding>,
}

impl Findings {
    /// Those of the policies that are on, in order of place. Places count policies as `matrix` does.
    pub(super) fn found(&self) -> &[Finding] {
        &self.found
    }

    /// Finds anew what `workspace` changed; `matrix` is of the same workspace.
    pub(super) fn update(&mut self, workspace: &Workspace, matrix: &Matrix) {
        if self.policies != workspace.policies || self.who != workspace.who {
            self.policies.clone_from(&workspace.policies);
            self.who.clone_from(&workspace.who);
            self.found = lint::check(matrix.policies.policies(), Some(&matrix.device()));
        }
    }
}
