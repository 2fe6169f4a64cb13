//! What is predicted of the plan and what was seen of it, as the screen shows it.
//!
//! Two tables: of the sessions of this page, and of the machine that holds the certificate, which runs the same plan with other
//! rights. While nothing was seen, a prediction follows the plan and the policies. It is frozen before anything that it is
//! held against comes in: by the run, by the first event, by taking the commands along, by a paste. From then on it changes only when the
//! user asks for another one, and says that it was made afterwards.
//!
//! Does not know the log: it is given entries, and keeps of each the number of its row. Knows no clock: times come in
//! messages, and nothing is predicted before the first one.

mod needs;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::app::sessions::Effect;
use crate::iot::time::{Instant, Millis, UnixTime};
use crate::lab::Scenario;
use crate::live::compare::{
    Circumstances, Compared, Comparison, POLICY_CACHE, Suspect, Verdict, compare, suspects,
};
use crate::live::evidence::evidence;
use crate::live::observe::{Observation, Outcome, Paste, Witness, recorded};
use crate::live::predict::{Prediction, Row, SignIn, predict};
use crate::live::store::RowId;
use crate::timeline::{Entry, Finding, SessionId};
use crate::words::live as words;

pub use needs::{Commands, Field, Needs};

/// Most pastes that are kept.
pub const MAX_PASTES: usize = 20;
/// Most observations that are kept of all pastes together.
pub const MAX_PASTED: usize = 100_000;
/// The name of the file of the evidence.
pub const EVIDENCE_FILE: &str = "iot-policy-evidence.json";

/// The ID of the box for pastes.
pub const PASTE_ID: &str = "observed";

/// Whose run a table is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// That of this page's sessions.
    #[default]
    Page,
    /// That of the machine that holds the certificate.
    Device,
}

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// Which table is looked at.
    pub whose: Whose,
    /// What leaves is masked.
    pub masking: bool,
    /// The row whose explanation is shown.
    pub why: Option<usize>,
    /// When a policy was changed last, where the user says.
    pub policy_changed: Option<UnixTime>,
    /// What was pasted, the oldest first.
    pub pastes: Vec<Rc<Paste>>,
    /// What the smallest rights and the commands are made of.
    pub needs: Needs,
    /// The policy of the role, while it is typed.
    pub role_policy: String,
    /// What came of saving the evidence.
    pub told: Option<String>,
    /// Why something that was pasted or opened was not taken.
    pub refused: Option<String>,
    plan: Rc<Scenario>,
    sign_in: SignIn,
    page: Table,
    device: Table,
    /// What the packets of this page's sessions show.
    seen: Vec<Seen>,
    /// The last time that was told. Nothing is predicted before.
    now: Option<UnixTime>,
    /// Events up to here belong to what was before the run.
    since: Option<Instant>,
    /// The first event of the run.
    began: Instant,
    /// The newest event that is known.
    newest: Option<Instant>,
}

/// A prediction and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    prediction: Option<Rc<Prediction>>,
    frozen: Option<Frozen>,
    comparison: Comparison,
}

/// How a prediction was frozen.
#[derive(Clone, Debug, PartialEq)]
struct Frozen {
    plan: Rc<Scenario>,
    /// When what it is held against was there already.
    late: bool,
}

/// What packets of this page's sessions show.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    observation: Observation,
    at: Instant,
    row: Option<RowId>,
}

