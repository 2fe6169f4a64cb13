//! Whole runs: the article's experiments and what the lab promises.

use super::presets::{ARTICLE_POLICY, article_identity, takeover};
use super::*;
use crate::broker::{Cause, ConnectionId, News, Refusal, Request, Verdict};
use crate::client::{Misuse, Output, Stop};
use crate::iot::time::{Instant, Millis};
use crate::mqtt::{Packet, PacketKind, Properties, Property, Qos, ReasonCode, Version};
use crate::policy;
use crate::timeline::{Certainty, Close, ConnectionRef, FindingKind, Party, What, diagnose};

const BOTH: [Version; 2] = [Version::V311, Version::V5];
const A: SessionId = SessionId(0);
const B: SessionId = SessionId(1);
const C: SessionId = SessionId(2);

fn first(session: SessionId) -> ConnectionRef {
    ConnectionRef { session, number: 1 }
}

/// The packets that a session saw, in order: `>` sent, `<` received, `x` closed.
fn seen(run: &Run, session: SessionId) -> Vec<String> {
    run.entries
        .iter()
        .filter(|entry| entry.connection.session == session)
        .filter_map(|entry| match &entry.what {
            What::Sent(wire) => Some(format!("> {}", name(wire.packet.as_ref().unwrap()))),
            What::Received(wire) => Some(format!("< {}", name(wire.packet.as_ref().unwrap()))),
            What::Closed(close) => Some(format!("x {:?}", close.by)),
            _ => None,
        })
        .collect()
}

fn name(packet: &Packet) -> String {
    let code = match packet {
        Packet::ConnAck(ack) => ack.code,
        Packet::PubAck(ack) => ack.code,
        Packet::Disconnect(disconnect) => disconnect.code,
        Packet::SubAck(codes) => codes.codes[0],
        _ => return packet.kind().name().to_owned(),
    };
    format!("{} {}", packet.kind().name(), code.0)
}

fn steps(scenario: Scenario, steps: Vec<(u64, SessionId, Action)>) -> Scenario {
    let steps = steps.into_iter().map(|(at, session, action)| Step { at: Instant(at), session, action });
    Scenario { steps: steps.collect(), ..scenario }
}

#[test]
fn the_articles_experiments_as_the_devices_see_them() {
    let run = super::run(&takeover(Version::V311));
    assert_eq!(seen(&run, A), ["> CONNECT", "< CONNACK 0", "> SUBSCRIBE", "< SUBACK 1", "x Server"]);
    assert_eq!(seen(&run, B), ["> CONNECT", "< CONNACK 0", "> PUBLISH", "< PUBACK 0"]);
    assert_eq!(seen(&run, C), ["> CONNECT", "x Server"]);

    let run = super::run(&takeover(Version::V5));
    assert_eq!(
        seen(&run, A),
        ["> CONNECT", "< CONNACK 0", "> SUBSCRIBE", "< SUBACK 1", "< DISCONNECT 142", "x Client"]
    );
    assert_eq!(seen(&run, B), ["> CONNECT", "< CONNACK 0", "> PUBLISH", "< PUBACK 0"]);
    assert_eq!(seen(&run, C), ["> CONNECT", "< CONNACK 135", "x Client"]);
    assert_eq!(run.ended, Ended::InTime);
}

#[test]
fn the_articles_experiments_as_the_broker_tells_them() {
    for version in BOTH {
        let run = super::run(&takeover(version));
        let news: Vec<_> = run.entries.iter().filter(|entry| matches!(entry.what, What::Broker(_))).collect();
        let taken = News::Disconnected {
            connection: ConnectionId(0),
            client_id: "temp-sensor-01".to_owned(),
            cause: Cause::TakenOver { by: ConnectionId(1) },
            will_published: false,
            session_kept: false,
        };
        let evicted = news
            .iter()
            .find(|entry| entry.connection == first(A) && entry.what == What::Broker(taken.clone()));
        assert_eq!(
            evicted.map(|entry| entry.at),
            Some(Instant(2120)),
            "CONNECT after one round trip and a half"
        );
        let refused = news.iter().find(|entry| entry.connection == first(C)).map(|entry| &entry.what);
        assert!(
            matches!(
                refused,
                Some(What::Broker(News::Refused {
                    refusal: Refusal::NotAuthorized,
                    explanation: Some(_),
                    ..
                }))
            ),
            "{refused:?}"
        );
    }
}

