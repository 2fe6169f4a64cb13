//! A script in the workspace, with which it travels: as the plain list of sessions where that says it all, which is what
//! earlier versions wrote, and else as the text of its scenario with what waits beside it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::draft::{Draft, Field, stand_in};
use crate::app::workspace::Simulation;
use crate::lab::format;

/// Longest text of a script in the workspace, in bytes: it is written at each change.
pub const MAX_KEPT: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept<'a> {
    #[serde(borrow)]
    scenario: &'a RawValue,
    /// The identities are those of the scenario.
    own: bool,
    /// The end follows the last step.
    open_end: bool,
    /// What waits.
    typed: Vec<(Field, String)>,
}

impl Draft {
    /// The script of a workspace.
    ///
    /// # Errors
    /// When it is not one of this version; the sentence says why.
    pub fn read(simulation: &Simulation) -> Result<Self, String> {
        if simulation.script.is_empty() {
            return Ok(Self::of_plans(simulation.version, &simulation.sessions));
        }
        if simulation.script.len() > MAX_KEPT {
            return Err(format!("it has {} bytes, at most {MAX_KEPT} are read", simulation.script.len()));
        }
        let Kept { scenario, own, open_end, typed } =
            serde_json::from_str(&simulation.script).map_err(|error| error.to_string())?;
        let scenario = format::read(scenario.get(), |_| None).map_err(|error| error.to_string())?;
        let mut draft = Self { scenario, own, open_end, typed: typed.into_iter().collect() };
        draft.settle();
        Ok(draft)
    }

    /// The same for the workspace.
    #[must_use]
    pub fn kept(&self) -> Simulation {
        let mut draft = self.tidied();
        if let Some((version, sessions)) = draft.plans() {
            return Simulation { version, sessions, script: String::new() };
        }
        draft.sort();
        if !draft.own {
            draft.scenario.identities = vec![stand_in()];
        }
        let text = format::write(&draft.scenario);
        // What the format writes is JSON.
        let script = serde_json::from_str(text.trim_end()).and_then(|scenario| {
            serde_json::to_string(&Kept {
                scenario,
                own: draft.own,
                open_end: draft.open_end,
                typed: draft.typed.into_iter().collect(),
            })
        });
        Simulation { script: script.unwrap_or_default(), ..Simulation::default() }
    }
}
