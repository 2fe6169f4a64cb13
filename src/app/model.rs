//! The page's state and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

use crate::app::check::{At, Check};
use crate::app::live::{self, FromWorker, Live, Phase, ToWorker};
use crate::app::simulate;
use crate::app::workspace::{
    Ask, Attachment, MAX_SAVED_BYTES, MqttVersion, PolicyText, Screen, SessionPlan, Who, Workspace,
};
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::lab::Run;
use crate::words::page as words;

/// At most this many policies side by side (AWS: ten on a certificate; more can come from thing groups).
pub const MAX_POLICIES: usize = 20;
/// At most this many sessions in a simulation.
pub const MAX_SIMULATED: usize = 50;

/// The ID of the element that tells of the signing keys.
pub const KEYS_ID: &str = "keys";

/// Everything the page shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user typed.
    pub workspace: Workspace,
    /// The answers of Check, always those of `workspace`.
    pub check: Check,
    /// The cell that is explained.
    pub selected: At,
    /// The policies and questions that the example took the place of.
    pub put_away: Option<(Vec<PolicyText>, Who, Ask)>,
    /// The simulation, always that of `workspace` while Simulate is open.
    pub run: Run,
    /// The event of `run` that is explained, by its index.
    pub event: Option<usize>,
    /// The real sessions.
    pub live: Live,
    /// The content-policy source that this load of the page is locked to besides its own origin.
    pub locked_to: Option<String>,
    /// Something that the user should read, until the next action.
    pub notice: Option<String>,
}

/// A field of plain text, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Text of a policy, by index.
    PolicyText(usize),
    /// Name of a policy, by index.
    PolicyName(usize),
    /// The attached things.
    Things,
    /// Client IDs of Check.
    ClientIds,
    /// Topics of Check.
    Publish,
    /// Filters of Check.
    Subscribe,
    /// Topics of Check.
    Receive,
    /// A field of a session.
    Session(Sessions, usize, SessionField),
    /// The endpoint of Live.
    Endpoint,
    /// The region of Live.
    Region,
    /// The keep-alive of Live.
    KeepAlive,
}

/// Whose sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// Those of Simulate.
    Simulated,
    /// Those of Live.
    Live,
}

/// A field of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionField {
    /// Its client ID.
    ClientId,
    /// The filter that it subscribes to.
    Subscribe,
    /// The topic that it publishes to.
    Publish,
    /// What it publishes.
    Payload,
}

/// What the user did, or the worker told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Opened a screen.
    Show(Screen),
    /// Typed into a field; the whole text.
    Type(Field, String),
    /// Chose the kind of attachment.
    Attach(Attachment),
    /// Added an empty policy.
    AddPolicy,
    /// Removed a policy, by index; the last one is emptied.
    RemovePolicy(usize),
    /// Asked for one cell's explanation.
    Select(At),
    /// Asked for the article's case; what stood there is put away.
    ShowExample,
    /// Put back what the example took the place of.
    PutBack,
    /// Added a session.
    AddSession(Sessions),
    /// Removed a session, by index.
    RemoveSession(Sessions, usize),
    /// Chose the protocol version.
    Speak(Sessions, MqttVersion),
    /// Chose the QoS of a session.
    Quality(Sessions, usize, u8),
    /// Asked for the explanation of one event of the simulation, by its index.
    SelectEvent(usize),
    /// Asked for the fields of one packet of Live, by its number.
    SelectEntry(usize),
    /// Chose signed or plain connections.
    Sign(bool),
    /// Asked to lock the page to the typed endpoint.
    Lock,
    /// Asked to leave Live and lock the page to itself again.
    Unlock,
    /// The worker has signing keys now.
    KeysTaken(live::Keys),
    /// Asked to forget the keys.
    Forget,
    /// Connect a live session, by index.
    Connect(usize),
    /// Subscribe with a live session, by index.
    SubscribeNow(usize),
    /// Publish with a live session, by index.
    PublishNow(usize),
    /// Disconnect a live session, by index.
    Disconnect(usize),
    /// News from the worker.
    Worker(FromWorker),
    /// The worker is gone.
    WorkerLost,
    /// The browser refused to load the page anew.
    ReloadFailed,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Load the page anew, locked to this content-policy source or, with none, to itself.
    Reload(Option<String>),
    /// Send this to the worker.
    Tell(ToWorker),
    /// Send the worker what has waited for it.
    Flush,
    /// Move the focus to the element with this ID, once it is drawn.
    Focus(&'static str),
}

