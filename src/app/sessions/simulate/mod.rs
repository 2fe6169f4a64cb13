//! Simulate: a script and the player of it.
//!
//! The script says what is to be played, as a [`Scenario`](crate::lab::Scenario); the player knows nothing of how that
//! was written. A change of the script plays it anew.

pub mod branch;
pub mod moment;
pub mod player;
pub mod script;
#[cfg(test)]
mod tests;

use super::Effect;
use crate::app::presenter;
use crate::app::workspace::Workspace;
use player::Player;
use script::Script;

/// The state of the screen.
#[derive(Clone, Debug)]
pub struct Simulate {
    /// What is played.
    pub script: Script,
    /// What came of it.
    pub player: Player,
    /// What the player plays is masked: others see it.
    masked: bool,
}

/// What the user did on Simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// To the script.
    Script(script::Msg),
    /// To the player.
    Play(player::Msg),
}

impl Simulate {
    /// Plays the script of a workspace.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let script = Script;
        let player = Player::new(script.scenario(&seen(workspace)));
        Self { script, player, masked: workspace.presenter }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg, workspace: &mut Workspace) -> Vec<Effect> {
        match msg {
            Msg::Script(msg) => {
                let effects = self.script.update(&msg, workspace);
                self.replay(workspace);
                effects
            }
            Msg::Play(msg) => self.player.update(msg),
        }
    }

    /// Plays the script as it is now. What was typed for a branch is not masked, so that when presenter mode is turned on
    /// the player forgets its branches.
    pub fn replay(&mut self, workspace: &Workspace) {
        let scenario = self.script.scenario(&seen(workspace));
        if self.masked == workspace.presenter {
            self.player.play(scenario);
        } else {
            self.masked = workspace.presenter;
            self.player = Player::new(scenario);
        }
    }
}

/// The workspace as it may be shown.
fn seen(workspace: &Workspace) -> Workspace {
    if workspace.presenter { presenter::masked(workspace) } else { workspace.clone() }
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
