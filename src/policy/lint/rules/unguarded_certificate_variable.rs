//! `IPL-L028` unguarded-certificate-variable.

use super::about;
use crate::{
    policy::{
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A certificate variable without a guard
    ///
    /// # What it flags
    /// An Allow with a certificate field in a resource or condition value and no `Null` condition on a
    /// certificate field.
    /// # Why it hurts
    /// Where the certificate has no such field, the variable has no value. AWS warns of unexpected behaviour; the
    /// resource matches nothing.
    /// # What to do
    /// Add `"Null": {"iot:Certificate...": "false"}` for the field.
    /// # Flagged
    /// `client/${iot:Certificate.Subject.CommonName}`
    /// # Clean
    /// the same with a `Null` condition
    /// # Sources
    /// - Developer Guide, X.509 certificate policy variables
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows() {
        let guarded = stated.statement.conditions.iter().any(|condition| {
            condition.operator.value == "Null" && Key::parse(&condition.key.value).is_certificate()
        });
        for (written, _, name) in stated.variables().filter(|_| !guarded) {
            if matches!(Key::parse(name), Key::Certificate { .. }) {
                let text = Text::new().say("A certificate without ").code(name).say(" gives ");
                let text = text.code(&written.value);
                let text = text.say(" no value; no ").code("Null").say(" condition asks for the field.");
                found.push(Found::at(stated.policy, written.span.clone(), text));
            }
        }
    }
    found
}
