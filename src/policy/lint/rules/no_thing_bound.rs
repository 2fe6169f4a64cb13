//! `IPL-L044` no-thing-bound.

use super::about;
use crate::{
    policy::{
        Field, Principal,
        context::Side,
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// Thing variables, and no thing can be bound
    ///
    /// # What it flags
    /// An AWS IoT Core policy that allows with a thing variable, when the context says that no thing is attached
    /// or that the principal cannot have one (custom authorizers, guests, IAM).
    /// # Why it hurts
    /// Without a thing these variables have no value, and the resources match nothing.
    /// # What to do
    /// Attach the certificate or identity to the thing, or use variables that this principal has.
    /// # Flagged
    /// `client/${iot:Connection.Thing.ThingName}`, nothing attached
    /// # Clean
    /// the same with an attached thing
    /// # Sources
    /// - Developer Guide, Thing policy variables
    /// - Developer Guide, Security best practices (which principals have things)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let Some(context) = subject.context else { return Vec::new() };
    let why = match (&context.principal, &context.things) {
        (Principal::X509(_), Field::Absent) => "no thing is attached to the certificate",
        (Principal::X509(_), Field::Given(things)) if things.is_empty() => {
            "no thing is attached to the certificate"
        }
        (Principal::CognitoAuthenticated { .. }, Field::Absent) => "no thing is attached to the identity",
        (Principal::CognitoAuthenticated { .. }, Field::Given(things)) if things.is_empty() => {
            "no thing is attached to the identity"
        }
        (Principal::CognitoUnauthenticated { .. }, _) => "a guest identity has no thing",
        (Principal::IamRole, _) => "an IAM principal has no thing",
        (Principal::CustomAuthorizer, _) => "a custom authorizer has no thing",
        (Principal::X509(_) | Principal::CognitoAuthenticated { .. }, _) => return Vec::new(),
    };
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.side == Side::Iot) {
        for named in &stated.resources {
            if let Some(key) = named.pattern.variables().find(|key| Key::is_thing(key)) {
                let text =
                    Text::new().code(format!("${{{}}}", key.name())).say(format!(" has no value: {why}."));
                found.push(Found::at(stated.policy, named.written.span.clone(), text));
            }
        }
    }
    found
}