#[test]
fn each_decision_leads_to_its_explanation() {
    for version in BOTH {
        let run = super::run(&takeover(version));
        let decisions: Vec<_> = run
            .entries
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Decided { request, verdict, explanation } => {
                    Some((entry.connection.session, request, *verdict, run.explained(*explanation).unwrap()))
                }
                _ => None,
            })
            .collect();
        let verdicts: Vec<_> =
            decisions.iter().map(|(session, _, verdict, _)| (*session, *verdict)).collect();
        let yes = Verdict::Allowed;
        assert_eq!(verdicts, [(A, yes), (A, yes), (B, yes), (B, yes), (C, Verdict::Refused)]);
        for (_, _, verdict, explained) in &decisions {
            let allowed = explained.explanation.decision.verdict == policy::Verdict::Allowed;
            assert_eq!(allowed, *verdict == Verdict::Allowed);
        }
        let (_, request, _, explained) = decisions.last().unwrap();
        assert!(matches!(request, Request::Connect { persistent: false, will: None }));
        assert_eq!(explained.explanation.facts.client_id.as_deref(), Some("temp-sensor-01_01"));
        assert_eq!(explained.explanation.decision.verdict, policy::Verdict::ImplicitDeny);
        // A and B asked the same and got the same: kept once.
        assert_eq!(decisions[0].3, decisions[2].3);
        assert_eq!(run.questions.len(), 4);
    }
}

#[test]
fn the_diagnosis_sees_what_happened_from_outside() {
    for (version, certainty) in [(Version::V311, Certainty::Likely), (Version::V5, Certainty::Stated)] {
        let run = super::run(&takeover(version));
        let findings = diagnose(&run.entries);
        let [takeover, refused] = findings.as_slice() else { panic!("{findings:?}") };
        let client_id = "temp-sensor-01".to_owned();
        assert_eq!(takeover.kind, FindingKind::TakenOver { client_id, old: first(A), new: Some(first(B)) });
        let code = (version == Version::V5).then_some(ReasonCode::NOT_AUTHORIZED);
        let client_id = "temp-sensor-01_01".to_owned();
        assert_eq!(refused.kind, FindingKind::ConnectRefused { client_id, connection: first(C), code });
        assert_eq!((takeover.certainty, refused.certainty), (certainty, certainty));
        // Nothing that only the simulation can know is needed.
        let outside: Vec<_> = run
            .entries
            .iter()
            .filter(|entry| !matches!(entry.what, What::Decided { .. } | What::Broker(_)))
            .cloned()
            .collect();
        let kinds = |findings: &[crate::timeline::Finding]| {
            findings.iter().map(|finding| finding.kind.clone()).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&diagnose(&outside)), kinds(&findings));
    }
}

#[test]
fn the_same_scenario_gives_the_same_run() {
    for version in BOTH {
        let mut scenario = takeover(version);
        for actor in &mut scenario.sessions {
            actor.comeback = Comeback::Backoff;
        }
        scenario.end = Instant(600_000);
        let runs = [super::run(&scenario), super::run(&scenario)];
        assert_eq!(runs[0], runs[1]);
        assert_eq!(format!("{:?}", runs[0]), format!("{:?}", runs[1]));
        let other = super::run(&Scenario { seed: 7, ..scenario });
        // In MQTT 5 the client is told of the takeover, and does not come back.
        assert_eq!(runs[0].entries == other.entries, version == Version::V5, "the seed moves the reconnects");
    }
}

