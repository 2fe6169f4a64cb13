//! Live: the state of its screen, in parts that each have one file: how sessions get in, what is planned, what runs, what
//! happened.
//!
//! Pure. No secret is here: see [`access`].

pub mod access;
pub mod compare;
pub mod handshake;
mod kept;
pub mod log;
pub mod run;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::Effect;
use super::script::{self, Draft, Outcome, Script};
use crate::app::check::files::Opened;
use crate::app::workspace::{Attached, MAX_POLICIES, PolicyText, Workspace};
use crate::iot::endpoint::Endpoint;
use crate::iot::time::UnixTime;
use crate::lab::scenario::Do;
use crate::lab::{Action, Scenario, format};
use crate::live::plan;
use crate::live::record::{Phase, What};
use crate::live::wire::Order;
use crate::mqtt::Subscription;
use crate::policy::import;
use crate::timeline::Participant;
use crate::words::live as words;
use access::Access;
use compare::Compare;
use handshake::Handshakes;
use kept::Kept;
use log::Log;
use run::{RISKS_ID, Run};

/// The name under which a plan is saved.
pub const PLAN_FILE: &str = "live-plan.json";

/// What Live knows in this load of the page.
#[derive(Clone, Debug)]
pub struct Live {
    /// The endpoint that this load of the page is locked to, when it is the one that is typed.
    pub endpoint: Option<Endpoint>,
    /// How sessions get in.
    pub access: Access,
    /// What is to be done: the same kind of script that Simulate plays.
    pub plan: Script,
    /// What runs.
    pub run: Run,
    /// Handshakes, and which failed.
    pub handshakes: Handshakes,
    /// What happened.
    pub log: Log,
    /// What was predicted of it.
    pub compare: Rc<Compare>,
    /// Something that the user should read.
    pub told: Option<String>,
    /// The worker is gone.
    lost: bool,
    /// The plan that the worker was told of.
    sent: Option<Rc<Draft>>,
}

/// What the user did on Live, or the worker told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// About how sessions get in.
    Access(access::Msg),
    /// To the plan.
    Plan(script::Msg),
    /// Opened a file as the plan.
    Open(Opened),
    /// Takes the sessions and steps of Simulate as the plan.
    TakeSimulated,
    /// Adds a session that hears of all connections of the account.
    Observe,
    /// Saves the plan.
    Save,
    /// To what runs.
    Run(run::Msg),
    /// To the log.
    Log(log::Msg),
    /// To what was predicted.
    Compare(compare::Msg),
    /// News from the worker.
    Heard(FromWorker),
    /// The worker is gone.
    Lost,
}

impl Msg {
    /// Whether the user did nothing.
    #[must_use]
    pub const fn comes_by_itself(&self) -> bool {
        match self {
            Self::Heard(_) | Self::Compare(compare::Msg::Now(_) | compare::Msg::Grown(_)) => true,
            Self::Access(msg) => msg.comes_by_itself(),
            Self::Log(msg) => msg.comes_by_itself(),
            _ => false,
        }
    }
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromWorker {
    /// The worker listens.
    Ready,
    /// What happened, as [`record`](crate::live::record)s.
    Batch(Vec<u8>),
}

impl Live {
    /// A load of the page that is locked to this endpoint, or to itself.
    #[must_use]
    pub fn new(endpoint: Option<Endpoint>, workspace: &Workspace) -> Self {
        let (plan, told) = Script::of(&workspace.live.plan);
        let Kept { access, needs } = Kept::read(&workspace.live.access);
        Self {
            endpoint,
            access: Access::of(access),
            plan,
            run: Run::default(),
            handshakes: Handshakes::default(),
            log: Log::default(),
            compare: Rc::new(Compare::of(needs)),
            told,
            lost: false,
            sent: None,
        }
    }

    fn keep(&self, workspace: &mut Workspace) {
        let kept = Kept { access: self.access.typed.clone(), needs: self.compare.needs.clone() };
        workspace.live.access = kept.write();
    }

    /// What was predicted is held against what the log has by now.
    fn look_at_log(&mut self, at: UnixTime) {
        let findings = self.log.settle();
        let compare = Rc::make_mut(&mut self.compare);
        compare.observe(self.log.entries(), &findings, |index| self.log.row_of(index), at);
    }

