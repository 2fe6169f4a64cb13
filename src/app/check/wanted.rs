//! The values that these policies ask for and that the form can hold: nothing else is asked of the user.
//!
//! Knows which names can have a value for which principal; a name that never has one is not wanted. Names whose
//! values stand elsewhere on the screen (client ID, thing name, will topic) are not wanted either.

use super::matrix::Matrix;
use super::who::{is_readable, used_keys};
use crate::app::workspace::{Attached, Entry, PrincipalKind, ThingFacts, Who};
use crate::policy::Policy;
use crate::policy::evaluate::{self as policy, PolicyKind};
use crate::policy::missing::MissingValue;
use crate::policy::variable::{Key, Pick};

/// A value that a policy uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The thing whose value it is; nothing for a value of the principal or of the connection.
    pub thing: Option<String>,
    /// The variable or condition key; a certificate field without its index.
    pub key: Key,
    /// Whether it can have several values, one a line.
    pub several: bool,
    /// What somebody said of it.
    pub said: Said,
}

/// What somebody said of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing: it is unknown.
    Nothing,
    /// A text that cannot be such a value, which therefore stays unknown.
    Unreadable(String),
    /// There is none.
    None,
    /// It is this.
    Is(String),
}

impl Wanted {
    /// Whether the value is unknown.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.said, Said::Nothing | Said::Unreadable(_))
    }

    /// What the explained answer waits for, when it waits for this; `thing` is the one bound in that answer.
    #[must_use]
    pub fn awaited<'a>(&self, missing: &'a [MissingValue], thing: Option<&str>) -> Option<&'a MissingValue> {
        let elsewhere = self.thing.is_some() && self.thing.as_deref() != thing;
        missing.iter().find(|value| !elsewhere && value.key.same_fact(&self.key))
    }
}

/// What the policies want to know, in the order of their texts.
#[must_use]
pub fn wanted(who: &Who, matrix: &Matrix) -> Vec<Wanted> {
    let policies = matrix.policies.policies();
    let iot = used_keys(policies, |policy| policy.kind == PolicyKind::Iot && counts(policy, who.principal));
    let iam = used_keys(policies, |policy| policy.kind == PolicyKind::Iam && counts(policy, who.principal));
    // In IAM policies these have no value, whoever asks.
    let iam = iam.into_iter().filter(|key| !key.is_thing() && !key.is_certificate());
    let mut wanted: Vec<Wanted> = Vec::new();
    for key in iot.into_iter().chain(iam).filter(|key| can_have_value(key, who, matrix)) {
        let several =
            matches!(key, Key::CognitoAmr | Key::Certificate { pick: Pick::At(_) | Pick::List, .. });
        let key = plain(key, who);
        if let Some(known) = wanted.iter_mut().find(|known| known.key == key) {
            known.several |= several;
        } else if key.is_thing() {
            wanted.extend(matrix.bound_things().into_iter().map(|thing| {
                let said = of_thing(who.facts.get(&thing), &key);
                Wanted { thing: Some(thing), key: key.clone(), several, said }
            }));
        } else {
            let said = match key {
                // Nobody types this one: all fields of the certificate are its value.
                Key::CertificateKeys if who.certificate_complete => Said::Is(String::new()),
                Key::CertificateKeys => Said::Nothing,
                _ => said(who.values.get(&key.name()), &key, complete(who, &key)),
            };
            wanted.push(Wanted { thing: None, key, several, said });
        }
    }
    wanted
}

/// Whether a policy that is attached like this is looked at for such a principal.
#[must_use]
pub fn is_looked_at(attached: &Attached, principal: PrincipalKind) -> bool {
    match attached {
        Attached::Role => !matches!(principal, PrincipalKind::X509 | PrincipalKind::CustomAuthorizer),
        Attached::Principal => {
            !matches!(principal, PrincipalKind::CognitoUnauthenticated | PrincipalKind::IamRole)
        }
        Attached::ThingGroup(_) => {
            matches!(principal, PrincipalKind::X509 | PrincipalKind::CognitoAuthenticated)
        }
    }
}

