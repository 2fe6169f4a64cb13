//! `IPL-L001` thing-variable-with-suffix.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Field,
        context::Principal,
        evaluate::PolicyKind as Side,
        lint::{Found, probe::THING, subject::Subject},
        pattern::{Lookup, Match, Value},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A thing name with more text beside it admits no client ID
    ///
    /// # What it flags
    /// A `client/` resource of `iot:Connect` that holds `${iot:Connection.Thing.ThingName}` and more, unless the
    /// certificate is known to be attached exclusively.
    /// # Why it hurts
    /// With a non-exclusive attachment AWS IoT Core looks for the attached thing whose name is the client ID.
    /// Where there is one, the client ID has no suffix; where there is none, the variable has no value and the
    /// resource matches nothing. CONNECT is refused without a reason.
    /// # What to do
    /// Attach the certificate with `EXCLUSIVE_THING`, use a certificate variable, or write the name out.
    /// # Flagged
    /// `client/${iot:Connection.Thing.ThingName}_*`
    /// # Clean
    /// `client/${iot:Connection.Thing.ThingName}`
    /// # Sources
    /// - Developer Guide, Thing policy variables
    /// - Developer Guide, Associating an AWS IoT thing to an MQTT client connection
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let exclusive = subject.exclusive();
    // Where no thing can be bound, that is what is wrong: IPL-L044 and IPL-L040 say so.
    let bound = subject.context.is_none_or(|context| {
        matches!(context.principal, Principal::X509(_) | Principal::CognitoAuthenticated { .. })
    });
    if exclusive == Field::Given(true) || !bound {
        return Vec::new();
    }
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.side == Side::Iot && stated.names("iot:Connect")) {
        for named in stated.resources.iter().filter(|named| named.name_of(ResourceType::Client).is_some()) {
            let name = named.name_pattern();
            if !name.variables().any(|key| *key == Key::ThingName) || name.segments().len() < 2 {
                continue;
            }
            // The client ID is the thing's name; so the pattern meets the very name that it holds.
            let own_name = match name.matches(THING, &OwnName) {
                Match::Yes => true,
                Match::No(_) => false,
                Match::NoValue { .. } | Match::Unknown => continue,
            };
            let text = Text::new().code(named.short());
            let text = text.say(if own_name {
                " admits nothing but the thing's own name"
            } else {
                " admits no client ID"
            });
            let text = match exclusive {
                Field::Given(_) => {
                    text.say(": the attachment is not exclusive, so the thing is looked up by client ID.")
                }
                _ => text.say(" unless the attachment to the thing is exclusive."),
            };
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}

/// A connection whose client ID and thing are both called [`THING`]; the rest is not known.
struct OwnName;

impl Lookup for OwnName {
    fn lookup(&self, key: &Key) -> Value<'_> {
        match key {
            Key::ThingName | Key::ClientId => Value::Known(THING.into()),
            _ => Value::Unknown,
        }
    }
}
