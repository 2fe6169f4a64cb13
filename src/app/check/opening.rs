//! What a load of the page begins with.

use std::collections::BTreeMap;

use super::Model;
use super::fill_in::FillIn;
use super::findings::Findings;
use super::import::Imports;
use super::matrix::{At, Matrix};
use crate::app::history::History;
use crate::app::workspace::{PolicyText, Workspace};
use crate::words::share as said;

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
    pub(super) fn showing(workspace: Workspace, notice: Option<String>) -> Self {
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
}

/// Whether a fragment may be a link of this page: others have other uses.
pub(super) fn is_link(fragment: &str) -> bool {
    let version = fragment.split_once('.').map(|(version, _)| version);
    let numbered = version
        .is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    numbered || fragment.starts_with("check?")
}

/// Nothing but an empty policy, beside the plans of the other screens.
pub(super) fn empty(workspace: &Workspace) -> Workspace {
    Workspace { policies: vec![PolicyText::new("policy-1", "")], ..Workspace::default() }.beside(workspace)
}
