//! Errands: what every change has the other program do, and what is done with what came of one.

use super::errand::{Brought, Errand};
use super::opening::empty;
use super::{Drafts, Edit, Effect, Model, Msg};
use crate::words::share as said;

impl Model {
    pub(super) fn keep_draft(&self) -> Effect {
        Effect::Run(Errand::Keep(Box::new(self.workspace.clone())))
    }

    pub(super) fn prepare(&self) -> Effect {
        Effect::Run(Errand::Prepare { workspace: Box::new(self.workspace.clone()), masking: self.masking })
    }

    pub(super) fn take_in(&mut self, brought: Brought) -> Vec<Effect> {
        self.imports.ask_again();
        let effect = match brought {
            Brought::Prepared(leaving) => {
                self.leaving = Some(leaving);
                return Vec::new();
            }
            Brought::Cleaned(from, cleaned) => {
                // Meanwhile something else may have been typed.
                if *from == self.workspace {
                    self.change(*cleaned);
                }
                return Vec::new();
            }
            Brought::Link(fragment) => Effect::CopyLink(fragment),
            Brought::Copy(text) => Effect::Copy(text),
            Brought::File(name, text) => Effect::Save(name, text),
            // Meanwhile the user may not want it any more.
            Brought::Keep(_) if self.drafts == Drafts::Off => Effect::Keep(None),
            Brought::Keep(_) if self.drafts == Drafts::Apart => return Vec::new(),
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
                self.part_from_draft();
                let untouched = self.link.take().is_some() && self.workspace == empty(&self.workspace);
                if !untouched {
                    self.history.note(&self.workspace, None);
                }
                self.put(linked.beside(&self.workspace));
                self.from_link = true;
                return Vec::new();
            }
            Brought::Linked(Err(why)) => {
                self.stand_in();
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

    /// The link that the page was opened with is none: what was kept stands where nothing else does, or the example.
    fn stand_in(&mut self) {
        if self.link.take().is_some() && self.workspace == empty(&self.workspace) {
            if self.history.undo(&mut self.workspace) {
                self.drafts = Drafts::Kept;
                self.answer_anew();
            } else {
                self.take(Msg::Edit(Edit::Example));
            }
        }
    }

    /// What waited for an errand waits no longer.
    pub(super) fn not_done(&mut self, errand: &Errand) {
        match errand {
            Errand::Link(_) => {
                self.stand_in();
                self.notice = Some(said::LINK_NOT_READ.to_owned());
                return;
            }
            Errand::Find { text } => self.imports.miss(text),
            // Opened again, the panel asks again.
            Errand::Prepare { .. } => self.sharing = self.leaving.is_some(),
            _ => {}
        }
        self.notice = Some(said::NO_ERRANDS.to_owned());
    }
}
