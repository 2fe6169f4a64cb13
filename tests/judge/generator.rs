//! Worlds from a tape of numbers. A shorter tape, or smaller numbers on it, gives a simpler world, so shrinking
//! the tape shrinks the world. Small alphabets and requests made from the policy's own words make matches frequent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::world::{ACCOUNT, Ask, Certificate, Fields, Kind, Known, Policy, REGION, Thing, Will, World, arn};

/// The numbers that decide everything; zeros follow the end.
struct Tape<'a> {
    numbers: std::slice::Iter<'a, u16>,
}

impl Tape<'_> {
    fn below(&mut self, end: usize) -> usize {
        self.numbers.next().map_or(0, |number| usize::from(*number) % end)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// True once in `n` times; false at the end of the tape.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }
}

// A name with `:client/` in it reaches the end of `arn:aws:iot:*:*:client/t1` if `*` runs over colons.
const NAMES: [&str; 8] = ["t1", "t1_01", "t2", "a", "T1", "+", "x:y", "x:client/t1"];
const TOPICS: [&str; 16] = [
    "a",
    "a/b",
    "t1",
    "t1/x",
    "a/t1/x",
    "A/b",
    "a/b/c",
    "b",
    "$aws/rules/r/a",
    "a/+",
    "10",
    "*",
    "a/x,y",
    "a/b+c",
    "x:topic/a",
    "b:x:topic/t1/x",
];
const FILTERS: [&str; 10] =
    ["a", "a/+", "a/#", "#", "t1/x", "$share/g/a", "+/b", "a/t1/x", "a/b", "x:topicfilter/a"];
const GROUPS: [&str; 2] = ["g1", "g2"];
const LONG: usize = 1025;

const TEXT_VARIABLES: [&str; 33] = [
    "iot:Connection.Thing.ThingName",
    "iot:ClientId",
    "iot:Connection.Thing.Attributes[env]",
    "iot:Connection.Thing.ThingTypeName",
    "iot:Certificate.Subject.CommonName",
    "iot:Certificate.Subject.OrganizationalUnit.1",
    "iot:CertificateId",
    "cognito-identity.amazonaws.com:sub",
    "aws:SourceIp",
    "iot:DomainName",
    "*",
    "?",
    "$",
    "iot:Connection.Thing.IsAttached",
    "iot:Connection.Thing.Attributes[Env]",
    "IOT:connection.thing.THINGNAME",
    "iot:clientid",
    "iot:Certificate.Subject.CommonName.0",
    "iot:Certificate.Subject.CommonName.1",
    "iot:Certificate.Subject.OrganizationalUnit.4",
    "iot:Certificate.Subject.OrganizationalUnit.5",
    "iot:Certificate.Subject.OrganizationalUnit.List",
    "iot:Certificate.Issuer.CommonName",
    "iot:Certificate.Subject.Country",
    "iot:Certificate.Subject.Title",
    "iot:Certificate.SerialNumber",
    "iot:Certificate.Subject.AlternativeName.DNSName",
    "iot:Nope",
    "iot:ClientId, 'a'",
    "aws:UserAgent",
    "iot:LastWillTopic",
    "iot:Topic",
    "iot:Certificate.Subject.Organization",
];

fn text(tape: &mut Tape<'_>, kind: &str) -> String {
    match kind {
        "client" => tape.pick(&NAMES).to_owned(),
        "topicfilter" => tape.pick(&FILTERS).to_owned(),
        "thing" => tape.pick(&NAMES[..4]).to_owned(),
        _ => tape.pick(&TOPICS).to_owned(),
    }
}

/// The last part of a resource, changed by wildcards and variables so that it still often fits.
fn pattern(tape: &mut Tape<'_>, kind: &str, goal: &str) -> String {
    let goal = if tape.once_in(4) { text(tape, kind) } else { goal.to_owned() };
    match tape.below(12) {
        0..=2 => goal,
        3 => "*".to_owned(),
        4 => format!("${{{}}}", variable(tape)),
        5 => format!("${{{}}}{}", variable(tape), tape.pick(&["_*", "*", "/x", "/*"])),
        6 => {
            format!("{}${{{}}}{}", tape.pick(&["a/", "*", "t"]), variable(tape), tape.pick(&["", "/x", "*"]))
        }
        7 => goal.replace("t1", &format!("${{{}}}", variable(tape))),
        8 => goal.chars().next().map_or_else(String::new, |first| format!("{first}*")),
        9 => goal.chars().map(|c| if tape.once_in(3) { '?' } else { c }).collect(),
        10 => goal.replace('/', tape.pick(&["*", "/*/", "/+/", "/#"])),
        _ => match tape.below(5) {
            0 => format!("*{goal}"),
            1 => format!("{goal}*"),
            2 => goal.replacen('b', "+", 1),
            3 => "#".to_owned(),
            _ => goal.to_uppercase(),
        },
    }
}

