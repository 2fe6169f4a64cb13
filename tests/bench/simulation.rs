//! How fast the simulated world goes, on one core: a hundred clients that publish, subscribe and receive.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and stops when it is wrong"
)]

use std::time::Instant as Clock;

use iot_policy_lab::{
    iot::time::{Instant, Millis},
    lab::{Action, Actor, Identity, Scenario, Step, World, presets},
    mqtt::{Qos, Version},
    timeline::SessionId,
};

const CLIENTS: u32 = 100;
const ROUNDS: u64 = 100;

fn main() {
    println!("{:<44}{:>10}{:>10}{:>14}{:>14}", "100 clients", "events", "entries", "events/s", "entries/s");
    measure("each to one other, 100 messages, QoS 1", |client| format!("dt/{client}"));
    measure("all to one, 100 messages, QoS 1", |_| "dt/0".to_owned());
}

/// Prints one line. `topic` says where a client publishes; each subscribes to `dt/` and its own number.
fn measure(name: &str, topic: impl Fn(u32) -> String) {
    let scenario = scenario(topic);
    let mut best = f64::MAX;
    let (mut events, mut entries) = (0, 0);
    for _ in 0..3 {
        let mut world = World::new(scenario.clone());
        let begin = Clock::now();
        while world.step() {}
        best = best.min(begin.elapsed().as_secs_f64());
        assert!(world.next_at().is_none_or(|at| at > scenario.end));
        (events, entries) = (world.events(), world.entries().len());
    }
    let rate = |count: usize| f64::from(u32::try_from(count).unwrap()) / best;
    println!("{name:<44}{events:>10}{entries:>10}{:>14.0}{:>14.0}", rate(events), rate(entries));
}

fn scenario(topic: impl Fn(u32) -> String) -> Scenario {
    let policy = presets::ARTICLE_POLICY
        .replace("client/${iot:Connection.Thing.ThingName}", "client/*")
        .replace("topic/dt/temperature", "topic/dt/*")
        .replace("topic/cmd/temperature", "topic/dt/*")
        .replace("topicfilter/cmd/temperature", "topicfilter/dt/*");
    let mut sessions = Vec::new();
    let mut steps = Vec::new();
    for client in 0..CLIENTS {
        let session = SessionId(client);
        let mut actor = Actor::new(&format!("S{client}"), 0, Version::V311, &format!("client-{client}"));
        actor.on_connect = vec![Action::subscribe(&format!("dt/{client}"), Qos::AtLeastOnce)];
        sessions.push(actor);
        steps.push(Step { at: Instant(u64::from(client)), session, action: Action::Connect });
        let to = topic((client + 1) % CLIENTS);
        steps.extend((0..ROUNDS).map(|round| Step {
            at: Instant(1000 + round * 100 + u64::from(client)),
            session,
            action: Action::publish(&to, "20", Qos::AtLeastOnce),
        }));
    }
    Scenario {
        identities: vec![Identity { name: "all".to_owned(), ..presets::article_identity(&policy) }],
        sessions,
        steps,
        end: Instant(60_000),
        network: iot_policy_lab::lab::Network { latency: Millis(20), jitter: Millis(10) },
        seed: 1,
        ..Scenario::default()
    }
}
