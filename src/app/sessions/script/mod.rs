//! What is played: sessions and their steps, written by hand, pasted as command lines or opened from a file.
//!
//! A [`Script`] changes only by [`Script::update`]. It knows no clock and no run: what comes of it is the player's
//! business. Who the sessions are is what Check says, or the file that was opened.

mod draft;
mod kept;
mod open;
#[cfg(test)]
mod tests;

pub use draft::{Choice, Draft, Field, qos_of, stand_in};
pub use kept::MAX_KEPT;
pub use open::{Opened, Refused, read_commands};

use std::rc::Rc;

use crate::app::check::matrix::{Matrix, switches};
use crate::app::check::who;
use crate::app::history::{History, Undoable};
use crate::app::workspace::{Simulation, Workspace};
use crate::iot::time::Instant;
use crate::lab::{Action, Actor, Identity, Scenario, Step, presets};
use crate::policy::context::Protocol;
use crate::timeline::log::Log;
use crate::words::script as words;

/// The ID of the first field of the last step.
pub const LAST_STEP_ID: &str = "last-step";
/// The ID of the button that adds a step.
pub const ADD_STEP_ID: &str = "add-step";
/// The ID of the button that adds a session.
pub const ADD_SESSION_ID: &str = "add-session";
/// So many steps are drawn at a time.
pub const STEPS_A_PAGE: usize = 50;

/// The script, its history, and the box for pastes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    draft: Rc<Draft>,
    history: History<Rc<Draft>, Field>,
    /// The draft as the workspace keeps it.
    kept: Simulation,
    /// The first step that is drawn.
    first_step: usize,
    /// What stands in the box for pastes.
    pub paste: String,
    /// Why that, or a file, was not taken.
    pub refused: Option<Refused>,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Typed into a field; the whole text.
    Type(Field, String),
    /// Made a choice.
    Choose(Choice),
    /// Added a session like the last, client ID and all.
    AddSession,
    /// Added a session like the last with a client ID of its own.
    AddUnlike,
    /// Removed a session and its steps.
    RemoveSession(usize),
    /// Added a step.
    AddStep,
    /// Removed a step.
    RemoveStep(usize),
    /// Let a step change places with the one after it.
    SwapSteps(usize),
    /// Put the steps into the order of time.
    Sort,
    /// Turned to the page of steps that begins with this one.
    Page(usize),
    /// Typed or pasted into the box; the whole text.
    Paste(String),
    /// Takes what stands in the box.
    Take,
    /// Opened files, each with its name and text.
    Open(Vec<(String, String)>),
    /// Takes another script in its place.
    Become(Simulation),
    /// Added a session that hears of all connections of the account.
    AddObserver,
    /// Chose an experiment of the article.
    Experiment(usize),
    /// Wants the sessions to be who connects on Check.
    UseCheck,
    /// Takes back the last change.
    Undo,
    /// Makes the change that was taken back again.
    Redo,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing that is played; perhaps for the reason in this sentence.
    Unchanged(Option<String>),
    /// The script is another one; perhaps something is to be said of it.
    Changed(Option<String>),
    /// A log is to be shown.
    Log(Box<Log>),
}

impl Script {
    /// The script of a workspace; and a sentence when it cannot be read, so that an empty one stands in.
    #[must_use]
    pub fn of(simulation: &Simulation) -> (Self, Option<String>) {
        let (draft, told) = match Draft::read(simulation) {
            Ok(draft) => (draft, None),
            Err(why) => (Draft::default(), Some(words::not_kept(&why))),
        };
        (Self { kept: simulation.clone(), draft: Rc::new(draft), ..Self::default() }, told)
    }

    /// The same for the workspace.
    #[must_use]
    pub fn kept(&self) -> &Simulation {
        &self.kept
    }

    /// The script as it stands; another one after each change.
    #[must_use]
    pub fn draft(&self) -> &Rc<Draft> {
        &self.draft
    }

    /// The first step that is drawn: there is a page of them at a time.
    #[must_use]
    pub fn first_step(&self) -> usize {
        let last = self.draft.steps().len().saturating_sub(1);
        self.first_step.min(last) / STEPS_A_PAGE * STEPS_A_PAGE
    }

