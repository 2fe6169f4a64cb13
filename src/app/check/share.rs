//! What leaves the page and comes in: links, reports, suites, drafts; for [errands](super::errand).
//!
//! Everything that leaves goes through [`prepare`]: what looks like a secret stops it, and account numbers, certificate
//! IDs, addresses and endpoints are masked unless the user says otherwise. The plan of Live never leaves: it names an
//! endpoint.

use std::collections::BTreeMap;

use super::cases;
use super::matrix::{At, Cell, MAX_CLIENT_IDS, MAX_QUESTIONS, Matrix, lines};
use super::wanted::{Said, Wanted, wanted};
use crate::app::workspace::{
    Ask, Attached, Entry, LivePlan, PolicyText, Simulation, ThingFacts, Who, Workspace,
};
use crate::policy::Decision;
use crate::policy::variable::Key;
use crate::share::link::{self, LinkError, Plain};
use crate::share::{mask, secrets};
use crate::suite::{Case, Suite, SuiteError, json};
use crate::text::Text;
use crate::words::{self, Format, share as said, sheet};

/// Longest suite that is opened on the page, in bytes.
pub const MAX_SUITE: usize = 8 << 20;
/// At most this many cases of a suite are listed, the failed ones first.
pub const MAX_LISTED: usize = 500;

/// A workspace that may leave.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What leaves.
    pub workspace: Workspace,
    /// What was masked in it.
    pub masked: Vec<mask::Replacement>,
    /// Whether the masks change an answer, which happens where a wildcard cuts an account number.
    pub changes_answers: bool,
}

/// The workspace as it may leave, masked or as it is.
///
/// # Errors
/// A sentence for each text that holds what looks like a secret: then nothing leaves.
pub fn prepare(workspace: &Workspace, masking: bool) -> Result<Shared, Vec<Text>> {
    let own = Simulation::clone(&workspace.simulation);
    let simulation = if own == Workspace::example().simulation { Simulation::default() } else { own };
    let leaving = Workspace { live: LivePlan::default(), simulation, presenter: false, ..workspace.clone() };
    let found = secrets_in(&leaving);
    if !found.is_empty() {
        return Err(found);
    }
    if !masking {
        return Ok(Shared { workspace: leaving, masked: Vec::new(), changes_answers: false });
    }
    let masked = mask::mask(&leaving.write());
    let read = Workspace::read(&masked.text);
    let changes_answers =
        read.as_ref().is_ok_and(|read| Matrix::new(read).cells != Matrix::new(&leaving).cells);
    // Stand-ins are plain text within the same quotes, so what was a workspace still is one.
    let workspace = read.unwrap_or_default();
    Ok(Shared { workspace, masked: masked.replacements, changes_answers })
}

/// The workspace without the values that no policy asks for and things that are not attached any more: no field shows
/// them, so nobody would know that they leave. No answer changes: a value that is not asked for is in none.
#[must_use]
pub fn shown(workspace: &Workspace) -> Workspace {
    let (who, matrix) = (&workspace.who, Matrix::new(workspace));
    let wanted = wanted(who, &matrix);
    // All fields of the certificate are the value of this one.
    let whole = wanted.iter().any(|wanted| wanted.key == Key::CertificateKeys);
    let is_kept = |name: &str| whole && Key::parse(name).is_certificate();
    let mut shown = Who {
        certificate_complete: whole && who.certificate_complete,
        values: who.values.clone().into_iter().filter(|(name, _)| is_kept(name)).collect(),
        facts: BTreeMap::new(),
        ..who.clone()
    };
    if workspace.policies.iter().any(|policy| matches!(policy.attached, Attached::ThingGroup(_))) {
        for thing in lines(&who.things) {
            let groups = who.facts.get(&thing).map(|facts| facts.groups.clone()).unwrap_or_default();
            shown.facts.insert(thing, ThingFacts { groups, ..ThingFacts::default() });
        }
    }
    for Wanted { thing, key, said, .. } in wanted {
        let entry = match said {
            _ if key == Key::CertificateKeys => continue,
            Said::Nothing => continue,
            Said::None => Entry::None,
            Said::Is(text) | Said::Unreadable(text) => Entry::Is(text),
        };
        let values = match thing {
            Some(thing) => &mut shown.facts.entry(thing).or_default().values,
            None => &mut shown.values,
        };
        values.insert(key.name(), entry);
    }
    shown.facts.retain(|_, facts| *facts != ThingFacts::default());
    Workspace { who: shown, ..workspace.clone() }
}

