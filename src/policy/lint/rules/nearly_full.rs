//! `IPL-L024` nearly-full.

use super::about;
use crate::{
    policy::{
        document::MAX_CHARACTERS,
        lint::{Found, subject::Subject},
    },
    text::Text,
};

about! {
    /// The policy is nearly as long as AWS takes
    ///
    /// # What it flags
    /// A policy of 1800 to 2048 characters, white space not counted.
    /// # Why it hurts
    /// AWS refuses a policy with more than 2048 characters, and the limit cannot be raised.
    /// # What to do
    /// Use variables and wildcards, or spread the statements over up to ten policies.
    /// # Flagged
    /// 1900 characters
    /// # Clean
    /// 1000 characters
    /// # Sources
    /// - AWS IoT Core endpoints and quotas, Policies
}

/// From here on it is worth a word.
const NEARLY: usize = 1800;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, policy) in subject.policies.iter().enumerate() {
        let text = &policy.document.text;
        let characters = text.chars().filter(|c| !c.is_whitespace()).count();
        if (NEARLY..=MAX_CHARACTERS).contains(&characters) {
            let message = Text::new().say(format!(
                "{characters} of {MAX_CHARACTERS} characters are used, white space not counted."
            ));
            let start = text.len() - text.trim_start().len();
            let end = text.chars().find(|c| !c.is_whitespace()).map_or(start, |c| start + c.len_utf8());
            found.push(Found::at(index, start..end, message));
        }
    }
    found
}