impl Model {
    /// The page as it opens: with what the page before left, locked to `endpoint` or to itself. `tag` makes the
    /// proposed client IDs of Live unique.
    #[must_use]
    pub fn open(endpoint: Option<&str>, workspace: Option<&str>, tag: &str) -> Self {
        let fresh = || {
            let mut workspace = Workspace::default();
            workspace.make_live_ids_unique(tag);
            workspace
        };
        let (mut workspace, mut notice) = match workspace.map(Workspace::read) {
            None => (fresh(), None),
            Some(Ok(workspace)) => (workspace, None),
            Some(Err(why)) => (fresh(), Some(words::unreadable(&why))),
        };
        // The lock is the truth: the typed endpoint counts as pinned only if the page really is locked to it.
        let typed = Endpoint::parse(workspace.live.endpoint.trim()).ok();
        let pinned = typed.filter(|typed| endpoint == Some(typed.content_policy_source().as_str()));
        if pinned.is_some() {
            workspace.screen = Screen::Live;
        } else if endpoint.is_some() {
            notice.get_or_insert_with(|| words::OTHER_LOCK.to_owned());
        }
        let check = Check::new(&workspace);
        let run = simulate::run(&workspace);
        Self {
            selected: check.most_interesting(),
            event: simulate::most_interesting(&run),
            check,
            run,
            put_away: None,
            live: Live::new(pinned),
            locked_to: endpoint.map(str::to_owned),
            notice,
            workspace,
        }
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if !matches!(msg, Msg::Worker(_)) {
            self.notice = None;
        }
        match msg {
            Msg::Show(screen) => {
                self.workspace.screen = screen;
                self.simulate();
            }
            Msg::Type(field, text) => self.type_into(field, text),
            Msg::Attach(attachment) => {
                self.workspace.who.attachment = attachment;
                self.recheck();
            }
            Msg::AddPolicy => {
                if self.workspace.policies.len() < MAX_POLICIES {
                    let name = format!("policy-{}", self.workspace.policies.len() + 1);
                    self.workspace.policies.push(PolicyText { name, text: String::new() });
                    self.recheck();
                }
            }
            Msg::RemovePolicy(index) => {
                if self.workspace.policies.len() > 1 && index < self.workspace.policies.len() {
                    self.workspace.policies.remove(index);
                } else if let Some(only) = self.workspace.policies.get_mut(index) {
                    only.text.clear();
                }
                self.recheck();
            }
            Msg::Select(at) => self.selected = at,
            Msg::ShowExample => {
                let Workspace { policies, who, ask, .. } = Workspace::default();
                let put_away = self.exchange((policies, who, ask));
                self.put_away.get_or_insert(put_away);
                self.selected = self.check.most_interesting();
            }
            Msg::PutBack => {
                if let Some(mine) = self.put_away.take() {
                    self.exchange(mine);
                }
            }
            Msg::AddSession(Sessions::Simulated) => {
                let list = &mut self.workspace.simulation.sessions;
                if list.len() < MAX_SIMULATED {
                    list.push(list.last().cloned().unwrap_or_else(|| SessionPlan::new("", "", "", "")));
                    self.simulate();
                }
            }
            Msg::AddSession(Sessions::Live) => {
                let list = &mut self.workspace.live.sessions;
                if let Some(last) = list.last().filter(|_| list.len() < live::MAX_SESSIONS) {
                    list.push(last.next(&simulate::name(list.len())));
                }
            }
            Msg::RemoveSession(sessions, index) => return self.remove_session(sessions, index),
            Msg::Speak(Sessions::Simulated, version) => {
                self.workspace.simulation.version = version;
                self.simulate();
            }
            Msg::Speak(Sessions::Live, version) => self.workspace.live.version = version,
            Msg::Quality(sessions, index, qos) => {
                if let Some(session) = self.sessions_mut(sessions).get_mut(index) {
                    session.qos = qos;
                }
                self.simulate();
            }
            Msg::SelectEvent(index) => self.event = Some(index),
            Msg::SelectEntry(number) => self.live.selected = Some(number),
            Msg::Sign(signed) => self.workspace.live.signed = signed,
            Msg::Lock => return self.lock(),
            Msg::Unlock => return self.unlock(),
            Msg::KeysTaken(keys) => {
                self.live.keys = Some(keys);
                return vec![Effect::Focus(KEYS_ID)];
            }
            Msg::Forget => {
                self.live.keys = None;
                return vec![Effect::Tell(ToWorker::Forget)];
            }
            Msg::Connect(index) => return self.connect(index),
            Msg::SubscribeNow(index) => {
                return self.tell(index, |session, plan| ToWorker::Subscribe {
                    session,
                    filter: plan.subscribe.trim().to_owned(),
                    qos: plan.qos,
                });
            }
            Msg::PublishNow(index) => {
                return self.tell(index, |session, plan| ToWorker::Publish {
                    session,
                    topic: plan.publish.trim().to_owned(),
                    payload: plan.payload.clone(),
                    qos: plan.qos,
                });
            }
            Msg::Disconnect(index) => return self.tell(index, |session, _| ToWorker::Disconnect { session }),
            Msg::Worker(FromWorker::Ready) => return vec![Effect::Flush],
            Msg::Worker(FromWorker::Happened(happenings)) => self.live.take(happenings),
            Msg::WorkerLost => {
                self.live.lose_worker();
                self.notice = Some(words::WORKER_LOST.to_owned());
            }
            Msg::ReloadFailed => self.notice = Some(words::NO_RELOAD.to_owned()),
        }
        Vec::new()
    }
}

