//! Simulate: a script and the player of it.
//!
//! The script says what is to be played, as a [`Scenario`]; the player knows nothing of how that
//! was written. A change of the script plays it anew.

pub mod branch;
pub mod export;
pub mod moment;
pub mod player;
#[cfg(test)]
mod tests;

use super::Effect;
use super::script::{self, Outcome, Script};
use crate::app::check::files::Opened;
use crate::app::presenter;
use crate::app::workspace::Workspace;
use crate::lab::Scenario;
use crate::words;
use export::{Export, SCENARIO_FILE};
use player::Player;

/// The state of the screen.
#[derive(Clone, Debug)]
pub struct Simulate {
    /// What is played.
    pub script: Script,
    /// What came of it; or a log that was opened, in its place.
    pub player: Player,
    /// What is saved or copied is masked.
    pub masking: bool,
    /// Something that the user should read.
    pub told: Option<String>,
    /// What the player plays is masked: others see it.
    presented: bool,
}

/// What the user did on Simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// To the script.
    Script(script::Msg),
    /// To the player.
    Play(player::Msg),
    /// Opened files.
    Open(Opened),
    /// Has seen enough of the log that was opened.
    CloseLog,
    /// Wants what leaves masked, or as it is.
    Mask(bool),
    /// Saves or copies.
    Export(Export),
}

impl Simulate {
    /// Plays the script of a workspace.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let (script, told) = Script::of(&workspace.simulation);
        let player = Player::new(scenario(&script, workspace));
        Self { script, player, masking: true, told, presented: workspace.presenter }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg, workspace: &mut Workspace) -> Vec<Effect> {
        match msg {
            Msg::Script(msg) => {
                let focus = self.script.focus_after(&msg).map(Effect::Focus);
                self.change(msg, workspace);
                return focus.into_iter().collect();
            }
            Msg::Open(opened) => {
                let (texts, told) = opened.texts();
                let told: Vec<String> = told.iter().map(ToString::to_string).collect();
                if !texts.is_empty() {
                    self.change(script::Msg::Open(texts), workspace);
                }
                self.told = Some(told.into_iter().chain(self.told.take()).collect::<Vec<_>>().join(" "))
                    .filter(|told| !told.is_empty());
            }
            Msg::Play(msg) => return self.player.update(msg),
            Msg::CloseLog => self.player.play(scenario(&self.script, workspace)),
            Msg::Mask(masking) => self.masking = masking,
            Msg::Export(export) => match self.export(export) {
                Ok(effect) => return vec![effect],
                Err(why) => self.told = Some(why),
            },
        }
        Vec::new()
    }

    fn change(&mut self, msg: script::Msg, workspace: &mut Workspace) {
        let masked = |text: &str| presenter::masked_text(text) != text;
        let hidden = match &msg {
            script::Msg::Paste(_) | script::Msg::Take => masked(&self.script.paste),
            script::Msg::Page(_) => false,
            _ => presenter::masked(workspace).simulation != workspace.simulation,
        };
        if workspace.presenter && hidden {
            self.told = Some(words::script::MASKED.to_owned());
            return;
        }
        match self.script.update(msg) {
            Outcome::Unchanged(told) => {
                self.told = told;
                return;
            }
            Outcome::Log(_) if workspace.presenter => {
                self.told = Some(words::player::LOG_NOT_PRESENTED.to_owned());
                return;
            }
            Outcome::Log(log) => {
                self.told = words::script::log_problems(&log.problems);
                self.player = Player::of_log(*log);
                return;
            }
            Outcome::Changed(told) => self.told = told,
        }
        workspace.simulation = self.script.kept().clone();
        self.player.play(scenario(&self.script, workspace));
    }

    /// Plays the script anew: that of the workspace, whoever changed it. A log that was opened stays.
    ///
    /// What was typed for a branch and what stands in a log is not masked, so the player forgets both when presenter mode is
    /// turned on or off.
    pub fn replay(&mut self, workspace: &Workspace) {
        let changed = *self.script.kept() != workspace.simulation;
        if changed {
            (self.script, self.told) = Script::of(&workspace.simulation);
        }
        if self.presented != workspace.presenter {
            self.presented = workspace.presenter;
            self.player = Player::new(scenario(&self.script, workspace));
        } else if changed || self.player.scenario().is_some() {
            self.player.play(scenario(&self.script, workspace));
        }
    }

    /// The same with the script of a masked workspace, which is what the player plays in presenter mode.
    #[must_use]
    pub fn presented(&self, masked: &Workspace) -> Self {
        let script = self.script.presented(&masked.simulation, presenter::masked_text);
        Self { script, ..self.clone() }
    }

    /// What is to be saved or copied, or why nothing is.
    fn export(&self, export: Export) -> Result<Effect, String> {
        let run = self.player.run().filter(|run| !run.record.sessions.is_empty());
        let run = run.ok_or(words::script::NOTHING_PLAYED)?;
        let text = match export {
            Export::Scenario => {
                let recording = run.recording.as_ref().ok_or(words::player::LOG_ONLY)?;
                export::scenario(&recording.run.scenario, self.masking)
            }
            Export::Log => export::log(&run.record, self.masking),
            Export::Text => export::picture(&run.record, false, self.masking),
            Export::Svg => export::picture(&run.record, true, self.masking),
        };
        let text = text.map_err(|why| why.to_string())?;
        Ok(match export {
            Export::Scenario => Effect::Save(SCENARIO_FILE, text),
            Export::Log | Export::Text | Export::Svg => Effect::Copy(text),
        })
    }
}

/// What is to be played, as it may be shown.
fn scenario(script: &Script, workspace: &Workspace) -> Scenario {
    if workspace.presenter {
        let masked = presenter::masked(workspace);
        Script::of(&masked.simulation).0.scenario(&masked)
    } else {
        script.scenario(workspace)
    }
}

/// The name of a session by its place: A to Z, then by number.
#[must_use]
pub fn name(index: usize) -> String {
    u32::try_from(index)
        .ok()
        .filter(|index| *index < 26)
        .and_then(|index| char::from_u32(u32::from(b'A') + index))
        .map_or_else(|| format!("S{}", index + 1), String::from)
}
