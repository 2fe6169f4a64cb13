//! What the screen reads from the model that it does not simply hold.

use super::Model;
use super::fill_in::FillIn;
use super::import::{Imported, Imports};
use super::lit::{self, Lit};
use crate::app::history::History;
use crate::app::presenter;
use crate::policy::diagnostic::{Severity, Span};
use crate::policy::document::Document;
use crate::policy::lint::Finding;
use crate::words::page;

impl Model {
    /// The policy at this place of the workspace as it is typed, and what is wrong with its text.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<&Document> {
        self.documents.get(index)
    }

    /// What the field of the policy at this place holds, if it is more than a policy.
    #[must_use]
    pub fn imported(&self, index: usize) -> Option<&Imported> {
        self.imports.of(&self.workspace.policies.get(index)?.text)
    }

    /// What the linter says of the policies that are on, in order of place.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.found()
    }

    /// Where the cause of a finding is: the policy's place in the workspace and bytes of its text; nothing while that
    /// text is not the one on the screen.
    #[must_use]
    pub fn place(&self, finding: &Finding) -> Option<(usize, Span)> {
        let place = finding.found.places.first()?;
        let source = *self.matrix.sources.get(place.policy)?;
        (!self.stale.contains(&source)).then(|| (source, place.span.clone()))
    }

    /// The findings of the linter in one policy, for its text.
    #[must_use]
    pub fn squiggles(&self, policy: usize) -> Vec<(Span, Severity, String)> {
        let here = self.findings().iter().filter_map(|finding| {
            let (source, span) = self.place(finding)?;
            (source == policy).then(|| (span, finding.rule.severity, finding.found.message.to_string()))
        });
        here.collect()
    }

    /// What is to be marked on the screen.
    #[must_use]
    pub fn lit(&self) -> Lit {
        lit::lit(&self.links, self.decisive.as_ref(), self.pointed.as_ref(), &self.stale)
    }

    /// What others may see: this model of the masked workspace. Nothing when presenter mode is off.
    #[must_use]
    pub fn presented(&self) -> Option<Self> {
        if !self.workspace.presenter {
            return None;
        }
        let mut shown = Self {
            workspace: presenter::masked(&self.workspace),
            answered: presenter::masked(&self.answered),
            notice: self.notice.as_deref().map(presenter::masked_text),
            history: History::default(),
            kept: Vec::new(),
            documents: Vec::new(),
            imports: Imports::default(),
            // Not shown: what was pasted or opened need not read as anything that a mask knows.
            fill_in: FillIn::default(),
            files: Vec::new(),
            sharing: false,
            leaving: None,
            suite: None,
            ..self.clone()
        };
        shown.recheck();
        // Answered anew, it is still what the user looks at.
        shown.pointed.clone_from(&self.pointed);
        if let Some(trial) = &self.trial {
            shown.try_out(trial.way);
        }
        if shown.matrix.cells != self.matrix.cells {
            shown.notice.get_or_insert_with(|| page::MASKS_CHANGE.to_owned());
        }
        Some(shown)
    }
}
