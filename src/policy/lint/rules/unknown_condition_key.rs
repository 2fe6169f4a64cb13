//! `IPL-L043` unknown-condition-key.

use super::about;
use crate::{
    policy::{
        context::Side,
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A condition asks for a key that has no value here
    ///
    /// # What it flags
    /// A condition key of an AWS IoT Core policy that AWS IoT Core does not have, or that no page says to have a
    /// value there.
    /// # Why it hurts
    /// A key without a value makes positive conditions false and negated ones true: the statement never matches,
    /// or always.
    /// # What to do
    /// Use a key of the Developer Guide.
    /// # Flagged
    /// `s3:prefix`
    /// # Clean
    /// `iot:ClientId`
    /// # Sources
    /// - Developer Guide, Basic AWS IoT Core policy variables
    /// - IAM User Guide, Condition operators
}

/// Keys that have a value for one action each (Service Authorization Reference).
const OF_ONE_ACTION: [&str; 2] = ["iot:JobId", "iot:IncludeSocketInformation"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all().filter(|stated| stated.side == Side::Iot) {
        for condition in &stated.statement.conditions {
            let name = &condition.key.value;
            let what = match Key::parse(name) {
                Key::Unknown(_) => " is no condition key of AWS IoT Core; it never has a value.",
                Key::Undocumented(_)
                    if !OF_ONE_ACTION.iter().any(|known| known.eq_ignore_ascii_case(name)) =>
                {
                    " is not documented for AWS IoT Core policies; here it has no value."
                }
                _ => continue,
            };
            let text = Text::new().code(name).say(what);
            found.push(Found::at(stated.policy, condition.key.span.clone(), text));
        }
    }
    found
}