fn variable(tape: &mut Tape<'_>) -> &'static str {
    // The first ones are the common ones.
    if tape.once_in(3) { tape.pick(&TEXT_VARIABLES) } else { tape.pick(&TEXT_VARIABLES[..8]) }
}

fn resource(tape: &mut Tape<'_>, kind: &str, goal: &str) -> String {
    if tape.once_in(12) {
        return tape
            .pick(&[
                "*",
                "arn:aws:iot:*",
                "arn:aws:iot:*:*:*",
                "arn:aws:iot:eu-west-1:${iot:ClientId}:topic/a",
                "${iot:ClientId}",
                "arn:aws:iot:*:client/*",
                "arn:*",
            ])
            .to_owned();
    }
    if tape.once_in(10) {
        // Wildcards inside the first five fields, and where a field is missing.
        let head = tape.pick(&[
            "arn:aws:iot:*:*",
            "arn:aws:iot:*",
            "arn:*:iot:*:*",
            "arn:aws:iot:eu-*:*2",
            "arn:aws:i?t:*-1:1*",
            "arn:*",
            "*",
        ]);
        return format!("{head}:{kind}/{}", pattern(tape, kind, goal));
    }
    let region = if tape.once_in(10) { tape.pick(&["*", "eu-west-?", "us-east-1", ""]) } else { REGION };
    let account =
        if tape.once_in(10) { tape.pick(&["*", "12345678901?", "210987654321", ""]) } else { ACCOUNT };
    let kind =
        if tape.once_in(10) { tape.pick(&["topic", "topicfilter", "client", "*", "thing"]) } else { kind };
    format!("arn:aws:iot:{region}:{account}:{kind}/{}", pattern(tape, kind, goal))
}

fn list(all: Vec<String>) -> Value {
    match all.as_slice() {
        [one] => json!(one),
        _ => json!(all),
    }
}

fn action(tape: &mut Tape<'_>, needed: &str) -> String {
    match tape.below(14) {
        0..=7 => needed.to_owned(),
        8 => tape.pick(&["iot:*", "*"]).to_owned(),
        9 => tape
            .pick(&["iot:Connect", "iot:Publish", "iot:RetainPublish", "iot:Subscribe", "iot:Receive"])
            .to_owned(),
        10 => needed.to_lowercase(),
        11 => tape.pick(&["iot:Re*", "iot:Pub*", "iot:?onnect", "iot:*Shadow", "*Publish"]).to_owned(),
        12 => tape.pick(&["iot:Conect", "s3:GetObject", "iotjobsdata:*", "greengrass:*", ""]).to_owned(),
        _ => needed.replace("iot:", "iot:*"),
    }
}

const STRING: [&str; 6] = [
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const ORDER: [&str; 6] =
    ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
const ARN: [&str; 4] = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];

/// Operator, key and values.
fn condition(tape: &mut Tape<'_>) -> (String, String, Value) {
    let some = |tape: &mut Tape<'_>, from: &[&str]| -> Vec<String> {
        (0..[1, 1, 1, 2, 0, 3][tape.below(6)]).map(|_| tape.pick(from).to_owned()).collect()
    };
    let string_keys = [
        "iot:ClientId",
        "iot:Connection.Thing.ThingName",
        "iot:Connection.Thing.Attributes[env]",
        "iot:Certificate.Subject.CommonName",
        "iot:Certificate.Subject.OrganizationalUnit.1",
        "iot:DomainName",
        "iot:Connection.Thing.ThingTypeName",
        "cognito-identity.amazonaws.com:sub",
        "iot:CertificateId",
        "iot:Certificate.SerialNumber",
        "iot:Topic",
        "IOT:CLIENTID",
        "aws:UserAgent",
        "iot:Certificate.Issuer.CommonName",
    ];
    let texts = [
        "t1",
        "a",
        "${iot:ClientId}",
        "t*",
        "*",
        "T1",
        "${iot:Connection.Thing.ThingName}",
        "t?",
        "${*}",
        "${iot:Certificate.Subject.CommonName}",
        "a\\,b",
        "t1_0?",
        "example.com",
        "x:y",
        "${iot:Connection.Thing.ThingName}_*",
    ];
    let mut quantified = tape.once_in(5);
    let (operator, key, values) = match tape.below(16) {
        0..=5 => (tape.pick(&STRING).to_owned(), tape.pick(&string_keys), some(tape, &texts)),
        6 => {
            quantified = true;
            let values = some(tape, &["PersistentConnect", "LastWill", "Last*"]);
            (tape.pick(&STRING).to_owned(), "iot:ConnectAttributes", values)
        }
        7 => {
            quantified = true;
            let key = tape.pick(&[
                "iot:Certificate.Subject.OrganizationalUnit.List",
                "iot:Certificate.Subject.CommonName.List",
            ]);
            (tape.pick(&STRING).to_owned(), key, some(tape, &texts))
        }
        8 => (
            tape.pick(&ARN).to_owned(),
            "iot:LastWillTopic",
            some(
                tape,
                &[
                    "arn:aws:iot:eu-west-1:123456789012:topic/a",
                    "arn:aws:iot:*:*:topic/*",
                    "arn:aws:iot:*:*:topic/a",
                    "arn:aws:iot:eu-west-1:123456789012:topic/${iot:ClientId}",
                    "arn:aws:iot:eu-west-1:123456789012:topic/${iot:Connection.Thing.ThingName}/x",
                    "arn:aws:iot:us-east-1:123456789012:topic/a",
                    "arn:aws:iot:*",
                    "arn:*:a",
                ],
            ),
        ),
        9 => (
            tape.pick(&["Bool", "Bool", "Bool", "StringEquals"]).to_owned(),
            "iot:Connection.Thing.IsAttached",
            some(tape, &["true", "false"]),
        ),
        10 => {
            let key = match tape.below(4) {
                0 => "iot:ConnectAttributes",
                1 | 2 => tape.pick(&string_keys),
                _ => "iot:Connection.Thing.IsAttached",
            };
            return ("Null".to_owned(), key.to_owned(), json!(tape.pick(&["true", "false"])));
        }
        11 | 12 => (
            tape.pick(&["IpAddress", "NotIpAddress"]).to_owned(),
            "aws:SourceIp",
            some(
                tape,
                &[
                    "192.0.2.0/24",
                    "192.0.2.1",
                    "198.51.100.0/25",
                    "2001:db8::/32",
                    "0.0.0.0/0",
                    "192.0.2.1/31",
                ],
            ),
        ),
        13 => (
            format!("Numeric{}", tape.pick(&ORDER)),
            tape.pick(&["iot:Connection.Thing.Attributes[env]", "iot:ClientId", "aws:EpochTime"]),
            some(tape, &["10", "9.5", "10.0", "-1", "1700000000", "100"]),
        ),
        14 => (
            format!("Date{}", tape.pick(&ORDER)),
            tape.pick(&["aws:CurrentTime", "aws:EpochTime"]),
            some(tape, &["2023-11-14T22:13:20Z", "1700000000", "2024-02-29T00:00:00Z", "2023-11-14"]),
        ),
        _ => {
            let operator = tape.pick(&["StringEqualsish", "Frobnicate"]).to_owned();
            return (operator, "iot:ClientId".to_owned(), json!("t1"));
        }
    };
    let quantifier = if quantified { tape.pick(&["ForAllValues:", "ForAnyValue:"]) } else { "" };
    let if_exists = if tape.once_in(5) { "IfExists" } else { "" };
    (format!("{quantifier}{operator}{if_exists}"), key.to_owned(), list(values))
}