    /// Whether a change can be taken back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether a change that was taken back can be made again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Outcome {
        if !matches!(msg, Msg::Type(..)) {
            self.history.stop_typing();
        }
        match msg {
            Msg::Type(field, text) => self.change(Some(field), |draft| {
                draft.write(field, text);
                Ok(())
            }),
            Msg::Choose(choice) => self.edit(|draft| draft.choose(choice)),
            Msg::AddSession => self.change(None, Draft::add_session),
            Msg::AddUnlike => self.change(None, |draft| {
                draft.add_session()?;
                draft.rename_last();
                Ok(())
            }),
            Msg::RemoveSession(session) => self.edit(|draft| draft.remove_session(session)),
            Msg::AddStep => {
                let outcome = self.change(None, Draft::add_step);
                self.first_step = self.draft.steps().len();
                outcome
            }
            Msg::RemoveStep(step) => self.edit(|draft| draft.remove_step(step)),
            Msg::SwapSteps(first) => self.edit(|draft| draft.swap_steps(first)),
            Msg::Sort => self.edit(Draft::sort),
            Msg::UseCheck => self.edit(Draft::use_check),
            Msg::Undo => self.turn(History::undo),
            Msg::Redo => self.turn(History::redo),
            Msg::Page(first) => {
                self.first_step = first;
                Outcome::Unchanged(None)
            }
            Msg::Paste(text) => {
                self.paste = text;
                self.refused = None;
                Outcome::Unchanged(None)
            }
            Msg::Take => {
                let pasted = self.paste.clone();
                self.open(&[(words::PASTED.to_owned(), pasted)], |_| ())
            }
            Msg::Open(texts) => self.open(&texts, |_| ()),
            Msg::Become(simulation) => match Draft::read(&simulation) {
                Ok(draft) => self.edit(|now| *now = draft),
                Err(why) => Outcome::Unchanged(Some(words::not_kept(&why))),
            },
            Msg::AddObserver => self.change(None, Draft::add_observer),
            Msg::Experiment(number) => {
                let Some(experiment) = presets::EXPERIMENTS.get(number) else {
                    return Outcome::Unchanged(None);
                };
                experiment.commands.clone_into(&mut self.paste);
                self.open(&[(words::PASTED.to_owned(), self.paste.clone())], |draft| {
                    experiment.title.clone_into(&mut draft.scenario.title);
                    draft.scenario.identities = vec![presets::article_identity(experiment.policy)];
                    draft.own = true;
                })
            }
        }
    }

    /// The element that gets the focus after this message, because what was pressed goes away or something new asks to be
    /// filled in.
    #[must_use]
    pub fn focus_after(&self, msg: &Msg) -> Option<&'static str> {
        let draft = &self.draft;
        match msg {
            Msg::AddStep if !draft.sessions().is_empty() => Some(LAST_STEP_ID),
            Msg::RemoveStep(step) if step + 1 == draft.steps().len() => Some(ADD_STEP_ID),
            Msg::RemoveSession(session) if session + 1 == draft.sessions().len() => Some(ADD_SESSION_ID),
            Msg::UseCheck => Some(ADD_SESSION_ID),
            _ => None,
        }
    }

    /// Opens one of these texts; what it is to be played may be changed before.
    fn open(&mut self, texts: &[(String, String)], then: impl FnOnce(&mut Draft)) -> Outcome {
        self.refused = None;
        match Opened::read(texts) {
            Err(refused) => {
                self.refused = Some(refused);
                Outcome::Unchanged(None)
            }
            Ok(Opened::Log(log)) => Outcome::Log(log),
            Ok(Opened::Script(mut draft, left_out)) => {
                then(&mut draft);
                let told = left_out.then(|| words::PASSWORD_LEFT_OUT.to_owned());
                match self.edit(|now| *now = *draft) {
                    Outcome::Changed(None) => Outcome::Changed(told),
                    Outcome::Unchanged(None) => Outcome::Unchanged(told),
                    outcome => outcome,
                }
            }
        }
    }

    /// Turns to the draft before, or to the one after, if there is one.
    fn turn(&mut self, turn: fn(&mut History<Rc<Draft>, Field>, &mut Rc<Draft>) -> bool) -> Outcome {
        if !turn(&mut self.history, &mut self.draft) {
            return Outcome::Unchanged(None);
        }
        self.kept = self.draft.kept();
        Outcome::Changed(None)
    }

    fn edit(&mut self, change: impl FnOnce(&mut Draft)) -> Outcome {
        self.change(None, |draft| {
            change(draft);
            Ok(())
        })
    }

    /// Changes the draft, so that it can be taken back; `field` when by typing.
    fn change(
        &mut self,
        field: Option<Field>,
        change: impl FnOnce(&mut Draft) -> Result<(), String>,
    ) -> Outcome {
        let mut after = Draft::clone(&self.draft);
        if let Err(why) = change(&mut after) {
            return Outcome::Unchanged(Some(why));
        }
        if after == *self.draft {
            return Outcome::Unchanged(None);
        }
        let kept = after.kept();
        if kept.script.len() > MAX_KEPT {
            return Outcome::Unchanged(Some(words::too_long(kept.script.len(), MAX_KEPT)));
        }
        self.kept = kept;
        self.history.note(&self.draft, field.as_ref());
        self.draft = Rc::new(after);
        Outcome::Changed(None)
    }

    /// What others may see of it: that of a masked workspace, with what stands in the box masked as well.
    #[must_use]
    pub fn presented(&self, simulation: &Simulation, mask: impl Fn(&str) -> String) -> Self {
        let refused = self.refused.as_ref().map(|Refused { why, places }| Refused {
            why: mask(why),
            places: places.iter().map(|place| mask(place)).collect(),
        });
        let (masked, _) = Self::of(simulation);
        Self { paste: mask(&self.paste), refused, first_step: self.first_step, ..masked }
    }

    /// What is to be played.
    #[must_use]
    pub fn scenario(&self, workspace: &Workspace) -> Scenario {
        let mut scenario = self.draft.scenario.clone();
        for actor in &mut scenario.sessions {
            actor.on_connect.retain_mut(draft::complete);
            actor.connect.will.take_if(|will| will.topic.is_empty());
        }
        scenario.steps.retain_mut(|step| draft::complete(&mut step.action));
        scenario.steps.sort_by_key(|step| step.at);
        if !self.draft.own {
            scenario.identities = vec![who_connects(workspace, &scenario)];
            scenario.switches = switches(workspace);
        }
        scenario
    }
}

