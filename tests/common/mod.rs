//! A device with one policy, for tests that ask many questions.

use iot_policy_lab::policy::{
    Context, Field, Policy, PolicySet, Principal,
    context::{Certificate, Side, Thing},
    document,
    evaluate::Attachment,
};

/// `account` and region of every test.
pub(crate) const ARN: &str = "arn:aws:iot:eu-west-1:123456789012:";

/// A certificate of which nothing but its state is known to exist, attached to `things`.
pub(crate) fn device(client_id: &str, things: &[&str], exclusive: bool) -> Context {
    let certificate = Certificate {
        id: Field::Absent,
        subject: Field::Given([("CommonName".to_owned(), vec!["a*b".to_owned()])].into()),
        issuer: Field::Absent,
        serial: Field::Absent,
        ..Certificate::default()
    };
    let mut context = Context::new(Principal::X509(certificate), "eu-west-1", "123456789012");
    let things = things.iter().map(|name| Thing {
        name: (*name).to_owned(),
        thing_type: Field::Given("sensor".to_owned()),
        attributes: Field::Given([("env".to_owned(), "prod".to_owned())].into()),
        groups: Vec::new(),
    });
    context.things = Field::Given(things.collect());
    context.exclusive = Field::Given(exclusive);
    context.client_id = Field::Given(client_id.to_owned());
    context.source_ip = Field::Absent;
    context.domain_name = Field::Absent;
    context.time = Field::Absent;
    context.keys = Field::Given([].into());
    context
}

/// Policies on the certificate; `~` stands for [`ARN`].
pub(crate) fn policies(statements: &str, version: &str) -> PolicySet {
    let text = format!("{{{version} \"Statement\": [{statements}]}}").replace('~', ARN);
    PolicySet::compile(vec![Policy {
        name: "p".to_owned(),
        kind: Side::Iot,
        attached_to: Attachment::Certificate,
        document: document::parse(&text),
    }])
}