fn statement(tape: &mut Tape<'_>, needed: &[(String, String)]) -> Value {
    let mut statement = Map::new();
    let (action_name, target) = if tape.once_in(4) { tape.pick(needed) } else { needed[0].clone() };
    let (kind, goal) =
        target.splitn(6, ':').nth(5).and_then(|rest| rest.split_once('/')).unwrap_or(("topic", "a"));
    statement.insert("Effect".to_owned(), json!(if tape.once_in(4) { "Deny" } else { "Allow" }));
    let actions = (0..[1, 1, 2][tape.below(3)]).map(|_| action(tape, &action_name)).collect();
    statement.insert(if tape.once_in(12) { "NotAction" } else { "Action" }.to_owned(), list(actions));
    let resources = (0..[1, 1, 2][tape.below(3)]).map(|_| resource(tape, kind, goal)).collect();
    statement.insert(if tape.once_in(10) { "NotResource" } else { "Resource" }.to_owned(), list(resources));
    let mut block: Map<String, Value> = Map::new();
    for _ in 0..[0, 0, 1, 0, 1, 2][tape.below(6)] {
        let (operator, key, values) = condition(tape);
        if let Some(keys) = block.entry(operator).or_insert_with(|| json!({})).as_object_mut() {
            // One key in one spelling: twice the same key is a matter of reading, not of evaluation.
            if !keys.keys().any(|known| known.eq_ignore_ascii_case(&key)) {
                keys.insert(key, values);
            }
        }
    }
    if !block.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(block));
    }
    Value::Object(statement)
}