/// What the user did, or what happened around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Looks at the screen.
    Now(UnixTime),
    /// The log has grown: [`Compare::observe`].
    Grown(UnixTime),
    /// A session is connected by hand.
    Connecting(UnixTime),
    /// The plan is run from now on.
    Run(UnixTime),
    /// Typed the policy of the role; the whole text.
    RolePolicy(String),
    /// Adds it to the policies, which are the workspace's business.
    AddRolePolicy,
    /// Wants the other table.
    Look(Whose),
    /// Wants a prediction from the plan and the policies as they are now.
    Anew(UnixTime),
    /// Asked why a row is predicted as it is, or has read it.
    Why(usize),
    /// Says when a policy was changed.
    PolicyChanged(Option<UnixTime>),
    /// Pasted or opened what was seen elsewhere; secrets are cut out already.
    Pasted(UnixTime, Vec<Paste>),
    /// Opened files of which none could be read.
    Refused(String),
    /// Removed a paste, by its place.
    Remove(usize),
    /// Wants what leaves masked, or as it is.
    Mask(bool),
    /// Saves the table that is looked at.
    Evidence,
    /// Typed into a field of the rights and the commands; the whole text.
    Type(Field, String),
    /// Takes a text along.
    Copy(String),
    /// Takes the commands for the other machine along.
    Commands(UnixTime, String),
    /// Saves the session policy.
    SavePolicy(String),
    /// Wants to see a row of the log, which is the log's business.
    Show(RowId),
}

/// What a row of the table shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// What was predicted.
    pub row: &'a Row,
    /// What became of it.
    pub compared: &'a Compared,
    /// What was seen of it.
    pub seen: Vec<Sight>,
}

/// What was seen of one thing by one witness, each outcome once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who saw it.
    pub witness: Witness,
    /// What came of it.
    pub outcome: Outcome,
    /// How often.
    pub times: usize,
    /// Where it was seen first.
    pub first: Origin,
}

/// Where something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the log.
    Log {
        /// Its row; nothing when the log was cleared since.
        row: Option<RowId>,
        /// The time from the first event of the run.
        after: Millis,
    },
    /// In a paste.
    Paste {
        /// Which one.
        paste: usize,
        /// In which line of it, from 1.
        line: usize,
    },
}

/// How a frozen prediction stands to what was seen, and to what is there by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When it was made.
    pub at: UnixTime,
    /// Something had been seen by then.
    pub late: bool,
    /// Who connects, or a policy, is another one by now.
    pub policies: bool,
    /// The sessions or their steps are.
    pub plan: bool,
    /// The sessions sign in otherwise.
    pub sign_in: bool,
}

/// How many rows came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// As predicted.
    pub agree: usize,
    /// Otherwise.
    pub contradict: usize,
    /// Seen, and not decided by it.
    pub cannot_tell: usize,
    /// Not seen.
    pub not_observed: usize,
}

impl Default for Compare {
    fn default() -> Self {
        Self {
            whose: Whose::Page,
            masking: true,
            why: None,
            policy_changed: None,
            pastes: Vec::new(),
            needs: Needs::default(),
            role_policy: String::new(),
            told: None,
            refused: None,
            plan: Rc::default(),
            sign_in: SignIn::SigV4,
            page: Table::default(),
            device: Table::default(),
            seen: Vec::new(),
            now: None,
            since: None,
            began: Instant(0),
            newest: None,
        }
    }
}

impl Compare {
    /// Nothing is predicted yet; this is typed of what a run needs.
    #[must_use]
    pub fn of(needs: Needs) -> Self {
        Self { needs, ..Self::default() }
    }

    /// Whether this is what it follows.
    #[must_use]
    pub fn follows(&self, plan: &Scenario, sign_in: SignIn) -> bool {
        self.sign_in == sign_in && *self.plan == *plan
    }

    /// Takes in the plan as it is now, and how the sessions of this page would sign in.
    pub fn follow(&mut self, plan: Scenario, sign_in: SignIn) {
        self.plan = Rc::new(plan);
        self.sign_in = sign_in;
        if !self.has_device() {
            self.whose = Whose::Page;
        }
        self.predict_what_follows();
    }

