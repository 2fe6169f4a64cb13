//! `IPL-L030` misnamed-variable.

use super::about;
use crate::{
    policy::{
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A variable that is nearly one of AWS IoT Core
    ///
    /// # What it flags
    /// An unknown variable that ends like a known one.
    /// # Why it hurts
    /// AWS is reported to refuse a policy with an unknown variable. Older pages of AWS themselves print names
    /// that do not exist.
    /// # What to do
    /// Write the known name.
    /// # Flagged
    /// `${iot:Thing.ThingName}`
    /// # Clean
    /// `${iot:Connection.Thing.ThingName}`
    /// # Sources
    /// - Developer Guide, Thing policy variables (the list of names)
    /// - serverless/serverless issue 13015 (a refusal)
}

/// Names that are often cut short.
const KNOWN: [&str; 6] = [
    "iot:Connection.Thing.ThingName",
    "iot:Connection.Thing.ThingTypeName",
    "iot:Connection.Thing.IsAttached",
    "iot:ClientId",
    "iot:CertificateId",
    "iot:Certificate.Subject.CommonName",
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for (written, inner, name) in stated.variables() {
            // An escape of templates and names of other services are other mistakes.
            let Some(rest) =
                name.strip_prefix("iot:").filter(|_| matches!(Key::parse(name), Key::Unknown(_)))
            else {
                continue;
            };
            let last = rest.rsplit('.').next().unwrap_or(rest);
            let Some(known) = KNOWN.iter().find(|known| {
                known.rsplit(['.', ':']).next().is_some_and(|end| end.eq_ignore_ascii_case(last))
            }) else {
                continue;
            };
            let text = Text::new().code(format!("${{{name}}}")).say(" is no variable; ");
            let text = text.code(format!("${{{known}}}")).say(" is.");
            let span = stated.exact(written, inner);
            let at = span.clone().unwrap_or_else(|| written.span.clone());
            found.push(
                Found::at(stated.policy, at, text).fixed_by(span.map(|span| (span, (*known).to_owned()))),
            );
        }
    }
    found
}