/// A sentence for each policy, and one for everything else, that holds what looks like a secret.
fn secrets_in(workspace: &Workspace) -> Vec<Text> {
    let policies = workspace.policies.iter().filter_map(|policy| {
        let why = words::share::not_shared(&policy.text, &secrets::find(&policy.text))?;
        Some(Text::new().say("Policy ").code(&policy.name).say(": ").and(why))
    });
    let emptied =
        workspace.policies.iter().map(|policy| PolicyText { text: String::new(), ..policy.clone() });
    let rest = Workspace { policies: emptied.collect(), ..workspace.clone() }.write();
    let rest = words::share::not_shared(&rest, &secrets::find(&rest));
    policies.chain(rest.map(|why| Text::new().say("Another field: ").and(why))).collect()
}

/// The workspace without what looks like a secret; what cannot be taken out of it stays.
#[must_use]
pub fn without_secrets(workspace: &Workspace) -> Workspace {
    let cleaned = |text: &str| secrets::remove(text, &secrets::find(text));
    // Policies first, as their own texts: in the whole they stand in escapes.
    let policies = workspace.policies.iter();
    let policies = policies.map(|policy| PolicyText { text: cleaned(&policy.text), ..policy.clone() });
    let workspace = Workspace { policies: policies.collect(), ..workspace.clone() };
    Workspace::read(&cleaned(&workspace.write())).unwrap_or(workspace)
}

impl Shared {
    /// The fragment, without `#`, of a link that opens it at an answer, or at the one to look at first.
    ///
    /// # Errors
    /// When it is too much for a link.
    pub fn link(&self, at: Option<At>) -> Result<String, LinkError> {
        let at = at.filter(|at| *at != Matrix::new(&self.workspace).most_interesting());
        let at = at.map(|At { question, client }| format!("{question}.{client}")).unwrap_or_default();
        link::write(&Workspace { at, ..self.workspace.clone() }.write())
    }

    /// The answer of one cell as Markdown, with all answers and the policies.
    #[must_use]
    pub fn report(&self, at: At) -> String {
        let matrix = Matrix::new(&self.workspace);
        let explained = matrix.explain(at);
        let explanation = explained.as_ref().map(|explained| {
            let near = matrix.near_misses(at, explained);
            words::report(explained, &near, &matrix.ways_out(at), Format::Markdown)
        });
        let why_not = matrix.cell(at).and_then(Cell::unasked).unwrap_or(said::NOTHING_ASKED);
        let policies = self.workspace.policies.iter().filter(|policy| !policy.off);
        sheet::markdown(&sheet::Sheet {
            question: matrix.title(at),
            explanation: explanation.ok_or(why_not),
            switches: self.workspace.switches.iter().map(String::as_str).collect(),
            client_ids: matrix.client_ids.iter().map(String::as_str).collect(),
            answers: matrix.rows(),
            left_out: (matrix.left_out > 0)
                .then(|| words::form::lines_left_out(matrix.left_out, MAX_CLIENT_IDS, MAX_QUESTIONS)),
            policies: policies.map(|policy| (policy.name.as_str(), policy.text.as_str())).collect(),
        })
    }

    /// The answer of one cell as JSON; nothing for a cell that was not asked.
    #[must_use]
    pub fn json(&self, at: At) -> Option<String> {
        let matrix = Matrix::new(&self.workspace);
        let (case, explanation) = (cases::case_at(&matrix, at)?, matrix.explain(at)?);
        Some(json::explanation(&case, &explanation, &words::said(&explanation)))
    }
}

/// The workspace of a link, without the plan of Live.
///
/// # Errors
/// A sentence that says what is wrong with the link, and its code.
pub fn open_link(fragment: &str) -> Result<Workspace, Text> {
    let told = |error: LinkError| {
        let text = words::share::link_error(&error);
        text.say(" ").code(words::share::link_error_code(&error))
    };
    let workspace = match link::read(fragment) {
        Ok(text) => Workspace::read(&text),
        Err(LinkError::NotALink) => link::read_plain(fragment).map(from_plain).map_err(told)?.fits(),
        Err(error) => return Err(told(error)),
    };
    workspace.map_err(|why| words::share::not_a_workspace(&why))
}

