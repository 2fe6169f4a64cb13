//! Check: the state of its screen and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

pub mod answer;
pub mod cases;
pub mod change;
pub mod errand;
pub mod files;
pub mod fill_in;
mod findings;
pub mod import;
pub mod lit;
pub mod matrix;
pub mod paste;
mod readable;
pub mod share;
pub mod wanted;
pub mod who;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::app::history::History;
use crate::app::presenter;
use crate::app::workspace::{
    Attached, Attachment, CertificateState, Entry, PolicyText, PrincipalKind, Screen, TextField, Transport,
    Who, Workspace,
};
use crate::policy::certificate::holds_private_key;
use crate::policy::diagnostic::{Severity, Span};
use crate::policy::document::{Document, parse};
use crate::policy::explain::Explanation;
use crate::policy::fix::Change;
use crate::policy::import::MAX_PASTE;
use crate::policy::lint::Finding;
use crate::text::Text;
use crate::words::{form, page, share as said};
use answer::Answer;
use errand::{Brought, Errand, JudgedSuite, Prepared};
use files::Opened;
use fill_in::FillIn;
use findings::Findings;
use import::{Imported, Imports};
use lit::{Links, Lit, Part, Pointed};
use matrix::{At, Matrix, Question};
use serde::{Deserialize, Serialize};

/// At most this many policies side by side (AWS: ten on a certificate; more can come from thing groups).
pub const MAX_POLICIES: usize = 20;

/// Everything the screen shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the user typed.
    pub workspace: Workspace,
    /// The answers: those of `workspace`, but for policies that are [`Model::stale`].
    pub matrix: Matrix,
    /// The cell that is explained.
    pub selected: At,
    /// Its explanation; nothing when it was not asked.
    pub answer: Option<Answer>,
    /// The places of the policies whose text cannot be read at the moment; what is answered is their last readable one.
    pub stale: Vec<usize>,
    /// The way out that is being tried.
    pub trial: Option<Trial>,
    /// What the user points at.
    pub pointed: Option<Pointed>,
    /// The last place in a policy that was to be shown.
    pub reveal: Option<Reveal>,
    /// What can be undone.
    pub history: History,
    /// Something that the user should read, until the next action.
    pub notice: Option<String>,
    /// Whether account numbers and the like are masked in what leaves.
    pub masking: bool,
    /// Whether the panel of what leaves and comes in is open: what it shows is not made before.
    pub sharing: bool,
    /// What would leave, while the panel is open; or why nothing does.
    pub leaving: Option<Result<Prepared, Vec<Text>>>,
    /// The pages of rules that were asked for, by code, as Markdown.
    pub pages: BTreeMap<String, String>,
    /// The suite that was opened.
    pub suite: Option<JudgedSuite>,
    /// What came of the files that were opened as policies.
    pub files: Vec<Text>,
    /// Who connects, out of a paste.
    pub fill_in: FillIn,
    /// Whether what is typed is kept in this browser.
    pub keeps_drafts: bool,
    /// Whether the workspace came with a link that still stands in the address bar.
    pub from_link: bool,
    /// The link that the page was opened with, until it is read.
    link: Option<String>,
    /// Texts of fields that were said to have no value: what they hold again when that is taken back.
    kept: Vec<(TextField, String)>,
    answered: Workspace,
    documents: Vec<Document>,
    imports: Imports,
    findings: Findings,
    links: Vec<(Part, Links)>,
    decisive: Option<(usize, Span)>,
}

/// What a load of the page begins with, the first that there is.
#[derive(Clone, Debug, Default)]
pub struct Opening<'a> {
    /// What another program or load of the page left.
    pub left: Option<&'a str>,
    /// The fragment of the address, without `#`; empty for none.
    pub fragment: &'a str,
    /// What was kept in this browser because the user wanted it.
    pub draft: Option<&'a str>,
    /// Makes proposed client IDs of Live unlike anybody else's.
    pub tag: &'a str,
}

