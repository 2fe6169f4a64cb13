use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::client::{Cause, Message, Stop};
use crate::iot::endpoint::Endpoint;
use crate::lab::Comeback;
use crate::live::record::Phase;
use crate::live::redact;
use crate::live::store::MAX_PAYLOAD;
use crate::mqtt::{
    self, ConnAck, Disconnect, Frame, Packet, PacketId, Properties, Publish, Qos, ReasonCode, Version, encode,
};

/// A host, its clock, and what it ordered and told.
struct Scene {
    host: Host,
    now: Instant,
    opens: Vec<ConnectionRef>,
    closes: Vec<ConnectionRef>,
    sent: Vec<(ConnectionRef, Vec<u8>)>,
    happened: Vec<Happening>,
}

fn actors(count: u32, comeback: Comeback) -> Vec<Actor> {
    let actor = |number| {
        let name = format!("S{number}");
        let mut actor = Actor { comeback, ..Actor::new(&name, 0, Version::V5, &name) };
        actor.connect.keep_alive = 0;
        actor
    };
    (0..count).map(actor).collect()
}

fn id(session: u32) -> SessionId {
    SessionId(session)
}

fn message(topic: &str) -> Message {
    let Action::Publish(message) = Action::publish(topic, "20", Qos::AtMostOnce) else { unreachable!() };
    message
}

impl Scene {
    fn new(sessions: Vec<Actor>) -> Self {
        let mut scene = Self {
            host: Host::new(7),
            now: Instant(0),
            opens: Vec::new(),
            closes: Vec::new(),
            sent: Vec::new(),
            happened: Vec::new(),
        };
        let endpoint = Endpoint::parse("wss://example-ats.iot.eu-west-1.amazonaws.com").unwrap();
        scene.give(Input::Way(Way { endpoint, sign: None }));
        scene.give(Input::Plan { sessions, steps: Vec::new() });
        scene
    }

    fn unlimited(sessions: Vec<Actor>) -> Self {
        let mut scene = Self::new(sessions);
        scene.give(Input::Limits(Limits { sessions: None, rate: None, run: None, rounds: None }));
        scene
    }

    fn give(&mut self, input: Input) {
        self.host.handle(self.now, input);
        while let Some(output) = self.host.poll() {
            match output {
                Output::Open(connection) => self.opens.push(connection),
                Output::Close(connection) => self.closes.push(connection),
                Output::Send(connection, bytes) => self.sent.push((connection, bytes.to_vec())),
                Output::Happened(happening) => self.happened.push(happening),
            }
        }
    }

    fn act(&mut self, session: u32, action: Action) {
        self.give(Input::Act { session: id(session), action });
    }

    /// Lets time pass until `at`, with a wake-up at each deadline.
    fn wait(&mut self, at: u64) {
        while let Some(deadline) = self.host.deadline().filter(|deadline| *deadline <= Instant(at)) {
            self.now = self.now.max(deadline);
            self.give(Input::TimePassed);
        }
        self.now = Instant(at);
    }

    fn receive(&mut self, connection: ConnectionRef, packet: &Packet) {
        self.give(Input::Received(connection, encode(packet, Version::V5).unwrap()));
    }

    fn close(&mut self, connection: ConnectionRef, code: u16) {
        self.give(Input::Closed { connection, code: Some(code), reason: String::new() });
    }

    /// The last asked-for connection of a session is opened and accepted.
    fn accept(&mut self, session: u32) -> ConnectionRef {
        let mut opens = self.opens.iter().rev();
        let connection = *opens.find(|connection| connection.session == id(session)).unwrap();
        self.give(Input::Opened(connection));
        let code = ReasonCode::SUCCESS;
        let answer = ConnAck { session_present: false, code, properties: Properties::default() };
        self.receive(connection, &Packet::ConnAck(answer));
        connection
    }

    fn connect(&mut self, session: u32) -> ConnectionRef {
        self.act(session, Action::Connect);
        self.accept(session)
    }

