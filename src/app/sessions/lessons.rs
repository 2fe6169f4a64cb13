//! The screen of the lessons: what was fetched, which lesson is open, how far the learner has come.
//!
//! What is kept of a learner is which steps were gone through, nothing else; it is kept in this browser and nowhere
//! else, and can be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::EVENT_ID;
use super::simulate::player::most_interesting;
use crate::lab::lesson::{Lesson, Listed, MAX_TEXT, Value, Walk};
use crate::timeline::Record;
use crate::words::lesson as words;

/// The ID of the heading of the list, or of the open lesson.
pub const TITLE_ID: &str = "lesson";
/// The ID of the heading of the open step.
pub const STEP_ID: &str = "step";
/// The ID of what came of a prediction: of its heading, or of the sentence that hides it.
pub const OUTCOME_ID: &str = "outcome";
/// The file with the list of lessons.
const LIST: &str = "index.json";
/// The fragment of the address of this screen.
const ADDRESS: &str = "lessons";
/// Longest text of what was kept that is read, in bytes.
const MAX_KEPT: usize = 16 * 1024;

/// Something that is fetched.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum File<T> {
    /// Nobody asked for it yet.
    #[default]
    Unasked,
    /// It is on its way.
    Awaited,
    /// It is here.
    Here(T),
    /// It did not come, or is none; a sentence says why.
    Failed(String),
}

/// The state of the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lessons {
    /// The list.
    pub list: File<Vec<Listed>>,
    /// The ID of the open lesson.
    pub open: Option<String>,
    /// The lessons that were opened, by their IDs, each as it was left.
    walks: BTreeMap<String, File<Walk>>,
    /// What came of the open step, for timeline and table.
    pub record: Option<Rc<Record>>,
    /// What of the run, or of the questions, is explained.
    pub chosen: Option<Chosen>,
    /// In presenter mode: whether the answers of the open step are shown.
    pub revealed: bool,
    /// What came of a copy, until the next message.
    pub said: Option<String>,
    /// The steps that were gone through, from 0, by the IDs of their lessons.
    progress: BTreeMap<String, BTreeSet<usize>>,
    /// A lesson and a step that a link names, until the list is here.
    wanted: Option<(String, usize)>,
}

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// An entry of the run, by its number.
    Entry(usize),
    /// A question to the policies, by its number.
    Ask(usize),
}

/// What happens on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// The list came, or a sentence why it did not.
    Listed(Result<String, String>),
    /// The lesson with this ID came, or a sentence why it did not.
    Came(String, Result<String, String>),
    /// What did not come is to be fetched again.
    Again,
    /// Opens a lesson at one of its steps, from 0.
    Open(String, usize),
    /// Goes back to the list.
    Leave,
    /// Opens another step of the lesson.
    Go(usize),
    /// Predicts.
    Choose(usize),
    /// Plays it.
    Run,
    /// Changes what stands in an editable place.
    Change(usize, Value),
    /// Puts everything back.
    PutBack,
    /// Shows one more hint, and after the last one puts the solution in.
    Hint,
    /// In presenter mode: shows the answers, or hides them.
    Reveal,
    /// Asks for an explanation.
    Explain(Chosen),
    /// Wants to see the entry that something was found by.
    Find(usize),
    /// Asks for a link to the open step.
    Link,
    /// What came of it.
    Told(String),
    /// Forgets what was kept.
    Forget,
}

