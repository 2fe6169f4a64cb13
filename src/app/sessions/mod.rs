//! Simulate, Live, the lessons and the reference: the state of their screens and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

pub mod lessons;
pub mod live;
pub mod reference;
pub mod script;
pub mod simulate;
pub mod window;

use crate::app::check::comes_with;
use crate::app::check::files::Opened;
use crate::app::presenter;
use crate::app::workspace::{Screen, TextField, Workspace};
use crate::iot::endpoint::Endpoint;
use crate::live::wire::Order;
use crate::policy::explain::Switch;
use crate::words::page as words;
use lessons::Lessons;
use live::Live;
use reference::{FIDELITY_ID, Reference};
use simulate::Simulate;

/// The ID of the control that goes through the events of a run.
pub const EVENT_ID: &str = "timeline-event";

/// Everything the page shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user typed.
    pub workspace: Workspace,
    /// The simulation, always that of `workspace` while Simulate is open.
    pub simulate: Simulate,
    /// The real sessions.
    pub live: Live,
    /// The screen of the lessons.
    pub lessons: Lessons,
    /// The screen of the reference.
    pub reference: Reference,
    /// The content-policy source that this load of the page is locked to besides its own origin.
    pub locked_to: Option<String>,
    /// Something that the user should read, until the next action.
    pub notice: Option<String>,
}

/// What the user did, or the worker told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Sees the screen for the first time.
    Open,
    /// Opened a screen.
    Show(Screen),
    /// The other program, for which the user left, did not come.
    NotOpened,
    /// Typed into a field; the whole text.
    Type(TextField, String),
    /// Something on the screen of Simulate.
    Simulate(simulate::Msg),
    /// Something on the screen of Live, or news from its worker.
    Live(live::Msg),
    /// Shows the plan of Live in Simulate.
    SimulatePlan,
    /// Asked to lock the page to the typed endpoint.
    Lock,
    /// Asked to leave Live and lock the page to itself again.
    Unlock,
    /// Asked for another version of the page, with the lock as it is.
    Renew,
    /// The browser refused to load the page anew.
    ReloadFailed,
    /// Comes back from another screen with the workspace as that one left it.
    Take(Box<Workspace>),
    /// Something on the screen of the lessons.
    Lessons(lessons::Msg),
    /// The address has this fragment now.
    Address(String),
    /// Something on the screen of the reference.
    Reference(reference::Msg),
    /// The browser told what came of an order.
    Told(String),
    /// Turns an undecided point over.
    Turn(Switch),
    /// Turns presenter mode on or off.
    Present,
}