    /// What was typed as the policy of the role becomes one of the policies, where Check has it too.
    fn add_role_policy(&mut self, workspace: &mut Workspace) {
        let found = import::read(&self.compare.role_policy).found.into_iter().next();
        let Some(found) = found.filter(|found| !found.document.statements.is_empty()) else {
            self.told = Some(words::NO_ROLE_POLICY.to_owned());
            return;
        };
        let number = workspace.policies.len() + 1;
        if number > MAX_POLICIES {
            self.told = Some(crate::words::page::too_many_policies(number, MAX_POLICIES));
            return;
        }
        let name = found.name.clone().unwrap_or_else(|| format!("role-policy-{number}"));
        workspace.policies.push(PolicyText {
            attached: Attached::Role,
            computed: found.computed.clone(),
            ..PolicyText::new(&name, found.text())
        });
        Rc::make_mut(&mut self.compare).role_policy.clear();
    }

    /// The lock is the truth: the typed endpoint counts only if the page is locked to what it asks for.
    pub fn pin(&mut self, sources: Option<&str>) {
        let access = &mut self.access;
        self.endpoint =
            self.endpoint.take().filter(|typed| sources.is_some_and(|sources| access.pin(typed, sources)));
    }

    /// What is predicted follows the plan, the policies and the way in.
    pub fn predict(&mut self, workspace: &Workspace) {
        let (plan, sign_in) = (self.scenario(workspace), self.access.sign_in());
        if !self.compare.follows(&plan, sign_in) {
            Rc::make_mut(&mut self.compare).follow(plan, sign_in);
        }
    }

    /// What is to be done, as it stands.
    #[must_use]
    pub fn scenario(&self, workspace: &Workspace) -> Scenario {
        self.plan.scenario(workspace)
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg, workspace: &mut Workspace) -> Vec<Effect> {
        match msg {
            Msg::Access(msg) => {
                if matches!(msg, access::Msg::Taken(..) | access::Msg::Sign(_)) {
                    self.handshakes.renewed();
                }
                let effects = self.access.update(msg, self.endpoint.as_ref());
                self.keep(workspace);
                return effects;
            }
            Msg::Plan(msg) => return self.change(msg, workspace),
            Msg::Open(opened) => return self.open(opened, workspace),
            Msg::TakeSimulated => return self.take_simulated(workspace),
            Msg::Observe => return self.change(script::Msg::AddObserver, workspace),
            Msg::Save => match plan::write(&self.scenario(workspace)) {
                Ok(text) => return vec![Effect::Save(PLAN_FILE, text)],
                Err(why) => self.told = Some(why.to_string()),
            },
            Msg::Run(msg) => return self.run(msg, workspace),
            Msg::Log(msg) => {
                let effects = self.log.update(msg);
                self.told = self.log.told.take();
                return effects;
            }
            Msg::Compare(compare::Msg::Grown(at)) => self.look_at_log(at),
            Msg::Compare(compare::Msg::Show(row)) => {
                let effects = self.log.update(log::Msg::Find(usize::try_from(row.0).unwrap_or(usize::MAX)));
                self.told = self.log.told.take();
                return effects;
            }
            Msg::Compare(compare::Msg::AddRolePolicy) => self.add_role_policy(workspace),
            Msg::Compare(msg) => {
                let typed = matches!(msg, compare::Msg::Type(..));
                let effects = Rc::make_mut(&mut self.compare).update(msg);
                if typed {
                    self.keep(workspace);
                }
                return effects;
            }
            Msg::Heard(FromWorker::Ready) => return vec![Effect::Flush],
            Msg::Heard(FromWorker::Batch(batch)) => return self.hear(batch),
            Msg::Lost => {
                self.lost = true;
                self.run.lose_all();
                self.sent = None;
                self.told = Some(crate::words::page::WORKER_LOST.to_owned());
                return self.access.lose();
            }
        }
        Vec::new()
    }

    fn change(&mut self, msg: script::Msg, workspace: &mut Workspace) -> Vec<Effect> {
        let focus = self.plan.focus_after(&msg).map(Effect::Focus);
        let before = self.plan.draft().sessions().len();
        let mut effects = Vec::new();
        // The numbers of the others stay what worker and log call them.
        if matches!(msg, script::Msg::RemoveSession(session) if session + 1 != before) {
            return effects;
        }
        match self.plan.update(msg) {
            Outcome::Unchanged(None) => return effects,
            Outcome::Unchanged(told) | Outcome::Changed(told) => self.told = told,
            Outcome::Log(_) => self.told = Some(words::NO_PLAN.to_owned()),
        }
        if self.plan.draft().sessions().len() > run::MAX_SESSIONS {
            self.plan.update(script::Msg::Undo);
            self.told = Some(words::too_many_sessions(run::MAX_SESSIONS));
        }
        workspace.live.plan = self.plan.kept().clone();
        let count = self.plan.draft().sessions().len();
        // Whichever way a session left the plan; one that was told to connect a moment ago still looks idle here.
        let gone = (count..before).filter_map(number);
        effects.extend(gone.map(|session| Effect::Tell(Order::Disconnect(session))));
        self.run.forget(count);
        self.handshakes.forget(count);
        effects.extend(focus);
        effects
    }

