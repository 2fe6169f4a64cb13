//! Who connects, out of what people have: a certificate in PEM, or what the AWS CLI prints about things and principals.
//!
//! Reads `describe-thing`, `describe-certificate`, `list-thing-principals`, `list-principal-things` and the `-v2` of
//! both (AWS CLI Reference; API Reference, DescribeThing, DescribeCertificate, ListThingPrincipalsV2,
//! ListPrincipalThingsV2). The Developer Guide prints the last one's answer with a capital letter and ARNs; both forms
//! are read. What an output does not tell is not concluded from it. Nothing of a text with a private key is kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::matrix::lines;
use crate::app::workspace::{Attachment, CertificateState, Entry, PrincipalKind, ThingFacts, Who};
use crate::policy::certificate::{self, CertificateError, PublicCertificate, holds_private_key};
use crate::policy::context::{CertificateFields, Field};
use crate::policy::import::MAX_PASTE;
use crate::policy::variable::{CERTIFICATE_FIELDS, Key, Party, Pick};
use crate::words::{Text, form as words};

/// What a text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paste {
    /// A certificate; its state where it came from `describe-certificate`.
    Certificate(Box<PublicCertificate>, Option<CertificateState>),
    /// A thing with all its attributes.
    Thing {
        /// Its name.
        name: String,
        /// Its type, if it has one.
        thing_type: Option<String>,
        /// Its attributes.
        attributes: Vec<(String, String)>,
    },
    /// The principals of a thing, which the output does not name.
    ThingPrincipals(Listed),
    /// The things of a principal, which the output does not name.
    PrincipalThings(Listed),
}

/// A list of principals or things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Each name or ARN, with whether it is attached exclusively where the list tells.
    pub items: Vec<(String, Option<bool>)>,
    /// There are further pages.
    pub more: bool,
}

/// Why nothing was taken out of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteError {
    /// Longer than [`MAX_PASTE`].
    TooLong {
        /// Bytes.
        bytes: usize,
    },
    /// It is no certificate that can be read.
    Certificate(CertificateError),
    /// It is a policy.
    Policy,
    /// It is JSON, but none of the known outputs.
    UnknownOutput,
    /// It is neither PEM nor JSON.
    NotUnderstood,
}

impl fmt::Display for PasteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => f.write_str(&words::too_long_to_read(*bytes, MAX_PASTE)),
            Self::Certificate(error) => error.fmt(f),
            Self::Policy => f.write_str("this is a policy; paste it as one"),
            Self::UnknownOutput => f.write_str(
                "this is JSON, but not what `describe-thing`, `describe-certificate`, `list-thing-principals-v2` or \
                 `list-principal-things-v2` prints",
            ),
            Self::NotUnderstood => {
                f.write_str("this is neither a certificate in PEM nor whole JSON that the AWS CLI prints")
            }
        }
    }
}

impl std::error::Error for PasteError {}

/// Reads a text.
///
/// # Errors
/// When the text is too long, holds a private key, or is nothing that is known here.
pub fn read(text: &str) -> Result<Paste, PasteError> {
    if text.len() > MAX_PASTE {
        return Err(PasteError::TooLong { bytes: text.len() });
    }
    if holds_private_key(text) {
        return Err(PasteError::Certificate(CertificateError::PrivateKey));
    }
    // A command line may stand before what it printed.
    let json = text.find('{').and_then(|at| text.get(at..)).map(serde_json::from_str::<Value>);
    match json {
        Some(Ok(Value::Object(members))) => output(&members),
        _ if text.contains("-----BEGIN ") => certificate(text, None),
        _ => Err(PasteError::NotUnderstood),
    }
}

fn certificate(pem: &str, state: Option<CertificateState>) -> Result<Paste, PasteError> {
    let read = certificate::read(pem).map_err(PasteError::Certificate)?;
    Ok(Paste::Certificate(Box::new(read), state))
}

