//! A lesson as plain data: predict what happens, run it, read why, change one thing.
//!
//! A step shows a scenario. What it says of it, in choices, explanations and goals, is a [`Claim`]: a sentence with
//! the checks that make it true. Which choice is right is written nowhere: it is the one whose checks hold. So a lesson
//! cannot teach what the engine does not do. [`Lesson::read`] takes the text form, `policylab-lesson/1`; [`Walk`] is one
//! learner's way through.
//!
//! Deliberately not here: where lessons come from, what is kept of a learner's progress, screens.
//!
//! Invariants: the scenario of a step can be played as it stands; an option that a learner can choose leaves a
//! scenario that can be played.

mod read;
mod walk;

use std::collections::BTreeMap;

use super::expect::Expectation;
use super::format::{self, ScenarioError};
use super::rights::{self, Explained};
use super::{Run, Scenario, run};
use crate::policy::context::Field;
use crate::policy::explain::Confidence;
use crate::policy::{Request, Verdict};

pub use walk::{Stand, Walk};

/// The name of the format.
pub const FORMAT: &str = "policylab-lesson/1";
/// The name of the format of a list of lessons.
pub const INDEX_FORMAT: &str = "policylab-lessons/1";
/// Most characters of a lesson's ID.
pub const MAX_ID: usize = 40;
/// Longest text that is read, in bytes.
pub const MAX_TEXT: usize = 128 * 1024;
/// Most steps of a lesson.
pub const MAX_STEPS: usize = 12;
/// Most characters of a title, a label or an option.
pub const MAX_TITLE: usize = 80;
/// Most characters of a sentence or paragraph.
pub const MAX_SENTENCE: usize = 420;
/// Longest text that a learner types into one field, in bytes.
pub const MAX_TYPED: usize = 16 * 1024;
/// How many hints a change has: a nudge, a narrowing, and the way itself.
pub const HINTS: usize = 3;
/// Longest run of a lesson's scenario, in seconds.
pub const MAX_SECONDS: u64 = 600;

/// A lesson or a challenge.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// A few words.
    pub title: String,
    /// One sentence for a list of lessons.
    pub about: String,
    /// Whether it teaches or asks.
    pub kind: Kind,
    /// For whom.
    pub level: Level,
    /// How long it takes, roughly.
    pub minutes: usize,
    /// In order; never empty.
    pub steps: Vec<Step>,
    /// Texts of policies, by the names that the scenarios use.
    policies: BTreeMap<String, String>,
}

/// A lesson as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name of its file, and of its place in links.
    pub id: String,
    /// As in the lesson.
    pub title: String,
    /// As in the lesson.
    pub about: String,
    /// As in the lesson.
    pub kind: Kind,
    /// As in the lesson.
    pub level: Level,
    /// As in the lesson.
    pub minutes: usize,
    /// How many steps the lesson has.
    pub steps: usize,
}

impl Listed {
    /// Reads a list of lessons.
    ///
    /// # Errors
    /// What is wrong first, and where.
    pub fn read_all(text: &str) -> Result<Vec<Self>, ScenarioError> {
        read::read_index(text)
    }
}

/// Whether a lesson teaches or asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It explains.
    Lesson,
    /// It sets a task.
    Challenge,
}

/// For whom a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Who has connected a device once.
    Beginner,
    /// Who has written a policy.
    Intermediate,
    /// Who answers for a fleet.
    Advanced,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// A few words.
    pub title: String,
    /// What is to be known before.
    pub text: Vec<Claim>,
    /// What is played, as it stands at first.
    pub scenario: Scenario,
    /// The same as text: what a learner changes is changed in it.
    written: String,
    /// What is to be predicted before it is played.
    pub prediction: Option<Prediction>,
    /// What is said afterwards.
    pub after: Vec<Claim>,
    /// What it rests on.
    pub facts: Vec<Stated>,
    /// What is to be changed then.
    pub change: Option<Change>,
}

/// A sentence, or a paragraph, and what makes it true. What stands in backticks is code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The words.
    pub text: String,
    /// All of them hold when it is true.
    pub holds: Vec<Check>,
}

/// Something that can be found out about a run, or about its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// This comes of the run.
    Came(Expectation),
    /// The policies answer this question with one of these verdicts.
    Answered(Ask, Vec<Verdict>),
}

/// A question to the policies that no session of the run needs to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which of the scenario's identities asks.
    pub who: usize,
    /// With which client ID.
    pub client_id: String,
    /// For what.
    pub request: Request,
}

/// What a learner predicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The question.
    pub question: String,
    /// Two or more.
    pub choices: Vec<Choice>,
}

/// A possible prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What happens, in its words.
    pub claim: Claim,
    /// What who chooses it takes for granted, and why that is not so; for the wrong ones.
    pub assumes: Option<String>,
}

/// A fact about AWS that a step rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// In the words of the lesson.
    pub text: String,
    /// How sure it is.
    pub sure: Confidence,
    /// Who says so.
    pub source: String,
    /// The row of the reference that it is, by its name.
    pub fact: String,
}

/// One thing to change, until what is wanted comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What to do.
    pub task: String,
    /// What can be changed. Everything else is locked.
    pub editable: Vec<Editable>,
    /// What is wanted: all of it.
    pub goal: Vec<Claim>,
    /// A nudge, a narrowing, the way itself.
    pub hints: Vec<String>,
    /// Said when the goal is reached.
    pub solved: Vec<Claim>,
}