fn policy(tape: &mut Tape<'_>, kind: Kind, needed: &[(String, String)]) -> Policy {
    let statements: Vec<Value> = (0..=tape.below(3)).map(|_| statement(tape, needed)).collect();
    let mut document = Map::new();
    match tape.below(12) {
        0..=9 => document.insert("Version".to_owned(), json!("2012-10-17")),
        10 => document.insert("Version".to_owned(), json!("2008-10-17")),
        _ => None,
    };
    let alone = statements.len() == 1 && tape.once_in(4);
    document
        .insert("Statement".to_owned(), if alone { statements[0].clone() } else { Value::Array(statements) });
    let usual = match kind {
        Kind::X509 => "certificate",
        Kind::CognitoAuthenticated => tape.pick(&["cognitoIdentity", "role"]),
        Kind::CognitoUnauthenticated | Kind::IamRole => "role",
        Kind::CustomAuthorizer => "authorizer",
    };
    let attached_to = if tape.once_in(6) {
        tape.pick(&[
            "thingGroup",
            "thingGroup",
            "thingGroup",
            "certificate",
            "cognitoIdentity",
            "role",
            "authorizer",
        ])
    } else {
        usual
    };
    let group = (attached_to == "thingGroup" && !tape.once_in(4)).then(|| tape.pick(&GROUPS).to_owned());
    Policy { iam: attached_to == "role", attached_to, group, document: Value::Object(document) }
}

fn ask(tape: &mut Tape<'_>, client_id: &str, https: bool) -> (Ask, Vec<(String, String)>) {
    let needs = |action: &str, rest: String| (action.to_owned(), arn(&rest));
    let topic = |tape: &mut Tape<'_>| match tape.below(6) {
        0..=3 => tape.pick(&TOPICS).to_owned(),
        4 => client_id.to_owned(),
        _ => format!("a/{client_id}/x"),
    };
    let way = if https { [1, 4][tape.below(2)] } else { tape.below(6) };
    match way {
        0 | 5 => {
            let will = tape.once_in(3).then(|| Will { topic: topic(tape), retain: tape.once_in(3) });
            let mut needed = vec![needs("iot:Connect", format!("client/{client_id}"))];
            if let Some(will) = &will {
                needed.push(needs("iot:Publish", format!("topic/{}", will.topic)));
                needed.push(needs("iot:RetainPublish", format!("topic/{}", will.topic)));
            }
            (
                Ask::Connect {
                    persistent: [Known::Is(false), Known::Is(true), Known::No][tape.below(3)].clone(),
                    will,
                },
                needed,
            )
        }
        1 => {
            let (topic, retain) = (topic(tape), tape.once_in(4));
            let mut needed = vec![needs("iot:Publish", format!("topic/{topic}"))];
            if retain {
                needed.push(needs("iot:RetainPublish", format!("topic/{topic}")));
            }
            (Ask::Publish { topic, retain }, needed)
        }
        2 => {
            let filter = tape.pick(&FILTERS).to_owned();
            let needed = vec![needs("iot:Subscribe", format!("topicfilter/{filter}"))];
            (Ask::Subscribe { filter }, needed)
        }
        3 => {
            let (topic, share) = (topic(tape), tape.once_in(3).then(|| "g".to_owned()));
            let mut needed = vec![needs("iot:Receive", format!("topic/{topic}"))];
            if let Some(share) = &share {
                needed.push(needs("iot:Receive", format!("topic/$share/{share}/{topic}")));
            }
            (Ask::Receive { topic, share }, needed)
        }
        _ => {
            let (action, kind) = tape.pick(&[
                ("iot:GetThingShadow", "thing"),
                ("iot:UpdateThingShadow", "thing"),
                ("iot:DeleteThingShadow", "thing"),
                ("iot:SendDirectMessage", "client"),
                ("iot:GetRetainedMessage", "topic"),
                ("iot:GetConnection", "client"),
                ("iot:DeleteConnection", "client"),
                ("iot:ListSubscriptions", "client"),
                ("iotjobsdata:DescribeJobExecution", "thing"),
                ("greengrass:Discover", "thing"),
                ("iot:AssumeRoleWithCertificate", "rolealias"),
                ("iot:ListNamedShadowsForThing", "thing"),
                ("iotjobsdata:UpdateJobExecution", "thing"),
                ("iot:ListRetainedMessages", ""),
                ("iot:CreateThing", "thing"),
            ]);
            let resource =
                if kind.is_empty() { "*".to_owned() } else { arn(&format!("{kind}/{}", text(tape, kind))) };
            let topic = if action == "iot:SendDirectMessage" {
                Known::Is(tape.pick(&["a", "t1", "b"]).to_owned())
            } else {
                Known::No
            };
            (
                Ask::Other { action: action.to_owned(), resource: resource.clone(), topic },
                vec![(action.to_owned(), resource)],
            )
        }
    }
}