/// A way out, made on a copy: nothing that the user typed is changed.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which of the answer's ways.
    pub way: usize,
    /// The answers with it; its cells stand where those of the model's matrix do.
    pub matrix: Matrix,
    /// The answer to the selected question with it.
    pub explanation: Option<Explanation>,
}

/// A place in a policy that is to be shown and selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Tells two wishes for one place apart.
    pub number: u32,
    /// The policy's place in the workspace.
    pub policy: usize,
    /// Bytes of its text.
    pub span: Span,
}

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Sees the screen for the first time.
    Open,
    /// Opened a screen.
    Show(Screen),
    /// Typed into a field; the whole text.
    Type(TextField, String),
    /// Changed something other than a text.
    Edit(Edit),
    /// Asked for one cell's explanation.
    Select(At),
    /// Points at something, or at nothing any more.
    Point(Option<Pointed>),
    /// Tries a way out, by its number; the one that is being tried is taken back.
    Try(usize),
    /// Takes back what is being tried.
    TakeBack,
    /// Makes what is being tried.
    Keep,
    /// Asks what a near miss, by its number, would have asked, or makes its change.
    AskNear(usize),
    /// Makes the change that removes the cause of a finding, by its number.
    Mend(usize),
    /// Wants to read why the rule of this code flags what it flags.
    Why(&'static str),
    /// Wants to see a place: the policy's place in the workspace, bytes of its text.
    Reveal(usize, Span),
    /// Took the last change back.
    Undo,
    /// Made it again.
    Redo,
    /// Comes back from another screen with the workspace as that one left it.
    Take(Box<Workspace>),
    /// The address has another fragment now.
    Link(String),
    /// Wants the link out of the address bar.
    ForgetLink,
    /// Opened or closed the panel of what leaves and comes in.
    Share(bool),
    /// Chose to mask what leaves, or not to.
    Mask(bool),
    /// Wants this out of the page.
    Leave(Leave),
    /// Opened files as policies.
    Import(Opened),
    /// Has this in the field for certificates and outputs of the AWS CLI.
    FillIn(String),
    /// Opened files with such.
    FillInFrom(Opened),
    /// Opened a file as a suite.
    Suite(Opened),
    /// Opened a case of the suite, by its place in the list.
    OpenCase(usize),
    /// Put the suite away.
    CloseSuite,
    /// Wants what is typed kept in this browser, or not any more.
    KeepDrafts(bool),
    /// Asked for another version of the page.
    Renew,
    /// The browser refused to load the page anew.
    ReloadFailed,
    /// An errand is done.
    Brought(Brought),
    /// The browser has something to say of what it was to do.
    Told(String),
    /// Turns presenter mode on or off.
    Present,
}

/// What can leave the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// A link, to the clipboard.
    Link,
    /// The report, to the clipboard.
    Report,
    /// The report as a file.
    ReportFile,
    /// The explanation as a file of JSON.
    JsonFile,
    /// All answers as a suite.
    SuiteFile,
}

/// A change of the workspace other than typing. Each is one step to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds an empty policy.
    AddPolicy,
    /// Adds policies; the first takes the place of a last one without a text.
    AddPolicies(Vec<PolicyText>),
    /// Puts policies in the place of one, by index.
    ReplacePolicy(usize, Vec<PolicyText>),
    /// Removes a policy, by index.
    RemovePolicy(usize),
    /// Turns a policy on or off.
    SwitchPolicy(usize),
    /// Attaches a policy elsewhere.
    AttachPolicy(usize, Attached),
    /// Another kind of principal.
    Principal(PrincipalKind),
    /// Another kind of attachment.
    Attach(Attachment),
    /// Another state of the certificate.
    Certificate(CertificateState),
    /// Another way to connect.
    Transport(Transport),
    /// Who connects, filled in from what was pasted.
    Who(Box<Who>),
    /// Whether all of the certificate is known.
    CertificateComplete(bool),
    /// A value by the name of its variable; nothing makes it unknown again.
    Value(String, Option<Entry>),
    /// A value of the thing of this name.
    ThingValue(String, String, Option<Entry>),
    /// Whether sessions are persistent.
    Persistent(bool),
    /// Whether publishes and wills are retained.
    Retain(bool),
    /// Whether QoS is 1.
    Qos1(bool),
    /// The article's case in place of everything.
    Example,
    /// Nothing in place of everything, to begin with one's own.
    Empty,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open this screen, with the workspace as it is.
    Open(Screen),
    /// Put this fragment, on the page's own address, into the clipboard.
    CopyLink(String),
    /// Put this text into the clipboard.
    Copy(String),
    /// Save this text as a file of this name.
    Save(String, String),
    /// Have the other program do this.
    Run(Errand),
    /// Keep this in the browser for the next visit, or forget what was kept.
    Keep(Option<String>),
    /// Take the fragment out of the address bar.
    ForgetLink,
    /// Load the page anew, locked as it is, with the workspace as it is.
    Reload,
}