    /// What was sent by a session, as packets.
    fn packets(&self, session: u32) -> Vec<Packet> {
        let of = self.sent.iter().filter(|(connection, _)| connection.session == id(session));
        of.map(|(_, bytes)| mqtt::decode(&Frame::new(bytes.clone()).unwrap(), Version::V5).unwrap()).collect()
    }

    fn news(&self) -> Vec<&News> {
        let mut all = Vec::new();
        for one in &self.happened {
            if let What::News(news) = &one.what {
                all.push(news);
            }
        }
        all
    }

    fn withheld(&self) -> Vec<&Withheld> {
        let mut all = Vec::new();
        for news in self.news() {
            if let News::Withheld(why) = news {
                all.push(why);
            }
        }
        all
    }

    fn phase(&self, session: u32) -> Phase {
        let mut told = self.happened.iter().rev().filter(|one| one.connection.session == id(session));
        told.find_map(|one| if let What::Phase(phase) = one.what { Some(phase) } else { None })
            .unwrap_or_default()
    }
}

#[test]
fn eight_sockets_connect_at_a_time_and_the_others_in_turn() {
    let mut scene = Scene::unlimited(actors(30, Comeback::Never));
    (0..30).for_each(|session| scene.act(session, Action::Connect));
    assert_eq!((scene.opens.len(), scene.phase(29)), (MAX_CONNECTING, Phase::Connecting));
    for session in 0..30 {
        assert!(scene.opens.len() <= session as usize + MAX_CONNECTING);
        scene.accept(session);
    }
    assert_eq!((scene.opens.len(), scene.phase(29)), (30, Phase::Connected));
}

#[test]
fn refused_handshakes_are_no_storm_and_the_user_may_try_again() {
    for comeback in [Comeback::Never, Comeback::After(Millis(100)), Comeback::Backoff] {
        let mut scene = Scene::unlimited(actors(30, comeback));
        (0..30).for_each(|session| scene.act(session, Action::Connect));
        let mut refused = 0;
        for _ in 0..10_000 {
            let now = scene.now.0 + 100;
            while let Some(connection) = scene.opens.get(refused).copied() {
                refused += 1;
                scene.close(connection, 1006);
            }
            scene.wait(now);
        }
        assert_eq!(refused, 15, "{comeback:?}: eight refusals, and seven that were under way");
        assert!(scene.withheld().iter().all(|why| matches!(why, Withheld::Refusals(8..))));
        assert!((0..30).all(|session| scene.phase(session) == Phase::Idle), "{comeback:?}");
        assert_eq!(scene.host.deadline(), None);
        scene.connect(29);
        assert_eq!((scene.opens.len(), scene.phase(29)), (16, Phase::Connected));
    }
}

#[test]
fn who_is_let_in_does_what_it_does_each_time_and_comes_back_until_the_limit() {
    let on_connect = vec![Action::subscribe("cmd/temperature", Qos::AtLeastOnce)];
    let actor = Actor { on_connect, ..actors(1, Comeback::After(Millis(500))).remove(0) };
    let mut scene = Scene::new(vec![actor]);
    scene.connect(0);
    for round in 1..=5 {
        let connection = *scene.opens.last().unwrap();
        scene.close(connection, 1006);
        assert_eq!(scene.phase(0), Phase::Waiting);
        assert_eq!(scene.news().last(), Some(&&News::ComesBack(Millis(500))));
        scene.wait(round * 500);
        scene.accept(0);
    }
    let subscribes = scene.packets(0).iter().filter(|one| matches!(one, Packet::Subscribe(_))).count();
    assert_eq!((scene.opens.len(), subscribes), (6, 6));
    let connection = *scene.opens.last().unwrap();
    scene.close(connection, 1006);
    assert_eq!((scene.withheld(), scene.phase(0)), (vec![&Withheld::Rounds(5)], Phase::Idle));
    assert_eq!(scene.host.deadline(), None);
}

