//! The player: runs of a scenario, a cursor on the entries of one of them, and time that passes while it plays.
//!
//! What is played is given as a scenario, or as a log that was opened; how it was written is not known here. A branch is
//! a scenario too: the one of the run that it leaves, with a change. So it is played from its beginning, and up to the
//! change it is the same run, to the byte.
//!
//! Knows no clock: a tick says how much time has passed.

use std::rc::Rc;

use super::branch::{Branch, Change, Form, FormMsg};
use super::moment::Moment;
use crate::app::sessions::{EVENT_ID, Effect};
use crate::broker::{DisconnectReason, News, Verdict};
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Actor, Comeback, Recording, Scenario, Step, World, presets};
use crate::timeline::log::Log;
use crate::timeline::{Entry, Finding, FindingKind, Participant, Record, SessionId, What, diagnose};

/// Runs that are kept at most, the script's own included.
pub const MAX_RUNS: usize = 8;
/// A tick counts at most this many milliseconds: a page that was hidden goes on where it was.
const LONGEST_TICK: u32 = 250;
/// As fast as it goes is through any run in this many ticks.
const TICKS_OF_A_RUN: usize = 150;

/// What is played, what came of it, and where the user looks.
#[derive(Clone, Debug)]
pub struct Player {
    played: Played,
    /// The first one is that of the script, or the log; the others were made from it.
    pub runs: Vec<Take>,
    /// The run that is looked at, by its place.
    pub shown: usize,
    /// The entry that is looked at, by its index; none before anything has happened.
    pub cursor: Option<usize>,
    /// What there was just after it.
    pub moment: Rc<Moment>,
    /// Time passes.
    playing: Option<Playing>,
    /// How fast.
    pub speed: Speed,
    /// What is to be otherwise in the next branch.
    pub form: Form,
    /// On a small screen: which part is shown.
    pub pane: Pane,
    /// The cursor is where it was put by itself.
    untouched: bool,
    /// The number of the last run.
    numbers: usize,
    /// The world at the cursor, from which the next is not far.
    world: Option<Rc<World>>,
}

/// What is played.
#[derive(Clone, Debug)]
enum Played {
    Scenario(Rc<Scenario>),
    Log,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Take {
    /// Counts the runs from 1.
    pub number: usize,
    /// It was made by the demonstration of a war, and not from the script.
    pub war: bool,
    /// What is otherwise in it, one change after the other.
    pub branches: Vec<Branch>,
    /// What happened.
    pub record: Rc<Record>,
    /// The way back to each moment; none of a log.
    pub recording: Option<Rc<Recording>>,
    /// The entry where there is most to see.
    pub interesting: Option<usize>,
    /// The script has changed since.
    stale: bool,
}

#[derive(Clone, Copy, Debug)]
struct Playing {
    /// In quarters of a millisecond of the run's time, so that the slowest speed loses nothing.
    clock: u64,
    /// It stops at this entry.
    until: Option<usize>,
}

/// How fast the run's time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// So many quarters of real time.
    Quarters(u8),
    /// The pauses are left out.
    Fastest,
}

/// What a small screen shows beside the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The log.
    Log,
    /// What the broker holds.
    Broker,
    /// The explanation of the event.
    #[default]
    Why,
}

/// What the user did to the player, or time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Looks at another entry.
    Go(Go),
    /// Wants to see the entry that something was found by, with the focus there.
    Find(usize),
    /// Lets time pass, or stops it.
    Toggle,
    /// So many milliseconds have passed.
    Tick(u32),
    /// Chose a speed.
    Speed(Speed),
    /// Looks at another run, by its place.
    Show(usize),
    /// Throws a run away, by its place.
    Close(usize),
    /// Says what is to be otherwise.
    Form(FormMsg),
    /// Goes on from the cursor with that.
    Branch,
    /// Plays without the step that the entry at the cursor goes back to.
    Skip,
    /// Wants to see a takeover war.
    War,
    /// On a small screen: wants to see another part.
    Pane(Pane),
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// The first entry.
    First,
    /// The one before.
    Previous,
    /// The one after.
    Next,
    /// The last one.
    Last,
    /// The one before of the same session.
    PreviousOfSession,
    /// The one after of the same session.
    NextOfSession,
    /// This one, by its index.
    To(usize),
}

