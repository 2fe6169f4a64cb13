//! The timeline's drawing: the article's takeover and a war as SVG and as text, and its bounds. `UPDATE_CASES=1` writes
//! the golden files anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::{env, fs, path::PathBuf};

use iot_policy_lab::{
    broker::Verdict,
    iot::time::Instant,
    lab::{self, Scenario, format, presets},
    mqtt::Version,
    timeline::{
        ConnectionRef, Participant, Record, SessionId,
        drawing::{BarKind, Drawing, Ending, MAX_LANES, MAX_SHAPES, MarkKind, View, draw},
        log,
    },
    words,
};

fn record(scenario: &Scenario) -> Record {
    lab::run(scenario).record()
}

fn whole(record: &Record, width: u32) -> Drawing {
    draw(record, View::whole(record, width))
}

fn file(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "cases", "scenarios", name].iter().collect();
    fs::read_to_string(path).unwrap()
}

fn war() -> Record {
    record(&format::read(&file("war.json"), |name| Some(file(name))).unwrap())
}

fn golden(name: &str, text: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(
        text,
        fs::read_to_string(&path).unwrap(),
        "UPDATE_CASES=1 cargo test --test drawing writes {name} anew"
    );
}

#[test]
fn the_article_s_takeover_is_drawn_as_it_was() {
    for (version, name) in [(Version::V311, "takeover"), (Version::V5, "takeover-5")] {
        let record = record(&presets::takeover(version));
        golden(&format!("{name}.svg"), &words::drawing::svg(&record, &whole(&record, 900)));
        golden(&format!("{name}.txt"), &words::drawing::text(&record, &whole(&record, 672)));
    }
}

#[test]
fn a_war_is_drawn_as_it_was() {
    let record = war();
    golden("war.timeline.svg", &words::drawing::svg(&record, &whole(&record, 900)));
    golden("war.timeline.txt", &words::drawing::text(&record, &whole(&record, 672)));
}

#[test]
fn the_takeover_joins_the_newcomer_s_connect_to_the_end_of_the_older_connection() {
    let record = record(&presets::takeover(Version::V311));
    let drawing = whole(&record, 900);
    let [both, refused] = drawing.groups.as_slice() else { panic!("{:#?}", drawing.groups) };
    assert_eq!(
        (both.client_id.as_str(), refused.client_id.as_str()),
        ("temp-sensor-01", "temp-sensor-01_01")
    );
    let [old, new] = both.lanes.as_slice() else { panic!("{:#?}", both.lanes) };
    let [join] = both.joins.as_slice() else { panic!("{:#?}", both.joins) };
    let connect = new.marks.iter().find(|mark| mark.kind == MarkKind::Sent).unwrap();
    let end = old.marks.iter().find(|mark| mark.kind == MarkKind::Ended(Ending::TakenOver)).unwrap();
    assert_eq!(join.from.map(|(x, _)| x), Some(connect.x));
    assert_eq!(join.to, (end.x, end.y));
    assert_eq!(join.by, Some(record.entries[connect.first].connection));
    let kinds = |lane: usize| both.lanes[lane].bars.iter().map(|bar| bar.kind).collect::<Vec<_>>();
    assert_eq!(kinds(0), [BarKind::Handshake, BarKind::Connected]);
    // B stands until the record ends; C never stood.
    let last = new.bars.last().unwrap();
    assert_eq!(last.x + last.width, drawing.view.x(record.end));
    assert_eq!(refused.lanes[0].bars.iter().map(|bar| bar.kind).collect::<Vec<_>>(), [BarKind::Refused]);
    assert!(refused.lanes[0].marks.iter().any(|mark| mark.kind == MarkKind::Decided(Verdict::Refused)));
}

#[test]
fn a_war_has_a_bracket_over_its_takeovers() {
    let record = war();
    let drawing = draw(&record, View::new(Instant(0), Instant(20_000), 900));
    let brackets: Vec<_> = drawing.groups.iter().flat_map(|group| &group.brackets).collect();
    let [bracket] = brackets.as_slice() else { panic!("{brackets:?}") };
    assert!(bracket.rounds >= 3);
    let joins = drawing.groups.iter().flat_map(|group| &group.joins);
    assert!(joins.clone().count() >= 3);
    for join in joins {
        assert!((bracket.x..=bracket.x + bracket.width + 8).contains(&join.to.0), "{join:?} {bracket:?}");
    }
}