#[test]
fn a_backoff_ends_when_another_one_has_the_client_id() {
    let mut scene = Scene::new(actors(1, Comeback::Backoff));
    let connection = scene.connect(0);
    scene.close(connection, 1006);
    assert!(matches!(scene.news().last(), Some(News::ComesBack(Millis(..=1000)))));
    scene.wait(1000);
    let connection = scene.accept(0);
    let code = ReasonCode::SESSION_TAKEN_OVER;
    scene.receive(connection, &Packet::Disconnect(Disconnect { code, properties: Properties::default() }));
    assert_eq!((scene.closes.as_slice(), scene.phase(0)), ([connection].as_slice(), Phase::Closing));
    scene.close(connection, 1000);
    assert!(scene.news().contains(&&News::StaysAway(Stop::TakenOver)));
    assert_eq!((scene.phase(0), scene.host.deadline()), (Phase::Idle, None));
}

#[test]
fn a_run_takes_its_steps_in_time_and_ends_with_a_goodbye() {
    let mut scene = Scene::new(actors(2, Comeback::Never));
    let step = |at, session, action| Step { at: Instant(at), session: id(session), action };
    let steps = vec![
        step(2000, 1, Action::publish("dt/temperature", "20", Qos::AtMostOnce)),
        step(0, 0, Action::Connect),
        step(0, 1, Action::Connect),
    ];
    scene.give(Input::Plan { sessions: actors(2, Comeback::Never), steps });
    scene.wait(1000);
    scene.give(Input::Run);
    assert_eq!(scene.opens.iter().map(|connection| connection.session.0).collect::<Vec<_>>(), [0, 1]);
    scene.accept(0);
    scene.accept(1);
    scene.wait(2999);
    assert_eq!(scene.packets(1).len(), 1);
    scene.wait(3000);
    assert!(matches!(&scene.packets(1)[1], Packet::Publish(publish) if publish.topic == "dt/temperature"));
    scene.wait(300_999);
    assert_eq!(scene.phase(0), Phase::Connected);
    scene.wait(301_000);
    assert!((0..2).all(|session| matches!(scene.packets(session).last(), Some(Packet::Disconnect(_)))));
    scene.opens.clone().into_iter().for_each(|connection| scene.close(connection, 1000));
    let ended = Withheld::Run(Millis(300_000));
    assert_eq!(scene.withheld(), [&ended; 3], "once for all, and to each that it stopped");
    let running = |one: &Happening| if let What::Running(running) = one.what { Some(running) } else { None };
    assert_eq!(scene.happened.iter().filter_map(running).collect::<Vec<_>>(), [true, false]);
    assert_eq!(scene.host.deadline(), None);
}

#[test]
fn who_is_stopped_by_a_limit_is_told_that_and_not_that_the_user_did_it() {
    let mut scene = Scene::new(actors(4, Comeback::After(Millis(1000))));
    scene.give(Input::Limits(Limits { run: Some(2500), ..Limits::default() }));
    scene.give(Input::Run);
    let stands = scene.connect(0);
    scene.act(1, Action::Connect);
    let opening = scene.opens[1];
    let lost = scene.connect(2);
    scene.wait(2000);
    scene.close(lost, 1006);
    assert_eq!(
        [0, 1, 2, 3].map(|session| scene.phase(session)),
        [Phase::Connected, Phase::Connecting, Phase::Waiting, Phase::Idle]
    );
    let before = scene.happened.len();
    scene.wait(2500);
    scene.close(stands, 1000);
    scene.close(opening, 1006);
    let told = scene.happened.iter().skip(before).filter_map(|one| match &one.what {
        What::News(news) => Some((one.connection.session, news.clone())),
        _ => None,
    });
    let why = News::Withheld(Withheld::Run(Millis(2500)));
    let everybody = [NOBODY.session, id(0), id(1), id(2)].map(|session| (session, why.clone()));
    assert_eq!(told.collect::<Vec<_>>(), everybody);
    assert!((0..4).all(|session| scene.phase(session) == Phase::Idle));
    assert_eq!((scene.host.deadline(), scene.opens.len()), (None, 3));

    scene.connect(0);
    scene.act(0, Action::Disconnect);
    assert_eq!(
        scene.news().last(),
        Some(&&News::Disconnected { cause: Cause::OwnRequest, paused: None }),
        "this time it was the user"
    );
}