#[test]
fn two_clients_that_come_back_evict_each_other_until_they_notice() {
    let mut scenario = takeover(Version::V311);
    scenario.steps.truncate(4);
    for actor in &mut scenario.sessions {
        actor.comeback = Comeback::Backoff;
    }
    scenario.end = Instant(600_000);
    let run = super::run(&scenario);
    let findings = diagnose(&run.entries);
    let takeovers =
        findings.iter().filter(|finding| matches!(finding.kind, FindingKind::TakenOver { .. })).count();
    let evictions = run
        .entries
        .iter()
        .filter(|entry| {
            matches!(entry.what, What::Broker(News::Disconnected { cause: Cause::TakenOver { .. }, .. }))
        })
        .count();
    assert!(evictions >= 3);
    assert_eq!(takeovers, evictions, "each eviction is found from outside");
    let wars: Vec<_> = findings
        .iter()
        .filter_map(|finding| match finding.kind {
            FindingKind::TakeoverWar { rounds, .. } => Some(rounds),
            _ => None,
        })
        .collect();
    assert_eq!(wars, [evictions]);
    let gave_up = |entry: &&crate::timeline::Entry| {
        matches!(entry.what, What::Client(Output::ReconnectStopped(Stop::ShortConnections(_))))
    };
    assert_eq!(run.entries.iter().filter(gave_up).count(), 1);
}

#[test]
fn refused_requests_in_both_versions() {
    for version in BOTH {
        let scenario = steps(
            takeover(version),
            vec![
                (0, A, Action::Connect),
                (400, A, Action::publish("dt/humidity", "40", Qos::AtLeastOnce)),
                (2000, A, Action::Connect),
                (2400, A, Action::subscribe("cmd/#", Qos::AtLeastOnce)),
            ],
        );
        let run = super::run(&scenario);
        let kinds: Vec<_> = diagnose(&run.entries).into_iter().map(|finding| finding.kind).collect();
        let (second, code) = match version {
            Version::V311 => (ConnectionRef { session: A, number: 2 }, None),
            Version::V5 => (first(A), Some(ReasonCode::NOT_AUTHORIZED)),
        };
        let topic = "dt/humidity".to_owned();
        let filters = vec!["cmd/#".to_owned()];
        assert_eq!(
            kinds,
            [
                FindingKind::PublishRefused { connection: first(A), topic, code },
                FindingKind::SubscribeRefused { connection: second, filters, code },
            ]
        );
        let busy = What::Client(Output::Rejected { request: None, why: Misuse::NotIdle });
        let rejected = run.entries.iter().filter(|entry| entry.what == busy).count();
        assert_eq!(
            rejected,
            usize::from(version == Version::V5),
            "in MQTT 5 the first connection still stands"
        );
    }
}

#[test]
fn a_refused_qos_0_message_is_found_in_mqtt_5() {
    let scenario = steps(
        takeover(Version::V5),
        vec![(0, A, Action::Connect), (400, A, Action::publish("dt/humidity", "40", Qos::AtMostOnce))],
    );
    let run = super::run(&scenario);
    let kinds: Vec<_> = diagnose(&run.entries).into_iter().map(|finding| finding.kind).collect();
    let (topic, code) = ("dt/humidity".to_owned(), Some(ReasonCode::NOT_AUTHORIZED));
    assert_eq!(kinds, [FindingKind::PublishRefused { connection: first(A), topic, code }]);
}

#[test]
fn a_dropped_session_comes_back_to_its_messages() {
    for version in BOTH {
        let properties = match version {
            Version::V311 => Properties::default(),
            Version::V5 => Properties(vec![Property::SessionExpiryInterval(600)]),
        };
        let mut scenario = steps(
            takeover(version),
            vec![
                (0, A, Action::Connect),
                (400, A, Action::subscribe("cmd/temperature", Qos::AtLeastOnce)),
                (1000, A, Action::Cut),
                (2000, B, Action::Connect),
                (2400, B, Action::publish("cmd/temperature", "21", Qos::AtLeastOnce)),
                (4000, A, Action::Connect),
            ],
        );
        let everything = ARTICLE_POLICY
            .replace("client/${iot:Connection.Thing.ThingName}", "client/*")
            .replace("topic/dt/temperature", "topic/*");
        scenario.identities.push(article_identity(&everything));
        scenario.sessions[0].connect.clean_start = false;
        scenario.sessions[0].connect.properties = properties;
        scenario.sessions[1] = Actor::new("B", 1, version, "operator");
        let run = super::run(&scenario);
        let expected = [
            "> CONNECT",
            "< CONNACK 0",
            "> SUBSCRIBE",
            "< SUBACK 1",
            "x Network",
            "> CONNECT",
            "< CONNACK 0",
            "< PUBLISH",
            "> PUBACK 0",
        ];
        assert_eq!(seen(&run, A), expected);
        assert_eq!(diagnose(&run.entries), []);
        let stored =
            News::Stored { client_id: "temp-sensor-01".to_owned(), topic: "cmd/temperature".to_owned() };
        let place = run.entries.iter().find(|entry| entry.what == What::Broker(stored.clone()));
        assert_eq!(place.map(|entry| entry.connection), Some(first(A)));
    }
}