fn from_plain(plain: Plain) -> Workspace {
    let Plain { policies, things, client_ids, publish, subscribe, receive } = plain;
    let named =
        policies.iter().zip(1..).map(|(text, number)| PolicyText::new(&format!("policy-{number}"), text));
    Workspace {
        policies: named.collect(),
        who: Who { things: things.join("\n"), ..Who::default() },
        ask: Ask {
            client_ids: client_ids.join("\n"),
            publish: publish.join("\n"),
            subscribe: subscribe.join("\n"),
            receive: receive.join("\n"),
            ..Ask::default()
        },
        ..Workspace::default()
    }
}

/// A suite that was opened, judged.
#[derive(Clone, Debug)]
pub struct OpenedSuite {
    /// Its cases, each with its decision; those that fail first.
    pub judged: Vec<(Case, Decision)>,
}

impl OpenedSuite {
    /// Judges the cases of a text.
    ///
    /// # Errors
    /// When it is no suite.
    pub fn read(text: &str) -> Result<Self, SuiteError> {
        if text.len() > MAX_SUITE {
            return Err(SuiteError::TooLong { bytes: text.len() });
        }
        let cases = Suite::parse(text)?.cases;
        let mut judged: Vec<(Case, Decision)> = cases
            .into_iter()
            .map(|case| {
                let decision = case.decide();
                (case, decision)
            })
            .collect();
        judged.sort_by_key(|(case, decision)| case.expect == decision.verdict);
        Ok(Self { judged })
    }

    /// How many come out as expected, and how many do not.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let failed = self.judged.iter().filter(|(case, decision)| case.expect != decision.verdict).count();
        (self.judged.len() - failed, failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &str = include_str!("../../../tests/certificates/device.pem");
    const CN: &str = "iot:Certificate.Subject.CommonName";
    const TITLE: &str = "iot:Certificate.Subject.Title";

    /// A certificate and a thing, filled in; the policies ask for one field that is there and one that is not.
    fn filled_in(asked: &str) -> Workspace {
        let thing =
            r#"{"thingName": "pump-1", "attributes": {"owner": "jane.doe@example.com", "model": "m"}}"#;
        let mut workspace = Workspace::example();
        let texts = [CERTIFICATE.to_owned(), thing.to_owned()];
        workspace.who.things = "pump-1".into();
        workspace.who = super::super::paste::fill_all(&workspace.who, &texts).0.who;
        workspace.who.certificate_complete = true;
        workspace.ask.client_ids = "pump-1".into();
        workspace.policies = vec![PolicyText::new(
            "p",
            &format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iot:Connect","Resource":"*",
                "Condition":{{"StringNotEquals":{{{asked}}}}}}}}}"#
            ),
        )];
        workspace
    }

    #[test]
    fn what_looks_like_a_secret_is_taken_out_of_every_field() {
        let mut workspace = Workspace::example();
        for text in ["AKIAIOSFODNN7EXAMPLE", "\"key\": \"AKIAIOSFODNN7EXAMPLE\"\n"] {
            workspace.policies[0].text.push_str(text);
            workspace.ask.publish.push_str(text);
            assert!(prepare(&workspace, true).is_err());
        }
        let cleaned = without_secrets(&workspace);
        assert!(prepare(&cleaned, true).is_ok());
        assert_eq!((cleaned.who, cleaned.ask.subscribe), (workspace.who, workspace.ask.subscribe));
        assert!(cleaned.policies[0].text.starts_with(&Workspace::example().policies[0].text));
    }

    #[test]
    fn what_no_policy_asks_for_stays_and_no_answer_changes() {
        let model = "iot:Connection.Thing.Attributes[model]";
        for asked in [
            String::new(),
            format!("\"{CN}\": \"x\""),
            format!("\"{TITLE}\": \"x\""),
            format!("\"{model}\": \"m\", \"{CN}\": \"x\", \"{TITLE}\": \"x\""),
        ] {
            let whole = filled_in(&asked);
            assert!(whole.write().contains("jane.doe"));
            let shown = shown(&whole);
            assert_eq!(Matrix::new(&shown).cells, Matrix::new(&whole).cells, "{asked}");
            assert!(!shown.write().contains("jane.doe") && !shown.who.certificate_complete, "{asked}");
            assert_eq!(shown.who.values.len(), asked.matches("Subject").count(), "{asked}");
            assert_eq!(shown.write().contains(model), asked.contains(model));
        }
        // Renamed, the thing that was attached is nobody's business.
        let mut renamed = filled_in("\"iot:Connection.Thing.Attributes[owner]\": \"x\"");
        assert!(shown(&renamed).write().contains("jane.doe"));
        renamed.who.things = "other".into();
        assert!(!shown(&renamed).write().contains("jane.doe"));
    }
}