/// One thing that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editable {
    /// What it is.
    pub label: String,
    /// Where it stands.
    target: Target,
    /// How it is changed.
    pub control: Control,
    /// What stands there at first.
    pub start: Value,
    /// What stands there when the goal is reached in the way of the last hint; `None` when it stays.
    pub solution: Option<Value>,
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// In the scenario, by the way to it.
    Path(String),
    /// The policy of this name.
    Policy(String),
}

/// How something is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// One of these.
    Options(Vec<Alternative>),
    /// A line of text.
    Line,
    /// The text of a policy.
    Policy,
}

/// One of the alternatives for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What it is.
    pub text: String,
    /// What then stands in the scenario.
    json: String,
}

/// What stands in an editable place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The alternative with this number.
    Option(usize),
    /// A text.
    Text(String),
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    /// What is wrong first, and where.
    pub fn read(text: &str) -> Result<Self, ScenarioError> {
        read::read(text)
    }

    /// Plays the scenario of a step with these values, one for each editable place; the start where one is missing.
    ///
    /// # Errors
    /// Why what was typed makes no scenario. The place is one in the scenario's text.
    pub fn play(&self, step: &Step, values: &[Value]) -> Result<Run, ScenarioError> {
        let mut policies = self.policies.clone();
        let mut written = step.written.clone();
        let editable = step.change.iter().flat_map(|change| &change.editable);
        for (place, value) in editable.zip(values) {
            match (&place.target, place.json(value)) {
                (Target::Policy(name), _) => {
                    if let Value::Text(text) = value {
                        policies.insert(name.clone(), text.clone());
                    }
                }
                (Target::Path(path), Some(json)) => {
                    if let Some(range) = format::range(&written, path) {
                        written.replace_range(range, &json);
                    }
                }
                (Target::Path(_), None) => {}
            }
        }
        Ok(run(&format::read(&written, |name| policies.get(name).cloned())?))
    }
}

impl Step {
    /// Which choice is the right one, found out by playing.
    #[must_use]
    pub fn right(&self) -> Option<usize> {
        let run = run(&self.scenario);
        let choices = self.prediction.iter().flat_map(|prediction| &prediction.choices);
        choices.into_iter().position(|choice| choice.claim.is_true(&run))
    }

    /// Every question to the policies, each once, in the order in which they come up.
    #[must_use]
    pub fn asks(&self) -> Vec<&Ask> {
        let choices = self.prediction.iter().flat_map(|prediction| &prediction.choices);
        let claims = choices
            .map(|choice| &choice.claim)
            .chain(&self.after)
            .chain(self.change.iter().flat_map(|change| &change.goal));
        let mut asks: Vec<&Ask> = Vec::new();
        for check in claims.flat_map(|claim| &claim.holds) {
            if let Check::Answered(ask, _) = check
                && !asks.contains(&ask)
            {
                asks.push(ask);
            }
        }
        asks
    }

    /// What stands in the editable places at first.
    #[must_use]
    pub fn start(&self) -> Vec<Value> {
        self.editable().map(|place| place.start.clone()).collect()
    }

    /// What stands there in the solution that the last hint shows.
    #[must_use]
    pub fn solution(&self) -> Vec<Value> {
        self.editable().map(|place| place.solution.clone().unwrap_or_else(|| place.start.clone())).collect()
    }

    fn editable(&self) -> impl Iterator<Item = &Editable> {
        self.change.iter().flat_map(|change| &change.editable)
    }

    /// Whether the goal of this step, if it has one, is reached by a run.
    #[must_use]
    pub fn is_reached(&self, run: &Run) -> bool {
        self.change.as_ref().is_some_and(|change| change.goal.iter().all(|claim| claim.is_true(run)))
    }
}

impl Claim {
    /// Whether all that it says came of a run.
    #[must_use]
    pub fn is_true(&self, run: &Run) -> bool {
        self.holds.iter().all(|check| match check {
            Check::Came(expectation) => run.meets(expectation),
            Check::Answered(ask, verdicts) => ask
                .explain(&run.scenario)
                .is_some_and(|answer| verdicts.contains(&answer.explanation.decision.verdict)),
        })
    }
}

impl Ask {
    /// The answer of a scenario's policies; nothing when the scenario has no such identity.
    #[must_use]
    pub fn explain(&self, scenario: &Scenario) -> Option<Explained> {
        let time = i64::try_from(scenario.starts.0).map_or(Field::Unknown, Field::Given);
        rights::explain(scenario, self.who, &self.client_id, time, self.request.clone())
    }
}

impl Editable {
    /// What stands in the scenario for a value.
    fn json(&self, value: &Value) -> Option<String> {
        match (&self.control, value) {
            (Control::Options(options), Value::Option(at)) => {
                options.get(*at).map(|option| option.json.clone())
            }
            (_, Value::Text(text)) => Some(serde_json::Value::from(text.as_str()).to_string()),
            _ => None,
        }
    }

    /// The name of the policy that is changed, if it is one.
    #[must_use]
    pub fn policy(&self) -> Option<&str> {
        match &self.target {
            Target::Policy(name) => Some(name),
            Target::Path(_) => None,
        }
    }
}
