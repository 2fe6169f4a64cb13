//! From the form to the engine: who connects, for one client ID.
//!
//! What was never filled in is unknown; "has none" is a choice of its own. Values that no policy asks for stay unknown
//! too, which changes no decision and keeps the ways out honest.

use std::net::IpAddr;

use super::matrix::{Place, lines};
use crate::app::workspace::{
    Attachment, CertificateState, Entry, MqttVersion, PrincipalKind, ThingFacts, Transport, Who,
};
use crate::iot::calendar::UtcTime;
use crate::order;
use crate::policy::Policy;
use crate::policy::context::{
    Binding, Certificate, CertificateStatus, Context, Field, MqttVersion as Version, Principal, Protocol,
    Thing,
};
use crate::policy::variable::{CERTIFICATE_FIELDS, Key, Party, Pick};

/// The variables and condition keys that those of these policies name that `count`, each once, in the order of the
/// text.
#[must_use]
pub fn used_keys(policies: &[Policy], count: impl Fn(&Policy) -> bool) -> Vec<Key> {
    let mut keys = Vec::new();
    let policies = policies.iter().filter(|policy| count(policy));
    for key in policies.flat_map(|policy| policy.document.keys()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The engine's view of who connects with this client ID; `used` are the keys that the policies name.
#[must_use]
pub fn context(who: &Who, place: &Place, used: &[Key], client_id: &str, version: MqttVersion) -> Context {
    let mut context = Context::new(principal(who), &place.region, &place.account);
    (context.things, context.exclusive) = match who.attachment {
        Attachment::NonExclusive => (Field::Given(things(who)), Field::Given(false)),
        Attachment::Exclusive => (Field::Given(things(who)), Field::Given(true)),
        Attachment::None => (Field::Absent, Field::Absent),
    };
    context.registered = lines(&who.registered);
    context.protocol = match who.transport {
        Transport::Mqtt => Protocol::Mqtt,
        Transport::WebSocket => Protocol::MqttWebSocket,
        Transport::Https => Protocol::Https,
    };
    context.mqtt_version = match version {
        MqttVersion::V311 => Version::V3,
        MqttVersion::V5 => Version::V5,
    };
    context.client_id = Field::Given(client_id.to_owned());
    context.source_ip = match given(who, &Key::SourceIp) {
        Field::Given(text) => address(&text).map_or(Field::Unknown, Field::Given),
        other => other,
    };
    context.domain_name = given(who, &Key::DomainName);
    context.time = match (given(who, &Key::CurrentTime), given(who, &Key::EpochTime)) {
        (Field::Given(text), _) | (_, Field::Given(text)) => {
            seconds(&text).map_or(Field::Unknown, Field::Given)
        }
        (Field::Absent, _) | (_, Field::Absent) => Field::Absent,
        _ => Field::Unknown,
    };
    let rare = [Key::CognitoAud, Key::CognitoAmr, Key::JobId, Key::IncludeSocketInformation];
    let values = |key: &Key| match given(who, key) {
        Field::Given(text) => lines(&text),
        _ => Vec::new(),
    };
    context.unknown = rare.iter().filter(|key| given(who, key) == Field::Unknown).cloned().collect();
    context.keys = Field::Given(order::map(rare.map(|key| (key.clone(), values(&key)))));
    context.unknown.extend(unknown_of_certificate(who));
    if let Binding::Thing { thing, .. } = context.binding() {
        let facts = who.facts.get(&thing.name);
        let unknown =
            used.iter().filter(|key| matches!(key, Key::ThingAttribute(_)) && !answered(facts, key));
        let unknown: Vec<Key> = unknown.cloned().collect();
        context.unknown.extend(unknown);
    }
    context
}

/// Seconds since 1970 UTC from `2026-11-22T16:00:00Z` or from the number itself.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| i64::try_from(UtcTime::parse(text)?.to_unix().0).ok())
}

/// Whether the text can be a value of this key; what cannot counts as unknown.
#[must_use]
pub fn is_readable(key: &Key, text: &str) -> bool {
    match key {
        Key::SourceIp => address(text).is_some(),
        Key::CurrentTime | Key::EpochTime => seconds(text).is_some(),
        _ => true,
    }
}

fn address(text: &str) -> Option<String> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// What the form says of a value of the principal, the connection or the request.
pub(super) fn given(who: &Who, key: &Key) -> Field<String> {
    match who.values.get(&key.name()) {
        Some(Entry::Is(text)) => Field::Given(text.clone()),
        Some(Entry::None) => Field::Absent,
        None => Field::Unknown,
    }
}

fn principal(who: &Who) -> Principal {
    let identity = || given(who, &Key::CognitoSub);
    match who.principal {
        PrincipalKind::X509 => Principal::X509(certificate(who)),
        PrincipalKind::CognitoAuthenticated => Principal::CognitoAuthenticated { identity: identity() },
        PrincipalKind::CognitoUnauthenticated => Principal::CognitoUnauthenticated { identity: identity() },
        PrincipalKind::IamRole => Principal::IamRole,
        PrincipalKind::CustomAuthorizer => Principal::CustomAuthorizer,
    }
}

fn certificate(who: &Who) -> Certificate {
    let fields = |party| {
        let fields = order::map(CERTIFICATE_FIELDS.iter().filter_map(|field| {
            match given(who, &plain(party, field)) {
                Field::Given(text) => Some(((*field).to_owned(), lines(&text))),
                _ => None,
            }
        }));
        let nothing_said =
            CERTIFICATE_FIELDS.iter().all(|field| given(who, &plain(party, field)) == Field::Unknown);
        if nothing_said && !who.certificate_complete { Field::Unknown } else { Field::Given(fields) }
    };
    Certificate {
        id: given(who, &Key::CertificateId),
        status: match who.certificate {
            CertificateState::Active => CertificateStatus::Active,
            CertificateState::Inactive => CertificateStatus::Inactive,
            CertificateState::Revoked => CertificateStatus::Revoked,
            CertificateState::PendingTransfer => CertificateStatus::PendingTransfer,
            CertificateState::PendingActivation => CertificateStatus::PendingActivation,
            CertificateState::RegisterInactive => CertificateStatus::RegisterInactive,
        },
        subject: fields(Party::Subject),
        issuer: fields(Party::Issuer),
        serial: given(who, &Key::CertificateSerial),
    }
}

/// The fields of a certificate of which nobody said anything, where others are given.
fn unknown_of_certificate(who: &Who) -> Vec<Key> {
    if who.certificate_complete || who.principal != PrincipalKind::X509 {
        return Vec::new();
    }
    let parties = [Party::Subject, Party::Issuer].into_iter();
    let keys = parties.flat_map(|party| CERTIFICATE_FIELDS.iter().map(move |field| plain(party, field)));
    // Which fields there are is known only with all of them.
    let keys = keys.chain([Key::CertificateKeys]);
    keys.filter(|key| given(who, key) == Field::Unknown).collect()
}

fn plain(party: Party, field: &'static str) -> Key {
    Key::Certificate { party, field, pick: Pick::First }
}

fn things(who: &Who) -> Vec<Thing> {
    lines(&who.things).into_iter().map(|name| thing(name, who)).collect()
}

fn thing(name: String, who: &Who) -> Thing {
    let Some(facts) = who.facts.get(&name) else { return Thing { name, ..Thing::default() } };
    let attributes =
        order::map(facts.values.iter().filter_map(|(key, entry)| match (Key::parse(key), entry) {
            (Key::ThingAttribute(attribute), Entry::Is(value)) => Some((attribute, value.clone())),
            _ => None,
        }));
    let nothing_said = facts.values.keys().all(|key| !matches!(Key::parse(key), Key::ThingAttribute(_)));
    Thing {
        thing_type: match facts.values.get(&Key::ThingTypeName.name()) {
            Some(Entry::Is(name)) => Field::Given(name.clone()),
            Some(Entry::None) => Field::Absent,
            None if facts.complete => Field::Absent,
            None => Field::Unknown,
        },
        attributes: if nothing_said && !facts.complete { Field::Unknown } else { Field::Given(attributes) },
        groups: lines(&facts.groups),
        name,
    }
}

/// Whether somebody said something of this attribute of the thing.
fn answered(facts: Option<&ThingFacts>, key: &Key) -> bool {
    facts.is_some_and(|facts| facts.complete || facts.values.contains_key(&key.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::evaluate::Policy;
    use crate::policy::request::Request;
    use crate::policy::values::{KeyValue, Values};
    use crate::policy::variable::NoValue;

    const CN: &str = "iot:Certificate.Subject.CommonName";
    const MODEL: &str = "iot:Connection.Thing.Attributes[model]";

    /// What the engine sees of a name, as `client_id`, in a policy that uses just this name.
    fn seen(who: &Who, client_id: &str, name: &str) -> String {
        let place = Place { region: "eu-west-1".into(), account: "123456789012".into(), assumed: false };
        let context = context(who, &place, &[Key::parse(name)], client_id, MqttVersion::V311);
        let request = Request::Connect { persistent: Field::Given(false), will: None };
        let side = crate::policy::context::Side::Iot;
        match Values::new(&context, context.binding(), &request, "iot:Connect", side, &[])
            .condition(&Key::parse(name))
        {
            KeyValue::One(text) => text.into_owned(),
            KeyValue::Set(values) => values.join(", "),
            KeyValue::Absent(why) => format!("{why:?}"),
            KeyValue::Unknown => "?".to_owned(),
        }
    }

    fn is(text: &str) -> Option<Entry> {
        Some(Entry::Is(text.into()))
    }

    #[test]
    fn a_field_of_the_certificate_is_given_absent_or_unknown_by_itself() {
        let mut who = Who::default();
        assert_eq!(seen(&who, "c", CN), "?");
        who.say("iot:Certificate.Subject.OrganizationalUnit", is("a\nb"));
        assert_eq!(seen(&who, "c", "iot:Certificate.Subject.OrganizationalUnit.1"), "b");
        // That one field is known says nothing of another, nor of which there are.
        assert_eq!(seen(&who, "c", CN), "?");
        who.say("iot:Certificate.Issuer.CommonName", is("ca"));
        assert_eq!(seen(&who, "c", "iot:Certificate.AvailableKeys"), "?");
        who.say(CN, Some(Entry::None));
        assert_eq!(seen(&who, "c", CN), format!("{:?}", NoValue::CertificateFieldAbsent));
        who.certificate_complete = true;
        assert_eq!(seen(&who, "c", "iot:Certificate.Subject.Country"), seen(&who, "c", CN));
        assert!(seen(&who, "c", "iot:Certificate.AvailableKeys").contains("OrganizationalUnit"));
        assert_eq!(seen(&who, "c", "iot:CertificateId"), "?");
        who.principal = PrincipalKind::CustomAuthorizer;
        assert_eq!(seen(&who, "c", CN), format!("{:?}", NoValue::NoCertificate));
    }

    #[test]
    fn an_attribute_is_given_absent_or_unknown_by_itself() {
        let mut who = Who { things: "t\nu".into(), ..Who::default() };
        assert_eq!(seen(&who, "t", MODEL), "?");
        who.say_of_thing("t", "iot:Connection.Thing.Attributes[site]", is("s"));
        assert_eq!(seen(&who, "t", MODEL), "?");
        who.say_of_thing("t", MODEL, Some(Entry::None));
        assert_eq!(seen(&who, "t", MODEL), format!("{:?}", NoValue::AttributeMissing));
        who.say_of_thing("t", MODEL, is("m"));
        assert_eq!(seen(&who, "t", MODEL), "m");
        assert_eq!(seen(&who, "u", MODEL), "?");
        assert_eq!(seen(&who, "t", "iot:Connection.Thing.ThingTypeName"), "?");
        if let Some(facts) = who.facts.get_mut("t") {
            facts.complete = true;
        }
        assert_eq!(
            seen(&who, "t", "iot:Connection.Thing.ThingTypeName"),
            format!("{:?}", NoValue::ThingHasNoType)
        );
        assert_eq!(seen(&who, "nobody", MODEL), format!("{:?}", NoValue::ClientIdNotThing));
    }

    #[test]
    fn the_attachment_binds_as_the_form_says() {
        let name = "iot:Connection.Thing.ThingName";
        let mut who = Who { things: "t".into(), registered: "r".into(), ..Who::default() };
        assert_eq!((seen(&who, "t", name), seen(&who, "x", name)), ("t".into(), "ClientIdNotThing".into()));
        assert_eq!(seen(&who, "r", name), "ThingNotAttached");
        who.attachment = Attachment::Exclusive;
        assert_eq!(seen(&who, "x", name), "t");
        who.principal = PrincipalKind::CognitoAuthenticated;
        assert_eq!(seen(&who, "x", name), "ClientIdNotThing");
        who.attachment = Attachment::None;
        assert_eq!(seen(&who, "t", name), "NoThingAttached");
        who.principal = PrincipalKind::IamRole;
        assert_eq!(seen(&who, "t", name), "PrincipalHasNoThing");
    }

    #[test]
    fn groups_and_the_identity_reach_the_engine() {
        let sub = "cognito-identity.amazonaws.com:sub";
        let mut who = Who { things: "t".into(), ..Who::default() };
        who.facts.entry("t".into()).or_default().groups = " a \n\nb".into();
        assert_eq!(things(&who)[0].groups, ["a", "b"]);
        who.say(sub, is("eu-west-1:0"));
        assert_eq!(seen(&who, "t", sub), "NotInRequest");
        who.principal = PrincipalKind::CognitoUnauthenticated;
        assert_eq!(seen(&who, "t", sub), "eu-west-1:0");
        who.say("cognito-identity.amazonaws.com:amr", is("authenticated\nlogin"));
        assert_eq!(seen(&who, "t", "cognito-identity.amazonaws.com:amr"), "authenticated, login");
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let mut who = Who::default();
        for (key, half, whole, means) in [
            ("aws:SourceIp", "10.1", " 10.1.2.3", "10.1.2.3"),
            ("aws:CurrentTime", "2026-11", "2026-11-22T16:00:00Z", "1795363200"),
        ] {
            who.say(key, is(half));
            assert_eq!(seen(&who, "c", key), "?");
            who.say(key, is(whole));
            assert_eq!(seen(&who, "c", key), means);
        }
    }

    #[test]
    fn keys_are_those_of_the_policies_that_count() {
        let policy = |text: &str| {
            crate::app::check::matrix::compile(&crate::app::workspace::Workspace {
            policies: vec![crate::app::workspace::PolicyText::new(text, &format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/{text}"}}]}}"#
            ))],
            ..Default::default()
        }).policies()[0].clone()
        };
        let policies: Vec<Policy> =
            vec![policy("${iot:ClientId}"), policy(&format!("${{{CN}}}-${{iot:ClientId}}"))];
        assert_eq!(used_keys(&policies, |_| true), [Key::ClientId, Key::parse(CN)]);
        assert_eq!(used_keys(&policies, |policy| policy.name.len() < 20), [Key::ClientId]);
    }

    #[test]
    fn a_time_is_read_in_both_spellings() {
        assert_eq!(seconds("2026-11-22T16:00:00Z"), Some(1_795_363_200));
        assert_eq!(seconds(" 1795363200 "), Some(1_795_363_200));
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(seconds("2026-1122T16:00:00Z"), None);
    }
}