    /// Takes in the entries of the log that count, what was found in them and the numbers of their rows, at the time `at`.
    ///
    /// Reads all of them: call it no more often than the screen can show it.
    pub fn observe(
        &mut self,
        entries: &[Entry],
        findings: &[Finding],
        row: impl Fn(usize) -> Option<RowId>,
        at: UnixTime,
    ) {
        self.now = Some(at);
        self.newest = entries.iter().map(|entry| entry.at).max().or(self.newest);
        let observations = recorded(entries, findings).into_iter().filter_map(|observation| {
            let at = entries.get(observation.place)?.at;
            let row = row(observation.place);
            Some(Seen { observation, at, row })
        });
        let counts = |at: Instant| self.since.is_none_or(|since| at > since);
        let seen: Vec<Seen> = observations.filter(|seen| counts(seen.at)).collect();
        self.began = entries.iter().map(|entry| entry.at).filter(|at| counts(*at)).min().unwrap_or_default();
        if seen == self.seen {
            return;
        }
        self.seen = seen;
        // Who connects freezes it; what came before that, nobody predicted.
        self.freeze(Whose::Page, at, true);
        self.hold(Whose::Page);
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if !matches!(msg, Msg::Why(_) | Msg::Type(..) | Msg::RolePolicy(_)) {
            (self.told, self.refused) = (None, None);
        }
        match msg {
            Msg::Now(at) => {
                self.now = Some(at);
                self.predict_what_follows();
            }
            Msg::Connecting(at) => self.freeze(Whose::Page, at, false),
            Msg::Run(at) => {
                self.since = self.newest;
                self.seen.clear();
                self.page.frozen = None;
                self.predict(Whose::Page, at);
                self.freeze(Whose::Page, at, false);
            }
            Msg::Look(whose) => {
                if whose == Whose::Page || self.has_device() {
                    (self.whose, self.why) = (whose, None);
                }
            }
            Msg::Anew(at) => {
                let late = self.is_seen(self.whose);
                self.predict(self.whose, at);
                let plan = self.plan.clone();
                self.table_mut(self.whose).frozen = late.then_some(Frozen { plan, late });
            }
            Msg::Why(row) => self.why = Some(row).filter(|_| self.why != Some(row)),
            Msg::PolicyChanged(at) => self.policy_changed = at,
            Msg::Pasted(at, pastes) => self.paste(at, pastes),
            Msg::Remove(paste) => {
                if paste < self.pastes.len() {
                    self.pastes.remove(paste);
                    self.hold(Whose::Page);
                    self.hold(Whose::Device);
                }
                return vec![Effect::Focus(PASTE_ID)];
            }
            Msg::Refused(why) => self.refused = Some(why),
            Msg::Mask(masking) => self.masking = masking,
            Msg::Evidence => return self.save_evidence(),
            Msg::Type(field, text) => self.needs.write(field, text),
            Msg::Copy(text) => return vec![Effect::Copy(text)],
            Msg::Commands(at, text) => {
                self.freeze(Whose::Device, at, false);
                return vec![Effect::Copy(text)];
            }
            Msg::SavePolicy(text) => return vec![Effect::Save(needs::POLICY_FILE, text)],
            Msg::RolePolicy(text) => self.role_policy = text,
            Msg::Grown(_) | Msg::Show(_) | Msg::AddRolePolicy => {}
        }
        Vec::new()
    }

    /// The plan that is followed.
    #[must_use]
    pub fn plan(&self) -> &Scenario {
        &self.plan
    }

    /// Whether there can be a machine that holds a certificate: at AWS.
    #[must_use]
    pub fn has_device(&self) -> bool {
        self.sign_in != SignIn::OtherBroker
    }

    /// How the sessions of this page sign in.
    #[must_use]
    pub const fn sign_in(&self) -> SignIn {
        self.sign_in
    }

    /// The prediction of the table that is looked at.
    #[must_use]
    pub fn prediction(&self) -> Option<&Prediction> {
        self.prediction_of(self.whose)
    }

    /// One of the predictions; none before a time was told.
    #[must_use]
    pub fn prediction_of(&self, whose: Whose) -> Option<&Prediction> {
        self.table(whose).prediction.as_deref()
    }

