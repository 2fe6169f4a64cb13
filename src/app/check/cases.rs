//! Between the screen and suites of cases: every answer of the matrix as a case, and a case opened on the screen.

use std::collections::{BTreeMap, BTreeSet};

use super::matrix::{At, Cell, Matrix, Question};
use crate::app::workspace::{
    Ask, Attached, Attachment, CertificateState, Entry, PolicyText, PrincipalKind, ThingFacts, Transport,
    Who, Workspace,
};
use crate::iot::calendar::UtcTime;
use crate::iot::time::UnixTime;
use crate::policy::Request;
use crate::policy::context::{
    Certificate, CertificateFields, CertificateStatus, Context, Field, Principal, Protocol, Thing,
};
use crate::policy::evaluate::Attachment as AttachedTo;
use crate::policy::variable::{CERTIFICATE_FIELDS, Key, Party, Pick};
use crate::suite::Case;

/// Each answer of the matrix as a case that expects it, row by row. What cannot be asked is no case.
#[must_use]
pub fn cases(matrix: &Matrix) -> Vec<Case> {
    let mut names = BTreeSet::new();
    let places = (0..matrix.questions.len())
        .flat_map(|question| (0..matrix.client_ids.len()).map(move |client| At { question, client }));
    places.filter_map(|at| case(matrix, at, &mut names)).collect()
}

/// One cell as a case that expects its answer; nothing for a cell that was not asked.
#[must_use]
pub fn case_at(matrix: &Matrix, at: At) -> Option<Case> {
    case(matrix, at, &mut BTreeSet::new())
}

fn case(matrix: &Matrix, at: At, names: &mut BTreeSet<String>) -> Option<Case> {
    let (Cell::Decided(decision), (context, request)) = (matrix.cell(at)?, matrix.asked(at)?) else {
        return None;
    };
    let (question, client_id) = (matrix.questions.get(at.question)?, matrix.client_ids.get(at.client)?);
    let action = question.action().rsplit(':').next().unwrap_or_default();
    let (title, target) = match question.target() {
        None => (format!("{} as {client_id}", question.action()), String::new()),
        Some(target) => (format!("{} as {client_id} on {target}", question.action()), format!("-{target}")),
    };
    Some(Case {
        id: free(name(&format!("{action}-{client_id}{target}")), names),
        title,
        facts: Vec::new(),
        policies: matrix.policies.clone(),
        context,
        request,
        expect: decision.verdict,
    })
}

/// A name for a file or a command line: what is neither letter nor digit is a `-`.
fn name(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    plain.trim_matches('-').to_owned()
}

/// The name, or the name with the first free number.
fn free(name: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    // A set is finite, so some number is free.
    let free =
        std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name);
    taken.insert(free.clone());
    free
}

/// The case on the screen: its policies, who asks, and what; the rest of `workspace` stays.
#[must_use]
pub fn opened(case: &Case, workspace: &Workspace) -> Workspace {
    Workspace {
        policies: policies(case),
        who: who(case),
        ask: ask(case),
        switches: case.policies.switches().names().into_iter().map(str::to_owned).collect(),
        ..workspace.clone()
    }
}

fn policies(case: &Case) -> Vec<PolicyText> {
    let computed = case.context.unknown.iter().filter(|key| matches!(key, Key::Unknown(_))).map(Key::name);
    let computed: Vec<String> = computed.collect();
    let each = case.policies.policies().iter().zip(1..).map(|(policy, number)| PolicyText {
        name: if policy.name.is_empty() { format!("policy-{number}") } else { policy.name.clone() },
        text: policy.document.text.clone(),
        attached: match &policy.attached_to {
            AttachedTo::Role => Attached::Role,
            AttachedTo::ThingGroup(name) => Attached::ThingGroup(name.clone().unwrap_or_default()),
            AttachedTo::Certificate | AttachedTo::CognitoIdentity | AttachedTo::Authorizer => {
                Attached::Principal
            }
        },
        off: false,
        computed: computed.clone(),
    });
    each.collect()
}

