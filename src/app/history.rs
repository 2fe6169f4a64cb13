//! Undo and redo, of whatever there is to change.

/// At most this many steps back.
pub const MAX_STEPS: usize = 100;

/// Something whose changes can be undone.
pub trait Undoable: Clone {
    /// The steps back weigh at most this much together.
    const MAX_WEIGHT: usize;

    /// What it weighs as a step.
    fn weight(&self) -> usize;

    /// Takes from `now`, in whose place it comes, what is not undone.
    fn carry_over(&mut self, _now: &Self) {}
}

/// What stood here before, and what was undone. `F` is a field that can be typed into.
#[derive(Clone, Debug, PartialEq)]
pub struct History<T, F> {
    before: Vec<T>,
    after: Vec<T>,
    /// The field that is being typed into: its key strokes are one step.
    typing: Option<F>,
}

impl<T, F> Default for History<T, F> {
    fn default() -> Self {
        Self { before: Vec::new(), after: Vec::new(), typing: None }
    }
}

impl<T: Undoable, F: Clone + PartialEq> History<T, F> {
    /// Notes `now` before it is changed; `field` when by typing.
    pub fn note(&mut self, now: &T, field: Option<&F>) {
        self.after.clear();
        if field.is_some() && self.typing.as_ref() == field {
            return;
        }
        self.typing = field.cloned();
        self.before.push(now.clone());
        let mut weight = 0;
        let kept = self.before.iter().rev().take(MAX_STEPS).take_while(|step| {
            weight += step.weight();
            weight <= T::MAX_WEIGHT
        });
        let dropped = self.before.len() - kept.count();
        self.before.drain(..dropped);
    }

    /// What is typed from now on is a step of its own.
    pub fn stop_typing(&mut self) {
        self.typing = None;
    }

    /// One step back from `now`.
    pub fn undo(&mut self, now: &mut T) -> bool {
        self.stop_typing();
        step(&mut self.before, &mut self.after, now)
    }

    /// One step forward again.
    pub fn redo(&mut self, now: &mut T) -> bool {
        self.stop_typing();
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

/// Takes the last of `from` in place of `now`, which goes to `to`.
fn step<T: Undoable>(from: &mut Vec<T>, to: &mut Vec<T>, now: &mut T) -> bool {
    let Some(mut taken) = from.pop() else { return false };
    taken.carry_over(now);
    to.push(std::mem::replace(now, taken));
    true
}

#[cfg(test)]
mod tests {
    use super::MAX_STEPS;
    use crate::app::workspace::{TextField, Workspace};

    type History = super::History<Workspace, TextField>;

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