    /// How that is frozen; nothing while it follows the plan and the policies.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        let table = self.table(self.whose);
        let (frozen, prediction) = (table.frozen.as_ref()?, table.prediction.as_ref()?);
        let (then, now) = (&*frozen.plan, &*self.plan);
        Some(Standing {
            at: prediction.at(),
            late: frozen.late,
            policies: then.identities != now.identities || then.switches != now.switches,
            plan: then.sessions != now.sessions || then.steps != now.steps,
            sign_in: self.whose == Whose::Page && prediction.sign_in() != self.sign_in,
        })
    }

    /// The rows of the table that is looked at.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let table = self.table(self.whose);
        let rows = table.prediction.as_deref().map_or(&[][..], Prediction::rows);
        rows.iter().zip(&table.comparison.rows).map(|(row, compared)| Line {
            row,
            compared,
            seen: self.sights(&compared.observations),
        })
    }

    /// What was seen and is in no row, with whose it is and what it is about.
    pub fn unplanned(&self) -> impl Iterator<Item = (&Observation, Origin)> {
        let unplanned = &self.table(self.whose).comparison.unplanned;
        unplanned.iter().filter_map(|at| self.observation(self.whose, *at))
    }

    /// How the rows came out.
    #[must_use]
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for compared in &self.table(self.whose).comparison.rows {
            match compared.verdict {
                Verdict::Agrees(_) => count.agree += 1,
                Verdict::Contradicts(_) => count.contradict += 1,
                Verdict::CannotTell(_) => count.cannot_tell += 1,
                Verdict::NotObserved(_) => count.not_observed += 1,
            }
        }
        count
    }

    /// What to look at for a row, the likely things first.
    #[must_use]
    pub fn suspects(&self, compared: &Compared) -> Vec<Suspect> {
        let Some(prediction) = self.prediction() else { return Vec::new() };
        let around = Circumstances { run: prediction.at(), policy_changed: self.policy_changed };
        suspects(prediction, compared, &around)
    }

    /// When the cache has the policy that was changed.
    #[must_use]
    pub fn policy_holds(&self) -> Option<UnixTime> {
        self.policy_changed.map(|changed| UnixTime(changed.0.saturating_add(POLICY_CACHE.0 / 1000)))
    }

    /// The name of a session in the prediction that is looked at.
    #[must_use]
    pub fn name(&self, session: SessionId) -> &str {
        let plan = self.table(self.whose).frozen.as_ref().map_or(&self.plan, |frozen| &frozen.plan);
        let actor = usize::try_from(session.0).ok().and_then(|place| plan.sessions.get(place));
        actor.map_or("?", |actor| actor.name.as_str())
    }

    const fn table(&self, whose: Whose) -> &Table {
        match whose {
            Whose::Page => &self.page,
            Whose::Device => &self.device,
        }
    }

    const fn table_mut(&mut self, whose: Whose) -> &mut Table {
        match whose {
            Whose::Page => &mut self.page,
            Whose::Device => &mut self.device,
        }
    }

    fn predict_what_follows(&mut self) {
        let Some(now) = self.now else { return };
        for whose in [Whose::Page, Whose::Device] {
            if self.table(whose).frozen.is_none() {
                self.predict(whose, now);
            }
        }
    }

    fn predict(&mut self, whose: Whose, at: UnixTime) {
        let sign_in = match whose {
            Whose::Page => self.sign_in,
            Whose::Device => SignIn::Certificate,
        };
        let prediction = Rc::new(predict(&self.plan, sign_in, at));
        self.table_mut(whose).prediction = Some(prediction);
        self.why = self.why.filter(|_| self.whose != whose);
        self.hold(whose);
    }

    /// Freezes a prediction that follows, before something is held against it; `late` when that is there already. What it
    /// says of the time is as of now.
    fn freeze(&mut self, whose: Whose, at: UnixTime, late: bool) {
        if self.table(whose).frozen.is_none() {
            self.predict(whose, at);
            let plan = self.plan.clone();
            self.table_mut(whose).frozen = Some(Frozen { plan, late });
        }
    }

    /// Whether anything that was seen can be held against a table.
    fn is_seen(&self, whose: Whose) -> bool {
        let pasted = self.pastes.iter().any(|paste| !paste.observations.is_empty());
        pasted || (whose == Whose::Page && !self.seen.is_empty())
    }

    /// What can be held against a table: of this page's sessions, then of the pastes.
    fn observations(&self, whose: Whose) -> impl Iterator<Item = &Observation> {
        let own: &[Seen] = if whose == Whose::Page { &self.seen } else { &[] };
        let pasted = self.pastes.iter().flat_map(|paste| &paste.observations);
        own.iter().map(|seen| &seen.observation).chain(pasted)
    }

    /// One of them, and where it was seen.
    fn observation(&self, whose: Whose, at: usize) -> Option<(&Observation, Origin)> {
        let own: &[Seen] = if whose == Whose::Page { &self.seen } else { &[] };
        if let Some(seen) = own.get(at) {
            return Some((&seen.observation, Origin::Log { row: seen.row, after: seen.at - self.began }));
        }
        let mut at = at - own.len();
        for (place, paste) in self.pastes.iter().enumerate() {
            match paste.observations.get(at) {
                Some(found) => return Some((found, Origin::Paste { paste: place, line: found.place })),
                None => at -= paste.observations.len(),
            }
        }
        None
    }

    /// Compares anew.
    fn hold(&mut self, whose: Whose) {
        let Some(prediction) = self.table(whose).prediction.clone() else { return };
        let observations: Vec<Observation> = self.observations(whose).cloned().collect();
        self.table_mut(whose).comparison = compare(&prediction, &observations);
    }

    fn sights(&self, observations: &[usize]) -> Vec<Sight> {
        let mut sights: Vec<Sight> = Vec::new();
        for (seen, first) in observations.iter().filter_map(|at| self.observation(self.whose, *at)) {
            let (witness, outcome) = (seen.witness, seen.outcome);
            match sights.iter_mut().find(|sight| (sight.witness, sight.outcome) == (witness, outcome)) {
                Some(sight) => sight.times += 1,
                None => sights.push(Sight { witness, outcome, times: 1, first }),
            }
        }
        sights
    }

    fn paste(&mut self, at: UnixTime, pastes: Vec<Paste>) {
        self.now = Some(at);
        let mut room = MAX_PASTED;
        room -= self.pastes.iter().map(|paste| paste.observations.len()).sum::<usize>().min(room);
        for mut paste in pastes {
            if self.pastes.len() >= MAX_PASTES || paste.observations.len() > room {
                self.refused = Some(words::too_many_pastes(MAX_PASTES, MAX_PASTED));
                break;
            }
            paste.text = beginning(paste.text);
            room -= paste.observations.len();
            self.pastes.push(Rc::new(paste));
        }
        let seen = self.pastes.iter().any(|paste| !paste.observations.is_empty());
        for whose in [Whose::Page, Whose::Device] {
            if seen {
                self.freeze(whose, at, true);
            }
            self.hold(whose);
        }
    }

    fn save_evidence(&mut self) -> Vec<Effect> {
        let table = self.table(self.whose);
        let Some(prediction) = &table.prediction else { return Vec::new() };
        let switches = table.frozen.as_ref().map_or(self.plan.switches, |frozen| frozen.plan.switches);
        let title = |row: &Row, compared: &Compared| {
            let ask = words::ask(&row.ask, &row.client_id);
            format!("{} {ask}: {}", self.name(row.session), words::verdict(compared.verdict))
        };
        let found = evidence(prediction, &table.comparison, switches, self.masking, title);
        self.told = Some(words::evidence(found.cases, found.left_out));
        if found.cases == 0 { Vec::new() } else { vec![Effect::Save(EVIDENCE_FILE, found.text)] }
    }
}

/// What is shown of a paste: its beginning.
fn beginning(mut text: String) -> String {
    const SHOWN: usize = 64 << 10;
    if text.len() > SHOWN {
        let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push_str("\n…");
    }
    text
}