impl Model {
    /// The screen as it opens.
    #[must_use]
    pub fn open(opening: &Opening) -> Self {
        let Opening { left, fragment, draft, tag } = *opening;
        let (mut workspace, mut notice) = Workspace::opening(left.or(draft), tag);
        let link = (left.is_none() && is_link(fragment)).then(|| fragment.to_owned());
        if left.is_none() && (link.is_some() || fragment == "new") {
            workspace = empty(&workspace);
            notice = link.is_some().then(|| said::OPENING_LINK.to_owned());
        }
        let mut model = Self::showing(workspace, notice);
        (model.keeps_drafts, model.link) = (draft.is_some(), link);
        model
    }

    /// The screen with this workspace.
    fn showing(workspace: Workspace, notice: Option<String>) -> Self {
        let mut model = Self {
            selected: At { question: 0, client: 0 },
            matrix: Matrix::new(&Workspace::default()),
            answer: None,
            stale: Vec::new(),
            trial: None,
            pointed: None,
            reveal: None,
            history: History::default(),
            notice,
            masking: true,
            sharing: false,
            leaving: None,
            pages: BTreeMap::new(),
            suite: None,
            files: Vec::new(),
            fill_in: FillIn::default(),
            keeps_drafts: false,
            from_link: false,
            link: None,
            kept: Vec::new(),
            answered: Workspace::default(),
            documents: Vec::new(),
            imports: Imports::default(),
            findings: Findings::default(),
            links: Vec::new(),
            decisive: None,
            workspace,
        };
        model.answer_anew();
        model
    }

