//! Evaluation: which policies count and what a request needs (D).

use super::{Fact, apart, shown};
use crate::policy::explain::Confidence::{Documented, Inferred, Observed};

pub(super) const FACTS: &[Fact] = &[
    shown("D-implicit-deny", Documented, "Developer Guide, Authorization", "What nothing allows is denied."),
    shown(
        "D-deny-wins",
        Documented,
        "Developer Guide, Authorization",
        "A matching Deny wins over any Allow.",
    ),
    shown(
        "D-thing-groups",
        Documented,
        "Developer Guide, Thing groups",
        "Policies of the bound thing's groups and of their ancestors count with those of the certificate.",
    ),
    shown(
        "D-group-needs-client-id",
        Documented,
        "Developer Guide, AWS IoT Core policies",
        "Group policies want the client ID to be the thing's name.",
    ),
    shown(
        "D-actions-apart",
        Documented,
        "Developer Guide, Authorization",
        "Each action is checked on its own.",
    ),
    shown(
        "D-x509",
        Documented,
        "Developer Guide, Authorization",
        "A certificate is answered by AWS IoT Core policies only.",
    ),
    shown(
        "D-cognito-guest",
        Documented,
        "Developer Guide, Amazon Cognito identities",
        "A guest is answered by the role policy only.",
    ),
    shown(
        "D-cognito-authenticated",
        Documented,
        "Developer Guide, Amazon Cognito identities",
        "An authenticated identity needs role policy and AWS IoT Core policy for seven actions, the role policy for others.",
    ),
    shown(
        "D-iam",
        Documented,
        "Developer Guide, Authorization",
        "IAM principals are answered by IAM policies only.",
    ),
    shown(
        "D-custom-authorizer",
        Documented,
        "Developer Guide, Custom authorizer Lambda",
        "A custom authorizer's documents alone count.",
    ),
    apart(
        "D-authorizer-timing",
        Documented,
        "Developer Guide, Custom authorizer Lambda",
        "Custom authorizers are asked again and connections end after set times.",
        "Time plays no part in one decision; the simulated broker keeps these times.",
    ),
    apart(
        "D-delay",
        Documented,
        "Developer Guide, AWS IoT Core policies",
        "A change of policy takes minutes to act.",
        "A decision is made on the policies given; the delay is told beside it.",
    ),
    shown(
        "D-will",
        Documented,
        "Developer Guide, Lifecycle events",
        "A will needs Publish on its topic at CONNECT, a retained one RetainPublish too.",
    ),
    shown(
        "D-retained",
        Documented,
        "Developer Guide, Retained message policy examples",
        "A retained PUBLISH needs Publish and RetainPublish.",
    ),
    apart(
        "D-retained-reserved",
        Documented,
        "Developer Guide, MQTT",
        "Retained messages on `$` topics are refused.",
        "The broker refuses them, not a policy.",
    ),
    shown(
        "D-basic-ingest",
        Documented,
        "Developer Guide, Basic Ingest",
        "Publishing to a rule is checked on `topic/$aws/rules/<rule>`.",
    ),
    shown(
        "D-jobs-response",
        Documented,
        "Developer Guide, Reserved topics",
        "Responses of Jobs come without a subscription and need Receive.",
    ),
    shown(
        "D-share-subscribe",
        Observed,
        "AWS IoT Device SDK samples",
        "A shared subscription is checked on `topicfilter/$share/<name>/<filter>`.",
    ),
    shown(
        "D-share-receive",
        Observed,
        "AWS IoT Device SDK samples",
        "A delivery through a shared subscription is allowed by either form of the topic and denied by either.",
    ),
    shown(
        "D-receive-always",
        Documented,
        "Developer Guide, Policy actions",
        "Receive is needed for every message, retained ones and responses included.",
    ),
    shown("D-https", Inferred, "Developer Guide, HTTP", "Publishing over HTTPS needs Publish alone."),
    apart(
        "D-reserved-topics",
        Documented,
        "Developer Guide, Reserved topics",
        "Only certain operations are open to clients on reserved topics.",
        "A rule of the broker beside the policies; the simulated broker has it.",
    ),
];