fn ask(case: &Case) -> Ask {
    let mut ask =
        Ask { client_ids: case.context.client_id.given().cloned().unwrap_or_default(), ..Ask::default() };
    match &case.request {
        Request::Connect { persistent, will } => {
            ask.persistent = *persistent == Field::Given(true);
            if let Some(will) = will {
                ask.will.clone_from(&will.topic);
                (ask.qos1, ask.retain) = (will.qos > 0, will.retain);
            }
        }
        Request::Publish { topic, qos, retain } => {
            ask.publish.clone_from(topic);
            (ask.qos1, ask.retain) = (*qos > 0, *retain);
        }
        Request::Subscribe { filter, qos } => {
            ask.subscribe.clone_from(filter);
            ask.qos1 = *qos > 0;
        }
        Request::Receive { topic, share: None } => ask.receive.clone_from(topic),
        Request::Receive { topic, share: Some(name) } => ask.receive = format!("$share/{name}/{topic}"),
        Request::Action { action, resource, .. } => ask.other = format!("{action} {resource}"),
    }
    ask
}

/// Where the question of a case stands in its matrix: Connect is always the first, and a case has no more than one other.
#[must_use]
pub fn place(matrix: &Matrix) -> At {
    let question = matrix.questions.iter().position(|question| *question != Question::Connect).unwrap_or(0);
    At { question, client: 0 }
}

fn who(case: &Case) -> Who {
    let context = &case.context;
    let mut values = BTreeMap::new();
    let mut say =
        |key: Key, field: &Field<String>| drop(entry(field).map(|entry| values.insert(key.name(), entry)));
    say(Key::SourceIp, &context.source_ip);
    say(Key::DomainName, &context.domain_name);
    let time = context.time.given().and_then(|seconds| u64::try_from(*seconds).ok()).map(UnixTime);
    say(
        Key::CurrentTime,
        &match (time.and_then(UtcTime::from_unix), &context.time) {
            (Some(time), _) => Field::Given(time.extended()),
            (None, Field::Absent) => Field::Absent,
            _ => Field::Unknown,
        },
    );
    for key in [Key::CognitoAud, Key::CognitoAmr, Key::JobId, Key::IncludeSocketInformation] {
        let given = context.keys.given().and_then(|keys| keys.get(&key)).filter(|list| !list.is_empty());
        let field = given.map(|list| list.join("\n")).map_or(Field::Absent, Field::Given);
        say(key, &field);
    }
    if let Request::Action { topic, .. } = &case.request {
        say(Key::Topic, topic);
    }
    let (principal, state) = match &context.principal {
        Principal::X509(certificate) => {
            say(Key::CertificateId, &certificate.id);
            say(Key::CertificateSerial, &certificate.serial);
            for (party, fields) in
                [(Party::Subject, &certificate.subject), (Party::Issuer, &certificate.issuer)]
            {
                for field in CERTIFICATE_FIELDS {
                    say(
                        Key::Certificate { party, field, pick: Pick::First },
                        &certificate_field(fields, field),
                    );
                }
            }
            (PrincipalKind::X509, state(certificate))
        }
        Principal::CognitoAuthenticated { identity } => {
            say(Key::CognitoSub, identity);
            (PrincipalKind::CognitoAuthenticated, CertificateState::Active)
        }
        Principal::CognitoUnauthenticated { identity } => {
            say(Key::CognitoSub, identity);
            (PrincipalKind::CognitoUnauthenticated, CertificateState::Active)
        }
        Principal::IamRole => (PrincipalKind::IamRole, CertificateState::Active),
        Principal::CustomAuthorizer => (PrincipalKind::CustomAuthorizer, CertificateState::Active),
    };
    // What nobody knows, whatever the other fields say.
    values.retain(|name, _| !context.unknown.iter().any(|key| key.same_fact(&Key::parse(name))));
    let things = context.things.given().map_or(&[][..], Vec::as_slice);
    Who {
        principal,
        attachment: match (things, &context.exclusive) {
            ([], _) => Attachment::None,
            (_, Field::Given(true)) => Attachment::Exclusive,
            _ => Attachment::NonExclusive,
        },
        things: things.iter().map(|thing| thing.name.as_str()).collect::<Vec<_>>().join("\n"),
        facts: things.iter().map(|thing| (thing.name.clone(), facts(thing, context))).collect(),
        registered: context.registered.join("\n"),
        certificate: state,
        certificate_complete: false,
        transport: match context.protocol {
            Protocol::Mqtt => Transport::Mqtt,
            Protocol::MqttWebSocket => Transport::WebSocket,
            Protocol::Https => Transport::Https,
        },
        values,
        region: context.region.clone(),
        account: context.account.clone(),
    }
}

