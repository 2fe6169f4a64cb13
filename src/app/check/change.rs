//! Changes that the engine tried, made to what the user typed.
//!
//! Knows which field says what. Whether a change then does what the engine found is for the caller to ask again: the
//! form cannot say everything that a context can.

use super::matrix::{At, Matrix, Question};
use crate::app::workspace::{Ask, Attachment, Workspace};
use crate::policy::fix::Change;

/// The workspace after all changes, for the cell of `matrix` that they were found for. Nothing when one does not fit.
#[must_use]
pub fn applied(workspace: &Workspace, matrix: &Matrix, at: At, changes: &[Change]) -> Option<Workspace> {
    let mut after = workspace.clone();
    for change in changes {
        apply(&mut after, matrix, at, change)?;
    }
    Some(after)
}

fn apply(workspace: &mut Workspace, matrix: &Matrix, at: At, change: &Change) -> Option<()> {
    let Workspace { policies, who, ask, .. } = workspace;
    match change {
        Change::Policy(patch) => {
            let policy = policies.get_mut(*matrix.sources.get(patch.policy)?)?;
            policy.text = patch.apply(&policy.text)?;
        }
        Change::Exclusive(true) => who.attachment = Attachment::Exclusive,
        Change::Exclusive(false) => who.attachment = Attachment::NonExclusive,
        Change::AttachThing(name) => {
            if who.attachment == Attachment::None {
                // Names that stand in the field while nothing is attached are not attached now.
                who.things.clear();
                who.attachment = Attachment::NonExclusive;
            }
            add_line(&mut who.things, name);
        }
        Change::ClientId(id) => replace_line(&mut ask.client_ids, at.client, id)?,
        Change::Name(name) => {
            let field = asked_in(ask, matrix.questions.get(at.question)?)?;
            replace_line(field, matrix.line(at.question)?, name)?;
        }
    }
    Some(())
}

/// The field of the topics or filters of this kind of question.
pub(super) const fn asked_in<'a>(ask: &'a mut Ask, question: &Question) -> Option<&'a mut String> {
    match question {
        Question::Publish(_) => Some(&mut ask.publish),
        Question::Subscribe(_) => Some(&mut ask.subscribe),
        Question::Receive(_) => Some(&mut ask.receive),
        Question::Connect | Question::Other(..) => None,
    }
}

/// Adds an entry to a field with one entry a line.
pub(super) fn add_line(text: &mut String, entry: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(entry);
}

/// Puts `entry` in place of the entry with this number; lines without one are not counted, and stay.
fn replace_line(text: &mut String, number: usize, entry: &str) -> Option<()> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let line = lines.iter_mut().filter(|line| !line.trim().is_empty()).nth(number)?;
    *line = entry;
    *text = lines.join("\n");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_replaced_where_it_stands() {
        let mut text = "a\n\n  b \nc\n".to_owned();
        assert_eq!(replace_line(&mut text, 1, "B"), Some(()));
        assert_eq!(text, "a\n\nB\nc\n");
        assert_eq!(replace_line(&mut text, 3, "D"), None);
        add_line(&mut text, "d");
        assert_eq!(text, "a\n\nB\nc\nd");
    }
}