impl Msg {
    /// Whether the user did nothing.
    const fn comes_by_itself(&self) -> bool {
        match self {
            Self::Live(msg) => msg.comes_by_itself(),
            // The other program, or this one, opens what the user chose before.
            Self::Open
            | Self::Take(_)
            | Self::Simulate(simulate::Msg::Play(simulate::player::Msg::Tick(_)))
            | Self::Lessons(lessons::Msg::Listed(_) | lessons::Msg::Came(..))
            | Self::Reference(reference::Msg::Fetched(_)) => true,
            _ => false,
        }
    }
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Load the page anew, locked to these content-policy sources or, with none, to itself.
    Reload(Option<String>),
    /// Open this screen, with the workspace as it is.
    Open(Screen),
    /// Send this to the worker.
    Tell(Order),
    /// Send the worker what has waited for it.
    Flush,
    /// Tell the player of Simulate after a short while how much time has passed.
    Tick,
    /// Something that the screen of the lessons wants.
    Lessons(lessons::Effect),
    /// Fetch the file of the reference.
    FetchReference,
    /// Something with credentials, which only the page holds.
    Access(live::access::Effect),
    /// Move the focus to the element with this ID, once it is drawn.
    Focus(&'static str),
    /// Save a file of this name with this text.
    Save(&'static str, String),
    /// Put this text into the clipboard, and tell what came of it.
    Copy(String),
    /// Tell this after so many milliseconds.
    Later(u32, Box<Msg>),
}

impl Model {
    /// The screens as they open: with this workspace and notice, in a page that is locked to `endpoint` or to itself.
    #[must_use]
    pub fn open(endpoint: Option<&str>, mut workspace: Workspace, mut notice: Option<String>) -> Self {
        let typed = Endpoint::parse(workspace.live.endpoint.trim()).ok();
        let mut live = Live::new(typed, &workspace);
        live.pin(endpoint);
        if live.endpoint.is_some() {
            workspace.screen = Screen::Live;
        } else if endpoint.is_some() {
            notice.get_or_insert_with(|| words::OTHER_LOCK.to_owned());
        }
        let mut simulate = Simulate::new(&workspace);
        for told in [simulate.told.take(), live.told.take()].into_iter().flatten() {
            notice.get_or_insert(told);
        }
        Self {
            simulate,
            live,
            lessons: Lessons::default(),
            reference: Reference::default(),
            locked_to: endpoint.map(str::to_owned),
            notice,
            workspace,
        }
    }

    /// Opens what the fragment of an address names, if that is on one of these screens.
    pub fn follow(&mut self, fragment: &str) {
        if self.lessons.follow(fragment) {
            self.workspace.screen = Screen::Lessons;
        }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        // What the user did not do takes nothing away.
        if !msg.comes_by_itself() {
            self.notice = None;
        }
        let only_heard = matches!(msg, Msg::Live(live::Msg::Heard(_) | live::Msg::Log(_)));
        let mut effects = self.take(msg);
        if self.workspace.screen == Screen::Live && !only_heard {
            self.live.predict(&self.workspace);
        }
        if self.workspace.screen == Screen::Reference && self.reference.wants() {
            effects.push(Effect::FetchReference);
        }
        if self.workspace.screen == Screen::Lessons {
            effects.extend(self.lessons.wants().into_iter().map(Effect::Lessons));
        }
        effects
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Open => return self.come(),
            // Also a screen of this program: another one may be on its way.
            Msg::Show(screen) => match self.workspace.travels() {
                Err(why) if screen == Screen::Check => self.notice = Some(why),
                _ => {
                    self.workspace.screen = screen;
                    self.replay();
                    return vec![Effect::Open(screen)];
                }
            },
            // Check did not come.
            Msg::NotOpened => {
                self.workspace.screen =
                    if self.live.endpoint.is_some() { Screen::Live } else { Screen::Simulate };
                self.notice = Some(words::NOT_OPENED.to_owned());
            }
            Msg::Take(workspace) => {
                self.workspace = *workspace;
                self.replay();
                return self.come();
            }
            Msg::Lessons(msg) => return self.lessons.update(msg).into_iter().map(Effect::Lessons).collect(),
            // A link opens on Check, which gets the workspace first.
            Msg::Address(fragment) if comes_with(&fragment) => {
                if self.workspace.screen != Screen::Check {
                    return self.take(Msg::Show(Screen::Check));
                }
            }
            Msg::Address(fragment) => self.follow(&fragment),
            Msg::Reference(msg) => self.reference.update(msg),
            Msg::Turn(switch) => self.workspace.turn(switch),
            Msg::Present => {
                self.workspace.presenter = !self.workspace.presenter;
                self.replay();
            }
            Msg::Type(field, _) if presenter::hides_field(&self.workspace, &field) => {
                self.notice = Some(words::HIDDEN.to_owned());
            }
            Msg::Type(field, text) => self.workspace.type_into(&field, text),
            Msg::Simulate(msg) => {
                let effects = self.simulate.update(msg, &mut self.workspace);
                if let Some(told) = self.simulate.told.take() {
                    self.notice = Some(told);
                }
                return effects;
            }
            Msg::Told(sentence) => self.notice = Some(sentence),
            Msg::Live(msg) => {
                let effects = self.live.update(msg, &mut self.workspace);
                if let Some(told) = self.live.told.take() {
                    self.notice = Some(told);
                }
                if let Some(log) = self.live.log.handed_over.take() {
                    return self.replay_log(log);
                }
                return effects;
            }
            Msg::SimulatePlan => {
                let plan = script::Msg::Become(self.live.plan.kept().clone());
                let mut effects = self.take(Msg::Simulate(simulate::Msg::Script(plan)));
                effects.extend(self.take(Msg::Show(Screen::Simulate)));
                return effects;
            }
            Msg::Lock => return self.lock(),
            Msg::Unlock => return self.leave(None, words::DISCONNECTING),
            Msg::Renew => return self.leave(self.locked_to.clone(), words::DISCONNECTING_FIRST),
            Msg::ReloadFailed => self.notice = Some(words::NO_RELOAD.to_owned()),
        }
        Vec::new()
    }
}

impl Model {
    /// What others may see: this model of the masked workspace, which is what the player plays meanwhile. Nothing when
    /// presenter mode is off. What came from a real broker is not masked: Live is not shown in presenter mode.
    #[must_use]
    pub fn presented(&self) -> Option<Self> {
        let locked_to = self.locked_to.as_deref().map(presenter::masked_text);
        let notice = self.notice.as_deref().map(presenter::masked_text);
        self.workspace.presenter.then(|| {
            let workspace = presenter::masked(&self.workspace);
            let simulate = self.simulate.presented(&workspace);
            // A log may be long; it is not shown.
            let live = Live::new(self.live.endpoint.clone(), &workspace);
            let (lessons, reference) = (self.lessons.clone(), self.reference.clone());
            Self { simulate, workspace, locked_to, notice, live, lessons, reference }
        })
    }