fn output(members: &Map<String, Value>) -> Result<Paste, PasteError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let more = text("nextToken").or(text("NextToken")).is_some();
    let listed = |items: &[Value], names: [&str; 2]| {
        let item = |item: &Value| match item {
            Value::String(name) => Some((name.clone(), None)),
            Value::Object(object) => {
                let name = names.iter().find_map(|name| object.get(*name)?.as_str())?.to_owned();
                let kind = object.get("thingPrincipalType")?.as_str()?;
                Some((name, Some(kind == "EXCLUSIVE_THING")))
            }
            _ => None,
        };
        let items: Option<Vec<_>> = items.iter().map(item).collect();
        items.map(|items| Listed { items, more }).ok_or(PasteError::UnknownOutput)
    };
    let array = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.as_array());
    if let Some(description) = members.get("certificateDescription") {
        let state = description.get("status").and_then(Value::as_str).and_then(state);
        let pem = description.get("certificatePem").and_then(Value::as_str);
        return certificate(pem.ok_or(PasteError::UnknownOutput)?, state);
    }
    if let Some(items) = array(&["thingPrincipalObjects", "ThingPrincipalObjects", "principals"]) {
        return listed(items, ["principal", "principal"]).map(Paste::ThingPrincipals);
    }
    if let Some(items) = array(&["principalThingObjects", "PrincipalThingObjects", "things"]) {
        return listed(items, ["thingName", "thing"]).map(Paste::PrincipalThings);
    }
    if ["Statement", "policyDocument", "Resources"].iter().any(|name| members.contains_key(*name)) {
        return Err(PasteError::Policy);
    }
    // `create-thing` prints a name too, but no attributes: it does not tell what there is.
    match (text("thingName"), members.get("attributes")) {
        (Some(name), Some(Value::Object(attributes))) => Ok(Paste::Thing {
            name: name.to_owned(),
            thing_type: text("thingTypeName").map(str::to_owned),
            attributes: attributes
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
        }),
        _ => Err(PasteError::UnknownOutput),
    }
}

const STATES: [(&str, CertificateState); 6] = [
    ("ACTIVE", CertificateState::Active),
    ("INACTIVE", CertificateState::Inactive),
    ("REVOKED", CertificateState::Revoked),
    ("PENDING_TRANSFER", CertificateState::PendingTransfer),
    ("PENDING_ACTIVATION", CertificateState::PendingActivation),
    ("REGISTER_INACTIVE", CertificateState::RegisterInactive),
];

fn state(name: &str) -> Option<CertificateState> {
    STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
}

/// The form after a paste.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Who connects now.
    pub who: Who,
    /// What was taken.
    pub taken: Vec<Text>,
    /// What does not agree with what stood there, or is not told.
    pub but: Vec<Text>,
}

/// The form as all that can be read of these texts leaves it, and why something cannot.
#[must_use]
pub fn fill_all(who: &Who, texts: &[String]) -> (Filled, Option<PasteError>) {
    let mut filled = Filled { who: who.clone(), taken: Vec::new(), but: Vec::new() };
    let mut error = None;
    for text in texts {
        match read(text) {
            Ok(paste) => {
                let next = fill(&filled.who, &paste);
                filled.who = next.who;
                filled.taken.extend(next.taken);
                filled.but.extend(next.but);
            }
            Err(why) => error = Some(why),
        }
    }
    (filled, error)
}

/// The form as the paste leaves it.
#[must_use]
pub fn fill(who: &Who, paste: &Paste) -> Filled {
    let mut filled = Filled { who: who.clone(), taken: Vec::new(), but: Vec::new() };
    match paste {
        Paste::Certificate(certificate, state) => filled.certificate(certificate, *state),
        Paste::Thing { name, thing_type, attributes } => {
            filled.thing(name, thing_type.as_deref(), attributes);
        }
        Paste::ThingPrincipals(principals) => filled.principals(principals),
        Paste::PrincipalThings(things) => filled.things(things),
    }
    filled
}