impl Player {
    /// Plays a scenario; the cursor stands where there is most to see.
    #[must_use]
    pub fn new(scenario: Scenario) -> Self {
        let first = Take::played(1, false, Vec::new(), &scenario);
        Self::with(Played::Scenario(Rc::new(scenario)), first)
    }

    /// Shows a log.
    #[must_use]
    pub fn of_log(log: Log) -> Self {
        Self::with(Played::Log, Take::read(log))
    }

    fn with(played: Played, first: Take) -> Self {
        let mut player = Self {
            played,
            cursor: first.interesting,
            runs: vec![first],
            shown: 0,
            moment: Rc::default(),
            playing: None,
            speed: Speed::NORMAL,
            form: Form::default(),
            pane: Pane::default(),
            untouched: true,
            numbers: 1,
            world: None,
        };
        player.look();
        player
    }

    /// Plays another scenario, or the same again, in which case nothing changes. The runs that were made from it are made
    /// again when they are looked at, if the new one has the same steps.
    pub fn play(&mut self, scenario: Scenario) {
        let runs = match &self.played {
            Played::Scenario(before) if **before == scenario => return,
            Played::Scenario(before) if alike(before, &scenario) => {
                let made = self.runs.iter().skip(1).cloned();
                made.map(|run| Take { stale: true, ..run }).collect()
            }
            _ => Vec::new(),
        };
        let (speed, pane, form, numbers) = (self.speed, self.pane, self.form.clone(), self.numbers);
        *self = Self { speed, pane, form, ..Self::new(scenario) };
        self.numbers = if runs.is_empty() { 1 } else { numbers };
        self.runs.extend(runs);
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Tick(millis) => self.tick(millis),
            Msg::Toggle if self.playing.is_none() => self.start(),
            Msg::Speed(speed) => self.speed = speed,
            Msg::Pane(pane) => self.pane = pane,
            Msg::Form(msg) => self.form.update(msg),
            Msg::Close(run) => self.close(run),
            other => {
                self.playing = None;
                match other {
                    Msg::Find(entry) => {
                        self.go(Go::To(entry));
                        return vec![Effect::Focus(EVENT_ID)];
                    }
                    Msg::Go(go) => self.go(go),
                    Msg::Show(run) => self.show(run),
                    Msg::Branch => self.branch(),
                    Msg::Skip => self.skip(),
                    Msg::War => self.war(),
                    _ => {}
                }
            }
        }
        if self.playing.is_some() { vec![Effect::Tick] } else { Vec::new() }
    }

    /// The run that is looked at. There always is one.
    #[must_use]
    pub fn run(&self) -> Option<&Take> {
        self.runs.get(self.shown)
    }

    /// What happened in the run that is looked at.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.run().map_or(&[], |run| &run.record.entries)
    }

    /// The entry at the cursor.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.entries().get(self.cursor?)
    }

    /// The scenario of the run that is looked at; none of a log.
    #[must_use]
    pub fn scenario(&self) -> Option<&Scenario> {
        self.run()?.recording.as_ref().map(|recording| &*recording.run.scenario)
    }

    /// The step that the entry at the cursor goes back to, and its index.
    #[must_use]
    pub fn because(&self) -> Option<(usize, &Step)> {
        let step = self.run()?.recording.as_ref()?.because(self.cursor?)?;
        Some((step, self.scenario()?.steps.get(step)?))
    }

    /// Steps that come after the cursor, each with its index.
    pub fn to_come(&self) -> impl Iterator<Item = (usize, &Step)> {
        let now = self.moment.at;
        let steps = self.scenario().map_or(&[][..], |scenario| &scenario.steps);
        steps.iter().enumerate().filter(move |(_, step)| step.at > now)
    }

    /// Whether time passes.
    #[must_use]
    pub fn plays(&self) -> bool {
        self.playing.is_some()
    }

    /// The run's time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.playing.map_or(self.moment.at, |playing| Instant(playing.clock / 4))
    }

    /// Whether another run can be made.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.runs.len() < MAX_RUNS
    }

    fn last(&self) -> Option<usize> {
        self.entries().len().checked_sub(1)
    }

    fn go(&mut self, go: Go) {
        let entries = self.entries();
        let here = self.cursor;
        let session = self.entry().map(|entry| entry.connection.session);
        let same = |entry: &Entry| Some(entry.connection.session) == session;
        let wanted = match (go, here) {
            (Go::First, _) | (Go::Next | Go::NextOfSession, None) => Some(0),
            (Go::Last, _) => self.last(),
            (Go::To(entry), _) => Some(entry),
            (Go::Previous, Some(here)) => Some(here.saturating_sub(1)),
            (Go::Next, Some(here)) => Some(here.saturating_add(1)),
            (Go::PreviousOfSession, Some(here)) => {
                entries.get(..here).and_then(|before| before.iter().rposition(same)).or(Some(here))
            }
            (Go::NextOfSession, Some(here)) => {
                let after = entries.iter().enumerate().skip(here + 1);
                after.into_iter().find(|(_, entry)| same(entry)).map(|(index, _)| index).or(Some(here))
            }
            (Go::Previous | Go::PreviousOfSession, None) => None,
        };
        self.untouched = false;
        self.set_cursor(wanted.zip(self.last()).map(|(wanted, last)| wanted.min(last)));
    }

    fn set_cursor(&mut self, cursor: Option<usize>) {
        if self.cursor != cursor {
            self.cursor = cursor;
            self.look();
        }
    }

    /// Lets time pass: from the cursor, or from the beginning when the user has not looked around yet, or at the end.
    /// From the beginning it stops where there is most to see, so that it can be read; another press goes on.
    fn start(&mut self) {
        if self.last().is_none() {
            return;
        }
        if self.untouched || self.cursor == self.last() {
            self.set_cursor(None);
        }
        self.untouched = false;
        let clock = self.moment.at.0.saturating_mul(4);
        let until = self.run().and_then(|run| run.interesting).filter(|_| self.cursor.is_none());
        self.playing = Some(Playing { clock, until });
    }

    fn tick(&mut self, millis: u32) {
        let (Some(Playing { mut clock, until }), Some(last)) = (self.playing, self.last()) else { return };
        let here = self.cursor.map_or(0, |here| here + 1);
        let passed = match self.speed {
            Speed::Quarters(quarters) => {
                clock += u64::from(millis.min(LONGEST_TICK)) * u64::from(quarters);
                self.entries().partition_point(|entry| entry.at.0.saturating_mul(4) <= clock)
            }
            Speed::Fastest => here + self.entries().len() / TICKS_OF_A_RUN + 1,
        };
        let stop = until.unwrap_or(last).min(last);
        let cursor = passed.checked_sub(1).map(|passed| passed.min(stop));
        self.set_cursor(cursor);
        if self.speed == Speed::Fastest {
            clock = self.moment.at.0.saturating_mul(4);
        }
        self.playing = (cursor != Some(stop)).then_some(Playing { clock, until });
    }

    fn show(&mut self, place: usize) {
        let Some(run) = self.runs.get(place) else { return };
        if run.stale
            && let Played::Scenario(script) = &self.played
        {
            let again = Take::made(run.number, run.war, run.branches.clone(), script);
            if let Some(run) = self.runs.get_mut(place) {
                *run = again;
            }
        }
        self.shown = place;
        let at = self.runs.get(place).and_then(|run| run.interesting);
        self.stand(at);
    }

    /// Looks at an entry of a run that was not looked at before.
    fn stand(&mut self, cursor: Option<usize>) {
        self.cursor = cursor;
        self.untouched = true;
        self.world = None;
        self.look();
    }

    fn close(&mut self, place: usize) {
        if place == 0 || place >= self.runs.len() {
            return;
        }
        self.runs.remove(place);
        if self.shown == place {
            self.playing = None;
            self.show(place - 1);
        } else if self.shown > place {
            self.shown -= 1;
        }
    }

    fn branch(&mut self) {
        let at = self.moment.at + Millis(1);
        let change = self.scenario().and_then(|scenario| self.form.change(scenario, &self.moment).ok());
        if let Some(change) = change {
            self.leave(Branch { at, change });
        }
    }

    fn skip(&mut self) {
        if let Some((step, Step { at, .. })) = self.because() {
            let branch = Branch { at: *at, change: Change::LeaveOut(step) };
            self.leave(branch);
        }
    }

    /// Makes a run that is otherwise than the one that is looked at; the cursor stands where it begins to be.
    fn leave(&mut self, branch: Branch) {
        let (Some(from), Played::Scenario(script)) = (self.run(), &self.played) else { return };
        if !self.has_room() {
            return;
        }
        let branches = from.branches.iter().cloned().chain([branch]).collect();
        let run = Take::made(self.numbers + 1, from.war, branches, script);
        let (before, after) = (&from.record.entries, &run.record.entries);
        let same = before.iter().zip(after).take_while(|(before, after)| before == after).count();
        let cursor = after.len().checked_sub(1).map(|last| last.min(same));
        self.add(run, cursor);
        self.untouched = false;
    }

    fn add(&mut self, run: Take, cursor: Option<usize>) {
        self.numbers = run.number;
        self.shown = self.runs.len();
        self.runs.push(run);
        self.stand(cursor);
    }

    /// Plays a takeover war from its beginning, up to where the diagnosis names it.
    fn war(&mut self) {
        if let Some(place) = self.runs.iter().position(|run| run.war && run.branches.is_empty()) {
            self.show(place);
        } else if let Played::Scenario(script) = &self.played
            && self.has_room()
        {
            let run = Take::made(self.numbers + 1, true, Vec::new(), script);
            self.add(run, None);
        }
        if self.run().is_some_and(|run| run.war) {
            self.set_cursor(None);
            self.start();
        }
    }

    /// Looks at what there is at the cursor.
    fn look(&mut self) {
        let Some(run) = self.runs.get(self.shown) else { return };
        let near = self.world.take().map(Rc::unwrap_or_clone);
        let world = run.recording.as_ref().map(|recording| recording.world_at(self.cursor, near));
        self.moment = Rc::new(Moment::new(&run.record, self.cursor, world.as_ref()));
        self.world = world.map(Rc::new);
    }
}

