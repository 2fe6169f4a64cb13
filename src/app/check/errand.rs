//! What Check needs only now and then, done by the other program, so that a first visit need not load it: everything that
//! leaves, suites, what is taken out of pastes and files, and the pages of the linter's rules.
//!
//! An [`Errand`] and what it [`Brought`] travel between the programs as JSON. [`run`] is pure; only the other program
//! links it.

use serde::{Deserialize, Serialize};

use super::import::{self, Imported};
use super::matrix::{At, Matrix};
use super::paste::{self, Filled};
use super::share::{self, OpenedSuite};
use super::{Leave, cases};
use crate::app::workspace::{PolicyText, Who, Workspace};
use crate::policy::Verdict;
use crate::policy::lint::{RULES, Rule};
use crate::suite::Suite;
use crate::text::Text;
use crate::words::{form, share as said};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// Say what would leave.
    Prepare {
        /// Of this.
        workspace: Box<Workspace>,
        /// With masks.
        masking: bool,
    },
    /// Make what is to leave.
    Make {
        /// What.
        leave: Leave,
        /// Of this.
        workspace: Box<Workspace>,
        /// With masks.
        masking: bool,
        /// Of this cell.
        at: At,
    },
    /// Take out of this what looks like a secret.
    Clean(Box<Workspace>),
    /// Say whether this may be kept in the browser, and as what.
    Keep(Box<Workspace>),
    /// Read a link, from its fragment.
    Link(String),
    /// Judge a suite.
    Judge {
        /// The name of its file.
        name: String,
        /// Its text.
        text: String,
    },
    /// Say why the rule of this code flags what it flags.
    Why(String),
    /// Open a case of a suite.
    Open {
        /// The text of the suite.
        text: String,
        /// The case, by its place among those that [`Brought::Judged`] lists.
        index: usize,
        /// What stands on the screen.
        workspace: Box<Workspace>,
    },
    /// Look for policies in what stands in a policy's field.
    Find {
        /// The text.
        text: String,
    },
    /// Take the policies out of files.
    Import {
        /// Each file's name and text.
        files: Vec<(String, String)>,
    },
    /// Fill in who connects.
    FillIn {
        /// The form as it stands.
        who: Box<Who>,
        /// What was pasted or opened.
        texts: Vec<String>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Brought {
    /// What would leave; or, for each text that holds what looks like a secret, why nothing does.
    Prepared(Result<Prepared, Vec<Text>>),
    /// The workspace as it stood, and without what looks like a secret.
    Cleaned(Box<Workspace>, Box<Workspace>),
    /// The fragment of a link, for the clipboard.
    Link(String),
    /// A text for the clipboard.
    Copy(String),
    /// A text for a file of this name.
    File(String, String),
    /// What may be kept in the browser; nothing when it holds what looks like a secret.
    Keep(Option<String>),
    /// The page of the rule of this code, as Markdown: a title, then sections.
    Why(String, String),
    /// The workspace of a link, or what is wrong with it.
    Linked(Result<Box<Workspace>, Text>),
    /// A judged suite.
    Judged(JudgedSuite),
    /// A case on the screen.
    Case {
        /// The screen.
        workspace: Box<Workspace>,
        /// Where its question stands.
        at: At,
        /// Whether the screen says all that the case says.
        whole: bool,
        /// Its name.
        id: String,
    },
    /// What stands in a policy's field.
    Found {
        /// The text.
        text: String,
        /// What it holds; nothing when it is a policy alone, or nothing that is known.
        found: Option<Imported>,
    },
    /// The policies of files.
    Policies {
        /// The policies.
        policies: Vec<PolicyText>,
        /// What is to be said of the files.
        told: Vec<Text>,
    },
    /// Who connects, filled in.
    FilledIn {
        /// The form as it stood.
        from: Box<Who>,
        /// What was pasted or opened.
        texts: Vec<String>,
        /// The form as it is to stand.
        filled: Box<Filled>,
        /// Why something was not taken.
        refused: Option<Text>,
    },
    /// It cannot be done.
    Refused(String),
}

/// What would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// What is masked, a line each.
    pub masked: Vec<Text>,
    /// The masks change an answer.
    pub changes_answers: bool,
    /// Characters of the link, or why there is none.
    pub link: Result<usize, Text>,
}