impl Model {
    fn sessions_mut(&mut self, sessions: Sessions) -> &mut Vec<SessionPlan> {
        match sessions {
            Sessions::Simulated => &mut self.workspace.simulation.sessions,
            Sessions::Live => &mut self.workspace.live.sessions,
        }
    }

    fn type_into(&mut self, field: Field, text: String) {
        let Workspace { policies, who, ask, simulation, live, .. } = &mut self.workspace;
        let target = match field {
            Field::PolicyText(index) => policies.get_mut(index).map(|policy| &mut policy.text),
            Field::PolicyName(index) => policies.get_mut(index).map(|policy| &mut policy.name),
            Field::Things => Some(&mut who.things),
            Field::ClientIds => Some(&mut ask.client_ids),
            Field::Publish => Some(&mut ask.publish),
            Field::Subscribe => Some(&mut ask.subscribe),
            Field::Receive => Some(&mut ask.receive),
            Field::Endpoint => Some(&mut live.endpoint),
            Field::Region => Some(&mut live.region),
            Field::KeepAlive => Some(&mut live.keep_alive),
            Field::Session(sessions, index, part) => {
                let list = match sessions {
                    Sessions::Simulated => &mut simulation.sessions,
                    Sessions::Live => &mut live.sessions,
                };
                list.get_mut(index).map(|session| match part {
                    SessionField::ClientId => &mut session.client_id,
                    SessionField::Subscribe => &mut session.subscribe,
                    SessionField::Publish => &mut session.publish,
                    SessionField::Payload => &mut session.payload,
                })
            }
        };
        if let Some(target) = target {
            *target = text;
        }
        match field {
            Field::Session(Sessions::Simulated, ..) => self.simulate(),
            Field::Endpoint | Field::Region | Field::KeepAlive | Field::Session(Sessions::Live, ..) => {}
            _ => self.recheck(),
        }
    }

    /// Asks everything anew; keeps the selected cell if it still exists.
    fn recheck(&mut self) {
        self.check = Check::new(&self.workspace);
        if self.check.cell(self.selected).is_none() {
            self.selected = self.check.most_interesting();
        }
    }

    /// Puts these policies and questions in place of the others, which it gives back.
    fn exchange(&mut self, new: (Vec<PolicyText>, Who, Ask)) -> (Vec<PolicyText>, Who, Ask) {
        let Workspace { policies, who, ask, .. } = &mut self.workspace;
        let old = (
            std::mem::replace(policies, new.0),
            std::mem::replace(who, new.1),
            std::mem::replace(ask, new.2),
        );
        self.recheck();
        old
    }

    /// Plays the sessions anew, while they are looked at.
    fn simulate(&mut self) {
        if self.workspace.screen == Screen::Simulate {
            self.run = simulate::run(&self.workspace);
            self.event = simulate::most_interesting(&self.run);
        }
    }

    /// Locks the page to the typed endpoint, which is a load of the page.
    fn lock(&mut self) -> Vec<Effect> {
        match Endpoint::parse(self.workspace.live.endpoint.trim()) {
            Ok(endpoint) => self.reload(Some(endpoint.content_policy_source())),
            Err(error) => {
                self.notice = Some(error.to_string());
                Vec::new()
            }
        }
    }