impl Filled {
    fn certificate(&mut self, read: &PublicCertificate, state: Option<CertificateState>) {
        let Self { who, taken, but } = self;
        let found = &read.certificate;
        if who.principal != PrincipalKind::X509 {
            who.principal = PrincipalKind::X509;
            but.push(Text::new().say(words::NOW_X509));
        }
        if let (Some(Entry::Is(before)), Some(id)) =
            (who.values.get(&Key::CertificateId.name()), found.id.given())
            && !before.eq_ignore_ascii_case(id)
        {
            but.push(words::other_certificate(before));
        }
        forget_certificate(who);
        let mut put = |key: &Key, value: &Field<String>| match value {
            Field::Given(value) => drop(who.values.insert(key.name(), Entry::Is(value.clone()))),
            Field::Absent => drop(who.values.insert(key.name(), Entry::None)),
            Field::Unknown => {}
        };
        put(&Key::CertificateId, &found.id);
        put(&Key::CertificateSerial, &found.serial);
        let mut fields = 0;
        for (party, values) in [(Party::Subject, &found.subject), (Party::Issuer, &found.issuer)] {
            let none = CertificateFields::new();
            let values = values.given().unwrap_or(&none);
            for field in CERTIFICATE_FIELDS {
                let key = Key::Certificate { party, field, pick: Pick::First };
                match values.get(*field) {
                    _ if read.unknown.contains(&key) => {}
                    Some(values) => {
                        fields += 1;
                        put(&key, &Field::Given(values.join("\n")));
                    }
                    // Where some fields are unknown each of the others says for itself that it is not there.
                    None if !read.unknown.is_empty() => put(&key, &Field::Absent),
                    None => {}
                }
            }
        }
        who.certificate_complete = read.unknown.is_empty();
        taken.push(words::certificate_taken(fields));
        if let Some(state) = state {
            who.certificate = state;
            let name = STATES.iter().find(|(_, known)| *known == state).map_or("", |(name, _)| name);
            taken.push(words::certificate_state(name));
        }
        if !read.unknown.is_empty() {
            but.push(words::certificate_fields_unknown(&read.unknown));
        }
        if read.others > 0 {
            but.push(words::certificates_left_out(read.others));
        }
    }

    fn thing(&mut self, name: &str, thing_type: Option<&str>, attributes: &[(String, String)]) {
        let Self { who, taken, but } = self;
        taken.push(words::thing_taken(name, thing_type, attributes.len()));
        let named = thing_type.map_or(Entry::None, |name| Entry::Is(name.to_owned()));
        let facts: &mut ThingFacts = who.facts.entry(name.to_owned()).or_default();
        facts.values = BTreeMap::from([(Key::ThingTypeName.name(), named)]);
        for (name, value) in attributes {
            facts.values.insert(Key::ThingAttribute(name.clone()).name(), Entry::Is(value.clone()));
        }
        facts.complete = true;
        let attached = lines(&who.things);
        if attached.is_empty() && who.attachment != Attachment::None {
            name.clone_into(&mut who.things);
            but.push(words::thing_attached(name));
        } else if who.attachment == Attachment::None || !attached.iter().any(|thing| thing == name) {
            but.push(words::thing_not_attached(name));
        }
    }

    fn things(&mut self, listed: &Listed) {
        let Self { who, taken, but } = self;
        let before = if who.attachment == Attachment::None { Vec::new() } else { lines(&who.things) };
        let things: Vec<String> = listed
            .items
            .iter()
            .map(|(name, _)| name.split_once(":thing/").map_or(name.as_str(), |(_, name)| name).to_owned())
            .collect();
        taken.push(words::things_taken(&things));
        let gone: Vec<String> = before.into_iter().filter(|thing| !things.contains(thing)).collect();
        if !gone.is_empty() {
            but.push(words::other_things(&gone));
        }
        if things.is_empty() {
            who.attachment = Attachment::None;
        } else {
            who.things = things.join("\n");
            match exclusive(&listed.items) {
                Some(exclusive) => self.attach(exclusive),
                None => {
                    if who.attachment == Attachment::None {
                        who.attachment = Attachment::NonExclusive;
                    }
                    but.push(words::attachment_not_told("list-principal-things-v2"));
                }
            }
        }
        self.pages(listed);
    }

