//! `IPL-L029` variable-letter-case.

use super::about;
use crate::{
    policy::{
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A variable in other letters than AWS writes it
    ///
    /// # What it flags
    /// A variable whose name differs from the documented one in letter case only.
    /// # Why it hurts
    /// IAM compares names without regard to case; whether AWS IoT Core does, and whether it accepts the policy,
    /// no page says.
    /// # What to do
    /// Write the name as AWS does.
    /// # Flagged
    /// `${iot:clientid}`
    /// # Clean
    /// `${iot:ClientId}`
    /// # Sources
    /// - IAM User Guide, Policy variables
    /// - Developer Guide, Basic AWS IoT Core policy variables
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for (written, inner, name) in stated.variables() {
            let key = Key::parse(name);
            let known = key.name();
            let named = !matches!(key, Key::Unknown(_) | Key::Undocumented(_));
            if named && known != name && known.eq_ignore_ascii_case(name) {
                let text = Text::new().say("AWS writes ").code(format!("${{{known}}}")).say(".");
                let span = stated.exact(written, inner);
                let at = span.clone().unwrap_or_else(|| written.span.clone());
                found.push(Found::at(stated.policy, at, text).fixed_by(span.map(|span| (span, known))));
            }
        }
    }
    found
}