#[test]
fn stop_ends_repetitions_comebacks_and_connections() {
    let mut scene = Scene::unlimited(actors(4, Comeback::After(Millis(500))));
    let first = scene.connect(0);
    let second = scene.connect(1);
    scene.give(Input::Repeat { session: id(0), message: message("dt"), every: Millis(100) });
    scene.close(second, 1006);
    scene.act(2, Action::Connect);
    scene.wait(250);
    assert_eq!(scene.packets(0).len(), 4, "CONNECT and three messages");
    scene.give(Input::Stop);
    assert!(matches!(scene.packets(0).last(), Some(Packet::Disconnect(_))));
    assert_eq!(scene.closes, [first, scene.opens[2]]);
    let closes = scene.closes.clone();
    closes.into_iter().for_each(|connection| scene.close(connection, 1000));
    assert!((0..4).all(|session| scene.phase(session) == Phase::Idle));
    assert_eq!(scene.host.deadline(), None);
    assert!(!scene.news().iter().any(|news| matches!(news, News::Rejected { .. })));
}

#[test]
fn limits_hold_until_they_are_lifted() {
    let mut scene = Scene::new(actors(6, Comeback::Never));
    (0..5).for_each(|session| _ = scene.connect(session));
    scene.act(5, Action::Connect);
    assert_eq!((scene.opens.len(), scene.withheld()), (5, vec![&Withheld::Sessions(5)]));
    scene.give(Input::Repeat { session: id(0), message: message("fast"), every: Millis(50) });
    scene.wait(5000);
    assert_eq!(scene.packets(0).len(), 11, "CONNECT and ten messages");
    assert_eq!(scene.withheld().last(), Some(&&Withheld::Rate(10)));
    scene.give(Input::Limits(Limits { sessions: None, rate: None, run: None, rounds: None }));
    scene.connect(5);
    scene.give(Input::Repeat { session: id(0), message: message("fast"), every: Millis(50) });
    scene.wait(6000);
    assert_eq!(scene.packets(0).len(), 11 + 21);
    scene.give(Input::StopRepeating(id(0)));
    scene.wait(7000);
    assert_eq!(scene.packets(0).len(), 11 + 21);
}

#[test]
fn what_is_not_repeated_any_more_stays_so() {
    let mut scene = Scene::new(actors(1, Comeback::Never));
    scene.connect(0);
    let repeat = |topic| Input::Repeat { session: id(0), message: message(topic), every: Millis(2000) };
    // Ten by hand; the first one of the repetition is the one too many.
    (0..10).for_each(|_| scene.act(0, Action::Publish(message("by-hand"))));
    scene.give(repeat("dt"));
    assert_eq!(scene.withheld(), [&Withheld::Rate(10)]);
    scene.wait(20_000);
    assert_eq!(scene.packets(0).len(), 11, "CONNECT and ten messages");

    scene.give(repeat("no/#/topic"));
    assert!(matches!(scene.news().last(), Some(News::Rejected { repeated: true, .. })));
    let before = scene.happened.len();
    scene.wait(40_000);
    assert_eq!((scene.happened.len(), scene.host.deadline()), (before, Some(scene.host.ran + WATCH)));

    scene.act(0, Action::Publish(message("no/#/topic")));
    assert!(matches!(scene.news().last(), Some(News::Rejected { repeated: false, .. })));
    scene.give(repeat("dt"));
    scene.wait(43_000);
    assert_eq!(scene.packets(0).len(), 11 + 2, "another one is repeated");
}

