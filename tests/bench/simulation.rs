//! How fast the simulated world goes, on one core, and what it takes for many clients: client sessions, network, broker,
//! rights and the log together.
//!
//! Every client publishes to its neighbour's topic with QoS 1, and all may do so by the policies of one certificate. An event is
//! a step of the scenario, an arrival or a timer. A question about rights is decided by the engine when it is new, and
//! remembered after that.

#![expect(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench reads the clock, and prints figures"
)]

mod measure;

use std::time::{Duration, Instant as Clock};

use iot_policy_lab::{
    iot::time::{Instant, Millis},
    lab::{Action, Actor, Identity, Network, Scenario, Step, World, presets},
    mqtt::{Qos, Version},
    timeline::SessionId,
};
use measure::{resident, spent};

/// How long each figure is measured.
const LONG: Duration = Duration::from_secs(2);
/// Messages of all clients in one run.
const MESSAGES: u32 = 20_000;
/// A client publishes this often, so that no rate is exceeded.
const APART: Millis = Millis(25);

fn main() {
    println!(
        "{:>8}{:>10}{:>10}{:>14}{:>14}{:>16}",
        "clients", "events", "entries", "events/s", "entries/s", "bytes a client"
    );
    // All memory first, and nothing given back: what was given back would be taken again without being counted.
    let mut worlds = Vec::new();
    let memory = [2, 100, 10_000].map(|clients| (clients, memory(clients, &mut worlds)));
    drop(worlds);
    for (clients, bytes) in memory {
        let scenario = scenario(clients, MESSAGES / clients);
        let (mut events, mut entries, mut runs) = (0, 0, 0);
        let (start, mut took) = (Clock::now(), Duration::ZERO);
        while took < LONG {
            let mut world = World::new(scenario.clone());
            let begin = spent(start);
            while world.step() {}
            took += spent(start) - begin;
            assert!(world.next_at().is_none(), "the run was cut short");
            (events, entries, runs) = (world.events(), world.entries().len(), runs + 1);
        }
        let rate = |count: usize| count as f64 * f64::from(runs) / took.as_secs_f64();
        println!(
            "{clients:>8}{events:>10}{entries:>10}{:>14.0}{:>14.0}{bytes:>16}",
            rate(events),
            rate(entries)
        );
    }
}

/// Bytes for one client that has connected and subscribed: its share of the world, with scenario and log.
fn memory(clients: u32, worlds: &mut Vec<World>) -> usize {
    let scenario = scenario(clients, 0);
    let before = resident();
    // Memory comes in pages: ten thousand clients, in as many worlds as that takes.
    for _ in 0..10_000 / clients {
        let mut world = World::new(scenario.clone());
        while world.step() {}
        worlds.push(world);
    }
    resident().saturating_sub(before) / 10_000
}

/// Each client connects and subscribes to `dt/` and its number; then each publishes so many times.
fn scenario(clients: u32, rounds: u32) -> Scenario {
    let policy = presets::ARTICLE_POLICY
        .replace("client/${iot:Connection.Thing.ThingName}", "client/*")
        .replace("topic/dt/temperature", "topic/dt/*")
        .replace("topic/cmd/temperature", "topic/dt/*")
        .replace("topicfilter/cmd/temperature", "topicfilter/dt/*");
    let begin = Instant(u64::from(clients) + 1000);
    let mut sessions = Vec::new();
    let mut steps = Vec::new();
    for client in 0..clients {
        let session = SessionId(client);
        let mut actor = Actor::new(&format!("S{client}"), 0, Version::V311, &format!("client-{client}"));
        actor.on_connect = vec![Action::subscribe(&format!("dt/{client}"), Qos::AtLeastOnce)];
        sessions.push(actor);
        steps.push(Step { at: Instant(u64::from(client)), session, action: Action::Connect });
        let to = format!("dt/{}", (client + 1) % clients);
        steps.extend((0..rounds).map(|round| Step {
            at: begin + Millis(u64::from(round) * APART.0 + u64::from(client) % APART.0),
            session,
            action: Action::publish(&to, "20", Qos::AtLeastOnce),
        }));
    }
    Scenario {
        identities: vec![Identity { name: "all".to_owned(), ..presets::article_identity(&policy) }],
        sessions,
        steps,
        end: begin + Millis(u64::from(rounds) * APART.0 + 1000),
        network: Network { latency: Millis(20), jitter: Millis(10) },
        seed: 1,
        ..Scenario::default()
    }
}