/// A suite and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedSuite {
    /// The name of its file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Cases that come out as expected.
    pub passed: usize,
    /// Cases that do not.
    pub failed: usize,
    /// The first cases, those that fail before the others; at most [`share::MAX_LISTED`].
    pub listed: Vec<JudgedCase>,
}

/// A case and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedCase {
    /// Its name.
    pub id: String,
    /// One line, perhaps empty.
    pub title: String,
    /// The verdict that it expects.
    pub expect: Verdict,
    /// The verdict that it gets.
    pub verdict: Verdict,
}

/// Does it.
#[must_use]
pub fn run(errand: Errand) -> Brought {
    match errand {
        Errand::Prepare { workspace, masking } => {
            Brought::Prepared(share::prepare(&share::shown(&workspace), masking).map(|shared| Prepared {
                masked: said::replacements(&shared.masked),
                changes_answers: shared.changes_answers,
                link: shared.link(None).map(|link| link.len()).map_err(|error| said::link_error(&error)),
            }))
        }
        Errand::Make { leave, workspace, masking, at } => make(leave, &workspace, masking, at),
        Errand::Clean(from) => {
            let cleaned = share::without_secrets(&from);
            Brought::Cleaned(from, Box::new(cleaned))
        }
        Errand::Keep(workspace) => {
            Brought::Keep(share::prepare(&workspace, false).ok().map(|shared| shared.workspace.write()))
        }
        Errand::Link(fragment) => Brought::Linked(share::open_link(&fragment).map(Box::new)),
        Errand::Judge { name, text } => match OpenedSuite::read(&text) {
            Ok(suite) => {
                let (passed, failed) = suite.counts();
                let listed = suite.judged.iter().take(share::MAX_LISTED).map(|(case, decision)| JudgedCase {
                    id: case.id.clone(),
                    title: case.title.clone(),
                    expect: case.expect,
                    verdict: decision.verdict,
                });
                Brought::Judged(JudgedSuite { listed: listed.collect(), name, text, passed, failed })
            }
            Err(error) => Brought::Refused(said::not_a_suite(&name, &error.to_string())),
        },
        Errand::Why(code) => {
            let rule = RULES.iter().find(|rule| rule.code == code);
            let page = rule.map(Rule::page).unwrap_or_default();
            Brought::Why(code, page)
        }
        Errand::Open { text, index, workspace } => {
            let suite = OpenedSuite::read(&text).map(|suite| suite.judged.into_iter().nth(index));
            let Ok(Some((case, decision))) = suite else {
                return Brought::Refused(said::NO_SUCH_CASE.to_owned());
            };
            let opened = match cases::opened(&case, &workspace).fits() {
                Ok(opened) => opened,
                Err(why) => return Brought::Refused(said::case_not_shown(&case.id, &why)),
            };
            let matrix = Matrix::new(&opened);
            let at = cases::place(&matrix);
            let shown = matrix.explain(at).map(|explained| explained.decision.verdict);
            Brought::Case {
                workspace: Box::new(opened),
                at,
                whole: shown == Some(decision.verdict),
                id: case.id,
            }
        }
        Errand::Find { text } => Brought::Found { found: import::find(&text), text },
        Errand::Import { files } => {
            let (policies, told) = import::policies(&files);
            Brought::Policies { policies, told }
        }
        Errand::FillIn { who, texts } => {
            let (filled, error) = paste::fill_all(&who, &texts);
            let refused = error.as_ref().map(form::nothing_taken);
            Brought::FilledIn { from: who, texts, filled: Box::new(filled), refused }
        }
    }
}