    fn principals(&mut self, listed: &Listed) {
        let known = match self.who.values.get(&Key::CertificateId.name()) {
            Some(Entry::Is(id)) if self.who.principal == PrincipalKind::X509 => Some(id.clone()),
            _ => None,
        };
        let known_one = listed.items.iter().find(|(principal, _)| {
            known.as_deref().is_some_and(|known| certificate_id(principal).eq_ignore_ascii_case(known))
        });
        let one = match listed.items.as_slice() {
            [only] => Some(only),
            _ => known_one,
        };
        if let (Some(known), None, false) = (&known, known_one, listed.items.is_empty()) {
            self.but.push(words::not_among_principals(known));
        }
        let told = match one {
            Some((principal, exclusive)) => {
                self.principal(principal);
                *exclusive
            }
            None if listed.items.is_empty() => {
                self.taken.push(Text::new().say(words::NO_PRINCIPAL));
                return;
            }
            None => {
                self.but.push(words::several_principals(listed.items.len()));
                exclusive(&listed.items)
            }
        };
        let names_kinds = listed.items.iter().any(|(_, exclusive)| exclusive.is_some());
        match told {
            Some(exclusive) => self.attach(exclusive),
            None if !names_kinds => self.but.push(words::attachment_not_told("list-thing-principals-v2")),
            None => {}
        }
        self.pages(listed);
    }

    /// Takes one principal of a thing.
    fn principal(&mut self, principal: &str) {
        let Self { who, taken, but } = self;
        // A certificate by its ARN, a Cognito identity by its ID.
        let (kind, key, id) = if principal.contains(":cert/") {
            (PrincipalKind::X509, Key::CertificateId, certificate_id(principal))
        } else {
            (PrincipalKind::CognitoAuthenticated, Key::CognitoSub, principal)
        };
        if who.principal != kind {
            who.principal = kind;
            but.push(Text::new().say(match kind {
                PrincipalKind::X509 => words::NOW_X509,
                _ => words::NOW_COGNITO,
            }));
        }
        let is = Entry::Is(id.to_owned());
        if kind == PrincipalKind::X509 && who.values.get(&key.name()).is_some_and(|before| *before != is) {
            // Its fields are not those of this one.
            forget_certificate(who);
        }
        who.values.insert(key.name(), is);
        taken.push(words::principal_taken(id));
    }

    fn attach(&mut self, exclusive: bool) {
        self.who.attachment = if exclusive { Attachment::Exclusive } else { Attachment::NonExclusive };
        self.taken.push(words::attachment(exclusive));
    }

    fn pages(&mut self, listed: &Listed) {
        if listed.more {
            self.but.push(Text::new().say(words::MORE_PAGES));
        }
    }
}

fn forget_certificate(who: &mut Who) {
    let names: Vec<String> =
        who.values.keys().filter(|name| Key::parse(name).is_certificate()).cloned().collect();
    for name in names {
        who.values.remove(&name);
    }
    who.certificate_complete = false;
}

fn certificate_id(principal: &str) -> &str {
    principal.split_once(":cert/").map_or("", |(_, id)| id)
}

