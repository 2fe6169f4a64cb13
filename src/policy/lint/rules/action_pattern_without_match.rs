//! `IPL-L045` action-pattern-without-match.

use super::about;
use crate::{
    iot::action::ACTIONS,
    policy::{
        context::Side,
        lint::{
            Found,
            subject::{Subject, names},
        },
    },
    text::Text,
};

about! {
    /// An action pattern names no action of a device
    ///
    /// # What it flags
    /// An action with `*` or `?` in an AWS IoT Core policy that names none of the data-plane actions.
    /// # Why it hurts
    /// It allows and denies nothing. Actions of other services and of the control plane belong into IAM policies.
    /// # What to do
    /// Name actions of the data plane.
    /// # Flagged
    /// `s3:*`, `iot:Create*`
    /// # Clean
    /// `iot:Get*`
    /// # Sources
    /// - Developer Guide, AWS IoT Core policy actions; AWS IoT Core action resources
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all().filter(|stated| stated.side == Side::Iot) {
        for written in stated.statement.actions.iter().flat_map(|listed| &listed.values) {
            let pattern = written.value.contains(['*', '?']);
            if pattern && !ACTIONS.iter().any(|action| names(&written.value, action.name)) {
                let text = Text::new().code(&written.value).say(" names no action that a device asks for.");
                found.push(Found::at(stated.policy, written.span.clone(), text));
            }
        }
    }
    found
}
