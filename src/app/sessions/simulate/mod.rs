//! Simulate: a script and the player of it.
//!
//! The script says what is to be played, as a [`Scenario`](crate::lab::Scenario); the player knows nothing of how that
//! was written. A change of the script plays it anew.

pub mod player;
pub mod script;

use super::Effect;
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
        Self { player: Player::new(&script.scenario(workspace)), script }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg, workspace: &mut Workspace) -> Vec<Effect> {
        match msg {
            Msg::Script(msg) => {
                let effects = self.script.update(&msg, workspace);
                self.replay(workspace);
                effects
            }
            Msg::Play(msg) => {
                self.player.update(&msg);
                Vec::new()
            }
        }
    }

    /// Plays the script anew.
    pub fn replay(&mut self, workspace: &Workspace) {
        self.player = Player::new(&self.script.scenario(workspace));
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
