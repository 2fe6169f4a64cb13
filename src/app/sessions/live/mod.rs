//! Live: the state of its screen, in parts that each have one file: how sessions get in, what is planned, what runs, what
//! happened.
//!
//! Pure. No secret is here: see [`access`].

pub mod access;
pub mod log;
pub mod run;
pub mod wire;

use super::Effect;
use super::script::{self, ADD_SESSION_ID, ADD_STEP_ID, LAST_STEP_ID, Outcome, Script};
use crate::app::workspace::Workspace;
use crate::iot::endpoint::Endpoint;
use crate::lab::scenario::Do;
use crate::lab::{Action, Scenario};
use crate::live::plan;
use crate::words::live as words;
use access::{Access, KEYS_ID};
use log::Log;
use run::{RISKS_ID, Run};
use wire::{Event, FromWorker, Happening, Phase, ToWorker};

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
    /// What happened.
    pub log: Log,
    /// Something that the user should read.
    pub told: Option<String>,
}

/// What the user did on Live, or the worker told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// About how sessions get in.
    Access(access::Msg),
    /// To the plan.
    Plan(script::Msg),
    /// Takes the sessions and steps of Simulate as the plan.
    TakeSimulated,
    /// Saves the plan.
    Save,
    /// To what runs.
    Run(run::Msg),
    /// To the log.
    Log(log::Msg),
    /// News from the worker.
    Heard(FromWorker),
    /// The worker is gone.
    Lost,
}