impl Take {
    /// The run that is made from a script.
    fn made(number: usize, war: bool, branches: Vec<Branch>, script: &Scenario) -> Self {
        let scenario = if war { self::war(script) } else { script.clone() };
        let scenario = branches.iter().fold(scenario, |scenario, branch| branch.of(scenario));
        Self::played(number, war, branches, &scenario)
    }

    fn played(number: usize, war: bool, branches: Vec<Branch>, scenario: &Scenario) -> Self {
        let recording = Recording::new(scenario.clone());
        let participant = |actor: &Actor| Participant {
            name: actor.name.clone(),
            client_id: actor.connect.client_id.clone(),
            version: actor.connect.version,
        };
        let sessions = scenario.sessions.iter().map(participant).collect();
        let record = Record::new(sessions, recording.run.entries.clone(), recording.end());
        let interesting = most_interesting(&record);
        let recording = Some(Rc::new(recording));
        Self { number, war, branches, record: Rc::new(record), recording, interesting, stale: false }
    }

    fn read(log: Log) -> Self {
        let record = Record::of_log(log);
        let interesting = most_interesting(&record);
        let (war, branches, recording) = (false, Vec::new(), None);
        Self { number: 1, war, branches, record: Rc::new(record), recording, interesting, stale: false }
    }
}

