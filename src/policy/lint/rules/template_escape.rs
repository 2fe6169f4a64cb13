//! `IPL-L031` template-escape.

use super::about;
use crate::{
    policy::lint::{Found, subject::Subject},
    text::Text,
};

about! {
    /// An escape of a template is left in the policy
    ///
    /// # What it flags
    /// A variable that begins with `!`, the escape of CloudFormation's `Fn::Sub`.
    /// # Why it hurts
    /// In the template `${!iot:...}` is right; in the policy AWS answers with an unsupported variable.
    /// # What to do
    /// Remove the `!`, or deploy through `Fn::Sub`.
    /// # Flagged
    /// `${!iot:ClientId}`
    /// # Clean
    /// `${iot:ClientId}`
    /// # Sources
    /// - CloudFormation User Guide, Fn::Sub
    /// - serverless/serverless issues 1679 and 13015
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for (written, inner, name) in stated.variables() {
            if !name.starts_with('!') {
                continue;
            }
            let text = Text::new().code(format!("${{{name}}}")).say(" holds the escape of ").code("Fn::Sub");
            let span = stated.exact(written, inner.start..inner.start + 1);
            let at = span.clone().unwrap_or_else(|| written.span.clone());
            let one =
                Found::at(stated.policy, at, text.say("; in the policy itself the name follows the brace."));
            found.push(one.fixed_by(span.map(|span| (span, String::new()))));
        }
    }
    found
}