    fn open(&mut self, opened: Opened, workspace: &mut Workspace) -> Vec<Effect> {
        let (texts, told) = opened.texts();
        let mut told: Vec<String> = told.iter().map(ToString::to_string).collect();
        // What a plan must not hold is refused by name before anything changes.
        let scenario = texts.iter().find(|(_, text)| text.contains(format::FORMAT));
        if let Some((Err(why), name)) = scenario.map(|(name, text)| (plan::read(text), name)) {
            told.push(crate::words::script::not_opened(name, &why.to_string()));
        } else if !texts.is_empty() {
            let effects = self.change(script::Msg::Open(texts), workspace);
            told.extend(self.told.take());
            self.told = Some(told.join(" ")).filter(|told| !told.is_empty());
            return effects;
        }
        self.told = Some(told.join(" ")).filter(|told| !told.is_empty());
        Vec::new()
    }

    fn take_simulated(&mut self, workspace: &mut Workspace) -> Vec<Effect> {
        let (script, told) = Script::of(&workspace.simulation);
        self.told = told;
        match plan::read(&format::write(&script.scenario(workspace))) {
            Ok(_) => self.change(script::Msg::Become(workspace.simulation.clone()), workspace),
            Err(why) => {
                self.told = Some(words::not_taken(&why.to_string()));
                Vec::new()
            }
        }
    }

    fn run(&mut self, msg: run::Msg, workspace: &Workspace) -> Vec<Effect> {
        match msg {
            run::Msg::Connect(session, at) => {
                let effects = self.connect(session, workspace);
                if !effects.is_empty() && self.told.is_none() {
                    self.predict(workspace);
                    Rc::make_mut(&mut self.compare).update(compare::Msg::Connecting(at));
                }
                return effects;
            }
            run::Msg::Disconnect(session) => return self.disconnect(session).into_iter().collect(),
            run::Msg::Subscribe(session) => return self.subscribe(session, workspace),
            run::Msg::Unsubscribe(session) => return self.unsubscribe(session),
            run::Msg::Publish(session) => return self.publish(session, workspace),
            run::Msg::Every(session, text) => {
                self.run.every.insert(session, text);
            }
            run::Msg::StopRepeating(session) => {
                return number(session)
                    .map(|it| Effect::Tell(Order::StopRepeating(it)))
                    .into_iter()
                    .collect();
            }
            run::Msg::Run(at) => {
                let effects = self.start(workspace);
                if effects.contains(&Effect::Tell(Order::Run)) {
                    self.look_at_log(at);
                    self.predict(workspace);
                    Rc::make_mut(&mut self.compare).update(compare::Msg::Run(at));
                }
                return effects;
            }
            run::Msg::Stop => return vec![Effect::Tell(Order::Stop)],
            run::Msg::Lift(lifted) => {
                self.run.lifted = lifted;
                let limits = self.run.limits();
                self.run.told = Some(limits);
                return vec![Effect::Tell(Order::Limits(limits))];
            }
            run::Msg::Allow(risk) => self.run.allow(risk),
            run::Msg::Again(client_id, typed) => self.run.type_again(client_id, typed),
        }
        Vec::new()
    }

    fn connect(&mut self, session: usize, workspace: &Workspace) -> Vec<Effect> {
        let Some(number) = number(session) else { return Vec::new() };
        self.prepared(workspace, Some(session), Order::Connect(number))
    }

    /// Takes the steps of the plan.
    fn start(&mut self, workspace: &Workspace) -> Vec<Effect> {
        if self.plan.draft().steps().is_empty() {
            self.told = Some(words::NO_STEPS.to_owned());
            return Vec::new();
        }
        self.prepared(workspace, None, Order::Run)
    }

    /// Where what could hurt a device is confirmed, as long as something of one session or of all is to be confirmed.
    fn ask_first(&mut self, plan: &Scenario, only: Option<usize>) -> Option<Vec<Effect>> {
        let endpoint = self.endpoint.as_ref()?;
        if self.run.risks(plan, endpoint, only).is_empty() {
            return None;
        }
        self.told = Some(words::CONFIRM_FIRST.to_owned());
        Some(vec![Effect::Focus(RISKS_ID)])
    }

