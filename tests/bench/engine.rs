//! How fast the policy engine answers, on one core: figures and ratios, no verdict on them.
//!
//! Every request has a client ID of its own, so nothing can be remembered from one to the next. Natively a program that
//! prints the table; for wasm32 a module that `tests/bench/browser.mjs` loads in a real browser.

#![expect(clippy::unwrap_used, reason = "a bench stops when it is wrong")]

use std::{fmt::Write, hint::black_box};

use iot_policy_lab::{
    policy::{Context, Field, Policy, PolicySet, Request, context::Side, document, evaluate::Attachment},
    suite::Suite,
};

/// How long each figure is measured, in seconds.
const LONG: f64 = 2.0;
const ARN: &str = "arn:aws:iot:eu-west-1:123456789012:";

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("{}", table());
}

#[cfg(target_arch = "wasm32")]
fn main() {}

/// For the page of the bench.
#[cfg(target_arch = "wasm32")]
pub mod page {
    use wasm_bindgen::prelude::*;

    /// All figures.
    #[wasm_bindgen]
    pub fn table() -> String {
        super::table()
    }
}

/// All figures, a line for each set of policies.
fn table() -> String {
    let suite = Suite::parse(include_str!("../cases/article.json")).unwrap();
    let case = suite.cases.iter().find(|case| case.id == "p2-suffix").unwrap();
    let context = &case.context;
    let article: Vec<String> =
        case.policies.policies().iter().map(|policy| policy.document.text.clone()).collect();
    let mut table = format!(
        "{:<34}{:>8}{:>14}{:>14}{:>9}{:>12}\n",
        "policies", "bytes", "decisions/s", "explained/s", "ratio", "compile"
    );
    for (name, texts) in [
        ("the article's policy", article),
        ("ten policies of 2048 characters", (0..10).map(long).collect()),
        ("one policy of twenty conditions", vec![conditions()]),
    ] {
        measure(&mut table, name, &texts, context);
    }
    table
}

/// Writes one line.
fn measure(table: &mut String, name: &str, texts: &[String], context: &Context) {
    let compiled = || {
        PolicySet::compile(
            texts
                .iter()
                .map(|text| Policy {
                    name: "bench".to_owned(),
                    kind: Side::Iot,
                    attached_to: Attachment::Certificate,
                    document: document::parse(text),
                })
                .collect(),
        )
    };
    let policies = compiled();
    let requests = requests(context);
    let decide = rate(&requests, |(context, request)| {
        black_box(policies.decide(context, request));
    });
    let explain = rate(&requests, |(context, request)| {
        black_box(policies.explain(context, request));
    });
    let compile = 1.0 / rate(&[()], |()| drop(black_box(compiled())));
    assert!(policies.policies().iter().all(|policy| policy.document.text.len() <= 2048));
    let bytes: usize = texts.iter().map(String::len).sum();
    writeln!(
        table,
        "{name:<34}{bytes:>8}{decide:>14.0}{explain:>14.0}{:>9.1}{:>9.1} µs",
        decide / explain,
        compile * 1e6
    )
    .unwrap();
}

/// CONNECT, PUBLISH, SUBSCRIBE and Receive in turn, each by another client.
fn requests(context: &Context) -> Vec<(Context, Request)> {
    (0..4096)
        .map(|number| {
            let context =
                Context { client_id: Field::Given(format!("temp-sensor-01_{number:04}")), ..context.clone() };
            let topic = "dt/temperature".to_owned();
            let request = match number % 4 {
                0 => Request::Connect { persistent: Field::Given(false), will: None },
                1 => Request::Publish { topic, qos: 1, retain: false },
                2 => Request::Subscribe { filter: "cmd/temperature".to_owned(), qos: 1 },
                _ => Request::Receive { topic: "cmd/temperature".to_owned(), share: None },
            };
            (context, request)
        })
        .collect()
}

/// Calls a second.
fn rate<T>(inputs: &[T], call: impl Fn(&T)) -> f64 {
    inputs.iter().take(1000).for_each(&call);
    let (begin, mut calls) = (seconds(), 0_u32);
    while seconds() - begin < LONG {
        inputs.iter().for_each(&call);
        calls += u32::try_from(inputs.len()).unwrap();
    }
    f64::from(calls) / (seconds() - begin)
}

/// The time since some moment before the first call.
#[cfg(not(target_arch = "wasm32"))]
fn seconds() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
    static BEGIN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGIN.elapsed().as_secs_f64()
}

/// The time since the page was opened.
#[cfg(target_arch = "wasm32")]
fn seconds() -> f64 {
    web_sys::window().unwrap().performance().unwrap().now() / 1000.0
}

/// A policy of 2048 characters, the most that AWS IoT Core takes; an `Id` fills the rest.
fn long(number: usize) -> String {
    let body = |id: &str, statements: &[String]| {
        let statements = statements.join(",");
        format!(r#"{{"Id":"{id}","Version":"2012-10-17","Statement":[{statements}]}}"#)
    };
    let statement = |next| {
        let resource = format!("{ARN}topic/d{number}/s{next}/${{iot:ClientId}}/*");
        format!(r#"{{"Effect":"Allow","Action":"iot:Publish","Resource":"{resource}"}}"#)
    };
    let mut statements = Vec::new();
    while body("", &statements).len() + statement(statements.len()).len() < 2048 {
        statements.push(statement(statements.len()));
    }
    body(&"x".repeat(2048 - body("", &statements).len()), &statements)
}

/// One statement with twenty conditions that all have to be looked at.
fn conditions() -> String {
    let keys: Vec<String> = (0..20)
        .map(|number| {
            format!(r#""iot:Connection.Thing.Attributes[a{number}]":["x*","${{iot:ClientId}}","b{number}"]"#)
        })
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iot:*","Resource":"*","Condition":{{"StringNotLike":{{{}}}}}}}}}"#,
        keys.join(",")
    )
}
