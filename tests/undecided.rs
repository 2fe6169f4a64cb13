//! What is not known for certain about AWS, and that a verdict says so when it turns on it.

mod common;

use std::fs;

use common::{device, policies};
use iot_policy_lab::{
    policy::{
        Field, PolicySet, Request, Switches, Verdict,
        explain::{Confidence, Switch},
        request::Will,
        variable::Key,
    },
    suite::Suite,
};

const V: &str = r#""Version": "2012-10-17","#;
const ALL: &str = r#"{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}"#;

/// Suites with certain verdicts of every kind.
const SUITES: &[&str] = &[
    "article",
    "conditions",
    "connect-attributes",
    "language",
    "principals",
    "real-cases",
    "things",
    "unknown",
    "variables",
    "wildcards",
];

/// Title, version, statements, client ID, exclusive, request, verdict, points.
type Row = (&'static str, &'static str, String, &'static str, bool, Request, Verdict, &'static [Switch]);

fn connect() -> Request {
    Request::Connect { persistent: Field::Given(false), will: None }
}

fn publish(topic: &str) -> Request {
    Request::Publish { topic: topic.to_owned(), qos: 1, retain: false }
}

fn allow(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
}

#[test]
fn every_verdict_names_the_points_it_turns_on() {
    use Verdict::{Allowed, ExplicitDeny, ImplicitDeny};
    let name = "${iot:Connection.Thing.ThingName}";
    let will = Request::Connect {
        persistent: Field::Given(false),
        will: Some(Will { topic: "w".to_owned(), qos: 0, retain: true }),
    };
    let shared = Request::Receive { topic: "a".to_owned(), share: Some("s".to_owned()) };
    let rows: &[Row] = &[
        (
            "lookup by client ID",
            V,
            allow("iot:Connect", &format!("~client/{name}_*")),
            "t1_01",
            false,
            connect(),
            ImplicitDeny,
            &[],
        ),
        (
            "own name",
            V,
            allow("iot:Connect", &format!("~client/{name}")),
            "t1",
            false,
            connect(),
            Allowed,
            &[],
        ),
        (
            "exclusive, own name",
            V,
            allow("iot:Connect", &format!("~client/{name}")),
            "t1",
            true,
            connect(),
            Allowed,
            &[],
        ),
        (
            "exclusive, suffix",
            V,
            allow("iot:Connect", &format!("~client/{name}_*")),
            "t1_01",
            true,
            connect(),
            Allowed,
            &[Switch::ExclusiveConnect],
        ),
        (
            "exclusive, other device's name",
            V,
            allow("iot:Connect", &format!("~client/{name}_*")),
            "t2_01",
            true,
            connect(),
            ImplicitDeny,
            &[],
        ),
        (
            "exclusive, topic",
            V,
            allow("iot:Publish", &format!("~topic/{name}")),
            "t1_01",
            true,
            publish("t1"),
            Allowed,
            &[],
        ),
        (
            "exclusive, attribute",
            V,
            allow("iot:Publish", "~topic/${iot:Connection.Thing.Attributes[env]}"),
            "t1_01",
            true,
            publish("prod"),
            Allowed,
            &[Switch::ExclusiveThingFacts],
        ),
        (
            "deny without value",
            V,
            format!(r#"{ALL}, {{"Effect": "Deny", "Action": "iot:Publish", "Resource": "~topic/{name}"}}"#),
            "x",
            false,
            publish("t1"),
            Allowed,
            &[Switch::DenyWithoutValue],
        ),
        (
            "one of two without value",
            V,
            format!(
                r#"{{"Effect": "Allow", "Action": "iot:Publish", "Resource": ["~topic/a", "~topic/{name}"]}}"#
            ),
            "x",
            false,
            publish("a"),
            Allowed,
            &[Switch::OneWithoutValue],
        ),
        (
            "NotResource without value",
            V,
            format!(r#"{{"Effect": "Allow", "Action": "iot:Publish", "NotResource": "~topic/{name}"}}"#),
            "x",
            false,
            publish("a"),
            Allowed,
            &[Switch::NotResourceWithoutValue],
        ),
        (
            "no version",
            "",
            allow("iot:Connect", "~client/${iot:ClientId}"),
            "c",
            false,
            connect(),
            ImplicitDeny,
            &[Switch::AbsentVersion],
        ),
        (
            "old version",
            r#""Version": "2008-10-17","#,
            allow("iot:Connect", "~client/${iot:ClientId}"),
            "c",
            false,
            connect(),
            ImplicitDeny,
            &[Switch::OldVersion],
        ),
        (
            "certificate value with a wildcard",
            V,
            allow("iot:Connect", "~client/${iot:Certificate.Subject.CommonName}"),
            "a*b",
            false,
            connect(),
            ImplicitDeny,
            &[Switch::CertificateCharacters],
        ),
        (
            "default value",
            V,
            allow("iot:Publish", "~topic/${iot:Connection.Thing.ThingName, 'x'}"),
            "c",
            false,
            publish("x"),
            ImplicitDeny,
            &[Switch::DefaultValues],
        ),
        (
            "client ID with a wildcard",
            V,
            allow("iot:Publish", "~topic/${iot:ClientId}"),
            "a*",
            false,
            publish("ab"),
            ImplicitDeny,
            &[Switch::ClientIdWildcards],
        ),
        (
            "wildcard over ARN fields",
            V,
            allow("iot:Connect", "arn:aws:*:client/c"),
            "c",
            false,
            connect(),
            ImplicitDeny,
            &[Switch::ArnFields],
        ),
        (
            "wildcard over six fields",
            V,
            allow("iot:Connect", "arn:*:iot:*:x:*/c"),
            "c",
            false,
            connect(),
            ImplicitDeny,
            &[],
        ),
        (
            "wildcard in an ARN field",
            V,
            allow("iot:Connect", "arn:aws:iot:eu-*:1234567890??:client/c"),
            "c",
            false,
            connect(),
            Allowed,
            &[],
        ),
        (
            "wildcard takes two fields for one",
            V,
            allow("iot:Connect", "arn:aws:iot:*:client/*:x"),
            "a:x",
            false,
            connect(),
            ImplicitDeny,
            &[Switch::ArnFields],
        ),
        (
            "letter case of the action",
            V,
            allow("iot:connect", "*"),
            "c",
            false,
            connect(),
            Allowed,
            &[Switch::ActionCase],
        ),
        (
            "NotAction",
            V,
            r#"{"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"}"#.to_owned(),
            "c",
            false,
            connect(),
            Allowed,
            &[Switch::NotAction],
        ),
        (
            "client ID as a key",
            V,
            format!(
                r#"{{"Effect": "Deny", "Action": "iot:*", "Resource": "*", "Condition": {{"StringEquals": {{"iot:ClientId": "c"}}}}}}, {ALL}"#
            ),
            "c",
            false,
            connect(),
            ExplicitDeny,
            &[Switch::ConditionKeys],
        ),
        (
            "retained will",
            V,
            allow("iot:Connect", "*") + "," + &allow("iot:Publish", "*"),
            "c",
            false,
            will,
            ImplicitDeny,
            &[Switch::WillRetain],
        ),
        (
            "share, plain form",
            V,
            allow("iot:Receive", "~topic/a"),
            "c",
            false,
            shared.clone(),
            Allowed,
            &[Switch::SharePlainForm],
        ),
        (
            "share, share form",
            V,
            allow("iot:Receive", "~topic/$share/s/a"),
            "c",
            false,
            shared.clone(),
            Allowed,
            &[Switch::ShareForm],
        ),
        ("share, both forms", V, allow("iot:Receive", "*"), "c", false, shared, Allowed, &[]),
    ];
    for (title, version, statements, client_id, exclusive, request, verdict, switches) in rows {
        let found = policies(statements, version).explain(&device(client_id, &["t1"], *exclusive), request);
        assert_eq!(found.decision.verdict, *verdict, "{title}");
        assert_eq!(found.switches, *switches, "{title}");
        let own_reason = found.decision.reason.standing().map_or(Confidence::Documented, |(own, _)| own);
        let expected = if switches.is_empty() { own_reason } else { Confidence::Inferred };
        assert_eq!(found.confidence, expected, "{title}");
    }
}

/// What is ruled out beforehand must not matter: here every point is tried on every case.
#[test]
fn no_point_that_matters_is_passed_over() {
    let mut named = 0;
    for name in SUITES {
        let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
        for case in Suite::parse(&fs::read_to_string(path).unwrap()).unwrap().cases {
            let found = case.explain();
            let verdict = found.decision.verdict;
            let turns = |switch: &Switch| {
                let policies = case.policies.policies().to_vec();
                let turned = PolicySet::with_switches(policies, Switches::NONE.turned(*switch));
                turned.decide(&case.context, &case.request).verdict != verdict
            };
            let all = Switch::ALL.iter().copied().filter(|_| verdict != Verdict::CannotTell);
            assert_eq!(found.switches, all.filter(turns).collect::<Vec<_>>(), "{name} {}", case.id);
            named += found.switches.len();
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn keys_of_few_requests_have_their_values() {
    let set = policies(
        r#"{"Effect": "Allow", "Action": "iotjobsdata:*", "Resource": "*",
            "Condition": {"StringEquals": {"iot:JobId": "j1"}}},
           {"Effect": "Allow", "Action": "iot:GetConnection", "Resource": "*",
            "Condition": {"Bool": {"iot:IncludeSocketInformation": "false"}}}"#,
        V,
    );
    let ask = |action: &str, key: Option<(Key, &str)>, unknown: bool| {
        let mut context = device("t1", &["t1"], false);
        context.keys = match unknown {
            true => Field::Unknown,
            false => {
                Field::Given(key.into_iter().map(|(key, value)| (key, vec![value.to_owned()])).collect())
            }
        };
        let resource = format!("{}thing/t1", common::ARN);
        let request = Request::Action { action: action.to_owned(), resource, topic: Field::Absent };
        set.decide(&context, &request).verdict
    };
    let job = "iotjobsdata:DescribeJobExecution";
    assert_eq!(ask(job, Some((Key::JobId, "j1")), false), Verdict::Allowed);
    assert_eq!(ask(job, Some((Key::JobId, "j2")), false), Verdict::ImplicitDeny);
    assert_eq!(ask(job, None, false), Verdict::ImplicitDeny);
    assert_eq!(ask(job, None, true), Verdict::CannotTell);
    let get = "iot:GetConnection";
    assert_eq!(ask(get, Some((Key::IncludeSocketInformation, "false")), false), Verdict::Allowed);
    assert_eq!(ask(get, Some((Key::IncludeSocketInformation, "true")), false), Verdict::ImplicitDeny);
    assert_eq!(ask("iot:DeleteConnection", None, true), Verdict::ImplicitDeny);
}

/// Users report both that it works and that it does not.
#[test]
fn a_client_id_in_an_iam_policy_is_no_surer_than_the_reports() {
    use iot_policy_lab::policy::{Context, Policy, Principal, context::Side, document, evaluate::Attachment};

    let ask = |kind: Side, principal: Principal| {
        let text = format!(
            r#"{{{V} "Statement": [{}]}}"#,
            allow("iot:Connect", &format!("{}client/${{iot:ClientId}}", common::ARN))
        );
        let attached_to = if kind == Side::Iam { Attachment::Role } else { Attachment::Authorizer };
        let policy = Policy { name: "p".to_owned(), kind, attached_to, document: document::parse(&text) };
        let mut context = Context::new(principal, "eu-west-1", "123456789012");
        context.client_id = Field::Given("a".to_owned());
        let found = PolicySet::compile(vec![policy]).explain(&context, &connect());
        (found.decision.verdict, found.confidence, found.switches)
    };
    let iam = (Verdict::Allowed, Confidence::Observed, vec![Switch::ClientIdInIam]);
    assert_eq!(ask(Side::Iam, Principal::IamRole), iam);
    let iot = (Verdict::Allowed, Confidence::Documented, Vec::new());
    assert_eq!(ask(Side::Iot, Principal::CustomAuthorizer), iot);
}