impl Live {
    /// A load of the page that is locked to this endpoint, or to itself.
    #[must_use]
    pub fn new(endpoint: Option<Endpoint>, workspace: &Workspace) -> Self {
        let (plan, told) = Script::of(&workspace.live.plan);
        Self {
            endpoint,
            access: Access::of(&workspace.live.access),
            plan,
            run: Run::default(),
            log: Log::default(),
            told,
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
                let effects = self.access(msg);
                workspace.live.access = self.access.kept();
                return effects;
            }
            Msg::Plan(msg) => return self.change(msg, workspace),
            Msg::TakeSimulated => return self.take_simulated(workspace),
            Msg::Save => match plan::write(&self.scenario(workspace)) {
                Ok(text) => return vec![Effect::Save(PLAN_FILE, text)],
                Err(why) => self.told = Some(why.to_string()),
            },
            Msg::Run(msg) => return self.run(msg, workspace),
            Msg::Log(msg) => self.log.update(msg),
            Msg::Heard(FromWorker::Ready) => return vec![Effect::Flush],
            Msg::Heard(FromWorker::Happened(happenings)) => self.hear(&happenings),
            Msg::Lost => {
                self.access.keys = None;
                self.run.lose_all();
                self.told = Some(crate::words::page::WORKER_LOST.to_owned());
            }
        }
        Vec::new()
    }

    fn access(&mut self, msg: access::Msg) -> Vec<Effect> {
        match msg {
            access::Msg::Sign(signed) => self.access.typed.signed = signed,
            access::Msg::Region(region) => self.access.typed.region = region,
            access::Msg::Taken(keys) => {
                self.access.keys = Some(keys);
                return vec![Effect::Focus(KEYS_ID)];
            }
            access::Msg::Forget => {
                self.access.keys = None;
                return vec![Effect::Tell(ToWorker::Forget)];
            }
        }
        Vec::new()
    }

    fn change(&mut self, msg: script::Msg, workspace: &mut Workspace) -> Vec<Effect> {
        let focus = self.focus_after(&msg);
        let before = self.plan.draft().sessions().len();
        let mut effects = Vec::new();
        if let script::Msg::RemoveSession(session) = msg {
            // The numbers of the others stay what worker and log call them.
            if session + 1 != before {
                return effects;
            }
            effects.extend(self.disconnect(session));
        }
        match self.plan.update(msg) {
            Outcome::Nothing => return effects,
            Outcome::Log(_) => self.told = Some(words::NO_PLAN.to_owned()),
            Outcome::Told(why) => self.told = Some(why),
            Outcome::Changed => {}
            Outcome::ChangedAndTold(sentence) => self.told = Some(sentence),
        }
        if self.plan.draft().sessions().len() > run::MAX_SESSIONS {
            self.plan.update(script::Msg::Undo);
            self.told = Some(words::too_many_sessions(run::MAX_SESSIONS));
        }
        workspace.live.plan = self.plan.kept().clone();
        self.run.forget(self.plan.draft().sessions().len());
        effects.extend(focus);
        effects
    }

    fn take_simulated(&mut self, workspace: &mut Workspace) -> Vec<Effect> {
        let (script, told) = Script::of(&workspace.simulation);
        let text = crate::lab::format::write(&script.scenario(workspace));
        self.told = told;
        match plan::read(&text) {
            Ok(_) => self.change(script::Msg::Open(vec![(words::SIMULATED.to_owned(), text)]), workspace),
            Err(why) => {
                self.told = Some(why.to_string());
                Vec::new()
            }
        }
    }

    /// Where the focus goes when what was pressed goes away, or something new asks to be filled in.
    fn focus_after(&self, msg: &script::Msg) -> Option<Effect> {
        let draft = self.plan.draft();
        match msg {
            script::Msg::AddStep if !draft.sessions().is_empty() => Some(Effect::Focus(LAST_STEP_ID)),
            script::Msg::RemoveStep(step) if step + 1 == draft.steps().len() => {
                Some(Effect::Focus(ADD_STEP_ID))
            }
            script::Msg::RemoveSession(_) | script::Msg::UseCheck => Some(Effect::Focus(ADD_SESSION_ID)),
            _ => None,
        }
    }

    fn run(&mut self, msg: run::Msg, workspace: &Workspace) -> Vec<Effect> {
        match msg {
            run::Msg::Connect(session) => return self.connect(session, workspace),
            run::Msg::Disconnect(session) => return self.disconnect(session).into_iter().collect(),
            run::Msg::Subscribe(session) => return self.subscribe(session),
            run::Msg::Publish(session) => return self.publish(session),
            run::Msg::Every(session, text) => {
                self.run.every.insert(session, text);
            }
            run::Msg::StopRepeating(_) | run::Msg::Run | run::Msg::Stop => {}
            run::Msg::Allow(risk) => self.run.allow(risk),
            run::Msg::Again(client_id, typed) => self.run.type_again(client_id, typed),
        }
        Vec::new()
    }

    fn connect(&mut self, session: usize, workspace: &Workspace) -> Vec<Effect> {
        let Some(endpoint) = &self.endpoint else { return Vec::new() };
        let plan = self.plan.scenario(workspace);
        let (Some(actor), Ok(number)) = (plan.sessions.get(session), u32::try_from(session)) else {
            return Vec::new();
        };
        if !self.run.risks(&plan, endpoint, Some(session)).is_empty() {
            self.told = Some(words::CONFIRM_FIRST.to_owned());
            return vec![Effect::Focus(RISKS_ID)];
        }
        match self.access.ready(endpoint) {
            Ok(sign) => vec![Effect::Tell(ToWorker::Connect {
                session: number,
                url: endpoint.url(),
                sign,
                client_id: actor.connect.client_id.clone(),
                version: actor.connect.version.into(),
                keep_alive: actor.connect.keep_alive,
            })],
            Err(why) => {
                self.told = Some(why);
                Vec::new()
            }
        }
    }

    fn disconnect(&self, session: usize) -> Option<Effect> {
        let idle = self.run.session(session).phase == Phase::Idle;
        let session = u32::try_from(session).ok().filter(|_| !idle)?;
        Some(Effect::Tell(ToWorker::Disconnect { session }))
    }

    fn subscribe(&self, index: usize) -> Vec<Effect> {
        let (Some(Action::Subscribe(filters)), Ok(session)) =
            (self.plan.draft().habit(index, Do::Subscribe), u32::try_from(index))
        else {
            return Vec::new();
        };
        let order = |one: &crate::mqtt::Subscription| {
            Effect::Tell(ToWorker::Subscribe { session, filter: one.filter.clone(), qos: one.qos.level() })
        };
        filters.iter().map(order).collect()
    }

    fn publish(&self, index: usize) -> Vec<Effect> {
        let (Some(Action::Publish(message)), Ok(session)) =
            (self.plan.draft().habit(index, Do::Publish), u32::try_from(index))
        else {
            return Vec::new();
        };
        vec![Effect::Tell(ToWorker::Publish {
            session,
            topic: message.topic.clone(),
            payload: String::from_utf8_lossy(&message.payload).into_owned(),
            qos: message.qos.level(),
        })]
    }

    fn hear(&mut self, happenings: &[Happening]) {
        for happening in happenings {
            let Some(state) = self.run.session_mut(happening.session) else { continue };
            match &happening.what {
                Event::Phase(phase) => state.phase = *phase,
                Event::News(sentence) => state.news.clone_from(sentence),
                _ => {}
            }
            self.log.take(happening, &mut state.version);
        }
        self.log.diagnose();
    }
}
