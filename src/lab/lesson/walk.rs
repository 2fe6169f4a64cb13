//! One learner's way through a lesson: predict, run, read, change, reach the goal.
//!
//! What is not in turn changes nothing: a prediction after the run, a change before it. Steps can be left and taken up
//! again in any order.

use std::sync::Arc;

use super::{Lesson, MAX_TYPED, Step, Value};
use crate::lab::Run;
use crate::lab::format::ScenarioError;

/// A lesson, and how far a learner has come in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    at: usize,
    /// By step.
    stands: Vec<Stand>,
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Stand {
    /// The prediction.
    pub chosen: Option<usize>,
    /// The choice that the run has shown to be right.
    pub right: Option<usize>,
    /// What stands in the editable places.
    pub values: Vec<Value>,
    /// What came of it; the last that could be played.
    pub run: Option<Arc<Run>>,
    /// Why what stands in the editable places cannot be played.
    pub problem: Option<ScenarioError>,
    /// How many hints were asked for.
    pub hints: usize,
    /// Whether the goal was reached at some time.
    pub solved: bool,
}

impl Walk {
    /// At the beginning.
    #[must_use]
    pub fn new(lesson: impl Into<Arc<Lesson>>) -> Self {
        let lesson = lesson.into();
        let stand = |step: &Step| Stand {
            chosen: None,
            right: None,
            values: step.start(),
            run: None,
            problem: None,
            hints: 0,
            solved: false,
        };
        let stands = lesson.steps.iter().map(stand).collect();
        let mut walk = Self { lesson, at: 0, stands };
        walk.arrive();
        walk
    }

    /// The number of the step that is open, from 0.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The step that is open, and how it stands.
    #[must_use]
    pub fn here(&self) -> Option<(&Step, &Stand)> {
        self.lesson.steps.get(self.at).zip(self.stands.get(self.at))
    }

    /// Whether a step was gone through: played, and its goal reached if it has one.
    #[must_use]
    pub fn is_done(&self, step: usize) -> bool {
        let Some((step, stand)) = self.lesson.steps.get(step).zip(self.stands.get(step)) else {
            return false;
        };
        stand.run.is_some() && (step.change.is_none() || stand.solved)
    }

    /// Opens another step; one that does not exist leaves this one open.
    pub fn go(&mut self, step: usize) {
        if step < self.lesson.steps.len() {
            self.at = step;
            self.arrive();
        }
    }

    /// Predicts, until it has been played.
    pub fn choose(&mut self, choice: usize) {
        if let Some((step, stand)) = self.here_mut()
            && stand.run.is_none()
            && step.prediction.as_ref().is_some_and(|prediction| choice < prediction.choices.len())
        {
            stand.chosen = Some(choice);
        }
    }

    /// Plays what was predicted.
    pub fn run(&mut self) {
        if let Some((step, stand)) = self.here_mut()
            && stand.run.is_none()
            && stand.chosen.is_some()
        {
            stand.right = step.right();
            self.play();
        }
    }

    /// Changes what stands in an editable place, once it has been played, and plays it at once. Too long a text is not
    /// taken.
    pub fn change(&mut self, place: usize, value: Value) {
        if matches!(&value, Value::Text(text) if text.len() > MAX_TYPED) {
            return;
        }
        if let Some((_, stand)) = self.here_mut()
            && stand.run.is_some()
            && let Some(stands) = stand.values.get_mut(place)
        {
            *stands = value;
            self.play();
        }
    }

    /// Puts everything back as it was before it was changed.
    pub fn put_back(&mut self) {
        if let Some((step, stand)) = self.here_mut().filter(|(_, stand)| stand.run.is_some()) {
            stand.values = step.start();
            self.play();
        }
    }

    /// Shows one more hint; whether there was one.
    pub fn hint(&mut self) -> bool {
        let Some((step, stand)) = self.here_mut() else { return false };
        let more = step.change.as_ref().is_some_and(|change| stand.hints < change.hints.len());
        stand.hints += usize::from(more);
        more
    }

    /// Puts the solution of the last hint in, once it has been played.
    pub fn solve(&mut self) {
        if let Some((step, stand)) = self.here_mut().filter(|(_, stand)| stand.run.is_some()) {
            stand.values = step.solution();
            self.play();
        }
    }

    /// What there is to see without a prediction is played at once.
    fn arrive(&mut self) {
        if let Some((step, stand)) = self.here_mut()
            && step.prediction.is_none()
            && stand.run.is_none()
        {
            self.play();
        }
    }

    fn play(&mut self) {
        let lesson = Arc::clone(&self.lesson);
        if let Some((step, stand)) = self.here_mut() {
            match lesson.play(step, &stand.values) {
                Ok(run) => {
                    stand.solved |= step.is_reached(&run);
                    stand.run = Some(Arc::new(run));
                    stand.problem = None;
                }
                Err(problem) => stand.problem = Some(problem),
            }
        }
    }

    fn here_mut(&mut self) -> Option<(&Step, &mut Stand)> {
        self.lesson.steps.get(self.at).zip(self.stands.get_mut(self.at))
    }
}
