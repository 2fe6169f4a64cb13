//! The session policy that is printed for a run, judged by the engine: what the plan does is allowed, and what it does not
//! do is not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use iot_policy_lab::access::rights::Plan;
use iot_policy_lab::client::Message;
use iot_policy_lab::iot::region::Region;
use iot_policy_lab::iot::topic::{self, ParentLevel};
use iot_policy_lab::mqtt::{Connect, Properties, Qos, Subscription, Version, Will};
use iot_policy_lab::policy::{
    Context, Field, Policy, PolicySet, Principal, Request, Verdict, context::Side, document,
    evaluate::Attachment,
};

/// Names that IAM could take for more or for something else than they are.
const IDS: [&str; 9] = [
    "temp-sensor-01",
    "temp-sensor-0?",
    "temp-*",
    "*",
    "${iot:ClientId}",
    "a$b",
    "$${*}",
    "\u{fc}\u{1f600}",
    "a\"b\\c",
];
const TOPICS: [&str; 11] =
    ["a", "a/b", "a/b/c", "a/bc", "A/b", "a/*", "a/?", "a/${x}", "$aws/rules/r/a", "b", "a//b"];
const FILTERS: [&str; 9] = ["a/b", "a/*", "a/#", "a/b/#", "a/${x}", "$aws/rules/#", "a/+", "+/b", "#"];

struct Run {
    policies: PolicySet,
    region: Region,
}

impl Run {
    fn new(ids: &[&str], topics: &[&str], filters: &[&str], retain: bool) -> Self {
        let region = Region::parse("cn-north-1").unwrap();
        let mut plan = Plan::new(region.clone(), "123456789012").unwrap();
        for id in ids {
            plan.connect(&Connect::clean(Version::V311, id));
        }
        for topic in topics {
            plan.publish(&Message {
                topic: (*topic).to_owned(),
                payload: Vec::new(),
                qos: Qos::AtLeastOnce,
                retain,
                properties: Properties::default(),
            });
        }
        for filter in filters {
            plan.subscribe(&Subscription::new(*filter, Qos::AtMostOnce));
        }
        Self { policies: compile(&plan), region }
    }

    fn allows(&self, id: &str, request: &Request) -> bool {
        let mut context = Context::new(Principal::IamRole, self.region.as_str(), "123456789012");
        context.client_id = Field::Given(id.to_owned());
        context.things = Field::Given(Vec::new());
        self.policies.decide(&context, request).verdict == Verdict::Allowed
    }

    fn publishes(&self, topic: &str, retain: bool) -> bool {
        self.allows("x", &Request::Publish { topic: topic.to_owned(), qos: 1, retain })
    }

    fn receives(&self, topic: &str, share: Option<&str>) -> bool {
        self.allows("x", &Request::Receive { topic: topic.to_owned(), share: share.map(str::to_owned) })
    }
}

fn compile(plan: &Plan) -> PolicySet {
    let document = document::parse(&plan.session_policy().unwrap());
    assert!(document.diagnostics.is_empty(), "{:?}", document.diagnostics);
    PolicySet::compile(vec![Policy {
        name: "session".to_owned(),
        kind: Side::Iam,
        attached_to: Attachment::Role,
        document,
    }])
}

#[test]
fn each_name_is_allowed_and_no_other() {
    for chosen in IDS {
        let run = Run::new(&[chosen], &[], &[], false);
        for id in IDS {
            let connect = Request::Connect { persistent: Field::Given(false), will: None };
            assert_eq!(run.allows(id, &connect), id == chosen, "{chosen} and {id}");
        }
        assert!(!run.publishes("a", false) && !run.receives("a", None), "{chosen}");
    }
    for chosen in TOPICS {
        for retain in [false, true] {
            let run = Run::new(&["x"], &[chosen], &[], retain);
            for topic in TOPICS {
                assert_eq!(run.publishes(topic, false), topic == chosen, "{chosen} and {topic}");
                assert_eq!(run.publishes(topic, true), topic == chosen && retain, "{chosen} and {topic}");
                assert!(!run.receives(topic, None), "{chosen} and {topic}");
            }
        }
    }
}

#[test]
fn a_filter_receives_what_matches_and_little_more() {
    for chosen in FILTERS {
        let run = Run::new(&["x"], &[], &[chosen], false);
        for filter in FILTERS {
            let subscribe = Request::Subscribe { filter: filter.to_owned(), qos: 0 };
            assert_eq!(run.allows("x", &subscribe), filter == chosen, "{chosen} and {filter}");
        }
        for topic in TOPICS {
            let due = topic::matches(chosen, topic, ParentLevel::NotMatched);
            // IAM's `*` goes over `/`, and knows nothing of `$` topics.
            let wider = chosen.contains('+') || chosen == "#";
            assert!(run.receives(topic, None) == due || (wider && !due), "{chosen} and {topic}");
            assert!(!run.publishes(topic, false));
        }
        let shared = Run::new(&["x"], &[], &[&format!("$share/g*/{chosen}")], false);
        for topic in TOPICS.iter().filter(|topic| topic::matches(chosen, topic, ParentLevel::NotMatched)) {
            assert!(shared.receives(topic, Some("g*")), "{chosen} and {topic}");
        }
        assert!(!shared.allows("x", &Request::Subscribe { filter: format!("$share/gx/{chosen}"), qos: 0 }));
    }
}

#[test]
fn a_will_is_published_too() {
    let mut plan = Plan::new(Region::parse("us-gov-west-1").unwrap(), "123456789012").unwrap();
    let will = Will {
        topic: "gone".to_owned(),
        payload: Vec::new(),
        qos: Qos::AtMostOnce,
        retain: true,
        properties: Properties::default(),
    };
    plan.connect(&Connect { will: Some(will), ..Connect::clean(Version::V5, "x") });
    let run = Run { policies: compile(&plan), region: Region::parse("us-gov-west-1").unwrap() };
    assert!(run.publishes("gone", true) && !run.publishes("here", false));
}
