//! Undo and redo over the whole workspace.

use crate::app::workspace::{TextField, Workspace};

/// At most this many steps back.
pub const MAX_STEPS: usize = 100;
/// The steps hold at most this many bytes of text together.
pub const MAX_BYTES: usize = 8 << 20;

/// What stood here before, and what was undone.
#[derive(Clone, Debug, Default)]
pub struct History {
    before: Vec<Workspace>,
    after: Vec<Workspace>,
    /// The field that is being typed into: its key strokes are one step.
    typing: Option<TextField>,
}

impl History {
    /// Notes `now` before it is changed; `field` when by typing.
    pub fn note(&mut self, now: &Workspace, field: Option<&TextField>) {
        self.after.clear();
        if field.is_some() && self.typing.as_ref() == field {
            return;
        }
        self.typing = field.cloned();
        self.before.push(now.clone());
        let mut bytes = 0;
        let kept = self.before.iter().rev().take(MAX_STEPS).take_while(|step| {
            let policies = step.policies.iter().map(|policy| policy.text.len());
            bytes += policies.sum::<usize>() + step.simulation.script.len();
            bytes <= MAX_BYTES
        });
        let dropped = self.before.len() - kept.count();
        self.before.drain(..dropped);
    }

    /// One step back from `now`.
    pub fn undo(&mut self, now: &mut Workspace) -> bool {
        self.typing = None;
        step(&mut self.before, &mut self.after, now)
    }

    /// One step forward again.
    pub fn redo(&mut self, now: &mut Workspace) -> bool {
        self.typing = None;
        step(&mut self.after, &mut self.before, now)
    }

    /// Whether there is a step back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether there is a step forward.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }
}

/// Takes the last of `from` in place of `now`, which goes to `to`. The open screen and
/// presenter mode stay: they are no change.
fn step(from: &mut Vec<Workspace>, to: &mut Vec<Workspace>, now: &mut Workspace) -> bool {
    let Some(mut taken) = from.pop() else { return false };
    taken.screen = now.screen;
    taken.presenter = now.presenter;
    to.push(std::mem::replace(now, taken));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_id(history: &mut History, workspace: &mut Workspace, text: &str) {
        history.note(workspace, Some(&TextField::ClientIds));
        workspace.type_into(&TextField::ClientIds, text.to_owned());
    }

    #[test]
    fn key_strokes_in_one_field_are_one_step() {
        let (mut history, mut workspace) = (History::default(), Workspace::default());
        type_id(&mut history, &mut workspace, "a");
        type_id(&mut history, &mut workspace, "ab");
        history.note(&workspace, Some(&TextField::Things));
        workspace.type_into(&TextField::Things, "t".into());

        assert!(history.undo(&mut workspace));
        assert_eq!((workspace.ask.client_ids.as_str(), workspace.who.things.as_str()), ("ab", ""));
        assert!(history.undo(&mut workspace));
        assert_eq!(workspace.ask.client_ids, "");
        assert!(!history.undo(&mut workspace));
        assert!(history.redo(&mut workspace) && history.redo(&mut workspace));
        assert_eq!(workspace.who.things, "t");
        assert!(!history.redo(&mut workspace));
    }

    #[test]
    fn the_oldest_steps_go_first() {
        let (mut history, mut workspace) = (History::default(), Workspace::default());
        for number in 0..=MAX_STEPS {
            history.note(&workspace, None);
            workspace.ask.client_ids = number.to_string();
        }
        while history.undo(&mut workspace) {}
        assert_eq!(workspace.ask.client_ids, "0");
    }
}