impl Speed {
    /// As in reality.
    pub const NORMAL: Self = Self::Quarters(4);
    /// Those that can be chosen, the slowest first.
    pub const ALL: [Self; 8] = [
        Self::Quarters(1),
        Self::Quarters(2),
        Self::NORMAL,
        Self::Quarters(8),
        Self::Quarters(16),
        Self::Quarters(32),
        Self::Quarters(64),
        Self::Fastest,
    ];
}

/// Whether what was changed in one can be changed in the other.
fn alike(one: &Scenario, other: &Scenario) -> bool {
    let place = |step: &Step| (step.at, step.session);
    one.sessions.len() == other.sessions.len()
        && one.steps.iter().map(place).eq(other.steps.iter().map(place))
}

/// The entry to explain first: the takeover with which a war is found, else the first takeover, else the first refusal,
/// else the end of what else was found, else the last one.
#[must_use]
pub fn most_interesting(record: &Record) -> Option<usize> {
    let takeover = |entry: &Entry| {
        matches!(&entry.what, What::Broker(News::Disconnected { cause, .. })
            if cause.reason() == DisconnectReason::DuplicateClientId)
    };
    let refusal = |entry: &Entry| matches!(entry.what, What::Decided { verdict: Verdict::Refused, .. });
    let war = record.findings.iter().find(|found| matches!(found.kind, FindingKind::TakeoverWar { .. }));
    let last = |found: &Finding| found.evidence.last().copied();
    let entries = &record.entries;
    war.and_then(|war| entries.get(..=last(war)?)?.iter().rposition(takeover))
        .or_else(|| entries.iter().position(takeover))
        .or_else(|| entries.iter().position(refusal))
        .or_else(|| war.or(record.findings.first()).and_then(last))
        .or_else(|| entries.len().checked_sub(1))
}

