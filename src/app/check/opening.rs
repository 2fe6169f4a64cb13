//! What a load of the page begins with.

use std::collections::BTreeMap;

use super::fill_in::FillIn;
use super::findings::Findings;
use super::import::Imports;
use super::matrix::{At, Matrix};
use super::{Drafts, Model};
use crate::app::history::History;
use crate::app::workspace::{PolicyText, Workspace};
use crate::words::{page as words, share as said};

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
        let (mut workspace, mut notice) = Workspace::opening(left, tag);
        let mut drafts = if draft.is_some() { Drafts::Kept } else { Drafts::Off };
        if left.is_some() {
            let mut model = Self::showing(workspace, notice);
            model.drafts = drafts;
            return model;
        }
        match draft.map(Workspace::read) {
            Some(Ok(draft)) => workspace = draft.beside(&workspace),
            Some(Err(why)) => (drafts, notice) = (Drafts::Apart, Some(words::unreadable(&why))),
            None => {}
        }
        let link = is_link(fragment).then(|| fragment.to_owned());
        let mut history = History::default();
        if comes_with(fragment) {
            if drafts != Drafts::Off {
                history.note(&workspace, None);
                drafts = Drafts::Apart;
            }
            workspace = empty(&workspace);
            notice = link.is_some().then(|| said::OPENING_LINK.to_owned());
        }
        let mut model = Self::showing(workspace, notice);
        (model.drafts, model.link, model.history) = (drafts, link, history);
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
            drafts: Drafts::Off,
            from_link: false,
            link: None,
            waiting: None,
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

/// Whether a fragment opens something on Check.
#[must_use]
pub fn comes_with(fragment: &str) -> bool {
    fragment == "new" || is_link(fragment)
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

#[cfg(test)]
mod tests {
    use super::super::errand;
    use super::super::{Effect, Msg};
    use super::*;
    use crate::app::workspace::{Screen, TextField};

    const LINK: &str = "check?policy=%7B%7D&clientId=from-link";

    fn draft() -> String {
        let mut workspace = empty(&Workspace::default());
        workspace.ask.client_ids = "kept".to_owned();
        workspace.write()
    }

    fn opened(fragment: &str, draft: &str) -> Model {
        Model::open(&Opening { fragment, draft: Some(draft), ..Opening::default() })
    }

    fn client_ids(model: &Model) -> &str {
        &model.workspace.ask.client_ids
    }

    /// Takes in the message, and what the other program does because of it; gives what is left to do.
    fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in model.update(msg) {
            match effect {
                Effect::Run(errand) => rest.extend(update(model, Msg::Brought(errand::run(errand)))),
                effect => rest.push(effect),
            }
        }
        rest
    }

    #[test]
    fn a_draft_outlives_a_link_and_is_one_undo_away() {
        for fragment in [LINK, "new"] {
            let mut model = opened(fragment, &draft());
            assert_eq!(update(&mut model, Msg::Open), [], "{fragment}");
            assert_ne!(client_ids(&model), "kept");
            let typed = update(&mut model, Msg::Type(TextField::Publish, "x".to_owned()));
            assert_eq!((typed, model.drafts), (Vec::new(), Drafts::Apart), "{fragment}");
            update(&mut model, Msg::Undo);
            update(&mut model, Msg::Undo);
            assert_eq!(client_ids(&model), "kept", "{fragment}");
        }
        // Later links, too; and who wants it kept all the same says so.
        let mut model = opened("", &draft());
        assert_eq!((client_ids(&model), model.drafts), ("kept", Drafts::Kept));
        assert_eq!(update(&mut model, Msg::Link(LINK.to_owned())), []);
        assert_eq!((client_ids(&model), model.drafts), ("from-link", Drafts::Apart));
        assert!(matches!(update(&mut model, Msg::KeepDrafts(true)).as_slice(), [Effect::Keep(Some(_))]));
    }

    #[test]
    fn a_damaged_link_or_draft_leaves_the_draft_alone() {
        let mut model = opened("1.damaged", &draft());
        assert_eq!(update(&mut model, Msg::Open), []);
        assert_eq!((client_ids(&model), model.drafts), ("kept", Drafts::Kept));
        assert!(model.notice.is_some());

        let mut model = opened("", "{");
        assert!(model.notice.is_some());
        assert_eq!(update(&mut model, Msg::Type(TextField::Publish, "x".to_owned())), []);
    }

    #[test]
    fn a_draft_stands_beside_the_plans_of_a_fresh_page() {
        let model = opened("", &draft());
        let (example, _) = Workspace::opening(None, "");
        assert_eq!(
            (&model.workspace.live, &model.workspace.simulation),
            (&example.live, &example.simulation)
        );
    }

    #[test]
    fn one_tab_keeps_what_is_typed() {
        let mut model = opened("", &draft());
        model.update(Msg::KeptElsewhere(true));
        assert!(model.notice.is_some());
        assert_eq!(update(&mut model, Msg::Type(TextField::Publish, "x".to_owned())), []);
        model.update(Msg::KeptElsewhere(false));
        assert_eq!(model.drafts, Drafts::Off);
    }

    #[test]
    fn a_link_waits_for_the_workspace_that_another_program_holds() {
        let mut model = Model::showing(Workspace::example(), None);
        model.update(Msg::Show(Screen::Simulate));
        assert_eq!(update(&mut model, Msg::Link(LINK.to_owned())), []);
        let mut handed = Workspace { screen: Screen::Check, ..model.workspace.clone() };
        handed.who.things = "typed meanwhile".to_owned();
        update(&mut model, Msg::Take(Box::new(handed)));
        assert_eq!(client_ids(&model), "from-link");
        update(&mut model, Msg::Undo);
        assert_eq!(model.workspace.who.things, "typed meanwhile");
    }

    #[test]
    fn a_workspace_that_cannot_travel_stays_where_it_is() {
        let mut model = Model::showing(Workspace::example(), None);
        for _ in 0..5 {
            model.workspace.policies.push(PolicyText::new("big", &" ".repeat(1 << 20)));
        }
        assert_eq!(model.update(Msg::Show(Screen::Simulate)), []);
        assert_eq!((model.workspace.screen, model.notice.is_some()), (Screen::Check, true));
    }
}