#[test]
fn the_lane_above_and_the_one_below_are_reached_from_any_event() {
    let record = record(&presets::takeover(Version::V311));
    let drawing = whole(&record, 900);
    let connection = |entry: usize| record.entries[entry].connection;
    let [old, new, refused] =
        [0, 1, 2].map(|session| ConnectionRef { session: SessionId(session), number: 1 });
    let mut at = drawing.beside(None, true);
    for expected in [old, new, refused] {
        let entry = at.unwrap();
        assert_eq!(connection(entry), expected);
        at = drawing.beside(Some(&record.entries[entry]), true);
    }
    assert_eq!(at, None, "nothing is below the last one");
    let last = record.entries.iter().rposition(|entry| entry.connection == new).unwrap();
    let above = drawing.beside(Some(&record.entries[last]), false).unwrap();
    assert_eq!(connection(above), old);
    let end = record.entries.iter().rfind(|entry| entry.connection == old).unwrap();
    assert_eq!(
        record.entries[above].at, end.at,
        "nearest to the newcomer's last event is the end of the older one"
    );
    assert_eq!(drawing.beside(Some(&record.entries[0]), false), None);
    assert_eq!(whole(&Record::default(), 900).beside(None, true), None);
}

#[test]
fn a_press_means_the_nearest_mark_and_the_cursor_finds_it_again() {
    let record = record(&presets::takeover(Version::V5));
    let drawing = whole(&record, 900);
    let mut marks = 0;
    for lane in drawing.lanes() {
        for mark in &lane.marks {
            marks += 1;
            let found = drawing.at(mark.x + 2, mark.y).unwrap();
            assert_eq!(found, mark.first);
            let (x, at) = drawing.cursor(found, &record.entries[found]);
            assert_eq!(at, Some(*mark));
            // The end of a connection is marked behind its bar.
            assert!(mark.x - x <= 8);
        }
    }
    assert!(marks > 10);
    assert_eq!(whole(&Record::default(), 900).at(10, 10), None);
}

#[test]
fn nothing_happened_is_a_drawing_too() {
    let record = Record::default();
    let drawing = whole(&record, 0);
    assert_eq!((drawing.groups.len(), drawing.rail.len()), (0, 0));
    assert_eq!(drawing.view.width(), 160);
    assert!(words::drawing::svg(&record, &drawing).contains("0 connections"));
    assert!(words::drawing::text(&record, &drawing).starts_with("t (s)"));
}

/// The article's takeover as a log of `count` connections, each a few milliseconds after the one before; `sessions` of
/// them take turns, `ids` client IDs too.
fn crowd(count: u64, sessions: u64, ids: u64) -> Record {
    let record = record(&presets::takeover(Version::V311));
    let mut entries = Vec::new();
    for number in 0..count {
        for entry in record.entries.iter().filter(|entry| entry.connection.session.0 == 0) {
            let mut entry = entry.clone();
            entry.at = Instant(entry.at.0 + number * 50);
            entry.connection.session.0 = u32::try_from(number % sessions).unwrap();
            entry.connection.number = u32::try_from(number / sessions + 1).unwrap();
            if let iot_policy_lab::timeline::What::Sent(wire) = &mut entry.what
                && let Ok(iot_policy_lab::mqtt::Packet::Connect(connect)) = &mut wire.packet
            {
                connect.client_id = format!("client-{}", number % ids);
            }
            entries.push(entry);
        }
    }
    entries.sort_by_key(|entry| entry.at);
    let sessions = (0..sessions).map(|number| Participant {
        name: format!("S{number}"),
        client_id: String::new(),
        version: Version::V311,
    });
    Record::new(sessions.collect(), entries, Instant(0))
}