#[test]
fn a_login_is_on_the_wire_and_nowhere_else() {
    let mut scene = Scene::new(actors(1, Comeback::After(Millis(10))));
    let login = Login {
        user_name: Some(Zeroizing::new("user-NAME".to_owned())),
        password: Some(Zeroizing::new(b"pass-WORD".to_vec())),
    };
    let login = Input::Login(Some(login));
    assert!(!format!("{login:?}").contains("pass"));
    scene.give(login);
    let connection = scene.connect(0);
    let Packet::Connect(connect) = &scene.packets(0)[0] else { panic!("no CONNECT") };
    assert_eq!(connect.user_name.as_deref(), Some("user-NAME"));
    assert_eq!(connect.password.as_deref(), Some(b"pass-WORD".as_slice()));
    let mut batch = crate::live::record::Batch::default();
    scene.happened.iter().for_each(|one| one.write(&mut batch, |news| format!("{news:?}")));
    let shown = String::from_utf8_lossy(batch.bytes()).into_owned();
    assert!(!shown.contains("user-NAME") && !shown.contains("pass-WORD"));
    assert!(shown.contains(redact::REMOVED));

    scene.give(Input::Forget);
    assert_eq!(scene.phase(0), Phase::Connected, "what stands stays");
    scene.close(connection, 1006);
    scene.wait(100_000);
    assert_eq!(scene.withheld(), [&Withheld::Forgotten], "and it does not try again by itself");
    assert_eq!((scene.opens.len(), scene.phase(0)), (1, Phase::Idle));
    scene.act(0, Action::Connect);
    assert_eq!(scene.opens.len(), 1);
    scene.give(Input::Login(None));
    scene.connect(0);
    let Some(Packet::Connect(connect)) = scene.packets(0).pop() else { panic!("no CONNECT") };
    assert_eq!((connect.user_name, connect.password), (None, None));
}

#[test]
fn who_forgot_a_login_connects_without_one_once_that_is_said() {
    let mut scene = Scene::new(actors(1, Comeback::After(Millis(10))));
    let password = Some(Zeroizing::new(b"pass-WORD".to_vec()));
    // Forgetting where nothing was given asks for nothing.
    scene.give(Input::Forget);
    let connection = scene.connect(0);
    scene.give(Input::Login(Some(Login { user_name: None, password })));
    scene.give(Input::Forget);
    scene.close(connection, 1006);
    scene.wait(1000);
    assert_eq!((scene.withheld(), scene.phase(0)), (vec![&Withheld::Forgotten], Phase::Idle));
    // The page hands over an empty login, twice.
    scene.give(Input::Login(None));
    scene.give(Input::Login(None));
    let connection = scene.connect(0);
    let Some(Packet::Connect(connect)) = scene.packets(0).pop() else { panic!("no CONNECT") };
    assert_eq!((connect.user_name, connect.password), (None, None));
    // From then on it also comes back by itself.
    scene.close(connection, 1006);
    scene.wait(2000);
    scene.accept(0);
    assert_eq!((scene.withheld().len(), scene.phase(0)), (1, Phase::Connected));
}

#[test]
fn a_long_payload_keeps_its_beginning_in_the_log() {
    let mut scene = Scene::new(actors(1, Comeback::Never));
    let connection = scene.connect(0);
    let publish = |payload| {
        Packet::Publish(Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: "dt/temperature".to_owned(),
            packet_id: Some(PacketId(9)),
            properties: Properties::default(),
            payload,
        })
    };
    scene.receive(connection, &publish(vec![7; MAX_PAYLOAD + 3]));
    let received = scene.happened.iter().find_map(|one| match &one.what {
        What::Received { bytes, left_out } if bytes.len() > 1000 => Some((bytes.clone(), *left_out)),
        _ => None,
    });
    let shown = encode(&publish(vec![7; MAX_PAYLOAD]), Version::V5).unwrap();
    assert_eq!(received, Some((shown, 3)));
}

#[test]
fn a_session_keeps_what_it_connected_with_until_it_is_connected_anew() {
    let mut scene = Scene::new(actors(1, Comeback::After(Millis(10))));
    let connection = scene.connect(0);
    let other = Actor { comeback: Comeback::Never, ..Actor::new("S0", 0, Version::V5, "other") };
    scene.give(Input::Plan { sessions: vec![other], steps: Vec::new() });
    scene.close(connection, 1006);
    scene.wait(1000);
    let connection = scene.accept(0);
    scene.act(0, Action::Disconnect);
    scene.close(connection, 1000);
    scene.connect(0);
    let ids = scene.packets(0).into_iter().filter_map(|one| match one {
        Packet::Connect(connect) => Some(connect.client_id),
        _ => None,
    });
    assert_eq!(ids.collect::<Vec<_>>(), ["S0", "S0", "other"]);
}