fn entry(field: &Field<String>) -> Option<Entry> {
    match field {
        Field::Given(text) => Some(Entry::Is(text.clone())),
        Field::Absent => Some(Entry::None),
        Field::Unknown => None,
    }
}

fn certificate_field(fields: &Field<CertificateFields>, name: &str) -> Field<String> {
    match fields {
        Field::Given(fields) => fields.get(name).map_or(Field::Absent, |list| Field::Given(list.join("\n"))),
        Field::Absent => Field::Absent,
        Field::Unknown => Field::Unknown,
    }
}

const fn state(certificate: &Certificate) -> CertificateState {
    match certificate.status {
        CertificateStatus::Active => CertificateState::Active,
        CertificateStatus::Inactive => CertificateState::Inactive,
        CertificateStatus::Revoked => CertificateState::Revoked,
        CertificateStatus::PendingTransfer => CertificateState::PendingTransfer,
        CertificateStatus::PendingActivation => CertificateState::PendingActivation,
        CertificateStatus::RegisterInactive => CertificateState::RegisterInactive,
    }
}

fn facts(thing: &Thing, context: &Context) -> ThingFacts {
    let mut values: BTreeMap<String, Entry> = thing
        .attributes
        .given()
        .into_iter()
        .flatten()
        .map(|(name, value)| (Key::ThingAttribute(name.clone()).name(), Entry::Is(value.clone())))
        .collect();
    values.extend(entry(&thing.thing_type).map(|entry| (Key::ThingTypeName.name(), entry)));
    let open = |key: &Key| matches!(key, Key::ThingAttribute(_));
    values.retain(|name, _| !context.unknown.contains(&Key::parse(name)));
    ThingFacts {
        values,
        complete: thing.attributes.given().is_some() && !context.unknown.iter().any(open),
        groups: thing.groups.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Verdict, explain::Switch};
    use crate::suite::Suite;

    #[test]
    fn a_suite_under_a_turned_switch_comes_out_as_it_went_in() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}"#;
        let attached = Attached::ThingGroup("g1".into());
        let mut workspace = Workspace {
            policies: vec![PolicyText { attached, ..PolicyText::new("p", policy) }],
            ask: Ask { client_ids: "t1\nt1_1".into(), ..Ask::default() },
            ..Workspace::example()
        };
        workspace.who.attachment = Attachment::Exclusive;
        workspace.who.things = "t1".into();
        workspace.who.facts.entry("t1".into()).or_default().groups = "g1".into();
        let written = |workspace: &Workspace| Suite::write(&cases(&Matrix::new(workspace)));
        assert!(!written(&workspace).contains("switches"));
        workspace.turn(Switch::GroupNeedsClientId);
        let text = written(&workspace);
        let read = Suite::parse(&text).unwrap().cases;
        assert_eq!(read.len(), 2);
        for case in read {
            assert_eq!(case.expect, Verdict::Allowed);
            assert_eq!(case.decide().verdict, case.expect, "{}", case.id);
            assert_eq!(opened(&case, &Workspace::default()).switches, workspace.switches);
        }
        let unknown = text.replace("GROUP_NEEDS_CLIENT_ID", "NO_SUCH_POINT");
        let error = Suite::parse(&unknown).unwrap_err().to_string();
        assert!(error.starts_with("field `switches[0]`: `NO_SUCH_POINT` is no undecided point"), "{error}");
    }

    #[test]
    fn the_example_as_a_suite_comes_out_as_it_went_in() {
        let matrix = Matrix::new(&Workspace::example());
        let cases = cases(&matrix);
        let names: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(
            names,
            [
                "connect-temp-sensor-01",
                "connect-temp-sensor-01_01",
                "publish-temp-sensor-01-dt-temperature",
                "subscribe-temp-sensor-01-cmd-temperature",
                "receive-temp-sensor-01-cmd-temperature",
            ]
        );
        let read = Suite::parse(&Suite::write(&cases)).map(|suite| suite.cases).unwrap_or_default();
        assert_eq!(read.len(), cases.len());
        for case in read {
            let matrix = Matrix::new(&opened(&case, &Workspace::default()));
            assert_eq!(
                matrix.explain(place(&matrix)).map(|it| it.decision),
                Some(case.decide()),
                "{}",
                case.id
            );
        }
    }
}