fn make(leave: Leave, workspace: &Workspace, masking: bool, at: At) -> Brought {
    let shared = match share::prepare(&share::shown(workspace), masking) {
        Ok(shared) => shared,
        Err(secrets) => return Brought::Prepared(Err(secrets)),
    };
    let file = |name: &str, text: String| Brought::File(name.to_owned(), text);
    match leave {
        Leave::Link => match shared.link(Some(at)) {
            Ok(fragment) => Brought::Link(fragment),
            Err(error) => Brought::Refused(said::link_error(&error).to_string()),
        },
        Leave::Report => Brought::Copy(shared.report(at)),
        Leave::ReportFile => file("iot-policy-report.md", shared.report(at)),
        Leave::JsonFile => match shared.json(at) {
            Some(text) => file("iot-policy-explanation.json", text),
            None => Brought::Refused(said::NOTHING_ASKED.to_owned()),
        },
        Leave::SuiteFile => {
            file("iot-policy-suite.json", Suite::write(&cases::cases(&Matrix::new(&shared.workspace))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(leave: Leave, workspace: Workspace) -> Option<String> {
        let at = Matrix::new(&workspace).most_interesting();
        match run(Errand::Make { leave, workspace: Box::new(workspace), masking: true, at }) {
            Brought::File(_, text) | Brought::Copy(text) | Brought::Link(text) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn a_saved_suite_is_judged_and_its_cases_open() {
        let text = saved(Leave::SuiteFile, Workspace::example()).unwrap_or_default();
        let Brought::Judged(suite) = run(Errand::Judge { name: "s".into(), text }) else {
            panic!("not judged")
        };
        assert_eq!((suite.passed, suite.failed, suite.listed.len()), (5, 0, 5));
        let opened = run(Errand::Open { text: suite.text, index: 1, workspace: Box::default() });
        assert!(matches!(opened, Brought::Case { whole: true, id, .. } if id == "connect-temp-sensor-01_01"));
    }

    #[test]
    fn a_link_of_the_example_is_short_and_opens_as_it() {
        let link = saved(Leave::Link, Workspace::example()).unwrap_or_default();
        assert!(link.len() <= 300, "{} characters", link.len());
        let opened = share::open_link(&link).unwrap_or_default();
        let Workspace { policies, who, ask, .. } = Workspace::example();
        assert_eq!((opened.policies, opened.who, opened.ask), (policies, who, ask));
    }

    #[test]
    fn a_link_opens_at_the_answer_that_was_looked_at() {
        let opened = |at: At| {
            let workspace = Box::new(Workspace::example());
            let made = run(Errand::Make { leave: Leave::Link, workspace, masking: true, at });
            let Brought::Link(link) = made else { panic!("no link") };
            let workspace = share::open_link(&link).unwrap_or_default();
            let model = super::super::Model::showing(workspace, None);
            assert_eq!(model.workspace.at, "", "the next link says it anew");
            model.selected
        };
        for (question, client) in [(0, 0), (0, 1), (3, 0), (3, 1)] {
            let at = At { question, client };
            assert_eq!(opened(at), at);
        }
        let lost = Workspace { at: "9.9".into(), ..Workspace::example() };
        let model = super::super::Model::showing(lost, None);
        assert_eq!(model.selected, model.matrix.most_interesting());
    }

    #[test]
    fn more_policies_than_the_screen_takes_are_refused_however_they_come() {
        let told = |count: usize| {
            let plain = format!("check?{}clientId=a", "policy&".repeat(count));
            let policies = vec![PolicyText::new("p", "{}"); count];
            let packed = crate::share::link::write(&Workspace { policies, ..Workspace::default() }.write());
            [plain, packed.unwrap_or_default()].map(|link| match run(Errand::Link(link)) {
                Brought::Linked(linked) => linked.map(|workspace| workspace.policies.len()),
                _ => panic!("not read"),
            })
        };
        assert_eq!(told(20), [Ok(20), Ok(20)]);
        for refused in told(2_000) {
            assert!(refused.unwrap_err().to_string().contains("2000 policies, and at most 20"));
        }
    }

    #[test]
    fn every_rule_says_why() {
        for rule in RULES {
            let Brought::Why(code, page) = run(Errand::Why(rule.code.into())) else { panic!("no page") };
            assert_eq!(code, rule.code);
            assert!(page.starts_with(rule.title()) && page.contains("\n# Why it hurts\n"), "{page}");
        }
    }

    #[test]
    fn nothing_leaves_and_nothing_is_kept_with_a_secret() {
        let mut workspace = Workspace::example();
        workspace.ask.publish = "AKIAIOSFODNN7EXAMPLE".into();
        assert_eq!(run(Errand::Keep(Box::new(workspace.clone()))), Brought::Keep(None));
        for leave in [Leave::Link, Leave::Report, Leave::ReportFile, Leave::JsonFile, Leave::SuiteFile] {
            assert_eq!(saved(leave, workspace.clone()), None);
        }
    }
}
