//! Which text of a policy is answered while it is being typed: the last one that could be read.
//!
//! A text that AWS would refuse and whose meaning is plain (comments, a trailing comma) is readable. One in which the
//! reader had to guess is not: its answer would flicker with every key stroke.

use crate::app::workspace::Workspace;
use crate::policy::diagnostic::Problem;
use crate::policy::document::{Document, parse};

/// Whether the document is what the text says, rather than what could be saved of it.
fn readable(document: &Document) -> bool {
    document.diagnostics.iter().all(|found| match found.problem {
        Problem::Syntax { .. } => found.repair(&document.text).is_some_and(|repair| repair.keeps_meaning),
        Problem::TooDeep | Problem::TextTooLarge { .. } => false,
        _ => true,
    })
}

/// The workspace as it is answered, and the places of the policies whose text is not the typed one. `documents` are
/// the typed texts, `before` is what was answered last, with the same policies in the same order.
pub(super) fn answered(
    now: &Workspace,
    documents: &[Document],
    before: &Workspace,
) -> (Workspace, Vec<usize>) {
    let mut answered = now.clone();
    let mut stale = Vec::new();
    for (index, (policy, document)) in answered.policies.iter_mut().zip(documents).enumerate() {
        if policy.off || readable(document) {
            continue;
        }
        let last = before.policies.get(index).filter(|last| {
            last.text != policy.text && !last.text.trim().is_empty() && readable(&parse(&last.text))
        });
        if let Some(last) = last {
            policy.text.clone_from(&last.text);
            policy.computed.clone_from(&last.computed);
            stale.push(index);
        }
    }
    (answered, stale)
}