fn counts(policy: &Policy, principal: PrincipalKind) -> bool {
    let attached = match &policy.attached_to {
        policy::Attachment::Role => Attached::Role,
        policy::Attachment::ThingGroup(_) => Attached::ThingGroup(String::new()),
        _ => Attached::Principal,
    };
    is_looked_at(&attached, principal)
}

/// The one name under which a fact stands in the form.
fn plain(key: Key, who: &Who) -> Key {
    match key {
        Key::Certificate { party, field, .. } => Key::Certificate { party, field, pick: Pick::First },
        Key::CurrentTime | Key::EpochTime => {
            let epoch = who.values.contains_key(&Key::EpochTime.name())
                && !who.values.contains_key(&Key::CurrentTime.name());
            if epoch { Key::EpochTime } else { Key::CurrentTime }
        }
        key => key,
    }
}

fn can_have_value(key: &Key, who: &Who, matrix: &Matrix) -> bool {
    let asks = |action: &dyn Fn(&str) -> bool| matrix.questions.iter().any(|asked| action(asked.action()));
    match key {
        Key::ThingTypeName | Key::ThingAttribute(_) => true,
        Key::CertificateId | Key::Certificate { .. } | Key::CertificateSerial | Key::CertificateKeys => {
            who.principal == PrincipalKind::X509
        }
        Key::CognitoSub | Key::CognitoAud | Key::CognitoAmr => {
            matches!(
                who.principal,
                PrincipalKind::CognitoAuthenticated | PrincipalKind::CognitoUnauthenticated
            )
        }
        Key::SourceIp | Key::DomainName | Key::CurrentTime | Key::EpochTime => true,
        Key::JobId => asks(&|action| action.starts_with("iotjobsdata:") || action.ends_with("JobExecution")),
        Key::Topic => asks(&|action| action == "iot:SendDirectMessage"),
        Key::IncludeSocketInformation => asks(&|action| action == "iot:GetConnection"),
        _ => false,
    }
}

/// Whether what was not said of this fact of the certificate is known not to be there.
fn complete(who: &Who, key: &Key) -> bool {
    who.certificate_complete && matches!(key, Key::Certificate { .. })
}

fn of_thing(facts: Option<&ThingFacts>, key: &Key) -> Said {
    let entry = facts.and_then(|facts| facts.values.get(&key.name()));
    said(entry, key, facts.is_some_and(|facts| facts.complete))
}