/// Whether all are attached so; nothing when they differ or it is not told.
fn exclusive(items: &[(String, Option<bool>)]) -> Option<bool> {
    let first = items.first()?.1?;
    items.iter().all(|(_, exclusive)| *exclusive == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::check::matrix::Place;
    use crate::app::check::who::context;
    use crate::app::workspace::MqttVersion;
    use crate::policy::context::Principal;

    const DEVICE: &str = include_str!("../../../tests/certificates/device.pem");
    const PLAIN: &str = include_str!("../../../tests/certificates/plain.pem");
    const ID: &str = "2e1eb273792174ec2b9bf4e9b37e6c6c692345499506002a35159767055278e8";

    fn said(texts: &[Text]) -> String {
        texts.iter().map(Text::to_string).collect::<Vec<_>>().join(" ")
    }

    fn filled(who: &Who, text: &str) -> Filled {
        fill(who, &read(text).unwrap())
    }

    fn on(things: &str) -> Who {
        Who { things: things.into(), ..Who::default() }
    }

    /// What the engine sees of a certificate.
    fn seen(who: &Who) -> crate::policy::context::Certificate {
        let place = Place { region: "eu-west-1".into(), account: "123456789012".into(), assumed: false };
        match context(who, &place, &[], "c", MqttVersion::V311).principal {
            Principal::X509(certificate) => certificate,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_engine_sees_the_certificate_as_it_was_read() {
        for pem in [DEVICE, PLAIN] {
            let read = certificate::read(pem).unwrap();
            let after = filled(&Who::default(), pem);
            let (now, then) = (seen(&after.who), read.certificate);
            assert_eq!((&now.id, &now.serial), (&then.id, &then.serial));
            for (now, then) in [(now.subject, then.subject), (now.issuer, then.issuer)] {
                assert_eq!(
                    now.given().cloned().unwrap_or_default(),
                    then.given().cloned().unwrap_or_default()
                );
            }
            assert_eq!(after.who.certificate_complete, read.unknown.is_empty());
            assert!(said(&after.taken).starts_with("Taken from the certificate: its ID, serial number and "));
        }
    }

    #[test]
    fn a_field_without_a_known_form_stays_unknown_and_the_others_are_absent() {
        let read = certificate::read(DEVICE).unwrap();
        let unknown = read.unknown.first().unwrap().name();
        let after = filled(&Who::default(), DEVICE);
        assert!(!after.who.values.contains_key(&unknown));
        assert!(said(&after.but).contains(&unknown));
        let absent = "iot:Certificate.Issuer.Pseudonym";
        assert_eq!(after.who.values.get(absent), Some(&Entry::None));
    }

    #[test]
    fn another_certificate_replaces_all_of_the_one_before() {
        let mut who = Who { principal: PrincipalKind::IamRole, ..Who::default() };
        who.say("iot:CertificateId", Some(Entry::Is(ID.into())));
        who.say("iot:Certificate.Issuer.Pseudonym", Some(Entry::Is("x".into())));
        who.say("aws:SourceIp", Some(Entry::Is("10.0.0.1".into())));
        let after = filled(&who, PLAIN);
        assert_eq!(after.who.principal, PrincipalKind::X509);
        assert!(said(&after.but).contains(ID) && said(&after.but).contains(words::NOW_X509));
        assert_ne!(after.who.values.get("iot:Certificate.Issuer.Pseudonym"), Some(&Entry::Is("x".into())));
        assert!(after.who.values.contains_key("aws:SourceIp"));
    }

    #[test]
    fn describe_certificate_tells_the_state_too() {
        let json = serde_json::json!({ "certificateDescription": {
            "certificateId": ID, "status": "REVOKED", "certificatePem": PLAIN } });
        let after = filled(&Who::default(), &json.to_string());
        assert_eq!(after.who.certificate, CertificateState::Revoked);
        assert!(said(&after.taken).contains("`REVOKED`"));
    }

    #[test]
    fn describe_thing_tells_type_and_all_attributes() {
        let json = r#"$ aws iot describe-thing --thing-name pump-1
            {"defaultClientId":"pump-1","thingName":"pump-1","thingId":"x","thingTypeName":"pump","attributes":{"model":"m 1"},"version":3}"#;
        let after = filled(&on("pump-1\npump-2"), json);
        assert_eq!(said(&after.taken), "Taken of thing `pump-1`: type `pump`, one attribute.");
        assert_eq!(after.but, []);
        let facts = &after.who.facts["pump-1"];
        assert!(facts.complete);
        assert_eq!(facts.values["iot:Connection.Thing.Attributes[model]"], Entry::Is("m 1".into()));

        let other = filled(&on("temp-sensor-01"), json);
        assert_eq!(other.who.things, "temp-sensor-01");
        assert!(said(&other.but).starts_with("`pump-1` is none of the attached things"));
        assert_eq!(filled(&on(""), json).who.things, "pump-1");
        let untyped = filled(&on("a"), r#"{"thingName":"a","attributes":{}}"#);
        assert_eq!(untyped.who.facts["a"].values["iot:Connection.Thing.ThingTypeName"], Entry::None);
    }

    #[test]
    fn the_things_of_a_principal_in_all_spellings() {
        for (json, things, attachment) in [
            (
                r#"{"principalThingObjects":[{"thingName":"a","thingPrincipalType":"EXCLUSIVE_THING"}]}"#,
                "a",
                Attachment::Exclusive,
            ),
            (
                r#"{"PrincipalThingObjects":[{"thingPrincipalType":"NON_EXCLUSIVE_THING","thing":"arn:aws:iot:us-east-1:123456789012:thing/thing_1"},{"thingPrincipalType":"NON_EXCLUSIVE_THING","thing":"arn:aws:iot:us-east-1:123456789012:thing/a:b"}]}"#,
                "thing_1\na:b",
                Attachment::NonExclusive,
            ),
            (r#"{"things":["a","b"]}"#, "a\nb", Attachment::NonExclusive),
        ] {
            let after = filled(&on("b"), json);
            assert_eq!((after.who.things.as_str(), after.who.attachment), (things, attachment), "{json}");
        }
        let none = filled(&on("b"), r#"{"principalThingObjects":[]}"#);
        assert_eq!((none.who.attachment, none.who.things.as_str()), (Attachment::None, "b"));
        assert_eq!(said(&none.but), "No longer attached: `b`.");
        let v1 = filled(&on("a"), r#"{"things":["a"],"NextToken":"x"}"#);
        assert!(
            said(&v1.but).contains("list-principal-things-v2") && said(&v1.but).contains(words::MORE_PAGES)
        );
    }

    #[test]
    fn the_principals_of_a_thing() {
        let arn = format!("arn:aws:iot:eu-west-1:123456789012:cert/{ID}");
        let one = format!(
            r#"{{"thingPrincipalObjects":[{{"principal":"{arn}","thingPrincipalType":"EXCLUSIVE_THING"}}]}}"#
        );
        let after = filled(&on("a"), &one);
        assert_eq!(after.who.attachment, Attachment::Exclusive);
        assert_eq!(after.who.values["iot:CertificateId"], Entry::Is(ID.into()));
        assert_eq!(after.but, []);

        let two = format!(
            r#"{{"thingPrincipalObjects":[{{"principal":"eu-west-1:0a","thingPrincipalType":"NON_EXCLUSIVE_THING"}},{{"principal":"{arn}","thingPrincipalType":"EXCLUSIVE_THING"}}]}}"#
        );
        let open = filled(&on("a"), &two);
        assert_eq!(open.who, on("a"));
        assert!(said(&open.but).starts_with("There are 2 principals."));
        assert_eq!(filled(&after.who, &two).who.attachment, Attachment::Exclusive);

        let cognito = filled(&on("a"), r#"{"principals":["eu-west-1:0a"]}"#);
        assert_eq!(cognito.who.principal, PrincipalKind::CognitoAuthenticated);
        assert_eq!(
            cognito.who.values["cognito-identity.amazonaws.com:sub"],
            Entry::Is("eu-west-1:0a".into())
        );
        assert_eq!(filled(&on("a"), r#"{"principals":[]}"#).who, on("a"));

        // Another certificate than the known one: the known one's fields go, and it is said.
        let known = filled(&on("a"), PLAIN).who;
        let other = filled(&known, &one);
        assert!(said(&other.but).contains("is not in this list"));
        assert_eq!(other.who.values.len(), 1);
    }

    #[test]
    fn what_is_not_known_here_is_refused_with_the_reason() {
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----";
        for (text, starts) in [
            (format!("{PLAIN}{key}"), "the text holds a private key"),
            (format!("{{\"keyPair\":\"{key}\"}}"), "the text holds a private key"),
            ("x".repeat(MAX_PASTE + 1), "the text has 1048577 bytes"),
            ("hello".into(), "this is neither"),
            (r#"{"thingName":"a"#.into(), "this is neither"),
            (r#"{"Version":"2012-10-17","Statement":[]}"#.into(), "this is a policy"),
            (r#"{"things":[{"thingName":"a","attributes":{}}]}"#.into(), "this is JSON"),
            (r#"{"thingName":"a","thingArn":"arn"}"#.into(), "this is JSON"),
            ("-----BEGIN CERTIFICATE-----\nMII".into(), "the certificate is cut"),
        ] {
            let refused = read(&text).unwrap_err().to_string();
            assert!(refused.starts_with(starts), "{refused}");
        }
    }
}