#[test]
fn what_comes_from_an_earlier_connection_changes_nothing() {
    let mut scene = Scene::new(actors(1, Comeback::Never));
    let first = scene.connect(0);
    scene.close(first, 1006);
    scene.connect(0);
    let before = (scene.happened.len(), scene.sent.len());
    scene.receive(first, &Packet::PingResp);
    scene.close(first, 1006);
    scene.give(Input::Opened(first));
    assert_eq!(((scene.happened.len(), scene.sent.len()), scene.phase(0)), (before, Phase::Connected));
}

#[test]
fn a_time_in_which_nothing_ran_is_told_once_and_first() {
    let mut scene = Scene::new(actors(4, Comeback::Never));
    let [first, second, third] = [0, 1, 2].map(|session| scene.connect(session));
    scene.wait(60_000);
    let before = scene.happened.len();
    scene.now = scene.host.deadline().expect("it is on the watch") + Millis(65_000);
    scene.close(first, 1006);
    scene.give(Input::TimePassed);
    scene.close(second, 1006);
    // From this one something is heard again: it has survived.
    scene.receive(third, &Packet::PingResp);
    scene.close(third, 1006);
    let paused = Some(Millis(65_000));
    let told = scene.happened.iter().skip(before).filter(|one| !matches!(one.what, What::Phase(_)));
    let told: Vec<_> = told
        .map(|one| match &one.what {
            What::News(News::Paused(length)) => (one.connection, "paused", Some(*length)),
            What::News(News::Disconnected { cause: Cause::Closed(_), paused }) => {
                (one.connection, "lost", *paused)
            }
            What::Closed(_) => (one.connection, "closed", None),
            What::Received { .. } => (one.connection, "received", None),
            what => panic!("{what:?}"),
        })
        .collect();
    let expected = [
        (NOBODY, "paused", paused),
        (first, "closed", None),
        (first, "lost", paused),
        (second, "closed", None),
        (second, "lost", paused),
        (third, "received", None),
        (third, "closed", None),
        (third, "lost", None),
    ];
    assert_eq!(told, expected);
    // Nobody is there any more: then nothing has to run.
    assert_eq!(scene.host.deadline(), None);
    scene.now = scene.now + Millis(600_000);
    scene.connect(3);
    let pauses = |scene: &Scene| scene.news().iter().filter(|news| matches!(news, News::Paused(_))).count();
    assert_eq!(pauses(&scene), 1);
    scene.now = scene.host.deadline().expect("it is on the watch") + Millis(600_000);
    scene.act(3, Action::Disconnect);
    assert_eq!(pauses(&scene), 2);
    let own = News::Disconnected { cause: Cause::OwnRequest, paused: None };
    assert_eq!(scene.news().last(), Some(&&own), "the user did that");
}

#[test]
fn a_wake_up_that_is_a_little_late_is_nothing_and_who_comes_back_is_engaged() {
    let mut scene = Scene::new(actors(1, Comeback::After(Millis(60_000))));
    let late = |scene: &mut Scene, by: Millis| {
        scene.now = scene.host.deadline().expect("it is on the watch") + by;
        scene.give(Input::TimePassed);
        scene.news().iter().filter(|news| matches!(news, News::Paused(_))).count()
    };
    let connection = scene.connect(0);
    assert_eq!(late(&mut scene, LATE), 0);
    scene.close(connection, 1006);
    assert_eq!(scene.phase(0), Phase::Waiting);
    assert_eq!(late(&mut scene, LATE), 0);
    assert_eq!(late(&mut scene, Millis(LATE.0 + 1)), 1);
    assert_eq!(late(&mut scene, Millis(0)), 1);
    // What was lost before that time is no reason for what ends after it.
    scene.wait(100_000);
    let connection = scene.accept(0);
    scene.close(connection, 1006);
    let lost = |news: &&&News| matches!(news, News::Disconnected { .. });
    let all = scene.news();
    assert!(matches!(all.iter().rfind(lost), Some(News::Disconnected { paused: None, .. })));
}

