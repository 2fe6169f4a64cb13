//! `IPL-L039` thing-variable-over-https.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        context::Protocol,
        lint::{Found, subject::Subject},
        variable::Key,
    },
    text::Text,
};

about! {
    /// A thing variable has no value over HTTPS
    ///
    /// # What it flags
    /// An Allow with a thing variable in a resource, when the protocol is known to be HTTPS; or with a thing
    /// variable in a `thing/` resource, which only the HTTPS API is checked against.
    /// # Why it hurts
    /// Over HTTPS there is no connection, so no thing is bound to it and the variable has no value. The request
    /// is refused.
    /// # What to do
    /// Write the thing's name, use a certificate variable, or go over MQTT.
    /// # Flagged
    /// `iot:GetThingShadow` on `thing/${iot:Connection.Thing.ThingName}`
    /// # Clean
    /// `iot:GetThingShadow` on `thing/temp-sensor-01`
    /// # Sources
    /// - Developer Guide, Thing policy variables
    /// - aws-greengrass-shadow-manager issues 200 and 207 (seen)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let https = subject.context.is_some_and(|context| context.protocol == Protocol::Https);
    let mut found = Vec::new();
    for stated in subject.allows() {
        for named in &stated.resources {
            let Some(key) = named.pattern.variables().find(|key| Key::is_thing(key)) else { continue };
            let on_thing = named.name_of(ResourceType::Thing).is_some();
            if !https && !on_thing {
                continue;
            }
            let text = Text::new().code(format!("${{{}}}", key.name())).say(" has no value over HTTPS");
            let text = if https {
                text
            } else {
                text.say(", and ").code("thing/").say(" is checked over HTTPS only")
            };
            let text = text.say(", so ").code(named.short()).say(" matches nothing.");
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}