impl Undoable for Rc<Draft> {
    /// Sessions and steps.
    const MAX_WEIGHT: usize = 100_000;

    fn weight(&self) -> usize {
        self.sessions().len() + self.steps().len()
    }
}

impl Draft {
    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> &[Actor] {
        &self.scenario.sessions
    }

    /// When the run ends.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.scenario.end
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.scenario.steps
    }

    /// The identities of the file that was opened; none when the sessions are who connects on Check.
    #[must_use]
    pub fn own(&self) -> Option<&[Identity]> {
        self.own.then_some(self.scenario.identities.as_slice())
    }

    /// Whether a step says too little to be played.
    #[must_use]
    pub fn is_incomplete(&self, action: &Action) -> bool {
        !draft::complete(&mut action.clone())
    }

    fn use_check(&mut self) {
        self.own = false;
        self.scenario.identities = vec![draft::stand_in()];
        self.scenario.sessions.iter_mut().for_each(|actor| actor.identity = 0);
    }
}

/// Who connects on Check, with its policies.
fn who_connects(workspace: &Workspace, scenario: &Scenario) -> Identity {
    let matrix = Matrix::new(workspace);
    let version =
        scenario.sessions.first().map_or_else(Default::default, |actor| actor.connect.version.into());
    let mut context = who::context(&workspace.who, &matrix.place, &matrix.used, "", version);
    context.unknown.extend_from_slice(&matrix.computed);
    context.protocol = Protocol::Mqtt;
    Identity { name: "device".to_owned(), context, policies: matrix.policies.policies().to_vec() }
}
