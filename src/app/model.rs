//! The page's state and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

use crate::app::check::{At, Check};
use crate::app::live::{self, FromWorker, Live, Phase, ToWorker};
use crate::app::workspace::{Attachment, MqttVersion, PolicyText, Screen, SessionPlan, Workspace};
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;

/// At most this many policies side by side (AWS: ten on a certificate; more can come from thing groups).
pub const MAX_POLICIES: usize = 20;
/// At most this many sessions in a simulation.
pub const MAX_SIMULATED: usize = 50;

/// Everything the page shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user typed.
    pub workspace: Workspace,
    /// The answers of Check, always those of `workspace`.
    pub check: Check,
    /// The cell that is explained.
    pub selected: At,
    /// The simulation that was run last.
    pub run: Option<crate::lab::Run>,
    /// The event of `run` that is explained, by its index.
    pub event: Option<usize>,
    /// The real sessions.
    pub live: Live,
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
    /// Put the article's case back.
    Reset,
    /// Added a session.
    AddSession(Sessions),
    /// Removed a session, by index.
    RemoveSession(Sessions, usize),
    /// Chose the protocol version.
    Speak(Sessions, MqttVersion),
    /// Ran the simulation.
    Simulate,
    /// Asked for one event's explanation.
    SelectEvent(usize),
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
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Load the page anew, locked to this content-policy source or, with none, to itself.
    Reload(Option<String>),
    /// Send this to the worker.
    Tell(ToWorker),
}

impl Model {
    /// The page as it opens: with what the page before left, locked to `endpoint` or to itself.
    #[must_use]
    pub fn open(endpoint: Option<&str>, workspace: Option<&str>) -> Self {
        let (mut workspace, mut notice) = match workspace.map(Workspace::read) {
            None => (Workspace::default(), None),
            Some(Ok(workspace)) => (workspace, None),
            Some(Err(why)) => (
                Workspace::default(),
                Some(format!(
                    "What the page before this one left could not be read ({why}). The example stands here instead."
                )),
            ),
        };
        // The lock is the truth: the typed endpoint counts as pinned only if the page really is locked to it.
        let typed = Endpoint::parse(&workspace.live.endpoint).ok();
        let pinned = typed.filter(|typed| endpoint == Some(typed.content_policy_source().as_str()));
        if pinned.is_some() {
            workspace.screen = Screen::Live;
        } else if endpoint.is_some() {
            notice = Some(
                "The page is locked to another endpoint than the one that is typed. Lock it anew.".into(),
            );
        }
        let check = Check::new(&workspace);
        let selected = check.most_interesting();
        let mut model = Self {
            workspace,
            check,
            selected,
            run: None,
            event: None,
            live: Live { endpoint: pinned, ..Live::default() },
            notice,
        };
        model.simulate();
        model
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if !matches!(msg, Msg::Worker(_)) {
            self.notice = None;
        }
        match msg {
            Msg::Show(screen) => self.workspace.screen = screen,
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
            Msg::Reset => {
                let Workspace { policies, who, ask, .. } = Workspace::default();
                self.workspace = Workspace { policies, who, ask, ..self.workspace.clone() };
                self.recheck();
                self.selected = self.check.most_interesting();
            }
            Msg::AddSession(sessions) => {
                let limit = match sessions {
                    Sessions::Simulated => MAX_SIMULATED,
                    Sessions::Live => live::MAX_SESSIONS,
                };
                let list = self.sessions_mut(sessions);
                if list.len() < limit {
                    let next = list.last().cloned().unwrap_or_else(|| SessionPlan::new("", "", "", ""));
                    list.push(next);
                }
            }
            Msg::RemoveSession(sessions, index) => return self.remove_session(sessions, index),
            Msg::Speak(Sessions::Simulated, version) => {
                self.workspace.simulation.version = version;
                self.simulate();
            }
            Msg::Speak(Sessions::Live, version) => self.workspace.live.version = version,
            Msg::Simulate => self.simulate(),
            Msg::SelectEvent(index) => self.event = Some(index),
            Msg::Sign(signed) => self.workspace.live.signed = signed,
            Msg::Lock => return self.lock(),
            Msg::Unlock => return vec![Effect::Reload(None)],
            Msg::KeysTaken(keys) => self.live.keys = Some(keys),
            Msg::Forget => {
                self.live.keys = None;
                return vec![Effect::Tell(ToWorker::Forget)];
            }
            Msg::Connect(index) => return self.connect(index),
            Msg::SubscribeNow(index) => {
                return self.tell(index, |session, plan| ToWorker::Subscribe {
                    session,
                    filter: plan.subscribe.clone(),
                    qos: 1,
                });
            }
            Msg::PublishNow(index) => {
                return self.tell(index, |session, plan| ToWorker::Publish {
                    session,
                    topic: plan.publish.clone(),
                    payload: plan.payload.clone(),
                    qos: 1,
                });
            }
            Msg::Disconnect(index) => return self.tell(index, |session, _| ToWorker::Disconnect { session }),
            Msg::Worker(FromWorker::Ready) => {}
            Msg::Worker(FromWorker::Happened(happenings)) => self.live.take(happenings),
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
            Field::Endpoint | Field::Region | Field::KeepAlive | Field::Session(..) => {}
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

    fn simulate(&mut self) {
        let run = crate::app::simulate::run(&self.workspace);
        self.event = crate::app::simulate::most_interesting(&run);
        self.run = Some(run);
    }

    /// Locks the page to the typed endpoint, which is a load of the page.
    fn lock(&mut self) -> Vec<Effect> {
        match Endpoint::parse(&self.workspace.live.endpoint) {
            Ok(endpoint) => vec![Effect::Reload(Some(endpoint.content_policy_source()))],
            Err(error) => {
                self.notice = Some(error.to_string());
                Vec::new()
            }
        }
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
            (Some(stated), typed) => Err(format!(
                "The endpoint is in {}, the region field says {typed}. Empty the field or correct the endpoint.",
                stated.as_str()
            )),
            (None, "") => {
                Err("This endpoint does not name its region. Type it into the region field.".into())
            }
            (None, typed) => Region::parse(typed).map_err(|error| error.to_string()),
        }
    }

    fn connect(&mut self, index: usize) -> Vec<Effect> {
        let Some(endpoint) = &self.live.endpoint else { return Vec::new() };
        let sign = if self.workspace.live.signed {
            match self.region() {
                Err(why) => {
                    self.notice = Some(why);
                    return Vec::new();
                }
                Ok(_) if self.live.keys.is_none() => {
                    self.notice = Some(
                        "Connections are to be signed, but there are no credentials. Give them first.".into(),
                    );
                    return Vec::new();
                }
                Ok(region) => Some(region.as_str().to_owned()),
            }
        } else {
            None
        };
        let Ok(keep_alive) = self.workspace.live.keep_alive.trim().parse() else {
            self.notice = Some(
                "The keep-alive is not a whole number of seconds from 0 (off) to 65535. Correct it.".into(),
            );
            return Vec::new();
        };
        let endpoint = endpoint.url();
        let version = self.workspace.live.version;
        self.tell(index, |session, plan| ToWorker::Connect {
            session,
            endpoint,
            sign,
            client_id: plan.client_id.clone(),
            version,
            keep_alive,
        })
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
        effects
    }
}