fn fields(tape: &mut Tape<'_>) -> Fields {
    let long = "l".repeat(LONG);
    let values = ["t1", "a", "T1", "a,b", "x+y", "b", "*", &long];
    let mut fields = Fields::new();
    for (name, most) in
        [("CommonName", 2), ("OrganizationalUnit", 7), ("Country", 1), ("AlternativeName.DNSName", 1)]
    {
        let count = tape.below(most + 1);
        if count > 0 {
            fields.insert(name.to_owned(), (0..count).map(|_| tape.pick(&values).to_owned()).collect());
        }
    }
    fields
}

fn maybe<T>(tape: &mut Tape<'_>, value: T) -> Known<T> {
    if tape.once_in(4) { Known::No } else { Known::Is(value) }
}

fn thing(tape: &mut Tape<'_>, name: String) -> Thing {
    let value = tape.pick(&["t1", "a", "10", "b"]).to_owned();
    let thing_type = tape.pick(&["t1", "a", "pump"]).to_owned();
    Thing {
        name,
        thing_type: maybe(tape, thing_type),
        attributes: Known::Is(if tape.once_in(4) {
            BTreeMap::new()
        } else {
            [("env".to_owned(), value)].into()
        }),
        groups: GROUPS.iter().filter(|_| tape.once_in(2)).map(|group| (*group).to_owned()).collect(),
    }
}

/// The world on the tape.
pub(crate) fn world(numbers: &[u16]) -> World {
    let mut tape = Tape { numbers: numbers.iter() };
    let tape = &mut tape;
    let kind = match tape.below(14) {
        9 | 10 => Kind::CognitoAuthenticated,
        11 => Kind::CognitoUnauthenticated,
        12 => Kind::IamRole,
        13 => Kind::CustomAuthorizer,
        _ => Kind::X509,
    };
    let https = tape.once_in(8);
    let client = if tape.once_in(8) { "10" } else { tape.pick(&NAMES) };
    let (ask, needed) = ask(tape, client, https);
    let policies = (0..[1, 1, 2, 2, 3, 0][tape.below(6)]).map(|_| policy(tape, kind, &needed)).collect();
    let mut names = vec![if tape.once_in(3) { "t1" } else { client }];
    match tape.below(8) {
        6 => names.push("t2"),
        7 => names.clear(),
        _ => {}
    }
    let things = names.into_iter().map(|name| thing(tape, name.to_owned())).collect::<Vec<_>>();
    let status = if tape.once_in(40) {
        tape.pick(&["INACTIVE", "REVOKED", "PENDING_TRANSFER", "PENDING_ACTIVATION", "REGISTER_INACTIVE"])
    } else {
        "ACTIVE"
    };
    let mut world = World {
        kind,
        certificate: Certificate {
            id: maybe(tape, "a".to_owned()),
            status,
            subject: Known::Is(fields(tape)),
            issuer: Known::Is(fields(tape)),
            serial: maybe(tape, "10".to_owned()),
        },
        identity: Known::Is("t1".to_owned()),
        exclusive: Known::Is(things.len() == 1 && tape.once_in(3)),
        things: Known::Is(things),
        registered: if tape.once_in(3) { vec![client.to_owned()] } else { Vec::new() },
        protocol: if https { "https" } else { tape.pick(&["mqtt", "mqttws"]) },
        mqtt5: tape.once_in(2),
        client_id: if https { Known::No } else { Known::Is(client.to_owned()) },
        source_ip: Known::Is(tape.pick(&["192.0.2.1", "198.51.100.9", "2001:db8::1"]).to_owned()),
        domain_name: if tape.once_in(2) { Known::Is("example.com".to_owned()) } else { Known::No },
        time: if tape.once_in(2) { Known::Is(1_700_000_000) } else { Known::No },
        unknown: Vec::new(),
        policies,
        ask,
    };
    if tape.once_in(5) {
        for _ in 0..=tape.below(2) {
            forget(tape, &mut world);
        }
    }
    world
}