#[test]
fn what_does_not_exist_does_nothing() {
    let mut scenario = takeover(Version::V5);
    scenario.sessions[0].identity = 9;
    for step in &mut scenario.steps {
        if step.session == B {
            step.session = SessionId(77);
        }
    }
    let run = super::run(&scenario);
    assert!(run.entries.iter().all(|entry| entry.connection.session == C));
    assert_eq!(seen(&run, C), ["> CONNECT", "< CONNACK 135", "x Client"]);
}

#[test]
fn a_quiet_client_pings_and_stays() {
    let scenario = Scenario { end: Instant(300_000), ..takeover(Version::V311) };
    let run = super::run(&scenario);
    let pongs = run.entries.iter().filter(|entry| match &entry.what {
        What::Received(wire) => {
            wire.packet.as_ref().is_ok_and(|packet| packet.kind() == PacketKind::PingResp)
        }
        _ => false,
    });
    assert!(pongs.count() >= 4);
    let lost = What::Closed(Close::by(Party::Server));
    assert!(!run.entries.iter().any(|entry| entry.connection.session == B && entry.what == lost));
}

/// Scenarios drawn at random, and what must hold in each of them.
mod drawn {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const CLIENT_IDS: [&str; 2] = ["temp-sensor-01", "temp-sensor-02"];
    const TOPICS: [&str; 3] = ["cmd/temperature", "dt/temperature", "cmd/#"];

    /// A linear congruential generator (Knuth's constants); the high bits are good enough here.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }

        fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
            list[usize::try_from(self.below(list.len() as u64)).unwrap()]
        }

        fn action(&mut self) -> Action {
            let qos = Qos::AtLeastOnce;
            match self.below(10) {
                0..=2 => Action::Connect,
                3 | 4 => Action::subscribe(self.of(&TOPICS), qos),
                5 => Action::publish(self.of(&TOPICS), "20", qos),
                6 => Action::Cut,
                7 => [Action::HalfOpen, Action::Stall, Action::Resume]
                    .into_iter()
                    .nth(usize::try_from(self.below(3)).unwrap())
                    .unwrap(),
                _ => Action::Disconnect,
            }
        }

        fn actor(&mut self, name: &str) -> Actor {
            let version = BOTH[usize::from(self.below(2) == 0)];
            let mut actor = Actor::new(name, 0, version, self.of(&CLIENT_IDS));
            actor.connect.clean_start = self.below(2) == 0;
            actor.comeback = match self.below(4) {
                0 => Comeback::After(Millis(1000)),
                1 => Comeback::Backoff,
                _ => Comeback::Never,
            };
            if self.below(3) == 0 {
                actor.on_connect.push(Action::subscribe(self.of(&TOPICS), Qos::AtLeastOnce));
            }
            actor.leaves = self.below(8) == 0;
            actor
        }
    }

    fn scenario(seed: u64) -> Scenario {
        let mut draw = Draw(seed);
        let sessions = ["A", "B", "C", "D", "E", "F", "G", "H"].map(|name| draw.actor(name)).to_vec();
        let mut at = 0;
        let drawn = (0..80).map(|_| {
            at += draw.below(1500);
            let session = u32::try_from(draw.below(8)).unwrap();
            (at, SessionId(session), draw.action())
        });
        let drawn = drawn.collect();
        let policy = ARTICLE_POLICY
            .replace("client/${iot:Connection.Thing.ThingName}", "client/*")
            .replace("topic/dt/temperature", "topic/cmd/temperature");
        let identities = vec![article_identity(&policy)];
        let network = Network { latency: Millis(40), jitter: Millis(draw.below(60)) };
        let base = Scenario { sessions, identities, network, ..takeover(Version::V5) };
        Scenario { seed, end: Instant(200_000), ..steps(base, drawn) }
    }

    #[test]
    fn invariants_hold_in_any_scenario() {
        let mut takeovers = 0;
        let mut deliveries = 0;
        for seed in 0..300 {
            let run = super::super::run(&scenario(seed));
            assert_eq!(run.ended, Ended::InTime);
            let mut holders: BTreeMap<String, ConnectionRef> = BTreeMap::new();
            let mut may_receive: BTreeSet<(ConnectionRef, String)> = BTreeSet::new();
            let mut closed: BTreeSet<ConnectionRef> = BTreeSet::new();
            let mut last = Instant(0);
            for entry in &run.entries {
                assert!(last <= entry.at, "seed {seed}: time goes on");
                last = entry.at;
                match &entry.what {
                    What::Decided { request: Request::Receive { topic, .. }, verdict, explanation } => {
                        assert!(run.explained(*explanation).is_some());
                        if *verdict == Verdict::Allowed {
                            may_receive.insert((entry.connection, topic.clone()));
                        }
                    }
                    What::Broker(News::Connected { client_id, .. }) => {
                        let before = holders.insert(client_id.clone(), entry.connection);
                        assert_eq!(before, None, "seed {seed}: one connection for one client ID");
                    }
                    What::Broker(News::Disconnected { client_id, cause, .. }) => {
                        assert_eq!(holders.remove(client_id), Some(entry.connection), "seed {seed}");
                        takeovers += usize::from(matches!(cause, Cause::TakenOver { .. }));
                    }
                    What::Broker(News::Delivered { topic, .. }) => {
                        let allowed = may_receive.contains(&(entry.connection, topic.clone()));
                        assert!(allowed, "seed {seed}: no delivery without the right to it");
                        deliveries += 1;
                    }
                    What::Closed(_) => assert!(closed.insert(entry.connection), "seed {seed}: closed once"),
                    What::Sent(_) | What::Received(_) => {
                        assert!(!closed.contains(&entry.connection), "seed {seed}: nothing after the close");
                    }
                    _ => {}
                }
            }
        }
        assert!(
            takeovers > 100 && deliveries > 20,
            "{takeovers} takeovers and {deliveries} deliveries tell little"
        );
    }

    /// Hardly a takeover is found that was none or had another newcomer, and every one that a client was told of.
    #[test]
    fn the_diagnosis_agrees_with_the_broker() {
        let (mut compared, mut coincidences, mut mistaken) = (0, 0, 0);
        for seed in 0..300 {
            let run = super::super::run(&scenario(seed));
            let places: BTreeMap<ConnectionId, ConnectionRef> = run
                .entries
                .iter()
                .filter_map(|entry| match &entry.what {
                    What::Broker(news) => Some((news.connection()?, entry.connection)),
                    _ => None,
                })
                .collect();
            let truth: BTreeMap<ConnectionRef, ConnectionRef> = run
                .entries
                .iter()
                .filter_map(|entry| match &entry.what {
                    What::Broker(News::Disconnected { cause: Cause::TakenOver { by }, .. }) => {
                        Some((entry.connection, places[by]))
                    }
                    _ => None,
                })
                .collect();
            let told = |entry: &&crate::timeline::Entry| match &entry.what {
                What::Received(wire) => matches!(
                    &wire.packet,
                    Ok(Packet::Disconnect(disconnect)) if disconnect.code == ReasonCode::SESSION_TAKEN_OVER
                ),
                _ => false,
            };
            let mut stated = 0;
            for finding in diagnose(&run.entries) {
                if let FindingKind::TakenOver { old, new, .. } = finding.kind {
                    match truth.get(&old) {
                        Some(by) => mistaken += usize::from(Some(*by) != new),
                        // A 3.1.1 close for another reason while a namesake's CONNECT was under way.
                        None => {
                            assert_eq!(finding.certainty, Certainty::Likely, "seed {seed}: {old:?}");
                            coincidences += 1;
                        }
                    }
                    stated += usize::from(finding.certainty == Certainty::Stated);
                    compared += 1;
                }
            }
            assert_eq!(stated, run.entries.iter().filter(told).count(), "seed {seed}");
        }
        assert!(compared > 100, "{compared}");
        assert!(coincidences * 50 < compared, "{coincidences} of {compared}");
        // Two newcomers at one time, of which the second threw out the first.
        assert!(mistaken * 50 < compared, "{mistaken} of {compared}");
    }
}

