//! Check: the state of its screen and the only function that changes it.
//!
//! Pure: a message goes in, orders to the browser come out. Messages and orders are plain data.

pub mod answer;
mod answering;
mod brought;
pub mod cases;
pub mod change;
mod edit;
pub mod errand;
pub mod files;
pub mod fill_in;
mod findings;
pub mod import;
pub mod lit;
pub mod matrix;
mod opening;
pub mod paste;
mod readable;
pub mod share;
mod trial;
mod view;
pub mod wanted;
pub mod who;

#[cfg(test)]
mod tests;

pub use edit::Edit;
pub use opening::{Opening, comes_with};
pub use trial::Trial;

use std::collections::BTreeMap;

use crate::app::history::History;
use crate::app::workspace::{MAX_POLICIES, Screen, TextField, Workspace};
use crate::policy::diagnostic::Span;
use crate::policy::document::Document;
use crate::text::Text;
use crate::words::{form, page, share as said};
use answer::Answer;
use errand::{Brought, Errand, JudgedSuite, Prepared};
use files::Opened;
use fill_in::FillIn;
use findings::Findings;
use import::Imports;
use lit::{Links, Part, Pointed};
use matrix::{At, Matrix};
use opening::is_link;
use serde::{Deserialize, Serialize};

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
    pub history: History<Workspace, TextField>,
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
    pub drafts: Drafts,
    /// Whether the workspace came with a link that still stands in the address bar.
    pub from_link: bool,
    /// The link that the page was opened with, until it is read.
    link: Option<String>,
    /// A link that came while another program was shown: that has the workspace.
    waiting: Option<String>,
    /// Texts of fields that were said to have no value: what they hold again when that is taken back.
    kept: Vec<(TextField, String)>,
    answered: Workspace,
    documents: Vec<Document>,
    imports: Imports,
    findings: Findings,
    links: Vec<(Part, Links)>,
    decisive: Option<(usize, Span)>,
}

/// Whether what is typed is kept in this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drafts {
    /// Nothing is kept.
    Off,
    /// Every change is kept.
    Kept,
    /// What was kept stays as it is: this page shows a link, or another tab keeps what it holds.
    Apart,
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
    /// Wants what looks like a secret out of everything that was typed.
    RemoveSecrets,
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
    /// Another tab kept something, or made the browser forget it.
    KeptElsewhere(bool),
    /// Asked for another version of the page.
    Renew,
    /// The browser refused to load the page anew.
    ReloadFailed,
    /// An errand is done.
    Brought(Brought),
    /// The other program did not come, and this is not done.
    NotDone(Errand),
    /// The other program did not come, and this screen of it is not open.
    NotOpened(Screen),
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
    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let followed = self.drafts == Drafts::Kept || self.sharing;
        let before = followed.then(|| self.workspace.clone());
        let mut effects = match msg {
            // It clears the notice only when something changes.
            Msg::Type(field, text) => {
                self.type_into(field, text);
                Vec::new()
            }
            msg => {
                // What the user did not do takes nothing away.
                if !matches!(msg, Msg::Open | Msg::Point(_) | Msg::Brought(_) | Msg::KeptElsewhere(_)) {
                    self.notice = None;
                }
                self.take(msg)
            }
        };
        if before.is_some_and(|before| before != self.workspace) {
            effects.extend((self.drafts == Drafts::Kept).then(|| self.keep_draft()));
            effects.extend(self.sharing.then(|| self.prepare()));
        }
        effects.extend(self.imports.ask().into_iter().map(Effect::Run));
        effects
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            // Also the open screen: another one may be on its way.
            Msg::Show(screen) => match self.workspace.travels() {
                Err(why) if screen != Screen::Check => self.notice = Some(why),
                _ => {
                    self.workspace.screen = screen;
                    return vec![Effect::Open(screen)];
                }
            },
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
                // What the link in the address bar holds is not on the screen any more.
                let forget = anew && std::mem::take(&mut self.from_link);
                let left_out = self.left_out(&edit);
                self.notice = (left_out > 0).then(|| form::policies_left_out(left_out, MAX_POLICIES));
                self.edit(edit);
                if anew {
                    self.answer_anew();
                } else {
                    self.recheck();
                }
                return forget.then_some(Effect::ForgetLink).into_iter().collect();
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
                    self.forget_readable();
                    self.recheck();
                }
            }
            Msg::Redo => {
                if self.history.redo(&mut self.workspace) {
                    self.forget_readable();
                    self.recheck();
                }
            }
            Msg::Take(workspace) => {
                self.imports.ask_again();
                let before = std::mem::replace(&mut self.workspace, *workspace);
                let Workspace { screen, presenter, .. } = self.workspace;
                if (Workspace { screen, presenter, ..before.clone() }) != self.workspace {
                    self.history.note(&before, None);
                    self.forget_readable();
                    self.recheck();
                }
                if let Some(fragment) = self.waiting.take() {
                    return self.take(Msg::Link(fragment));
                }
            }
            // The program that is shown has the workspace. It hands it over because of the link, too.
            Msg::Link(fragment) if comes_with(&fragment) && self.workspace.screen != Screen::Check => {
                self.waiting = Some(fragment);
            }
            Msg::Link(fragment) if is_link(&fragment) => return vec![Effect::Run(Errand::Link(fragment))],
            Msg::Link(fragment) if fragment == "new" => {
                self.part_from_draft();
                return self.take(Msg::Edit(Edit::Empty));
            }
            // The other program reads the rest of it, and hears of it itself while it is shown.
            Msg::Link(fragment) if fragment.split('/').next() == Some("lessons") => {
                if self.workspace.screen == Screen::Check {
                    return self.take(Msg::Show(Screen::Lessons));
                }
            }
            // Somebody else's fragment, where a link stood perhaps.
            Msg::Link(_) => self.from_link = false,
            Msg::ForgetLink => {
                self.from_link = false;
                return vec![Effect::ForgetLink];
            }
            Msg::Share(_) if self.workspace.presenter => self.notice = Some(page::NOT_SHARED.to_owned()),
            Msg::Share(open) => {
                self.sharing = open;
                return open.then(|| self.prepare()).into_iter().collect();
            }
            Msg::Mask(masking) => {
                self.masking = masking;
                return vec![self.prepare()];
            }
            Msg::RemoveSecrets => {
                return vec![Effect::Run(Errand::Clean(Box::new(self.workspace.clone())))];
            }
            // A link leads to the text as it is typed; everything else holds answers.
            Msg::Leave(leave) if leave != Leave::Link && !self.stale.is_empty() => {
                self.notice = Some(said::NOT_OF_THIS_TEXT.to_owned());
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
                self.drafts = if keep { Drafts::Kept } else { Drafts::Off };
                return vec![if keep { self.keep_draft() } else { Effect::Keep(None) }];
            }
            Msg::KeptElsewhere(kept) => {
                if self.drafts == Drafts::Kept {
                    self.notice = Some(said::KEPT_ELSEWHERE.to_owned());
                }
                self.drafts = if kept { Drafts::Apart } else { Drafts::Off };
            }
            Msg::Brought(brought) => return self.take_in(brought),
            Msg::NotDone(errand) => self.not_done(&errand),
            Msg::NotOpened(screen) if screen != self.workspace.screen => {}
            Msg::NotOpened(_) => {
                self.workspace.screen = Screen::Check;
                self.notice = Some(page::NOT_OPENED.to_owned());
            }
            Msg::Told(sentence) => self.notice = Some(sentence),
            Msg::Present => self.workspace.presenter = !self.workspace.presenter,
        }
        Vec::new()
    }
}