    /// The policy at this place of the workspace as it is typed, and what is wrong with its text.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<&Document> {
        self.documents.get(index)
    }

    /// What the field of the policy at this place holds, if it is more than a policy.
    #[must_use]
    pub fn imported(&self, index: usize) -> Option<&Imported> {
        self.imports.of(&self.workspace.policies.get(index)?.text)
    }

    /// What the linter says of the policies that are on, in order of place.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.found()
    }

    /// Where the cause of a finding is: the policy's place in the workspace and bytes of its text; nothing while that
    /// text is not the one on the screen.
    #[must_use]
    pub fn place(&self, finding: &Finding) -> Option<(usize, Span)> {
        let place = finding.found.places.first()?;
        let source = *self.matrix.sources.get(place.policy)?;
        (!self.stale.contains(&source)).then(|| (source, place.span.clone()))
    }

    /// The findings of the linter in one policy, for its text.
    #[must_use]
    pub fn squiggles(&self, policy: usize) -> Vec<(Span, Severity, String)> {
        let here = self.findings().iter().filter_map(|finding| {
            let (source, span) = self.place(finding)?;
            (source == policy).then(|| (span, finding.rule.severity, finding.found.message.to_string()))
        });
        here.collect()
    }

    /// What is to be marked on the screen.
    #[must_use]
    pub fn lit(&self) -> Lit {
        lit::lit(&self.links, self.decisive.as_ref(), self.pointed.as_ref(), &self.stale)
    }

    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let followed = self.keeps_drafts || self.sharing;
        let before = followed.then(|| self.workspace.clone());
        let mut effects = match msg {
            // It clears the notice only when something changes.
            Msg::Type(field, text) => {
                self.type_into(field, text);
                Vec::new()
            }
            msg => {
                // What the user did not do takes nothing away.
                if !matches!(msg, Msg::Open | Msg::Point(_) | Msg::Brought(_)) {
                    self.notice = None;
                }
                self.take(msg)
            }
        };
        if before.is_some_and(|before| before != self.workspace) {
            effects.extend(self.keeps_drafts.then(|| self.keep_draft()));
            effects.extend(self.sharing.then(|| self.prepare()));
        }
        effects.extend(self.imports.ask().into_iter().map(Effect::Run));
        effects
    }

    /// What others may see: this model of the masked workspace. Nothing when presenter mode is off.
    #[must_use]
    pub fn presented(&self) -> Option<Self> {
        if !self.workspace.presenter {
            return None;
        }
        let mut shown = Self {
            workspace: presenter::masked(&self.workspace),
            answered: presenter::masked(&self.answered),
            notice: self.notice.as_deref().map(presenter::masked_text),
            history: History::default(),
            kept: Vec::new(),
            documents: Vec::new(),
            sharing: false,
            leaving: None,
            suite: None,
            ..self.clone()
        };
        shown.recheck();
        if shown.matrix.cells != self.matrix.cells {
            shown.notice.get_or_insert_with(|| page::MASKS_CHANGE.to_owned());
        }
        Some(shown)
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            // Also the open screen: another one may be on its way.
            Msg::Show(screen) => {
                self.workspace.screen = screen;
                return vec![Effect::Open(screen)];
            }
            Msg::Edit(Edit::Value(..) | Edit::ThingValue(..)) if self.hides_value(&msg) => {
                self.notice = Some(page::HIDDEN.to_owned());
            }
            Msg::Open => {
                let link = self.link.clone().map(|fragment| Effect::Run(Errand::Link(fragment)));
                return link.into_iter().collect();
            }
            Msg::Type(..) => {}
            Msg::Edit(edit) => {
                self.history.note(&self.workspace, None);
                let anew = matches!(edit, Edit::Example | Edit::Empty);
                let left_out = self.left_out(&edit);
                self.notice = (left_out > 0).then(|| form::policies_left_out(left_out, MAX_POLICIES));
                self.edit(edit);
                if anew {
                    self.answer_anew();
                } else {
                    self.recheck();
                }
            }
            Msg::Renew => match self.workspace.travels() {
                Ok(()) => return vec![Effect::Reload],
                Err(why) => self.notice = Some(why),
            },
            Msg::ReloadFailed => self.notice = Some(crate::words::page::NO_RELOAD.to_owned()),
            Msg::Select(at) => self.select(at),
            Msg::Point(pointed) => self.pointed = pointed,
            Msg::Try(way) => self.try_out(way),
            Msg::TakeBack => self.trial = None,
            Msg::Keep => self.keep(),
            Msg::AskNear(near) => self.ask_near(near),
            Msg::Mend(finding) => self.mend(finding),
            Msg::Why(code) if self.pages.contains_key(code) => {}
            Msg::Why(code) => return vec![Effect::Run(Errand::Why(code.to_owned()))],
            Msg::Reveal(policy, span) => {
                let number = self.reveal.as_ref().map_or(0, |last| last.number.wrapping_add(1));
                self.reveal = Some(Reveal { number, policy, span });
            }
            Msg::Undo if self.trial.is_some() => self.trial = None,
            Msg::Undo => {
                if self.history.undo(&mut self.workspace) {
                    self.recheck();
                }
            }
            Msg::Redo => {
                if self.history.redo(&mut self.workspace) {
                    self.recheck();
                }
            }
            Msg::Take(workspace) => {
                let before = std::mem::replace(&mut self.workspace, *workspace);
                let Workspace { screen, presenter, .. } = self.workspace;
                if (Workspace { screen, presenter, ..before.clone() }) != self.workspace {
                    self.history.note(&before, None);
                    self.recheck();
                }
            }
            Msg::Link(fragment) if fragment == "new" => return self.take(Msg::Edit(Edit::Empty)),
            Msg::Link(fragment) if is_link(&fragment) => return vec![Effect::Run(Errand::Link(fragment))],
            Msg::Link(_) => {}
            Msg::ForgetLink => {
                self.from_link = false;
                return vec![Effect::ForgetLink];
            }
            Msg::Share(open) => {
                self.sharing = open;
                return open.then(|| self.prepare()).into_iter().collect();
            }
            Msg::Mask(masking) => {
                self.masking = masking;
                return vec![self.prepare()];
            }
            Msg::Leave(leave) => {
                let (workspace, masking, at) =
                    (Box::new(self.workspace.clone()), self.masking, self.selected);
                return vec![Effect::Run(Errand::Make { leave, workspace, masking, at })];
            }
            Msg::Import(opened) => {
                let (files, told) = opened.texts();
                self.files = told;
                if !files.is_empty() {
                    return vec![Effect::Run(Errand::Import { files })];
                }
            }
            Msg::FillIn(text) => {
                let errand = self.fill_in.field(text, &self.workspace.who);
                return errand.map(Effect::Run).into_iter().collect();
            }
            Msg::FillInFrom(opened) => {
                let (files, told) = opened.texts();
                let texts = files.into_iter().map(|(_, text)| text).collect();
                let errand = self.fill_in.read(texts, told, &self.workspace.who);
                return errand.map(Effect::Run).into_iter().collect();
            }
            Msg::Suite(opened) => match opened.files.into_iter().next() {
                Some((name, Ok(text))) => return vec![Effect::Run(Errand::Judge { name, text })],
                Some((name, Err(why))) => self.notice = Some(said::not_a_suite(&name, &why)),
                None => {}
            },
            Msg::OpenCase(index) => {
                let workspace = Box::new(self.workspace.clone());
                let text = self.suite.as_ref().map(|suite| suite.text.clone()).unwrap_or_default();
                return vec![Effect::Run(Errand::Open { text, index, workspace })];
            }
            Msg::CloseSuite => self.suite = None,
            Msg::KeepDrafts(keep) => {
                self.keeps_drafts = keep;
                return vec![if keep { self.keep_draft() } else { Effect::Keep(None) }];
            }
            Msg::Brought(brought) => return self.take_in(brought),
            Msg::Told(sentence) => self.notice = Some(sentence),
            Msg::Present => self.workspace.presenter = !self.workspace.presenter,
        }
        Vec::new()
    }

    /// Whether presenter mode shows the value that is to be changed masked.
    fn hides_value(&self, msg: &Msg) -> bool {
        let value = |workspace: &Workspace| match msg {
            Msg::Edit(Edit::Value(name, _)) => workspace.who.values.get(name).cloned(),
            Msg::Edit(Edit::ThingValue(thing, name, _)) => {
                workspace.who.facts.get(thing).and_then(|facts| facts.values.get(name)).cloned()
            }
            _ => None,
        };
        self.workspace.presenter && value(&self.workspace) != value(&presenter::masked(&self.workspace))
    }

    /// Another workspace in place of this one, as one step to undo.
    fn replace(&mut self, workspace: Workspace) {
        self.history.note(&self.workspace, None);
        self.workspace = workspace;
        self.answer_anew();
    }

    fn keep_draft(&self) -> Effect {
        Effect::Run(Errand::Keep(Box::new(self.workspace.clone())))
    }

    fn prepare(&self) -> Effect {
        Effect::Run(Errand::Prepare { workspace: Box::new(self.workspace.clone()), masking: self.masking })
    }

    fn take_in(&mut self, brought: Brought) -> Vec<Effect> {
        let effect = match brought {
            Brought::Prepared(leaving) => {
                self.leaving = Some(leaving);
                return Vec::new();
            }
            Brought::Link(fragment) => Effect::CopyLink(fragment),
            Brought::Copy(text) => Effect::Copy(text),
            Brought::File(name, text) => Effect::Save(name, text),
            // Meanwhile the user may not want it any more.
            Brought::Keep(_) if !self.keeps_drafts => Effect::Keep(None),
            Brought::Keep(kept) => {
                if kept.is_none() {
                    self.notice = Some(said::NOT_KEPT.to_owned());
                }
                Effect::Keep(kept)
            }
            Brought::Why(code, page) => {
                self.pages.insert(code, page);
                return Vec::new();
            }
            Brought::Judged(suite) => {
                self.suite = Some(suite);
                return Vec::new();
            }
            Brought::Case { workspace, at, whole, id } => {
                self.replace(*workspace);
                self.select(at);
                self.notice = (!whole).then(|| said::not_all_of_case(&id));
                return Vec::new();
            }
            Brought::Found { text, found } => {
                self.imports.take_in(&text, found);
                return Vec::new();
            }
            Brought::Policies { policies, told } => {
                self.files.extend(told);
                if policies.is_empty() {
                    return Vec::new();
                }
                return self.take(Msg::Edit(Edit::AddPolicies(policies)));
            }
            Brought::FilledIn { from, texts, filled, refused } => {
                let who = self.fill_in.take_in(&from, &texts, *filled, refused, &self.workspace.who);
                return who.map(|who| self.take(Msg::Edit(Edit::Who(Box::new(who))))).unwrap_or_default();
            }
            Brought::Linked(Ok(linked)) => {
                self.notice = None;
                self.link = None;
                self.replace(linked.beside(&self.workspace));
                self.from_link = true;
                return Vec::new();
            }
            Brought::Linked(Err(why)) => {
                // The page was opened with it: the example stands where nothing else does.
                if self.link.take().is_some() {
                    self.take(Msg::Edit(Edit::Example));
                }
                self.notice = Some(why.to_string());
                return Vec::new();
            }
            Brought::Refused(why) => {
                self.notice = Some(why);
                return Vec::new();
            }
        };
        vec![effect]
    }

    fn type_into(&mut self, field: TextField, text: String) {
        // Neither is kept, not even for a moment: what stood in the field stands there again.
        let refused = if presenter::hides_field(&self.workspace, &field) {
            Some(page::HIDDEN.to_owned())
        } else if text.len() > MAX_PASTE {
            Some(form::too_long(text.len(), MAX_PASTE))
        } else {
            holds_private_key(&text).then(|| form::PRIVATE_KEY.to_owned())
        };
        if refused.is_some() {
            self.notice = refused;
            return;
        }
        let mut after = self.workspace.clone();
        after.type_into(&field, text);
        // A browser tells a change twice when the field is set back meanwhile.
        if after != self.workspace {
            self.notice = None;
            self.history.note(&self.workspace, Some(&field));
            self.workspace = after;
            self.recheck();
        }
    }

    /// What a field is to hold, so that the text that gives way to "has none" comes back after it.
    fn put_by(&mut self, field: TextField, before: Option<Entry>, after: Option<Entry>) -> Option<Entry> {
        let at = self.kept.iter().position(|(kept, _)| *kept == field);
        let kept = at.map(|at| self.kept.swap_remove(at).1);
        match (before, after) {
            (Some(Entry::Is(text)), Some(Entry::None)) => {
                self.kept.push((field, text));
                Some(Entry::None)
            }
            (Some(Entry::None), None) => kept.map(Entry::Is),
            (_, after) => after,
        }
    }

    /// How many policies an edit brings that have no place.
    fn left_out(&self, edit: &Edit) -> usize {
        let policies = &self.workspace.policies;
        let (kept, brought) = match edit {
            Edit::AddPolicies(with) => {
                (policies.len() - usize::from(policies.last().is_some_and(is_blank)), with.len())
            }
            Edit::ReplacePolicy(_, with) => (policies.len().saturating_sub(1), with.len()),
            _ => return 0,
        };
        (kept + brought).saturating_sub(MAX_POLICIES)
    }

    fn edit(&mut self, edit: Edit) {
        let edit = match edit {
            Edit::Value(name, entry) => {
                let before = self.workspace.who.values.get(&name).cloned();
                let entry = self.put_by(TextField::Value(name.clone()), before, entry);
                Edit::Value(name, entry)
            }
            Edit::ThingValue(thing, name, entry) => {
                let facts = self.workspace.who.facts.get(&thing);
                let before = facts.and_then(|facts| facts.values.get(&name).cloned());
                let entry = self.put_by(TextField::ThingValue(thing.clone(), name.clone()), before, entry);
                Edit::ThingValue(thing, name, entry)
            }
            edit => edit,
        };
        let Workspace { policies, who, ask, .. } = &mut self.workspace;
        match edit {
            Edit::AddPolicy => {
                if policies.len() < MAX_POLICIES {
                    policies.push(PolicyText::new(&format!("policy-{}", policies.len() + 1), ""));
                }
            }
            Edit::AddPolicies(with) => {
                if policies.last().is_some_and(is_blank) {
                    policies.pop();
                }
                policies.extend(with);
                policies.truncate(MAX_POLICIES);
            }
            Edit::ReplacePolicy(index, with) => {
                if index < policies.len() {
                    policies.splice(index..=index, with);
                    policies.truncate(MAX_POLICIES);
                }
            }
            Edit::RemovePolicy(index) => {
                if index < policies.len() {
                    policies.remove(index);
                }
            }
            Edit::SwitchPolicy(index) => {
                if let Some(policy) = policies.get_mut(index) {
                    policy.off = !policy.off;
                }
            }
            Edit::AttachPolicy(index, attached) => {
                if let Some(policy) = policies.get_mut(index) {
                    policy.attached = attached;
                }
            }
            Edit::Principal(principal) => who.principal = principal,
            Edit::Attach(attachment) => who.attachment = attachment,
            Edit::Certificate(state) => who.certificate = state,
            Edit::Transport(transport) => who.transport = transport,
            Edit::Who(filled) => *who = *filled,
            Edit::CertificateComplete(complete) => who.certificate_complete = complete,
            Edit::Value(name, entry) => who.say(&name, entry),
            Edit::ThingValue(thing, name, entry) => who.say_of_thing(&thing, &name, entry),
            Edit::Persistent(persistent) => ask.persistent = persistent,
            Edit::Retain(retain) => ask.retain = retain,
            Edit::Qos1(qos1) => ask.qos1 = qos1,
            Edit::Example => {
                let Workspace { policies, who, ask, switches, .. } = Workspace::example();
                self.workspace = Workspace { policies, who, ask, switches, ..self.workspace.clone() };
            }
            Edit::Empty => self.workspace = empty(&self.workspace),
        }
    }

    /// Changes the workspace by one step to undo.
    fn change(&mut self, after: Workspace) {
        self.history.note(&self.workspace, None);
        self.workspace = after;
        self.recheck();
    }

    fn select(&mut self, at: At) {
        self.selected = at;
        self.explain();
    }

    fn try_out(&mut self, way: usize) {
        if self.trial.take().is_some_and(|trial| trial.way == way) {
            return;
        }
        let Some(tried) = self.answer.as_ref().and_then(|answer| answer.ways.get(way)) else { return };
        if tried.untried.is_some() {
            return;
        }
        let after = change::applied(&self.answered, &self.matrix, self.selected, &tried.fix.changes);
        self.trial = after.map(|after| {
            let matrix = Matrix::new(&after);
            Trial { way, explanation: matrix.explain(self.selected), matrix }
        });
    }

    fn keep(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        let Some(way) = self.answer.as_ref().and_then(|answer| answer.ways.get(trial.way)) else { return };
        if let Some(after) = change::applied(&self.workspace, &self.matrix, self.selected, &way.fix.changes) {
            self.change(after);
        }
    }

    fn ask_near(&mut self, near: usize) {
        let Some(near) = self.answer.as_ref().and_then(|answer| answer.near_misses.get(near)) else { return };
        let change = near.change.clone();
        let At { question, client } = self.selected;
        let known = |matrix: &Matrix, wanted: &Question, id: &str| {
            let client = matrix.client_ids.iter().position(|known| known == id)?;
            let question = matrix.questions.iter().position(|known| known == wanted)?;
            Some(At { question, client })
        };
        let (Some(asked), Some(id)) =
            (self.matrix.questions.get(question).cloned(), self.matrix.client_ids.get(client).cloned())
        else {
            return;
        };
        let mut after = self.workspace.clone();
        let (wanted, id) = match change {
            Change::ClientId(id) => {
                change::add_line(&mut after.ask.client_ids, &id);
                (asked, id)
            }
            Change::Name(name) => {
                if let Some(field) = change::asked_in(&mut after.ask, &asked) {
                    change::add_line(field, &name);
                }
                (asked.named(name), id)
            }
            Change::Policy(_) | Change::Exclusive(_) | Change::AttachThing(_) => {
                let changed = change::applied(&self.workspace, &self.matrix, self.selected, &[change]);
                if let Some(changed) = changed.filter(|_| self.stale.is_empty()) {
                    self.change(changed);
                }
                return;
            }
        };
        if known(&self.matrix, &wanted, &id).is_none() {
            self.change(after);
        }
        if let Some(at) = known(&self.matrix, &wanted, &id) {
            self.select(at);
        }
    }

    fn mend(&mut self, finding: usize) {
        let Some(finding) = self.findings().get(finding) else { return };
        let (Some((index, _)), Some(fix)) = (self.place(finding), &finding.found.fix) else { return };
        let mut after = self.workspace.clone();
        let Some(policy) = after.policies.get_mut(index) else { return };
        if let Some(text) = fix.apply(&policy.text) {
            policy.text = text;
            self.change(after);
        }
    }

    /// Asks everything anew; keeps the selected cell if it still exists.
    fn recheck(&mut self) {
        self.answer_all();
        if self.matrix.cell(self.selected).is_none() {
            self.selected = self.matrix.most_interesting();
        }
        self.explain();
    }

    /// Asks everything of another workspace, and explains where to look first.
    fn answer_anew(&mut self) {
        self.answer_all();
        self.select(self.matrix.most_interesting());
    }

    /// Reads the policies and asks everything, without an explanation.
    fn answer_all(&mut self) {
        let mut known = std::mem::take(&mut self.documents).into_iter();
        let documents = self.workspace.policies.iter().map(|policy| {
            known
                .next()
                .filter(|document| document.text == policy.text)
                .unwrap_or_else(|| parse(&policy.text))
        });
        self.documents = documents.collect();
        self.imports.update(&self.workspace.policies, &self.documents);
        (self.answered, self.stale) = readable::answered(&self.workspace, &self.documents, &self.answered);
        self.matrix = Matrix::new(&self.answered);
        self.findings.update(&self.answered, &self.matrix);
    }

    /// Explains the selected cell; what was tried was a way out of another answer.
    fn explain(&mut self) {
        self.trial = None;
        if matches!(self.pointed, Some(Pointed::Part(_))) {
            self.pointed = None;
        }
        self.answer = Answer::of(&self.answered, &self.matrix, self.selected, &self.stale);
        self.links = lit::links(&self.matrix, self.selected, self.answer.as_ref(), self.findings.found());
        self.decisive = self.answer.as_ref().and_then(|answer| lit::decisive(&self.matrix, answer));
    }
}

/// Whether a fragment may be a link of this page: others have other uses.
fn is_link(fragment: &str) -> bool {
    let version = fragment.split_once('.').map(|(version, _)| version);
    let numbered = version
        .is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    numbered || fragment.starts_with("check?")
}

/// Nothing but an empty policy, beside the plans of the other screens.
fn empty(workspace: &Workspace) -> Workspace {
    Workspace { policies: vec![PolicyText::new("policy-1", "")], ..Workspace::default() }.beside(workspace)
}

fn is_blank(policy: &PolicyText) -> bool {
    policy.text.trim().is_empty()
}
