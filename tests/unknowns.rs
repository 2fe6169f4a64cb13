//! *Cannot tell*, judged by trying many concrete values: a certain answer holds for every one of them.

mod common;

use common::{device, policies};
use iot_policy_lab::policy::{Context, Field, PolicySet, Principal, Request, Verdict, variable::Key};

/// A small generator of numbers: same seed, same numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

const TEXTS: &[&str] = &["t1", "T1", "t1_01", "t2", "ab", "abc", "5", "10.0.0.1"];
const NAMES: &[&str] =
    &["iot:Certificate.Subject.CommonName", "iot:Certificate.Subject.Country", "iot:ClientId"];

fn statement(dice: &mut Dice) -> String {
    let effect = dice.pick(&["Allow", "Allow", "Deny"]);
    let resource = match dice.below(7) {
        0 => "*".to_owned(),
        1 => "~client/*".to_owned(),
        2 => format!("~client/{}", dice.pick(TEXTS)),
        3 => format!("~client/{}*", dice.pick(TEXTS)),
        4 => format!("~client/${{{}}}", dice.pick(NAMES)),
        5 => format!("~client/${{{}}}_*", dice.pick(NAMES)),
        _ => format!("~client/${{iot:Connection.Thing.ThingName}}{}", dice.pick(&["", "_*", "*"])),
    };
    let condition = if dice.below(2) == 0 {
        let operator = dice.pick(&[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringEqualsIfExists",
            "StringNotEqualsIfExists",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringLike",
            "NumericLessThan",
            "NumericGreaterThanEquals",
            "Null",
            "Bool",
        ]);
        let mut value = || match operator {
            "Null" | "Bool" => dice.pick(&["true", "false"]).to_owned(),
            "NumericLessThan" | "NumericGreaterThanEquals" => dice.pick(&["4", "5", "7.5"]).to_owned(),
            _ => match dice.below(6) {
                0 => format!("{}*", dice.pick(TEXTS)),
                1 => format!("${{{}}}", dice.pick(NAMES)),
                2 => format!("{}?", dice.pick(TEXTS)),
                3 => "*".to_owned(),
                _ => dice.pick(TEXTS).to_owned(),
            },
        };
        let values = format!("[\"{}\", \"{}\"]", value(), value());
        format!(", \"Condition\": {{\"{operator}\": {{\"{}\": {values}}}}}", dice.pick(NAMES))
    } else if dice.below(4) == 0 {
        let network = dice.pick(&["10.0.0.0/8", "10.0.0.0/31", "10.0.0.1", "0.0.0.0/0"]);
        let operator = dice.pick(&["IpAddress", "NotIpAddress"]);
        format!(", \"Condition\": {{\"{operator}\": {{\"aws:SourceIp\": \"{network}\"}}}}")
    } else {
        String::new()
    };
    format!(
        "{{\"Effect\": \"{effect}\", \"Action\": \"iot:Connect\", \"Resource\": \"{resource}\"{condition}}}"
    )
}

/// Every way to fill in what nobody gave.
fn concrete(context: &Context) -> Vec<Context> {
    let mut out = vec![context.clone()];
    if context.client_id == Field::Unknown {
        let ids =
            ["t1", "t2", "T1", "t1_01", "ab", "abc", "abcd", "5", "7", "x", "t1_", "t", "10.0.0.1", "t2_9"];
        out = out
            .iter()
            .flat_map(|context| {
                ids.map(|id| Context { client_id: Field::Given(id.to_owned()), ..context.clone() })
            })
            .collect();
    }
    if context.exclusive == Field::Unknown {
        out = out
            .iter()
            .flat_map(|context| {
                [true, false]
                    .map(|exclusive| Context { exclusive: Field::Given(exclusive), ..context.clone() })
            })
            .collect();
    }
    if context.source_ip == Field::Unknown {
        let addresses = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "11.0.0.1", "9.9.9.9", "2001:db8::1"];
        out = out
            .iter()
            .flat_map(|context| {
                addresses
                    .map(|address| Context { source_ip: Field::Given(address.to_owned()), ..context.clone() })
            })
            .collect();
    }
    for key in &context.unknown {
        let field = if key.name().ends_with("Country") { "Country" } else { "CommonName" };
        let values = [
            None,
            Some("t1"),
            Some("T1"),
            Some("t1_01"),
            Some("t2"),
            Some("ab"),
            Some("abc"),
            Some("abd"),
            Some("5"),
            Some("6"),
            Some("4"),
            Some("8"),
            Some("true"),
            Some("t"),
            Some("a*"),
            Some("zz"),
        ];
        out = out
            .iter()
            .flat_map(|context| {
                values.map(|value| {
                    let mut context = context.clone();
                    context.unknown.retain(|unknown| unknown != key);
                    if let Principal::X509(certificate) = &mut context.principal {
                        let mut fields = certificate.subject.given().cloned().unwrap_or_default();
                        fields.remove(field);
                        fields.extend(value.map(|value| (field.to_owned(), vec![value.to_owned()])));
                        certificate.subject = Field::Given(fields);
                    }
                    context
                })
            })
            .collect();
    }
    out
}

