//! `IPL-L008` prefix-without-separator.

use super::about;
use crate::{
    iot::action::ResourceType,
    policy::{
        Context, Field, Principal,
        lint::{
            Found,
            probe::{THING, sample},
            subject::Subject,
        },
        pattern::SegmentKind,
        variable::Key,
    },
    text::Text,
};

about! {
    /// A prefix also admits longer names
    ///
    /// # What it flags
    /// An Allow of `iot:Connect` on a `client/` resource that ends in `*` right after a letter, a digit or a
    /// variable, when the engine lets the longer name in. A thing name counts when the attachment is known to be
    /// exclusive.
    /// # Why it hurts
    /// `T1*` admits `T10` too, and whoever connects as `T10` takes over that device's session.
    /// # What to do
    /// Put a separator before `*` that names cannot hold, such as `.`, `/`, `@`, `=` or `|`.
    /// # Flagged
    /// `client/temp-sensor-01*`
    /// # Clean
    /// `client/temp-sensor-01.*`
    /// # Sources
    /// - API Reference, AttachThingPrincipal (characters of a thing name)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.allows().filter(|stated| stated.names("iot:Connect")) {
        for named in stated.resources.iter().filter(|named| named.name_of(ResourceType::Client).is_some()) {
            let pattern = named.name_pattern();
            let open = match pattern.segments() {
                [.., before, last] if last.kind == SegmentKind::AnyRun => match &before.kind {
                    SegmentKind::Literal(text) => text.ends_with(|c: char| c.is_alphanumeric()),
                    SegmentKind::Variable(key) => {
                        key.is_certificate()
                            || (*key == Key::ThingName && subject.exclusive() == Field::Given(true))
                    }
                    _ => false,
                },
                _ => false,
            };
            let mut probe = subject.probe();
            let own = probe.client_id.given().cloned().unwrap_or_default();
            let name = sample(&pattern, &own);
            let longer = format!("{}0", name.strip_suffix('x').unwrap_or(&name));
            probe.client_id = Field::Given(longer.clone());
            pattern.variables().for_each(|key| certify(&mut probe, key));
            if open && subject.connects(&probe) {
                let text = Text::new().code(named.short()).say(" also admits ").code(&longer);
                let one = Found::at(
                    stated.policy,
                    named.written.span.clone(),
                    text.say("; no separator stands before the ").code("*").say("."),
                );
                found.push(one.with("clientId", longer));
            }
        }
    }
    found
}

/// Gives the certificate a value for its variable.
fn certify(probe: &mut Context, key: &Key) {
    let own = probe
        .things
        .given()
        .and_then(|things| things.first())
        .map_or(THING.to_owned(), |thing| thing.name.clone());
    let Principal::X509(certificate) = &mut probe.principal else { return };
    match key {
        Key::CertificateId => certificate.id = Field::Given(own),
        Key::CertificateSerial => certificate.serial = Field::Given(own),
        Key::Certificate { party: crate::policy::variable::Party::Subject, field, .. } => {
            certificate.subject = Field::Given([((*field).to_owned(), vec![own])].into());
        }
        _ => {}
    }
}