#[test]
fn however_much_happens_the_drawing_is_bounded_and_stays_inside() {
    for (count, sessions, ids) in [(1_000, 2, 1), (1_000, 50, 50), (1_000, 1_000, 1_000), (1_000, 3, 500)] {
        let record = crowd(count, sessions, ids);
        assert!(record.entries.len() >= 10_000, "{}", record.entries.len());
        for width in [160, 900, 8_000] {
            let drawing = whole(&record, width);
            assert!(drawing.shapes() <= MAX_SHAPES, "{}", drawing.shapes());
            let lanes = drawing.lanes().count();
            assert!(lanes <= MAX_LANES);
            let shown: usize = drawing.lanes().map(|lane| lane.count).sum();
            assert_eq!(shown + drawing.left_out, usize::try_from(count).unwrap());
            for lane in drawing.lanes() {
                assert!(lane.y + 44 <= drawing.height);
                assert!(lane.bars.iter().all(|bar| bar.x + bar.width <= width));
                assert!(lane.marks.iter().all(|mark| mark.x <= width && mark.y <= drawing.height));
            }
            // Every packet is drawn, if only as one of a count.
            if lanes < MAX_LANES {
                let marks = drawing.lanes().flat_map(|lane| &lane.marks);
                let sent = marks.filter(|mark| mark.kind == MarkKind::Sent).map(|mark| mark.count);
                let packets = record.entries.iter();
                let packets =
                    packets.filter(|entry| matches!(entry.what, iot_policy_lab::timeline::What::Sent(_)));
                assert_eq!(sent.sum::<usize>(), packets.count());
            }
        }
    }
}

#[test]
fn a_closer_look_shows_apart_what_was_one_mark() {
    let record = record(&presets::takeover(Version::V311));
    let whole = View::whole(&record, 300);
    let at = record.entries[0].at;
    let count =
        |view| draw(&record, view).lanes().next().unwrap().marks.iter().map(|mark| mark.count).max().unwrap();
    let mut view = whole;
    while !view.is_closest() {
        let x = view.x(at);
        view = view.closer(at);
        assert!(view.x(at).abs_diff(x) <= 2, "the moment stays where it was");
    }
    assert!(count(whole) > 1);
    assert_eq!(count(view), 1);
    let far = record.end;
    let moved = view.showing(far, &whole);
    assert!(moved.from() <= far && far <= moved.to() && moved.to() - moved.from() == view.to() - view.from());
    assert_eq!(moved.showing(far, &whole), moved);
    while view != whole {
        let wider = view.farther(at, &whole);
        assert!(wider.to() - wider.from() > view.to() - view.from());
        view = wider;
    }
}

#[test]
fn what_users_typed_is_text_and_nothing_else() {
    let mut scenario = presets::takeover(Version::V5);
    scenario.sessions[0].name = "<script>alert(1)</script>".to_owned();
    scenario.sessions[0].connect.client_id = "\"><image href=x>&\u{1b}[31m".to_owned();
    let record = record(&scenario);
    let svg = words::drawing::svg(&record, &whole(&record, 900));
    assert!(!svg.contains("<script") && !svg.contains("<image") && !svg.contains('\u{1b}'));
    assert!(svg.contains("&lt;image href=x&gt;&amp;"));
    assert!(!words::drawing::text(&record, &whole(&record, 672)).contains('\u{1b}'));
}

#[test]
fn a_log_that_was_read_back_is_drawn_like_the_run() {
    let record = record(&presets::takeover(Version::V5));
    let names: Vec<String> = record.sessions.iter().map(|session| session.name.clone()).collect();
    let text = log::write(&names, &record.entries, |_| Version::V5, |_| "said".to_owned());
    let read = Record::of_log(log::read(&text));
    assert_eq!(read.sessions, record.sessions);
    let (drawn, again) = (whole(&record, 900), draw(&read, View::whole(&record, 900)));
    assert_eq!(drawn.rail, again.rail);
    for (one, other) in drawn.lanes().zip(again.lanes()) {
        assert_eq!((one.session, one.number, one.y), (other.session, other.number, other.y));
    }
    assert_eq!(drawn.groups[0].joins, again.groups[0].joins);
}

#[test]
fn moments_at_the_end_of_all_time_are_no_trouble() {
    let mut record = record(&presets::takeover(Version::V311));
    for (entry, number) in record.entries.iter_mut().zip(0_u64..) {
        entry.at = Instant(if number % 2 == 0 { u64::MAX - number } else { number });
    }
    let record = Record::new(record.sessions, record.entries, Instant(u64::MAX));
    for width in [0, 900, u32::MAX] {
        let drawing = whole(&record, width);
        assert!(drawing.shapes() <= MAX_SHAPES);
        assert!(words::drawing::svg(&record, &drawing).ends_with("</svg>\n"));
        assert!(words::drawing::text(&record, &drawing).lines().count() > 3);
        let mut view = drawing.view;
        for at in [0, u64::MAX, 7] {
            view = view
                .closer(Instant(at))
                .showing(Instant(at), &drawing.view)
                .farther(Instant(at), &drawing.view);
            assert!(draw(&record, view).shapes() <= MAX_SHAPES);
        }
    }
}