/// Whether concrete values disagree, what was said of them, and whether with branches.
fn judge(seed: u64, set: &PolicySet, context: &Context, request: &Request) -> (bool, Verdict, bool) {
    let explanation = set.explain(context, request);
    let said = explanation.decision.verdict;
    let found: Vec<_> =
        concrete(context).iter().map(|context| set.decide(context, request).verdict).collect();
    let doubt = found.iter().any(|verdict| Some(verdict) != found.first());
    if said == Verdict::CannotTell {
        for branch in &explanation.branches {
            assert_ne!(branch.verdict, Verdict::CannotTell, "seed {seed}");
        }
    } else {
        assert!(found.iter().all(|verdict| *verdict == said), "seed {seed}: {said:?} {found:?}");
    }
    (doubt, said, explanation.branches.len() > 1)
}

#[test]
fn a_certain_answer_holds_for_every_value() {
    let (mut doubts, mut told, mut certain, mut undecided) = (0, 0, 0, 0);
    for seed in 0..500_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let statements: Vec<_> = (0..=dice.below(3)).map(|_| statement(&mut dice)).collect();
        let set = policies(&statements.join(","), r#""Version": "2012-10-17","#);
        let mut context = device(dice.pick(&["t1", "t1_01"]), &["t1"], false);
        let unknown = 1 + dice.below(15);
        if unknown & 1 != 0 {
            context.unknown.push(Key::parse("iot:Certificate.Subject.CommonName"));
        }
        if unknown & 2 != 0 {
            context.client_id = Field::Unknown;
        }
        if unknown & 4 != 0 {
            context.exclusive = Field::Unknown;
        }
        if unknown & 8 != 0 {
            context.source_ip = Field::Unknown;
        } else {
            context.source_ip = Field::Given("10.0.0.1".to_owned());
        }
        let request = Request::Connect { persistent: Field::Given(false), will: None };
        let (doubt, said, branches) = judge(seed, &set, &context, &request);
        match (doubt, said) {
            (true, _) => doubts += 1,
            (false, Verdict::CannotTell) => undecided += 1,
            (false, _) => certain += 1,
        }
        told += usize::from(doubt && branches);
    }
    // Where the tried values differ, branches say so nearly always; where they agree, an answer is given nearly always.
    assert!(told * 10 >= doubts * 9, "{told} of {doubts} doubts have branches");
    assert!(undecided * 6 <= certain, "{undecided} undecided, {certain} certain");
}

/// Without exclusive attachment the bound thing is called as the client is, and a value that stands for others is not.
#[test]
fn a_thing_that_nobody_named_may_have_the_name_of_the_client() {
    let statement = r#"{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*",
        "Condition": {"StringLike": {"iot:Connection.Thing.ThingName": "*"}}}"#;
    let set = policies(statement, r#""Version": "2012-10-17","#);
    let context = Context { things: Field::Unknown, ..device("t1", &[], false) };
    let request = Request::Connect { persistent: Field::Given(false), will: None };
    let explanation = set.explain(&context, &request);
    assert_eq!(explanation.decision.verdict, Verdict::CannotTell);
    let name = Key::ThingName;
    let mut supposed: Vec<_> =
        explanation.branches.iter().map(|branch| (branch.verdict, &branch.assumed)).collect();
    supposed.sort_by_key(|(verdict, _)| *verdict == Verdict::Allowed);
    assert_eq!(
        supposed,
        [
            (Verdict::ImplicitDeny, &vec![(name.clone(), None)]),
            (Verdict::Allowed, &vec![(name, Some("t1".to_owned()))]),
        ]
    );
}