const fn has_things(kind: Kind) -> bool {
    matches!(kind, Kind::X509 | Kind::CognitoAuthenticated)
}

/// Makes one fact unknown; one that the policies speak of when there is one.
fn forget(tape: &mut Tape<'_>, world: &mut World) {
    let text: String =
        world.policies.iter().map(|policy| policy.document.to_string().to_lowercase()).collect();
    let said = [
        "subject.commonname",
        "iot:clientid",
        "connection.thing",
        "aws:sourceip",
        "iot:domainname",
        "time",
        "certificate.subject",
        "iot:certificateid",
        "cognito-identity",
        "thing.isattached",
        "thingtypename",
        "attributes[",
        "connectattributes",
        "iot:topic",
        "certificate.serialnumber",
    ];
    let said: Vec<usize> = (0..said.len()).filter(|at| text.contains(said[*at])).collect();
    // The values of connect attributes are four; the others have none here, and that is known whatever else is not.
    let listed: Vec<&str> = [
        ("iot:ConnectAttributes", true),
        ("iot:LastWillTopic", !matches!(world.ask, Ask::Connect { .. })),
        ("iot:Topic", !matches!(&world.ask, Ask::Other { action, .. } if action == "iot:SendDirectMessage")),
        ("iot:Connection.Thing.ThingName", world.protocol == "https" || !has_things(world.kind)),
        ("iot:Connection.Thing.Attributes[env]", world.protocol == "https" || !has_things(world.kind)),
        ("iot:CertificateId", world.kind != Kind::X509),
        ("iot:Certificate.Subject.CommonName", world.kind != Kind::X509),
        ("cognito-identity.amazonaws.com:sub", matches!(world.kind, Kind::X509 | Kind::IamRole)),
    ]
    .into_iter()
    .filter_map(|(key, fits)| (fits && text.contains(&key.to_lowercase())).then_some(key))
    .collect();
    if !listed.is_empty() && tape.once_in(2) {
        let key = tape.pick(&listed).to_owned();
        if !world.unknown.contains(&key) {
            world.unknown.push(key);
        }
        return;
    }
    let what = if said.is_empty() { tape.below(15) } else { tape.pick(&said) };
    let x509 = world.kind == Kind::X509;
    let mqtt = world.protocol != "https";
    match what {
        0 if x509 => world.unknown.push("iot:Certificate.Subject.CommonName".to_owned()),
        1 if mqtt => world.client_id = Known::Unknown,
        2 if x509 => world.exclusive = Known::Unknown,
        3 => world.source_ip = Known::Unknown,
        4 => world.domain_name = Known::Unknown,
        5 => world.time = Known::Unknown,
        6 if x509 => world.certificate.subject = Known::Unknown,
        7 if x509 => world.certificate.id = Known::Unknown,
        8 => world.identity = Known::Unknown,
        9 if mqtt => world.things = Known::Unknown,
        10 | 11 => {
            if let Known::Is(things) = &mut world.things
                && let Some(thing) = things.first_mut()
            {
                if what == 10 {
                    thing.thing_type = Known::Unknown;
                } else {
                    thing.attributes = Known::Unknown;
                }
            }
        }
        12 => {
            if let Ask::Connect { persistent, .. } = &mut world.ask {
                *persistent = Known::Unknown;
            }
        }
        13 => {
            if let Ask::Other { action, topic, .. } = &mut world.ask
                && action == "iot:SendDirectMessage"
            {
                *topic = Known::Unknown;
            }
        }
        14 if x509 => world.certificate.serial = Known::Unknown,
        _ => {}
    }
    world.unknown.dedup();
}
