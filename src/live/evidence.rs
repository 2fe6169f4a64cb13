//! What was compared, as a suite of cases: evidence that others can run, and a test for this program.
//!
//! A case is a row of which the policies were asked and that was seen to agree or to contradict. It expects what was *seen*, so
//! a contradiction is a case that fails until the cause is found. The wire does not tell an explicit deny from an implicit
//! one: a refusal is written as the deny that was predicted, or as an implicit one where none was. Secrets are cut out; what
//! names an account is masked unless that is not wanted.

use super::compare::{Compared, Comparison, Verdict};
use super::predict::{Predicted, Prediction, Row};
use super::redact;
use crate::policy::{self, PolicySet, Switches};
use crate::share::mask;
use crate::suite::{Case, Suite};

/// A suite to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The suite (`policylab-suite/1`); empty when there is no case.
    pub text: String,
    /// Its cases.
    pub cases: usize,
    /// Rows that are none: not seen, not decided, or nothing that policies were asked for.
    pub left_out: usize,
}

/// The compared rows as a suite. `title` puts a row into words.
#[must_use]
pub fn evidence(
    prediction: &Prediction,
    comparison: &Comparison,
    switches: Switches,
    masking: bool,
    title: impl Fn(&Row, &Compared) -> String,
) -> Evidence {
    let sets: Vec<PolicySet> = prediction
        .policies()
        .iter()
        .map(|policies| PolicySet::with_switches(policies.clone(), switches))
        .collect();
    let cases: Vec<Case> = comparison
        .rows
        .iter()
        .filter_map(|compared| {
            let row = prediction.rows().get(compared.row)?;
            case(row, compared, sets.get(row.rights)?, title(row, compared))
        })
        .collect();
    let left_out = comparison.rows.len() - cases.len();
    if cases.is_empty() {
        return Evidence { text: String::new(), cases: 0, left_out };
    }
    let text = redact::text(&Suite::write(&cases));
    let text = if masking { mask::mask(&text).text } else { text };
    Evidence { text, cases: cases.len(), left_out }
}

fn case(row: &Row, compared: &Compared, policies: &PolicySet, title: String) -> Option<Case> {
    let explained = row.explained.as_ref()?;
    let came = match compared.verdict {
        Verdict::Agrees(_) => row.predicted == Predicted::Yes,
        Verdict::Contradicts(_) => row.predicted == Predicted::No,
        Verdict::CannotTell(_) | Verdict::NotObserved(_) => return None,
    };
    let predicted = explained.explanation.decision.verdict;
    let expect = match predicted {
        _ if came => policy::Verdict::Allowed,
        policy::Verdict::ExplicitDeny => predicted,
        _ => policy::Verdict::ImplicitDeny,
    };
    Some(Case {
        id: format!("row-{}", compared.row + 1),
        title,
        facts: Vec::new(),
        policies: policies.clone(),
        context: explained.context.clone(),
        request: explained.request.clone(),
        expect,
    })
}