    /// Leaves Live; sessions that stand say goodbye first.
    fn unlock(&mut self) -> Vec<Effect> {
        let standing: Vec<u32> = (0_u32..)
            .zip(&self.live.sessions)
            .filter(|(_, state)| matches!(state.phase, Phase::Connecting | Phase::Connected))
            .map(|(session, _)| session)
            .collect();
        if standing.is_empty() {
            return self.reload(None);
        }
        self.notice = Some(words::DISCONNECTING.to_owned());
        standing.into_iter().map(|session| Effect::Tell(ToWorker::Disconnect { session })).collect()
    }

    /// A load of the page that loses nothing, or none at all.
    fn reload(&mut self, endpoint: Option<String>) -> Vec<Effect> {
        let bytes = self.workspace.write().len();
        if bytes > MAX_SAVED_BYTES {
            self.notice = Some(words::too_much(bytes, MAX_SAVED_BYTES));
            return Vec::new();
        }
        vec![Effect::Reload(endpoint)]
    }

    /// The region to sign for: the endpoint's own, or the typed one.
    ///
    /// # Errors
    /// A sentence, when there is none or the two contradict.
    pub fn region(&self) -> Result<Region, String> {
        let typed = self.workspace.live.region.trim();
        let stated = self.live.endpoint.as_ref().and_then(Endpoint::region);
        match (stated, typed) {
            (Some(stated), "") => Ok(stated.clone()),
            (Some(stated), typed) if stated.as_str() == typed => Ok(stated.clone()),
            (Some(stated), typed) => Err(words::other_region(stated.as_str(), typed)),
            (None, "") => Err(words::REGION_NEEDED.to_owned()),
            (None, typed) => Region::parse(typed).map_err(|error| error.to_string()),
        }
    }

    fn connect(&mut self, index: usize) -> Vec<Effect> {
        match self.connection(index) {
            Ok(order) => order.map(Effect::Tell).into_iter().collect(),
            Err(why) => {
                self.notice = Some(why);
                Vec::new()
            }
        }
    }

    /// The order to connect one session, or why it cannot be given.
    fn connection(&self, index: usize) -> Result<Option<ToWorker>, String> {
        let live = &self.workspace.live;
        let (Some(endpoint), Some(plan), Ok(session)) =
            (&self.live.endpoint, live.sessions.get(index), u32::try_from(index))
        else {
            return Ok(None);
        };
        let sign = if live.signed {
            let region = self.region()?;
            let keys = self.live.keys.as_ref().ok_or(words::NO_CREDENTIALS)?;
            if keys.region != region.as_str() {
                return Err(words::keys_of_other_region(&keys.region, region.as_str()));
            }
            Some(keys.region.clone())
        } else {
            None
        };
        Ok(Some(ToWorker::Connect {
            session,
            url: endpoint.url(),
            sign,
            client_id: plan.client_id.clone(),
            version: live.version,
            keep_alive: live.keep_alive.trim().parse().map_err(|_| words::KEEP_ALIVE)?,
        }))
    }

    fn tell(&self, index: usize, message: impl FnOnce(u32, &SessionPlan) -> ToWorker) -> Vec<Effect> {
        let plan = self.workspace.live.sessions.get(index);
        u32::try_from(index)
            .ok()
            .zip(plan)
            .map(|(session, plan)| Effect::Tell(message(session, plan)))
            .into_iter()
            .collect()
    }

    /// Removes a session. Of the live ones only the last, so that the numbers of the others stay what worker
    /// and log call them; it is disconnected first.
    fn remove_session(&mut self, sessions: Sessions, index: usize) -> Vec<Effect> {
        let is_last = index + 1 == self.sessions_mut(sessions).len();
        let effects = match sessions {
            Sessions::Simulated => Vec::new(),
            Sessions::Live if !is_last => return Vec::new(),
            Sessions::Live if self.live.session(index).phase == Phase::Idle => Vec::new(),
            Sessions::Live => self.tell(index, |session, _| ToWorker::Disconnect { session }),
        };
        let list = self.sessions_mut(sessions);
        if index < list.len() {
            list.remove(index);
        }
        match sessions {
            Sessions::Simulated => self.simulate(),
            Sessions::Live => self.live.forget_sessions(index),
        }
        effects
    }
}