    /// Who comes from Check to the reference with points turned over has read there that the answers rest on them.
    fn come(&self) -> Vec<Effect> {
        let shows = self.workspace.screen == Screen::Reference && !self.workspace.turned().is_empty();
        shows.then_some(Effect::Focus(FIDELITY_ID)).into_iter().collect()
    }

    /// Plays the sessions anew, while they are looked at.
    fn replay(&mut self) {
        if self.workspace.screen == Screen::Simulate {
            self.simulate.replay(&self.workspace);
            if let Some(told) = self.simulate.told.take() {
                self.notice = Some(told);
            }
        }
    }

    /// Opens a log in Simulate.
    fn replay_log(&mut self, log: String) -> Vec<Effect> {
        let opened = Opened { files: vec![(live::log::LOG_FILE.to_owned(), Ok(log))], left_out: 0 };
        let mut effects = self.take(Msg::Simulate(simulate::Msg::Open(opened)));
        let told = self.notice.take();
        effects.extend(self.take(Msg::Show(Screen::Simulate)));
        self.notice = self.notice.take().or(told);
        effects
    }

    /// Locks the page to the typed endpoint, which is a load of the page.
    fn lock(&mut self) -> Vec<Effect> {
        match self.live.access.lock(&self.workspace.live.endpoint) {
            Ok(sources) => self.reload(Some(sources)),
            Err(read_first) => {
                self.notice = Some(read_first);
                Vec::new()
            }
        }
    }

    /// Leaves this load of the page for one that is locked to `endpoint`. Sessions that stand say goodbye first, and the
    /// notice asks for another press.
    fn leave(&mut self, endpoint: Option<String>, notice: &str) -> Vec<Effect> {
        if self.live.run.standing().next().is_none() {
            return self.reload(endpoint);
        }
        self.notice = Some(notice.to_owned());
        vec![Effect::Tell(Order::Stop)]
    }

