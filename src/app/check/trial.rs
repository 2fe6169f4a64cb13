//! What the user does with an answer: tries a way out of it, follows a near miss, mends a finding.

use super::Model;
use super::change;
use super::matrix::{At, Matrix, Question};
use crate::policy::explain::Explanation;
use crate::policy::fix::Change;

/// A way out, made on a copy: nothing that the user typed is changed.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which of the answer's ways.
    pub way: usize,
    /// The answers with it; its cells stand where those of the model's matrix do.
    pub matrix: Matrix,
    /// The answer to the selected question with it.
    pub explanation: Option<Explanation>,
}

impl Model {
    pub(super) fn try_out(&mut self, way: usize) {
        if self.trial.take().is_some_and(|trial| trial.way == way) {
            return;
        }
        let Some(tried) = self.answer.as_ref().and_then(|answer| answer.ways.get(way)) else { return };
        if tried.untried.is_some() {
            return;
        }
        let after = change::applied(&self.answered, &self.matrix, self.selected, &tried.fix.changes);
        self.trial = after.map(|after| {
            let matrix = Matrix::new(&after);
            Trial { way, explanation: matrix.explain(self.selected), matrix }
        });
    }

    pub(super) fn keep(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        let Some(way) = self.answer.as_ref().and_then(|answer| answer.ways.get(trial.way)) else { return };
        if let Some(after) = change::applied(&self.workspace, &self.matrix, self.selected, &way.fix.changes) {
            self.change(after);
        }
    }

    pub(super) fn ask_near(&mut self, near: usize) {
        let Some(near) = self.answer.as_ref().and_then(|answer| answer.near_misses.get(near)) else { return };
        let change = near.change.clone();
        let At { question, client } = self.selected;
        let known = |matrix: &Matrix, wanted: &Question, id: &str| {
            let client = matrix.client_ids.iter().position(|known| known == id)?;
            let question = matrix.questions.iter().position(|known| known == wanted)?;
            Some(At { question, client })
        };
        let (Some(asked), Some(id)) =
            (self.matrix.questions.get(question).cloned(), self.matrix.client_ids.get(client).cloned())
        else {
            return;
        };
        let mut after = self.workspace.clone();
        let (wanted, id) = match change {
            Change::ClientId(id) => {
                change::add_line(&mut after.ask.client_ids, &id);
                (asked, id)
            }
            Change::Name(name) => {
                if let Some(field) = change::asked_in(&mut after.ask, &asked) {
                    change::add_line(field, &name);
                }
                (asked.named(name), id)
            }
            Change::Policy(_) | Change::Exclusive(_) | Change::AttachThing(_) => {
                let changed = change::applied(&self.workspace, &self.matrix, self.selected, &[change]);
                if let Some(changed) = changed.filter(|_| self.stale.is_empty()) {
                    self.change(changed);
                }
                return;
            }
        };
        if known(&self.matrix, &wanted, &id).is_none() {
            self.change(after);
        }
        if let Some(at) = known(&self.matrix, &wanted, &id) {
            self.select(at);
        }
    }

    pub(super) fn mend(&mut self, finding: usize) {
        let Some(finding) = self.findings().get(finding) else { return };
        let (Some((index, _)), Some(fix)) = (self.place(finding), &finding.found.fix) else { return };
        let mut after = self.workspace.clone();
        let Some(policy) = after.policies.get_mut(index) else { return };
        if let Some(text) = fix.apply(&policy.text) {
            policy.text = text;
            self.change(after);
        }
    }
}