/// Two clients like the first one of the script that is let in, both of which come back when they are thrown out; the
/// article's device where none is. It ends soon after the diagnosis has named the war.
fn war(script: &Scenario) -> Scenario {
    /// They come back after this time: often enough to be watched, and not too often for the broker, which takes one
    /// CONNECT a second.
    const PAUSE: Millis = Millis(1500);
    /// Nobody would watch for longer.
    const LONGEST: Instant = Instant(15_000);
    let first = Recording::new(script.clone());
    let let_in = first.run.entries.iter().find_map(|entry| match &entry.what {
        What::Broker(News::Connected { .. }) => script.sessions.get(entry.connection.session.0 as usize),
        _ => None,
    });
    let mut scenario = script.clone();
    let mut actor = match let_in {
        Some(actor) => actor.clone(),
        None => {
            scenario.identities = vec![presets::article_identity(presets::ARTICLE_POLICY)];
            Actor::new("A", 0, crate::mqtt::Version::V311, "temp-sensor-01")
        }
    };
    actor.comeback = Comeback::After(PAUSE);
    actor.on_connect.clear();
    actor.leaves = false;
    actor.program = None;
    let named = |name: &str| Actor { name: name.to_owned(), ..actor.clone() };
    scenario.sessions = vec![named("A"), named("B")];
    let connects =
        |at, session| Step { at: Instant(at), session: SessionId(session), action: Action::Connect };
    scenario.steps = vec![connects(0, 0), connects(1000, 1)];
    scenario.expectations.clear();
    scenario.network_changes.clear();
    scenario.end = LONGEST;
    let entries = crate::lab::run(&scenario).entries;
    let takeovers = diagnose(&entries).into_iter().filter_map(|found| found.evidence.last().copied());
    let named = |last: &usize| {
        let past = entries.get(..=*last).unwrap_or_default();
        diagnose(past).iter().any(|found| matches!(found.kind, FindingKind::TakeoverWar { .. }))
    };
    if let Some(named) = takeovers.into_iter().find(named).and_then(|last| entries.get(last)) {
        scenario.end = (named.at + Millis(1000)).min(LONGEST);
    }
    scenario
}