#[test]
fn what_the_page_notes_is_told_of_nobody_at_its_time() {
    let mut scene = Scene::new(actors(1, Comeback::Never));
    scene.wait(700);
    scene.give(Input::Note("The credentials were renewed.".to_owned()));
    let what = What::Noted("The credentials were renewed.".to_owned());
    assert_eq!(scene.happened, [Happening { at: Instant(700), connection: NOBODY, what }]);
}

#[test]
fn a_plan_that_was_slept_through_is_not_made_up_for_and_what_waits_in_sockets_is_heard_first() {
    let mut scene = Scene::new(Vec::new());
    let mut sessions = actors(1, Comeback::Never);
    sessions[0].connect.keep_alive = 60;
    let step = |at, action| Step { at: Instant(at), session: id(0), action };
    let publish = Action::Publish(message("dt/temperature"));
    let steps = vec![step(0, Action::Connect), step(60_000, publish), step(90_000, Action::Disconnect)];
    scene.give(Input::Plan { sessions, steps });
    scene.give(Input::Run);
    let connection = scene.accept(0);
    scene.wait(30_000);
    let before = scene.sent.len();
    scene.now = scene.now + Millis(3_600_000);
    scene.give(Input::TimePassed);
    assert_eq!(scene.withheld(), [&Withheld::Steps(2)]);
    assert_eq!(scene.sent.len(), before, "nobody is taken for silent yet, and no step is taken");
    // MQTT 5: the server says itself why, and the sentence says what was before.
    let keep_alive =
        Packet::Disconnect(Disconnect { code: ReasonCode(0x8D), properties: Properties::default() });
    scene.receive(connection, &keep_alive);
    let ended = |news: &&&News| matches!(news, News::Disconnected { paused: Some(_), .. });
    assert!(scene.news().iter().any(|news| ended(&news)), "{:?}", scene.news().last());
}

fn anything() -> impl Strategy<Value = (u8, u32, u32, u64, Vec<u8>)> {
    (0..14_u8, 0..6_u32, 0..4_u32, 0..2000_u64, prop::collection::vec(any::<u8>(), 0..12))
}

proptest! {
    /// Sockets that open, close and speak when nobody asked, and a user who presses everything.
    #[test]
    fn no_input_breaks_it(inputs in prop::collection::vec(anything(), 0..120)) {
        let comebacks = [Comeback::Never, Comeback::Backoff, Comeback::After(Millis(3))];
        let one = |comeback: &Comeback| actors(2, *comeback);
        let mut scene = Scene::new(comebacks.iter().flat_map(one).collect());
        let mut asked = BTreeMap::new();
        for (kind, session, number, wait, bytes) in inputs {
            let connection = ConnectionRef { session: id(session), number };
            match kind {
                0..=2 => scene.act(session, Action::Connect),
                3 => scene.act(session, Action::Disconnect),
                4 => scene.give(Input::Repeat { session: id(session), message: message("a"), every: Millis(wait) }),
                5 => scene.act(session, Action::Publish(message("a/#"))),
                6 => scene.give(Input::Run),
                7 => scene.give(Input::Stop),
                8 => scene.give(Input::Opened(connection)),
                9 => scene.give(Input::Received(connection, bytes)),
                10 => scene.give(Input::Received(connection, vec![0x20, 3, 0, 0, 0])),
                11 => scene.give(Input::Closed { connection, code: Some(1006), reason: String::new() }),
                12 => scene.give(Input::Closed { connection, code: None, reason: "no".to_owned() }),
                _ => scene.wait(scene.now.0 + wait),
            }
            let opening = scene.host.clients.values().filter(|client| client.transport == Transport::Opening);
            prop_assert!(opening.count() <= MAX_CONNECTING);
        }
        for connection in &scene.opens {
            prop_assert_eq!(asked.insert(*connection, ()), None);
        }
        // Everybody can be sent home.
        scene.give(Input::Stop);
        let closes = scene.opens.clone();
        closes.into_iter().for_each(|connection| scene.close(connection, 1006));
        prop_assert_eq!(scene.host.deadline(), None);
        prop_assert!((0..6).all(|session| scene.phase(session) == Phase::Idle));
    }
}
