//! The answer to the question of one cell, with all that is said of it: computed once, drawn many times.
//!
//! Knows no sentence of its own and no markup.

use super::change::{applied, asked_in};
use super::matrix::{At, Cell, Matrix, Question, names};
use crate::app::workspace::{Ask, Workspace};
use crate::policy::explain::Explanation;
use crate::policy::fix::{Change, Fix, NearMiss};
use crate::words::{self, Step};

/// At most this many other client IDs stand beside the asked one in the table of ways out.
pub const MAX_OTHERS: usize = 3;

/// The answer to one question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The engine's explanation.
    pub explanation: Explanation,
    /// The way to the verdict.
    pub steps: Vec<Step>,
    /// What it falls short by.
    pub near_misses: Vec<NearMiss>,
    /// What would change it.
    pub ways: Vec<Way>,
    /// The client IDs of the table of ways out, as columns of the matrix; the asked one first.
    pub columns: Vec<usize>,
}

/// A way out, as far as it can be tried here.
#[derive(Clone, Debug)]
pub struct Way {
    /// The change, and what the engine found.
    pub fix: Fix,
    /// The answers with the change, one for each of [`Answer::columns`]; empty when it cannot be tried.
    pub after: Vec<Cell>,
    /// Why it cannot be tried here.
    pub untried: Option<Untried>,
}

/// Why a way out cannot be tried on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untried {
    /// It is advice: nothing here expresses it.
    Advice,
    /// The policy that it changes cannot be read at the moment.
    Unreadable,
    /// The form says something of the device that keeps the change from doing what it does.
    Form,
}

impl Answer {
    /// The answer for one cell; nothing when it was not asked. `stale` are the policies, as places in the workspace,
    /// whose text is not the one that was answered.
    #[must_use]
    pub fn of(workspace: &Workspace, matrix: &Matrix, at: At, stale: &[usize]) -> Option<Self> {
        let explanation = matrix.explain(at)?;
        let others = (0..matrix.client_ids.len()).filter(|client| *client != at.client).take(MAX_OTHERS);
        let columns: Vec<usize> = std::iter::once(at.client).chain(others).collect();
        let ways =
            matrix.ways_out(at).into_iter().map(|fix| way(workspace, matrix, at, fix, &columns, stale));
        Some(Self {
            steps: words::steps(&explanation),
            near_misses: matrix.near_misses(at, &explanation),
            ways: ways.collect(),
            columns,
            explanation,
        })
    }
}

fn way(workspace: &Workspace, matrix: &Matrix, at: At, fix: Fix, columns: &[usize], stale: &[usize]) -> Way {
    let untried = |fix, why| Way { fix, after: Vec::new(), untried: Some(why) };
    let Some(wanted) = fix.after() else { return untried(fix, Untried::Advice) };
    if touches(&fix.changes, matrix, stale) {
        return untried(fix, Untried::Unreadable);
    }
    let Some(after) = applied(workspace, matrix, at, &fix.changes) else {
        return untried(fix, Untried::Form);
    };
    let after = answers(after, matrix, at, columns);
    match after.first() {
        Some(Cell::Decided(decision)) if decision.verdict == wanted => Way { fix, after, untried: None },
        _ => untried(fix, Untried::Form),
    }
}

/// Whether one of the changes is of a policy that cannot be read.
fn touches(changes: &[Change], matrix: &Matrix, stale: &[usize]) -> bool {
    changes.iter().any(|change| match change {
        Change::Policy(patch) => {
            matrix.sources.get(patch.policy).is_some_and(|source| stale.contains(source))
        }
        _ => false,
    })
}

/// What the question of this cell is answered with the change, for some client IDs: that row of the matrix alone.
fn answers(mut workspace: Workspace, matrix: &Matrix, at: At, columns: &[usize]) -> Vec<Cell> {
    let (Some(question), Some(line)) = (matrix.questions.get(at.question), matrix.line(at.question)) else {
        return Vec::new();
    };
    let all = names(&workspace.ask.client_ids);
    let shown: Vec<&str> = columns.iter().filter_map(|column| all.get(*column).map(String::as_str)).collect();
    let mut ask = Ask {
        client_ids: shown.join("\n"),
        publish: String::new(),
        subscribe: String::new(),
        receive: String::new(),
        other: String::new(),
        ..workspace.ask.clone()
    };
    match question {
        Question::Connect => {}
        Question::Other(action, resource) => ask.other = format!("{action} {resource}"),
        _ => {
            let changed =
                asked_in(&mut workspace.ask, question).and_then(|text| names(text).into_iter().nth(line));
            if let (Some(field), Some(changed)) = (asked_in(&mut ask, question), changed) {
                *field = changed;
            }
        }
    }
    workspace.ask = ask;
    Matrix::new(&workspace).cells.into_iter().nth(usize::from(at.question > 0)).unwrap_or_default()
}