    /// This order, after what the worker has to know for it; or a word why it is not given. It is about one session or all.
    fn prepared(&mut self, workspace: &Workspace, only: Option<usize>, order: Order) -> Vec<Effect> {
        if self.lost {
            self.told = Some(crate::words::page::WORKER_LOST.to_owned());
            return Vec::new();
        }
        let plan = self.plan.scenario(workspace);
        if let Some(first) = self.ask_first(&plan, only) {
            return first;
        }
        let Some(endpoint) = &self.endpoint else { return Vec::new() };
        let sign = match self.access.ready(endpoint) {
            Ok(sign) => sign,
            Err(why) => {
                self.told = Some(why);
                return Vec::new();
            }
        };
        let mut orders = vec![Order::Way { url: endpoint.url(), sign }];
        if self.sent.as_ref().is_none_or(|sent| !Rc::ptr_eq(sent, self.plan.draft())) {
            // The worker asks no policies.
            orders
                .push(Order::Plan(format::write(&Scenario { identities: vec![script::stand_in()], ..plan })));
            self.sent = Some(Rc::clone(self.plan.draft()));
        }
        let limits = self.run.limits();
        if self.run.told.replace(limits) != Some(limits) {
            orders.push(Order::Limits(limits));
        }
        orders.push(order);
        orders.into_iter().map(Effect::Tell).collect()
    }

    fn disconnect(&self, session: usize) -> Option<Effect> {
        let idle = self.run.session(session).phase == Phase::Idle;
        number(session).filter(|_| !idle).map(|session| Effect::Tell(Order::Disconnect(session)))
    }

    fn subscribe(&mut self, index: usize, workspace: &Workspace) -> Vec<Effect> {
        if let Some(first) = self.ask_first(&self.scenario(workspace), Some(index)) {
            return first;
        }
        let order = |session, one: &Subscription| Order::Subscribe {
            session,
            filter: one.filter.clone(),
            qos: one.qos.level(),
        };
        self.for_filters(index, order)
    }

    fn unsubscribe(&self, index: usize) -> Vec<Effect> {
        self.for_filters(index, |session, one| Order::Unsubscribe { session, filter: one.filter.clone() })
    }

    /// An order for each filter that the card of a session names.
    fn for_filters(&self, index: usize, order: impl Fn(u32, &Subscription) -> Order) -> Vec<Effect> {
        match (self.plan.draft().habit(index, Do::Subscribe), number(index)) {
            (Some(Action::Subscribe(filters)), Some(session)) => {
                filters.iter().map(|one| Effect::Tell(order(session, one))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn publish(&mut self, index: usize, workspace: &Workspace) -> Vec<Effect> {
        if let Some(first) = self.ask_first(&self.scenario(workspace), Some(index)) {
            return first;
        }
        let (Some(Action::Publish(message)), Some(session)) =
            (self.plan.draft().habit(index, Do::Publish), number(index))
        else {
            return Vec::new();
        };
        let every = match self.run.period(index) {
            Ok(every) => every,
            Err(why) => {
                self.told = Some(why.to_owned());
                return Vec::new();
            }
        };
        vec![Effect::Tell(Order::Publish {
            session,
            topic: message.topic.clone(),
            payload: String::from_utf8_lossy(&message.payload).into_owned(),
            qos: message.qos.level(),
            retain: message.retain,
            every,
        })]
    }

    fn hear(&mut self, batch: Vec<u8>) -> Vec<Effect> {
        self.log.meet(self.plan.draft().sessions().iter().map(|actor| Participant {
            name: actor.name.clone(),
            client_id: actor.connect.client_id.clone(),
            version: actor.connect.version,
        }));
        let Self { log, handshakes, run, told, .. } = self;
        log.take(batch, |happened| {
            handshakes.take(happened);
            let session = happened.connection.session.0;
            match happened.what {
                What::Running(steps) => run.steps = steps,
                What::Phase(phase) => {
                    if let Some(state) = run.session_mut(session) {
                        state.phase = phase;
                    }
                }
                What::Told(sentence) => match run.session_mut(session) {
                    Some(state) => sentence.clone_into(&mut state.news),
                    None => *told = Some(sentence.to_owned()),
                },
                _ => {}
            }
        })
    }
}

/// A session as the worker calls it.
fn number(session: usize) -> Option<u32> {
    u32::try_from(session).ok()
}
