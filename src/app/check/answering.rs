//! From the workspace to the answers: all questions anew, and one of them explained.

use super::Model;
use super::answer::Answer;
use super::lit::{self, Pointed};
use super::matrix::{At, Matrix};
use super::readable;

impl Model {
    /// Asks everything anew; keeps the selected cell if it still exists.
    pub(super) fn recheck(&mut self) {
        self.answer_all();
        if self.matrix.cell(self.selected).is_none() {
            self.selected = self.matrix.most_interesting();
        }
        self.explain();
    }

    /// Asks everything of another workspace, and explains where to look first.
    pub(super) fn answer_anew(&mut self) {
        self.answer_all();
        let looked_at = std::mem::take(&mut self.workspace.at);
        let looked_at = looked_at.split_once('.').and_then(|(question, client)| {
            Some(At { question: question.parse().ok()?, client: client.parse().ok()? })
        });
        let looked_at = looked_at.filter(|at| self.matrix.cell(*at).is_some());
        self.select(looked_at.unwrap_or_else(|| self.matrix.most_interesting()));
    }

    pub(super) fn select(&mut self, at: At) {
        self.selected = at;
        self.explain();
    }

    /// Reads the policies and asks everything, without an explanation.
    fn answer_all(&mut self) {
        let mut known = std::mem::take(&mut self.documents).into_iter();
        let documents = self.workspace.policies.iter().map(|policy| {
            known.next().filter(|document| document.text == policy.text).unwrap_or_else(|| policy.document())
        });
        self.documents = documents.collect();
        self.imports.update(&self.workspace.policies, &self.documents);
        (self.answered, self.stale) = readable::answered(&self.workspace, &self.documents, &self.answered);
        self.matrix = Matrix::new(&self.answered);
        self.findings.update(&self.answered, &self.matrix);
    }

    /// Explains the selected cell; what was tried was a way out of another answer.
    fn explain(&mut self) {
        self.trial = None;
        if matches!(self.pointed, Some(Pointed::Part(_))) {
            self.pointed = None;
        }
        self.answer = Answer::of(&self.answered, &self.matrix, self.selected, &self.stale);
        self.links = lit::links(&self.matrix, self.selected, self.answer.as_ref(), self.findings.found());
        self.decisive = self.answer.as_ref().and_then(|answer| lit::decisive(&self.matrix, answer));
    }
}