    /// A load of the page that loses nothing, or none at all.
    fn reload(&mut self, endpoint: Option<String>) -> Vec<Effect> {
        match self.workspace.travels() {
            Ok(()) => vec![Effect::Reload(endpoint)],
            Err(why) => {
                self.notice = Some(why);
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "wss://example-ats.iot.eu-west-1.amazonaws.com";

    fn in_live() -> Model {
        let mut workspace = Workspace::example();
        workspace.live.endpoint = SOURCE.into();
        Model::open(Some(SOURCE), workspace, None)
    }

    #[test]
    fn a_notice_stays_until_the_user_does_something() {
        let mut model = in_live();
        let now = crate::iot::time::UnixTime::default();
        let ticked = Msg::Simulate(simulate::Msg::Play(simulate::player::Msg::Tick(16)));
        let grown = Msg::Live(live::Msg::Compare(live::compare::Msg::Grown(now)));
        let looked = Msg::Live(live::Msg::Compare(live::compare::Msg::Now(now)));
        let heard = Msg::Live(live::Msg::Heard(live::FromWorker::Batch(Vec::new())));
        let came = Msg::Lessons(lessons::Msg::Came("takeover".to_owned(), Err("no network".to_owned())));
        let fetched = Msg::Reference(reference::Msg::Fetched(Err("no network".to_owned())));
        model.update(Msg::Told("Copied.".to_owned()));
        let taken = Msg::Take(Box::new(model.workspace.clone()));
        for msg in [ticked, grown, looked, heard, came, fetched, taken] {
            model.update(msg);
            assert_eq!(model.notice.as_deref(), Some("Copied."));
        }
        model.update(Msg::Present);
        assert_eq!(model.notice, None);
    }

    #[test]
    fn another_version_of_the_page_has_the_same_lock() {
        assert_eq!(in_live().update(Msg::Renew), [Effect::Reload(Some(SOURCE.into()))]);
        assert_eq!(Model::open(None, Workspace::example(), None).update(Msg::Renew), [Effect::Reload(None)]);
    }

    #[test]
    fn sessions_that_stand_say_goodbye_before_another_version_opens() {
        let mut model = in_live();
        model.live.run.session_mut(0).unwrap().phase = crate::live::record::Phase::Connected;
        assert_eq!(model.update(Msg::Renew), [Effect::Tell(Order::Stop)]);
        assert_eq!(model.notice.as_deref(), Some(words::DISCONNECTING_FIRST));
    }

    #[test]
    fn a_live_log_opens_in_simulate_and_live_goes_on() {
        let mut model = in_live();
        let mut batch = crate::live::record::Batch::default();
        batch.push(&crate::live::record::Record {
            at: crate::iot::time::Instant(7),
            connection: crate::timeline::ConnectionRef { session: crate::timeline::SessionId(0), number: 1 },
            what: crate::live::record::What::Opened,
        });
        model.live.log.take(batch.bytes().to_vec(), |_| ());
        let log = |msg| Msg::Live(live::Msg::Log(msg));
        let effects = model.update(log(live::log::Msg::Export(live::log::Purpose::Simulate)));
        assert_eq!(effects, [Effect::Later(0, Box::new(log(live::log::Msg::GoOn)))]);
        assert_eq!(model.update(log(live::log::Msg::GoOn)), [Effect::Open(Screen::Simulate)]);
        assert_eq!(model.simulate.player.entries().len(), 1);
        assert!(model.simulate.player.scenario().is_none());
        assert_eq!(model.live.log.store.len(), 1);
    }

    #[test]
    fn the_reference_is_fetched_once_and_shows_what_check_was_answered_with() {
        let mut workspace = Workspace { screen: Screen::Reference, ..Workspace::example() };
        let mut model = Model::open(None, workspace.clone(), None);
        assert_eq!(model.update(Msg::Open), [Effect::FetchReference]);
        model.update(Msg::Turn(Switch::AbsentVersion));
        assert_eq!(model.workspace.turned(), ["ABSENT_VERSION"]);
        workspace.turn(Switch::AbsentVersion);
        assert_eq!(model.workspace, workspace);
        assert_eq!(model.update(Msg::Take(Box::new(workspace.clone()))), [Effect::Focus(FIDELITY_ID)]);
        model.update(Msg::Turn(Switch::AbsentVersion));
        workspace.turn(Switch::AbsentVersion);
        assert_eq!(model.update(Msg::Take(Box::new(workspace))), []);
    }
}