/// A branch is a story that can happen: what it supposes looks like a value of its key.
#[test]
fn no_branch_supposes_what_cannot_be() {
    let key = |name: &str| Key::parse(name);
    for (operator, name, wanted, supposed) in [
        ("StringEquals", "aws:SourceIp", "192.0.2.1", ["192.0.2.1", "203.0.113.77"]),
        ("StringLike", "iot:CertificateId", "ab*", ["-", &format!("ab{}", "0".repeat(62))]),
        ("StringLike", "iot:Certificate.SerialNumber", "12*", ["-", "12"]),
        ("ForAnyValue:StringEquals", "iot:ConnectAttributes", "LastWill", ["-", "LastWill"]),
        ("ForAllValues:StringNotEquals", "iot:ConnectAttributes", "LastWill", ["-", "LastWill"]),
    ] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*",
                "Condition": {{"{operator}": {{"{name}": "{wanted}"}}}}}}"#
        );
        let set = policies(&statement, r#""Version": "2012-10-17","#);
        let context = Context { unknown: vec![key(name)], ..device("t1", &["t1"], false) };
        let request = Request::Connect { persistent: Field::Given(false), will: None };
        let explanation = set.explain(&context, &request);
        let found: Vec<_> = explanation
            .branches
            .iter()
            .map(|branch| match branch.assumed.as_slice() {
                [(about, value)] if *about == key(name) => value.as_deref().unwrap_or("-"),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, supposed, "{operator} {name}");
    }
}

#[test]
fn many_requests_get_the_answers_of_each() {
    let statements = r#"{"Effect": "Allow", "Action": "iot:Connect", "Resource": [
        "~client/${iot:Connection.Thing.ThingName}", "~client/a*"]},
        {"Effect": "Deny", "Action": "iot:Connect", "Resource": "~client/ab"}"#;
    let set = policies(statements, r#""Version": "2012-10-17","#);
    let context = device("t1", &["t1"], false);
    let connect = Request::Connect { persistent: Field::Given(false), will: None };
    let publish = Request::Publish { topic: "x".to_owned(), qos: 0, retain: true };
    let ids = ["t1", "a", "ab", "abc", "", "t2"];
    let one_by_one = ids.map(|id| {
        let context = Context { client_id: Field::Given(id.to_owned()), ..context.clone() };
        set.decide(&context, &connect)
    });
    assert!(set.evaluate_client_ids(&context, &connect, ids).eq(one_by_one));
    let asked = [(&context, &publish), (&context, &connect), (&context, &publish)];
    let answers: Vec<_> = set.evaluate_many(asked).collect();
    assert_eq!(answers, asked.map(|(context, request)| set.decide(context, request)));
    assert_eq!(answers.first().map(|found| found.reason.as_str()), Some("ACTION_NOT_ALLOWED"));
}

#[test]
fn a_large_policy_of_unknowns_ends_soon() {
    let one = |index: usize| {
        format!(
            r#"{{"Effect": "Allow", "Action": "iot:*", "Resource": "~client/*${{iot:Certificate.Subject.Country}}{index}",
                "Condition": {{"StringEquals": {{"iot:Certificate.Subject.CommonName": "v{index}"}}}}}}"#
        )
    };
    let statements: Vec<_> = (0..1_000).map(one).collect();
    let set = policies(&statements.join(","), r#""Version": "2012-10-17","#);
    let mut context = device("t1", &["t1"], false);
    context.client_id = Field::Unknown;
    context.exclusive = Field::Unknown;
    for name in NAMES.iter().take(2) {
        context.unknown.push(Key::parse(name));
    }
    let request = Request::Connect { persistent: Field::Unknown, will: None };
    assert_eq!(set.explain(&context, &request).decision.verdict, Verdict::CannotTell);
}