fn said(entry: Option<&Entry>, key: &Key, complete: bool) -> Said {
    match entry {
        Some(Entry::Is(text)) if is_readable(key, text) => Said::Is(text.clone()),
        Some(Entry::Is(text)) => Said::Unreadable(text.clone()),
        Some(Entry::None) => Said::None,
        None if complete => Said::None,
        None => Said::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::workspace::{Attachment, PolicyText, Transport, Workspace};
    use crate::policy::missing;

    const CN: &str = "iot:Certificate.Subject.CommonName";
    const MODEL: &str = "iot:Connection.Thing.Attributes[model]";

    fn policy(resource: &str, condition: &str) -> PolicyText {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:eu-west-1:123456789012:client/{resource}"{condition}}}]}}"#
        );
        PolicyText::new("p", &text)
    }

    fn workspace(policies: Vec<PolicyText>) -> Workspace {
        Workspace { policies, ..Workspace::example() }
    }

    fn names(workspace: &Workspace) -> Vec<String> {
        wanted(&workspace.who, &Matrix::new(workspace))
            .into_iter()
            .map(|wanted| {
                wanted.thing.map(|thing| format!("{thing}: ")).unwrap_or_default() + &wanted.key.name()
            })
            .collect()
    }

    #[test]
    fn only_what_can_have_a_value_for_this_principal_is_wanted() {
        let condition = r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringEquals":{"cognito-identity.amazonaws.com:sub":"a","iot:JobId":"j","aws:PrincipalTag/x":"y"}}"#;
        let mut all = workspace(vec![policy(&format!("${{{CN}}}-${{iot:ClientId}}"), condition)]);
        assert_eq!(names(&all), [CN, "aws:SourceIp"]);
        all.who.principal = PrincipalKind::CognitoAuthenticated;
        assert_eq!(names(&all), ["aws:SourceIp", "cognito-identity.amazonaws.com:sub"]);
        // The policies of a principal are not looked at for a role.
        all.who.principal = PrincipalKind::IamRole;
        assert_eq!(names(&all), [""; 0]);
        all.policies[0].attached = Attached::Role;
        assert_eq!(names(&all), ["aws:SourceIp"]);
        all.ask.other = "iotjobsdata:DescribeJobExecution arn:aws:iot:eu-west-1:123456789012:thing/t".into();
        assert_eq!(names(&all), ["aws:SourceIp", "iot:JobId"]);
        all.ask.other = "iot:SendDirectMessage arn:aws:iot:eu-west-1:123456789012:client/b".into();
        all.policies[0].text = all.policies[0].text.replace("iot:JobId", "iot:Topic");
        assert_eq!(names(&all), ["aws:SourceIp", "iot:Topic"]);
        all.policies[0].off = true;
        assert_eq!(names(&all), [""; 0]);
    }

    #[test]
    fn attributes_are_wanted_of_the_things_that_can_be_bound() {
        let mut two = workspace(vec![policy(&format!("${{{MODEL}}}"), "")]);
        two.who.things = "temp-sensor-01\nother".into();
        assert_eq!(names(&two), [format!("temp-sensor-01: {MODEL}")]);
        two.ask.client_ids = "temp-sensor-01\nother\nnobody".into();
        assert_eq!(names(&two), [format!("temp-sensor-01: {MODEL}"), format!("other: {MODEL}")]);
        two.who.things = "other".into();
        two.ask.client_ids = "nobody".into();
        assert_eq!(names(&two), [""; 0]);
        two.who.attachment = Attachment::Exclusive;
        assert_eq!(names(&two), [format!("other: {MODEL}")]);
        two.who.transport = Transport::Https;
        assert_eq!(names(&two), [""; 0]);
    }

    #[test]
    fn one_fact_is_asked_once_whatever_its_index() {
        let condition = r#","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"NumericLessThan":{"aws:EpochTime":"1"}}"#;
        let ou = "iot:Certificate.Subject.OrganizationalUnit";
        let once = workspace(vec![policy(&format!("${{{ou}}}-${{{ou}.1}}"), condition)]);
        assert_eq!(names(&once), [ou, "aws:CurrentTime"]);
        assert!(wanted(&once.who, &Matrix::new(&once))[0].several);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_named() {
        let condition = r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#;
        let mut half = workspace(vec![policy("*", condition)]);
        half.who.say("aws:SourceIp", Some(Entry::Is("10.1".into())));
        let matrix = Matrix::new(&half);
        let [ip] = wanted(&half.who, &matrix).try_into().unwrap();
        assert_eq!(ip.said, Said::Unreadable("10.1".into()));
        let explained = matrix.explain(matrix.most_interesting()).unwrap();
        assert_eq!(ip.awaited(&missing::values(&explained), None).unwrap().statement, 0);
        half.who.say("aws:SourceIp", Some(Entry::Is("10.1.2.3".into())));
        let [ip] = wanted(&half.who, &Matrix::new(&half)).try_into().unwrap();
        assert!(!ip.is_missing());
    }

    #[test]
    fn making_one_value_unknown_keeps_the_others_and_ends_completeness() {
        let mut who = Who { certificate_complete: true, ..Who::default() };
        who.say(CN, Some(Entry::Is("a".into())));
        assert!(who.certificate_complete);
        who.say(CN, None);
        assert!(!who.certificate_complete && who.values.is_empty());
        who.say_of_thing("t", MODEL, Some(Entry::None));
        who.facts.get_mut("t").unwrap().complete = true;
        who.say_of_thing("t", MODEL, None);
        assert!(!who.facts["t"].complete);
    }
}