/// What the browser is to do for this screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Fetch the list.
    FetchList(&'static str),
    /// Fetch the lesson with this ID.
    Fetch(String),
    /// Keep this text for the next visit, or nothing.
    Keep(Option<String>),
    /// Put a link with this fragment into the clipboard.
    CopyLink(String),
    /// Move the focus to the element with this ID.
    Focus(&'static str),
}

impl Lessons {
    /// Takes in one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.said = None;
        match msg {
            Msg::Listed(text) => {
                self.list = match text.and_then(|text| {
                    Listed::read_all(&text).map_err(|error| words::unreadable(&error.to_string()))
                }) {
                    Ok(list) => File::Here(list),
                    Err(why) => File::Failed(why),
                };
                if let Some((id, step)) = self.wanted.take() {
                    return self.open(&id, step);
                }
            }
            Msg::Came(id, text) => {
                self.take(&id, text);
                // The heading that had the focus went with what said that the lesson is on its way.
                let shown = self.open.as_ref() == Some(&id);
                return shown.then_some(Effect::Focus(TITLE_ID)).into_iter().collect();
            }
            Msg::Again => {
                if matches!(self.list, File::Failed(_)) {
                    self.list = File::Unasked;
                }
                self.walks.retain(|_, walk| !matches!(walk, File::Failed(_)));
            }
            Msg::Open(id, step) => return self.open(&id, step),
            Msg::Leave => {
                self.open = None;
                self.come_to_step();
                return vec![Effect::Focus(TITLE_ID)];
            }
            Msg::Go(step) => {
                if let Some(walk) = self.walk_mut() {
                    walk.go(step);
                }
                self.come_to_step();
                return vec![Effect::Focus(STEP_ID)];
            }
            Msg::Choose(choice) => {
                if let Some(walk) = self.walk_mut() {
                    walk.choose(choice);
                }
            }
            Msg::Run => {
                if let Some(walk) = self.walk_mut() {
                    walk.run();
                }
                self.look();
                let mut effects = self.note();
                effects.push(Effect::Focus(OUTCOME_ID));
                return effects;
            }
            Msg::Change(place, value) => {
                if let Some(walk) = self.walk_mut() {
                    walk.change(place, value);
                }
                self.look();
                return self.note();
            }
            Msg::PutBack => {
                if let Some(walk) = self.walk_mut() {
                    walk.put_back();
                }
                self.look();
            }
            Msg::Hint => {
                if let Some(walk) = self.walk_mut()
                    && !walk.hint()
                {
                    walk.solve();
                    self.look();
                    return self.note();
                }
            }
            Msg::Reveal => {
                self.revealed = !self.revealed;
                return vec![Effect::Focus(OUTCOME_ID)];
            }
            Msg::Explain(chosen) => self.chosen = Some(chosen),
            Msg::Find(entry) => {
                self.chosen = Some(Chosen::Entry(entry));
                return vec![Effect::Focus(EVENT_ID)];
            }
            Msg::Link => {
                return vec![Effect::CopyLink(self.address())];
            }
            Msg::Told(said) => self.said = Some(said),
            Msg::Forget => {
                self.progress.clear();
                return vec![Effect::Keep(None)];
            }
        }
        Vec::new()
    }

    /// What is to be fetched now; each is said once.
    pub fn wants(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.list == File::Unasked {
            self.list = File::Awaited;
            effects.push(Effect::FetchList(LIST));
        }
        if let Some(id) = &self.open {
            let walk = self.walks.entry(id.clone()).or_default();
            if *walk == File::Unasked {
                *walk = File::Awaited;
                effects.push(Effect::Fetch(id.clone()));
            }
        }
        effects
    }

    /// Goes where the fragment of an address leads, if it leads to this screen; whether it does.
    pub fn follow(&mut self, fragment: &str) -> bool {
        if !Self::is_address(fragment) {
            return false;
        }
        let mut parts = fragment.split('/').skip(1);
        (self.open, self.wanted) = (None, None);
        if let Some(id) = parts.next() {
            let step = parts.next().and_then(|step| step.parse::<usize>().ok()).unwrap_or(1);
            let step = step.saturating_sub(1);
            if matches!(self.list, File::Here(_)) {
                self.open(id, step);
            } else {
                self.wanted = Some((id.to_owned(), step));
            }
        }
        true
    }

    /// The fragment of the address of what is open.
    #[must_use]
    pub fn address(&self) -> String {
        match (&self.open, self.walk(), &self.wanted) {
            (Some(id), Some(walk), _) => format!("{ADDRESS}/{id}/{}", walk.at() + 1),
            (_, _, Some((id, step))) => format!("{ADDRESS}/{id}/{}", step + 1),
            _ => ADDRESS.to_owned(),
        }
    }

    /// Whether a fragment is an address of this screen.
    #[must_use]
    pub fn is_address(fragment: &str) -> bool {
        fragment.split('/').next() == Some(ADDRESS)
    }

    /// Takes what was kept at an earlier visit; what cannot be read is as nothing.
    pub fn remember(&mut self, kept: Option<&str>) {
        let kept = kept.filter(|text| text.len() <= MAX_KEPT);
        self.progress = kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    }

    /// The file of the open lesson.
    #[must_use]
    pub fn file(&self) -> Option<&File<Walk>> {
        self.open.as_ref().and_then(|id| self.walks.get(id))
    }

    /// The open lesson, when it is here.
    #[must_use]
    pub fn walk(&self) -> Option<&Walk> {
        match self.file()? {
            File::Here(walk) => Some(walk),
            _ => None,
        }
    }

    /// The lesson after the open one.
    #[must_use]
    pub fn next(&self) -> Option<&Listed> {
        let File::Here(list) = &self.list else { return None };
        let at = list.iter().position(|listed| Some(&listed.id) == self.open.as_ref())?;
        list.get(at + 1)
    }

    /// How many steps of a lesson were gone through, now or before.
    #[must_use]
    pub fn done(&self, listed: &Listed) -> usize {
        (0..listed.steps).filter(|step| self.is_done(&listed.id, *step)).count()
    }

    /// Whether a step was gone through, now or before.
    #[must_use]
    pub fn is_done(&self, id: &str, step: usize) -> bool {
        self.progress.get(id).is_some_and(|steps| steps.contains(&step))
    }

    /// Whether anything is kept of the learner.
    #[must_use]
    pub fn has_progress(&self) -> bool {
        !self.progress.is_empty()
    }

    fn open(&mut self, id: &str, step: usize) -> Vec<Effect> {
        let File::Here(list) = &self.list else { return Vec::new() };
        self.open = Some(id.to_owned());
        if !list.iter().any(|listed| listed.id == id) {
            self.walks.insert(id.to_owned(), File::Failed(words::unknown(id)));
        }
        match self.walks.entry(id.to_owned()).or_default() {
            File::Here(walk) => walk.go(step),
            File::Failed(_) => {}
            _ => self.wanted = Some((id.to_owned(), step)),
        }
        self.come_to_step();
        vec![Effect::Focus(TITLE_ID)]
    }

    fn take(&mut self, id: &str, text: Result<String, String>) {
        let read = text.and_then(|text| {
            if text.len() > MAX_TEXT {
                return Err(words::unreadable("too long"));
            }
            Lesson::read(&text).map_err(|error| words::unreadable(&error.to_string()))
        });
        let walk = match read {
            Ok(lesson) => {
                let mut walk = Walk::new(lesson);
                if let Some((_, step)) = self.wanted.take_if(|(wanted, _)| wanted == id) {
                    walk.go(step);
                }
                File::Here(walk)
            }
            Err(why) => File::Failed(why),
        };
        self.walks.insert(id.to_owned(), walk);
        self.come_to_step();
    }

    fn walk_mut(&mut self) -> Option<&mut Walk> {
        match self.walks.get_mut(self.open.as_ref()?)? {
            File::Here(walk) => Some(walk),
            _ => None,
        }
    }

    fn come_to_step(&mut self) {
        self.revealed = false;
        self.look();
    }

    /// Looks at what came of the open step, where there is most to see.
    fn look(&mut self) {
        let stand = self.walk().and_then(Walk::here).map(|(_, stand)| stand);
        self.record = stand.and_then(|stand| stand.run.as_ref()).map(|run| Rc::new(run.record()));
        self.chosen = self.record.as_deref().and_then(most_interesting).map(Chosen::Entry);
    }

    /// Notes that the open step was gone through, if it was.
    fn note(&mut self) -> Vec<Effect> {
        let Some((id, walk)) = self.open.clone().zip(self.walk()) else { return Vec::new() };
        let step = walk.at();
        if !walk.is_done(step) || !self.progress.entry(id).or_default().insert(step) {
            return Vec::new();
        }
        // Texts and numbers: serialising them cannot fail.
        vec![Effect::Keep(serde_json::to_string(&self.progress).ok())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = include_str!("../../../static/lessons/index.json");
    const NEWCOMER: &str = include_str!("../../../static/lessons/newcomer-wins.json");

    fn listed() -> Lessons {
        let mut lessons = Lessons::default();
        assert_eq!(lessons.wants(), [Effect::FetchList("index.json")]);
        assert_eq!(lessons.wants(), []);
        lessons.update(Msg::Listed(Ok(INDEX.to_owned())));
        lessons
    }

    fn opened() -> Lessons {
        let mut lessons = listed();
        assert_eq!(lessons.update(Msg::Open("newcomer-wins".into(), 0)), [Effect::Focus(TITLE_ID)]);
        assert_eq!(lessons.wants(), [Effect::Fetch("newcomer-wins".into())]);
        lessons.update(Msg::Came("newcomer-wins".into(), Ok(NEWCOMER.to_owned())));
        lessons
    }

    #[test]
    fn a_link_leads_to_its_step_and_back_to_itself() {
        let mut lessons = Lessons::default();
        assert!(!lessons.follow("reference") && !lessons.follow("1.abc"));
        assert!(lessons.follow("lessons/newcomer-wins/3"));
        lessons.wants();
        lessons.update(Msg::Listed(Ok(INDEX.to_owned())));
        lessons.wants();
        lessons.update(Msg::Came("newcomer-wins".into(), Ok(NEWCOMER.to_owned())));
        assert_eq!(lessons.walk().map(Walk::at), Some(2));
        assert_eq!(lessons.update(Msg::Link), [Effect::CopyLink("lessons/newcomer-wins/3".into())]);
        assert!(lessons.follow("lessons/newcomer-wins/1"));
        assert_eq!(lessons.walk().map(Walk::at), Some(0));
        for (link, opens) in [("lessons/no-such/1", false), ("lessons/../../etc/1", false), ("lessons", true)]
        {
            assert!(lessons.follow(link));
            assert!(lessons.wants().is_empty(), "{link}: nothing is fetched that is not in the list");
            assert_eq!(lessons.file().is_none(), opens);
        }
    }

    #[test]
    fn progress_is_kept_once_for_each_step_and_forgotten_on_request() {
        let mut lessons = opened();
        lessons.update(Msg::Go(1));
        lessons.update(Msg::Choose(0));
        let kept = r#"{"newcomer-wins":[1]}"#.to_owned();
        let effects = lessons.update(Msg::Run);
        assert_eq!(effects, [Effect::Keep(Some(kept.clone())), Effect::Focus(OUTCOME_ID)]);
        assert_eq!(lessons.update(Msg::Run), [Effect::Focus(OUTCOME_ID)]);

        let mut later = listed();
        later.remember(Some(&kept));
        let File::Here(list) = later.list.clone() else { unreachable!() };
        assert_eq!(list.iter().map(|lesson| later.done(lesson)).sum::<usize>(), 1);
        assert_eq!(later.update(Msg::Forget), [Effect::Keep(None)]);
        assert!(!later.has_progress());
        for bad in ["", "[]", "{\"a\":1}"] {
            later.remember(Some(bad));
            assert!(!later.has_progress());
        }
    }

    #[test]
    fn what_is_no_lesson_is_said_and_can_be_asked_for_again() {
        let mut lessons = listed();
        lessons.update(Msg::Open("newcomer-wins".into(), 0));
        lessons.wants();
        for bad in [Err("gone".to_owned()), Ok("<html>".to_owned()), Ok(" ".repeat(MAX_TEXT + 1))] {
            lessons.update(Msg::Came("newcomer-wins".into(), bad));
            assert!(matches!(lessons.file(), Some(File::Failed(why)) if !why.is_empty()));
        }
        lessons.update(Msg::Again);
        assert_eq!(lessons.wants(), [Effect::Fetch("newcomer-wins".into())]);
    }

    #[test]
    fn answers_are_hidden_again_at_each_step() {
        let mut lessons = opened();
        // What had the focus goes with what was shown.
        assert_eq!(lessons.update(Msg::Reveal), [Effect::Focus(OUTCOME_ID)]);
        assert!(lessons.revealed);
        lessons.update(Msg::Go(1));
        assert!(!lessons.revealed);
    }
}
