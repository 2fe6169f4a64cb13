//! `IPL-L040` variable-not-in-iam-policy.

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
    /// A thing or certificate variable stands in an IAM policy
    ///
    /// # What it flags
    /// A thing or certificate variable, or such a condition key, in an IAM policy.
    /// # Why it hurts
    /// In IAM policies these variables have no value. The role allows nothing with them, and a Deny denies
    /// nothing.
    /// # What to do
    /// Put the statement into the AWS IoT Core policy of the identity, and let the role allow more.
    /// # Flagged
    /// `client/${iot:Connection.Thing.ThingName}` in a role
    /// # Clean
    /// the same in an AWS IoT Core policy
    /// # Sources
    /// - awsdocs/aws-iot-docs issue 42 (seen)
    /// - Developer Guide, Authorization with Amazon Cognito identities
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let foreign = |key: &Key| key.is_thing() || key.is_certificate();
    let mut found = Vec::new();
    for stated in subject.all().filter(|stated| stated.side == Side::Iam) {
        let variables = stated.variables().map(|(written, _, name)| (written.span.clone(), name));
        let keys = stated.statement.conditions.iter().map(|c| (c.key.span.clone(), c.key.value.as_str()));
        for (span, name) in variables.chain(keys).filter(|(_, name)| foreign(&Key::parse(name))) {
            let text = Text::new().code(name).say(" has no value in an IAM policy.");
            found.push(Found::at(stated.policy, span, text));
        }
    }
    found
}