#[test]
fn a_half_open_connection_stands_at_the_broker_until_the_client_id_comes_again() {
    for version in BOTH {
        let scenario = steps(
            takeover(version),
            vec![(0, A, Action::Connect), (2000, A, Action::HalfOpen), (4000, A, Action::Connect)],
        );
        let run = super::run(&scenario);
        assert_eq!(seen(&run, A), ["> CONNECT", "< CONNACK 0", "x Network", "> CONNECT", "< CONNACK 0"]);
        let taken: Vec<_> = run
            .entries
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Broker(News::Disconnected { cause, .. }) => Some((entry.at, cause.reason().as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(taken, [(Instant(4120), "DUPLICATE_CLIENTID")]);
    }
}

#[test]
fn what_waits_in_a_stalled_connection_passes_later_in_order() {
    let qos = Qos::AtLeastOnce;
    let mut scenario = steps(
        takeover(Version::V311),
        vec![
            (0, A, Action::Connect),
            (1000, A, Action::Stall),
            (1500, A, Action::subscribe("cmd/temperature", qos)),
            (1600, A, Action::publish("dt/temperature", "20", qos)),
            (3000, A, Action::Resume),
        ],
    );
    scenario.network.jitter = Millis(30);
    let run = super::run(&scenario);
    assert_eq!(
        seen(&run, A),
        ["> CONNECT", "< CONNACK 0", "> SUBSCRIBE", "> PUBLISH", "< SUBACK 1", "< PUBACK 0"]
    );
    let answered = run.entries.iter().filter(|entry| matches!(entry.what, What::Received(_)));
    assert!(answered.skip(1).all(|entry| entry.at > Instant(3080)));
}

#[test]
fn both_ends_notice_a_stalled_connection_by_the_keep_alive() {
    let mut scenario =
        steps(takeover(Version::V311), vec![(0, A, Action::Connect), (1000, A, Action::Stall)]);
    scenario.end = Instant(200_000);
    let run = super::run(&scenario);
    assert_eq!(seen(&run, A), ["> CONNECT", "< CONNACK 0", "> PINGREQ", "x Client"]);
    let at = |wanted: fn(&What) -> bool| run.entries.iter().find(|entry| wanted(&entry.what)).unwrap().at;
    // PINGREQ after 60 s, given up 10 s later; the broker waits for 1.5 times 60 s.
    assert_eq!(at(|what| matches!(what, What::Closed(_))), Instant(70_080));
    let ended =
        at(|what| matches!(what, What::Broker(News::Disconnected { cause: Cause::KeepAliveTimeout, .. })));
    assert_eq!(ended, Instant(90_120));
}

#[test]
fn a_client_that_comes_back_after_a_second_subscribes_anew() {
    let mut scenario = takeover(Version::V311);
    scenario.sessions[0].comeback = Comeback::After(Millis(1000));
    scenario.sessions[0].on_connect = vec![Action::subscribe("cmd/temperature", Qos::AtLeastOnce)];
    scenario.sessions[1].on_connect = vec![Action::publish("dt/temperature", "20", Qos::AtLeastOnce)];
    scenario.sessions[1].leaves = true;
    let scenario = steps(scenario, vec![(0, A, Action::Connect), (2000, B, Action::Connect)]);
    let run = super::run(&scenario);
    let once = ["> CONNECT", "< CONNACK 0", "> SUBSCRIBE", "< SUBACK 1", "x Server"];
    assert_eq!(seen(&run, A), [&once[..], &once[..4]].concat());
    let pub_client = ["> CONNECT", "< CONNACK 0", "> PUBLISH", "< PUBACK 0", "> DISCONNECT 0", "x Client"];
    assert_eq!(seen(&run, B), pub_client);
}

#[test]
fn a_copy_of_a_world_goes_its_own_way() {
    let scenario = takeover(Version::V311);
    let whole = super::run(&scenario);
    let mut world = World::new(scenario);
    world.run_until(Instant(1999));
    let mut other = world.clone();
    assert!(matches!(other.skip_step(), Some(Step { action: Action::Connect, .. })));
    while world.step() {}
    assert_eq!(world.entries(), whole.entries);
    let other = other.play();
    assert_eq!(other.state_of(A), State::Connected, "nobody came with its client ID");
    assert_eq!(whole.state_of(A), State::Closed);
    let before = |entries: &[crate::timeline::Entry]| {
        entries.iter().filter(|entry| entry.at < Instant(1999)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(before(&other.entries), before(&whole.entries));
}

/// What a world is, as far as anybody can see.
fn visible(world: &World) -> (Instant, usize, crate::broker::View, Vec<State>) {
    let states = (0..3).map(|id| world.state(SessionId(id))).collect();
    (world.now(), world.events(), world.broker(), states)
}

/// Clients that publish, come and go, for so long that copies of the world are thrown away.
fn long() -> Scenario {
    let mut scenario = takeover(Version::V311);
    scenario.network.jitter = Millis(30);
    scenario.sessions[0].comeback = Comeback::After(Millis(1500));
    scenario.sessions[1].comeback = Comeback::After(Millis(1500));
    scenario.steps.extend((0..3000).map(|number| Step {
        at: Instant(5000 + number * 100),
        session: A,
        action: Action::publish("dt/temperature", "20", Qos::AtLeastOnce),
    }));
    scenario.end = Instant(310_000);
    scenario
}

#[test]
fn every_moment_of_a_recording_is_the_one_that_was() {
    let scenario = long();
    let recording = Recording::new(scenario.clone());
    assert_eq!(recording.run, super::run(&scenario));
    let entries = recording.run.entries.len();
    assert!(entries > 9_000, "{entries}");
    // Forwards, as it was played; a world that was looked at before is as good as a copy.
    let mut world = World::new(scenario);
    let mut near = None;
    while world.step() {
        let Some(last) = world.entries().len().checked_sub(1) else { continue };
        if last % 401 == 0 || last + 1 == entries {
            let moment = recording.world_at(Some(last), near.take());
            assert_eq!(visible(&moment), visible(&world), "{last}");
            assert_eq!(visible(&recording.world_at(Some(last), None)), visible(&moment), "{last}");
            near = Some(moment);
        }
    }
    // Backwards too; and a world that is later than what is wanted is of no use.
    let beginning = recording.world_at(None, near);
    assert_eq!((beginning.now(), beginning.events()), (Instant(0), 0));
}

#[test]
fn copies_are_bounded_in_number_and_in_weight() {
    let recording = Recording::new(long());
    assert!(recording.copies() > recording::MAX_COPIES / 2 && recording.copies() <= recording::MAX_COPIES);
    let mut scenario = takeover(Version::V311);
    let payload = "x".repeat(100_000);
    let retained = |number: u64| {
        let Action::Publish(message) = Action::publish(&format!("dt/{number}"), &payload, Qos::AtMostOnce)
        else {
            unreachable!()
        };
        let action = Action::Publish(crate::client::Message { retain: true, ..message });
        Step { at: Instant(1000 + number * 300), session: A, action }
    };
    let policy =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}"#;
    scenario.identities = vec![article_identity(policy)];
    scenario.steps = vec![Step { at: Instant(0), session: A, action: Action::Connect }];
    scenario.steps.extend((0..200).map(retained));
    scenario.end = Instant(90_000);
    let heavy = Recording::new(scenario);
    let last = heavy.world_at(Some(heavy.run.entries.len() - 1), None);
    assert_eq!(last.broker().retained.len(), 200);
    assert!(last.weight() > 200 * 100_000, "{}", last.weight());
    assert!(heavy.copies() < 5, "{} of what is ever heavier", heavy.copies());
}

#[test]
fn an_entry_goes_back_to_the_step_that_led_to_it() {
    let scenario = takeover(Version::V311);
    let recording = Recording::new(scenario.clone());
    let at = |wanted: fn(&What) -> bool| {
        recording.run.entries.iter().position(|entry| wanted(&entry.what)).unwrap()
    };
    let because = |entry| recording.because(entry).map(|step| &scenario.steps[step]);
    let evicted = at(|what| matches!(what, What::Broker(News::Disconnected { .. })));
    assert_eq!(because(evicted), Some(&scenario.steps[2]), "B connects");
    let granted = at(|what| matches!(what, What::Broker(News::Subscribed { .. })));
    assert_eq!(because(granted), Some(&scenario.steps[1]), "A subscribes");

    // Nobody's step: the broker hears nothing from a client that is cut off.
    let mut quiet = scenario.clone();
    quiet.sessions[0].connect.keep_alive = 30;
    quiet.steps =
        vec![scenario.steps[0].clone(), Step { at: Instant(1000), session: A, action: Action::HalfOpen }];
    quiet.end = Instant(100_000);
    let recording = Recording::new(quiet);
    let last = recording.run.entries.len() - 1;
    assert!(matches!(recording.run.entries[last].what, What::Broker(_)));
    assert_eq!(recording.because(last), None);
    // What waited while nothing passed goes back to what was sent, not to the end of waiting.
    let mut stalled = scenario.clone();
    let step = |at, action| Step { at: Instant(at), session: A, action };
    let publish = Action::publish("dt/temperature", "20", Qos::AtLeastOnce);
    stalled.steps = vec![
        scenario.steps[0].clone(),
        step(1000, Action::Stall),
        step(1100, publish),
        step(2000, Action::Resume),
    ];
    let recording = Recording::new(stalled);
    let published = recording
        .run
        .entries
        .iter()
        .position(|entry| matches!(entry.what, What::Broker(News::Published { .. })));
    assert_eq!(recording.because(published.unwrap()), Some(2));
}

#[test]
fn the_network_changes_from_a_time_on() {
    let mut scenario = takeover(Version::V311);
    scenario.network_changes = vec![(Instant(3000), Network { latency: Millis(500), jitter: Millis(0) })];
    let before = super::run(&takeover(Version::V311));
    let after = super::run(&scenario);
    let until = |run: &Run, end| {
        run.entries.iter().filter(|entry| entry.at < Instant(end)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(until(&before, 3000), until(&after, 3000));
    let opened = |run: &Run| {
        let opened =
            |entry: &&crate::timeline::Entry| entry.connection == first(C) && entry.what == What::Opened;
        run.entries.iter().find(opened).map(|entry| entry.at)
    };
    assert_eq!((opened(&before), opened(&after)), (Some(Instant(4080)), Some(Instant(5000))));
}

#[test]
fn an_undecided_point_that_is_turned_over_changes_the_run() {
    use crate::policy::{Switches, switch::Switch};
    let mut scenario = takeover(Version::V311);
    let policy = ARTICLE_POLICY.replacen(r#"  "Version": "2012-10-17","#, "", 1);
    scenario.identities = vec![article_identity(&policy)];
    assert_eq!(super::run(&scenario).state_of(B), State::Closed, "without a version there are no variables");
    scenario.switches = Switches::NONE.turned(Switch::AbsentVersion);
    let run = super::run(&scenario);
    assert_eq!(run.state_of(B), State::Connected);
    let asked = run.entries.iter().find_map(|entry| match &entry.what {
        What::Decided { explanation, .. } => run.explained(*explanation),
        _ => None,
    });
    assert_eq!(asked.unwrap().explanation.decision.verdict, policy::Verdict::Allowed, "explained as decided");
}

#[test]
fn a_run_that_grows_out_of_hand_is_cut_short() {
    let mut scenario = takeover(Version::V311);
    let policy =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}"#;
    scenario.identities = vec![article_identity(policy)];
    scenario.sessions.clear();
    scenario.steps.clear();
    for client in 0..200 {
        let mut actor = Actor::new(&format!("S{client}"), 0, Version::V311, &format!("client-{client}"));
        actor.on_connect = vec![Action::subscribe("dt/all", Qos::AtMostOnce)];
        scenario.sessions.push(actor);
        scenario.steps.push(Step { at: Instant(0), session: SessionId(client), action: Action::Connect });
    }
    let payload = "x".repeat(100_000);
    scenario.steps.extend((0..50).map(|message| Step {
        at: Instant(1000 + message),
        session: A,
        action: Action::publish("dt/all", &payload, Qos::AtMostOnce),
    }));
    // 50 messages to 200 clients would be 1 GB.
    let run = super::run(&scenario);
    assert_eq!(run.ended, Ended::TooMuch);
    let seen: usize = run
        .entries
        .iter()
        .map(|entry| match &entry.what {
            What::Sent(wire) | What::Received(wire) => wire.bytes.len(),
            _ => 0,
        })
        .sum();
    assert!(seen <= 2 * scenario::MAX_BYTES, "{seen}");
}
